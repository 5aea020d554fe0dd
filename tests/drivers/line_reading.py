"""A transport as OneOS has it: CR and LF written apart, lines that are not empty, URCs by their prefix.

An answer ends at a line that begins with OK; a line that holds ERROR fails it. Blanks do not matter to it.
"""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING

from tests.drivers.fields import split_fields

if TYPE_CHECKING:
    import serial


class LineReading:
    """The parser and the URCs that it set aside.

    Args:
        port: The serial device.
        urcs: How the lines begin that are nobody's answer.
        early: URCs that come before a command's OK count too; else the driver waits only from the OK on.
    """

    def __init__(self, port: serial.Serial, urcs: tuple[str, ...], *, early: bool) -> None:
        self._port = port
        self._port.timeout = 0.05
        self._prefixes = urcs
        self._early = early
        self._rest = b""
        self._urcs: deque[str] = deque()

    def _line(self, until: float) -> str | None:
        while b"\n" not in self._rest:
            if time.monotonic() >= until:
                return None
            self._rest += self._port.read(max(1, self._port.in_waiting))
        line, self._rest = self._rest.split(b"\n", 1)
        text = line.decode("ascii")
        if text.startswith(self._prefixes):
            assert text.endswith("\r"), f"{text!r} does not end in CR and LF"
            self._urcs.append(text.strip())
            return ""
        return text.strip()

    def command(self, line: str, seconds: float = 5.0) -> list[str]:
        """Send a line, its LF only when the answer has begun, and return the answer's lines before OK."""
        while self._line(time.monotonic()) is not None:
            pass
        self._port.write(line.encode("ascii") + b"\r")
        until = time.monotonic() + seconds
        while not self._rest and time.monotonic() < until:
            self._rest += self._port.read(1)
        self._port.write(b"\n")
        lines: list[str] = []
        while (text := self._line(until)) is not None:
            assert "ERROR" not in text, f"{line} got {text}"
            if text.startswith("OK"):
                if not self._early:
                    self._urcs.clear()
                return lines
            lines += [text] if text not in {"", line} else []
        raise AssertionError(f"{line} was not answered, only {lines} came")

    def scan(self, line: str, name: str) -> list[str]:
        """Send a line and return the fields of the first line of its answer that has the name."""
        found = [fields[1:] for fields in map(split_fields, self.command(line)) if fields[0] == name]
        assert found, f"{line} was answered without {name}"
        return found[0]

    def urc(self, name: str, *first: str, seconds: float = 20.0) -> list[str]:
        """Wait for a URC with that name whose first fields are these, and return its fields; drop others."""
        until = time.monotonic() + seconds
        while True:
            while self._urcs:
                fields = split_fields(self._urcs.popleft())
                if fields[: 1 + len(first)] == [name, *first]:
                    return fields[1:]
            assert time.monotonic() < until, f"no {name} {first} within {seconds:g} s"
            self._line(min(until, time.monotonic() + 0.1))
