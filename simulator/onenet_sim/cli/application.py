"""An application of OneNET in small: calls the north-bound API as any other program does."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

_SECONDS = 30


class Application:
    """Calls the API at ``url`` with an API key, past any proxy of the environment."""

    def __init__(self, url: str, api_key: str) -> None:
        self.url = url
        self._api_key = api_key
        self._opener = build_opener(ProxyHandler({}))

    def get(self, path: str, **query: str | int) -> dict[str, Any]:
        """Return the envelope that a GET is answered with.

        Raises:
            OSError: There is no answer, or its HTTP status is an error.
        """
        return self._call("GET", path, query, None)

    def post(self, path: str, body: object, **query: str | int) -> dict[str, Any]:
        """Return the envelope that a POST is answered with; errors as in :meth:`get`."""
        return self._call("POST", path, query, body)

    def _call(self, method: str, path: str, query: dict[str, str | int], body: object) -> dict[str, Any]:
        octets = None if body is None else json.dumps(body, separators=(",", ":")).encode()
        headers = {"api-key": self._api_key, "content-type": "application/json"}
        url = f"{self.url}{path}?{urlencode(query)}"
        request = Request(url, data=octets, headers=headers, method=method)  # noqa: S310 - the world's own URL
        with self._opener.open(request, timeout=_SECONDS) as answer:
            envelope: dict[str, Any] = json.load(answer)
        return envelope
