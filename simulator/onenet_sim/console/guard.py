"""Who may hold the world: on this machine everybody, over a network those who have the token."""

from __future__ import annotations

import secrets
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from onenet_sim.console.answers import problem

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_TOKEN_OCTETS = 18
_SCHEME = b"bearer "
_REFUSED = (
    "this call needs the world's token: send Authorization: Bearer TOKEN (or ?token=TOKEN with a GET); "
    "it is control_token in the ready line of onenet-sim run"
)


def control_token(host: str, chosen: str | None) -> str | None:
    """Return the token that control calls need at an IPv4 address: the chosen one, or one that is drawn.

    On a loopback address None is needed, unless one was chosen.
    """
    if chosen or _is_loopback(host):
        return chosen or None
    return secrets.token_urlsafe(_TOKEN_OCTETS)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


class Guard:
    """An ASGI application that lets those through who have the token; others are answered 401."""

    def __init__(self, api: ASGIApp, token: str) -> None:
        self._api = api
        self._token = token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        known = any(secrets.compare_digest(given, self._token) for given in _given(scope))
        answerer = self._api if known else problem(401, _REFUSED, {"WWW-Authenticate": "Bearer"})
        await answerer(scope, receive, send)


def _given(scope: Scope) -> list[bytes]:
    """Return the tokens that a request carries; a link in a browser has no header, so a GET may name it."""
    headers = [value for name, value in scope["headers"] if name == b"authorization"]
    given = [value[len(_SCHEME) :].strip() for value in headers if value.lower().startswith(_SCHEME)]
    query: bytes = scope["query_string"] if scope["method"] == "GET" else b""
    return given + parse_qs(query).get(b"token", [])
