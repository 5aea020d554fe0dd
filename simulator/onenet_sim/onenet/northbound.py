"""OneNET's north-bound HTTP API, as far as the mock has it (NB-IoT suite, "application development").

Every call is answered with an envelope ``{"errno": 0, "error": "succ", "data": …}`` and HTTP 200, whatever
became of it; only a path or a method that there is not gets 404 or 405, in an envelope as well.
"""

from __future__ import annotations

import hmac
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias

from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from onenet_sim.journal import HttpAnswer, HttpRequest, Rule
from onenet_sim.onenet.call import LONGEST_BODY, Call, parse_body
from onenet_sim.onenet.deviceapi import DEVICE_CALLS
from onenet_sim.onenet.errors import CommandFailed, Errno, InvalidParameter, Refusal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from starlette.requests import Request

    from onenet_sim.journal import Json
    from onenet_sim.lwm2m import Path
    from onenet_sim.onenet.platform import Platform
    from onenet_sim.onenet.readings import Reading

    _Handler: TypeAlias = Callable[[Platform, Call], Awaitable[Json]]

_REPLACE: Final = 1
_UPDATE: Final = 2


def northbound_app(platform: Platform) -> Starlette:
    """Return the API of one platform as an ASGI app; run it on the world's own loop.

    Each request needs the header ``api-key``. Bodies above 64 KiB are refused.
    """
    # The calls with a fixed path come before those with a device's number in its place.
    calls = sorted((*_CALLS, *DEVICE_CALLS), key=lambda call: "{" in call[1])
    routes = [
        Route(path, partial(_answer, platform, handler), methods=[method], include_in_schema=False)
        for method, path, handler in calls
    ]
    none_such = partial(_none_such, platform)
    app = Starlette(routes=routes, exception_handlers={404: none_such, 405: none_such})
    app.router.redirect_slashes = False
    return app


async def _answer(platform: Platform, handler: _Handler, request: Request) -> Response:
    journal = platform.journal
    octets = await _body_of(request)
    event = journal.note(HttpRequest(request.method, _target(request), (octets or b"").decode(errors="replace")))
    with journal.because(event):
        try:
            _check_key(platform, request)
            call = Call(request.path_params, request.query_params, parse_body(_bounded(octets)))
            data = await handler(platform, call)
        except Refusal as refusal:
            if not isinstance(refusal, CommandFailed):  # that one explained itself where it happened
                journal.note(Rule.ERRNO.explains(f"errno {refusal.errno:d}: {refusal}"))
            return _reply(platform, {"errno": int(refusal.errno), "error": refusal.text})
        envelope: dict[str, Json] = {"errno": 0, "error": "succ"}
        return _reply(platform, envelope if data is None else {**envelope, "data": data})


async def _none_such(platform: Platform, request: Request, error: Exception) -> Response:
    status = int(getattr(error, "status_code", 404))
    event = platform.journal.note(HttpRequest(request.method, _target(request)))
    what = f"{request.method} {request.url.path[:200]}"
    with platform.journal.because(event):
        text = f"no such call: {what}"
        platform.journal.note(Rule.ERRNO.explains(f"OneNET's API, as far as it is mocked, has {text}"))
        return _reply(platform, {"errno": int(Errno.INVALID_PARAMETER), "error": text}, status)


def _reply(platform: Platform, envelope: dict[str, Json], status: int = 200) -> Response:
    response = JSONResponse(envelope, status)
    platform.journal.note(HttpAnswer(status, bytes(response.body).decode()))
    return response


def _target(request: Request) -> str:
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path


async def _body_of(request: Request) -> bytes | None:
    """Return the request's body, or None if it is too long."""
    octets = bytearray()
    async for chunk in request.stream():
        octets += chunk
        if len(octets) > LONGEST_BODY:
            return None
    return bytes(octets)


def _bounded(octets: bytes | None) -> bytes:
    if octets is None:
        raise Refusal(Errno.LIMIT, "system logic limit", f"the body has more than {LONGEST_BODY:,} octets")
    return octets


