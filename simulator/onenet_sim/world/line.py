"""A host in the same process: sends lines to a module and reads what it prints, for tests and scripts."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onenet_sim.ports import MemoryHost

_FINAL = re.compile(r"OK|ERROR|\+(?:CME|CIS) ERROR:.*")


class SerialLine:
    """The host's end of a module's serial line, read line by line. Blocks in real time; use it from one thread."""

    def __init__(self, host: MemoryHost) -> None:
        self._host = host
        self._rest = b""
        self._lines: list[str] = []

    def write(self, octets: bytes) -> None:
        """Send octets as they are."""
        self._host.write(octets)

    def command(self, line: str, timeout: float = 5.0) -> list[str]:
        """Send a command line with a CR and return its answer: information text and final result.

        Lines that were printed before are kept for :meth:`expect`.

        Args:
            line: The line, with its ``AT``.
            timeout: Real seconds to wait for the final result.

        Raises:
            TimeoutError: No final result came; the message has what came instead.
        """
        self._take(0)
        before, self._lines = self._lines, []
        self._host.write(line.encode("latin-1") + b"\r")
        deadline = time.monotonic() + timeout
        while True:
            for index, text in enumerate(self._lines):
                if _FINAL.fullmatch(text):
                    answer, after = self._lines[: index + 1], self._lines[index + 1 :]
                    self._lines = before + after
                    return [text for text in answer if text != line]
            if not self._take(deadline - time.monotonic()):
                seen = self._lines
                self._lines = before + seen
                raise TimeoutError(f"{line} got no final result within {timeout:g} s, only {seen}")

    def expect(self, pattern: str, timeout: float = 5.0) -> str:
        """Return the next printed line that matches a regular expression as a whole, and drop it.

        Lines before it are kept.

        Args:
            pattern: The regular expression.
            timeout: Real seconds to wait.

        Raises:
            TimeoutError: None came; the message has the lines that did.
        """
        deadline = time.monotonic() + timeout
        while True:
            for index, text in enumerate(self._lines):
                if re.fullmatch(pattern, text):
                    return self._lines.pop(index)
            if not self._take(deadline - time.monotonic()):
                raise TimeoutError(f"no line matched {pattern!r} within {timeout:g} s; there are {self._lines}")

    def lines(self) -> list[str]:
        """Return and drop every line that was printed and not yet taken."""
        self._take(0)
        lines, self._lines = self._lines, []
        return lines

    def _take(self, timeout: float) -> bool:
        """Take what was printed, waiting at most ``timeout`` real seconds; return whether something came."""
        octets = self._host.read(max(0.0, timeout))
        *complete, self._rest = (self._rest + octets).split(b"\r\n")
        self._lines += [text.decode("latin-1") for text in complete if text]
        return bool(octets)
