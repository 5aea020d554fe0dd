"""A host as strict as an STM32F4 program for M5310-A: its lines end in NULs, it reads answers at fixed offsets.

The NUL that closes a C text goes out with each line, and with a report all the 128 octets of its buffer. OK has to
stand at octet 19 of CREATE's answer and at octet 2 of every other; a restart has to begin with RE there.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.drivers.silence import drop_until_silent

if TYPE_CHECKING:
    import serial

    from onenet_sim import World

_CODE = "130031F10003F2002304001100000000000000123138332E3233302E34302E34303A35363833000131F30008C000000000"
_BUFFER = 128
_SETTLED = 0.3


class PaddedLines:
    """The one frame that it looks at: what came in some time after a line."""

    def __init__(self, port: serial.Serial) -> None:
        self._port = port

    def ask(self, line: str, seconds: float = _SETTLED, *, padded: int = 0) -> bytes:
        """Send a line and return all that comes within some seconds."""
        self._port.reset_input_buffer()
        self._port.write(f"{line}\r\n\0".encode("ascii").ljust(padded, b"\0"))
        time.sleep(seconds)
        return self._port.read(self._port.in_waiting)

    def command(self, line: str, at: int = 2, *, padded: int = 0) -> None:
        answer = self.ask(line, padded=padded)
        assert answer[at : at + 2] == b"OK", f"{line}: no OK at octet {at} of {answer!r}"


def drive(world: World, port: serial.Serial) -> None:
    """Log in, ask whether it is logged in, renew, report and restart."""
    drop_until_silent(port)
    host = PaddedLines(port)
    host.command(f"AT+MIPLCREATE=49,{_CODE},0,49,0", 19)
    host.command('AT+MIPLADDOBJ=0,3200,1,"1",1,0')
    host.command('AT+MIPLDISCOVERRSP=0,3200,1,4,"5750"')
    assert b"0,6" in host.ask("AT+MIPLOPEN=0,3000,30", 4.0)
    assert b"0,6" in host.ask("AT+MIPLOPEN?", 2.0)
    assert b"0,11" in host.ask("AT+MIPLUPDATE=0,0,0", 2.0)
    host.command('AT+MIPLNOTIFY=0,0,3200,0,5750,1,5,"hello",0,0', padded=_BUFFER)
    world.settle()
    assert world.onenet.datapoint(world.modem.imei, "3200_0_5750") == "hello"
    host.command("AT+MIPLDELETE=0")
    assert host.ask("AT+NRB")[2:4] == b"RE"
