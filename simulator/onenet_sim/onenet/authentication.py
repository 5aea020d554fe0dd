"""Who calls the north-bound API: whoever has the product's key, a device's own key, or a token."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from onenet_sim.onenet.errors import Errno, Refusal
from onenet_sim.onenet.tokens import ApiGeneration, BadToken, Token

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onenet_sim.onenet.apiroute import ApiRoute
    from onenet_sim.onenet.call import Call
    from onenet_sim.onenet.devices import Device
    from onenet_sim.onenet.platform import Platform


def authenticate(
    platform: Platform, headers: Mapping[str, str], generation: ApiGeneration, route: ApiRoute, call: Call
) -> None:
    """See whether a request's headers open a call. The suite takes ``api-key`` before a token, Studio only tokens.

    Raises:
        Refusal: They do not (errno 1).
    """
    key, token = headers.get("api-key", ""), headers.get("authorization", "")
    if key and generation is ApiGeneration.SUITE:
        _check_key(platform, key, route, call)
    elif token:
        try:
            access_key, product_id = platform.settings.access_key, platform.settings.product_id
            Token.parse(token).check(access_key, generation, product_id, platform.calendar())
        except BadToken as error:
            raise _refused(str(error)) from error
    elif generation is ApiGeneration.SUITE:
        raise _refused("the headers have neither api-key nor Authorization")
    else:
        raise _refused("the header Authorization is missing; Studio's calls take no api-key")


def _check_key(platform: Platform, key: str, route: ApiRoute, call: Call) -> None:
    if _same(key, platform.settings.api_key):
        return
    device = next((each for each in _asked(platform, call) if _same(key, each.api_key)), None)
    if device is None:
        raise _refused("the header api-key is neither this product's key nor that of the device in question")
    if not route.device_key:
        raise _refused(f"the header api-key is the key of device {device.id}; this call needs the product's")


def _asked(platform: Platform, call: Call) -> list[Device]:
    """Return the device that a call is about, by its number or its IMEI, if there is one."""
    named = (
        platform.devices.by_id(call.segments.get("device_id", "")),
        platform.devices.by_imei(call.query.get("imei", "")),
    )
    return [device for device in named if device is not None]


def _same(key: str, right: str) -> bool:
    return hmac.compare_digest(key.encode(), right.encode())


def _refused(why: str) -> Refusal:
    return Refusal(Errno.AUTH_FAILED, "auth failed", why)
