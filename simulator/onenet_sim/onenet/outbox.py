"""What waits to be sent to an application's URL: one message at a time, again and again while it fails.

The answer must come within 5 s and be 200. Otherwise the message is sent again by OneNET's schedule, up to
sixteen times over almost three hours; the others do not wait for it. The HTTP itself is done elsewhere, in real
time; an answer that did not come in 5 s costs 5 s of world time.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from onenet_sim.journal import Explanation, HttpAnswer, HttpRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from onenet_sim.journal import Journal

ANSWER_WITHIN = 5.0
"""How long an application may take to answer, in seconds."""

REPEATED_AFTER = (5, 10, 30, 60, 120, 180, 240, 300, 360, 420, 480, 540, 600, 1_200, 1_800, 3_600)
"""After how many seconds a message that failed is sent again, each time counted from the time before."""

MOST_WAITING = 10_000
"""How many messages may wait for a URL; one more is not sent, and the journal says so."""

_SUCCESS = 200


@dataclass(frozen=True, slots=True)
class Receipt:
    """An application's answer.

    Attributes:
        status: The HTTP status.
        body: The beginning of the body.
    """

    status: int
    body: str


class Undelivered(Exception):  # noqa: N818 - a result among others
    """An HTTP request got no answer; the text says why.

    Attributes:
        late: Whether the time for it ran out, rather than that the connection failed.
    """

    def __init__(self, why: str, *, late: bool = False) -> None:
        super().__init__(why)
        self.late = late


class Deliver(Protocol):
    """The way out of the world: sends one HTTP request."""

    async def __call__(self, method: str, url: str, body: str, within: float) -> Receipt:
        """Send a request and return its answer.

        Args:
            method: ``GET`` or ``POST``.
            url: Where to.
            body: JSON text; empty for none.
            within: Seconds of real time for the whole exchange.

        Raises:
            Undelivered: There was no answer.
        """


def flaw_of_url(url: str) -> str:
    """Return what keeps a URL from being one that can be pushed to; empty if nothing does."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        return str(error)
    if parts.scheme not in {"http", "https"} or not host:
        return "expected http://HOST… or https://HOST…"
    return "" if url.isascii() and url.isprintable() and " " not in url else "expected printable ASCII"


@dataclass(slots=True, eq=False)
class _Parcel:
    body: str
    cause: int | None
    ended: Callable[[bool], None]
    repeats: int = 0


class Outbox:
    """The messages that wait for one URL, on the running loop.

    Attributes:
        url: Where they go.
        failures: How many attempts failed.
        stopped: Whether so many attempts failed that nothing is sent any more.
    """

    def __init__(self, url: str, *, deliver: Deliver, journal: Journal, stops_after: int | None = None) -> None:
        self.url = url
        self.failures = 0
        self.stopped = False
        self._deliver = deliver
        self._journal = journal
        self._stops_after = stops_after
        self._order = itertools.count()
        self._waiting: list[tuple[float, int, _Parcel]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._working: asyncio.Task[None] | None = None

    def post(self, body: str, ended: Callable[[bool], None] = lambda _delivered: None) -> None:
        """Send a message as soon as those before it are sent; ``ended`` is told whether it arrived in the end."""
        if self.stopped:
            return
        if len(self._waiting) >= MOST_WAITING:
            self._journal.note(
                Explanation(f"a message to {self.url} is lost: {MOST_WAITING:,} wait there already, the most kept")
            )
            return
        self._put(asyncio.get_running_loop().time(), _Parcel(body, self._journal.cause, ended))

    def _put(self, due: float, parcel: _Parcel) -> None:
        heapq.heappush(self._waiting, (due, next(self._order), parcel))
        if self._working is None:
            self._expect_next()

    def _expect_next(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        if self._waiting:
            loop = asyncio.get_running_loop()
            with self._journal.because(None):
                self._timer = loop.call_at(self._waiting[0][0], self._begin)

    def _begin(self) -> None:
        self._timer = None
        self._working = asyncio.get_running_loop().create_task(self._send_due())

    async def _send_due(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting and self._waiting[0][0] <= loop.time():
            _, _, parcel = heapq.heappop(self._waiting)
            await self._send(parcel)
        self._working = None
        self._expect_next()

    async def _send(self, parcel: _Parcel) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        event = self._journal.note(HttpRequest("POST", self.url, parcel.body), cause=parcel.cause)
        with self._journal.because(event):
            try:
                receipt = await self._deliver("POST", self.url, parcel.body, ANSWER_WITHIN)
            except Undelivered as failure:
                why = str(failure)
                if failure.late:  # the world's time may have stood still meanwhile
                    await asyncio.sleep(began + ANSWER_WITHIN - loop.time())
            else:
                self._journal.note(HttpAnswer(receipt.status, receipt.body))
                why = (
                    "" if receipt.status == _SUCCESS else f"it was answered {receipt.status}, and only 200 counts"
                )
            if why:
                self._failed(parcel, why)
            else:
                parcel.ended(True)  # noqa: FBT003 - its only argument

    def _failed(self, parcel: _Parcel, why: str) -> None:
        self.failures += 1
        if self._stops_after is not None and self.failures >= self._stops_after:
            self.stopped = True
            self._waiting.clear()
            plan = (
                f"that is failure {self.failures:,}, and nothing more is sent to {self.url} until it is set anew"
            )
        elif parcel.repeats == len(REPEATED_AFTER):
            plan = f"it was repeated {parcel.repeats} times and is given up"
        else:
            wait = REPEATED_AFTER[parcel.repeats]
            parcel.repeats += 1
            self._put(asyncio.get_running_loop().time() + wait, parcel)
            self._journal.note(Explanation(f"{why}; repeat {parcel.repeats} follows in {wait} s"))
            return
        self._journal.note(Explanation(f"{why}; {plan}"))
        parcel.ended(False)  # noqa: FBT003 - its only argument

    async def close(self) -> None:
        """Stop the timer and what is being sent, and forget what waits."""
        self._waiting.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._working is not None:
            self._working.cancel()
            await asyncio.gather(self._working, return_exceptions=True)
            self._working = None
