"""The fidelity ledger: what each profile does, where that is known from and how sure it is.

Everything here is read from the profiles and their command tables; nothing is said twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from onenet_sim.at import Form
from onenet_sim.modem.commands import command_table
from onenet_sim.modem.profile_file import load_profile, profile_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from onenet_sim.at import Command
    from onenet_sim.modem.module import Module
    from onenet_sim.modem.profile import Profile, Row

KNOWN_DIFFERENCES = (
    "DTLS has pre-shared keys only, and its random numbers are not the seed's.",
    "The network is found by the time of the boot text, or within seconds; in the field it takes a minute or two.",
    "There is one network, China Mobile's; it grants every timer of power saving as it was asked for.",
    "A host behind a pseudo-terminal has no wake-up pin: what it says wakes a module in deep sleep, and is heard.",
    "Socket commands are those of the Hi2115 chip and of M5311; modules on other chips have none.",
    "A firmware image (object 5) is no vendor's binary: its first line says which version it brings.",
    "The cell monitor (object 10290) is not there; the module answers 4.04.",
)
"""Where the simulator knowingly differs from every module."""


class Disposition(StrEnum):
    """What a module of a profile does with a command."""

    IMPLEMENTED = "implemented"
    """It has its effect."""
    CANNED = "canned"
    """It is answered by a fixed text and has no effect."""
    UNSUPPORTED = "unsupported"
    """Other modules have it; this one answers ERROR."""


@dataclass(frozen=True, slots=True)
class CommandEntry:
    """One command in one profile.

    Attributes:
        name: With its prefix, such as ``+MIPLOPEN``.
        forms: The forms that exist, such as ``AT+X=``; none where it is unsupported.
        source: Where it is described.
    """

    name: str
    summary: str
    disposition: Disposition
    forms: tuple[str, ...]
    source: str


def profiles() -> tuple[Profile, ...]:
    """Return every built-in profile, the default first."""
    return tuple(load_profile(name) for name in profile_names())


def command_entries(profile: Profile) -> tuple[CommandEntry, ...]:
    """Return every command that any profile has, as this profile disposes of it, by name."""
    mine = command_table(profile)
    return tuple(_entry(profile, name, mine.get(name), holder) for name, holder in _all_commands().items())


@cache
def _all_commands() -> Mapping[str, Command[Module]]:
    """Return every command that any built-in profile has, as the first that has it declares it, by name."""
    found: dict[str, Command[Module]] = {}
    for profile in profiles():
        found = command_table(profile) | found
    return dict(
        sorted(found.items(), key=lambda each: (not each[0].startswith("+MIPL"), each[0][0].isalpha(), each[0]))
    )


def _entry(
    profile: Profile, name: str, command: Command[Module] | None, elsewhere: Command[Module]
) -> CommandEntry:
    if command is None:
        return CommandEntry(name, elsewhere.summary, Disposition.UNSUPPORTED, (), elsewhere.source)
    canned = any(call.rstrip("?=") == name for call in profile.general.canned)
    disposition = Disposition.CANNED if canned else Disposition.IMPLEMENTED
    return CommandEntry(name, command.summary, disposition, _forms(command), command.source)


def _forms(command: Command[Module]) -> tuple[str, ...]:
    offered = {
        Form.SET: command.set,
        Form.EXEC: command.exec,
        Form.READ: command.read,
        Form.TEST: command.test or command.ranges,
    }
    return tuple(form.value.replace("+X", command.name) for form, handler in offered.items() if handler)


def differing_rows(profile: Profile, other: Profile) -> Iterator[tuple[str, Row | None, Row | None]]:
    """Yield key and both rows wherever two profiles hold something else."""
    for key in sorted({*profile.rows, *other.rows}):
        mine, its = profile.rows.get(key), other.rows.get(key)
        if mine is None or its is None or mine.value != its.value:
            yield key, mine, its
