"""Host programs as strict as drivers in the field, at field pace on a real PTY."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import serial

from onenet_sim import World
from tests.drivers.line_counting import LineCountingHost
from tests.drivers.silence_framed import SilenceFramedHost

if TYPE_CHECKING:
    from collections.abc import Iterator

REGISTER_CODE = (
    "130031F10003F2002304001100000000000010123138332E3233302E34302E33393A35363833000131F300080000000000"
)
OBJECTS = {3303: (1, '"1"', "5700;5701"), 3311: (3, '"111"', "5850;5851"), 3200: (1, '"1"', "5750")}


@pytest.fixture
def m5310a() -> Iterator[tuple[World, serial.Serial]]:
    with World(profile="m5310a", seed=3) as world, serial.Serial(world.modem.port) as port:
        yield world, port


@pytest.fixture
def m5310() -> Iterator[tuple[World, serial.Serial]]:
    with World(profile="m5310", seed=3) as world, serial.Serial(world.modem.port) as port:
        yield world, port


def test_a_driver_that_counts_lines_starts_logs_in_reports_and_leaves(
    m5310a: tuple[World, serial.Serial],
) -> None:
    world, port = m5310a
    host = LineCountingHost(port)
    world.modem.power("reset")
    host.urc("REBOOT_CAUSE_SECURITY_RESET_PIN")

    for line in ("AT", "AT+NPSMR=1", "AT+CPSMS=0"):
        host.command(line)
    assert host.value("AT+NCDP?").startswith("+NCDP:0.0.0.0")
    assert host.value("AT+CFUN?") == "+CFUN:1"
    assert host.value("AT+CIMI") == world.modem.imsi
    assert host.value("AT+CGSN=1") == f"+CGSN:{world.modem.imei}"
    assert host.value("AT+CSQ").startswith("+CSQ:")
    assert host.value("AT+CEREG?") == "+CEREG:0,1"
    assert host.value("AT+CCLK?").count("/") == 2

    assert host.value(f"AT+MIPLCREATE=49,{REGISTER_CODE},0,49,0") == "+MIPLCREATE:0"
    for number, (count, bitmap, resources) in OBJECTS.items():
        host.command(f"AT+MIPLADDOBJ=0,{number},{count},{bitmap},{count},0")
        host.command(f'AT+MIPLDISCOVERRSP=0,{number},1,{len(resources)},"{resources}"')
    host.command("AT+MIPLOPEN=0,3600")
    assert host.urc(r"\+MIPL.*")[0] == "+MIPLEVENT:0,2"
    assert host.urc(r"\+MIPL.*")[0] == "+MIPLEVENT:0,6"
    host.urc(r"\+MIPLREAD:0,\d+,3,0,-1")
    assert set(host.observed) == {(3303, 0), (3311, 0), (3311, 1), (3311, 2), (3200, 0)}
    assert host.discovered == set(OBJECTS)

    mid = host.observed[3303, 0]
    host.command(f'AT+MIPLNOTIFY=0,{mid},3303,0,5700,4,1,"25.500000",0,0,0')
    host.command(f'AT+MIPLNOTIFY=0,{mid},3303,0,5700,4,1,"26.500000",0,0,1')
    host.urc(r"\+MIPLEVENT:0,26,1")
    world.settle()
    assert world.onenet.datapoint(world.modem.imei, "3303_0_5700") == 26.5

    host.command("AT+MIPLUPDATE=0,3600,0")
    host.urc(r"\+MIPLEVENT:0,11")
    host.command("AT+MIPLCLOSE=0")
    host.urc(r"\+MIPLEVENT:0,15")
    host.command("AT+MIPLDELETE=0")


def test_a_driver_that_closes_frames_by_silence_loses_nothing_at_field_pace(
    m5310: tuple[World, serial.Serial],
) -> None:
    world, port = m5310
    host = SilenceFramedHost(port)
    world.modem.power("reset")
    assert "OK" in host.frame(10.0)

    for line in ("AT+MIPLCLOSE=0", "AT+MIPLDELOBJ=0,3303", "AT+MIPLDELETE=0"):
        assert "ERROR" in host.command(line)
    for line in ("AT+MIPLCREATE", 'AT+MIPLADDOBJ=0,3303,3,"100",2,0', "AT+MIPLOPEN=0,3600"):
        assert "OK" in host.command(line)
    _, observe, *_ = host.request("+MIPLOBSERVE")
    assert "OK" in host.answer(f"AT+MIPLOBSERVERSP=0,{observe},1")
    _, discover, _ = host.request("+MIPLDISCOVER")
    assert "OK" in host.answer(f'AT+MIPLDISCOVERRSP=0,{discover},1,9,"5700;5701"')

    assert "OK" in host.command(f"AT+MIPLNOTIFY=0,{observe},3303,0,5700,4,4,25.3,1,1")
    assert "OK" in host.command(f'AT+MIPLNOTIFY=0,{observe},3303,0,5701,1,14,"degree celsius",0,0')
    world.settle()
    imei = world.modem.imei
    assert world.onenet.datapoint(imei, "3303_0_5700") == 25.3
    assert world.onenet.datapoint(imei, "3303_0_5701") == "degree celsius"
    host.command("AT+MIPLUPDATE=0,3600,1")
    assert world.onenet.online(imei)
