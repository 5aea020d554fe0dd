"""Registration with the network: its states, durations and URCs, and what takes it away."""

from __future__ import annotations

from dataclasses import replace

import pytest

from onenet_sim.modem import Pace, Reception, load_profile, profile_names
from tests.modem.conftest import FAMILIES, Rig


def _cold(name: str) -> Rig:
    """Return a module that has just said its boot text and takes 1.5 s to find the network."""
    profile = load_profile(name)
    slow = replace(profile, radio=replace(profile.radio, search_at_boot=1.5))
    rig = Rig(slow, pace=Pace.FIELD, switched_on=False)
    rig.modem.power_on(0.0)
    rig.advance(rig.profile.boot.seconds)
    rig.text()
    return rig


@pytest.mark.parametrize("name", list(FAMILIES))
def test_after_boot_a_module_searches_and_then_is_registered(name: str) -> None:
    rig = _cold(name)
    assert rig.ask("AT+CEREG?") == ["+CEREG:0,2", "OK"]
    assert rig.ask("AT+CGATT?") == ["+CGATT:0", "OK"]
    rig.advance(1.499)
    assert rig.ask("AT+CEREG?") == ["+CEREG:0,2", "OK"]
    rig.advance(0.001)
    assert rig.ask("AT+CEREG?") == ["+CEREG:0,1", "OK"]
    assert rig.ask("AT+CGATT?") == ["+CGATT:1", "OK"]
    assert rig.lines() == []


def test_a_host_that_asked_for_it_sees_the_connection_and_the_registration_come() -> None:
    rig = _cold("m5310")
    rig.ok('AT+COPS=1,2,"46000"', "AT+CSCON=1", "AT+CEREG=1")
    rig.advance(3.0)
    assert rig.lines() == ["+CSCON:1", "+CEREG:1,5A21,85B0F15,7"]
    rig.advance(20.0)
    assert rig.lines() == ["+CSCON:0"]


def test_open_is_refused_until_the_network_is_found_and_the_journal_says_so() -> None:
    rig = _cold("onemo")
    rig.create()
    assert rig.ask("AT+MIPLOPEN=0,3000,30") == ["+CIS ERROR:100"]
    assert "still searching" in rig.why
    rig.advance(1.5)
    rig.ok("AT+MIPLOPEN=0,3000,30")


@pytest.mark.parametrize("name", ["m5311", "me3616", "bc26"])
def test_the_address_is_printed_when_the_network_is_found_each_time(name: str) -> None:
    rig = _cold(name)
    assert "+IP: 100.96.78.210" not in rig.lines()
    rig.advance(1.5)
    assert rig.lines() == ["+IP: 100.96.78.210"]
    rig.ok("AT+CFUN=0", "AT+CFUN=1")
    rig.advance(2.0)
    assert rig.lines() == ["+IP: 100.96.78.210"]


def test_a_host_that_opens_the_port_later_still_sees_the_address() -> None:
    rig = Rig("m5311", switched_on=False)
    rig.modem.power_on(0.0, booted=True)
    writes = rig.modem.serial_to_send(0.0)
    assert [write.octets for write in writes][-1] == b"\r\n+IP: 100.96.78.210\r\n"
    assert all(write.boot for write in writes)


@pytest.mark.parametrize(
    ("line", "status", "why"),
    [
        ("AT+CFUN=0", 0, "AT+CFUN=0"),
        ("AT+CFUN=4", 0, "AT+CFUN=4"),
        ("AT+CGATT=0", 0, "AT+CGATT=0"),
        ("AT+COPS=2", 0, "AT+COPS=2"),
        ('AT+COPS=1,2,"46001"', 2, "no network 46001"),
    ],
)
def test_what_the_host_switches_off_is_gone_and_said(line: str, status: int, why: str) -> None:
    rig = Rig("onemo")
    rig.ok("AT+CEREG=1", line)
    assert rig.ask("AT+CEREG?") == [f"+CEREG:1,{status}", "OK"]
    assert rig.ask("AT+CGPADDR") == ["+CGPADDR:1", "OK"]
    rig.create()
    rig.feed(b"AT+MIPLOPEN=0,3000,30\r")
    assert "+CIS ERROR: 100" in rig.text()
    assert why in rig.why


