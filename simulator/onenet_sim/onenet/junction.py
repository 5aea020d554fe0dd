"""Two machines behind one address: who registers at the bootstrap server's address is served there too.

Samples of drivers for M5311 and BC28 log in directly at 183.230.40.39, which is the bootstrap server's address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic

from aiocoap import Message, error

from onenet_sim.onenet.channel import AddressT

if TYPE_CHECKING:
    from collections.abc import Callable

    from onenet_sim.onenet.channel import DatagramChannel

_MOST_REMEMBERED = 65_536


class _Branch(Generic[AddressT]):
    """One machine's share of the channel."""

    def __init__(self, channel: DatagramChannel[AddressT]) -> None:
        self.on_datagram: Callable[[bytes, AddressT], None] | None = None
        self._channel = channel

    @property
    def local(self) -> AddressT:
        return self._channel.local

    def send(self, octets: bytes, to: AddressT) -> None:
        self._channel.send(octets, to)


class Junction(Generic[AddressT]):
    """Shares the bootstrap server's channel between both machines.

    A peer is the bootstrap server's until it sends a request to ``/rd``, and again when it sends one to ``/bs``.

    Attributes:
        bootstrap: The bootstrap server's share.
        access: The access machine's share.
    """

    def __init__(self, channel: DatagramChannel[AddressT]) -> None:
        self.bootstrap = _Branch(channel)
        self.access = _Branch(channel)
        self._channel = channel
        self._registering: dict[AddressT, None] = {}
        channel.on_datagram = self._received

    def _received(self, octets: bytes, source: AddressT) -> None:
        match _first_segment(octets):
            case "rd":
                self._registering[source] = None
                if len(self._registering) > _MOST_REMEMBERED:
                    del self._registering[next(iter(self._registering))]
            case "bs":
                self._registering.pop(source, None)
        branch = self.access if source in self._registering else self.bootstrap
        if branch.on_datagram is not None:
            branch.on_datagram(octets, source)

    def close(self) -> None:
        """Leave the channel open for the next platform."""
        self._channel.on_datagram = None


def _first_segment(octets: bytes) -> str | None:
    """Return the first path segment of a request; None if the datagram is none, or has no path."""
    try:
        message = Message.decode(octets)
    except (error.Error, ValueError, IndexError):
        return None
    return message.opt.uri_path[0] if message.code.is_request() and message.opt.uri_path else None
