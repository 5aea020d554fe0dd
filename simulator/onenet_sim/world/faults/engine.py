"""Aims faults and lets them fire: when they begin and end, which occasions they strike, and how likely."""

from __future__ import annotations

import re
from dataclasses import replace
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Protocol

from onenet_sim.journal import (
    AirFaultStruck,
    LineFaultStruck,
    ModuleFaultStruck,
    NetworkFaultStruck,
    PlatformFaultStruck,
)
from onenet_sim.world.faults.declaration import Fault, FaultError
from onenet_sim.world.faults.drive import load_drive
from onenet_sim.world.faults.kinds import KINDS, Way
from onenet_sim.world.faults.presets import expand

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from random import Random

    from onenet_sim.journal import Event, FaultStruck, Journal, Json
    from onenet_sim.world.faults.declaration import Direction

MOST_FAULTS = 256
"""How many faults a world keeps. Beyond it those that are over are forgotten, then adding is refused."""

_EVENTS: Mapping[str, type[FaultStruck]] = {
    "line": LineFaultStruck,
    "module": ModuleFaultStruck,
    "air": AirFaultStruck,
    "network": NetworkFaultStruck,
    "platform": PlatformFaultStruck,
}


class State(StrEnum):
    """How far a fault has come."""

    WAITING = "waiting"
    IN_FORCE = "in force"
    OVER = "over"


class Aim:
    """A fault that was added.

    Attributes:
        fault: The declaration.
        random: Decides everything random about it, from the world's seed.
        state: How far it has come.
        seen: How many occasions there were.
        struck: How often it struck.
        drive: The rows of its drive test, if it has one.

    Raises:
        FaultError: Its file cannot be read.
    """

    def __init__(self, fault: Fault, random: Random) -> None:
        self.fault = fault
        self.random = random
        self.state = State.WAITING
        self.seen = 0
        self.struck = 0
        self.drive = () if fault.file is None else load_drive(fault.file)
        self._pattern = None if fault.match is None else re.compile(fault.match)
        self.trigger = None if fault.on is None else re.compile(fault.on)
        self.timers: list[asyncio.TimerHandle] = []
        self.unfollow: Callable[[], None] | None = None

    @property
    def spent(self) -> bool:
        """Whether it has struck as often as it may."""
        return self.fault.times is not None and self.struck >= self.fault.times

    def concerns(self, modem: str | None) -> bool:
        """Return whether it is about that modem."""
        return self.fault.modem in {None, modem}

    def strikes(
        self, modem: str | None, text: str, direction: Direction | None = None, *, possible: bool = True
    ) -> bool:
        """Return whether it strikes this occasion, which counts even if a strike is not ``possible``."""
        fault = self.fault
        if self.state is not State.IN_FORCE or self.spent or not self.concerns(modem):
            return False
        if direction is not None and fault.direction not in {None, direction}:
            return False
        if self._pattern is not None and not self._pattern.search(text):
            return False
        self.seen += 1
        if not possible or (fault.at is not None and self.seen < fault.at):
            return False
        if fault.probability < 1 and self.random.random() >= fault.probability:
            return False
        self.struck += 1
        return True

    def to_json(self) -> dict[str, Json]:
        """Return the declaration, how far it has come and how often it struck."""
        return {**self.fault.to_json(), "state": str(self.state), "seen": self.seen, "struck": self.struck}


class Striker(Protocol):
    """Knows how to strike one layer."""

    def begin(self, aim: Aim) -> None:
        """Take note that a fault is in force from now on."""

    def end(self, aim: Aim) -> None:
        """Take note that a fault is in force no more; undo what it did if it was a condition."""

    def strike(self, aim: Aim) -> None:
        """Strike now, by a fault that needs no occasion."""

    def reset(self) -> None:
        """Forget what is under way, since the world ends."""


