"""The first M5310 firmware: CONF, a NOTIFY that declares, outcomes by commands' names, READ, WRITE, EXECUTE."""

from __future__ import annotations

import pytest

from tests.modem import wire
from tests.modem.conftest import ACCESS, BOOTSTRAP, IMEI, IMSI, Rig, configuration
from tests.modem.wire import ACK, CON, Packet

H = bytes.fromhex
URI = "636F61703A2F2F3138332E3233302E34302E34303A35363833"  # coap://183.230.40.40:5683
NAME = f"{IMEI};{IMSI}".encode().hex()  # 31 octets
BLOB = f"000000002C0100001900{URI}0900313233343B6C616D70"  # direct, 300 s, 1234;lamp, no block settings
BOOTSTRAP_BLOB = f"10000000805101001900{URI[:-14]}33393A353638331F00{NAME}050501"  # at .39, 86400 s
LINKS = b'</>;rt="oma.lwm2m",</3200/0>'
STATUS = "E6 1581 000102030405"  # the TLV of resource 5505


@pytest.fixture
def rig() -> Rig:
    """A module with the first firmware, switched on."""
    return Rig("m5310_legacy")


def say(rig: Rig, line: str) -> str:
    """Send a line and return what is printed, to the byte."""
    rig.feed(line.encode() + b"\r\n")
    return rig.text()


def refused(rig: Rig, line: str, why: str, number: int = 601) -> None:
    """Check that a line is refused with a number and an explanation."""
    assert say(rig, line) == f"\r\n+CIS ERROR:{number}\r\n"
    assert why in rig.why


# --- the device ----------------------------------------------------------------------------------


@pytest.mark.parametrize("blob", [BLOB, BOOTSTRAP_BLOB, BLOB.lower()])
def test_a_blob_in_one_piece_is_answered_by_ok_alone(rig: Rig, blob: str) -> None:
    assert say(rig, f"AT+MIPLCONF={len(blob) // 2},{blob},1,1") == "\r\nOK\r\n"


def test_the_registration_carries_the_endpoint_name_and_lifetime_of_the_blob_to_its_uri(rig: Rig) -> None:
    rig.ok(f"AT+MIPLCONF=46,{BLOB},1,1", "AT+MIPLADDOBJ=0,3200,0")
    assert say(rig, "AT+MIPLOPEN=0,30") == "\r\nOK\r\n\r\n+MIPLOPEN:0,1\r\n"
    head, queries = H("44 02 1234 34120000 B2 7264 11 28"), (H("3C"), b"ep=1234;lamp", H("03"), b"b=U", H("06"))
    registration = head + b"".join(queries) + b"lt=300" + H("FF") + LINKS
    assert rig.datagrams == [(0.0, registration, ACCESS)]


def test_a_blob_with_the_bootstrap_bit_logs_in_by_its_server(rig: Rig) -> None:
    rig.ok(f"AT+MIPLCONF=71,{BOOTSTRAP_BLOB},1,1", "AT+MIPLADDOBJ=0,3200,0")
    assert say(rig, "AT+MIPLOPEN=0,30") == "\r\nOK\r\n\r\n+MIPLOPEN:0,1\r\n"
    mine = [(wire.decode(octets), peer) for _, octets, peer in rig.datagrams if octets[0] >> 4 == 4]
    assert [(packet.path, peer) for packet, peer in mine] == [("/bs", BOOTSTRAP), ("/rd", ACCESS)]
    assert mine[1][0].query == [f"ep={IMEI};{IMSI}", "b=U", "lt=86400"]


