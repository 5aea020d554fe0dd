"""A host as strict as programs for M5311 on STM32 and Arduino: it looks once, some time after each line.

A restart has to announce itself by REBOOTING.. within 0.5 s. CREATE has a blank before its equals sign, a text is
reported without quotes, and fields are read at fixed places behind the names: a blank is in general lines and none
in MIPL lines.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.drivers.silence import drop_until_silent

if TYPE_CHECKING:
    import serial

    from onenet_sim import World

_CODE = "130031F10003F2002304001100000000000000123138332E3233302E34302E34303A35363833000131F30008C000000000"
_LOOK = 0.3
_STARTING = ("ATE0", "AT+SM=LOCK_FOREVER", "AT*CMBAND=8", "AT+CMSYSCTRL=0,2,50,80,50,700", "AT+SWVER", "AT+CMVER")


class Looks:
    """What came between a line and the one look at it."""

    def __init__(self, port: serial.Serial) -> None:
        self._port = port

    def at(self, line: str, what: str, seconds: float = _LOOK) -> str:
        """Send a line, wait, and return the answer from ``what`` on, which has to be there."""
        self._port.reset_input_buffer()
        self._port.write(f"{line}\r\n".encode("ascii"))
        time.sleep(seconds)
        answer = self._port.read(self._port.in_waiting).decode("ascii")
        assert what in answer, f"{line}: no {what} in {answer!r} after {seconds:g} s"
        return answer[answer.index(what) :]


def drive(world: World, port: serial.Serial) -> None:
    """Restart, find the network, log in, report and renew."""
    drop_until_silent(port)
    host = Looks(port)
    host.at("AT+CMRB", "REBOOTING..", 0.5)
    port.timeout = 5.0
    assert port.read_until(b"PIN: READY\r\n").endswith(b"PIN: READY\r\n")
    drop_until_silent(port)
    for line in _STARTING:
        host.at(line, "OK\r\n")
    host.at("AT+CREG?", "+CREG: 0,1")
    assert host.at("AT+CEREG?", "CEREG")[9] in "15"
    assert host.at("AT+CSQ", "CSQ:")[6:8].strip("0123456789")[:1] == ","
    assert host.at("AT+CCLK?", "CCLK: ")[6:8].isdecimal()
    assert host.at(f"AT+MIPLCREATE =49,{_CODE},0,49,0", "MIPLCREATE")[11] == "0"
    for each, resource in ((3323, 5750), (3303, 5701)):
        host.at(f'AT+MIPLADDOBJ=0, {each}, 1, "1", 0, 1', "OK")
        host.at(f'AT+MIPLDISCOVERRSP=0,{each},1,4,"{resource}"', "OK")
    login = host.at("AT+MIPLOPEN=0,3000,30", "MIPLEVENT:", 5.0)
    assert "MIPLDISCOVER:" in login
    host.at("AT+MIPLNOTIFY=0,0,3323,0,5750,1,4,1234,0,0", "OK")
    host.at('AT+MIPLNOTIFY=0,0,3303,0,5701,1,4,"25",0,0', "OK")
    host.at("AT+MIPLUPDATE=0,300, 0", "+MIPLEVENT:0,11", 2.0)
    world.settle()
    assert world.onenet.datapoint(world.modem.imei, "3323_0_5750") == "1234"
