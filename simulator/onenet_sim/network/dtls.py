"""DTLS between the sockets and the CoAP above them: a server in front of many peers, a client over a bearer.

Both retransmit by the world's time, not by Mbed TLS's: the client sends its flight again until it is answered, and
the server answers what comes again, to the octet, with the flight that it had answered with.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from onenet_sim.journal import DatagramDropped, DtlsReceived, DtlsSent, Explanation, SecurityChanged
from onenet_sim.network.association import (
    APPLICATION,
    Association,
    AssociationEnded,
    CookieWanted,
    Credentials,
    ServerContext,
    client_association,
    client_hello,
    record_type,
    refusal_in,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from onenet_sim.network.address import Address
    from onenet_sim.network.air import Link
    from onenet_sim.network.endpoint import DatagramEndpoint

MOST_PEERS = 1024
"""Associations that a server keeps, and as many handshakes under way; the one unused for longest goes first."""

IDLE_LIMIT = 7 * 86_400.0
"""Seconds without a datagram after which a server forgets an association."""

_FIRST_WAIT = 1.0
"""Seconds to the first retransmission of a flight; it doubles (RFC 6347, 4.2.4.1)."""

_MOST_FLIGHTS = 5
_MOST_SERVERS = 4
_SHOWN_IDENTITY = 64


@dataclass(slots=True)
class _Peer:
    """The far end of a server's association.

    Attributes:
        hello: The ClientHello that began it.
        heard: The last datagram of the handshake that was answered.
        flight: What it was answered with.
        identity: Who the peer says it is.
        seen: World time of its last datagram.
    """

    association: Association
    hello: bytes
    heard: bytes = b""
    flight: bytes = b""
    identity: str = ""
    seen: float = 0.0


class DtlsServer:
    """A channel of plain datagrams behind a socket, for whoever has the key.

    Attributes:
        on_datagram: Called with what a peer said and its address, within the cause that the sender named.
    """

    def __init__(self, endpoint: DatagramEndpoint, key_of: Callable[[str], str]) -> None:
        """Serve on an endpoint; ``key_of`` returns an identity's key or raises a :exc:`LookupError`."""
        self.on_datagram: Callable[[bytes, Address], None] | None = None
        self._endpoint = endpoint
        self._key_of = key_of
        self._now = asyncio.get_running_loop().time
        self._context: ServerContext | None = None
        self._associated: OrderedDict[Address, _Peer] = OrderedDict()
        self._greeted: OrderedDict[Address, _Peer] = OrderedDict()
        endpoint.on_datagram = self._received

    @property
    def local(self) -> Address:
        """The socket's own address."""
        return self._endpoint.local

    def send(self, octets: bytes, to: Address) -> None:
        """Send a datagram to a peer that has an association; for any other it is dropped with a note."""
        peer = self._associated.get(to)
        if peer is None:
            self._drop(octets, f"to {to}: it has no DTLS association any more")
        else:
            self._endpoint.send(peer.association.seal(octets), to)

    def forget_all(self) -> None:
        """Forget every association, without a word to the peers."""
        self._associated.clear()
        self._greeted.clear()

    def _received(self, octets: bytes, source: Address) -> None:
        self._forget_idle()
        greeted, associated = self._greeted.get(source), self._associated.get(source)
        if hello := client_hello(octets):
            if greeted is None or greeted.hello != hello:
                self._greet(octets, hello, source)
            else:
                self._go_on(greeted, octets, source)
        elif greeted is not None and record_type(octets) != APPLICATION:
            self._go_on(greeted, octets, source)
        elif associated is not None:
            self._open(associated, octets, source)
        else:
            why = f"from {source}: it has no DTLS association here, or that was forgotten; a handshake comes first"
            self._drop(octets, why)

    def _greet(self, octets: bytes, hello: bytes, source: Address) -> None:
        """Begin a handshake. The peer is remembered only when it has come with its cookie."""
        associated = self._associated.get(source)
        if associated is not None and associated.hello == hello:
            self._drop(octets, f"from {source}: a late copy of the ClientHello of its association")
            return
        if self._context is None:
            self._context = ServerContext(self._key_of)
        self._go_on(_Peer(self._context.associate(str(source)), hello), octets, source)

    def _go_on(self, peer: _Peer, octets: bytes, source: Address) -> None:
        """Take a datagram of a handshake that is under way."""
        if octets == peer.heard:
            self._endpoint.send(peer.flight, source)
            return
        assert self._context is not None  # noqa: S101 - made when the peer was greeted
        self._context.asked = self._context.unknown = ""
        try:
            flight = peer.association.shake_hands(octets)
        except CookieWanted as wanted:
            self._endpoint.send(wanted.octets, source)
            return
        except AssociationEnded as ended:
            self._refuse(self._context, peer, source, ended)
            return
        peer.identity = self._context.asked or peer.identity
        if flight:
            peer.heard, peer.flight = octets, flight
            self._endpoint.send(flight, source)
        if peer.association.established:
            self._greeted.pop(source, None)
            self._keep(self._associated, peer, source)
            what = f"made with {peer.association.suite} for {_shown(peer.identity)}"
            self._endpoint.journal.note(SecurityChanged(self._endpoint.name, str(source), what))
        elif flight:
            self._keep(self._greeted, peer, source)

    def _refuse(self, context: ServerContext, peer: _Peer, source: Address, ended: AssociationEnded) -> None:
        if self._greeted.get(source, peer) is not peer:
            self._drop(peer.hello, f"from {source}: {ended.why}, in the midst of another handshake")
            return
        self._greeted.pop(source, None)
        if ended.farewell:
            self._endpoint.send(ended.farewell, source)
        journal = self._endpoint.journal
        event = journal.note(SecurityChanged(self._endpoint.name, str(source), "refused"))
        why, identity = context.unknown or ended.why, context.asked or peer.identity
        who = f"identity {_shown(identity)}" if identity else "a peer that has not said who it is"
        journal.note(Explanation(f"{self._endpoint.name} server, DTLS of {who}: {why}"), cause=event)

    def _open(self, peer: _Peer, octets: bytes, source: Address) -> None:
        """Take a datagram of a peer that has an association."""
        if octets == peer.heard:
            self._endpoint.send(peer.flight, source)
            return
        try:
            carried, answer = peer.association.open(octets)
        except AssociationEnded as ended:
            del self._associated[source]
            what = f"ended: {ended.why}"
            self._endpoint.journal.note(SecurityChanged(self._endpoint.name, str(source), what))
            return
        self._keep(self._associated, peer, source)
        if answer:
            self._endpoint.send(answer, source)
        elif not carried:
            self._drop(octets, f"from {source}: a repeated record, or not sealed with the key of its association")
        for each in carried:
            if self.on_datagram is None:
                self._drop(each, f"from {source}: nobody takes it")
            else:
                self.on_datagram(each, source)

    def _keep(self, peers: OrderedDict[Address, _Peer], peer: _Peer, source: Address) -> None:
        peer.seen = self._now()
        peers[source] = peer
        peers.move_to_end(source)
        if len(peers) > MOST_PEERS:
            peers.popitem(last=False)

    def _forget_idle(self) -> None:
        for peers in (self._associated, self._greeted):
            while peers and next(iter(peers.values())).seen + IDLE_LIMIT <= self._now():
                peers.popitem(last=False)

    def _drop(self, octets: bytes, why: str) -> None:
        self._endpoint.journal.note(DatagramDropped(self._endpoint.name, octets, why))


