"""The face of world time: what it is, at which pace it goes, and the jump."""

from __future__ import annotations

import asyncio
import math
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal, TypeVar, cast, get_args

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from onenet_sim.world.loop import WorldLoop

Mode = Literal["real", "stopped", "scaled", "idle"]

_T = TypeVar("_T")
_LARGEST_FACTOR = 1e6
_LONGEST_SILENCE = 60_000.0
_LOOK_AGAIN = 0.1
"""Real seconds after which a thread that waits for a jump looks whether the world still runs."""


@dataclass(frozen=True, slots=True)
class ClockMode:
    """How world time goes.

    Attributes:
        name: ``real`` is with the machine, ``scaled`` at ``factor`` times its pace, ``stopped`` by jumps only;
            ``idle`` is with the machine, and leaps to the next timer when a host waits on a silent line.
        factor: World seconds a real second, above 0 and up to 1e6; only ``scaled`` has one other than 1.
        silence: Real milliseconds of silence before a leap, 1 to 60,000; only ``idle`` has it.

    Raises:
        ValueError: The name is none of the four, or a figure does not fit.
    """

    name: Mode
    factor: float = 1.0
    silence: float = 0.0

    def __post_init__(self) -> None:
        if self.name not in get_args(Mode):
            raise ValueError(f"no clock mode is called {self.name!r}: it is real, stopped, scaled:K or idle:MS")
        if self.name != "scaled" and self.factor != 1:
            raise ValueError(f"a {self.name} clock has no factor, and {self.factor:g} was given: use scaled")
        if not 0 < self.factor <= _LARGEST_FACTOR:
            raise ValueError(f"a clock cannot go {self.factor:g} times as fast: above 0 and up to 1e6 it can")
        if self.name != "idle" and self.silence:
            raise ValueError(
                f"a {self.name} clock waits for no silence, and {self.silence:g} ms was given: use idle"
            )
        if self.name == "idle" and not 1 <= self.silence <= _LONGEST_SILENCE:
            raise ValueError(f"a clock cannot leap after {self.silence:g} ms of silence: 1 to 60000 it can")

    @classmethod
    def parse(cls, text: str) -> ClockMode:
        """Read ``real``, ``stopped``, ``scaled:K`` with a factor, or ``idle:MS`` with milliseconds of silence.

        Raises:
            ValueError: The text is none of these; the message explains.
        """
        name, colon, figure = text.strip().partition(":")
        if name == "scaled" and not figure:
            raise ValueError(f"{text!r} lacks its factor: scaled:60 makes a minute pass in a second")
        if name == "idle" and not figure:
            raise ValueError(f"{text!r} lacks its silence: idle:50 leaps after 50 ms without a word on the line")
        if not colon:
            return cls(cast("Mode", name))
        try:
            number = float(figure)
            return cls("idle", silence=number) if name == "idle" else cls(cast("Mode", name), number)
        except ValueError as error:
            raise ValueError(f"clock mode {text!r}: {error}") from None

    @property
    def pace(self) -> float:
        """World seconds a real second; 0 when stopped."""
        return 0.0 if self.name == "stopped" else self.factor

    def __str__(self) -> str:
        match self.name:
            case "scaled":
                return f"scaled:{self.factor:g}"
            case "idle":
                return f"idle:{self.silence:g}"
        return self.name


class Clock:
    """The world's clock. Every property and method may be used from any thread.

    :meth:`advance` blocks its thread until the jump is done; on the loop's own thread await
    :meth:`advance_async`.
    """

    def __init__(self, loop: WorldLoop, epoch: datetime, mode: ClockMode | None = None) -> None:
        """Show the time of ``loop``; world second 0 is ``epoch`` on the calendar (with a time zone).

        With ``mode`` the loop, which must not run yet, is set to that.
        """
        if epoch.tzinfo is None:
            raise ValueError(f"the world's epoch {epoch} lacks a time zone")
        self._loop = loop
        self._epoch = epoch
        if mode is not None:
            self.go(mode)

    @property
    def now(self) -> float:
        """World time: seconds since the world began."""
        return self._loop.time()

    @property
    def calendar(self) -> datetime:
        """The world's date and time of day, in the zone of its epoch."""
        # Through UTC, since adding to a local time would ignore a change to summer time.
        moment = self._epoch.astimezone(UTC) + timedelta(seconds=self.now)
        return moment.astimezone(self._epoch.tzinfo)

    @property
    def mode(self) -> ClockMode:
        """How time goes."""
        if self._loop.silence is not None:
            return ClockMode("idle", silence=self._loop.silence)
        match self._loop.pace:
            case 0:
                return ClockMode("stopped")
            case 1:
                return ClockMode("real")
            case pace:
                return ClockMode("scaled", pace)

    def go(self, mode: ClockMode) -> None:
        """Go on from now in another mode; on the loop's own thread, or before it runs."""
        self._loop.set_pace(mode.pace)
        self._loop.leap_after(mode.silence or None)

    def set_mode(self, mode: Mode, *, factor: float = 1.0, silence: float = 0.0) -> None:
        """Go on from now in another mode: ``scaled`` by a factor, ``idle`` after milliseconds of silence.

        Raises:
            ValueError: There is no such mode, or a figure does not fit it.
        """
        chosen = ClockMode(mode, factor, silence)
        if not self._loop.is_running() or self._on_loop():
            self.go(chosen)
        else:
            self._wait(self._go(chosen))

    def advance(self, seconds: float = 0, *, minutes: float = 0, hours: float = 0, days: float = 0) -> None:
        """Jump ahead by the sum of what is given; return when all on the way has happened and settled.

        Without arguments time does not move: what is under way settles.

        Raises:
            ValueError: The sum is negative or not finite.
            TimeoutError: The world did not settle within the loop's patience; the message names why.
            RuntimeError: Called on the loop's own thread, or the world does not run.
        """
        span = _span(seconds, minutes, hours, days)
        if self._on_loop():
            raise RuntimeError(
                "clock.advance() would block the world's own thread: await clock.advance_async() there"
            )
        self._wait(self._advance(span))

    async def advance_async(
        self, seconds: float = 0, *, minutes: float = 0, hours: float = 0, days: float = 0
    ) -> None:
        """Jump as :meth:`advance` does, without blocking: for the world's own loop or any other."""
        span = _span(seconds, minutes, hours, days)
        if self._on_loop():
            await self._advance(span)
        else:
            await asyncio.to_thread(self._wait, self._advance(span))

    def _on_loop(self) -> bool:
        try:
            return asyncio.get_running_loop() is self._loop
        except RuntimeError:
            return False

    async def _advance(self, span: float) -> None:
        await self._loop.advance_by(span)

    async def _go(self, mode: ClockMode) -> None:
        self.go(mode)

    def _wait(self, work: Coroutine[object, object, _T]) -> _T:
        """Do the work on the loop and wait for it on this thread."""
        if not self._loop.is_running():
            work.close()
            raise RuntimeError("the world does not run: nothing moves its clock")
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        while True:
            try:
                return future.result(_LOOK_AGAIN)
            except FutureTimeoutError:
                if future.done():
                    return future.result()
                if not self._loop.is_running():
                    raise RuntimeError("the world ended during the jump") from None


def _span(seconds: float, minutes: float, hours: float, days: float) -> float:
    span = seconds + 60 * (minutes + 60 * (hours + 24 * days))
    if not math.isfinite(span):
        raise ValueError(f"the clock cannot advance by {span} s: not a finite time")
    if span < 0:
        raise ValueError(f"the clock cannot advance by {span:g} s: world time never goes back")
    return span
