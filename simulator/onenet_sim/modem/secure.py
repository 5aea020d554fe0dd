"""The module's DTLS as its CoAP sees it: when a handshake is due, and what waits for it.

The handshake itself is the network's. The module asks for one with a key, waits for its end, and then marks each
datagram for that peer as sealed. After a pause a NAT may have given its address to somebody else: the next uplink
then waits for a new handshake (LwM2M user manual for OneMO modules 4.8).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from onenet_sim.modem.codes import MiplEvent

if TYPE_CHECKING:
    from collections.abc import Callable

    from onenet_sim.modem.coap import Datagram, Peer
    from onenet_sim.modem.device import Psk
    from onenet_sim.modem.module import Module

_KEPT_MESSAGES = 10
_KEPT_OCTETS = 2048
RENEGOTIATION_COMMAND = "+MIPLDTLSNAT"
"""Only a module that has this command makes a new handshake after a pause."""


@dataclass(frozen=True, slots=True)
class Handshake:
    """What the module asks of the network.

    Attributes:
        identity: The PSK identity.
        suites: The suites that the module offers, by IANA's names.
        cause: The journal's event that led to it.
    """

    peer: Peer
    identity: str
    key: bytes
    suites: tuple[str, ...]
    cause: int | None


class _Stage(Enum):
    NONE = auto()
    SHAKING = auto()
    MADE = auto()


class SecureChannel:
    """The DTLS association with the server of the present login, if that has one.

    While a handshake is under way up to 10 messages, and 2,048 octets, wait for it; others are dropped.

    Attributes:
        requests: Handshakes to be made, oldest first; the owner takes them.
    """

    def __init__(self, module: Module) -> None:
        self._module = module
        self.requests: list[Handshake] = []
        self._peer: Peer | None = None
        self._psk: Psk | None = None
        self._stage = _Stage.NONE
        self._last_traffic = 0.0
        self._kept: list[Datagram] = []
        self._concluded: Callable[[str], None] | None = None

    @property
    def full(self) -> bool:
        """Whether so much waits for a handshake that nothing can be added."""
        return len(self._kept) >= _KEPT_MESSAGES or self._octets >= _KEPT_OCTETS

    @property
    def _octets(self) -> int:
        return sum(len(datagram.octets) for datagram in self._kept)

    def open(self, peer: Peer, psk: Psk, concluded: Callable[[str], None]) -> None:
        """Ask for a handshake; ``concluded`` is called with nothing when it is done, else with why it failed."""
        self.close()
        self._peer, self._psk, self._concluded = peer, psk, concluded
        self._shake_hands()

    def close(self) -> None:
        """Forget the association and what waits for it."""
        self._peer = self._psk = self._concluded = None
        self._stage = _Stage.NONE
        self._kept.clear()

    def discard(self) -> None:
        """Forget what waits for a handshake."""
        self._kept.clear()

    def _shake_hands(self) -> None:
        assert self._peer is not None  # noqa: S101 - there is an association to make
        assert self._psk is not None  # noqa: S101 - as above
        self._stage = _Stage.SHAKING
        module = self._module
        identity = self._psk.identity or module.identity.imei
        suites = tuple(map(str, module.profile.mipl.dtls_suites))
        self.requests.append(Handshake(self._peer, identity, self._psk.key, suites, module.journal.cause))

    def concluded(self, peer: Peer, why: str) -> None:
        """Take note that a handshake is done, or why it failed or the association ended."""
        if peer != self._peer:
            return
        self._stage = _Stage.NONE if why else _Stage.MADE
        self._last_traffic = self._module.now
        told, self._concluded = self._concluded, None
        kept, self._kept = self._kept, []
        if why and told is None:
            self._module.explain(f"{why}; {len(kept)} messages that waited for it are lost")
        elif not why:
            self._module.endpoint.outbox += [replace(datagram, sealed=True) for datagram in kept]
        if told is not None:
            told(why)

    def dispatch(self, datagram: Datagram) -> None:
        """Put a datagram into the outbox: sealed if it is for this association, and then perhaps later."""
        if datagram.peer != self._peer:
            self._module.endpoint.outbox.append(datagram)
        elif self._stage is _Stage.MADE and not self._aged:
            self._last_traffic = self._module.now
            self._module.endpoint.outbox.append(replace(datagram, sealed=True))
        else:
            self._keep(datagram)

    def _keep(self, datagram: Datagram) -> None:
        """Keep a datagram until there is an association; a retransmission of one that waits is not kept twice."""
        if all(datagram.octets != other.octets for other in self._kept):
            if self.full or self._octets + len(datagram.octets) > _KEPT_OCTETS:
                limit = f"{_KEPT_MESSAGES} messages and {_KEPT_OCTETS} octets"
                self._module.explain(f"a message is lost: no more than {limit} wait for a DTLS handshake")
                return
            self._kept.append(datagram)
        if self._stage is _Stage.SHAKING:
            return
        if self._stage is _Stage.MADE:
            pause = self._module.now - self._last_traffic
            self._module.explain(f"{pause:g} s have passed without traffic; a new DTLS handshake comes first")
            self._module.event(MiplEvent.DTLS_AGED)
        self._shake_hands()

    @property
    def _aged(self) -> bool:
        device = self._module.device
        if device is None or RENEGOTIATION_COMMAND not in self._module.profile.mipl.extensions:
            return False
        limit = device.renegotiates_after
        return limit > 0 and self._module.now - self._last_traffic >= limit

    def hears(self, peer: Peer) -> bool:
        """Take note of a datagram that came through DTLS; return whether the module still has that association."""
        if peer != self._peer:
            return False
        self._last_traffic = self._module.now
        return True
