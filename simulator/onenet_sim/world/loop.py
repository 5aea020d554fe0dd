"""One event loop whose time is the world's: it runs with the machine, at a factor, or by jumps only.

The theory. A selector loop asks its selector to wait until the next timer is due. Here the loop answers that
question itself, in :meth:`WorldLoop._turn`, for in it lies the whole of time:

* without a jump it waits, for as long in real seconds as the pace makes of the world's seconds;
* if it may leap, and the line has been silent for so long while a host waits, it jumps to the next timer;
* with a jump, world time stands still until everything is settled; then it is set to the next timer, or to
  the target when no timer comes before that, and the loop turns again.

Settled means: no callback is ready, three polls in a row find no descriptor ready, and nothing is outstanding
elsewhere (executor jobs, and what :meth:`WorldLoop.hold` declares).
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import math
import os
import select
import selectors
from contextlib import contextmanager, suppress
from time import monotonic
from typing import TYPE_CHECKING, TypeAlias, TypeVar, TypeVarTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Executor

    from _typeshed import FileDescriptorLike

    _T = TypeVar("_T")
    _Ts = TypeVarTuple("_Ts")
    _Ready: TypeAlias = "list[tuple[selectors.SelectorKey, int]]"

_QUIET_POLLS = 3
_LONGEST_WAIT = 24 * 3600.0
"""Seconds of real time a selector is asked to wait at most, as in asyncio."""

_PATIENCE = 30.0
_NAMES_TOLD = 5


class _Selector(selectors.DefaultSelector):
    """The platform's selector, which knows its terminals.

    What a host has written to a PTY is on its way for some microseconds, in a work queue of the kernel's. Asking
    the terminal itself with poll(2) waits for that, asking epoll does not: see :meth:`flush_terminals`.
    """

    def __init__(self) -> None:
        super().__init__()
        self._terminals = select.poll()
        self._terminal_descriptors: set[int] = set()

    def register(self, fileobj: FileDescriptorLike, events: int, data: object = None) -> selectors.SelectorKey:
        key = super().register(fileobj, events, data)
        if os.isatty(key.fd):
            self._terminals.register(key.fd, select.POLLIN)
            self._terminal_descriptors.add(key.fd)
        return key

    def unregister(self, fileobj: FileDescriptorLike) -> selectors.SelectorKey:
        key = super().unregister(fileobj)
        if key.fd in self._terminal_descriptors:
            self._terminal_descriptors.remove(key.fd)
            self._terminals.unregister(key.fd)
        return key

    def flush_terminals(self) -> None:
        """Let what was written to terminals arrive."""
        if self._terminal_descriptors:
            self._terminals.poll(0)


class WorldLoop(asyncio.SelectorEventLoop):
    """An event loop whose ``time()`` is world time: seconds since the world began.

    World time starts at 0.0 and goes on at ``pace`` world seconds a real second: 1 is the machine's pace, 60
    a minute a second, and 0 is stopped, where only a jump moves it. Its methods belong on its own thread;
    :meth:`hold` and ``time()`` may be used from any.

    Attributes:
        patience: Real seconds for which a jump waits at one moment of world time for everything to settle.
            Then it ends with a :exc:`TimeoutError` that names what is outstanding.
        silence: Real milliseconds after which time leaps, if it may; :meth:`leap_after` changes it.
        host_waits: Says whether anybody is there for whom time could leap.
    """

    # What asyncio.BaseEventLoop has and its stubs do not tell.
    _scheduled: list[asyncio.TimerHandle]
    _stopping: bool
    _clock_resolution: float

    def __init__(self, pace: float = 1.0, *, patience: float = _PATIENCE) -> None:
        """Make a loop at time 0.0 that goes at ``pace`` (a finite factor, not below 0)."""
        selector = _Selector()
        super().__init__(selector)
        try:
            self._pace = _checked_pace(pace)
        except ValueError:
            self.close()
            raise
        # World time at a moment of real time, and the pace since then: one tuple, so that any thread reads it
        # whole.
        self._mark = (0.0, monotonic(), self._pace)
        self._jumps: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = itertools.count()
        self._outstanding: dict[int, str] = {}
        self._still_since = 0.0
        self.silence: float | None = None
        self._stirred = monotonic()
        self.host_waits: Callable[[], bool] = lambda: True
        self.patience = patience
        self._poll = selector.select
        self._flush_terminals = selector.flush_terminals
        selector.select = self._turn  # type: ignore[method-assign] # the loop asks it for each wait

    def time(self) -> float:
        """Return the world's time in seconds."""
        world, real, pace = self._mark
        return world + (monotonic() - real) * pace if pace else world

    @property
    def pace(self) -> float:
        """World seconds a real second; 0 is stopped. A jump leaves it as it is."""
        return self._pace

    def set_pace(self, pace: float) -> None:
        """Go on from now at another pace (a finite factor, not below 0; otherwise :exc:`ValueError`)."""
        self._pace = _checked_pace(pace)
        self._set(self.time(), 0.0 if self._jumps else self._pace)

    def leap_after(self, silence: float | None) -> None:
        """Leap to the next timer whenever nothing has stirred for so many real milliseconds; None never does."""
        self.silence = silence
        self.stir()

    def stir(self) -> None:
        """Begin the silence anew: something was said on a line."""
        self._stirred = monotonic()

    def advance_to(self, target: float) -> asyncio.Future[None]:
        """Jump to ``target`` (world seconds); the future is done when time is there and all is settled.

        Every timer on the way fires in order, each at its exact time, and what it sets off settles before
        time moves on. Several jumps at once are one: each future is done when time passes its target. After
        the last, time goes on at its pace from the target.

        Raises:
            ValueError: The target lies in the past, or is not finite.
        """
        now = self.time()
        if not math.isfinite(target):
            raise ValueError(f"the world cannot jump to {target} s: not a finite time")
        if target < now:
            raise ValueError(f"the world cannot jump back from {now} s to {target} s")
        return self._jump(now, target)

    def advance_by(self, span: float) -> asyncio.Future[None]:
        """Jump as :meth:`advance_to` does, by ``span`` seconds from now (finite and not below 0)."""
        if not math.isfinite(span) or span < 0:
            raise ValueError(f"the world cannot jump by {span} s: it takes a finite time, not below 0")
        now = self.time()
        return self._jump(now, now + span)

    def settled(self) -> asyncio.Future[None]:
        """Return a future that is done when all is settled; until then world time stands still."""
        return self.advance_by(0)

    def _jump(self, now: float, target: float) -> asyncio.Future[None]:
        if not self._jumps:
            self._set(now, 0.0)
            self._still_since = monotonic()
        future = self.create_future()
        heapq.heappush(self._jumps, (target, next(self._order), future))
        return future

    @contextmanager
    def hold(self, what: str) -> Iterator[None]:
        """Within the block nothing counts as settled: for work that the loop cannot see, on any thread.

        ``what`` names the work, for the error of a jump that waited in vain. The work must not itself wait
        for world time to pass, since a jump waits for the work.
        """
        key = next(self._order)
        self._outstanding[key] = what
        try:
            yield
        finally:
            del self._outstanding[key]
            with suppress(RuntimeError):  # the loop is closed
                self.call_soon_threadsafe(_nothing)

    @property
    def holds(self) -> bool:
        """Whether something is outstanding elsewhere."""
        return bool(self._outstanding)

    def restart(self) -> None:
        """Set time back to 0.0.

        A jump under way ends with a :exc:`RuntimeError`. Timers should have been cancelled before; one that
        was not keeps the delay that it had left.
        """
        now = self.time()
        for timer in self._scheduled:
            timer._when -= now  # type: ignore[attr-defined] # noqa: SLF001 - asyncio has no way to shift a timer
        self._abandon(RuntimeError("the world was restarted during the jump"))
        self._set(0.0, self._pace)

    def finish(self) -> None:
        """Cancel what is still under way and close the loop, which must have stopped."""
        pending = asyncio.all_tasks(self)
        for task in pending:
            task.cancel()
        self.run_until_complete(asyncio.gather(*pending, return_exceptions=True) if pending else _rest())
        self.close()

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*_Ts], _T], *args: *_Ts
    ) -> asyncio.Future[_T]:
        """Run a job on another thread, as asyncio does. Until it is done, nothing counts as settled."""
        future = super().run_in_executor(executor, func, *args)
        key = next(self._order)
        self._outstanding[key] = f"executor job {getattr(func, '__qualname__', func)}"
        future.add_done_callback(lambda _: self._outstanding.pop(key))
        return future

    def _turn(self, timeout: float | None = None) -> _Ready:
        """Answer the loop that wants to wait ``timeout`` world seconds (0: callbacks or timers are ready)."""
        if self._jumps:
            self._drop_cancelled_jumps()
        if not self._jumps and timeout and (left := self._silence_left()) is not None:
            if left > 0:
                return self._poll(min(left, self._real(timeout) or left))
            self._leap()
        if not self._jumps or self._stopping:
            return self._poll(self._real(timeout))
        if timeout == 0:
            self._check_patience()
            return self._poll(0)
        self._flush_terminals()
        # Looked at before the polls: what another thread asked for before it let go is then seen by one of them.
        outstanding = bool(self._outstanding)
        for _ in range(_QUIET_POLLS):
            if ready := self._poll(0):
                self._check_patience()
                return ready
        if outstanding:
            ready = self._poll(max(0.0, self._still_since + self.patience - monotonic()))
            self._check_patience()
            return ready
        self._step()
        return []

    def _silence_left(self) -> float | None:
        """Return the real seconds until time leaps, or None if it will not."""
        if self.silence is None or self._stopping or not self.host_waits():
            return None
        return self._stirred + self.silence / 1000 - monotonic()

    def _leap(self) -> None:
        """Jump to the next timer. The loop has just dropped cancelled timers from the head."""
        self.stir()
        now = self.time()
        leap = self._jump(now, max(now, self._scheduled[0].when()))
        leap.add_done_callback(lambda done: done.cancelled() or done.exception())  # nobody waits for it

    def _real(self, timeout: float | None) -> float | None:
        if not timeout:
            return timeout
        return min(timeout / self._pace, _LONGEST_WAIT) if self._pace else None

    def _step(self) -> None:
        """Move time to the next timer or target. The loop has just dropped cancelled timers from the head."""
        now, _, _ = self._mark
        target = self._jumps[0][0]
        due = self._scheduled[0].when() if self._scheduled else math.inf
        moment = max(now, min(due, target))
        if moment > now:
            self._still_since = monotonic()
        self._set(moment, 0.0)
        if due <= moment:
            return
        while self._jumps and self._jumps[0][0] <= moment:
            _, _, future = heapq.heappop(self._jumps)
            if not future.done():
                future.set_result(None)
        if not self._jumps:
            self._set(moment, self._pace)

    def _set(self, moment: float, pace: float) -> None:
        self._mark = (moment, monotonic(), pace)
        # The loop fires what is due before time() + resolution, which must be more than time() itself.
        self._clock_resolution = max(1e-9, 2 * math.ulp(moment))

    def _drop_cancelled_jumps(self) -> None:
        if any(future.cancelled() for _, _, future in self._jumps):
            self._jumps = [jump for jump in self._jumps if not jump[2].cancelled()]
            heapq.heapify(self._jumps)
            if not self._jumps:
                self._set(self.time(), self._pace)

    def _check_patience(self) -> None:
        if monotonic() - self._still_since < self.patience:
            return
        names = list(self._outstanding.values())
        what = ", ".join(names[:_NAMES_TOLD]) + (" and more" if len(names) > _NAMES_TOLD else "")
        now = self.time()
        self._abandon(
            TimeoutError(
                f"the world did not settle at {now} s within {self.patience} s of real time: "
                + (f"outstanding: {what}" if what else "traffic or callbacks without end")
            )
        )
        self._set(now, self._pace)

    def _abandon(self, error: Exception) -> None:
        jumps, self._jumps = self._jumps, []
        for _, _, future in jumps:
            if not future.done():
                future.set_exception(error)


def _checked_pace(pace: float) -> float:
    if not math.isfinite(pace) or pace < 0:
        raise ValueError(
            f"a pace of {pace} is none: it is a finite number of world seconds a real second, not below 0"
        )
    return pace


def _nothing() -> None:
    """Wake the loop."""


async def _rest() -> None:
    """Turn the loop once more."""
