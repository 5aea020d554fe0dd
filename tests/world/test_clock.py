"""The clock that users hold."""

from __future__ import annotations

import asyncio
import math
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
import serial

from onenet_sim import World
from onenet_sim.world import Fault
from onenet_sim.world.clock import Clock, ClockMode
from onenet_sim.world.loop import WorldLoop

if TYPE_CHECKING:
    from collections.abc import Iterator

EPOCH = datetime(2025, 1, 1, tzinfo=UTC)


@pytest.fixture
def loop() -> Iterator[WorldLoop]:
    """A stopped loop that runs on a thread of its own."""
    world = WorldLoop(pace=0, patience=5)
    thread = threading.Thread(target=world.run_forever)
    thread.start()
    yield world
    if world.is_running():
        world.call_soon_threadsafe(world.stop)
    thread.join()
    world.run_until_complete(world.shutdown_default_executor())
    world.finish()


@pytest.fixture
def clock(loop: WorldLoop) -> Clock:
    return Clock(loop, EPOCH)


def test_a_thread_advances_by_the_sum_of_what_it_gives(clock: Clock) -> None:
    clock.advance(1, minutes=2, hours=3, days=4)
    assert clock.now == 1 + 120 + 3 * 3600 + 4 * 86400


def test_advancing_returns_when_all_on_the_way_has_happened(clock: Clock, loop: WorldLoop) -> None:
    moments: list[float] = []
    loop.call_soon_threadsafe(lambda: loop.call_later(3600, lambda: moments.append(loop.time())))
    clock.advance(hours=24)
    assert moments == [3600]


def test_advancing_by_nothing_settles_and_moves_no_time(clock: Clock, loop: WorldLoop) -> None:
    happened: list[int] = []
    loop.call_soon_threadsafe(happened.append, 1)
    clock.advance()
    assert happened == [1]
    assert clock.now == 0


