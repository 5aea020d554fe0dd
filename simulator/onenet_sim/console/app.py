"""One HTTP face: the control API below ``/control``, and OneNET's own north-bound API everywhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from onenet_sim import __version__
from onenet_sim.console import calls, diagnosis, expect, faults, modems, platform, reports, stubs
from onenet_sim.console.answers import Answer, Problem, on_exception, on_http_exception, on_validation_error
from onenet_sim.console.gate import Gate
from onenet_sim.console.guard import Guard

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from onenet_sim.world import Simulation, World

_ROOT = "/control"
_DESCRIPTION = """\
Holds the world of virtual modems and OneNET: its clock, its power keys, its journal.

Times are seconds of world time. Each body is JSON, whatever its content type says, of at most 64 KiB. What goes
wrong is answered with `{"error": "what was wrong, where, and what would be right"}`. Each call but those that
only read is an event in the journal, and the cause of what it brings about.

A world that listens beyond its own machine answers only those who send `Authorization: Bearer TOKEN`, or
`?token=TOKEN` with a GET; the token is `control_token` in the ready line.
"""


def control_app(world: World, token: str | None = None) -> Any:  # noqa: ANN401 - ASGI, as World.serve_http takes it
    """Return what ``world.serve_http`` serves: the control API, and the north-bound API beside it.

    It runs on the world's own loop and survives a reset. With a token, control calls need it; the north-bound API
    has keys of its own.
    """
    control: ASGIApp = Gate(_control_api(world.simulation), world.simulation)
    if token:
        control = Guard(control, token)
    northbound = world.northbound()

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        ours = path == _ROOT or path.startswith(f"{_ROOT}/")
        app: ASGIApp = control if ours else northbound
        await app(scope, receive, send)

    return answer


def _control_api(simulation: Simulation) -> FastAPI:
    api = FastAPI(
        title="onenet-simulator control API",
        version=__version__,
        description=_DESCRIPTION,
        openapi_url=f"{_ROOT}/openapi.json",
        docs_url=None,  # those pages load their scripts from the Internet
        redoc_url=None,
        redirect_slashes=False,
        default_response_class=Answer,
        responses={
            "4XX": {"model": Problem, "description": "The call was wrong; nothing happened."},
            422: {"model": Problem, "description": "A field or parameter was wrong; nothing happened."},
        },
    )
    api.state.simulation = simulation
    for room in (modems, stubs, platform, faults, diagnosis, reports, expect, calls):
        api.include_router(room.router, prefix=_ROOT)
    api.add_exception_handler(HTTPException, on_http_exception)
    api.add_exception_handler(RequestValidationError, on_validation_error)
    api.add_exception_handler(Exception, on_exception)
    return api
