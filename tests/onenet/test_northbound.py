"""The north-bound HTTP API: envelopes, error numbers, and what it makes the platform do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from aiocoap import CHANGED, CONTENT, Message

if TYPE_CHECKING:
    from tests.onenet.conftest import Device, Play, Scene

IMEI = "866971030000001"
IMSI = "460001234567890"
NEW_DEVICE = {"title": "meter", "protocol": "LwM2M", "auth_info": {IMEI: IMSI}}
TEMPERATURE = bytes.fromhex("e8 1644 08 4039800000000000")


async def logged_in(world: Scene, links: str = "</3303/0>") -> Device:
    device = world.device()
    await device.registers(links)
    device.heard_octets.clear()
    return device


def test_a_device_is_created_and_shown(play: Play) -> None:
    async def scene(world: Scene) -> None:
        body = {**NEW_DEVICE, "desc": "cellar", "tags": ["a"], "auth": "abc123", "obsv": False}
        created = await world.call("POST", "/devices", body)
        assert (created["errno"], created["error"]) == (0, "succ")
        device_id = created["data"]["device_id"]
        detail = (await world.call("GET", f"/devices/{device_id}"))["data"]
        assert detail == {
            "id": device_id,
            "title": "meter",
            "protocol": "LwM2M",
            "online": False,
            "create_time": "2026-01-01 00:00:00",
            "private": True,
            "desc": "cellar",
            "tags": ["a"],
            "location": {"lat": 0, "lon": 0},
            "auth_info": {IMEI: IMSI},
            "rg_id": IMEI,
            "imsi": IMSI,
            "imsi_old": [IMSI],
            "ack": False,
            "obsv": False,
            "obsv_st": False,
            "manu_id": "",
            "model": "",
            "datastreams": [],
            "binary": [],
        }
        record = world.platform.devices.by_id(device_id)
        assert record is not None
        assert record.auth_code == "abc123"
        assert (await world.call("GET", f"/devices/getbyimei?imei={IMEI}"))["data"]["id"] == device_id
        listed = (await world.call("GET", "/devices"))["data"]
        assert (listed["total_count"], listed["devices"][0]["id"]) == (1, device_id)

    play(scene)


@pytest.mark.parametrize("psk", [{"psk": "1234abcd"}, {}])
def test_a_device_is_created_with_its_key_for_dtls_or_a_drawn_one(play: Play, psk: dict[str, str]) -> None:
    async def scene(world: Scene) -> None:
        created = await world.call("POST", "/devices", {**NEW_DEVICE, **psk})
        record = world.platform.devices.by_id(created["data"]["device_id"])
        assert record is not None
        assert record.psk == psk.get("psk", created["data"]["psk"])
        assert record.access_psk is None

    play(scene)


@pytest.mark.parametrize(
    ("change", "errno", "error"),
    [
        ({"title": None}, 5108, "invalid parameter: title"),
        ({"protocol": "MQTT"}, 5108, "invalid parameter: protocol"),
        ({"auth_info": {"066971030000001": IMSI}}, 6, "invalid parameter: auth_info"),
        ({"auth_info": {IMEI[:14]: IMSI}}, 6, "invalid parameter: auth_info"),
        ({"auth_info": {IMEI: "4600012345678901"}}, 6, "invalid parameter: auth_info"),
        ({"auth_info": {IMEI: 460}}, 6, "invalid parameter: auth_info"),
        ({"auth_info": "x"}, 6, "invalid parameter: auth_info"),
        ({"auth_info": {"866971030000002": IMSI}}, 6, "invalid parameter: auth_info"),
        ({"auth_info": {"1234": IMSI}}, 5108, "invalid parameter: chip"),
        ({"auth_info": {"1234": IMSI}, "chip": 2}, 0, "succ"),
        ({"auth": "not-allowed"}, 5108, "invalid parameter: auth"),
        ({"psk": "short"}, 5108, "invalid parameter: psk"),
        ({"tags": "x"}, 5108, "invalid parameter: tags"),
        ({"obsv": 1}, 5108, "invalid parameter: obsv"),
        ({"protocol": "LWM2M"}, 0, "succ"),
    ],
)
def test_the_rules_of_device_creation(play: Play, change: dict[str, object], errno: int, error: str) -> None:
    async def scene(world: Scene) -> None:
        world.platform.devices.create("866971030000002")
        answer = await world.call("POST", "/devices", {**NEW_DEVICE, **change})
        assert (answer["errno"], answer["error"]) == (errno, error)
        assert errno == 0 or any(text.startswith(f"because errno {errno}") for text in world.texts)

    play(scene)


@pytest.mark.parametrize("name", ["title", "protocol", "auth_info"])
def test_a_part_that_is_missing_is_named(play: Play, name: str) -> None:
    async def scene(world: Scene) -> None:
        body = {key: value for key, value in NEW_DEVICE.items() if key != name}
        answer = await world.call("POST", "/devices", body)
        assert answer == {"errno": 3, "error": f"parameter required: {name}"}

    play(scene)


@pytest.mark.parametrize("key", [None, "wrong", "schlüssel"])
def test_a_wrong_key_is_refused(play: Play, key: str | None) -> None:
    async def scene(world: Scene) -> None:
        response = await world.http("GET", "/devices", key=key)
        assert response.status_code == 200
        assert response.json() == {"errno": 1, "error": "auth failed"}

    play(scene)


def test_a_read_gives_values_by_instance_and_resource(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world, "</3200/0>")
        payload = (
            bytes.fromhex("e1 157c 00 e1 157d f4 e4 1676") + b"test" + bytes.fromhex("86 07 41 00 01 41 01 05")
        )
        device.respond = lambda _: Message(code=CONTENT, payload=payload, content_format=1542)
        answer = await world.call("GET", f"/nbiot?imei={IMEI}&obj_id=3200&obj_inst_id=0")
        assert answer == {
            "errno": 0,
            "error": "succ",
            "data": [
                {
                    "obj_inst_id": 0,
                    "res": [
                        {"res_id": 5500, "val": False},
                        {"res_id": 5501, "val": -12},
                        {"res_id": 5750, "val": "test"},
                        {
                            "res_id": 7,
                            "res_inst": [{"res_inst_id": 0, "val": [1]}, {"res_inst_id": 1, "val": [5]}],
                        },
                    ],
                }
            ],
        }

    play(scene)


def test_a_write_an_execute_and_an_observe_succeed_without_data(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world, "</3306/0>")
        at = f"imei={IMEI}&obj_id=3306&obj_inst_id=0"
        body = {"data": [{"res_id": 5850, "val": True}]}
        assert await world.call("POST", f"/nbiot?{at}&mode=2", body) == {"errno": 0, "error": "succ"}
        assert device.requests[-1].payload == bytes.fromhex("e1 16da 01")
        execute = await world.call("POST", f"/nbiot/execute?{at}&res_id=5850", {"args": "abcd"})
        assert execute == {"errno": 0, "error": "succ"}
        assert device.requests[-1].payload == b"abcd"
        assert (await world.call("POST", f"/nbiot/execute?{at}&res_id=5850"))["errno"] == 0
        observe = await world.call("POST", f"/nbiot/observe?{at}&cancel=false&pmin=10")
        assert observe == {"errno": 0, "error": "succ"}
        assert [each.opt.observe for each in device.requests[-2:]] == [None, 0]
        in_body = {"imei": IMEI, "obj_id": 3306, "obj_inst_id": 0, "cancel": True}
        assert (await world.call("POST", "/nbiot/observe", in_body))["errno"] == 0
        assert device.requests[-1].opt.observe == 1

    play(scene)


def test_resources_and_discover_show_instances(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world, "</0/0>,</3303/0>,</3306/0>")
        listed = (await world.call("GET", f"/nbiot/resources?imei={IMEI}"))["data"]
        assert listed == {
            "total_count": 2,
            "item": [
                {"obj_id": 3303, "instances": [{"inst_id": 0, "resources": [5700]}]},
                {"obj_id": 3306, "instances": [{"inst_id": 0, "resources": [5700]}]},
            ],
        }
        one = (await world.call("GET", f"/nbiot/resources?imei={IMEI}&obj_id=3306"))["data"]
        assert one["total_count"] == 1
        found = (await world.call("GET", f"/nbiot/discover?imei={IMEI}&obj_id=3303"))["data"]
        assert found == [{"obj_inst_id": 0, "res_id": [5700]}]
        assert device.requests[-1].opt.accept == 40

    play(scene)


def test_failures_have_onenets_numbers_and_texts(play: Play) -> None:
    async def scene(world: Scene) -> None:
        world.platform.devices.create("866971030000003")
        offline = await world.call("GET", "/nbiot?imei=866971030000003&obj_id=3303")
        assert offline == {"errno": 2001, "error": "device not online"}
        unknown = await world.call("GET", "/nbiot?imei=866971030000009&obj_id=3303")
        assert unknown == {"errno": 1, "error": "auth failed"}
        device = await logged_in(world)
        device.respond = lambda _: None
        begin = world.now
        silent = await world.call("GET", f"/nbiot?imei={IMEI}&obj_id=3303&timeout=7")
        assert silent == {"errno": 5106, "error": "unsuccess:time_out"}
        assert world.now - begin == pytest.approx(7)
        device.respond = lambda _: Message(code=132)
        refused = await world.call("GET", f"/nbiot?imei={IMEI}&obj_id=3303")
        assert refused == {"errno": 5106, "error": "unsuccess:not_found"}

    play(scene)


@pytest.mark.parametrize(
    ("method", "target", "body", "errno", "error"),
    [
        ("GET", "/nbiot?obj_id=1", None, 3, "parameter required: imei"),
        ("GET", f"/nbiot?imei={IMEI}", None, 3, "parameter required: obj_id"),
        ("GET", f"/nbiot?imei={IMEI}&obj_id=70000", None, 5108, "invalid parameter: obj_id"),
        ("GET", f"/nbiot?imei={IMEI}&obj_id=-1", None, 5108, "invalid parameter: obj_id"),
        ("GET", f"/nbiot?imei={IMEI}&obj_id=²", None, 5108, "invalid parameter: obj_id"),
        ("GET", f"/nbiot?imei={IMEI}&obj_id=1&res_id=1", None, 5108, "invalid parameter: res_id"),
        ("GET", f"/nbiot?imei={IMEI}&obj_id=1&timeout=41", None, 5006, "system logic limit"),
        ("POST", f"/nbiot?imei={IMEI}&obj_id=1&obj_inst_id=0", {}, 3, "parameter required: mode"),
        ("POST", f"/nbiot?imei={IMEI}&obj_id=1&obj_inst_id=0&mode=3", {}, 5108, "invalid parameter: mode"),
        ("POST", f"/nbiot?imei={IMEI}&obj_id=1&obj_inst_id=0&mode=1", {}, 3, "parameter required: data"),
        (
            "POST",
            f"/nbiot?imei={IMEI}&obj_id=1&obj_inst_id=0&mode=1",
            {"data": []},
            3,
            "parameter required: data",
        ),
        (
            "POST",
            f"/nbiot?imei={IMEI}&obj_id=1&obj_inst_id=0&mode=1",
            {"data": 1},
            5108,
            "invalid parameter: data",
        ),
        (
            "POST",
            f"/nbiot?imei={IMEI}&obj_id=1&obj_inst_id=0&mode=1",
            {"data": [{"res_id": 1, "val": 1}, {"res_id": 1}]},
            3,
            "parameter required: data[1].val",
        ),
        ("POST", f"/nbiot/execute?imei={IMEI}&obj_id=1&obj_inst_id=0", {}, 3, "parameter required: res_id"),
        ("POST", f"/nbiot/observe?imei={IMEI}&obj_id=1", None, 3, "parameter required: cancel"),
        ("GET", "/devices/1", None, 1, "auth failed"),
        ("GET", "/devices?page=0", None, 5006, "system logic limit"),
        ("POST", "/devices", [1], 3, "parameter required: body"),
    ],
)
def test_a_wrong_parameter_is_named(
    play: Play, method: str, target: str, body: object, errno: int, error: str
) -> None:
    async def scene(world: Scene) -> None:
        await logged_in(world)
        assert await world.call(method, target, body) == {"errno": errno, "error": error}
        assert any(text.startswith(f"because errno {errno}: ") for text in world.texts)

    play(scene)


def test_a_body_above_64_kib_and_one_that_is_no_json_are_refused(play: Play) -> None:
    async def scene(world: Scene) -> None:
        long = await world.call("POST", "/devices", content=b" " * 65_537)
        assert long == {"errno": 5006, "error": "system logic limit"}
        for content in (
            b"{",
            b"\xff",
            b"[" * 60_000,
            b'{"a": 1e999}',
            b'{"a": NaN}',
            b'{"a": "\\ud800"}',
            b"1" * 9_999,
        ):
            answer = await world.call("POST", "/devices", content=content)
            assert answer == {"errno": 3, "error": "parameter required: body"}

    play(scene)


def test_unknown_calls_say_so_in_an_envelope(play: Play) -> None:
    async def scene(world: Scene) -> None:
        for method, target, status in (
            ("GET", "/nothing", 404),
            ("DELETE", "/nbiot", 405),
            ("GET", "/nbiot/", 404),
        ):
            response = await world.http(method, target)
            assert response.status_code == status
            assert response.json()["error"] == f"no such call: {method} {target}"
            assert response.json()["errno"] != 0

    play(scene)


def test_a_call_and_all_it_causes_hang_on_one_thread(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        device.respond = lambda _: Message(code=CHANGED)
        await world.call(
            "POST", f"/nbiot/execute?imei={IMEI}&obj_id=3303&obj_inst_id=0&res_id=5605", {"args": "x"}
        )
        request = next(event for event in world.journal if event.kind == "http_request")
        assert str(request.what).endswith('res_id=5605 {"args":"x"}')
        result = [event for event in world.journal if event.kind == "result"][-1]
        kinds = [event.kind for event in world.journal.thread(result.id)]
        assert kinds == ["http_request", "request", "coap_sent", "coap_received", "result"]
        answer = next(event for event in world.journal if event.kind == "http_answer")
        assert answer.cause == request.id

    play(scene)
