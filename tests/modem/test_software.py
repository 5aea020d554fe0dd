"""Upgrades of the host's own software: object 5 on the M531x, by AT+MIPLSOTAVER and AT+MIPLSOTA."""

from __future__ import annotations

import pytest

from tests.modem import wire
from tests.modem.conftest import Rig

BLOCK1 = 27
CONTINUE = 0x5F
IMAGE = bytes(range(256)) * 2 + bytes.fromhex("CFA3") * 86 + b"\x0a"


def logged_in(name: str = "m5310a", version: str = "app-1.0.0") -> Rig:
    """Return a module whose host told its version before it opened."""
    rig = Rig(name)
    rig.create((3300, "1"))
    if version:
        rig.ok(f'AT+MIPLSOTAVER="{version}"')
    rig.feed(b"AT+MIPLOPEN=0,3000,30\r\n")
    assert rig.lines()[-1].endswith("0,6")
    return rig


def block(rig: Rig, number: int, *, more: bool) -> int:
    """Send a block of 512 octets and return its message id."""
    options = ((BLOCK1, wire.uint(number << 4 | more << 3 | 5)), (wire.FORMAT, b"\x2a"))
    part = IMAGE[number * 512 : (number + 1) * 512]
    return rig.request(wire.PUT, "/5/0/0", options=options, payload=part).message_id


@pytest.mark.parametrize("name", ["m5310a", "m5311"])
def test_each_block_is_a_line_of_1024_hex_digits_and_the_last_one_has_flag_0(name: str) -> None:
    rig = logged_in(name)
    first = block(rig, 0, more=True)
    assert rig.text() == f"\r\n+MIPLWRITE:0,{first},5,0,0,2,1024,{IMAGE[:512].hex().upper()},1\r\n"
    rig.ok(f"AT+MIPLWRITERSP=0,{first},2")
    assert (rig.sent[-1].code, rig.sent[-1].uint(BLOCK1)) == (CONTINUE, 0x0D)
    last = block(rig, 1, more=False)
    assert rig.text() == f"\r\n+MIPLWRITE:0,{last},5,0,0,2,346,{'CFA3' * 86}0A,0\r\n"
    rig.ok(f"AT+MIPLWRITERSP=0,{last},2")
    assert (rig.sent[-1].code, rig.sent[-1].uint(BLOCK1)) == (wire.CHANGED, 0x15)


def test_a_block_in_the_middle_has_flag_2() -> None:
    rig = logged_in()
    options = ((BLOCK1, wire.uint(3 << 4 | 8 | 5)), (wire.FORMAT, b"\x2a"))
    number = rig.request(wire.PUT, "/5/0/0", options=options, payload=bytes(512)).message_id
    assert rig.text() == f"\r\n+MIPLWRITE:0,{number},5,0,0,2,1024,{'00' * 512},2\r\n"


def test_what_the_platform_asks_is_printed_as_on_the_sota_pages() -> None:
    rig = logged_in()
    execute = rig.request(wire.POST, "/5/0/26550").message_id
    assert rig.text() == f'\r\n+MIPLEXECUTE:0,{execute},5,0,26550,0,""\r\n'
    rig.ok(f"AT+MIPLEXECUTERSP=0,{execute},2")
    version = rig.read("/3/0/19")
    assert rig.text() == f"\r\n+MIPLREAD:0,{version},3,0,19\r\n"
    assert rig.sent[-1].payload == b"app-1.0.0"
    instance = rig.read("/5/0")
    assert rig.text() == f"\r\n+MIPLREAD:0,{instance},5,0,-1\r\n"
    rig.ok(
        f'AT+MIPLREADRSP=0,{instance},1,5,0,3,3,1,"0",2,1',
        f'AT+MIPLREADRSP=0,{instance},1,5,0,5,3,1,"0",1,2',
        f'AT+MIPLREADRSP=0,{instance},1,5,0,9,3,1,"0",0,0',
    )
    # C1 03 00: resource 3, one octet, 0; the same for 5 and 9
    assert rig.sent[-1].payload == bytes.fromhex("C10300 C10500 C10900")
    empty = rig.request(wire.PUT, "/5/0/0", options=((wire.FORMAT, b"\x2a"),)).message_id
    assert rig.text() == f"\r\n+MIPLWRITE:0,{empty},5,0,0,2,0,,0\r\n"


def test_sota_answers_the_write_and_a_writersp_behind_it_is_taken_too() -> None:
    rig = logged_in()
    empty = rig.request(wire.PUT, "/5/0/0", options=((wire.FORMAT, b"\x2a"),)).message_id
    rig.text()
    rig.ok("AT+MIPLSOTA=3")
    assert (rig.sent[-1].code, rig.sent[-1].message_id) == (wire.CHANGED, empty)
    first = block(rig, 0, more=True)
    rig.text()
    rig.ok("AT+MIPLSOTA=1", f"AT+MIPLWRITERSP=0,{first},2")
    assert (rig.sent[-1].code, rig.sent[-1].message_id) == (CONTINUE, first)
    rig.ok("AT+MIPLSOTA=1")
    assert "no write to object 5 is open" in rig.why


def test_a_step_that_is_no_end_answers_nothing() -> None:
    rig = logged_in()
    block(rig, 0, more=True)
    rig.sent.clear()
    rig.text()
    rig.ok("AT+MIPLSOTA=2")
    assert rig.sent == []
    assert "only 1 (written) and 3 (erased) do" in rig.why


def test_the_host_can_refuse_a_block() -> None:
    rig = logged_in()
    first = block(rig, 0, more=True)
    rig.text()
    rig.ok(f"AT+MIPLWRITERSP=0,{first},11")
    assert rig.sent[-1].code == wire.BAD_REQUEST


def test_a_host_that_told_no_version_meets_no_object_5() -> None:
    rig = logged_in(version="")
    block(rig, 0, more=True)
    assert rig.text() == ""
    assert rig.sent[-1].code == wire.NOT_FOUND
    rig.read("/3/0/19")
    assert rig.sent[-1].code == wire.NOT_FOUND


def test_the_version_is_told_before_open_and_progress_after_it() -> None:
    rig = Rig("m5310a")
    assert rig.ask('AT+MIPLSOTAVER="1"') == ["+CIS ERROR:653"]
    rig.create()
    assert rig.ask("AT+MIPLSOTA=1") == ["+CIS ERROR:602"]
    assert rig.ask('AT+MIPLSOTAVER=""') == ["+CIS ERROR:601"]
    rig.feed(b"AT+MIPLOPEN=0,3000,30\r\n")
    rig.text()
    assert rig.ask('AT+MIPLSOTAVER="1"') == ["+CIS ERROR:602"]


@pytest.mark.parametrize("name", ["onemo", "mn316", "m5310", "bc95"])
def test_other_modules_do_not_have_it(name: str) -> None:
    rig = Rig(name)
    rig.create()
    assert rig.ask('AT+MIPLSOTAVER="1"') == ["ERROR"]
