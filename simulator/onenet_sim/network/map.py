"""Where an address leads: firmware carries real ones, and each reaches the mock by its role.

The tables below are data. An address leads, by the first of these that has it: where the user redirects it; to
a server of the mock, by its role or its own address; to this machine, if it is a loopback address; to the test
server. Every other one is unreachable. So nothing leaves the machine.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from enum import StrEnum

from onenet_sim.network.address import Address

COAP_PORT = 5683
COAPS_PORT = 5684
_MOST_ENTRIES = 4096


class Role(StrEnum):
    """What a server of OneNET's does for a device."""

    BOOTSTRAP = "bootstrap"
    """Tells the device its access machine."""

    ACCESS = "access"
    """The LwM2M server proper."""


@dataclass(frozen=True, slots=True)
class Destination:
    """Whom an address reaches: a server by its role, in plain CoAP or through DTLS."""

    role: Role
    dtls: bool = False

    def __str__(self) -> str:
        return f"{self.role} with DTLS" if self.dtls else str(self.role)


@dataclass(frozen=True, slots=True)
class Site:
    """A server of OneNET's as firmware carries it; 5683 and, for DTLS, 5684 are its ports."""

    host: str
    role: Role
    source: str


_ACCESS_PAGE = "OneNET NB-IoT suite documentation, device-develop/access"
_LWM2M_MANUAL = "China Mobile IoT, LwM2M user manual (OneMO), V5.2.2, MIPLCREATEEX"

SITES = (
    Site("nbiotbt.heclouds.com", Role.BOOTSTRAP, f"{_ACCESS_PAGE}: main site; {_LWM2M_MANUAL}"),
    Site("183.230.40.39", Role.BOOTSTRAP, f"{_ACCESS_PAGE}: main site"),
    Site("nbiotacc.heclouds.com", Role.ACCESS, f"{_ACCESS_PAGE}: main site; {_LWM2M_MANUAL}"),
    Site("183.230.40.40", Role.ACCESS, f"{_ACCESS_PAGE}: main site"),
    Site("218.201.45.3", Role.ACCESS, f"{_ACCESS_PAGE}: main site"),
    Site("183.230.102.118", Role.ACCESS, "OneNET IoT platform documentation, example of an M5310-A, flag 0"),
    Site("112.13.167.63", Role.ACCESS, f"{_ACCESS_PAGE}: Zhejiang, which has no bootstrap server"),
    Site("47.91.203.179", Role.ACCESS, f"{_ACCESS_PAGE}: Hong Kong, which has no bootstrap server"),
)
"""The documented servers."""

NAMES = {
    "nbiotbt.heclouds.com": "183.230.40.39",
    "nbiotacc.heclouds.com": "183.230.40.40",
    "localhost": "127.0.0.1",
}
"""What the network's DNS knows: the documented names, and the machine itself (RFC 6761 section 6.3)."""


TEST_SERVER = Address("183.230.40.150", 36000)
"""China Mobile's server for trying a module's sockets (OneNET documentation, access example for M5310)."""

_UNKNOWN = "unreachable, since the address map knows no such address; redirect it (--map)"
_NUMBERS = ipaddress.ip_network("198.18.0.0/15")
"""Where the numbers of the user's names are taken from: a block for tests, which no real host has (RFC 2544)."""


