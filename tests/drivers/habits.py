"""The transports of this folder as programs of their own: ``python -m tests.drivers.habits HABIT``.

Each lives a short session with an M5310-A on the port that its environment names.
"""

from __future__ import annotations

import os
import sys
import time
from functools import partial
from typing import TYPE_CHECKING

import serial

from tests.drivers.awaited_text import AwaitedText
from tests.drivers.fixed_offset import Offsets
from tests.drivers.line_counting import LineCounting
from tests.drivers.line_reading import LineReading
from tests.drivers.silence_framed import SilenceFramed

if TYPE_CHECKING:
    from collections.abc import Callable

_BOOTED = b"M5310-A\r\nOK\r\n"
_PATIENCE = 0.5
_ATTEMPTS = 2


def count_lines(port: serial.Serial) -> None:
    """Take the second line of each answer for the value."""
    host = LineCounting(port, b"+CEREG:")
    host.command("AT+CEREG=1", _PATIENCE)
    for _ in range(3):
        assert host.value("AT+CSQ").startswith("+CSQ:")
        time.sleep(0.05)


def read_lines(port: serial.Serial) -> None:
    """Know each line by its name."""
    host = LineReading(port, ("+CEREG:",), early=True)
    host.command("AT+CEREG=1")
    for _ in range(2):
        assert host.scan("AT+CSQ", "+CSQ")
        assert host.scan("AT+CGATT?", "+CGATT")


def await_text(port: serial.Serial) -> None:
    """Look for value and OK as one text."""
    host = AwaitedText(port)
    for line, pattern in (
        ("AT+CEREG=1", "OK\r\n"),
        ("AT+CSQ", r"\+CSQ:\d+,\d+\r\n\r\nOK\r\n"),
        ("AT", "OK\r\n"),
    ):
        host.send(line)
        host.until(pattern, _PATIENCE)


def read_offsets(port: serial.Serial, attempts: int = 1) -> None:
    """Take each answer apart at fixed offsets; with several attempts, drop what came and ask once more."""
    host = Offsets(port)
    host.command("AT+CEREG=1")
    for _ in range(3):
        for attempt in range(attempts):
            try:
                host.command("AT+CGATT?", "CGATT")
                break
            except AssertionError:
                if attempt + 1 == attempts:
                    raise
                port.timeout = 0.05
                while port.read(256):
                    pass


def frame_by_silence(port: serial.Serial) -> None:
    """Take what comes until 10 ms of silence for the answer."""
    host = SilenceFramed(port, silence=0.010)
    for line in ("AT+CEREG=1", "AT+CSQ", "AT"):
        host.answer(line, seconds=_PATIENCE)


def read_echo(port: serial.Serial) -> None:
    """Want each octet back before anything else."""
    port.timeout = _PATIENCE
    port.write(b"ATE1\r")
    assert port.read_until(b"OK\r\n").endswith(b"OK\r\n")
    for line in (b"AT+CEREG=1\r", b"AT+CSQ\r"):
        port.write(line)
        echo = port.read(len(line))
        assert echo == line, f"{echo!r} is not the echo of {line!r}"
        assert port.read_until(b"OK\r\n").endswith(b"OK\r\n")


HABITS: dict[str, Callable[[serial.Serial], None]] = {
    "line_counting": count_lines,
    "line_reading": read_lines,
    "awaited_text": await_text,
    "fixed_offset": read_offsets,
    "asking_twice": partial(read_offsets, attempts=_ATTEMPTS),
    "silence_framed": frame_by_silence,
    "echo": read_echo,
}

if __name__ == "__main__":
    with serial.Serial(os.environ["ONENET_PORT"], 115200, timeout=5) as opened:
        assert opened.read_until(_BOOTED).endswith(_BOOTED)
        HABITS[sys.argv[1]](opened)
