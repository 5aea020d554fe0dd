"""How a CoAP message reads in the journal, the same at both ends of the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onenet_sim.journal.events import CoapReceived, CoapSent

if TYPE_CHECKING:
    from aiocoap import Message


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
