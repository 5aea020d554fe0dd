"""A host as strict as a meter with BC28: it reads statistics to the band, and reports under message id 0.

The reference of the device is the first digit in the first 15 octets of CREATE's answer, its CR LF counted. Of the
requests DISCOVER alone is answered; its message id begins at a fixed offset.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.drivers.awaited_text import AwaitedText
from tests.drivers.silence import drop_until_silent

if TYPE_CHECKING:
    import serial

    from onenet_sim import World

_STATISTICS = ("Signal power", "Cell ID", "ECL", "SNR", "EARFCN", "PCI", "CURRENT BAND")


def drive(world: World, port: serial.Serial) -> None:
    """Restart the module, set it up, log in with one object, report hex digits as text."""
    drop_until_silent(port)
    host = AwaitedText(port)
    host.send("AT+NRB")
    host.until("OK\r\n", 12.0)
    for line in ("AT", "AT+CFUN=1", "AT+CGATT=1", "AT+QREGSWT=2", "AT+CMEE=1"):
        host.command(line)
    host.command("AT+CFUN?", r"\+CFUN:1\r\n")
    host.command("AT+CGSN=1", r"\+CGSN:\d{15}\r\n")
    host.command("AT+NCCID", r"\+NCCID:\d{20}\r\n")
    for line in ("AT+CPSMS=1,,,01000011,00000011", "AT+NPSMR=1", "AT+CEREG=1"):
        host.command(line)
    host.command("AT+CGATT?", r"\+CGATT:1\r\n")
    host.command("AT+NUESTATS", ".*".join(f"{name}:-?\\d+\r\n(?s:.)*?" for name in _STATISTICS) + "OK\r\n")
    host.command("AT+MIPLCONFIG=6,1")

    host.command("AT+MIPLCREATE", r"^[^\d]{14}0")
    host.command('AT+MIPLADDOBJ=0,3200,1,"1",1,0')
    host.command("AT+MIPLOPEN=0,3000,30")
    number = host.until(r"\+MIPLDISCOVER: 0,(\d+),3200\r\n", 30.0)[1]
    host.command(f'AT+MIPLDISCOVERRSP=0,{number},1,4,"5750"')
    host.command("AT+CCLK?", r"\+CCLK:\d\d/\d\d/\d\d,\d\d:\d\d:\d\d\+\d\d\r\n")
    host.command('AT+MIPLNOTIFY=0,0,3200,0,5750,1,4,"3132",0,0')
    world.settle()
    assert world.onenet.datapoint(world.modem.imei, "3200_0_5750") == "3132"
