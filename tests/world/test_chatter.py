"""What line.chatter lets a module say is what the module says itself."""

from __future__ import annotations

import pytest

from onenet_sim import World
from onenet_sim.world import profile_names


def chattered(world: World) -> list[str]:
    """Return what the faults let the module say."""
    faults = {event.id for event in world.journal.events(kind="line_fault")}
    return [str(event.what) for event in world.journal.events(kind="urc") if event.cause in faults]


def own(world: World) -> list[str]:
    """Return what the module said by itself."""
    faults = {event.id for event in world.journal.events(kind="line_fault")}
    return [str(event.what) for event in world.journal.events(kind="urc") if event.cause not in faults]


@pytest.mark.parametrize("profile", profile_names())
def test_every_module_chatters_in_its_own_words(profile: str) -> None:
    with World(profile=profile, seed=7, pty=False, clock="stopped") as world:
        for line in ("AT+CEREG=5", "AT+CSCON=1"):
            world.modem.command(line)
        world.modem.radio(coverage=False)
        world.modem.radio(coverage=True)
        world.settle()
        world.faults.add("line.chatter", placement="before_answer")
        for _ in range(3):
            world.modem.command("AT")
        assert any("+CEREG" in each for each in chattered(world))
        assert set(chattered(world)) <= set(own(world))


@pytest.mark.parametrize(("profile", "answers"), [("onemo", False), ("bc95", False), ("mt2625", True)])
def test_an_observe_that_comes_once_more_is_the_newest_and_harms_no_report(profile: str, answers: bool) -> None:  # noqa: FBT001 - pytest fills it
    with World(profile=profile, seed=7, pty=False, clock="stopped") as world:
        for line in ("AT+MIPLCREATE", "AT+MIPLADDOBJ=0,3303,1,1,1,0", "AT+MIPLOPEN=0,3000"):
            assert world.modem.command(line)[-1] == "OK"
        world.settle()
        observe = world.modem.expect(r"\+MIPLOBSERVE:.*")
        number = observe.split(",")[1].strip()
        if answers:
            assert world.modem.command(f"AT+MIPLOBSERVERSP=0,{number},1") == ["OK"]
        world.faults.add("line.chatter", placement="alone", text=observe, times=1)
        world.modem.command("AT")
        world.clock.advance(1)
        assert chattered(world) == [f"< {observe}"]
        assert f"< {observe}" in own(world)
        assert world.modem.command(f"AT+MIPLOBSERVERSP=0,{number},1") == ["OK"]
        assert world.modem.command(f"AT+MIPLNOTIFY=0,{number},3303,0,5700,4,4,21.5,0,0") == ["OK"]
        world.settle()
        assert world.onenet.datapoint(world.modem.imei, "3303_0_5700") == 21.5
