"""The update of the module's own firmware over the air (FOTA): object 5, its events, the restart in between.

The platform writes the image to /5/0/0 in blocks, executes /5/0/2, and the module restarts by itself into the new
version. Sources: LwM2M user manual for OneMO modules 3.20, 4.10 and 5.8; OMA LwM2M 1.0, annex E.6; RFC 7959.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiocoap.numbers import codes

from onenet_sim.lwm2m import (
    ContentFormat,
    DataType,
    FirmwareResource,
    FirmwareState,
    UpdateResult,
    image_version,
)
from onenet_sim.modem import standard
from onenet_sim.modem.coap import make_message
from onenet_sim.modem.codes import IotPlatform, MiplEvent

if TYPE_CHECKING:
    from onenet_sim.lwm2m import Path, Value
    from onenet_sim.modem.coap import Incoming
    from onenet_sim.modem.module import Module
    from onenet_sim.modem.requests import Operation
    from onenet_sim.modem.timers import Timer

_HOUR = 3600
_PUSH_ONLY = 1
_LARGEST_EXPONENT = 6
_EXPONENT_OF_1 = 4
"""A block of exponent n has 2 to the power of n + 4 octets (RFC 7959, 2.2)."""


@dataclass(slots=True)
class _Download:
    """An image on its way.

    Attributes:
        limit: What ends it if it takes too long.
        interrupted: Event 47 was printed and no block has come since.
        announced: How many octets the platform said there are, in its first block; 0 if it did not.
    """

    limit: Timer
    image: bytearray = field(default_factory=bytearray)
    interrupted: bool = False
    announced: int = 0


class Firmware:
    """The module's firmware update, from one boot to the next.

    A download ends with the boot; a complete image, the result and the version that runs are kept in flash.
    """

    def __init__(self, module: Module) -> None:
        self._module = module
        self._flash = module.configuration.flash
        self._download: _Download | None = None

    @property
    def state(self) -> FirmwareState:
        """Resource 3."""
        if self._download:
            return FirmwareState.DOWNLOADING
        if self._flash.image is None:
            return FirmwareState.IDLE
        return FirmwareState.UPDATING if self._flash.installs else FirmwareState.DOWNLOADED

    # --- what the platform asks -------------------------------------------------------------------

    def answer(self, operation: Operation, path: Path, incoming: Incoming) -> None:
        """Answer a request to the instance of object 5 or to one of its resources."""
        match operation.name, path.resource_id:
            case "READ", _:
                self._module.endpoint.reply(incoming, standard.read(path, self._resources()))
            case "WRITE", FirmwareResource.PACKAGE:
                self._take_package(incoming)
            case "EXECUTE", FirmwareResource.UPDATE:
                self._update(incoming)
            case "EXECUTE", FirmwareResource.ONENET_ACTION:
                self._module.explain(f"what executing {path} does is not public; it does nothing here")
                self._module.endpoint.reply(incoming, make_message(codes.CHANGED))
            case name, _:
                why = f"{name} is not allowed on {path}; the image is written to /5/0/0, in blocks, and to no URI"
                self._refuse(incoming, codes.METHOD_NOT_ALLOWED, why)

    def _resources(self) -> dict[int, tuple[DataType, Value]]:
        return {
            FirmwareResource.STATE: (DataType.INTEGER, self.state),
            FirmwareResource.UPDATE_RESULT: (DataType.INTEGER, self._flash.result),
            FirmwareResource.DELIVERY_METHOD: (DataType.INTEGER, _PUSH_ONLY),
            FirmwareResource.ONENET_NUMBER: (DataType.INTEGER, 0),
        }

    def _refuse(self, incoming: Incoming, code: codes.Code, why: str) -> None:
        self._module.explain(why)
        self._module.endpoint.reply(incoming, make_message(code))

    # --- download ---------------------------------------------------------------------------------

    def _take_package(self, incoming: Incoming) -> None:
        """Take a block of the image, or the whole of a small one; nothing at all forgets image and result."""
        message = incoming.message
        form = message.opt.content_format
        if self.state is FirmwareState.UPDATING:
            self._refuse(incoming, codes.METHOD_NOT_ALLOWED, "no image is taken while the module updates")
        elif form is not None and int(form) != ContentFormat.OPAQUE:
            why = f"an image in content format {int(form)}; expected 42, opaque"
            self._refuse(incoming, codes.UNSUPPORTED_CONTENT_FORMAT, why)
        elif message.payload or message.opt.block1:
            self._take_block(incoming)
        else:
            self._forget(UpdateResult.INITIAL)
            self._module.endpoint.reply(incoming, make_message(codes.CHANGED))

    def _take_block(self, incoming: Incoming) -> None:
        message, most = incoming.message, self._module.profile.firmware.image_maximum
        block = message.opt.block1
        number, more, exponent = block or (0, False, _LARGEST_EXPONENT)
        size, length = 1 << exponent + _EXPONENT_OF_1, len(message.payload)
        if block and (exponent > _LARGEST_EXPONENT or length > size or (more and length < size)):
            self._refuse(incoming, codes.BAD_REQUEST, f"block {number} of {size} octets has {length}")
            return
        if number == 0:
            self._begin()
        received = len(self._download.image) if self._download else 0
        if self._download is None or number * size != received:
            why = f"block {number} of {size} octets does not follow the {received} octets that are here"
            self._refuse(incoming, codes.REQUEST_ENTITY_INCOMPLETE, why)
            return
        total = max(received + length, message.opt.size1 or 0)
        if total > most:
            self._refuse(incoming, codes.REQUEST_ENTITY_TOO_LARGE, f"the image has more than {most} octets")
            self._fail(UpdateResult.NO_STORAGE)
            return
        self._download.announced = message.opt.size1 or self._download.announced
        self._download.image += message.payload
        self._download.interrupted = False
        reply = make_message(codes.CONTINUE if more else codes.CHANGED)
        if block:
            reply.opt.block1 = (number, more, min(exponent, self._exponent))
        self._module.endpoint.reply(incoming, reply)
        self._tell_progress(self._download)
        if not more:
            self._downloaded(bytes(self._download.image))

    def _tell_progress(self, download: _Download) -> None:
        """Print how far it is, as modules do on CTWing (LwM2M user manual 3.20)."""
        device = self._module.device
        if device is not None and device.platform is IotPlatform.CTWING and download.announced:
            self._module.event(MiplEvent.FIRMWARE_PROGRESS, download.announced, len(download.image))

    @property
    def _exponent(self) -> int:
        """The exponent of the largest block that the module asks for."""
        return self._module.profile.firmware.block.bit_length() - 1 - _EXPONENT_OF_1

    def _begin(self) -> None:
        """Begin a download, also in place of another."""
        self._forget(UpdateResult.INITIAL)
        hours = self._module.configuration.fota_hours
        self._download = _Download(self._module.timers.at(self._module.now + hours * _HOUR, self._timed_out))
        self._module.event(MiplEvent.FIRMWARE_DOWNLOADING)

    def _downloaded(self, image: bytes) -> None:
        self._forget(UpdateResult.INITIAL)
        self._flash.image = image
        self._module.event(MiplEvent.FIRMWARE_DOWNLOADED)

    def _timed_out(self) -> None:
        hours = self._module.configuration.fota_hours
        self._module.explain(f"the image was not complete within {hours} h, the limit of AT+MIPLFOTACFG")
        self._fail(UpdateResult.CONNECTION_LOST)

    def _fail(self, result: UpdateResult) -> None:
        self._forget(result)
        self._module.event(MiplEvent.FIRMWARE_DOWNLOAD_FAILED)

    def _forget(self, result: UpdateResult) -> None:
        """Forget the download and the image."""
        if self._download:
            self._download.limit.cancel()
        self._download = None
        self._flash.image, self._flash.result = None, result

    def interrupt(self, why: str) -> None:
        """Note that no block can come now; one that follows what is here resumes the download later."""
        if self._download and not self._download.interrupted:
            self._download.interrupted = True
            self._module.explain(f"the download of the firmware is interrupted: {why}")
            self._module.event(MiplEvent.FIRMWARE_INTERRUPTED)

    # --- update -----------------------------------------------------------------------------------

    def _update(self, incoming: Incoming) -> None:
        """Begin to update: the module restarts by itself."""
        if self.state is not FirmwareState.DOWNLOADED:
            why = f"there is no complete image to update to; the state is {self.state.name.lower()}"
            self._refuse(incoming, codes.METHOD_NOT_ALLOWED, why)
            return
        module = self._module
        self._flash.installs = True
        module.endpoint.reply(incoming, make_message(codes.CHANGED))
        module.event(MiplEvent.FIRMWARE_UPDATING)
        due = module.now + module.profile.firmware.update_seconds
        module.timers.at(due, lambda: module.restart("", "restarted to install its firmware"))

    def boot(self) -> None:
        """Install the image that waits for this boot, if one does, and tell the host what came of it."""
        flash = self._flash
        if flash.image is None or not flash.installs:
            return
        version = image_version(flash.image)
        flash.image, flash.installs = None, False
        if version is None:
            why = "the image does not begin with the line ONENET-SIM-FIRMWARE and a version"
            self._module.explain(f"{why}; {flash.revision} runs on")
            flash.result = UpdateResult.UPDATE_FAILED
            self._module.event(MiplEvent.FIRMWARE_UPDATE_FAILED)
        else:
            flash.revision, flash.result, flash.finished = version, UpdateResult.UPDATED, True
            self._module.event(MiplEvent.FIRMWARE_UPDATED)

    def logged_in(self) -> None:
        """Tell the host that the update is finished, at the first login after it."""
        if self._flash.finished:
            self._flash.finished = False
            self._module.event(MiplEvent.FIRMWARE_FINISHED)
