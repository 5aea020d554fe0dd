"""The bootstrap machine (引导机): tells a module which access machine is its own."""

from __future__ import annotations

import asyncio
from string import ascii_letters, digits
from typing import TYPE_CHECKING

from aiocoap import CHANGED, METHOD_NOT_ALLOWED, NOT_FOUND, POST, PUT, Code, Message

from onenet_sim.journal import DeviceChanged, Explanation, PlatformRequest, PlatformResult
from onenet_sim.lwm2m import DataType, Path, Tlv, TlvKind, encode_tlv, encode_value
from onenet_sim.onenet.coap import Endpoint, Unanswered
from onenet_sim.onenet.conduct import by_the_book
from onenet_sim.onenet.formats import FORMAT_REFUSALS, next_format, tlv_numbers
from onenet_sim.onenet.gate import Denied, Gate

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from onenet_sim.journal import Journal
    from onenet_sim.onenet.channel import Address, AddressT, DatagramChannel
    from onenet_sim.onenet.conduct import Conductor
    from onenet_sim.onenet.devices import Device
    from onenet_sim.onenet.settings import PlatformSettings
    from onenet_sim.onenet.wire import Remote

_PRE_SHARED_KEY, _NO_SECURITY = 0, 3
_KEY_LENGTH = 16
_SHORT_SERVER_ID = 1
_HOLD_OFF = 0
_BINDING = "U"


def security_instance(access_uri: str, identity: str = "", key: str = "") -> bytes:
    """Return the TLV of ``/0/0`` that sends a module to the access machine (LwM2M 1.0, object 0).

    With a key it goes there through DTLS, under that identity.
    """
    secret: tuple[tuple[int, DataType, str | bytes], ...] = (
        (3, DataType.OPAQUE, identity.encode()),
        (5, DataType.OPAQUE, key.encode()),
    )
    return _instance(
        (0, DataType.STRING, access_uri),
        (1, DataType.BOOLEAN, False),
        (2, DataType.INTEGER, _PRE_SHARED_KEY if key else _NO_SECURITY),
        *(secret if key else ()),
        (10, DataType.INTEGER, _SHORT_SERVER_ID),
        (11, DataType.INTEGER, _HOLD_OFF),
    )


def server_instance(lifetime: int) -> bytes:
    """Return the TLV of ``/1/0`` that lets a client register, with this lifetime (LwM2M 1.0, object 1)."""
    return _instance(
        (0, DataType.INTEGER, _SHORT_SERVER_ID),
        (1, DataType.INTEGER, lifetime),
        (6, DataType.BOOLEAN, True),
        (7, DataType.STRING, _BINDING),
    )


def _instance(*values: tuple[int, DataType, str | int | bool | bytes]) -> bytes:
    return encode_tlv(
        Tlv(TlvKind.RESOURCE, resource_id, encode_value(data_type, value))
        for resource_id, data_type, value in values
    )


