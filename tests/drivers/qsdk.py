"""Hosts as strict as the RT-Thread drivers for M5311, M5310-A and ME3616: three objects, each counted.

They wait for the boot text after the reset key, want every value on line 2, and report only when each instance was
observed and each object discovered: by the module itself on M5311 and M5310-A, by the driver on ME3616, which
fails if a request comes before it has answered the last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onenet_sim.onenet import Refusal, ResourceWrite
from tests.drivers.asking import asking
from tests.drivers.fields import split_fields
from tests.drivers.line_counting import LineCounting
from tests.drivers.silence import drop_until_silent

if TYPE_CHECKING:
    from collections.abc import Sequence

    import serial

    from onenet_sim import World

_ADDRESS = "130031F10003F2002304001100000000000010123138332E3233302E34302E33393A35363833000131F300080000000000"
_BARE_ADDRESS = "13002CF10003F2001E040011000000000000100D3138332E3233302E34302E3339000131F300080000000000"
_OBJECTS = {3303: (1, '"1"', "5700;5701"), 3311: (3, '"111"', "5850;5851"), 3200: (1, '"1"', "5750")}
_OBSERVED = {("3303", "0"), ("3311", "0"), ("3311", "1"), ("3311", "2"), ("3200", "0")}


def drive_m5311(world: World, port: serial.Serial) -> None:
    """Live a whole session on M5311; of an execute that it does not answer nothing remains."""
    host = LineCounting(port, b"*ATREADY:")
    _reset(world, port, host, r"\*ATREADY:.*")
    for line in ("AT", "ATE0"):
        host.command(line, echo=True)
    _prepare(world, host, ("AT*SLEEP=1", "AT*MATWAKEUP=1", "AT+CMSYSCTRL=1,1", "AT+SM=LOCK", "AT+CMSYSCTRL=0,2"))
    _create(host, _ADDRESS)
    _add_objects(host, declared=True)
    host.command("AT+MIPLOPEN=0,3600")
    host.urc(r"\+MIPLEVENT: ?0, ?6", 90.0)
    observed = _counted(host)
    _report(world, host, observed)
    with asking(world.onenet.execute, world.modem.imei, "/3303/0/5605", timeout=1.0) as execute:
        host.urc(r"\+MIPLEXECUTE:.*")
    assert isinstance(execute.exception(), Refusal)
    _downlink(world, host)
    _leave(host)


def drive_m5310a(world: World, port: serial.Serial) -> None:
    """Live a whole session on M5310-A, whose login prints events 2 and 6 with nothing between."""
    host = LineCounting(port, b"REBOOT_", b"+NPSMR:")
    _reset(world, port, host, "REBOOT_CAUSE_SECURITY_RESET_PIN")
    _prepare(world, host, ("AT", "AT+NPSMR=1", "AT+CPSMS=0"))
    assert host.value("AT+NCDP?").startswith("+NCDP:0.0.0.0")
    _create(host, _ADDRESS)
    _add_objects(host, declared=True)
    host.command("AT+MIPLOPEN=0,3600")
    assert host.urc(".*")[0] == "+MIPLEVENT:0,2"
    assert host.urc(".*")[0] == "+MIPLEVENT:0,6"
    observed = _counted(host)
    _report(world, host, observed)
    _downlink(world, host)
    _leave(host)


def drive_me3616(world: World, port: serial.Serial) -> None:
    """Live a whole session on ME3616, answering each OBSERVE and DISCOVER before the next comes."""
    host = LineCounting(port, b"*MATREADY:")
    _reset(world, port, host, r"\*MATREADY:.*")
    for line in ("AT", "ATE0"):
        host.command(line, echo=True)
    _prepare(world, host, ("AT*MNBIOTEVENT=1,1", "AT+ZCONTLED=1", "AT+CPSMS=0"))
    _create(host, _BARE_ADDRESS)
    _add_objects(host, declared=False)
    host.command("AT+MIPLOPEN=0,3600")
    host.urc(r"\+MIPLEVENT: ?0, ?6", 90.0)
    observed = _answered(host)
    _report(world, host, observed)
    _downlink(world, host)
    _leave(host)


def _reset(world: World, port: serial.Serial, host: LineCounting, ready: str) -> None:
    world.modem.power("reset")
    host.urc(ready)
    drop_until_silent(port)


def _prepare(world: World, host: LineCounting, lines: Sequence[str]) -> None:
    for line in lines:
        host.command(line)
    assert split_fields(host.value("AT+CFUN?")) == ["+CFUN", "1"]
    assert host.value("AT+CIMI") == world.modem.imsi
    assert split_fields(host.value("AT+CGSN=1")) == ["+CGSN", world.modem.imei]
    assert host.value("AT+CSQ").startswith("+CSQ:")
    assert split_fields(host.value("AT+CEREG?"))[2] in {"1", "5"}
    assert host.value("AT+CCLK?").count("/") == 2


def _create(host: LineCounting, code: str) -> None:
    size = len(code) // 2
    assert split_fields(host.value(f"AT+MIPLCREATE={size},{code},0,{size},0")) == ["+MIPLCREATE", "0"]


def _add_objects(host: LineCounting, *, declared: bool) -> None:
    """Add the objects; where the module answers DISCOVER, with their resources by object id."""
    for number, (count, bitmap, resources) in _OBJECTS.items():
        host.command(f"AT+MIPLADDOBJ=0,{number},{count},{bitmap},{count},0")
        if declared:
            host.command(f'AT+MIPLDISCOVERRSP=0,{number},1,{len(resources)},"{resources}"')


def _counted(host: LineCounting) -> dict[tuple[str, str], str]:
    """Count the requests that the module answers; return the OBSERVEs' message ids."""
    observed: dict[tuple[str, str], str] = {}
    discovered: set[str] = set()
    while observed.keys() != _OBSERVED or len(discovered) < len(_OBJECTS):
        name, _, number, *rest = split_fields(host.urc(r"\+MIPL(OBSERVE|DISCOVER):.*", 60.0)[0])
        if name == "+MIPLOBSERVE":
            observed[rest[1], rest[2]] = number
        else:
            discovered.add(rest[0])
    return observed


