"""Sessions from manuals and drivers, replayed byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sessions.runner import replay

FILES = sorted(Path(__file__).parent.glob("*.session"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_session_from_a_manual_replays_to_the_byte(file: Path) -> None:
    if "dtls" in file.stem:
        pytest.importorskip("mbedtls", reason="python-mbedtls has wheels for Python 3.11 and 3.12 only")
    replay(file, "instant")


def test_a_session_replays_to_the_byte_at_the_pace_of_the_field() -> None:
    replay(next(file for file in FILES if file.stem == "onemo-bootstrap"), "field")
