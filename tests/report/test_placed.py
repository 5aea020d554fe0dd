"""Where the URCs of faults stood, as the journal tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from onenet_sim.report import around, command_head, placed_urcs
from onenet_sim.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def world() -> Iterator[World]:
    with World(profile="m5310a", pty=False, clock="stopped") as world:
        for line in ("ATE1", "AT+CEREG=1"):
            send(world, line)
        yield world


def send(world: World, line: str) -> None:
    world.modem.line.write(line.encode() + b"\r")
    world.settle()
    world.clock.advance(1)


def placed(world: World) -> list[tuple[int, str, str, int]]:
    return [(each.fault, each.text, each.line, each.occasion) for each in placed_urcs(world.journal)]


@pytest.mark.parametrize(
    ("line", "head"),
    [
        ("AT", "AT"),
        ("AT+CGATT?", "AT+CGATT?"),
        ("AT+MIPLOPEN=0,3000", "AT+MIPLOPEN="),
        ("AT+CEREG=?", "AT+CEREG="),
        ("AT" + "X" * 100, "AT" + "X" * 62),
    ],
)
def test_commands_are_told_apart_by_all_but_their_values(line: str, head: str) -> None:
    assert command_head(line) == head


@pytest.mark.parametrize("placement", ["before_echo", "before_answer", "before_result", "after_result", "split"])
def test_each_urc_is_told_with_its_command_and_how_many_of_these_there_were(world: World, placement: str) -> None:
    world.faults.add("line.chatter", placement=placement, match="CSQ|CGSN")
    for line in ("AT+CSQ", "AT+CGSN=1", "AT+CSQ", "AT+CGATT?", "AT+CGSN=0"):
        send(world, line)
    told = [("AT+CSQ", 1), ("AT+CGSN=1", 1), ("AT+CSQ", 2), ("AT+CGSN=0", 2)]
    assert placed(world) == [(1, "+CEREG:1", *each) for each in told]


def test_a_urc_that_was_not_yet_printed_is_left_out(world: World) -> None:
    world.faults.add("line.chatter", placement="alone", times=1)
    world.modem.line.write(b"AT\r")
    world.settle()
    assert world.faults.list()[0]["struck"] == 1
    assert placed(world) == []
    world.clock.advance(1)
    assert placed(world) == [(1, "+CEREG:1", "AT", 1)]


def test_other_faults_of_the_line_place_nothing(world: World) -> None:
    world.faults.add("line.garble", direction="down", times=1)
    send(world, "AT+CSQ")
    assert placed(world) == []


def test_what_was_said_around_it_is_shown_with_the_octets_that_it_changed(world: World) -> None:
    for line in ("AT+CIMI", "AT+CGATT?", "AT"):
        send(world, line)
    world.faults.add("line.chatter", placement="before_result", times=1)
    for line in ("AT+CSQ", "AT+CGSN=1"):
        send(world, line)
    (strike,) = placed_urcs(world.journal)
    lines = around(world.journal, strike.event)
    text = "\n".join(lines)
    assert "AT+CIMI" not in text
    assert text.index("AT+CGATT?") < text.index("AT+CSQ") < text.index("AT+CGSN=1")
    assert r"\r\n+CSQ:20,99\r\n\r\n+CEREG:1\r\n\r\nOK\r\n" in text
    assert text.count("+CEREG:1") == 2
    assert "no longer kept" not in text


def test_what_is_shown_is_bounded(world: World) -> None:
    world.faults.add("line.chatter", placement="before_answer", times=1)
    for _ in range(40):
        send(world, "AT+CSQ")
    (strike,) = placed_urcs(world.journal)
    assert len(around(world.journal, strike.event)) < 40
