"""Notifies that do not fit one message: the platform fetches the rest of each (RFC 7959 §2.6)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiocoap import GET, Message

from onenet_sim.journal import Explanation
from onenet_sim.onenet.blocks import fetch_rest
from onenet_sim.onenet.coap import Reply, Unanswered

if TYPE_CHECKING:
    from collections.abc import Callable

    from onenet_sim.journal import Journal
    from onenet_sim.onenet.coap import Endpoint
    from onenet_sim.onenet.settings import PlatformSettings
    from onenet_sim.onenet.subscriptions import Subscription

_MOST_AT_A_TIME = 1_024


class LongNotifies:
    """Fetches what notifies have left out, at most 1,024 at a time."""

    def __init__(self, endpoint: Endpoint, journal: Journal, settings: PlatformSettings) -> None:
        self._endpoint = endpoint
        self._journal = journal
        self._settings = settings
        self._running: set[asyncio.Task[None]] = set()

    def complete(self, subscription: Subscription, notify: Message, store: Callable[[Message], None]) -> None:
        """Fetch the rest of a notify, then let it be stored."""
        if len(self._running) >= _MOST_AT_A_TIME:
            self._lost(subscription, f"{_MOST_AT_A_TIME:,} others are being fetched")
            return
        task = asyncio.get_running_loop().create_task(self._run(subscription, notify, store))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _run(self, subscription: Subscription, notify: Message, store: Callable[[Message], None]) -> None:
        registration = subscription.device.registration
        root = registration.root if registration else ()
        request = Message(code=GET, uri_path=(*root, *subscription.path.segments))
        try:
            async with asyncio.timeout(self._settings.command_timeout):
                reply = await fetch_rest(
                    self._endpoint, request, notify.remote, Reply(notify, self._journal.cause)
                )
        except (TimeoutError, Unanswered) as silence:
            self._lost(subscription, str(silence) or "no answer")
            return
        if reply.message is notify:
            store(notify)
        else:
            self._lost(subscription, f"the device answered {reply.message.code.dotted}")

    def _lost(self, subscription: Subscription, why: str) -> None:
        self._journal.note(Explanation(f"the rest of the notify of {subscription.path} cannot be had: {why}"))

    async def close(self) -> None:
        """Give up what is under way."""
        tasks = tuple(self._running)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
