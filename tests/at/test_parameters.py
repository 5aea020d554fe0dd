"""Declared parameters: what each kind takes, what it refuses, and what it says then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from onenet_sim.at import (
    Argument,
    HexOctets,
    Integer,
    OneOf,
    Optional,
    Parameter,
    ParameterFault,
    Text,
    Unfit,
    parse_arguments,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

BYTE = Integer("n", 0, 255)
SIGNED = Integer("n", -5, 5)
FLAGS = Integer("raimode", 0, 0x400, hexadecimal=True)
ZERO = Integer("ref", 0, 0)
RATES = OneOf("rate", (9600, 57600, 115200))
BITS = OneOf("bits", (1, 0x10), hexadecimal=True)
WORD = Text("pin", minimum=2, maximum=4)
BITMAP = Text("bitmap", pattern="[01]+", meaning="zeros and ones")
SHAPE = Text("apn", pattern="[a-z]+")
HEX = HexOctets("value", 3)


@pytest.mark.parametrize(
    ("parameter", "text", "value"),
    [
        (BYTE, "0", 0),
        (BYTE, "255", 255),
        (BYTE, "007", 7),
        (BYTE, "+7", 7),
        (BYTE, 19 * "0" + "7", 7),
        (BYTE, " 7 ", 7),
        (SIGNED, "-5", -5),
        (SIGNED, "-0", 0),
        (ZERO, "0", 0),
        (FLAGS, "1024", 1024),
        (FLAGS, "0x400", 1024),
        (FLAGS, "0X400", 1024),
        (FLAGS, "0XaB", 0xAB),
        (RATES, "9600", 9600),
        (RATES, "115200", 115200),
        (BITS, "16", 16),
        (BITS, "0x10", 16),
        (WORD, "ab", "ab"),
        (WORD, "abcd", "abcd"),
        (WORD, "é,;?", "é,;?"),
        (BITMAP, "10", "10"),
        (SHAPE, "cmnbiot", "cmnbiot"),
        (HEX, "", b""),
        (HEX, "0fAB10", b"\x0f\xab\x10"),
        (Optional(BYTE), "9", 9),
    ],
)
@pytest.mark.parametrize("quoted", [False, True])
def test_a_value_within_the_limits_is_taken_bare_or_quoted(
    parameter: Parameter[object], text: str, value: object, *, quoted: bool
) -> None:
    assert parameter.parse(Argument(text, quoted)) == value


@pytest.mark.parametrize(
    ("parameter", "texts", "expected"),
    [
        (
            BYTE,
            ["-1", "256", "", "x", "1.5", "1 2", "0x10", "1e2", "--1", "\u0661", "9" * 21],
            "a whole number from 0 to 255",
        ),
        (SIGNED, ["-6", "6"], "a whole number from -5 to 5"),
        (FLAGS, ["0x401", "0x", "400h", "-0x1", "0xG", "0x" + "0" * 19], "a whole number from 0 to 1024"),
        (ZERO, ["1", "-1", "zero"], "0"),
        (RATES, ["9601", "0", "115201", "x", "0x2580"], "one of 9600, 57600, 115200"),
        (BITS, ["2", "0x11"], "one of 1, 16"),
        (WORD, ["", "a", "abcde"], "text of 2 to 4 characters"),
        (BITMAP, ["", "012", "1 ", "1\n"], "zeros and ones"),
        (SHAPE, ["A", "a1"], "text like [a-z]+"),
        (HEX, ["0", "0g", "0 1 ", "00112233", "\uff10\uff10"], "pairs of hex digits, at most 3 octets"),
        (Optional(BYTE), ["256"], "a whole number from 0 to 255"),
    ],
)
def test_a_value_outside_the_limits_is_unfit_and_told_what_would_fit(
    parameter: Parameter[object], texts: list[str], expected: str
) -> None:
    for text in texts:
        assert parameter.parse(Argument(text)) == Unfit(expected), text


@pytest.mark.parametrize(
    ("parameter", "name", "range_"),
    [
        (BYTE, "n", "(0-255)"),
        (SIGNED, "n", "(-5-5)"),
        (ZERO, "ref", "(0)"),
        (RATES, "rate", "(9600,57600,115200)"),
        (WORD, "pin", ""),
        (HEX, "value", ""),
        (Optional(BYTE), "n", "(0-255)"),
    ],
)
def test_a_parameter_knows_its_name_and_its_range(parameter: Parameter[object], name: str, range_: str) -> None:
    assert (parameter.name, parameter.range) == (name, range_)


def bare(*texts: str) -> list[Argument]:
    """Return arguments as they come without quotes."""
    return [Argument(text) for text in texts]


OPEN = (ZERO, Integer("lifetime", 10, 86400), Optional(Integer("timeout", 5, 60), 30))
MIDDLE = (ZERO, Optional(Integer("index", 0, 9), 5), Integer("flag", 0, 2))


@pytest.mark.parametrize(
    ("parameters", "arguments", "values"),
    [
        ((), [], []),
        (OPEN, bare("0", "3600", "60"), [0, 3600, 60]),
        (OPEN, bare("0", "3600"), [0, 3600, 30]),
        (OPEN, bare("0", "3600", ""), [0, 3600, 30]),
        (MIDDLE, bare("0", "", "2"), [0, 5, 2]),
        (MIDDLE, bare("0", "1", "2"), [0, 1, 2]),
        ((Optional(BYTE),), bare(""), [None]),
        ((Optional(BYTE), Optional(BYTE, 1)), [], [None, 1]),
        ((Optional(Text("apn"), "cmnbiot"),), [Argument("", quoted=True)], [""]),
    ],
)
def test_each_parameter_gets_its_value_or_its_default(
    parameters: Sequence[Parameter[object]], arguments: list[Argument], values: list[object]
) -> None:
    assert parse_arguments(parameters, arguments) == values


@pytest.mark.parametrize(
    ("parameters", "arguments", "text"),
    [
        (OPEN, bare("1", "3600"), "parameter 1 <ref> is '1'; expected 0"),
        (OPEN, bare("0", "9"), "parameter 2 <lifetime> is '9'; expected a whole number from 10 to 86400"),
        (OPEN, bare("0"), "parameter 2 <lifetime> is missing; expected (10-86400)"),
        (OPEN, bare("0", "", "60"), "parameter 2 <lifetime> is missing; expected (10-86400)"),
        (
            OPEN,
            [*bare("0", "10"), Argument("no", quoted=True)],
            "parameter 3 <timeout> is '\"no\"'; expected a whole number from 5 to 60",
        ),
        (OPEN, bare("1", "9", "4"), "parameter 1 <ref> is '1'; expected 0"),
        (OPEN, bare("0", "10", "5", "7"), "parameter 4 <surplus> is '7'; expected no more than 3 parameters"),
        (MIDDLE, bare("0", "1"), "parameter 3 <flag> is missing; expected (0-2)"),
        ((WORD,), [], "parameter 1 <pin> is missing; expected a value"),
        (
            (WORD,),
            [Argument("", quoted=True)],
            "parameter 1 <pin> is '\"\"'; expected text of 2 to 4 characters",
        ),
        ((HEX,), bare("0g"), "parameter 1 <value> is '0g'; expected pairs of hex digits, at most 3 octets"),
    ],
)
def test_the_first_fault_says_position_name_what_came_and_what_was_expected(
    parameters: Sequence[Parameter[object]], arguments: list[Argument], text: str
) -> None:
    fault = parse_arguments(parameters, arguments)
    assert isinstance(fault, ParameterFault)
    assert str(fault) == text


def test_tolerated_surplus_is_ignored_whatever_it_is() -> None:
    assert parse_arguments((ZERO,), bare("0", "nonsense"), surplus=1) == [0]


def test_more_than_the_tolerated_surplus_is_a_fault() -> None:
    assert isinstance(parse_arguments((ZERO,), bare("0", "1", "2"), surplus=1), ParameterFault)
