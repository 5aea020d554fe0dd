"""The part of the north-bound API that shows data points."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from onenet_sim.onenet.apiroute import ApiRoute
from onenet_sim.onenet.deviceapi import device_of, devices_of
from onenet_sim.onenet.errors import InvalidParameter
from onenet_sim.onenet.parameters import Moment, Names, Number, Text
from onenet_sim.onenet.readings import shown_value
from onenet_sim.onenet.timeforms import in_milliseconds, in_seconds

if TYPE_CHECKING:
    from onenet_sim.journal import Json
    from onenet_sim.onenet.call import Call
    from onenet_sim.onenet.datapoints import Point
    from onenet_sim.onenet.devices import Device
    from onenet_sim.onenet.platform import Platform

_POINTS = 100
_LONGEST_SPAN = timedelta(days=365)
_CURSOR = re.compile(r"(?P<serial>[0-9]{1,15})_(?P<device>[0-9]{1,15})_[0-9]{1,15}")

_STREAMS = Names("datastream_id", 1_000)
_START = Moment("start")
_END = Moment("end")
_LIMIT = Number("limit", 1, 6_000, limited=True)
_CURSOR_AT = Text("cursor")
_DEVICES = Names("devIds", 500)


async def _points(platform: Platform, call: Call) -> Json:
    """Show points: from ``start`` or a cursor on, oldest first; without either, the newest of each stream."""
    device, now = device_of(platform, call), platform.calendar()
    names, start, end = call.get(_STREAMS, ()), call.moment(_START, now), call.moment(_END, now)
    if start is None and _CURSOR_AT not in call:  # an end without a start does not count
        newest = platform.datapoints.newest_of_each(device.id, names, limit=call.get(_LIMIT, 1))
        return _listed(newest)
    if start is not None:
        furthest = start + _LONGEST_SPAN
        end = furthest if end is None else min(end, furthest)
    found, further = platform.datapoints.select(
        device.id, names, start=start, end=end, serial=_serial(call, device), limit=call.get(_LIMIT, _POINTS)
    )
    cursor: dict[str, Json] = {} if further is None else {"cursor": _cursor(device, further)}
    return {**cursor, **_listed(found)}


def _cursor(device: Device, point: Point) -> str:
    return f"{point.serial}_{device.id}_{point.at.timestamp() * 1000:.0f}"


def _serial(call: Call, device: Device) -> int:
    if _CURSOR_AT not in call:
        return 0
    found = _CURSOR.fullmatch(call[_CURSOR_AT])
    if found is None or found["device"] != device.id:
        raise InvalidParameter("cursor", f"one from an answer about device {device.id}")
    return int(found["serial"])


def _listed(found: list[tuple[str, Point]]) -> dict[str, Json]:
    streams: dict[str, list[Json]] = {}
    for stream_id, point in found:
        shown: Json = {"at": in_milliseconds(point.at), "value": shown_value(point.value)}
        streams.setdefault(stream_id, []).append(shown)
    listed: list[Json] = [{"id": stream_id, "datapoints": points} for stream_id, points in streams.items()]
    return {"count": len(found), "datastreams": listed}


async def _newest(platform: Platform, call: Call) -> Json:
    return {
        "devices": [
            {
                "id": device.id,
                "title": device.title,
                "datastreams": [
                    {"id": stream_id, "at": in_seconds(point.at), "value": shown_value(point.value)}
                    for stream_id, point in platform.datapoints.newest_of_each(device.id)
                ],
            }
            for device in devices_of(platform, call[_DEVICES])
        ]
    }


POINT_CALLS: tuple[ApiRoute, ...] = (
    ApiRoute("GET", "/devices/datapoints", _newest, (_DEVICES,)),
    ApiRoute(
        "GET",
        "/devices/{device_id}/datapoints",
        _points,
        (),
        (_STREAMS, _START, _END, _LIMIT, _CURSOR_AT),
        device_key=True,
    ),
)
"""Data points, as OneNET's pages 20 and 21 have it."""