def test_a_blob_in_fragments_counts_up_from_1_and_ends_with_flag_1(rig: Rig) -> None:
    assert say(rig, f"AT+MIPLCONF=20,{BLOB[:40]},1,0") == "\r\nOK\r\n"
    assert say(rig, f"AT+MIPLCONF=20,{BLOB[40:80]},2,0") == "\r\nOK\r\n"
    refused(rig, "AT+MIPLADDOBJ=0,3200,0", "AT+MIPLCONF makes one", 653)
    assert say(rig, f"AT+MIPLCONF=6,{BLOB[80:]},3,1") == "\r\nOK\r\n"
    assert say(rig, "AT+MIPLADDOBJ=0,3200,0") == "\r\nOK\r\n"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (f"45,{BLOB},1,1", "len is 45, but the config has 46 octets"),
        (f"46,{BLOB},0,1", "parameter 3 <index>"),
        (f"46,{BLOB},1,2", "parameter 4 <flag>"),
        (f"46,{BLOB},2,1", "fragment 2 came where fragment 1 is due"),
        (f"46,{BLOB[:-1]},1,1", "pairs of hex digits"),
        (f"45,{BLOB[:-2]},1,1", "the endpoint name needs 9 octets"),
        (f"46,13{BLOB[2:]},1,1", "offset 0 the mode is 13"),
        (f"46,{BLOB[:8]}09000000{BLOB[16:]},1,1", "the lifetime is 9; it must be 10 to 86400"),
        (f"37,{BLOB[:-22]}0000,1,1", "the endpoint name is ''"),
        (f"46,{BLOB[:-2]}0A,1,1", "expected 1 to 252 printable characters"),
        (f"46,{BLOB[:20]}{URI[:-8]}{'78' * 4}{BLOB[70:]},1,1", "names no host; expected coap://host:port"),
        (f"1025,{'00' * 1025},1,1", "at most 1024 octets"),
    ],
)
def test_a_blob_that_does_not_fit_is_601_with_its_reason_and_makes_no_device(
    rig: Rig, line: str, why: str
) -> None:
    refused(rig, f"AT+MIPLCONF={line}", why)
    refused(rig, "AT+MIPLADDOBJ=0,3200,0", "there is no device", 653)


@pytest.mark.parametrize("second", [f"AT+MIPLCONF=26,{BLOB[40:]},3,1", f"AT+MIPLCONF=1024,{'00' * 1024},2,1"])
def test_after_a_fragment_that_does_not_continue_the_blob_it_begins_anew(rig: Rig, second: str) -> None:
    rig.ok(f"AT+MIPLCONF=20,{BLOB[:40]},1,0")
    assert say(rig, second) == "\r\n+CIS ERROR:601\r\n"
    refused(rig, f"AT+MIPLCONF=26,{BLOB[40:]},2,1", "fragment 2 came where fragment 1 is due")
    assert say(rig, f"AT+MIPLCONF=46,{BLOB},1,1") == "\r\nOK\r\n"


def test_a_blob_that_wants_encryption_is_651(rig: Rig) -> None:
    refused(rig, f"AT+MIPLCONF=46,01{BLOB[2:]},1,1", "DTLS", 651)
    refused(rig, f"AT+MIPLCONF=46,{BLOB[:20]}{URI[:-2]}34{BLOB[70:]},1,1", "DTLS", 651)


def test_instances_are_added_and_deleted_one_by_one(rig: Rig) -> None:
    rig.ok(configuration(), *(f"AT+MIPLADDOBJ=0,{path}" for path in ("3303,2", "3200,0", "3303,0")))
    refused(rig, "AT+MIPLADDOBJ=0,3303,2", "/3303/2 was added already", 653)
    rig.ok("AT+MIPLDELOBJ=0,3200,0")
    refused(rig, "AT+MIPLDELOBJ=0,3200,0", "/3200/0 was never added", 653)
    rig.ok("AT+MIPLADDOBJ=0,3311,65535", "AT+MIPLADDOBJ=0,10,1", "AT+MIPLOPEN=0,30")
    assert rig.sent[-1].payload == b'</>;rt="oma.lwm2m",</10/1>,</3303/0>,</3303/2>,</3311/65535>'


