"""What the platform needs of the network: a place to send datagrams to and to get them from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable


class Address(Protocol):
    """Where a datagram comes from or goes to. Equal addresses hash alike."""

    @property
    def host(self) -> str:
        """The IP address, as text."""

    @property
    def port(self) -> int:
        """The UDP port."""

    def __hash__(self) -> int: ...


AddressT = TypeVar("AddressT", bound=Address)
"""The network's own kind of address."""


class DatagramChannel(Protocol[AddressT]):
    """One UDP socket of the platform, or something that behaves like one.

    The channel calls :attr:`on_datagram` with each datagram, on the world's loop and inside
    ``journal.because`` of the event that sent it. It stays open while platforms come and go.
    """

    on_datagram: Callable[[bytes, AddressT], None] | None

    @property
    def local(self) -> AddressT:
        """The channel's own address."""

    def send(self, octets: bytes, to: AddressT) -> None:
        """Send a datagram; ``to`` is an address that :attr:`on_datagram` was called with."""
