"""The access machine (接入机): registration, update, deregistration, and who is online.

Online means that the lifetime has not run out, and nothing else: a notify does not extend it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiocoap import (
    BAD_REQUEST,
    CHANGED,
    CREATED,
    DELETE,
    DELETED,
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    POST,
    PUT,
    Message,
)

from onenet_sim.journal import DeviceChanged, Explanation
from onenet_sim.lwm2m import ContentFormat, Lwm2mError, Path, parse_links, registered_paths, root_link
from onenet_sim.onenet.announcements import LifeCycleChanged, LifeCycleEvent
from onenet_sim.onenet.cached import Uplink
from onenet_sim.onenet.devices import Registration
from onenet_sim.onenet.gate import Denied, auth_code_of, query_of
from onenet_sim.onenet.uploads import Uploads

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from onenet_sim.journal import Journal
    from onenet_sim.onenet.devices import Device, DeviceRegistry
    from onenet_sim.onenet.gate import Gate
    from onenet_sim.onenet.login import LoginChain
    from onenet_sim.onenet.settings import PlatformSettings
    from onenet_sim.onenet.subscriptions import Subscriptions
    from onenet_sim.onenet.wire import Remote

_LONGEST_NUMBER = 10
_IGNORED_OBJECT = 0
_DEFAULT_BINDING = "U"
_VERSION = "1.0"


@dataclass(frozen=True, slots=True)
class _Listing:
    """What the link list of a registration or an update says.

    Attributes:
        instances: The object instances, in its order.
        root: The Uri-Path before each object.
        accept: The TLV format that belongs to the JSON format which it announces, if it does.
    """

    instances: tuple[Path, ...]
    root: tuple[str, ...]
    accept: int | None


class AccessMachine:
    """Answers POST /rd, and POST and DELETE on the locations that it gave out."""

    def __init__(
        self,
        *,
        devices: DeviceRegistry,
        gate: Gate,
        subscriptions: Subscriptions,
        login: LoginChain,
        moved: Callable[[Remote, Remote], None],
        uplinked: Callable[[Device, Uplink], None],
        announce: Callable[[LifeCycleChanged], None],
        journal: Journal,
        calendar: Callable[[], datetime],
        settings: PlatformSettings,
    ) -> None:
        self._devices = devices
        self._gate = gate
        self._subscriptions = subscriptions
        self._login = login
        self._moved = moved
        self._uplinked = uplinked
        self._announce = announce
        self._journal = journal
        self._calendar = calendar
        self._settings = settings
        self._expiries: dict[Device, asyncio.TimerHandle] = {}
        self._at: dict[Remote, Device] = {}
        self._held: dict[Device, Remote] = {}
        self._uploads = Uploads()

    def serve(self, request: Message) -> Message:
        """Return the answer to a module's request."""
        try:
            return self._uploads.take(request) or self._uploads.acknowledge(request, self._serve(request))
        except Denied as denied:
            return self._uploads.acknowledge(request, self._gate.refuse(denied))

    def _serve(self, request: Message) -> Message:
        match tuple(segment for segment in request.opt.uri_path if segment):
            case ("rd",) if request.code is POST:
                return self._register(request)
            case ("rd", *_, name) if request.code in {POST, PUT}:
                return self._update(request, self._located(name))
            case ("rd", *_, name) if request.code is DELETE:
                return self._deregister(request, self._located(name))
            case ("rd", *_):
                raise Denied(METHOD_NOT_ALLOWED, "expected POST /rd, or POST or DELETE on a registration")
            case ("bs",):
                raise Denied(
                    NOT_FOUND,
                    "this is an access machine, and POST /bs is for the bootstrap machine: the module was "
                    "created with its bootstrap flag on, but with the address of an access machine",
                )
            case ("dp",):
                raise Denied(NOT_FOUND, "/dp is for the Send of LwM2M 1.1, and the platform speaks 1.0")
            case path:
                raise Denied(NOT_FOUND, f"there is no /{'/'.join(path)[:64]}; expected /rd")

    def _located(self, name: str) -> Device:
        device = self._devices.by_imei(name)
        if device is None or device.registration is None:
            raise Denied(NOT_FOUND, f"/rd/{name[:32]} is no registration that still lives")
        return device

    def _register(self, request: Message) -> Message:
        device = self._gate.admit(request)
        query = query_of(request)
        lifetime = self._lifetime(query) or self._settings.default_lifetime
        listing = _listing(request)
        instances = listing.instances
        self._follow(device, request.remote)
        self._end(device, "it registered again")
        now = asyncio.get_running_loop().time()
        device.registration = Registration(
            request.remote,
            lifetime,
            now + lifetime,
            query.get("b", _DEFAULT_BINDING),
            instances,
            listing.root,
            listing.accept,
        )
        device.last_login_at = self._calendar()
        device.activated_at = device.activated_at or device.last_login_at
        self._list(device, instances)
        listed = ",".join(map(str, instances))
        event = self._journal.note(
            DeviceChanged(device.id, device.imei, "registered", f"lifetime {lifetime} s, instances {listed}")
        )
        with self._journal.because(event):
            self._announce(LifeCycleChanged(device, LifeCycleEvent.ONLINE))
        self._remark(request, device.registration)
        self._occupy(device, device.registration)
        self._expect_update(device, device.registration)
        self._login.begin(device, instances, registered=True)
        self._uplinked(device, Uplink.REGISTER)
        return Message(code=CREATED, location_path=device.location)

    def _update(self, request: Message, device: Device) -> Message:
        registration = device.registration
        assert registration is not None  # noqa: S101 - _located saw it
        self._gate.check_source(request)
        self._gate.check_auth_code(device, auth_code_of(request))
        lifetime = self._lifetime(query_of(request)) or registration.lifetime
        instances = _listing(request).instances if request.payload else registration.instances
        added = [each for each in instances if each not in registration.instances]
        for each in registration.instances:
            if each not in instances:
                self._subscriptions.drop(device, each, "the device's update lists the instance no more")
        self._follow(device, request.remote)
        registration.lifetime, registration.instances = lifetime, instances
        registration.binding = query_of(request).get("b", registration.binding)
        registration.expires_at = asyncio.get_running_loop().time() + lifetime
        self._list(device, instances)
        self._journal.note(DeviceChanged(device.id, device.imei, "updated", f"lifetime {lifetime} s"))
        self._occupy(device, registration)
        self._expect_update(device, registration)
        if added:
            self._login.begin(device, added, registered=False)
        self._uplinked(device, Uplink.UPDATE)
        return Message(code=CHANGED)

    def _deregister(self, request: Message, device: Device) -> Message:
        self._gate.check_auth_code(device, auth_code_of(request))
        self._take_offline(device, "it deregistered")
        return Message(code=DELETED)

    def _remark(self, request: Message, registration: Registration) -> None:
        """Tell the journal what the platform makes of things that NB-IoT modules do not say."""
        query = query_of(request)
        version = query.get("lwm2m", _VERSION)
        if version != _VERSION:
            self._explain(f"it speaks LwM2M {version[:8]}; the platform speaks {_VERSION} with it")
        if "Q" in registration.binding or "Q" in query:
            self._explain(
                f"binding {registration.binding[:8]} with queue mode: the platform sends commands at once all "
                "the same, and they fail while the device sleeps; a cached command (/nbiot/offline) waits for its "
                "next uplink"
            )
        if registration.root:
            self._explain(f"its objects are asked for below /{'/'.join(registration.root)[:64]}")
        if request.opt.content_format != ContentFormat.LINK:
            self._explain(f"its links came as content format {request.opt.content_format}; expected 40")

    def _explain(self, remark: str) -> None:
        self._journal.note(Explanation(remark))

    def _follow(self, device: Device, remote: Remote) -> None:
        """Reach the device at a new address from now on, if it has one."""
        if device.registration is not None and device.registration.remote != remote:
            self._moved(device.registration.remote, remote)
            device.registration.remote = remote

    def _occupy(self, device: Device, registration: Registration) -> None:
        """Let the device have its address, which another may have had until now."""
        self._vacate(device)
        before = self._at.get(registration.remote)
        if before is not None and before is not device and before.registration is not None:
            before.registration.lost_to = (registration.remote, device.imei)
        registration.lost_to = None
        self._at[registration.remote] = device
        self._held[device] = registration.remote

    def _vacate(self, device: Device) -> None:
        remote = self._held.pop(device, None)
        if remote is not None and self._at.get(remote) is device:
            del self._at[remote]

    def _lifetime(self, query: dict[str, str]) -> int | None:
        text = query.get("lt")
        if text is None:
            return None
        shortest, longest = self._settings.lifetime_limits
        number = int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER else -1
        if not shortest <= number <= longest:
            raise Denied(BAD_REQUEST, f"lt={text[:32]} is no lifetime; expected {shortest} to {longest} seconds")
        return number

    def _list(self, device: Device, instances: tuple[Path, ...]) -> None:
        """Let the resource list have these instances: known ones keep their resources, new ones have none."""
        device.resources = {
            each: device.resources.get(each, ()) for each in instances if each.object_id != _IGNORED_OBJECT
        }

    def _expect_update(self, device: Device, registration: Registration) -> None:
        if timer := self._expiries.pop(device, None):
            timer.cancel()
        at = registration.expires_at + self._settings.offline_lag
        self._expiries[device] = asyncio.get_running_loop().call_at(at, self._expired, device)

    def _expired(self, device: Device) -> None:
        lifetime = device.registration.lifetime if device.registration else 0
        self._take_offline(device, f"no update came within its lifetime of {lifetime} s")

    def _take_offline(self, device: Device, why: str) -> None:
        self._end(device, why)
        event = self._journal.note(DeviceChanged(device.id, device.imei, "offline", why))
        if not device.deleted:  # applications heard of its end already
            with self._journal.because(event):
                self._announce(LifeCycleChanged(device, LifeCycleEvent.OFFLINE))

    def _end(self, device: Device, why: str) -> None:
        """Forget the device's login and all that hangs on it."""
        if timer := self._expiries.pop(device, None):
            timer.cancel()
        self._login.cancel(device)
        self._subscriptions.drop(device, None, why)
        device.subscribed = False
        self._vacate(device)
        device.registration = None

    def close(self) -> None:
        """Stop every timer."""
        for timer in self._expiries.values():
            timer.cancel()
        self._expiries.clear()


def _listing(request: Message) -> _Listing:
    """Return what the request's link list says.

    Raises:
        Denied: The payload is no list of links to objects and instances (4.00).
    """
    try:
        links = parse_links(request.payload.decode())
        paths = registered_paths(links)
    except (Lwm2mError, UnicodeDecodeError) as error:
        raise Denied(
            BAD_REQUEST, f"the payload is no list of objects such as </3303/0>,</3306/0>: {error}"
        ) from error
    root = root_link(links)
    formats = (root.get("ct") or "").split()
    return _Listing(
        instances=tuple(path for path in paths if path.instance_id is not None),
        root=tuple(segment for segment in root.target.split("/") if segment),
        accept=int(ContentFormat.TLV) if str(int(ContentFormat.JSON)) in formats else None,
    )
