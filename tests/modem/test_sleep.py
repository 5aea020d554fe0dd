"""Power saving mode, eDRX and deep sleep: what is printed, what is heard, what survives."""

from __future__ import annotations

from dataclasses import replace

import pytest

from onenet_sim.modem import Pace, load_profile
from onenet_sim.modem.power_saving import Paging, PowerSaving
from onenet_sim.modem.radio_habits import SleepingLine
from tests.modem import wire
from tests.modem.conftest import Rig

INACTIVITY = 20.0
ACTIVE_4_S, ACTIVE_60_S, TAU_1_H = "00000010", "00100001", "00100001"


def _asleep(name: str, *before: str, active: str = ACTIVE_4_S) -> Rig:
    """Return a module that is logged in and has just gone to sleep."""
    rig = Rig(name)
    rig.ok(*before, f'AT+CPSMS=1,,,"{TAU_1_H}","{active}"')
    rig.login(lifetime=86_400)
    rig.advance(INACTIVITY + 4.0)
    return rig


@pytest.mark.parametrize(
    ("bits", "seconds"),
    [("00000010", 4), ("00100001", 60), ("01000001", 360), ("00010000", 32), ("10100001", 60), ("11100000", None)],
)
def test_the_active_time_is_coded_as_ts_24_008_has_it(bits: str, seconds: int | None) -> None:
    assert PowerSaving(active=bits).active_seconds == seconds


@pytest.mark.parametrize(
    ("bits", "seconds"),
    [
        ("00000001", 600),
        ("00111000", 24 * 3600),
        ("01000001", 36_000),
        ("01100001", 2),
        ("10000001", 30),
        ("10100001", 60),
        ("11000001", 320 * 3600),
        ("11111111", None),
    ],
)
def test_the_time_of_the_periodic_update_is_coded_as_ts_24_008_has_it(bits: str, seconds: int | None) -> None:
    assert PowerSaving(periodic=bits).periodic_seconds == seconds


@pytest.mark.parametrize(
    ("bits", "seconds"), [("0010", 20.48), ("0101", 81.92), ("1111", 10485.76), ("0000", 20.48)]
)
def test_the_cycle_of_edrx_is_coded_as_ts_24_008_has_it(bits: str, seconds: float) -> None:
    assert Paging(value=bits).cycle == seconds
    assert Paging(window_value="0011").window == 10.24


@pytest.mark.parametrize(
    ("name", "switch", "text"),
    [
        ("onemo", (), "+POWERDOWN:"),
        ("m5310a", ("AT+NPSMR=1",), "+NPSMR:1"),
        ("m5311", ("AT*SLEEP=1",), "*GOTOSLEEP"),
        ("me3616", ("AT*MNBIOTEVENT=1,1",), '*MNBIOTEVENT: "ENTER PSM"'),
    ],
)
def test_a_module_tells_when_the_active_time_is_over(name: str, switch: tuple[str, ...], text: str) -> None:
    rig = Rig(name)
    rig.ok(*switch, f'AT+CPSMS=1,,,"{TAU_1_H}","{ACTIVE_60_S}"')
    rig.login()
    rig.advance(INACTIVITY + 59.999)
    assert rig.lines() == []
    rig.advance(0.001)
    assert rig.lines() == [text]


@pytest.mark.parametrize("name", ["m5310a", "m5311", "me3616"])
def test_a_module_that_was_not_asked_goes_to_sleep_in_silence(name: str) -> None:
    rig = _asleep(name)
    rig.advance(60.0)
    assert rig.lines() == []
    assert rig.modem.module is not None
    assert rig.modem.module.sleep.asleep


@pytest.mark.parametrize("name", ["onemo", "m5310a", "m5311", "me3616", "ec616"])
def test_a_sleeping_module_hears_nothing_from_the_platform(name: str) -> None:
    rig = _asleep(name)
    rig.text()
    rig.read("/3200/0")
    assert rig.text() == ""
    assert rig.sent == []
    dropped = [event for event in rig.journal if event.kind == "datagram_dropped"]
    assert "power saving mode" in str(dropped[-1].what)


def test_within_the_active_time_the_platform_reaches_the_module() -> None:
    rig = Rig("onemo")
    rig.ok(f'AT+CPSMS=1,,,"{TAU_1_H}","{ACTIVE_60_S}"')
    rig.login()
    rig.advance(INACTIVITY + 59.0)
    rig.read("/3200/0")
    assert rig.lines()[0].startswith("+MIPLREAD: ")


