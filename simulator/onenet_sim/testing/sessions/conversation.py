"""A host's line in a world beside what was recorded of it: sends, listens, and judges where the two part."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from onenet_sim.testing.sessions.asking import Request
from onenet_sim.testing.sessions.comparing import (
    COST_ELSEWHERE,
    COSTS,
    Difference,
    Fit,
    Kind,
    aligned,
    bindings,
    fit,
)
from onenet_sim.testing.sessions.cutting import GAP_SECONDS, cut, spoken
from onenet_sim.testing.sessions.form import Side, shown
from onenet_sim.testing.sessions.rebinding import is_final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from onenet_sim.testing.sessions.form import Spoken
    from onenet_sim.world import World

_MOST_OPEN: Final = 64
"""Lines of each side that may wait for their counterpart beyond a line of the host; the oldest are given up."""

_BOOT_TEXT: Final = "boot.text"
"""The row of the profile behind all that a module prints before its host has said anything."""

_PLACE: Final = re.compile(r"\{(\w+)\}")


@dataclass(slots=True)
class _Expected:
    """A line of the session that the module is to print.

    Attributes:
        said: How many lines the host had sent before it.
        since: How long that was ago by the session, in seconds.
        awaited: Whether it is still worth waiting for.
    """

    entry: Spoken
    said: int
    since: float
    awaited: bool = True


@dataclass(frozen=True, slots=True)
class _Printed:
    """A line of the world's module.

    Attributes:
        text: The line with its ends, each character an octet.
        said: As above.
        time: World time.
        after: The line of the file before it.
        event: The journal's event.
    """

    text: str
    said: int
    time: float
    after: int
    event: int

    @property
    def shown(self) -> str:
        """The line as a session file has it, without its frame."""
        return shown(spoken(Side.MODULE, self.text.encode("latin-1")))


class Conversation:
    """The serial line of a world's first modem.

    Args:
        world: The world.
        bound: What stands in places from the start.
        reason: Tells why a line may be missing.

    Attributes:
        differences: What was found, in the order in which it was found.
    """

    def __init__(self, world: World, bound: dict[str, str], reason: Callable[[Spoken], str]) -> None:
        self.differences: list[Difference] = []
        self._world = world
        self._host = world.modem.line
        self._bound = bound
        self._reason = reason
        self._expected: list[_Expected] = []
        self._printed: list[_Printed] = []
        self._sent = [0.0]
        self._since = 0.0
        self._line = 0
        self._seen = 0

    @property
    def _said(self) -> int:
        """How many lines the host has sent."""
        return len(self._sent) - 1

    def at(self, line: int) -> None:
        """Take note of the file's line that comes next, once all that was printed before is known."""
        self._listen()
        self._line = line

    def filled(self, text: str) -> str:
        """Return a text with what is bound in its places."""
        return _PLACE.sub(lambda place: self._bound.get(place[1], place[0]), text)

    def say(self, entry: Spoken) -> None:
        """Judge what was said until now, then send what the host says."""
        self._judge()
        self._host.lines()  # the journal has them; nobody else takes them off the line
        self._host.write(entry.octets(self._bound))
        self._sent.append(self._world.clock.now)
        self._since = 0.0
        self._world.settle()

    def expect(self, entry: Spoken) -> None:
        """Expect a line of the module, after those that are expected already."""
        self._expected.append(_Expected(entry, self._said, self._since))

    def time_passed(self, seconds: float) -> None:
        """Take note that the session let time pass."""
        self._since += seconds

    def drop_printed(self) -> None:
        """Forget what was printed until now."""
        self._listen()
        self._printed.clear()

    def has_printed(self, entry: Spoken) -> bool:
        """Return whether a line was printed that fits, and belongs to nothing else yet."""
        self._listen()
        expected = _Expected(entry, self._said, self._since)
        return any(self._cost(expected, each, similar=False) is not None for each in self._printed)

    def lacking(self) -> list[Spoken]:
        """Return the lines that are expected, have not come, and are worth waiting for."""
        self.take()
        found = {row for row, _ in aligned(self._costs(similar=False), len(self._printed))}
        return [each.entry for row, each in enumerate(self._expected) if row not in found and each.awaited]

    def wait_no_more(self) -> None:
        """Take it that what has not come does not come soon."""
        for each in self._expected:
            each.awaited = False

    def wait_again(self) -> None:
        """Take it that what has not come may still come."""
        for each in self._expected:
            each.awaited = True

    def take(self) -> None:
        """Take what came as expected, up to the first line that did not."""
        self._listen()
        while self._expected and self._printed:
            expected, printed = self._expected[0], self._printed[0]
            if fit(expected.entry, printed.text, self._bound) is not Fit.EXACT:
                return
            self._pair(self._expected.pop(0), self._printed.pop(0))

    def end(self) -> None:
        """Judge what is left: nothing more comes."""
        self._judge()
        for expected in self._expected:
            self._lost(expected)
        for printed in self._printed:
            self._surplus(printed)

    def differ(self, line: int, kind: Kind, recorded: str | None, simulated: str | None, why: str = "") -> None:
        """Note a difference."""
        self.differences.append(Difference(line, kind, recorded, simulated, why))

    def _listen(self) -> None:
        for event in self._world.journal.events(after=self._seen, kind="module_wrote"):
            self._seen = event.id
            octets = bytes.fromhex(str(event.what.to_json()["octets"]))
            pieces, rest = cut(Side.MODULE, octets)
            for piece in [*pieces, rest] if rest else pieces:
                text = piece.decode("latin-1")
                self._printed.append(_Printed(text, self._said, event.time, self._line, event.id))

    def _costs(self, *, similar: bool) -> list[list[int | None]]:
        """Return what it costs to pair each expected line with each printed one."""
        return [[self._cost(row, column, similar=similar) for column in self._printed] for row in self._expected]

    def _cost(self, expected: _Expected, printed: _Printed, *, similar: bool) -> int | None:
        """Return what a pair costs, None if it cannot be.

        Similar are only lines since the host's newest one, and at any time the same request in other words.
        """
        found = fit(expected.entry, printed.text, self._bound)
        together = expected.said == printed.said
        if found is Fit.SIMILAR:
            counts = similar and together and expected.said == self._said
            found = Fit.SIMILAR if counts or _asks_the_same(expected.entry.text, printed.text.strip()) else None
        return None if found is None else COSTS[found] + (0 if together else COST_ELSEWHERE)

    def _judge(self) -> None:
        """Pair what belongs together, and decide on what does not, as far as that can be done now."""
        self.take()
        expected, printed = self._expected, self._printed
        pairs = aligned(self._costs(similar=True), len(printed))
        for row, column in pairs:
            self._pair(expected[row], printed[column])
        rows, columns = {row for row, _ in pairs}, {column for _, column in pairs}
        self._expected = [each for row, each in enumerate(expected) if row not in rows]
        self._printed = [each for column, each in enumerate(printed) if column not in columns]
        self._pair_crossing()
        self._give_up()

    def _pair_crossing(self) -> None:
        """Pair what stands elsewhere among its neighbours."""
        for expected in tuple(self._expected):
            for printed in self._printed:
                if self._cost(expected, printed, similar=False) is not None:
                    self._expected.remove(expected)
                    self._printed.remove(printed)
                    self._pair(expected, printed, crossing=True)
                    break

    def _give_up(self) -> None:
        """Give up what cannot find its counterpart any more: all but URCs, and the oldest of too many."""
        newest = self._expected[-_MOST_OPEN:]
        for expected in self._expected:
            if _stays(expected.entry.text, expected.said) or expected not in newest:
                self._lost(expected)
        self._expected = [each for each in newest if not _stays(each.entry.text, each.said)]
        latest = self._printed[-_MOST_OPEN:]
        for printed in self._printed:
            if _stays(printed.text, printed.said) or printed not in latest:
                self._surplus(printed)
        self._printed = [each for each in latest if not _stays(each.text, each.said)]

    def _pair(self, expected: _Expected, printed: _Printed, *, crossing: bool = False) -> None:
        """Bind what a line issues, and note how it differs."""
        entry = expected.entry
        found = fit(entry, printed.text, self._bound)
        self._bound |= bindings(entry, printed.text, self._bound)
        kind = self._kind(expected, printed, found, crossing=crossing)
        if kind is not None:
            why = self._why(printed, kind)
            self.differ(entry.line, kind, shown(entry), printed.shown, why)

    def _kind(self, expected: _Expected, printed: _Printed, found: Fit | None, *, crossing: bool) -> Kind | None:
        """Return how a pair differs, or None; at one moment a line may pass another side's."""
        if found is not Fit.EXACT:
            return Kind.SPACING if found is Fit.SPACING else Kind.TEXT
        if printed.said > expected.said:
            return Kind.LATER
        if printed.said < expected.said:
            lead = self._sent[expected.said] - printed.time + expected.since
            return Kind.EARLIER if lead >= GAP_SECONDS else None
        return Kind.ORDER if crossing else None

    def _lost(self, expected: _Expected) -> None:
        entry = expected.entry
        why = self._reason(entry) if expected.said else self._row(_BOOT_TEXT)
        self.differ(entry.line, Kind.MISSING, shown(entry), None, why)

    def _surplus(self, printed: _Printed) -> None:
        self.differ(printed.after, Kind.EXTRA, None, printed.shown, self._why(printed, Kind.EXTRA))

    def _row(self, row: str) -> str:
        return f"row {row} ({self._world.modem.source_of(row)})"

    def _why(self, printed: _Printed, kind: Kind) -> str:
        """Return the row of the profile that spaces a line, or what the journal says of the command behind it."""
        thread = self._world.journal.thread(printed.event)[-3:]
        if kind is Kind.SPACING:
            urc = any(event.kind == "urc" for event in thread)
            return self._row(self._world.modem.spacing_row(printed.text.strip(), urc=urc))
        if printed.said == 0:
            return self._row(_BOOT_TEXT)
        causes = {event.id for event in thread}
        explained = self._world.journal.events(after=thread[0].id, kind="explanation") if thread else []
        texts: Sequence[str] = [str(each.what) for each in explained if each.cause in causes]
        return texts[0] if texts else ""


def _asks_the_same(recorded: str, printed: str) -> bool:
    one, other = Request.parse(recorded), Request.parse(printed)
    return one is not None and other is not None and one.asks_as(other)


def _stays(text: str, said: int) -> bool:
    """Return whether a line belongs where it is: in the boot text, or in the answer to the host's last line."""
    bare = text.strip()
    return said == 0 or not bare.startswith("+") or is_final(bare)
