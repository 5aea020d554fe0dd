"""Payloads that do not fit one message: RFC 7959, from the side of the one who asks."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiocoap import CONTINUE, GET, REQUEST_ENTITY_INCOMPLETE, Message

if TYPE_CHECKING:
    from collections.abc import Callable

    from onenet_sim.onenet.coap import Endpoint, Reply
    from onenet_sim.onenet.wire import Remote

_EXPONENT = 6
_BLOCK = 1_024
MOST_BLOCKS = 256
"""How many blocks of an answer are fetched; a longer one ends there, cut short."""


async def in_blocks(
    endpoint: Endpoint,
    request: Message,
    remote: Remote,
    token: bytes | None = None,
    answered: Callable[[Message], None] = lambda _answer: None,
) -> Reply:
    """Send a request, in blocks of 1,024 octets if it needs more than one, and return the whole answer.

    ``answered`` is called with the first message of the answer at once, before the next datagram is looked at.

    Raises:
        Unanswered: The peer answered a part with RST, or the endpoint was closed.
    """
    payload = request.payload
    if len(payload) <= _BLOCK:
        reply = await endpoint.exchange(request, remote, token=token, answered=answered)
    else:
        reply = await send_blocks(endpoint, request, lambda: remote)
    return await fetch_rest(endpoint, request, remote, reply)


async def send_blocks(
    endpoint: Endpoint,
    request: Message,
    remote: Callable[[], Remote],
    *,
    exponent: int = _EXPONENT,
    within: float | None = None,
    acknowledged: Callable[[int], None] = lambda _octets: None,
) -> Reply:
    """Send a request's payload in blocks and return the answer to the last, or to the first that was refused.

    A peer that asked for smaller blocks and then misses octets (4.08) has cut the first block to its own size, as
    clients on er-coap do: it gets the payload anew, in blocks of that size.

    Args:
        endpoint: Where they go out.
        request: The request; a peer that wants smaller blocks gets them.
        remote: Tells the peer's present address before each block.
        exponent: The blocks have 2 to the power of this plus 4 octets.
        within: How long each block may take, in seconds.
        acknowledged: Called with the number of octets that the peer has, after each block.

    Raises:
        TimeoutError: A block took too long.
        Unanswered: The peer answered a block with RST, or the endpoint was closed.
    """
    payload, number, begun_with = request.payload, 0, exponent
    while True:
        size = 1 << exponent + 4
        more = (number + 1) * size < len(payload)
        part = like(request)
        part.payload = payload[number * size : (number + 1) * size]
        part.opt.block1 = (number, more, exponent)
        if number == 0:
            part.opt.size1 = len(payload)
        async with asyncio.timeout(within):
            reply = await endpoint.exchange(part, remote())
        if reply.message.code.is_successful():
            acknowledged(min((number + 1) * size, len(payload)))
        accepted = reply.message.opt.block1
        if reply.message.code == REQUEST_ENTITY_INCOMPLETE and exponent < begun_with:
            number, begun_with = 0, exponent
            continue
        if not more or reply.message.code != CONTINUE:
            return reply
        number += 1
        if accepted is not None and accepted.size_exponent < exponent:
            number <<= exponent - accepted.size_exponent
            exponent = accepted.size_exponent


async def fetch_rest(endpoint: Endpoint, request: Message, remote: Remote, reply: Reply) -> Reply:
    """Return the whole of an answer to a GET whose first message has come; an error in its stead, if one comes.

    Raises:
        Unanswered: The peer answered with RST, or the endpoint was closed.
    """
    first, last = reply, reply
    payload = reply.message.payload
    while request.code is GET and (block := last.message.opt.block2) is not None and block.more:
        number = len(payload) // block.size
        if not last.message.payload or len(payload) % block.size or number >= MOST_BLOCKS:
            break  # a block that others follow is full (RFC 7959 §2.2): nothing would come of asking on
        part = like(request)
        part.opt.observe = None
        part.opt.block2 = (number, False, block.size_exponent)
        last = await endpoint.exchange(part, remote)
        if not last.message.code.is_successful():
            return last
        payload += last.message.payload
    first.message.payload = payload
    return first


def like(request: Message) -> Message:
    """Return a new message with the request's code and options, and no payload."""
    part = Message(code=request.code)
    for option in request.opt.option_list():
        part.opt.add_option(option)
    return part
