"""Notification attributes."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from onenet_sim.lwm2m import Attributes, Lwm2mError, Path

RESOURCE = Path(3303, 0, 5700)
periods = st.none() | st.integers(0, 2**32 - 1)
thresholds = st.none() | st.floats(allow_nan=False, allow_infinity=False)


def test_a_query_gives_the_attributes_it_names() -> None:
    attributes = Attributes.from_query(["pmin=10", "pmax=60", "gt=50.0", "lt=-5", "st=0.5"])
    assert attributes == Attributes(pmin=10, pmax=60, gt=50.0, lt=-5.0, st=0.5)


def test_the_step_may_be_spelled_as_manuals_print_it() -> None:
    assert Attributes.from_query(["stp=2"]) == Attributes(st=2.0)


def test_an_empty_query_gives_none() -> None:
    assert Attributes.from_query([]) == Attributes()
    assert Attributes().to_query() == ()


def test_the_query_has_a_fixed_order_and_only_what_is_given() -> None:
    attributes = Attributes(st=1, gt=50.0, lt=10.5, pmax=60, pmin=10)
    assert attributes.to_query() == ("pmin=10", "pmax=60", "lt=10.5", "gt=50.0", "st=1.0")
    assert Attributes(gt=50).to_query() == ("gt=50.0",)


@pytest.mark.parametrize(
    "query",
    [
        ["ep=1"],
        [""],
        ["PMIN=1"],
        ["pmin"],
        ["pmin="],
        ["pmin=-1"],
        ["pmin=1.5"],
        ["pmin=4294967296"],
        ["pmin=" + "9" * 5000],
        ["gt="],
        ["gt=nan"],
        ["gt=1e999"],
        ["gt=warm"],
        ["pmin=1", "pmin=2"],
        ["st=1", "stp=1"],
        ["pmin=1", "depth=2"],
    ],
)
def test_unknown_keys_bad_numbers_and_repetitions_are_refused(query: list[str]) -> None:
    with pytest.raises(Lwm2mError):
        Attributes.from_query(query)


@given(st.builds(Attributes, periods, periods, thresholds, thresholds, thresholds))
def test_all_attributes_survive_their_query(attributes: Attributes) -> None:
    assert Attributes.from_query(attributes.to_query()) == attributes


@given(st.lists(st.tuples(st.sampled_from(["pmin", "pmax", "gt", "lt", "st", "stp"]), st.text())))
def test_no_query_raises_anything_but_the_rooms_error(options: list[tuple[str, str]]) -> None:
    try:
        Attributes.from_query(f"{key}={text}" for key, text in options)
    except Lwm2mError:
        return


@pytest.mark.parametrize(
    ("attributes", "path"),
    [
        (Attributes(), Path(3303)),
        (Attributes(pmin=10, pmax=10), Path(3303, 0)),
        (Attributes(pmin=0), Path(3303, 0)),
        (Attributes(pmax=0), Path(3303, 0)),
        (Attributes(gt=50.0, lt=10.0, st=19.9), RESOURCE),
        (Attributes(lt=10.0, st=100.0), RESOURCE),
    ],
)
def test_attributes_within_the_rules_have_no_problem(attributes: Attributes, path: Path) -> None:
    assert attributes.problem(path) is None


@pytest.mark.parametrize(
    ("attributes", "path", "problem"),
    [
        (Attributes(pmin=60, pmax=10), RESOURCE, "pmax >= pmin > 0"),
        (Attributes(pmin=0, pmax=10), RESOURCE, "pmax >= pmin > 0"),
        (Attributes(gt=10.0, lt=10.0), RESOURCE, "lt < gt must hold"),
        (Attributes(gt=50.0, lt=10.0, st=20.0), RESOURCE, r"lt + 2 * st < gt must hold"),
        (Attributes(gt=50.0), Path(3303, 0), "gt can only be set on a resource, and /3303/0 is not one"),
        (Attributes(lt=5.0, st=1.0), Path(3303), "lt, st can only be set on a resource"),
    ],
)
def test_a_broken_rule_is_explained(attributes: Attributes, path: Path, problem: str) -> None:
    assert problem in str(attributes.problem(path))
