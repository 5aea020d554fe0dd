"""The search for the smallest URC that breaks a driver: which trials are made, and what follows from them.

The theory. First the driver runs without a fault; one that fails then is not explored. Then each place is tried
everywhere at once. Of the URCs that were on the line when the driver broke, the last one alone is the best guess:
few drivers live on for long. If that is not it, the set is halved as in Zeller's ``ddmin``, which finds a set from
which nothing can be left out, also where one URC undoes what another did. A set of several is not yet the
smallest: with the runs that are left over, each URC that was not yet tried alone is.

Nothing here starts a world or a process: a trial is a function.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from onenet_sim.testing.explore.strikes import PLACES, everywhere
from onenet_sim.world import MOST_FAULTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from onenet_sim.testing.explore.strikes import Strike
    from onenet_sim.world import Fault, Placement

RUNS = 100
"""How often the driver is run at most, unless told otherwise."""

Strikes: TypeAlias = "tuple[Strike, ...]"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a driver in one run.

    Attributes:
        exit_code: Its exit code, negative for a signal; None if it was not done in time.
        strikes: The URCs that were placed, in order.
        seconds: How long it ran.
        commands: How many command lines it sent.
        said: The last lines of its standard error, or of its output if there are none.
        line: What was said on the line around the last URC.
    """

    exit_code: int | None
    strikes: Strikes = ()
    seconds: float = 0.0
    commands: int = 0
    said: tuple[str, ...] = ()
    line: tuple[str, ...] = ()

    @property
    def broke(self) -> bool:
        """Whether the driver failed: any exit code but 0, and none."""
        return self.exit_code != 0


Trial: TypeAlias = "Callable[[tuple[Fault, ...]], Outcome]"
"""Runs the driver once, in a fresh world with these faults."""


class Verdict(StrEnum):
    """What was found of a place."""

    SURVIVED = "survived"
    BROKE = "broke"
    NO_OCCASION = "no occasion"
    """The session has no such place, or none at which the module could print a URC."""
    UNSTEADY = "unsteady"
    """The driver broke, but not again, or without a URC: it is not alike from run to run."""
    UNTRIED = "not tried"
    """There were no runs left."""


@dataclass(slots=True)
class Finding:
    """What was found of one place.

    Attributes:
        struck: How many URCs the driver met when each place of this kind had one.
        smallest: The smallest set of URCs found to break it; each of them is needed.
        outcome: What became of the driver by these.
        alone: How many of the URCs were tried alone.
        finished: Whether the runs sufficed to say that nothing smaller breaks it, of what was struck.
    """

    placement: Placement
    verdict: Verdict
    struck: int = 0
    smallest: Strikes = ()
    outcome: Outcome | None = None
    alone: int = 0
    finished: bool = True


@dataclass(frozen=True, slots=True)
class Exploration:
    """What was found of a driver.

    Attributes:
        plain: The run without a fault.
        findings: What was found, by place.
        runs: How often the driver was run.
    """

    plain: Outcome
    findings: tuple[Finding, ...]
    runs: int

    @property
    def broken(self) -> tuple[Finding, ...]:
        """The places at which a URC breaks the driver, or may."""
        return tuple(each for each in self.findings if each.verdict in {Verdict.BROKE, Verdict.UNSTEADY})

    @property
    def struck(self) -> bool:
        """Whether any URC was placed at all."""
        return any(each.struck for each in self.findings)


class DriverFailsError(Exception):
    """The driver fails without any fault, so that nothing can be explored.

    Attributes:
        outcome: What became of it.
    """

    def __init__(self, outcome: Outcome) -> None:
        super().__init__("the driver fails without a fault")
        self.outcome = outcome


class _SpentError(Exception):
    """All runs are used up."""


class _UnsteadyError(Exception):
    """The driver does not do the same from run to run."""


def explore(
    trial: Trial,
    places: Iterable[Placement] = PLACES,
    *,
    runs: int = RUNS,
    told: Callable[[int, str], None] = lambda _run, _what: None,
) -> Exploration:
    """Try each place on a driver, and find the smallest set of URCs that breaks it.

    The same trial, places and number of runs give the same search.

    Args:
        trial: Runs the driver once.
        places: The places to try.
        runs: How often the driver is run at most, the run without a fault included.
        told: Called before each run, with its number and what is tried.

    Raises:
        DriverFailsError: The driver fails without a fault.
    """
    search = _Search(trial, runs, told)
    plain = search.run((), "without a fault")
    if plain.broke:
        raise DriverFailsError(plain)
    tried = [search.try_everywhere(placement) for placement in places]
    reductions = [_Reduction(search, finding) for finding in tried if finding.verdict is Verdict.BROKE]
    for reduction in reductions:
        reduction.take(reduction.reduce)
    for reduction in reductions:
        reduction.take(reduction.try_alone)
    return Exploration(plain, tuple(tried), search.count)


