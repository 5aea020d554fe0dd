"""The whole table of OneNET's calls as a matrix: each succeeds, and each parameter is missed or refused."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from onenet_sim.onenet import PushSettings, Receipt
from onenet_sim.onenet.northbound import ROUTES
from onenet_sim.onenet.parameters import Attribute, Choice, Moment, Names, Number, Parameter, Text, Truth

if TYPE_CHECKING:
    from onenet_sim.onenet.apiroute import ApiRoute
    from tests.onenet.conftest import Play, Scene

IMEI = "866971030000001"
GOOD = {
    "imei": IMEI,
    "did": "1",
    "obj_id": "3303",
    "obj_inst_id": "0",
    "res_id": "5700",
    "mode": "2",
    "cancel": "false",
    "timeout": "5",
    "devIds": "1,2",
    "pmin": "5",
    "pmax": "60",
    "gt": "30.5",
    "lt": "10",
    "st": "1.5",
    "expired_time": "2026-01-02T00:00:00",
    "start": "2026-01-01",
    "pid": "1000",
}
TRIGGER = {"title": "t", "url": "http://127.0.0.1:8000/", "type": ">", "threshold": 9, "ds_id": "3303_0_5700"}
BODIES: dict[tuple[str, str], object] = {
    ("POST", "/devices"): {"title": "t", "protocol": "LwM2M", "auth_info": {"866971030000002": "460001"}},
    ("PUT", "/devices/{device_id}"): {"title": "t"},
    ("POST", "/nbiot"): {"data": [{"res_id": 5700, "val": 1.5}]},
    ("POST", "/nbiot/execute"): {"args": "ping"},
    ("POST", "/nbiot/offline"): {"data": [{"res_id": 5700, "val": 1.5}]},
    ("POST", "/triggers"): TRIGGER,
    ("PUT", "/triggers/{trigger_id}"): {"threshold": 10},
    ("PUT", "/nbiot/device/psk"): {"key": "abcdefgh"},
    ("POST", "/nbiot/device/accpsk"): {"key": "abcdefgh"},
    ("PUT", "/nbiot/device/accpsk"): {"key": "abcdefgh"},
}
EXTRA = {("GET", "/nbiot/device/psk"): ("imei",)}
"""What must be there though the table cannot say so: one of two."""

WITHOUT_DATA = {
    ("PUT", "/devices/{device_id}"),
    ("DELETE", "/devices/{device_id}"),
    ("POST", "/nbiot"),
    ("POST", "/nbiot/execute"),
    ("POST", "/nbiot/observe"),
    ("PUT", "/nbiot/device/psk"),
    ("POST", "/nbiot/device/accpsk"),
    ("PUT", "/nbiot/device/accpsk"),
    ("PUT", "/nbiot/offline/cancel/{uuid}"),
    ("PUT", "/triggers/{trigger_id}"),
    ("DELETE", "/triggers/{trigger_id}"),
}

ONENETS_CALLS = """
POST /devices
GET /devices/{device_id}
PUT /devices/{device_id}
DELETE /devices/{device_id}
GET /devices
GET /devices/status
GET /devices/getbyimei
GET /devices/datapoints
GET /devices/{device_id}/datapoints
GET /nbiot
GET /devices/nbiot
POST /nbiot
POST /nbiot/execute
GET /nbiot/resources
GET /nbiot/discover
POST /nbiot/observe
GET /nbiot/open/online/history/{uuid}/piecewise
GET /nbiot/offline
POST /nbiot/offline
POST /nbiot/execute/offline
GET /nbiot/offline/history
GET /nbiot/offline/history/{uuid}
GET /nbiot/offline/history/{uuid}/piecewise
PUT /nbiot/offline/cancel/{uuid}
PUT /nbiot/offline/cancel/all
GET /cmds/history/{device_id}
POST /triggers
GET /triggers
GET /triggers/{trigger_id}
PUT /triggers/{trigger_id}
DELETE /triggers/{trigger_id}
GET /nbiot/device/psk
PUT /nbiot/device/psk
POST /nbiot/device/accpsk
PUT /nbiot/device/accpsk
GET /nbiot/device/accpsk
GET /third/platform/status
GET /msg_group/{group_id}/status
"""


def named(route: ApiRoute) -> str:
    return f"{route.method} {route.path}"


def bad_values(parameter: Parameter[object]) -> list[tuple[str, int]]:
    """Return texts that a parameter does not take, with the errno of each."""
    match parameter:
        case Number(limited=True, least=least, most=most):
            return [(str(most + 1), 5006), (str(least - 1), 5006 if least else 5108), ("x", 5108), ("1.5", 5108)]
        case Number(most=most):
            return [(str(most + 1), 5108), ("-1", 5108), ("x", 5108), ("9" * 30, 5108), ("²", 5108)]
        case Truth():
            return [("1", 5108), ("yes", 5108)]
        case Names(most=most):
            return [(",", 5108), (",".join(["x"] * (most + 1)), 5006)]
        case Choice():
            return [("up", 5108), ("0", 5108)]
        case Moment():
            return [("yesterday", 5108), ("2026-13-01", 5108), ("1", 5108)]
        case Attribute():
            return [("x", 5108), ("nan", 5108), ("1e999", 5108)]
        case _:
            assert isinstance(parameter, Text)
            return []


async def echo(method: str, url: str, body: str, within: float) -> Receipt:
    """Answer a push's handshake."""
    del method, body, within
    return Receipt(200, parse_qs(urlsplit(url).query)["msg"][0])


