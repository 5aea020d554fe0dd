"""The general commands that drivers send before they come to MIPL, byte for byte."""

from __future__ import annotations

import pytest

from onenet_sim.modem import Pace
from tests.modem.conftest import BEIJING, IMEI, IMSI, Rig

ICCID = "89860411111870000001"
ANSWERS = {
    "onemo": {
        "AT": "",
        "ATI": "CMCC\r\nMN316\r\nMN316-DBRS-MBRH0C00",
        "AT+CGMR": "MN316-DBRS-MBRH0C00",
        "AT+CGSN=1": f"+CGSN: {IMEI}",
        "AT+GSN": IMEI,
        "AT+CIMI": IMSI,
        "AT+MCCID": f"+MCCID: {ICCID}",
        "AT+CSQ": "+CSQ: 20,99",
        "AT+CFUN?": "+CFUN: 1",
        "AT+CGATT?": "+CGATT: 1",
        "AT+CEREG?": "+CEREG:0,1",
        "AT+CGPADDR": '+CGPADDR: 1,"100.96.78.210"',
        "AT+CGPADDR=1": '+CGPADDR: 1,"100.96.78.210"',
        "AT+CGCONTRDP": '+CGCONTRDP: 1,5,"cmnbiot","100.96.78.210.255.255.255.0"',
        "AT+CGDCONT?": '+CGDCONT: 1,"IP","cmnbiot",,0,0',
        "AT+CCLK?": '+CCLK: "2023/02/09,08:51:58+32"',
        "AT+NBAND?": "+NBAND: 5,8,3",
        'AT+CPSMS=1,,,"00111000","00010000"': "",
        "AT+WORKLOCK=0": "",
        "AT+CMEE=?": "+CMEE: (0-2)",
        "AT+CFUN=?": "+CFUN: (0,1,4),(0-1)",
    },
    "m5310a": {
        "AT+CGSN=1": f"+CGSN:{IMEI}",
        "AT+NCCID": f"+NCCID:{ICCID}",
        "AT+CIMI": IMSI,
        "AT+CSQ": "+CSQ:20,99",
        "AT+CFUN?": "+CFUN:1",
        "AT+CGATT?": "+CGATT:1",
        "AT+CEREG?": "+CEREG:0,1",
        "AT+CGPADDR": "+CGPADDR:0,100.96.78.210",
        "AT+CGACT?": "+CGACT:0,1",
        "AT+CCLK?": "+CCLK:23/02/09,08:51:58+32",
        "AT+NCDP?": "+NCDP:0.0.0.0",
        "AT+NCDP=0.0.0.0,5683": "",
        "AT+NPSMR=1": "",
        "AT+NATSPEED=115200,30,1,2,1,0,0": "",
        "AT+NBAND=8": "",
        "AT+NCONFIG=CELL_RESELECTION,TRUE": "",
        "AT+NEARFCN=0,3555": "",
        "AT+CEDRXS=0,5": "",
        "AT+CPSMS=0": "",
        "AT+CSCON=1": "",
        'AT+COPS=1,2,"46000"': "",
        "AT+MIPLNMI?": "+MIPLNMI:0,0,0",
    },
    "m5310": {
        'AT+COPS=1,2,"46000"': "",
        "AT+CSCON=1": "",
        "AT+CEREG=1": "",
        "AT+CSQ": "+CSQ:20,99",
        "AT+CGSN=1": f"+CGSN:{IMEI}",
    },
}


@pytest.mark.parametrize(
    ("name", "line", "text"),
    [(name, line, text) for name, table in ANSWERS.items() for line, text in table.items()],
)
def test_a_driver_reads_what_it_looks_for(name: str, line: str, text: str) -> None:
    rig = Rig(name, zone=BEIJING)
    rig.feed(line.encode() + b"\r\n")
    assert rig.text() == (f"\r\n{text}\r\n" if text else "") + "\r\nOK\r\n"


def test_the_fourth_registration_level_names_area_cell_and_technology() -> None:
    rig = Rig("onemo")
    rig.ok("AT+CEREG=5")
    rig.feed(b"AT+CEREG?\r")
    assert rig.text() == '\r\n+CEREG:5,1,"5A21","085B0F15",9\r\n\r\nOK\r\n'
    rig = Rig("m5310a")
    rig.ok("AT+CEREG=2")
    assert rig.ask("AT+CEREG?") == ["+CEREG:2,1,5A21,85B0F15,7", "OK"]


