"""The update of the module's firmware over the air: object 5, its events, and what the restart brings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings, strategies as st

from onenet_sim.modem import Pace, load_profile
from tests.modem import wire
from tests.modem.conftest import Rig

if TYPE_CHECKING:
    from pathlib import Path

BLOCK1, SIZE1 = 27, 60
CONTINUE, INCOMPLETE, TOO_LARGE, BAD_FORMAT = 0x5F, 0x88, 0x8D, 0x8F
OLD, NEW = "MN316-DBRS-MBRH0C00", "MN316-DBRS-MBRH0C01"
RESTARTED = "\r\nREBOOT_CAUSE_APPLICATION_AT\r\nM5310\r\nOK\r\n"
IMAGE = f"ONENET-SIM-FIRMWARE {NEW}\n".encode() + bytes(range(256)) * 5
H = bytes.fromhex

_CIS = """
inherits = "m5310"
name = "with-fota"

[mipl]
events = { is = [1, 2, 4, 6, 40, 41, 42, 43, 44, 45, 46, 47], source = "cis_api.h", basis = "code" }
standard_objects = { is = "module silently", source = "built with FOTA", basis = "inferred" }

[firmware]
update = { is = "module", source = "built with FOTA", basis = "inferred" }
"""


def push(rig: Rig, image: bytes, exponent: int = 5, *, first: int = 0, count: int = 1 << 20) -> list[int]:
    """Write blocks of an image from block ``first`` on, as small as the module wants; return the codes."""
    answered: list[int] = []
    number = first
    while count and (number == first or number << exponent + 4 < len(image)):
        size = 1 << exponent + 4
        part = image[number * size : (number + 1) * size]
        more = (number + 1) * size < len(image)
        options = ((BLOCK1, wire.uint(number << 4 | more << 3 | exponent)), (wire.FORMAT, b"\x2a"))
        rig.request(wire.PUT, "/5/0/0", options=options, payload=part)
        reply = rig.sent[-1]
        answered.append(reply.code)
        number, count = number + 1, count - 1
        if reply.code != CONTINUE:
            break
        wanted = (reply.uint(BLOCK1) or 0) & 7
        number, exponent = number << exponent - wanted, wanted
    return answered


def read(rig: Rig, resource: int) -> int:
    rig.read(f"/5/0/{resource}")
    return int(rig.sent[-1].payload)


def version(rig: Rig) -> str:
    rig.read("/3/0/3")
    rig.text()
    return rig.sent[-1].payload.decode()


def events(rig: Rig) -> list[int]:
    """Return the events that were printed since the last look, besides OK; nothing else may be there."""
    lines = [line.replace(" ", "") for line in rig.lines() if line != "OK"]
    assert all(line.startswith("+MIPLEVENT:0,") for line in lines), lines
    return [int(line.split(",")[1]) for line in lines]


@pytest.fixture
def online() -> Rig:
    """A module of the default profile that is logged in."""
    rig = Rig()
    rig.login(observe="")
    return rig


def update(rig: Rig, image: bytes = IMAGE) -> None:
    """Download an image, execute the update, and let the module restart."""
    push(rig, image)
    rig.request(wire.POST, "/5/0/2")
    rig.advance(30)


# --- the way that the manual shows --------------------------------------------------------------------


def test_the_manuals_events_are_printed_to_the_byte(online: Rig) -> None:
    push(online, IMAGE)
    assert online.text() == "\r\n+MIPLEVENT: 0,40\r\n\r\n+MIPLEVENT: 0,42\r\n"
    online.request(wire.POST, "/5/0/2")
    assert online.text() == "\r\n+MIPLEVENT: 0,43\r\n"
    online.advance(29.9)
    assert online.text() == ""
    online.advance(0.1)
    assert online.text() == "\r\n+MATREADY\r\n\r\n+MIPLEVENT: 0,44\r\n"
    online.create()
    online.feed(b"AT+MIPLOPEN=0,3000,30\r\n")
    assert online.text() == "\r\nOK\r\n\r\n+MIPLEVENT: 0,6\r\n\r\n+MIPLEVENT: 0,46\r\n"


def test_on_ctwing_event_51_tells_how_far_the_download_is() -> None:
    rig = Rig()
    rig.create()
    rig.ok('AT+MIPLCFG="platform",0,1', "AT+MIPLOPEN=0,3000,30")
    rig.text()
    for number, (part, more) in enumerate(((IMAGE[:1024], 1), (IMAGE[1024:], 0))):
        options = ((BLOCK1, wire.uint(number << 4 | more << 3 | 6)), (wire.FORMAT, b"\x2a"))
        announced = ((SIZE1, wire.uint(len(IMAGE))),) if not number else ()
        rig.request(wire.PUT, "/5/0/0", options=(*options, *announced), payload=part)
    size = len(IMAGE)
    assert [line for line in rig.lines() if ",51," in line] == [
        f"+MIPLEVENT: 0,51,{size},1024",
        f"+MIPLEVENT: 0,51,{size},{size}",
    ]


def test_the_new_version_is_in_resource_3_and_in_the_general_commands(online: Rig) -> None:
    assert version(online) == OLD
    update(online)
    online.text()
    assert online.ask("AT+CGMR") == [NEW, "OK"]
    online.feed(b"ATI\r")
    assert online.text() == f"\r\nCMCC\r\nMN316\r\n{NEW}\r\n\r\nOK\r\n"
    online.create()
    online.feed(b"AT+MIPLOPEN=0,3000,30\r\n")
    assert events(online) == [6, 46]
    assert version(online) == NEW
    assert (read(online, 3), read(online, 5)) == (0, 1)


def test_the_new_version_outlives_every_further_restart_and_46_comes_once(online: Rig) -> None:
    update(online)
    online.text()
    online.modem.reset(online.now)
    online.advance(1)
    assert online.text() == "\r\n+MATREADY\r\n"
    assert online.ask("AT+CGMR") == [NEW, "OK"]
    online.create()
    online.feed(b"AT+MIPLOPEN=0,3000,30\r\n")
    assert online.text().endswith("0,46\r\n")
    online.ok("AT+MIPLCLOSE=0", "AT+MIPLDELETE=0")
    online.create()
    online.feed(b"AT+MIPLOPEN=0,3000,30\r\n")
    assert online.text().endswith("0,6\r\n")


def test_reads_of_object_5_are_answered_without_a_word_to_the_host(online: Rig) -> None:
    online.read("/5/0")
    assert online.text() == ""
    # C1 03: resource 3, one octet; the same for 5 and 9; E1 6784: resource 26500
    assert online.sent[-1].payload == H("C10300 C10500 C10901 E1678400")


@pytest.mark.parametrize("name", ["mn316", "onemo"])
def test_the_states_go_from_idle_over_downloading_and_downloaded_to_updating(name: str) -> None:
    rig = Rig(name)
    rig.login(observe="")
    assert read(rig, 3) == 0
    push(rig, IMAGE, count=1)
    assert read(rig, 3) == 1
    push(rig, IMAGE)
    assert read(rig, 3) == 2
    rig.request(wire.POST, "/5/0/2")
    assert read(rig, 3) == 3


def test_a_module_of_family_c_with_fota_prints_the_same_ids(tmp_path: Path) -> None:
    file = tmp_path / "with-fota.toml"
    file.write_text(_CIS, encoding="utf-8")
    rig = Rig(load_profile(str(file)))
    rig.login(observe="")
    push(rig, IMAGE)
    rig.request(wire.POST, "/5/0/2")
    assert rig.text() == "".join(f"\r\n+MIPLEVENT:0,{number}\r\n" for number in (40, 42, 43))
    rig.advance(30)
    assert rig.text() == f"{RESTARTED}\r\n+MIPLEVENT:0,44\r\n"
    rig.create()
    rig.feed(b"AT+MIPLOPEN=0,3000,30\r\n")
    assert rig.text().endswith("0,6\r\n\r\n+MIPLEVENT:0,46\r\n")


@pytest.mark.parametrize("name", ["m5310a", "m5311", "m5310", "bc95"])
def test_a_module_without_fota_has_no_object_5(name: str) -> None:
    rig = Rig(name)
    rig.login(observe="")
    assert push(rig, IMAGE) == [wire.NOT_FOUND]
    assert rig.text() == ""


# --- the blocks ---------------------------------------------------------------------------------------


def test_blocks_and_their_answers_on_the_wire(online: Rig) -> None:
    # 44: CON, 4 octets of token; 03: PUT; B1 35 01 30 01 30: /5/0/0; 11 2A: opaque;
    # D1 02: option 27, 0D: block 0, more, 512; 52 00: nothing of that for the last
    head = H("44 03 7001 A1A2A3A4 B1 35 01 30 01 30 11 2A D1 02 0D D2 14 0243 FF")
    online.deliver(head + IMAGE[:512])
    assert online.datagrams[-1][1] == H("64 5F 7001 A1A2A3A4 D1 0E 0D")
    online.deliver(H("44 03 7002 A1A2A3A5 B1 35 01 30 01 30 11 2A D1 02 15 FF") + IMAGE[512:579])
    assert online.datagrams[-1][1] == H("64 44 7002 A1A2A3A5 D1 0E 15")
    assert events(online) == [40, 42]


def test_a_repeated_block_gets_the_same_answer_and_counts_once(online: Rig) -> None:
    options = ((BLOCK1, b"\x0d"), (wire.FORMAT, b"\x2a"))
    packet = online.request(wire.PUT, "/5/0/0", options=options, payload=IMAGE[:512])
    assert online.deliver(packet) == [online.sent[-2]]
    assert push(online, IMAGE, first=1)[-1] == wire.CHANGED
    assert events(online) == [40, 42]


def test_larger_blocks_are_taken_once_and_then_asked_for_in_512_octets(online: Rig) -> None:
    assert push(online, IMAGE[:1024], exponent=6) == [wire.CHANGED]
    assert push(online, IMAGE, exponent=6) == [CONTINUE, wire.CHANGED]
    assert push(online, IMAGE + bytes(600), exponent=6) == [CONTINUE, CONTINUE, wire.CHANGED]
    answers = [packet.uint(BLOCK1) for packet in online.sent[-3:]]
    assert answers == [0 << 4 | 8 | 5, 2 << 4 | 8 | 5, 3 << 4 | 5]


@settings(max_examples=40, deadline=None)
@given(exponent=st.integers(0, 6), length=st.integers(0, 3000), late=st.integers(0, 20))
def test_any_block_size_gives_the_same_image(exponent: int, length: int, late: int) -> None:
    rig = Rig()
    rig.login(observe="")
    image = IMAGE[:40] + bytes(length)
    codes = push(rig, image, exponent, count=late)
    if codes[-1:] != [wire.CHANGED]:
        codes = push(rig, image, exponent)
    assert codes[:-1] == [CONTINUE] * (len(codes) - 1)
    assert codes[-1] == wire.CHANGED
    assert rig.modem.module is not None
    assert rig.modem.module.configuration.flash.image == image


@pytest.mark.parametrize("first", [2, 5])
def test_a_block_out_of_order_is_incomplete_and_the_right_one_still_fits(online: Rig, first: int) -> None:
    push(online, IMAGE, count=1)
    assert push(online, IMAGE, first=first, count=1) == [INCOMPLETE]
    assert "does not follow the 512 octets" in online.why
    assert push(online, IMAGE, first=1)[-1] == wire.CHANGED


def test_a_later_block_without_a_first_one_is_incomplete(online: Rig) -> None:
    assert push(online, IMAGE, first=1) == [INCOMPLETE]
    assert events(online) == []


@pytest.mark.parametrize("length", [511, 513])
def test_a_block_of_another_length_than_it_says_is_a_bad_request(online: Rig, length: int) -> None:
    options = ((BLOCK1, b"\x0d"), (wire.FORMAT, b"\x2a"))
    online.request(wire.PUT, "/5/0/0", options=options, payload=bytes(length))
    assert online.sent[-1].code == wire.BAD_REQUEST
    assert events(online) == []


def test_a_small_image_needs_no_blocks(online: Rig) -> None:
    online.request(wire.PUT, "/5/0/0", options=((wire.FORMAT, b"\x2a"),), payload=IMAGE[:100])
    assert online.sent[-1].code == wire.CHANGED
    assert events(online) == [40, 42]


def test_an_empty_package_forgets_the_image(online: Rig) -> None:
    push(online, IMAGE)
    online.request(wire.PUT, "/5/0/0")
    assert online.sent[-1].code == wire.CHANGED
    assert (read(online, 3), read(online, 5)) == (0, 0)


@pytest.mark.parametrize(
    ("code", "path", "form", "answer"),
    [
        (wire.PUT, "/5/0/0", wire.uint(wire.TLV), BAD_FORMAT),
        (wire.PUT, "/5/0/1", b"", wire.METHOD_NOT_ALLOWED),
        (wire.PUT, "/5/0", wire.uint(wire.TLV), wire.METHOD_NOT_ALLOWED),
        (wire.PUT, "/5/1/0", b"\x2a", wire.NOT_FOUND),
        (wire.POST, "/5/0/3", b"", wire.METHOD_NOT_ALLOWED),
        (wire.POST, "/5/0/26501", b"", wire.CHANGED),
        (wire.GET, "/5/0/0", b"", wire.NOT_FOUND),
    ],
)
def test_what_object_5_does_not_take(online: Rig, code: int, path: str, form: bytes, answer: int) -> None:
    payload = b"" if code == wire.GET else b"coap://example/image"
    online.request(code, path, options=((wire.FORMAT, form),), payload=payload)
    assert online.sent[-1].code == answer
    assert events(online) == []


# --- what goes wrong ----------------------------------------------------------------------------------


def test_lost_coverage_interrupts_the_download_and_the_next_block_resumes_it(online: Rig) -> None:
    push(online, IMAGE, count=2)
    online.text()
    online.feed(b"AT+CFUN=0\r\n")
    assert sorted(online.lines()) == ["+MIPLEVENT: 0,47", "OK"]
    assert "radio is off" in online.why
    online.ok("AT+CFUN=1")
    assert push(online, IMAGE, first=2) == [wire.CHANGED]
    assert events(online) == [42]


def test_an_interrupted_download_can_begin_again_in_another_login(online: Rig) -> None:
    push(online, IMAGE, count=2)
    online.text()
    online.feed(b"AT+MIPLCLOSE=0\r\n")
    assert sorted(online.lines()) == ["+MIPLEVENT: 0,15", "+MIPLEVENT: 0,47", "OK"]
    online.feed(b"AT+MIPLOPEN=0,3000,30\r\n")
    online.text()
    push(online, IMAGE)
    assert events(online) == [40, 42]


def test_an_interruption_is_told_once_for_each_pause(online: Rig) -> None:
    push(online, IMAGE, count=1)
    online.ask("AT+CFUN=0")
    online.ok("AT+CFUN=1", "AT+CFUN=4", "AT+CFUN=1")
    push(online, IMAGE, first=1, count=1)
    assert "+MIPLEVENT:0,47" in online.ask("AT+CFUN=0")


def test_a_restart_loses_a_download_but_not_a_complete_image(online: Rig) -> None:
    push(online, IMAGE, count=2)
    online.modem.reset(online.now)
    online.text()
    online.login(observe="")
    assert read(online, 3) == 0
    push(online, IMAGE)
    online.modem.reset(online.now)
    online.text()
    online.login(observe="")
    assert read(online, 3) == 2
    update(online, IMAGE)


def test_an_image_that_is_none_fails_after_the_restart_and_the_old_version_runs_on(online: Rig) -> None:
    update(online, b"\x7fELF" + bytes(2000))
    assert online.text().endswith("\r\n+MATREADY\r\n\r\n+MIPLEVENT: 0,45\r\n")
    assert "ONENET-SIM-FIRMWARE" in online.why
    online.login(observe="")
    assert version(online) == OLD
    assert (read(online, 3), read(online, 5)) == (0, 8)


def test_an_image_that_says_to_be_too_large_fails_at_its_first_block(online: Rig) -> None:
    options = ((BLOCK1, b"\x0d"), (wire.FORMAT, b"\x2a"), (SIZE1, wire.uint((1 << 20) + 1)))
    online.request(wire.PUT, "/5/0/0", options=options, payload=bytes(512))
    assert online.sent[-1].code == TOO_LARGE
    assert events(online) == [40, 41]
    assert (read(online, 3), read(online, 5)) == (0, 2)


def test_an_image_of_one_mebioctet_is_taken_and_one_octet_more_is_not(online: Rig) -> None:
    image = IMAGE[:64] + bytes((1 << 20) - 64)
    assert push(online, image)[-1] == wire.CHANGED
    assert push(online, image + b"!")[-1] == TOO_LARGE
    assert events(online) == [40, 42, 40, 41]


def test_a_download_that_takes_longer_than_the_configured_hours_fails(online: Rig) -> None:
    online.ok('AT+MIPLFOTACFG="timeout",1', "AT+MIPLUPDATE=0,86400,0")
    push(online, IMAGE, count=1)
    online.text()
    online.advance(3599)
    assert events(online) == []
    online.advance(1)
    assert events(online) == [41]
    assert (read(online, 3), read(online, 5)) == (0, 4)
    assert push(online, IMAGE, first=1) == [INCOMPLETE]


def test_an_update_without_an_image_is_not_allowed(online: Rig) -> None:
    online.request(wire.POST, "/5/0/2")
    assert online.sent[-1].code == wire.METHOD_NOT_ALLOWED
    assert "the state is idle" in online.why
    assert events(online) == []


def test_no_image_is_taken_while_the_module_updates(online: Rig) -> None:
    push(online, IMAGE)
    online.request(wire.POST, "/5/0/2")
    assert push(online, IMAGE) == [wire.METHOD_NOT_ALLOWED]


def test_a_power_cut_in_the_update_ends_in_the_new_version_all_the_same(online: Rig) -> None:
    push(online, IMAGE)
    online.request(wire.POST, "/5/0/2")
    online.text()
    online.modem.power_off(online.now)
    online.modem.power_on(online.now)
    online.advance(60)
    assert online.text() == "\r\n+MATREADY\r\n\r\n+MIPLEVENT: 0,44\r\n"


def test_at_the_pace_of_the_field_the_event_keeps_its_distance_from_the_boot_text() -> None:
    rig = Rig(pace=Pace.FIELD)
    rig.create()
    rig.feed(b"AT+MIPLOPEN=0,3000,30\r\n")
    rig.advance(5)
    push(rig, IMAGE)
    rig.request(wire.POST, "/5/0/2")
    rig.advance(40)
    (booted, text), (told, event) = rig.writes[-2:]
    assert (text, event) == (b"\r\n+MATREADY\r\n", b"\r\n+MIPLEVENT: 0,44\r\n")
    assert (booted, told) == (37, 37.25)
