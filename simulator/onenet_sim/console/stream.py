"""The journal as it goes on: server-sent events, one event of the journal each."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import Receive, Scope, Send

    from onenet_sim.world import Event, Layer, Simulation

_AT_ONCE = 200
"""How many events are looked at for one write."""


class EventStream(Response):
    """Sends the kept events with an id above ``after``, and then each as it happens.

    Nothing is queued for a slow client: it reads from the journal's own ring, and a comment tells it how many
    fell off before it came to them. After a reset the stream goes on with the fresh journal from its first
    event, announced by a comment. It ends when the client or the server hangs up.
    """

    media_type = "text/event-stream"

    def __init__(self, simulation: Simulation, *, after: int, layer: Layer | None, modem: str | None) -> None:
        self.status_code = 200
        self.background = None
        self.init_headers({"cache-control": "no-store"})
        self._simulation = simulation
        self._journal = simulation.journal
        self._after = after
        self._layer = layer
        self._modem = modem

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        del scope
        wake = asyncio.Event()
        end = self._simulation.follow(lambda _: wake.set())
        gone = asyncio.create_task(_hung_up(receive))
        gone.add_done_callback(lambda _: wake.set())
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            while not gone.done():
                wake.clear()
                for chunk in self._news():
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
                    if gone.done():
                        break
                else:
                    await wake.wait()
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            end()
            gone.cancel()

    def _news(self) -> Iterator[bytes]:
        """Return what was not yet sent, a write at a time."""
        while True:
            dropped = self._journal.dropped - self._after
            if dropped > 0:
                self._after += dropped
                yield _comment(f"{dropped} events fell off the journal before they were sent")
            events = self._next()
            if events:
                self._after = events[-1].id
                yield b"".join(_told(event) for event in events if self._wanted(event))
            elif self._journal is not self._simulation.journal:
                self._journal, self._after = self._simulation.journal, 0
                yield _comment("the world was reset, and ids begin at 1 again")
            else:
                return

    def _next(self) -> list[Event]:
        candidates = range(self._after + 1, self._after + 1 + _AT_ONCE)
        return [event for event in map(self._journal.get, candidates) if event is not None]

    def _wanted(self, event: Event) -> bool:
        return self._layer in {None, event.layer} and self._modem in {None, event.modem}


async def _hung_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _told(event: Event) -> bytes:
    return f"id: {event.id}\ndata: {json.dumps(event.to_json())}\n\n".encode()


def _comment(text: str) -> bytes:
    return f": {text}\n\n".encode()
