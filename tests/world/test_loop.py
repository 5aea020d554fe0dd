"""World time: one loop that runs, scales, stops and jumps."""

from __future__ import annotations

import asyncio
import math
import os
import sys
import threading
import tty
from typing import TYPE_CHECKING

import pytest

from onenet_sim.world.loop import WorldLoop

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

HOUR = 3600.0


def run(main: Callable[[WorldLoop], Coroutine[object, object, None]], loop: WorldLoop | None = None) -> None:
    """Run a coroutine on a world's loop, a stopped one unless another is given."""
    world = loop or WorldLoop(pace=0)
    with asyncio.Runner(loop_factory=lambda: world) as runner:
        runner.run(main(world))


class _Echo(asyncio.DatagramProtocol):
    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.transport.sendto(data, addr)


class _Listener(asyncio.DatagramProtocol):
    def __init__(self, received: Callable[[bytes], None]) -> None:
        self._received = received

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        del addr
        self._received(data)


def test_time_starts_at_zero_and_stands_still_when_stopped() -> None:
    async def main(loop: WorldLoop) -> None:
        assert loop.time() == 0.0
        await asyncio.to_thread(lambda: None)
        assert loop.time() == 0.0

    run(main)


def test_a_jump_without_timers_goes_straight_to_its_target() -> None:
    async def main(loop: WorldLoop) -> None:
        await loop.advance_to(7 * 24 * HOUR)
        assert loop.time() == 7 * 24 * HOUR

    run(main)


def test_a_jump_fires_every_timer_on_the_way_in_order_at_its_exact_time() -> None:
    async def main(loop: WorldLoop) -> None:
        fired: list[tuple[float, float]] = []
        for when in (30.0, 0.1, 1e5, 86400.25, 7.0):
            loop.call_at(when, lambda when: fired.append((when, loop.time())), when)
        await loop.advance_to(1e5)
        assert fired == [(when, when) for when in (0.1, 7.0, 30.0, 86400.25, 1e5)]

    run(main)


def test_a_timer_that_a_timer_sets_fires_within_the_same_jump() -> None:
    async def main(loop: WorldLoop) -> None:
        moments: list[float] = []

        async def tick() -> None:
            while True:
                await asyncio.sleep(10)
                moments.append(loop.time())

        ticking = loop.create_task(tick())
        await loop.advance_to(35)
        ticking.cancel()
        assert moments == [10, 20, 30]
        assert loop.time() == 35

    run(main)


def test_cancelled_timers_are_not_visited() -> None:
    async def main(loop: WorldLoop) -> None:
        visited: list[float] = []
        step = loop._step

        def observed_step() -> None:
            step()
            visited.append(loop.time())

        loop._step = observed_step  # type: ignore[method-assign]
        for when in range(1, 200):
            loop.call_at(when, visited.append, -1.0).cancel()
        loop.call_at(500, lambda: None)
        await loop.advance_to(1000)
        assert visited == [500, 1000]

    run(main)


def test_a_timer_due_at_the_target_fires_before_the_jump_is_done() -> None:
    async def main(loop: WorldLoop) -> None:
        fired: list[str] = []
        loop.call_at(60, fired.append, "timer")
        await loop.advance_to(60)
        assert fired == ["timer"]

    run(main)


def test_traffic_settles_at_the_time_of_the_timer_that_set_it_off() -> None:
    async def main(loop: WorldLoop) -> None:
        answered: list[tuple[float, bytes]] = []
        far, _ = await loop.create_datagram_endpoint(_Echo, local_addr=("127.0.0.1", 0))
        near, _ = await loop.create_datagram_endpoint(
            lambda: _Listener(lambda octets: answered.append((loop.time(), octets))),
            remote_addr=far.get_extra_info("sockname"),
        )
        for hour in range(1, 25):
            loop.call_at(hour * HOUR, near.sendto, b"%d" % hour)
        await loop.advance_to(24 * HOUR)
        near.close()
        far.close()
        assert answered == [(hour * HOUR, b"%d" % hour) for hour in range(1, 25)]

    run(main)


