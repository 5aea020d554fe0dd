"""Objects of a user's own, from an XML file to what an application sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from onenet_sim import World
from onenet_sim.onenet import ResourceWrite
from tests.drivers.asking import asking

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TANK = """<LWM2M>
  <Object ObjectType="MODefinition">
    <Name>Tank</Name>
    <ObjectID>33000</ObjectID>
    <MultipleInstances>Multiple</MultipleInstances>
    <Resources>
      <Item ID="1">
        <Name>Level</Name>
        <Operations>RW</Operations>
        <MultipleInstances>Single</MultipleInstances>
        <Mandatory>Mandatory</Mandatory>
        <Type>Float</Type>
        <Units>m</Units>
      </Item>
    </Resources>
  </Object>
</LWM2M>
"""


@pytest.fixture
def objects(tmp_path: Path) -> Path:
    (tmp_path / "tank.xml").write_text(TANK, encoding="utf-8")
    return tmp_path


@pytest.fixture
def world(objects: Path) -> Iterator[World]:
    with World(pty=False, pace="instant", objects=[objects]) as world:
        _log_in(world)
        yield world


def _log_in(world: World) -> None:
    for line in (
        "AT+MIPLCREATE",
        'AT+MIPLADDOBJ=0,33000,1,"1",1,0',
        'AT+MIPLDISCOVERRSP=0,33000,1,1,"1"',
        "AT+MIPLOPEN=0,3000",
    ):
        assert world.modem.command(line)[-1] == "OK"
    world.modem.expect(r"\+MIPLOBSERVE: .*,33000,.*")
    world.settle()


def _report(world: World) -> None:
    assert world.modem.command("AT+MIPLNOTIFY=0,0,33000,0,1,4,4,25.5,0,0,1") == ["OK"]
    world.modem.expect(r"\+MIPLEVENT: 0,26,1")


def test_a_report_of_it_becomes_a_number(world: World) -> None:
    _report(world)
    assert world.onenet.datapoint(world.modem.imei, "33000_0_1") == 25.5
    world.reset()
    _log_in(world)
    _report(world)
    assert world.onenet.datapoint(world.modem.imei, "33000_0_1") == 25.5


def test_without_its_definition_the_report_stays_octets() -> None:
    with World(pty=False, pace="instant") as world:
        _log_in(world)
        _report(world)
        assert world.onenet.datapoint(world.modem.imei, "33000_0_1") == tuple(bytes.fromhex("4039800000000000"))


def test_a_read_of_it_gives_a_number(world: World) -> None:
    with asking(world.onenet.read, world.modem.imei, "/33000/0/1") as answer:
        number = world.modem.expect(r"\+MIPLREAD: .*,33000,0,1").split(",")[1]
        assert world.modem.command(f"AT+MIPLREADRSP=0,{number},1,33000,0,1,4,4,26.5,0,0") == ["OK"]
    (reading,) = answer.result()
    assert (reading.value, reading.problem) == (26.5, "")


def test_a_whole_number_that_an_application_writes_arrives_as_the_float_that_it_is_declared(world: World) -> None:
    with asking(world.onenet.write, world.modem.imei, "/33000/0", [ResourceWrite(1, 7)]) as written:
        line = world.modem.expect(r"\+MIPLWRITE: .*,33000,.*")
        assert world.modem.command(f"AT+MIPLWRITERSP=0,{line.split(',')[1]},2") == ["OK"]
    written.result()
    sent = [event.what.to_json() for event in world.journal.events(kind="coap_sent")]
    assert [each["payload"] for each in sent if each["path"] == "33000/0" and each["code"] == "POST"] == [
        "C80108" + "401C000000000000"
    ]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"objects": "tank.xml"}, r"objects is 'tank\.xml'; expected a list"),
        ({"objects": ["none.xml"]}, r"objects: none\.xml: cannot be read"),
    ],
)
def test_objects_that_cannot_be_had_are_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        World(**settings)  # type: ignore[arg-type]
