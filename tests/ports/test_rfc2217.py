"""What is peculiar to RFC 2217, with pyserial, serialx (it waits for every answer) and raw octets as hosts."""

from __future__ import annotations

import socket
import struct
from typing import TYPE_CHECKING

import pytest
import serial
import serialx

from onenet_sim.journal import Explanation, HostAttached, HostDetached, LineSet, OctetsLost
from onenet_sim.ports import Rfc2217Port

if TYPE_CHECKING:
    from tests.ports.conftest import Bench

OFFER = b"\xff\xfb\x00\xff\xfd\x00\xff\xfd\x2c"
SUSPEND, RESUME = b"\xff\xfa\x2c\x08\xff\xf0", b"\xff\xfa\x2c\x09\xff\xf0"
ASK_RATE = b"\xff\xfa\x2c\x01\x00\x00\x00\x00\xff\xf0"
RATE_IS_9600 = b"\xff\xfa\x2c\x65\x00\x00\x25\x80\xff\xf0"


@pytest.fixture
def port(bench: Bench) -> Rfc2217Port:
    return bench.plug(lambda: Rfc2217Port(bench.take, bench.journal, modem="modem-1"))


def connect(port: Rfc2217Port) -> socket.socket:
    """Connect as a program does that knows nothing but octets, and take the offer."""
    host = socket.create_connection((port.host, port.port), timeout=10)
    assert receive(host, len(OFFER)) == OFFER
    return host


def receive(host: socket.socket, count: int) -> bytes:
    got = b""
    while len(got) < count:
        piece = host.recv(count - len(got))
        assert piece, got
        got += piece
    return got


def settings(bench: Bench) -> list[tuple[str, str]]:
    return [(each.what, each.state) for each in bench.of(LineSet) if isinstance(each, LineSet)]


def test_its_name_is_what_pyserial_opens(port: Rfc2217Port) -> None:
    assert port.name == f"rfc2217://127.0.0.1:{port.port}"
    assert port.described == {"rfc2217": f"127.0.0.1:{port.port}"}


def test_pyserial_sets_what_a_pty_cannot_and_the_journal_has_it(bench: Bench, port: Rfc2217Port) -> None:
    assert port.rate is None
    with serial.serial_for_url(
        port.name, 57600, bytesize=serial.SEVENBITS, parity="E", stopbits=2, timeout=10, rtscts=True
    ) as host:
        assert port.rate == 57600
        host.dtr = False
        host.break_condition = True
        host.break_condition = False
        assert (host.cts, host.dsr, host.ri, host.cd) == (True, True, False, False)
        host.baudrate = 9600
        assert port.rate == 9600
    assert settings(bench) == [
        ("baud rate", "57600"),
        ("data bits", "7"),
        ("parity", "even"),
        ("stop bits", "2"),
        ("flow control", "RTS/CTS"),
        ("DTR", "on"),
        ("DTR", "off"),
        ("BREAK", "on"),
        ("BREAK", "off"),
        ("baud rate", "9600"),
    ]
    assert {event.modem for event in bench.events} == {"modem-1"}


def test_a_client_that_waits_for_every_answer_is_content(bench: Bench, port: Rfc2217Port) -> None:
    bench.call(lambda: port.write(b"\r\nREBOOT\r\n", boot=True))
    with serialx.serial_for_url(port.name, baudrate=115200) as host:
        host.set_modem_pins(rts=True, dtr=True)
        assert host.get_modem_pins().cts is serialx.PinState.HIGH
        assert host.get_modem_pins().dsr is serialx.PinState.HIGH
        assert host.get_modem_pins().rng is serialx.PinState.LOW
        assert host.get_modem_pins().car is serialx.PinState.LOW
        assert host.readexactly(10) == b"\r\nREBOOT\r\n"
        host.write(b"AT\xff\r")
        host.flush()
        bench.wait_for_octets(b"AT\xff\r")
        bench.call(lambda: port.write(b"\r\n\xff\xff OK\r\n"))
        assert host.readexactly(9) == b"\r\n\xff\xff OK\r\n"
        host.reset_input_buffer()
        host.reset_output_buffer()
        host.reconfigure_port(baudrate=9600)
        assert port.rate == 9600
    bench.wait_for(HostDetached)
    with serialx.serial_for_url(port.name, baudrate=9600) as host:
        host.write(b"again")
        bench.wait_for_octets(b"AT\xff\ragain")


