"""The platform as the rest of the world sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from onenet_sim.journal import Explanation
from onenet_sim.onenet.access import AccessMachine
from onenet_sim.onenet.announcements import Announcer
from onenet_sim.onenet.bootstrap import BootstrapMachine
from onenet_sim.onenet.cached import CachedCommands
from onenet_sim.onenet.coap import Endpoint
from onenet_sim.onenet.commandlog import CommandLog
from onenet_sim.onenet.commands import Commands
from onenet_sim.onenet.conduct import by_the_book
from onenet_sim.onenet.datapoints import DataPoints
from onenet_sim.onenet.devices import DeviceRegistry
from onenet_sim.onenet.errors import Errno, Refusal, UnknownDevice
from onenet_sim.onenet.firmware import UpgradeKind, Upgrades
from onenet_sim.onenet.gate import Gate
from onenet_sim.onenet.junction import Junction
from onenet_sim.onenet.login import LoginChain
from onenet_sim.onenet.long_notifies import LongNotifies
from onenet_sim.onenet.outbox import Undelivered
from onenet_sim.onenet.push import Pushes
from onenet_sim.onenet.subscriptions import Notifies, Subscriptions
from onenet_sim.onenet.triggers import Triggers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from random import Random

    from aiocoap import Message

    from onenet_sim.journal import Journal
    from onenet_sim.lwm2m import Attributes, Path
    from onenet_sim.onenet.cached import Uplink
    from onenet_sim.onenet.channel import Address, AddressT, DatagramChannel
    from onenet_sim.onenet.conduct import Conductor
    from onenet_sim.onenet.devices import Device
    from onenet_sim.onenet.firmware import Upgrade
    from onenet_sim.onenet.outbox import Deliver, Receipt
    from onenet_sim.onenet.readings import Reading, ResourceWrite
    from onenet_sim.onenet.settings import PlatformSettings
    from onenet_sim.onenet.store import Store
    from onenet_sim.onenet.subscriptions import Subscription
    from onenet_sim.onenet.wire import Remote


class Platform:
    """OneNET's LwM2M side: two CoAP endpoints, device records, commands and data points.

    Args:
        journal: Where everything is noted.
        random: Decides message ids, tokens, waits and device numbers.
        calendar: Tells the world's date and time.
        settings: Everything that can be told beforehand.
        deliver: The way to applications' URLs, for data push and triggers; without it none is reached.
        store: Where records, points, cached commands, triggers and pushes are kept if they outlive the program.

    Attributes:
        settings: As given.
        journal: As given.
        calendar: As given.
        deliver: As given.
        store: As given.
        announcer: Tells what applications may want to know.
        devices: All device records.
        datapoints: All data points.
        command_log: What became of the commands that came over HTTP.
        subscriptions: What devices agreed to report.
        blacklist: IP addresses whose devices may neither bootstrap, register nor update.
        conduct: Says how a message that arrived is to be treated other than by the book; may be replaced.
        nearby: Returns what bootstrap tells a client at an address, with DTLS or without, in place of OneNET's
            URI of the access machine; None leaves that. May be replaced.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        random: Random,
        calendar: Callable[[], datetime],
        settings: PlatformSettings,
        deliver: Deliver | None = None,
        store: Store | None = None,
    ) -> None:
        self.settings = settings
        self.journal = journal
        self.calendar = calendar
        self.deliver = deliver or _no_way_out
        self.store = store
        if store is not None:
            store.begin(calendar, lambda text: journal.note(Explanation(text)))
        self.announcer = Announcer()
        self.devices = DeviceRegistry(journal, random, calendar, self.announcer.announce, store)
        self.datapoints = DataPoints(calendar, settings.points_kept, store.points if store is not None else None)
        self.command_log = CommandLog(random, calendar)
        self.subscriptions = Subscriptions(journal)
        self.blacklist: set[str] = set()
        self.conduct: Conductor = by_the_book
        self.nearby: Callable[[Address, bool], str | None] = lambda _client, _secure: None
        self._random = random
        self._running: _Running | None = None

    async def start(
        self,
        bootstrap: DatagramChannel[AddressT],
        access: DatagramChannel[AddressT],
        bootstrap_dtls: DatagramChannel[AddressT] | None = None,
        access_dtls: DatagramChannel[AddressT] | None = None,
    ) -> None:
        """Begin to answer on a channel for each machine, and on those behind DTLS, on the running loop.

        Raises:
            RuntimeError: It runs already.
        """
        if self._running is not None:
            raise RuntimeError("the platform runs already; stop it first")
        self._running = _Running(self, self._random, (bootstrap, bootstrap_dtls), (access, access_dtls))

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

    async def create(
        self,
        imei: str,
        path: Path,
        values: Sequence[ResourceWrite],
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> Path | None:
        """Create an instance of an object; see :class:`~onenet_sim.onenet.commands.Commands`."""
        return await self._commands.create(self.device(imei), path, values, within=timeout)

    async def delete(self, imei: str, path: Path, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """Delete an instance of an object."""
        await self._commands.delete(self.device(imei), path, within=timeout)

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
        return self._present.upgrades.start(self.device(imei), version, image, kind)

    def upgrade(self, imei: str) -> Upgrade | None:
        """Return the device's newest upgrade as it stands, or None."""
        return self._present.upgrades.of(self.device(imei))

    @property
    def cached(self) -> CachedCommands:
        """The commands that wait for their devices."""
        return self._present.cached

    @property
    def pushes(self) -> Pushes:
        """Where data is pushed to."""
        return self._present.pushes

    @property
    def triggers(self) -> Triggers:
        """What applications wait for in data streams."""
        return self._present.triggers

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
        """Delete a device's record, data points and cached commands; its module learns it by its next update."""
        self.devices.delete(device)
        self.datapoints.forget(device.id)
        if self._running is not None:
            self._running.cached.forget(device)

    @property
    def _commands(self) -> Commands:
        return self._present.commands

    @property
    def _present(self) -> _Running:
        if self._running is None:
            raise Refusal(Errno.RPC, "rpc error", "the platform is stopped")
        return self._running


class _Running:
    """What a platform has between start and stop."""

    def __init__(
        self,
        platform: Platform,
        random: Random,
        bootstrap: tuple[DatagramChannel[AddressT], DatagramChannel[AddressT] | None],
        access: tuple[DatagramChannel[AddressT], DatagramChannel[AddressT] | None],
    ) -> None:
        journal, settings = platform.journal, platform.settings
        announcer = self._announcer = platform.announcer
        self.pushes = Pushes(
            product_id=settings.product_id,
            deliver=platform.deliver,
            journal=journal,
            random=random,
            calendar=platform.calendar,
            store=platform.store,
        )
        self.triggers = Triggers(
            devices=platform.devices,
            points=platform.datapoints,
            deliver=platform.deliver,
            journal=journal,
            calendar=platform.calendar,
            store=platform.store,
        )
        announcer.listeners += [self.pushes.tell, self.triggers.tell]
        gate = Gate(platform.devices, settings, journal, platform.blacklist)
        notifies = Notifies(
            platform.subscriptions,
            platform.datapoints,
            settings.objects,
            journal,
            self._moved,
            self._uplinked,
            announcer.announce,
            self._complete,
        )
        self._junctions = [(Junction(channel), secure) for secure, channel in enumerate(bootstrap) if channel]
        self._bootstraps = [
            BootstrapMachine(
                junction.bootstrap,
                gate,
                journal=journal,
                random=random,
                settings=settings,
                secure=bool(secure),
                conduct=lambda message: platform.conduct(message),  # noqa: PLW0108 - it may be replaced
                nearby=lambda client, secure: platform.nearby(client, secure),  # noqa: PLW0108 - as conduct
            )
            for junction, secure in self._junctions
        ]
        self._endpoint = Endpoint(
            "access",
            (*filter(None, access), *(junction.access for junction, _ in self._junctions)),
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
        self.cached = CachedCommands(
            self.commands,
            journal=journal,
            random=random,
            calendar=platform.calendar,
            announce=announcer.announce,
            devices=platform.devices,
            store=platform.store,
        )
        self._long_notifies = LongNotifies(self._endpoint, journal, settings)
        self._login = LoginChain(self.commands, journal, settings)
        self.upgrades = Upgrades(self._endpoint, self.commands, self._login, journal)
        self._access = AccessMachine(
            devices=platform.devices,
            gate=gate,
            subscriptions=platform.subscriptions,
            login=self._login,
            moved=self._moved,
            uplinked=self._uplinked,
            announce=announcer.announce,
            journal=journal,
            calendar=platform.calendar,
            settings=settings,
        )

    def _complete(self, subscription: Subscription, notify: Message, store: Callable[[Message], None]) -> None:
        self._long_notifies.complete(subscription, notify, store)

    def _moved(self, before: Remote, after: Remote) -> None:
        self._endpoint.moved(before, after)

    def _uplinked(self, device: Device, uplink: Uplink) -> None:
        self.cached.uplinked(device, uplink)

    async def close(self) -> None:
        await self.upgrades.close()
        await self.cached.close()
        for machine in self._bootstraps:
            await machine.close()
        await self._endpoint.close()
        for junction, _ in self._junctions:
            junction.close()  # nothing comes in from here on
        self._access.close()
        await self._long_notifies.close()
        await self._login.close()
        self._announcer.listeners.clear()
        await self.pushes.close()
        await self.triggers.close()


async def _no_way_out(method: str, url: str, body: str, within: float) -> Receipt:
    del body, within
    raise Undelivered(f"there is no way out of this world for {method} {url}")
