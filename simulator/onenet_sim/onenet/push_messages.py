"""What is pushed of each announcement, in each of OneNET's forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onenet_sim.onenet.announcements import CommandEnded, LifeCycleChanged, LifeCycleEvent, PointStored
from onenet_sim.onenet.cached import Kind
from onenet_sim.onenet.errors import Reason
from onenet_sim.onenet.readings import by_instance, shown_value

if TYPE_CHECKING:
    from datetime import datetime

    from onenet_sim.journal import Json
    from onenet_sim.onenet.announcements import Announcement
    from onenet_sim.onenet.cached import CachedCommand
    from onenet_sim.onenet.devices import Device

_POINT, _LIFE_CYCLE, _COMMAND = 1, 2, 7
_NB_IOT_LOGIN = 10
_ON_OFF = {LifeCycleEvent.ONLINE: 1, LifeCycleEvent.OFFLINE: 0}
_DONE, _NOT_DONE = 200, 500


def milliseconds(at: datetime | None) -> int:
    """Return a moment as milliseconds since 1970; 0 for none."""
    return 0 if at is None else round(at.timestamp() * 1000)


def suite_message(announcement: Announcement, at: datetime) -> dict[str, Json] | None:
    """Return the suite's message of type 1, 2 or 7; None if it has none for this."""
    match announcement:
        case PointStored(device, stream, value):
            shown = shown_value(value)
            return {"type": _POINT, **_dev(device), "ds_id": stream, "at": milliseconds(at), "value": shown}
        case LifeCycleChanged(device, event) if event in _ON_OFF:
            return {
                "type": _LIFE_CYCLE,
                **_dev(device),
                "status": _ON_OFF[event],
                "login_type": _NB_IOT_LOGIN,
                "at": milliseconds(at),
            }
        case CommandEnded(command):
            return _command(command)
        case _:
            return None


def _dev(device: Device) -> dict[str, Json]:
    return {"dev_id": int(device.id)}


def _command(command: CachedCommand) -> dict[str, Json]:
    message: dict[str, Json] = {
        "type": _COMMAND,
        "cmd_id": command.uuid,
        "imei": command.device.imei,
        **_dev(command.device),
        "cmd_type": int(command.order.kind),
        "send_time": milliseconds(command.sent_at),
        "send_status": int(command.status),
        "confirm_time": milliseconds(command.confirmed_at),
        "confirm_status": int(command.reason or Reason.SUCCESS),
    }
    if command.order.kind is Kind.READ and command.reason is Reason.SUCCESS:
        message["confirm_body"] = _body(command)
    return message


def _body(command: CachedCommand) -> Json:
    return {"obj_id": command.order.path.object_id, "obj_inst": by_instance(command.readings)}


def rule_message(announcement: Announcement, at: datetime, product_id: str) -> dict[str, Json] | None:
    """Return what the suite's rule engine makes of it; None if it has nothing for this."""
    body: Json
    match announcement:
        case PointStored(device, stream, value):
            kind, further, body = "deviceDatapoint", {"datastream": stream}, shown_value(value)
        case LifeCycleChanged(device, event):
            kind, further, body = "deviceLifeCycle", {}, {"event": event.value}
        case CommandEnded():
            return None
    return {
        "sysProperty": {"messageType": kind, "productId": product_id},
        "appProperty": {"deviceId": device.id, "dataTimestamp": milliseconds(at), **further},
        "body": body,
    }


def studio_message(announcement: Announcement, at: datetime, product_id: str) -> dict[str, Json] | None:
    """Return what Studio's rule engine makes of it; None if it has nothing for this."""
    time = milliseconds(at)
    match announcement:
        case PointStored(device, stream, value):
            shown: Json = {"time": time, "value": shown_value(value)}
            return {
                **_studio_device(device, product_id),
                "messageType": "notify",
                "notifyType": "property",
                "imei": device.imei,
                "data": {"id": str(time), "version": "1.0", "params": {stream: shown}},
            }
        case LifeCycleChanged(device, event) if event in _ON_OFF:
            return {
                **_studio_device(device, product_id),
                "messageType": "lifeCycle",
                "data": {"status": event.value, "time": time},
            }
        case CommandEnded(command):
            return {**_studio_device(command.device, product_id), **_studio_reply(command)}
        case _:
            return None


def _studio_device(device: Device, product_id: str) -> dict[str, Json]:
    return {"productId": product_id, "deviceId": int(device.id), "deviceName": device.title}


def _studio_reply(command: CachedCommand) -> dict[str, Json]:
    succeeded = command.reason is Reason.SUCCESS
    response: dict[str, Json] = {
        "id": command.uuid,
        "code": _DONE if succeeded else _NOT_DONE,
        "msg": "succ" if succeeded or command.reason is None else command.reason.name,
    }
    if succeeded and command.order.kind is Kind.READ:
        response["data"] = _body(command)
    return {
        "messageType": "reply",
        "callType": "async",
        "imei": command.device.imei,
        "request": {"id": command.uuid, "version": "1.0", "params": command.order.parameters},
        "response": response,
        "sTime": milliseconds(command.sent_at),
        "rTime": milliseconds(command.confirmed_at),
    }
