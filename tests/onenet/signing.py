"""Tokens of OneNET's applications, signed by hand."""

from __future__ import annotations

import base64
import hmac
from datetime import UTC, datetime
from urllib.parse import quote

ACCESS_KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
NEW_YEAR = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
"""World time 0 of these tests."""

SUITE, STUDIO = "2018-10-31", "2020-05-29"


def token(
    res: str = "products/1000",
    version: str = SUITE,
    et: int | str = NEW_YEAR + 60,
    method: str = "sha1",
    key: str = ACCESS_KEY,
    **changed: str,
) -> str:
    """Return a header's value, signed by hand as OneNET's page tells it."""
    text = f"{et}\n{method}\n{res}\n{version}"
    digest = method if method in {"md5", "sha1", "sha256"} else "sha1"
    sign = base64.b64encode(hmac.new(base64.b64decode(key), text.encode(), digest).digest()).decode()
    parts = {"version": version, "res": res, "et": str(et), "method": method, "sign": sign, **changed}
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in parts.items() if value)
