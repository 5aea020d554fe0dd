"""The part of the north-bound API that is about the pre-shared keys of devices, for DTLS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onenet_sim.onenet.apiroute import ApiRoute
from onenet_sim.onenet.devicebody import psk_in
from onenet_sim.onenet.errors import InvalidParameter, UnknownDevice
from onenet_sim.onenet.parameters import IMEI, Text

if TYPE_CHECKING:
    from onenet_sim.journal import Json
    from onenet_sim.onenet.call import Call
    from onenet_sim.onenet.platform import Platform

_DID = Text("did")


async def _show_psk(platform: Platform, call: Call) -> Json:
    if _DID not in call:
        return {"psk": platform.device(call[IMEI]).psk}
    if IMEI in call:
        raise InvalidParameter("did", "imei or did, one of both")
    device = platform.devices.by_id(call[_DID])
    if device is None:
        raise UnknownDevice(f"id {call[_DID][:32]}")
    return {"psk": device.psk}


async def _set_psk(platform: Platform, call: Call) -> Json:
    platform.device(call[IMEI]).psk = psk_in(call, "key")
    return None


async def _show_accpsk(platform: Platform, call: Call) -> Json:
    device = platform.device(call[IMEI])
    return {"device_id": device.id} | ({} if device.access_psk is None else {"psk": device.access_psk})


async def set_accpsk(platform: Platform, call: Call) -> Json:
    """Give a device a key for the access machine, or another one."""
    platform.device(call[IMEI]).access_psk = psk_in(call, "key")
    return None


KEY_CALLS: tuple[ApiRoute, ...] = (
    ApiRoute("GET", "/nbiot/device/psk", _show_psk, (), (IMEI, _DID)),
    ApiRoute("PUT", "/nbiot/device/psk", _set_psk, (IMEI,)),
    ApiRoute("POST", "/nbiot/device/accpsk", set_accpsk, (IMEI,)),
    ApiRoute("PUT", "/nbiot/device/accpsk", set_accpsk, (IMEI,)),
    ApiRoute("GET", "/nbiot/device/accpsk", _show_accpsk, (IMEI,)),
)
"""Pre-shared keys, as OneNET's pages 23 to 27 have it."""
