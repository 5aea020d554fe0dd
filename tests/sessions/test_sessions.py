"""Sessions from manuals and drivers, replayed byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.marks import NEEDS_DTLS
from tests.sessions.runner import replay

FILES = sorted(Path(__file__).parent.glob("*.session"))


@pytest.mark.parametrize(
    "file",
    [pytest.param(file, id=file.stem, marks=[NEEDS_DTLS] if "dtls" in file.stem else []) for file in FILES],
)
def test_a_session_from_a_manual_replays_to_the_byte(file: Path) -> None:
    replay(file, "instant")


def test_a_session_replays_to_the_byte_at_the_pace_of_the_field() -> None:
    replay(next(file for file in FILES if file.stem == "onemo-bootstrap"), "field")
