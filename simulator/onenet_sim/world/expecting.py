"""How tests say what they expect of a world: plain synchronous methods that raise an AssertionError."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, TypeVar

from onenet_sim.journal import Pattern
from onenet_sim.world.expectations import Expectation, Mode, UnmetExpectationError, await_expectation

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable

    from onenet_sim.journal import Event, Wanted
    from onenet_sim.world.simulation import Simulation

T = TypeVar("T")


class Expecting(ABC):
    """What a world offers those who expect something of it.

    An event is described by keywords, or by a mapping where a field has the name of another parameter; see
    :mod:`onenet_sim.journal.pattern`. The parameters ``within``, ``since`` and ``advance`` are those of
    :class:`~onenet_sim.world.expectations.Expectation`.

    Each method raises :class:`UnmetExpectationError`, an :exc:`AssertionError` with the nearest miss, if what it
    says is not so, and :exc:`ValueError` for what no event can be.
    """

    @property
    @abstractmethod
    def simulation(self) -> Simulation:
        """The world's inside."""

    @abstractmethod
    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something on the world's own loop and return what came of it."""

    def expect(
        self,
        event: Wanted | None = None,
        /,
        *,
        within: float = 5.0,
        since: int | None = None,
        advance: bool = False,
        **fields: object,
    ) -> Event:
        """Wait until an event comes, at most ``within`` world seconds, and return it.

        Example:
            >>> world.expect(kind="datapoint", stream="3303_0_5700", value={">": 20})
        """
        __tracebackhide__ = True
        pattern = Pattern({**(event or {}), **fields})
        return self._await(Expectation(Mode.EVENTUALLY, (pattern,), within, since=since, advance=advance))[0]

    def never(
        self,
        event: Wanted | None = None,
        /,
        *,
        within: float,
        since: int | None = None,
        advance: bool = False,
        **fields: object,
    ) -> None:
        """Wait ``within`` world seconds, in which no such event may come."""
        __tracebackhide__ = True
        pattern = Pattern({**(event or {}), **fields})
        self._await(Expectation(Mode.NEVER, (pattern,), within, since=since, advance=advance))

    def exactly(
        self,
        count: int,
        event: Wanted | None = None,
        /,
        *,
        within: float,
        since: int | None = None,
        advance: bool = False,
        **fields: object,
    ) -> list[Event]:
        """Wait ``within`` world seconds, in which so many such events must come, and return them."""
        __tracebackhide__ = True
        pattern = Pattern({**(event or {}), **fields})
        expectation = Expectation(Mode.EXACTLY, (pattern,), within, count, since=since, advance=advance)
        return list(self._await(expectation))

    def in_order(
        self, events: Iterable[Wanted], *, within: float = 5.0, since: int | None = None, advance: bool = False
    ) -> list[Event]:
        """Wait until one event for each pattern came, in their order, and return them; others may lie between."""
        __tracebackhide__ = True
        patterns = tuple(map(Pattern, events))
        return list(self._await(Expectation(Mode.IN_ORDER, patterns, within, since=since, advance=advance)))

    def _await(self, expectation: Expectation) -> tuple[Event, ...]:
        __tracebackhide__ = True
        try:
            return self.run(await_expectation(self.simulation, expectation))
        except UnmetExpectationError as unmet:
            raise UnmetExpectationError(unmet.miss) from None  # without the frames of the world's own thread
