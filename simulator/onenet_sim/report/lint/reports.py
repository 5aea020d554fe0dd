"""Habits in reporting values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onenet_sim.journal import RadioChanged
from onenet_sim.report.lint import rules
from onenet_sim.report.lint.host import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onenet_sim.report.lint.host import Host
    from onenet_sim.report.story import Command

_NOTIFY = "+MIPLNOTIFY"
_FLAG, _ACK_ID = 9, 10
_PLAIN_FLAG, _PLAIN_ACK_ID = 6, 7
_PLAIN_ARGUMENTS = 8
_HELD_BACK = {1, 2}


def unobserved(host: Host) -> Iterator[Finding]:
    """Find reports of what nobody observes."""
    for command in host.commands:
        if command.name == _NOTIFY and command.ruled_by("errors.not_observed"):
            yield Finding(rules.UNOBSERVED_REPORT, command.event, f"{command.line}: {command.why[0].what}")


def after_sleep(host: Host) -> Iterator[Finding]:
    """Find the first report after each sleep if it asks for no acknowledgement."""
    reports = {each.event.id: each for each in host.commands if _sends(each)}
    slept = False
    for event in host.events:
        if isinstance(event.what, RadioChanged) and event.what.state.startswith("asleep"):
            slept = True
        elif slept and event.id in reports:
            slept = False
            if not _ack_id(reports[event.id]):
                text = f"{reports[event.id].line} is the first report after power saving, and has no ackid"
                yield Finding(rules.UNCONFIRMED_AFTER_SLEEP, event, text)


def never_confirmed(host: Host) -> Iterator[Finding]:
    """Find a host that never asks for an acknowledgement."""
    reports = [each for each in host.commands if _sends(each)]
    if len(reports) >= rules.FEWEST_REPORTS and not any(map(_ack_id, reports)):
        text = f"none of the {len(reports)} reports has an ackid"
        yield Finding(rules.NEVER_CONFIRMED, reports[0].event, text)


def _sends(command: Command) -> bool:
    """Return whether a command is a report that the module took and sends, not one frame of it."""
    if command.name != _NOTIFY or command.refused or not command.arguments:
        return False
    if len(command.arguments) <= _PLAIN_ARGUMENTS:
        return command.number(_PLAIN_FLAG) == 1
    return command.number(_FLAG) not in _HELD_BACK


def _ack_id(command: Command) -> int:
    plain = len(command.arguments) <= _PLAIN_ARGUMENTS
    return command.number(_PLAIN_ACK_ID if plain else _ACK_ID) or 0