def _answered(host: LineCounting) -> dict[tuple[str, str], str]:
    """Answer every request, one at a time; return the OBSERVEs' message ids."""
    observed: dict[tuple[str, str], str] = {}
    discovered: set[str] = set()
    while observed.keys() != _OBSERVED or len(discovered) < len(_OBJECTS):
        name, _, number, *rest = split_fields(host.urc(r"\+MIPL(OBSERVE|DISCOVER):.*", 60.0)[0])
        if name == "+MIPLOBSERVE":
            observed[rest[1], rest[2]] = number
            host.command(f"AT+MIPLOBSERVERSP=0,{number},1")
        else:
            assert observed.keys() == _OBSERVED, "a DISCOVER came before the last OBSERVE"
            discovered.add(rest[0])
            resources = _OBJECTS[int(rest[0])][2]
            host.command(f'AT+MIPLDISCOVERRSP=0,{number},1,{len(resources)},"{resources}"')
        assert host.idle, "the next request came before the last was answered"
    return observed


def _report(world: World, host: LineCounting, observed: dict[tuple[str, str], str]) -> None:
    """Report a quoted number with length 1, first under ackid 0 and then under 1."""
    mid = observed["3303", "0"]
    host.command(f'AT+MIPLNOTIFY=0,{mid},3303,0,5700,4,1,"25.500000",0,0,0')
    host.command(f'AT+MIPLNOTIFY=0,{mid},3303,0,5700,4,1,"26.500000",0,0,1')
    assert split_fields(host.urc(r"\+MIPLEVENT:.*26.*")[0])[2:] == ["26", "1"]
    world.settle()
    assert world.onenet.datapoint(world.modem.imei, "3303_0_5700") == 26.5


def _downlink(world: World, host: LineCounting) -> None:
    """Answer a READ by a line for each resource, all of them index 0 and flag 0, and a WRITE."""
    imei = world.modem.imei
    with asking(world.onenet.read, imei, "/3303/0") as read:
        found = split_fields(host.urc(r"\+MIPLREAD: ?0, ?\d+, ?3303,.*")[0])
        assert found[3:] == ["3303", "0", "-1"]
        host.command(f'AT+MIPLREADRSP=0,{found[2]},1,3303,0,5700,4,1,"27.500000",0,0')
        host.command(f'AT+MIPLREADRSP=0,{found[2]},1,3303,0,5701,1,3,"Cel",0,0')
    assert read.result()[0].value == 27.5
    with asking(world.onenet.write, imei, "/3311/0", [ResourceWrite(5850, value=True)]) as write:
        found = split_fields(host.urc(r"\+MIPLWRITE:.*")[0])
        assert found[3:6] == ["3311", "0", "5850"]
        assert found[8] == "01"
        host.command(f"AT+MIPLWRITERSP=0,{found[2]},2")
    write.result()


def _leave(host: LineCounting) -> None:
    host.command("AT+MIPLUPDATE=0,3600,0")
    host.urc(r"\+MIPLEVENT: ?0, ?11")
    host.command("AT+MIPLCLOSE=0")
    host.urc(r"\+MIPLEVENT: ?0, ?15")
    host.command("AT+MIPLDELETE=0")
