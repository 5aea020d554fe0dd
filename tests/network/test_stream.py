"""TCP connections of the world's loop, against the machine's own sockets; and the test server."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

import pytest

from onenet_sim.journal import Journal
from onenet_sim.network import Address, DatagramEndpoint, Stream, TestServer
from onenet_sim.network.nat import Nat
from onenet_sim.world.loop import WorldLoop

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine


class User:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.octets = b""

    def connected(self) -> None:
        self.told.append("connected")

    def refused(self, why: str) -> None:
        self.told.append(f"refused: {why}")

    def received(self, octets: bytes) -> None:
        self.octets += octets

    def ended(self, why: str) -> None:
        self.told.append(f"ended: {why}")


def run(main: Callable[[WorldLoop], Coroutine[object, object, None]]) -> None:
    async def all_of_it() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, WorldLoop)
        await main(loop)

    with asyncio.Runner(loop_factory=lambda: WorldLoop(pace=0)) as runner:
        runner.run(all_of_it())


def listen() -> tuple[socket.socket, Address]:
    server = socket.create_server(("127.0.0.1", 0))
    return server, Address(*server.getsockname())


def test_a_stream_is_read_no_further_than_there_is_room() -> None:
    async def main(loop: WorldLoop) -> None:
        server, address = listen()
        user = User()
        stream = Stream(address, user)
        with server, server.accept()[0] as peer:
            await loop.settled()
            assert user.told == ["connected"]
            peer.sendall(b"0123456789")
            await loop.settled()
            assert user.octets == b""
            stream.room = 4
            await loop.advance_by(0)
            assert user.octets[:4] == b"0123"
            stream.room = 0
            before = user.octets
            await loop.settled()
            assert user.octets == before
            stream.room = 100
            await loop.settled()
            assert user.octets == b"0123456789"
        await loop.settled()
        assert user.told == ["connected", "ended: the peer closed it"]
        stream.close()
        stream.send(b"late")

    run(main)


def test_what_is_sent_before_the_connection_stands_goes_out_with_it() -> None:
    async def main(loop: WorldLoop) -> None:
        server, address = listen()
        with server:
            stream = Stream(address, User())
            stream.send(b"early ")
            await loop.settled()
            stream.send(b"and late")
            with server.accept()[0] as peer:
                assert peer.recv(100) == b"early and late"
            stream.close()
            stream.close()

    run(main)


def test_a_port_where_nobody_listens_refuses() -> None:
    async def main(loop: WorldLoop) -> None:
        server, address = listen()
        server.close()
        user = User()
        Stream(address, user)
        await loop.settled()
        assert user.told == ["refused: Connection refused"]

    run(main)


def test_a_peer_that_never_reads_ends_the_stream() -> None:
    async def main(loop: WorldLoop) -> None:
        server, address = listen()
        user = User()
        stream = Stream(address, user)
        with server, server.accept()[0]:
            await loop.settled()
            for _ in range(2000):
                stream.send(bytes(10_000))
            assert user.told == ["connected"]
            await loop.settled()
            assert user.told == ["connected", "ended: the peer does not read: more than 65536 octets wait for it"]

    run(main)


def test_a_peer_that_resets_ends_the_stream() -> None:
    async def main(loop: WorldLoop) -> None:
        server, address = listen()
        user = User()
        stream = Stream(address, user)
        stream.room = 10
        with server:
            peer = server.accept()[0]
            await loop.settled()
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
            peer.close()
            await loop.settled()
            assert user.told == ["connected", "ended: Connection reset by peer"]

    run(main)


def test_the_test_server_tells_each_socket_how_it_is_seen() -> None:
    async def main(loop: WorldLoop) -> None:
        journal = Journal(loop.time)
        nat = Nat()
        server = await TestServer.open(journal, nat)
        answers: list[bytes] = []
        sockets = [await DatagramEndpoint.open("127.0.0.1", 0, name="x", journal=journal) for _ in range(2)]
        for each in (*sockets, sockets[0]):
            nat.admit(each.local)
            each.on_datagram = lambda octets, _: answers.append(octets)
            each.send(b"!", server.local)
            await loop.settled()
        assert answers == [b"[117.169.36.15:2179]!", b"[117.169.36.15:2180]!", b"[117.169.36.15:2179]!"]
        for each in sockets:
            each.close()
        server.close()

    run(main)


@pytest.mark.parametrize("ends", ["client", "server"])
def test_the_test_server_sends_back_what_a_stream_brings(ends: str) -> None:
    async def main(loop: WorldLoop) -> None:
        server = await TestServer.open(Journal(loop.time), Nat())
        with socket.create_connection((server.local.host, server.local.port)) as client:
            client.sendall(b"there and back")
            await loop.settled()
            assert client.recv(100) == b"there and back"
            if ends == "server":
                server.close()
                assert client.recv(100) == b""
        if ends == "client":
            await loop.settled()
            server.close()

    run(main)
