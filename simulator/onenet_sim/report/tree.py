"""The journal as trees: what happened under what caused it, one node for what belongs together.

Several events can tell of one thing, and share a node:

* octets of the host and the command line that they make up; octets of the module and the line that they carry,
* a CoAP message as it was sent and as it arrived, and the datagram of DTLS that carried it,
* a request that the platform decided on, the message that asks, and the result that only repeats the code.

What differs stays visible: octets that are not those of their line, a message that arrived twice or altered.
A request that follows from the answer to another one is its neighbour, not its child: a series stays flat.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from onenet_sim.journal import (
    Answer,
    CoapMessage,
    CoapReceived,
    CoapSent,
    CommandLine,
    DtlsDatagram,
    Event,
    HostWrote,
    ModuleWrote,
    PlatformRequest,
    PlatformResult,
    Urc,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

METHODS = frozenset({"GET", "PUT", "POST", "DELETE", "FETCH", "PATCH", "iPATCH"})
"""The codes that ask; every other one answers."""

_LINE_ENDS = b"\r\n"
_LINE_END = re.compile(rb"[\r\n]")


@dataclass(slots=True, eq=False)
class Node:
    """One thing that happened, and below it what it brought about.

    Attributes:
        event: What happened. For a message this is its sending, if that is still known.
        above: The node of the cause; None at the root.
        lost_cause: The id of a cause that the journal no longer has.
        arrival: The same message at its other end.
        request: The platform's decision that this message carries out.
        written: The octets of the serial line that carried it.
        children: What it brought about, in the order in which that happened.
    """

    event: Event
    above: Node | None = None
    lost_cause: int | None = None
    arrival: Event | None = None
    request: Event | None = None
    written: list[Event] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)


def grow(events: Iterable[Event]) -> list[Node]:
    """Return the roots of the trees of a journal's events (ascending ids), the first to happen first.

    An event whose cause is not among them is a root. Takes time in proportion to the number of events.
    """
    growth = _Growth()
    for event in events:
        growth.add(event)
    return growth.finish()


class _Growth:
    def __init__(self) -> None:
        self._roots: list[Node] = []
        self._homes: dict[int, Node] = {}
        self._carried: dict[int, Node] = {}

    def add(self, event: Event) -> None:
        cause = None if event.cause is None else self._homes.get(event.cause)
        self._homes[event.id] = self._place(event, cause)

    def _place(self, event: Event, cause: Node | None) -> Node:
        """Return the node that shows the event: that of its cause, or one of its own."""
        if cause is None:
            root = Node(event, lost_cause=event.cause)
            self._roots.append(root)
            return root
        match event.what:
            case ModuleWrote() if isinstance(cause.event.what, Answer | Urc | HostWrote):
                cause.written.append(event)
                self._carried[cause.event.id] = cause
                return cause
            case DtlsDatagram(sealed=True) if isinstance(cause.event.what, CoapMessage):
                return cause
            case CoapSent() if isinstance(cause.event.what, PlatformRequest):
                cause.event, cause.request = event, cause.event
                return cause
            case CoapReceived() if cause.arrival is None and _same(cause.event.what, event.what):
                cause.arrival = event
                return cause
            case PlatformResult(outcome=outcome) if _answers_with(cause, outcome):
                return cause
            case PlatformRequest() if _ends_request(cause) and cause.above is not None:
                return self._append(event, cause.above.above)
            case _:
                return self._append(event, cause)

    def _append(self, event: Event, above: Node | None) -> Node:
        node = Node(event, above)
        (self._roots if above is None else above.children).append(node)
        return node

    def finish(self) -> list[Node]:
        for node in self._carried.values():
            if not _carries(node):
                node.children += [Node(event, node) for event in node.written]
                node.children.sort(key=_id)
                node.written = []
        return sorted(_without_octets(self._roots), key=_id)


def _id(node: Node) -> int:
    return node.event.id


def _same(sent: object, received: CoapReceived) -> bool:
    return isinstance(sent, CoapSent) and _content(sent) == _content(received)


def _content(message: CoapMessage) -> tuple[object, ...]:
    return (
        message.type,
        message.code,
        message.message_id,
        message.token,
        message.path,
        message.query,
        message.observe,
        message.content_format,
        message.payload,
    )


def _answers_with(node: Node, outcome: str) -> bool:
    return isinstance(node.event.what, CoapMessage) and node.event.what.code == outcome


def _ends_request(node: Node) -> bool:
    """Return whether the node answers a request of the platform, and stands right below it."""
    answer = isinstance(node.event.what, CoapMessage) and node.event.what.code not in METHODS
    return answer and node.above is not None and node.above.request is not None


def octets_of(events: Iterable[Event]) -> bytes:
    """Return what the host's or the module's writes hold together."""
    return b"".join(event.what.octets for event in events if isinstance(event.what, HostWrote | ModuleWrote))


def _carries(node: Node) -> bool:
    """Return whether the written octets are those of the node's line, or the echo of what the host wrote."""
    octets = _without_line_ends(octets_of(node.written))
    match node.event.what:
        case Answer(lines, final_result):
            return octets == "".join((*lines, final_result)).encode("latin-1", "replace")
        case Urc(line):
            return octets == _without_line_ends(line.encode("latin-1", "replace"))
        case HostWrote(written):
            return octets in _without_line_ends(written)
        case _:
            return False


def _without_line_ends(octets: bytes) -> bytes:
    return octets.translate(None, _LINE_ENDS)


def _without_octets(roots: list[Node]) -> Iterator[Node]:
    """Give the roots, with the command lines themselves in place of the octets that they came in.

    A host's octets of which no command line came are given together, in place of the first of them.
    """
    begun: dict[str | None, list[Event]] = {}
    for node in roots:
        if not isinstance(node.event.what, HostWrote):
            yield node
            continue
        before = begun.setdefault(node.event.modem, [])
        if not node.children:
            before.append(node.event)
            continue
        if all(isinstance(child.event.what, CommandLine) for child in node.children):
            yield from node.children
        else:
            yield _joined([*before, node.event], node.children)
        before[:] = _unfinished(node.event)
    for writes in begun.values():
        if _without_line_ends(octets_of(writes)):
            yield _joined(writes, [])


def _unfinished(event: Event) -> list[Event]:
    """Return the host's write from its last line end on, if there is something."""
    rest = _LINE_END.split(octets_of([event]))[-1]
    return [event._replace(what=HostWrote(rest))] if rest else []


def _joined(writes: list[Event], children: list[Node]) -> Node:
    first = writes[0]
    event = Event(first.id, first.time, first.cause, first.modem, HostWrote(octets_of(writes)))
    return Node(event, lost_cause=first.cause, children=children)
