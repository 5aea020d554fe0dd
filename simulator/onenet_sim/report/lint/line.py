"""Habits on the serial line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onenet_sim.at import Form, SyntaxFault, split_arguments
from onenet_sim.journal import (
    Answer,
    CommandLine,
    Explanation,
    HostWrote,
    ModuleWrote,
    PowerChanged,
    Rule,
    printable,
)
from onenet_sim.report.lint import rules
from onenet_sim.report.lint.host import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onenet_sim.journal import Event
    from onenet_sim.report.lint.host import Host
    from onenet_sim.report.story import Command

_URCS = {
    "+CEREG": "AT+CEREG=1 makes the module tell of a change",
    "+CREG": "AT+CREG=1 makes the module tell of a change",
    "+CGATT": "AT+CEREG=1 makes the module tell when it is attached",
    "+MIPLOPEN": "event 6 tells of the login, and events 9, 15 and 31 of its end",
}
_LINE_ENDS = b"\r\n\0"
_SHOWN = 60
_STRING, _OPAQUE = 1, 2


def before_result(host: Host) -> Iterator[Finding]:
    """Find commands that were sent while another had no final result yet."""
    waiting: Event | None = None
    begun: int | None = None
    for event in host.events:
        match event.what:
            case CommandLine(line):
                if event.cause is not None and event.cause == begun:
                    text = f"{_short(line)} came in one write with the command before it, its result unread"
                    yield Finding(rules.COMMAND_BEFORE_RESULT, event, text)
                begun = event.cause
            case Answer(_, final_result) if final_result:
                waiting = event
            case HostWrote(octets) if waiting and octets.strip(_LINE_ENDS):
                text = f"{_short(printable(octets))} came before the result of the last command was printed"
                yield Finding(rules.COMMAND_BEFORE_RESULT, event, text)
            case ModuleWrote() if waiting and event.cause == waiting.id:
                waiting = None
            case PowerChanged():
                waiting = begun = None


def unknown_commands(host: Host) -> Iterator[Finding]:
    """Find commands that the module does not have, each once."""
    seen: set[str] = set()
    for command in host.commands:
        for why in command.why:
            if why.rule == Rule.UNKNOWN_COMMAND and why.what not in seen:
                seen.add(why.what)
                yield Finding(rules.UNKNOWN_COMMAND, command.event, why.what)


def not_booted(host: Host) -> Iterator[Finding]:
    """Find what the host said to a module that boots, once for each boot."""
    booting: PowerChanged | None = None
    lost: list[Event] = []
    for event in host.events:
        match event.what:
            case PowerChanged():
                yield from _unheard(lost, booting)
                booting, lost = (event.what if event.what.state == "booting" else None), []
            case HostWrote(octets) if booting and octets.strip(_LINE_ENDS):
                lost.append(event)
    yield from _unheard(lost, booting)


def _unheard(lost: list[Event], booting: PowerChanged | None) -> Iterator[Finding]:
    if lost and booting and isinstance(lost[0].what, HostWrote):
        more = f" and {len(lost) - 1} more writes" if len(lost) > 1 else ""
        text = f"{_short(printable(lost[0].what.octets))}{more} went to a module that still boots ({booting.why})"
        yield Finding(rules.NOT_BOOTED, lost[0], text)


def not_woken(host: Host) -> Iterator[Finding]:
    """Find what the host said to a module whose serial line was off."""
    for event in host.events:
        if isinstance(event.what, HostWrote):
            for each in host.story.explanations(event):
                if isinstance(each.what, Explanation) and each.what.rule == "sleep.line":
                    text = (
                        f"{_short(printable(event.what.octets))} went to a module in deep sleep: {each.what.what}"
                    )
                    yield Finding(rules.NOT_WOKEN, event, text)


def polling(host: Host) -> Iterator[Finding]:
    """Find queries that were repeated where a URC would have told."""
    run: list[Command] = []
    for command in [*host.commands, None]:
        if command and run and (command.name, command.form) == (run[0].name, run[0].form):
            run.append(command)
            continue
        if len(run) > rules.MOST_POLLS:
            seconds = run[-1].event.time - run[0].event.time
            text = f"{run[0].line} {len(run)} times in a row within {seconds:.0f} s; {_URCS[run[0].name]}"
            yield Finding(rules.POLLING, run[0].event, text)
        run = [command] if command and command.form is Form.READ and command.name in _URCS else []


def quotes(host: Host) -> Iterator[Finding]:
    """Find refused commands whose quotes do not fit together."""
    for event in host.events:
        if not isinstance(event.what, CommandLine):
            continue
        _, equals, arguments = event.what.line.partition("=")
        fault = split_arguments(arguments, escapes=False) if equals and '"' in arguments else None
        if isinstance(fault, SyntaxFault) and _refused(host, event):
            text = f"{_short(event.what.line)}: {fault} of the parameters"
            yield Finding(rules.QUOTE_IN_VALUE, event, text)


def _refused(host: Host, event: Event) -> bool:
    return any(
        isinstance(each.what, Answer) and "ERROR" in each.what.final_result for each in host.story.below(event)
    )


def wrong_lengths(host: Host) -> Iterator[Finding]:
    """Find values and lists whose length is not the one that the host says, the first of each command's name."""
    seen: set[str] = set()
    for command in host.commands:
        fault = None if command.refused or command.name in seen else _miscounted(command)
        if fault:
            seen.add(command.name)
            yield Finding(rules.WRONG_LENGTH, command.event, f"AT{command.name}: {fault}")


def _miscounted(command: Command) -> str | None:
    """Return what is wrong with the length in a command, if something is."""
    match command.name, command.arguments:
        case "+MIPLNOTIFY", (_, _, _, _, _, kind, length, value, _, _, *_):
            return _unfit(kind, length, value)
        case "+MIPLREADRSP", (_, _, _, _, _, _, kind, length, value, *_):
            return _unfit(kind, length, value)
        case "+MIPLDISCOVERRSP", (_, _, _, length, value, *_) if length != str(len(value)):
            return f"the length is {length or 'missing'}, and the list {value} has {len(value)} characters"
        case _:
            return None


def _unfit(kind: str, length: str, value: str) -> str | None:
    characters = len(value)
    right = {str(_STRING): {characters}, str(_OPAQUE): {characters, characters // 2}}.get(kind)
    if right is None or not length.isdecimal() or int(length) in right:
        return None
    return f"len is {length}, and the value has {characters} characters"


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
