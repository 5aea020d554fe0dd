"""What should happen in a world within a time, or never: judged event by event, told with its nearest miss."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from onenet_sim.journal import Layer, Pattern

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from onenet_sim.journal import Comparison, Event, Journal, Json
    from onenet_sim.world.simulation import Simulation

_EVENTS_TOLD = 5
_EVENTS_KEPT = 10_000
"""How many of the newest events can be the nearest miss."""
_STIMULI = {"host_wrote", "http_request"}
_OWN_CALL = "/control/expect"


class Mode(StrEnum):
    """What should be of the events that are like the patterns."""

    EVENTUALLY = "eventually"
    """One comes."""
    NEVER = "never"
    """None comes."""
    IN_ORDER = "in_order"
    """One for each pattern comes, in their order; others may lie between."""
    EXACTLY = "exactly"
    """So many come, no more and no less."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What should happen.

    Attributes:
        patterns: What the events are like: one pattern, several for :attr:`Mode.IN_ORDER`.
        within: World seconds in which they come, from now or from ``since``.
        count: How many, for :attr:`Mode.EXACTLY`.
        since: The id of an event: later ones count, and time counts from it; 0 is the world's beginning. Without
            it time counts from now, and what came since the host or an application last did something counts too.
        advance: The clock jumps to the end of ``within``, where it otherwise goes on as it does.

    Raises:
        ValueError: A figure is out of its range.
    """

    mode: Mode
    patterns: tuple[Pattern, ...]
    within: float
    count: int = 1
    since: int | None = None
    advance: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.within < float("inf"):
            raise ValueError(f"within is {self.within}; it is world seconds, not below 0")
        if self.count < 0:
            raise ValueError(f"the count is {self.count}; it is not below 0")
        if not self.patterns:
            raise ValueError("there is no event to expect; say at least one kind, such as 'datapoint'")

    def __str__(self) -> str:
        told = ", then ".join(map(str, self.patterns))
        match self.mode:
            case Mode.EVENTUALLY:
                return told
            case Mode.NEVER:
                return f"never {told}"
            case Mode.IN_ORDER:
                return f"in this order {told}"
            case Mode.EXACTLY:
                return f"exactly {self.count} times {told}"


@dataclass(frozen=True, slots=True)
class Miss:
    """Why an expectation was not met.

    Attributes:
        text: All of it, for a person to read.
        nearest: The event that came nearest, field by field, if one came near at all.
        seen: How many events were looked at.
        of_kind: How many of these were of the kind that was expected; None if no kind was.
        met: The events that were as expected, though they were too few, too many, or should not have been.
    """

    text: str
    nearest: Comparison | None
    seen: int
    of_kind: int | None
    met: tuple[Event, ...]

    def to_json(self) -> dict[str, Json]:
        """Return it as the control API answers it."""
        nearest: Json = None
        if self.nearest is not None:
            nearest = {
                "event": self.nearest.event.to_json(),
                "matched": list(self.nearest.matched),
                "differences": [
                    {"field": each.field, "expected": each.expected, "found": each.found}
                    for each in self.nearest.differences
                ],
            }
        met = [event.to_json() for event in self.met]
        return {"error": self.text, "nearest": nearest, "seen": self.seen, "of_kind": self.of_kind, "events": met}


class UnmetExpectationError(AssertionError):
    """An expectation was not met; the message has the nearest miss."""

    def __init__(self, miss: Miss) -> None:
        super().__init__(miss.text)
        self.miss = miss


class Judge:
    """Looks at events one by one, oldest first, until the outcome is sure.

    Attributes:
        met: The events that were as expected.
    """

    def __init__(self, expectation: Expectation, begin: float) -> None:
        """Take an expectation whose time begins at world time ``begin``."""
        self._expectation = expectation
        self.deadline = begin + expectation.within
        self.met: list[Event] = []
        self._seen: deque[Event] = deque(maxlen=_EVENTS_KEPT)
        self._kinds: Counter[str] = Counter()
        self._late: Event | None = None

    @property
    def _wanted(self) -> Pattern | None:
        """The pattern that the next event is compared with; None when all have come."""
        patterns = self._expectation.patterns
        if self._expectation.mode is not Mode.IN_ORDER:
            return patterns[0]
        return patterns[len(self.met)] if len(self.met) < len(patterns) else None

    def see(self, event: Event) -> None:
        """Look at the next event."""
        wanted = self._wanted
        if wanted is None:
            return
        if event.time > self.deadline:
            if self._late is None and wanted.matches(event):
                self._late = event
            return
        self._seen.append(event)
        self._kinds[event.kind] += 1
        if wanted.matches(event):
            self.met.append(event)

    @property
    def sure(self) -> bool:
        """Whether no further event can change the outcome."""
        match self._expectation.mode:
            case Mode.EVENTUALLY | Mode.NEVER:
                return bool(self.met)
            case Mode.IN_ORDER:
                return self._wanted is None
            case Mode.EXACTLY:
                return len(self.met) > self._expectation.count

    @property
    def holds(self) -> bool:
        """Whether the expectation is met if nothing more comes."""
        match self._expectation.mode:
            case Mode.EVENTUALLY:
                return bool(self.met)
            case Mode.NEVER:
                return not self.met
            case Mode.IN_ORDER:
                return self._wanted is None
            case Mode.EXACTLY:
                return len(self.met) == self._expectation.count

    def miss(self, before: Iterable[Event] = (), remark: str = "") -> Miss:
        """Return why the expectation is not met.

        Args:
            before: The events that came too early to count.
            remark: What else there is to say of the wait.
        """
        wanted = self._wanted or self._expectation.patterns[-1]
        count = self._kinds.total()
        of_kind = None if wanted.kind is None else self._kinds[wanted.kind]
        too_few = not self.met or self._expectation.mode is Mode.IN_ORDER or not self.sure
        nearest = _nearest(wanted, self._seen) if too_few else None
        span = f"within {self._expectation.within:g} s, up to {self.deadline:g} s of world time"
        lines = [f"expected {self._expectation}", f"  {span}; {self._outcome(wanted)}"]
        lines += _told_nearest(nearest) if nearest else []
        lines += [f"  the event {told}" for told in self._astray(wanted, before) if too_few]
        counted = "" if of_kind is None else f", {of_kind} of them of kind {wanted.kind}"
        looked = f"{count} event{'' if count == 1 else 's'} came in that time" + counted
        lines += [f"  {looked}"] + ([f"  {remark}"] if remark else [])
        why = [event for event in self._seen if event.layer is Layer.DIAGNOSIS][-1:]
        lines += [f"  the newest explanation, #{event.id} at {event.time:g} s: {event.what}" for event in why]
        return Miss("\n".join(lines), nearest, count, of_kind, tuple(self.met))

    def _outcome(self, wanted: Pattern) -> str:
        came = ", ".join(map(_told, self.met[-_EVENTS_TOLD:]))
        match self._expectation.mode:
            case Mode.EVENTUALLY:
                return "none came"
            case Mode.NEVER:
                return f"but there is {came}"
            case Mode.IN_ORDER:
                done = f": {came}" if came else ""
                lacking = f"what did not come then is {wanted}"
                return f"{len(self.met)} of {len(self._expectation.patterns)} came{done}; {lacking}"
            case Mode.EXACTLY:
                return f"{len(self.met)} came" + (f", the last of them {came}" if came else "")

    def _astray(self, wanted: Pattern, before: Iterable[Event]) -> list[str]:
        """Return which events were right, but at a wrong time."""
        if self._expectation.mode is Mode.IN_ORDER:
            earlier = [event for event in self._seen if event not in self.met and wanted.matches(event)]
            if earlier:
                return [f"{_told(earlier[-1])} is like that, but came before its turn"]
        found: list[str] = []
        if self._late is not None:
            found.append(f"{_told(self._late)} is like that, {self._late.time - self.deadline:g} s too late")
        early = [event for event in before if wanted.matches(event)][-1:]
        found += [
            f"{_told(each)} is like that, but came before the wait began; since={each.id - 1} counts it"
            for each in early
        ]
        return found


def _nearest(wanted: Pattern, seen: Collection[Event]) -> Comparison | None:
    """Return the event with the most right fields, of equal ones the newest; None if all are far."""
    best: Comparison | None = None
    of_kind = [event for event in seen if event.kind == wanted.kind]
    for event in of_kind or seen:
        comparison = wanted.compare(event)
        if (
            comparison.differences
            and comparison.matched
            and (best is None or comparison.nearness >= best.nearness)
        ):
            best = comparison
    return best


def _told(event: Event) -> str:
    return f"#{event.id} at {event.time:g} s ({event.what})"


def _told_nearest(nearest: Comparison) -> list[str]:
    return [
        f"  the nearest was {_told(nearest.event)}",
        f"    right: {', '.join(nearest.matched)}",
        *(f"    wrong: {difference}" for difference in nearest.differences),
    ]


async def await_expectation(simulation: Simulation, expectation: Expectation) -> tuple[Event, ...]:
    """Wait on the world's own loop until an expectation is met, and return the events that met it.

    World time goes on as it does, or jumps if the expectation says so. A stopped clock never comes to the end of
    the time: there, what is under way settles, and that is judged.

    Raises:
        UnmetExpectationError: It is not met; the message has the nearest miss.
        ValueError: ``since`` is no event of this world.
        RuntimeError: The world was reset meanwhile.
        TimeoutError: The world did not settle.
    """
    journal, clock = simulation.journal, simulation.clock
    start = _stimulus(journal) if expectation.since is None else expectation.since
    judge = Judge(expectation, _time_of(journal, expectation.since, clock.now))
    done = asyncio.get_running_loop().create_future()

    def look(event: Event) -> None:
        if simulation.journal is journal:
            judge.see(event)
        if judge.sure or simulation.journal is not journal:
            _conclude(done)

    for event in journal.events(after=start):
        judge.see(event)
    end = simulation.follow(look)
    try:
        await _pass(simulation, judge, done, advance=expectation.advance)
    finally:
        end()
    if simulation.journal is not journal:
        raise RuntimeError("the world was reset during the wait")
    if judge.holds:
        return tuple(judge.met)
    before = [event for event in journal if event.id <= start]
    raise UnmetExpectationError(judge.miss(before, _remark(simulation, judge)))


async def _pass(simulation: Simulation, judge: Judge, done: asyncio.Future[None], *, advance: bool) -> None:
    """Let the time pass that an expectation has, or as much of it as is needed."""
    clock, loop = simulation.clock, asyncio.get_running_loop()
    left = max(0.0, judge.deadline - clock.now)
    if advance or clock.mode.name == "stopped":
        await clock.advance_async(left if advance else 0)
    elif not judge.sure:
        # Past the deadline by a moment, so that what is due at the deadline itself is seen.
        timer = loop.call_at(clock.now + left, lambda: loop.call_soon(_conclude, done))
        try:
            await done
        finally:
            timer.cancel()


def _conclude(done: asyncio.Future[None]) -> None:
    if not done.done():
        done.set_result(None)


def _time_of(journal: Journal, since: int | None, now: float) -> float:
    if since is None:
        return now
    if since == 0:
        return 0.0
    event = journal.get(since)
    if event is None:
        kept = f"#{journal.dropped + 1} to #{journal.dropped + len(journal)}"
        raise ValueError(f"since is {since}, and the journal has no such event; it keeps {kept}")
    return event.time


def _stimulus(journal: Journal) -> int:
    """Return the id before the newest thing that the host or an application did; what follows it counts.

    A test that sends a command and then waits for what comes of it would else have to be faster than the world.
    """
    newest = journal.dropped + len(journal)
    for event_id in range(newest, journal.dropped, -1):
        event = journal.get(event_id)
        assert event is not None  # noqa: S101 - ids have no gaps
        if event.kind in _STIMULI and event.cause is None and getattr(event.what, "target", "") != _OWN_CALL:
            return event_id - 1
    return journal.dropped


def _remark(simulation: Simulation, judge: Judge) -> str:
    if simulation.clock.now >= judge.deadline:
        return ""
    if simulation.clock.mode.name == "stopped":
        return f"the clock is stopped at {simulation.clock.now:g} s; advance lets it jump to {judge.deadline:g} s"
    return ""
