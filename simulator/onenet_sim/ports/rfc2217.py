"""RFC 2217: the serial line over TCP with its baud rate, its format and its control lines."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from onenet_sim.journal import Explanation
from onenet_sim.ports.comport import ComPort, Octets, Purge, Setting, cut_escape, encode
from onenet_sim.ports.port import QUEUE_OCTETS
from onenet_sim.ports.tcp import TcpPort

if TYPE_CHECKING:
    from collections.abc import Callable

    from onenet_sim.journal import Journal


class Rfc2217Port(TcpPort):
    """A Telnet server with COM-PORT-OPTION for one host at a time, several in turn; see :class:`TcpPort`.

    A host may still discard its input while it negotiates, which takes some 0.3 s with pyserial: boot text waits
    until it has been silent for 0.5 s, or writes something for the module.
    """

    _scheme = "rfc2217"
    _settling_seconds = 0.5

    def __init__(
        self,
        on_octets: Callable[[bytes], None],
        journal: Journal,
        *,
        modem: str | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        """Listen as a :class:`TcpPort` does."""
        self._line = ComPort()
        super().__init__(on_octets, journal, modem=modem, host=host, port=port)

    @property
    def described(self) -> dict[str, str | None]:
        """The address, under ``rfc2217``."""
        return {"rfc2217": f"{self.host}:{self.port}"}

    @property
    def rate(self) -> int | None:
        """The baud rate that the host has set, if it has."""
        return self._line.rate

    def write(self, octets: bytes, *, boot: bool = False) -> None:
        """Send octets to the host, escaped as Telnet has it."""
        super().write(encode(octets), boot=boot)

    def _attach(self) -> None:
        self._line = ComPort()
        super()._attach()
        self._flush()

    def _take(self, octets: bytes) -> None:
        for said in self._line.receive(octets):
            match said:
                case Octets(plain):
                    super()._take(plain)
                case Setting(what, state):
                    self._note_line(what, state)
                case Purge():
                    self._purge()
        if self._settling:
            self._settling.cancel()
            self._settling = self._loop.call_later(self._settling_seconds, self._settle)
        self._flush()

    def _purge(self) -> None:
        """Drop what waits for the host."""
        if not self._queue:
            return
        waiting = b"".join(self._queue)
        kept = cut_escape(waiting)
        self._lose(waiting[len(kept) :], f"the host on {self.name} purged it")
        self._queue.clear()
        self._queue.append(kept)
        self._queued = len(kept)

    def _flush(self) -> None:
        """Send the protocol's own answers before what waits, and no octets to a host that wants none for now."""
        if self._descriptor < 0 or not self._send_answers():
            return
        self._wait_for_room(wanted=False)
        if not self._line.suspended:
            super()._flush()

    def _send_answers(self) -> bool:
        """Send what the protocol answers, never into the midst of an escape; return whether all is sent."""
        answers = self._line.answers
        if not answers:
            return True
        if self._queue and (cut := cut_escape(self._queue[0])):
            answers[:0] = cut
            self._queue[0] = self._queue[0][len(cut) :]
            self._queued -= len(cut)
        try:
            written = os.write(self._outlet, answers)
        except BlockingIOError:
            written = 0
        except OSError:
            self._hung_up()
            return False
        del answers[:written]
        if len(answers) > QUEUE_OCTETS:
            what = f"the host on {self.name} asks and does not read; its connection is closed"
            self.journal.note(Explanation(what), modem=self.modem)
            self._hung_up()
        elif answers:
            self._wait_for_room(wanted=True)
        return not answers
