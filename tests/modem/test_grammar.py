"""Lengths, flags and lists: what each module's AT layer takes, and what it refuses."""

from __future__ import annotations

import pytest

from tests.modem import wire
from tests.modem.conftest import Rig

LISTS = ((wire.ACCEPT, b"\x28"),)


def _notify(rig: Rig, number: int, value: str, tail: str = "0,0") -> list[str]:
    return rig.ask(f"AT+MIPLNOTIFY=0,{number},3200,0,5750,{value},{tail}")


def _accepts(rig: Rig, number: int, value: str, tail: str = "0,0") -> bool:
    """Return whether NOTIFY takes a value; a refusal says why and sends nothing."""
    sent = len(rig.sent)
    answer = _notify(rig, number, value, tail)[0]
    assert (answer == "OK") == (len(rig.sent) > sent)
    assert answer == "OK" or rig.why
    return answer == "OK"


# --- the length of a value ------------------------------------------------------------------------

_TEXT_1024, _TEXT_1025 = "x" * 1024, "x" * 1025


@pytest.mark.parametrize("name", ["xy1100", "bc260y"])
@pytest.mark.parametrize(
    ("value", "accepted"),
    [
        ('1,4,"abcd"', True), ("1,4,abcd", True), ('1,0,""', True), (f"1,1024,{_TEXT_1024}", True),
        ('1,3,"abcd"', False), ('1,5,"abcd"', False), ('1,6,"abcd"', False), (f"1,1025,{_TEXT_1025}", False),
        ("2,2,0102", True), ('2,5,"E309C82FE6"', True), (f"2,512,{'ab' * 512}", True),
        ("3,2,-32768", True), ("3,2,32767", True), ("3,2,32768", False), ("3,2,-32769", False),
        ("3,4,32768", True), ("3,4,2147483648", False), ("3,8,2147483648", True), ("4,4,-1e39", True),
        ("4,4,1e39", False), ("4,8,1e39", True), ("2,0,", False), ('2,0,""', False),
        ("2,4,0102", False), ("2,1,0102", False), (f"2,513,{'ab' * 513}", False),
        ("3,2,7", True), ("3,4,-12", True), ("3,8,7", True), ("3,1,7", False), ("3,0,7", False),
        ("4,4,25.5", True), ("4,8,25.5", True), ("4,1,25.5", False), ("4,2,25.5", False), ("4,12,25.5", False),
        ("5,1,0", True), ("5,4,0", False), ("5,0,0", False),
        ("6,4,01010008", False),
    ],
)  # fmt: skip
def test_the_xy1100_wants_each_length_right(name: str, value: str, *, accepted: bool) -> None:
    rig = Rig(name)
    number = rig.login(attributes=1)
    assert _accepts(rig, number, value) is accepted
    if not accepted:
        error = {"xy1100": 601, "bc260y": 652}[name]
        assert rig.ask(f"AT+MIPLNOTIFY=0,{number},3200,0,5750,{value},0,0") == [f"+CIS ERROR:{error}"]


@pytest.mark.parametrize("name", ["ec616", "n306"])
@pytest.mark.parametrize(
    ("value", "accepted"),
    [
        ('1,4,"abcd"', True), ('1,9,"abcd"', True), ("1,1024,x", True), ("1,1025,x", False), ("1,0,x", False),
        ('1,3,"abcd"', False),
        ("2,2,0102", True), ("2,4,0102", False), ("2,1,0102", False), ("2,0,0102", False), ("2,0,", False),
        ("3,4,1234", True), ("3,4,-123", True), ("3,4,12345", False), ("3,2,-12", False), ("4,4,1.23456789", True),
        ("3,2,7", True), ("3,4,7", True), ("3,6,7", True), ("3,8,7", True),
        ("3,1,7", False), ("3,0,7", False), ("3,10,7", False),
        ("4,4,1.5", True), ("4,8,1.5", True), ("4,6,1.5", False), ("4,12,1.5", False), ("4,1,1.5", False),
        ("5,1,1", True), ("5,4,1", True), ("5,0,1", False),
    ],
)  # fmt: skip
def test_the_ec616_bounds_each_length(name: str, value: str, *, accepted: bool) -> None:
    rig = Rig(name)
    number = rig.login(attributes=1)
    assert _accepts(rig, number, value) is accepted


