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
        assert rig.ask(f"AT+MIPLNOTIFY=0,{number},3200,0,5750,{value},0,0") == ["+CIS ERROR:601"]


@pytest.mark.parametrize("name", ["ec616", "n306"])
@pytest.mark.parametrize(
    ("value", "accepted"),
    [
        ('1,4,"abcd"', True), ('1,9,"abcd"', True), ("1,1024,x", True), ("1,1025,x", False), ("1,0,x", False),
        ("2,2,0102", True), ("2,4,0102", True), ("2,0,0102", False),
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
    [("xy1100", '1,3,"abcd"', 601), ("bc260y", "3,1,7", 601), ("ec616", "3,3,7", 601), ("mt2625", "3,1,x", 652)],
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


@pytest.mark.parametrize("name", ["xy1100", "bc260y"])
@pytest.mark.parametrize(
    ("tail", "answer"), [("0,1", "+CIS ERROR:601"), ("0,2", "+CIS ERROR:601"), ("0,0x200", "+CIS ERROR:601"),
                         ("0,0x400", "+CIS ERROR:601"), ("-1,0", "+CIS ERROR:601"), ("0,0", "OK")],
)  # fmt: skip
def test_the_xy1100_refuses_a_last_frame_whose_flag_says_otherwise(name: str, tail: str, answer: str) -> None:
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
        assert _notify(rig, number, "3,4,7", f"0,0,1,{field}") == ["+CIS ERROR:601"], field


@pytest.mark.parametrize(("name", "early", "late"), [("xy1100", "0x200", "0x400"), ("bc260y", "1", "2")])
def test_the_xy1100_cannot_go_idle_before_an_acknowledgement_that_it_awaits(
    name: str, early: str, late: str
) -> None:
    rig = Rig(name)
    number = rig.login(attributes=1)
    assert _notify(rig, number, "3,4,7", f"0,0,5,{early}") == ["+CIS ERROR:601"]
    assert "goes idle before" in rig.why
    assert _notify(rig, number, "3,4,7", f"0,0,0,{early}") == ["OK"]
    assert _notify(rig, number, "3,4,7", f"0,0,5,{late}") == ["OK", "+MIPLEVENT:0,26,5"]


# --- a report of what nobody observes -------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("onemo", ["+CIS ERROR:653"]),
        ("m5310", ["OK", "+MIPLEVENT:0,25,7"]),
        ("me3616", ["OK", "+MIPLEVENT:0, 25, 7"]),
        ("xy1100", ["+CIS ERROR:601"]),
        ("bc260y", ["+CIS ERROR:601"]),
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
        ("bc260y", 601, 255, "70;" * 85, ()),
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
    ("name", "text"),
    [
        ("onemo", "pmin=15;pmax=60;lt=0.0;gt=50.0;st=2.0"),
        ("xy1100", "pmin=15;pmax=60;lt=0.0;gt=50.0;st=2.0"),
        ("mt2625", "pmin=15; pmax=60; gt=50.0; lt=0.0; st=2.0"),
    ],
)
def test_attributes_are_printed_in_the_modules_order(name: str, text: str) -> None:
    rig = Rig(name)
    rig.login()
    query = tuple((wire.QUERY, part.encode()) for part in ("st=2.0", "gt=50.0", "lt=0.0", "pmax=60", "pmin=15"))
    rig.request(wire.PUT, "/3200/0/5700", options=query)
    assert rig.lines()[0].endswith(f'{len(text)},{" " * (name == "mt2625")}"{text}"')
    rig.request(wire.PUT, "/3200/0/5700", options=((wire.QUERY, b"gt=50"),))
    assert rig.lines()[0].endswith('"gt=50.0"')


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


# --- limits of CREATE, ADDOBJ, OPEN and UPDATE ----------------------------------------------------


def _code(octets: int) -> str:
    """Return a register code of that many octets: layout C for 183.230.40.40:5683, user data to fill it up."""
    filler = "1" * (octets - 49)
    net = bytes((4, 0, 0x11, 0)) + bytes(6) + b"\0\x12183.230.40.40:5683" + bytes((0, len(filler)))
    items = b"\xf1\0\3\xf2\0" + bytes((len(net) + 3 + len(filler),)) + net + filler.encode()
    return (b"\x13\0" + bytes((octets,)) + items + bytes.fromhex("F30008E400C80000")).hex()


@pytest.mark.parametrize(
    ("name", "octets", "answer"),
    [
        ("mt2625", 56, ["+MIPLCREATE:0", "OK"]),
        ("mt2625", 57, ["+CIS ERROR:651"]),
        ("xy1100", 119, ["+MIPLCREATE:0", "OK"]),
        ("xy1100", 120, ["+CIS ERROR:601"]),
        ("bc95", 120, ["+MIPLCREATE:0", "OK"]),
        ("onemo", 120, ["+MIPLCREATE:0", "OK"]),
    ],
)
def test_a_register_code_has_a_greatest_size(name: str, octets: int, answer: list[str]) -> None:
    rig = Rig(name)
    assert rig.ask(f"AT+MIPLCREATE={octets},{_code(octets)},0,{octets},0") == answer


def test_an_xy1100_takes_a_longer_register_code_in_fragments() -> None:
    rig, code = Rig("xy1100"), _code(130)
    assert rig.ask(f"AT+MIPLCREATE=130,{code[:200]},1,100,1") == ["OK"]
    assert rig.ask(f"AT+MIPLCREATE=130,{code[200:]},0,30,0") == ["+MIPLCREATE:0", "OK"]


def test_an_mt2625_tells_a_wrong_size_from_a_wrong_code() -> None:
    rig, code = Rig("mt2625"), _code(50)
    for line in (f"50,{code},0,49,0", f"49,{code},0,50,0", f"50,{code[:-1]},0,50,0", "50"):
        assert rig.ask(f"AT+MIPLCREATE={line}") == ["+CIS ERROR:652"]
    assert rig.ask(f"AT+MIPLCREATE=50,03{code[2:]},0,50,0") == ["+CIS ERROR:654"]


@pytest.mark.parametrize(
    ("name", "most", "error"), [("xy1100", 8, 601), ("bc260y", 8, 601), ("ec616", 100, 601), ("onemo", 64, 601)]
)
def test_an_object_has_so_many_instances_at_most(name: str, most: int, error: int) -> None:
    rig = Rig(name)
    rig.ok("AT+MIPLCREATE", f'AT+MIPLADDOBJ=0,3200,{most},"{"1" * most}",1,0')
    assert rig.ask(f'AT+MIPLADDOBJ=0,3201,{most + 1},"{"1" * (most + 1)}",1,0') == [f"+CIS ERROR:{error}"]


@pytest.mark.parametrize(
    ("name", "arguments", "answer"),
    [
        ("ec616", "15,30", "OK"), ("ec616", "4294967295,65535", "OK"), ("ec616", "15", "OK"),
        ("ec616", "15,29", "+CIS ERROR:601"), ("ec616", "14,30", "+CIS ERROR:601"),
        ("bc260y", "15,1", "OK"), ("bc260y", "268435455,65535", "OK"), ("bc260y", "15,0", "+CIS ERROR:601"),
        ("bc260y", "15,65536", "+CIS ERROR:601"), ("xy1100", "268435456", "+CIS ERROR:601"),
        ("mt2625", "14", "+CIS ERROR:654"), ("mt2625", "268435456", "+CIS ERROR:654"), ("mt2625", "15", "OK"),
        ("mt2625", "x", "+CIS ERROR:652"),
    ],
)  # fmt: skip
def test_open_has_bounds(name: str, arguments: str, answer: str) -> None:
    rig = Rig(name)
    rig.create()
    assert rig.ask(f"AT+MIPLOPEN=0,{arguments}")[0] == answer


@pytest.mark.parametrize(
    ("lifetime", "sent"),
    [(0, 3000), (15, 3000), (16, 16), (268435454, 268435454), (268435455, 3000), (4294967295, 3000)],
)
def test_an_mt2625_keeps_its_lifetime_where_an_update_asks_for_one_out_of_bounds(lifetime: int, sent: int) -> None:
    rig = Rig("mt2625")
    rig.login()
    rig.ok(f"AT+MIPLUPDATE=0,{lifetime},0")
    assert rig.sent[-1].query == [f"lt={sent}"]


# --- without a network ----------------------------------------------------------------------------

_NEED = {"CREATE": "", "ADDOBJ": '=0,3200,1,"1",1,0', "OPEN": "=0,3000", "NOTIFY": "=0,1,3200,0,5750,3,4,7,0,0"}


@pytest.mark.parametrize(
    ("name", "errors"),
    [
        ("onemo", {"OPEN": 100}),
        ("mt2625", {"OPEN": 654}),
        ("ec616", {"CREATE": 655, "OPEN": 655}),
        ("xy1100", {"CREATE": 8009, "ADDOBJ": 601, "OPEN": 100, "NOTIFY": 8009}),
    ],
)
def test_without_a_network_some_commands_are_refused(name: str, errors: dict[str, int]) -> None:
    for command, arguments in _NEED.items():
        rig = Rig(name)
        if command != "CREATE":
            rig.ok("AT+MIPLCREATE")
        rig.ok("AT+CGATT=0")
        refused = "the radio is off" in (rig.ask(f"AT+MIPL{command}{arguments}") and rig.why)
        assert refused == (command in errors), command
        rig.ok("AT+CMEE=1")
        answer = rig.ask(f"AT+MIPL{command}{arguments}")
        assert not refused or answer == [f"+CIS ERROR:{errors[command]}"]


# --- test forms -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "command", "printed"),
    [
        ("xy1100", "DELETE", "+MIPLDELETE:<ref>"),
        ("xy1100", "ADDOBJ", "+MIPLADDOBJ:<ref>,<objID>,<inscount>,<insbitmap>,<attrcount>,<actcount>"),
        ("xy1100", "DELOBJ", "+MIPLDELOBJ:<ref>,<objID>"),
        ("xy1100", "OPEN", "+MIPLOPEN:<ref>,<lifetime>[,<timeout>]"),
        ("xy1100", "UPDATE", "+MIPLUPDATE:<ref>,<lifetime>,<with_object_flag>[,<raimode>]"),
        ("bc260y", "DELETE", "+MIPLDELETE: (0)"),
        ("bc260y", "ADDOBJ", "+MIPLADDOBJ: (0),(0-0xFFFF),(0-0xFFFF),<instanceBitmap>,(0-0xFFFF),(0-0xFFFF)"),
        ("bc260y", "OPEN", "+MIPLOPEN: (0),(0xF-0xFFFFFFF),(1-0xFFFF)"),
    ],
)
def test_the_xy1100_has_test_forms(name: str, command: str, printed: str) -> None:
    rig = Rig(name)
    rig.feed(f"AT+MIPL{command}=?\r".encode())
    assert rig.text() == f"\r\n{printed}\r\n\r\nOK\r\n"