def test_on_the_hi2115_the_serial_line_works_in_sleep_and_a_report_ends_it() -> None:
    rig = _asleep("m5310a", "AT+NPSMR=1")
    assert rig.lines() == ["+NPSMR:1"]
    assert rig.ask("AT+NPSMR?") == ["+NPSMR:1,1", "OK"]
    assert rig.ask('AT+MIPLNOTIFY=0,0,3200,0,5750,1,4,"abcd",0,0,7') == ["OK", "+NPSMR:0", "+MIPLEVENT:0,26,7"]
    assert rig.ask("AT+NPSMR?") == ["+NPSMR:1,0", "OK"]
    rig.advance(INACTIVITY + 4.0)
    assert rig.lines() == ["+NPSMR:1"]


def test_a_host_without_the_wake_up_pin_wakes_the_module_by_what_it_says_and_the_journal_warns() -> None:
    rig = _asleep("m5311", "AT*SLEEP=1", "AT*MATWAKEUP=1")
    assert rig.lines() == ["*GOTOSLEEP"]
    assert rig.ask("AT") == ["OK", "*MATWAKEUP"]
    assert "wake-up pin" in " ".join(str(event.what) for event in rig.journal)


def test_what_is_said_to_a_dead_line_is_lost_until_the_pin_wakes_the_module() -> None:
    m5311 = load_profile("m5311")
    rig = Rig(replace(m5311, sleep=replace(m5311.sleep, line=SleepingLine.DEAD)))
    rig.ok(f'AT+CPSMS=1,,,"{TAU_1_H}","{ACTIVE_4_S}"', "AT*MATWAKEUP=1")
    rig.advance(100.0)
    rig.feed(b"AT\r")
    assert rig.lines() == []
    assert "lost" in rig.why
    rig.modem.wake(rig.now)
    rig.advance(0.0)
    assert rig.lines() == ["*MATWAKEUP"]
    assert rig.ask("AT") == ["OK"]


def test_a_module_that_was_woken_sleeps_again_when_the_host_has_been_quiet_for_ten_seconds() -> None:
    rig = _asleep("m5311", "AT*SLEEP=1", "AT*MATWAKEUP=1")
    rig.feed(b"AT\r")
    rig.advance(9.0)
    rig.ok("AT")
    rig.advance(9.999)
    assert rig.lines() == ["*MATWAKEUP"][1:]
    rig.advance(0.001)
    assert rig.lines() == ["*GOTOSLEEP"]


def test_the_wake_up_pin_wakes_without_losing_anything() -> None:
    rig = _asleep("m5311", "AT*MATWAKEUP=1")
    rig.modem.wake(rig.now)
    rig.advance(0.0)
    assert rig.lines() == ["*MATWAKEUP"]
    assert rig.ask("AT") == ["OK"]


@pytest.mark.parametrize("forever", ["", "_FOREVER"])
def test_a_lock_keeps_the_serial_line_alive_in_sleep(forever: str) -> None:
    rig = _asleep("m5311", f"AT+SM=LOCK{forever}", "AT*SLEEP=1")
    assert rig.lines() == ["*GOTOSLEEP"]
    assert rig.ask("AT") == ["OK"]
    rig.ok(f"AT+SM=UNLOCK{forever}")
    assert rig.modem.module is not None
    assert rig.modem.module.sleep.deaf
    assert rig.ask("AT+SM=MAYBE") == ["+CME ERROR:50"]


def test_a_module_can_be_sent_to_sleep_at_once() -> None:
    rig = Rig("m5311")
    rig.ok(f'AT+CPSMS=1,,,"{TAU_1_H}","{ACTIVE_60_S}"', "AT*SLEEP=1")
    rig.login()
    rig.advance(INACTIVITY)
    assert rig.ask("AT*ENTERSLEEP") == ["OK", "*GOTOSLEEP"]


@pytest.mark.parametrize("name", ["onemo", "m5311", "ec616"])
def test_a_login_outlives_deep_sleep_without_a_registration(name: str) -> None:
    rig = Rig(name)
    rig.ok(f'AT+CPSMS=1,,,"{TAU_1_H}","{ACTIVE_4_S}"')
    number = rig.login()
    rig.advance(INACTIVITY + 4.0)
    rig.modem.wake(rig.now)
    rig.text()
    rig.ok(f'AT+MIPLNOTIFY=0,{number},3200,0,5750,1,4,"abcd",0,0')
    assert [packet.code for packet in rig.sent] == [wire.CONTENT]


def test_an_mt2625_tells_of_its_login_with_event_4_and_keeps_two_objects() -> None:
    rig = Rig("mt2625")
    rig.ok(f'AT+CPSMS=1,,,"{TAU_1_H}","{ACTIVE_4_S}"')
    rig.login((3200, "1"), (3303, "1"), (3306, "1"))
    rig.advance(INACTIVITY + 4.0)
    rig.modem.wake(rig.now)
    rig.advance(0.0)
    assert rig.lines() == ["+MIPLEVENT: 0, 4"]
    assert "object 3306 is lost" in " ".join(str(event.what) for event in rig.journal)
    assert [packet.path for packet in rig.sent] == []


