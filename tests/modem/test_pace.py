"""When lines are printed at field pace, to the millisecond of a clock that only the test moves."""

from __future__ import annotations

import pytest

from onenet_sim.modem import Pace
from tests.modem import wire
from tests.modem.conftest import FAMILIES, Rig


def _field(name: str) -> Rig:
    rig = Rig(name, pace=Pace.FIELD)
    rig.create()
    rig.advance(10.0)
    rig.writes.clear()
    rig.text()
    return rig


def _timeline(rig: Rig, start: float) -> list[tuple[float, str]]:
    """Return what was printed: seconds since ``start``, and the line."""
    return [(round(time - start, 6), octets.decode().strip().replace(" ", "")) for time, octets in rig.writes]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("onemo", [(0.0, "OK"), (0.9, "+MIPLEVENT:0,6")]),
        ("m5310a", [(0.0, "OK"), (0.9, "+MIPLEVENT:0,6")]),
        ("m5310", [(0.0, "OK"), (0.9, "+MIPLEVENT:0,4"), (1.15, "+MIPLEVENT:0,6")]),
    ],
)
def test_the_first_event_comes_0_9_s_after_opens_ok_and_events_0_25_s_apart(
    name: str, expected: list[tuple[float, str]]
) -> None:
    rig = _field(name)
    start = rig.now
    rig.feed(b"AT+MIPLOPEN=0,3000,30\r\n")
    rig.advance(5.0)
    assert _timeline(rig, start) == expected


def test_a_whole_cis_login_takes_1_65_s_and_the_first_observe_follows_0_5_s_later() -> None:
    rig = Rig("m5310", pace=Pace.FIELD)
    rig.ok("AT+MIPLCREATE", 'AT+MIPLADDOBJ=0,3200,1,"1",1,0')
    rig.writes.clear()
    rig.feed(b"AT+MIPLOPEN=0,3000,30\r\n")
    rig.request(wire.GET, "/3200/0", options=((wire.OBSERVE, b""),))
    rig.request(wire.GET, "/3200", options=((wire.ACCEPT, b"\x28"),))
    rig.advance(5.0)
    times = [time for time, _ in _timeline(rig, 0.0)]
    assert times == [0.0, 0.9, 1.15, 1.4, 1.65, 2.15, 2.4]


@pytest.mark.parametrize("name", list(FAMILIES))
def test_every_write_holds_one_answer_or_one_urc(name: str) -> None:
    for pace in Pace:
        rig = Rig(name, pace=pace)
        rig.create()
        rig.writes.clear()
        rig.feed(b"AT+MIPLOPEN=0,3000,30\r\n")
        rig.advance(3.0)
        rig.request(wire.GET, "/3200/0", options=((wire.OBSERVE, b""),))
        rig.feed(b"AT+MIPLCLOSE=0\r\n")
        rig.advance(3.0)
        for _, octets in rig.writes:
            assert octets.count(b"\r\n") == 2, octets


def test_an_answer_passes_the_lines_that_wait_and_keeps_them_0_25_s_away() -> None:
    rig = _field("onemo")
    start = rig.now
    rig.feed(b"AT+MIPLOPEN=0,3000,30\r\n")
    rig.advance(0.8)
    rig.feed(b"AT\r\n")
    rig.advance(5.0)
    assert _timeline(rig, start) == [(0.0, "OK"), (0.8, "OK"), (1.05, "+MIPLEVENT:0,6")]


def test_a_host_that_polls_does_not_keep_the_first_event_away_for_ever() -> None:
    rig = _field("onemo")
    start = rig.now
    rig.feed(b"AT+MIPLOPEN=0,3000,30\r\n")
    for _ in range(8):
        rig.advance(0.5)
        rig.feed(b"AT\r\n")
    events = [time for time, line in _timeline(rig, start) if "EVENT" in line]
    assert events == [0.9]


def test_the_first_observe_keeps_0_5_s_from_event_6_whatever_the_host_asks_meanwhile() -> None:
    rig = _field("onemo")
    start = rig.now
    rig.feed(b"AT+MIPLOPEN=0,3000,30\r\n")
    rig.request(wire.GET, "/3200/0", options=((wire.OBSERVE, b""),))
    rig.advance(1.0)
    rig.feed(b"AT\r\n")
    rig.advance(5.0)
    assert [time for time, line in _timeline(rig, start) if "OBSERVE" in line] == [1.4]


def test_requests_come_0_25_s_apart() -> None:
    rig = _field("onemo")
    rig.feed(b"AT+MIPLOPEN=0,3000,30\r\n")
    rig.advance(5.0)
    rig.writes.clear()
    start = rig.now
    for _ in range(3):
        rig.read("/3200/0")
    rig.advance(5.0)
    assert [time for time, _ in _timeline(rig, start)] == [0.0, 0.25, 0.5]


def test_a_command_is_answered_at_once_however_many_lines_wait() -> None:
    rig = _field("onemo")
    rig.feed(b"AT+MIPLOPEN=0,3000,30\r\n")
    rig.advance(5.0)
    for _ in range(20):
        rig.read("/3200/0")
    rig.writes.clear()
    rig.feed(b"AT\r\n")
    assert rig.writes == [(rig.now, b"\r\nOK\r\n")]


def test_event_26_keeps_its_distance_to_the_ok() -> None:
    rig = _field("onemo")
    rig.feed(b"AT+MIPLOPEN=0,3000,30\r\n")
    rig.advance(5.0)
    rig.request(wire.GET, "/3200/0", options=((wire.OBSERVE, b""),))
    rig.advance(5.0)
    rig.writes.clear()
    start = rig.now
    rig.feed(b"AT+MIPLNOTIFY=0,0,3200,0,5750,1,4,abcd,0,0,147\r\n")
    rig.advance(5.0)
    assert _timeline(rig, start) == [(0.0, "OK"), (0.25, "+MIPLEVENT:0,26,147")]


def test_at_instant_pace_nothing_waits() -> None:
    rig = Rig("m5310")
    rig.create()
    rig.writes.clear()
    rig.feed(b"AT+MIPLOPEN=0,3000,30\r\n")
    assert len(rig.writes) == 3
    assert {time for time, _ in rig.writes} == {0.0}


def test_a_change_to_instant_pace_releases_what_waits() -> None:
    rig = _field("onemo")
    rig.feed(b"AT+MIPLOPEN=0,3000,30\r\n")
    rig.modem.pace = Pace.INSTANT
    rig.feed(b"")
    assert len(rig.writes) == 2


def test_a_host_that_never_pauses_still_gets_its_events() -> None:
    rig = _field("onemo")
    start = rig.now
    rig.feed(b"AT+MIPLOPEN=0,3000,30\r\n")
    for _ in range(32):
        rig.advance(0.125)
        rig.feed(b"AT\r\n")
    events = [(time, line) for time, line in _timeline(rig, start) if line != "OK"]
    assert events == [(2.05, "+MIPLEVENT:0,6")]
