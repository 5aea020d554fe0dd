"""Faults of the module, as a host in the process sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from onenet_sim import World

if TYPE_CHECKING:
    from collections.abc import Iterator

BOOT = ["REBOOT_CAUSE_SECURITY_RESET_PIN", "M5310-A", "OK"]


@pytest.fixture
def world() -> Iterator[World]:
    with World(profile="m5310a", seed=7, pty=False, clock="stopped") as world:
        world.settle()
        world.modem.line.lines()
        yield world


def said(world: World, line: str) -> list[str]:
    """Return the lines that the host reads after it has sent one, without echo."""
    world.modem.line.write(line.encode() + b"\r")
    world.settle()
    return [each for each in world.modem.line.lines() if each != line]


def struck(world: World) -> list[str]:
    return [str(event.what) for event in world.journal.events(kind="module_fault")]


@pytest.mark.survives("module.answer")
def test_a_matching_command_is_answered_otherwise_for_a_number_of_times(world: World) -> None:
    world.faults.add("module.answer", match=r"AT\+CSQ$", text="+CSQ:99,99\nOK", times=2)
    assert said(world, "AT") == ["OK"]
    assert [said(world, "AT+CSQ") for _ in range(3)] == [
        ["+CSQ:99,99", "OK"],
        ["+CSQ:99,99", "OK"],
        ["+CSQ:20,99", "OK"],
    ]
    command = world.journal.events(kind="command")[1]
    assert world.journal.events(kind="module_fault")[0].cause == command.id


def test_any_command_fails_for_a_while(world: World) -> None:
    world.faults.add("module.answer", after=5, lasts=10)
    assert said(world, "AT") == ["OK"]
    world.clock.advance(5)
    assert said(world, "AT") == ["ERROR"]
    world.clock.advance(10)
    assert said(world, "AT") == ["OK"]


@pytest.mark.survives("module.memory_full")
@pytest.mark.parametrize(
    ("profile", "error"),
    [("m5310a", "+CIS ERROR:651"), ("mt2625", "+CIS ERROR: 651"), ("ec616", "+CIS ERROR: 654")],
)
def test_a_full_memory_gives_the_profiles_error(profile: str, error: str) -> None:
    with World(profile=profile, pty=False, clock="stopped") as world:
        world.modem.command("AT+CMEE=1")
        world.faults.add("module.memory_full", times=1)
        assert world.modem.command("AT") == ["OK"]
        assert world.modem.command("AT+MIPLCREATE") == [error]
        assert world.modem.command("AT+MIPLCREATE")[-1] == "OK"


@pytest.mark.survives("module.reboot")
def test_the_module_restarts_at_a_counted_command(world: World) -> None:
    world.faults.add("module.reboot", at=3)
    assert [said(world, "AT") for _ in range(4)] == [["OK"], ["OK"], BOOT, ["OK"]]
    assert struck(world) == ["fault 1 module.reboot: the module restarts at AT"]


def test_the_module_restarts_when_something_happens(world: World) -> None:
    world.faults.add("module.reboot", on=r"answer .*OK", after=1)
    assert said(world, "AT") == ["OK"]
    world.clock.advance(1)
    assert world.modem.line.lines() == BOOT
    fault = world.journal.events(kind="module_fault")[0]
    assert [event.kind for event in world.journal.thread(fault.id)] == [
        "host_wrote",
        "command",
        "answer",
        "module_fault",
    ]
    assert said(world, "AT") == ["OK"]


def test_the_module_restarts_at_random_the_same_with_the_same_seed() -> None:
    def run(seed: int) -> list[int]:
        with World(profile="m5310a", seed=seed, pty=False, clock="stopped") as world:
            world.faults.add("module.reboot", probability=0.2)
            return [number for number in range(40) if said(world, "AT") == BOOT]

    assert run(1) == run(1)
    assert 2 <= len(run(1)) <= 16
    assert run(1) != run(2)


@pytest.mark.survives("module.hang")
def test_a_module_that_hangs_goes_on_after_a_while_and_does_what_fell_due(world: World) -> None:
    for line in ("AT+MIPLCREATE", 'AT+MIPLADDOBJ=0,3303,1,"1",0,0', "AT+MIPLOPEN=0,60"):
        assert "OK" in said(world, line)
    world.modem.line.lines()
    world.faults.add("module.hang", seconds=100)
    world.clock.advance(50)
    assert said(world, "AT") == []
    assert world.state["modems"][0]["power"] == "hung"  # type: ignore[index, call-overload]
    world.clock.advance(50)
    assert "ready → closed" in str(world.journal.events(kind="session")[-1].what)
    assert said(world, "AT") == ["OK"]


def test_a_module_that_hangs_again_hangs_as_long_as_the_second_fault_says(world: World) -> None:
    world.faults.add("module.hang", seconds=10)
    world.modem.power("reset")
    world.faults.add("module.hang", seconds=60)
    world.clock.advance(59)
    assert world.modem.line.lines() == BOOT
    assert said(world, "AT") == []
    world.clock.advance(1)
    assert said(world, "AT") == ["OK"]


def test_a_module_that_hangs_for_good_comes_back_with_a_reset(world: World) -> None:
    world.faults.add("module.hang", match="CSQ")
    assert said(world, "AT+CSQ") == []
    world.clock.advance(hours=1)
    assert said(world, "AT") == []
    world.modem.power("reset")
    assert world.modem.line.lines() == BOOT
    assert said(world, "AT+CSQ") == ["+CSQ:20,99", "OK"]


@pytest.mark.survives("module.brown_out")
def test_the_power_fails_in_the_middle_of_an_answer(world: World) -> None:
    world.faults.add("module.brown_out", match="CSQ", times=1, size=6)
    assert said(world, "AT+CSQ") == ["+CSQ", *BOOT]
    assert said(world, "AT+CSQ") == ["+CSQ:20,99", "OK"]


@pytest.mark.survives("module.slow")
def test_an_answer_is_slow(world: World) -> None:
    world.faults.add("module.slow", match="CSQ", seconds=300, times=1)
    assert said(world, "AT+CSQ") == []
    world.clock.advance(299)
    assert world.modem.line.lines() == []
    world.clock.advance(1)
    assert world.modem.line.lines() == ["+CSQ:20,99", "OK"]
    assert said(world, "AT+CSQ") == ["+CSQ:20,99", "OK"]