@pytest.mark.parametrize("command", ["AT+MIPLDEL=0", "AT+MIPLDELETE=0"])
def test_a_device_is_made_again_only_when_the_first_was_deleted(rig: Rig, command: str) -> None:
    rig.login()
    refused(rig, configuration(), "AT+MIPLDELETE=0 removes it", 653)
    assert say(rig, command) == "\r\nOK\r\n"
    assert rig.sent == []
    refused(rig, command, "there is no device", 653)
    rig.ok(configuration())


# --- the login -----------------------------------------------------------------------------------


@pytest.mark.parametrize("blob", [BLOB, BOOTSTRAP_BLOB])
def test_a_login_that_nobody_answers_ends_in_a_0_when_its_time_is_over(rig: Rig, blob: str) -> None:
    rig.platform.silent = True
    rig.ok(f"AT+MIPLCONF={len(blob) // 2},{blob},1,1", "AT+MIPLADDOBJ=0,3200,0", "AT+MIPLOPEN=0,30")
    rig.advance(29.9)
    assert rig.text() == ""
    refused(rig, "AT+MIPLOPEN=0,30", "the login is", 602)
    rig.advance(0.1)
    assert rig.text() == "\r\n+MIPLOPEN:0,0\r\n"
    rig.platform.silent = False
    assert say(rig, "AT+MIPLOPEN=0,30") == "\r\nOK\r\n\r\n+MIPLOPEN:0,1\r\n"


def test_a_login_that_is_refused_ends_in_a_0_at_once(rig: Rig) -> None:
    rig.platform.codes["register"] = wire.FORBIDDEN
    rig.create()
    assert say(rig, "AT+MIPLOPEN=0,30") == "\r\nOK\r\n\r\n+MIPLOPEN:0,0\r\n"


@pytest.mark.parametrize(("given", "sent"), [(3000, 3000), (10, 10), (9, 86400), (0, 86400), (86400, 86400)])
def test_an_update_below_10_seconds_asks_for_a_day(rig: Rig, given: int, sent: int) -> None:
    rig.login()
    assert say(rig, f"AT+MIPLUPDATE=0,{given},0") == "\r\nOK\r\n\r\n+MIPLUPDATE:0,1\r\n"
    assert (rig.sent[-1].path, rig.sent[-1].query) == (f"/rd/{IMEI}", [f"lt={sent}"])
    assert rig.sent[-1].payload == b""


def test_an_update_may_carry_the_objects_and_may_fail(rig: Rig) -> None:
    rig.login()
    rig.platform.codes["update"] = wire.NOT_FOUND
    assert say(rig, "AT+MIPLUPDATE=0,300,1") == "\r\nOK\r\n\r\n+MIPLUPDATE:0,0\r\n"
    assert rig.sent[-1].payload == LINKS
    assert "answered the update with 4.04" in rig.why
    refused(rig, "AT+MIPLUPDATE=0,86401,0", "a lifetime of 86401 s; expected 0 to 86400")


def test_close_deregisters_and_says_so(rig: Rig) -> None:
    rig.login()
    assert say(rig, "AT+MIPLCLOSE=0") == "\r\nOK\r\n\r\n+MIPLCLOSE:0,1\r\n"
    assert (rig.sent[-1].code, rig.sent[-1].path) == (wire.DELETE, f"/rd/{IMEI}")
    refused(rig, "AT+MIPLCLOSE=0", "AT+MIPLOPEN and +MIPLOPEN:0,1 come first", 602)


def test_after_its_lifetime_the_module_is_logged_out_without_a_word(rig: Rig) -> None:
    rig.login(lifetime=300)
    rig.advance(300.0)
    assert rig.text() == ""
    assert say(rig, "AT+MIPLOPEN=0,30") == "\r\nOK\r\n\r\n+MIPLOPEN:0,1\r\n"


# --- what NOTIFY declares and reports ------------------------------------------------------------


