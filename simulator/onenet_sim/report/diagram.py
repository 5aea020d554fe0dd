"""A journal as the rows of a sequence diagram, the first to happen first: who says what to whom.

What belongs together is one row, as in the timeline; here rows stand by time, and not under their causes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

from onenet_sim.journal import (
    Answer,
    CoapMessage,
    CoapSent,
    DatagramDropped,
    DtlsSent,
    Explanation,
    FaultStruck,
    HttpAnswer,
    Layer,
    OctetsLost,
    WorldBegan,
)
from onenet_sim.report.tree import grow
from onenet_sim.report.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from onenet_sim.journal import Event
    from onenet_sim.report.tree import Node
    from onenet_sim.report.wording import Sentence

_ROOM = 240
"""Columns for a row's text, as the timeline counts them; a page breaks lines where it must."""

_BAD_STATUS = 400


class Lane(IntEnum):
    """Who takes part, from left to right."""

    HOST = 0
    MODEM = 1
    NETWORK = 2
    BOOTSTRAP = 3
    ACCESS = 4
    APPLICATION = 5


class Mark(StrEnum):
    """What is remarkable of a row."""

    NONE = ""
    FAULT = "fault"
    """A fault struck."""
    LOST = "lost"
    """It did not arrive."""
    ERROR = "error"
    """It is the answer to what went wrong."""
    WHY = "why"
    """It explains."""


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that happened.

    Attributes:
        event: What it is called by.
        events: All events that it shows, the first one first.
        cause: The id of the row that brought it about; of an event, if no row shows that.
        sentence: How it reads.
        start: Where it starts; for a message its sender.
        end: Where it ends; the same lane if nobody is spoken to, and None where it concerns the world.
        mark: What is remarkable.
    """

    event: Event
    events: tuple[Event, ...]
    cause: int | None
    sentence: Sentence
    start: Lane
    end: Lane | None
    mark: Mark


def rows(events: Iterable[Event], journal: Iterable[Event] = ()) -> list[Row]:
    """Return the rows of events (ascending ids); ``journal`` is as in :func:`~onenet_sim.report.timeline`."""
    shown, whole = list(events), list(journal)
    wording = Wording(several_modems=len({event.modem for event in whole or shown} - {None}) > 1)
    wording.learn(whole)
    nodes = sorted(_all_nodes(grow(shown)), key=lambda node: node.event.id)
    homes = {event.id: node.event.id for node in nodes for event in _events(node)}
    heard = {event.id: event.cause for event in shown}
    return [_row(node, wording, homes, heard) for node in nodes]


def _all_nodes(roots: Iterable[Node]) -> Iterator[Node]:
    waiting = list(roots)
    while waiting:
        node = waiting.pop()
        yield node
        waiting += node.children


def _events(node: Node) -> tuple[Event, ...]:
    shown = [node.request, node.event, node.arrival, *node.written]
    return tuple(event for event in shown if event is not None)


def _row(node: Node, wording: Wording, homes: dict[int, int], heard: dict[int, int | None]) -> Row:
    events = _events(node)
    cause = events[0].cause
    while cause is not None and homes.get(cause, node.event.id) == node.event.id and cause in heard:
        cause = heard[cause]  # events without a row, such as the octets that a command came in
    sentence = wording.sentence(node, _ROOM)
    start, end = _lanes(node, sentence)
    home = None if cause is None else homes.get(cause, cause)
    return Row(node.event, events, home, sentence, start, end, _mark(node))


def _mark(node: Node) -> Mark:
    match node.event.what:
        case FaultStruck():
            return Mark.FAULT
        case Explanation():
            return Mark.WHY
        case DatagramDropped() | OctetsLost():
            return Mark.LOST
        case CoapSent() | DtlsSent() if node.arrival is None and _dropped(node):
            return Mark.LOST
        case CoapMessage(code=code) if code[0] in "45":
            return Mark.ERROR
        case Answer(final_result=result) if "ERROR" in result:
            return Mark.ERROR
        case HttpAnswer(status=status) if status >= _BAD_STATUS:
            return Mark.ERROR
        case _:
            return Mark.NONE


def _dropped(node: Node) -> bool:
    """Return whether a message was dropped, by itself or by a fault."""
    waiting = list(node.children)
    while waiting:
        child = waiting.pop()
        if isinstance(child.event.what, DatagramDropped):
            return True
        if isinstance(child.event.what, FaultStruck):
            waiting += child.children
    return False


_BY_NAME = {
    "host": Lane.HOST,
    "bootstrap": Lane.BOOTSTRAP,
    "access": Lane.ACCESS,
    "platform": Lane.ACCESS,
    "application": Lane.APPLICATION,
}
_BY_LAYER = {
    Layer.UART: Lane.HOST,
    Layer.AT: Lane.MODEM,
    Layer.MODEM: Lane.MODEM,
    Layer.COAP: Lane.MODEM,
    Layer.NETWORK: Lane.NETWORK,
    Layer.PLATFORM: Lane.ACCESS,
    Layer.HTTP: Lane.APPLICATION,
    Layer.WORLD: Lane.HOST,
    Layer.DIAGNOSIS: Lane.HOST,
}


def _lanes(node: Node, sentence: Sentence) -> tuple[Lane, Lane | None]:
    """Return where a row starts and ends."""
    what = node.event.what
    if isinstance(what, Explanation | WorldBegan) or sentence.whom == "harness":
        return Lane.HOST, None
    if not sentence.arrow:
        modem = sentence.who == node.event.modem or sentence.who == Lane.MODEM.name.lower()
        lane = Lane.MODEM if modem else _BY_LAYER[node.event.layer]
        return lane, lane
    left = _lane(sentence.who, node)
    right = _lane(sentence.whom, node)
    if isinstance(what, CoapSent) and node.arrival is None:
        left, right = (left, Lane.NETWORK) if sentence.arrow == "→" else (Lane.NETWORK, right)
    return (left, right) if sentence.arrow == "→" else (right, left)


def _lane(name: str, node: Node) -> Lane:
    """Return the lane of one who talks; an address is somewhere in the network."""
    if name in {node.event.modem, Lane.MODEM.name.lower()}:
        return Lane.MODEM
    return _BY_NAME.get(name, Lane.NETWORK)
