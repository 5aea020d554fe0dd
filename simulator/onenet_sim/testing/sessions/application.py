"""The application of a session: it calls OneNET's API within the process, and need not wait for the answer."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onenet_sim.world import Json, World


class Application:
    """Calls the north-bound API of a world, one call after the other or several at once."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._api = world.northbound()

    def call(self, text: str) -> Call:
        """Begin a call that is written as ``@ api`` has it; return when the platform has it."""
        method, _, rest = text.partition(" ")
        target, _, body = rest.partition(" ")
        task = self._world.call(lambda _: asyncio.ensure_future(self._exchange(method, target, body)))
        self._world.settle()
        return Call(self._world, task)

    async def _exchange(self, method: str, target: str, body: str) -> dict[str, Json]:
        import httpx  # noqa: PLC0415 - many sessions call nothing

        headers = {"api-key": self._world.settings.api_key}
        transport = httpx.ASGITransport(app=self._api)
        async with httpx.AsyncClient(transport=transport, base_url="http://onenet", timeout=None) as client:  # noqa: S113 - the world's time is jumped
            answer = await client.request(method, target, content=body or None, headers=headers)
        envelope: dict[str, Json] = json.loads(answer.content)
        return envelope


class Call:
    """A call on its way."""

    def __init__(self, world: World, task: asyncio.Task[dict[str, Json]]) -> None:
        self._world = world
        self._task = task

    @property
    def answer(self) -> dict[str, Json] | None:
        """The answer's envelope, or None if there is none yet."""
        self._world.settle()
        return self._world.call(lambda _: self._task.result() if self._done else None)

    @property
    def _done(self) -> bool:
        return self._task.done() and not self._task.cancelled()

    def hang_up(self) -> None:
        """Wait for the answer no more: the platform gives the request up."""
        self._world.call(lambda _: self._task.cancel())
        self._world.settle()
