"""The NAT between modems and the platform: one public address, a port of it for each socket of a modem.

Bearers and sockets of modems are sockets of this machine, whose real ports differ from run to run. The far side
sees these in their place, numbered in the order in which they are first seen: so a world reads the same each time,
and as it would in the field.
"""

from __future__ import annotations

from onenet_sim.network.address import LARGEST_PORT, Address

PUBLIC_HOST = "117.169.36.15"
"""The public address and port of the access example for M5310 in the OneNET documentation."""

_FIRST_PORT = 2179


class Nat:
    """Which public address stands for which real one."""

    def __init__(self) -> None:
        self._modems: set[Address] = set()
        self.forget_all()

    def forget_all(self) -> None:
        """Begin to number anew; modems' sockets stay known."""
        self._public: dict[Address, Address] = {}
        self._real: dict[Address, Address] = {}
        self._next_port = _FIRST_PORT

    def admit(self, real: Address) -> None:
        """Let a socket of a modem have a public address as soon as it is seen."""
        self._modems.add(real)

    def forget(self, real: Address) -> None:
        """Let go of a socket that was closed."""
        self._modems.discard(real)
        public = self._public.pop(real, None)
        if public is not None:
            del self._real[public]

    def public(self, real: Address) -> Address:
        """Return what the far side sees; what is no socket of a modem is seen as it is."""
        if real not in self._modems:
            return real
        if real not in self._public:
            self._public[real] = self._free()
            self._real[self._public[real]] = real
        return self._public[real]

    def real(self, public: Address) -> Address | None:
        """Return where a datagram for an address goes, or None if the NAT has given that port away."""
        return self._real.get(public) if public.host == PUBLIC_HOST else public

    def _free(self) -> Address:
        """Return a port that nobody has; there are more of them than sockets of modems."""
        while True:
            public = Address(PUBLIC_HOST, self._next_port)
            self._next_port = self._next_port + 1 if self._next_port < LARGEST_PORT else _FIRST_PORT
            if public not in self._real:
                return public
