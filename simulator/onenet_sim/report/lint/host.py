"""One modem's host as the linter sees it: what it sent, what it was asked, and what became of both."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from onenet_sim.journal import Answer, CoapSent, Urc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onenet_sim.journal import Event
    from onenet_sim.report.lint.rules import LintRule
    from onenet_sim.report.story import Command, Story

_REQUEST = re.compile(r"\+MIPL(READ|WRITE|EXECUTE|PARAMETER|OBSERVE|DISCOVER): ?\d+, ?(\d+),")
_ANSWER = re.compile(r"\+MIPL(?:(READ|WRITE|EXECUTE|EXEUTE|PARAMETER|OBSERVE|DISCOVER)RSP|(READ|WRITE|EXECUTE))")
"""An answer's name; without RSP it is that of the dialect of 2017, with EXEUTE that of the ME3616."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A breach of a rule.

    Attributes:
        rule: The rule.
        event: Where it was seen.
        text: What was seen, and what would be right.
    """

    rule: LintRule
    event: Event
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of the platform that the module printed and did not answer itself.

    Attributes:
        event: The line that printed it first.
        operation: ``READ``, ``WRITE`` and so on.
        message_id: The id that its answer must have.
        line: As it was printed.
        answers: The host's answers to it.
    """

    event: Event
    operation: str
    message_id: int
    line: str
    answers: tuple[Command, ...]


class Host:
    """What one modem's host did.

    Attributes:
        story: The whole journal.
        events: The events that concern this modem.
        commands: What the host sent, in order.
        asked: What it was asked, in order.
    """

    def __init__(self, story: Story, events: list[Event], commands: list[Command]) -> None:
        self.story = story
        self.events = events
        self.commands = commands
        self._answers: dict[tuple[str, int], list[Command]] = {}
        for command in commands:
            if key := answered(command):
                self._answers.setdefault(key, []).append(command)
        self.asked = list(self._asked())

    @property
    def ended(self) -> float:
        """The world time of the journal's last event."""
        return self.story.events[-1].time

    def _asked(self) -> Iterator[Asked]:
        """Give each request once, though a repeat of the platform prints it again."""
        printed: set[tuple[str, int]] = set()
        for event, line in self._lines():
            found = _REQUEST.match(line)
            if found is None or self._answered_by_module(event):
                continue
            operation, number = found[1], int(found[2])
            if (operation, number) not in printed:
                printed.add((operation, number))
                answers = self._answers.get((operation, number), [])
                later = tuple(each for each in answers if each.event.id > event.id)
                yield Asked(event, operation, number, line, later)

    def _lines(self) -> Iterator[tuple[Event, str]]:
        for event in self.events:
            match event.what:
                case Urc(line):
                    yield event, line
                case Answer(lines, _):  # of AT+MIPLMGR
                    yield from ((event, line) for line in lines)

    def _answered_by_module(self, event: Event) -> bool:
        request = self.story.get(event.cause) if isinstance(event.what, Urc) else None
        return request is not None and any(isinstance(each.what, CoapSent) for each in self.story.below(request))


def answered(command: Command) -> tuple[str, int] | None:
    """Return the operation and the message id that a command answers, if it is an answer."""
    found, number = _ANSWER.fullmatch(command.name), command.number(1)
    if found is None or number is None:
        return None
    operation = found[1] or found[2]
    return ("EXECUTE" if operation == "EXEUTE" else operation), number


def hosts(story: Story) -> list[Host]:
    """Return the hosts of all modems in a journal."""
    events: dict[str, list[Event]] = {}
    commands: dict[str, list[Command]] = {}
    for event in story.events:
        if event.modem is not None:
            events.setdefault(event.modem, []).append(event)
    for command in story.commands():
        if command.event.modem is not None:
            commands.setdefault(command.event.modem, []).append(command)
    return [Host(story, each, commands.get(modem, [])) for modem, each in events.items()]
