"""A bench for ports: the world's loop on a thread of its own, the test being the host."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeVar

import pytest

from onenet_sim.journal import Event, Journal, Occurrence
from onenet_sim.world.loop import WorldLoop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from onenet_sim.ports import Port

T = TypeVar("T")
P = TypeVar("P", bound="Port")
PATIENCE = 10.0
"""Real seconds after which a test that waits has failed."""


class Bench:
    """Ports under test, what their hosts wrote, and what the journal has."""

    def __init__(self, loop: WorldLoop) -> None:
        self.loop = loop
        self.journal = Journal(loop.time)
        self.events: list[Event] = []
        self.received = bytearray()
        self._changed = threading.Condition()
        self._ports: list[Port] = []
        self.journal.follow(self._noted)

    def call(self, work: Callable[[], T]) -> T:
        """Do something on the loop's thread and return what comes of it."""
        future: Future[T] = Future()

        def do() -> None:
            try:
                future.set_result(work())
            except BaseException as error:  # noqa: BLE001 - it is raised on the test's thread
                future.set_exception(error)

        self.loop.call_soon_threadsafe(do)
        return future.result(PATIENCE)

    def plug(self, make: Callable[[], P]) -> P:
        """Make a port on the loop's thread, to be closed after the test."""
        port = self.call(make)
        self._ports.append(port)
        return port

    def take(self, octets: bytes) -> None:
        """Be the module: keep what the host wrote."""
        with self._changed:
            self.received += octets
            self._changed.notify_all()

    def wait_for_octets(self, octets: bytes) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self.received == octets, PATIENCE), self.received

    def wait_for(self, kind: type[Occurrence], count: int = 1) -> Occurrence:
        """Wait until the journal has so many events of a kind; return the newest of them."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.of(kind)) >= count, PATIENCE), self.events
            return self.of(kind)[count - 1]

    def of(self, kind: type[Occurrence]) -> list[Occurrence]:
        return [event.what for event in self.events if isinstance(event.what, kind)]

    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]

    def unplug(self) -> None:
        for port in self._ports:
            self.call(port.close)

    def _noted(self, event: Event) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()


@pytest.fixture
def bench() -> Iterator[Bench]:
    loop = WorldLoop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    bench = Bench(loop)
    yield bench
    try:
        bench.unplug()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