def test_an_mt2625_wakes_at_nine_tenths_of_its_lifetime_to_update() -> None:
    rig = Rig("mt2625")
    rig.ok('AT+CPSMS=1,,,"00111000","00000010"')
    rig.login(lifetime=1000)
    rig.advance(899.0)
    assert rig.sent == []
    rig.advance(1.0)
    assert [(packet.code, packet.query) for packet in rig.sent] == [(wire.POST, ["lt=1000"])]
    assert [line.replace(" ", "") for line in rig.lines()] == ["+MIPLEVENT:0,4", "+MIPLEVENT:0,11"]


def test_at_its_periodic_update_the_network_can_reach_a_sleeping_module_for_a_while() -> None:
    rig = _asleep("onemo")
    rig.text()
    rig.advance(3600.0 - 4.0)
    rig.read("/3200/0")
    assert rig.lines()[0].startswith("+MIPLREAD: ")


def test_a_periodic_update_does_not_wake_a_dead_serial_line() -> None:
    rig = _asleep("m5311", "AT+CSCON=1", "AT*MATWAKEUP=1")
    rig.text()
    rig.advance(3600.0)
    assert rig.lines() == []
    assert rig.ask("AT") == ["OK", "*MATWAKEUP"]


def test_switching_power_saving_off_ends_sleep() -> None:
    rig = _asleep("m5310a", "AT+NPSMR=1")
    rig.text()
    assert rig.ask("AT+CPSMS=0") == ["OK", "+NPSMR:0"]
    rig.read("/3200/0")
    assert rig.lines()[0].startswith("+MIPLREAD:")


def test_power_saving_outlives_a_restart() -> None:
    rig = Rig("m5310a")
    rig.ok(f'AT+CPSMS=1,,,"{TAU_1_H}","{ACTIVE_4_S}"')
    rig.feed(b"AT+NRB\r\n")
    rig.advance(5.0)
    rig.text()
    assert rig.ask("AT+CPSMS?") == [f'+CPSMS:1,,,"{TAU_1_H}","{ACTIVE_4_S}"', "OK"]
    assert rig.ask("AT+NPSMR=1") == ["OK"]
    rig.advance(INACTIVITY + 4.0)
    assert rig.modem.module is not None
    assert rig.modem.module.sleep.asleep


def test_without_an_active_time_a_module_never_sleeps() -> None:
    rig = _asleep("onemo", active="11100000")
    rig.advance(3000.0)
    assert rig.lines() == []


@pytest.mark.parametrize("pace", list(Pace))
def test_with_edrx_the_platform_reaches_the_module_in_the_next_window(pace: Pace) -> None:
    rig = Rig("onemo")
    rig.ok('AT+CEDRXS=1,5,"0101"')
    rig.login()
    rig.modem.pace = pace
    rig.advance(INACTIVITY + 40.0)
    rig.read("/3200/0")
    assert rig.lines() == []
    rig.advance(41.919)
    assert rig.lines() == []
    rig.advance(0.001)
    assert rig.lines()[0].startswith("+MIPLREAD: ")


def test_the_network_keeps_sixteen_datagrams_for_a_module_that_listens_at_times() -> None:
    rig = Rig("onemo")
    rig.ok('AT+CEDRXS=1,5,"0101"')
    rig.login()
    rig.advance(INACTIVITY + 40.0)
    for _ in range(20):
        rig.read("/3200/0")
    dropped = [event for event in rig.journal if event.kind == "datagram_dropped"]
    assert len(dropped) == 4
    assert "no more than 16" in str(dropped[-1].what)
    rig.advance(60.0)
    assert len([line for line in rig.lines() if line.startswith("+MIPLREAD")]) == 16


def test_edrx_reads_as_it_was_set_and_tells_what_is_granted_when_asked_to() -> None:
    rig = Rig("onemo")
    assert rig.ask("AT+CEDRXS?") == ["OK"]
    assert rig.ask("AT+CEDRXRDP") == ["+CEDRXRDP:0", "OK"]
    assert rig.ask('AT+CEDRXS=2,5,"0101"') == ["OK", '+CEDRXP:5,"0101","0101","0011"']
    assert rig.ask("AT+CEDRXS?") == ['+CEDRXS:5,"0101"', "OK"]
    assert rig.ask("AT+CEDRXRDP") == ['+CEDRXRDP:5,"0101","0101","0011"', "OK"]
    rig.ok("AT+CEDRXS=0,5")
    assert rig.ask("AT+CEDRXS?") == ["OK"]
    assert rig.ask("AT+CEDRXS=1,5,01012") == ["+CME ERROR:50"]


def test_losing_the_network_ends_sleep() -> None:
    rig = _asleep("m5310a")
    rig.ok("AT+CFUN=0")
    assert rig.modem.module is not None
    assert not rig.modem.module.sleep.asleep
    rig.advance(10_000.0)
