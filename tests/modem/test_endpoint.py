"""The module's CoAP habits: when it sends again, when it acknowledges, what it makes of odd messages."""

from __future__ import annotations

import pytest

from onenet_sim.journal import DatagramDropped
from tests.modem import wire
from tests.modem.conftest import Rig
from tests.modem.wire import ACK, CON, NON, RST, Packet

T = 4.0


def _times(rig: Rig) -> list[float]:
    return [time for time, _, _ in rig.datagrams]


def test_an_unanswered_report_goes_out_five_times_with_doubled_waits_and_fails_at_31_time_outs(
    onemo_rig: Rig,
) -> None:
    rig = onemo_rig
    rig.login()
    rig.datagrams.clear()
    rig.platform.silent = True
    rig.ok('AT+MIPLNOTIFY=0,0,3200,0,5750,1,4,"abcd",0,0,147')
    rig.advance(31 * T - 0.001)
    assert _times(rig) == [0.0, T, 3 * T, 7 * T, 15 * T]
    assert len({octets for _, octets, _ in rig.datagrams}) == 1
    assert rig.lines() == []
    rig.advance(0.001)
    assert [line.replace(" ", "") for line in rig.lines()] == ["+MIPLEVENT:0,25,147"]
    assert rig.modem.next_deadline is None or rig.modem.next_deadline > 31 * T + 1


def test_an_unanswered_update_is_given_31_time_outs_whatever_time_out_open_had() -> None:
    rig = Rig("m5310a")
    rig.create()
    rig.ok("AT+MIPLOPEN=0,3000,1")
    rig.text()
    rig.datagrams.clear()
    rig.platform.silent = True
    rig.ok("AT+MIPLUPDATE=0,3000,0")
    rig.advance(31 * T)
    assert _times(rig) == [0.0, T, 3 * T, 7 * T, 15 * T]
    assert rig.lines() == ["+MIPLEVENT:0,13"]


def test_retransmissions_end_with_the_reply(any_rig: Rig) -> None:
    number = any_rig.login(attributes=1)
    any_rig.platform.silent = True
    any_rig.ok(f"AT+MIPLNOTIFY=0,{number},3200,0,5750,3,4,1,0,0,9")
    any_rig.advance(T + 1)
    report = any_rig.sent[-1]
    any_rig.deliver(Packet(ACK, wire.EMPTY, report.message_id))
    assert [line.replace(" ", "") for line in any_rig.lines()] == ["+MIPLEVENT:0,26,9"]
    count = len(any_rig.sent)
    any_rig.advance(40 * T)
    assert len(any_rig.sent) == count


@pytest.mark.parametrize("code", [wire.EMPTY, wire.CHANGED])
def test_an_empty_ack_or_one_with_2_04_confirms_a_report(any_rig: Rig, code: int) -> None:
    number = any_rig.login(attributes=1)
    any_rig.platform.silent = True
    any_rig.ok(f"AT+MIPLNOTIFY=0,{number},3200,0,5750,3,4,1,0,0,9")
    report = any_rig.sent[-1]
    any_rig.deliver(Packet(ACK, code, report.message_id, report.token if code else b""))
    assert any_rig.lines()[0].endswith("0,26,9")


@pytest.mark.parametrize("name", ["onemo", "m5310a", "xy1100"])
def test_any_other_code_on_the_ack_fails_the_report(name: str) -> None:
    rig = Rig(name)
    number = rig.login(attributes=1)
    rig.platform.silent = True
    rig.ok(f"AT+MIPLNOTIFY=0,{number},3200,0,5750,3,4,1,0,0,9")
    report = rig.sent[-1]
    rig.deliver(Packet(ACK, wire.NOT_FOUND, report.message_id, report.token))
    assert rig.lines()[0].endswith("0,25,9")


@pytest.mark.parametrize("ack_id", [0, 12])
def test_a_reset_of_the_last_report_ends_its_observation(onemo_rig: Rig, ack_id: int) -> None:
    rig = onemo_rig
    rig.login()
    rig.platform.silent = True
    rig.ok(f"AT+MIPLNOTIFY=0,0,3200,0,5750,3,4,1,0,0,{ack_id}")
    rig.deliver(Packet(RST, wire.EMPTY, rig.sent[-1].message_id))
    assert [line[-7:] for line in rig.lines()] == (["0,25,12"] if ack_id else [])
    assert rig.ask("AT+MIPLNOTIFY=0,0,3200,0,5750,3,1,2,0,0") == ["+CIS ERROR:653"]
    assert "not observed" in rig.why