def test_time_stands_still_while_an_executor_job_runs() -> None:
    async def main(loop: WorldLoop) -> None:
        may_end = threading.Event()
        moments: list[float] = []

        async def job() -> None:
            await asyncio.to_thread(may_end.wait)
            moments.append(loop.time())

        loop.call_at(10, loop.create_task, job())
        loop.call_at(20, moments.append, 20.0)
        threading.Timer(0.01, may_end.set).start()
        await loop.advance_to(30)
        assert moments == [10, 20]

    run(main)


def test_time_stands_still_while_another_thread_holds_it() -> None:
    async def main(loop: WorldLoop) -> None:
        holding, may_end = threading.Event(), threading.Event()
        moments: list[float] = []

        def work() -> None:
            with loop.hold("a push"):
                holding.set()
                may_end.wait()
                loop.call_soon_threadsafe(lambda: moments.append(loop.time()))

        worker = threading.Thread(target=work)
        worker.start()
        holding.wait()
        loop.call_soon(may_end.set)
        await loop.advance_to(30)
        worker.join()
        assert moments == [0]
        assert loop.time() == 30

    run(main)


def test_what_a_thread_asked_for_before_it_let_go_happens_before_time_moves() -> None:
    async def main(loop: WorldLoop) -> None:
        holding, may_end = threading.Event(), threading.Event()
        moments: list[float] = []

        def work() -> None:
            with loop.hold("a push"):
                holding.set()
                may_end.wait()
                loop.call_soon_threadsafe(lambda: moments.append(loop.time()))

        for target in range(1, 301):
            holding.clear()
            may_end.clear()
            worker = threading.Thread(target=work)
            worker.start()
            holding.wait()
            loop.call_soon(may_end.set)
            await loop.advance_to(target)
            worker.join()
        assert moments == list(range(300))

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # threads give way to each other at every turn
    try:
        run(main)
    finally:
        sys.setswitchinterval(interval)


def test_what_another_thread_asked_for_first_happens_before_time_moves() -> None:
    async def main(loop: WorldLoop) -> None:
        moments: list[float] = []
        worker = threading.Thread(target=lambda: loop.call_soon_threadsafe(lambda: moments.append(loop.time())))
        worker.start()
        worker.join()
        await loop.advance_to(5)
        assert moments == [0]

    run(main)


def test_what_a_host_wrote_to_a_terminal_first_arrives_before_time_moves() -> None:
    async def main(loop: WorldLoop) -> None:
        master, slave = os.openpty()
        tty.setraw(slave)
        arrived: list[float] = []
        loop.add_reader(master, lambda: arrived.append(loop.time() + len(os.read(master, 1)) - 1))
        for _ in range(500):
            os.write(slave, b"x")
            await loop.advance_by(1)
        loop.remove_reader(master)
        os.close(master)
        os.close(slave)
        assert arrived == list(range(500))

    run(main)


def test_jumps_at_once_are_each_done_as_time_passes_their_target() -> None:
    async def main(loop: WorldLoop) -> None:
        done: list[tuple[str, float]] = []

        async def follow(name: str, jump: Awaitable[None]) -> None:
            await jump
            done.append((name, loop.time()))

        await asyncio.gather(
            follow("day", loop.advance_to(86400)),
            follow("hour", loop.advance_to(3600)),
            follow("two days", loop.advance_to(2 * 86400)),
        )
        assert done == [("hour", 3600), ("day", 86400), ("two days", 2 * 86400)]

    run(main)


def test_a_jump_asked_for_during_a_jump_starts_where_time_is() -> None:
    async def main(loop: WorldLoop) -> None:
        later: list[asyncio.Future[None]] = []
        loop.call_at(10, lambda: later.append(loop.advance_by(100)))
        await loop.advance_to(50)
        await later[0]
        assert loop.time() == 110

    run(main)