def test_many_threads_may_advance_at_once(clock: Clock) -> None:
    threads = [threading.Thread(target=clock.advance, kwargs={"hours": hour}) for hour in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 8 * 3600 <= clock.now <= 36 * 3600


@pytest.mark.parametrize("seconds", [-1, math.nan, math.inf])
def test_an_advance_that_is_none_is_refused(clock: Clock, seconds: float) -> None:
    with pytest.raises(ValueError, match="the clock cannot advance by"):
        clock.advance(seconds)


def test_on_the_loops_own_thread_the_error_names_the_way_out(clock: Clock, loop: WorldLoop) -> None:
    async def blunder() -> None:
        clock.advance(1)

    with pytest.raises(RuntimeError, match=r"await clock\.advance_async\(\) there"):
        asyncio.run_coroutine_threadsafe(blunder(), loop).result()


def test_coroutines_of_the_worlds_loop_and_of_others_await_the_jump(clock: Clock, loop: WorldLoop) -> None:
    asyncio.run_coroutine_threadsafe(clock.advance_async(minutes=1), loop).result()
    asyncio.run(clock.advance_async(minutes=1))
    assert clock.now == 120


def test_an_advance_before_the_world_runs_says_so() -> None:
    idle = WorldLoop(pace=0)
    with pytest.raises(RuntimeError, match="the world does not run"):
        Clock(idle, EPOCH).advance(1)
    idle.close()


def test_an_advance_whose_world_ends_under_way_says_so(clock: Clock, loop: WorldLoop) -> None:
    loop.call_soon_threadsafe(lambda: loop.call_later(10, loop.stop))
    with pytest.raises(RuntimeError, match="the world ended during the jump"):
        clock.advance(20)


def test_an_error_of_the_jump_reaches_the_thread(clock: Clock, loop: WorldLoop) -> None:
    loop.patience = 0.02
    with loop.hold("a push"), pytest.raises(TimeoutError, match="outstanding: a push"):
        clock.advance(1)


def test_the_mode_can_change_under_way(clock: Clock) -> None:
    assert clock.mode == ClockMode("stopped")
    clock.set_mode("scaled", factor=60)
    assert clock.mode == ClockMode("scaled", 60)
    clock.set_mode("real")
    assert clock.mode == ClockMode("real")


def test_the_mode_can_be_set_before_the_world_runs() -> None:
    idle = WorldLoop()
    clock = Clock(idle, EPOCH, ClockMode("stopped"))
    assert (clock.mode, idle.pace) == (ClockMode("stopped"), 0)
    clock.set_mode("real")
    assert idle.pace == 1
    idle.close()


def test_the_calendar_is_the_epoch_and_the_time_since(clock: Clock) -> None:
    clock.advance(days=31, seconds=0.5)
    assert clock.calendar == datetime(2025, 2, 1, 0, 0, 0, 500_000, tzinfo=UTC)


def test_the_calendar_keeps_its_zone_through_summer_time(loop: WorldLoop) -> None:
    clock = Clock(loop, datetime(2025, 3, 29, 12, tzinfo=ZoneInfo("Europe/Berlin")))
    clock.advance(days=1)
    assert (clock.calendar.hour, clock.calendar.utcoffset()) == (13, timedelta(hours=2))


def test_an_epoch_without_a_zone_is_refused(loop: WorldLoop) -> None:
    with pytest.raises(ValueError, match="lacks a time zone"):
        Clock(loop, datetime(2025, 1, 1))  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize(
    ("text", "mode", "pace"),
    [
        ("real", ClockMode("real"), 1),
        (" stopped ", ClockMode("stopped"), 0),
        ("scaled:60", ClockMode("scaled", 60), 60),
        ("scaled:0.5", ClockMode("scaled", 0.5), 0.5),
        ("idle:50", ClockMode("idle", silence=50), 1),
    ],
)
def test_a_mode_reads_as_the_option_has_it(text: str, mode: ClockMode, pace: float) -> None:
    assert ClockMode.parse(text) == mode
    assert mode.pace == pace
    assert ClockMode.parse(str(mode)) == mode


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no clock mode is called ''"),
        ("fast", "no clock mode is called 'fast'"),
        ("scaled", "lacks its factor"),
        ("scaled:", "lacks its factor"),
        ("scaled:x", "clock mode 'scaled:x': could not convert"),
        ("scaled:0", "cannot go 0 times as fast"),
        ("scaled:nan", "cannot go nan times as fast"),
        ("scaled:1e7", "up to 1e6"),
        ("real:60", "a real clock has no factor"),
        ("idle", "lacks its silence: idle:50"),
        ("idle:0", "cannot leap after 0 ms of silence: 1 to 60000"),
        ("idle:1e9", "1 to 60000"),
        ("idle:x", "clock mode 'idle:x': could not convert"),
    ],
)
def test_a_text_that_is_no_mode_is_explained(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        ClockMode.parse(text)


def test_a_host_that_waits_on_a_silent_line_is_given_what_comes_hours_later() -> None:
    with World(profile="m5310a", clock="idle:5", pace="instant", faults=[Fault(kind="platform.silent")]) as world:
        with serial.Serial(world.modem.port, timeout=20) as host:
            host.write(b"AT+MIPLCREATE\r")
            host.read_until(b"OK\r\n")
            host.write(b'AT+MIPLADDOBJ=0,3303,1,"1",0,0\r')
            host.read_until(b"OK\r\n")
            host.write(b"AT+MIPLOPEN=0,3000,3600\r")
            seen = host.read_until(b"+MIPLEVENT:0,3\r\n")
        assert seen.endswith(b"+MIPLEVENT:0,3\r\n")
        assert world.clock.now > 60


def test_time_leaps_only_where_a_host_is() -> None:
    with World(clock="idle:1000") as world:
        assert not world.call(lambda simulation: simulation._host_waits())
        with serial.Serial(world.modem.port, timeout=20) as host:
            host.write(b"AT\r")
            host.read_until(b"OK\r\n")
            assert world.call(lambda simulation: simulation._host_waits())
