"""OneNET Studio's API: the suite's calls under other names, and a device made by CreateDevice."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from onenet_sim.onenet.northbound import ROUTES
from onenet_sim.onenet.studioapi import COMMON, STUDIO_CALLS
from tests.onenet.signing import STUDIO, token

if TYPE_CHECKING:
    from tests.onenet.conftest import Play, Scene

IMEI = "866971030000001"
IMSI = "460001234567890"
YEAR_2100 = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp())
HEADER = token("userid/38055", STUDIO, YEAR_2100)
CREATE = {"product_id": "1000", "device_name": "no003", "imei": IMEI, "imsi": IMSI}
READ = f"imei={IMEI}&obj_id=3303&obj_inst_id=0"
TOMORROW = "expired_time=2026-01-02T00:00:00"


async def ask(world: Scene, method: str, call: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
    return await world.call(method, call, body, key=None, token=HEADER)


def test_every_action_is_a_call_that_there_is() -> None:
    suite = {(route.method, route.path) for route in ROUTES}
    assert {call for (namespace, _), call in STUDIO_CALLS.items() if namespace != COMMON} <= suite


@pytest.mark.parametrize(
    ("method", "call", "body"),
    [
        ("GET", f"/lwm2m-online?action=read&{READ}", None),
        ("GET", f"/LwM2M-online?action=read?{READ}", None),
        ("GET", f"/LWM2M-ONLINE?action=Read&version=1&{READ}", None),
        ("POST", f"/lwm2m-online?action=write&{READ}&mode=2", {"data": [{"res_id": 5700, "val": 1.5}]}),
        ("POST", f"/lwm2m-online?action=execute&{READ}&res_id=5605", {"args": "x"}),
        ("POST", f"/lwm2m-online?action=observe&{READ}&cancel=false", None),
        (
            "POST",
            "/LwM2M-online?action=observe",
            {"imei": IMEI, "cancel": False, "obj_id": 3303},
        ),
        ("GET", f"/lwm2m-online?action=discover&imei={IMEI}&obj_id=3303", None),
        ("GET", f"/lwm2m-online?action=resources&imei={IMEI}", None),
        ("GET", f"/LwM2M-offline?action=read&{READ}&{TOMORROW}", None),
        (
            "POST",
            f"/LwM2M-offline?action=write&{READ}&mode=2&{TOMORROW}",
            {"data": [{"res_id": 5700, "val": 1.5}]},
        ),
        ("POST", f"/lwm2m-offline?action=execute&{READ}&res_id=5605&{TOMORROW}", {"args": "x"}),
        ("GET", f"/LwM2M-offline?action=psk&imei={IMEI}", None),
        ("PUT", f"/LwM2M-offline?action=update_psk&imei={IMEI}", {"key": "dafdfdsafd"}),
        ("POST", f"/LwM2M-offline?action=update_psk&imei={IMEI}", {"key": "dafdfdsafd"}),
        ("POST", f"/LwM2M-offline?action=add_accpsk&imei={IMEI}", {"key": "dafdfdsafd"}),
        ("PUT", f"/LwM2M-offline?action=update_accpsk&imei={IMEI}", {"key": "dafdfdsafd"}),
        ("POST", f"/LwM2M-offline?action=accpsk&imei={IMEI}", None),
    ],
)
def test_an_action_is_answered_as_the_suites_call_is(play: Play, method: str, call: str, body: object) -> None:
    async def scene(world: Scene) -> None:
        await world.device().registers()
        answer = await ask(world, method, call, body)
        assert (answer["errno"], answer["error"]) == (0, "succ")

    play(scene)


@pytest.mark.parametrize(
    ("method", "call", "errno", "error"),
    [
        ("GET", f"/lwm2m-online?{READ}", 3, "parameter required: action"),
        ("GET", f"/lwm2m-online?action=fly&{READ}", 5108, "invalid parameter: action"),
        ("GET", f"/lwm2m-online?action=psk&{READ}", 5108, "invalid parameter: action"),
        ("PUT", f"/lwm2m-online?action=read&{READ}", 5108, "invalid parameter: method"),
        ("GET", f"/lwm2m-online?action=read&version=2&{READ}", 5108, "invalid parameter: version"),
        ("GET", "/lwm2m-online?action=read&obj_id=1", 3, "parameter required: imei"),
        ("GET", "/lwm2m-online?action=read&imei=866971030000009&obj_id=1", 1, "auth failed"),
    ],
)
def test_what_is_no_action_is_refused(play: Play, method: str, call: str, errno: int, error: str) -> None:
    async def scene(world: Scene) -> None:
        await world.device().registers()
        assert await ask(world, method, call) == {"errno": errno, "error": error}

    play(scene)


def test_a_device_is_made_and_shown_as_studio_does(play: Play) -> None:
    async def scene(world: Scene) -> None:
        further = {"auth_code": "authcode", "psk": "authcode", "desc": "iot application"}
        answer = await ask(world, "POST", "/common?action=CreateDevice&version=1", {**CREATE, **further})
        device = world.platform.device(IMEI)
        assert answer == {
            "data": {
                "name": "no003",
                "node_type": 1,
                "desc": "iot application",
                "sec_key": device.api_key,
                "protocol": 1,
                "created_time": "2026-01-01T00:00:00.000Z",
                "imei": IMEI,
                "imsi": IMSI,
                "auth_code": "authcode",
                "psk": "authcode",
            },
            "requestId": answer["requestId"],
            "success": True,
        }
        assert len(answer["requestId"]) == 32
        assert (device.title, device.imsi, device.auth_code, device.psk) == ("no003", IMSI, "authcode", "authcode")

    play(scene)


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        ({"product_id": "1001"}, "invalidParameter", "invalid parameter: product_id"),
        ({"device_name": ""}, "invalidParameter", "invalid parameter: device_name"),
        ({"imei": "123"}, "invalidParameter", "invalid parameter: auth_info"),
        ({"imsi": "x"}, "invalidParameter", "invalid parameter: auth_info"),
        ({"auth_code": "a b"}, "invalidParameter", "invalid parameter: auth_code"),
        ({"psk": "short"}, "invalidParameter", "invalid parameter: psk"),
        ({"desc": 1}, "invalidParameter", "invalid parameter: desc"),
    ],
)
def test_a_device_that_cannot_be_made_is_refused_as_studio_does(
    play: Play, change: dict[str, object], code: str, message: str
) -> None:
    async def scene(world: Scene) -> None:
        answer = await ask(world, "POST", "/common?action=CreateDevice&version=1", {**CREATE, **change})
        assert answer == {
            "requestId": answer["requestId"],
            "code": f"iot.common.{code}",
            "msg": message,
            "success": False,
        }

    play(scene)


@pytest.mark.parametrize("name", list(CREATE))
def test_what_is_missing_in_create_device_is_named(play: Play, name: str) -> None:
    async def scene(world: Scene) -> None:
        body = {key: value for key, value in CREATE.items() if key != name}
        answer = await ask(world, "POST", "/common?action=CreateDevice&version=1", body)
        assert (answer["code"], answer["msg"]) == ("iot.common.parameterRequired", f"parameter required: {name}")
        denied = await world.call("POST", "/common?action=CreateDevice", CREATE)
        assert denied["code"] == "iot.common.authPermissionDeny"

    play(scene)
