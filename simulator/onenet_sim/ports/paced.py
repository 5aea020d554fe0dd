"""A port at the speed of its line: octets take their time, and two ends at different baud rates hear noise."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from onenet_sim.journal import Explanation, OctetsLost
from onenet_sim.ports.port import QUEUE_OCTETS

if TYPE_CHECKING:
    from collections.abc import Callable

    from onenet_sim.journal import Journal
    from onenet_sim.ports.port import Port

_BITS = 10
"""Of an octet on the line, with its start and stop bit."""

_PIECE = 16
"""Octets that reach the host at once, as out of a UART's buffer."""


class PacedPort:
    """A :class:`~onenet_sim.ports.Port` before another, at which octets of the module take their world time.

    Octets of the host reach the module at once. A module that finds the baud rate by itself has the host's, or
    that of its factory when the host's is not known.

    Attributes:
        module_rate: Returns the baud rate to which the module is set, 0 when it finds it by itself.
    """

    def __init__(self, port: Port, factory_rate: int, draw: Callable[[int], int]) -> None:
        """Stand before a port on the running loop; ``draw`` gives a number from 0 below its argument."""
        self.module_rate: Callable[[], int] = lambda: 0
        self.on_octets = port.on_octets
        self.foreign = port.foreign
        self.name = port.name
        self._port = port
        self._factory_rate = factory_rate
        self._draw = draw
        self._loop = asyncio.get_running_loop()
        self._queue: deque[tuple[float, bytes, bool]] = deque()
        self._queued = 0
        self._free_at = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._fixed: int | None = None
        self._explained: tuple[int, int] | None = None
        port.on_octets = self._hear

    @property
    def modem(self) -> str | None:
        """The modem whose line this is."""
        return self._port.modem

    @modem.setter
    def modem(self, modem: str | None) -> None:
        self._port.modem = modem

    @property
    def journal(self) -> Journal:
        """Where things are noted."""
        return self._port.journal

    @journal.setter
    def journal(self, journal: Journal) -> None:
        self._port.journal = journal

    @property
    def described(self) -> dict[str, str | None]:
        """What a host needs to know to open it."""
        return self._port.described

    @property
    def rate(self) -> int | None:
        """The baud rate that the host has set, as far as that can be known."""
        return self._port.rate

    @property
    def attached(self) -> bool:
        """Whether a host has the port open."""
        return self._port.attached

    def write(self, octets: bytes, *, boot: bool = False) -> None:
        """Send octets to the host, so fast as the line is; up to 64 KiB wait, and a write beyond is lost."""
        if self._queued + len(octets) > QUEUE_OCTETS:
            why = f"the line of {self.name} is slow, and {self._queued} octets wait for it"
            self.journal.note(OctetsLost(octets, why), modem=self.modem)
            return
        heard = self._as_heard(octets)
        seconds = _BITS / (self._module_end() or self.rate or self._factory_rate)
        end = max(self._loop.time(), self._free_at)
        for start in range(0, len(heard), _PIECE):
            piece = heard[start : start + _PIECE]
            end += len(piece) * seconds
            self._queue.append((end, piece, boot))
        self._free_at = end
        self._queued += len(octets)
        self._wait()

    def forget_boot_text(self) -> None:
        """Drop the boot text that no host has had yet, and what is still on the line: the module boots anew."""
        self._drop()
        self._port.forget_boot_text()

    def close(self) -> None:
        """Give the port up."""
        self._drop()
        self._port.close()

    def _hear(self, octets: bytes) -> None:
        """Take octets of the host; the answer to them goes out at the rate at which the question came in."""
        self._fixed = self.module_rate()
        try:
            self.on_octets(self._as_heard(octets))
        finally:
            self._fixed = None

    def _module_end(self) -> int:
        return self.module_rate() if self._fixed is None else self._fixed

    def _as_heard(self, octets: bytes) -> bytes:
        """Return what the other end hears of octets: noise when its baud rate is another."""
        module, host = self._module_end(), self.rate
        if not module or not host or module == host:
            self._explained = None
            return octets
        if self._explained != (module, host):
            self._explained = module, host
            what = f"the module is set to {module} baud and the host of {self.name} to {host}: each hears noise"
            self.journal.note(Explanation(what), modem=self.modem)
        return bytes(self._draw(256) for _ in octets)

    def _wait(self) -> None:
        if self._timer is None and self._queue:
            self._timer = self._loop.call_at(self._queue[0][0], self._arrive)

    def _arrive(self) -> None:
        self._timer = None
        _, piece, boot = self._queue.popleft()
        self._queued -= len(piece)
        self._port.write(piece, boot=boot)
        self._wait()

    def _drop(self) -> None:
        self._queue.clear()
        self._queued = 0
        self._free_at = 0.0
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