class _Search:
    def __init__(self, trial: Trial, runs: int, told: Callable[[int, str], None]) -> None:
        self._trial = trial
        self._runs = runs
        self._told = told
        self.count = 0

    def run(self, faults: tuple[Fault, ...], what: str) -> Outcome:
        """Run the driver once.

        Raises:
            _SpentError: All runs are used up.
        """
        if self.count >= self._runs:
            raise _SpentError
        self.count += 1
        self._told(self.count, what)
        return self._trial(faults)

    def try_everywhere(self, placement: Placement) -> Finding:
        try:
            outcome = self.run((everywhere(placement),), f"{placement}, everywhere")
        except _SpentError:
            return Finding(placement, Verdict.UNTRIED)
        struck = len(outcome.strikes)
        if not outcome.broke:
            return Finding(placement, Verdict.SURVIVED if struck else Verdict.NO_OCCASION, struck)
        verdict = Verdict.BROKE if struck else Verdict.UNSTEADY
        return Finding(placement, verdict, struck, outcome.strikes, outcome)


class _Reduction:
    """Makes the URCs of a finding fewer."""

    def __init__(self, search: _Search, finding: Finding) -> None:
        self._search = search
        self._finding = finding
        self._all = finding.smallest[-MOST_FAULTS:]
        self._known: dict[Strikes, bool] = {}

    def take(self, step: Callable[[], None]) -> None:
        """Take one of the steps below, as far as the runs and a steady driver permit."""
        finding = self._finding
        try:
            step()
        except _SpentError:
            finding.finished = False
        except _UnsteadyError:
            finding.verdict, finding.smallest = Verdict.UNSTEADY, ()
        finding.alone = sum(len(each) == 1 for each in self._known)

    def _breaks(self, strikes: Strikes) -> bool:
        """Return whether a set of URCs breaks the driver; if it does it is the smallest so far."""
        if strikes not in self._known:
            shown = strikes[0].where if len(strikes) == 1 else f"{strikes[0].placement}, {len(strikes)} URCs"
            outcome = self._search.run(tuple(each.fault for each in strikes), shown)
            self._known[strikes] = outcome.broke
            if outcome.broke and not outcome.strikes:
                raise _UnsteadyError
            if outcome.broke:  # those that were to come later were never needed
                self._known[outcome.strikes] = True
                self._finding.smallest, self._finding.outcome = outcome.strikes, outcome
        return self._known[strikes]

    def reduce(self) -> None:
        """Find a set of which each URC is needed."""
        if self._breaks(self._all[-1:]):
            return
        parts = 2
        current = self._all
        while len(current) > 1:
            smaller = self._smaller(current, parts)
            if smaller is not None:
                current, parts = smaller
            elif parts < len(current):
                parts = min(len(current), parts * 2)
            else:
                break
        if not self._breaks(current):
            raise _UnsteadyError

    def _smaller(self, current: Strikes, parts: int) -> tuple[Strikes, int] | None:
        """Return a part that breaks the driver too, or what is left without one, and how to part that."""
        chunks = _parted(current, parts)
        for chunk in reversed(chunks):
            if self._breaks(chunk):
                return self._finding.smallest, 2
        for number in range(len(chunks)) if parts > 2 else ():  # noqa: PLR2004 - of two parts each is the other's rest
            rest = tuple(each for at, chunk in enumerate(chunks) if at != number for each in chunk)
            if self._breaks(rest):
                return self._finding.smallest, max(2, parts - 1)
        return None

    def try_alone(self) -> None:
        """Try each URC alone that was not, if it takes several so far."""
        for strike in reversed(self._all):
            if len(self._finding.smallest) <= 1 or self._breaks((strike,)):
                return


def _parted(strikes: Sequence[Strike], parts: int) -> list[Strikes]:
    """Return a set in so many parts of about the same size, in order."""
    bounds = [len(strikes) * number // parts for number in range(parts + 1)]
    return [tuple(strikes[start:end]) for start, end in pairwise(bounds) if start < end]
