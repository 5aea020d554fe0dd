"""NOTIFY: frames, acknowledgements, what the attribute count does, and when a report is refused."""

from __future__ import annotations

import pytest

from tests.modem import wire
from tests.modem.conftest import Rig
from tests.modem.wire import ACK, CON, NON, Packet


def _notify(rig: Rig, number: int, tail: str = "0,0", value: str = "1,4,abcd", resource: int = 5750) -> list[str]:
    return rig.ask(f"AT+MIPLNOTIFY=0,{number},3200,0,{resource},{value},{tail}")


@pytest.mark.parametrize("tail", ["0,0", "0,0,0", "0,0,", "0,0x200", "0,0X400", '"0","0"'])
def test_without_an_ack_id_a_report_is_not_confirmable_and_brings_no_event(any_rig: Rig, tail: str) -> None:
    number = any_rig.login(attributes=1)
    assert _notify(any_rig, number, tail) == ["OK"]
    assert [packet.type for packet in any_rig.sent] == [NON]
    any_rig.advance(300.0)
    assert any_rig.lines() == []


@pytest.mark.parametrize("tail", ["0,0,1", "0,0,65535", "0,0x400,278", "0,0,7,0", "0,0,7,"])
def test_with_an_ack_id_a_report_is_confirmable_and_event_26_names_it(any_rig: Rig, tail: str) -> None:
    number = any_rig.login(attributes=1)
    ack_id = tail.split(",")[2]
    assert _notify(any_rig, number, tail) == ["OK", f"+MIPLEVENT:0,26,{ack_id}"]
    assert [packet.type for packet in any_rig.sent] == [CON]


@pytest.mark.parametrize(
    "tail", ["0,3", "0,512", "-1,0", "0,0,65536", "0,0,-1", "0,0,1,5", "0,0,1,0,0", "0", ",0"]
)
def test_an_index_flag_ack_id_or_content_type_out_of_range_is_601(any_rig: Rig, tail: str) -> None:
    number = any_rig.login(attributes=1)
    assert _notify(any_rig, number, tail) == ["+CIS ERROR:601"]
    assert any_rig.sent == []


@pytest.mark.parametrize(
    "value",
    [
        "0,4,abcd", "7,4,abcd", "1,x,abcd", "1,-1,abcd", "1,4,", "2,1,ABC", "2,1,XY", "3,1,1.5", "3,1,abc",
        "3,1,0x10", "3,8,9223372036854775808", "4,4,abc", "4,4,1e999", "4,4,nan", "5,1,2", "5,1,true", '1,4,"a"b"',
    ],
)  # fmt: skip
def test_a_value_that_is_none_of_its_type_is_601(any_rig: Rig, value: str) -> None:
    number = any_rig.login(attributes=1)
    assert _notify(any_rig, number, value=value) == ["+CIS ERROR:601"]
    assert any_rig.sent == []


@pytest.mark.parametrize(
    "value",
    [
        '1,21,"T:25.3 H:60.5, I:321"',
        '1,0,""',
        "1,99,zwd",
        '4,1,"25.500000"',
        "4,4,98",
        "3,3,+7",
        '3,1," 7 "',
        "4,4,.5",
    ],
)
def test_lengths_do_not_matter_and_numbers_may_be_quoted(any_rig: Rig, value: str) -> None:
    number = any_rig.login(attributes=1)
    assert _notify(any_rig, number, value=value) == ["OK"]


def test_a_cis_module_has_no_hex_string_and_takes_escaped_quotes(cis_rig: Rig) -> None:
    number = cis_rig.login(attributes=1)
    assert _notify(cis_rig, number, value='6,4,"01010008"') == ["+CIS ERROR:601"]
    assert _notify(cis_rig, number, value='1,4,"a\\"b"') == ["OK"]
    assert cis_rig.sent[-1].payload.endswith(b'a"b')


@pytest.mark.parametrize("number", [0, 9286, 65535])
def test_a_onemo_module_finds_the_observation_by_path_whatever_the_message_id(onemo_rig: Rig, number: int) -> None:
    onemo_rig.login()
    assert _notify(onemo_rig, number) == ["OK"]
    assert onemo_rig.sent[-1].token == b"\xaa\xbb"