@dataclass(slots=True)
class _Server:
    """The far end of a client's association, until its handshake is done and after."""

    association: Association
    cause: int | None
    flight: bytes = b""
    sent: int = 0
    timer: asyncio.TimerHandle | None = field(default=None)


class DtlsClient:
    """A modem's DTLS over its bearer. It keeps associations with up to four servers; the oldest goes first."""

    def __init__(
        self,
        link: Link,
        *,
        on_plain: Callable[[bytes, Address], None],
        on_sealed: Callable[[bytes, Address], None],
        on_conclusion: Callable[[Address, str], None],
    ) -> None:
        """Stand between a bearer and its modem.

        Args:
            link: The bearer.
            on_plain: Called with each datagram of a peer without DTLS, and its address as it was dialled.
            on_sealed: The same for what comes through DTLS.
            on_conclusion: Called when a handshake is done, or with why it failed or the association ended.
        """
        self._link = link
        self._on_plain = on_plain
        self._on_sealed = on_sealed
        self._on_conclusion = on_conclusion
        self._servers: dict[Address, _Server] = {}
        self._loop = asyncio.get_running_loop()
        link.on_datagram = self._received

    def shake_hands(self, dialled: Address, credentials: Credentials, cause: int | None) -> None:
        """Begin a handshake with a server; an association that there was is forgotten."""
        self._forget(dialled)
        if len(self._servers) >= _MOST_SERVERS:
            self._forget(next(iter(self._servers)))
        server = self._servers[dialled] = _Server(client_association(credentials), cause)
        self._send_flight(server, dialled, server.association.shake_hands())

    def send(self, octets: bytes, dialled: Address, cause: int | None) -> None:
        """Send a datagram to a server with which a handshake was done."""
        server = self._servers.get(dialled)
        if server is None or not server.association.established:
            why = f"to {dialled}: there is no DTLS association"
            dropped = DatagramDropped(self._link.name, octets, why)
            self._link.endpoint.journal.note(dropped, cause=cause, modem=self._link.name)
        else:
            self._send(server.association.seal(octets), dialled, cause)

    def _send(self, datagram: bytes, dialled: Address, cause: int | None = None) -> None:
        """Send a datagram over the bearer, which the journal has as it goes over the air."""
        sent = self._link.journal.note(DtlsSent(str(dialled), datagram), cause=cause, modem=self._link.name)
        self._link.send(datagram, dialled, cause=sent)

    def forget_all(self) -> None:
        """Forget every association, without a word to the servers."""
        for dialled in tuple(self._servers):
            self._forget(dialled)

    def _forget(self, dialled: Address) -> None:
        server = self._servers.pop(dialled, None)
        if server is not None and server.timer is not None:
            server.timer.cancel()

    def _send_flight(self, server: _Server, dialled: Address, flight: bytes) -> None:
        """Send a flight, and set the timer to send it again."""
        server.flight, server.sent = flight, 0
        self._send_again(server, dialled)

    def _send_again(self, server: _Server, dialled: Address) -> None:
        if server.timer is not None:
            server.timer.cancel()
        if server.sent >= _MOST_FLIGHTS:
            self._conclude(dialled, f"{dialled} does not answer the DTLS handshake")
            return
        self._send(server.flight, dialled, server.cause)
        wait = _FIRST_WAIT * 2**server.sent
        server.sent += 1
        server.timer = self._loop.call_later(wait, self._send_again, server, dialled)

    def _received(self, octets: bytes, dialled: Address) -> None:
        server = self._servers.get(dialled)
        if server is None:
            self._on_plain(octets, dialled)
            return
        event = self._link.journal.note(DtlsReceived(str(dialled), octets), modem=self._link.name)
        with self._link.journal.because(event):
            self._take(server, octets, dialled)

    def _take(self, server: _Server, octets: bytes, dialled: Address) -> None:
        """Take a datagram of a server with which there is an association, or a handshake under way."""
        try:
            if server.association.established:
                self._open(server, octets, dialled)
            else:
                self._go_on(server, octets, dialled)
        except AssociationEnded as ended:
            if ended.farewell:
                self._send(ended.farewell, dialled)
            said = refusal_in(octets)
            why = f"{dialled} refused DTLS: {said}" if said else f"DTLS with {dialled}: {ended.why}"
            self._conclude(dialled, why)

    def _go_on(self, server: _Server, octets: bytes, dialled: Address) -> None:
        flight = server.association.shake_hands(octets)
        if server.association.established:
            if server.timer is not None:
                server.timer.cancel()
            self._conclude(dialled, "")
        elif flight:
            self._send_flight(server, dialled, flight)

    def _open(self, server: _Server, octets: bytes, dialled: Address) -> None:
        carried, answer = server.association.open(octets)
        if answer:
            self._send(answer, dialled)
        for each in carried:
            self._on_sealed(each, dialled)

    def _conclude(self, dialled: Address, why: str) -> None:
        """Tell how a handshake ended; without an association nothing is left of it."""
        what = f"ended: {why}" if why else f"made with {self._servers[dialled].association.suite}"
        if why:
            self._forget(dialled)
        self._link.endpoint.journal.note(SecurityChanged("modem", str(dialled), what), modem=self._link.name)
        self._on_conclusion(dialled, why)


def _shown(identity: str) -> str:
    return repr(identity[:_SHOWN_IDENTITY])