class AddressMap:
    """Where an address leads that a module dials.

    Host names are compared without case and without a final dot. It holds up to 4,096 addresses.

    Attributes:
        test_server: Where the server behind :data:`TEST_SERVER` listens, if it runs.
    """

    def __init__(self) -> None:
        """Make a map that knows :data:`SITES`, and no server of the mock yet."""
        self._reached: dict[Address, Destination] = {}
        self._served: dict[Destination, Address] = {}
        self._redirected: dict[Address, Address] = {}
        self._numbers = dict(NAMES)
        self.test_server: Address | None = None
        for site in SITES:
            self.add(site.host, site.role)

    def add(self, address: str, role: Role, *, dtls: bool | None = None) -> None:
        """Let ``host:port`` reach the server of that role; without a port, both 5683 and 5684.

        Without ``dtls``, port 5684 means DTLS and every other does not.

        Raises:
            ValueError: The address is none, or the map is full.
        """
        parsed = Address.parse(address, default_port=0)
        for port in (parsed.port,) if parsed.port else (COAP_PORT, COAPS_PORT):
            key = self._admit(Address(_canonical(parsed.host), port))
            self._reached[key] = Destination(role, port == COAPS_PORT if dtls is None else dtls)

    def redirect(self, address: str, local: str) -> None:
        """Let ``host:port`` lead to a loopback ``host:port`` of this machine, over UDP and TCP alike.

        Raises:
            ValueError: One of them is no address with a port, the second is elsewhere, or the map is full.
        """
        dialled, real = (Address.parse(each, default_port=0) for each in (address, local))
        number = NAMES.get(_canonical(real.host), real.host)
        if not dialled.port or not real.port:
            raise ValueError(f"{local if dialled.port else address!r} lacks its port: it is host:port")
        if not _is_loopback(number):
            raise ValueError(f"{local!r} is not on this machine: an address can lead to 127.0.0.1:PORT")
        self._redirected[self._admit(Address(_canonical(dialled.host), dialled.port))] = Address(number, real.port)

    def _admit(self, key: Address) -> Address:
        """Make sure that there is room for an address, and a number for its name."""
        held = len(self._reached) + len(self._redirected)
        if held >= _MOST_ENTRIES and key not in self._reached and key not in self._redirected:
            raise ValueError(f"no room for {key}: the address map holds {_MOST_ENTRIES} addresses")
        if not _is_number(key.host) and key.host not in self._numbers:
            self._numbers[key.host] = str(_NUMBERS[1 + len(self._numbers)])
        return key

    def serve(self, destination: Destination, local: Address) -> None:
        """Say where on this machine the mock's server listens; that address then reaches it too."""
        self._served[destination] = local

    def served(self, destination: Destination) -> Address | None:
        """Return where that server of the mock listens, or None when the mock does not run it."""
        return self._served.get(destination)

    def find(self, host: str, port: int) -> Destination | None:
        """Return whom the address reaches that the module dialled; None is unreachable."""
        keys = self._keys(host, port)
        for destination, local in self._served.items():
            if local in keys:
                return destination
        return next((self._reached[key] for key in keys if key in self._reached), None)

    def route(self, host: str, port: int) -> Address | str:
        """Return where on this machine a dialled address leads, or why it is unreachable."""
        keys = self._keys(host, port)
        for key in keys:
            if key in self._redirected:
                return self._redirected[key]
        destination = self.find(host, port)
        if destination is not None:
            local = self.served(destination)
            return local or f"unreachable, since the mock runs no {destination} server"
        for key in keys:
            if _is_loopback(key.host):
                return key
        if self.test_server is not None and TEST_SERVER in keys:
            return self.test_server
        return _UNKNOWN

    def resolve(self, name: str) -> str | None:
        """Return the IPv4 number that the network's DNS has for a name; a number stands for itself."""
        host = _canonical(name)
        return host if _is_number(host) else self._numbers.get(host)

    def has_host(self, number: str) -> bool:
        """Return whether some port of that IPv4 number leads anywhere."""
        hosts = {key.host for key in (*self._reached, *self._redirected, TEST_SERVER)}
        return _is_loopback(number) or number in hosts or number in {self._numbers.get(host) for host in hosts}

    def _keys(self, host: str, port: int) -> list[Address]:
        """Return the addresses that a dialled one is known by: as dialled, by its name, by its number."""
        key = _canonical(host)
        names = [name for name, number in self._numbers.items() if number == key]
        number = self._numbers.get(key)
        return [Address(each, port) for each in (key, *names, number) if each]


def _is_number(host: str) -> bool:
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return _is_number(host) and ipaddress.IPv4Address(host).is_loopback


def _canonical(host: str) -> str:
    return host.strip().lower().removesuffix(".")