class BootstrapMachine:
    """Answers POST /bs with 2.04, then writes ``/0/0`` and finishes with a POST /bs of its own.

    A ``secure`` one has a channel behind DTLS; it makes a new key for the access machine each time. Where the
    settings say so it writes ``/1/0`` in between, which CIS modules refuse and other clients need.

    ``nearby`` says where the access machine is for a client that the network does not lead there by OneNET's
    address; such a client gets ``/1/0`` too. For all others it returns None.
    """

    def __init__(
        self,
        channel: DatagramChannel[AddressT],
        gate: Gate,
        *,
        journal: Journal,
        random: Random,
        settings: PlatformSettings,
        secure: bool = False,
        conduct: Conductor = by_the_book,
        nearby: Callable[[Address, bool], str | None] = lambda _client, _secure: None,
    ) -> None:
        self._gate = gate
        self._nearby = nearby
        self._random = random
        self._secure = secure
        self._journal = journal
        self._settings = settings
        self._running: dict[str, asyncio.Task[None]] = {}
        self._endpoint = Endpoint(
            "bootstrap", (channel,), journal=journal, random=random, serve=self._serve, conduct=conduct
        )

    def _serve(self, request: Message) -> Message:
        try:
            device = self._admitted(request)
        except Denied as denied:
            return self._gate.refuse(denied)
        self._journal.note(DeviceChanged(device.id, device.imei, "bootstrap"))
        self._begin(device, request.remote)
        return Message(code=CHANGED)

    def _admitted(self, request: Message) -> Device:
        path = tuple(segment for segment in request.opt.uri_path if segment)
        if path != ("bs",):
            raise Denied(NOT_FOUND, f"there is no /{'/'.join(path)[:64]}; expected /bs")
        if request.code is not POST:
            raise Denied(METHOD_NOT_ALLOWED, "expected POST /bs")
        return self._gate.admit(request)

    def _begin(self, device: Device, remote: Remote) -> None:
        if earlier := self._running.pop(device.imei, None):
            earlier.cancel()
        task = asyncio.get_running_loop().create_task(self._run(device, remote))
        self._running[device.imei] = task
        task.add_done_callback(lambda _: self._ended(device.imei, task))

    def _ended(self, imei: str, task: asyncio.Task[None]) -> None:
        if self._running.get(imei) is task:
            del self._running[imei]

    async def _run(self, device: Device, remote: Remote) -> None:
        key = "".join(self._random.choices(ascii_letters + digits, k=_KEY_LENGTH)) if self._secure else ""
        uri = self._settings.secure_access_uri if self._secure else self._settings.access_uri
        nearby = self._nearby(remote.address, self._secure)
        instances = {Path(0, 0): security_instance(nearby or uri, device.imei, key)}
        if nearby or self._settings.bootstraps_server:
            instances[Path(1, 0)] = server_instance(self._settings.default_lifetime)
        formats = tlv_numbers(self._settings.tlv_format)
        for path, payload in instances.items():
            taken = await self._write(device, remote, path, payload, formats)
            if taken is None:
                return
            formats = (taken,)
        device.access_psk = key or device.access_psk
        code, result = await self._ask(device, remote, "finish", "/bs", Message(code=POST, uri_path=("bs",)))
        if code is not CHANGED:
            self._ends("finish /bs", result)

    async def _write(
        self, device: Device, remote: Remote, path: Path, payload: bytes, formats: tuple[int, ...]
    ) -> int | None:
        """Write an instance and return the content format that was taken; None if none was."""
        for number, following in zip(formats, (*formats[1:], None), strict=True):
            write = Message(code=PUT, uri_path=path.segments, content_format=number, payload=payload)
            code, result = await self._ask(device, remote, "write", str(path), write)
            if code is CHANGED:
                return number
            if following is None or code not in FORMAT_REFUSALS:
                self._ends(f"write {path}", result)
                break
            self._journal.note(next_format(code, number, following), cause=result)
        return None

    def _ends(self, where: str, result: int | None) -> None:
        self._journal.note(Explanation(f"bootstrap ends at {where}: expected 2.04"), cause=result)

    async def _ask(
        self, device: Device, remote: Remote, operation: str, path: str, request: Message
    ) -> tuple[Code | None, int | None]:
        """Return the code of the answer, if one came, and the journal's event of the outcome."""
        event = self._journal.note(PlatformRequest(device.imei, operation, path, "bootstrap"))
        code: Code | None = None
        cause: int | None = event
        with self._journal.because(event):
            try:
                async with asyncio.timeout(self._settings.command_timeout):
                    reply = await self._endpoint.exchange(request, remote)
                code, cause, outcome = reply.message.code, reply.event, reply.message.code.dotted
            except TimeoutError:
                outcome = f"no answer in {self._settings.command_timeout:g} s"
            except Unanswered as unanswered:
                outcome = str(unanswered)
        return code, self._journal.note(PlatformResult(device.imei, operation, path, outcome), cause=cause)

    async def close(self) -> None:
        """Stop every timer and task."""
        await self._endpoint.close()
        tasks = tuple(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
