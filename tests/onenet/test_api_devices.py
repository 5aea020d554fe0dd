"""Device records over HTTP: listed, changed, deleted, and their keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aiocoap import CHANGED, NOT_FOUND, POST

if TYPE_CHECKING:
    from onenet_sim.onenet import Device
    from tests.onenet.conftest import Play, Scene

IMEI = "866971030000001"
IMSI = "460001234567890"
OTHER_IMSI = "460049876543210"
FOUR_THINGS = {"title": "t", "protocol": "LWM2M", "auth_info": {IMEI: IMSI}}


def made(world: Scene, number: int, **further: Any) -> Device:  # noqa: ANN401 - as create takes it
    return world.platform.devices.create(f"86697103000000{number}", f"46000123456789{number}", **further)


async def ids(world: Scene, query: str) -> list[str]:
    answer = await world.call("GET", f"/devices?{query}")
    assert answer["errno"] == 0, answer
    return [device["id"] for device in answer["data"]["devices"]]


def test_the_list_takes_every_filter_of_onenets_page(play: Play) -> None:
    async def scene(world: Scene) -> None:
        first = made(world, 1, title="meter in the cellar", particulars={"tags": ["china", "mobile"]})
        await world.settle(86_400 * 2)
        second = made(world, 2, title="lamp", particulars={"tags": ["mobile"], "private": False})
        await world.settle(86_400 * 2)
        await world.device().registers(name=f"{second.imei};{second.imsi}")
        assert await ids(world, "") == [first.id, second.id]
        assert await ids(world, "key_words=meter") == [first.id]
        assert await ids(world, "key_words=cellar") == []
        assert await ids(world, f"key_words={second.id}") == [second.id]
        assert await ids(world, f"auth_info={first.imei}") == [first.id]
        assert await ids(world, f"auth_info={second.imsi}") == [second.id]
        assert await ids(world, "tag=china") == [first.id]
        assert await ids(world, "tag=china,mobile") == [first.id, second.id]
        assert await ids(world, "online=true") == [second.id]
        assert await ids(world, "online=false") == [first.id]
        assert await ids(world, "private=false") == [second.id]
        assert await ids(world, f"device_id={second.id},1,{first.id}") == [first.id, second.id]
        assert await ids(world, "begin=2026-01-02") == [second.id]
        assert await ids(world, "end=2026-01-02") == [first.id]
        assert await ids(world, "begin=2026-01-01&end=2026-01-03") == [first.id, second.id]
        assert await ids(world, "per_page=1&page=2") == [second.id]
        assert await ids(world, "per_page=1&page=3") == []

    play(scene)


def test_a_page_of_the_list_tells_how_many_there_are(play: Play) -> None:
    async def scene(world: Scene) -> None:
        for number in range(5):
            made(world, number, title=f"d{number}")
        listed = (await world.call("GET", "/devices?per_page=2&page=2"))["data"]
        assert (listed["total_count"], listed["page"], listed["per_page"]) == (5, 2, 2)
        assert [device["title"] for device in listed["devices"]] == ["d2", "d3"]
        row = listed["devices"][0]
        assert row["auth_info"] == {"866971030000002": "460001234567892"}
        assert (row["protocol"], row["create_time"], row["tags"]) == ("LwM2M", "2026-01-01 00:00:00", [])

    play(scene)


@pytest.mark.parametrize(
    ("call", "name", "most"),
    [("/devices", "device_id", 100), ("/devices/status", "devIds", 1000), ("/devices/datapoints", "devIds", 500)],
)
def test_so_many_devices_can_be_asked_for_at_a_time(play: Play, call: str, name: str, most: int) -> None:
    async def scene(world: Scene) -> None:
        named = [str(number) for number in range(most + 1)]
        assert (await world.call("GET", f"{call}?{name}={','.join(named[:-1])}"))["errno"] == 0
        answer = await world.call("GET", f"{call}?{name}={','.join(named)}")
        assert answer == {"errno": 5006, "error": "system logic limit"}

    play(scene)


def test_the_status_of_many_is_told_and_unknown_ones_are_left_out_with_a_reason(play: Play) -> None:
    async def scene(world: Scene) -> None:
        first, second = made(world, 1, title="a"), made(world, 2, title="b")
        await world.device().registers(name=f"{first.imei};{first.imsi}")
        answer = await world.call("GET", f"/devices/status?devIds={second.id},4711,{first.id}")
        assert answer["data"] == {
            "total_count": 2,
            "devices": [
                {"id": second.id, "title": "b", "online": False},
                {"id": first.id, "title": "a", "online": True},
            ],
        }
        assert any("4711" in text for text in world.texts if text.startswith("because"))

    play(scene)


def test_a_login_shows_in_the_detail(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = made(world, 1)
        await world.settle(3661)
        await world.device().registers(name=f"{device.imei};{device.imsi}")
        detail = (await world.call("GET", f"/devices/{device.id}"))["data"]
        for name in ("act_time", "last_ct", "imsi_mt"):
            assert detail[name] == "Thu Jan 01 01:01:01 UTC 2026"
        assert (detail["online"], detail["obsv_st"]) == (True, True)
        found = (await world.call("GET", f"/devices/getbyimei?imei={device.imei}"))["data"]
        assert found == {
            "id": device.id,
            "title": device.imei,
            "online": True,
            "observe_status": True,
            "create_time": "2026-01-01 00:00:00",
            "desc": "",
        }

    play(scene)


def test_an_update_changes_what_it_names_and_nothing_else(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = made(world, 1, title="old", particulars={"desc": "kept", "tags": ["x"]})
        body = {
            "title": "new",
            "tags": ["china"],
            "location": {"lon": 109, "lat": 23.54},
            "private": False,
            "other": {"version": "1.0.0"},
        }
        assert await world.call("PUT", f"/devices/{device.id}", body) == {"errno": 0, "error": "succ"}
        detail = (await world.call("GET", f"/devices/{device.id}"))["data"]
        assert {**body, "desc": "kept"}.items() <= detail.items()

    play(scene)


def test_a_new_imsi_is_kept_beside_the_old_ones(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = made(world, 1)
        old = device.imsi
        await world.settle(60)
        body = {"auth_info": {device.imei: OTHER_IMSI}}
        assert (await world.call("PUT", f"/devices/{device.id}", body))["errno"] == 0
        detail = (await world.call("GET", f"/devices/{device.id}"))["data"]
        assert (detail["imsi"], detail["imsi_old"]) == (OTHER_IMSI, [old, OTHER_IMSI])
        assert detail["imsi_mt"] == "Thu Jan 01 00:01:00 UTC 2026"
        assert detail["auth_info"] == {device.imei: OTHER_IMSI}

    play(scene)


@pytest.mark.parametrize(
    ("body", "errno", "error"),
    [
        ({"title": 1}, 5108, "invalid parameter: title"),
        ({"desc": 1}, 5108, "invalid parameter: desc"),
        ({"tags": [1]}, 5108, "invalid parameter: tags"),
        ({"location": {"lon": "106"}}, 5108, "invalid parameter: location"),
        ({"private": "yes"}, 5108, "invalid parameter: private"),
        ({"other": "x"}, 5108, "invalid parameter: other"),
        ({"auth_info": "x"}, 6, "invalid parameter: auth_info"),
        ({"auth_info": {"866971030000009": IMSI}}, 6, "invalid parameter: auth_info"),
        ({"auth_info": {IMEI: "46x"}}, 6, "invalid parameter: auth_info"),
        ({"auth_info": {IMEI: ""}}, 6, "invalid parameter: auth_info"),
    ],
)
def test_an_update_that_does_not_fit_changes_nothing(
    play: Play, body: dict[str, object], errno: int, error: str
) -> None:
    async def scene(world: Scene) -> None:
        device = world.platform.devices.create(IMEI, IMSI, title="t")
        before = (await world.call("GET", f"/devices/{device.id}"))["data"]
        answer = await world.call("PUT", f"/devices/{device.id}", {"desc": "d", **body})
        assert answer == {"errno": errno, "error": error}
        assert (await world.call("GET", f"/devices/{device.id}"))["data"] == before

    play(scene)


@pytest.mark.parametrize(
    ("change", "errno", "error"),
    [
        ({"auth_info": {IMEI: ""}}, 6, "invalid parameter: auth_info"),
        ({"auth_info": {IMEI: IMSI, "866971030000002": IMSI}}, 6, "invalid parameter: auth_info"),
        ({"location": {"x": 1}}, 5108, "invalid parameter: location"),
        ({"auth": ["x"]}, 5108, "invalid parameter: auth"),
        ({"auth": "a" * 17}, 5108, "invalid parameter: auth"),
        ({"psk": None}, 5108, "invalid parameter: psk"),
        ({"psk": "a" * 17}, 5108, "invalid parameter: psk"),
        ({"psk": "with blank"}, 5108, "invalid parameter: psk"),
        ({"auth_info": {"1234": IMSI}, "chip": 7}, 5108, "invalid parameter: chip"),
        ({"auth_info": {"1234": IMSI}, "chip": True}, 5108, "invalid parameter: chip"),
        ({"auth_info": {"12345": IMSI}, "chip": 1}, 6, "invalid parameter: auth_info"),
        ({"chip": 9}, 0, "succ"),
    ],
)
def test_more_rules_of_device_creation(play: Play, change: dict[str, object], errno: int, error: str) -> None:
    async def scene(world: Scene) -> None:
        answer = await world.call("POST", "/devices", {**FOUR_THINGS, **change})
        assert (answer["errno"], answer["error"]) == (errno, error)

    play(scene)


def test_a_test_device_with_an_imei_of_four_digits_logs_in(play: Play) -> None:
    async def scene(world: Scene) -> None:
        body = {**FOUR_THINGS, "auth_info": {"1234": IMSI}, "chip": 1}
        created = (await world.call("POST", "/devices", body))["data"]
        await world.device().registers(name=f"1234;{IMSI}")
        assert (await world.call("GET", f"/devices/{created['device_id']}"))["data"]["online"]

    play(scene)


def test_a_deleted_device_reports_on_until_its_update_is_refused(play: Play) -> None:
    async def scene(world: Scene) -> None:
        module = world.device()
        await module.registers()
        device = world.platform.device(IMEI)
        module.notifies(module.tokens[0], bytes.fromhex("e8 1644 08 4039800000000000"))
        assert await world.call("DELETE", f"/devices/{device.id}") == {"errno": 0, "error": "succ"}
        for gone in (f"/devices/{device.id}", f"/devices/{device.id}/datapoints", f"/nbiot?imei={IMEI}&obj_id=1"):
            assert await world.call("GET", gone) == {"errno": 1, "error": "auth failed"}
        before = len(module.heard_octets)
        mid = module.notifies(module.tokens[0], bytes.fromhex("e8 1644 08 4039800000000000"), confirmable=True)
        await world.settle()
        assert module.heard_octets[before:] == [bytes([0x60, 0, *mid.to_bytes(2, "big")])]
        assert len(world.occurrences("datapoint")) == 1
        assert (await module.says(POST, f"rd/{IMEI}", query=["lt=60"])).code is NOT_FOUND
        assert (await module.registers()).code is not CHANGED
        assert world.platform.device(IMEI).id != device.id

    play(scene)


def test_the_keys_for_dtls_are_told_and_set(play: Play) -> None:
    async def scene(world: Scene) -> None:
        created = (await world.call("POST", "/devices", FOUR_THINGS))["data"]
        drawn = created["psk"]
        assert len(drawn) == 16
        assert drawn.isalnum()
        psk, accpsk = f"/nbiot/device/psk?imei={IMEI}", f"/nbiot/device/accpsk?imei={IMEI}"
        assert (await world.call("GET", psk))["data"] == {"psk": drawn}
        by_id = await world.call("GET", f"/nbiot/device/psk?did={created['device_id']}")
        assert by_id["data"] == {"psk": drawn}
        assert await world.call("PUT", psk, {"key": "dafdfdsafd"}) == {"errno": 0, "error": "succ"}
        assert (await world.call("GET", psk))["data"] == {"psk": "dafdfdsafd"}
        assert (await world.call("GET", accpsk))["data"] == {"device_id": created["device_id"]}
        for method, key in (("POST", "abcdefgh"), ("PUT", "0123456789abcdef")):
            assert await world.call(method, accpsk, {"key": key}) == {"errno": 0, "error": "succ"}
            assert (await world.call("GET", accpsk))["data"]["psk"] == key
        assert (await world.call("GET", psk))["data"] == {"psk": "dafdfdsafd"}

    play(scene)


def test_a_key_given_at_creation_is_the_devices_and_the_pages_own_example_sets_one(play: Play) -> None:
    async def scene(world: Scene) -> None:
        created = await world.call("POST", "/devices", {**FOUR_THINGS, "psk": "23ddafd3444"})
        assert created["data"]["psk"] == "23ddafd3444"
        slip = await world.call("POST", f"/devices?imei={IMEI}", {"key": "dafdfdsafd"})
        assert slip == {"errno": 0, "error": "succ"}
        assert world.platform.device(IMEI).access_psk == "dafdfdsafd"

    play(scene)


@pytest.mark.parametrize(
    ("method", "call", "body", "errno", "error"),
    [
        ("GET", "/nbiot/device/psk", None, 3, "parameter required: imei"),
        ("GET", f"/nbiot/device/psk?imei={IMEI}&did=1", None, 5108, "invalid parameter: did"),
        ("GET", "/nbiot/device/psk?did=1", None, 1, "auth failed"),
        ("GET", "/nbiot/device/accpsk?imei=866971030000009", None, 1, "auth failed"),
        ("PUT", f"/nbiot/device/psk?imei={IMEI}", None, 3, "parameter required: key"),
        ("PUT", f"/nbiot/device/psk?imei={IMEI}", {"key": "short"}, 5108, "invalid parameter: key"),
        ("POST", f"/nbiot/device/accpsk?imei={IMEI}", {"key": 12345678}, 5108, "invalid parameter: key"),
        ("PUT", f"/nbiot/device/accpsk?imei={IMEI}", {"key": "über-lang"}, 5108, "invalid parameter: key"),
    ],
)
def test_a_key_that_does_not_fit_is_refused(
    play: Play, method: str, call: str, body: object, errno: int, error: str
) -> None:
    async def scene(world: Scene) -> None:
        world.platform.devices.create(IMEI, IMSI)
        assert await world.call(method, call, body) == {"errno": errno, "error": error}
        assert any(text.startswith(f"because errno {errno}: ") for text in world.texts)

    play(scene)
