"""The air between the modems and their peers: bearers and sockets of modems are real sockets on loopback."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from onenet_sim.journal import DatagramDropped
from onenet_sim.network.endpoint import DatagramEndpoint
from onenet_sim.network.stream import Stream

if TYPE_CHECKING:
    from collections.abc import Callable

    from onenet_sim.journal import Journal
    from onenet_sim.network.address import Address
    from onenet_sim.network.map import AddressMap
    from onenet_sim.network.stream import StreamUser

_LOOPBACK = "127.0.0.1"
_MOST_DIALLED = 4096


class Passage(Protocol):
    """What a bearer's datagrams pass on their way; it passes them on to the link as and when it likes."""

    def bars(self, link: Link, dialled: Address) -> str | None:
        """Return why an address cannot be reached, or None if it can."""

    def up(self, link: Link, octets: bytes, dialled: Address, cause: int | None) -> None:
        """Take a datagram of the module in place of :meth:`Link.transmit`."""

    def down(self, link: Link, octets: bytes, dialled: Address) -> None:
        """Take a datagram for the module in place of :meth:`Link.deliver`."""


class Air:
    """What all modems of a world share: the map of addresses and the journal, which a reset replaces."""

    def __init__(self, addresses: AddressMap, journal: Journal) -> None:
        """Make air through which the map's addresses are reached."""
        self.addresses = addresses
        self._journal = journal
        self._links: set[Link] = set()

    @property
    def journal(self) -> Journal:
        """Where all links write. Setting it sets it for the open ones too."""
        return self._journal

    @journal.setter
    def journal(self, journal: Journal) -> None:
        self._journal = journal
        for link in self._links:
            link.take_journal(journal)

    async def open_link(self, name: str, on_datagram: Callable[[bytes, Address], None]) -> Link:
        """Open a bearer for the modem called ``name``; ``on_datagram`` gets what comes for it.

        ``on_datagram`` is called with the octets and the address that the module dialled, not the mock's own,
        within the cause that the platform gave.

        Raises:
            OSError: The machine has no socket left.
        """
        endpoint = await DatagramEndpoint.open(_LOOPBACK, 0, name=name, journal=self._journal, modem=name)
        return self.add(Link(self, endpoint, on_datagram))

    def carries(self, local: Address) -> bool:
        """Return whether a socket of a modem has this address."""
        return any(link.local == local for link in self._links)

    def add(self, link: Link) -> Link:
        """Look after a link that was opened."""
        self._links.add(link)
        return link

    def forget(self, link: Link) -> None:
        """Let go of a link that was closed."""
        self._links.discard(link)

    def close(self) -> None:
        """Close all links."""
        for link in tuple(self._links):
            link.close()