@pytest.mark.parametrize("name", ["mt2625", "me3616", "sim7020", "bc26"])
@pytest.mark.parametrize(
    ("value", "tlv"),
    [
        ('1,2,"abcd"', "e216766162"),
        ('1,99,"abcd"', "e4167661626364"),
        ('1,0,""', "e01676"),
        ("2,1,010203", "e1167601"),
        ("2,6,010203", "e31676010203"),
        ("3,1,300", "e21676012c"),
        ("3,99,300", "e21676012c"),
        ("4,1,2", "e81676084000000000000000"),
        ("5,7,1", "e1167601"),
    ],
)
def test_the_mt2625_cuts_text_and_opaque_values_and_ignores_the_length_of_numbers(
    name: str, value: str, tlv: str
) -> None:
    rig = Rig(name)
    number = rig.login(attributes=1)
    assert _accepts(rig, number, value)
    assert rig.sent[-1].payload.hex() == tlv


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [("xy1100", '1,3,"abcd"', 601), ("bc260y", "3,1,7", 652), ("ec616", "3,2,123", 601), ("mt2625", "3,1,x", 652)],
)
def test_a_read_answer_is_measured_as_a_report_is(name: str, value: str, error: int) -> None:
    rig = Rig(name)
    rig.login()
    number = rig.read("/3200/0/5750")
    rig.text()
    assert rig.ask(f"AT+MIPLREADRSP=0,{number},1,3200,0,5750,{value},0,0") == [f"+CIS ERROR:{error}"]
    assert rig.sent == []
    rig.ok(f'AT+MIPLREADRSP=0,{number},1,3200,0,5750,1,4,"abcd",0,0')
    assert rig.sent[-1].payload == b"abcd"


# --- which frame is the last ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tail", "xy1100", "bc260y"),
    [("0,1", 601, 654), ("0,2", 601, 654), ("0,0x200", 601, 652), ("-1,0", 601, 652), ("0,0", None, None)],
)
@pytest.mark.parametrize("name", ["xy1100", "bc260y"])
def test_the_xy1100_refuses_a_last_frame_whose_flag_says_otherwise(
    name: str, tail: str, xy1100: int | None, bc260y: int | None
) -> None:
    error = xy1100 if name == "xy1100" else bc260y
    answer = f"+CIS ERROR:{error}" if error else "OK"
    rig = Rig(name)
    number = rig.login(attributes=2)
    assert _notify(rig, number, "3,4,7", "1,1") == ["OK"]
    assert _notify(rig, number, "3,4,7", tail) == [answer]
    assert len(rig.sent) == (answer == "OK")


# --- the field behind the ackid -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "taken", "refused"),
    [
        ("onemo", ("0", "3", "4", ""), ("5", "0x200", "0x400", "x")),
        ("m5310", ("0", "0x200", "0X400", ""), ("1", "2", "512", "3")),
        ("bc35g", ("0", "0x200", "0X400", ""), ("1", "2", "512", "3")),
        ("xy1100", ("0", "0x400", ""), ("1", "2", "512", "1024", "0x1")),
        ("bc260y", ("0", "2", "0x2", ""), ("3", "0x200", "0x400", "0x0")),
        ("ec616", ("0", "1", "2", "0x1", "0x2", ""), ("3", "0x200", "0x400")),
    ],
)
def test_behind_the_ackid_stands_what_the_module_has_there(
    name: str, taken: tuple[str, ...], refused: tuple[str, ...]
) -> None:
    rig = Rig(name)
    number = rig.login(attributes=1)
    for field in taken:
        assert _accepts(rig, number, "3,4,7", f"0,0,1,{field}"), field
    for field in refused:
        error = 652 if name == "bc260y" else 601
        assert _notify(rig, number, "3,4,7", f"0,0,1,{field}") == [f"+CIS ERROR:{error}"], field


def test_the_xy1100_cannot_go_idle_before_an_acknowledgement_that_it_awaits() -> None:
    rig = Rig("xy1100")
    number = rig.login(attributes=1)
    assert _notify(rig, number, "3,4,7", "0,0,5,0x200") == ["+CIS ERROR:601"]
    assert "goes idle before" in rig.why
    assert _notify(rig, number, "3,4,7", "0,0,0,0x200") == ["OK"]
    assert _notify(rig, number, "3,4,7", "0,0,5,0x400") == ["OK", "+MIPLEVENT:0,26,5"]


