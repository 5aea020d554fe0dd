"""A host as strict as the RT-Thread drivers for M5310-A: answers by line number, URCs by prefix and CR, echo off.

Its parser takes octet by octet. A buffer that begins with a known prefix and ends in CR is a URC: the LF behind it
becomes the first octet of the next line, and disappears there only if that line is empty. Everything up to a LF is
a line of the answer, empty ones counted; values are expected on line 2.
"""

from __future__ import annotations

import re
import time
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import serial

_URC_PREFIXES = (b"+MIPL", b"REBOOT_", b"+NPSMR:")
_ANSWER_PREFIXES = (b"+MIPLCREATE",)


class LineCountingHost:
    """The driver's transport and its idea of the session."""

    def __init__(self, port: serial.Serial) -> None:
        self._port = port
        self._port.timeout = 0.2
        self._buffer = b""
        self._urcs: deque[str] = deque()
        self.observed: dict[tuple[int, int], int] = {}
        self.discovered: set[int] = set()

    def _pull(self, until: float) -> bytes | None:
        """Read on until a line of an answer is complete; URCs on the way are set aside."""
        while time.monotonic() < until:
            octet = self._port.read(1)
            self._buffer += octet
            known = self._buffer.startswith(_URC_PREFIXES) and not self._buffer.startswith(_ANSWER_PREFIXES)
            if known and octet == b"\r":
                self._urcs.append(self._buffer.decode("ascii").strip())
                self._buffer = b""
            elif octet == b"\n":
                line, self._buffer = self._buffer, b""
                return line
        return None

    def command(self, line: str, seconds: float = 5.0) -> list[str]:
        """Send a line and return the answer's lines, the leading empty one included.

        What arrived while no command was under way is nobody's answer.
        """
        while self._port.in_waiting:
            self._pull(time.monotonic() + 0.1)
        self._port.write(line.encode("ascii") + b"\r\n")
        lines: list[str] = []
        until = time.monotonic() + seconds
        while True:
            taken = self._pull(until)
            assert taken is not None, f"{line} was not answered, only {lines} came"
            text = taken.decode("ascii").rstrip("\r\n")
            assert text != line, "echo is on; this driver takes it for an answer"
            lines.append(text)
            assert "ERROR" not in text, f"{line} got {text}"
            if text.startswith("OK"):
                return lines

    def value(self, line: str) -> str:
        """Send a line and return the second line of the answer."""
        return self.command(line)[1]

    def urc(self, pattern: str, seconds: float = 20.0) -> re.Match[str]:
        """Wait for a URC that matches; requests on the way are counted."""
        until = time.monotonic() + seconds
        while True:
            while self._urcs:
                text = self._urcs.popleft()
                self._count(text)
                if found := re.fullmatch(pattern, text):
                    return found
            assert time.monotonic() < until, f"no URC {pattern}"
            self._pull(min(until, time.monotonic() + 0.1))

    def _count(self, text: str) -> None:
        if found := re.fullmatch(r"\+MIPLOBSERVE:0,(\d+),1,(\d+),(\d+),-1", text):
            self.observed[int(found[2]), int(found[3])] = int(found[1])
        elif found := re.fullmatch(r"\+MIPLDISCOVER:0,\d+,(\d+)", text):
            self.discovered.add(int(found[1]))
