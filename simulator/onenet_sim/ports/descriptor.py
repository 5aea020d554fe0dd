"""What ports on a file descriptor share: the queue to the host, the boot text, and who is attached."""

from __future__ import annotations

import asyncio
import os
from collections import deque
from typing import TYPE_CHECKING

from onenet_sim.journal import HostAttached, HostDetached, LineSet, OctetsLost
from onenet_sim.ports.port import BOOT_OCTETS, QUEUE_OCTETS, SETTLING_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from onenet_sim.journal import Journal

_READ_OCTETS = 4096
_READS_AT_ONCE = 64


class DescriptorPort:
    """The base of ports whose host is at the far end of a non-blocking descriptor.

    A port tells this class which descriptor that is (:meth:`_listen`, :meth:`_unlisten`) and when a host
    comes and goes (:meth:`_attach`, :meth:`_detach`). Attributes and methods are those of
    :class:`~onenet_sim.ports.Port`.
    """

    _settling_seconds = SETTLING_SECONDS

    def __init__(self, name: str, on_octets: Callable[[bytes], None], journal: Journal, modem: str | None) -> None:
        """Make a port of the running loop."""
        self.name = name
        self.modem = modem
        self.journal = journal
        self.on_octets = on_octets
        self.foreign = True
        self._loop = asyncio.get_running_loop()
        self._descriptor = -1
        self._outlet = -1
        self.attached = False
        self._queue: deque[bytes] = deque()
        self._queued = 0
        self._boot_text = bytearray()
        self._settling: asyncio.TimerHandle | None = None
        self._waiting = False
        self._rate: int | None = None

    @property
    def rate(self) -> int | None:
        """The baud rate that the host has set, as far as that can be known."""
        return self._rate

    def write(self, octets: bytes, *, boot: bool = False) -> None:
        """Send octets to the host in one write; ``boot`` marks boot text, which waits for a host."""
        if boot and (not self.attached or (self._settling and not self._queue)):
            self._keep(octets)
        elif not self.attached:
            self._lose(octets, f"nobody listens on {self.name}")
        elif self._queued + len(octets) > QUEUE_OCTETS:
            self._lose(octets, f"the host on {self.name} does not read, and {self._queued} octets wait for it")
        else:
            self._queue.append(octets)
            self._queued += len(octets)
            self._flush()

    def forget_boot_text(self) -> None:
        """Drop the boot text that no host has had yet."""
        self._boot_text.clear()
        self._flush()

    def _listen(self, descriptor: int, outlet: int | None = None) -> None:
        """Read from the host through this descriptor, and write to it through the same or an ``outlet``."""
        self._descriptor = descriptor
        self._outlet = descriptor if outlet is None else outlet
        with self.journal.because(None):  # what a host does has no cause in the world
            self._loop.add_reader(descriptor, self._readable)

    def _unlisten(self) -> None:
        self._loop.remove_reader(self._descriptor)
        self._wait_for_room(wanted=False)
        self._descriptor = self._outlet = -1

    def _attach(self) -> None:
        """Note that a host opened the port. What it may still discard while it opens is held back."""
        self.attached = True
        self._settling = self._loop.call_later(self._settling_seconds, self._settle)
        self.journal.note(HostAttached(self.name), modem=self.modem)

    def _detach(self) -> None:
        """Note that the last host closed the port; what it left unread is lost."""
        self.attached = False
        if self._settling:
            self._settling.cancel()
            self._settling = None
        self._wait_for_room(wanted=False)
        if self._queue:
            self._lose(b"".join(self._queue), f"the host closed {self.name} without having read it")
            self._queue.clear()
            self._queued = 0
        self.journal.note(HostDetached(self.name), modem=self.modem)

    def _hung_up(self) -> None:
        """Take it that the descriptor has come to its end. A port whose descriptor can end overrides this."""

    def _settle(self) -> None:
        """Deliver the boot text to a host that has opened the port for good."""
        if self._settling:
            self._settling.cancel()
            self._settling = None
        if self._boot_text:
            self._queue.appendleft(bytes(self._boot_text))
            self._queued += len(self._boot_text)
            self._boot_text.clear()
        self._flush()

    def _readable(self) -> None:
        self._read()

    def _read(self) -> bool:
        """Pass on what the host wrote, up to 4,096 octets; return whether there was anything."""
        if self._descriptor < 0:
            return False
        try:
            octets = os.read(self._descriptor, _READ_OCTETS)
        except BlockingIOError:
            return False
        except OSError:
            octets = b""
        if not octets:
            self._hung_up()
            return False
        self._take(octets)
        return True

    def _take(self, octets: bytes) -> None:
        """Pass on what the host wrote, which by that has opened the port for good."""
        if self._settling:
            self._settle()
        self.on_octets(octets)

    def _drain(self) -> None:
        """Pass on all that the host wrote, up to 256 KiB."""
        for _ in range(_READS_AT_ONCE):
            if not self._read():
                return

    def _flush(self) -> None:
        if self._boot_text or self._descriptor < 0:
            return
        while self._queue:
            octets = self._queue[0]
            try:
                written = os.write(self._outlet, octets)
            except BlockingIOError:
                written = 0
            except OSError:
                self._hung_up()
                return
            self._queued -= written
            if written < len(octets):
                self._queue[0] = octets[written:]
                self._wait_for_room(wanted=True)
                return
            self._queue.popleft()
        if self._waiting:
            self._wait_for_room(wanted=False)

    def _wait_for_room(self, *, wanted: bool) -> None:
        """Go on writing when the descriptor takes more, or stop waiting for that."""
        if wanted == self._waiting:
            return
        self._waiting = wanted
        if wanted:
            self._loop.add_writer(self._outlet, self._flush)
        else:
            self._loop.remove_writer(self._outlet)

    def _keep(self, octets: bytes) -> None:
        room = BOOT_OCTETS - len(self._boot_text)
        self._boot_text += octets[:room]
        if octets[room:]:
            self._lose(octets[room:], f"the boot text kept for the next host is full ({BOOT_OCTETS} octets)")

    def _note_line(self, what: str, state: str) -> None:
        """Note that the host set something about its end of the line."""
        self.journal.note(LineSet(self.name, what, state), modem=self.modem)

    def _lose(self, octets: bytes, why: str) -> None:
        self.journal.note(OctetsLost(octets, why), modem=self.modem)
