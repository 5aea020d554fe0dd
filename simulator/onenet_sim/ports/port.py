"""What every way to plug a host in has in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from onenet_sim.journal import Journal

QUEUE_OCTETS = 64 * 1024
"""Octets that wait for a host which reads too slowly; what comes beyond is lost."""

BOOT_OCTETS = 4 * 1024
"""Octets of boot text that are kept for the next host; what comes beyond is lost."""

SETTLING_SECONDS = 0.1
"""How long a host that has just opened a port may still discard its input, as pyserial does when it opens."""


class Port(Protocol):
    """The module's end of a serial line, used on the loop's thread.

    While nobody is attached octets are lost, as on a real UART, except boot text: that is kept for the next
    host, up to 4 KiB of it, and delivered once.

    Attributes:
        name: What a host opens.
        modem: The modem whose line this is, for the journal.
        journal: Where hosts that come and go, and octets that are lost, are noted. May be replaced.
        on_octets: Called with what the host wrote. May be replaced.
        foreign: Whether its hosts are outside this process, where drivers for real modules live.
    """

    name: str
    modem: str | None
    journal: Journal
    on_octets: Callable[[bytes], None]
    foreign: bool

    @property
    def described(self) -> dict[str, str | None]:
        """What a host needs to know to open it, by the ready line's keys."""

    @property
    def rate(self) -> int | None:
        """The baud rate that the host has set, or None when it set none or this kind of port does not tell."""

    @property
    def attached(self) -> bool:
        """Whether a host has the port open."""

    def write(self, octets: bytes, *, boot: bool = False) -> None:
        """Send octets to the host in one write of the operating system; ``boot`` marks boot text."""

    def forget_boot_text(self) -> None:
        """Drop the boot text that no host has had yet: the module boots anew."""

    def close(self) -> None:
        """Give the port up. Closing twice is harmless."""
