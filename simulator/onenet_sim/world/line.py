"""A host in the same process: sends lines to a module and reads what it prints, for tests and scripts."""

from __future__ import annotations

import itertools
import re
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from onenet_sim.ports import MemoryHost

_FINAL = re.compile(r"OK|ERROR|\+(?:CME|CIS) ERROR:.*")


class SerialLine:
    """The host's end of a module's serial line, line by line. Blocks in real time; use it from one thread.

    By itself a module never puts an answer and an unsolicited line into one write, so that the two can be told
    apart here, which a host behind a real port cannot.
    """

    def __init__(self, host: MemoryHost, before: Callable[[], None] = lambda: None) -> None:
        """Speak through a port; ``before`` is called before each write."""
        self._host = host
        self._before = before
        self._lines: list[str] = []

    def write(self, octets: bytes) -> None:
        """Send octets as they are."""
        self._before()
        self._host.write(octets)

    def command(self, line: str, timeout: float = 5.0) -> list[str]:
        """Send a command line with a CR and return its answer: information text and final result.

        Every other line is kept for :meth:`expect`.

        Args:
            line: The line, with its ``AT``.
            timeout: Real seconds to wait for the final result.

        Raises:
            TimeoutError: No final result came; the message has what came instead.
        """
        self._before()
        self._lines += itertools.chain.from_iterable(self._read(0))
        before = len(self._lines)
        self._host.write(line.encode("latin-1") + b"\r")
        deadline = time.monotonic() + timeout
        while writes := self._read(deadline - time.monotonic()):
            answer = None
            for lines in writes:
                if answer is None and lines and _FINAL.fullmatch(lines[-1]):
                    answer = lines
                elif lines != [line]:
                    self._lines += lines
            if answer is not None:
                return answer
        raise TimeoutError(f"{line} got no final result within {timeout:g} s, only {self._lines[before:]}")

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
            writes = self._read(deadline - time.monotonic())
            if not writes:
                raise TimeoutError(f"no line matched {pattern!r} within {timeout:g} s; there are {self._lines}")
            self._lines += itertools.chain.from_iterable(writes)

    def lines(self) -> list[str]:
        """Return and drop every line that was printed and not yet taken."""
        self._lines += itertools.chain.from_iterable(self._read(0))
        lines, self._lines = self._lines, []
        return lines

    def _read(self, timeout: float) -> list[list[str]]:
        """Return the lines of each write, waiting at most ``timeout`` real seconds for the first."""
        writes = self._host.read_writes(max(0.0, timeout))
        texts = (write.decode("latin-1") for write in writes)
        return [[line for line in text.replace("\r", "\n").split("\n") if line] for text in texts]
