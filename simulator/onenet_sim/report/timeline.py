"""A journal as one timeline: each line stands under what caused it.

::

       1.152   #52  host → modem  AT+MIPLUPDATE=0,5,0  ← OK
               #54    modem → access  CON POST /rd/869975031970695 lt=86400 mid=36186
               #58      platform  device 869975031970695 updated: lifetime 86400 s

World time in seconds stands on every root and wherever it differs from the line above, then the event's id,
then the line, indented by cause.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from onenet_sim.journal import Answer, CoapMessage, CommandLine, Explanation, HttpAnswer, HttpRequest, Layer
from onenet_sim.report.tree import Node, grow
from onenet_sim.report.wording import Wording, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from onenet_sim.journal import Event

WIDTH = 100
"""Columns of a timeline unless told otherwise."""

NARROWEST = 72
"""The fewest columns that a timeline can do with."""

DEEPEST = 12
"""How many levels are indented; what lies deeper stands at the last of them."""

_INDENT = "  "
_LEAST_TEXT = 24
_ELAPSED = 0.005
GAP = 60
"""World seconds between two things from which on it is said that so much time has passed."""
_WORD_END = re.compile(r"(?<=[ &,])")
_REPLY_COLUMN = 28
_END, _DIM = "\x1b[0m", "\x1b[2m"
_COLOURS = {
    Layer.UART: "\x1b[36m",
    Layer.AT: "\x1b[1;36m",
    Layer.MODEM: "\x1b[35m",
    Layer.COAP: "\x1b[34m",
    Layer.NETWORK: "\x1b[31m",
    Layer.PLATFORM: "\x1b[32m",
    Layer.HTTP: "\x1b[33m",
    Layer.WORLD: "\x1b[1m",
    Layer.DIAGNOSIS: "\x1b[1;31m",
}


def timeline(
    events: Iterable[Event], *, width: int = WIDTH, colour: bool = False, journal: Iterable[Event] = ()
) -> Iterator[str]:
    """Return the lines of the timeline of a journal's events, without line ends.

    Args:
        events: The events by ascending id, as a journal has them. Causes may be missing: what they brought
            about then stands at the root and says so.
        width: The columns to stay within, at least 72. Messages and explanations go over several lines if they
            must; all else is cut.
        colour: Whether lines are coloured by layer, with ANSI sequences.
        journal: Where the events are part of a longer journal, the whole of it. It is not shown, but says what
            a message is about.

    Raises:
        ValueError: The width is below 72.
    """
    if width < NARROWEST:
        raise ValueError(f"a timeline needs {NARROWEST} columns; it was given {width}")
    return _Layout(list(events), list(journal), width, colour=colour).lines()


class _Layout:
    def __init__(self, events: list[Event], journal: list[Event], width: int, *, colour: bool) -> None:
        self._roots = grow(events)
        self._wording = Wording(several_modems=len({event.modem for event in journal or events} - {None}) > 1)
        self._wording.learn(journal)
        self._width = width
        self._colour = colour
        self._time_columns = max(9, len(_seconds(events[-1].time))) if events else 0
        self._id_columns = max(4, len(f"#{events[-1].id}")) if events else 0
        self._time_above = 0.0

    def lines(self) -> Iterator[str]:
        above, apart = None, False
        for root in self._roots:
            tree = list(self._tree(root))
            elapsed = 0.0 if above is None else root.event.time - above.event.time
            if apart or (above is not None and len(tree) > 1):
                yield ""
            if elapsed >= GAP:
                yield self._margin() + self._paint(Layer.WORLD, f"⋯ {span(elapsed)} later")
                yield ""
            yield from tree
            above, apart = root, len(tree) > 1

    def _tree(self, root: Node) -> Iterator[str]:
        waiting = [(root, 0)]
        while waiting:
            node, depth = waiting.pop()
            room = self._room(depth)
            text, below = self._wording.line(node, room), node.children
            if (answer := _prompt_answer(node)) is not None:
                joined = f"{text:{_REPLY_COLUMN}}  {self._wording.reply(answer)}"
                if len(joined) <= room:
                    text, below = joined, _in_place_of(answer, below)
            yield from self._event(node, depth, text)
            waiting += [(child, depth + 1) for child in reversed(below)]

    def _event(self, node: Node, depth: int, text: str) -> Iterator[str]:
        event = node.event
        time = ""
        if depth == 0 or abs(event.time - self._time_above) >= _ELAPSED:
            time = _seconds(event.time)
            self._time_above = event.time
        margin = self._margin(time, f"#{event.id}")
        end = "" if node.lost_cause is None else f"  (its cause #{node.lost_cause} is no longer kept)"
        for row in _rows(event, text, end, self._room(depth)):
            yield margin + _INDENT * min(depth, DEEPEST) + self._paint(event.layer, row)
            margin = self._margin()

    def _room(self, depth: int) -> int:
        """Return how many columns a line of that depth has for its text."""
        return max(_LEAST_TEXT, self._width - len(_INDENT) * min(depth, DEEPEST) - self._margin_columns)

    @property
    def _margin_columns(self) -> int:
        return self._time_columns + self._id_columns + 4

    def _margin(self, time: str = "", event_id: str = "") -> str:
        margin = f"{time:>{self._time_columns}}  {event_id:>{self._id_columns}}  "
        return f"{_DIM}{margin}{_END}" if self._colour else margin

    def _paint(self, layer: Layer, text: str) -> str:
        return f"{_COLOURS[layer]}{text}{_END}" if self._colour else text


def _rows(event: Event, text: str, end: str, room: int) -> list[str]:
    """Return a text and its end in rows: what was sent and what explains is whole, all else is cut to one row."""
    if len(text) + len(end) <= room:
        return [text + end]
    if not isinstance(event.what, Explanation | CoapMessage | HttpRequest | HttpAnswer):
        return [shorten(text, room - len(end)) + end]
    rows, row = [], ""
    for word in _WORD_END.split(text + end):
        if len(row) + len(word.rstrip()) > room and row.strip():
            rows.append(row.rstrip())
            row = _INDENT * 2
        row += word
        while len(row.rstrip()) > room:
            rows.append(row[:room])
            row = _INDENT * 2 + row[room:]
    return [*rows, row.rstrip()]


def _prompt_answer(node: Node) -> Node | None:
    """Return the answer of a command if it was printed at once."""
    if not isinstance(node.event.what, CommandLine):
        return None
    for child in node.children:
        if isinstance(child.event.what, Answer):
            printed = child.written[-1].time if child.written else child.event.time
            return child if printed - node.event.time < _ELAPSED else None
    return None


def _in_place_of(node: Node, nodes: list[Node]) -> list[Node]:
    """Return the nodes with that one's children in its place."""
    place = nodes.index(node)
    return [*nodes[:place], *node.children, *nodes[place + 1 :]]


def _seconds(time: float) -> str:
    return f"{time:.3f}"


def span(seconds: float) -> str:
    """Return a length of time in its two largest units: ``1 d 3 h``, ``25 min 4 s``."""
    rest, words = int(seconds), []
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        count, rest = divmod(rest, size)
        if count:
            words.append(f"{count} {unit}")
    return " ".join(words[:2])
