"""The module's sleep: power saving mode, eDRX, and the deep sleep in which its serial line is dead.

The theory. When the signalling connection is released the active time (T3324) begins. When it is over the module
is in power saving mode: the network cannot reach it until it sends something by itself, at the latest its periodic
update (T3412). Some chips keep their serial line alive meanwhile; others switch it off too, unless a command has
locked that, and lose what the host then sends. With eDRX a module that is idle listens for a short window in each
cycle; the network keeps what comes in between.

Sources: 3GPP TS 23.682, 4.5.4 and 4.5.13; TS 24.008, 10.5.7; the CIS SDK's reference firmware for MT2625 on deep
sleep.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onenet_sim.at import Quoted, Verbatim, fields
from onenet_sim.journal import RadioChanged
from onenet_sim.modem.codes import MiplEvent
from onenet_sim.modem.radio_habits import SleepingLine, SleepReport

if TYPE_CHECKING:
    from collections.abc import Callable

    from onenet_sim.at import Fields
    from onenet_sim.modem.module import Module
    from onenet_sim.modem.timers import Timer

_LINE_QUIET = 10.0
"""Seconds for which the host must have said nothing before a module switches its serial line off."""

_DEAD_LINE = "sleep.line"
"""The profile's row on what becomes of the serial line."""


