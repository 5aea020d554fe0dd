"""Habits around the login: before it, while it lasts, and after it has ended."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from onenet_sim.journal import CoapSent, CommandLine, DeviceChanged, SessionChanged
from onenet_sim.report.lint import rules
from onenet_sim.report.lint.host import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onenet_sim.journal import Event
    from onenet_sim.report.lint.host import Host
    from onenet_sim.report.lint.rules import LintRule
    from onenet_sim.report.story import Command

_UNDER_WAY = {"bootstrapping", "registering", "waiting to try again"}
_READY = "ready"
_LIFETIME = re.compile(r"lifetime (\d+) s")
_UPDATED_LIFETIME = 1


def create_twice(host: Host) -> Iterator[Finding]:
    """Find a second device."""
    for command in host.commands:
        if command.ruled_by("errors.device_exists"):
            text = f"{command.line.partition('=')[0]} was refused: {command.why[0].what}"
            yield Finding(rules.CREATE_TWICE, command.event, text)


def without_login(host: Host) -> Iterator[Finding]:
    """Find what was refused for want of a login, together for each state that the login was in."""
    refused: dict[int | None, list[Command]] = {}
    for command in host.commands:
        for why in command.why:
            if why.rule == "errors.not_logged_in":
                refused.setdefault(why.about, []).append(command)
    for about, commands in refused.items():
        state = host.story.get(about)
        change = state.what if state and isinstance(state.what, SessionChanged) else None
        more = f", and {len(commands) - 1} more," if len(commands) > 1 else ""
        text = f"{commands[0].line.partition('=')[0]}{more} came {_state(state, change)}"
        yield Finding(_rule(change), commands[0].event, text)


def _rule(change: SessionChanged | None) -> LintRule:
    if change is None:
        return rules.NO_LOGIN
    return rules.LOGIN_NOT_AWAITED if change.after in _UNDER_WAY else rules.LOST_LOGIN_IGNORED


def _state(state: Event | None, change: SessionChanged | None) -> str:
    if state is None or change is None:
        return "without AT+MIPLOPEN"
    if change.after in _UNDER_WAY:
        return f"while the login was {change.after}; event 6 tells when it is done"
    return f"after the login had ended at {state.time:.1f} s: {change.why}"


def lapsed(host: Host) -> Iterator[Finding]:
    """Find lifetimes that ended without an update."""
    for event in host.events:
        if (
            isinstance(event.what, DeviceChanged)
            and event.what.what == "offline"
            and "no update" in event.what.detail
        ):
            text = f"the platform took the device offline: {event.what.detail}"
            yield Finding(rules.LIFETIME_LAPSED, event, text)


def late_updates(host: Host) -> Iterator[Finding]:
    """Find updates of the host that came shortly before the end of the lifetime."""
    lifetime, since = 0, 0.0
    for event in host.events:
        if not isinstance(event.what, DeviceChanged) or event.what.what not in {"registered", "updated"}:
            continue
        left = since + lifetime - event.time
        asked = next((each for each in host.story.thread(event) if isinstance(each.what, CommandLine)), None)
        if event.what.what == "updated" and asked and left < min(rules.LEAST_MARGIN, lifetime / 10):
            text = f"the update came {max(0, left):.0f} s before the end of the lifetime of {lifetime} s"
            yield Finding(rules.LATE_UPDATE, asked, text)
        found = _LIFETIME.search(event.what.detail)
        lifetime, since = int(found[1]) if found else 0, event.time


def changed_lifetimes(host: Host) -> Iterator[Finding]:
    """Find updates that went out with another lifetime than the host asked for; 0 leaves it to the module."""
    for command in host.commands:
        asked = command.number(_UPDATED_LIFETIME) if command.name == "+MIPLUPDATE" else None
        if not asked:
            continue
        for sent in host.story.below(command.event):
            query = sent.what.query if isinstance(sent.what, CoapSent) else ()
            told = next((each.removeprefix("lt=") for each in query if each.startswith("lt=")), str(asked))
            if told != str(asked):
                text = f"{command.line} asked for {asked} s, and the module sent lt={told}"
                yield Finding(rules.CHANGED_LIFETIME, command.event, text)
                break
