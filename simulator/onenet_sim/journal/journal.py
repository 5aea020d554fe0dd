"""The journal: a bounded ring of events, each with its time and the event that caused it."""

from __future__ import annotations

import itertools
from collections import deque
from contextvars import ContextVar
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

    from onenet_sim.journal.occurrence import Json, Layer, Occurrence
    from onenet_sim.journal.world import WorldBegan

_LINKS_KEPT = 4096
_cause: ContextVar[int | None] = ContextVar("cause", default=None)


class Event(NamedTuple):
    """One thing that happened.

    Attributes:
        id: Counts from 1, never reused within a world.
        time: World time in seconds since the world began.
        cause: The id of the event that brought this one about, if there is one.
        modem: The name of the modem concerned, such as ``modem-1``.
        what: What happened.
    """

    id: int
    time: float
    cause: int | None
    modem: str | None
    what: Occurrence

    @property
    def layer(self) -> Layer:
        """The layer in which it happened."""
        return self.what.layer

    @property
    def kind(self) -> str:
        """The kind of thing that happened, such as ``command`` or ``datapoint``."""
        return self.what.kind

    def to_json(self) -> dict[str, Json]:
        """Return the event as the control API shows it."""
        return {
            "id": self.id,
            "time": round(self.time, 6),
            "layer": str(self.layer),
            "kind": self.kind,
            "modem": self.modem,
            "cause": self.cause,
            "text": str(self.what),
            "fields": self.what.to_json(),
        }


class Because:
    """A block of code with a cause: within it, events that name none are caused by this one.

    Tasks and timers created within the block keep it (it is a context variable).
    """

    __slots__ = ("_cause", "_mark")

    def __init__(self, cause: int | None) -> None:
        self._cause = cause

    def __enter__(self) -> None:
        self._mark = _cause.set(self._cause)

    def __exit__(self, *_: object) -> None:
        _cause.reset(self._mark)


class Journal:
    """All that happened in a world, oldest first.

    The journal keeps the newest ``capacity`` events; :attr:`dropped` counts those that fell off.
    It is not a lock: use it from the world's own thread.
    """

    def __init__(
        self, clock: Callable[[], float], capacity: int = 100_000, *, heir_of: Journal | None = None
    ) -> None:
        """Make an empty journal whose events get their time (world seconds) from ``clock``.

        Who followed ``heir_of`` follows this journal too.
        """
        self._clock = clock
        self._events: deque[Event] = deque(maxlen=capacity)
        self._began: Event | None = None
        self._ids = itertools.count(1)
        self._links: dict[Hashable, int] = {}
        self._followers: list[Callable[[Event], None]] = (
            heir_of._followers if heir_of else []  # noqa: SLF001 - a journal too
        )

    def note(self, what: Occurrence, *, cause: int | None = None, modem: str | None = None) -> int:
        """Add an event and return its id.

        Without ``cause`` the event is caused by what :meth:`because` says at the moment.
        Without ``modem`` it concerns the modem that its cause concerned, if that is still kept.
        """
        if cause is None:
            cause = _cause.get()
        if modem is None and cause is not None:
            parent = self.get(cause)
            modem = parent.modem if parent else None
        event = Event(next(self._ids), self._clock(), cause, modem, what)
        self._events.append(event)
        if self._followers:
            for follower in tuple(self._followers):
                follower(event)
        return event.id

    def begin(self, what: WorldBegan) -> int:
        """Note how the world began, for :meth:`whole` to have it always, and return the event's id."""
        event_id = self.note(what)
        self._began = self.get(event_id)
        return event_id

    because = Because
    """``with journal.because(event_id):`` gives the events noted within the block their cause."""

    @property
    def cause(self) -> int | None:
        """The cause that holds at the moment."""
        return _cause.get()

    def link(self, key: Hashable, event_id: int) -> None:
        """Remember under ``key`` which event sent something, for the far end to find with :meth:`linked`.

        The newest 4,096 links are kept.
        """
        self._links.pop(key, None)
        self._links[key] = event_id
        if len(self._links) > _LINKS_KEPT:
            del self._links[next(iter(self._links))]

    def linked(self, key: Hashable) -> int | None:
        """Return the event remembered under ``key``, or None."""
        return self._links.get(key)

    def follow(self, follower: Callable[[Event], None]) -> Callable[[], None]:
        """Call ``follower`` with every new event, the heirs' too; the returned function ends that."""
        self._followers.append(follower)
        return lambda: self._followers.remove(follower)

    def get(self, event_id: int) -> Event | None:
        """Return the event with that id, or None when there is none or it fell off."""
        if not self._events:
            return None
        index = event_id - self._events[0].id
        return self._events[index] if 0 <= index < len(self._events) else None

    def events(self, *, after: int = 0, layer: Layer | None = None, modem: str | None = None) -> list[Event]:
        """Return the kept events with an id above ``after``, of one layer or modem if given."""
        start = max(0, after + 1 - self._events[0].id) if self._events else 0
        return [
            event
            for event in itertools.islice(self._events, start, None)
            if layer in {None, event.layer} and modem in {None, event.modem}
        ]

    def whole(self) -> list[Event]:
        """Return the kept events, and before them how the world began if that fell off."""
        fell_off = self._began is not None and self._began.id <= self.dropped
        return [self._began, *self._events] if self._began is not None and fell_off else list(self._events)

    def thread(self, event_id: int) -> list[Event]:
        """Return the event and what led to it, the first cause first."""
        found: list[Event] = []
        event = self.get(event_id)
        while event is not None:
            found.append(event)
            event = self.get(event.cause) if event.cause is not None else None
        return found[::-1]

    @property
    def dropped(self) -> int:
        """How many events fell off the ring."""
        return self._events[0].id - 1 if self._events else 0

    def __iter__(self) -> Iterator[Event]:
        return iter(tuple(self._events))

    def __len__(self) -> int:
        return len(self._events)
