"""A host as strict as an mbed class for BC95-B: lines scanned by format, requests answered the moment they come.

A blank may stand behind a colon and nowhere else. It wants events 1, 2, 4 and 6, each and in this order, ends its
READRSP in a blank, and takes a written value only as bare hex of exactly twice the length, flag and index behind.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from onenet_sim.onenet import ResourceWrite
from tests.drivers.asking import asking
from tests.drivers.silence import drop_until_silent

if TYPE_CHECKING:
    import serial

    from onenet_sim import World


class _Scanner:
    """The parser: a line is a request, what is waited for, or lost."""

    def __init__(self, port: serial.Serial) -> None:
        self._port = port
        self._port.timeout = 0.05
        self._rest = b""
        self.observed = ""
        self.discovered = False
        self.written: list[bytes] = []

    def send(self, line: str) -> None:
        """Write a line."""
        self._port.write(f"{line}\r\n".encode("ascii"))

    def receive(self, pattern: str, seconds: float = 8.0) -> re.Match[str]:
        """Wait for a line that matches; requests on the way are answered, all else is lost."""
        until = time.monotonic() + seconds
        seen: list[str] = []
        while time.monotonic() < until:
            self._rest += self._port.read(max(1, self._port.in_waiting))
            while b"\n" in self._rest:
                octets, self._rest = self._rest.split(b"\n", 1)
                line = octets.decode("ascii").strip("\r")
                if found := re.fullmatch(pattern, line):
                    return found
                self._answer(line)
                seen.append(line)
        raise AssertionError(f"no {pattern} within {seconds:g} s, only {seen}")

    def command(self, line: str, *patterns: str) -> re.Match[str] | None:
        """Send a line and receive what it wants before OK; return the first of that."""
        self.send(line)
        found = [self.receive(pattern) for pattern in patterns]
        self.receive("OK")
        return found[0] if found else None

    def _answer(self, line: str) -> None:
        """Answer a request, without waiting for the OK of an answer before."""
        if found := re.fullmatch(r"\+MIPLOBSERVE: ?0,(\d+),1,3303,0,-1", line):
            self.observed = found[1]
            self.send(f"AT+MIPLOBSERVERSP=0,{found[1]},1")
        elif found := re.fullmatch(r"\+MIPLDISCOVER: ?0,(\d+),3303", line):
            self.discovered = True
            self.send(f'AT+MIPLDISCOVERRSP=0,{found[1]},1,9,"5700;5701"')
        elif found := re.fullmatch(r"\+MIPLREAD: ?0,(\d+),3303,0,5700", line):
            self.send(f"AT+MIPLREADRSP=0,{found[1]},1,3303,0,5700,4,4,27.5,0,0 ")
        elif found := re.fullmatch(r"\+MIPLWRITE: ?0,(\d+),3303,0,\d+,2,(\d+),([0-9A-F]+),\d+,\d+", line):
            assert len(found[3]) == 2 * int(found[2]), f"{line} is not hex of twice the length"
            self.written.append(bytes.fromhex(found[3]))
            self.send(f"AT+MIPLWRITERSP=0,{found[1]},2")


def drive(world: World, port: serial.Serial) -> None:
    """Restart the module by command, log in event by event, report, be read and written, and leave."""
    drop_until_silent(port)
    host = _Scanner(port)
    imei = world.modem.imei
    host.send("AT+NRB")
    host.receive("REBOOTING")
    host.receive("OK", 15.0)
    host.command("AT+MIPLVER?", r"\+MIPLVER: ?\d+\.\d+\.\d+")
    host.command("AT+CGSN=1", rf"\+CGSN: ?{imei}")
    host.command("AT+CIMI", world.modem.imsi)
    host.command("AT+CSQ", r"\+CSQ: ?\d+,\d+")
    host.command("AT+MIPLCREATE", r"\+MIPLCREATE: ?0")
    host.command('AT+MIPLADDOBJ=0,3303,1,"1",2,0')
    host.command("AT+MIPLOPEN=0,3600,30")
    for event in (1, 2, 4, 6):
        host.receive(rf"\+MIPLEVENT: ?0,{event}", 30.0)
    host.receive("OK")
    host.receive("OK")
    assert host.observed
    assert host.discovered

    host.command(f"AT+MIPLNOTIFY=0,{host.observed},3303,0,5700,4,4,26.5,0,0,1")
    host.receive(r"\+MIPLEVENT: ?0,26,1")
    with asking(world.onenet.read, imei, "/3303/0/5700") as read:
        host.receive("OK")
    assert [reading.value for reading in read.result()] == [27.5]
    with asking(world.onenet.write, imei, "/3303/0", [ResourceWrite(5701, "Cel")]) as write:
        host.receive("OK")
    write.result()
    assert host.written == [b"Cel"]
    world.settle()
    assert world.onenet.datapoint(imei, "3303_0_5700") == 26.5
    host.command("AT+MIPLUPDATE=0,3600,0")
    host.receive(r"\+MIPLEVENT: ?0,11")
    host.command("AT+MIPLCLOSE=0")
