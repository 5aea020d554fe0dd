"""Upgrades over the air, as the platform carries them out: from the image to the new version.

OneNET publishes no interface for its upgrades, only what a device sees of them: reads of the battery, the image in
blocks of 512 octets, the execute, and the time limits (FAQ: about 2 minutes a block, 20 minutes in all). Of an
upgrade of the host's own software (SOTA) its pages show the first requests; its end is inferred.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from aiocoap import CHANGED, PUT, Message

from onenet_sim.journal import DeviceChanged, PlatformRequest, PlatformResult, Rule
from onenet_sim.lwm2m import (
    FIRMWARE_OBJECT,
    ContentFormat,
    FirmwareResource,
    FirmwareState,
    Lwm2mError,
    Path,
    UpdateResult,
    simulated_image,
)
from onenet_sim.onenet.blocks import send_blocks
from onenet_sim.onenet.coap import Unanswered
from onenet_sim.onenet.errors import (
    CommandFailed,
    DeviceOffline,
    InvalidParameter,
    LimitExceeded,
    Reason,
    Refusal,
    reason_of,
)

if TYPE_CHECKING:
    from onenet_sim.journal import Journal
    from onenet_sim.onenet.coap import Endpoint
    from onenet_sim.onenet.commands import Commands
    from onenet_sim.onenet.devices import Device
    from onenet_sim.onenet.login import LoginChain
    from onenet_sim.onenet.wire import Remote

LARGEST_IMAGE = 4 << 20
"""How many octets an image may have; a larger one is refused."""

DEFAULT_SIZE = 16 << 10
"""How many octets the image has that is made for a version alone."""

_WHOLE_UPGRADE = 20 * 60.0
_ONE_BLOCK = 2 * 60.0
_EXPONENT = 5
"""Blocks of 512 octets, as modules print them."""
_LOOK_AGAIN = 5.0
_FIRMWARE = Path(FIRMWARE_OBJECT, 0)
_PACKAGE = _FIRMWARE.child(FirmwareResource.PACKAGE)
_UPDATE = _FIRMWARE.child(FirmwareResource.UPDATE)
_TRIGGER = _FIRMWARE.child(FirmwareResource.ONENET_SOFTWARE)
_BATTERY = Path(3, 0, 9)
_WHY = "upgrade"


class UpgradeKind(StrEnum):
    """What is upgraded."""

    FIRMWARE = "firmware"
    """The module (FOTA)."""
    SOFTWARE = "software"
    """The host behind it (SOTA)."""

    @property
    def version(self) -> Path:
        """Where the device tells its version."""
        return Path(3, 0, 3 if self is UpgradeKind.FIRMWARE else 19)


class UpgradeState(StrEnum):
    """How far an upgrade is."""

    DOWNLOADING = "downloading"
    """Blocks of the image go out."""
    DOWNLOADED = "downloaded"
    """The device has the whole image."""
    UPDATING = "updating"
    """The device was told to update; it has to log in again."""
    DONE = "done"
    """It runs the new version."""
    FAILED = "failed"
    """The reason says why."""


@dataclass(frozen=True, slots=True)
class Upgrade:
    """The upgrade of one device.

    Attributes:
        kind: What is upgraded.
        version: What it is to run.
        size: Octets of the image.
        sent: How many of them the device has acknowledged.
        state: How far it is.
        reason: Why it failed, if so.
    """

    kind: UpgradeKind
    version: str
    size: int
    sent: int = 0
    state: UpgradeState = UpgradeState.DOWNLOADING
    reason: str = ""

    @property
    def under_way(self) -> bool:
        """Whether it has not come to its end."""
        return self.state not in {UpgradeState.DONE, UpgradeState.FAILED}


class Upgrades:
    """Carries out upgrades, one at a time for each device, and remembers the newest of each."""

    def __init__(self, endpoint: Endpoint, commands: Commands, login: LoginChain, journal: Journal) -> None:
        self._endpoint = endpoint
        self._commands = commands
        self._login = login
        self._journal = journal
        self._newest: dict[Device, Upgrade] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def of(self, device: Device) -> Upgrade | None:
        """Return the device's newest upgrade as it stands, or None."""
        return self._newest.get(device)

    def start(self, device: Device, version: str, image: bytes | None, kind: UpgradeKind) -> Upgrade:
        """Begin an upgrade; without an image one of 16 KiB is made that brings the version.

        Raises:
            DeviceOffline: The device is offline.
            Refusal: One is under way (5006), or the image is none that can be sent (5108).
        """
        if image is None:
            try:
                image = simulated_image(version, DEFAULT_SIZE)
            except Lwm2mError as error:
                raise InvalidParameter("version", str(error)) from error
        if not 0 < len(image) <= LARGEST_IMAGE:
            raise InvalidParameter("image", f"1 to {LARGEST_IMAGE:,} octets, and it has {len(image):,}")
        if device.registration is None:
            raise DeviceOffline(device.imei)
        present = self._newest.get(device)
        if present is not None and present.under_way:
            why = f"device {device.imei} is being upgraded to {present.version}: {present.state}"
            raise LimitExceeded(why)
        self._newest[device] = Upgrade(kind, version, len(image))
        self._note(device, f"{version}, {len(image)} octets")
        task = asyncio.get_running_loop().create_task(self._run(device, version, image, kind))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return self._newest[device]

    async def close(self) -> None:
        """End all upgrades."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(self, device: Device, version: str, image: bytes, kind: UpgradeKind) -> None:
        try:
            async with asyncio.timeout(_WHOLE_UPGRADE):
                await self._prepare(device, kind)
                await self._download(device, image)
                await self._update(device, kind)
                await self._verify(device, version, kind)
        except TimeoutError:
            state = self._newest[device].state
            self._fail(device, f"after {_WHOLE_UPGRADE / 60:g} minutes it was still {state}")
        except Refusal as refusal:
            self._fail(device, str(refusal))
        else:
            self._go(device, UpgradeState.DONE, f"the device runs {version}")

    def _go(self, device: Device, state: UpgradeState, detail: str = "") -> None:
        self._newest[device] = replace(self._newest[device], state=state)
        self._note(device, detail)

    def _fail(self, device: Device, reason: str) -> None:
        self._newest[device] = replace(self._newest[device], state=UpgradeState.FAILED, reason=reason)
        self._note(device, reason)

    def _note(self, device: Device, detail: str) -> None:
        upgrade = self._newest[device]
        what = f"{upgrade.kind} {upgrade.state}"
        self._journal.note(DeviceChanged(device.id, device.imei, what, detail))

    # --- the steps --------------------------------------------------------------------------------

    async def _prepare(self, device: Device, kind: UpgradeKind) -> None:
        match kind:
            case UpgradeKind.FIRMWARE:
                await self._look_at_battery(device)
            case UpgradeKind.SOFTWARE:
                await self._commands.execute(device, _TRIGGER, why=_WHY)
                await self._commands.read(device, kind.version, why=_WHY)
                await self._firmware(device)
                await self._commands.write_octets(device, _PACKAGE, b"", why=_WHY)

    async def _download(self, device: Device, image: bytes) -> None:
        await self._push(device, image)
        state, _ = await self._firmware(device)
        while state is FirmwareState.DOWNLOADING:
            await asyncio.sleep(_LOOK_AGAIN)
            state, _ = await self._firmware(device)
        if state is not FirmwareState.DOWNLOADED:
            why = f"the device was sent the whole image, yet its state is {state.name.lower()}"
            raise CommandFailed(Reason.RESP_ERROR, why)
        self._go(device, UpgradeState.DOWNLOADED)

    async def _push(self, device: Device, image: bytes) -> None:
        """Write the image, block after block."""

        def acknowledged(octets: int) -> None:
            self._newest[device] = replace(self._newest[device], sent=octets)

        request = Message(code=PUT, uri_path=_PACKAGE.segments, content_format=int(ContentFormat.OPAQUE))
        request.payload = image
        event = self._journal.note(PlatformRequest(device.imei, "write", str(_PACKAGE), _WHY))
        with self._journal.because(event):
            try:
                reply = await send_blocks(
                    self._endpoint,
                    request,
                    lambda: _address_of(device),
                    exponent=_EXPONENT,
                    within=_ONE_BLOCK,
                    acknowledged=acknowledged,
                )
            except TimeoutError:
                sent = self._newest[device].sent
                why = f"the block after {sent} octets was not acknowledged within {_ONE_BLOCK / 60:g} minutes"
                raise self._failed(device, CommandFailed(Reason.TIME_OUT, why)) from None
            except Unanswered as silence:
                why = "the device answered a block with RST" if silence.reset else "the platform was stopped"
                raise self._failed(device, CommandFailed(Reason.RESP_ERROR, why)) from None
        code = reply.message.code
        if code != CHANGED:
            why = f"the device answered the image with {code.dotted}; expected {CHANGED.dotted}"
            raise self._failed(device, CommandFailed(reason_of(code), why))
        self._journal.note(PlatformResult(device.imei, "write", str(_PACKAGE), code.dotted), cause=reply.event)

    def _failed(self, device: Device, failure: CommandFailed) -> CommandFailed:
        result = self._journal.note(PlatformResult(device.imei, "write", str(_PACKAGE), failure.text))
        self._journal.note(Rule.COMMAND_FAILED.explains(failure.explanation), cause=result)
        return failure

    async def _update(self, device: Device, kind: UpgradeKind) -> None:
        if kind is UpgradeKind.FIRMWARE:
            await self._look_at_battery(device)
        login = self._login.next(device)
        await self._commands.execute(device, _UPDATE, why=_WHY)
        self._go(device, UpgradeState.UPDATING)
        await login

    async def _verify(self, device: Device, version: str, kind: UpgradeKind) -> None:
        _, result = await self._firmware(device)
        if result is not UpdateResult.UPDATED:
            why = f"the device's update result is {result}, {result.name.lower().replace('_', ' ')}"
            raise CommandFailed(Reason.RESP_ERROR, why)
        readings = await self._commands.read(device, kind.version, why=_WHY)
        found = [reading.value for reading in readings]
        if found != [version]:
            raise CommandFailed(Reason.RESP_ERROR, f"the device updated, yet it runs {found}, not {version}")

    async def _look_at_battery(self, device: Device) -> None:
        """Read the battery level, as the manual's session shows; a device without one is upgraded all the same."""
        try:
            await self._commands.read(device, _BATTERY, why=_WHY)
        except CommandFailed as failure:
            if failure.reason is not Reason.NOT_FOUND:
                raise

    async def _firmware(self, device: Device) -> tuple[FirmwareState, UpdateResult]:
        """Read the device's state and update result."""
        readings = await self._commands.read(device, _FIRMWARE, why=_WHY)
        values = {reading.path.resource_id: reading.value for reading in readings}
        try:
            state = FirmwareState(values[FirmwareResource.STATE])  # type: ignore[arg-type] # refused right here
            return state, UpdateResult(values[FirmwareResource.UPDATE_RESULT])  # type: ignore[arg-type] # likewise
        except (KeyError, ValueError):
            shown = {number: value for number, value in values.items() if number is not None}
            why = f"{_FIRMWARE} reads as {shown}; expected a state of 0 to 3 in resource 3 and a result in 5"
            raise CommandFailed(Reason.RESP_ERROR, why) from None


def _address_of(device: Device) -> Remote:
    """Return where the device is reached now; it may have moved since the block before."""
    if device.registration is None:
        raise DeviceOffline(device.imei)
    return device.registration.remote
