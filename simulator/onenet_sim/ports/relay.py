"""A host's PTY and a real module's UART, joined: whoever listens hears both, and neither side can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onenet_sim.journal import Explanation, Journal, LineSet, OctetsLost
from onenet_sim.ports.pty import PtyPort
from onenet_sim.ports.uart import UartPort

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from onenet_sim.journal import Event


class Relay:
    """Passes octets between a PTY that a host opens and the device that a module is on, both ways and at once.

    What the module says before the first host has said anything waits for that host as boot text does, 4 KiB of
    it. The baud rate that the host sets is set on the device too; a PTY knows no control lines.

    Attributes:
        pty: The host's side. What happens to it is noted in its journal.
    """

    def __init__(
        self,
        journal: Journal,
        *,
        device: str,
        baud: int,
        link: str | os.PathLike[str] | None = None,
        on_host: Callable[[bytes], None],
        on_module: Callable[[bytes], None],
        on_gone: Callable[[], None],
    ) -> None:
        """Open the device at a baud rate, and a PTY, on the running loop.

        Args:
            journal: Where hosts that come and go, their baud rates, and lost octets are noted.
            device: What the module is on.
            baud: Its rate until the host sets one.
            link: A symbolic link to the PTY.
            on_host: Called with what the host said, after the module has it.
            on_module: The other way round.
            on_gone: Called when the device is gone.

        Raises:
            OSError: The device or the link cannot be had; the message names it.
        """
        self._on_host = on_host
        self._on_module = on_module
        self._waits_for_host = True
        quiet = Journal(lambda: 0.0)  # the device's far end is no host that comes and goes
        quiet.follow(self._lost)
        self._uart = UartPort(self._from_module, quiet, device=device, baud=baud, on_gone=on_gone)
        try:
            self.pty = PtyPort(self._from_host, journal, link=link)
        except OSError:
            self._uart.close()
            raise
        self.pty.set_rate(baud)
        self._unfollow = journal.follow(self._noted)

    def close(self) -> None:
        """Give both up."""
        self._unfollow()
        self.pty.close()
        self._uart.close()

    def _from_host(self, octets: bytes) -> None:
        self._waits_for_host = False
        self.pty.rate  # noqa: B018 - looked at now, it is set before what is sent at it
        self._uart.write(octets)
        self._on_host(octets)

    def _from_module(self, octets: bytes) -> None:
        self.pty.write(octets, boot=self._waits_for_host)
        self._on_module(octets)

    def _lost(self, event: Event) -> None:
        if isinstance(event.what, OctetsLost):
            self.pty.journal.note(event.what)

    def _noted(self, event: Event) -> None:
        if isinstance(event.what, LineSet) and event.what.what == "baud rate":
            try:
                self._uart.set_rate(int(event.what.state))
            except OSError as error:
                self.pty.journal.note(Explanation(str(error)))
