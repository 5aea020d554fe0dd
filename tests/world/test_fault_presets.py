"""Networks by name, and faults that come again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from onenet_sim import World
from onenet_sim.world.faults import FaultError, expand, parse_fault_text, preset_names

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def world() -> Iterator[World]:
    with World(profile="m5310a", seed=7, pty=False, clock="stopped", modems=2) as world:
        yield world


def log_in(world: World) -> None:
    for line in ("AT+MIPLCREATE", 'AT+MIPLADDOBJ=0,3303,1,"1",0,0', "AT+MIPLOPEN=0,3000,60"):
        assert world.modem.command(line)[-1] == "OK"


@pytest.mark.parametrize("preset", preset_names())
def test_a_module_logs_in_through_each_preset(world: World, preset: str) -> None:
    world.faults.preset(preset)
    log_in(world)
    world.clock.advance(180)
    assert world.onenet.online(world.modem.imei)


def test_ecl2_takes_ten_seconds_from_a_request_to_its_answer(world: World) -> None:
    world.faults.preset("ecl2")
    log_in(world)
    world.clock.advance(60)
    sent = next(e for e in world.journal.events(kind="coap_sent") if e.what.to_json()["end"] == "modem")
    received = next(e for e in world.journal.events(kind="coap_received") if e.what.to_json()["end"] == "modem")
    assert received.time - sent.time == 10
    assert world.modem.command("AT+CSQ")[0] != "+CSQ:20,99"


def test_a_preset_takes_the_place_of_the_one_before_for_the_same_modem(world: World) -> None:
    own = world.faults.add("line.chunk")
    world.faults.preset("lossy")
    world.faults.preset("ecl1", modem="modem-2")
    world.faults.preset("nat60")
    kinds = [(fault["kind"], fault.get("modem")) for fault in world.faults.list()]
    assert kinds == [
        (own.kind, None),
        ("air.signal", "modem-2"),
        ("air.latency", "modem-2"),
        ("network.nat_expiry", None),
    ]
    world.faults.preset("good")
    assert len(world.faults.list()) == 3


def test_a_preset_that_there_is_not_is_told() -> None:
    with pytest.raises(FaultError, match="'bad'; expected one of good, ecl1, ecl2, lossy, nat60, flapping"):
        expand("bad")


def test_coverage_comes_and_goes_each_minute(world: World) -> None:
    world.faults.preset("flapping")
    covered = []
    for _ in range(6):
        world.clock.advance(25)
        covered.append(world.modem.command("AT+CSQ")[0] != "+CSQ:99,99")
        world.clock.advance(5)
        covered.append(world.modem.command("AT+CSQ")[0] != "+CSQ:99,99")
    assert covered == [True, False, True, True] * 3


def test_a_fault_of_a_moment_comes_again_as_often_as_it_may(world: World) -> None:
    world.faults.add("module.reboot", modem="modem-1", every=3600, times=3)
    world.clock.advance(hours=10)
    assert [event.time for event in world.journal.events(kind="module_fault")] == [0, 3600, 7200]


def test_every_needs_a_pause() -> None:
    with pytest.raises(FaultError, match="every is 60; expected lasts beside it"):
        parse_fault_text("air.no_coverage,every=60")


def test_a_fault_is_declared_in_one_line_too() -> None:
    fault = parse_fault_text(r"network.loss, match=POST .{1,9}/rd, probability=0.3, times=2")
    assert (fault.match, fault.probability, fault.times) == ("POST .{1,9}/rd", 0.3, 2)
    assert parse_fault_text("platform.answer,code=4.03").code == "4.03"
    with pytest.raises(FaultError, match="here: times is 'x'"):
        parse_fault_text("network.loss,times=x", "here")


def test_a_world_whose_faults_name_a_modem_that_there_is_not_is_not_made() -> None:
    with pytest.raises(ValueError, match="modem is 'modem-9'"):
        World(pty=False, faults=[parse_fault_text("line.noise,modem=modem-9")])
