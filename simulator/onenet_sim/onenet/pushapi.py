"""The part of the north-bound API that tells whether data is pushed."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from onenet_sim.onenet.errors import Errno, InvalidParameter, Refusal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from onenet_sim.journal import Json
    from onenet_sim.onenet.call import Call
    from onenet_sim.onenet.platform import Platform

    _Handler: TypeAlias = Callable[[Platform, Call], Awaitable[Json]]

_LONGEST_NUMBER = 9


async def _of_product(platform: Platform, call: Call) -> Json:
    product_id = call.text("pid")
    if product_id != platform.settings.product_id:
        raise Refusal(Errno.AUTH_FAILED, "auth failed", f"this key is not one of product {product_id[:32]}")
    return {"status": bool(platform.pushes.enabled())}


async def _of_group(platform: Platform, call: Call) -> Json:
    text = call.segments["group_id"]
    known = text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER
    status = platform.pushes.enabled(int(text)) if known else None
    if status is None:
        raise InvalidParameter("id", "the number that a push was given")
    return {"status": status}


PUSH_CALLS: tuple[tuple[str, str, _Handler], ...] = (
    ("GET", "/third/platform/status", _of_product),
    ("GET", "/msg_group/{group_id}/status", _of_group),
)
"""Method, path and handler of each call."""
