"""The part of the north-bound API that is about cached commands."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from onenet_sim.onenet.apiroute import ApiRoute
from onenet_sim.onenet.cached import ANY_UPLINK, CachedCommand, Kind, LogLine, Order, SendStatus, Step, Uplink
from onenet_sim.onenet.commandlog import compact, confirmed, received, sent
from onenet_sim.onenet.deviceapi import device_of
from onenet_sim.onenet.errors import Errno, InvalidParameter, LimitExceeded, Reason
from onenet_sim.onenet.parameters import (
    IMEI,
    MODE,
    OBJ_ID,
    OBJ_INST_ID,
    PAGE,
    PER_PAGE,
    RES_ID,
    TIMEOUT,
    Choice,
    Moment,
    Number,
    Truth,
)
from onenet_sim.onenet.readings import by_instance
from onenet_sim.onenet.timeforms import as_java_has_it, in_seconds

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from onenet_sim.journal import Json
    from onenet_sim.onenet.call import Call
    from onenet_sim.onenet.platform import Platform

_TRIES_AGAIN = 3
_TIMEOUT = 25.0
_PAGE_LENGTH = 30

_VALID_TIME = Moment("valid_time")
_EXPIRED_TIME = Moment("expired_time")
_RETRY = Number("retry", 0, 10, limited=True)
_TRIGGER_MSG = Number("trigger_msg", 1, ANY_UPLINK)
_BIN2HEX = Truth("bin2hex")
_START = Moment("start")
_END = Moment("end")
_SORT = Choice("sort", ("DESC", "ASC"))


async def _read(platform: Platform, call: Call) -> Json:
    order = replace(_order(platform, call, Kind.READ), as_hex=call.get(_BIN2HEX, default=False))
    return _add(platform, call, order)


async def _write(platform: Platform, call: Call) -> Json:
    order = replace(_order(platform, call, Kind.WRITE), mode=call.mode, values=call.writes())
    return _add(platform, call, order)


async def _execute(platform: Platform, call: Call) -> Json:
    order = replace(_order(platform, call, Kind.EXECUTE), arguments=call.arguments())
    return _add(platform, call, order)


def _order(platform: Platform, call: Call, kind: Kind) -> Order:
    """Return what the three kinds have in common."""
    valid_at, expires_at = _validity(call, platform.calendar())
    return Order(
        kind=kind,
        path=call.path,
        valid_at=valid_at,
        expires_at=expires_at,
        retry=call.get(_RETRY, _TRIES_AGAIN),
        timeout=call.timeout or _TIMEOUT,
        uplinks=Uplink(call.get(_TRIGGER_MSG, ANY_UPLINK)),
        parameters=call.shown_query,
        content=call.body,
    )


def _add(platform: Platform, call: Call, order: Order) -> Json:
    return {"uuid": platform.cached.add(platform.device(call[IMEI]), order).uuid}


def _validity(call: Call, now: datetime) -> tuple[datetime, datetime]:
    valid_at, expires_at = call.moment(_VALID_TIME, now), call[_EXPIRED_TIME].replace(tzinfo=now.tzinfo)
    if valid_at is not None and valid_at <= now:
        raise InvalidParameter("valid_time", f"a time after the platform's own, {now:%Y-%m-%dT%H:%M:%S}")
    if expires_at <= (valid_at or now):
        raise InvalidParameter("expired_time", f"a time after {valid_at or now:%Y-%m-%dT%H:%M:%S}")
    return valid_at or now, expires_at


async def _history(platform: Platform, call: Call) -> Json:
    device, oldest_first = platform.device(call[IMEI]), call.get(_SORT) == "ASC"
    found = _created(platform.cached.of(device), call, platform.calendar())
    rows = call.page(_PAGE_LENGTH).of(found if oldest_first else found[::-1])
    items: list[Json] = [{"cmd_uuid": each.uuid, **_summary(each)} for each in rows]
    return {"total_count": len(found), "items": items}


def _created(commands: Sequence[CachedCommand], call: Call, now: datetime) -> list[CachedCommand]:
    """Return those that were made between the call's ``start`` and ``end``."""
    start, end = call[_START].replace(tzinfo=now.tzinfo), call.moment(_END, now)
    return [each for each in commands if start <= each.created_at and (end is None or each.created_at < end)]


def _summary(command: CachedCommand) -> dict[str, Json]:
    order = command.order
    shown: dict[str, Json] = {
        "type": order.kind.name,
        "create_time": in_seconds(command.created_at),
        "valid_time": in_seconds(order.valid_at),
        "expired_time": in_seconds(order.expires_at),
        "trigger_msg": int(order.uplinks),
        "send_status": int(command.status),
        "imei": command.device.imei,
        "remain": command.remain,
    }
    if command.sent_at is not None:
        shown["send_time"] = in_seconds(command.sent_at)
    if command.confirmed_at is not None and command.reason is not None:
        shown |= {"confirm_time": in_seconds(command.confirmed_at), "confirm_status": command.reason.name}
    if times := [in_seconds(line.at) for line in command.log if line.step is Step.FED_BACK]:
        shown["feedback_time"] = times[-1]
    return shown


def _command(platform: Platform, call: Call) -> CachedCommand:
    device, uuid = platform.device(call[IMEI]), call.segments["uuid"]
    command = platform.cached.get(device, uuid)
    if command is None:
        raise InvalidParameter("uuid", f"one of a cached command for device {device.imei}, not {uuid[:40]!r}")
    return command


