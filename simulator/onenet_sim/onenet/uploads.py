"""Payloads of clients that come in blocks (RFC 7959, Block1): registrations and updates with many links."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from aiocoap import BAD_REQUEST, CONTINUE, REQUEST_ENTITY_INCOMPLETE, REQUEST_ENTITY_TOO_LARGE, Message

from onenet_sim.onenet.gate import Denied

if TYPE_CHECKING:
    from onenet_sim.onenet.wire import Remote

LONGEST_UPLINK = 4_096
"""How many octets a device may send in blocks (OneNET support Q&A); more is refused."""

_MOST_AT_A_TIME = 1_024


class Uploads:
    """The payloads that are not complete yet, by peer and path; of more than 1,024 the oldest is forgotten."""

    def __init__(self) -> None:
        self._parts: OrderedDict[tuple[Remote, tuple[str, ...]], bytes] = OrderedDict()

    def take(self, request: Message) -> Message | None:
        """Return the answer to a block that others follow; None for a request whose payload is whole now.

        Raises:
            Denied: The block is not the next one (4.08), makes the payload too long (4.13), or is not as long
                as it says (4.00).
        """
        block = request.opt.block1
        if block is None:
            return None
        key = (request.remote, tuple(request.opt.uri_path))
        before = self._parts.pop(key, None) if block.block_number else b""
        if before is None or len(before) != block.start:
            raise Denied(
                REQUEST_ENTITY_INCOMPLETE,
                f"block {block.block_number} begins at octet {block.start}; expected {len(before or b'')}",
            )
        if block.more and len(request.payload) != block.size:
            raise Denied(
                BAD_REQUEST,
                f"block {block.block_number} has {len(request.payload)} octets; expected {block.size}",
            )
        payload = before + request.payload
        if len(payload) > LONGEST_UPLINK:
            raise Denied(
                REQUEST_ENTITY_TOO_LARGE,
                f"the payload has more than {LONGEST_UPLINK} octets, the most that are taken",
            )
        if not block.more:
            request.payload = payload
            return None
        self._parts[key] = payload
        while len(self._parts) > _MOST_AT_A_TIME:
            self._parts.popitem(last=False)
        return self.acknowledge(request, Message(code=CONTINUE))

    @staticmethod
    def acknowledge(request: Message, answer: Message) -> Message:
        """Return the answer with the number of the block that it answers, if it answers one."""
        if request.opt.block1 is not None:
            answer.opt.block1 = request.opt.block1
        return answer
