"""A port at the speed of its line, in world time that the test moves by jumps."""

from __future__ import annotations

import asyncio
from random import Random
from typing import TYPE_CHECKING

import pytest
import serial

from onenet_sim.journal import Explanation, LineSet, OctetsLost
from onenet_sim.ports import MemoryPort, PacedPort, PtyPort, Rfc2217Port

if TYPE_CHECKING:
    from tests.ports.conftest import Bench


def paced(bench: Bench) -> tuple[PacedPort, MemoryPort]:
    """A port of 9600 baud before a line within the process."""
    inner = bench.plug(lambda: MemoryPort(bench.take, bench.journal, modem="modem-1"))
    bench.call(lambda: bench.loop.set_pace(0))
    port = bench.plug(lambda: PacedPort(inner, 9600, Random(7).randrange))  # noqa: S311 - a simulation
    return port, inner


def after(bench: Bench, inner: MemoryPort, seconds: float) -> bytes:
    """Let world time pass and return what has arrived by then."""

    async def jump() -> None:
        await bench.loop.advance_by(seconds)

    asyncio.run_coroutine_threadsafe(jump(), bench.loop).result(10)
    return inner.host.read(0)


def test_octets_arrive_as_fast_as_the_line_is(bench: Bench) -> None:
    port, inner = paced(bench)
    bench.call(lambda: port.write(b"0123456789abcdef" * 3))
    assert after(bench, inner, 0.0166) == b""
    assert after(bench, inner, 0.0001) == b"0123456789abcdef"
    assert after(bench, inner, 0.0332) == b"0123456789abcdef"
    bench.call(lambda: port.write(b"OK"))
    assert after(bench, inner, 0.002) == b"0123456789abcdef"
    assert after(bench, inner, 0.0002) == b"OK"


def test_the_hosts_rate_is_the_lines_unless_the_module_is_set_to_one(bench: Bench) -> None:
    port, inner = paced(bench)
    inner.host.set_line("baud rate", "115200")
    bench.wait_for(LineSet)
    bench.call(lambda: port.write(b"0" * 16))
    assert after(bench, inner, 0.00139) == b"0" * 16
    assert port.rate == 115200


def test_ends_at_different_rates_hear_noise_and_the_journal_says_why_once(bench: Bench) -> None:
    port, inner = paced(bench)
    port.on_octets = bench.take
    inner.host.set_line("baud rate", "9600")
    port.module_rate = lambda: 115200
    inner.host.write(b"AT\r")
    bench.call(lambda: port.write(b"\r\nOK\r\n"))
    noise = after(bench, inner, 1)
    assert len(noise) == 6
    assert noise != b"\r\nOK\r\n"
    assert len(bench.received) == 3
    assert bench.received != b"AT\r"
    (why,) = bench.of(Explanation)
    assert "set to 115200 baud and the host of memory to 9600" in str(why)
    inner.host.set_line("baud rate", "115200")
    bench.wait_for(LineSet, 2)
    bench.call(lambda: port.write(b"\r\nOK\r\n"))
    assert after(bench, inner, 1) == b"\r\nOK\r\n"


def test_the_answer_to_a_change_of_rate_still_goes_at_the_old_one(bench: Bench) -> None:
    port, inner = paced(bench)
    inner.host.set_line("baud rate", "9600")
    rate = 0

    def change(octets: bytes) -> None:
        nonlocal rate
        rate = 115200
        port.write(octets + b"OK")

    port.module_rate = lambda: rate
    port.on_octets = change
    inner.host.write(b"AT+IPR=115200\r")
    assert after(bench, inner, 1) == b"AT+IPR=115200\rOK"
    bench.call(lambda: port.write(b"URC"))
    assert after(bench, inner, 1) != b"URC"


def test_a_boot_drops_what_is_still_on_the_line(bench: Bench) -> None:
    port, inner = paced(bench)
    bench.call(lambda: port.write(b"x" * 100))
    bench.call(port.forget_boot_text)
    bench.call(lambda: port.write(b"boot", boot=True))
    assert after(bench, inner, 1) == b"boot"


def test_what_is_beyond_the_bound_is_lost(bench: Bench) -> None:
    port, _ = paced(bench)
    bench.call(lambda: port.write(bytes(65536)))
    bench.call(lambda: port.write(b"more"))
    assert bench.of(OctetsLost) == [
        OctetsLost(b"more", "the line of memory is slow, and 65536 octets wait for it")
    ]


@pytest.mark.parametrize("kind", [PtyPort, Rfc2217Port])
def test_it_speaks_for_the_port_behind_it(bench: Bench, kind: type[PtyPort | Rfc2217Port]) -> None:
    inner = bench.plug(lambda: kind(bench.take, bench.journal))
    port = bench.plug(lambda: PacedPort(inner, 9600, lambda _: 0))
    port.modem, port.on_octets = "modem-1", bench.take
    port.journal = bench.journal
    assert (port.described, port.foreign, port.name) == (inner.described, True, inner.name)
    with serial.serial_for_url(port.name, 19200, timeout=10) as host:
        host.write(b"AT\r")
        bench.wait_for_octets(b"AT\r")
        assert (port.rate, port.attached) == (19200, True)
        bench.call(lambda: port.write(b"OK"))
        assert host.read(2) == b"OK"
    assert {event.modem for event in bench.events} == {"modem-1"}
