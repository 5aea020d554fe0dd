"""Why something happened: the causal thread of one event, with what the journal explains on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onenet_sim.journal import CommandLine, DatagramDropped, DataPoint, DtlsSent, Explanation
from onenet_sim.report.story import Story
from onenet_sim.report.timeline import WIDTH, timeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from onenet_sim.journal import Event


def why(events: Iterable[Event], event_id: int, *, width: int = WIDTH) -> list[str]:
    """Return the lines that tell what led to an event, its first cause first.

    Explanations stand below what they explain. Where one names an event behind it, that event's thread follows.

    Raises:
        LookupError: The event is not among them; the message says which are.
    """
    story = Story(events)
    event = _found(story, event_id)
    lines = [f"#{event.id}, at {event.time:.3f} s: {event.what}", ""]
    told = _explained(story, story.thread(event))
    lines += timeline(told, width=width, journal=story.events)
    lines += _rules(told)
    for behind in _behind(story, told):
        lines += ["", f"Behind it is #{behind.id}:", ""]
        lines += timeline(_explained(story, story.thread(behind)), width=width, journal=story.events)
    return lines


def newest_point(events: Iterable[Event], stream: str, imei: str = "") -> Event | None:
    """Return the newest data point of a stream such as ``3303_0_5700``, of one device if ``imei`` is given."""
    newest = None
    for event in events:
        if isinstance(event.what, DataPoint) and event.what.stream == stream and imei in {"", event.what.imei}:
            newest = event
    return newest


def _found(story: Story, event_id: int) -> Event:
    event = story.get(event_id)
    if event is not None:
        return event
    kept = f"#{story.events[0].id} to #{story.events[-1].id}" if story.events else "none"
    raise LookupError(f"the journal has no event #{event_id}; kept are {kept}")


def _explained(story: Story, thread: list[Event]) -> list[Event]:
    """Return a thread with what explains it, in the order in which all of it happened.

    That is the explanations below its events, and what its commands sent that was lost before its end.
    """
    found = {event.id: event for event in thread}
    for event in thread:
        found |= {each.id: each for each in story.explanations(event)}
        if isinstance(event.what, CommandLine):
            found |= {each.id: each for each in _lost(story, event) if each.id < thread[-1].id}
    return [found[event_id] for event_id in sorted(found)]


def _lost(story: Story, command: Event) -> Iterator[Event]:
    """Give the messages that a command sent and that were dropped, each with that."""
    for sent in story.below(command):
        sealed = [each for each in story.below(sent) if isinstance(each.what, DtlsSent)]
        below = [each for carrier in (sent, *sealed) for each in story.below(carrier)]
        dropped = [each for each in below if isinstance(each.what, DatagramDropped)]
        if dropped:
            yield sent
        yield from dropped


def _rules(events: list[Event]) -> list[str]:
    """Return the rules that the explanations name, each once, with its source."""
    rules = [event.what for event in events if isinstance(event.what, Explanation) and event.what.rule]
    return list(dict.fromkeys(f"    rule {each.rule} ({each.source})" for each in rules))


def _behind(story: Story, events: list[Event]) -> list[Event]:
    """Return the events behind the explanations that are not told already."""
    ids = [event.what.about for event in events if isinstance(event.what, Explanation)]
    told = {event.id for event in events}
    found = (story.get(each) for each in dict.fromkeys(ids) if each not in told)
    return [event for event in found if event is not None]
