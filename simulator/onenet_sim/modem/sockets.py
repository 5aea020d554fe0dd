"""The sockets that a host opens on its module: UDP and TCP, what waits in them, what is printed of them.

Each socket holds up to the profile's ``receive_maximum`` octets. A datagram that no longer fits is dropped with
a note; of a stream no more is taken until the host has read, as TCP's window has it. A host reads one datagram
at a time, or one run of a stream, and is told of the next when it has read the last of it.

Sources: OneOS 2.1.0, the drivers of M5310-A, M5311 and BC95; the M5310 access example of OneNET.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from onenet_sim.at import Quoted, Verbatim, fields
from onenet_sim.journal import DatagramDropped, SocketChanged, SocketReceived, SocketSent
from onenet_sim.modem.socket_habits import SocketDialect
from onenet_sim.modem.traffic import (
    Connect,
    Connected,
    Disconnect,
    Ended,
    Handle,
    Received,
    Refused,
    SendDatagram,
    SendOctets,
    Transport,
)

if TYPE_CHECKING:
    from onenet_sim.at import Fields, InformationText
    from onenet_sim.modem.coap import Peer
    from onenet_sim.modem.module import Module
    from onenet_sim.modem.timers import Timer
    from onenet_sim.modem.traffic import NetworkNews, NetworkRequest


class Stage(StrEnum):
    """How far a socket's connection is; a UDP socket has none and stays idle."""

    IDLE = "idle"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    CLOSED = "closed by its peer"


@dataclass(slots=True)
class Waiting:
    """A datagram, or a run of a stream, that the host has not read to its end."""

    octets: bytes
    peer: Peer


@dataclass(slots=True)
class Socket:
    """One socket of the module.

    Attributes:
        number: What the host calls it by.
        peer: Where it is connected to, or where its datagrams go unless told otherwise.
        receives: Whether what comes is taken at all.
        pushes: Whether what comes is printed at once, as ``AT+NSOCFG`` has it.
        waiting: What was received and not read; the host knows of the first.
    """

    number: int
    transport: Transport
    receives: bool = True
    pushes: bool = False
    stage: Stage = Stage.IDLE
    peer: Peer | None = None
    handle: Handle = field(default_factory=Handle)
    waiting: deque[Waiting] = field(default_factory=deque)
    give_up: Timer | None = None

    @property
    def held(self) -> int:
        """Octets that wait to be read."""
        return sum(len(each.octets) for each in self.waiting)


@dataclass(frozen=True, slots=True)
class Piece:
    """What a host has read; ``left`` octets of the same datagram or run are still there."""

    octets: bytes
    peer: Peer
    left: int


@dataclass(slots=True)
class Arrivals:
    """How the module tells of what arrives.

    Attributes:
        announced: ``AT+NSONMI=``: 0 prints nothing, 1 the length, 2 the octets too, 3 the peer before them.
        pushed: ``AT+IPRCFG=``: print what arrives at once, else keep it.
        with_peer: Put the peer before the octets.
        as_hex: Print the octets as hex digits, else as they are.
    """

    announced: int = 1
    pushed: bool = False
    with_peer: bool = False
    as_hex: bool = False


