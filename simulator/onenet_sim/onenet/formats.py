"""Which content format a client takes for instances: TLV under its old or its new number, or JSON.

OneNET and the modules of its time say 1542; the number that was registered later is 11542. A client that knows
only one refuses the other, and some speak nothing but JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiocoap import NOT_ACCEPTABLE, UNSUPPORTED_CONTENT_FORMAT

from onenet_sim.journal import Explanation
from onenet_sim.lwm2m import ContentFormat
from onenet_sim.onenet.blocks import in_blocks, like

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiocoap import Code, Message

    from onenet_sim.journal import Journal
    from onenet_sim.onenet.coap import Endpoint, Reply
    from onenet_sim.onenet.devices import Registration

_TLV = (int(ContentFormat.TLV_1542), int(ContentFormat.TLV))
_JSON = (int(ContentFormat.JSON), int(ContentFormat.JSON_1543))
_ALL = (*_TLV, *_JSON)

FORMAT_REFUSALS = frozenset({NOT_ACCEPTABLE, UNSUPPORTED_CONTENT_FORMAT})
"""The codes of a client that does not take a content format."""


def tlv_numbers(first: int) -> tuple[int, ...]:
    """Return the numbers of TLV, beginning with one of them."""
    return (first, *(each for each in _TLV if each != first))


def next_format(refusal: Code, number: int | None, following: int) -> Explanation:
    """Return why a client is asked once more."""
    return Explanation(
        f"{refusal.dotted}: the device does not take content format {number}; it is asked with {following}"
    )


async def negotiated(
    endpoint: Endpoint,
    registration: Registration,
    request: Message,
    journal: Journal,
    *,
    token: bytes | None,
    answered: Callable[[Message], None],
    as_json: Callable[[], bytes] | None = None,
) -> Reply:
    """Send a request in a format that the client takes, and return its answer.

    ``as_json`` gives the payload of a request anew, if it can be said in JSON.

    Until the client has taken a format, or named one, a refusal (4.06 or 4.15) lets the next be tried. A later
    refusal is the client's answer.

    Raises:
        Unanswered: The peer answered with RST, or the endpoint was closed.
    """
    formats = _formats(registration, request, said_in_json=as_json is not None)
    for number, following in zip(formats, (*formats[1:], None), strict=True):
        attempt = _in_format(request, number, as_json)
        reply = await in_blocks(endpoint, attempt, registration.remote, token, answered)
        code = reply.message.code
        if following is None or code not in FORMAT_REFUSALS:
            break
        journal.note(next_format(code, number, following), cause=reply.event)
    if number is not None and code.is_successful():
        named = reply.message.opt.content_format
        registration.accept = int(named) if named in _ALL else number
    return reply


def _formats(registration: Registration, request: Message, *, said_in_json: bool) -> tuple[int | None, ...]:
    """Return the formats to try in turn; None is the request as it is."""
    reads = request.opt.accept in _TLV
    wanted = request.opt.accept if reads else request.opt.content_format
    if wanted not in _TLV:
        return (None,)
    known = registration.accept
    if known in (_ALL if reads else _TLV):
        return (known,)
    # Who gives JSON may still take TLV: it is tried first, and not alone.
    order = (wanted if known is None else known, wanted, *_ALL)
    return tuple(dict.fromkeys(int(each) for each in order if reads or said_in_json or each in _TLV))


def _in_format(request: Message, number: int | None, as_json: Callable[[], bytes] | None) -> Message:
    if number is None or number in {request.opt.accept, request.opt.content_format}:
        return request
    attempt = like(request)
    if request.opt.accept is None:
        attempt.opt.content_format = number
        attempt.payload = as_json() if as_json is not None and number in _JSON else request.payload
    else:
        attempt.opt.accept = number
    return attempt
