"""A host as strict as the STM32 demo for ME3616: frames closed by silence, octets lost while it works, echo off.

Whatever arrives without a gap of 10 ms is one frame, looked at as a whole. While the program then works,
for about 0.3 s after each command of its own, its receiver is deaf; after an answer to a request it is not.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import serial

_SILENCE = 0.010
_WORK = 0.3


class SilenceFramedHost:
    """The driver's receiver: one frame at a time, and deaf between."""

    def __init__(self, port: serial.Serial) -> None:
        self._port = port

    def frame(self, seconds: float) -> str:
        """Return the next frame, or nothing if the line stays silent."""
        self._port.timeout = seconds
        octets = self._port.read(1)
        self._port.timeout = _SILENCE
        while more := self._port.read(1):
            octets += more
        return str(octets.decode("ascii"))

    def work(self, seconds: float = _WORK) -> None:
        """Be busy: what arrives meanwhile is lost."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._port.timeout = left
            self._port.read(1)

    def command(self, line: str) -> str:
        """Send a line, take one frame as its answer, and be busy for a while."""
        answer = self.answer(line)
        self.work()
        return answer

    def answer(self, line: str) -> str:
        """Send a line, take one frame as its answer, and listen on at once."""
        self._port.write(line.encode("ascii") + b"\r\n")
        answer = self.frame(3.0)
        assert "OK" in answer or "ERROR" in answer, f"{line} got {answer!r}"
        assert line not in answer, "echo is on; this driver takes it for a request"
        return answer

    def request(self, name: str, seconds: float = 5.0) -> list[str]:
        """Wait for a frame that holds one request, and return its fields."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            frame = self.frame(until - time.monotonic())
            if f"{name}:" in frame:
                assert frame.count("+MIPL") == 1, f"two lines in one frame: {frame!r}"
                return [field.strip() for field in re.split("[:,]", frame.strip())[1:]]
        raise AssertionError(f"no {name} within {seconds:g} s")
