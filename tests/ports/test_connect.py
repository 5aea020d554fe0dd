"""What is peculiar to a modem that connects to its host, as to the socket server of an emulator."""

from __future__ import annotations

import socket
import struct
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from onenet_sim.journal import Explanation, HostAttached, HostDetached, OctetsLost
from onenet_sim.ports import ConnectPort

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.ports.conftest import Bench


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        server.settimeout(10)
        yield server


def connect(bench: Bench, server: socket.socket, host: str = "127.0.0.1") -> ConnectPort:
    port = server.getsockname()[1]
    return bench.plug(lambda: ConnectPort(bench.take, bench.journal, host=host, port=port, modem="modem-1"))


def accept(server: socket.socket) -> socket.socket:
    host, _ = server.accept()
    host.settimeout(10)
    return host


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_it_connects_and_octets_pass_both_ways(bench: Bench, server: socket.socket, name: str) -> None:
    port = connect(bench, server, name)
    with accept(server) as host:
        host.sendall(b"AT\r\xff\x00")
        bench.wait_for_octets(b"AT\r\xff\x00")
        bench.call(lambda: port.write(b"OK"))
        assert host.recv(10) == b"OK"
    assert port.described == {"connect": f"{name}:{server.getsockname()[1]}"}


def test_boot_text_waits_for_the_connection(bench: Bench, server: socket.socket) -> None:
    port = connect(bench, server)
    bench.call(lambda: port.write(b"boot", boot=True))
    with accept(server) as host:
        assert host.recv(10) == b"boot"


def test_a_host_that_hangs_up_is_connected_to_again(bench: Bench, server: socket.socket) -> None:
    connect(bench, server)
    for turn in range(1, 4):
        with accept(server) as host:
            host.sendall(b"AT\r")
            bench.wait_for_octets(b"AT\r" * turn)
        bench.wait_for(HostDetached, turn)
    assert bench.of(Explanation) == []


def test_a_host_that_vanishes_in_the_midst_of_a_line_is_connected_to_again(
    bench: Bench, server: socket.socket
) -> None:
    port = connect(bench, server)
    host = accept(server)
    host.sendall(b"AT+CG")
    bench.wait_for_octets(b"AT+CG")
    host.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    host.close()
    bench.wait_for(HostDetached)
    bench.call(lambda: port.write(b"URC"))
    assert bench.of(OctetsLost) == [OctetsLost(b"URC", f"nobody listens on {port.name}")]
    with accept(server) as host:
        host.sendall(b"MI\r")
        bench.wait_for_octets(b"AT+CGMI\r")


def test_a_host_that_does_not_listen_yet_is_waited_for_and_that_is_said_once(bench: Bench) -> None:
    with closing(socket.socket()) as reserved:
        reserved.bind(("127.0.0.1", 0))
        connect(bench, reserved)
        what = str(bench.wait_for(Explanation))
        assert "Connection refused; it is tried again every 0.5 s" in what
        reserved.listen()
        reserved.settimeout(10)
        with accept(reserved):
            bench.wait_for(HostAttached)
    assert len(bench.of(Explanation)) == 1


def test_closing_hangs_up_and_ends_the_attempts(bench: Bench, server: socket.socket) -> None:
    port = connect(bench, server)
    with accept(server) as host:
        bench.wait_for(HostAttached)
        bench.call(port.close)
        bench.call(port.close)
        assert host.recv(1) == b""
    assert bench.kinds() == ["host_attached", "host_detached"]
