"""A UDP socket of the world's loop, with the causal thread kept across the wire."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Self

from onenet_sim.journal import DatagramDropped
from onenet_sim.network.address import Address

if TYPE_CHECKING:
    from collections.abc import Callable

    from onenet_sim.journal import Journal
    from onenet_sim.network.nat import Nat

_RECEIVE_BUFFER = 4 * 1024 * 1024
_LARGEST_DATAGRAM = 65507
"""Octets that UDP carries over IPv4."""

_GIVEN_AWAY = "the NAT has given that port away"
_AT_ONCE = 64
"""Datagrams read before other work of the loop gets its turn."""


class DatagramEndpoint:
    """A bound UDP socket. Make one with :meth:`open`, and use it on the loop's thread.

    What cannot be sent or has no taker is dropped with a note in the journal that says why; no datagram
    raises. The kernel keeps up to 4 MiB that are not yet read, and silently drops what comes beyond. Where it
    allows less (``net.core.rmem_max``, 212,992 on many a Linux), that is 512 datagrams of up to 190 octets.

    Attributes:
        name: What the journal calls this end, such as ``access``.
        modem: The modem whose bearer this is, or None at the platform's end.
        local: The address in use, with its real port.
        journal: Where drops and causes go. May be replaced at any time.
        on_datagram: Called with each datagram and its source, within the cause that its sender named. May be
            replaced at any time; while it is None datagrams are dropped.
        nat: What stands between this end and the modems, at the platform's end.
    """

    def __init__(self, sock: socket.socket, *, name: str, journal: Journal, modem: str | None = None) -> None:
        """Read from a bound, non-blocking IPv4 socket on the running loop; the endpoint then owns it."""
        self.nat: Nat | None = None
        self.name = name
        self.modem = modem
        self.journal = journal
        self.on_datagram: Callable[[bytes, Address], None] | None = None
        self.local = Address(*sock.getsockname())
        self._socket = sock
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(sock, self._receive)

    @classmethod
    async def open(cls, host: str, port: int, *, name: str, journal: Journal, modem: str | None = None) -> Self:
        """Bind a socket as :meth:`bind` does, from a coroutine."""
        return cls.bind(host, port, name=name, journal=journal, modem=modem)

    @classmethod
    def bind(cls, host: str, port: int, *, name: str, journal: Journal, modem: str | None = None) -> Self:
        """Bind a socket to one of this machine's IPv4 numbers and a port (0: any free one).

        Raises:
            OSError: The address cannot be had; the message names it.
        """
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            sock.setblocking(False)  # noqa: FBT003 - the socket's own signature
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
            sock.bind((host, port))
        except OSError as error:
            sock.close()
            why = error.strerror or str(error)
            raise OSError(error.errno, f"{name} cannot have UDP address {host}:{port}: {why}") from error
        return cls(sock, name=name, journal=journal, modem=modem)

    def send(self, octets: bytes, to: Address, *, cause: int | None = None) -> None:
        """Send a datagram to an IPv4 number.

        The far end handles it within ``cause``, or within the journal's cause of the moment.
        """
        real = to if self.nat is None else self.nat.real(to)
        why = _GIVEN_AWAY if real is None else self._try_to_send(octets, real)
        if real is None or why is not None:
            dropped = DatagramDropped(self.name, octets, f"to {to}: {why}")
            self.journal.note(dropped, cause=cause, modem=self.modem)
            return
        cause = self.journal.cause if cause is None else cause
        if cause is not None:
            self.journal.link(_wire(self.local, real, octets), cause)

    def close(self) -> None:
        """Close the socket. Closing twice is harmless; what is sent afterwards is dropped."""
        if self._socket.fileno() >= 0:
            self._loop.remove_reader(self._socket)
            self._socket.close()

    def _try_to_send(self, octets: bytes, to: Address) -> str | None:
        if len(octets) > _LARGEST_DATAGRAM:
            return f"UDP carries up to {_LARGEST_DATAGRAM} octets"
        if self._socket.fileno() < 0:
            return "the socket is closed"
        try:
            socket.inet_pton(socket.AF_INET, to.host)  # a name would make the socket ask the real DNS
            self._socket.sendto(octets, (to.host, to.port))
        except BlockingIOError:
            return "the socket's send buffer is full"
        except OSError as error:
            return error.strerror or "not an IPv4 number"
        except (OverflowError, ValueError) as error:
            return str(error)
        return None

    def _receive(self) -> None:
        for _ in range(_AT_ONCE):
            try:
                octets, (host, port) = self._socket.recvfrom(_LARGEST_DATAGRAM)
            except OSError:  # nothing more, or closed by what the last datagram set off
                return
            self._deliver(octets, Address(host, port))

    def _deliver(self, octets: bytes, source: Address) -> None:
        with self.journal.because(self.journal.linked(_wire(source, self.local, octets))):
            if self.nat is not None:
                source = self.nat.public(source)
            if self.on_datagram is None:
                self.journal.note(DatagramDropped(self.name, octets, f"from {source}: nobody takes it"))
            else:
                self.on_datagram(octets, source)


def _wire(source: Address, destination: Address, octets: bytes) -> tuple[str, int, str, int, bytes]:
    """Return the key under which both ends of the wire know a datagram."""
    return (source.host, source.port, destination.host, destination.port, octets)
