"""The part of the north-bound API that is about cached commands."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal, TypeAlias

from onenet_sim.onenet.cached import ANY_UPLINK, CachedCommand, Kind, LogLine, Order, SendStatus, Step, Uplink
from onenet_sim.onenet.errors import Errno, InvalidParameter, MissingParameter, Reason, Refusal, UnknownDevice
from onenet_sim.onenet.readings import by_instance

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime

    from onenet_sim.journal import Json
    from onenet_sim.lwm2m import Path
    from onenet_sim.onenet.call import Call
    from onenet_sim.onenet.platform import Platform
    from onenet_sim.onenet.readings import ResourceWrite

    _Handler: TypeAlias = Callable[[Platform, Call], Awaitable[Json]]

_RETRIES, _RETRY = 10, 3
_TIMEOUT = 25.0
_LONGEST_NUMBER = 10
_MOST_PAGES, _LONGEST_PAGE, _PAGE = 10_000, 100, 30
_SORTS = {"DESC": True, "ASC": False}


def _at(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")


async def _read(platform: Platform, call: Call) -> Json:
    both = call.with_body_as_query()
    return _add(platform, both, Kind.READ, both.path(1))


async def _write(platform: Platform, call: Call) -> Json:
    return _add(platform, call, Kind.WRITE, call.instance(), call.mode(), call.writes())


async def _execute(platform: Platform, call: Call) -> Json:
    return _add(platform, call, Kind.EXECUTE, call.path(3))


def _add(
    platform: Platform,
    call: Call,
    kind: Kind,
    path: Path,
    mode: Literal[1, 2] = 2,
    values: tuple[ResourceWrite, ...] = (),
) -> Json:
    device = platform.device(call.text("imei"))
    valid_at, expires_at = _validity(call, platform.calendar())
    order = Order(
        kind=kind,
        path=path,
        values=values,
        mode=mode,
        arguments=call.arguments() if kind is Kind.EXECUTE else "",
        valid_at=valid_at,
        expires_at=expires_at,
        retry=call.number("retry", 0, _RETRIES, _RETRY),
        timeout=call.timeout() or _TIMEOUT,
        uplinks=Uplink(call.number("trigger_msg", 1, ANY_UPLINK, ANY_UPLINK)),
        parameters={name: _parameter(name, text) for name, text in call.query.items()},
        content=call.body,
    )
    return {"uuid": platform.cached.add(device, order).uuid}


def _parameter(name: str, text: str) -> str | int:
    """Return a parameter as the history shows it: numbers as numbers, except for the IMEI."""
    number = name != "imei" and text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER
    return int(text) if number else text


def _validity(call: Call, now: datetime) -> tuple[datetime, datetime]:
    valid_at, expires_at = call.moment("valid_time", now), call.moment("expired_time", now)
    if expires_at is None:
        raise MissingParameter("expired_time", "a time such as 2018-03-08T17:30:00 in the query")
    if valid_at is not None and valid_at <= now:
        raise InvalidParameter("valid_time", f"a time after the platform's own, {now:%Y-%m-%dT%H:%M:%S}")
    if expires_at <= (valid_at or now):
        raise InvalidParameter("expired_time", f"a time after {valid_at or now:%Y-%m-%dT%H:%M:%S}")
    return valid_at or now, expires_at


async def _history(platform: Platform, call: Call) -> Json:
    device = platform.device(call.text("imei"))
    newest_first = _SORTS.get(call.query.get("sort", "DESC").upper())
    if newest_first is None:
        raise InvalidParameter("sort", "DESC or ASC")
    found = _created(platform.cached.of(device), call, platform.calendar())
    rows, _, _ = _page(found[::-1] if newest_first else found, call)
    items = [{"cmd_uuid": each.uuid, **_summary(each)} for each in rows]
    return {"total_count": len(found), "items": items}


def _created(commands: Sequence[CachedCommand], call: Call, now: datetime) -> list[CachedCommand]:
    """Return those that were made between the call's ``start`` and ``end``."""
    start, end = call.moment("start", now), call.moment("end", now)
    if start is None:
        raise MissingParameter("start", "a time such as 2018-03-08T17:30:00 in the query")
    return [each for each in commands if start <= each.created_at and (end is None or each.created_at < end)]


def _page(commands: list[CachedCommand], call: Call) -> tuple[list[CachedCommand], int, int]:
    page = call.number("page", 1, _MOST_PAGES, 1)
    per_page = call.number("per_page", 1, _LONGEST_PAGE, _PAGE)
    return commands[(page - 1) * per_page : page * per_page], page, per_page


