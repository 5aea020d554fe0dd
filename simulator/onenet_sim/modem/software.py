"""Upgrades of the host's own software over the air (SOTA): the platform writes to object 5, and the host takes it.

Each block of the image is a request of its own that the host answers. Source: OneNET documentation, the pages on
SOTA with modules of the M531x series; what the module does between line and wire is inferred from them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiocoap.numbers import codes

from onenet_sim.modem import urcs
from onenet_sim.modem.coap import make_message
from onenet_sim.modem.codes import BlockPlace

if TYPE_CHECKING:
    from aiocoap import Message

    from onenet_sim.at import Fields
    from onenet_sim.lwm2m import Path


def printed(number: int, path: Path, message: Message) -> list[Fields]:
    """Return what is printed for a block of an image."""
    block = message.opt.block1
    if block is None or not block.more:
        place = BlockPlace.LAST
    else:
        place = BlockPlace.MIDDLE if block.block_number else BlockPlace.FIRST
    return [urcs.block(number, path, message.payload, place)]


def answer(message: Message, code: codes.Code) -> Message:
    """Return the answer to a write: to all blocks but the last one success means that the next may come."""
    block = message.opt.block1
    if block is None:
        return make_message(code)
    reply = make_message(codes.CONTINUE if block.more and code is codes.CHANGED else code)
    reply.opt.block1 = (block.block_number, block.more, block.size_exponent)
    return reply
