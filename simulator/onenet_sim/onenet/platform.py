"""The platform as the rest of the world sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from onenet_sim.onenet.access import AccessMachine
from onenet_sim.onenet.bootstrap import BootstrapMachine
from onenet_sim.onenet.coap import Endpoint
from onenet_sim.onenet.commands import Commands
from onenet_sim.onenet.conduct import by_the_book
from onenet_sim.onenet.datapoints import DataPoints
from onenet_sim.onenet.devices import DeviceRegistry
from onenet_sim.onenet.errors import Errno, Refusal, UnknownDevice
from onenet_sim.onenet.firmware import UpgradeKind, Upgrades
from onenet_sim.onenet.gate import Gate
from onenet_sim.onenet.junction import Junction
from onenet_sim.onenet.login import LoginChain
from onenet_sim.onenet.subscriptions import Notifies, Subscriptions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from random import Random

    from onenet_sim.journal import Journal
    from onenet_sim.lwm2m import Attributes, Path
    from onenet_sim.onenet.channel import AddressT, DatagramChannel
    from onenet_sim.onenet.conduct import Conductor
    from onenet_sim.onenet.devices import Device
    from onenet_sim.onenet.firmware import Upgrade
    from onenet_sim.onenet.readings import Reading, ResourceWrite
    from onenet_sim.onenet.settings import PlatformSettings
    from onenet_sim.onenet.wire import Remote


class Platform:
    """OneNET's LwM2M side: two CoAP endpoints, device records, commands and data points.

    Args:
        journal: Where everything is noted.
        random: Decides message ids, tokens, waits and device numbers.
        calendar: Tells the world's date and time.
        settings: Everything that can be told beforehand.

    Attributes:
        settings: As given.
        journal: As given.
        calendar: As given.
        devices: All device records.
        datapoints: All data points.
        subscriptions: What devices agreed to report.
        conduct: Says how a message that arrived is to be treated other than by the book; may be replaced.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        random: Random,
        calendar: Callable[[], datetime],
        settings: PlatformSettings,
    ) -> None:
        self.settings = settings
        self.journal = journal
        self.calendar = calendar
        self.devices = DeviceRegistry(journal, random, calendar)
        self.datapoints = DataPoints(calendar, settings.points_kept)
        self.subscriptions = Subscriptions(journal)
        self.conduct: Conductor = by_the_book
        self._random = random
        self._running: _Running | None = None

    async def start(self, bootstrap: DatagramChannel[AddressT], access: DatagramChannel[AddressT]) -> None:
        """Begin to answer on two channels, on the running loop.

        Raises:
            RuntimeError: It runs already.
        """
        if self._running is not None:
            raise RuntimeError("the platform runs already; stop it first")
        self._running = _Running(self, self._random, bootstrap, access)

    async def stop(self) -> None:
        """Stop every timer and task. The channels stay open, for another platform to start on."""
        running, self._running = self._running, None
        if running is not None:
            await running.close()

    async def read(self, imei: str, path: Path, timeout: float | None = None) -> tuple[Reading, ...]:  # noqa: ASYNC109
        """Read an object, an instance or a resource; see :class:`~onenet_sim.onenet.commands.Commands`."""
        return await self._commands.read(self.device(imei), path, within=timeout)

    async def write(
        self,
        imei: str,
        path: Path,
        values: Sequence[ResourceWrite],
        mode: Literal[1, 2] = 2,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> None:
        """Write resources of an instance: mode 1 replaces all others, mode 2 keeps them."""
        await self._commands.write(self.device(imei), path, values, mode, within=timeout)

    async def execute(self, imei: str, path: Path, args: str = "", timeout: float | None = None) -> None:  # noqa: ASYNC109
        """Execute a resource with arguments."""
        await self._commands.execute(self.device(imei), path, args, within=timeout)

    async def observe(
        self,
        imei: str,
        path: Path,
        cancel: bool = False,  # noqa: FBT001, FBT002 - the API's own parameter
        attributes: Attributes | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> None:
        """Subscribe to a path or cancel that; attributes are written first."""
        await self._commands.observe(self.device(imei), path, cancel=cancel, attributes=attributes, within=timeout)

    async def discover(
        self,
        imei: str,
        path: Path,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> Mapping[Path, tuple[int, ...]]:
        """Ask a device which resources an object or an instance has; return their ids by instance."""
        found, _ = await self._commands.discover(self.device(imei), path, within=timeout)
        return found

    def start_upgrade(
        self, imei: str, version: str, image: bytes | None = None, kind: UpgradeKind = UpgradeKind.FIRMWARE
    ) -> Upgrade:
        """Begin to upgrade a device; see :meth:`~onenet_sim.onenet.firmware.Upgrades.start`."""
        return self._alive.upgrades.start(self.device(imei), version, image, kind)

    def upgrade(self, imei: str) -> Upgrade | None:
        """Return the device's newest upgrade as it stands, or None."""
        return self._alive.upgrades.of(self.device(imei))

    def device(self, imei: str) -> Device:
        """Return the device with that IMEI.

        Raises:
            UnknownDevice: There is none.
        """
        device = self.devices.by_imei(imei)
        if device is None:
            raise UnknownDevice(f"IMEI {imei}")
        return device

    def delete_device(self, device: Device) -> None:
        """Delete a device's record; its module learns it by its next update."""
        self.devices.delete(device)

    @property
    def _commands(self) -> Commands:
        return self._alive.commands

    @property
    def _alive(self) -> _Running:
        if self._running is None:
            raise Refusal(Errno.RPC, "rpc error", "the platform is stopped")
        return self._running


class _Running:
    """What a platform has between start and stop."""

    def __init__(
        self,
        platform: Platform,
        random: Random,
        bootstrap: DatagramChannel[AddressT],
        access: DatagramChannel[AddressT],
    ) -> None:
        journal, settings = platform.journal, platform.settings
        gate = Gate(platform.devices, settings, journal)
        notifies = Notifies(platform.subscriptions, platform.datapoints, settings.objects, journal, self._moved)
        self._junction = Junction(bootstrap)
        self._bootstrap = BootstrapMachine(
            self._junction.bootstrap,
            gate,
            journal=journal,
            random=random,
            settings=settings,
            conduct=lambda message: platform.conduct(message),  # noqa: PLW0108 - it may be replaced
        )
        self._endpoint = Endpoint(
            "access",
            (access, self._junction.access),
            journal=journal,
            random=random,
            serve=lambda request: self._access.serve(request),  # noqa: PLW0108 - made after the endpoint
            notified=notifies.receive,
            conduct=lambda message: platform.conduct(message),  # noqa: PLW0108 - it may be replaced
        )
        self.commands = Commands(
            self._endpoint,
            table=settings.objects,
            subscriptions=platform.subscriptions,
            notifies=notifies,
            journal=journal,
            settings=settings,
        )
        self._login = LoginChain(self.commands, journal, settings)
        self.upgrades = Upgrades(self._endpoint, self.commands, self._login, journal)
        self._access = AccessMachine(
            devices=platform.devices,
            gate=gate,
            subscriptions=platform.subscriptions,
            login=self._login,
            moved=self._moved,
            journal=journal,
            calendar=platform.calendar,
            settings=settings,
        )

    def _moved(self, before: Remote, after: Remote) -> None:
        self._endpoint.moved(before, after)

    async def close(self) -> None:
        await self.upgrades.close()
        await self._bootstrap.close()
        await self._endpoint.close()
        self._junction.close()  # nothing comes in from here on
        self._access.close()
        await self._login.close()
