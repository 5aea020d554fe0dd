"""Commands with hardly an effect of their own: those that keep a setting, those with one answer for ever."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from onenet_sim.at import Argument, Command, Done, Fields, Optional, Verbatim, done

if TYPE_CHECKING:
    from collections.abc import Callable

    from onenet_sim.at import Result
    from onenet_sim.modem.module import Module
    from onenet_sim.modem.profile import Profile

_ANY_NUMBER = 64
_SETTING_PARAMETERS = 16


@dataclass(frozen=True, slots=True)
class _AsWritten:
    """An argument that is kept as the host wrote it."""

    name: str = "setting"
    range = ""

    def parse(self, argument: Argument) -> str:
        """Return the argument, with its quotes if it has any."""
        return str(argument)


def commands(profile: Profile) -> list[Command[Module]]:
    """Return this group's commands."""
    return [*(_remembering(name, profile) for name in profile.general.remembered), *_canned(profile)]


def _remembering(name: str, profile: Profile) -> Command[Module]:
    """Return a command that keeps what it is given, through restarts too, and reads it back."""

    def keep(module: Module, *values: str | None) -> Result:
        module.configuration.remembered[name] = ",".join(value or "" for value in values).rstrip(",")
        if name in _EFFECTS:
            _EFFECTS[name](module, values)
        return done()

    def read(module: Module) -> Result:
        return done(Fields(name, (module.configuration.remembered[name],)))

    return Command(
        name,
        "a setting that is kept",
        (Optional(_AsWritten()),) * _SETTING_PARAMETERS,
        set=keep,
        read=read,
        source=profile.rows["general.remembered"].source,
    )


def _fix_rate(module: Module, values: tuple[str | None, ...]) -> None:
    """``AT+NATSPEED=<rate>,…``: the module keeps to one baud rate."""
    rate = values[0] or ""
    if rate.isascii() and rate.isdecimal():
        module.configuration.rate = int(rate)


_EFFECTS: dict[str, Callable[[Module, tuple[str | None, ...]], None]] = {"+NATSPEED": _fix_rate}
"""What a setting does besides being kept."""


def _canned(profile: Profile) -> list[Command[Module]]:
    """Return the commands whose answer never changes: ``+X`` is exec, ``+X?`` read, ``+X=`` set."""
    forms: dict[str, dict[str, Callable[..., Result]]] = {}
    for call, lines in profile.general.canned.items():
        handler = _always(Done(tuple(Verbatim(text) for text in lines)))
        form = {"?": "read", "=": "set"}.get(call[-1], "exec")
        forms.setdefault(call.rstrip("?="), {})[form] = handler
    return [
        Command(
            name,
            "answered by a fixed text",
            set=handlers.get("set"),
            exec=handlers.get("exec"),
            read=handlers.get("read"),
            surplus=_ANY_NUMBER,
            source=profile.rows["general.canned"].source,
        )
        for name, handlers in forms.items()
    ]


def _always(result: Done) -> Callable[..., Result]:
    return lambda *_: result
