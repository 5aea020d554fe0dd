"""Writes that come in blocks (RFC 7959, Block1), as CIS modules put them together.

There is one payload at a time, whatever its path: a first block begins it anew. Its size is looked at from the
second block on. Source: CIS SDK ``cis_block1.c`` and ``cis_packet.c``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiocoap.numbers import codes

from onenet_sim.modem.coap import make_message

if TYPE_CHECKING:
    from aiocoap import Message

    from onenet_sim.modem.module import Module

_EXPONENT_OF_1 = 4
"""A block of exponent n has 2 to the power of n + 4 octets (RFC 7959, 2.2)."""


class Blocks:
    """The payload that is on its way to the module."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._payload: bytes | None = None

    def take(self, message: Message) -> Message | None:
        """Return the answer to a block that others follow, or that does not fit.

        None is the answer of a message without blocks, and of the last block: it has the whole payload then.
        """
        block = message.opt.block1
        if block is None:
            return None
        number, more, exponent = block
        begins = number << exponent + _EXPONENT_OF_1
        if number == 0:
            self._payload = b""
        if self._payload is None or len(self._payload) != begins:
            expected = "the first block" if self._payload is None else f"octet {len(self._payload)}"
            self._module.explain(f"4.08: block {number} begins at octet {begins}; expected {expected}")
            return make_message(codes.REQUEST_ENTITY_INCOMPLETE)
        habits = self._module.profile.coap
        if number and begins + len(message.payload) > habits.write_maximum:
            self._module.explain(
                f"4.13: with block {number} the write has {begins + len(message.payload)} octets; "
                f"at most {habits.write_maximum} are put together"
            )
            return make_message(codes.REQUEST_ENTITY_TOO_LARGE)
        self._payload += message.payload
        if not more:
            message.payload = self._payload
            return None
        largest = habits.block.bit_length() - 1 - _EXPONENT_OF_1
        answer = make_message(codes.CONTINUE)
        answer.opt.block1 = (number, more, min(exponent, largest))
        return answer

    def clear(self) -> None:
        """Forget what came so far; the login is over."""
        self._payload = None