class Sockets:
    """A module's sockets, from its start to its next.

    Attributes:
        arrivals: How the host wants to hear of what arrives.
    """

    def __init__(self, module: Module, requests: list[NetworkRequest]) -> None:
        self._module = module
        self._requests = requests
        self._habits = module.profile.sockets
        self._sockets: dict[int, Socket] = {}
        self.arrivals = Arrivals()

    # --- the host's side --------------------------------------------------------------------------

    def open(self, transport: Transport, number: int | None = None, *, receives: bool = True) -> Socket | None:
        """Open a socket under that number, or the least that is free; return None where there is none.

        The number of a socket whose peer has closed is free, though it can be read until then.
        """
        numbers = range(self._habits.maximum) if number is None else (number,)
        free = (each for each in numbers if not self._occupied(each))
        chosen = next(free, None)
        if chosen is None:
            return None
        socket = self._sockets[chosen] = Socket(chosen, transport, receives)
        self._note(socket, "opened")
        return socket

    def _occupied(self, number: int) -> bool:
        socket = self._sockets.get(number)
        return socket is not None and socket.stage is not Stage.CLOSED

    def find(self, number: int) -> Socket | None:
        """Return the socket of that number."""
        return self._sockets.get(number)

    def connect(self, socket: Socket, peer: Peer) -> None:
        """Open a stream to a peer; what becomes of it is printed within the profile's ``connect_seconds``."""
        socket.peer = peer
        socket.stage = Stage.CONNECTING
        socket.handle = Handle()
        event = self._note(socket, f"connects to {peer}")
        if not self._module.radio.usable:
            self._not_connected(socket, self._module.radio.why_unusable)
            return
        self._module.radio.carries_datagram(uplink=True)
        self._requests.append(Connect(socket.handle, peer, event))
        seconds = self._habits.connect_seconds
        why = f"{peer} did not answer within {seconds:g} s"
        when = self._module.now + seconds
        socket.give_up = self._module.timers.at(when, lambda: self._not_connected(socket, why))

    def dial(self, socket: Socket, peer: Peer) -> None:
        """Connect as ``AT+IPSTART`` does: a datagram socket only remembers its peer."""
        match socket.transport:
            case Transport.TCP:
                self.connect(socket, peer)
            case Transport.UDP:
                socket.peer = peer
                self._tell_connected(ok=True)

    def send(self, socket: Socket, octets: bytes, peer: Peer) -> None:
        """Send a datagram, or a piece of a stream; without a radio a datagram is lost."""
        module = self._module
        if not module.radio.usable:
            module.note(DatagramDropped("modem", octets, f"to {peer}: {module.radio.why_unusable}"))
            return
        module.radio.carries_datagram(uplink=True)
        event = module.note(SocketSent(socket.number, socket.transport, str(peer), octets))
        match socket.transport:
            case Transport.UDP:
                self._requests.append(SendDatagram(socket.handle, octets, peer, event))
            case Transport.TCP:
                self._requests.append(SendOctets(socket.handle, octets, event))

    def read(self, socket: Socket, most: int) -> Piece | None:
        """Take up to ``most`` octets of the first datagram or run that waits, if there is one."""
        if not socket.waiting:
            return None
        first = socket.waiting[0]
        octets, first.octets = first.octets[:most], first.octets[most:]
        if not first.octets:
            socket.waiting.popleft()
            self._announce(socket)
        return Piece(octets, first.peer, len(first.octets))

    def push_waiting(self) -> None:
        """Print what waits, since the host now wants it pushed."""
        for socket in self._sockets.values():
            while socket.waiting and (line := self._pushed_line(socket, socket.waiting[0])):
                socket.waiting.popleft()
                self._module.unsolicited(line)

    def close(self, socket: Socket) -> None:
        """Close a socket and forget what waits in it."""
        del self._sockets[socket.number]
        self._forget(socket)
        self._requests.append(Disconnect(socket.handle))
        self._note(socket, "closed by the host")

    # --- the network's side -----------------------------------------------------------------------

    def room(self, handle: Handle) -> int:
        """Return how many octets of a stream the module takes now: what one segment can carry, and it can hold."""
        socket = self._of(handle)
        if socket is None or not self._module.radio.usable or not self._module.sleep.hears_network:
            return 0
        return min(self._habits.send_maximum, self._habits.receive_maximum - socket.held)

    def take(self, news: NetworkNews) -> None:
        """Take what the network tells of a socket; of one that is no more it is nothing."""
        socket = self._of(news.handle)
        if socket is None:
            return
        match news:
            case Connected():
                self._connected(socket)
            case Refused(_, why):
                self._not_connected(socket, why)
            case Received(_, octets, peer):
                self._received(socket, Waiting(octets, peer))
            case Ended(_, why):
                self._ended(socket, why)

    def _of(self, handle: Handle) -> Socket | None:
        return next((each for each in self._sockets.values() if each.handle is handle), None)

    def _connected(self, socket: Socket) -> None:
        self._forget(socket)
        socket.stage = Stage.CONNECTED
        self._note(socket, f"connected to {socket.peer}")
        self._tell_connected(ok=True)

    def _not_connected(self, socket: Socket, why: str) -> None:
        self._forget(socket)
        self._requests.append(Disconnect(socket.handle))
        socket.stage = Stage.IDLE
        self._note(socket, f"not connected to {socket.peer}: {why}")
        if self._habits.dialect is SocketDialect.IP:
            del self._sockets[socket.number]
        self._tell_connected(ok=False, socket=socket)

    def _tell_connected(self, *, ok: bool, socket: Socket | None = None) -> None:
        """Say what became of a connection; a module that does not says only that one is over."""
        if self._habits.tells_connected:
            self._module.unsolicited(Verbatim("CONNECT OK" if ok else "CONNECT FAIL"))
        elif socket is not None:
            self._module.unsolicited(self._closed_line(socket))

    def _received(self, socket: Socket, arrived: Waiting) -> None:
        module, octets = self._module, arrived.octets
        where = f"from {arrived.peer}: "
        room = self._habits.receive_maximum - socket.held
        why = ""
        if not module.radio.usable:
            why = module.radio.why_unusable
        elif not module.sleep.hears_network:
            why = "the module is in power saving mode: it hears nothing until it sends something"
        elif not socket.receives:
            why = f"socket {socket.number} was opened to receive nothing"
        elif not 0 < len(octets) <= room:
            why = f"{len(octets)} octets; socket {socket.number} has room for 1 to {room} until the host reads"
        if why:
            module.note(DatagramDropped("modem", octets, where + why))
            return
        module.radio.carries_datagram(uplink=False)
        event = module.note(SocketReceived(socket.number, socket.transport, str(arrived.peer), octets))
        with module.journal.because(event):
            if line := self._pushed_line(socket, arrived):
                module.unsolicited(line)
            else:
                self._keep(socket, arrived)

    def _keep(self, socket: Socket, arrived: Waiting) -> None:
        """Let it wait for the host. A stream's octets join what the host does not know of yet."""
        if socket.transport is Transport.TCP and len(socket.waiting) > 1:
            socket.waiting[-1].octets += arrived.octets
            return
        socket.waiting.append(arrived)
        if len(socket.waiting) == 1:
            self._announce(socket)

    def _ended(self, socket: Socket, why: str) -> None:
        self._forget(socket)
        socket.stage = Stage.CLOSED
        socket.handle = Handle()
        event = self._note(socket, f"closed: {why}")
        with self._module.journal.because(event):
            self._module.unsolicited(self._closed_line(socket))

    def _forget(self, socket: Socket) -> None:
        if socket.give_up is not None:
            socket.give_up.cancel()

    # --- the lines --------------------------------------------------------------------------------

    def _announce(self, socket: Socket) -> None:
        """Say that something waits, where the module has a line for that."""
        if socket.waiting and self._habits.dialect is SocketDialect.NEUL and self.arrivals.announced:
            self._module.unsolicited(fields("+NSONMI", socket.number, len(socket.waiting[0].octets)))

    def _pushed_line(self, socket: Socket, arrived: Waiting) -> InformationText | None:
        """Return the line that hands the octets over at once, or None where they wait."""
        match self._habits.dialect:
            case SocketDialect.NEUL:
                return self._neul_line(socket, arrived)
            case SocketDialect.IP:
                return self.iprd_line(socket, arrived) if self.arrivals.pushed else None
            case SocketDialect.NONE:
                return None

    def _neul_line(self, socket: Socket, arrived: Waiting) -> Fields | None:
        octets, peer = arrived.octets, arrived.peer
        content = (len(octets), octets.hex().upper())
        if socket.pushes:
            return fields("+NSORF", socket.number, peer.host, peer.port, *content, 0)
        match self.arrivals.announced:
            case 2:
                return fields("+NSONMI", socket.number, *content)
            case 3:
                return fields("+NSONMI", socket.number, peer.host, peer.port, *content)
            case _:
                return None

    def iprd_line(self, socket: Socket, arrived: Waiting | Piece) -> Fields:
        """``+IPRD: <id>,["<ip>",<port>,]<len>,<octets>``."""
        octets, peer = arrived.octets, arrived.peer
        text = octets.hex().upper() if self.arrivals.as_hex else octets.decode("latin-1")
        where = (Quoted(peer.host), peer.port) if self.arrivals.with_peer else ()
        return fields("+IPRD", socket.number, *where, len(octets), text)

    def _closed_line(self, socket: Socket) -> Fields:
        name = "+IPCLOSE" if self._habits.dialect is SocketDialect.IP else "+NSOCLI"
        return fields(name, socket.number)

    def _note(self, socket: Socket, what: str) -> int:
        return self._module.note(SocketChanged(socket.number, socket.transport, what))