async def _detail(platform: Platform, call: Call) -> Json:
    command = _command(platform, call)
    order = command.order
    result: dict[str, Json] = {"cmd_result": _result(command)} if command.status is SendStatus.SUCCESS else {}
    feedback: list[Json] = [
        {"feedback_time": in_seconds(line.at), "feedback_status": 0 if line.delivered else 1}
        for line in command.log
        if line.step is Step.FED_BACK
    ]
    told: dict[str, Json] = {"feedback_msg": feedback} if feedback else {}
    return {**_summary(command), "args": order.parameters, "content": order.content, **result, **told}


def _result(command: CachedCommand, reason: Reason = Reason.SUCCESS) -> dict[str, Json]:
    """Return what the immediate command's answer would have been."""
    if reason is not Reason.SUCCESS:
        return {"errno": int(Errno.UNSUCCESSFUL), "error": f"unsuccess:{reason.name.lower()}"}
    envelope: dict[str, Json] = {"errno": 0, "error": "succ"}
    if command.order.kind is Kind.READ:
        envelope["data"] = by_instance(command.readings, as_hex=command.order.as_hex)
    return envelope


async def _piecewise(platform: Platform, call: Call) -> Json:
    command = _command(platform, call)
    return [{"log": _told(command, line), "time": as_java_has_it(line.at)} for line in command.log]


def _told(command: CachedCommand, line: LogLine) -> str:
    order = command.order
    match line.step:
        case Step.RECEIVED:
            return received(order.kind, order.parameters, order.content)
        case Step.SENT:
            return sent(order.kind, order.parameters, order.content)
        case Step.CONFIRMED:
            result = compact(_result(command, line.reason))
            return f"{confirmed(order.kind, line.status, line.reason)}, result: [{result}]"
        case Step.FED_BACK:
            return f"feedback message, type: [{order.kind:d}], feedback status: [{0 if line.delivered else 1}]"


async def _cancel(platform: Platform, call: Call) -> Json:
    command = _command(platform, call)
    if not platform.cached.cancel(command):
        state = command.status.name.lower()
        raise LimitExceeded(f"the command is {state}; only one that waits can be cancelled")
    return None


async def _cancel_all(platform: Platform, call: Call) -> Json:
    device = platform.device(call[IMEI])
    cancelled: list[Json] = [each.uuid for each in platform.cached.of(device) if platform.cached.cancel(each)]
    return {"succ": cancelled, "failed": [], "total": len(cancelled)}


async def _of_device(platform: Platform, call: Call) -> Json:
    page = call.page(_PAGE_LENGTH)
    found = _created(platform.cached.of(device_of(platform, call)), call, platform.calendar())
    items = [_row(each) for each in page.of(found[::-1])]
    return {"page": page.number, "per_page": page.length, "total_count": len(found), "items": items}


def _row(command: CachedCommand) -> Json:
    order = command.order
    shown: dict[str, Json] = {
        "cmd_uuid": command.uuid,
        "device_id": command.device.id,
        "expire_time": in_seconds(order.expires_at),
        "status": int(command.status),
        "body": _hex({"args": order.parameters, "content": order.content}),
    }
    if command.sent_at is not None:
        shown["send_time"] = in_seconds(command.sent_at)
    if command.confirmed_at is not None and command.reason is not None:
        result = _result(command, command.reason)
        shown |= {"confirm_time": in_seconds(command.confirmed_at), "confirm_body": _hex(result)}
    return shown


def _hex(value: Json) -> str:
    return compact(value).encode(errors="replace").hex()


_WAITING = (_VALID_TIME, _RETRY, TIMEOUT, _TRIGGER_MSG)
_LISTED = (_END, PAGE, PER_PAGE)

CACHED_CALLS: tuple[ApiRoute, ...] = (
    ApiRoute(
        "GET",
        "/nbiot/offline",
        _read,
        (IMEI, OBJ_ID, _EXPIRED_TIME),
        (OBJ_INST_ID, RES_ID, *_WAITING, _BIN2HEX),
        body_is_query=True,
    ),
    ApiRoute("POST", "/nbiot/offline", _write, (IMEI, OBJ_ID, OBJ_INST_ID, MODE, _EXPIRED_TIME), _WAITING),
    ApiRoute(
        "POST",
        "/nbiot/execute/offline",
        _execute,
        (IMEI, OBJ_ID, OBJ_INST_ID, RES_ID, _EXPIRED_TIME),
        _WAITING,
    ),
    ApiRoute("GET", "/nbiot/offline/history", _history, (IMEI, _START), (*_LISTED, _SORT)),
    ApiRoute("GET", "/nbiot/offline/history/{uuid}", _detail, (IMEI,)),
    ApiRoute("GET", "/nbiot/offline/history/{uuid}/piecewise", _piecewise, (IMEI,)),
    ApiRoute("PUT", "/nbiot/offline/cancel/all", _cancel_all, (IMEI,)),
    ApiRoute("PUT", "/nbiot/offline/cancel/{uuid}", _cancel, (IMEI,)),
    ApiRoute("GET", "/cmds/history/{device_id}", _of_device, (_START,), _LISTED),
)
"""Cached commands, as OneNET's pages 9 to 14, 30, 33 and 34 have them."""
