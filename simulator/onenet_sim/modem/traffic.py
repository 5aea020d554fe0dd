"""What a module asks of the network on its host's behalf, and what the network tells it: sockets, DNS and ping.

The owner takes requests from :meth:`Modem.network_requests`, carries them out in their order, and hands what
comes of them to :meth:`Modem.receive_news`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onenet_sim.modem.coap import Peer


class Transport(StrEnum):
    """What a socket speaks."""

    UDP = "UDP"
    TCP = "TCP"


@dataclass(frozen=True, eq=False)
class Handle:
    """One errand in the network. No two are equal, so that late news of a former one reaches nobody."""


@dataclass(frozen=True, slots=True)
class SendDatagram:
    """Send a datagram. ``cause`` is the journal's event of its sending."""

    handle: Handle
    octets: bytes
    peer: Peer
    cause: int


@dataclass(frozen=True, slots=True)
class Connect:
    """Open a stream; :class:`Connected` or :class:`Refused` follows, or nothing where nobody is reached."""

    handle: Handle
    peer: Peer
    cause: int


@dataclass(frozen=True, slots=True)
class SendOctets:
    """Send a piece of a stream."""

    handle: Handle
    octets: bytes
    cause: int


@dataclass(frozen=True, slots=True)
class Disconnect:
    """Close what the handle stands for; no news of it follows."""

    handle: Handle


@dataclass(frozen=True, slots=True)
class DisconnectAll:
    """The module lost power or restarts: forget everything that it asked for."""


@dataclass(frozen=True, slots=True)
class Resolve:
    """Ask the network's DNS; :class:`Resolved` follows."""

    handle: Handle
    name: str


@dataclass(frozen=True, slots=True)
class Ping:
    """Ask a host for an echo; :class:`Echoed` follows, or nothing where nobody is reached."""

    handle: Handle
    host: str


NetworkRequest = SendDatagram | Connect | SendOctets | Disconnect | DisconnectAll | Resolve | Ping


@dataclass(frozen=True, slots=True)
class Connected:
    """The stream is open."""

    handle: Handle


@dataclass(frozen=True, slots=True)
class Refused:
    """The peer does not take the stream."""

    handle: Handle
    why: str


@dataclass(frozen=True, slots=True)
class Received:
    """A datagram, or a piece of a stream, from the peer as the module dialled it."""

    handle: Handle
    octets: bytes
    peer: Peer


@dataclass(frozen=True, slots=True)
class Ended:
    """The stream is over, by the peer or by what happened on the way."""

    handle: Handle
    why: str


@dataclass(frozen=True, slots=True)
class Resolved:
    """What the DNS says: an IPv4 number, or None where there is no such name."""

    handle: Handle
    number: str | None


@dataclass(frozen=True, slots=True)
class Echoed:
    """The host of that IPv4 number answered a ping."""

    handle: Handle
    number: str


NetworkNews = Connected | Refused | Received | Ended | Resolved | Echoed