def test_a_onemo_message_id_has_16_bits(onemo_rig: Rig) -> None:
    onemo_rig.login()
    assert _notify(onemo_rig, 65536) == ["+CIS ERROR:601"]


def test_a_cis_module_wants_the_id_of_the_observe_and_tells_25_otherwise(cis_rig: Rig) -> None:
    number = cis_rig.login()
    assert number >> 16 == 1
    assert _notify(cis_rig, number) == ["OK"]
    assert _notify(cis_rig, number + 1) == ["OK", f"+MIPLEVENT:0,25,{number + 1}"]
    assert _notify(cis_rig, 0) == ["OK", "+MIPLEVENT:0,25,0"]
    assert len(cis_rig.sent) == 1


def test_the_second_observe_counts_2(cis_rig: Rig) -> None:
    cis_rig.login((3200, "11"))
    assert cis_rig.observe("/3200/1") >> 16 == 2


def test_a_path_never_added_is_refused(any_rig: Rig) -> None:
    number = any_rig.login()
    error = {"O": "+CIS ERROR:653", "C": "+CIS ERROR:601"}[any_rig.family]
    assert any_rig.ask(f"AT+MIPLNOTIFY=0,{number},3200,1,5750,1,4,abcd,0,0") == [error]
    assert any_rig.ask(f"AT+MIPLNOTIFY=0,{number},3201,0,5750,1,4,abcd,0,0") == [error]


def test_a_path_that_is_not_observed_is_653_in_family_o(onemo_rig: Rig) -> None:
    onemo_rig.login(observe="")
    assert _notify(onemo_rig, 0) == ["+CIS ERROR:653"]
    onemo_rig.observe("/3200/0")
    assert _notify(onemo_rig, 0) == ["OK"]
    onemo_rig.observe("/3200/0", cancel=1)
    assert _notify(onemo_rig, 0) == ["+CIS ERROR:653"]


def test_the_nearest_observation_carries_the_report(onemo_rig: Rig) -> None:
    onemo_rig.login()
    onemo_rig.observe("/3200/0/5750", token=b"\x01")
    _notify(onemo_rig, 0)
    assert (onemo_rig.sent[-1].token, onemo_rig.sent[-1].payload) == (b"\x01", b"abcd")
    _notify(onemo_rig, 0, resource=5501)
    assert onemo_rig.sent[-1].token == b"\xaa\xbb"


def test_family_o_goes_by_the_flag_and_ignores_the_index(onemo_rig: Rig) -> None:
    onemo_rig.login()
    assert _notify(onemo_rig, 0, "0,1,21") == ["OK"]
    assert _notify(onemo_rig, 0, "7,2,22", resource=5500) == ["OK"]
    assert onemo_rig.sent == []
    assert _notify(onemo_rig, 0, "5,0,23", resource=5501) == ["OK", "+MIPLEVENT:0,26,23"]
    (report,) = onemo_rig.sent
    assert report.payload.count(b"abcd") == 3


def test_family_c_goes_by_the_index_and_ignores_the_flag(cis_rig: Rig) -> None:
    number = cis_rig.login()
    assert _notify(cis_rig, number, "1,0,21") == ["OK"]
    assert cis_rig.sent == []
    assert _notify(cis_rig, number, "0,2,22", resource=5501) == ["OK", "+MIPLEVENT:0,26,22"]
    assert cis_rig.sent[0].payload.count(b"abcd") == 2


def test_frames_of_two_instances_are_two_reports(onemo_rig: Rig) -> None:
    onemo_rig.login((3200, "11"))
    onemo_rig.observe("/3200/1", token=b"\x02")
    onemo_rig.sent.clear()
    onemo_rig.ok("AT+MIPLNOTIFY=0,0,3200,0,5500,5,1,1,1,1", "AT+MIPLNOTIFY=0,0,3200,1,5500,5,1,0,0,0")
    assert [(packet.token, packet.payload.hex()) for packet in onemo_rig.sent] == [(b"\x02", "e1157c00")]
    onemo_rig.ok("AT+MIPLNOTIFY=0,0,3200,0,5501,5,1,0,0,0")
    assert onemo_rig.sent[-1].payload.hex() == "e1157c01e1157d00"


