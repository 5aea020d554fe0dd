"""The module as the outside meets it: octets, datagrams and the time go in; the same and a deadline come out.

There is no clock, socket or random number inside. The owner calls an input method with the world's time, then
takes what is due: :meth:`Modem.serial_to_send`, :meth:`Modem.datagrams_to_send`, and calls
:meth:`Modem.handle_timer` when :attr:`Modem.next_deadline` has come.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from onenet_sim.at import (
    Echo,
    ErrorFamily,
    ErrorReport,
    FinalResult,
    Interpreter,
    Line,
    LineEditor,
    LineTooLong,
    Noise,
    NoResult,
    Verbatim,
    frame_result,
    frame_text,
)
from onenet_sim.journal import (
    Answer,
    CommandLine,
    DatagramDropped,
    Explanation,
    HostWrote,
    PowerChanged,
    Rule,
    Urc,
)
from onenet_sim.modem.commands import command_table, error_tables
from onenet_sim.modem.configuration import factory_configuration
from onenet_sim.modem.interference import Frozen
from onenet_sim.modem.module import Module, factory_settings
from onenet_sim.modem.output import Pace, SerialOutput, SerialWrite, Sort
from onenet_sim.modem.reception import Reception
from onenet_sim.modem.timers import Timers
from onenet_sim.modem.traffic import DisconnectAll

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from onenet_sim.journal import Journal
    from onenet_sim.modem.coap import Datagram, Peer
    from onenet_sim.modem.codes import Situation
    from onenet_sim.modem.identity import Identity
    from onenet_sim.modem.interference import Override
    from onenet_sim.modem.profile import Profile
    from onenet_sim.modem.secure import Handshake
    from onenet_sim.modem.traffic import Handle, NetworkNews, NetworkRequest


_PAGED_MAXIMUM = 16


class Power(StrEnum):
    """Whether the module runs."""

    OFF = "off"
    BOOTING = "booting"
    ON = "on"
    HUNG = "hung"


class Modem:
    """One virtual module.

    Args:
        name: What the journal calls it, such as ``modem-1``.
        profile: How this kind of module behaves.
        identity: Its numbers.
        journal: Where it notes what happens.
        epoch: The calendar's date and time at world time 0, with its zone.
        draw: Gives a number from 0 below its argument, from the world's seed.
        pace: Whether the profile's gaps between lines and its boot time are kept; may be set at any time.
        why_no_dtls: What this installation lacks for DTLS, for explanations; empty where nothing is lacking.

    Attributes:
        reception: What the air gives; :meth:`receive` changes it.
        on_unknown: Called with the name of each command that the host sent and the module does not have.
        on_command: When set, called with each command line and its event; what it returns is answered in place of
            running the line, unless that is None.
    """

    def __init__(
        self,
        name: str,
        profile: Profile,
        identity: Identity,
        *,
        journal: Journal,
        epoch: datetime,
        draw: Callable[[int], int],
        pace: Pace = Pace.FIELD,
        why_no_dtls: str = "",
    ) -> None:
        self.name = name
        self.profile = profile
        self.identity = identity
        self.power = Power.OFF
        self.reception = Reception()
        self._journal = journal
        self._epoch = epoch
        self._draw = draw
        self._why_no_dtls = why_no_dtls
        self._timers = Timers(journal)
        self._output = SerialOutput(profile.pace, pace)
        self._configuration = factory_configuration(profile)
        self._commands = command_table(profile)
        self._errors = error_tables(profile)
        self._module: Module | None = None
        self._editor: LineEditor | None = None
        self._interpreter: Interpreter[Module] | None = None
        self._restart: tuple[str, str] | None = None
        self._paged = 0
        self._requests: list[NetworkRequest] = []
        self.on_unknown: Callable[[str], None] = lambda _name: None
        self.on_command: Callable[[str, int], Override | None] | None = None
        self._frozen: Frozen | None = None

    @property
    def module(self) -> Module | None:
        """The running module's state, or None while it is off or boots."""
        return self._module

    @property
    def rate(self) -> int:
        """The baud rate to which the host has set the module; 0 while the module finds it by itself."""
        return self._configuration.rate

    @property
    def pace(self) -> Pace:
        """Whether the profile's gaps between lines and its boot time are kept."""
        return self._output.pace

    @pace.setter
    def pace(self, pace: Pace) -> None:
        self._output.pace = pace

    # --- power ------------------------------------------------------------------------------------

    def power_on(self, now: float, *, why: str = "switched on", booted: bool = False) -> None:
        """Switch the module on; with ``booted`` it is ready at once, else after its profile's boot time."""
        if self.power is not Power.OFF:
            return
        if booted:
            self._booted(now, self.profile.boot.text, why, registered=True)
        else:
            self._boot(now, self.profile.boot.text, why)

    def power_off(self, now: float, *, why: str = "switched off") -> None:
        """Take the module's power; what it knew is lost, but not its configuration."""
        del now
        if self.power is Power.OFF:
            return
        self._stop()
        self.power = Power.OFF
        self._note_power(why)

    def reset(self, now: float, *, why: str = "the reset key was pressed") -> None:
        """Press the reset key: off, and on again with the boot text."""
        self.power_off(now, why=why)
        self.power_on(now, why=why)

    def freeze(self, *, why: str) -> None:
        """Let the module hang: it neither hears nor says nor does anything until :meth:`thaw` or a reset."""
        if self._module is None or self._editor is None or self._interpreter is None:
            return
        self._frozen = Frozen(self._module, self._editor, self._interpreter, self._timers, self._output)
        self._module = self._editor = self._interpreter = None
        self._timers = Timers(self._journal)
        self._output = SerialOutput(self.profile.pace, self.pace)
        self.power = Power.HUNG
        self._note_power(why)

    def thaw(self, now: float, *, why: str) -> None:
        """Let a module that hangs go on: what fell due meanwhile happens now."""
        if self._frozen is None:
            return
        frozen, self._frozen = self._frozen, None
        self._module, self._editor, self._interpreter = frozen.module, frozen.editor, frozen.interpreter
        frozen.output.pace = self.pace
        self._timers, self._output = frozen.timers, frozen.output
        self.power = Power.ON
        self._note_power(why)
        self.handle_timer(now)

    def refuse(self, situation: Situation, why: str) -> FinalResult:
        """Return the final result with which a MIPL command is refused now."""
        report = ErrorReport.PLAIN if self._module is None else self._module.settings.error_report
        number = self.profile.errors[situation.value]
        return FinalResult(self._errors[ErrorFamily.CIS].final_result(number, report), why)

    def wake(self, now: float) -> None:
        """Pulse the wake-up pin: a module in deep sleep wakes, any other takes no notice."""
        if self._module is not None:
            self._module.now = now
            self._module.sleep.wake("the wake-up pin was pulsed")

    def receive(self, reception: Reception, now: float) -> None:
        """Let the air give something else from now on."""
        self.reception = reception
        if self._module is not None:
            self._module.now = now
            self._module.radio.receive(reception)

    def _stop(self) -> None:
        self._requests[:] = [DisconnectAll()]
        self._frozen = None
        self._timers.clear()
        self._output.clear()
        self._paged = 0
        self._module = self._editor = self._interpreter = None

    def _boot(self, now: float, text: tuple[str, ...], why: str) -> None:
        self.power = Power.BOOTING
        self._note_power(why)
        seconds = self.profile.boot.seconds
        if seconds and self.pace is Pace.FIELD:
            self._timers.at(now + seconds, lambda: self._booted(now + seconds, text, why))
        else:
            self._booted(now, text, why)

    def _booted(self, now: float, text: tuple[str, ...], why: str, *, registered: bool = False) -> None:
        profile = self.profile
        self._module = Module(
            self.name,
            profile,
            self.identity,
            self._configuration,
            self.reception,
            now=now,
            journal=self._journal,
            timers=self._timers,
            requests=self._requests,
            output=self._output,
            epoch=self._epoch,
            draw=self._draw,
            restart=self._restart_later,
            why_no_dtls=self._why_no_dtls,
        )
        settings = self._module.settings
        self._editor = LineEditor(settings, profile.line.maximum)
        self._interpreter = Interpreter(self._commands, self._errors, settings, escapes=profile.line.escapes)
        self.power = Power.ON
        self._note_power(why)
        self._print_lines(text, Sort.BOOT)
        self._module.radio.start(registered=registered)
        self._module.firmware.boot()

    def _note_power(self, why: str) -> None:
        self._journal.note(PowerChanged(self.power, why), modem=self.name)

    def _print_lines(self, lines: tuple[str, ...], sort: Sort) -> None:
        settings = self._module.settings if self._module else factory_settings(self.profile)
        for line in lines:
            text = Verbatim(line).render(settings)
            event = self._journal.note(Urc(text), modem=self.name)
            self._output.unsolicited(sort, SerialWrite(frame_text(text, settings), boot=True, cause=event))

    def _restart_later(self, announcement: str, why: str) -> None:
        self._restart = announcement, why

    def _restart_if_wanted(self, now: float) -> None:
        """Restart if the module wants it: after the command's answer was printed, or by itself."""
        if self._restart is None:
            return
        (announcement, why), self._restart = self._restart, None
        self._requests[:] = [DisconnectAll()]
        self._timers.clear()
        self._output.drop_queue()
        self._paged = 0
        self._module = self._editor = self._interpreter = None
        if announcement:
            self._print_lines((announcement,), Sort.OTHER)
        self._boot(now, self.profile.boot.restart_text, why)

    # --- input ------------------------------------------------------------------------------------

    def receive_serial(self, octets: bytes, now: float) -> None:
        """Take octets from the host, in any split."""
        event = self._journal.note(HostWrote(octets), modem=self.name)
        module, editor = self._module, self._editor
        if module is None or editor is None:
            deaf = Rule.NOT_LISTENING.explains(f"the module is {self.power}; it hears nothing")
            self._journal.note(deaf, cause=event)
            return
        module.now = now
        if not module.sleep.hears_host(event):
            return
        for edited in editor.feed(octets):
            match edited:
                case Line():
                    self._run(edited.text, event)
                case Echo(back):
                    self._output.answer(SerialWrite(back, cause=event))
                case Noise(noise):
                    why = f"a line must begin with AT; this one is ignored: {noise!r}"
                    self._journal.note(Explanation(why), cause=event, modem=self.name)
                case LineTooLong(length):
                    why = f"the line has {length} characters; at most {self.profile.line.maximum} are taken"
                    self._answer([], FinalResult("ERROR", why), event)
            if self._restart is not None:
                with self._journal.because(event):
                    self._restart_if_wanted(now)
                    self._journal.note(Explanation("the module restarts; what follows on the line is lost"))
                return

    def _run(self, text: str, cause: int) -> None:
        module, interpreter = self._module, self._interpreter
        assert module is not None  # noqa: S101 - the caller looked
        assert interpreter is not None  # noqa: S101 - the caller looked
        event = self._journal.note(CommandLine("AT" + text), cause=cause, modem=self.name)
        with self._journal.because(event):
            if self.on_command is not None and (override := self.on_command("AT" + text, event)) is not None:
                if override.final is not None:
                    self._answer(list(override.lines), override.final, event)
                return
            lines: list[str] = []
            for output in interpreter.run(module, text):
                match output:
                    case FinalResult() | NoResult():
                        self._answer(lines, output, event)
                    case _:
                        lines.append(module.render(output, urc=False))

    def _answer(self, lines: list[str], final: FinalResult | NoResult, cause: int) -> None:
        """Print an answer in one write and explain it if it is an error."""
        module = self._module
        assert module is not None  # noqa: S101 - the caller looked
        octets = b""
        for line in lines:
            octets += frame_text(line, module.settings)
        result = final if isinstance(final, FinalResult) else FinalResult("")
        if isinstance(final, FinalResult):
            octets += frame_result(final.text, module.settings)
        event = self._journal.note(Answer(tuple(lines), result.text), cause=cause, modem=self.name)
        if result.unknown:
            self.on_unknown(result.unknown)
        if result.why:
            rule = Rule.UNKNOWN_COMMAND if result.unknown else result.rule
            with self._journal.because(event):
                module.explain(result.why, rule, about=result.about)
        if octets:
            self._output.answer(SerialWrite(octets, cause=event))

    def receive_datagram(self, octets: bytes, peer: Peer, now: float, *, sealed: bool = False) -> None:
        """Take a datagram that the network has for the module; ``peer`` is the address that the module dialled.

        A ``sealed`` one came through DTLS. The network keeps it, of up to 16, for a module that listens only at
        times (eDRX).
        """
        module = self._module
        if module is None:
            self._drop(octets, f"the module is {self.power}")
            return
        module.now = now
        heard = module.sleep.hears_network_at(now)
        if not module.radio.usable:
            self._drop(octets, module.radio.why_unusable)
        elif heard is None:
            self._drop(octets, "the module is in power saving mode: it hears nothing until it sends something")
        elif heard <= now and sealed and not module.channel.hears(peer):
            self._drop(octets, f"the module has no DTLS association with {peer} any more")
        elif heard <= now:
            module.radio.carries_datagram(uplink=False)
            module.endpoint.receive(octets, peer, now=now)
        elif self._paged >= _PAGED_MAXIMUM:
            self._drop(octets, f"the network keeps no more than {_PAGED_MAXIMUM} datagrams for a module")
        else:
            self._paged += 1
            self._timers.at(heard, lambda: self._deliver(octets, peer, heard, sealed=sealed))

    def _deliver(self, octets: bytes, peer: Peer, now: float, *, sealed: bool) -> None:
        """Take a datagram that the network has kept until the module listens."""
        self._paged -= 1
        self.receive_datagram(octets, peer, now, sealed=sealed)

    def handshake_ended(self, peer: Peer, why: str, now: float) -> None:
        """Take note that a DTLS handshake is done, or why it failed or the association has ended."""
        if self._module is not None:
            self._module.now = now
            self._module.channel.concluded(peer, why)

    def _drop(self, octets: bytes, why: str) -> None:
        self._journal.note(DatagramDropped("modem", octets, why), modem=self.name)

    def receive_news(self, news: NetworkNews, now: float) -> None:
        """Take what the network tells of a socket, a look-up or a ping."""
        if self._module is not None:
            self._module.now = now
            self._module.sockets.take(news)
            self._module.probes.take(news)

    def room(self, handle: Handle) -> int:
        """Return how many octets of a stream the module takes now."""
        return 0 if self._module is None else self._module.sockets.room(handle)

    def handle_timer(self, now: float) -> None:
        """Do what is due at ``now``."""
        if self._module is not None:
            self._module.now = now
        self._timers.run(now)
        self._restart_if_wanted(now)

    # --- output -----------------------------------------------------------------------------------

    def serial_to_send(self, now: float) -> list[SerialWrite]:
        """Return the writes to the host that are due, in order; each is to be written by itself."""
        return self._output.due(now)

    def datagrams_to_send(self) -> list[Datagram]:
        """Return the datagrams that the module sends now, oldest first."""
        module = self._module
        if module is None or not module.endpoint.outbox:
            return []
        datagrams, module.endpoint.outbox = module.endpoint.outbox, []
        if not module.radio.usable:
            for datagram in datagrams:
                with self._journal.because(datagram.cause):
                    self._drop(datagram.octets, module.radio.why_unusable)
            return []
        module.radio.carries_datagram(uplink=True)
        return datagrams

    def network_requests(self) -> list[NetworkRequest]:
        """Return what the module asks of the network for its host's sockets, look-ups and pings, oldest first."""
        requests = self._requests[:]
        self._requests.clear()
        return requests

    def handshakes_to_make(self) -> list[Handshake]:
        """Return the DTLS handshakes that the module wants; :meth:`handshake_ended` takes what comes of each."""
        module = self._module
        if module is None or not module.channel.requests:
            return []
        handshakes, module.channel.requests = module.channel.requests, []
        if not module.radio.usable:
            for handshake in handshakes:
                with self._journal.because(handshake.cause):
                    module.channel.concluded(handshake.peer, f"no DTLS handshake: {module.radio.why_unusable}")
            return []
        module.radio.carries_datagram(uplink=True)
        return handshakes

    @property
    def next_deadline(self) -> float | None:
        """The world time at which :meth:`handle_timer` or :meth:`serial_to_send` has something to do, or None."""
        timer, release = self._timers.next, self._output.next_release
        if timer is None or release is None:
            return release if timer is None else timer
        return min(timer, release)
