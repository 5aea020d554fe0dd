"""Puts a profile's command table together, and the tables of its errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onenet_sim.at import Command, Done, ErrorFamily, ErrorTable, Spacing, Verbatim
from onenet_sim.modem.codes import CmeError, Situation
from onenet_sim.modem.commands import (
    identity,
    line,
    mipl_answer,
    mipl_buffer,
    mipl_device,
    mipl_login,
    mipl_report,
    network,
    power,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from onenet_sim.at import Result
    from onenet_sim.modem.module import Module
    from onenet_sim.modem.profile import Profile

_ROOMS = (
    line,
    identity,
    network,
    power,
    mipl_device,
    mipl_login,
    mipl_report,
    mipl_answer,
    mipl_buffer,
)
_CME_NAMES = {
    CmeError.OPERATION_NOT_ALLOWED: "operation not allowed",
    CmeError.OPERATION_NOT_SUPPORTED: "operation not supported",
    CmeError.INCORRECT_PARAMETERS: "Incorrect parameters",
}


def command_table(profile: Profile) -> dict[str, Command[Module]]:
    """Return every command that a module of this profile has, by name."""
    commands = [command for room in _ROOMS for command in room.commands(profile)]
    commands += _canned(profile)
    return {command.name: command for command in commands}


def error_tables(profile: Profile) -> dict[ErrorFamily, ErrorTable]:
    """Return how a module of this profile prints its errors."""
    return {
        ErrorFamily.CME: ErrorTable(
            ErrorFamily.CME,
            profile.blanks.general,
            syntax=CmeError.INCORRECT_PARAMETERS,
            unsupported=CmeError.OPERATION_NOT_SUPPORTED,
            names={int(number): name for number, name in _CME_NAMES.items()},
        ),
        ErrorFamily.BASIC: ErrorTable(ErrorFamily.BASIC, Spacing.NONE, syntax=0, unsupported=0, names={}),
        ErrorFamily.CIS: ErrorTable(
            ErrorFamily.CIS,
            profile.blanks.cis_error,
            syntax=profile.errors[Situation.SYNTAX.value],
            unsupported=profile.errors[Situation.FORM.value],
            names={int(number): name for number, name in profile.error_names.items()},
        ),
    }


def _canned(profile: Profile) -> list[Command[Module]]:
    """Return the commands whose answer never changes: ``+X`` is exec, ``+X?`` read, ``+X=`` set."""
    forms: dict[str, dict[str, Callable[..., Result]]] = {}
    for call, lines in profile.general.canned.items():
        handler = _always(Done(tuple(Verbatim(text) for text in lines)))
        form = {"?": "read", "=": "set"}.get(call[-1], "exec")
        forms.setdefault(call.rstrip("?="), {})[form] = handler
    return [
        Command(
            name,
            "answered by a fixed text",
            set=handlers.get("set"),
            exec=handlers.get("exec"),
            read=handlers.get("read"),
            surplus=_ANY_NUMBER,
        )
        for name, handlers in forms.items()
    ]


_ANY_NUMBER = 64


def _always(result: Done) -> Callable[..., Result]:
    return lambda *_: result