def _check_key(platform: Platform, request: Request) -> None:
    key = request.headers.get("api-key", "")
    if not hmac.compare_digest(key.encode(), platform.settings.api_key.encode()):
        why = "the header api-key is missing" if not key else "the header api-key is not this product's key"
        raise Refusal(Errno.AUTH_FAILED, "auth failed", why)


async def _read(platform: Platform, call: Call) -> Json:
    readings = await platform.read(call.text("imei"), call.path(1), call.timeout())
    return by_instance(readings)


def by_instance(readings: Iterable[Reading]) -> list[Json]:
    """Return readings as the API shows them.

    One reading gives ``[{"obj_inst_id": 0, "res": [{"res_id": 5700, "val": 25.5}]}]``.
    """
    instances: dict[Path, dict[int, dict[str, Json]]] = {}
    for reading in readings:
        resource_id = reading.path.resource_id or 0
        resources = instances.setdefault(reading.path.instance, {})
        resource = resources.setdefault(resource_id, {"res_id": resource_id})
        value = list(reading.value) if isinstance(reading.value, tuple) else reading.value
        if reading.resource_instance is None:
            resource["val"] = value
        else:
            listed = resource.get("res_inst", [])
            row = {"res_inst_id": reading.resource_instance, "val": value}
            resource["res_inst"] = [*(listed if isinstance(listed, list) else []), row]
    return [
        {"obj_inst_id": instance.instance_id, "res": list(resources.values())}
        for instance, resources in instances.items()
    ]


async def _write(platform: Platform, call: Call) -> Json:
    imei, path, timeout = call.text("imei"), call.path(2), call.timeout()
    mode = call.number("mode", _REPLACE, _UPDATE)
    if path.resource_id is not None:
        raise InvalidParameter("res_id", "none in the query; a write names its resources in the body")
    await platform.write(imei, path, call.writes(), _REPLACE if mode == _REPLACE else _UPDATE, timeout)
    return None


async def _execute(platform: Platform, call: Call) -> Json:
    arguments = call.body.get("args", "")
    if not isinstance(arguments, str):
        raise InvalidParameter("args", f"text, not {arguments!r:.80}")
    await platform.execute(call.text("imei"), call.path(3), arguments, call.timeout())
    return None


async def _observe(platform: Platform, call: Call) -> Json:
    # OneNET's page shows the parameters in the query and once more as a body: both are taken.
    given = {name: _spelled(value) for name, value in call.body.items()} | dict(call.query)
    both = Call(call.segments, given, {})
    cancel = both.flag("cancel")
    await platform.observe(both.text("imei"), both.path(1), cancel, both.attributes(), both.timeout())
    return None


def _spelled(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


async def _resources(platform: Platform, call: Call) -> Json:
    imei = call.text("imei")
    wanted = call.path(1).object_id if "obj_id" in call.query else None
    objects: dict[int, list[Json]] = {}
    for instance, ids in platform.device(imei).resources.items():
        if wanted in {None, instance.object_id}:
            row: Json = {"inst_id": instance.instance_id, "resources": list(ids)}
            objects.setdefault(instance.object_id, []).append(row)
    items: list[Json] = [{"obj_id": each, "instances": instances} for each, instances in objects.items()]
    return {"total_count": len(items), "item": items}


async def _discover(platform: Platform, call: Call) -> Json:
    found = await platform.discover(call.text("imei"), call.path(1), call.timeout())
    return [{"obj_inst_id": each.instance_id, "res_id": list(ids)} for each, ids in found.items()]


_CALLS: tuple[tuple[str, str, _Handler], ...] = (
    ("GET", "/nbiot", _read),
    ("GET", "/devices/nbiot", _read),  # the path of the read page's own example
    ("POST", "/nbiot", _write),
    ("POST", "/nbiot/execute", _execute),
    ("POST", "/nbiot/observe", _observe),
    ("GET", "/nbiot/resources", _resources),
    ("GET", "/nbiot/discover", _discover),
)