def _summary(command: CachedCommand) -> dict[str, Json]:
    order = command.order
    shown: dict[str, Json] = {
        "type": order.kind.name,
        "create_time": _at(command.created_at),
        "valid_time": _at(order.valid_at),
        "expired_time": _at(order.expires_at),
        "trigger_msg": int(order.uplinks),
        "send_status": int(command.status),
        "imei": command.device.imei,
        "remain": command.remain,
    }
    if command.sent_at is not None:
        shown["send_time"] = _at(command.sent_at)
    if command.confirmed_at is not None and command.reason is not None:
        shown |= {"confirm_time": _at(command.confirmed_at), "confirm_status": command.reason.name}
    if times := [_at(line.at) for line in command.log if line.step is Step.FED_BACK]:
        shown["feedback_time"] = times[-1]
    return shown


def _command(platform: Platform, call: Call) -> CachedCommand:
    device, uuid = platform.device(call.text("imei")), call.segments["uuid"]
    command = platform.cached.get(device, uuid)
    if command is None:
        raise InvalidParameter("uuid", f"one of a cached command for device {device.imei}, not {uuid[:40]!r}")
    return command


async def _detail(platform: Platform, call: Call) -> Json:
    command = _command(platform, call)
    order = command.order
    result: dict[str, Json] = {"cmd_result": _result(command)} if command.status is SendStatus.SUCCESS else {}
    feedback: list[Json] = [
        {"feedback_time": _at(line.at), "feedback_status": 0 if line.delivered else 1}
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
        as_hex = command.order.parameters.get("bin2hex") == "true"
        envelope["data"] = by_instance(command.readings, as_hex=as_hex)
    return envelope


async def _piecewise(platform: Platform, call: Call) -> Json:
    command = _command(platform, call)
    return [{"log": _told(command, line), "time": f"{line.at:%a %b %d %H:%M:%S %Z %Y}"} for line in command.log]


def _told(command: CachedCommand, line: LogLine) -> str:
    order = command.order
    request = f"type: [{order.kind:d}], args: [{_compact(order.parameters)}], content: [{_compact(order.content)}]"
    match line.step:
        case Step.RECEIVED:
            return f"received command {request}"
        case Step.SENT:
            return f"send command {request}"
        case Step.CONFIRMED:
            result = _compact(_result(command, line.reason))
            return (
                f"received confirm message, type: [{order.kind:d}], command send status: [{line.status:d}], "
                f"confirm status: [{line.reason:d}], result: [{result}]"
            )
        case Step.FED_BACK:
            return f"feedback message, type: [{order.kind:d}], feedback status: [{0 if line.delivered else 1}]"


def _compact(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) if value else ""


async def _cancel(platform: Platform, call: Call) -> Json:
    command = _command(platform, call)
    if not platform.cached.cancel(command):
        state = command.status.name.lower()
        why = f"the command is {state}; only one that waits can be cancelled"
        raise Refusal(Errno.LIMIT, "system logic limit", why)
    return None


async def _cancel_all(platform: Platform, call: Call) -> Json:
    device = platform.device(call.text("imei"))
    cancelled: list[Json] = [each.uuid for each in platform.cached.of(device) if platform.cached.cancel(each)]
    return {"succ": cancelled, "failed": [], "total": len(cancelled)}


async def _of_device(platform: Platform, call: Call) -> Json:
    device = platform.devices.by_id(call.segments["device_id"])
    if device is None:
        raise UnknownDevice(f"id {call.segments['device_id'][:32]}")
    found = _created(platform.cached.of(device), call, platform.calendar())
    rows, page, per_page = _page(found[::-1], call)
    items = [_row(each) for each in rows]
    return {"page": page, "per_page": per_page, "total_count": len(found), "items": items}


def _row(command: CachedCommand) -> Json:
    order = command.order
    shown: dict[str, Json] = {
        "cmd_uuid": command.uuid,
        "device_id": command.device.id,
        "expire_time": _at(order.expires_at),
        "status": int(command.status),
        "body": _hex({"args": order.parameters, "content": order.content}),
    }
    if command.sent_at is not None:
        shown["send_time"] = _at(command.sent_at)
    if command.confirmed_at is not None and command.reason is not None:
        result = _result(command, command.reason)
        shown |= {"confirm_time": _at(command.confirmed_at), "confirm_body": _hex(result)}
    return shown


def _hex(value: Json) -> str:
    return _compact(value).encode(errors="replace").hex()


CACHED_CALLS: tuple[tuple[str, str, _Handler], ...] = (
    ("GET", "/nbiot/offline", _read),
    ("POST", "/nbiot/offline", _write),
    ("POST", "/nbiot/execute/offline", _execute),
    ("GET", "/nbiot/offline/history", _history),
    ("GET", "/nbiot/offline/history/{uuid}", _detail),
    ("GET", "/nbiot/offline/history/{uuid}/piecewise", _piecewise),
    ("PUT", "/nbiot/offline/cancel/all", _cancel_all),
    ("PUT", "/nbiot/offline/cancel/{uuid}", _cancel),
    ("GET", "/cmds/history/{device_id}", _of_device),
)
"""Method, path and handler of each call."""
