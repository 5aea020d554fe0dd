"""What every control call passes: its body is bounded and is JSON, and unless it only reads, it is noted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from onenet_sim.console.answers import problem
from onenet_sim.world import HttpAnswer, HttpRequest

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from onenet_sim.world import Simulation

LONGEST_BODY = 65_536
"""How many octets a control call's body may have; more is answered 413."""

_NOTED = 2_000
"""How many characters of a body the journal gets."""

_ONLY_READ = {"GET", "HEAD", "OPTIONS"}


class Gate:
    """An ASGI application before the control API, on the world's own loop."""

    def __init__(self, api: ASGIApp, simulation: Simulation) -> None:
        self._api = api
        self._simulation = simulation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through to the API and its answer back, or refuse it."""
        if scope["method"] in _ONLY_READ:
            await self._api(scope, receive, send)
            return
        journal = self._simulation.journal
        body = await _read(receive)
        target = scope["path"] + ("?" + scope["query_string"].decode("latin-1") if scope["query_string"] else "")
        event = journal.note(HttpRequest(scope["method"], target, _noted(body or b"")))
        status = 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            elif journal is self._simulation.journal:  # what comes of a reset is not part of the fresh world
                journal.note(HttpAnswer(status, _noted(message.get("body", b""))))
            await send(message)

        with journal.because(event):
            answerer = _refusal(body) or self._api
            await answerer(_as_json(scope), _Given(body or b"", receive), noting)


class _Given:
    """Gives the API the body that was read, then what else comes from the client."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}


async def _read(receive: Receive) -> bytes | None:
    """Return the whole body, or None if it is too long."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > LONGEST_BODY:
            return None
        if not message.get("more_body"):
            return bytes(body)


def _noted(body: bytes) -> str:
    text = body.decode(errors="replace")
    return text if len(text) <= _NOTED else f"{text[:_NOTED]}…"


def _refusal(body: bytes | None) -> ASGIApp | None:
    """Return the answer to a body that the API need not see."""
    if body is None:
        return problem(413, f"the body is longer than {LONGEST_BODY:,} octets")
    if body:
        try:
            json.loads(body, parse_constant=_no_number)
        except (ValueError, RecursionError) as error:
            return problem(400, f"the body is not JSON: {error}")
    return None


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number in JSON")


def _as_json(scope: Scope) -> Scope:
    """Return the scope with the only content type that there is here; curl and others claim a form."""
    headers = [(name, value) for name, value in scope["headers"] if name != b"content-type"]
    return {**scope, "headers": [*headers, (b"content-type", b"application/json")]}
