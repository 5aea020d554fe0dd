"""Writes that come in blocks: put together as the CIS SDK does it, and printed once they are complete."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.modem import wire
from tests.modem.wire import ACK

if TYPE_CHECKING:
    from tests.modem.conftest import Rig
    from tests.modem.wire import Packet

BLOCK1 = 27
CONTINUE, INCOMPLETE, TOO_LARGE = 0x5F, 0x88, 0x8D
PATH = "/3200/0/5750"


def send(rig: Rig, number: int, exponent: int, payload: bytes, *, more: bool) -> Packet | None:
    """Send a block and return what the module answers at once; nothing where the host has to."""
    option = (BLOCK1, wire.uint(number << 4 | more << 3 | exponent))
    before = len(rig.sent)
    packet = rig.request(wire.PUT, PATH, options=((wire.FORMAT, b""), option), payload=payload)
    if len(rig.sent) == before:
        return None
    (answer,) = rig.sent[before:]
    assert (answer.type, answer.message_id, answer.token) == (ACK, packet.message_id, packet.token)
    return answer


def code(answer: Packet | None) -> int | None:
    return None if answer is None else answer.code


def writes(rig: Rig) -> list[str]:
    """Return the WRITEs that were printed since the last look."""
    return [line for line in rig.lines() if line.startswith("+MIPLWRITE")]


@pytest.mark.parametrize("count", [2, 3, 4])
def test_a_write_in_blocks_is_printed_once_and_answered_by_the_host(any_rig: Rig, count: int) -> None:
    rig = any_rig
    rig.login()
    text = (b"0123456789abcdef" * 128)[: 512 * count - 20]
    for number in range(count - 1):
        answer = send(rig, number, 5, text[number * 512 : (number + 1) * 512], more=True)
        assert answer is not None
        assert (answer.code, answer.options) == (CONTINUE, ((BLOCK1, wire.uint(number << 4 | 8 | 5)),))
        assert not writes(rig)
    assert send(rig, count - 1, 5, text[(count - 1) * 512 :], more=False) is None
    (line,) = writes(rig)
    assert text.decode() in line or text.hex().upper() in line.upper()
    rig.ok(f"AT+MIPLWRITERSP=0,{line.split(',')[1]},2")
    assert rig.sent[-1].code == wire.CHANGED


def test_larger_blocks_than_the_modules_are_taken_and_smaller_ones_asked_for(any_rig: Rig) -> None:
    rig = any_rig
    rig.login()
    first = send(rig, 0, 6, b"x" * 1024, more=True)
    second = send(rig, 2, 5, b"y" * 512, more=True)
    assert first is not None
    assert second is not None
    assert (first.uint(BLOCK1), second.uint(BLOCK1)) == (8 | 5, 2 << 4 | 8 | 5)
    assert send(rig, 3, 5, b"z", more=False) is None
    assert len(writes(rig)) == 1


@pytest.mark.parametrize(
    ("blocks", "why"),
    [
        ([(1, b"x" * 512)], "4.08: block 1 begins at octet 512; expected the first block"),
        ([(0, b"x" * 512), (2, b"x" * 512)], "4.08: block 2 begins at octet 1024; expected octet 512"),
        ([(0, b"x" * 512), (1, b"x" * 500), (2, b"x")], "4.08: block 2 begins at octet 1024; expected octet 1012"),
    ],
)
def test_a_block_out_of_order_is_incomplete(any_rig: Rig, blocks: list[tuple[int, bytes]], why: str) -> None:
    rig = any_rig
    rig.login()
    answers = [send(rig, number, 5, payload, more=True) for number, payload in blocks]
    assert code(answers[-1]) == INCOMPLETE
    assert rig.why == why


def test_2047_octets_are_put_together_and_2048_are_too_many(any_rig: Rig) -> None:
    rig = any_rig
    rig.login()
    for last in (b"x" * 511, b"x" * 512):
        for number in range(3):
            send(rig, number, 5, b"x" * 512, more=True)
        answer = send(rig, 3, 5, last, more=False)
    assert len(writes(rig)) == 1
    assert code(answer) == TOO_LARGE
    assert rig.why == "4.13: with block 3 the write has 2048 octets; at most 2047 are put together"


def test_a_new_first_block_begins_anew_and_a_login_forgets_all(any_rig: Rig) -> None:
    rig = any_rig
    rig.login()
    send(rig, 0, 5, b"x" * 512, more=True)
    send(rig, 0, 5, b"y" * 512, more=True)
    send(rig, 1, 5, b"z", more=False)
    (line,) = writes(rig)
    assert b"y".hex() * 512 in line or "y" * 512 in line
    send(rig, 0, 5, b"x" * 512, more=True)
    rig.ok("AT+MIPLCLOSE=0", "AT+MIPLDELETE=0")
    rig.text()
    rig.login()
    assert code(send(rig, 1, 5, b"z", more=False)) == INCOMPLETE


def test_a_repeated_last_block_is_printed_again_and_not_added_again(any_rig: Rig) -> None:
    rig = any_rig
    rig.login()
    send(rig, 0, 5, b"x" * 512, more=True)
    send(rig, 1, 5, b"end", more=False)
    (first,) = writes(rig)
    option = (BLOCK1, wire.uint(1 << 4 | 5))
    number = int(first.split(",")[1])
    rig.request(wire.PUT, PATH, options=((wire.FORMAT, b""), option), payload=b"end", message_id=number)
    assert writes(rig) == [first]
