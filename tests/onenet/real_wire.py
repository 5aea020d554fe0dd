"""A platform on real UDP, for clients of other hands."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING

from onenet_sim.journal import Journal
from onenet_sim.network import DatagramEndpoint
from onenet_sim.onenet import Platform, PlatformSettings
from onenet_sim.world.loop import WorldLoop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from onenet_sim.journal import Event

PACE = 4.0
"""How much faster than the clock's the platform's time goes."""

_PATIENCE = 60.0
_FOUR_DIGITS = range(5690, 6000)


@dataclass(frozen=True)
class RealWire:
    """A platform and the ports of its two machines."""

    platform: Platform
    bootstrap: int
    access: int

    async def journal_has(self, holds: Callable[[Event], bool]) -> None:
        """Wait until an event is there for which this holds."""
        journal, found = self.platform.journal, asyncio.Event()
        unfollow = journal.follow(lambda event: found.set() if holds(event) else None)
        if not any(map(holds, journal)):
            await found.wait()
        unfollow()

    def newest(self, imei: str, stream: str) -> object:
        """Return the newest value of a stream, or None."""
        point = self.platform.datapoints.newest(self.platform.device(imei).id, stream)
        return None if point is None else point.value


def _access(journal: Journal) -> DatagramEndpoint:
    """Open a port of four digits, which bootstrap can hand out."""
    for port in _FOUR_DIGITS:
        with suppress(OSError):
            return DatagramEndpoint.bind("127.0.0.1", port, name="access", journal=journal)
    raise AssertionError("no port of four digits is free")


@asynccontextmanager
async def _open(**settings: bool | int) -> AsyncIterator[RealWire]:
    journal = Journal(asyncio.get_running_loop().time)
    access = _access(journal)
    bootstrap = DatagramEndpoint.bind("127.0.0.1", 0, name="bootstrap", journal=journal)
    platform = Platform(
        journal=journal,
        random=Random(7),  # noqa: S311 - not for cryptography
        calendar=lambda: datetime.now(UTC),
        settings=PlatformSettings(
            api_key="key",
            access_key="",
            product_id="1000",
            access_uri=f"coap://127.0.0.1:{access.local.port}",
            **settings,  # type: ignore[arg-type]
        ),
    )
    await platform.start(bootstrap, access)
    try:
        yield RealWire(platform, bootstrap.local.port, access.local.port)
    finally:
        await platform.stop()
        bootstrap.close()
        access.close()


def play_on_udp(scene: Callable[[RealWire], Awaitable[None]], **settings: bool | int) -> None:
    """Play a scene on a fresh platform with real sockets; a minute is the most it may take."""

    async def main() -> None:
        async with asyncio.timeout(_PATIENCE * PACE), _open(**settings) as wire:
            await scene(wire)

    loop = WorldLoop(PACE)
    try:
        loop.run_until_complete(main())
    finally:
        loop.finish()
