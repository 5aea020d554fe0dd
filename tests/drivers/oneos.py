"""Hosts as strict as OneOS's drivers for M5311 and for BC28: any spacing, but answers and events in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onenet_sim.onenet import ResourceWrite
from tests.drivers.asking import asking
from tests.drivers.line_reading import LineReading
from tests.drivers.silence import drop_until_silent

if TYPE_CHECKING:
    import serial

    from onenet_sim import World

_M5311_URCS = ("+MIPLEVENT:", "+MIPLNSMI:", "*ATREADY:", "+IP:", "+CPIN:")
_BC28_URCS = tuple(f"+MIPL{name}:" for name in ("EVENT", "OBSERVE", "DISCOVER", "READ", "WRITE", "EXECUTE"))


def drive_m5311(world: World, port: serial.Serial) -> None:
    """Identify the module, log in directly, report and wait for each event behind the OK, and leave."""
    host = LineReading(port, _M5311_URCS, early=False)
    host.urc("+IP")
    for line in ("AT", "ATE0", "AT"):
        host.command(line)
    assert host.command("AT+GSN")[0] == world.modem.imei
    assert host.command("AT+ICCID")[0] == f"+ICCID: {world.modem.iccid}"
    assert host.command("AT*ENGINFO=0")[0].startswith("*ENGINFOSC:")
    host.command("AT+CEREG=1")
    assert host.scan("AT+CEREG?", "+CEREG") == ["1", "1"]
    assert host.scan("AT+CGATT?", "+CGATT") == ["1"]
    assert host.scan("AT+CSQ", "+CSQ")[0].isdecimal()

    assert host.scan("AT+MIPLCREATEEX=183.230.40.39:5683,0", "+MIPLCREATEEX") == ["0"]
    host.command('AT+MIPLADDOBJ=0,3303,1,"1",2,0')
    host.command('AT+MIPLDISCOVERRSP=0,3303,1,9,"5700;5701"')
    assert host.scan("AT+MIPLNMI?", "+MIPLNMI") == ["0", "0", "0"]
    host.command("AT+MIPLNMI=0,0,1")
    host.command("AT+MIPLOPEN=0,3600,30")
    host.urc("+MIPLEVENT", "0", "6", seconds=60.0)
    host.command('AT+MIPLNOTIFY=0,0,3303,0,5700,4,4,"25.5",0,0,7')
    host.urc("+MIPLNSMI", "0", "1")
    host.urc("+MIPLEVENT", "0", "26", "7", seconds=60.0)
    world.settle()
    assert world.onenet.datapoint(world.modem.imei, "3303_0_5700") == 25.5
    assert not any("+MIPLREAD" in line for line in host.command("AT+MIPLMGR=0"))
    host.command("AT+MIPLUPDATE=0,3600,0")
    host.command("AT+MIPLCLOSE=0")
    host.urc("+MIPLEVENT", "0", "15", seconds=60.0)
    host.command("AT+MIPLDELOBJ=0,3303")
    host.command("AT+MIPLDELETE=0")


def drive_bc28(world: World, port: serial.Serial) -> None:
    """Set the server by MIPLCONFIG, answer whatever is asked by its message id, and report a bare number."""
    drop_until_silent(port)
    host = LineReading(port, _BC28_URCS, early=True)
    host.command("AT+MIPLCONFIG=0,183.230.40.39,5683")
    modes = [line.removeprefix("+MIPLCONFIG:").split(",") for line in host.command("AT+MIPLCONFIG?")]
    assert [each.strip() for each in modes[0]] == ["0", "183.230.40.39", "5683"]
    assert {"2", "3", "4"} <= {mode[0].strip() for mode in modes[1:]}
    assert host.scan("AT+MIPLCREATE", "+MIPLCREATE") == ["0"]
    host.command('AT+MIPLADDOBJ=0,3303,2,"11",2,1')
    host.command("AT+MIPLOPEN=0,3600")
    observes: list[str] = []
    for instance in ("0", "1"):
        _, observe, flag, *path = host.urc("+MIPLOBSERVE")
        assert [flag, *path] == ["1", "3303", instance, "-1"]
        host.command(f"AT+MIPLOBSERVERSP=0,{observe},1")
        observes.append(observe)
    _, discover, object_id = host.urc("+MIPLDISCOVER")
    assert object_id == "3303"
    host.command(f'AT+MIPLDISCOVERRSP=0,{discover},1,9,"5700;5701"')

    imei = world.modem.imei
    host.command(f"AT+MIPLNOTIFY=0,{observes[0]},3303,0,5700,4,4,25.5,0,0")
    with asking(world.onenet.read, imei, "/3303/0/5700") as read:
        _, number, *path = host.urc("+MIPLREAD")
        assert path == ["3303", "0", "5700"]
        host.command(f"AT+MIPLREADRSP=0,{number},1,3303,0,5700,4,4,26.5,0,0")
    assert [reading.value for reading in read.result()] == [26.5]
    with asking(world.onenet.write, imei, "/3303/0", [ResourceWrite(5701, "Cel")]) as write:
        _, number, *path = host.urc("+MIPLWRITE")
        assert path[:3] == ["3303", "0", "5701"]
        host.command(f"AT+MIPLWRITERSP=0,{number},2")
    write.result()
    with asking(world.onenet.execute, imei, "/3303/0/5605", "reset") as execute:
        _, number, *path, length, argument = host.urc("+MIPLEXECUTE")
        assert path == ["3303", "0", "5605"]
        assert argument == f'"{argument[1:-1]}"'
        assert int(length) == len(argument[1:-1])
        host.command(f"AT+MIPLEXECUTERSP=0,{number},2")
    execute.result()

    world.settle()
    assert world.onenet.datapoint(imei, "3303_0_5700") == 25.5
    host.command("AT+MIPLUPDATE=0,3600,0")
    host.command("AT+MIPLCLOSE=0")
    host.command("AT+MIPLDELOBJ=0,3303")
    host.command("AT+MIPLDELETE=0")
