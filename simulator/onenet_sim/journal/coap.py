"""The events of CoAP messages, which read the same at both ends of the wire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from onenet_sim.journal.occurrence import Layer, Occurrence

if TYPE_CHECKING:
    from aiocoap import Message


@dataclass(frozen=True, slots=True)
class CoapMessage(Occurrence):
    """A CoAP message at one end of the wire. ``end`` is ``modem``, ``bootstrap`` or ``access``.

    ``octets`` is the whole message, before DTLS has sealed it or after it has opened it.
    """

    end: str
    peer: str
    type: str
    code: str
    message_id: int
    token: bytes
    path: str
    query: tuple[str, ...]
    observe: int | None
    content_format: int | None
    payload: bytes
    repeat: int = 0
    octets: bytes = b""

    def _message(self) -> str:
        words = [self.type, self.code, f"mid={self.message_id}"]
        if self.path or self.code in {"GET", "PUT", "POST", "DELETE"}:
            words.append("/" + self.path)
        words += self.query
        if self.observe is not None:
            words.append(f"observe={self.observe}")
        if self.content_format is not None:
            words.append(f"ct={self.content_format}")
        if self.payload:
            text = self.payload.decode("ascii", "replace")
            words.append(repr(text) if text.isascii() and text.isprintable() else self.payload.hex())
        if self.repeat:
            words.append(f"(repeat {self.repeat})")
        return " ".join(words)


@dataclass(frozen=True, slots=True)
class CoapSent(CoapMessage):
    """A CoAP message was handed to the network."""

    layer: ClassVar[Layer] = Layer.COAP
    kind: ClassVar[str] = "coap_sent"

    def _text(self) -> str:
        return f"{self.end} → {self.peer}  {self._message()}"


@dataclass(frozen=True, slots=True)
class CoapReceived(CoapMessage):
    """A CoAP message arrived from the network."""

    layer: ClassVar[Layer] = Layer.COAP
    kind: ClassVar[str] = "coap_received"

    def _text(self) -> str:
        return f"{self.end} ← {self.peer}  {self._message()}"


def coap_sent(message: Message, octets: bytes, *, end: str, peer: str, repeat: int = 0) -> CoapSent:
    """Return the journal's entry for a message that leaves ``end`` for ``peer`` as these octets."""
    return CoapSent(end, peer, *_fields(message), repeat, octets)


def coap_received(message: Message, octets: bytes, *, end: str, peer: str, repeat: int = 0) -> CoapReceived:
    """Return the journal's entry for a message that reached ``end`` from ``peer`` as these octets."""
    return CoapReceived(end, peer, *_fields(message), repeat, octets)


def _fields(
    message: Message,
) -> tuple[str, str, int, bytes, str, tuple[str, ...], int | None, int | None, bytes]:
    code = message.code
    named = code.is_request() or not code
    return (
        message.mtype.name,
        code.name if named and code.name.isidentifier() else code.dotted,
        message.mid,
        message.token,
        "/".join(message.opt.uri_path),
        tuple(message.opt.uri_query),
        message.opt.observe,
        None if message.opt.content_format is None else int(message.opt.content_format),
        message.payload,
    )
