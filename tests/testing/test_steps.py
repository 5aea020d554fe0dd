"""The Gherkin steps that the package ships, in both languages, and what they say when something is not so."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pytest_bdd import scenarios

from onenet_sim.testing.steps import application, module, platform, world
from onenet_sim.testing.steps.phrases import Tokens, parse_value, same_value

if TYPE_CHECKING:
    from types import ModuleType

pytest_plugins = ["onenet_sim.testing.steps", "pytester"]

HERE = Path(__file__).parent
CHINESE = re.compile(r"[\u4e00-\u9fff]")

scenarios("english.feature", "chinese.feature", features_base_dir=str(HERE))


@pytest.mark.parametrize("room", [world, module, platform, application], ids=lambda room: room.__name__)
def test_every_step_can_be_said_in_both_languages(room: ModuleType) -> None:
    said = [name for name in vars(room) if name.startswith("pytestbdd_stepdef_")]
    assert len(said) > 2
    assert sum(bool(CHINESE.search(name)) for name in said) * 2 == len(said)


FAILURES = {
    "a wrong answer, with its reason": (
        ["the host sends AT+MIPLCLOSE=0", "the module answers OK"],
        "AT+MIPLCLOSE=0 was answered +CIS ERROR: 653, not OK\nE*because there is no device; AT+MIPLCREATE *",
    ),
    "another error, with its reason": (
        ["the host sends AT+MIPLCLOSE=0", "the module refuses with 602"],
        "AT+MIPLCLOSE=0 was answered +CIS ERROR: 653, not with error 602\nE*because there is no device*",
    ),
    "a line that breaks the silence": (
        [
            "the host has logged in for 100 seconds with object 3303 and resources 5700",
            "the host sends AT+MIPLCLOSE=0",
            "the module stays silent",
        ],
        "the module printed +MIPLEVENT: 0,15",
    ),
    "lines in another order": (
        [
            "the host has logged in for 100 seconds with object 3303 and resources 5700",
            "the host sends AT+MIPLCLOSE=0",
            'the module prints:\n      """\n      +MIPLEVENT: 0,9\n      """',
        ],
        "the module printed +MIPLEVENT: 0,15, not +MIPLEVENT: 0,9; after it: nothing",
    ),
    "another lifetime": (
        [
            "the host has logged in for 100 seconds with object 3303 and resources 5700",
            "the module's last request carries lt=101",
        ],
        "the module's last request carries lwm2m=1.0, ep=*, b=U, lt=100, not lt=101",
    ),
    "what the application got instead": (
        ["the platform knows the device", "the application reads /3303/0/5700", "the application gets errno 0"],
        'GET /nbiot?imei=*got {"errno": 2001, "error": "device not online"}\nE*because*',
    ),
    "a data stream with something in it": (
        [
            "the host has logged in for 100 seconds with object 3303 and resources 5700",
            "the host sends AT+MIPLNOTIFY=0,0,3303,0,5700,4,4,25.5,0,0",
            "data stream 3303_0_5700 is empty",
        ],
        "data stream 3303_0_5700 holds 25.5",
    ),
    "an event that does not come": (
        ["the host sends AT+CSQ", 'the journal shows {"kind": "command", "line": "AT+CESQ"} within 5 seconds'],
        "expected an event of kind command with line 'AT+CESQ'\nE*none came\nE*the nearest was #*(> AT+CSQ)",
    ),
    "a module chosen too late": (
        ["the host sends AT", "a m5310a module"],
        "the world's profile is chosen before the first step that uses it*",
    ),
    "a token that stands for nothing": (
        ["the host sends AT+MIPLREADRSP=0,{read},11"],
        "{read} stands for nothing yet; there are {imei} = *, {imsi} = *",
    ),
}


def test_each_failure_says_what_was_there_instead_and_why(pytester: pytest.Pytester) -> None:
    text = "Feature: What goes wrong\n"
    for title, (steps, _) in FAILURES.items():
        text += f"\n  Scenario: {title}\n    Given the clock stands still\n"
        text += "".join(f"    And {step}\n" for step in steps)
    pytester.makefile(".feature", it=text)
    pytester.makepyfile(
        """
        from pytest_bdd import scenarios

        pytest_plugins = ["onenet_sim.testing.steps"]
        scenarios("it.feature")
        """
    )
    result = pytester.runpytest_inprocess("-p", "no:randomly")
    result.assert_outcomes(failed=len(FAILURES))
    for _, message in FAILURES.values():
        result.stdout.fnmatch_lines(["E *Error: " + message.split("\n")[0], *message.split("\n")[1:]])


def test_a_token_takes_what_stands_there_first_and_is_that_from_then_on() -> None:
    tokens = Tokens({"imei": "869975030000004"})
    assert tokens.match("+MIPLREAD: 0,{read},{imei}", "+MIPLREAD: 0,17,869975030000004")
    assert tokens.fill("AT+MIPLREADRSP=0,{read},11") == "AT+MIPLREADRSP=0,17,11"
    assert not tokens.match("+MIPLREAD: 0,{read},{imei}", "+MIPLREAD: 0,18,869975030000004")


def test_a_token_twice_in_a_line_is_the_same_twice() -> None:
    assert Tokens({}).match("{a},{a}", "1,1")
    assert not Tokens({}).match("{a},{a}", "1,2")


def test_a_line_that_does_not_match_binds_nothing() -> None:
    tokens = Tokens({})
    assert not tokens.match("{a},2", "1,3")
    with pytest.raises(LookupError, match=r"\{a\} stands for nothing yet; there are none"):
        tokens.fill("{a}")


def test_what_is_no_token_stands_for_itself() -> None:
    assert Tokens({}).match("+A: (0-1).*", "+A: (0-1).*")
    assert not Tokens({}).match("+A: (0-1).*", "+A: (0-1)xx")


@pytest.mark.parametrize(
    ("text", "value"),
    [("25.5", 25.5), ("true", True), ("[1, 2]", [1, 2]), ('"Cel"', "Cel"), ("Cel", "Cel"), ("0x1", "0x1")],
)
def test_a_value_is_json_or_else_text(text: str, value: object) -> None:
    assert parse_value(text) == value


def test_a_truth_is_no_number() -> None:
    assert same_value(25, 25.0)
    assert not same_value(1, True)  # noqa: FBT003 - a value, not an option
