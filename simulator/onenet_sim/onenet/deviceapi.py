"""The part of the north-bound API that is about device records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onenet_sim.journal import Explanation
from onenet_sim.onenet.apiroute import ApiRoute
from onenet_sim.onenet.devicebody import (
    auth_code_in,
    bad_identity,
    chip_in,
    identities_refused,
    identity_in,
    particulars_in,
    psk_in,
)
from onenet_sim.onenet.errors import InvalidParameter, UnknownDevice
from onenet_sim.onenet.keyapi import set_accpsk
from onenet_sim.onenet.parameters import IMEI, PAGE, PER_PAGE, Moment, Names, Text, Truth
from onenet_sim.onenet.timeforms import as_java_has_it, in_seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from onenet_sim.journal import Json
    from onenet_sim.onenet.call import Call
    from onenet_sim.onenet.devices import Device
    from onenet_sim.onenet.platform import Platform

_PROTOCOL = "LwM2M"
_PAGE_LENGTH = 30

_KEY_WORDS = Text("key_words")
_AUTH_INFO = Text("auth_info")
_TAG = Names("tag", 100)
_ONLINE = Truth("online")
_PRIVATE = Truth("private")
_DEVICE_ID = Names("device_id", 100)
_BEGIN = Moment("begin")
_END = Moment("end", closing=True)
_STATUS_IDS = Names("devIds", 1_000)


async def _create(platform: Platform, call: Call) -> Json:
    if IMEI in call and "key" in call.body and "title" not in call.body:
        return await set_accpsk(platform, call)  # the pages about keys show their request with this path
    title = call.string("title")
    if call.string("protocol").lower() != _PROTOCOL.lower():
        raise InvalidParameter("protocol", f'"{_PROTOCOL}"')
    imei, imsi = identity_in(call)
    subscribe = call.body.get("obsv", True)
    if not isinstance(subscribe, bool):
        raise InvalidParameter("obsv", "true or false")
    with identities_refused():
        device = platform.devices.create(
            imei,
            imsi,
            auth_code_in(call, "auth"),
            psk=psk_in(call, "psk") if "psk" in call.body else None,
            title=title,
            auto_subscribe=subscribe,
            particulars=particulars_in(call) | chip_in(call, imei),
        )
    return {"device_id": device.id, "psk": device.psk}


async def _update(platform: Platform, call: Call) -> Json:
    device = device_of(platform, call)
    title = call.string("title") if "title" in call.body else device.title
    particulars = particulars_in(call)
    if "auth_info" in call.body:
        imei, imsi = identity_in(call)
        if imei != device.imei:
            raise bad_identity(f"auth_info has IMEI {imei[:32]!r}; that of a record stays, here {device.imei}")
        with identities_refused():
            platform.devices.change_imsi(device, imsi)
    device.title = title
    device.particulars |= particulars
    return None


async def _delete(platform: Platform, call: Call) -> Json:
    platform.delete_device(device_of(platform, call))
    return None


def device_of(platform: Platform, call: Call) -> Device:
    """Return the device whose number is in the call's path.

    Raises:
        UnknownDevice: There is none.
    """
    device_id = call.segments["device_id"]
    device = platform.devices.by_id(device_id)
    if device is None:
        raise UnknownDevice(f"id {device_id[:32]}")
    return device


def devices_of(platform: Platform, ids: Sequence[str]) -> list[Device]:
    """Return those of these devices that there are; the journal learns of the others."""
    found = [platform.devices.by_id(device_id) for device_id in dict.fromkeys(ids)]
    missing = [device_id for device_id in ids if platform.devices.by_id(device_id) is None]
    if missing:
        platform.journal.note(Explanation(f"left out, as there are no such devices: {', '.join(missing):.200}"))
    return [device for device in found if device is not None]


def _summary(device: Device) -> dict[str, Json]:
    """Return what both a list of devices and the one device show."""
    return {
        "id": device.id,
        "title": device.title,
        "desc": "",
        "tags": [],
        "location": {"lat": 0, "lon": 0},
        "protocol": _PROTOCOL,
        "online": device.online,
        "create_time": in_seconds(device.created_at),
        "auth_info": {device.imei: device.imsi},
        **{name: value for name, value in device.particulars.items() if name not in {"private", "chip"}},
    }


async def _list(platform: Platform, call: Call) -> Json:
    page = call.page(_PAGE_LENGTH)
    wanted = _filter(call, platform.calendar())
    found = [device for device in platform.devices if wanted(device)]
    return {
        "total_count": len(found),
        "page": page.number,
        "per_page": page.length,
        "devices": [_summary(device) for device in page.of(found)],
    }


def _filter(call: Call, now: datetime) -> Callable[[Device], bool]:
    """Return whether a device is in the list that the call asks for."""
    ids, tags = call.get(_DEVICE_ID), call.get(_TAG)
    online, private = call.get(_ONLINE), call.get(_PRIVATE)
    words, identity = call.get(_KEY_WORDS, ""), call.get(_AUTH_INFO)
    begin, end = call.moment(_BEGIN, now), call.moment(_END, now)

    def wanted(device: Device) -> bool:
        return (
            (ids is None or device.id in ids)
            and (device.id.startswith(words) or device.title.startswith(words))
            and (identity is None or identity in {device.imei, device.imsi})
            and (tags is None or not set(tags).isdisjoint(_tags(device)))
            and (online is None or device.online is online)
            and (private is None or device.particulars.get("private", True) is private)
            and (begin is None or device.created_at >= begin)
            and (end is None or device.created_at <= end)
        )

    return wanted


def _tags(device: Device) -> list[str]:
    tags = device.particulars.get("tags", [])
    return [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []


async def _detail(platform: Platform, call: Call) -> Json:
    device = device_of(platform, call)
    times = {
        "act_time": device.activated_at,
        "last_ct": device.last_login_at,
        "imsi_mt": device.imsi_changed_at or device.activated_at,
    }
    return {
        **_summary(device),
        **{name: as_java_has_it(at) for name, at in times.items() if at is not None},
        "private": device.particulars.get("private", True),
        "rg_id": device.imei,
        "imsi": device.imsi,
        "imsi_old": [*device.former_imsis, *([device.imsi] if device.imsi else [])],
        "ack": False,
        "obsv": device.auto_subscribe,
        "obsv_st": device.subscribed,
        "manu_id": "",
        "model": "",
        "datastreams": [
            {
                "id": stream.id,
                "create_time": in_seconds(stream.created_at),
                "uuid": stream.uuid,
                "unit": "",
                "unit_symbol": "",
            }
            for stream in platform.datapoints.streams(device.id)
        ],
        "binary": [],
    }


async def _status(platform: Platform, call: Call) -> Json:
    found = devices_of(platform, call[_STATUS_IDS])
    return {
        "total_count": len(found),
        "devices": [{"id": device.id, "title": device.title, "online": device.online} for device in found],
    }


async def _by_imei(platform: Platform, call: Call) -> Json:
    device = platform.device(call[IMEI])
    return {
        "id": device.id,
        "title": device.title,
        "online": device.online,
        "observe_status": device.subscribed,
        "create_time": in_seconds(device.created_at),
        "desc": device.particulars.get("desc", ""),
    }


DEVICE_CALLS: tuple[ApiRoute, ...] = (
    ApiRoute("POST", "/devices", _create, (), (IMEI,)),
    ApiRoute("GET", "/devices/{device_id}", _detail, device_key=True),
    ApiRoute("PUT", "/devices/{device_id}", _update, device_key=True),
    ApiRoute("DELETE", "/devices/{device_id}", _delete, device_key=True),
    ApiRoute(
        "GET",
        "/devices",
        _list,
        (),
        (
            _KEY_WORDS,
            _AUTH_INFO,
            _TAG,
            _ONLINE,
            _PRIVATE,
            PAGE,
            PER_PAGE,
            _DEVICE_ID,
            _BEGIN,
            _END,
        ),
    ),
    ApiRoute("GET", "/devices/status", _status, (_STATUS_IDS,)),
    ApiRoute("GET", "/devices/getbyimei", _by_imei, (IMEI,)),
)
"""Device records, as OneNET's pages 1 to 3, 19, 22, 28 and 29 have them."""
