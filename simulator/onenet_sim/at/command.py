"""A command is declared once, as data: its name, its parameters, a handler for each of its forms."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from onenet_sim.at.settings import ErrorReport

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from onenet_sim.at.parameters import Parameter
    from onenet_sim.at.text import InformationText, Spacing

C = TypeVar("C")


@dataclass(frozen=True, slots=True)
class Done:
    """The command succeeded: its information text, then ``OK``."""

    lines: tuple[InformationText, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """The command failed: the error's number in the command's error table, and why, for the journal.

    Attributes:
        rule: The name of the rule that decided it, if it has one.
        about: The journal's event behind it, if there is one.
    """

    number: int
    why: str
    rule: str = ""
    about: int | None = None


@dataclass(frozen=True, slots=True)
class Silent:
    """No final result follows: the module restarts, or is off."""


Result = Done | Refused | Silent


def done(*lines: InformationText) -> Done:
    """Return success with these lines."""
    return Done(lines)


class ErrorFamily(StrEnum):
    """Which error result a command gives."""

    CME = "+CME ERROR"
    """3GPP TS 27.007, 9.2."""
    CIS = "+CIS ERROR"
    """The MIPL commands."""
    BASIC = "ERROR"
    """ITU-T V.250: basic commands say no more than that."""


@dataclass(frozen=True, slots=True)
class ErrorTable:
    """How one family of errors is printed by a module.

    Attributes:
        family: The words before the colon.
        spacing: The blank behind the colon, or none.
        syntax: The number for parameters that do not parse.
        unsupported: The number for a form that the command does not have.
        names: What each number means, for the verbose level.
        parameters: The numbers for wrong values of certain parameters, by their names.
    """

    family: ErrorFamily
    spacing: Spacing
    syntax: int
    unsupported: int
    names: Mapping[int, str]
    parameters: Mapping[str, int] = field(default_factory=dict)

    def final_result(self, number: int, report: ErrorReport) -> str:
        """Return the final result for an error at the present level of ``AT+CMEE``."""
        match report:
            case _ if self.family is ErrorFamily.BASIC:
                return "ERROR"
            case ErrorReport.PLAIN:
                return "ERROR"
            case ErrorReport.NUMERIC:
                return f"{self.family}:{self.spacing.after_colon}{number}"
            case ErrorReport.VERBOSE:
                name = self.names.get(number, str(number))
                return f"{self.family}:{self.spacing.after_colon}{name}"


@dataclass(frozen=True, slots=True)
class Command(Generic[C]):
    """One command of a module whose state is a ``C``.

    Attributes:
        name: Upper case, with its prefix: ``+MIPLOPEN``, ``E``, ``&F``.
        summary: What it does, in a few words.
        parameters: The parameters of the set form, in order.
        set: Called with the state and one value for each parameter (None where one was left out).
        exec: Called with the state.
        read: Called with the state.
        test: Called with the state; ``ranges`` answers with the ranges that the parameters declare.
        surplus: How many arguments beyond the declared ones are tolerated.
        errors: Which family of errors it uses.
        source: Where it is described: a manual and its section.
    """

    name: str
    summary: str
    parameters: tuple[Parameter[Any], ...] = ()
    set: Callable[..., Result] | None = None
    exec: Callable[[C], Result] | None = None
    read: Callable[[C], Result] | None = None
    test: Callable[[C], Result] | None = None
    ranges: bool = False
    surplus: int = 0
    errors: ErrorFamily = ErrorFamily.CME
    source: str = ""
