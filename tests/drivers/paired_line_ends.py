"""A host as strict as an STM32 program for M5310-A: what stands between one CR LF and the next is a frame.

It looks for an opening CR LF, then for a closing one, and drops what comes between two frames. A line end too many
or too few puts it out of step for ever, also in the boot text. It counts the OKs of its ADDOBJs, and those of the
NOTIFYs by which it declares its resources before OPEN; OPEN it sends again each second until event 6.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from onenet_sim.onenet import ResourceWrite
from tests.drivers.asking import asking

if TYPE_CHECKING:
    import serial

    from onenet_sim import World

_END = "\r\n"
_CODE = "130031F10003F2002304001100000000000000123138332E3233302E34302E34303A35363833000131F30008C000000000"
_ASKING = {
    "AT": "OK",
    "AT+CFUN?": "+CFUN:1",
    "AT+CGSN=1": "+CGSN:",
    "AT+CIMI": "4",
    "AT+CSQ": "+CSQ:",
    "AT+CGATT?": "+CGATT:1",
    "AT+CEREG?": "+CEREG:0,1",
    f"AT+MIPLCREATE=49,{_CODE},0,49,0": "+MIPLCREATE",
}
_OBJECTS = {3200: ("1", "heart"), 3201: ("2", "can"), 3202: ("3", "rj45"), 3330: ("4", "laser")}


class PairedLineEnds:
    """The receiver, from the boot text on."""

    def __init__(self, port: serial.Serial) -> None:
        self._port = port
        self._port.timeout = 0.02
        self._text = ""

    def send(self, line: str) -> None:
        self._port.write(f"{line}{_END}".encode("ascii"))

    def frame(self) -> str | None:
        """Return the next frame, if it is complete by now."""
        self._text += self._port.read(256).decode("ascii")
        begin = self._text.find(_END)
        end = self._text.find(_END, begin + len(_END))
        if begin < 0 or end < 0:
            return None
        frame, self._text = self._text[begin + len(_END) : end], self._text[end + len(_END) :]
        assert frame, "out of step: an empty frame"
        return frame

    def within(self, what: str, seconds: float) -> str | None:
        """Return the first frame with ``what`` in it."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            frame = self.frame()
            if frame is not None and what in frame:
                return frame
        return None

    def insist(self, line: str, what: str, times: int = 10) -> str:
        """Send a line each second until its answer comes."""
        for _ in range(times):
            self.send(line)
            found = self.within(what, 1.0)
            if found is not None:
                return found
        raise AssertionError(f"{line}: no {what} in {times} s")

    def count(self, *lines: str) -> None:
        """Send lines 0.1 s apart and count their OKs."""
        for line in lines:
            self.send(line)
            time.sleep(0.1)
        oks = [self.within("OK", 1.0) for _ in lines]
        assert None not in oks, f"{oks.count(None)} of {lines} without OK"


def drive(world: World, port: serial.Serial) -> None:
    """Boot, log in, report, renew and be written."""
    host = PairedLineEnds(port)
    assert host.within("OK", 5.0) == "OK"
    for line, what in _ASKING.items():
        host.insist(line, what)
    host.within("OK", 0.5)
    host.count(*(f'AT+MIPLADDOBJ=0,{each},1,"{bitmap}",1,0' for each, (bitmap, _) in _OBJECTS.items()))
    host.count(
        *(f'AT+MIPLNOTIFY=0,0,{each},0,5750,1,{len(text)},"{text}",0,0' for each, (_, text) in _OBJECTS.items())
    )
    host.insist("AT+MIPLOPEN=0,600,30", "+MIPLEVENT:0,6")
    host.within("+MIPLDISCOVER:", 10.0)
    host.within("+MIPLREAD:", 10.0)

    imei = world.modem.imei
    host.count('AT+MIPLNOTIFY=0,0,3330,0,5750,1,2,"ff",0,0')
    host.send("AT+MIPLUPDATE=0,600,1")
    assert host.within("+MIPLEVENT:0,11", 5.0)
    with asking(world.onenet.write, imei, "/3200/0", [ResourceWrite(5750, "12")]) as write:
        fields = (host.within("+MIPLWRITE:", 5.0) or "").split(",")
        assert fields[2:] == ["3200", "0", "5750", "1", "2", "12", "0"]
        host.count(f"AT+MIPLWRITERSP=0,{fields[1]},2")
    write.result()
    world.settle()
    assert world.onenet.datapoint(imei, "3330_0_5750") == "ff"
