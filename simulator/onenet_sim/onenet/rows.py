"""The platform's records as JSON, in which a database keeps them; and back.

Moments are microseconds since 1970 and come back in the world's time zone.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from onenet_sim.lwm2m import Path
from onenet_sim.onenet.cached import CachedCommand, Kind, LogLine, Order, SendStatus, Step, Uplink
from onenet_sim.onenet.devices import Device
from onenet_sim.onenet.errors import Reason
from onenet_sim.onenet.push import Generation, PushSettings
from onenet_sim.onenet.readings import Reading, ResourceWrite
from onenet_sim.onenet.triggers import Condition, TriggerSettings

if TYPE_CHECKING:
    from datetime import tzinfo

    from onenet_sim.onenet.readings import PointValue

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def microseconds(at: datetime) -> int:
    """Return a moment as microseconds since 1970."""
    return (at - _BEGINNING) // _MICROSECOND


def moment(number: int, zone: tzinfo | None) -> datetime:
    """Return the moment so many microseconds after 1970, as a zone has it."""
    return (_BEGINNING + number * _MICROSECOND).astimezone(zone)


def _maybe_microseconds(at: datetime | None) -> int | None:
    return None if at is None else microseconds(at)


def _maybe_moment(number: int | None, zone: tzinfo | None) -> datetime | None:
    return None if number is None else moment(number, zone)


def value_row(value: PointValue) -> str:
    """Return a data point's value as JSON."""
    return json.dumps(value)


def value_in(row: str) -> PointValue:
    """Return the value in a row."""
    return _value(json.loads(row))


def _value(found: Any) -> PointValue:  # noqa: ANN401 - JSON
    if isinstance(found, list):
        return tuple(map(int, found))
    value: PointValue = found
    return value


def device_row(device: Device) -> str:
    """Return a device's record as JSON: all but its number, its login, and what hangs on that."""
    return json.dumps(
        {
            "imei": device.imei,
            "imsi": device.imsi,
            "auth_code": device.auth_code,
            "psk": device.psk,
            "api_key": device.api_key,
            "title": device.title,
            "created_at": microseconds(device.created_at),
            "access_psk": device.access_psk,
            "auto_subscribe": device.auto_subscribe,
            "resources": {str(instance): ids for instance, ids in device.resources.items()},
            "former_imsis": device.former_imsis,
            "imsi_changed_at": _maybe_microseconds(device.imsi_changed_at),
            "activated_at": _maybe_microseconds(device.activated_at),
            "last_login_at": _maybe_microseconds(device.last_login_at),
            "particulars": device.particulars,
        }
    )


def device_in(number: int, row: str, zone: tzinfo | None) -> Device:
    """Return the device in a row; it is offline."""
    found = json.loads(row)
    for name in ("created_at", "imsi_changed_at", "activated_at", "last_login_at"):
        found[name] = _maybe_moment(found[name], zone)
    found["resources"] = {Path.parse(instance): tuple(ids) for instance, ids in found["resources"].items()}
    return Device(id=str(number), **found)


def command_row(command: CachedCommand) -> str:
    """Return a cached command with its history as JSON: all but its uuid and its device."""
    return json.dumps(
        {
            "order": _order_row(command.order),
            "created_at": microseconds(command.created_at),
            "remain": command.remain,
            "status": command.status,
            "sent_at": _maybe_microseconds(command.sent_at),
            "confirmed_at": _maybe_microseconds(command.confirmed_at),
            "reason": command.reason,
            "readings": [
                [str(each.path), each.value, each.resource_instance, each.problem] for each in command.readings
            ],
            "log": [
                [microseconds(line.at), line.step.name, line.status, line.reason, line.delivered]
                for line in command.log
            ],
        }
    )


def command_in(uuid: str, device: Device, row: str, zone: tzinfo | None) -> CachedCommand:
    """Return the command in a row; one whose attempt was under way waits again."""
    found = json.loads(row)
    status = SendStatus(found["status"])
    return CachedCommand(
        uuid,
        device,
        _order_in(found["order"], zone),
        moment(found["created_at"], zone),
        found["remain"],
        SendStatus.WAITING if status is SendStatus.SENT else status,
        _maybe_moment(found["sent_at"], zone),
        _maybe_moment(found["confirmed_at"], zone),
        None if found["reason"] is None else Reason(found["reason"]),
        tuple(
            Reading(Path.parse(path), _value(value), instance, problem)
            for path, value, instance, problem in found["readings"]
        ),
        tuple(
            LogLine(moment(at, zone), Step[step], SendStatus(status), Reason(reason), delivered)
            for at, step, status, reason, delivered in found["log"]
        ),
    )


def _order_row(order: Order) -> dict[str, Any]:
    return {
        "kind": order.kind,
        "path": str(order.path),
        "values": [[each.resource_id, each.value, each.kind] for each in order.values],
        "mode": order.mode,
        "arguments": order.arguments,
        "as_hex": order.as_hex,
        "valid_at": microseconds(order.valid_at),
        "expires_at": microseconds(order.expires_at),
        "retry": order.retry,
        "timeout": order.timeout,
        "uplinks": order.uplinks,
        "parameters": dict(order.parameters),
        "content": dict(order.content),
    }


def _order_in(found: dict[str, Any], zone: tzinfo | None) -> Order:
    return Order(
        **found
        | {
            "kind": Kind(found["kind"]),
            "path": Path.parse(found["path"]),
            "values": tuple(ResourceWrite(*each) for each in found["values"]),
            "valid_at": moment(found["valid_at"], zone),
            "expires_at": moment(found["expires_at"], zone),
            "uplinks": Uplink(found["uplinks"]),
        }
    )


def trigger_row(settings: TriggerSettings) -> str:
    """Return what a trigger waits for as JSON."""
    return json.dumps(
        {
            "title": settings.title,
            "url": settings.url,
            "condition": settings.condition,
            "threshold": settings.threshold,
            "interval": settings.interval,
            "stream": settings.stream,
            "device_ids": sorted(settings.device_ids),
            "stream_uuids": sorted(settings.stream_uuids),
        }
    )


def trigger_in(row: str) -> TriggerSettings:
    """Return the trigger's settings in a row."""
    found = json.loads(row)
    lower, upper = found["interval"]
    return TriggerSettings(
        **found
        | {
            "condition": Condition(found["condition"]),
            "interval": (lower, upper),
            "device_ids": frozenset(found["device_ids"]),
            "stream_uuids": frozenset(found["stream_uuids"]),
        }
    )


def push_row(settings: PushSettings) -> str:
    """Return where and how to push as JSON."""
    return json.dumps(
        {
            "url": settings.url,
            "token": settings.token,
            "aes_key": settings.aes_key,
            "generation": settings.generation,
            "count": settings.count,
            "interval": settings.interval,
        }
    )


def push_in(row: str) -> PushSettings:
    """Return the push's settings in a row."""
    found = json.loads(row)
    return PushSettings(**found | {"generation": Generation(found["generation"])})
