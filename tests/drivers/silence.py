"""The line before a session, for hosts that look at it only from their first command on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import serial

_SILENCE = 0.3


def drop_until_silent(port: serial.Serial) -> None:
    """Drop what the module says of itself until it has said it."""
    port.timeout = _SILENCE
    while port.read(256):
        pass
