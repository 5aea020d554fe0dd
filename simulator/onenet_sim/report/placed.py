"""The URCs that faults placed on the serial line: at which command each stood, and what was said around it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from onenet_sim.journal import (
    Answer,
    CommandLine,
    HostAttached,
    HostDetached,
    HostWrote,
    Layer,
    LineFaultStruck,
    LineSet,
    ModuleWrote,
    Urc,
)
from onenet_sim.report.story import Story
from onenet_sim.report.timeline import WIDTH, timeline

if TYPE_CHECKING:
    from collections.abc import Iterable

    from onenet_sim.journal import Event

LONGEST_HEAD = 64
"""Characters by which commands are told apart; a line without a ``=`` may be as long as a register code."""

_BEFORE = 3
_EVENTS = 24


@dataclass(frozen=True, slots=True)
class PlacedUrc:
    """A URC that a fault put at a place of its choice, and that went out.

    Attributes:
        event: The fault's strike.
        fault: The fault's number.
        text: The URC.
        line: The command line at which it stood.
        occasion: How many commands with this head there had been, this one included; see :func:`command_head`.
    """

    event: Event
    fault: int
    text: str
    line: str
    occasion: int


def command_head(line: str) -> str:
    """Return what tells a command from others but not its values: ``AT+MIPLNOTIFY=``, ``AT+CGATT?``."""
    name, equals, _ = line.partition("=")
    return (name + equals)[:LONGEST_HEAD]


def placed_urcs(events: Iterable[Event]) -> list[PlacedUrc]:
    """Return the URCs that faults placed, in order; those of a modem that had no time to print them are left out.

    Commands are counted as the faults count them: by their answers, and before the echo by their lines.
    """
    story, found = Story(events), []
    lines: Counter[str] = Counter()
    answers: Counter[str] = Counter()
    awaiting: list[tuple[Event, str]] = []
    for event in story.events:
        match event.what:
            case LineFaultStruck() if text := _text(story, event):
                answer = story.get(event.cause)
                if answer is None or not isinstance(answer.what, Answer):
                    awaiting.append((event, text))
                    continue
                line = _command(story, answer)
                found.append(PlacedUrc(event, event.what.fault, text, line, answers[command_head(line)]))
            case CommandLine(line):
                lines[command_head(line)] += 1
                count = lines[command_head(line)]
                found += (PlacedUrc(each, _fault(each), text, line, count) for each, text in awaiting)
                awaiting.clear()
            case Answer():
                answers[command_head(_command(story, event))] += 1
            case _:
                pass
    return found


def _fault(strike: Event) -> int:
    assert isinstance(strike.what, LineFaultStruck)  # noqa: S101 - only such events wait for their line
    return strike.what.fault


def _text(story: Story, strike: Event) -> str:
    """Return the URC that a strike brought onto the line; empty if it did something else, or nothing yet."""
    below = [each.what for each in story.below(strike)]
    written = any(isinstance(each, ModuleWrote) for each in below)
    return next((each.line for each in below if isinstance(each, Urc) and written), "")


def _command(story: Story, answer: Event | None) -> str:
    command = None if answer is None else story.get(answer.cause)
    return command.what.line if command is not None and isinstance(command.what, CommandLine) else ""


def around(events: Iterable[Event], strike: Event, *, width: int = WIDTH) -> list[str]:
    """Return what was said on the line from two commands before a strike on, as a timeline of a few lines.

    What the strike changed is shown as octets: their order is what matters.
    """
    story = Story(events)
    said = [event for event in story.events if _shown(story, event)]
    lines = [at for at, event in enumerate(said) if isinstance(event.what, HostWrote)]
    before = [at for at in lines if said[at].id < strike.id][-_BEFORE:]
    shown = said[before[0] if before else 0 :]
    return list(timeline(shown[:_EVENTS], width=width, journal=story.events))


def _shown(story: Story, event: Event) -> bool:
    if event.layer not in {Layer.UART, Layer.AT} or isinstance(event.what, LineSet | HostAttached | HostDetached):
        return False
    cause = story.get(event.cause)
    placed = cause is not None and isinstance(cause.what, LineFaultStruck)
    return not (placed and isinstance(event.what, Urc))  # its octets are shown