def test_a_bc260y_does_not_look_whether_it_awaits_one() -> None:
    rig = Rig("bc260y")
    number = rig.login(attributes=1)
    assert _notify(rig, number, "3,4,7", "0,0,5,1") == ["OK", "+MIPLEVENT:0,26,5"]


# --- a report of what nobody observes -------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("onemo", ["+CIS ERROR:653"]),
        ("m5310", ["OK", "+MIPLEVENT:0,25,7"]),
        ("me3616", ["OK", "+MIPLEVENT:0, 25, 7"]),
        ("xy1100", ["+CIS ERROR:601"]),
        ("bc260y", ["+CIS ERROR:652"]),
    ],
)
def test_a_report_of_what_nobody_observes_is_an_error_or_event_25(name: str, answer: list[str]) -> None:
    rig = Rig(name)
    rig.login(observe="", attributes=1)
    assert _notify(rig, 7, "3,4,7") == answer
    assert rig.sent == []


# --- the length of a list -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "error", "most", "longest", "more"),
    [
        ("xy1100", 601, 1024, "70;" * 341 + "7", ()),
        ("bc260y", 652, 255, "70;" * 85, ()),
        ("mt2625", 652, 1024, "7;" * 100, (f'1,201,"{"7;" * 100}7"',)),
    ],
)
def test_a_discover_answer_counts_its_characters(
    name: str, error: int, most: int, longest: str, more: tuple[str, ...]
) -> None:
    rig = Rig(name)
    rig.login()
    number = rig.request(wire.GET, "/3200", options=LISTS).message_id
    rig.text()
    too_long = f'1,{most + 2},"{"1;" * (most // 2 + 1)}"'
    for tail in ('1,8,"5700;5701"', '1,10,"5700;5701"', "1,0", "1", '1,0,""', too_long, *more):
        assert rig.ask(f"AT+MIPLDISCOVERRSP=0,{number},{tail}") == [f"+CIS ERROR:{error}"], tail
    assert rig.sent == []
    rig.ok(f'AT+MIPLDISCOVERRSP=0,{number},1,9,"5700;5701"')
    assert rig.sent[-1].payload == b"</3200>,</3200/0>,</3200/0/5700>,</3200/0/5701>"
    number = rig.request(wire.GET, "/3200", options=LISTS).message_id
    rig.ok(f'AT+MIPLDISCOVERRSP=0,{number},1,{len(longest)},"{longest}"')
    number = rig.request(wire.GET, "/3200", options=LISTS).message_id
    rig.ok(f"AT+MIPLDISCOVERRSP=0,{number},11")
    assert rig.sent[-1].code == wire.BAD_REQUEST


def test_an_ec616_takes_a_list_that_is_shorter_than_its_length() -> None:
    rig = Rig("ec616")
    rig.login()
    number = rig.request(wire.GET, "/3200", options=LISTS).message_id
    rig.text()
    for tail in ('1,8,"5700;5701"', '1,256,"5700;5701"', f'1,202,"{"7;" * 100}7"'):
        assert rig.ask(f"AT+MIPLDISCOVERRSP=0,{number},{tail}") == ["+CIS ERROR:601"], tail
    assert rig.sent == []
    rig.ok(f'AT+MIPLDISCOVERRSP=0,{number},1,19,"5700;5701"')
    assert rig.sent[0].payload == b"</3200>,</3200/0>,</3200/0/5700>,</3200/0/5701>"


def test_an_mt2625_counts_the_list_before_it_looks_for_the_request() -> None:
    rig = Rig("mt2625")
    rig.login()
    assert rig.ask('AT+MIPLDISCOVERRSP=0,5,1,3,"5750"') == ["+CIS ERROR:652"]
    assert rig.ask('AT+MIPLDISCOVERRSP=0,5,1,4,"5750"') == ["+CIS ERROR:654"]