@pytest.mark.parametrize(
    ("name", "error"), [("onemo", 601), ("m5310a", 601), ("xy1100", 601), ("ec616", 651), ("mt2625", 653)]
)
@pytest.mark.parametrize("form", ["CREATE?", "CREATE=?", "DELETE?", "ADDOBJ?", "UPDATE?", "VER=1", "VER=?"])
def test_the_other_forms_do_not_exist(name: str, error: int, form: str) -> None:
    assert Rig(name).ask(f"AT+MIPL{form}") == [f"+CIS ERROR:{error}"]


# --- references and stored register codes ---------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "wrong", "missing"),
    [("onemo", 601, 601), ("xy1100", 601, 601), ("mt2625", 655, 652), ("me3616", 655, 652)],
)
@pytest.mark.parametrize(
    "command", ["OPEN=1,3000", "CLOSE=7", "DELETE=1", 'ADDOBJ=1,3200,1,"1",0,0', "READRSP=9,1,11"]
)
def test_a_wrong_reference_has_a_number_of_its_own(name: str, wrong: int, missing: int, command: str) -> None:
    rig = Rig(name)
    rig.create()
    assert rig.ask(f"AT+MIPL{command}") == [f"+CIS ERROR:{wrong}"]
    assert rig.ask(f"AT+MIPL{command.partition('=')[0]}=") == [f"+CIS ERROR:{missing}"]


def test_an_xy1100_deletes_without_a_device_what_create_has_stored() -> None:
    rig = Rig("xy1100")
    assert rig.ask("AT+MIPLDELETE=0") == ["+CIS ERROR:601"]
    rig.ok(f"AT+MIPLCREATE=50,{_code(50)},0,50,0", "AT+MIPLDELETE=0", "AT+MIPLDELETE=0")
    rig.modem.power_off(rig.now)
    rig.modem.power_on(rig.now, booted=True)
    rig.advance(1.0)
    rig.text()
    assert rig.ask("AT+MIPLDELETE=0") == ["OK"]


def test_a_bc260y_keeps_its_register_code_for_the_exec_form() -> None:
    rig = Rig("bc260y")
    rig.ok(f"AT+MIPLCREATE=50,{_code(50)},0,50,0", "AT+MIPLDELETE=0", "AT+MIPLCREATE", "AT+MIPLOPEN=0,3000")
    assert rig.sent[0].path == "/rd"


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