async def named_in(path: str, world: Scene) -> dict[str, object]:
    """Make what a path names, and return its segments."""
    if "{trigger_id}" in path:
        made = await world.call("POST", "/triggers", TRIGGER)
        return {"trigger_id": made["data"]["trigger_id"]}
    if "{group_id}" in path:
        world.platform.pushes._deliver = echo
        push = await world.platform.pushes.add(PushSettings(url="http://127.0.0.1:8000/"))
        return {"group_id": push.number}
    if "{device_id}" in path:
        return {"device_id": world.platform.device(IMEI).id}
    if path.startswith("/nbiot/offline/"):
        waiting = await world.call("GET", f"/nbiot/offline?imei={IMEI}&obj_id=3303&expired_time=2026-01-02")
        return {"uuid": waiting["data"]["uuid"]}
    read = await world.http("GET", f"/nbiot?imei={IMEI}&obj_id=3303")
    return {"uuid": read.headers["cmd-uuid"]}


async def ask(world: Scene, route: ApiRoute, change: dict[str, str | None]) -> dict[str, object]:
    """Make a call with good parameters but for the change; None leaves one out."""
    module = world.device()
    await module.registers()
    names = [each.name for each in route.needs] + list(EXTRA.get((route.method, route.path), ()))
    query = {**{name: GOOD[name] for name in names}, **change}
    text = "&".join(f"{name}={quote(value)}" for name, value in query.items() if value is not None)
    path = route.path.format(**await named_in(route.path, world))
    answer: dict[str, object] = await world.call(
        route.method, f"{path}?{text}", BODIES.get((route.method, route.path))
    )
    return answer


def test_the_table_has_onenets_calls() -> None:
    assert {named(route) for route in ROUTES} >= set(ONENETS_CALLS.strip().splitlines())
    assert len({named(route) for route in ROUTES}) == len(ROUTES)


@pytest.mark.parametrize("route", ROUTES, ids=named)
def test_each_call_succeeds(play: Play, route: ApiRoute) -> None:
    async def scene(world: Scene) -> None:
        answer = await ask(world, route, {})
        assert (answer["errno"], answer["error"]) == (0, "succ")
        assert ("data" not in answer) == ((route.method, route.path) in WITHOUT_DATA)

    play(scene)


@pytest.mark.parametrize(
    ("route", "name"),
    [(route, each.name) for route in ROUTES for each in route.needs],
    ids=lambda each: each if isinstance(each, str) else named(each),
)
@pytest.mark.parametrize("left", [None, ""], ids=["missing", "empty"])
def test_each_parameter_that_is_needed_is_missed(play: Play, route: ApiRoute, name: str, left: str | None) -> None:
    async def scene(world: Scene) -> None:
        answer = await ask(world, route, {name: left})
        assert answer == {"errno": 3, "error": f"parameter required: {name}"}
        assert any(text.startswith(f"because errno 3: {name} is missing") for text in world.texts)

    play(scene)


@pytest.mark.parametrize(
    ("route", "name", "text", "errno"),
    [
        (route, each.name, text, errno)
        for route in ROUTES
        for each in (*route.needs, *route.takes)
        for text, errno in bad_values(each)
    ],
    ids=lambda each: named(each) if hasattr(each, "method") else f"{each!s:.12}",
)
def test_each_parameter_that_does_not_fit_is_refused(
    play: Play, route: ApiRoute, name: str, text: str, errno: int
) -> None:
    async def scene(world: Scene) -> None:
        answer = await ask(world, route, {name: text})
        error = "system logic limit" if errno == 5006 else f"invalid parameter: {name}"
        assert answer == {"errno": errno, "error": error}
        assert any(name in each for each in world.texts if each.startswith(f"because errno {errno}: "))

    play(scene)


@pytest.mark.parametrize(
    "route", [route for route in ROUTES if any(each.name == "imei" for each in route.needs)], ids=named
)
def test_an_imei_without_a_record_is_not_this_keys(play: Play, route: ApiRoute) -> None:
    async def scene(world: Scene) -> None:
        answer = await ask(world, route, {"imei": "866971030000009"})
        assert answer == {"errno": 1, "error": "auth failed"}

    play(scene)


def test_a_parameter_that_a_call_does_not_have_is_told_in_the_journal_only(play: Play) -> None:
    async def scene(world: Scene) -> None:
        module = world.device()
        await module.registers()
        assert (await world.call("GET", f"/nbiot/discover?imei={IMEI}&obj_id=3303&res_id=x&mode=1"))["errno"] == 0
        assert "because this call does not look at res_id, mode" in world.texts
        assert module.requests[-1].opt.uri_path == ("3303",)

    play(scene)