def test_observe_is_answered_with_what_was_declared_and_printed(rig: Rig) -> None:
    rig.create()
    rig.ok('AT+MIPLNOTIFY=0,3200,0,5505,6,"000102030405",1', "AT+MIPLOPEN=0,30")
    rig.sent.clear()
    number = rig.request(wire.GET, "/3200/0", options=((wire.OBSERVE, b""),)).message_id
    assert rig.text() == f"\r\n+MIPLOBSERVE:0,{number},1,3200,0,-1\r\n"
    assert rig.datagrams[-1][1] == H("62 45") + number.to_bytes(2, "big") + H(f"AABB 60 62 0606 FF {STATUS}")


def test_an_observe_of_what_has_no_value_yet_is_answered_empty(rig: Rig) -> None:
    rig.login(observe="")
    number = rig.observe("/3200/0")
    assert rig.datagrams[-1][1] == H("62 45") + number.to_bytes(2, "big") + H("AABB 60")


def test_values_that_fit_no_answer_are_left_out_of_it(rig: Rig) -> None:
    rig.create()
    for resource in (5750, 5751):
        rig.ok(f'AT+MIPLNOTIFY=0,3200,0,{resource},1,"{"x" * 600}",1')
    rig.ok("AT+MIPLOPEN=0,30")
    rig.observe("/3200/0")
    assert rig.sent[-1].payload == b""
    assert "1210 octets" in rig.why
    refused(rig, f'AT+MIPLNOTIFY=0,3200,0,5750,1,"{"x" * 1001}",1', "at most 1000")


def test_discover_is_answered_with_what_was_declared_and_printed(rig: Rig) -> None:
    rig.create()
    rig.ok('AT+MIPLNOTIFY=0,3200,0,5505,6,"00",1', "AT+MIPLNOTIFY=0,3200,0,5500,5,1,0", "AT+MIPLOPEN=0,30")
    rig.sent.clear()
    number = rig.request(wire.GET, "/3200", options=((wire.ACCEPT, b"\x28"),)).message_id
    assert rig.text() == f"\r\n+MIPLDISCOVER:0,{number},3200\r\n"
    assert rig.sent[-1].payload == b"</3200>,</3200/0>,</3200/0/5505>,</3200/0/5500>"


def test_a_report_with_flag_1_goes_at_once_and_says_nothing(rig: Rig) -> None:
    rig.login()
    assert say(rig, 'AT+MIPLNOTIFY=0,3200,0,5505,6,"000102030405",1') == "\r\nOK\r\n"
    assert rig.datagrams[-1][1] == H(f"52 45 1235 AABB 61 01 62 0606 FF {STATUS}")


def test_frames_with_flag_0_wait_for_the_one_with_flag_1(rig: Rig) -> None:
    rig.login()
    rig.ok("AT+MIPLNOTIFY=0,3200,0,5500,5,1,0", "AT+MIPLNOTIFY=0,3200,0,5501,3,-129,0")
    assert rig.sent == []
    rig.ok('AT+MIPLNOTIFY=0,3200,0,5750,1,"abcd",1')
    assert rig.sent[-1].payload == H("E1 157C 01 E2 157D FF7F E4 1676 61626364")


def test_what_was_declared_before_the_login_is_in_no_later_report(rig: Rig) -> None:
    rig.create()
    rig.ok("AT+MIPLNOTIFY=0,3200,0,5500,5,1,0", "AT+MIPLOPEN=0,30")
    rig.observe("/3200/0")
    rig.ok("AT+MIPLNOTIFY=0,3200,0,5501,3,7,1")
    assert rig.sent[-1].payload == H("E1 157D 07")


def test_an_ackid_asks_for_a_confirmation_and_gets_a_line(rig: Rig) -> None:
    rig.login()
    assert say(rig, "AT+MIPLNOTIFY=0,3200,0,5501,3,7,1,21") == "\r\nOK\r\n\r\n+MIPLNOTIFY:0,21,1\r\n"
    assert rig.sent[-1].type == CON
    rig.platform.silent = True
    rig.ok("AT+MIPLNOTIFY=0,3200,0,5501,3,7,1,22")
    rig.advance(62.0)
    assert rig.text() == "\r\n+MIPLNOTIFY:0,22,0\r\n"


