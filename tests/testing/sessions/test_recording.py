"""A session file that is being written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from onenet_sim.testing.sessions import Recording, Session, Side, parse_session

if TYPE_CHECKING:
    from pathlib import Path

HEAD = Session((), "m5310a", "by hand")


def test_each_line_is_in_the_file_as_soon_as_it_is_complete(tmp_path: Path) -> None:
    file = tmp_path / "s"
    recording = Recording(file, HEAD)
    recording.hear(Side.HOST, b"AT\r\nAT", 0.0)
    session = parse_session(file.read_text(), "s")
    assert (session.profile, session.recorded) == ("m5310a", "by hand")
    assert [entry.line for entry in session.entries] == [4]
    assert recording.waits
    recording.close()
    assert file.read_text().endswith("> AT\n>> AT\n")


def test_a_remark_is_a_comment_behind_what_was_said(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "s", HEAD)
    recording.hear(Side.HOST, b"A", 0.0)
    recording.remark("the host closed the port")
    recording.close()
    assert (tmp_path / "s").read_text().endswith(">> A\n# the host closed the port\n")


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "s").write_text("precious")
    with pytest.raises(FileExistsError):
        Recording(tmp_path / "s", HEAD)
    assert (tmp_path / "s").read_text() == "precious"


def test_beyond_its_bound_the_file_stays_readable_and_the_failure_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("onenet_sim.testing.sessions.recording.MOST_LINES", 20)
    recording = Recording(tmp_path / "s", HEAD)
    recording.hear(Side.HOST, b"AT\r\n" * 20, 0.0)
    recording.hear(Side.HOST, b"AT\r\n", 0.0)
    recording.close()
    assert recording.failure == f"{tmp_path / 's'} is full: a session has at most 20 lines"
    assert len((tmp_path / "s").read_text().splitlines()) < 20
    parse_session((tmp_path / "s").read_text(), "s")


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "s", HEAD)
    recording._file.close()
    recording._file = open("/dev/full", "w", buffering=1)  # noqa: PTH123, SIM115 - stands for a disk that is full
    recording.hear(Side.HOST, b"AT\r\n", 0.0)
    assert recording.failure == f"{tmp_path / 's'}: No space left on device"
    recording.close()
