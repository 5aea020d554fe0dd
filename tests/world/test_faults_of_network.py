"""Faults of the network, on real UDP between module and platform."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from onenet_sim import World

if TYPE_CHECKING:
    from collections.abc import Iterator

LOGIN = ("AT+MIPLCREATE", 'AT+MIPLADDOBJ=0,3303,1,"1",0,0', 'AT+MIPLDISCOVERRSP=0,3303,1,4,"5700"')


@pytest.fixture
def world() -> Iterator[World]:
    with World(profile="m5310a", seed=7, pty=False, clock="stopped") as world:
        yield world


def log_in(world: World, lifetime: int = 3000) -> None:
    for line in (*LOGIN, f"AT+MIPLOPEN=0,{lifetime},60"):
        assert world.modem.command(line)[-1] == "OK"


def report(world: World, value: str) -> None:
    world.clock.advance(0)
    observe = re.search(r"\+MIPLOBSERVE:0,(\d+)", " ".join(str(e.what) for e in world.journal.events(kind="urc")))
    assert observe
    line = f"AT+MIPLNOTIFY=0,{observe[1]},3303,0,5700,4,{len(value)},{value},0,0,1"
    assert world.modem.command(line) == ["OK"]
    world.settle()


def struck(world: World, kind: str = "network_fault") -> list[str]:
    return [str(event.what) for event in world.journal.events(kind=kind)]


def ports(world: World) -> set[str]:
    """Return the addresses from which the access machine got something."""
    messages = (event.what.to_json() for event in world.journal.events(kind="coap_received"))
    return {str(message["peer"]) for message in messages if message["end"] == "access"}


@pytest.mark.survives("network.loss")
def test_a_login_survives_the_loss_of_its_registration(world: World) -> None:
    world.faults.add("network.loss", direction="up", match="POST .*/rd", times=1)
    log_in(world)
    world.settle()
    assert not world.onenet.online(world.modem.imei)
    fault = world.journal.events(kind="network_fault")[0]
    sent = world.journal.thread(fault.id)[-2]
    assert (sent.kind, "POST" in str(sent.what)) == ("coap_sent", True)
    dropped = world.journal.events(kind="datagram_dropped")[0]
    assert dropped.cause == fault.id
    world.clock.advance(10)
    assert world.onenet.online(world.modem.imei)


def test_with_a_third_of_all_datagrams_lost_a_login_takes_longer_and_the_seed_decides() -> None:
    def run(seed: int) -> list[tuple[float, str]]:
        with World(profile="m5310a", seed=seed, pty=False, clock="stopped") as world:
            world.faults.add("network.loss", probability=0.3)
            log_in(world)
            world.clock.advance(300)
            assert world.onenet.online(world.modem.imei)
            events = world.journal.events()
            return [(event.time, re.sub(r"127\.0\.0\.1:\d+", "address", str(event.what))) for event in events]

    once = run(5)
    assert once == run(5)
    assert sum("network.loss" in text for _, text in once) >= 2
    assert once != run(6)


def test_one_direction_alone_can_be_down(world: World) -> None:
    log_in(world)
    world.settle()
    world.faults.add("network.loss", direction="down", lasts=60)
    report(world, "21.5")
    assert world.onenet.datapoint(world.modem.imei, "3303_0_5700") == 21.5
    assert any("down" in text for text in struck(world))


@pytest.mark.survives("network.duplicate")
def test_a_duplicate_gives_no_second_data_point(world: World) -> None:
    log_in(world)
    world.settle()
    world.faults.add("network.duplicate", direction="up", times=1)
    report(world, "21.5")
    assert len(world.journal.events(kind="datapoint")) == 1
    received = [e.what.to_json() for e in world.journal.events(kind="coap_received")]
    assert [m["repeat"] for m in received if m["end"] == "access"][-1] == 1
    assert struck(world)


@pytest.mark.survives("network.reorder")
def test_two_reports_change_their_order(world: World) -> None:
    log_in(world)
    world.settle()
    world.faults.add("network.reorder", direction="up", match="2.05", at=1, seconds=30)
    report(world, "21.5")
    assert world.onenet.datapoint(world.modem.imei, "3303_0_5700") is None
    report(world, "22.5")
    stored = [event.what.to_json()["value"] for event in world.journal.events(kind="datapoint")]
    assert stored == [22.5, 21.5]


def test_a_datagram_that_none_overtakes_goes_on_after_a_while(world: World) -> None:
    log_in(world)
    world.settle()
    world.faults.add("network.reorder", direction="up", at=1, seconds=1)
    report(world, "21.5")
    world.clock.advance(1)
    assert world.onenet.datapoint(world.modem.imei, "3303_0_5700") == 21.5


@pytest.mark.survives("network.delay")
def test_delay_and_jitter_are_kept_within_their_bounds(world: World) -> None:
    world.faults.add("network.delay", seconds=0.4, jitter=0.2, direction="up")
    log_in(world)
    world.clock.advance(30)
    assert world.onenet.online(world.modem.imei)
    sent = {event.id: event.time for event in world.journal.events(kind="coap_sent")}
    late = [
        event.time - sent[event.cause]
        for event in world.journal.events(kind="coap_received")
        if event.what.to_json()["end"] != "modem" and event.cause in sent
    ]
    assert 0.4 <= min(late) < max(late) <= 0.6


@pytest.mark.survives("network.corrupt")
def test_after_corrupt_datagrams_a_fresh_login_works(world: World) -> None:
    log_in(world)
    world.settle()
    world.faults.add("network.corrupt", size=3, times=5)
    for _ in range(8):
        world.modem.command("AT+MIPLUPDATE=0,3000,0")
        world.clock.advance(300)
    assert len(struck(world)) == 5
    world.modem.power("reset")
    log_in(world)
    world.clock.advance(10)
    assert world.onenet.online(world.modem.imei)


@pytest.mark.survives("network.mtu")
def test_what_is_above_the_mtu_is_lost(world: World) -> None:
    world.faults.add("network.mtu", size=60, direction="up", lasts=3)
    log_in(world)
    world.clock.advance(2)
    assert [re.search(r"up: \d+ octets of \S+: lost", text) is not None for text in struck(world)] == [True]
    assert not world.onenet.online(world.modem.imei)
    world.clock.advance(10)
    assert world.onenet.online(world.modem.imei)


@pytest.mark.survives("network.unreachable")
def test_an_unreachable_host_is_reached_again_later(world: World) -> None:
    world.faults.add("network.unreachable", match=r"183\.230\.40\.", lasts=3)
    log_in(world)
    world.clock.advance(2)
    assert not world.onenet.online(world.modem.imei)
    assert any("unreachable" in str(event.what) for event in world.journal.events(kind="datagram_dropped"))
    world.clock.advance(60)
    assert world.onenet.online(world.modem.imei)


@pytest.mark.survives("network.nat_rebind")
def test_after_a_rebinding_of_the_nat_the_next_update_comes_from_another_port(world: World) -> None:
    log_in(world)
    world.settle()
    before = ports(world)
    world.faults.add("network.nat_rebind")
    assert len(struck(world)) == 1
    assert world.modem.command("AT+MIPLUPDATE=0,3000,0") == ["OK"]
    world.settle()
    assert len(ports(world) - before) == 1
    assert world.onenet.online(world.modem.imei)


@pytest.mark.survives("network.nat_expiry")
def test_an_idle_nat_forgets_the_module_until_it_sends_from_another_port(world: World) -> None:
    log_in(world)
    world.settle()
    before = ports(world)
    world.faults.add("network.nat_expiry", seconds=60)
    world.clock.advance(61)
    with pytest.raises(Exception, match="did not answer in time"):
        run_read(world)
    assert "lost" in struck(world)[0]
    assert world.modem.command("AT+MIPLUPDATE=0,3000,0") == ["OK"]
    world.settle()
    assert len(ports(world) - before) == 1
    assert "from now on" in struck(world)[-1]
    assert world.onenet.online(world.modem.imei)


def run_read(world: World) -> None:
    """Read from the device while time passes."""
    import threading  # noqa: PLC0415 - only here

    outcome: list[BaseException] = []

    def read() -> None:
        try:
            world.onenet.read(world.modem.imei, "/3/0/0")
        except Exception as error:  # noqa: BLE001 - looked at below
            outcome.append(error)

    thread = threading.Thread(target=read)
    before = len(world.journal.events())
    thread.start()
    while len(world.journal.events()) == before:
        pass
    world.clock.advance(30)
    thread.join()
    if outcome:
        raise outcome[0]


@pytest.mark.survives("air.latency")
def test_latency_follows_the_coverage_level(world: World) -> None:
    world.faults.add("air.latency", ecl0=0.2, ecl2=10)
    log_in(world)
    world.clock.advance(5)
    assert world.onenet.online(world.modem.imei)
    world.modem.radio(ecl=2)
    report_at = world.clock.now
    report(world, "21.5")
    assert world.onenet.datapoint(world.modem.imei, "3303_0_5700") is None
    world.clock.advance(5)
    assert world.clock.now - report_at == 5
    assert world.onenet.datapoint(world.modem.imei, "3303_0_5700") == 21.5
    assert struck(world, "air_fault")