class Link:
    """One modem's bearer: a UDP socket whose port is what a NAT would have made of the modem's address.

    A modem's own sockets are opened on its bearer; those for datagrams are links of their own. The last 4,096
    addresses that were sent to can answer.

    Attributes:
        name: The modem's name, under which the journal has what happens here.
        up: Whether there is coverage. Without, datagrams of both directions are dropped.
        endpoint: The socket.
        on_datagram: Who gets what comes down. May be replaced at any time.
        passage: What the datagrams of this bearer and its sockets pass, if anything.
    """

    def __init__(
        self,
        air: Air,
        endpoint: DatagramEndpoint,
        on_datagram: Callable[[bytes, Address], None],
        bearer: Link | None = None,
    ) -> None:
        """Use :meth:`Air.open_link` or :meth:`open_datagrams`."""
        self._bearer = bearer
        self.name = endpoint.name
        self.up = True
        self.endpoint = endpoint
        self.on_datagram = on_datagram
        self.passage: Passage | None = None
        self._former: DatagramEndpoint | None = None
        self._air = air
        self._dialled: dict[Address, Address] = {}  # by the real address
        endpoint.on_datagram = self._receive

    @property
    def local(self) -> Address:
        """The bearer's own address, as the platform sees it."""
        return self.endpoint.local

    @property
    def journal(self) -> Journal:
        """Where what happens here is written."""
        return self._air.journal

    @property
    def addresses(self) -> AddressMap:
        """Where dialled addresses lead."""
        return self._air.addresses

    @property
    def covered(self) -> bool:
        """Whether there is coverage, here and at the bearer."""
        return self.up and (self._bearer is None or self._bearer.up)

    def take_journal(self, journal: Journal) -> None:
        """Write into another journal."""
        for endpoint in (self.endpoint, self._former):
            if endpoint is not None:
                endpoint.journal = journal

    def open_datagrams(self, on_datagram: Callable[[bytes, Address], None]) -> Link:
        """Open a UDP socket of the modem's own, which has the coverage of this bearer.

        Raises:
            OSError: The machine has no socket left.
        """
        endpoint = DatagramEndpoint.bind(_LOOPBACK, 0, name=self.name, journal=self.journal, modem=self.name)
        return self._air.add(Link(self._air, endpoint, on_datagram, bearer=self))

    def open_stream(self, dialled: Address, user: StreamUser) -> Stream | str:
        """Connect to the address that the module dialled, or return why it is unreachable.

        Raises:
            OSError: The machine has no socket left.
        """
        real = self._route(dialled)
        return real if isinstance(real, str) else Stream(real, user)

    def send(self, octets: bytes, dialled: Address, cause: int | None = None) -> None:
        """Send a datagram to the address that the module dialled.

        It reaches the mock by the address's role, and carries ``cause``, or the journal's of the moment. What
        is unreachable is dropped with a note that says why.
        """
        passage = (self._bearer or self).passage
        if passage is None:
            self.transmit(octets, dialled, cause)
        else:
            passage.up(self, octets, dialled, cause)

    def transmit(self, octets: bytes, dialled: Address, cause: int | None = None) -> None:
        """Send a datagram past the passage."""
        real = self._route(dialled)
        if isinstance(real, str):
            self._drop(octets, f"to {dialled}: {real}", cause)
            return
        self._dialled.pop(real, None)
        self._dialled[real] = dialled
        if len(self._dialled) > _MOST_DIALLED:
            del self._dialled[next(iter(self._dialled))]
        self.endpoint.send(octets, real, cause=cause)

    def close(self) -> None:
        """Give the bearer up. Closing twice is harmless."""
        for endpoint in (self.endpoint, self._former):
            if endpoint is not None:
                endpoint.close()
        self._air.forget(self)

    def rebind(self) -> None:
        """Take another port, as a NAT that has forgotten the module gives it.

        What is sent to the port before is dropped, and so is what comes for the new one before the module sends.

        Raises:
            OSError: The machine has no socket left.
        """
        fresh = DatagramEndpoint.bind(_LOOPBACK, 0, name=self.name, journal=self.journal, modem=self.name)
        fresh.on_datagram = self._receive
        if self._former is not None:
            self._former.close()
        self._former, self.endpoint = self.endpoint, fresh
        self._former.on_datagram = self._receive_formerly
        self._dialled.clear()

    def _receive_formerly(self, octets: bytes, source: Address) -> None:
        self._drop(octets, f"from {source}: to a port that the NAT has given away")

    def _route(self, dialled: Address) -> Address | str:
        """Return the real address that a dialled one stands for, or why there is none."""
        passage = (self._bearer or self).passage
        if passage is not None and (why := passage.bars(self, dialled)) is not None:
            return why
        return self.addresses.route(dialled.host, dialled.port) if self.covered else "no coverage"

    def _receive(self, octets: bytes, source: Address) -> None:
        """Take a datagram of the platform, within its cause."""
        dialled = self._dialled.get(source)
        if dialled is None:
            self._drop(octets, f"from {source}: the module never sent anything there, so no NAT lets it in")
        elif (passage := (self._bearer or self).passage) is not None:
            passage.down(self, octets, dialled)
        else:
            self.deliver(octets, dialled)

    def deliver(self, octets: bytes, dialled: Address) -> None:
        """Give the module a datagram past the passage."""
        if self.covered:
            self.on_datagram(octets, dialled)
        else:
            self._drop(octets, f"from {dialled}: no coverage")

    def _drop(self, octets: bytes, why: str, cause: int | None = None) -> None:
        self._air.journal.note(DatagramDropped(self.name, octets, why), cause=cause, modem=self.name)