def test_the_operator_reads_as_it_was_chosen() -> None:
    rig = Rig("m5310a")
    assert rig.ask("AT+COPS?") == ['+COPS:0,2,"46000",9', "OK"]
    assert rig.ask("AT+COPS=?") == ['+COPS:(2,"CHINA MOBILE","CMCC","46000",9),,(0-4),(0-2)', "OK"]
    rig.ok("AT+COPS=2")
    assert rig.ask("AT+COPS?") == ["+COPS:2", "OK"]
    rig.ok('AT+COPS=1,2,"46000"')
    assert rig.ask("AT+COPS?") == ['+COPS:1,2,"46000",9', "OK"]
    rig.ok("AT+COPS=3,2")
    assert rig.ask("AT+COPS?") == ['+COPS:1,2,"46000",9', "OK"]


@pytest.mark.parametrize("name", profile_names())
def test_without_coverage_a_module_searches_for_ever_and_finds_the_network_again(name: str) -> None:
    rig = Rig(name, pace=Pace.FIELD)
    rig.ok("AT+CEREG=1")
    rig.modem.receive(Reception(coverage=False), rig.now)
    rig.advance(86_400.0)
    assert [line.replace(" ", "") for line in rig.lines()] == ["+CEREG:2"]
    assert rig.ask("AT+CSQ")[0].replace(" ", "") == "+CSQ:99,99"
    rig.modem.receive(Reception(), rig.now)
    rig.advance(3.0)
    assert [line.replace(" ", "")[:8] for line in rig.lines() if "CEREG" in line] == ["+CEREG:1"]


def test_what_is_sent_without_coverage_is_lost_and_the_login_stays() -> None:
    rig = Rig("onemo")
    rig.login()
    rig.modem.receive(Reception(coverage=False), rig.now)
    rig.ok('AT+MIPLNOTIFY=0,0,3200,0,5750,1,4,"abcd",0,0')
    assert rig.sent == []
    rig.modem.receive(Reception(), rig.now)
    rig.ok('AT+MIPLNOTIFY=0,0,3200,0,5750,1,4,"abcd",0,0')
    assert len(rig.sent) == 1


def test_losing_coverage_ends_the_search_that_is_under_way() -> None:
    rig = _cold("onemo")
    rig.modem.receive(Reception(coverage=False), rig.now)
    rig.advance(60.0)
    assert rig.ask("AT+CEREG?") == ["+CEREG:0,2", "OK"]


def test_the_fourth_and_fifth_level_name_what_the_network_granted_of_power_saving() -> None:
    rig = Rig("onemo")
    rig.ok('AT+CPSMS=1,,,"00111000","00010000"', "AT+CEREG=5")
    assert rig.ask("AT+CEREG?") == ['+CEREG:5,1,"5A21","085B0F15",9,,,"00010000","00111000"', "OK"]
    rig.ok("AT+CEREG=3")
    assert rig.ask("AT+CEREG?") == ['+CEREG:3,1,"5A21","085B0F15",9', "OK"]


def test_contexts_read_as_they_were_defined_also_after_a_restart() -> None:
    rig = Rig("m5310")
    assert rig.ask("AT+CGDCONT?") == ['+CGDCONT:0,"IP","nbiot.MNC002.MCC460.GPRS",,0,0', "OK"]
    rig.ok('AT+CGDCONT=1,"IPV4V6","ctnb"', "AT+CGDCONT=0")
    rig.feed(b"AT+NRB\r\n")
    rig.advance(5.0)
    rig.text()
    assert rig.ask("AT+CGDCONT?") == ['+CGDCONT:1,"IPV4V6","ctnb",,0,0', "OK"]


