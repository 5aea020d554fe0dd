"""A module's timers: what it will do by itself, and when."""

from __future__ import annotations

import heapq
import itertools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from onenet_sim.journal import Journal


class Timer:
    """One pending action; :meth:`cancel` forgets it."""

    __slots__ = ("action", "cause", "when")

    def __init__(self, when: float, action: Callable[[], None], cause: int | None) -> None:
        self.when = when
        self.action: Callable[[], None] | None = action
        self.cause = cause

    def cancel(self) -> None:
        """Make sure that the action will not run."""
        self.action = None


class Timers:
    """Pending actions by time. An action runs with the cause that held when it was set."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._heap: list[tuple[float, int, Timer]] = []
        self._order = itertools.count()

    def at(self, when: float, action: Callable[[], None]) -> Timer:
        """Run ``action`` at world time ``when`` (seconds); of two at one time the earlier set runs first."""
        timer = Timer(when, action, self._journal.cause)
        heapq.heappush(self._heap, (when, next(self._order), timer))
        return timer

    @property
    def next(self) -> float | None:
        """When the next action is due, or None."""
        while self._heap and self._heap[0][2].action is None:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def run(self, now: float) -> None:
        """Run every action that is due at ``now``."""
        while (due := self.next) is not None and due <= now:
            timer = heapq.heappop(self._heap)[2]
            action, timer.action = timer.action, None
            if action is not None:
                with self._journal.because(timer.cause):
                    action()

    def clear(self) -> None:
        """Forget all."""
        self._heap.clear()
