"""What holds for a PTY, for TCP and for RFC 2217 alike, with pyserial as the host."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import serial

from onenet_sim.journal import Event, HostAttached, HostDetached, Journal, OctetsLost
from onenet_sim.ports import Port, PtyPort, Rfc2217Port, TcpPort

if TYPE_CHECKING:
    from tests.ports.conftest import Bench

BOOT_TEXT = b"\r\nREBOOT_CAUSE_SECURITY_RESET_PIN\r\n"


@pytest.fixture(params=[PtyPort, TcpPort, Rfc2217Port], ids=["pty", "tcp", "rfc2217"])
def port(request: pytest.FixtureRequest, bench: Bench) -> Port:
    make: type[PtyPort | TcpPort | Rfc2217Port] = request.param
    return bench.plug(lambda: make(bench.take, bench.journal, modem="modem-1"))


def open_host(port: Port, timeout: float = 10) -> serial.SerialBase:
    """Open the port as firmware on a PC does; reads have an upper bound."""
    return serial.serial_for_url(port.name, baudrate=9600, timeout=timeout)


def test_every_octet_passes_as_it_is_both_ways(bench: Bench, port: Port) -> None:
    octets = bytes(range(256)) * 4
    with open_host(port) as host:
        bench.wait_for(HostAttached)
        host.write(octets)
        bench.wait_for_octets(octets)
        bench.call(lambda: port.write(octets))
        assert host.read(len(octets)) == octets


def test_nothing_that_the_module_writes_comes_back_to_it(bench: Bench, port: Port) -> None:
    with open_host(port) as host:
        bench.wait_for(HostAttached)
        bench.call(lambda: port.write(b"\r\nOK\r\n"))
        assert host.read(6) == b"\r\nOK\r\n"
        host.write(b"AT\r")
        bench.wait_for_octets(b"AT\r")


def test_hosts_come_and_go_in_turn(bench: Bench, port: Port) -> None:
    for turn in range(1, 6):
        with open_host(port) as host:
            host.write(b"AT\r")
            bench.wait_for_octets(b"AT\r" * turn)
            bench.wait_for(HostAttached, turn)
            assert port.attached
            bench.call(lambda: port.write(b"OK"))
            assert host.read(2) == b"OK"
        bench.wait_for(HostDetached, turn)
        assert not port.attached
    assert [kind for kind in bench.kinds() if kind != "line_set"] == ["host_attached", "host_detached"] * 5
    assert {event.modem for event in bench.events} == {"modem-1"}
    assert bench.wait_for(HostAttached) == HostAttached(port.name)


def test_octets_are_lost_while_nobody_listens(bench: Bench, port: Port) -> None:
    bench.call(lambda: port.write(b"+NSONMI: 0,4\r\n"))
    assert bench.of(OctetsLost) == [OctetsLost(b"+NSONMI: 0,4\r\n", f"nobody listens on {port.name}")]
    with open_host(port, timeout=0.3) as host:
        bench.wait_for(HostAttached)
        assert host.read(1) == b""


def test_a_host_that_opens_later_still_sees_the_boot_text_once(bench: Bench, port: Port) -> None:
    bench.call(lambda: port.write(BOOT_TEXT, boot=True))
    with open_host(port) as host:
        assert host.read(len(BOOT_TEXT)) == BOOT_TEXT
    bench.wait_for(HostDetached)
    with open_host(port, timeout=0.3) as host:
        assert host.read(1) == b""
    assert bench.of(OctetsLost) == []


def test_a_host_that_is_there_sees_the_boot_text_as_it_comes(bench: Bench, port: Port) -> None:
    with open_host(port) as host:
        host.write(b"x")
        bench.wait_for_octets(b"x")
        bench.call(lambda: port.write(BOOT_TEXT, boot=True))
        assert host.read(len(BOOT_TEXT)) == BOOT_TEXT


def test_a_boot_text_written_as_the_host_opens_is_not_lost(bench: Bench, port: Port) -> None:
    def boot(event: Event) -> None:
        if event.kind == "host_attached":
            port.write(BOOT_TEXT, boot=True)

    bench.journal.follow(boot)
    with open_host(port) as host:
        assert host.read(len(BOOT_TEXT)) == BOOT_TEXT


def test_a_new_boot_replaces_the_boot_text_that_nobody_saw(bench: Bench, port: Port) -> None:
    bench.call(lambda: port.write(b"first boot", boot=True))
    bench.call(port.forget_boot_text)
    bench.call(lambda: port.write(b"second boot", boot=True))
    with open_host(port) as host:
        assert host.read(11) == b"second boot"


def test_what_the_module_writes_after_the_boot_text_comes_after_it(bench: Bench, port: Port) -> None:
    bench.call(lambda: port.write(b"boot ", boot=True))
    with open_host(port) as host:
        bench.wait_for(HostAttached)
        bench.call(lambda: port.write(b"urc"))
        assert host.read(8) == b"boot urc"


def test_a_host_that_writes_at_once_has_the_boot_text_before_the_answer(bench: Bench, port: Port) -> None:
    def answer(octets: bytes) -> None:
        bench.take(octets)
        port.write(b"OK")

    port.on_octets = answer
    bench.call(lambda: port.write(b"boot ", boot=True))
    with open_host(port) as host:
        host.write(b"AT\r")
        assert host.read(7) == b"boot OK"


def test_boot_text_beyond_four_kibibytes_is_lost(bench: Bench, port: Port) -> None:
    bench.call(lambda: port.write(b"a" * 4090, boot=True))
    bench.call(lambda: port.write(b"b" * 10, boot=True))
    lost = bench.wait_for(OctetsLost)
    assert isinstance(lost, OctetsLost)
    assert lost.octets == b"b" * 4
    assert "4096 octets" in lost.why
    with open_host(port) as host:
        assert host.read(4096) == b"a" * 4090 + b"b" * 6


def test_a_host_that_reads_slowly_gets_all_that_waits_in_order(bench: Bench, port: Port) -> None:
    line = b"0123456789abcdef" * 64
    with open_host(port) as host:
        bench.wait_for(HostAttached)
        for _ in range(64):
            bench.call(lambda: port.write(line))
        assert host.read(64 * len(line)) == line * 64
    assert bench.of(OctetsLost) == []


def test_a_host_that_does_not_read_loses_what_is_beyond_the_bound(bench: Bench, port: Port) -> None:
    chunk = bytes(32 * 1024)
    with open_host(port):
        bench.wait_for(HostAttached)

        def flood() -> None:
            for _ in range(1000):
                port.write(chunk)
                if bench.of(OctetsLost):
                    return

        bench.call(flood)
        lost = bench.wait_for(OctetsLost)
        assert isinstance(lost, OctetsLost)
        assert f"the host on {port.name} does not read" in lost.why


def test_the_module_and_the_journal_may_be_replaced_under_an_open_port(bench: Bench, port: Port) -> None:
    fresh = Journal(bench.loop.time)
    with open_host(port) as host:
        bench.wait_for(HostAttached)
        port.on_octets = lambda octets: port.write(octets.upper())
        port.journal = fresh
        host.write(b"at\r")
        assert host.read(3) == b"AT\r"
    bench.call(port.close)
    assert list(fresh)[-1].kind == "host_detached"


def test_what_a_host_does_has_no_cause(bench: Bench, port: Port) -> None:
    causes: list[int | None] = []

    def note(octets: bytes) -> None:
        causes.append(bench.journal.cause)
        bench.take(octets)

    port.on_octets = note
    with open_host(port) as host:
        host.write(b"x")
        bench.wait_for_octets(b"x")
    bench.wait_for(HostDetached)
    assert causes == [None]
    assert {event.cause for event in bench.events} == {None}


def test_a_port_may_be_closed_twice(bench: Bench, port: Port) -> None:
    bench.call(port.close)
    bench.call(port.close)
    assert not port.attached
