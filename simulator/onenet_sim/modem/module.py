"""A module that is switched on: the state that its commands and its CoAP endpoint share, until it restarts."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import TYPE_CHECKING

from onenet_sim.at import Fields, LineSettings, Refused, Verbatim, frame_text
from onenet_sim.journal import Explanation, Rule, Urc
from onenet_sim.modem import urcs
from onenet_sim.modem.buffer import RequestBuffer
from onenet_sim.modem.coap import CoapEndpoint
from onenet_sim.modem.codes import MiplEvent
from onenet_sim.modem.firmware import Firmware
from onenet_sim.modem.output import SerialWrite, Sort
from onenet_sim.modem.probes import Probes
from onenet_sim.modem.radio import Radio
from onenet_sim.modem.reports import Reports
from onenet_sim.modem.requests import Requests
from onenet_sim.modem.secure import SecureChannel
from onenet_sim.modem.session import Session, State
from onenet_sim.modem.sleep import Sleep
from onenet_sim.modem.sockets import Sockets

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from onenet_sim.at import InformationText
    from onenet_sim.journal import Journal, Occurrence
    from onenet_sim.modem.codes import Situation
    from onenet_sim.modem.configuration import Configuration
    from onenet_sim.modem.device import Device
    from onenet_sim.modem.identity import Identity
    from onenet_sim.modem.output import SerialOutput
    from onenet_sim.modem.profile import Profile
    from onenet_sim.modem.reception import Reception
    from onenet_sim.modem.timers import Timers
    from onenet_sim.modem.traffic import NetworkRequest


class Module:
    """What lives between two boots.

    Attributes:
        now: World time of the present input, in seconds.
        configuration: What outlives this boot.
        device: The MIPL device, after CREATE.
        register_code: The fragments of CREATE or CONF so far.
        register_index: The index of the last of them.
        restart: Called for a restart, with what to announce and why it is.
        why_no_dtls: What this installation lacks for DTLS; empty where nothing is lacking.
    """

    def __init__(
        self,
        name: str,
        profile: Profile,
        identity: Identity,
        configuration: Configuration,
        reception: Reception,
        *,
        now: float,
        journal: Journal,
        timers: Timers,
        requests: list[NetworkRequest],
        output: SerialOutput,
        epoch: datetime,
        draw: Callable[[int], int],
        restart: Callable[[str, str], None],
        why_no_dtls: str,
    ) -> None:
        self.name = name
        self.profile = profile
        self.identity = identity
        self.configuration = configuration
        self.journal = journal
        self.timers = timers
        self.output = output
        self.restart = restart
        self.why_no_dtls = why_no_dtls
        self.now = now
        self._epoch = epoch
        self.settings = factory_settings(profile)
        self.radio = Radio(self, reception)
        self.sleep = Sleep(self)
        self.endpoint = CoapEndpoint(profile.coap, configuration, timers, journal, name, draw(0x10000))
        self.channel = SecureChannel(self)
        self.endpoint.dispatch = self.channel.dispatch
        self.device: Device | None = None
        self.register_code = b""
        self.register_index = 0
        self.session = Session(self)
        self.requests = Requests(self)
        self.buffer = RequestBuffer(self)
        self.reports = Reports(self)
        self.sockets = Sockets(self, requests)
        self.probes = Probes(self, requests, draw)
        self.firmware = Firmware(self)
        self.endpoint.on_request = self.requests.take
        self.endpoint.on_repeat = self.requests.repeat
        self.endpoint.on_dropped = lambda: self.event(MiplEvent.PACKET_DROPPED)
        self.endpoint.on_reset = self.reports.rejected
        self.endpoint.on_all_answered = self.session.send_deferred

    @property
    def calendar(self) -> datetime:
        """The date and time that the network tells."""
        return self._epoch + timedelta(seconds=self.now)

    @property
    def logged_in(self) -> bool:
        """Whether the device is registered with the platform, as far as the module knows."""
        return self.session.state is State.READY

    def restore_settings(self) -> None:
        """Give the serial line the settings it had after boot."""
        fresh = factory_settings(self.profile)
        for field in dataclasses.fields(fresh):
            setattr(self.settings, field.name, getattr(fresh, field.name))

    def note(self, what: Occurrence) -> int:
        """Add to the journal, as this modem."""
        return self.journal.note(what, modem=self.name)

    def explain(self, why: str, rule: Rule | str = "", *, about: int | None = None) -> int:
        """Tell the journal why something went wrong, and return the event.

        Args:
            why: What was wrong, and what would be right.
            rule: What decided it: a row of the profile by its key, or another rule.
            about: The event behind it.
        """
        if isinstance(rule, Rule):
            return self.note(rule.explains(why, about))
        row = self.profile.rows.get(rule)
        return self.note(Explanation(why, rule, row.source if row else "", about))

    def refuse(self, situation: Situation, why: str, *, about: int | None = None) -> Refused:
        """Return the refusal that this module gives in a situation; ``about`` is the event behind it."""
        return Refused(self.profile.errors[situation.value], why, f"errors.{situation.value}", about)

    def render(self, line: InformationText, *, urc: bool) -> str:
        """Return a line in this module's spacing."""
        if isinstance(line, Verbatim):
            return line.render(self.settings)
        return line.render(self.profile.blanks.of(line.name, urc=urc or line.name in urcs.NAMES))

    def unsolicited(self, line: InformationText, sort: Sort = Sort.OTHER) -> None:
        """Print a URC; a module whose serial line is off wakes for that."""
        self.sleep.wake("it has something to say")
        text = self.render(line, urc=True)
        event = self.note(Urc(text))
        self.output.unsolicited(sort, SerialWrite(frame_text(text, self.settings), cause=event))

    def network_found(self) -> None:
        """Print what the module prints when its network is found."""
        for line in self.profile.boot.network_text:
            text = line.format(address=self.identity.address)
            event = self.note(Urc(text))
            self.output.unsolicited(
                Sort.BOOT, SerialWrite(frame_text(text, self.settings), boot=True, cause=event)
            )

    def print_now(self, line: Fields) -> None:
        """Print a URC before the answer of the command under way, in a write of its own."""
        text = self.render(line, urc=True)
        event = self.note(Urc(text))
        self.output.answer(SerialWrite(frame_text(text, self.settings), cause=event))

    def event(self, identifier: MiplEvent, *extras: int) -> None:
        """Print ``+MIPLEVENT``, or what this family has instead, if this module prints that event."""
        if identifier in self.profile.mipl.events:
            first = self.session.takes_first_event()
            line = urcs.event(identifier, self.profile.family, *extras)
            self.unsolicited(line, Sort.FIRST_EVENT if first else Sort.EVENT)

    def delete_device(self) -> None:
        """Forget the device and everything that belongs to it; tell nobody."""
        self.session.drop("the device was deleted")
        self.device = None


def factory_settings(profile: Profile) -> LineSettings:
    """Return the line settings of a module after boot."""
    line = profile.line
    return LineSettings(echo=line.echo, error_report=line.error_report)
