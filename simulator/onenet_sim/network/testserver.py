"""The server that answers a module's sockets without any set-up, over UDP and TCP.

Over UDP it tells whom it sees before what it got: ``[117.169.36.15:2179]0123456789``, as China Mobile's does in
the access example for M5310 of the OneNET documentation. Over TCP it sends back what it gets.
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from onenet_sim.network.endpoint import DatagramEndpoint

if TYPE_CHECKING:
    from onenet_sim.journal import Journal
    from onenet_sim.network.address import Address
    from onenet_sim.network.nat import Nat

_LOOPBACK = "127.0.0.1"
_PIECE = 4096
_BACKLOG = 64
_TRIES = 16
"""A port that is free over UDP can be taken over TCP."""


class TestServer:
    """Both servers, on one port of loopback.

    It sees modules as behind a NAT, as the whole platform does.
    """

    __test__ = False  # pytest takes the name for a test's

    def __init__(self, endpoint: DatagramEndpoint, listener: socket.socket) -> None:
        """Use :meth:`open`."""
        self._endpoint = endpoint
        self._listener = listener
        self._loop = asyncio.get_running_loop()
        self._connections: set[socket.socket] = set()
        endpoint.on_datagram = self._answer
        self._loop.add_reader(listener, self._accept)

    @classmethod
    async def open(cls, journal: Journal, nat: Nat) -> Self:
        """Listen on any port that is free for both.

        Raises:
            OSError: The machine has no socket left.
        """
        for _ in range(_TRIES - 1):
            with suppress(OSError):
                return cls(*_listen(journal, nat))
        return cls(*_listen(journal, nat))

    @property
    def local(self) -> Address:
        """Where it listens."""
        return self._endpoint.local

    def take_journal(self, journal: Journal) -> None:
        """Write into another journal."""
        self._endpoint.journal = journal

    def close(self) -> None:
        """Give the sockets up."""
        self._endpoint.close()
        self._loop.remove_reader(self._listener)
        self._listener.close()
        for connection in tuple(self._connections):
            self._drop(connection)

    def _answer(self, octets: bytes, source: Address) -> None:
        self._endpoint.send(f"[{source}]".encode() + octets, source)

    def _accept(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:
            return  # who knocked has left
        connection.setblocking(False)  # noqa: FBT003 - the socket's own signature
        self._connections.add(connection)
        self._loop.add_reader(connection, self._echo, connection)

    def _echo(self, connection: socket.socket) -> None:
        """Send back what came; a peer that does not read is dropped."""
        try:
            octets = connection.recv(_PIECE)
            whole = bool(octets) and connection.send(octets) == len(octets)
        except OSError:
            whole = False
        if not whole:
            self._drop(connection)

    def _drop(self, connection: socket.socket) -> None:
        self._connections.discard(connection)
        self._loop.remove_reader(connection)
        connection.close()


def _listen(journal: Journal, nat: Nat) -> tuple[DatagramEndpoint, socket.socket]:
    endpoint = DatagramEndpoint.bind(_LOOPBACK, 0, name="test server", journal=journal)
    endpoint.nat = nat
    try:
        listener = socket.create_server((_LOOPBACK, endpoint.local.port), backlog=_BACKLOG)
    except OSError:
        endpoint.close()
        raise
    listener.setblocking(False)  # noqa: FBT003 - the socket's own signature
    return endpoint, listener
