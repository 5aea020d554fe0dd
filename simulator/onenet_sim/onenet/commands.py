"""What the platform asks of a device that is online: read, write, execute, observe, discover."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Literal

from aiocoap import CHANGED, CONTENT, CREATED, DELETE, DELETED, GET, POST, PUT, Code, Message

from onenet_sim.journal import PlatformRequest, PlatformResult, Rule
from onenet_sim.lwm2m import ContentFormat, Lwm2mError, Path, parse_links
from onenet_sim.onenet.coap import Unanswered
from onenet_sim.onenet.errors import (
    CommandFailed,
    DeviceOffline,
    Errno,
    InvalidParameter,
    LimitExceeded,
    Reason,
    Refusal,
    reason_of,
)
from onenet_sim.onenet.formats import negotiated
from onenet_sim.onenet.readings import create_payload, json_payload, read_payload, write_payload

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from onenet_sim.journal import Journal
    from onenet_sim.lwm2m import Attributes, ObjectTable
    from onenet_sim.onenet.coap import Endpoint, Reply
    from onenet_sim.onenet.devices import Device
    from onenet_sim.onenet.readings import Reading, ResourceWrite
    from onenet_sim.onenet.settings import PlatformSettings
    from onenet_sim.onenet.subscriptions import Notifies, Subscriptions

LONGEST_DOWNLINK = 2_048
"""How many octets a write or an execute may carry (OneNET FAQ); more is refused."""

_REPLACE = 1


class Commands:
    """Sends commands to devices and waits for their answers.

    Each command must be answered ``within`` so many seconds (the settings' time-out if None), all messages of
    the command together. A command that ran out of time is abandoned: it is not repeated, and an answer that
    comes later is ignored. All of them raise:

    Raises:
        DeviceOffline: The device is offline; nothing is sent.
        CommandFailed: It answered with an error, with nonsense, or not at all, or another device has its address.
        Refusal: The platform stopped meanwhile (5117), or a parameter is wrong.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        table: ObjectTable,
        subscriptions: Subscriptions,
        notifies: Notifies,
        journal: Journal,
        settings: PlatformSettings,
    ) -> None:
        self._endpoint = endpoint
        self._table = table
        self._subscriptions = subscriptions
        self._notifies = notifies
        self._journal = journal
        self._settings = settings

    async def read(
        self, device: Device, path: Path, *, why: str = "command", within: float | None = None
    ) -> tuple[Reading, ...]:
        """Read an object, an instance or a resource and return its values in the device's order."""
        request = Message(code=GET, uri_path=path.segments, accept=self._settings.tlv_format)
        reply = await self._ask(device, "read", path, request, CONTENT, why, self._deadline(within))
        try:
            return read_payload(self._table, path, reply.message.opt.content_format, reply.message.payload)
        except Lwm2mError as error:
            raise self._nonsense(f"the answer to the read of {path} is of no use: {error}", reply) from error

    async def write(
        self,
        device: Device,
        instance: Path,
        values: Sequence[ResourceWrite],
        mode: Literal[1, 2],
        *,
        why: str = "command",
        within: float | None = None,
    ) -> None:
        """Write resources of an object instance; mode 1 replaces the others (PUT), 2 keeps them (POST)."""
        request = self.write_request(instance, values, mode)
        as_json = partial(json_payload, self._table, instance, values)
        deadline = self._deadline(within)
        await self._ask(device, "write", instance, request, CHANGED, why, deadline, as_json=as_json)

    def write_request(self, instance: Path, values: Sequence[ResourceWrite], mode: Literal[1, 2]) -> Message:
        """Return the message of a write, or refuse it."""
        if instance.instance_id is None or instance.resource_id is not None:
            raise InvalidParameter("path", f"an object instance, not {instance}")
        try:
            payload = write_payload(self._table, instance, values)
        except Lwm2mError as error:
            raise Refusal(Errno.INVALID_PARAMETER, f"invalid parameter: data: {error}") from error
        return Message(
            code=PUT if mode == _REPLACE else POST,
            uri_path=instance.segments,
            content_format=self._settings.tlv_format,
            payload=_bounded(payload),
        )

    async def write_octets(self, device: Device, path: Path, octets: bytes, *, why: str = "command") -> None:
        """Write a resource as it is, opaque."""
        request = Message(code=PUT, uri_path=path.segments, payload=_bounded(octets))
        request.opt.content_format = int(ContentFormat.OPAQUE)
        await self._ask(device, "write", path, request, CHANGED, why, self._deadline(None))

    async def create(
        self,
        device: Device,
        path: Path,
        values: Sequence[ResourceWrite],
        *,
        within: float | None = None,
    ) -> Path | None:
        """Create an instance of an object with these values; OneNET's HTTP API has no such call.

        Args:
            device: The device.
            path: The instance, or the object, whose device then chooses the instance's number.
            values: The values of its resources.
            within: See :class:`Commands`.

        Returns:
            The instance, if the path or the answer's Location-Path names it.
        """
        if path.resource_id is not None:
            raise InvalidParameter("path", f"an object or the new instance of it, not {path}")
        try:
            payload = create_payload(self._table, path, values)
        except Lwm2mError as error:
            raise Refusal(Errno.INVALID_PARAMETER, f"invalid parameter: values: {error}") from error
        request = Message(
            code=POST,
            uri_path=Path(path.object_id).segments,
            content_format=self._settings.tlv_format,
            payload=_bounded(payload),
        )
        as_json = None if path.instance_id is None else partial(json_payload, self._table, path, values)
        deadline = self._deadline(within)
        reply = await self._ask(device, "create", path, request, CREATED, "command", deadline, as_json=as_json)
        return _created(path, reply.message)

    async def delete(self, device: Device, instance: Path, *, within: float | None = None) -> None:
        """Delete an instance of an object; OneNET's HTTP API has no such call."""
        if instance.instance_id is None or instance.resource_id is not None:
            raise InvalidParameter("path", f"an object instance, not {instance}")
        request = Message(code=DELETE, uri_path=instance.segments)
        await self._ask(device, "delete", instance, request, DELETED, "command", self._deadline(within))

    async def execute(
        self,
        device: Device,
        path: Path,
        arguments: str = "",
        *,
        why: str = "command",
        within: float | None = None,
    ) -> None:
        """Execute a resource with its arguments, as plain text."""
        request = self.execute_request(path, arguments)
        await self._ask(device, "execute", path, request, CHANGED, why, self._deadline(within))

    def execute_request(self, path: Path, arguments: str) -> Message:
        """Return the message of an execute, or refuse it."""
        if path.resource_id is None:
            raise InvalidParameter("path", f"a resource, not {path}")
        request = Message(code=POST, uri_path=path.segments, payload=_bounded(arguments.encode(errors="replace")))
        if arguments:
            request.opt.content_format = int(ContentFormat.TEXT)
        return request

    async def observe(
        self,
        device: Device,
        path: Path,
        *,
        cancel: bool = False,
        attributes: Attributes | None = None,
        why: str = "command",
        within: float | None = None,
    ) -> int | None:
        """Subscribe to a path, or cancel that; attributes are written to the path first.

        Returns:
            The journal's event of the device's answer.
        """
        deadline = self._deadline(within)
        query = attributes.to_query() if attributes else ()
        if attributes and (problem := attributes.problem(path)):
            raise Refusal(Errno.INVALID_PARAMETER, f"invalid parameter: {problem}")
        if query and not cancel:
            settings = Message(code=PUT, uri_path=path.segments, uri_query=query)
            await self._ask(device, "write attributes", path, settings, CHANGED, why, deadline)
        request = Message(code=GET, uri_path=path.segments, accept=self._settings.tlv_format)
        request.opt.observe = 1 if cancel else 0
        present = self._subscriptions.find(device, path)
        operation, token = ("cancel observe", present.token if present else None) if cancel else ("observe", None)

        def answered(answer: Message) -> None:
            """Subscribe at once: the device's first report may be right behind its answer."""
            if _agrees(answer) and not cancel and device.online:
                self._subscriptions.add(device, path, answer.token)

        reply = await self._ask(device, operation, path, request, CONTENT, why, deadline, token, answered)
        subscription = self._subscriptions.find(device, path)
        if not cancel and not _agrees(reply.message):
            raise self._nonsense(f"{path} is read, but not observed: the 2.05 has no Observe option", reply)
        if cancel:
            self._subscriptions.drop(device, path, "it was cancelled")
        elif subscription is not None and reply.message.payload:
            with self._journal.because(reply.event):
                self._notifies.store(subscription, reply.message)
        return reply.event

    async def discover(
        self, device: Device, path: Path, *, why: str = "command", within: float | None = None
    ) -> tuple[Mapping[Path, tuple[int, ...]], int | None]:
        """Ask which resources an object or an instance has, and remember them.

        Until the answer is here, the list that was remembered is empty, as on OneNET.

        Returns:
            The resource ids of each instance, and the journal's event of the answer.
        """
        known = [instance for instance in device.resources if path.contains(instance)]
        device.resources |= dict.fromkeys(known, ())
        request = Message(code=GET, uri_path=path.segments, accept=int(ContentFormat.LINK))
        reply = await self._ask(device, "discover", path, request, CONTENT, why, self._deadline(within))
        try:
            root = "/".join(device.registration.root) if device.registration else ""
            found = _resources(path, reply.message.payload.decode(), root)
        except (Lwm2mError, UnicodeDecodeError) as error:
            raise self._nonsense(
                f"the answer to the discover of {path} is no list of links: {error}", reply
            ) from error
        device.resources |= {each: ids for each, ids in found.items() if each in device.resources}
        return found, reply.event

    def _deadline(self, within: float | None) -> float:
        return asyncio.get_running_loop().time() + (self._settings.command_timeout if within is None else within)

    async def _ask(
        self,
        device: Device,
        operation: str,
        path: Path,
        request: Message,
        expected: Code,
        why: str,
        deadline: float,
        token: bytes | None = None,
        answered: Callable[[Message], None] = lambda _answer: None,
        as_json: Callable[[], bytes] | None = None,
    ) -> Reply:
        registration = device.registration
        if registration is None:
            raise DeviceOffline(device.imei)
        if registration.occupant is not None:
            raise CommandFailed(
                Reason.ADDR_OCCUPIED,
                f"device {registration.occupant} has come since at {registration.remote}, the last address of "
                f"device {device.imei}; what is sent there would reach that one",
            )
        request.opt.uri_path = (*registration.root, *request.opt.uri_path)
        event = self._journal.note(PlatformRequest(device.imei, operation, str(path), why))
        with self._journal.because(event):
            try:
                async with asyncio.timeout_at(deadline):
                    reply = await negotiated(
                        self._endpoint,
                        registration,
                        request,
                        self._journal,
                        token=token,
                        answered=answered,
                        as_json=as_json,
                    )
            except (TimeoutError, Unanswered) as silence:
                failure = self._silent(device, silence)
                self._note_failure(device, operation, path, failure, None)
                raise failure from silence
        code = reply.message.code
        if code != expected:
            reason = reason_of(code)
            failure = CommandFailed(
                reason,
                f"the device answered {operation} {path} with {code.dotted}; expected {expected.dotted}",
            )
            self._note_failure(device, operation, path, failure, reply.event)
            raise failure
        self._journal.note(PlatformResult(device.imei, operation, str(path), code.dotted), cause=reply.event)
        return reply

    def _silent(self, device: Device, silence: TimeoutError | Unanswered) -> Refusal:
        if isinstance(silence, Unanswered):
            if silence.reset:
                return CommandFailed(Reason.RESP_ERROR, "the device answered with RST: it knows no such exchange")
            return Refusal(Errno.RPC, "rpc error", "the platform was stopped before the device answered")
        return CommandFailed(
            Reason.TIME_OUT,
            f"device {device.imei} did not answer in time; it shows as online because its lifetime has not "
            "run out, which says nothing about coverage, sleep or an address that has expired since",
        )

    def _note_failure(
        self, device: Device, operation: str, path: Path, failure: Refusal, cause: int | None
    ) -> None:
        result = self._journal.note(PlatformResult(device.imei, operation, str(path), failure.text), cause=cause)
        self._journal.note(Rule.COMMAND_FAILED.explains(failure.explanation), cause=result)

    def _nonsense(self, explanation: str, reply: Reply) -> CommandFailed:
        self._journal.note(Rule.COMMAND_FAILED.explains(explanation), cause=reply.event)
        return CommandFailed(Reason.RESP_ERROR, explanation)