def test_registration_and_connection_are_told_only_when_asked_for(any_rig: Rig) -> None:
    any_rig.ok("AT+CEREG=1")
    assert any_rig.ask("AT+CFUN=0") == ["OK", "+CEREG:0"]
    assert any_rig.ask("AT+CEREG?") == ["+CEREG:1,0", "OK"]
    found = "+CEREG:1,5A21,85B0F15,7" if any_rig.profile.name == "m5310" else "+CEREG:1"
    assert any_rig.ask("AT+CFUN=1") == ["OK", "+CEREG:2", found]
    any_rig.advance(20.0)
    any_rig.ok("AT+CSCON=1")
    any_rig.create()
    answer = any_rig.ask("AT+MIPLOPEN=0,3000")
    assert "+CSCON:1" in answer
    any_rig.advance(20.0)
    assert any_rig.lines()[0].replace(" ", "") == "+CSCON:0"


@pytest.mark.parametrize("level", [0, 4])
def test_functionality_reads_as_it_was_set(any_rig: Rig, level: int) -> None:
    any_rig.ok(f"AT+CFUN={level}")
    assert any_rig.ask("AT+CFUN?") == [f"+CFUN:{level}", "OK"]
    assert any_rig.ask("AT+CGATT?") == ["+CGATT:0", "OK"]


@pytest.mark.parametrize("line", ["AT+CFUN=2", "AT+CEREG=6", "AT+CGATT=2", "AT+CGSN=4", "AT+CMEE=3", "AT+CPSMS=3"])
def test_a_general_command_out_of_range_is_cme_error_50(any_rig: Rig, line: str) -> None:
    assert any_rig.ask(line) == ["+CME ERROR:50"]


@pytest.mark.parametrize(
    "octets", [b"AT\r", b"AT\r\n", b"at\r\n", b"\x00AT\r\n", b"AT \r\n", b"\r\nAT\r", b"xxAT\r"]
)
def test_line_ends_blanks_and_noise_do_not_matter(any_rig: Rig, octets: bytes) -> None:
    any_rig.feed(octets)
    assert any_rig.text() == "\r\nOK\r\n"


def test_cr_and_lf_may_come_in_two_writes_with_the_answer_between(any_rig: Rig) -> None:
    any_rig.feed(b"AT\r")
    assert any_rig.text() == "\r\nOK\r\n"
    any_rig.feed(b"\n")
    assert any_rig.text() == ""
    any_rig.feed(b"AT\r")
    assert any_rig.text() == "\r\nOK\r\n"


def test_several_commands_of_a_line_have_one_final_result(any_rig: Rig) -> None:
    assert any_rig.ask("AT+CSQ;+CGATT?") == ["+CSQ:20,99", "+CGATT:1", "OK"]
    assert any_rig.ask("AT+CSQ;+NONSENSE;+CGATT?") == ["+CSQ:20,99", "ERROR"]


def test_a_line_too_long_is_an_error_with_its_reason(any_rig: Rig) -> None:
    any_rig.feed(b"AT+" + b"X" * 5000 + b"\r")
    assert any_rig.text() == "\r\nERROR\r\n"
    assert "at most 3072" in any_rig.why


def test_twenty_lines_in_one_write_have_twenty_answers() -> None:
    rig = Rig("onemo", pace=Pace.FIELD)
    rig.feed(b"AT\r\n" * 16)
    assert rig.text() == "\r\nOK\r\n" * 16


def test_power_saving_reads_as_it_was_set(any_rig: Rig) -> None:
    any_rig.ok("AT+CPSMS=1,,,01000011,00000001")
    assert any_rig.ask("AT+CPSMS?") == ['+CPSMS:1,,,"01000011","00000001"', "OK"]
    any_rig.ok("AT+CPSMS=2")
    assert any_rig.ask("AT+CPSMS?")[0].startswith("+CPSMS:0,")


def test_the_baud_rate_is_found_by_the_module_until_a_host_sets_one() -> None:
    rig = Rig("onemo")
    assert rig.modem.rate == 0
    rig.feed(b"AT+IPR?\r")
    assert rig.text() == "\r\n+IPR: 0\r\n\r\nOK\r\n"
    rig.feed(b"AT+IPR=115200\r")
    assert rig.text() == "\r\nOK\r\n"
    rig.modem.reset(rig.now)
    rig.advance(10)
    rig.text()
    rig.feed(b"AT+IPR?\r")
    assert rig.text() == "\r\n+IPR: 115200\r\n\r\nOK\r\n"
    assert rig.modem.rate == 115200


def test_natspeed_sets_the_baud_rate_too() -> None:
    rig = Rig("m5310a")
    assert rig.modem.rate == 0
    rig.feed(b"AT+NATSPEED=115200,30,1,2,1,0,0\r")
    assert rig.modem.rate == 115200
