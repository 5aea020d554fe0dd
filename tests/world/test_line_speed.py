"""A world whose serial lines have a speed: `baud_pace`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import serial

from onenet_sim import World

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def world() -> Iterator[World]:
    with World(profile="m5310a", seed=7, pace="instant", baud_pace=True) as world:
        yield world


def test_a_line_at_9600_baud_takes_its_time(world: World) -> None:
    with serial.Serial(world.modem.port, 9600, timeout=10) as port:
        assert port.read_until(b"M5310-A\r\nOK\r\n")
        before = world.clock.now
        port.write(b"AT+CGSN=1\r")
        answer = port.read_until(b"OK\r\n")
        assert world.clock.now - before >= len(answer) * 10 / 9600


def test_a_host_that_does_not_follow_a_change_of_rate_hears_noise(world: World) -> None:
    with serial.Serial(world.modem.port, 9600, timeout=10) as port:
        port.read_until(b"M5310-A\r\nOK\r\n")
        port.write(b"AT+IPR=115200\r")
        assert port.read(6) == b"\r\nOK\r\n"
        port.write(b"AT\r")
        port.timeout = 0.2
        assert b"OK" not in port.read(100)
        port.timeout = 10
        port.baudrate = 115200
        port.write(b"\rAT+IPR?\r")
        assert port.read_until(b"OK\r\n").endswith(b"\r\n+IPR:115200\r\n\r\nOK\r\n")
    assert any("each hears noise" in str(event.what) for event in world.journal)


def test_every_way_in_is_told_as_ever() -> None:
    with World(baud_pace=True, tcp=0, rfc2217=0) as world:
        assert {"port", "link", "tcp", "rfc2217"} <= world.modem.description.keys()
        assert world.modem.command("AT") == ["OK"]
        world.reset()
        assert world.modem.command("AT") == ["OK"]
