"""Carries HTTP requests out of the world, to the URLs that users gave for data push and triggers.

The client runs in a thread and in real time of its own, so that neither its timers nor a slow application take
part in a jump. While an answer is outstanding nothing in the world counts as settled.
"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

from onenet_sim.onenet import Receipt, Undelivered

if TYPE_CHECKING:
    import httpx

    from onenet_sim.world.loop import WorldLoop

LONGEST_ANSWER = 65_536
"""Octets of an answer that are read; the rest is not looked at."""


class Courier:
    """Sends HTTP requests for the platform; its thread runs from the first one to :meth:`close`."""

    def __init__(self, world: WorldLoop) -> None:
        self._world = world
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._client: httpx.AsyncClient | None = None

    async def deliver(self, method: str, url: str, body: str, within: float) -> Receipt:
        """Send a request and return its answer; for the world's own loop.

        Raises:
            Undelivered: There was no answer within so many real seconds.
        """
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._loop.run_forever, name="onenet-sim courier", daemon=True)
            self._thread.start()
        with self._world.hold(f"the answer to {method} {url}"):
            work = asyncio.run_coroutine_threadsafe(self._fetch(method, url, body, within), self._loop)
            return await asyncio.wrap_future(work)

    async def _fetch(self, method: str, url: str, body: str, within: float) -> Receipt:
        import httpx  # noqa: PLC0415 - a world that pushes nothing never loads it

        if self._client is None:
            # No proxy and no redirect: a push goes where the user said. No connection is kept, so none goes stale.
            limits = httpx.Limits(max_keepalive_connections=0)
            self._client = httpx.AsyncClient(trust_env=False, timeout=None, limits=limits)  # noqa: S113 - below
        headers = {"content-type": "application/json; charset=utf-8"} if body else {}
        try:
            async with (
                asyncio.timeout(within),
                self._client.stream(method, url, content=body.encode() or None, headers=headers) as response,
            ):
                octets = bytearray()
                async for chunk in response.aiter_bytes():
                    octets += chunk
                    if len(octets) >= LONGEST_ANSWER:
                        break
                return Receipt(response.status_code, octets[:LONGEST_ANSWER].decode(errors="replace"))
        except TimeoutError:
            raise Undelivered(f"no answer came within {within:g} s", late=True) from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise Undelivered(f"{type(error).__name__}: {error}") from error

    def close(self) -> None:
        """Give up what is on the way and end the thread."""
        if self._loop is None or self._thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._hang_up(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._loop = self._thread = self._client = None

    async def _hang_up(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()
