"""A host as strict as a state machine for BC35: ``+MIPLCREATE:0`` without a blank, every URC with one.

Its reports ask to go idle after the reply, in an upper-case number, and its EXECUTERSP has a fourth field.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.drivers.asking import asking
from tests.drivers.awaited_text import AwaitedText
from tests.drivers.silence import drop_until_silent

if TYPE_CHECKING:
    import serial

    from onenet_sim import World


def drive(world: World, port: serial.Serial) -> None:
    """Go from state to state: made, open, observed, reported, executed, renewed."""
    drop_until_silent(port)
    host = AwaitedText(port)
    imei = world.modem.imei
    host.command("AT")
    host.command("AT+MIPLCREATE", r"\+MIPLCREATE:0\r\n\r\nOK\r\n")
    host.command('AT+MIPLADDOBJ=0,3303,1,"1",2,1')
    host.command("AT+MIPLOPEN=0,86400,60")
    host.until(r"\+MIPLEVENT: 0,6\r\n", 160.0)
    observe = host.until(r"\+MIPLOBSERVE: 0,(\d+),1,3303,0,-1\r\n")[1]
    host.command(f"AT+MIPLOBSERVERSP=0,{observe},1")
    discover = host.until(r"\+MIPLDISCOVER: 0,(\d+),3303\r\n")[1]
    host.command(f'AT+MIPLDISCOVERRSP=0,{discover},1,4,"5700"')

    host.command(f"AT+MIPLNOTIFY=0,{observe},3303,0,5700,4,4,25.3,0,0,1,0X400")
    host.until(r"\+MIPLEVENT: 0,26")
    with asking(world.onenet.execute, imei, "/3303/0/5605", "reset") as execute:
        number = host.until(r'\+MIPLEXECUTE: 0,(\d+),3303,0,5605,5,"reset"\r\n')[1]
        host.command(f"AT+MIPLEXECUTERSP=0,{number},2,0")
    execute.result()
    host.command("AT+MIPLUPDATE=0,86400,0")
    host.until(r"\+MIPLEVENT: 0,11\r\n")
    world.settle()
    assert world.onenet.datapoint(imei, "3303_0_5700") == 25.3
