"""OneNET Studio's API, as another way to the calls of the NB-IoT suite, and its own call that makes a device.

``/lwm2m-online?action=read`` is the suite's ``GET /nbiot``, and so on. Names of paths and actions are taken in any
case, since Studio's pages spell them differently, and a second ``?`` in the address, as their examples have it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from onenet_sim.onenet.apiroute import ApiRoute
from onenet_sim.onenet.devicebody import auth_code_in, identities_refused, psk_in
from onenet_sim.onenet.errors import Errno, InvalidParameter, Refusal
from onenet_sim.onenet.parameters import Number, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Receive, Scope, Send

    from onenet_sim.journal import Json
    from onenet_sim.onenet.call import Call
    from onenet_sim.onenet.platform import Platform

ONLINE: Final = "/lwm2m-online"
OFFLINE: Final = "/lwm2m-offline"
COMMON: Final = "/common"
NAMESPACES: Final = (ONLINE, OFFLINE, COMMON)
ACTION: Final = Text("action")
VERSION: Final = Number("version", 1, 1)

STUDIO_CALLS = MappingProxyType(
    {
        (ONLINE, "read"): ("GET", "/nbiot"),
        (ONLINE, "write"): ("POST", "/nbiot"),
        (ONLINE, "execute"): ("POST", "/nbiot/execute"),
        (ONLINE, "resources"): ("GET", "/nbiot/resources"),
        (ONLINE, "discover"): ("GET", "/nbiot/discover"),
        (ONLINE, "observe"): ("POST", "/nbiot/observe"),
        (OFFLINE, "read"): ("GET", "/nbiot/offline"),
        (OFFLINE, "write"): ("POST", "/nbiot/offline"),
        (OFFLINE, "execute"): ("POST", "/nbiot/execute/offline"),
        (OFFLINE, "psk"): ("GET", "/nbiot/device/psk"),
        (OFFLINE, "update_psk"): ("PUT", "/nbiot/device/psk"),
        (OFFLINE, "add_accpsk"): ("POST", "/nbiot/device/accpsk"),
        (OFFLINE, "update_accpsk"): ("PUT", "/nbiot/device/accpsk"),
        (OFFLINE, "accpsk"): ("GET", "/nbiot/device/accpsk"),
        (COMMON, "createdevice"): ("POST", COMMON),
    }
)
"""Which call each action is, by its method and path; actions in lower case."""

_CODES = MappingProxyType(
    {
        Errno.AUTH_FAILED: "authPermissionDeny",
        Errno.PARAMETER_REQUIRED: "parameterRequired",
    }
)
_OTHER_CODE = "invalidParameter"
_DIRECT_DEVICE = 1
_ANY_PROTOCOL = 1


async def _create(platform: Platform, call: Call) -> Json:
    product_id, name = call.string("product_id"), call.string("device_name")
    if product_id != platform.settings.product_id:
        raise InvalidParameter("product_id", f"{platform.settings.product_id}, not {product_id[:32]!r}")
    description = call.string("desc") if call.body.get("desc") else ""
    with identities_refused():
        device = platform.devices.create(
            call.string("imei"),
            call.string("imsi"),
            auth_code_in(call, "auth_code"),
            psk=psk_in(call, "psk") if "psk" in call.body else None,
            title=name,
            particulars={"desc": description},
        )
    created = device.created_at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")
    return {
        "name": name,
        "node_type": _DIRECT_DEVICE,
        "desc": description,
        "sec_key": device.api_key,
        "protocol": _ANY_PROTOCOL,
        "created_time": f"{created}Z",
        "imei": device.imei,
        "imsi": device.imsi,
        "auth_code": device.auth_code or "",
        "psk": device.psk,
    }


STUDIO_ROUTES: tuple[ApiRoute, ...] = (ApiRoute("POST", COMMON, _create),)
"""The calls that only Studio has."""


def studio_route(
    namespace: str, call: Call, method: str, routes: Mapping[tuple[str, str], ApiRoute]
) -> tuple[ApiRoute, Call]:
    """Return the call that an action is, without the action's name in its query.

    POST does for every action, as the pages' examples have it.

    Raises:
        Refusal: There is no such action, or it has another method.
    """
    action, _ = call[ACTION].lower(), call.get(VERSION)
    known = STUDIO_CALLS.get((namespace, action))
    if known is None:
        names = ", ".join(name for space, name in STUDIO_CALLS if space == namespace)
        raise InvalidParameter("action", f"one of {names}, not {action[:32]!r}")
    if method not in {known[0], "POST"}:
        raise InvalidParameter("method", f"{known[0]} for the action {action}, not {method}")
    rest = {name: value for name, value in call.query.items() if name not in {ACTION.name, VERSION.name}}
    return routes[known], replace(call, query=rest)


def enveloped(platform: Platform, outcome: Json | Refusal) -> dict[str, Json]:
    """Return the answer of ``/common`` as Studio wraps it, with the data or with what went wrong."""
    request: dict[str, Json] = {"requestId": platform.command_log.new_uuid().hex}
    if isinstance(outcome, Refusal):
        code = _CODES.get(outcome.errno, _OTHER_CODE)
        return {**request, "code": f"iot.common.{code}", "msg": outcome.text, "success": False}
    return {"data": outcome, **request, "success": True}


class StudioSpelling:
    """Lets Studio's paths be written in any case, in front of an application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, its path in lower case if it is one of Studio's."""
        path = scope["path"].lower()
        await self._app({**scope, "path": path} if path in NAMESPACES else scope, receive, send)
