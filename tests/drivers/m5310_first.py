"""Hosts as strict as programs for the first M5310 firmware (2017), which nothing but its own dialect makes go on.

The lamp compares whole answers with their CR and LF, and a step that is late takes it back to the reset key. The
sample restarts the module by command, wants a 3. in its version, and takes OPEN, OBSERVE, DISCOVER in that order.
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

_OK = r"\A\r\nOK\r\n"
_LOOKING = ("AT+NCCID", "AT+CEREG?", "AT+CGATT?", "AT+CSQ")
_ANSWERS = (r"\+NCCID:\w+", r"\+CEREG:\d,[15]", r"\+CGATT:1", r"\+CSQ:\d+,\d+")
_NETWORK = ("AT+CMEE=1", "AT+CSCON=1", "AT+CEREG=2", "AT+CEDRXS=0,5", "AT+CPSMS=0")
_BOOTSTRAP, _DIRECT = b"\x10", b"\x00"


def _blob(mode: bytes, uri: bytes, name: str, lifetime: int) -> str:
    """Return the line that configures the module, as the vendor's tool makes it."""
    octets = mode + bytes(3) + lifetime.to_bytes(4, "little")
    for text in (uri, name.encode()):
        octets += len(text).to_bytes(2, "little") + text
    octets += bytes((5, 5, 1))
    return f"AT+MIPLCONF={len(octets)},{octets.hex().upper()},1,1"


def drive_lamp(world: World, port: serial.Serial) -> None:
    """Press the reset key, log in by bootstrap, renew, report a status, and be switched by an execute."""
    host = AwaitedText(port)
    world.modem.power("reset")
    host.until(r"\r\nOK\r\n", 10.0)
    host.command("AT", _OK)
    imei = host.command("AT+CGSN=1", r"\A\r\n\+CGSN:(\d{15})\r\n\r\nOK\r\n")[1]
    for line, answer in zip(_LOOKING, _ANSWERS, strict=True):
        host.command(line, rf"\A\r\n{answer}\r\n\r\nOK\r\n")
    name = f"{imei};{world.modem.imsi}"
    host.command(_blob(_BOOTSTRAP, b"coap://183.230.40.39:5683", name, 86400), _OK)
    host.command("AT+MIPLADDOBJ=0,3200,0", _OK)
    host.command('AT+MIPLNOTIFY=0,3200,0,5505,6,"000102030405",1', _OK)
    host.send("AT+MIPLOPEN=0,30")
    host.until(r"\r\n\+MIPLOPEN:0,1\r\n", 20.0)
    host.until(r"\r\n\+MIPLDISCOVER:0,\d+,3200\r\n")
    host.command("AT+MIPLUPDATE=0,3000,0", _OK)
    host.until(r"\A\r\n\+MIPLUPDATE:0,1\r\n", 20.0)

    host.command('AT+MIPLNOTIFY=0,3200,0,5750,1,"on",1', _OK)
    with asking(world.onenet.execute, imei, "/3200/0/5505", "off") as execute:
        number = host.until(r'\r\n\+MIPLEXECUTE:0,(\d+),3200,0,5505,3,"off"\r\n')[1]
        host.command(f"AT+MIPLEXECUTE=0,{number},1", _OK)
    execute.result()
    world.settle()
    assert world.onenet.datapoint(imei, "3200_0_5750") == "on"


def drive_sample(world: World, port: serial.Serial) -> None:
    """Restart by command, log in directly, answer a read and a write, report again and delete everything."""
    drop_until_silent(port)
    host = AwaitedText(port)
    imei = world.modem.imei
    host.command("AT+NRB")
    drop_until_silent(port)
    host.command("AT+CMVER", r"3\.[^\r]*\r\n\r\nOK\r\n")
    for line in _NETWORK:
        host.command(line)
    host.command("AT+CEREG?", "CEREG:2,1")
    host.command("AT+csq")
    host.command("AT+CSCON=0")
    host.command(_blob(_DIRECT, b"coap://183.230.40.40:5683", f"{imei};{world.modem.imsi}", 3000))
    for path, value in (("3303,0,5700", '4,"25.5"'), ("3311,0,5850", '5,"0"')):
        host.command(f"AT+MIPLADDOBJ=0,{path.rpartition(',')[0]}")
        host.command(f"AT+MIPLNOTIFY=0,{path},{value},0")
    host.command("AT+MIPLOPEN=0,60", _OK)
    host.until(r"\A\r\n\+MIPLOPEN:0,1\r\n", 60.0)
    for object_id in (3303, 3311):
        host.until(rf"\A\r\n\+MIPLOBSERVE:0,\d+,1,{object_id},0,-1\r\n")
    for object_id in (3303, 3311):
        host.until(rf"\A\r\n\+MIPLDISCOVER:0,\d+,{object_id}\r\n")

    with asking(world.onenet.read, imei, "/3303/0/5700") as read:
        number = host.until(r"\r\n\+MIPLREAD:0,(\d+),3303,0,5700\r\n")[1]
        host.command(f'AT+MIPLREAD=0,{number},3303,0,5700,4,"26.5",1')
    assert read.result()[0].value == 26.5
    with asking(world.onenet.write, imei, "/3311/0", [ResourceWrite(5850, value=True)]) as write:
        number = host.until(r"\r\n\+MIPLWRITE:0,(\d+),3311,0,5850,5,1,1,0\r\n")[1]
        host.command(f"AT+MIPLWRITE=0,{number},1")
    write.result()
    host.command('AT+MIPLNOTIFY=0,3303,0,5700,4,"27.5",1,3')
    host.until(r"\+MIPLNOTIFY")
    world.settle()
    assert world.onenet.datapoint(imei, "3303_0_5700") == 27.5
    host.command("AT+MIPLCLOSE=0")
    host.until(r"\A\r\n\+MIPLCLOSE", 60.0)
    for line in ("AT+MIPLDELOBJ=0,3303,0", "AT+MIPLDELOBJ=0,3311,0", "AT+MIPLDEL=0"):
        host.command(line)
