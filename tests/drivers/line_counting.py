"""A transport as RT-Thread's AT client has it: answers by line number, URCs by prefix and CR, no echo.

It takes octet by octet. A buffer that begins with a known prefix and ends in CR is a URC: the LF behind it becomes
the first octet of the next line, and disappears there only if that line is empty. Everything up to a LF is a line
of the answer, empty ones counted; values are expected on line 2.
"""

from __future__ import annotations

import re
import time
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import serial

_ANSWER_PREFIXES = (b"+MIPLCREATE", b"+MIPLVER")


class LineCounting:
    """The parser and the URCs that it set aside.

    Args:
        port: The serial device.
        urcs: How URCs begin besides those of MIPL.
    """

    def __init__(self, port: serial.Serial, *urcs: bytes) -> None:
        self._port = port
        self._port.timeout = 0.2
        self._prefixes = (b"+MIPL", *urcs)
        self._buffer = b""
        self._urcs: deque[str] = deque()

    def _pull(self, until: float) -> bytes | None:
        """Read on until a line of an answer is complete; URCs on the way are set aside."""
        while time.monotonic() < until:
            octet = self._port.read(1)
            self._buffer += octet
            known = self._buffer.startswith(self._prefixes) and not self._buffer.startswith(_ANSWER_PREFIXES)
            if known and octet == b"\r":
                self._urcs.append(self._buffer.decode("ascii").strip())
                self._buffer = b""
            elif octet == b"\n":
                line, self._buffer = self._buffer, b""
                return line
        return None

    def command(self, line: str, seconds: float = 5.0, *, echo: bool = False) -> list[str]:
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
            assert echo or text != line, "echo is on; this driver takes it for an answer"
            lines.append(text)
            assert "ERROR" not in text, f"{line} got {text}"
            if text.startswith("OK"):
                return lines

    def value(self, line: str) -> str:
        """Send a line and return the second line of the answer."""
        return self.command(line)[1]

    def urc(self, pattern: str, seconds: float = 20.0) -> re.Match[str]:
        """Wait for a URC that matches and drop those before it."""
        until = time.monotonic() + seconds
        while True:
            while self._urcs:
                if found := re.fullmatch(pattern, self._urcs.popleft()):
                    return found
            assert time.monotonic() < until, f"no URC {pattern}"
            self._pull(min(until, time.monotonic() + 0.1))

    @property
    def idle(self) -> bool:
        """Whether no URC waits to be looked at."""
        return not self._urcs
