"""A firmware upgrade through the whole world: module, air and platform."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from onenet_sim import World

if TYPE_CHECKING:
    from collections.abc import Callable

    from onenet_sim.journal import Event

VERSION = "MN316-DBRS-MBRH0C01"


def logged_in(world: World) -> None:
    for line in ('AT+MIPLCREATEEX="nbiotbt.heclouds.com:5683",1', "AT+MIPLOPEN=0,86400,30"):
        assert world.modem.command(line)[-1] == "OK"
    world.settle()
    world.modem.line.lines()


def state(world: World) -> str:
    world.settle()
    upgrade = world.onenet.upgrade(world.modem.imei)
    assert upgrade is not None
    return str(upgrade.state)


def events(world: World) -> list[int]:
    world.settle()
    lines = (line.replace(" ", "") for line in world.modem.line.lines())
    return [int(line.split(",")[1]) for line in lines if line.startswith("+MIPLEVENT:")]


def happen_at_block(world: World, number: int, octets: bytes) -> Callable[[], None]:
    """Let the host send octets when so many blocks have come."""
    blocks = 0

    def follow(event: Event) -> None:
        nonlocal blocks
        message = event.what.to_json()
        if event.kind == "coap_received" and message["end"] == "modem" and message["path"] == "5/0/0":
            blocks += 1
            if blocks == number:
                bench = world.simulation.benches["modem-1"]
                asyncio.get_running_loop().call_soon(bench.hear, octets)

    return world.journal.follow(follow)


def test_an_upgrade_whose_coverage_comes_back_in_time_goes_on_where_it_was() -> None:
    with World(seed=3, pace="instant", clock="stopped", pty=False) as world:
        logged_in(world)
        happen_at_block(world, 10, b"AT+CFUN=0\r")
        world.onenet.start_upgrade(world.modem.imei, VERSION)
        assert events(world) == [40, 47]
        world.clock.advance(60)
        assert state(world) == "downloading"
        world.modem.command("AT+CFUN=1")
        world.clock.advance(90)
        assert events(world) == [42, 43, 44]
        logged_in(world)
        assert state(world) == "done"


def test_an_upgrade_whose_coverage_stays_away_fails_and_another_begins_anew() -> None:
    with World(seed=3, pace="instant", clock="stopped", pty=False) as world:
        logged_in(world)
        unfollow = happen_at_block(world, 10, b"AT+CFUN=0\r")
        world.onenet.start_upgrade(world.modem.imei, VERSION)
        world.clock.advance(121)
        unfollow()
        upgrade = world.onenet.upgrade(world.modem.imei)
        assert upgrade is not None
        assert "was not acknowledged within 2 minutes" in upgrade.reason
        world.modem.command("AT+CFUN=1")
        assert events(world) == [40, 47]
        world.onenet.start_upgrade(world.modem.imei, VERSION)
        assert events(world) == [40, 42, 43]
        world.clock.advance(30)
        logged_in(world)
        assert state(world) == "done"
        assert world.modem.command("AT+CGMR") == [VERSION, "OK"]


def test_a_module_that_restarts_in_the_midst_of_a_download_has_to_be_sent_the_whole_image_again() -> None:
    with World(seed=3, pace="instant", clock="stopped", pty=False) as world:
        logged_in(world)
        unfollow = happen_at_block(world, 10, b"AT+MREBOOT\r")
        world.onenet.start_upgrade(world.modem.imei, VERSION)
        world.settle()
        unfollow()
        logged_in(world)
        world.clock.advance(119)
        upgrade = world.onenet.upgrade(world.modem.imei)
        assert upgrade is not None
        assert upgrade.reason == "the device answered the image with 4.08; expected 2.04"
        world.onenet.start_upgrade(world.modem.imei, VERSION)
        assert events(world) == [40, 42, 43]


def test_a_reset_world_has_its_old_firmware_and_no_upgrade() -> None:
    with World(seed=3, pace="instant", clock="stopped", pty=False) as world:
        logged_in(world)
        world.onenet.start_upgrade(world.modem.imei, VERSION)
        world.clock.advance(30)
        assert world.modem.command("AT+CGMR") == [VERSION, "OK"]
        world.reset()
        assert world.modem.command("AT+CGMR") == ["MN316-DBRS-MBRH0C00", "OK"]
        logged_in(world)
        assert world.onenet.upgrade(world.modem.imei) is None
