"""A host as strict as a sensor's driver for MN316: lines end in CR alone, no blank in MIPL lines or in ``+CEREG``.

It restarts the module by command, and asks by ``AT+MIPLOPEN?`` whether it is still logged in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onenet_sim.onenet import ResourceWrite
from tests.drivers.asking import asking
from tests.drivers.awaited_text import AwaitedText
from tests.drivers.silence import drop_until_silent

if TYPE_CHECKING:
    import serial

    from onenet_sim import World

_STARTING = ("AT", "ATE0", "AT+CGDCONT?", "AT+NBAND?", 'AT+CPSMS=1,,,"00111000","00010000"', "AT+CEREG=5")
_ADDING = (
    'AT+MIPLADDOBJ=0,3300,1,"1",2,0',
    'AT+MIPLDISCOVERRSP=0,3300,1,9,"5700;5750"',
    "AT+MIPLOPEN=0,86400,30",
)


def drive(world: World, port: serial.Serial) -> None:
    """Restart, find the network, log in, report, be written, ask for the login and leave."""
    drop_until_silent(port)
    host = AwaitedText(port, end="\r")
    for _ in range(3):
        host.command("AT")
    host.command("AT+NRB", "REBOOTING")
    host.until("MATREADY", 10.0)
    drop_until_silent(port)
    for line in _STARTING:
        host.command(line)
    host.command("AT+CEREG?", r"\+CEREG:5,[15]")
    host.command("AT+CGCONTRDP", r"\+CGCONTRDP:")
    host.command("AT+CCLK?", r'\+CCLK: "\d{4}/\d\d/\d\d,\d\d:\d\d:\d\d\+\d\d"')
    host.command('AT+MIPLCREATEEX="nbiotbt.heclouds.com:5683",1')
    for line in _ADDING:
        host.command(line)
    host.until(r"\+MIPLEVENT:0,6\r\n", 60.0)
    host.until(r"\+MIPLDISCOVER:0,\d+,3300\r\n")

    imei = world.modem.imei
    host.command('AT+MIPLNOTIFY=0,0,3300,0,5750,1,6,"123456",0,0,1')
    host.until(r"\+MIPLEVENT:0,26,1\r\n")
    with asking(world.onenet.write, imei, "/3300/0", [ResourceWrite(5750, "123412")]) as write:
        number = host.until(r"\+MIPLWRITE:0,(\d+),3300,0,5750,1,6,123412,0\r\n")[1]
        host.command(f"AT+MIPLWRITERSP=0,{number},2")
    write.result()
    world.settle()
    assert world.onenet.datapoint(imei, "3300_0_5750") == "123456"
    host.command("AT+MIPLOPEN?")
    host.until(r"\+MIPLEVENT:0,6\r\n", 5.0)
    host.command("AT+MIPLCLOSE=0")
    host.until(r"\+MIPLEVENT:0,15\r\n", 10.0)
