"""Where an address leads: firmware carries real ones, and each reaches the mock by its role.

The table below is data; what stands in neither it, nor in the user's entries, nor among the mock's own
addresses, is unreachable. So nothing leaves the machine.
"""

from __future__ import annotations

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


class AddressMap:
    """Which server of the mock an address reaches, and where that server listens in truth.

    Host names are compared without case and without a final dot. It holds up to 4,096 addresses.
    """

    def __init__(self) -> None:
        """Make a map that knows :data:`SITES`, and no server of the mock yet."""
        self._reached: dict[Address, Destination] = {}
        self._served: dict[Destination, Address] = {}
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
            key = Address(_canonical(parsed.host), port)
            if len(self._reached) >= _MOST_ENTRIES and key not in self._reached:
                raise ValueError(f"no room for {key}: the address map holds {_MOST_ENTRIES} addresses")
            self._reached[key] = Destination(role, port == COAPS_PORT if dtls is None else dtls)

    def serve(self, destination: Destination, local: Address) -> None:
        """Say where on this machine the mock's server listens; that address then reaches it too."""
        self._served[destination] = local

    def served(self, destination: Destination) -> Address | None:
        """Return where that server of the mock listens, or None when the mock does not run it."""
        return self._served.get(destination)

    def find(self, host: str, port: int) -> Destination | None:
        """Return whom the address reaches that the module dialled; None is unreachable."""
        key = Address(_canonical(host), port)
        number = Address(NAMES.get(key.host, key.host), port)
        for destination, local in self._served.items():
            if local == number:
                return destination
        return self._reached.get(key) or self._reached.get(number)


def _canonical(host: str) -> str:
    return host.strip().lower().removesuffix(".")
