"""What the platform does by itself after a login: observe each instance, discover each object, read /3/0."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from onenet_sim.journal import Explanation
from onenet_sim.lwm2m import Path
from onenet_sim.onenet.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from onenet_sim.journal import Journal
    from onenet_sim.onenet.commands import Commands
    from onenet_sim.onenet.devices import Device
    from onenet_sim.onenet.settings import PlatformSettings

NOT_SUBSCRIBED = frozenset({*range(8), 10_290})
"""LwM2M's own objects and the internal cell monitor: OneNET does not subscribe to them."""

NOT_DISCOVERED = frozenset({0, 10_290})
"""Objects that OneNET ignores in a link list."""

_CLOSING_READ = Path(3, 0)


class LoginChain:
    """Runs the chains of requests that follow registrations and updates.

    One request at a time: the next goes out when the one before was answered, and the chain of an update when
    the one before it has ended. A failure ends a chain, and the device stays online.
    """

    def __init__(self, commands: Commands, journal: Journal, settings: PlatformSettings) -> None:
        self._commands = commands
        self._journal = journal
        self._settings = settings
        self._running: dict[Device, set[asyncio.Task[None]]] = {}
        self._awaited: dict[Device, asyncio.Future[None]] = {}

    def begin(self, device: Device, instances: Sequence[Path], *, registered: bool) -> None:
        """Start a chain for these instances: of a registration, or new ones of an update."""
        earlier = tuple(self._running.get(device, ()))
        chain = self._run(device, tuple(instances), earlier, registered=registered)
        task = asyncio.get_running_loop().create_task(chain)
        self._running.setdefault(device, set()).add(task)
        task.add_done_callback(lambda _: self._ended(device, task))

    def next(self, device: Device) -> asyncio.Future[None]:
        """Return what is done once the device has registered again and the chain after that has ended.

        Who asks anew for a device takes the place of who asked before.
        """
        self._awaited[device] = asyncio.get_running_loop().create_future()
        return self._awaited[device]

    def _ended(self, device: Device, task: asyncio.Task[None]) -> None:
        tasks = self._running.get(device, set())
        tasks.discard(task)
        if not tasks:
            self._running.pop(device, None)

    def cancel(self, device: Device) -> None:
        """End the device's chains."""
        for task in tuple(self._running.get(device, ())):
            task.cancel()

    async def close(self) -> None:
        """End all chains."""
        tasks = [task for tasks in self._running.values() for task in tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(
        self,
        device: Device,
        instances: tuple[Path, ...],
        earlier: tuple[asyncio.Task[None], ...],
        *,
        registered: bool,
    ) -> None:
        cause = self._journal.cause
        if earlier:
            await asyncio.wait(earlier)
        try:
            cause = await self._observe(device, instances, cause, registered=registered)
            cause = await self._discover(device, instances, cause)
            if registered:
                with self._journal.because(cause):
                    await self._commands.read(device, _CLOSING_READ, why="NBACC_AUTO_READ")
        except Refusal as refusal:
            self._journal.note(
                Explanation(f"nothing more is asked of device {device.imei} after its login: {refusal}")
            )
        awaited = self._awaited.pop(device, None) if registered else None
        if awaited is not None and not awaited.done():
            awaited.set_result(None)

    async def _observe(
        self, device: Device, instances: tuple[Path, ...], cause: int | None, *, registered: bool
    ) -> int | None:
        wanted = [each for each in instances if each.object_id not in NOT_SUBSCRIBED]
        if not (self._settings.auto_subscribe and device.auto_subscribe):
            return cause
        before, device.subscribed = device.subscribed, False
        for instance in wanted:
            with self._journal.because(cause):
                cause = await self._commands.observe(device, instance, why="subscription after login")
        device.subscribed = registered or before
        return cause

    async def _discover(self, device: Device, instances: tuple[Path, ...], cause: int | None) -> int | None:
        if not self._settings.auto_discover:
            return cause
        objects = dict.fromkeys(each.object_id for each in instances if each.object_id not in NOT_DISCOVERED)
        for object_id in objects:
            with self._journal.because(cause):
                _, cause = await self._commands.discover(device, Path(object_id), why="discovery after login")
        return cause
