"""A journal to ask: what led to an event, what came of it, and what the host said on the serial line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from onenet_sim.at import Form, SyntaxFault, split_arguments, split_line
from onenet_sim.journal import Answer, CommandLine, Explanation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from onenet_sim.journal import Event


@dataclass(frozen=True, slots=True)
class Command:
    """A command of the host, as it was written.

    Attributes:
        event: Its line.
        name: The name in upper case, such as ``+MIPLOPEN``.
        form: How it was called.
        arguments: Its arguments without quotes; empty where they cannot be told apart.
        answer: The line's answer, if it came.
        why: What the journal says of its failure.
    """

    event: Event
    name: str
    form: Form
    arguments: tuple[str, ...]
    answer: Event | None
    why: tuple[Explanation, ...]

    @property
    def line(self) -> str:
        """The whole line."""
        assert isinstance(self.event.what, CommandLine)  # noqa: S101 - made of such events only
        return self.event.what.line

    @property
    def final_result(self) -> str:
        """The line's final result, empty if there is none."""
        return self.answer.what.final_result if self.answer and isinstance(self.answer.what, Answer) else ""

    @property
    def refused(self) -> bool:
        """Whether the answer is an error."""
        return "ERROR" in self.final_result

    def ruled_by(self, rule: str) -> bool:
        """Return whether that rule explains what became of it."""
        return any(each.rule == rule for each in self.why)

    def number(self, index: int) -> int | None:
        """Return an argument as a number, or None if it is none."""
        text = self.arguments[index] if index < len(self.arguments) else ""
        return int(text) if text.isascii() and text.isdecimal() else None


class Story:
    """A journal's events by what caused them.

    Attributes:
        events: The events, the oldest first.
    """

    def __init__(self, events: Iterable[Event]) -> None:
        self.events = list(events)
        self._by_id = {event.id: event for event in self.events}
        self._below: dict[int, list[Event]] = {}
        for event in self.events:
            if event.cause is not None:
                self._below.setdefault(event.cause, []).append(event)

    def get(self, event_id: int | None) -> Event | None:
        """Return the event with that id, if it is kept."""
        return None if event_id is None else self._by_id.get(event_id)

    def below(self, event: Event) -> list[Event]:
        """Return what an event brought about itself, in order."""
        return self._below.get(event.id, [])

    def all_below(self, event: Event) -> list[Event]:
        """Return all that came of an event, in order."""
        found, waiting = [], [event]
        while waiting:
            for each in self.below(waiting.pop()):
                found.append(each)
                waiting.append(each)
        return sorted(found, key=lambda each: each.id)

    def thread(self, event: Event) -> list[Event]:
        """Return the event and what led to it, the first cause first."""
        found: list[Event] = []
        cause: Event | None = event
        while cause is not None:
            found.append(cause)
            cause = self.get(cause.cause)
        return found[::-1]

    def explanations(self, event: Event) -> list[Event]:
        """Return the explanations right below an event."""
        return [each for each in self.below(event) if isinstance(each.what, Explanation)]

    def commands(self, modem: str | None = None) -> Iterator[Command]:
        """Give the commands that a modem's host sent, in order; a line may hold several."""
        for event in self.events:
            if isinstance(event.what, CommandLine) and modem in {None, event.modem}:
                yield from self._commands_of(event, event.what.line)

    def _commands_of(self, event: Event, line: str) -> Iterator[Command]:
        answer = next((each for each in self.below(event) if isinstance(each.what, Answer)), None)
        told = [*self.explanations(event), *(self.explanations(answer) if answer else ())]
        why = tuple(each.what for each in told if isinstance(each.what, Explanation))
        invocations = split_line(line[2:], escapes=False)
        if isinstance(invocations, SyntaxFault):
            return
        for each in invocations:
            split = split_arguments(each.argument_text, escapes=False) if each.form is Form.SET else []
            arguments = () if isinstance(split, SyntaxFault) else tuple(argument.text for argument in split)
            yield Command(event, each.name, each.form, arguments, answer, why)
