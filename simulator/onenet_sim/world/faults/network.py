"""Strikes datagrams between the modules and their peers, and the NAT that they pass."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from onenet_sim.journal import DatagramDropped
from onenet_sim.world.faults.declaration import Direction
from onenet_sim.world.faults.octets import flip

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Mapping

    from onenet_sim.network import Address, Link
    from onenet_sim.world.bench import Bench
    from onenet_sim.world.faults.engine import Aim, Engine

_LATENCY = "air.latency"
_FLIGHTS_MAXIMUM = 4096
"""Datagrams that are under way in a world at a time; one beyond is lost."""
_BEHIND = 0.001


def passes(kind: str) -> bool:
    """Return whether faults of a kind strike datagrams."""
    return kind == _LATENCY or kind.startswith("network.")


@dataclass(frozen=True, slots=True)
class Flight:
    """A datagram on its way.

    Attributes:
        delay: World seconds until it goes on.
        cause: The journal's event that sent it.
    """

    link: Link
    octets: bytes
    dialled: Address
    direction: Direction
    cause: int | None
    delay: float = 0.0


class Passages:
    """The striker of the layer ``network``, and the passage of the bearers that have such faults."""

    def __init__(self, engine: Engine, loop: asyncio.AbstractEventLoop, benches: Mapping[str, Bench]) -> None:
        self._engine = engine
        self._loop = loop
        self._benches = benches
        self._timers: dict[int, asyncio.TimerHandle] = {}
        self._flown = 0
        self._waiting: dict[tuple[int, Link, Direction], Flight] = {}
        self._traffic: WeakKeyDictionary[Link, float] = WeakKeyDictionary()

    # --- striker ------------------------------------------------------------------------------------

    def begin(self, aim: Aim) -> None:
        """Stand in the way of the bearers that a fault is about."""
        if aim.fault.kind == "network.nat_rebind" and not aim.fault.aimed:
            return
        for name, bench in self._benches.items():
            if aim.concerns(name) and bench.link.passage is None:
                bench.link.passage = self
                self._traffic[bench.link] = self._loop.time()

    def end(self, aim: Aim) -> None:
        """Leave the way where nothing is in force; what waits for another datagram goes on by itself."""
        del aim
        self._leave()

    def _leave(self) -> None:
        """Leave the way of the bearers that no fault strikes and no datagram of which waits for another."""
        waiting = {flight.link.name for flight in self._waiting.values()}
        for name, bench in self._benches.items():
            if bench.link.passage is self and name not in waiting and not self._aims(name):
                bench.link.passage = None

    def strike(self, aim: Aim) -> None:
        """Give modules other ports."""
        for name, bench in self._benches.items():
            if aim.concerns(name):
                self._rebind(aim, bench.link, None)

    def reset(self) -> None:
        """Forget the datagrams that are under way."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self._waiting.clear()

    # --- passage ------------------------------------------------------------------------------------

    def bars(self, link: Link, dialled: Address) -> str | None:
        """Return why an address cannot be reached, or None if it can."""
        for aim in self._aims(link.name):
            if aim.fault.kind == "network.unreachable" and aim.strikes(link.name, str(dialled)):
                self._engine.note(aim, f"nothing reaches {dialled}", modem=link.name)
                return "unreachable, by a fault"
        return None

    def up(self, link: Link, octets: bytes, dialled: Address, cause: int | None) -> None:
        """Take a datagram of the module."""
        cause = self._engine.journal.cause if cause is None else cause
        self._pass(Flight(link, octets, dialled, Direction.UP, cause))

    def down(self, link: Link, octets: bytes, dialled: Address) -> None:
        """Take a datagram for the module."""
        self._pass(Flight(link, octets, dialled, Direction.DOWN, self._engine.journal.cause))

    def _pass(self, flight: Flight) -> None:
        overtaken = [key for key in self._waiting if key[1:] == (flight.link, flight.direction)]
        flights = [flight]
        for aim in self._aims(flight.link.name):
            flights = [left for each in flights for left in self._struck(aim, each)]
        if flights:
            self._traffic[flight.link] = self._loop.time()
        for each in flights:
            self._fly(each, self._go)
        latest = max((each.delay for each in flights), default=0.0)
        for key in overtaken:
            self._fly(replace(self._waiting.pop(key), delay=latest and latest + _BEHIND), self._go)
            self._leave()

    def _struck(self, aim: Aim, flight: Flight) -> list[Flight]:
        """Return what is left of a datagram after one fault."""
        if not self._could(aim, flight) or not aim.strikes(flight.link.name, self._text(flight), flight.direction):
            return [flight]
        fault, random = aim.fault, aim.random
        match fault.kind:
            case "network.delay":
                seconds = (fault.seconds or 0.0) + random.random() * (fault.jitter or 0.0)
                self._note(aim, flight, f"{seconds:g} s late")
                return [replace(flight, delay=flight.delay + seconds)]
            case "air.latency":
                level = self._benches[flight.link.name].modem.reception.ecl
                seconds = ((fault.ecl0, fault.ecl1, fault.ecl2)[level] or 0.0) / 2
                self._note(aim, flight, f"{seconds:g} s on the air at coverage level {level}")
                return [replace(flight, delay=flight.delay + seconds)]
            case "network.duplicate":
                self._note(aim, flight, "duplicated")
                return [flight, flight]
            case "network.corrupt":
                cause = self._note(aim, flight, "corrupted")
                return [replace(flight, octets=flip(flight.octets, fault.size or 1, random), cause=cause)]
            case "network.reorder":
                self._note(aim, flight, "waits for the next one")
                self._waiting[fault.id, flight.link, flight.direction] = flight
                patience = replace(flight, delay=fault.seconds or 0.0)
                self._fly(patience, lambda _: self._not_overtaken(fault.id, flight))
                return []
            case "network.nat_rebind" | "network.nat_expiry" if flight.direction is Direction.UP:
                self._rebind(aim, flight.link, flight.cause)
                return [flight]
            case _:
                lost = DatagramDropped("network", flight.octets, f"fault {fault.id} {fault.kind}")
                self._engine.journal.note(lost, cause=self._note(aim, flight, "lost"), modem=flight.link.name)
                return []

    def _could(self, aim: Aim, flight: Flight) -> bool:
        """Return whether a datagram is an occasion for a fault at all."""
        match aim.fault.kind:
            case "network.unreachable":
                return flight.direction is Direction.DOWN
            case "network.mtu":
                return len(flight.octets) > (aim.fault.size or 0)
            case "network.nat_rebind":
                return flight.direction is Direction.UP
            case "network.nat_expiry":
                idle = self._loop.time() - self._traffic.setdefault(flight.link, self._loop.time())
                return idle > (aim.fault.seconds or 0.0)
            case "network.reorder":
                return (aim.fault.id, flight.link, flight.direction) not in self._waiting
            case _:
                return True

    def _text(self, flight: Flight) -> str:
        event = None if flight.cause is None else self._engine.journal.get(flight.cause)
        return f"{flight.dialled} {event.what}" if event is not None else str(flight.dialled)

    def _aims(self, name: str) -> list[Aim]:
        return [aim for aim in self._engine.in_force(("network", "air"), name) if passes(aim.fault.kind)]

    def _note(self, aim: Aim, flight: Flight, what: str) -> int:
        to = f"{flight.direction}: {len(flight.octets)} octets of {flight.dialled}"
        return self._engine.note(aim, f"{to}: {what}", modem=flight.link.name, cause=flight.cause)

    def _rebind(self, aim: Aim, link: Link, cause: int | None) -> None:
        before = link.local
        try:
            link.rebind()
        except OSError as error:
            self._engine.note(aim, f"no other port: {error}", modem=link.name, cause=cause)
        else:
            what = f"{before} is {link.local} from now on"
            self._engine.note(aim, what, modem=link.name, cause=cause)

    # --- flights ------------------------------------------------------------------------------------

    def _fly(self, flight: Flight, arrive: Callable[[Flight], None]) -> None:
        """Let a datagram arrive after its delay."""
        if not flight.delay:
            arrive(flight)
        elif len(self._timers) >= _FLIGHTS_MAXIMUM:
            lost = DatagramDropped(
                "network", flight.octets, f"{_FLIGHTS_MAXIMUM:,} datagrams are under way already"
            )
            self._engine.journal.note(lost, cause=flight.cause, modem=flight.link.name)
        else:
            self._flown += 1
            number = self._flown

            def arrived() -> None:
                del self._timers[number]
                arrive(flight)

            self._timers[number] = self._loop.call_later(flight.delay, arrived)

    def _not_overtaken(self, fault: int, flight: Flight) -> None:
        key = (fault, flight.link, flight.direction)
        if self._waiting.get(key) is flight:
            self._go(self._waiting.pop(key))
            self._leave()

    def _go(self, flight: Flight) -> None:
        with self._engine.journal.because(flight.cause):
            if flight.direction is Direction.UP:
                flight.link.transmit(flight.octets, flight.dialled, flight.cause)
            else:
                flight.link.deliver(flight.octets, flight.dialled)