@pytest.mark.parametrize("target", [9.0, -1.0, math.nan, math.inf])
def test_a_jump_back_or_to_no_time_at_all_is_refused(target: float) -> None:
    async def main(loop: WorldLoop) -> None:
        await loop.advance_to(10)
        with pytest.raises(ValueError, match="the world cannot jump"):
            await loop.advance_to(target)

    run(main)


@pytest.mark.parametrize("span", [-1.0, math.nan, math.inf])
def test_a_span_that_is_none_is_refused(span: float) -> None:
    async def main(loop: WorldLoop) -> None:
        with pytest.raises(ValueError, match="the world cannot jump by"):
            await loop.advance_by(span)

    run(main)


def test_settling_runs_what_is_ready_and_moves_no_time() -> None:
    async def main(loop: WorldLoop) -> None:
        left = [5]

        def chain() -> None:
            left[0] -= 1
            if left[0]:
                loop.call_soon(chain)

        loop.call_soon(chain)
        loop.call_later(1, left.append, 1)
        await loop.settled()
        assert left == [0]
        assert loop.time() == 0

    run(main)


def test_settling_works_while_time_runs() -> None:
    async def main(loop: WorldLoop) -> None:
        for _ in range(100):
            await loop.settled()

    run(main, WorldLoop())


def test_a_timer_in_the_past_fires_although_time_is_stopped() -> None:
    async def main(loop: WorldLoop) -> None:
        await loop.advance_to(100)
        fired = asyncio.Event()
        loop.call_at(50, fired.set)
        await fired.wait()
        assert loop.time() == 100

    run(main)


@pytest.mark.parametrize("start", [1e6, 1e9, 1e12, 1e15])
def test_timers_fire_exactly_however_late_it_is(start: float) -> None:
    async def main(loop: WorldLoop) -> None:
        await loop.advance_to(start)
        moments: list[float] = []
        loop.call_later(0.1, lambda: moments.append(loop.time()))
        loop.call_later(1, lambda: moments.append(loop.time()))
        await loop.advance_by(10)
        assert moments == [start + 0.1, start + 1]
        assert loop.time() == start + 10

    run(main)


def test_after_a_jump_time_goes_on_at_its_pace_from_the_target() -> None:
    async def main(loop: WorldLoop) -> None:
        await loop.advance_by(HOUR)
        before = loop.time()
        await asyncio.sleep(0.001)
        assert HOUR < before + 0.001 <= loop.time()
        assert loop.pace == 1

    run(main, WorldLoop())


def test_a_scaled_loop_reaches_its_timers_sooner() -> None:
    async def main(loop: WorldLoop) -> None:
        await asyncio.sleep(60)
        assert loop.time() >= 60

    run(main, WorldLoop(pace=1e5))


@pytest.mark.parametrize(
    ("pace", "asked", "waited"),
    [(1, 5.0, 5.0), (60, 120.0, 2.0), (0.5, 5.0, 10.0), (0.01, 86400.0, 86400.0), (0, 5.0, None), (0, 0, 0)],
)
def test_the_selector_waits_real_time_for_world_time(pace: float, asked: float, waited: float | None) -> None:
    loop = WorldLoop(pace)
    assert loop._real(asked) == waited
    loop.close()


def test_another_pace_holds_from_now_on() -> None:
    async def main(loop: WorldLoop) -> None:
        await loop.advance_to(10)
        loop.set_pace(1e6)
        await asyncio.sleep(10)
        loop.set_pace(0)
        stopped = loop.time()
        await asyncio.to_thread(lambda: None)
        assert loop.time() == stopped >= 20

    run(main)


@pytest.mark.parametrize("pace", [-1.0, math.inf, math.nan])
def test_a_pace_that_is_none_is_refused(pace: float) -> None:
    with pytest.raises(ValueError, match="is none"):
        WorldLoop(pace)


