"""A transport that takes all that comes for one text, and waits until something stands in it."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import serial


class AwaitedText:
    """The text that came and was not yet looked at.

    Args:
        port: The serial device.
        end: What ends its lines.
        deadly: What the driver does not survive, wherever it stands.
    """

    def __init__(self, port: serial.Serial, *, end: str = "\r\n", deadly: str = "(?!)") -> None:
        self._port = port
        self._end = end
        self._port.timeout = 0.05
        self._deadly = re.compile(deadly)
        self._text = ""

    def send(self, line: str) -> None:
        """Write a line, and drop what came before."""
        self._look()
        self._text = ""
        self._port.write(f"{line}{self._end}".encode("ascii"))

    def until(self, pattern: str, seconds: float = 15.0) -> re.Match[str]:
        """Wait for a pattern and drop everything up to its end."""
        until = time.monotonic() + seconds
        while not (found := re.search(pattern, self._text)):
            assert time.monotonic() < until, f"no {pattern!r} within {seconds:g} s, only {self._text!r}"
            self._look(1)
        self._text = self._text[found.end() :]
        return found

    def command(self, line: str, pattern: str = "OK\r\n") -> re.Match[str]:
        """Send a line and wait for what the driver takes for its answer."""
        self.send(line)
        return self.until(pattern)

    def _look(self, least: int = 0) -> None:
        octets = self._port.read(max(least, self._port.in_waiting))
        self._text += octets.decode("ascii")
        assert not self._deadly.search(self._text), f"the driver dies of {self._text!r}"
