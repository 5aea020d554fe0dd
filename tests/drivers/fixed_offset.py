"""A host as strict as a gateway's classes for BC95: every answer is taken apart at fixed offsets, lines end in CR.

Octets 0 and 1 are CR and LF; octet 2 is a plus for information or an error, otherwise OK stands at 2 and 3. The
name goes from octet 3 to the colon. A text of more than 512 octets is reported in pieces.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.drivers.silence import drop_until_silent

if TYPE_CHECKING:
    import serial

    from onenet_sim import World

_PATIENCE = 15.0
_PIECE = 512


class Offsets:
    """The parser: one line is CR, LF, text, CR, LF, and nothing stands between two lines."""

    def __init__(self, port: serial.Serial) -> None:
        self._port = port

    def _line(self, seconds: float = _PATIENCE) -> str:
        self._port.timeout = 0.05
        until = time.monotonic() + seconds
        octets = b""
        while len(octets) < 4 or not octets.endswith(b"\r\n"):
            assert time.monotonic() < until, f"no line within {seconds:g} s, only {octets!r}"
            octets += self._port.read(1)
        assert octets.startswith(b"\r\n"), f"{octets!r} does not begin with CR and LF"
        line = octets.decode("ascii")
        assert line[2] == "+" or line[2:4] == "OK", f"{line!r} is neither information, error nor OK"
        assert not line.startswith("\r\n+CIS ERROR:"), f"the module says {line!r}"
        return line

    def command(self, line: str, name: str = "", end: str = "\r") -> str:
        """Send a line; take information of that name, if one is told, and OK; return the information."""
        self._port.write(f"{line}{end}".encode("ascii"))
        information = ""
        if name:
            information = self._line()
            assert information[3 : information.index(":")] == name
        final = self._line()
        assert final[2:4] == "OK", f"{line} got {final!r}"
        return information

    def urc(self, name: str, *fields: str, seconds: float = _PATIENCE) -> list[str]:
        """Take the next line, which must be this URC and begin with these fields; return all of them."""
        line = self._line(seconds)
        colon = line.index(":")
        assert line[3:colon] == name, f"{line!r} came, not {name}"
        found = line[colon + 1 :].strip().split(",")
        assert found[: len(fields)] == list(fields), f"{line!r} came, not {fields}"
        return found


def drive(world: World, port: serial.Serial) -> None:
    """Log in with each line in its place, report a number and a long text, and leave."""
    drop_until_silent(port)
    host = Offsets(port)
    host.command("AT+MIPLCREATE", "MIPLCREATE", end="\r\n")
    host.command("AT+MIPLADDOBJ=0,3303,1,1,3,0")
    host.command("AT+MIPLOPEN=0,3600")
    for event in ("1", "2", "4", "6"):
        host.urc("MIPLEVENT", "0", event)
    _, observe, *_ = host.urc("MIPLOBSERVE", "0")
    host.command(f"AT+MIPLOBSERVERSP=0,{observe},1")
    _, discover, _ = host.urc("MIPLDISCOVER", "0")
    host.command(f'AT+MIPLDISCOVERRSP=0,{discover},1,15,"5700;5701;5750;"')

    host.command(f"AT+MIPLNOTIFY=0,{observe},3303,0,5700,4,4,25.3,0,0,1")
    host.urc("MIPLEVENT", "0", "26", "1")
    text = "0123456789" * 60
    for index, flag, piece in ((1, 1, text[:_PIECE]), (0, 0, text[_PIECE:])):
        host.command(f'AT+MIPLNOTIFY=0,{observe},3303,0,5750,1,{len(piece)},"{piece}",{index},{flag},1')
    host.urc("MIPLEVENT", "0", "26", "1")
    world.settle()
    assert world.onenet.datapoint(world.modem.imei, "3303_0_5700") == 25.3

    host.command("AT+MIPLUPDATE=0,0,0")
    host.urc("MIPLEVENT", "0", "11")
    host.command("AT+MIPLCLOSE=0")
    host.urc("MIPLEVENT", "0", "15")
    host.command("AT+MIPLDELETE=0")