def test_a_refused_frame_leaves_the_others_as_they_are(any_rig: Rig) -> None:
    number = any_rig.login()
    _notify(any_rig, number, "1,1")
    assert _notify(any_rig, number, "0,0", value="3,1,x", resource=5501) == ["+CIS ERROR:601"]
    assert _notify(any_rig, number, "0,0", value="3,1,7", resource=5501) == ["OK"]
    assert b"abcd" in any_rig.sent[-1].payload


def test_of_a_resource_given_twice_the_last_value_goes(onemo_rig: Rig) -> None:
    onemo_rig.login()
    _notify(onemo_rig, 0, "1,1")
    _notify(onemo_rig, 0, value="1,4,wxyz")
    assert onemo_rig.sent[-1].payload.hex() == "e41676" + b"wxyz".hex()


def test_a_cis_device_with_no_attributes_reports_nothing(cis_rig: Rig) -> None:
    number = cis_rig.login(attributes=0)
    assert _notify(cis_rig, number, "0,0,5") == ["OK"]
    cis_rig.advance(300.0)
    assert cis_rig.sent == []
    assert cis_rig.lines() == []


def test_a_cis_device_with_one_attribute_reports_the_last_value_bare(cis_rig: Rig) -> None:
    number = cis_rig.login(attributes=1)
    _notify(cis_rig, number, "1,1")
    _notify(cis_rig, number, value="3,1,7", resource=5501)
    assert cis_rig.sent[-1].payload.hex() == "e1157d07"


def test_a_cis_report_of_more_resources_than_attributes_is_event_25(cis_rig: Rig) -> None:
    number = cis_rig.login(attributes=2)
    _notify(cis_rig, number, "2,1", resource=1)
    _notify(cis_rig, number, "1,2", resource=2)
    assert _notify(cis_rig, number, "0,0,9", resource=3) == ["OK", "+MIPLEVENT:0,25,9"]
    assert cis_rig.sent == []
    assert _notify(cis_rig, number, resource=3) == ["OK"]


@pytest.mark.parametrize("name", ["onemo", "m5310a", "xy1100"])
def test_ten_unacknowledged_reports_are_the_most(name: str) -> None:
    rig = Rig(name)
    number = rig.login(attributes=1)
    rig.platform.silent = True
    for ack_id in range(1, 11):
        assert _notify(rig, number, f"0,0,{ack_id}") == ["OK"]
    error = {"O": "+CIS ERROR:652", "C": "+CIS ERROR:602"}[rig.family]
    assert _notify(rig, number, "0,0,11") == [error]
    assert "unacknowledged" in rig.why
    rig.deliver(Packet(ACK, wire.EMPTY, rig.sent[3].message_id))
    assert rig.lines()[0].endswith("0,26,4")
    assert _notify(rig, number, "0,0,11") == ["OK"]


def test_a_cis_report_has_a_greatest_size(cis_rig: Rig) -> None:
    number = cis_rig.login(attributes=1)
    assert _notify(cis_rig, number, value=f"1,1,{'x' * 1024}") == ["OK"]
    assert _notify(cis_rig, number, value=f"1,1,{'x' * 1025}") == ["+CIS ERROR:601"]
    assert _notify(cis_rig, number) == ["OK"]


# 4 octets of header, 2 of token, 2 for Observe, 3 for the content format, 1 marker; then the TLV's 5.
_HEAD = 17


def test_a_onemo_packet_of_more_than_1500_octets_is_dropped_with_event_33(onemo_rig: Rig) -> None:
    onemo_rig.login()
    assert _notify(onemo_rig, 0, "0,0,9", value=f"1,1,{'x' * (1500 - _HEAD)}") == ["OK", "+MIPLEVENT:0,26,9"]
    assert len(onemo_rig.sent[-1].encode()) == 1500
    assert _notify(onemo_rig, 0, "0,0,9", value=f"1,1,{'x' * (1501 - _HEAD)}") == ["OK", "+MIPLEVENT:0,33"]
    onemo_rig.advance(300.0)
    assert len(onemo_rig.sent) == 1
    assert onemo_rig.lines() == []


