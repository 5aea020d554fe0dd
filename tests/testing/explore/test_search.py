"""The search over drivers that are functions: each has occasions for URCs, and a rule for what it dies of."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings, strategies as st

from onenet_sim.testing.explore import PLACES, DriverFailsError, Outcome, Strike, Verdict, explore
from onenet_sim.world import Placement

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from onenet_sim.world import Fault

PLACE = Placement.BEFORE_ANSWER


def never(_struck: frozenset[int]) -> bool:
    return False


@dataclass
class FakeDriver:
    """A session of so many commands, alike but for their number, and what the driver dies of.

    Attributes:
        dies: Told the numbers of the commands that were struck, says whether the driver dies of them.
        at_once: It dies as soon as that is so, and meets no more; else when its session is over.
        runs: The faults of each run.
    """

    commands: int
    dies: Callable[[frozenset[int]], bool] = never
    at_once: bool = False
    place: Placement = PLACE
    runs: list[tuple[Fault, ...]] = field(default_factory=list)

    def __call__(self, faults: tuple[Fault, ...]) -> Outcome:
        self.runs.append(faults)
        struck: list[int] = []
        for number in range(1, self.commands + 1):
            if any(self._strikes(fault, number) for fault in faults):
                struck.append(number)
                if self.at_once and self.dies(frozenset(struck)):
                    break
        strikes = tuple(Strike(self.place, number, "AT+CGATT?", "+CEREG:1") for number in struck)
        return Outcome(int(self.dies(frozenset(struck))), strikes, commands=self.commands)

    def _strikes(self, fault: Fault, number: int) -> bool:
        fits = fault.match is None or re.search(fault.match, "AT+CGATT?") is not None
        return fault.placement is self.place and fits and fault.at in {None, number}


def numbers(strikes: tuple[Strike, ...]) -> list[int]:
    return [each.occasion for each in strikes]


def test_a_driver_that_fails_without_a_fault_is_not_explored() -> None:
    driver = FakeDriver(3, lambda _: True)
    with pytest.raises(DriverFailsError) as failed:
        explore(driver)
    assert failed.value.outcome.exit_code == 1
    assert driver.runs == [()]


def test_each_place_is_tried_everywhere_once_if_nothing_breaks_the_driver() -> None:
    driver = FakeDriver(5)
    exploration = explore(driver)
    verdicts = {each.placement: (each.verdict, each.struck) for each in exploration.findings}
    assert verdicts.pop(PLACE) == (Verdict.SURVIVED, 5)
    assert set(verdicts.values()) == {(Verdict.NO_OCCASION, 0)}
    assert exploration.runs == len(driver.runs) == 1 + len(PLACES)
    assert exploration.broken == ()


@pytest.mark.parametrize("fatal", [1, 17, 40])
def test_the_last_urc_before_the_end_is_tried_first(fatal: int) -> None:
    driver = FakeDriver(40, lambda struck: fatal in struck, at_once=True)
    (finding,) = explore(driver, [PLACE]).findings
    assert finding.verdict is Verdict.BROKE
    assert numbers(finding.smallest) == [fatal]
    assert finding.outcome is not None
    assert finding.outcome.strikes == finding.smallest
    assert len(driver.runs) == 3


@settings(deadline=None)
@given(commands=st.integers(1, 200), data=st.data())
def test_one_that_is_told_only_by_the_end_of_the_session_is_found_by_halving(
    commands: int, data: st.DataObject
) -> None:
    fatal = data.draw(st.integers(1, commands))
    driver = FakeDriver(commands, lambda struck: fatal in struck)
    (finding,) = explore(driver, [PLACE]).findings
    assert numbers(finding.smallest) == [fatal]
    assert finding.finished
    assert len(driver.runs) <= 3 + 2 * commands.bit_length()


@settings(deadline=None)
@given(st.data())
def test_of_several_that_must_come_together_none_is_left_out_and_none_too_many(data: st.DataObject) -> None:
    fatal = data.draw(st.frozensets(st.integers(1, 12), min_size=2, max_size=4))
    at_once = data.draw(st.booleans())
    driver = FakeDriver(12, fatal.issubset, at_once=at_once)
    (finding,) = explore(driver, [PLACE], runs=1000).findings
    assert numbers(finding.smallest) == sorted(fatal)
    assert finding.finished
    assert finding.alone == (finding.struck if not at_once else max(fatal))


@settings(max_examples=200, deadline=None)
@given(st.integers(2, 7), st.randoms(use_true_random=False), st.booleans())
def test_whatever_undoes_whatever_nothing_can_be_left_out_and_no_single_one_is_overlooked(
    commands: int,
    random: Random,
    at_once: bool,  # noqa: FBT001 - hypothesis fills it
) -> None:
    everything = frozenset(range(1, commands + 1))
    known: dict[frozenset[int], bool] = {frozenset(): False, everything: True}

    def dies(struck: frozenset[int]) -> bool:
        return known.setdefault(struck, random.random() < 0.3)

    driver = FakeDriver(commands, dies, at_once=at_once)
    (finding,) = explore(driver, [PLACE], runs=10_000).findings
    smallest = frozenset(numbers(finding.smallest))
    assert finding.verdict is Verdict.BROKE
    assert dies(smallest)
    if not at_once:
        assert not any(dies(smallest - {each}) for each in smallest)
    met = range(1, finding.struck + 1)
    assert len(smallest) == 1 or not any(dies(frozenset({each})) for each in met)


def test_a_single_one_is_looked_for_where_halving_ends_with_several() -> None:
    def dies(struck: frozenset[int]) -> bool:
        return struck == {2} or len(struck & {1, 7, 8}) == 3

    driver = FakeDriver(8, dies)
    (finding,) = explore(driver, [PLACE]).findings
    assert numbers(finding.smallest) == [2]


def test_a_driver_that_breaks_only_once_is_called_unsteady() -> None:
    driver = FakeDriver(6)
    driver.dies = lambda struck: len(driver.runs) == 2 and bool(struck)
    (finding,) = explore(driver, [PLACE]).findings
    assert (finding.verdict, finding.smallest) == (Verdict.UNSTEADY, ())


def test_a_driver_that_breaks_without_a_urc_is_called_unsteady() -> None:
    driver = FakeDriver(6)
    driver.dies = lambda _struck: len(driver.runs) > 1
    (finding, _) = explore(driver, [Placement.BEFORE_ECHO, PLACE]).findings
    assert (finding.verdict, finding.struck) == (Verdict.UNSTEADY, 0)


@pytest.mark.parametrize("runs", [2, 3, 4, 5, 6])
def test_no_more_runs_are_made_than_were_asked_for(runs: int) -> None:
    driver = FakeDriver(64, lambda struck: {9, 40} <= struck)
    before, after = explore(driver, [PLACE, Placement.ALONE], runs=runs).findings
    assert len(driver.runs) == runs
    assert before.verdict is Verdict.BROKE
    assert not before.finished
    assert {9, 40} <= set(numbers(before.smallest))
    assert (after.verdict is Verdict.UNTRIED) == (runs == 2)


def test_the_same_driver_is_searched_in_the_same_order() -> None:
    first, second = (FakeDriver(20, lambda struck: {3, 11} <= struck) for _ in range(2))
    told: list[tuple[int, str]] = []
    explore(first, told=lambda run, what: told.append((run, what)))
    explore(second)
    assert first.runs == second.runs
    assert [run for run, _ in told] == list(range(1, len(first.runs) + 1))
    assert told[0][1] == "without a fault"


def test_of_more_urcs_than_a_world_has_faults_the_last_ones_are_searched() -> None:
    driver = FakeDriver(1000, lambda struck: {990, 995} <= struck)
    (finding,) = explore(driver, [PLACE]).findings
    assert numbers(finding.smallest) == [990, 995]
    assert max(map(len, driver.runs)) <= 256
