"""One direction of a serial line whose octets can be late: pieces in order, each after its gap."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

LANE_OCTETS = 64 * 1024
"""Octets that wait in one direction; a piece beyond is lost."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Octets that travel together.

    Attributes:
        gap: World seconds after the piece before it, or after now.
        boot: Part of the boot text.
        cause: The journal's event that brought them about.
    """

    octets: bytes
    gap: float = 0.0
    boot: bool = False
    cause: int | None = None


class Lane:
    """Delivers pieces: at once while none waits, else in order and in time."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        deliver: Callable[[Piece], None],
        lose: Callable[[Piece], None],
    ) -> None:
        """Call ``deliver`` with each piece when it is due, and ``lose`` with one for which there is no room."""
        self._loop = loop
        self._deliver = deliver
        self._lose = lose
        self._waiting: deque[tuple[float, Piece]] = deque()
        self._octets = 0
        self._last = 0.0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def idle(self) -> bool:
        """Whether nothing waits."""
        return not self._waiting

    def put(self, piece: Piece) -> None:
        """Let a piece travel behind those before it."""
        now = self._loop.time()
        self._last = due = max(now, self._last) + piece.gap
        if due <= now and self.idle:
            self._deliver(piece)
        elif self._octets + len(piece.octets) > LANE_OCTETS:
            self._lose(piece)
        else:
            self._waiting.append((due, piece))
            self._octets += len(piece.octets)
            self._wait()

    def clear(self) -> None:
        """Forget what waits."""
        self._waiting.clear()
        self._octets, self._last = 0, 0.0
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wait(self) -> None:
        if self._timer is None and self._waiting:
            self._timer = self._loop.call_at(self._waiting[0][0], self._due)

    def _due(self) -> None:
        self._timer = None
        now = self._loop.time()
        while self._waiting and self._waiting[0][0] <= now:
            _, piece = self._waiting.popleft()
            self._octets -= len(piece.octets)
            self._deliver(piece)
        self._wait()
