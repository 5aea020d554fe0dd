"""Faults of the serial line, as a host in the process sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import serial

from onenet_sim import World

if TYPE_CHECKING:
    from collections.abc import Iterator

ANSWER = b"\r\n+CSQ:20,99\r\n\r\nOK\r\n"


@pytest.fixture
def world() -> Iterator[World]:
    with World(profile="m5310a", seed=7, pty=False, clock="stopped") as world:
        world.modem.line.write(b"ATE0\r")
        world.settle()
        world.modem.line.lines()
        yield world


def said(world: World, line: bytes = b"AT+CSQ\r") -> bytes:
    """Return what the host reads after it has sent a line."""
    host = world.modem.line._host
    host.write(line)
    world.settle()
    return host.read(0)


def struck(world: World) -> list[str]:
    return [str(event.what) for event in world.journal.events(kind="line_fault")]


@pytest.mark.survives("line.drop")
def test_a_piece_can_be_dropped_either_way(world: World) -> None:
    world.faults.add("line.drop", direction="up", times=1)
    world.faults.add("line.drop", direction="down", times=1)
    assert said(world) == b""
    assert struck(world) == [r"fault 1 line.drop: up: lost 7 octets: AT+CSQ\r"]
    assert said(world) == b""
    assert said(world) == ANSWER


def test_some_octets_can_be_dropped_or_garbled(world: World) -> None:
    world.faults.add("line.drop", direction="down", times=1, size=3)
    assert len(said(world)) == len(ANSWER) - 3
    world.faults.add("line.garble", direction="down", times=1, size=2)
    garbled = said(world)
    assert sum(one != other for one, other in zip(garbled, ANSWER, strict=True)) == 2
    assert said(world) == ANSWER


@pytest.mark.survives("line.garble")
def test_a_garbled_command_is_heard_garbled(world: World) -> None:
    world.faults.add("line.garble", direction="up", match="CSQ", times=1)
    said(world)
    fault = world.journal.events(kind="line_fault")[-1]
    heard = world.journal.events(kind="host_wrote")[-1]
    assert heard.cause == fault.id
    assert heard.what.to_json()["octets"] != b"AT+CSQ\r".hex().upper()
    assert said(world, b"\rAT+CSQ\r").endswith(ANSWER)


@pytest.mark.survives("line.delay")
def test_late_octets_keep_their_order(world: World) -> None:
    world.faults.add("line.delay", direction="down", match="CSQ", seconds=2, times=1)
    assert said(world) == b""
    assert said(world, b"AT\r") == b""
    world.clock.advance(2)
    assert world.modem.line._host.read(0) == ANSWER + b"\r\nOK\r\n"
    assert said(world) == ANSWER


@pytest.mark.survives("line.stall")
def test_a_piece_stalls_half_way(world: World) -> None:
    world.faults.add("line.stall", direction="down", seconds=3, times=1)
    assert said(world) == ANSWER[:10]
    world.clock.advance(3)
    assert world.modem.line._host.read(0) == ANSWER[10:]
    assert said(world) == ANSWER


@pytest.mark.survives("line.chunk")
def test_a_piece_comes_in_chunks(world: World) -> None:
    world.faults.add("line.chunk", direction="down", size=4, seconds=0.5, times=1)
    assert said(world) == ANSWER[:4]
    world.clock.advance(10)
    assert world.modem.line._host.read_writes(0) == [ANSWER[at : at + 4] for at in range(4, len(ANSWER), 4)]
    assert said(world) == ANSWER


@pytest.mark.survives("line.noise")
def test_a_wrong_baud_rate_reads_as_noise_until_the_fault_is_lifted(world: World) -> None:
    fault = world.faults.add("line.noise")
    noise = said(world)
    assert b"OK" not in noise
    world.faults.remove(fault.id)
    assert said(world, b"\rAT+CSQ\r").endswith(ANSWER)


@pytest.mark.survives("line.unplug")
def test_an_unplugged_line_carries_nothing_until_it_is_plugged_in_again(world: World) -> None:
    world.faults.add("line.unplug", lasts=10)
    assert said(world) == b""
    assert world.journal.events(kind="octets_lost")
    world.clock.advance(10)
    assert struck(world) == ["fault 1 line.unplug: unplugged", "fault 1 line.unplug: plugged in again"]
    assert said(world) == ANSWER


@pytest.mark.survives("line.urc")
@pytest.mark.parametrize(
    ("placement", "expected"),
    [
        ("before_echo", b"\r\n+CEREG: 2\r\nAT+CSQ\r\r\n+CSQ:20,99\r\n\r\nOK\r\n"),
        ("before_answer", b"AT+CSQ\r\r\n+CEREG: 2\r\n\r\n+CSQ:20,99\r\n\r\nOK\r\n"),
        ("before_result", b"AT+CSQ\r\r\n+CSQ:20,99\r\n\r\n+CEREG: 2\r\n\r\nOK\r\n"),
        ("within_answer", b"AT+CSQ\r\r\n+CSQ:\r\n+CEREG: 2\r\n20,99\r\n\r\nOK\r\n"),
    ],
)
def test_a_urc_stands_where_drivers_do_not_expect_it(world: World, placement: str, expected: bytes) -> None:
    said(world, b"ATE1\r")
    world.faults.add("line.urc", placement=placement, text="+CEREG: 2", match="CSQ", times=1)
    assert said(world) == expected
    fault, urc = (world.journal.events(kind=kind)[-1] for kind in ("line_fault", "urc"))
    assert (urc.cause, str(urc.what)) == (fault.id, "< +CEREG: 2")
    assert said(world) == b"AT+CSQ\r" + ANSWER


def test_a_urc_of_the_modules_own_waits_for_the_answer_that_it_is_to_disturb(world: World) -> None:
    said(world, b"AT+CEREG=1\r")
    world.faults.add("line.urc", placement="before_result", match="CSQ", times=1)
    world.modem.radio(coverage=False)
    world.modem.radio(coverage=True)
    assert said(world, b"AT\r") == b"\r\nOK\r\n"
    disturbed = said(world)
    assert disturbed == b"\r\n+CSQ:20,99\r\n\r\n+CEREG:2\r\n\r\nOK\r\n\r\n+CEREG:1\r\n"


def test_a_urc_that_no_answer_comes_for_goes_out_unharmed(world: World) -> None:
    said(world, b"AT+CEREG=1\r")
    world.faults.add("line.urc", placement="before_result", seconds=10)
    world.modem.radio(coverage=False)
    world.clock.advance(9)
    assert world.modem.line.lines() == []
    world.clock.advance(1)
    assert world.modem.line.lines() == ["+CEREG:2"]
    assert struck(world) == []


@pytest.mark.parametrize(("placement", "line"), [("before_echo", b"AT+CSQ\r"), ("before_result", b"AT\r")])
def test_a_place_that_an_answer_does_not_have_is_not_struck(world: World, placement: str, line: bytes) -> None:
    world.faults.add("line.urc", placement=placement, text="+CEREG: 2")
    assert b"+CEREG" not in said(world, line)
    assert world.faults.list()[0]["seen"] == 1
    assert struck(world) == []


def test_a_urc_can_come_in_one_write_with_the_result(world: World) -> None:
    world.faults.add("line.urc", placement="after_result", text="+CEREG: 2", times=1)
    world.modem.line.write(b"AT\r")
    world.settle()
    assert world.modem.line._host.read_writes(0) == [b"\r\nOK\r\n\r\n+CEREG: 2\r\n"]


@pytest.mark.parametrize(
    ("placement", "writes"),
    [
        ("alone", [b"\r\n+CEREG: 2\r\n", b"\r\nOK\r\n"]),
        ("back_to_back", [b"\r\n+CEREG: 2\r\n\r\n+CEREG: 2\r\n", b"\r\nOK\r\n"]),
        ("split", [b"\r\n+CER", b"EG: 2\r\n", b"\r\nOK\r\n"]),
    ],
)
def test_a_urc_behind_an_answer_goes_before_what_the_host_asks_next(
    world: World, placement: str, writes: list[bytes]
) -> None:
    world.faults.add("line.urc", placement=placement, text="+CEREG: 2", times=1)
    assert said(world) == ANSWER
    assert said(world, b"AT\r") == b""
    world.clock.advance(1)
    assert world.modem.line._host.read_writes(0) == writes


def test_two_urcs_find_their_places_at_one_answer(world: World) -> None:
    world.faults.add("line.urc", placement="alone", text="+CEREG: 2", times=1)
    world.faults.add("line.urc", placement="before_result", text="+CSCON: 1", times=1)
    assert said(world) == b"\r\n+CSQ:20,99\r\n\r\n+CSCON: 1\r\n\r\nOK\r\n"
    world.clock.advance(1)
    assert world.modem.line.lines() == ["+CEREG: 2"]


def test_a_module_that_has_nothing_to_say_does_not_chatter(world: World) -> None:
    world.faults.add("line.chatter", placement="before_answer")
    assert said(world) == ANSWER
    assert said(world, b"AT+CEREG=1\r") == b"\r\n+CEREG:1\r\n\r\nOK\r\n"
    assert said(world) == b"\r\n+CEREG:1\r\n" + ANSWER
    assert struck(world)[1] == "fault 1 line.chatter: +CEREG:1 between the echo and the answer of AT+CSQ"
    assert said(world, b"AT+CEREG=0\r") == b"\r\nOK\r\n"


def test_chatter_tells_what_holds_one_thing_after_the_other(world: World) -> None:
    for line in (b"AT+CEREG=1\r", b"AT+CSCON=1\r", b"AT+NPSMR=1\r", b"AT+CPSMS=1\r", b"AT+MIPLCREATE\r"):
        said(world, line)
    said(world, b'AT+MIPLADDOBJ=0,3303,1,"1",0,0\r')
    world.modem.line.write(b"AT+MIPLOPEN=0,3000\r")
    world.settle()
    (observe,) = (line for line in world.modem.line.lines() if "OBSERVE" in line)
    world.faults.add("line.chatter", placement="before_answer")
    heard = [said(world, b"AT\r").split(b"\r\n")[1].decode() for _ in range(5)]
    assert heard == ["+CEREG:1", "+CSCON:1", "+NPSMR:0", observe, "+CEREG:1"]


@pytest.mark.survives("line.chatter")
def test_chatter_of_a_given_text_comes_only_where_the_module_could_print_it(world: World) -> None:
    world.faults.add("line.chatter", placement="before_answer", text="+CEREG:1", match="CSQ", at=2)
    assert said(world) == ANSWER
    assert said(world) == ANSWER
    said(world, b"AT+CEREG=1\r")
    assert said(world) == b"\r\n+CEREG:1\r\n" + ANSWER
    assert said(world) == ANSWER


def test_a_module_prints_its_address_again_if_its_profile_has_it() -> None:
    with World(profile="m5311", pty=False, clock="stopped") as world:
        world.faults.add("line.chatter", placement="after_result")
        assert b"OK\r\n\r\n+IP: " in said(world, b"AT\r")


def test_a_line_without_faults_is_not_tapped(world: World) -> None:
    bench = next(iter(world.simulation.benches.values()))
    world.faults.add("line.delay", seconds=1, times=1)
    assert said(world) == b""
    assert bench._write != bench.emit
    world.clock.advance(1)
    assert bench._write == bench.emit


def test_a_driver_on_a_real_terminal_reads_the_disturbed_answer() -> None:
    with World(profile="m5310a", seed=7) as world, serial.Serial(world.modem.port, timeout=5) as port:
        port.read_until(b"M5310-A\r\nOK\r\n")
        port.write(b"ATE0\r")
        port.read_until(b"OK\r\n")
        world.faults.add("line.urc", placement="within_answer", text="+CEREG: 2", times=1)
        world.faults.add("line.chunk", direction="down", size=5, seconds=0.001)
        port.write(b"AT+CSQ\r")
        assert port.read_until(b"OK\r\n") == b"\r\n+CSQ:\r\n+CEREG: 2\r\n20,99\r\n\r\nOK\r\n"
