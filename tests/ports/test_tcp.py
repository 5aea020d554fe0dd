"""What is peculiar to TCP."""

from __future__ import annotations

import socket
import struct
from typing import TYPE_CHECKING

import pytest

from onenet_sim.journal import Explanation, HostAttached, HostDetached
from onenet_sim.ports import TcpPort

if TYPE_CHECKING:
    from tests.ports.conftest import Bench


@pytest.fixture
def port(bench: Bench) -> TcpPort:
    return bench.plug(lambda: TcpPort(bench.take, bench.journal))


def connect(port: TcpPort) -> socket.socket:
    return socket.create_connection((port.host, port.port), timeout=10)


def test_its_name_is_what_pyserial_opens(port: TcpPort) -> None:
    assert port.name == f"socket://127.0.0.1:{port.port}"


def test_a_second_host_is_refused_and_the_journal_says_so(bench: Bench, port: TcpPort) -> None:
    with connect(port) as first, connect(port) as second:
        assert second.recv(1) == b""
        assert "was refused on" in str(bench.wait_for(Explanation))
        first.sendall(b"AT\r")
        bench.wait_for_octets(b"AT\r")
    bench.wait_for(HostDetached)
    assert bench.kinds().count("host_attached") == 1


def test_a_host_that_follows_at_once_is_not_taken_for_a_second_one(bench: Bench, port: TcpPort) -> None:
    for turn in range(1, 21):
        with connect(port) as host:
            host.sendall(b"x")
            bench.wait_for_octets(b"x" * turn)
    assert bench.of(Explanation) == []


def test_what_a_host_wrote_just_before_it_closed_still_arrives(bench: Bench, port: TcpPort) -> None:
    with connect(port) as host:
        host.sendall(b"AT\r")
    bench.wait_for_octets(b"AT\r")


def test_a_connection_that_is_reset_detaches_the_host(bench: Bench, port: TcpPort) -> None:
    host = connect(port)
    bench.wait_for(HostAttached)
    host.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    host.close()
    bench.wait_for(HostDetached)
    assert not port.attached


def test_a_port_in_use_is_named(bench: Bench, port: TcpPort) -> None:
    with pytest.raises(OSError, match=f"127.0.0.1:{port.port}: Address already in use"):
        bench.call(lambda: TcpPort(bench.take, bench.journal, port=port.port))


def test_the_same_port_can_be_had_again_at_once(bench: Bench, port: TcpPort) -> None:
    with connect(port):
        bench.wait_for(HostAttached)
        bench.call(port.close)
    again = bench.plug(lambda: TcpPort(bench.take, bench.journal, port=port.port))
    assert again.port == port.port


def test_closing_hangs_up_on_the_host(bench: Bench, port: TcpPort) -> None:
    with connect(port) as host:
        bench.wait_for(HostAttached)
        bench.call(port.close)
        assert host.recv(1) == b""
