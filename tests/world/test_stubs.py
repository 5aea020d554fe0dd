"""What a test lets a module answer in place of its own answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from onenet_sim.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SEARCHING = ["+CEREG:0,2", "OK"]
REGISTERED = ["+CEREG:0,1", "OK"]


@pytest.fixture
def world() -> Iterator[World]:
    with World(profile="m5310a", seed=7, clock="stopped", pty=False) as world:
        yield world


def poll(world: World, times: int = 1) -> list[list[str]]:
    return [world.modem.command("AT+CEREG?") for _ in range(times)]


def test_a_stub_answers_so_many_times_and_then_the_module_again(world: World) -> None:
    world.modem.stub("AT+CEREG?", SEARCHING, times=3)
    assert poll(world, 4) == [SEARCHING] * 3 + [REGISTERED]


def test_a_stub_answers_once_by_default_whatever_the_case(world: World) -> None:
    world.modem.stub("at+cereg?", SEARCHING)
    assert poll(world, 2) == [SEARCHING, REGISTERED]


def test_a_stub_begins_after_some_polls(world: World) -> None:
    world.modem.stub("AT+CEREG?", SEARCHING, skip=2, times=None)
    assert poll(world, 4) == [REGISTERED, REGISTERED, SEARCHING, SEARCHING]


def test_a_stub_begins_after_some_time_and_lasts_for_some(world: World) -> None:
    world.modem.stub("AT+CEREG?", SEARCHING, times=None, after=10, lasts=20)
    assert poll(world) == [REGISTERED]
    world.clock.advance(10)
    assert poll(world, 2) == [SEARCHING, SEARCHING]
    world.clock.advance(20)
    assert poll(world) == [REGISTERED]


def test_a_stub_ends_with_an_event(world: World) -> None:
    world.modem.stub("AT+CEREG?", SEARCHING, times=None, until={"kind": "command", "line": "AT+CSQ"})
    assert poll(world) == [SEARCHING]
    world.modem.command("AT+CSQ")
    assert poll(world) == [REGISTERED]


def test_a_stubbed_command_is_not_run_and_the_journal_says_who_answered(world: World) -> None:
    number = world.modem.stub("re:^AT\\+MIPLCREATE", ["+CIS ERROR:602"])
    assert world.modem.command("AT+MIPLCREATE") == ["+CIS ERROR:602"]
    answered = world.expect(kind="stub", stub=number, line="AT+MIPLCREATE")
    assert str(answered.what) == f"stub {number} answers AT+MIPLCREATE"
    assert world.modem.command("AT+MIPLCREATE") == ["+MIPLCREATE:0", "OK"]


def test_no_answer_is_silence(world: World) -> None:
    world.modem.stub("AT+CEREG?", [])
    with pytest.raises(TimeoutError):
        world.modem.command("AT+CEREG?", timeout=0.05)
    assert poll(world) == [REGISTERED]


def test_of_two_stubs_the_older_answers_first(world: World) -> None:
    world.modem.stub("AT+CEREG?", SEARCHING)
    world.modem.stub("AT+CEREG?", ["ERROR"])
    assert poll(world, 3) == [SEARCHING, ["ERROR"], REGISTERED]


def test_stubs_are_lifted_one_or_all_and_by_a_reset(world: World) -> None:
    first = world.modem.stub("AT+CEREG?", SEARCHING, times=None)
    world.modem.stub("AT+CSQ", ["ERROR"], times=None)
    world.modem.lift(first)
    assert poll(world) == [REGISTERED]
    assert world.modem.command("AT+CSQ") == ["ERROR"]
    world.modem.lift()
    assert world.modem.command("AT+CSQ")[-1] == "OK"
    world.modem.stub("AT+CEREG?", SEARCHING, times=None, after=0)
    world.reset()
    assert poll(world) == [REGISTERED]


def test_a_stub_outlives_the_modules_restart(world: World) -> None:
    world.modem.stub("AT+CEREG?", SEARCHING)
    world.modem.power("reset")
    world.clock.advance(60)
    assert poll(world) == [SEARCHING]


@pytest.mark.parametrize(
    ("stub", "told"),
    [
        ({"command": "CEREG?"}, "does not begin with AT"),
        ({"command": "re:("}, "is no regular expression"),
        ({"times": 0}, "times is 0; it is a whole number from 1 on"),
        ({"skip": -1}, "skip is -1; it is a whole number from 0 on"),
        ({"lasts": -1}, "lasts is -1; it is world seconds"),
        ({"answer": ["+CEREG: 0,2\r\nOK"]}, "is no ASCII text"),
        ({"until": {"kind": "none"}}, "no event is of kind 'none'"),
    ],
)
def test_a_stub_that_cannot_be_is_refused(world: World, stub: Mapping[str, object], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        world.modem.stub(**{"command": "AT+CEREG?", "answer": SEARCHING, **stub})  # type: ignore[arg-type]


def test_there_are_no_more_than_256(world: World) -> None:
    for _ in range(256):
        world.modem.stub("AT+CEREG?", SEARCHING)
    with pytest.raises(ValueError, match="there are 256 stubs"):
        world.modem.stub("AT+CEREG?", SEARCHING)


def test_a_fault_and_a_stub_of_one_modem_do_not_lift_each_other(world: World) -> None:
    world.modem.stub("AT+CSQ", ["+CSQ: 1,99", "OK"], times=9)
    fault = world.faults.add("module.answer", match="AT[+]CESQ", text="ERROR")
    assert world.modem.command("AT+CSQ") == ["+CSQ: 1,99", "OK"]
    assert world.modem.command("AT+CESQ") == ["ERROR"]
    assert fault.id is not None
    world.faults.remove(fault.id)
    assert world.modem.command("AT+CSQ") == ["+CSQ: 1,99", "OK"]
    assert world.modem.command("AT+CESQ")[-1] == "OK"