def test_octets_may_be_split_anywhere(bench: Bench, port: Rfc2217Port) -> None:
    with connect(port) as host:
        host.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for octet in b"A\xff\xffT\xff\xfa\x2c\x01\x00\x00\x25\x80\xff\xf0\r":
            host.sendall(bytes((octet,)))
        assert receive(host, len(RATE_IS_9600)) == RATE_IS_9600
        bench.wait_for_octets(b"A\xffT\r")


def test_a_host_that_vanishes_in_the_midst_of_a_command_leaves_nothing_to_the_next(
    bench: Bench, port: Rfc2217Port
) -> None:
    host = connect(port)
    host.sendall(b"AT+CG\xff\xfa\x2c\x05")
    bench.wait_for_octets(b"AT+CG")
    host.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    host.close()
    bench.wait_for(HostDetached)
    with connect(port) as host:
        host.sendall(b"AT\r")
        bench.wait_for_octets(b"AT+CGAT\r")


def test_a_host_that_suspends_is_answered_and_has_its_octets_later(bench: Bench, port: Rfc2217Port) -> None:
    with connect(port) as host:
        host.sendall(b"AT\r" + SUSPEND)
        bench.wait_for_octets(b"AT\r")
        bench.call(lambda: port.write(b"OK"))
        host.sendall(ASK_RATE)
        assert receive(host, len(RATE_IS_9600)) == RATE_IS_9600
        host.sendall(RESUME)
        assert receive(host, 2) == b"OK"


def test_a_host_that_purges_has_nothing_of_what_waited(bench: Bench, port: Rfc2217Port) -> None:
    with connect(port) as host:
        host.sendall(b"AT\r" + SUSPEND)
        bench.wait_for_octets(b"AT\r")
        bench.call(lambda: port.write(b"stale"))
        host.sendall(b"\xff\xfa\x2c\x0c\x01\xff\xf0" + RESUME)
        assert receive(host, 7) == b"\xff\xfa\x2c\x70\x01\xff\xf0"
        bench.call(lambda: port.write(b"fresh"))
        assert receive(host, 5) == b"fresh"
    assert bench.of(OctetsLost) == [OctetsLost(b"stale", f"the host on {port.name} purged it")]


def test_an_answer_never_falls_between_an_escape_and_its_double(bench: Bench, port: Rfc2217Port) -> None:
    with connect(port) as host:
        host.sendall(b"x")
        bench.wait_for_octets(b"x")

        def flood() -> int:
            written = 0
            while not port._waiting and not bench.of(OctetsLost):
                port.write(b"\xff" * 32767)
                written += 32767
            return written

        count = bench.call(flood)
        assert count
        host.sendall(ASK_RATE)
        got = b""
        while len(got) < 2 * count + len(RATE_IS_9600):
            got += host.recv(65536)
    before, _, after = got.partition(b"\xfa\x2c\x65\x00\x00\x25\x80\xff\xf0")
    assert len(before) % 2 == 1
    assert len(after) % 2 == 0
    assert set(before + after) == {0xFF}
    assert len(before + after) == 2 * count + 1


def test_a_host_that_asks_without_end_and_never_reads_is_hung_up_on(bench: Bench, port: Rfc2217Port) -> None:
    def ask_without_end() -> None:
        while True:
            host.sendall(ASK_RATE * 1000)

    with connect(port) as host:
        assert port._connection is not None
        port._connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        with pytest.raises(OSError, match=r"reset by peer|Broken pipe"):
            ask_without_end()
        assert "asks and does not read" in str(bench.wait_for(Explanation))
        bench.wait_for(HostDetached)
    with connect(port) as host:
        bench.wait_for(HostAttached, 2)