def test_a_reset_of_an_older_report_changes_nothing(onemo_rig: Rig) -> None:
    onemo_rig.login()
    onemo_rig.ok("AT+MIPLNOTIFY=0,0,3200,0,5750,3,1,1,0,0", "AT+MIPLNOTIFY=0,0,3200,0,5750,3,1,2,0,0")
    onemo_rig.deliver(Packet(RST, wire.EMPTY, onemo_rig.sent[-2].message_id))
    onemo_rig.ok("AT+MIPLNOTIFY=0,0,3200,0,5750,3,1,3,0,0")


def test_a_ping_is_answered_with_a_reset(any_rig: Rig) -> None:
    assert any_rig.deliver(Packet(CON, wire.EMPTY, 0x4711)) == [Packet(RST, wire.EMPTY, 0x4711)]


def test_nothing_is_acknowledged_before_the_host_has_answered(any_rig: Rig) -> None:
    any_rig.login()
    number = any_rig.read("/3200/0/5750")
    any_rig.advance(19.0)
    assert any_rig.sent == []
    any_rig.ok(f'AT+MIPLREADRSP=0,{number},1,3200,0,5750,1,4,"abcd",0,0')
    reply = Packet(ACK, wire.CONTENT, number, b"\xaa\xbb", ((wire.FORMAT, b""),), b"abcd")
    assert any_rig.sent == [reply]


def test_a_repeated_request_is_printed_again_and_answered_once(any_rig: Rig) -> None:
    any_rig.login()
    request = any_rig.request(wire.GET, "/3200/0/5750")
    any_rig.deliver(request)
    any_rig.deliver(request)
    lines = any_rig.lines()
    assert len(lines) == 3
    assert len(set(lines)) == 1
    any_rig.ok(f"AT+MIPLREADRSP=0,{request.message_id},11")
    assert any_rig.deliver(request) == [any_rig.sent[0]]
    assert any_rig.lines() == []


def test_a_repeated_observe_keeps_the_number_that_the_host_saw(cis_rig: Rig) -> None:
    cis_rig.login(observe="")
    request = cis_rig.request(wire.GET, "/3200/0", options=((wire.OBSERVE, b""),))
    cis_rig.deliver(request)
    assert cis_rig.lines() == [f"+MIPLOBSERVE:0,{1 << 16 | request.message_id},1,3200,0,-1"] * 2


def test_a_message_id_means_another_request_after_247_seconds(any_rig: Rig) -> None:
    any_rig.login()
    request = any_rig.request(wire.GET, "/3200/0/5750")
    any_rig.ok(f"AT+MIPLREADRSP=0,{request.message_id},11")
    any_rig.advance(246.0)
    assert any_rig.deliver(request) != []
    any_rig.advance(1.0)
    any_rig.text()
    assert any_rig.deliver(request) == []
    assert "+MIPLREAD" in any_rig.text()


def test_a_request_that_came_before_the_registration_was_done_is_taken_when_it_is_repeated(any_rig: Rig) -> None:
    rig = any_rig
    rig.create()
    rig.platform.silent = True
    rig.ok("AT+MIPLOPEN=0,3000")
    rig.text()
    register = rig.sent[-1]
    observe = rig.request(wire.GET, "/3200/0", options=((wire.OBSERVE, b""),))
    assert rig.sent[-1] == register
    rig.deliver(Packet(ACK, wire.CREATED, register.message_id, register.token))
    rig.text()
    rig.deliver(observe)
    assert "+MIPLOBSERVE" in rig.text()


def test_a_request_whose_window_is_over_is_printed_as_new_when_it_is_repeated(any_rig: Rig) -> None:
    any_rig.login()
    request = any_rig.request(wire.GET, "/3200/0/5750")
    any_rig.advance(any_rig.profile.coap.answer_window)
    any_rig.text()
    any_rig.deliver(request)
    any_rig.ok(f"AT+MIPLREADRSP=0,{request.message_id},11")
    assert any_rig.sent[-1].code == wire.BAD_REQUEST


