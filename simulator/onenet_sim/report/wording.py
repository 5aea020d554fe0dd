"""How each kind of event reads in one line: who talks to whom, and what is said.

The order from left to right is always the same, and the arrow tells the direction: host, modem, the platform's
``bootstrap`` and ``access`` machines, application.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from onenet_sim.journal import (
    Answer,
    CoapMessage,
    CoapReceived,
    CommandLine,
    DtlsDatagram,
    DtlsSent,
    Explanation,
    HostWrote,
    HttpAnswer,
    HttpRequest,
    ModuleWrote,
    OctetsLost,
    PlatformRequest,
    PlatformResult,
    PowerChanged,
    RadioChanged,
    SessionChanged,
    SocketChanged,
    SocketReceived,
    SocketSent,
    StubAnswered,
    Urc,
    WorldBegan,
    printable,
)
from onenet_sim.lwm2m import ContentFormat, Lwm2mError, ObjectTable, Path, decode_tlv_payload, decode_value
from onenet_sim.report.tree import METHODS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from onenet_sim.journal import Event
    from onenet_sim.report.tree import Node

LONGEST_PAYLOAD = 64
"""Characters of a CoAP payload that are shown, fewer where the line has no room for them."""

LONGEST_BODY = 240
"""Characters of an HTTP body that are shown."""

_LEAST_PAYLOAD = 24
"""With less room than this a payload goes to the next row."""

_NOTICEABLE = 0.01
"""World seconds from which on it is worth saying that something arrived later than it was sent."""

_ONE_MODEM = "modem"


def shorten(text: str, most: int) -> str:
    """Return a text of at most ``most`` characters; an ellipsis stands for what was cut off."""
    return text if len(text) <= most else text[: max(0, most - 1)] + "…"


def visible(text: str) -> str:
    """Return a text with its control characters as escapes."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


@dataclass(frozen=True, slots=True)
class Sentence:
    """How a node reads.

    Attributes:
        who: The left one of two that talk, or where something happened; empty where the text says it.
        arrow: ``→`` or ``←`` between two that talk, else empty.
        whom: The right one.
        text: What is said.
    """

    who: str
    arrow: str
    whom: str
    text: str

    def __str__(self) -> str:
        ends = f"{self.who} {self.arrow} {self.whom}" if self.arrow else self.who
        return f"{ends}  {self.text}" if ends else self.text


