"""The part of the north-bound API that asks devices something at once."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from onenet_sim.journal import Explanation
from onenet_sim.onenet.apiroute import ApiRoute
from onenet_sim.onenet.commandlog import CommandKind, LoggedCommand
from onenet_sim.onenet.errors import CommandFailed, DeviceOffline, InvalidParameter, Reason, Refusal
from onenet_sim.onenet.parameters import ATTRIBUTES, IMEI, MODE, OBJ_ID, OBJ_INST_ID, RES_ID, TIMEOUT, Text
from onenet_sim.onenet.readings import by_instance
from onenet_sim.onenet.timeforms import as_java_has_it

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onenet_sim.journal import Json
    from onenet_sim.onenet.call import Call
    from onenet_sim.onenet.platform import Platform

UUID_HEADER: Final = "cmd-uuid"
"""The answer's header that names the command, for its log. OneNET shows the uuid on its web pages only."""

_CANCEL = Text("cancel")


@contextmanager
def _logged(platform: Platform, call: Call, kind: CommandKind) -> Iterator[LoggedCommand]:
    """Keep the log of the command that is done inside."""
    device = platform.device(call[IMEI])
    command = platform.command_log.begin(device.imei, kind, call.shown_query, call.body)
    call.headers[UUID_HEADER] = command.uuid
    online = device.online
    if online:
        command.sent()
    try:
        yield command
    except Refusal as refusal:
        reason = _reason_of(refusal)
        if online:
            command.confirmed(reason)
        command.fed_back(reason, {"errno": int(refusal.errno), "error": refusal.text})
        raise
    command.confirmed(Reason.SUCCESS)
    command.fed_back(Reason.SUCCESS, command.result)


def _reason_of(refusal: Refusal) -> Reason:
    match refusal:
        case CommandFailed():
            return refusal.reason
        case DeviceOffline():
            return Reason.OFFLINE
        case _:
            return Reason.REQ_PARAM_ERROR


async def _read(platform: Platform, call: Call) -> Json:
    path = call.path
    with _logged(platform, call, CommandKind.READ) as command:
        command.result = by_instance(await platform.read(call[IMEI], path, call.timeout))
    return command.result


async def _write(platform: Platform, call: Call) -> Json:
    path, values = call.path, call.writes()
    with _logged(platform, call, CommandKind.WRITE):
        await platform.write(call[IMEI], path, values, call.mode, call.timeout)
    return None


async def _execute(platform: Platform, call: Call) -> Json:
    path, arguments = call.path, call.arguments()
    with _logged(platform, call, CommandKind.EXECUTE):
        await platform.execute(call[IMEI], path, arguments, call.timeout)
    return None


async def _observe(platform: Platform, call: Call) -> Json:
    path, attributes, cancel = call.path, call.attributes, call[_CANCEL]
    if cancel not in {"true", "false"}:
        platform.journal.note(Explanation(f"cancel is {cancel[:32]!r}, which counts as false"))
    with _logged(platform, call, CommandKind.OBSERVE):
        await platform.observe(call[IMEI], path, cancel == "true", attributes, call.timeout)
    return None


async def _resources(platform: Platform, call: Call) -> Json:
    wanted = call.get(OBJ_ID)
    objects: dict[int, list[Json]] = {}
    for instance, ids in platform.device(call[IMEI]).resources.items():
        if wanted in {None, instance.object_id}:
            row: Json = {"inst_id": instance.instance_id, "resources": list(ids)}
            objects.setdefault(instance.object_id, []).append(row)
    items: list[Json] = [{"obj_id": each, "instances": instances} for each, instances in objects.items()]
    return {"total_count": len(items), "item": items}


async def _discover(platform: Platform, call: Call) -> Json:
    found = await platform.discover(call[IMEI], call.path, call.timeout)
    return [{"obj_inst_id": each.instance_id, "res_id": list(ids)} for each, ids in found.items()]


async def _log(platform: Platform, call: Call) -> Json:
    device, uuid = platform.device(call[IMEI]), call.segments["uuid"]
    command = platform.command_log.find(uuid)
    if command is None or command.imei != device.imei:
        raise InvalidParameter("uuid", f"that of a command to device {device.imei}, not {uuid[:40]!r}")
    return [{"log": text, "time": as_java_has_it(at)} for at, text in command.lines]


_ONE_RESOURCE = (IMEI, OBJ_ID, OBJ_INST_ID, RES_ID)

COMMAND_CALLS: tuple[ApiRoute, ...] = (
    ApiRoute("GET", "/nbiot", _read, (IMEI, OBJ_ID), (OBJ_INST_ID, RES_ID, TIMEOUT)),
    # The path of the read page's own example:
    ApiRoute("GET", "/devices/nbiot", _read, (IMEI, OBJ_ID), (OBJ_INST_ID, RES_ID, TIMEOUT)),
    ApiRoute("POST", "/nbiot", _write, (IMEI, OBJ_ID, OBJ_INST_ID, MODE), (TIMEOUT,)),
    ApiRoute("POST", "/nbiot/execute", _execute, _ONE_RESOURCE, (TIMEOUT,)),
    ApiRoute(
        "POST",
        "/nbiot/observe",
        _observe,
        (IMEI, OBJ_ID, _CANCEL),
        (OBJ_INST_ID, RES_ID, *ATTRIBUTES, TIMEOUT),
        body_is_query=True,
    ),
    ApiRoute("GET", "/nbiot/resources", _resources, (IMEI,), (OBJ_ID,), device_key=True),
    ApiRoute("GET", "/nbiot/discover", _discover, (IMEI, OBJ_ID), (OBJ_INST_ID, TIMEOUT)),
    ApiRoute("GET", "/nbiot/open/online/history/{uuid}/piecewise", _log, (IMEI,)),
)
"""What is asked of devices at once, as OneNET's pages 4 to 8, 31 and 32 have it."""