def test_dropped_packets_do_not_count_as_unacknowledged(onemo_rig: Rig) -> None:
    onemo_rig.login()
    for _ in range(12):
        assert _notify(onemo_rig, 0, "0,0,9", value=f"1,1,{'x' * 1600}")[-1] == "+MIPLEVENT:0,33"


def test_an_answer_of_more_than_1500_octets_is_dropped_with_event_33_and_the_request_is_closed(
    onemo_rig: Rig,
) -> None:
    onemo_rig.login()
    number = onemo_rig.read("/3200/0/5750")
    onemo_rig.text()
    line = f"AT+MIPLREADRSP=0,{number},1,3200,0,5750,1,4,{'x' * 1600},0,0"
    assert onemo_rig.ask(line) == ["OK", "+MIPLEVENT:0,33"]
    assert onemo_rig.sent == []
    onemo_rig.request(wire.GET, "/3200/0/5750", message_id=number)
    assert onemo_rig.lines() == []


def test_the_frames_of_a_onemo_report_have_4096_octets_at_most(onemo_rig: Rig) -> None:
    onemo_rig.login()
    for resource in (1, 2):
        assert _notify(onemo_rig, 0, "1,1", f"1,1,{'x' * 2048}", resource) == ["OK"]
    assert _notify(onemo_rig, 0, "0,0") == ["+CIS ERROR:601"]
    assert _notify(onemo_rig, 0, "0,0") == ["OK"]


@pytest.mark.parametrize(
    ("kind", "value", "content_type", "form", "payload"),
    [
        (1, '"abcd"', "", 1542, "e4167661626364"),
        (1, '"abcd"', 0, 0, "61626364"),
        (3, "-12", 0, 0, "2d3132"),
        (1, '"</3200>"', 1, 40, "3c2f333230303e"),
        (2, "0102", 2, 42, "0102"),
        (3, "300", 2, 42, "012c"),
        (1, '"abcd"', 3, 1542, "e4167661626364"),
        (1, "{}", 4, 1543, "7b7d"),
    ],
)
def test_the_content_type_decides_the_format_of_a_onemo_report(
    onemo_rig: Rig, kind: int, value: str, content_type: int | str, form: int, payload: str
) -> None:
    onemo_rig.login()
    assert _notify(onemo_rig, 0, f"0,0,0,{content_type}", f"{kind},1,{value}") == ["OK"]
    report = onemo_rig.sent[-1]
    assert (dict(report.options)[wire.FORMAT], report.payload.hex()) == (wire.uint(form), payload)


def test_a_resource_that_is_observed_alone_goes_as_tlv_if_that_is_asked(onemo_rig: Rig) -> None:
    onemo_rig.login(observe="/3200/0/5750")
    assert _notify(onemo_rig, 0, "0,0,0,3") == ["OK"]
    assert onemo_rig.sent[-1].payload.hex() == "e4167661626364"


@pytest.mark.parametrize("content_type", [0, 1, 2, 4])
def test_only_tlv_has_several_frames(onemo_rig: Rig, content_type: int) -> None:
    onemo_rig.login()
    assert _notify(onemo_rig, 0, f"1,1,0,{content_type}") == ["+CIS ERROR:601"]
    assert "several frames" in onemo_rig.why
    onemo_rig.ok("AT+MIPLNOTIFY=0,0,3200,0,1,3,1,7,1,1,0,3")
    assert _notify(onemo_rig, 0, f"0,0,0,{content_type}") == ["+CIS ERROR:601"]
    assert _notify(onemo_rig, 0, "0,0,0,3") == ["OK"]


def test_reports_of_one_login_are_forgotten_with_it(onemo_rig: Rig) -> None:
    onemo_rig.login()
    _notify(onemo_rig, 0, "1,1")
    onemo_rig.ok("AT+MIPLCLOSE=0", "AT+MIPLOPEN=0,3000")
    onemo_rig.text()
    assert _notify(onemo_rig, 0) == ["+CIS ERROR:653"]
    onemo_rig.observe("/3200/0")
    _notify(onemo_rig, 0, resource=5501)
    assert onemo_rig.sent[-1].payload.count(b"abcd") == 1
