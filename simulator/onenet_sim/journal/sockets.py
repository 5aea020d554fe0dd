"""The events of the sockets that a host opens on its module."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from onenet_sim.journal.occurrence import Layer, Occurrence, printable


@dataclass(frozen=True, slots=True)
class SocketChanged(Occurrence):
    """A socket of the module was opened, connected or closed, or could not be: ``what`` says which."""

    layer: ClassVar[Layer] = Layer.NETWORK
    kind: ClassVar[str] = "socket"
    socket: int
    transport: str
    what: str

    def _text(self) -> str:
        return f"socket {self.socket} ({self.transport}) {self.what}"


@dataclass(frozen=True, slots=True)
class SocketTraffic(Occurrence):
    """Octets between a socket of the module and its peer: a UDP datagram, or a piece of a TCP stream."""

    socket: int
    transport: str
    peer: str
    octets: bytes

    def _far_end(self) -> str:
        return f"{self.peer}  {self.transport} {printable(self.octets)}"


@dataclass(frozen=True, slots=True)
class SocketSent(SocketTraffic):
    """A socket of the module sent octets."""

    layer: ClassVar[Layer] = Layer.NETWORK
    kind: ClassVar[str] = "socket_sent"

    def _text(self) -> str:
        return f"socket {self.socket} → {self._far_end()}"


@dataclass(frozen=True, slots=True)
class SocketReceived(SocketTraffic):
    """A socket of the module got octets."""

    layer: ClassVar[Layer] = Layer.NETWORK
    kind: ClassVar[str] = "socket_received"

    def _text(self) -> str:
        return f"socket {self.socket} ← {self._far_end()}"
