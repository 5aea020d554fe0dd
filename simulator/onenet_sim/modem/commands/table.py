"""Puts a profile's command table together, and the tables of its errors."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from onenet_sim.at import Done, ErrorFamily, ErrorTable, Refused, Spacing, Verbatim
from onenet_sim.modem.codes import CmeError, Situation
from onenet_sim.modem.commands import (
    fixed,
    identity,
    legacy_device,
    legacy_report,
    line,
    mipl_answer,
    mipl_buffer,
    mipl_config,
    mipl_device,
    mipl_extensions,
    mipl_login,
    mipl_report,
    network,
    power,
    probes,
    signal,
    sleep,
    sockets_ip,
    sockets_neul,
)
from onenet_sim.modem.commands.mipl_common import REF, without_network
from onenet_sim.modem.commands.mipl_login import LOGIN
from onenet_sim.modem.profile import Family

if TYPE_CHECKING:
    from collections.abc import Callable

    from onenet_sim.at import Command, Result
    from onenet_sim.modem.module import Module
    from onenet_sim.modem.profile import Profile

_GENERAL = (
    (line, "standard V.250, 6.1 and 6.2; TS 27.007, 9.1"),
    (identity, "standard TS 27.007, 5; extended-at"),
    (network, "standard TS 27.007, 7, 8 and 10"),
    (signal, "standard TS 27.007, 8"),
    (sleep, "standard TS 27.007, 7.38 to 7.41"),
    (power, "extended-at AT+MREBOOT; hi2115 AT+NRB; oneos AT+CMRB"),
    (sockets_neul, "oneos m5310a and bc95; template"),
    (sockets_ip, "oneos m5311"),
    (probes, "oneos"),
    (fixed, "drivers"),
)
_MIPL = (
    (mipl_device, "manual 3.1 to 3.4; cis-2.3"),
    (mipl_login, "manual 3.6 to 3.8; deck"),
    (mipl_report, "manual 3.9; cis-2.3"),
    (mipl_answer, "manual 3.5 and 3.11 to 3.19; cis-2.3"),
    (mipl_buffer, "manual 3.13 to 3.15"),
    (mipl_config, "cis-2.3"),
    (mipl_extensions, "manual 4"),
)
_LEGACY = ((legacy_device, "m5310-programs"), (legacy_report, "m5310-programs"))
_GROUPS = {
    Family.ONEMO: (*_GENERAL, *_MIPL),
    Family.CIS: (*_GENERAL, *_MIPL),
    Family.LEGACY: (*_GENERAL, *_LEGACY),
}
"""The groups of commands of each family, and where each is described (keys of ``sources.toml``)."""

_CME_NAMES = {
    CmeError.OPERATION_NOT_ALLOWED: "operation not allowed",
    CmeError.OPERATION_NOT_SUPPORTED: "operation not supported",
    CmeError.INCORRECT_PARAMETERS: "Incorrect parameters",
}


def command_table(profile: Profile) -> dict[str, Command[Module]]:
    """Return every command that a module of this profile has, by name."""
    commands = [
        replace(command, source=command.source or source)
        for group, source in _GROUPS[profile.family]
        for command in group.commands(profile)
    ]
    return {command.name: _tests(_refused(command, profile), profile) for command in commands}


def _refused(command: Command[Module], profile: Profile) -> Command[Module]:
    """Return the command with the refusals of this module's that are its own.

    They are the one before all else without a network, and the numbers that it has in some situations.
    """
    first = command.name in profile.grammar.network_errors and command.name != LOGIN
    numbers = profile.grammar.own_errors.get(command.name, {})
    if not first and not numbers:
        return command
    numbered = {f"errors.{situation.value}": number for situation, number in numbers.items()}

    def guarded(form: Callable[..., Result] | None) -> Callable[..., Result] | None:
        if form is None:
            return None

        def answer(module: Module, *values: Any) -> Result:  # noqa: ANN401 - of as many types as parameters
            result = (first and without_network(module, command.name)) or form(module, *values)
            if isinstance(result, Refused) and result.rule in numbered:
                return replace(result, number=numbered[result.rule], rule="grammar.own_errors")
            return result

        return answer

    return replace(command, set=guarded(command.set), exec=guarded(command.exec))


def _tests(command: Command[Module], profile: Profile) -> Command[Module]:
    """Return the command with the test form that this module has, if it has one: it names the parameters."""
    parameters = profile.grammar.test_forms.get(command.name)
    if parameters is None:
        return command
    line = Verbatim(f"{command.name}: {parameters}")
    return replace(command, test=lambda _: Done((line,)))


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
            parameters={REF.name: profile.errors[Situation.WRONG_REF.value]},
        ),
    }
