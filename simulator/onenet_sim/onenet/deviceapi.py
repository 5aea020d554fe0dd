"""The part of the north-bound API that is about device records and their data points."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from onenet_sim.onenet.devices import InvalidIdentity
from onenet_sim.onenet.errors import Errno, InvalidParameter, Refusal, UnknownDevice

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from onenet_sim.journal import Json
    from onenet_sim.onenet.call import Call
    from onenet_sim.onenet.devices import Device
    from onenet_sim.onenet.platform import Platform

    _Handler: TypeAlias = Callable[[Platform, Call], Awaitable[Json]]

_PROTOCOL = "LwM2M"
_TEST_IMEI_LENGTH = 4
_CHIPS = range(1, 7)
_PSK = re.compile(r"[0-9A-Za-z]{8,16}")
_AUTH_CODE = re.compile(r"[0-9A-Za-z]{1,16}")
_PARTICULARS: tuple[tuple[str, type, str], ...] = (
    ("desc", str, "text"),
    ("tags", list, "a list"),
    ("location", dict, "an object"),
    ("private", bool, "true or false"),
    ("other", object, "anything"),
)
_MOST_PAGES, _LONGEST_PAGE, _PAGE = 10_000, 100, 30
_MOST_POINTS, _POINTS = 6_000, 100
_LARGEST_CURSOR = 10**18


def shown(at: datetime) -> str:
    """Return a time as the API writes it: ``2020-01-01 12:00:00.000``."""
    return at.strftime("%Y-%m-%d %H:%M:%S.") + f"{at.microsecond // 1000:03}"


async def _create(platform: Platform, call: Call) -> Json:
    title = call.string("title")
    if call.string("protocol").lower() != _PROTOCOL.lower():
        raise InvalidParameter("protocol", f'"{_PROTOCOL}"')
    imei, imsi = _identity(call)
    particulars = {
        name: _particular(call, name, kind, expected) for name, kind, expected in _PARTICULARS if name in call.body
    }
    subscribe = call.body.get("obsv", True)
    if not isinstance(subscribe, bool):
        raise InvalidParameter("obsv", "true or false")
    try:
        device = platform.devices.create(
            imei,
            imsi,
            _auth_code(call),
            title=title,
            auto_subscribe=subscribe,
            particulars=particulars,
            psk=_psk(call),
        )
    except InvalidIdentity as error:
        raise _bad_identity(str(error)) from error
    return {"device_id": device.id}


def _identity(call: Call) -> tuple[str, str]:
    pair = call.member("auth_info", 'an object such as {"866971030000001": "460001234567890"}')
    if not isinstance(pair, dict) or len(pair) != 1:
        raise _bad_identity(f"auth_info is {pair!r:.80}; expected an object with one IMEI and its IMSI")
    imei, imsi = next(iter(pair.items()))
    if not isinstance(imsi, str):
        raise _bad_identity(f"the IMSI in auth_info is {imsi!r:.80}; expected text")
    chip = call.body.get("chip")
    if len(imei) == _TEST_IMEI_LENGTH and (isinstance(chip, bool) or chip not in _CHIPS):
        raise InvalidParameter("chip", "1 to 6, for a test device with an IMEI of 4 digits")
    return imei, imsi


def _bad_identity(explanation: str) -> Refusal:
    return Refusal(Errno.INVALID_IDENTITY, "invalid parameter: auth_info", explanation)


def _psk(call: Call) -> str | None:
    psk = call.body.get("psk")
    if psk is None:
        return None
    if not (isinstance(psk, str) and _PSK.fullmatch(psk)):
        raise InvalidParameter("psk", "8 to 16 letters and digits")
    return psk


def _auth_code(call: Call) -> str | None:
    if call.body.get("auth") in {None, ""}:
        return None
    code = call.string("auth")
    if not _AUTH_CODE.fullmatch(code):
        raise InvalidParameter("auth", "1 to 16 letters and digits")
    return code


def _particular(call: Call, name: str, kind: type, expected: str) -> Json:
    value = call.body[name]
    if not isinstance(value, kind):
        raise InvalidParameter(name, f"{expected}, not {value!r:.80}")
    return value


def _device(platform: Platform, call: Call) -> Device:
    device_id = call.segments["device_id"]
    device = platform.devices.by_id(device_id)
    if device is None:
        raise UnknownDevice(f"id {device_id[:32]}")
    return device


def _summary(device: Device) -> dict[str, Json]:
    return {
        "id": device.id,
        "title": device.title,
        "online": device.online,
        "create_time": shown(device.created_at),
    }


async def _list(platform: Platform, call: Call) -> Json:
    page = call.number("page", 1, _MOST_PAGES, 1)
    per_page = call.number("per_page", 1, _LONGEST_PAGE, _PAGE)
    wanted = call.query.get("online")
    found = [
        device for device in platform.devices if wanted is None or device.online is (wanted.lower() == "true")
    ]
    rows = found[(page - 1) * per_page : page * per_page]
    return {
        "total_count": len(found),
        "page": page,
        "per_page": per_page,
        "devices": [
            {**_summary(device), "protocol": _PROTOCOL, "auth_info": {device.imei: device.imsi}} for device in rows
        ],
    }


async def _detail(platform: Platform, call: Call) -> Json:
    device = _device(platform, call)
    times = {"act_time": device.activated_at, "last_ct": device.last_login_at}
    return {
        **_summary(device),
        **{name: shown(at) for name, at in times.items() if at is not None},
        "protocol": _PROTOCOL,
        "private": True,
        **device.particulars,
        "auth_info": {device.imei: device.imsi},
        "imsi": device.imsi,
        "imsi_old": list(device.former_imsis),
        "obsv": device.auto_subscribe,
        "obsv_st": device.subscribed,
        "datastreams": [
            {"id": stream.id, "create_time": shown(stream.created_at)}
            for stream in platform.datapoints.streams(device.id)
        ],
    }


async def _by_imei(platform: Platform, call: Call) -> Json:
    device = platform.device(call.text("imei"))
    return {
        **_summary(device),
        "observe_status": device.subscribed,
        "desc": device.particulars.get("desc", ""),
    }


async def _points(platform: Platform, call: Call) -> Json:
    device, now = _device(platform, call), platform.calendar()
    names = [name for name in call.query.get("datastream_id", "").split(",") if name]
    found, more = platform.datapoints.select(
        device.id,
        names,
        start=call.moment("start", now),
        end=call.moment("end", now),
        after=call.number("cursor", 0, _LARGEST_CURSOR, 0),
        limit=call.number("limit", 1, _MOST_POINTS, _POINTS),
    )
    streams: dict[str, list[Json]] = {}
    for stream_id, point in found:
        value = list(point.value) if isinstance(point.value, tuple) else point.value
        streams.setdefault(stream_id, []).append({"at": shown(point.at), "value": value})
    cursor: dict[str, Json] = {"cursor": str(found[-1][1].serial)} if more else {}
    return {
        **cursor,
        "count": len(found),
        "datastreams": [{"id": stream_id, "datapoints": points} for stream_id, points in streams.items()],
    }


DEVICE_CALLS: tuple[tuple[str, str, _Handler], ...] = (
    ("POST", "/devices", _create),
    ("GET", "/devices", _list),
    ("GET", "/devices/getbyimei", _by_imei),
    ("GET", "/devices/{device_id}", _detail),
    ("GET", "/devices/{device_id}/datapoints", _points),
)
"""Method, path and handler of each call."""