def test_a_setting_that_is_only_kept_reads_as_it_was_given_also_after_a_restart() -> None:
    rig = Rig("m5310a")
    assert rig.ask("AT+NCDP?") == ["+NCDP:0.0.0.0", "OK"]
    rig.ok("AT+NCDP=117.60.157.137,5683", "AT+NBAND=8", "AT+NEARFCN=0,3555")
    rig.feed(b"AT+NRB\r\n")
    rig.advance(5.0)
    rig.text()
    assert rig.ask("AT+NCDP?") == ["+NCDP:117.60.157.137,5683", "OK"]
    assert rig.ask("AT+NBAND?") == ["+NBAND:8", "OK"]
    assert rig.ask("AT+NEARFCN?") == ["+NEARFCN:0,3555", "OK"]


def test_signal_commands_tell_what_the_air_gives() -> None:
    rig = Rig("m5310a")
    rig.modem.receive(Reception(rsrp=-110, snr=-3, ecl=2), 0.0)
    assert rig.ask("AT+CSQ") == ["+CSQ:4,99", "OK"]
    assert rig.ask("AT+CESQ") == ["+CESQ:99,99,255,255,14,31", "OK"]
    rig.feed(b"AT+NUESTATS\r")
    assert rig.text() == (
        "\r\nSignal power:-1100\r\nTotal power:-1040\r\nTX power:0\r\nTX time:0\r\nRX time:0\r\n"
        "Cell ID:140185365\r\nECL:2\r\nSNR:-30\r\nEARFCN:3684\r\nPCI:131\r\nRSRQ:-130\r\n"
        "OPERATOR MODE:4\r\n\r\nOK\r\n"
    )
    assert rig.ask("AT+NUESTATS=CELL") == ["NUESTATS:CELL,3684,131,1,-1100,-130,-1040,-30", "OK"]
    rig.modem.receive(Reception(coverage=False), 0.0)
    assert rig.ask("AT+CESQ") == ["+CESQ:99,99,255,255,255,255", "OK"]


def test_each_makers_own_report_has_its_shape() -> None:
    rig = Rig("m5311")
    rig.feed(b"AT*ENGINFO=0\r")
    assert rig.text().endswith('\r\n*ENGINFOSC: 3684,2,131,"85B0F15"\r\n,-79,-11,-73,12,8,"5A21",0,\r\n\r\nOK\r\n')
    rig = Rig("onemo")
    rig.feed(b'AT+MUESTATS="radio"\r')
    assert rig.text() == ('\r\n+MUESTATS: "radio",-790,-730,0,0,0,140185365,0,120,3684,131,-110,4\r\n\r\nOK\r\n')


def test_the_times_of_sending_and_listening_grow_with_traffic() -> None:
    rig = Rig("m5310a")
    rig.login()
    rig.advance(60.0)
    rig.feed(b"AT+NUESTATS\r")
    figures = dict(line.split(":") for line in rig.text().split("\r\n") if ":" in line)
    assert int(figures["TX time"]) == 200
    assert int(figures["RX time"]) == 20_000


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ({"rsrp": -157}, "-156 to -44"),
        ({"rsrp": -43}, "-156 to -44"),
        ({"snr": 31}, "-30 to 30"),
        ({"ecl": 3}, "0 to 2"),
    ],
)
def test_an_impossible_figure_of_the_air_is_refused_with_its_range(figures: dict[str, int], expected: str) -> None:
    with pytest.raises(ValueError, match=expected):
        Reception(**figures)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["m5311", "ml307a", "mr880a"])
def test_some_modules_tell_their_registration_by_the_older_commands_too(name: str) -> None:
    rig = Rig(name)
    rig.feed(b"AT+CREG?\r\nAT+CGREG=1\r\nAT+CGREG?\r\n")
    assert rig.text() == ("\r\n+CREG: 0,1\r\n\r\nOK\r\n\r\nOK\r\n\r\n+CGREG: 1,1\r\n\r\nOK\r\n")
    assert Rig("onemo").ask("AT+CREG?") == ["ERROR"]


@pytest.mark.parametrize(("name", "line"), [("m5310a", "+CGATT:(0,1)"), ("m5311", "+CGATT: (0,1)")])
def test_the_states_of_packet_service_are_listed(name: str, line: str) -> None:
    rig = Rig(name)
    rig.feed(b"AT+CGATT=?\r\n")
    assert rig.text() == f"\r\n{line}\r\n\r\nOK\r\n"
