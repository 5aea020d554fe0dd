"""A serial line within the process: no file, no socket."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from typing import TYPE_CHECKING

from onenet_sim.journal import LineSet, OctetsLost
from onenet_sim.ports.port import QUEUE_OCTETS

if TYPE_CHECKING:
    from collections.abc import Callable

    from onenet_sim.journal import Journal


class MemoryHost:
    """The host's end of a :class:`MemoryPort`, for any thread.

    Attributes:
        on_octets: When set, called on the loop's thread with each write of the module, which then is not
            collected for :meth:`read`.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        take: Callable[[bytes], None],
        set_line: Callable[[str, str], None],
    ) -> None:
        """Use :attr:`MemoryPort.host`."""
        self.on_octets: Callable[[bytes], None] | None = None
        self._loop = loop
        self._take = take
        self._set_line = set_line
        self._writes: deque[bytes] = deque()
        self._octets = 0
        self._open = True
        self._changed = threading.Condition()

    def write(self, octets: bytes) -> None:
        """Send octets to the module. It gets them when the loop turns next."""
        self._loop.call_soon_threadsafe(self._take, octets)

    def set_line(self, what: str, state: str) -> None:
        """Set the host's ``baud rate`` to a number, or ``DTR``, ``RTS`` or ``BREAK`` to ``on`` or ``off``."""
        self._loop.call_soon_threadsafe(self._set_line, what, state)

    def read(self, timeout: float | None = None) -> bytes:
        """Return all that the module has written since the last read; see :meth:`read_writes`."""
        return b"".join(self.read_writes(timeout))

    def read_writes(self, timeout: float | None = None) -> list[bytes]:
        """Return each write of the module since the last read, waiting until there is one.

        Args:
            timeout: Real seconds to wait at most; None waits for ever. Then the answer is empty, as it is
                once the port is closed.

        Raises:
            RuntimeError: Called on the loop's own thread, which would wait for itself. There, use
                :attr:`on_octets` or a timeout of 0.
        """
        if timeout != 0 and self._on_loop():
            raise RuntimeError("a blocking read would stop the loop that writes: use on_octets, or timeout=0")
        with self._changed:
            self._changed.wait_for(lambda: self._writes or not self._open, timeout)
            writes = list(self._writes)
            self._writes.clear()
            self._octets = 0
        return writes

    def deliver(self, octets: bytes) -> bool:
        """Take a write of the module; return whether there was room. The port calls this."""
        if self.on_octets is not None:
            self.on_octets(octets)
            return True
        with self._changed:
            if self._octets + len(octets) > QUEUE_OCTETS:
                return False
            self._writes.append(octets)
            self._octets += len(octets)
            self._changed.notify_all()
        return True

    def hang_up(self) -> None:
        """Wake those who read: nothing comes any more. The port calls this."""
        with self._changed:
            self._open = False
            self._changed.notify_all()

    def _on_loop(self) -> bool:
        try:
            return asyncio.get_running_loop() is self._loop
        except RuntimeError:
            return False


class MemoryPort:
    """A port whose host is in the same process and always attached; see :class:`~onenet_sim.ports.Port`.

    Up to 64 KiB wait for a host that does not read; a write beyond is lost.

    Attributes:
        host: The host's end.
    """

    def __init__(
        self,
        on_octets: Callable[[bytes], None],
        journal: Journal,
        *,
        modem: str | None = None,
        name: str = "memory",
    ) -> None:
        """Make a port of the running loop."""
        self.name = name
        self.modem = modem
        self.journal = journal
        self.on_octets = on_octets
        self.foreign = False
        self._closed = False
        self._rate: int | None = None
        self.host = MemoryHost(asyncio.get_running_loop(), self._take, self._set_line)

    @property
    def described(self) -> dict[str, str | None]:
        """Nothing: no other process can open it."""
        return {}

    @property
    def rate(self) -> int | None:
        """The baud rate that the host has set by :meth:`MemoryHost.set_line`, if it has."""
        return self._rate

    @property
    def attached(self) -> bool:
        """True until the port is closed."""
        return not self._closed

    def write(self, octets: bytes, *, boot: bool = False) -> None:
        """Send octets to the host; boot text is as any other, since the host is there."""
        del boot
        if self._closed:
            self._lose(octets, f"{self.name} is closed")
        elif not self.host.deliver(octets):
            self._lose(octets, f"the host on {self.name} does not read, and {QUEUE_OCTETS} octets are the bound")

    def forget_boot_text(self) -> None:
        """Do nothing: no boot text waits, since the host has had it."""

    def close(self) -> None:
        """Give the port up; the host reads nothing more."""
        self._closed = True
        self.host.hang_up()

    def _take(self, octets: bytes) -> None:
        if not self._closed:
            with self.journal.because(None):
                self.on_octets(octets)

    def _set_line(self, what: str, state: str) -> None:
        if what == "baud rate":
            self._rate = int(state)
        with self.journal.because(None):
            self.journal.note(LineSet(self.name, what, state), modem=self.modem)

    def _lose(self, octets: bytes, why: str) -> None:
        self.journal.note(OctetsLost(octets, why), modem=self.modem)
