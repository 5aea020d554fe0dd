"""Stubs: what a module answers to a command in place of its own answer, once, so many times, or for a while."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from onenet_sim.at import FinalResult
from onenet_sim.journal import StubAnswered
from onenet_sim.modem import Override

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Mapping

    from onenet_sim.journal import Event, Journal, Json, Pattern
    from onenet_sim.world.bench import Bench

MOST_STUBS = 256
"""How many stubs a world has at a time; adding more is refused."""

_EXPRESSION = "re:"
_LONGEST = 4096


@dataclass(frozen=True, slots=True)
class Stub:
    """What is answered to a command line that is then not run.

    Attributes:
        command: The whole line, in whatever case, such as ``AT+CEREG?``; or ``re:`` and a regular expression that
            is searched in it.
        answer: Its information text and at last its final result; nothing is silence.
        times: How often; None is whenever the line comes.
        skip: How many such lines the module answers itself before.
        after: World seconds until it begins.
        lasts: World seconds for which it is there; None is until it is lifted.
        until: The event with which it ends, if it has not before.

    Raises:
        ValueError: A figure is out of its range, or a text cannot be sent or matched.
    """

    command: str
    answer: tuple[str, ...]
    times: int | None = 1
    skip: int = 0
    after: float = 0.0
    lasts: float | None = None
    until: Pattern | None = None

    def __post_init__(self) -> None:
        for name, figure, least in (("times", self.times, 1), ("skip", self.skip, 0)):
            if figure is not None and figure < least:
                raise ValueError(f"{name} is {figure}; it is a whole number from {least} on")
        for name, seconds in (("after", self.after), ("lasts", self.lasts)):
            if seconds is not None and not 0 <= seconds < float("inf"):
                raise ValueError(f"{name} is {seconds}; it is world seconds, not below 0")
        if any(not line.isascii() or not line.isprintable() or len(line) > _LONGEST for line in self.answer):
            raise ValueError(f"a line of the answer is no ASCII text of up to {_LONGEST:,} characters")
        if self.command.startswith(_EXPRESSION):
            try:
                re.compile(self.command.removeprefix(_EXPRESSION))
            except re.error as error:
                raise ValueError(f"command {self.command!r:.80} is no regular expression: {error}") from None
        elif not self.command.upper().startswith("AT"):
            raise ValueError(f"command {self.command!r:.80} does not begin with AT")

    def fits(self, line: str) -> bool:
        """Return whether it is about that command line."""
        if self.command.startswith(_EXPRESSION):
            return re.search(self.command.removeprefix(_EXPRESSION), line) is not None
        return self.command.upper() == line.upper()


class _Active:
    """A stub that was added."""

    def __init__(self, number: int, stub: Stub, bench: Bench) -> None:
        self.number = number
        self.stub = stub
        self.bench = bench
        self.seen = 0
        self.answered = 0
        self.timers: list[asyncio.TimerHandle] = []
        self.unfollow: Callable[[], None] = _nothing
        self.answer: Callable[[str, int], Override | None] = lambda _line, _event: None

    def to_json(self) -> dict[str, Json]:
        stub = self.stub
        return {
            "id": self.number,
            "command": stub.command,
            "answer": list(stub.answer),
            "times": stub.times,
            "answered": self.answered,
        }


class Stubs:
    """The stubs of a world. Use it on the loop's thread."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, benches: Mapping[str, Bench], journal: Callable[[], Journal]
    ) -> None:
        """Answer in place of the modems on ``benches``, and note it in what ``journal`` gives."""
        self._loop = loop
        self._benches = benches
        self._journal = journal
        self._active: dict[int, _Active] = {}
        self._numbers = itertools.count(1)

    def add(self, modem: str, stub: Stub) -> dict[str, Json]:
        """Let a stub answer in place of a modem; return it as :meth:`to_json` shows it.

        Raises:
            ValueError: There are as many as there may be.
        """
        if len(self._active) >= MOST_STUBS:
            raise ValueError(f"there are {MOST_STUBS} stubs, the most that a world has; lift one first")
        active = _Active(next(self._numbers), stub, self._benches[modem])
        active.answer = partial(self._answer, active)
        self._active[active.number] = active
        if stub.after:
            active.timers.append(self._loop.call_later(stub.after, active.bench.listen, active.answer))
        else:
            active.bench.listen(active.answer)
        if stub.lasts is not None:
            active.timers.append(self._loop.call_later(stub.after + stub.lasts, self.remove, modem, active.number))
        if stub.until is not None:
            active.unfollow = self._journal().follow(partial(self._look, active, stub.until))
        return active.to_json()

    def to_json(self, modem: str) -> list[dict[str, Json]]:
        """Return the stubs of a modem that have not ended, and how often each answered."""
        return [active.to_json() for active in self._active.values() if active.bench.modem.name == modem]

    def remove(self, modem: str, number: int | None = None) -> int:
        """Lift a stub of a modem, or all of its; return how many there were."""
        chosen = [
            active
            for active in self._active.values()
            if active.bench.modem.name == modem and number in {None, active.number}
        ]
        for active in chosen:
            self._end(active)
        return len(chosen)

    def clear(self) -> None:
        """Lift all, and count from 1 again."""
        for active in tuple(self._active.values()):
            self._end(active)
        self._numbers = itertools.count(1)

    def _end(self, active: _Active) -> None:
        self._active.pop(active.number, None)
        active.bench.listen_no_more(active.answer)
        active.unfollow()
        active.unfollow = _nothing
        for timer in active.timers:
            timer.cancel()

    def _answer(self, active: _Active, line: str, event: int) -> Override | None:
        stub = active.stub
        if not stub.fits(line):
            return None
        active.seen += 1
        if active.seen <= stub.skip:
            return None
        active.answered += 1
        self._journal().note(StubAnswered(active.number, line), cause=event, modem=active.bench.modem.name)
        if active.answered == stub.times:
            self._end(active)
        *lines, final = stub.answer or ("",)
        return Override(tuple(lines), FinalResult(final) if stub.answer else None)

    def _look(self, active: _Active, until: Pattern, event: Event) -> None:
        if until.matches(event):
            self._end(active)


def _nothing() -> None:
    """Follow no journal."""
