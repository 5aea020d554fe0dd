"""One modem at work: its serial ports, its radio bearer and its timer, wired to the sans-IO module."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeAlias

from onenet_sim.journal import ModuleWrote
from onenet_sim.modem import Pace, Peer
from onenet_sim.network import Address, Credentials, DtlsClient
from onenet_sim.world.errands import Errands

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from onenet_sim.journal import Journal
    from onenet_sim.modem import Modem, NetworkNews, Override, Reception, SerialWrite
    from onenet_sim.network import Link
    from onenet_sim.ports import Port
    from onenet_sim.world.loop import WorldLoop

    Answerer: TypeAlias = Callable[[str, int], Override | None]


class LineTap(Protocol):
    """Stands between the ports and the module, and passes on what it likes, when it likes."""

    def from_host(self, octets: bytes) -> None:
        """Take octets of the host in place of :meth:`Bench.hear`."""

    def to_host(self, write: SerialWrite) -> None:
        """Take a write of the module in place of :meth:`Bench.emit`."""


class Bench:
    """A modem, its ports and its bearer. A reset puts a fresh modem on the same bench.

    What the module prints goes to every port with a host; with none, to the first port, which loses it unless
    it is boot text.

    Attributes:
        modem: The module.
        ports: Where hosts can plug in; any of them may write.
        link: The radio bearer.
    """

    def __init__(
        self,
        loop: WorldLoop,
        modem: Modem,
        ports: list[Port],
        link: Link,
        journal: Journal,
        pace: Pace | None,
    ) -> None:
        self.ports = ports
        self.link = link
        self._loop = loop
        self._pace = pace
        self._timer: asyncio.TimerHandle | None = None
        self._heard, self._write = self.hear, self.emit
        self._errands = Errands(loop, link, self._news)
        self._dtls = DtlsClient(
            link,
            on_plain=self._datagram,
            on_sealed=partial(self._datagram, sealed=True),
            on_conclusion=self._handshake_ended,
        )
        self.install(modem, journal)

    def install(self, modem: Modem, journal: Journal) -> None:
        """Put a modem on the bench and switch it on, ready at once."""
        self.modem = modem
        self._answerers: list[Answerer] = []
        self._journal = journal
        for port in self.ports:
            self._take_over(port)
        self.power("on", booted=True)

    def plug(self, port: Port) -> None:
        """Add a port."""
        self.ports.append(port)
        self._take_over(port)

    def _take_over(self, port: Port) -> None:
        port.journal = self._journal
        port.modem = self.modem.name
        port.on_octets = self._heard

    def tap(self, tap: LineTap | None) -> None:
        """Let a tap stand in the line, or take it out again."""
        self._heard = self.hear if tap is None else tap.from_host
        self._write = self.emit if tap is None else tap.to_host
        for port in self.ports:
            port.on_octets = self._heard

    def listen(self, answerer: Answerer) -> None:
        """Let something hear each command line and, before others, answer it in place of the module."""
        self._answerers.append(answerer)
        self.modem.on_command = self._override

    def listen_no_more(self, answerer: Answerer) -> None:
        """Undo :meth:`listen`."""
        if answerer in self._answerers:
            self._answerers.remove(answerer)
        if not self._answerers:
            self.modem.on_command = None

    def _override(self, line: str, event: int) -> Override | None:
        overrides = (answerer(line, event) for answerer in tuple(self._answerers))
        return next((override for override in overrides if override is not None), None)

    def power(self, action: str, *, booted: bool = False) -> None:
        """Do ``on``, ``off`` or ``reset`` with the module's power key, or ``wake`` with its wake-up pin.

        Raises:
            ValueError: The action is none of these.
        """
        now = self._loop.time()
        self._keep_pace()
        match action:
            case "on":
                self._forget_boot_text()
                self.modem.power_on(now, booted=booted)
            case "off":
                self.modem.power_off(now)
            case "reset":
                self._forget_boot_text()
                self.modem.reset(now)
            case "wake":
                self.modem.wake(now)
            case _:
                raise ValueError(f"power action {action!r}; expected on, off, reset or wake")
        self.pump()

    def receive(self, reception: Reception) -> None:
        """Let the air give the module something else from now on."""
        self._keep_pace()
        self.modem.receive(reception, self._loop.time())
        self.pump()

    def _forget_boot_text(self) -> None:
        for port in self.ports:
            port.forget_boot_text()

    def _keep_pace(self) -> None:
        """Keep the profile's gaps as the settings say, or while a host outside the process listens."""
        if self._pace is None:
            pace = Pace.INSTANT
            for port in self.ports:
                if port.foreign and port.attached:
                    pace = Pace.FIELD
            self.modem.pace = pace

    def enter(self, octets: bytes) -> None:
        """Take octets of somebody who sits on the line without a port."""
        with self._journal.because(None):
            self._heard(octets)

    def hear(self, octets: bytes) -> None:
        """Give the module octets of the host."""
        self._loop.stir()
        self._keep_pace()
        now = self._loop.time()
        self.modem.receive_serial(octets, now)
        self._pump(now)

    def _datagram(self, octets: bytes, source: Address, *, sealed: bool = False) -> None:
        self.modem.receive_datagram(octets, Peer(source.host, source.port), self._loop.time(), sealed=sealed)
        self.pump()

    def _handshake_ended(self, server: Address, why: str) -> None:
        self.modem.handshake_ended(Peer(server.host, server.port), why, self._loop.time())
        self.pump()

    def _news(self, news: NetworkNews) -> None:
        self.modem.receive_news(news, self._loop.time())
        self.pump()

    def _due(self) -> None:
        self._timer = None
        with self._journal.because(None):
            self.modem.handle_timer(self._loop.time())
            self.pump()

    def pump(self) -> None:
        """Bring out all that the module has to say now, and set the timer for what comes later."""
        self._pump(self._loop.time())

    def _pump(self, now: float) -> None:
        modem = self.modem
        for write in modem.serial_to_send(now):
            self._write(write)
        for datagram in modem.datagrams_to_send():
            dialled = Address(datagram.peer.host, datagram.peer.port)
            carrier = self._dtls if datagram.sealed else self.link
            carrier.send(datagram.octets, dialled, cause=datagram.cause)
        for handshake in modem.handshakes_to_make():
            credentials = Credentials(handshake.identity, handshake.key, handshake.suites)
            server = Address(handshake.peer.host, handshake.peer.port)
            self._dtls.shake_hands(server, credentials, handshake.cause)
        for request in modem.network_requests():
            self._errands.carry_out(request)
        self._errands.give_room(modem.room)
        self._wait_until(modem.next_deadline)

    def emit(self, write: SerialWrite) -> None:
        """Write to every port with a host, then note it: the host need not wait for the journal."""
        self._loop.stir()
        heard = False
        for port in self.ports:
            if write.boot or port.attached:
                port.write(write.octets, boot=write.boot)
                heard = True
        if not heard and self.ports:
            self.ports[0].write(write.octets)
        self._journal.note(ModuleWrote(write.octets), cause=write.cause, modem=self.modem.name)

    def _wait_until(self, deadline: float | None) -> None:
        if self._timer is not None:
            if self._timer.when() == deadline and not self._timer.cancelled():
                return
            self._timer.cancel()
        self._timer = None if deadline is None else self._loop.call_at(deadline, self._due)

    def retire(self) -> None:
        """Take the modem off the bench; ports and bearer stay, its sockets go."""
        self._errands.drop_all()
        self._dtls.forget_all()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def close(self) -> None:
        """Give up modem, ports and bearer."""
        self.retire()
        for port in self.ports:
            port.close()
        self.link.close()