def test_a_non_confirmable_request_is_answered_in_a_message_of_its_own(any_rig: Rig) -> None:
    any_rig.login()
    request = any_rig.request(wire.GET, "/3200/0/5750", kind=NON)
    any_rig.ok(f"AT+MIPLREADRSP=0,{request.message_id},13")
    assert any_rig.sent == [Packet(NON, wire.NOT_FOUND, 0x1235, request.token)]


def test_an_empty_ack_announces_a_separate_response(any_rig: Rig) -> None:
    rig = any_rig
    rig.create()
    rig.platform.silent = True
    rig.ok("AT+MIPLOPEN=0,3000,60")
    register = rig.sent[-1]
    rig.deliver(Packet(ACK, wire.EMPTY, register.message_id))
    rig.advance(59.0)
    assert len(rig.sent) == 1
    reply = Packet(CON, wire.CREATED, 0x7777, register.token, wire.segments(wire.LOCATION, "rd/x"))
    assert rig.deliver(reply) == [Packet(ACK, wire.EMPTY, 0x7777)]
    assert rig.lines()[-1].endswith("0,6")


def test_a_response_with_another_token_only_acknowledges(any_rig: Rig) -> None:
    rig = any_rig
    rig.create()
    rig.platform.silent = True
    rig.ok("AT+MIPLOPEN=0,3000,60")
    rig.text()
    register = rig.sent[-1]
    rig.deliver(Packet(ACK, wire.CREATED, register.message_id, b"nope"))
    assert rig.lines() == []
    rig.advance(59.0)
    assert len(rig.sent) == 1


def test_a_response_nobody_waits_for_is_reset_if_confirmable(any_rig: Rig) -> None:
    any_rig.login()
    assert any_rig.deliver(Packet(CON, wire.CONTENT, 9, b"zz")) == [Packet(RST, wire.EMPTY, 9)]
    assert any_rig.deliver(Packet(NON, wire.CONTENT, 10, b"zz")) == []
    assert any_rig.deliver(Packet(ACK, wire.CONTENT, 11, b"zz")) == []


@pytest.mark.parametrize("number", [9, 65, 2049])
def test_an_unknown_critical_option_is_4_02(any_rig: Rig, number: int) -> None:
    any_rig.login()
    request = any_rig.request(wire.GET, "/3200/0/5750", options=((number, b"x"),))
    assert any_rig.sent == [Packet(ACK, wire.BAD_OPTION, request.message_id, request.token)]
    assert any_rig.lines() == []
    assert f"option {number}" in any_rig.why


def test_an_unknown_elective_option_and_the_old_token_option_are_passed_over(any_rig: Rig) -> None:
    any_rig.login()
    any_rig.request(wire.GET, "/3200/0/5750", options=((64, b"x"), (19, b"old")))
    assert any_rig.lines()[0].startswith("+MIPLREAD")


@pytest.mark.parametrize(
    "octets",
    [
        "",
        "40",
        "400112",
        "0001 1234",  # version 0
        "8001 1234",  # version 2
        "4901 1234 000000000000000000",  # a token of nine octets
        "4401 1234 00",  # a token cut short
        "4001 1234 FF",  # a marker without a payload
        "4001 1234 F0",  # option delta 15
        "4001 1234 BF",  # option length 15
        "4001 1234 B4 3332",  # an option over the end
        "4001 1234 BD",  # an extended length that is not there
        "4001 1234 B2 FFFE",  # a path that is no UTF-8
        "4100 1234 00",  # an empty message with a token
        "7045 1234",  # a reset with a code
    ],
)
def test_what_is_no_coap_message_is_dropped_with_a_note(any_rig: Rig, octets: str) -> None:
    any_rig.login()
    raw = bytes.fromhex(octets)
    assert any_rig.deliver(raw) == []
    assert any_rig.lines() == []
    dropped = [event.what for event in any_rig.journal if isinstance(event.what, DatagramDropped)]
    assert dropped[-1].octets == raw


def test_message_ids_count_up_and_wrap() -> None:
    rig = Rig()
    rig.login()
    for _ in range(3):
        rig.ok("AT+MIPLNOTIFY=0,0,3200,0,5750,3,1,1,0,0")
    numbers = [packet.message_id for packet in rig.sent]
    assert numbers == [0x1235, 0x1236, 0x1237]


def test_requests_before_a_login_get_no_answer(any_rig: Rig) -> None:
    any_rig.create()
    any_rig.request(wire.GET, "/3200/0")
    assert any_rig.sent == []
    assert any_rig.lines() == []
    assert "not registered" in any_rig.why
