"""The events of datagrams below CoAP: those that DTLS has sealed, its associations, and what was lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from onenet_sim.journal.occurrence import Layer, Occurrence

_SEALED = b"\x17"
_RECORDS = {20: "change of cipher", 21: "alert", 22: "handshake", 23: "sealed"}
"""What a datagram is, by the type of its first record (RFC 5246, 6.2.1)."""


@dataclass(frozen=True, slots=True)
class DtlsDatagram(Occurrence):
    """A datagram of DTLS records at the modem's end; a CoAP message in it has an event of its own."""

    peer: str
    octets: bytes

    @property
    def sealed(self) -> bool:
        """Whether it carries what the ends have to say, rather than a handshake or an alert."""
        return self.octets[:1] == _SEALED

    @property
    def records(self) -> str:
        """What it holds, in words."""
        return f"DTLS {_RECORDS.get(next(iter(self.octets), 0), 'datagram')}, {len(self.octets)} octets"


@dataclass(frozen=True, slots=True)
class DtlsSent(DtlsDatagram):
    """A modem sent a datagram of DTLS."""

    layer: ClassVar[Layer] = Layer.NETWORK
    kind: ClassVar[str] = "dtls_sent"

    def _text(self) -> str:
        return f"modem → {self.peer}  {self.records}"


@dataclass(frozen=True, slots=True)
class DtlsReceived(DtlsDatagram):
    """A modem got a datagram of DTLS."""

    layer: ClassVar[Layer] = Layer.NETWORK
    kind: ClassVar[str] = "dtls_received"

    def _text(self) -> str:
        return f"modem ← {self.peer}  {self.records}"


@dataclass(frozen=True, slots=True)
class DatagramDropped(Occurrence):
    """A datagram went no further."""

    layer: ClassVar[Layer] = Layer.NETWORK
    kind: ClassVar[str] = "datagram_dropped"
    where: str
    octets: bytes
    why: str

    def _text(self) -> str:
        return f"{self.where} dropped {len(self.octets)} octets: {self.why}"


@dataclass(frozen=True, slots=True)
class SecurityChanged(Occurrence):
    """A DTLS association was made, refused or ended. ``end`` is ``modem``, ``bootstrap`` or ``access``."""

    layer: ClassVar[Layer] = Layer.NETWORK
    kind: ClassVar[str] = "dtls"
    end: str
    peer: str
    what: str

    def _text(self) -> str:
        return f"DTLS of {self.end} with {self.peer} {self.what}"
