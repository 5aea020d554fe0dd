"""A transport that closes a frame when the line falls silent, as STM32 demos for ME3616 and M5311 have it.

Whatever arrives without a gap is one frame, looked at as a whole. While the program works, its receiver is deaf.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import serial


class SilenceFramed:
    """The driver's receiver: one frame at a time.

    Args:
        port: The serial device.
        silence: Seconds without an octet that close a frame.
    """

    def __init__(self, port: serial.Serial, silence: float) -> None:
        self._port = port
        self._silence = silence

    def frame(self, seconds: float) -> str:
        """Return the next frame, or nothing if the line stays silent."""
        self._port.timeout = seconds
        octets = self._port.read(1)
        self._port.timeout = self._silence
        while more := self._port.read(1):
            octets += more
        return octets.decode("ascii")

    def work(self, seconds: float) -> None:
        """Be busy: what arrives meanwhile is lost."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._port.timeout = left
            self._port.read(1)

    def answer(self, line: str, *wanted: str, seconds: float = 3.0) -> str:
        """Send a line, take one frame as its answer, and listen on at once."""
        self._port.write(line.encode("ascii") + b"\r\n")
        answer = self.frame(seconds)
        assert any(text in answer for text in wanted or ("OK",)), f"{line} got {answer!r}"
        return answer

    def awaited(self, text: str, seconds: float = 5.0) -> str:
        """Drop frames until one holds a text, and return that one."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            frame = self.frame(until - time.monotonic())
            if text in frame:
                return frame
        raise AssertionError(f"no {text!r} within {seconds:g} s")
