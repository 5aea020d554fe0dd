"""Writes a session file while the session goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from onenet_sim.testing.sessions.cutting import Cutter
from onenet_sim.testing.sessions.form import MOST_LINES, Session, entry_line, session_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from onenet_sim.testing.sessions.form import Entry, Side

_LINES_LEFT: Final = 8
"""Lines kept free for what is said at the end."""


class Recording:
    """A session file that is being written. Each line is in the file as soon as it is complete.

    After :data:`~onenet_sim.testing.sessions.form.MOST_LINES` lines, or where the disk is full, nothing more is
    written.

    Args:
        path: The file, which must not be there yet.
        head: A session without entries, whose head the file gets.

    Attributes:
        failure: Why nothing more is written, if so.

    Raises:
        OSError: The file cannot be made.
    """

    def __init__(self, path: Path, head: Session) -> None:
        self.failure = ""
        self._path = path
        self._cutter = Cutter()
        self._lines = 0
        self._file = path.open("x", encoding="utf-8", buffering=1)
        self._write(
            ["# The form is described in docs/sessions.md of onenet-simulator.", session_text(head).rstrip()]
        )

    @property
    def waits(self) -> bool:
        """Whether something has no end yet, so that :meth:`look` is to be called."""
        return self._cutter.waits

    def hear(self, side: Side, octets: bytes, now: float) -> None:
        """Take octets of a side, at a time in seconds."""
        self._take(self._cutter.hear(side, octets, now))

    def look(self, now: float) -> None:
        """Write what has had no octet more for a second."""
        self._take(self._cutter.look(now))

    def remark(self, text: str) -> None:
        """Write a comment, behind all that was said until now."""
        self._take(self._cutter.end())
        self._write([f"# {text}"])

    def close(self) -> None:
        """Write what is left and end the file."""
        self._take(self._cutter.end())
        try:
            self._file.close()
        except OSError as error:
            self._fail(error)

    def _take(self, entries: Sequence[Entry]) -> None:
        self._write([entry_line(entry) for entry in entries])

    def _write(self, lines: Sequence[str]) -> None:
        self._lines += len(lines)
        if self._lines > MOST_LINES - _LINES_LEFT and not self.failure:
            self.failure = f"{self._path} is full: a session has at most {MOST_LINES:,} lines"
        if self.failure:
            return
        try:
            self._file.writelines(f"{line}\n" for line in lines)
        except OSError as error:
            self._fail(error)

    def _fail(self, error: OSError) -> None:
        self.failure = f"{self._path}: {error.strerror or error}"
