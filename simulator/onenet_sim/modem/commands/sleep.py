"""Commands about power saving: PSM, eDRX, sleep locks and what is told of them (3GPP TS 27.007, 7.38 to 7.41)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onenet_sim.at import Command, Integer, Optional, Quoted, Text, done, fields
from onenet_sim.modem.power_saving import Paging, PowerSaving

if TYPE_CHECKING:
    from onenet_sim.at import Result
    from onenet_sim.modem.module import Module
    from onenet_sim.modem.profile import Profile
    from onenet_sim.modem.radio_habits import SleepReport

_NB_IOT = 5
_ENABLE, _ENABLE_AND_TELL = 1, 2
_POWER_SAVING_TO_DEFAULTS, _PAGING_TO_DEFAULTS = 2, 3
_NOTHING_GRANTED = 0


def commands(profile: Profile) -> list[Command[Module]]:
    """Return this group's commands."""
    habits = profile.sleep
    return [
        *_standard(),
        *(_report(name, reports) for name, reports in habits.reports.items()),
        *(_lock(name, *arguments) for name, arguments in habits.locks.items()),
        *(Command(name, "sleep at once", exec=_enter) for name in habits.enter_commands),
    ]


def _standard() -> list[Command[Module]]:
    timer = Text("timer", 8, 8, "[01]{8}", "8 binary digits")
    cycle = Text("eDRX_value", 4, 4, "[01]{4}", "4 binary digits")
    return [
        Command(
            "+CPSMS",
            "power saving",
            (
                Integer("mode", 0, 2),
                Optional(timer),
                Optional(timer),
                Optional(timer),
                Optional(timer),
            ),
            set=_set_power_saving,
            read=_read_power_saving,
        ),
        Command(
            "+CEDRXS",
            "eDRX",
            (Integer("mode", 0, 3), Optional(Integer("AcT-type", _NB_IOT, _NB_IOT), _NB_IOT), Optional(cycle)),
            set=_set_paging,
            read=_read_paging,
            ranges=True,
        ),
        Command("+CEDRXRDP", "eDRX in use", exec=_paging_in_use),
    ]


def _set_power_saving(
    module: Module, mode: int, _rau: str | None, _ready: str | None, periodic: str | None, active: str | None
) -> Result:
    """``AT+CPSMS=<mode>[,,,<T3412>[,<T3324>]]``: what is left out stays; mode 2 goes back to the defaults."""
    factory = PowerSaving()
    before = factory if mode == _POWER_SAVING_TO_DEFAULTS else module.configuration.power_saving
    module.configuration.power_saving = PowerSaving(
        mode == _ENABLE, periodic or before.periodic, active or before.active
    )
    module.sleep.reconsider()
    return done()


def _read_power_saving(module: Module) -> Result:
    saving = module.configuration.power_saving
    return done(fields("+CPSMS", int(saving.enabled), "", "", Quoted(saving.periodic), Quoted(saving.active)))


def _set_paging(module: Module, mode: int, _technology: int, cycle: str | None) -> Result:
    """``AT+CEDRXS=<mode>[,5[,<value>]]``: mode 2 also lets the module tell what is granted."""
    before = Paging() if mode == _PAGING_TO_DEFAULTS else module.configuration.paging
    module.configuration.paging = Paging(
        mode in {_ENABLE, _ENABLE_AND_TELL}, cycle or before.value, before.window_value
    )
    module.sleep.tells_paging = mode == _ENABLE_AND_TELL
    module.sleep.reconsider()
    return done()


def _read_paging(module: Module) -> Result:
    paging = module.configuration.paging
    return done(fields("+CEDRXS", _NB_IOT, Quoted(paging.value))) if paging.enabled else done()


def _paging_in_use(module: Module) -> Result:
    if not (module.configuration.paging.enabled and module.radio.usable):
        return done(fields("+CEDRXRDP", _NOTHING_GRANTED))
    return done(module.sleep.paging("+CEDRXRDP"))


def _report(name: str, reports: tuple[SleepReport, ...]) -> Command[Module]:
    """Return a command that switches on what the module prints of its sleep, such as ``AT+NPSMR=1``."""

    def switch(module: Module, on: int, _further: int | None) -> Result:
        module.sleep.reporting = module.sleep.reporting - {*reports} | ({*reports} if on else set())
        return done()

    def read(module: Module) -> Result:
        on = module.sleep.reporting.issuperset(reports)
        return done(fields(name, 1, int(module.sleep.asleep)) if on else fields(name, 0))

    return Command(
        name,
        "tell of sleep",
        (Integer("n", 0, 1), Optional(Integer("further", 0, 1))),
        set=switch,
        read=read,
    )


def _lock(name: str, *words: str) -> Command[Module]:
    """Return a command that forbids or permits a dead serial line, in turns, such as ``AT+SM=LOCK``."""

    def switch(module: Module, what: str) -> Result:
        module.sleep.locked = what in words[::2]
        module.sleep.reconsider()
        return done()

    either = Text("lock", 1, 16, "|".join(words), " or ".join(words))
    return Command(name, "sleep lock", (either,), set=switch)


def _enter(module: Module) -> Result:
    module.sleep.enter_now()
    return done()