class Wording:
    """Words for the nodes of one timeline, each node after those that happened before it.

    Remembers which path each token asked for, since an answer's payload can only be read with its path.
    """

    def __init__(self, *, several_modems: bool) -> None:
        self._several = several_modems
        self._objects = ObjectTable.builtin()
        self._paths: dict[tuple[bool, str | None, bytes], str] = {}

    def learn(self, events: Iterable[Event]) -> None:
        """Take note of the paths that requests ask for, though they are not shown."""
        for event in events:
            if isinstance(event.what, CoapMessage):
                self._path(event, event.what)

    def line(self, node: Node, room: int) -> str:
        """Return how a node reads. Where a payload can be shortened, the text is made to fit ``room`` columns."""
        return visible(str(self.sentence(node, room)))

    def reply(self, answer: Node) -> str:
        """Return how a command's answer reads behind its command."""
        return visible(f"← {_said(answer.event)}{_late(answer)}")

    def sentence(self, node: Node, room: int) -> Sentence:
        """Return the parts of :meth:`line`; control characters in them are as they are."""
        event = node.event
        modem = self._modem(event)
        match event.what:
            case HostWrote() | CommandLine():
                return Sentence("host", "→", modem, _said(event))
            case ModuleWrote() | Answer() | Urc():
                return Sentence("host", "←", modem, _said(event) + _late(node))
            case (
                OctetsLost()
                | PowerChanged()
                | StubAnswered()
                | RadioChanged()
                | SessionChanged()
                | SocketChanged()
                | SocketSent()
                | SocketReceived()
            ):
                return Sentence(modem, "", "", str(event.what))
            case CoapMessage():
                return self._message(node, room)
            case DtlsDatagram(peer=peer):
                return Sentence(modem, "→" if isinstance(event.what, DtlsSent) else "←", peer, event.what.records)
            case HttpRequest(method, target, body):
                return Sentence(*_caller(node), f"{method} {target} {shorten(body, LONGEST_BODY)}".rstrip())
            case HttpAnswer(status, body):
                return Sentence(*_answerer(node), f"{status} {shorten(body, LONGEST_BODY)}".rstrip())
            case _:
                speaks_for_itself = isinstance(event.what, _WHOLE_SENTENCES)
                return Sentence("" if speaks_for_itself else event.layer, "", "", str(event.what))

    def _modem(self, event: Event) -> str:
        return event.modem or _ONE_MODEM if self._several else _ONE_MODEM

    def _message(self, node: Node, room: int) -> Sentence:
        message = node.event.what
        assert isinstance(message, CoapMessage)  # noqa: S101 - the caller looked
        ends, text = self._ends(node, message), _header(message)
        room -= len(" ".join(ends)) + 2
        path = self._path(node.event, message)
        if message.payload:
            left = room - len(text) - 1
            most = min(left, LONGEST_PAYLOAD) if left >= _LEAST_PAYLOAD else LONGEST_PAYLOAD
            text += " " + shorten(self._payload(message, path), most)
        if message.repeat:
            text += f" (repeat {message.repeat})"
        if node.arrival is not None and node.arrival.time - node.event.time >= _NOTICEABLE:
            text += f" (arrived at {node.arrival.time:.3f})"
        if node.request is not None and isinstance(node.request.what, PlatformRequest):
            why = f" ({node.request.what.why})"
            text += why if len(text) + len(why) <= room else ""
        return Sentence(*ends, text)

    def _ends(self, node: Node, message: CoapMessage) -> tuple[str, str, str]:
        modem = self._modem(node.event)
        sent = not isinstance(message, CoapReceived)
        if message.end != _ONE_MODEM:
            return modem, "←" if sent else "→", message.end
        arrival = node.arrival.what if node.arrival else None
        peer = arrival.end if isinstance(arrival, CoapMessage) else message.peer
        return modem, "→" if sent else "←", peer

    def _path(self, event: Event, message: CoapMessage) -> str:
        """Return the path that a message is about; an answer has the token of what it answers."""
        from_modem = (message.end == _ONE_MODEM) is not isinstance(message, CoapReceived)
        if message.code in METHODS:
            self._paths[from_modem, event.modem, message.token] = message.path
            return message.path
        return self._paths.get((not from_modem, event.modem, message.token), "")

    def _payload(self, message: CoapMessage, path: str) -> str:
        form = message.content_format
        try:
            if form in {ContentFormat.TLV_1542, ContentFormat.TLV}:
                return self._values(Path.parse(path), message.payload)
            if form in {ContentFormat.LINK, ContentFormat.JSON_1543, ContentFormat.JSON}:
                return message.payload.decode()
            if form in {None, ContentFormat.TEXT}:
                return repr(message.payload.decode())
        except (Lwm2mError, UnicodeDecodeError):
            pass  # the payload is not what it says: it is shown as it is
        return ("" if form is None else f"ct={form} ") + message.payload.hex()

    def _values(self, path: Path, payload: bytes) -> str:
        """Return a TLV payload as ``{5700: 23.5}``; a value that does not fit its type stays hex."""
        words = []
        for each in decode_tlv_payload(path, payload):
            try:
                value = decode_value(self._objects.data_type(each.path), each.octets)
            except Lwm2mError:
                value = each.octets
            shown = value.hex() if isinstance(value, bytes) else repr(value)
            below = str(each.path).removeprefix(str(path)).lstrip("/") or str(each.path.resource_id)
            instance = "" if each.resource_instance is None else f"[{each.resource_instance}]"
            words.append(f"{below}{instance}: {shown}")
        return "{" + ", ".join(words) + "}"


_WHOLE_SENTENCES = PlatformRequest | PlatformResult | WorldBegan | Explanation


def _header(message: CoapMessage) -> str:
    """Return a message's type, code, options and message id."""
    words = [message.type] if message.code == "EMPTY" else [message.type, message.code]
    if message.path or message.code in METHODS:
        words.append("/" + message.path)
    words += message.query
    if message.observe is not None:
        words.append(f"observe={message.observe}")
    return " ".join((*words, f"mid={message.message_id}"))


def _said(event: Event) -> str:
    """Return what was said on the serial line."""
    match event.what:
        case HostWrote(octets) | ModuleWrote(octets):
            return printable(octets)
        case Answer(lines, final_result):
            return " | ".join(word for word in (*lines, final_result) if word) or "(no result)"
        case CommandLine(line) | Urc(line):
            return line
        case _:
            return str(event.what)


def _late(node: Node) -> str:
    """Return when a line was printed, if the module held it back."""
    printed = node.written[-1].time if node.written else node.event.time
    return "" if printed - node.event.time < _NOTICEABLE else f"  (printed at {printed:.3f})"


def _caller(node: Node) -> tuple[str, str, str]:
    """Return who calls whom over HTTP: what has a cause in the world is the platform's own call."""
    if isinstance(node.event.what, HttpRequest) and node.event.what.target.startswith("/control/"):
        return "world", "←", "harness"
    return "platform", "←" if node.event.cause is None else "→", "application"


def _answerer(node: Node) -> tuple[str, str, str]:
    who, arrow, whom = ("platform", "←", "application") if node.above is None else _caller(node.above)
    return who, "→" if arrow == "←" else "←", whom
