"""The part of the north-bound API that tells whether data is pushed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onenet_sim.onenet.apiroute import ApiRoute
from onenet_sim.onenet.errors import Errno, InvalidParameter, Refusal
from onenet_sim.onenet.parameters import Number, Text

if TYPE_CHECKING:
    from onenet_sim.journal import Json
    from onenet_sim.onenet.call import Call
    from onenet_sim.onenet.platform import Platform

_PRODUCT_ID = Text("pid")
_GROUP_ID = Number("id", 1, 999_999_999)


async def _of_product(platform: Platform, call: Call) -> Json:
    product_id = call[_PRODUCT_ID]
    if product_id != platform.settings.product_id:
        raise Refusal(Errno.AUTH_FAILED, "auth failed", f"this key is not one of product {product_id[:32]}")
    return {"status": bool(platform.pushes.enabled())}


async def _of_group(platform: Platform, call: Call) -> Json:
    status = platform.pushes.enabled(_GROUP_ID.read(call.segments["group_id"]))
    if status is None:
        raise InvalidParameter("id", "the number that a push was given")
    return {"status": status}


PUSH_CALLS: tuple[ApiRoute, ...] = (
    ApiRoute("GET", "/third/platform/status", _of_product, (_PRODUCT_ID,)),
    ApiRoute("GET", "/msg_group/{group_id}/status", _of_group),
)
"""Whether data is pushed, as OneNET's pages 35 and 36 have it."""
