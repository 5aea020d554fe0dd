"""Declared parameters: they parse what the host wrote, check it, and explain themselves."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from onenet_sim.at.syntax import Argument

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

_DECIMAL = re.compile(r"[+-]?[0-9]+")
_HEXADECIMAL = re.compile(r"0[xX][0-9a-fA-F]+")
_DIGITS_MAXIMUM = 20


@dataclass(frozen=True, slots=True)
class Unfit:
    """A value that does not fit its parameter; ``expected`` says what would."""

    expected: str


class Parameter(Protocol[T_co]):
    """What every kind of parameter offers."""

    @property
    def name(self) -> str:
        """The manual's name of the parameter."""

    def parse(self, argument: Argument) -> T_co | Unfit:
        """Return the argument's value, or what would have been right."""

    @property
    def range(self) -> str:
        """The permitted values as a test command prints them, such as ``(0-2)``."""


@dataclass(frozen=True, slots=True)
class Integer:
    """A whole number, decimal, bare or quoted; with ``hexadecimal`` also written as ``0x400``."""

    name: str
    minimum: int
    maximum: int
    hexadecimal: bool = False

    def parse(self, argument: Argument) -> int | Unfit:
        """Return the number, if it is one within the limits."""
        text = argument.text.strip(" ")
        if len(text) > _DIGITS_MAXIMUM:
            return self._unfit()
        if _DECIMAL.fullmatch(text):
            value = int(text)
        elif self.hexadecimal and _HEXADECIMAL.fullmatch(text):
            value = int(text, 16)
        else:
            return self._unfit()
        return value if self.minimum <= value <= self.maximum else self._unfit()

    def _unfit(self) -> Unfit:
        if self.minimum == self.maximum:
            return Unfit(f"{self.minimum}")
        return Unfit(f"a whole number from {self.minimum} to {self.maximum}")

    @property
    def range(self) -> str:
        """``(minimum-maximum)``."""
        return f"({self.minimum})" if self.minimum == self.maximum else f"({self.minimum}-{self.maximum})"


@dataclass(frozen=True, slots=True)
class OneOf:
    """A whole number out of a few."""

    name: str
    values: tuple[int, ...]
    hexadecimal: bool = False

    def parse(self, argument: Argument) -> int | Unfit:
        """Return the number, if it is one of the few."""
        number = Integer(self.name, min(self.values), max(self.values), self.hexadecimal).parse(argument)
        if isinstance(number, Unfit) or number not in self.values:
            return Unfit("one of " + ", ".join(map(str, self.values)))
        return number

    @property
    def range(self) -> str:
        """``(a,b,c)``."""
        return "(" + ",".join(map(str, self.values)) + ")"


@dataclass(frozen=True, slots=True)
class Text:
    """Any text, quoted or bare, with bounds on its length in characters."""

    name: str
    minimum: int = 0
    maximum: int = 1024
    pattern: str = ""
    meaning: str = ""

    def parse(self, argument: Argument) -> str | Unfit:
        """Return the text, if it has the right length and shape."""
        if not self.minimum <= len(argument.text) <= self.maximum:
            return Unfit(f"{self.meaning or 'text'} of {self.minimum} to {self.maximum} characters")
        if self.pattern and not re.fullmatch(self.pattern, argument.text):
            return Unfit(self.meaning or f"text like {self.pattern}")
        return argument.text

    @property
    def range(self) -> str:
        """Nothing: manuals print no range for text."""
        return ""


@dataclass(frozen=True, slots=True)
class HexOctets:
    """Octets as pairs of hex digits in either case, quoted or bare."""

    name: str
    maximum: int

    def parse(self, argument: Argument) -> bytes | Unfit:
        """Return the octets, if these are pairs of hex digits and not too many."""
        if re.fullmatch(r"([0-9a-fA-F]{2})*", argument.text) and len(argument.text) <= 2 * self.maximum:
            return bytes.fromhex(argument.text)
        return Unfit(f"pairs of hex digits, at most {self.maximum} octets")

    @property
    def range(self) -> str:
        """Nothing: manuals print no range for octets."""
        return ""


@dataclass(frozen=True, slots=True)
class Optional(Generic[T]):
    """A parameter that may be left out, at the end or between two commas; ``default`` then stands for it."""

    parameter: Parameter[T]
    default: T | None = None

    @property
    def name(self) -> str:
        """The wrapped parameter's name."""
        return self.parameter.name

    def parse(self, argument: Argument) -> T | Unfit:
        """Parse as the wrapped parameter does."""
        return self.parameter.parse(argument)

    @property
    def range(self) -> str:
        """As the wrapped parameter's."""
        return self.parameter.range


@dataclass(frozen=True, slots=True)
class ParameterFault:
    """Which parameter was wrong, what came (nothing, if it is missing) and what would have been right."""

    position: int
    name: str
    got: str
    expected: str
    missing: bool = False

    def __str__(self) -> str:
        return f"parameter {self.position} <{self.name}> is {self.got}; expected {self.expected}"


def parse_arguments(
    parameters: Sequence[Parameter[object]], arguments: Sequence[Argument], *, surplus: int = 0
) -> list[object] | ParameterFault:
    """Return one value for each parameter, or the first fault.

    Args:
        parameters: What was declared.
        arguments: What the host wrote.
        surplus: How many arguments beyond the declared ones are tolerated and ignored.
    """
    if len(arguments) > len(parameters) + surplus:
        extra = arguments[len(parameters)]
        expected = f"no more than {len(parameters)} parameters"
        return ParameterFault(len(parameters) + 1, "surplus", repr(str(extra)), expected)
    values: list[object] = []
    for position, parameter in enumerate(parameters, start=1):
        argument = arguments[position - 1] if position <= len(arguments) else None
        if argument is None or argument.omitted:
            if not isinstance(parameter, Optional):
                expected = parameter.range or "a value"
                return ParameterFault(position, parameter.name, "missing", expected, missing=True)
            values.append(parameter.default)
            continue
        value = parameter.parse(argument)
        if isinstance(value, Unfit):
            return ParameterFault(position, parameter.name, repr(str(argument)), value.expected)
        values.append(value)
    return values
