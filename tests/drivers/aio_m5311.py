"""A host as strict as the M5311 adapter of China Mobile's SDK: literals without a blank, no question at start.

It waits for the address that the module prints when it has booted, numbers its reports by a counter of its own,
counts a string's quotes as part of its length, and does not survive any READ or WRITE.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.drivers.awaited_text import AwaitedText

if TYPE_CHECKING:
    import serial

    from onenet_sim import World

_OTHERWISE_OCCUPIED = 3.0


def drive(world: World, port: serial.Serial) -> None:
    """Log in when the module tells its address, report twice, renew the lifetime and leave."""
    host = AwaitedText(port, deadly=r"\+MIPL(READ|WRITE):0,")
    host.until(r"\+IP:[^\r\n]*\r\n", 60.0)
    host.command("AT+MIPLCREATEEX=coap://nbiotbt.heclouds.com:5683,1", r"\+MIPLCREATEEX:0")
    host.command('AT+MIPLADDOBJ=0,3311,2,"11",0,0')
    host.command('AT+MIPLDISCOVERRSP=0,3311,1,9,"5850;5851"')
    host.command("AT+MIPLOPEN=0,120,30")
    host.until(r"\+MIPLEVENT:0,2\r\n", 30.0)
    host.until(r"\+MIPLEVENT:0,6\r\n", 30.0)

    host.command('AT+MIPLNOTIFY=0,1,3311,0,5851,3,3,"7",0,0,1')
    time.sleep(_OTHERWISE_OCCUPIED)  # it does not look at the line; what comes must wait there
    host.until(r"\+MIPLEVENT:0,26,1\r\n")
    host.command('AT+MIPLNOTIFY=0,2,3311,1,5701,1,5,"lux",0,0,2')
    host.until(r"\+MIPLEVENT:0,26,2\r\n")
    world.settle()
    imei = world.modem.imei
    assert world.onenet.datapoint(imei, "3311_0_5851") == 7
    assert world.onenet.datapoint(imei, "3311_1_5701") == "lux"

    host.command("AT+MIPLUPDATE=0,120,0")
    host.until(r"\+MIPLEVENT:0,11\r\n")
    host.command("AT+MIPLDELOBJ=0,3311")
    host.command("AT+MIPLCLOSE=0")
    host.until(r"\+MIPLEVENT:0,15\r\n")
    assert not world.onenet.online(imei)
