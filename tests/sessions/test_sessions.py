"""Sessions from manuals and drivers, replayed byte for byte."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from onenet_sim.testing.sessions import Replayed, parse_session, replay
from tests.marks import NEEDS_DTLS

FILES = sorted(Path(__file__).parent.glob("*.session"))
HEARD = {"imei": "860000000000013", "imsi": "460040000000017"}
ENDPOINT = f"{HEARD['imei']};{HEARD['imsi']}".encode().hex().upper()

each_file = pytest.mark.parametrize(
    "file",
    [pytest.param(file, id=file.stem, marks=[NEEDS_DTLS] if "dtls" in file.stem else []) for file in FILES],
)


def replayed(text: str, pace: str | None = None) -> Replayed:
    return replay(parse_session(text, "session"), pace=pace)


@each_file
def test_a_session_from_a_manual_replays_to_the_byte(file: Path) -> None:
    assert replayed(file.read_text(encoding="utf-8")).differences == ()


def test_a_session_replays_to_the_byte_at_the_pace_of_the_field() -> None:
    file = next(file for file in FILES if file.stem == "onemo-bootstrap")
    assert replayed(file.read_text(encoding="utf-8"), "field").differences == ()


@each_file
def test_its_serial_line_alone_with_the_numbers_of_another_day_replays_too(file: Path) -> None:
    """A log of a real line has neither names nor the application's calls; only an upgrade cannot be seen in it."""
    text = file.read_text(encoding="utf-8")
    lines = [line for line in text.split("\n") if line[:1] != "@" or line.startswith(("@ advance", "@ upgrade "))]
    numbers = {"endpoint": ENDPOINT, **HEARD}
    log = re.sub(
        r"\{(\w+)\}", lambda place: numbers.setdefault(place[1], str(48_000 + len(numbers))), "\n".join(lines)
    )
    assert replayed(log.replace("profile:", "recorded: by hand\nprofile:")).differences == ()
