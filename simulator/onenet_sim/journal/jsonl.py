"""The journal as JSON lines: an event a line, as the control API shows it, for files and other programs.

A line ``{"dropped": N}`` says that N events are missing at that place. Ids that begin again at 1 begin a fresh
world, as a reset does.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from onenet_sim.journal.journal import Event
from onenet_sim.journal.occurrence import Occurrence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from onenet_sim.journal.journal import Journal


@dataclass(slots=True)
class SavedWorld:
    """One world of a saved journal.

    Attributes:
        events: What was saved of it, the oldest first.
        lines: The number of the line on which each event stands, by the event's id.
        dropped: How many events are missing.
    """

    events: list[Event] = field(default_factory=list)
    lines: dict[int, int] = field(default_factory=dict)
    dropped: int = 0


def json_line(event: Event) -> str:
    """Return an event as a line, without its end."""
    return json.dumps(event.to_json(), separators=(",", ":"))


def dropped_line(count: int) -> str:
    """Return the line that says how many events are missing."""
    return json.dumps({"dropped": count})


def saved_lines(journal: Journal) -> Iterator[str]:
    """Give a journal's lines: what fell off is counted first, but how the world began is there always."""
    whole = journal.whole()
    yield dropped_line(whole[-1].id - len(whole) if whole else 0)
    yield from map(json_line, whole)


def read_json_lines(lines: Iterable[str]) -> list[SavedWorld]:
    """Return the worlds of a saved journal, the first to begin first; there is at least one.

    Raises:
        ValueError: A line is none of a journal's; the message says which and why.
    """
    worlds, kinds = [SavedWorld()], {kind.kind: kind for kind in _kinds(Occurrence)}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            _take(json.loads(line), kinds, worlds, number)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            what = f"{error} is missing" if isinstance(error, KeyError) else str(error)
            raise ValueError(f"line {number} is no event of a journal: {what}") from None
    return worlds


def _take(entry: Any, kinds: dict[str, type[Occurrence]], worlds: list[SavedWorld], number: int) -> None:  # noqa: ANN401 - JSON
    if not isinstance(entry, dict):
        raise TypeError("it is no JSON object")
    if "dropped" in entry:
        worlds[-1].dropped += int(entry["dropped"])
        return
    kind = kinds.get(entry["kind"])
    if kind is None:
        raise ValueError(f"no kind of event is called {entry['kind']!r}")
    event = Event(
        int(entry["id"]), float(entry["time"]), entry["cause"], entry["modem"], _restored(kind, entry["fields"])
    )
    if worlds[-1].events and event.id <= worlds[-1].events[-1].id:
        worlds.append(SavedWorld())
    worlds[-1].events.append(event)
    worlds[-1].lines[event.id] = number


def _restored(kind: type[Occurrence], values: dict[str, Any]) -> Occurrence:
    """Return what happened, from its fields as JSON; octets are hex, and tuples are lists there."""
    restored: dict[str, object] = {}
    for each in fields(kind):
        if each.name not in values:
            continue
        value = values[each.name]
        if each.type == "bytes":
            value = bytes.fromhex(value)
        restored[each.name] = tuple(value) if isinstance(value, list) else value
    return kind(**restored)


def _kinds(base: type[Occurrence]) -> Iterator[type[Occurrence]]:
    """Return the kinds of events: the classes that have none below them."""
    for each in base.__subclasses__():
        if "kind" in vars(each):
            yield each
        yield from _kinds(each)