class Sleep:
    """What the module does while it has nothing to do.

    Attributes:
        asleep: The module is in power saving mode.
        locked: The host has forbidden to switch the serial line off.
        reporting: What of going to sleep and waking is printed.
        tells_paging: ``+CEDRXP`` is printed when the network grants an eDRX cycle.
    """

    def __init__(self, module: Module) -> None:
        self._module = module
        self._habits = module.profile.sleep
        self.asleep = False
        self.locked = False
        self.reporting = set() if self._habits.reports else set(SleepReport)
        self.tells_paging = False
        self._released: float | None = None
        self._heard = module.now
        self._timers: list[Timer] = []

    @property
    def deaf(self) -> bool:
        """Whether the serial line is dead."""
        return self.asleep and not self.locked and self._habits.line is not SleepingLine.ALIVE

    # --- what the radio tells ---------------------------------------------------------------------

    def connected(self) -> None:
        """Take note that the signalling connection is up."""
        self._cancel()
        self._released = None
        if self.asleep and self._habits.line is SleepingLine.ALIVE:
            self.wake("it has a connection")

    def released(self) -> None:
        """Take note that the connection is gone and the module idle: the timers of power saving begin."""
        self._released = self._module.now
        self._rest()

    def deregistered(self) -> None:
        """Take note that the module is in no network any more: it neither sleeps nor is paged."""
        self._cancel()
        self._released = None
        self.asleep = False

    def reconsider(self) -> None:
        """Follow new settings of power saving, eDRX or the lock."""
        if self._released is None:
            return
        if self.asleep and not self._module.configuration.power_saving.enabled:
            self.wake("power saving is off")
        self._rest()
        if self.tells_paging and self._module.configuration.paging.enabled:
            self._module.unsolicited(self.paging("+CEDRXP"))

    def _rest(self) -> None:
        """Set the timers of an idle module anew."""
        self._cancel()
        saving = self._module.configuration.power_saving
        active, periodic, released = saving.active_seconds, saving.periodic_seconds, self._released
        if not saving.enabled or released is None:
            return
        if active is not None and not self.asleep:
            due = released + active
            if self._habits.line is not SleepingLine.ALIVE and not self.locked:
                due = max(due, self._heard + _LINE_QUIET)
            self._at(due, self._enter)
        if periodic:
            self._at(released + periodic, self._module.radio.connect)

    # --- going to sleep and waking ----------------------------------------------------------------

    def hears_host(self, cause: int) -> bool:
        """Take note that the host says something now, by that event; return whether the module hears it."""
        if self.deaf:
            with self._module.journal.because(cause):
                if self._habits.line is SleepingLine.DEAD:
                    self._module.explain("the module sleeps and its serial line is off; this is lost", _DEAD_LINE)
                    return False
                self._module.explain("a real module may need its wake-up pin pulsed first", _DEAD_LINE)
                self.wake("the host said something")
        self._heard = self._module.now
        return True

    def enter_now(self) -> None:
        """Go to sleep as soon as the connection is released, without the active time."""
        if self._released is not None and self._module.configuration.power_saving.enabled and not self.asleep:
            self._heard = self._module.now - _LINE_QUIET
            self._enter()

    def _enter(self) -> None:
        if not self.locked and self._habits.line is not SleepingLine.ALIVE:
            left = self._heard + _LINE_QUIET - self._module.now
            if left > 0:
                self._at(self._module.now + left, self._enter)
                return
        self._tell(SleepReport.ENTER, self._habits.enter_text)
        self.asleep = True
        self._module.note(RadioChanged("power saving", "asleep; the network cannot reach the module"))
        expires, share = self._module.session.expires, self._habits.update_share
        if self.deaf and share and expires is not None:
            due = expires - (1 - share) * self._module.session.lifetime
            self._at(max(due, self._module.now), self._update)

    def _update(self) -> None:
        self.wake("its lifetime wants an update")
        if self._module.logged_in:
            self._module.session.update(self._module.session.lifetime, with_objects=False)

    def wake(self, why: str) -> None:
        """Leave power saving mode, as far as the module's own parts are concerned."""
        if not self.asleep:
            return
        was_deaf = self.deaf
        self.asleep = False
        self._heard = self._module.now
        self._module.note(RadioChanged("power saving", f"awake: {why}"))
        self._tell(SleepReport.LEAVE, self._habits.leave_text)
        if was_deaf:
            self._restore()
        self._rest()

    def _restore(self) -> None:
        """Bring back what the module kept through a deep sleep; a login goes on without a registration."""
        module = self._module
        if module.device is not None and self._habits.objects_kept:
            for lost in tuple(module.device.objects)[self._habits.objects_kept :]:
                del module.device.objects[lost]
                module.explain(f"object {lost} is lost: only {self._habits.objects_kept} outlive a deep sleep")
        if module.logged_in and self._habits.wakes_with_event:
            module.event(MiplEvent.CONNECTED)

    def _tell(self, report: SleepReport, text: str) -> None:
        if text and report in self.reporting:
            self._module.unsolicited(Verbatim(text))

    # --- what comes from the network --------------------------------------------------------------

    @property
    def hears_network(self) -> bool:
        """Whether the network reaches the module at all, now or in its next paging window."""
        return self.hears_network_at(self._module.now) is not None

    def hears_network_at(self, now: float) -> float | None:
        """Return when the module hears what the network has for it at ``now``; None is not at all."""
        released = self._released
        if released is None or now <= released:
            return now
        configuration = self._module.configuration
        active = configuration.power_saving.active_seconds
        asleep = configuration.power_saving.enabled and active is not None
        due = self._next_window(now, released)
        if asleep and active is not None and due >= released + active:
            return None
        return due

    def _next_window(self, now: float, released: float) -> float:
        paging = self._module.configuration.paging
        if not paging.enabled:
            return now
        cycles, into = divmod(now - released, paging.cycle)
        return now if into <= paging.window else released + (cycles + 1) * paging.cycle

    def paging(self, name: str) -> Fields:
        """``+CEDRXP: 5,"<requested>","<granted>","<window>"``: the network grants what was asked for."""
        paging = self._module.configuration.paging
        return fields(name, 5, Quoted(paging.value), Quoted(paging.value), Quoted(paging.window_value))

    def _at(self, when: float, action: Callable[[], None]) -> None:
        self._timers.append(self._module.timers.at(when, action))

    def _cancel(self) -> None:
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
