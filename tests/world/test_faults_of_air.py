"""Faults of the radio, as a module's host sees them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from onenet_sim import World
from onenet_sim.world.faults import FaultError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def world() -> Iterator[World]:
    with World(profile="m5310a", seed=7, pty=False, clock="stopped") as world:
        world.settle()
        for line in ("ATE0", "AT+CEREG=5", "AT+CSCON=1"):
            world.modem.command(line)
        world.modem.line.lines()
        yield world


def signal(world: World) -> str:
    return world.modem.command("AT+CSQ")[0]


def radio(world: World) -> dict[str, Any]:
    state: dict[str, Any] = json.loads(json.dumps(world.state))
    found: dict[str, Any] = state["modems"][0]["radio"]
    return found


@pytest.mark.survives("air.no_coverage")
def test_coverage_is_gone_for_a_while(world: World) -> None:
    world.faults.add("air.no_coverage", after=10, lasts=60)
    world.clock.advance(10)
    assert signal(world) == "+CSQ:99,99"
    fault = world.journal.events(kind="air_fault")[0]
    assert [event.cause for event in world.journal.events(kind="radio")][-1] == fault.id
    world.clock.advance(60)
    assert signal(world) == "+CSQ:20,99"


@pytest.mark.survives("air.signal")
def test_conditions_add_up_and_are_given_back_in_any_order(world: World) -> None:
    weak = world.faults.add("air.signal", rsrp=-125, ecl=2)
    none = world.faults.add("air.no_coverage")
    world.faults.remove(weak.id)
    assert signal(world) == "+CSQ:99,99"
    weak = world.faults.add("air.signal", rsrp=-101)
    world.faults.remove(none.id)
    assert signal(world) == "+CSQ:9,99"
    world.faults.clear()
    assert signal(world) == "+CSQ:20,99"


@pytest.mark.survives("air.roaming")
def test_a_module_roams_for_a_while_and_stays_in_reach(world: World) -> None:
    world.faults.add("air.roaming", lasts=60)
    assert [line[:8] for line in world.modem.line.lines()] == ["+CEREG:5"]
    world.modem.command("AT+MIPLCREATE")
    world.modem.command("AT+MIPLOPEN=0,3000")
    world.settle()
    assert world.onenet.online(world.modem.imei)
    world.modem.line.lines()
    world.clock.advance(60)
    assert "+CEREG:1" in [line[:8] for line in world.modem.line.lines()]


@pytest.mark.survives("air.cell")
def test_another_cell_is_told_with_its_identity(world: World) -> None:
    world.faults.add("air.cell", cell="0000ABCD")
    lines = world.modem.line.lines()
    assert any(line.startswith("+CEREG:1") and "ABCD" in line for line in lines)
    assert any("ABCD" in line for line in world.modem.command("AT+CEREG?"))
    world.faults.add("air.cell")
    assert "ABCD" not in world.modem.command("AT+CEREG?")[0]
    world.modem.command("AT+MIPLCREATE")
    world.modem.command("AT+MIPLOPEN=0,3000")
    world.settle()
    assert world.onenet.online(world.modem.imei)


@pytest.mark.survives("air.release")
def test_the_network_releases_the_connection_at_once(world: World) -> None:
    world.modem.command("AT+MIPLCREATE")
    world.modem.command("AT+MIPLOPEN=0,3000")
    world.settle()
    assert world.modem.line.lines()[0] == "+CSCON:1"
    world.faults.add("air.release")
    assert world.modem.line.lines() == ["+CSCON:0"]
    world.modem.command("AT+MIPLUPDATE=0,3000,0")
    world.settle()
    assert world.modem.line.lines() == ["+CSCON:1", "+MIPLEVENT:0,11"]


@pytest.mark.survives("air.psm")
def test_a_module_sleeps_at_once_if_it_may(world: World) -> None:
    world.faults.add("air.psm")
    assert "AT+CPSMS=1" in str(world.journal.events(kind="air_fault")[0].what)
    world.modem.command("AT+CPSMS=1")
    world.faults.add("air.psm")
    assert radio(world)["asleep"] is True
    world.modem.command("AT+MIPLCREATE")
    world.modem.command("AT+MIPLOPEN=0,3000")
    world.settle()
    assert world.onenet.online(world.modem.imei)


@pytest.mark.survives("air.drive")
def test_a_drive_test_is_played_back(world: World, tmp_path: Path) -> None:
    path = tmp_path / "drive.csv"
    path.write_text("time,rsrp,sinr,ecl,place\n100,-101,5,1,a\n110.5,,,,tunnel\n120,-75,,,b\n")
    fault = world.faults.add("air.drive", file=str(path))
    assert signal(world) == "+CSQ:9,99"
    world.clock.advance(10.5)
    assert signal(world) == "+CSQ:99,99"
    world.clock.advance(9.5)
    assert signal(world) == "+CSQ:22,99"
    assert (radio(world)["snr"], radio(world)["ecl"]) == (5, 1)
    world.faults.remove(fault.id)
    assert signal(world) == "+CSQ:20,99"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("time,rsrp\n", "lacks the columns ecl, sinr"),
        ("time,rsrp,sinr,ecl\n", "no row"),
        ("time,rsrp,sinr,ecl\n0,-80,1,0\n-1,-80,1,0\n", "line 3: time is '-1'"),
        ("time,rsrp,sinr,ecl\n0,-80,x,0\n", "line 2: sinr is 'x'"),
        ("time,rsrp,sinr,ecl\n0,-80,1,3\n", "line 2: ecl is 3"),
    ],
)
def test_a_wrong_drive_test_is_told_with_its_line(world: World, tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "drive.csv"
    path.write_text(text)
    with pytest.raises(FaultError, match=told):
        world.faults.add("air.drive", file=str(path))
    with pytest.raises(FaultError, match="cannot be read"):
        world.faults.add("air.drive", file=str(tmp_path / "none.csv"))
    assert world.faults.list() == []
