"""Jumps of time in the midst of something: a command line, an exchange, a handshake."""

from __future__ import annotations

from itertools import pairwise

import pytest
import serial

from onenet_sim import World
from onenet_sim.journal import CoapSent
from tests.marks import NEEDS_DTLS

LOGIN = ("AT+MIPLCREATE", 'AT+MIPLADDOBJ=0,3303,1,"1",0,0', "AT+MIPLOPEN=0,200000")
DAY = 86_400
SECURED = 'AT+MIPLCREATEEX="183.230.40.39:5684",1,,"1234abcd"'


def test_a_command_line_that_is_half_typed_is_whole_after_a_day() -> None:
    with World(profile="onemo", clock="stopped") as world, serial.Serial(world.modem.port, timeout=5) as host:
        host.write(b"AT+C")
        world.clock.advance(days=1)
        host.write(b"SQ\r")
        assert host.read_until(b"OK\r\n").endswith(b"\r\n+CSQ: 20,99\r\n\r\nOK\r\n")
        assert world.clock.now == DAY


def test_an_answer_under_way_is_printed_on_the_way_of_a_jump() -> None:
    with World(profile="m5310a", clock="stopped", pty=False) as world:
        world.faults.add("module.slow", seconds=20)
        world.modem.line.write(b"AT\r")
        world.clock.advance(19.9)
        assert world.modem.line.lines()[-1:] != ["OK"]
        world.clock.advance(days=1)
        assert world.modem.line.lines() == ["OK"]
        printed = [event.time for event in world.journal.events() if event.kind == "module_wrote"]
        assert printed[-1] == pytest.approx(20)


def test_an_exchange_that_is_open_goes_through_all_its_retransmissions_in_one_jump() -> None:
    with World(profile="m5310a", clock="stopped", pty=False) as world:
        for line in LOGIN:
            world.modem.command(line)
        world.settle()
        world.faults.add("network.loss", direction="up")
        world.modem.command("AT+MIPLUPDATE=0,0,0")
        world.clock.advance(days=1)
        sent = [
            event.time
            for event in world.journal.events()
            if isinstance(event.what, CoapSent) and "lt=86400" in event.what.query
        ]
        assert len(sent) > 2
        gaps = [later - earlier for earlier, later in pairwise(sent)]
        assert all(later == pytest.approx(2 * earlier) for earlier, later in pairwise(gaps))


@NEEDS_DTLS
def test_a_handshake_that_is_open_fails_after_its_flights_in_one_jump() -> None:
    with World(clock="stopped", pty=False) as world:
        world.onenet.create_device(world.modem.imei, psk="1234abcd")
        world.faults.add("network.loss", direction="down")
        for line in (SECURED, 'AT+MIPLADDOBJ=0,3200,1,"1",0,1', 'AT+MIPLDISCOVERRSP=0,3200,1,4,"5750"'):
            assert world.modem.command(line)[-1] == "OK"
        world.modem.command("AT+MIPLOPEN=0,3000,300")
        world.clock.advance(days=1)
        flights = [event.time for event in world.journal.events() if event.kind == "dtls_sent"]
        assert len(flights) > 2
        assert flights == sorted(set(flights))


def test_time_never_goes_back() -> None:
    with World(clock="stopped", pty=False) as world:
        world.clock.advance(10)
        with pytest.raises(ValueError, match="world time never goes back"):
            world.clock.advance(-1)
        assert world.clock.now == 10
