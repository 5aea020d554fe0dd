"""Real time, for what is outside the world: a device or a peer comes back when it likes, whatever time is here."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

RETRY_SECONDS = 0.5


class Later:
    """Calls a function on the loop again and again, each time half a real second after it was asked to."""

    def __init__(self, loop: asyncio.AbstractEventLoop, function: Callable[[], None]) -> None:
        self._loop = loop
        self._function = function
        self._timer: threading.Timer | None = None
        self._over = False

    def again(self) -> None:
        """Call the function in half a second, unless :meth:`cancel` comes first."""
        self._timer = threading.Timer(RETRY_SECONDS, self._ring)
        self._timer.daemon = True
        self._timer.start()

    def cancel(self) -> None:
        """Call it no more."""
        self._over = True
        if self._timer is not None:
            self._timer.cancel()

    def _ring(self) -> None:
        with suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._call)

    def _call(self) -> None:
        if not self._over:
            self._function()
