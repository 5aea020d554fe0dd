"""What a test expects of a world, and what it is told when that does not come."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from onenet_sim.world import PatternError, UnmetExpectationError, World

if TYPE_CHECKING:
    from collections.abc import Iterator

STREAM = "3303_0_5700"


@pytest.fixture
def world() -> Iterator[World]:
    with World(profile="m5310a", seed=7, clock="stopped", pty=False) as world:
        yield world


def log_in(world: World) -> None:
    for line in ("AT+MIPLCREATE", 'AT+MIPLADDOBJ=0,3303,1,"1",0,0', "AT+MIPLOPEN=0,3000"):
        assert world.modem.command(line)[-1] == "OK"
    world.expect(kind="urc", line="+MIPLEVENT:0,6")


def notify(world: World, value: float) -> None:
    assert world.modem.command(f"AT+MIPLNOTIFY=0,0,3303,0,5700,4,4,{value},0,0,1") == ["OK"]


def missed(expecting: pytest.ExceptionInfo[UnmetExpectationError]) -> str:
    return str(expecting.value)


def test_what_follows_the_newest_command_is_found_whether_it_came_before_the_wait_or_not(world: World) -> None:
    log_in(world)
    notify(world, 25.5)
    world.settle()
    event = world.expect(kind="datapoint", stream=STREAM, value={">": 25})
    assert event.what.to_json()["value"] == 25.5


def test_what_an_earlier_command_brought_about_no_longer_counts(world: World) -> None:
    log_in(world)
    notify(world, 25.5)
    datapoint = world.expect(kind="datapoint", stream=STREAM)
    world.modem.command("AT")
    with pytest.raises(UnmetExpectationError) as expecting:
        world.expect(kind="datapoint", stream=STREAM)
    assert f"before the wait began; since={datapoint.id - 1} counts it" in missed(expecting)
    assert world.expect(kind="datapoint", stream=STREAM, since=datapoint.id - 1) == datapoint


def test_a_miss_shows_the_nearest_event_field_by_field(world: World) -> None:
    log_in(world)
    notify(world, 23.5)
    with pytest.raises(UnmetExpectationError) as expecting:
        world.expect(kind="datapoint", stream=STREAM, value={">": 25}, within=2)
    found = expecting.value.miss.nearest
    assert found is not None
    lines = missed(expecting).splitlines()
    assert lines[0] == f"expected an event of kind datapoint with stream '{STREAM}', value > 25"
    assert lines[1] == "  within 2 s, up to 2 s of world time; none came"
    assert lines[2] == f"  the nearest was #{found.event.id} at 0 s (data point {STREAM} = 23.5)"
    assert lines[3] == "    right: kind, stream"
    assert lines[4] == "    wrong: value: expected > 25, found 23.5"
    assert "1 of them of kind datapoint" in lines[5]
    assert lines[6] == "  the clock is stopped at 0 s; advance lets it jump to 2 s"


def test_a_miss_has_the_newest_explanation(world: World) -> None:
    world.modem.command("AT+MIPLCLOSE=0")
    with pytest.raises(UnmetExpectationError, match=r"the newest explanation, #.*AT\+MIPLCREATE"):
        world.expect(kind="session")


def test_the_clock_jumps_to_the_end_when_asked(world: World) -> None:
    log_in(world)
    offline = world.expect(kind="device", what="offline", within=86_400, advance=True)
    assert 3000 <= offline.time < 3100
    assert world.clock.now == 86_400


def test_a_running_clock_is_waited_for(world: World) -> None:
    world.clock.set_mode("scaled", factor=1000)
    begin = world.clock.now
    world.never(kind="datapoint", within=30)
    assert world.clock.now >= begin + 30


def test_a_wait_ends_with_the_event_and_not_with_the_time(world: World) -> None:
    world.clock.set_mode("real")
    timer = threading.Timer(0.01, world.modem.power, ["reset"])
    timer.start()
    world.expect(kind="power", state="off", within=86_400)
    timer.join()
    assert world.clock.now < 60


def test_never_is_told_what_came(world: World) -> None:
    log_in(world)
    notify(world, 25.5)
    with pytest.raises(UnmetExpectationError) as expecting:
        world.never(kind="datapoint", within=5, advance=True)
    assert "expected never an event of kind datapoint" in missed(expecting)
    assert f"(data point {STREAM} = 25.5)" in missed(expecting)
    world.never(kind="datapoint", stream="3303_0_5701", within=5)


def test_events_in_order_may_have_others_between_them(world: World) -> None:
    log_in(world)
    notify(world, 25.5)
    came = world.in_order([{"kind": "command", "line": "re:NOTIFY"}, {"kind": "coap_sent"}, {"kind": "datapoint"}])
    assert [event.kind for event in came] == ["command", "coap_sent", "datapoint"]


def test_events_in_another_order_are_told_as_such(world: World) -> None:
    log_in(world)
    notify(world, 25.5)
    with pytest.raises(UnmetExpectationError) as expecting:
        world.in_order([{"kind": "datapoint"}, {"kind": "command", "line": "re:NOTIFY"}])
    assert "1 of 2 came: #" in missed(expecting)
    assert "what did not come then is an event of kind command with line like /NOTIFY/" in missed(expecting)
    assert "is like that, but came before its turn" in missed(expecting)


def test_so_many_are_no_fewer_and_no_more(world: World) -> None:
    log_in(world)
    since = world.expect(kind="urc", line="+MIPLEVENT:0,6", since=0).id
    notify(world, 1)
    notify(world, 2)
    world.settle()
    came = world.exactly(2, kind="datapoint", within=5, since=since)
    assert [event.what.to_json()["value"] for event in came] == [1, 2]
    for count in (1, 3):
        with pytest.raises(UnmetExpectationError, match=f"exactly {count} times.*\n.*; 2 came"):
            world.exactly(count, kind="datapoint", within=5, since=since)


def test_time_counts_from_the_event_that_is_named(world: World) -> None:
    log_in(world)
    begin = world.expect(kind="urc", line="+MIPLEVENT:0,6").id
    world.clock.advance(60)
    notify(world, 25.5)
    world.settle()
    with pytest.raises(UnmetExpectationError, match="is like that, 55 s too late"):
        world.expect(kind="datapoint", within=5, since=begin)
    world.expect(kind="datapoint", within=60, since=begin)


def test_a_reset_ends_the_wait(world: World) -> None:
    world.clock.set_mode("real")
    timer = threading.Timer(0.01, world.reset)
    timer.start()
    with pytest.raises(RuntimeError, match="the world was reset"):
        world.expect(kind="datapoint", within=86_400)
    timer.join()


def test_an_event_that_is_not_kept_is_refused(world: World) -> None:
    with pytest.raises(ValueError, match=r"since is 999999, and the journal has no such event; it keeps #1 to #"):
        world.expect(kind="datapoint", since=999_999)


def test_a_field_that_has_the_name_of_a_parameter_goes_into_a_mapping(world: World) -> None:
    world.modem.command("AT+MIPLCREATE")
    world.modem.command("AT+MIPLOPEN=0,3000")
    world.expect({"kind": "session", "after": "ready"})
    with pytest.raises(PatternError):
        world.expect(kind="session", stream="registered")