def _bounded(payload: bytes) -> bytes:
    if len(payload) > LONGEST_DOWNLINK:
        raise LimitExceeded(f"{len(payload)} octets are too many; the platform sends at most {LONGEST_DOWNLINK}")
    return payload


def _agrees(answer: Message) -> bool:
    """Tell whether the answer to an observe says that there will be notifies (RFC 7641 §3.1)."""
    return answer.code is CONTENT and answer.opt.observe is not None


def _created(path: Path, answer: Message) -> Path | None:
    """Return the instance that a create made, as far as the path or the answer's Location-Path tells."""
    try:
        return path.instance if path.instance_id is not None else Path.from_segments(answer.opt.location_path[-2:])
    except Lwm2mError:
        return None


def _resources(path: Path, text: str, root: str) -> dict[Path, tuple[int, ...]]:
    """Return the resource ids by instance that a discover's answer lists below ``path``; ``root`` may precede."""
    found: dict[Path, list[int]] = {}
    for link in parse_links(text):
        each = Path.parse(link.target.strip("/").removeprefix(root).removeprefix("/"))
        if not path.contains(each) or each.instance_id is None:
            continue
        ids = found.setdefault(each.instance, [])
        if each.resource_id is not None and each.resource_id not in ids:
            ids.append(each.resource_id)
    return {instance: tuple(ids) for instance, ids in found.items()}