def test_time_leaps_from_timer_to_timer_while_nothing_stirs() -> None:
    async def main(loop: WorldLoop) -> None:
        loop.leap_after(1)
        for moment in (HOUR, 24 * HOUR):
            await asyncio.sleep(moment - loop.time())
            assert moment <= loop.time() < moment + 60

    run(main, WorldLoop())


def test_time_does_not_leap_while_nobody_waits() -> None:
    async def main(loop: WorldLoop) -> None:
        loop.leap_after(1)
        loop.host_waits = lambda: False
        loop.call_later(HOUR, lambda: None)
        await asyncio.to_thread(lambda: None)
        assert loop._silence_left() is None
        loop.host_waits = lambda: True
        await asyncio.sleep(2 * HOUR)

    run(main, WorldLoop())


def test_what_stirs_begins_the_silence_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("onenet_sim.world.loop.monotonic", lambda: now[0])
    loop = WorldLoop()
    loop.leap_after(10_000)
    now[0] += 9
    assert loop._silence_left() == 1
    loop.stir()
    assert loop._silence_left() == 10
    loop.leap_after(None)
    assert loop._silence_left() is None
    loop.close()


def test_a_jump_that_is_given_up_leaves_time_where_it_is() -> None:
    async def main(loop: WorldLoop) -> None:
        jump = loop.advance_to(100)
        loop.call_at(40, jump.cancel)
        with pytest.raises(asyncio.CancelledError):
            await jump
        await asyncio.to_thread(lambda: None)
        assert loop.time() == 40

    run(main)


def test_a_restart_sets_time_to_zero_and_ends_the_jump_with_an_error() -> None:
    async def main(loop: WorldLoop) -> None:
        loop.call_at(40, loop.restart)
        with pytest.raises(RuntimeError, match="restarted during the jump"):
            await loop.advance_to(100)
        assert loop.time() == 0

    run(main)


def test_a_timer_that_outlives_a_restart_keeps_the_delay_it_had_left() -> None:
    async def main(loop: WorldLoop) -> None:
        await loop.advance_to(1000)
        moments: list[float] = []
        loop.call_later(5, lambda: moments.append(loop.time()))
        loop.restart()
        await loop.advance_to(10)
        assert moments == [5]

    run(main)


def test_a_world_that_never_settles_ends_the_jump_with_an_error() -> None:
    async def main(loop: WorldLoop) -> None:
        spinning: list[asyncio.Handle] = []

        def spin() -> None:
            spinning[:] = [loop.call_soon(spin)]

        spin()
        with pytest.raises(TimeoutError, match=r"did not settle at 0.0 s .* callbacks without end"):
            await loop.advance_to(10)
        spinning[0].cancel()

    run(main, WorldLoop(pace=0, patience=0.02))


def test_a_jump_that_waits_in_vain_names_what_is_outstanding() -> None:
    async def main(loop: WorldLoop) -> None:
        with (
            loop.hold("a push to http://127.0.0.1:9/"),
            pytest.raises(TimeoutError, match="outstanding: a push to"),
        ):
            await loop.advance_to(10)
        await loop.advance_to(10)
        assert loop.time() == 10

    run(main, WorldLoop(pace=0, patience=0.02))


def test_two_runs_of_the_same_world_are_the_same() -> None:
    def history() -> list[tuple[float, int]]:
        events: list[tuple[float, int]] = []

        async def main(loop: WorldLoop) -> None:
            async def device(number: int) -> None:
                for _ in range(20):
                    await asyncio.sleep(0.1 * number)
                    events.append((loop.time(), number))

            devices = [loop.create_task(device(number)) for number in range(1, 8)]
            await loop.advance_to(100)
            await asyncio.gather(*devices)

        run(main)
        return events

    assert history() == history()