class Engine:
    """All faults of a world. Use it on the loop's thread."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, random: Callable[[str], Random], modems: Iterable[str]
    ) -> None:
        """Aim at the named modems, drawing from ``random`` by what it is for."""
        self.strikers: dict[str, Striker] = {}
        self._loop = loop
        self._random = random
        self._modems = modems
        self._aims: dict[int, Aim] = {}
        self._last = 0

    def __iter__(self) -> Iterator[Aim]:
        return iter(tuple(self._aims.values()))

    def start(self, journal: Journal, faults: Iterable[Fault]) -> None:
        """Begin with the faults of the settings, in a fresh world."""
        self.journal = journal
        self._last = 0
        for fault in faults:
            self.add(fault)

    def add(self, fault: Fault) -> Aim:
        """Let a fault wait for its beginning, or begin.

        Raises:
            FaultError: There is no such modem, its file cannot be read, or there are 256 faults that are not over.
        """
        self._known(fault.modem)
        self._make_room()
        self._last += 1
        aim = Aim(replace(fault, id=self._last), self._random(f"fault {self._last}"))
        self._aims[self._last] = aim
        if aim.trigger is not None:
            aim.unfollow = self.journal.follow(partial(self._noticed, aim))
        elif fault.after:
            self._later(aim, fault.after, self._begin)
        else:
            self._begin(aim)
        return aim

    def _make_room(self) -> None:
        if len(self._aims) < MOST_FAULTS:
            return
        over = next((number for number, aim in self._aims.items() if aim.state is State.OVER), None)
        if over is None:
            raise FaultError(f"there are {MOST_FAULTS} faults, the most that are kept; lift one first")
        del self._aims[over]

    def apply(self, preset: str, modem: str | None = None) -> list[Aim]:
        """Let the network of one modem, or of all, be as a preset has it, in place of the preset before.

        Raises:
            FaultError: There is no such preset or modem, or no room.
        """
        faults = expand(preset, modem)
        self._known(modem)
        for number, aim in tuple(self._aims.items()):
            if aim.fault.preset and aim.fault.modem == modem:
                self.remove(number)
        return [self.add(fault) for fault in faults]

    def _known(self, modem: str | None) -> None:
        if modem is not None and modem not in self._modems:
            raise FaultError(f"modem is {modem!r:.80}; there are {', '.join(self._modems)}")

    def remove(self, number: int) -> bool:
        """Lift a fault; return whether there was one of that number."""
        aim = self._aims.pop(number, None)
        if aim is not None:
            self._finish(aim)
        return aim is not None

    def clear(self) -> None:
        """Lift all faults."""
        for number in tuple(self._aims):
            self.remove(number)

    def reset(self) -> None:
        """Lift all faults and forget what they have under way, since the world ends."""
        self.clear()
        for striker in self.strikers.values():
            striker.reset()

    def in_force(self, layers: Iterable[str], modem: str | None) -> list[Aim]:
        """Return the faults in force of some layers that are about a modem, the oldest first."""
        return [
            aim
            for aim in self._aims.values()
            if aim.state is State.IN_FORCE and aim.fault.layer in layers and aim.concerns(modem)
        ]

    def note(self, aim: Aim, what: str, *, modem: str | None, cause: int | None = None) -> int:
        """Note in the journal that a fault struck; end the fault if that was its last time."""
        fault = aim.fault
        event = self.journal.note(_EVENTS[fault.layer](fault.id, fault.kind, what), cause=cause, modem=modem)
        if aim.spent and aim.state is State.IN_FORCE:
            self._later(aim, 0, self._finish)
        return event

    def _noticed(self, aim: Aim, event: Event) -> None:
        """Look whether an event begins a fault."""
        assert aim.trigger is not None  # noqa: S101 - only such a fault follows
        if not aim.concerns(event.modem) or not aim.trigger.search(f"{event.kind} {event.what}"):
            return
        repeats = KINDS[aim.fault.kind].way is Way.MOMENT and not aim.fault.aimed
        if not repeats:
            self._unfollow(aim)
        with self.journal.because(event.id):
            self._later(aim, aim.fault.after, self._begin)

    def _begin(self, aim: Aim) -> None:
        fault = aim.fault
        if aim.state is State.OVER:
            return
        if fault.every is not None:
            self._later(aim, fault.every, self._begin)
        if aim.state is State.WAITING:
            aim.state = State.IN_FORCE
            if fault.lasts is not None:
                self._later(aim, fault.lasts, self._lapse)
            self.strikers[fault.layer].begin(aim)
        if KINDS[fault.kind].way is Way.MOMENT and not fault.aimed and not aim.spent:
            aim.struck += 1
            self.strikers[fault.layer].strike(aim)
            if aim.spent:
                self._finish(aim)

    def _later(self, aim: Aim, seconds: float, action: Callable[[Aim], None]) -> None:
        now = self._loop.time()
        aim.timers = [timer for timer in aim.timers if timer.when() > now]
        aim.timers.append(self._loop.call_later(seconds, action, aim))

    def _lapse(self, aim: Aim) -> None:
        """End a fault for good, or until it comes again."""
        if aim.fault.every is None:
            self._finish(aim)
        elif aim.state is State.IN_FORCE:
            aim.state = State.WAITING
            self.strikers[aim.fault.layer].end(aim)

    def _finish(self, aim: Aim) -> None:
        was, aim.state = aim.state, State.OVER
        for timer in aim.timers:
            timer.cancel()
        aim.timers.clear()
        self._unfollow(aim)
        if was is State.IN_FORCE:
            self.strikers[aim.fault.layer].end(aim)

    def _unfollow(self, aim: Aim) -> None:
        if aim.unfollow is not None:
            aim.unfollow()
            aim.unfollow = None
