"""A TCP connection on the world's loop, read no further than its user has room."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from onenet_sim.network.address import Address

_UNSENT_MAXIMUM = 64 * 1024


class StreamUser(Protocol):
    """Who uses a stream: it is told of everything from the loop, never from within a call of its own."""

    def connected(self) -> None:
        """The peer has accepted the connection."""

    def refused(self, why: str) -> None:
        """The peer does not accept the connection; nothing more follows."""

    def received(self, octets: bytes) -> None:
        """Octets came, no more than there was room for."""

    def ended(self, why: str) -> None:
        """The connection is over; nothing more follows."""


class Stream:
    """One connection, opened by its making. Use it on the loop's thread.

    Up to 64 KiB wait for a peer that does not read; with more the connection ends.
    """

    def __init__(self, to: Address, user: StreamUser) -> None:
        """Connect to an IPv4 number; the loop runs."""
        self._user = user
        self._room = 0
        self._reads = False
        self._unsent = bytearray()
        self._connected = False
        self._loop = asyncio.get_running_loop()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setblocking(False)  # noqa: FBT003 - the socket's own signature
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        begun = self._socket.connect_ex((to.host, to.port))
        self._refusal = 0 if begun == errno.EINPROGRESS else begun
        self._loop.add_writer(self._socket, self._writable)

    @property
    def room(self) -> int:
        """How many octets the user takes now; what is beyond waits in the network."""
        return self._room

    @room.setter
    def room(self, octets: int) -> None:
        self._room = octets
        self._read_while_there_is_room()

    def send(self, octets: bytes) -> None:
        """Send octets behind those sent before."""
        if self._socket.fileno() < 0:
            return
        self._unsent += octets
        if self._connected:
            self._flush()

    def close(self) -> None:
        """Close the connection; the user hears no more. Closing twice is harmless."""
        if self._socket.fileno() >= 0:
            self._loop.remove_reader(self._socket)
            self._loop.remove_writer(self._socket)
            self._socket.close()

    def _writable(self) -> None:
        if self._connected:
            self._flush()
            return
        self._loop.remove_writer(self._socket)
        error = self._refusal or self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            self.close()
            self._user.refused(os.strerror(error))
            return
        self._connected = True
        self._read_while_there_is_room()
        self._user.connected()
        self._flush()

    def _flush(self) -> None:
        if not self._unsent or self._socket.fileno() < 0:
            return
        try:
            del self._unsent[: self._socket.send(self._unsent)]
        except BlockingIOError:
            pass
        except OSError as error:
            self._end_soon(error.strerror or str(error))
            return
        if len(self._unsent) > _UNSENT_MAXIMUM:
            self._end_soon(f"the peer does not read: more than {_UNSENT_MAXIMUM} octets wait for it")
        elif self._unsent:
            self._loop.add_writer(self._socket, self._writable)
        else:
            self._loop.remove_writer(self._socket)

    def _read_while_there_is_room(self) -> None:
        reads = self._connected and self._room > 0 and self._socket.fileno() >= 0
        if reads == self._reads or self._socket.fileno() < 0:
            return
        self._reads = reads
        if reads:
            self._loop.add_reader(self._socket, self._readable)
        else:
            self._loop.remove_reader(self._socket)

    def _readable(self) -> None:
        try:
            octets = self._socket.recv(self._room)
        except BlockingIOError:
            return
        except OSError as error:
            self._end(error.strerror or str(error))
            return
        if octets:
            self._user.received(octets)
        else:
            self._end("the peer closed it")

    def _end_soon(self, why: str) -> None:
        """End from within a call of the user's, which is told afterwards."""
        self.close()
        self._loop.call_soon(self._user.ended, why)

    def _end(self, why: str) -> None:
        self.close()
        self._user.ended(why)
