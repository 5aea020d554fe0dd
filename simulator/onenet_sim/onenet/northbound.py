"""OneNET's north-bound HTTP API (NB-IoT suite, "application development"), with Studio's on top of it.

Every call is answered with an envelope ``{"errno": 0, "error": "succ", "data": …}`` and HTTP 200, whatever
became of it; only a path or a method that there is not gets 404 or 405, in an envelope as well. ``ROUTES`` is all
that there is; the tables it is made of stand beside what they serve.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias

from starlette.applications import Starlette
from starlette.datastructures import QueryParams
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from onenet_sim.journal import Explanation, HttpAnswer, HttpRequest, Rule
from onenet_sim.onenet.authentication import authenticate
from onenet_sim.onenet.cachedapi import CACHED_CALLS
from onenet_sim.onenet.call import LONGEST_BODY, Call, parse_body
from onenet_sim.onenet.commandapi import COMMAND_CALLS
from onenet_sim.onenet.deviceapi import DEVICE_CALLS
from onenet_sim.onenet.errors import CommandFailed, Errno, LimitExceeded, Refusal
from onenet_sim.onenet.keyapi import KEY_CALLS
from onenet_sim.onenet.pointapi import POINT_CALLS
from onenet_sim.onenet.pushapi import PUSH_CALLS
from onenet_sim.onenet.studioapi import (
    COMMON,
    NAMESPACES,
    STUDIO_ROUTES,
    StudioSpelling,
    enveloped as studio_envelope,
    studio_route,
)
from onenet_sim.onenet.tokens import ApiGeneration
from onenet_sim.onenet.triggerapi import TRIGGER_CALLS

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from onenet_sim.journal import Json
    from onenet_sim.onenet.apiroute import ApiRoute
    from onenet_sim.onenet.platform import Platform

    _Envelope: TypeAlias = Callable[[Platform, Json | Refusal], dict[str, Json]]
    _Choice: TypeAlias = Callable[[Call], tuple[ApiRoute, Call]]

ROUTES: Final[tuple[ApiRoute, ...]] = (
    *DEVICE_CALLS,
    *POINT_CALLS,
    *COMMAND_CALLS,
    *CACHED_CALLS,
    *TRIGGER_CALLS,
    *KEY_CALLS,
    *PUSH_CALLS,
)
"""Every call of the suite."""

_STUDIO_METHODS = ["GET", "POST", "PUT"]


def northbound_app(platform: Platform) -> Starlette:
    """Return the API of one platform as an ASGI app; run it on the world's own loop.

    Each request needs the header ``api-key``, or a token. Bodies above 64 KiB are refused.
    """
    by_name = {(route.method, route.path): route for route in (*ROUTES, *STUDIO_ROUTES)}
    # The calls with a fixed path come before those with a device's number in its place.
    suite = [
        Route(route.path, partial(_suite, platform, route), methods=[route.method], include_in_schema=False)
        for route in sorted(ROUTES, key=lambda route: "{" in route.path)
    ]
    studio = [
        Route(path, partial(_studio, platform, by_name), methods=_STUDIO_METHODS, include_in_schema=False)
        for path in NAMESPACES
    ]
    none_such = partial(_none_such, platform)
    app = Starlette(
        routes=[*suite, *studio],
        middleware=[Middleware(StudioSpelling)],
        exception_handlers={404: none_such, 405: none_such},
    )
    app.router.redirect_slashes = False
    return app


async def _suite(platform: Platform, route: ApiRoute, request: Request) -> Response:
    call = Call(request.path_params, request.query_params, {})
    return await _answer(platform, request, ApiGeneration.SUITE, call, lambda call: (route, call), _envelope)


async def _studio(platform: Platform, routes: dict[tuple[str, str], ApiRoute], request: Request) -> Response:
    path = request.url.path
    call = Call({}, QueryParams(request.url.query.replace("?", "&")), {})
    envelope = studio_envelope if path == COMMON else _envelope
    return await _answer(
        platform,
        request,
        ApiGeneration.STUDIO,
        call,
        lambda call: studio_route(path, call, request.method, routes),
        envelope,
    )


async def _answer(
    platform: Platform,
    request: Request,
    generation: ApiGeneration,
    call: Call,
    choose: _Choice,
    envelope: _Envelope,
) -> Response:
    journal = platform.journal
    octets = await _body_of(request)
    event = journal.note(HttpRequest(request.method, _target(request), (octets or b"").decode(errors="replace")))
    outcome: Json | Refusal
    with journal.because(event):
        try:
            route, call = choose(call)
            authenticate(platform, request.headers, generation, route, call)
            if strangers := route.strangers(call):
                journal.note(Explanation(f"this call does not look at {', '.join(strangers):.200}"))
            call = route.checked(replace(call, body=parse_body(_bounded(octets))))
            outcome = await route.handler(platform, call)
        except Refusal as refusal:
            if not isinstance(refusal, CommandFailed):  # that one explained itself where it happened
                journal.note(Rule.ERRNO.explains(f"errno {refusal.errno:d}: {refusal}"))
            outcome = refusal
        return _reply(platform, envelope(platform, outcome), headers=call.headers)


def _envelope(_platform: Platform, outcome: Json | Refusal) -> dict[str, Json]:
    if isinstance(outcome, Refusal):
        return {"errno": int(outcome.errno), "error": outcome.text}
    success: dict[str, Json] = {"errno": 0, "error": "succ"}
    return success if outcome is None else {**success, "data": outcome}


async def _none_such(platform: Platform, request: Request, error: Exception) -> Response:
    status = int(getattr(error, "status_code", 404))
    event = platform.journal.note(HttpRequest(request.method, _target(request)))
    what = f"{request.method} {request.url.path[:200]}"
    with platform.journal.because(event):
        text = f"no such call: {what}"
        platform.journal.note(Rule.ERRNO.explains(f"OneNET's API, as far as it is mocked, has {text}"))
        return _reply(platform, {"errno": int(Errno.INVALID_PARAMETER), "error": text}, status)


def _reply(
    platform: Platform, envelope: dict[str, Json], status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    response = JSONResponse(envelope, status, headers)
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
        raise LimitExceeded(f"the body has more than {LONGEST_BODY:,} octets")
    return octets