@pytest.mark.parametrize(
    ("line", "number", "why"),
    [
        ('3201,0,5750,1,"a",1', 653, "the host added no /3201/0"),
        ('3200,1,5750,1,"a",1', 653, "the host added no /3200/1"),
        ('3200,0,5750,3,"a",1', 601, "parameter 6 <value>"),
        ('3200,0,5750,7,"a",1', 601, "parameter 5 <type>"),
        ('3200,0,5750,1,"a",2', 601, "parameter 7 <flag>"),
        ('3200,0,5750,1,"a"', 601, "parameter 7 <flag> is missing"),
        ('0,3200,0,5750,1,4,"a",0,0', 601, "no more than 8 parameters"),
    ],
)
def test_a_report_that_does_not_fit_is_refused_with_its_reason(rig: Rig, line: str, number: int, why: str) -> None:
    rig.login()
    refused(rig, f"AT+MIPLNOTIFY=0,{line}", why, number)
    assert rig.sent == []


def test_a_report_of_what_nobody_observes_is_653(rig: Rig) -> None:
    rig.login((3200, "1"), (3303, "1"))
    refused(rig, "AT+MIPLNOTIFY=0,3303,0,5700,4,25.5,1", "/3303/0/5700 is not observed; observed are /3200/0", 653)


def test_after_close_nothing_is_declared_any_more(rig: Rig) -> None:
    rig.login()
    rig.ok("AT+MIPLNOTIFY=0,3200,0,5501,3,7,1", "AT+MIPLCLOSE=0", "AT+MIPLOPEN=0,30")
    rig.observe("/3200/0")
    assert rig.sent[-1].payload == b""


# --- what the platform asks for ------------------------------------------------------------------


def test_a_read_is_answered_by_the_command_of_its_name(rig: Rig) -> None:
    rig.login()
    number = rig.read("/3200/0/5505")
    assert rig.text() == f"\r\n+MIPLREAD:0,{number},3200,0,5505\r\n"
    assert say(rig, f'AT+MIPLREAD=0,{number},3200,0,5505,1,"E309C82FE6",1') == "\r\nOK\r\n"
    assert rig.sent == [Packet(ACK, wire.CONTENT, number, b"\xaa\xbb", ((wire.FORMAT, b""),), b"E309C82FE6")]


def test_a_read_of_an_instance_is_complete_with_flag_1(rig: Rig) -> None:
    rig.login()
    number = rig.read("/3200/0")
    assert rig.text() == f"\r\n+MIPLREAD:0,{number},3200,0,-1\r\n"
    rig.ok(f"AT+MIPLREAD=0,{number},3200,0,5501,3,7,0")
    assert rig.sent == []
    rig.ok(f"AT+MIPLREAD=0,{number},3200,0,5500,5,0,1")
    assert rig.sent[-1].payload == H("E1 157D 07 E1 157C 00")
    assert say(rig, f"AT+MIPLREAD=0,{number},3200,0,5500,5,0,1") == "\r\nOK\r\n"
    assert len(rig.sent) == 1


@pytest.mark.parametrize(
    ("line", "number", "why"),
    [
        ("7,3200,0,5501,3,7,1", 653, "there is no such request 7"),
        ("{n},3200,1,5501,3,7,1", 601, "asks for /3200/0, not for /3200/1/5501"),
        ("{n},3200,0,5501,3,x,1", 601, "AT+MIPLREAD: parameter 7 <value>"),
        ("{n},1,3200,0,5501,3,1,7,0,0", 601, "no more than 8 parameters"),
    ],
)
def test_an_answer_to_a_read_that_does_not_fit_is_refused(rig: Rig, line: str, number: int, why: str) -> None:
    rig.login()
    mid = rig.read("/3200/0")
    rig.text()
    refused(rig, f"AT+MIPLREAD=0,{line.format(n=mid)}", why, number)


