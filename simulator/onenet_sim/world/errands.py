"""A modem's errands in the network: its host's sockets, look-ups and pings, carried out for real on loopback."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from onenet_sim.journal import Explanation
from onenet_sim.modem import (
    Connect,
    Connected,
    Disconnect,
    DisconnectAll,
    Echoed,
    Ended,
    Handle,
    NetworkNews,
    NetworkRequest,
    Peer,
    Ping,
    Received,
    Refused,
    Resolve,
    Resolved,
    SendDatagram,
    SendOctets,
)
from onenet_sim.network import Address

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from onenet_sim.network import Link, Stream


class Errands:
    """Everything that one modem has under way, each socket of it on a real socket of its own.

    An answer is put under what the socket sent last, unless its sender has named a cause.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, link: Link, tell: Callable[[NetworkNews], None]) -> None:
        self._loop = loop
        self._link = link
        self._tell = tell
        self._datagrams: dict[Handle, Link] = {}
        self._streams: dict[Handle, Stream] = {}
        self._causes: dict[Handle, int] = {}

    def carry_out(self, request: NetworkRequest) -> None:
        """Do what the module asks; what comes of it is told from the loop."""
        match request:
            case SendDatagram(handle, octets, peer, cause):
                self._send_datagram(handle, octets, Address(peer.host, peer.port), cause)
            case Connect(handle, peer, cause):
                self._connect(handle, peer, cause)
            case SendOctets(handle, octets, cause):
                self._send_octets(handle, octets, cause)
            case Disconnect(handle):
                self._disconnect(handle)
            case DisconnectAll():
                self.drop_all()
            case Resolve(handle, name):
                if self._link.covered:
                    self._loop.call_soon(self._tell, Resolved(handle, self._link.addresses.resolve(name)))
            case Ping(handle, host):
                number = self._link.addresses.resolve(host)
                if self._link.covered and number and self._link.addresses.has_host(number):
                    self._loop.call_soon(self._tell, Echoed(handle, number))

    def give_room(self, room: Callable[[Handle], int]) -> None:
        """Read each stream as far as the module takes it now, and only where there is coverage."""
        for handle, stream in self._streams.items():
            stream.room = room(handle) if self._link.covered else 0

    def drop_all(self) -> None:
        """Close every socket at once; the module is told nothing."""
        for handle in (*self._datagrams, *self._streams):
            self._disconnect(handle)

    def _disconnect(self, handle: Handle) -> None:
        self._causes.pop(handle, None)
        for sockets in (self._datagrams, self._streams):
            if (opened := sockets.pop(handle, None)) is not None:
                opened.close()

    def _send_datagram(self, handle: Handle, octets: bytes, dialled: Address, cause: int) -> None:
        if handle not in self._datagrams:
            try:
                self._datagrams[handle] = self._link.open_datagrams(partial(self._arrived, handle))
            except OSError as error:
                self._explain(f"a datagram to {dialled} is lost: {error}", cause)
                return
        self._causes[handle] = cause
        self._datagrams[handle].send(octets, dialled, cause)

    def _arrived(self, handle: Handle, octets: bytes, source: Address) -> None:
        named = self._link.journal.cause
        cause = self._causes.get(handle) if named is None else named
        self._tell_because(cause, Received(handle, octets, Peer(source.host, source.port)))

    def _connect(self, handle: Handle, peer: Peer, cause: int) -> None:
        dialled = Address(peer.host, peer.port)
        try:
            stream = self._link.open_stream(dialled, _Reporter(self, handle, peer))
        except OSError as error:
            stream = str(error)
        if isinstance(stream, str):
            self._explain(f"nothing at {dialled} answers: {stream}", cause)
            return
        self._causes[handle] = cause
        self._streams[handle] = stream

    def _send_octets(self, handle: Handle, octets: bytes, cause: int) -> None:
        stream = self._streams.get(handle)
        if stream is None:
            return
        self._causes[handle] = cause
        if self._link.covered:
            stream.send(octets)
            return
        self._disconnect(handle)
        ended = Ended(handle, "no coverage, in the midst of a stream")
        self._loop.call_soon(self._tell_because, cause, ended)

    def tell(self, news: Received | Connected | Refused | Ended) -> None:
        """Tell the module news of one of its streams."""
        cause = self._causes.get(news.handle)
        if isinstance(news, Refused | Ended):
            self._disconnect(news.handle)
        self._tell_because(cause, news)

    def _tell_because(self, cause: int | None, news: NetworkNews) -> None:
        with self._link.journal.because(cause):
            self._tell(news)

    def _explain(self, why: str, cause: int) -> None:
        self._link.journal.note(Explanation(why), cause=cause, modem=self._link.name)


class _Reporter:
    """Tells of one stream."""

    def __init__(self, errands: Errands, handle: Handle, peer: Peer) -> None:
        self._tell = errands.tell
        self._handle = handle
        self._peer = peer

    def connected(self) -> None:
        self._tell(Connected(self._handle))

    def refused(self, why: str) -> None:
        self._tell(Refused(self._handle, why))

    def received(self, octets: bytes) -> None:
        self._tell(Received(self._handle, octets, self._peer))

    def ended(self, why: str) -> None:
        self._tell(Ended(self._handle, why))
