"""What the module prints, in order and in pace: answers at once, unsolicited lines with the profile's gaps."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onenet_sim.modem.profile import PaceTable

_QUEUE_MAXIMUM = 1024


_PATIENCE = 2.0
_LEAST = 0.05
"""After so many seconds behind a host's incessant commands, a line waits only this long after an answer."""


class Pace(Enum):
    """Whether the module keeps the gaps of its profile."""

    FIELD = "field"
    INSTANT = "instant"


class Sort(StrEnum):
    """The sorts of output between which the gaps differ."""

    RESULT = "result"
    """Echo, information text, final result."""
    OPENING = "opening"
    """OPEN's answer."""
    FIRST_EVENT = "first event"
    """The first ``+MIPLEVENT`` after OPEN."""
    EVENT = "event"
    REQUEST = "request"
    """A request of the platform."""
    OTHER = "other"
    BOOT = "boot"


@dataclass(frozen=True, slots=True)
class SerialWrite:
    """Octets for the host, to be written in one go.

    Attributes:
        boot: Part of the boot text, which a host that opens the port later still gets.
        cause: The journal's event of the line or answer.
    """

    octets: bytes
    boot: bool = False
    cause: int | None = None


class SerialOutput:
    """The queue between the module and its serial line.

    Answers pass what is queued; an unsolicited line waits until its gap to each sort of line before it is over.
    The queue holds 1,024 lines; when it is full the oldest is lost.

    Attributes:
        pace: Whether the gaps are kept; may be set at any time.
    """

    def __init__(self, gaps: PaceTable, pace: Pace) -> None:
        self._gaps = gaps
        self.pace = pace
        self._answers: list[SerialWrite] = []
        self._queue: deque[tuple[Sort, SerialWrite]] = deque(maxlen=_QUEUE_MAXIMUM)
        self._printed: dict[Sort, float] = {}
        self._opening = False
        self._waiting_since: float | None = None

    def answer(self, write: SerialWrite) -> None:
        """Print at once."""
        self._answers.append(write)

    def unsolicited(self, sort: Sort, write: SerialWrite) -> None:
        """Print when the line is free and the gap is over."""
        self._queue.append((sort, write))

    def opens(self) -> None:
        """Take the answer under way for that of OPEN: the first event keeps its distance to it."""
        self._opening = True

    def due(self, now: float) -> list[SerialWrite]:
        """Return the writes that are due, in order."""
        found, self._answers = self._answers, []
        if found:
            self._printed[Sort.RESULT] = now
            if self._opening:
                self._printed[Sort.OPENING] = now
            self._opening = False
        while (release := self.next_release) is not None and release <= now:
            sort, write = self._queue.popleft()
            found.append(write)
            self._printed[sort] = now
            self._waiting_since = None
        if self._queue and self._waiting_since is None:
            self._waiting_since = now
        return found

    @property
    def next_release(self) -> float | None:
        """When the next queued line may be printed, or None."""
        if not self._queue:
            return None
        sort = self._queue[0][0]
        releases = (printed + self._gap(before, sort) for before, printed in self._printed.items())
        return max(releases, default=float("-inf"))

    def _gap(self, before: Sort, sort: Sort) -> float:
        """Return the least time from a line that was printed to the next one of a sort."""
        if self.pace is Pace.INSTANT:
            return 0.0
        match before, sort:
            case (_, Sort.BOOT):
                return 0.0
            case Sort.OPENING, Sort.FIRST_EVENT:
                return self._gaps.first_event
            case ((Sort.RESULT | Sort.OPENING), _):
                return _LEAST if self._starves else self._gaps.after_result
            case ((Sort.EVENT | Sort.FIRST_EVENT), (Sort.EVENT | Sort.FIRST_EVENT)):
                return self._gaps.event
            case ((Sort.EVENT | Sort.FIRST_EVENT), Sort.REQUEST):
                return self._gaps.first_request
            case _:
                return self._gaps.urc

    @property
    def _starves(self) -> bool:
        """Whether a host that never pauses has kept the next line waiting for too long."""
        last, since = self._printed.get(Sort.RESULT), self._waiting_since
        return last is not None and since is not None and last - since >= _PATIENCE

    def drop_queue(self) -> None:
        """Drop the unsolicited lines that were not printed yet; answers stay."""
        self._queue.clear()

    def clear(self) -> None:
        """Drop what was not yet printed: the module lost power."""
        self._answers.clear()
        self._queue.clear()
        self._printed.clear()
        self._opening = False
        self._waiting_since = None
