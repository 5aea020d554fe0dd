"""DNS look-ups and pings: the host asks, OK comes at once, the outcome as a URC after a round trip.

One look-up and one series of pings can be under way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from onenet_sim.at import fields
from onenet_sim.modem.traffic import Echoed, Handle, Ping, Resolve, Resolved

if TYPE_CHECKING:
    from collections.abc import Callable

    from onenet_sim.modem.module import Module
    from onenet_sim.modem.timers import Timer
    from onenet_sim.modem.traffic import NetworkNews, NetworkRequest

_MILLISECONDS = 1000
_TIMED_OUT, _NOT_SENT = 1, 2
"""``+NPINGERR``: no answer came; the request could not be sent."""


@dataclass(slots=True)
class _Lookup:
    handle: Handle
    command: str
    name: str
    cause: int | None
    give_up: Timer


@dataclass(slots=True)
class _Series:
    """Pings to one host; ``left`` of them, the one under way included."""

    handle: Handle
    command: str
    host: str
    seconds: float
    left: int
    cause: int | None
    give_up: Timer | None = None


class Probes:
    """What is under way of either kind.

    Args:
        draw: Gives a number from 0 below its argument, from the world's seed.
    """

    def __init__(self, module: Module, requests: list[NetworkRequest], draw: Callable[[int], int]) -> None:
        self._module = module
        self._requests = requests
        self._draw = draw
        self._lookup: _Lookup | None = None
        self._series: _Series | None = None

    @property
    def resolves(self) -> bool:
        """Whether a look-up is under way."""
        return self._lookup is not None

    @property
    def pings(self) -> bool:
        """Whether a ping is under way."""
        return self._series is not None

    def resolve(self, command: str, name: str) -> None:
        """Look a name up; ``command`` is what the outcome's line is called."""
        module = self._module
        seconds = module.profile.sockets.dns_seconds
        give_up = module.timers.at(module.now + seconds, lambda: self._resolved(None))
        self._lookup = _Lookup(Handle(), command, name, module.journal.cause, give_up)
        module.radio.carries_datagram(uplink=True)
        self._requests.append(Resolve(self._lookup.handle, name))

    def ping(self, command: str, host: str, seconds: float, count: int) -> None:
        """Ping a host ``count`` times, waiting up to ``seconds`` for each answer."""
        self._series = _Series(Handle(), command, host, seconds, count, self._module.journal.cause)
        self._ping_once(self._series)

    def take(self, news: NetworkNews) -> None:
        """Take an answer of the network; what nobody waits for any more is nothing."""
        lookup, series = self._lookup, self._series
        match news:
            case Resolved(handle, number) if lookup and lookup.handle is handle:
                self._after_round_trip(lookup.cause, lambda _: self._resolved(number))
                lookup.handle = Handle()
                lookup.give_up.cancel()
            case Echoed(handle, number) if series and series.handle is handle:
                awaited = series.give_up
                self._after_round_trip(
                    series.cause, lambda milliseconds: self._echoed(series, awaited, number, milliseconds)
                )
            case _:
                pass

    def _after_round_trip(self, cause: int | None, action: Callable[[int], None]) -> None:
        """Do something when an answer over the air has come, with its time in milliseconds."""
        module, habits = self._module, self._module.profile.sockets
        milliseconds = habits.round_trip + self._draw(max(1, habits.round_trip_spread))
        with module.journal.because(cause):
            module.timers.at(module.now + milliseconds / _MILLISECONDS, lambda: action(milliseconds))

    def _resolved(self, number: str | None) -> None:
        lookup, self._lookup = self._lookup, None
        if lookup is None:
            return
        if number is None:
            why = f"the network's DNS knows no {lookup.name!r}; a name that the address map has is known to it"
            self._module.explain(why)
        self._module.unsolicited(fields(lookup.command, number or "ERROR"))

    def _ping_once(self, series: _Series) -> None:
        module = self._module
        if not module.radio.usable:
            self._failed(series, _NOT_SENT, module.radio.why_unusable)
            return
        module.radio.carries_datagram(uplink=True)
        why = f"no answer of {series.host} within {series.seconds:g} s"
        when = module.now + series.seconds
        series.give_up = module.timers.at(when, lambda: self._failed(series, _TIMED_OUT, why))
        series.handle = Handle()
        self._requests.append(Ping(series.handle, series.host))

    def _echoed(self, series: _Series, awaited: Timer | None, number: str, milliseconds: int) -> None:
        if awaited is None or awaited.action is None:
            return  # it came too late
        awaited.cancel()
        ttl = self._module.profile.sockets.ping_ttl
        self._module.unsolicited(fields(series.command, number, ttl, milliseconds))
        self._go_on(series)

    def _failed(self, series: _Series, number: int, why: str) -> None:
        self._module.explain(f"ping: {why}")
        self._module.unsolicited(fields(f"{series.command}ERR", number))
        self._go_on(series)

    def _go_on(self, series: _Series) -> None:
        series.left -= 1
        if series.left > 0:
            self._ping_once(series)
        else:
            self._series = None
