"""Boot texts, restarts by command and by key, and power at awkward moments."""

from __future__ import annotations

import pytest

from onenet_sim.modem import Pace, Power
from tests.modem.conftest import FAMILIES, Rig

BOOT = {
    "onemo": ["+MATREADY"],
    "m5310a": ["REBOOT_CAUSE_SECURITY_RESET_PIN\r\nM5310-A\r\nOK"],
    "m5310": ["OK"],
}
HI2115 = [
    "Boot: Unsigned\r\nSecurity B.. Verified\r\nProtocol A.. Verified\r\nApps A...... Verified",
    "REBOOT_CAUSE_APPLICATION_AT\r\nM5310-A\r\nOK",
]
M5311 = ["*ATREADY: 1", "+CFUN: 1", "+CPIN: READY", "+IP: 100.96.78.210"]


def _off(name: str) -> Rig:
    return Rig(name, pace=Pace.FIELD, switched_on=False)


@pytest.mark.parametrize("name", list(FAMILIES))
def test_the_boot_text_comes_two_seconds_after_power_on(name: str) -> None:
    rig = _off(name)
    rig.modem.power_on(0.0)
    rig.feed(b"AT\r\n")
    rig.advance(1.999)
    assert rig.writes == []
    assert "hears nothing" in rig.why
    rig.advance(0.001)
    assert rig.lines() == BOOT[name]
    assert rig.ask("AT") == ["OK"]


@pytest.mark.parametrize("name", list(FAMILIES))
def test_the_boot_text_is_kept_for_a_host_that_opens_the_port_later(name: str) -> None:
    rig = _off(name)
    rig.modem.power_on(0.0, booted=True)
    assert all(write.boot for write in rig.modem.serial_to_send(0.0))


@pytest.mark.parametrize(
    ("name", "line", "expected"),
    [
        ("onemo", "AT+MREBOOT", ["OK", "REBOOTING", "+MATREADY"]),
        ("onemo", "AT+MREBOOT=0", ["OK", "REBOOTING", "+MATREADY"]),
        ("onemo", "AT+NRB", ["OK", "REBOOTING", "+MATREADY"]),
        ("onemo", "AT+CFUN=1,1", ["OK", "+MATREADY"]),
        ("m5310a", "AT+NRB", ["REBOOTING", *HI2115]),
        ("m5311", "AT+CMRB", ["OK", "REBOOTING..", *M5311]),
        ("m5311", "AT+COLDRB", ["OK", "REBOOTING..", *M5311]),
        ("m5310", "AT+NRB", ["REBOOTING", "REBOOT_CAUSE_APPLICATION_AT\r\nM5310\r\nOK"]),
    ],
)
@pytest.mark.parametrize("pace", list(Pace))
def test_a_restart_by_command_prints_what_the_module_prints(
    name: str, line: str, expected: list[str], pace: Pace
) -> None:
    rig = Rig(name)
    rig.login()
    rig.modem.pace = pace
    rig.feed(line.encode() + b"\r\n")
    rig.advance(5.0)
    assert rig.lines() == expected


def test_after_a_restart_nothing_is_left_of_the_device_the_login_and_the_settings(any_rig: Rig) -> None:
    any_rig.login()
    any_rig.ok("AT+CMEE=0", "AT+CEREG=2")
    any_rig.feed(b"ATE1\r\nAT+NRB\r\n")
    any_rig.advance(5000.0)
    any_rig.text()
    any_rig.sent.clear()
    assert any_rig.ask("AT+CMEE?") == ["+CMEE:1", "OK"]
    assert any_rig.ask("AT+CEREG?") == ["+CEREG:0,1", "OK"]
    any_rig.ok("AT+MIPLCREATE")
    assert any_rig.sent == []


@pytest.mark.parametrize("pace", list(Pace))
def test_what_follows_a_restart_command_in_the_same_octets_is_lost(pace: Pace) -> None:
    rig = Rig("m5310a", pace=pace)
    rig.feed(b"AT+NRB\r\nAT+CSQ\r\nAT+CG")
    rig.advance(5.0)
    assert "+CSQ" not in rig.text()
    assert "lost" in rig.why
    rig.feed(b"SN=1\r\nAT\r\n")
    assert rig.lines() == ["OK"]


@pytest.mark.parametrize("name", list(FAMILIES))
def test_a_module_that_restarted_at_once_knows_the_time(name: str) -> None:
    rig = Rig(name)
    rig.now = 1000.0
    rig.feed(b"AT+NRB\r\n")
    assert rig.modem.module is not None
    assert rig.modem.module.now == 1000.0


def test_without_power_the_module_neither_hears_nor_speaks_nor_sends(any_rig: Rig) -> None:
    any_rig.login(lifetime=100)
    any_rig.read("/3200/0")
    any_rig.text()
    any_rig.modem.power_off(any_rig.now)
    assert any_rig.modem.power is Power.OFF
    assert any_rig.modem.next_deadline is None
    any_rig.feed(b"AT\r\n")
    any_rig.read("/3200/0")
    any_rig.advance(500.0)
    assert any_rig.text() == ""
    assert any_rig.sent == []


@pytest.mark.parametrize("after", [0.0, 0.5, 1.9])
def test_a_reset_while_it_boots_begins_again(after: float) -> None:
    rig = _off("onemo")
    rig.modem.power_on(0.0)
    rig.advance(after)
    rig.modem.reset(rig.now)
    rig.advance(1.999)
    assert rig.writes == []
    rig.advance(0.001)
    assert rig.lines() == ["+MATREADY"]


def test_switching_on_twice_and_off_twice_does_nothing_more() -> None:
    rig = _off("onemo")
    rig.modem.power_off(0.0)
    rig.modem.power_on(0.0)
    rig.advance(1.0)
    rig.modem.power_on(rig.now)
    rig.advance(1.0)
    assert rig.lines() == ["+MATREADY"]
    rig.modem.power_off(rig.now)
    rig.modem.power_off(rig.now)


@pytest.mark.parametrize("name", list(FAMILIES))
def test_a_reset_in_the_middle_of_a_login_and_of_a_line_leaves_nothing_behind(name: str) -> None:
    rig = Rig(name, pace=Pace.FIELD)
    rig.create()
    rig.platform.silent = True
    rig.feed(b"AT+MIPLOPEN=0,3000,30\r\nAT+MIPL")
    rig.modem.reset(rig.now)
    rig.text()
    rig.sent.clear()
    rig.advance(60.0)
    assert rig.lines() == BOOT[name]
    assert rig.sent == []
    assert rig.ask("AT") == ["OK"]


def test_nothing_is_said_that_nobody_asked_for(any_rig: Rig) -> None:
    any_rig.advance(1000.0)
    assert any_rig.text() == ""
    any_rig.login()
    any_rig.advance(60.0)
    any_rig.ok("AT+CFUN=0", "AT+CFUN=1", "AT+CGATT=0", "AT+CGATT=1")
    assert any_rig.text() == ""


def test_echo_is_off_until_it_is_switched_on(any_rig: Rig) -> None:
    any_rig.feed(b"AT\r\n")
    assert any_rig.text() == "\r\nOK\r\n"
    any_rig.feed(b"ATE1\r\nAT\r\nATE0\rAT\r")
    assert any_rig.text() == "\r\nOK\r\nAT\r\r\nOK\r\nATE0\r\r\nOK\r\n\r\nOK\r\n"