# --- what ADDOBJ counted --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "counts", "answer"),
    [
        ("xy1100", "1,1", ["OK"]),
        ("xy1100", "1,0", ["OK", "+MIPLEVENT:0,20,{number}"]),
        ("bc260y", "0,1", ["OK", "+MIPLEVENT:0,20,{number}"]),
        ("m5310", "0,0", ["OK"]),
        ("bc95", "1,0", ["OK"]),
    ],
)
def test_an_xy1100_fails_to_answer_with_more_resources_than_it_has_counted(
    name: str, counts: str, answer: list[str]
) -> None:
    rig = Rig(name)
    rig.create((3306, "1"))
    rig.ok(f'AT+MIPLADDOBJ=0,3200,1,"1",{counts}')
    rig.feed(b"AT+MIPLOPEN=0,3000\r")
    number = rig.request(wire.GET, "/3200", options=LISTS).message_id
    rig.sent.clear()
    rig.text()
    shown = rig.ask(f'AT+MIPLDISCOVERRSP=0,{number},1,9,"5700;5701"')
    assert shown == [line.format(number=number) for line in answer]
    assert len(rig.sent) == (answer == ["OK"])


@pytest.mark.parametrize(
    ("name", "tail", "events"),
    [
        ("xy1100", "0,0,5", ["+MIPLEVENT:0,25,5"]),
        ("mt2625", "0,0,5", []),
        ("bc260y", "0,0", ["+MIPLEVENT:0,25,{number}"]),
    ],
)
def test_a_device_with_no_attributes_reports_nothing_and_2_3_0_says_so(
    name: str, tail: str, events: list[str]
) -> None:
    rig = Rig(name)
    number = rig.login(attributes=0)
    assert _notify(rig, number, "3,4,7", tail) == ["OK", *(line.format(number=number) for line in events)]
    assert rig.sent == []


# --- results, attributes and windows --------------------------------------------------------------


@pytest.mark.parametrize("name", ["m5311", "m5312", "nb73"])
@pytest.mark.parametrize(("result", "code"), [(16, 0x5F), (17, 0x88), (18, 0x8D), (19, 0x8F)])
def test_some_modules_have_results_about_blocks(name: str, result: int, code: int) -> None:
    rig = Rig(name)
    rig.login()
    read, write = rig.read("/3200/0"), rig.write_tlv("/3200/0", b"\xe4\x16\x76test")
    rig.ok(f"AT+MIPLREADRSP=0,{read},{result}", f"AT+MIPLWRITERSP=0,{write},{result}")
    assert [packet.code for packet in rig.sent] == [code, code]


@pytest.mark.parametrize("name", ["onemo", "m5310a", "xy1100", "mt2625", "bc95"])
@pytest.mark.parametrize("result", [16, 17, 18, 19, 20])
def test_the_others_refuse_them(name: str, result: int) -> None:
    rig = Rig(name)
    rig.login()
    number = rig.read("/3200/0")
    rig.text()
    assert rig.ask(f"AT+MIPLREADRSP=0,{number},{result}") == [f"+CIS ERROR:{rig.profile.errors['syntax']}"]


@pytest.mark.parametrize(
    ("name", "seconds", "error"),
    [("bc26", 10, 654), ("mt2625", 300, 654), ("xy1100", 20, 601), ("m5310", 300, 601)],
)
def test_an_observe_has_a_window_of_its_own(name: str, seconds: int, error: int) -> None:
    rig = Rig(name)
    rig.login(observe="")
    for wait, answer in ((seconds - 0.001, "OK"), (seconds, f"+CIS ERROR:{error}")):
        rig.request(wire.GET, "/3200/0", options=((wire.OBSERVE, b""),))
        number = int(rig.lines()[-1].split(",")[1])
        rig.advance(wait)
        assert rig.ask(f"AT+MIPLOBSERVERSP=0,{number},1")[-1] == answer


# --- objects that nobody observes -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "answers"),
    [
        ("xy1100", {3: 0x85, 4: 0x85, 5: 0x85, 10290: 0x85, 9: 0x84}),
        ("mt2625", {3: 0x84, 4: 0x84, 5: 0x84, 10290: 0x84, 9: 0x84}),
        ("onemo", {3: 0x85, 4: 0x84, 10290: 0x84, 9: 0x84}),
    ],
)
def test_the_modules_own_objects_are_not_observed(name: str, answers: dict[int, int]) -> None:
    rig = Rig(name)
    rig.login(observe="")
    for number, code in answers.items():
        rig.request(wire.GET, f"/{number}/0", options=((wire.OBSERVE, b""),))
        assert rig.sent[-1].code == code, number
    assert rig.lines() == []