@pytest.mark.parametrize(("success", "code"), [(1, wire.CHANGED), (0, wire.BAD_REQUEST)])
def test_a_write_shows_the_declared_type_and_is_answered_by_1_or_0(rig: Rig, success: int, code: int) -> None:
    rig.login()
    rig.ok('AT+MIPLNOTIFY=0,3200,0,5750,1,"a",1', "AT+MIPLNOTIFY=0,3200,0,5501,3,1,1")
    rig.sent.clear()
    number = rig.write_tlv("/3200/0", H("E4 1676 74657374 E2 157D 0744"))
    assert rig.text() == (
        f"\r\n+MIPLWRITE:0,{number},3200,0,5750,1,4,test,1\r\n\r\n+MIPLWRITE:0,{number},3200,0,5501,3,4,1860,0\r\n"
    )
    assert say(rig, f"AT+MIPLWRITE=0,{number},{success}") == "\r\nOK\r\n"
    assert rig.sent == [Packet(ACK, code, number, b"\xaa\xbb")]


@pytest.mark.parametrize(("success", "code"), [(1, wire.CHANGED), (0, wire.BAD_REQUEST)])
def test_an_execute_is_answered_by_1_or_0(rig: Rig, success: int, code: int) -> None:
    rig.login()
    number = rig.request(wire.POST, "/3200/0/5750", payload=b"reset").message_id
    assert rig.text() == f'\r\n+MIPLEXECUTE:0,{number},3200,0,5750,5,"reset"\r\n'
    assert say(rig, f"AT+MIPLEXECUTE=0,{number},{success}") == "\r\nOK\r\n"
    assert rig.sent == [Packet(ACK, code, number, b"\xaa\xbb")]
    refused(rig, f"AT+MIPLEXECUTE=0,{number},1", "none is open", 653)
    refused(rig, f"AT+MIPLWRITE=0,{number},2", "parameter 3 <success>")


def test_the_module_answers_for_object_3_without_a_word(rig: Rig) -> None:
    rig.login()
    rig.read("/3/0/1")
    assert rig.text() == ""
    assert rig.sent[-1].payload == b"M5310"


# --- what else it has and has not ----------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "CREATE",
        'CREATEEX="183.230.40.40:5683",0',
        'DISCOVERRSP=0,3200,1,4,"5750"',
        "OBSERVERSP=0,1,1",
        "READRSP=0,1,11",
        "WRITERSP=0,1,2",
        "EXECUTERSP=0,1,2",
        "PARAMETERRSP=0,1,2",
        "NMI=0,1,1",
        "MGR=0",
        'CFG="binding",0,1',
        "CONFIG?",
    ],
)
def test_the_commands_of_the_later_grammars_are_not_there(rig: Rig, line: str) -> None:
    assert say(rig, f"AT+MIPL{line}") == "\r\nERROR\r\n"


def test_errors_say_nothing_or_a_number_and_never_a_name(rig: Rig) -> None:
    assert say(rig, "AT+CMEE=2") == "\r\n+CME ERROR:50\r\n"
    assert say(rig, "AT+CMEE=0") == "\r\nOK\r\n"
    assert say(rig, "AT+MIPLOPEN=0,30") == "\r\nERROR\r\n"
    assert say(rig, "AT+CMEE=1") == "\r\nOK\r\n"
    assert say(rig, "AT+MIPLOPEN=0,30") == "\r\n+CIS ERROR:653\r\n"


def test_its_versions_can_be_asked_for(rig: Rig) -> None:
    assert say(rig, "AT+CMVER") == "\r\n+CMVER:3.0.0\r\n\r\nOK\r\n"
    assert say(rig, "AT+MIPLVER?") == "\r\n+MIPLVER:2.3.0\r\n\r\nOK\r\n"


def test_it_announces_itself_by_ok_after_power_on_and_after_a_restart() -> None:
    rig = Rig("m5310_legacy", switched_on=False)
    rig.modem.power_on(0.0, booted=True)
    rig.advance(0.0)
    assert rig.text() == "\r\nOK\r\n"
    rig.feed(b"AT+NRB\r\n")
    rig.advance(10.0)
    assert rig.text().endswith("\r\nOK\r\n")
