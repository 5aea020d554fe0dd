"""Commands over HTTP: what OneNET's pages say of their parameters, and the log of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aiocoap import Message

if TYPE_CHECKING:
    from tests.onenet.conftest import Device, Play, Scene

IMEI = "866971030000001"
AT = f"imei={IMEI}&obj_id=3306&obj_inst_id=0"


async def logged_in(world: Scene, links: str = "</3306/0>") -> Device:
    device = world.device()
    await device.registers(links)
    device.heard_octets.clear()
    return device


@pytest.mark.parametrize(
    ("row", "payload"),
    [
        ({"res_id": 1000, "type": 1, "val": "00ff10"}, "e3 03e8 00ff10"),
        ({"res_id": 1000, "type": 2, "val": 1609430400}, "e4 03e8 5fedf580"),
        ({"res_id": 1000, "val": "abc"}, "e3 03e8 616263"),
        ({"res_id": 1000, "val": True}, "e1 03e8 01"),
        ({"res_id": 5852, "val": 300}, "e2 16dc 012c"),
        ({"res_id": 5850, "val": True}, "e1 16da 01"),
        ({"res_id": 5850, "val": 1}, "e1 16da 01"),
        ({"res_id": 5850, "val": 0}, "e1 16da 00"),
    ],
)
def test_a_write_carries_values_by_their_type(play: Play, row: dict[str, object], payload: str) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        for mode, method in ((1, "PUT"), (2, "POST")):
            answer = await world.call("POST", f"/nbiot?{AT}&mode={mode}", {"data": [row]})
            assert answer == {"errno": 0, "error": "succ"}
            assert device.requests[-1].code.name == method
            assert device.requests[-1].payload == bytes.fromhex(payload)

    play(scene)


@pytest.mark.parametrize(
    ("rows", "errno", "error"),
    [
        ([{"res_id": 1, "type": 3, "val": 1}], 5108, "invalid parameter: data[0].type"),
        ([{"res_id": 1, "type": "1", "val": 1}], 5108, "invalid parameter: data[0].type"),
        ([{"res_id": "1", "val": 1}], 5108, "invalid parameter: data[0].res_id"),
        ([{"res_id": 65536, "val": 1}], 5108, "invalid parameter: data[0].res_id"),
        ([7], 5108, "invalid parameter: data[0]"),
        ([{"res_id": 1, "type": 1, "val": "a" * 2048}], 5006, "system logic limit"),
    ],
)
def test_a_write_that_does_not_fit_is_refused(play: Play, rows: list[object], errno: int, error: str) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        answer = await world.call("POST", f"/nbiot?{AT}&mode=2", {"data": rows})
        assert answer == {"errno": errno, "error": error}
        assert not device.requests

    play(scene)


def test_a_write_of_two_kib_of_json_is_sent(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        frame = '[{"res_id":1000,"val":""}]'
        value = "a" * (2048 - len(frame))
        device.respond = lambda request: Message(code=95 if request.opt.block1 and request.opt.block1.more else 68)
        answer = await world.call("POST", f"/nbiot?{AT}&mode=2", {"data": [{"res_id": 1000, "val": value}]})
        assert answer["errno"] == 0
        longer = await world.call("POST", f"/nbiot?{AT}&mode=2", {"data": [{"res_id": 1000, "val": value + "a"}]})
        assert longer["errno"] == 5006

    play(scene)


def test_an_execute_takes_two_kib_and_no_more(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        device.respond = lambda request: Message(code=95 if request.opt.block1 and request.opt.block1.more else 68)
        call = f"/nbiot/execute?{AT}&res_id=5850"
        assert (await world.call("POST", call, {"args": "a" * 2048}))["errno"] == 0
        assert (await world.call("POST", call, {"args": "a" * 2049}))["errno"] == 5006
        assert (await world.call("POST", call, {"args": 1}))["error"] == "invalid parameter: args"

    play(scene)


def test_an_observe_with_attributes_writes_them_first(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        call = f"/nbiot/observe?{AT}&res_id=5851&cancel=false&pmin=5&pmax=60&gt=50&lt=10.5&st=2"
        assert await world.call("POST", call) == {"errno": 0, "error": "succ"}
        write, observe = device.requests
        assert (write.code.name, write.opt.uri_path) == ("PUT", ("3306", "0", "5851"))
        assert set(write.opt.uri_query) == {"pmin=5", "pmax=60", "gt=50.0", "lt=10.5", "st=2.0"}
        assert (observe.code.name, observe.opt.observe) == ("GET", 0)

    play(scene)


@pytest.mark.parametrize(
    "query",
    ["pmin=5&pmax=4", "pmin=0&pmax=4", "res_id=1&lt=10&gt=10", "res_id=1&lt=10&st=5&gt=20", "gt=1", "st=1"],
)
def test_attributes_against_the_rules_are_refused(play: Play, query: str) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        answer = await world.call("POST", f"/nbiot/observe?{AT}&cancel=false&{query}")
        assert answer["errno"] == 5108
        assert not device.requests

    play(scene)


@pytest.mark.parametrize(("cancel", "observe"), [("true", 1), ("false", 0), ("True", 0), ("1", 0)])
def test_cancel_is_true_or_counts_as_false(play: Play, cancel: str, observe: int) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        assert (await world.call("POST", f"/nbiot/observe?{AT}&cancel={cancel}"))["errno"] == 0
        assert device.requests[-1].opt.observe == observe
        told = any("counts as false" in text for text in world.texts)
        assert told == (cancel not in {"true", "false"})

    play(scene)


def test_the_read_pages_own_path_does(play: Play) -> None:
    async def scene(world: Scene) -> None:
        await logged_in(world)
        assert (await world.call("GET", f"/devices/nbiot?imei={IMEI}&obj_id=3306"))["errno"] == 0

    play(scene)


async def log_of(world: Scene, method: str, call: str, body: object = None) -> list[dict[str, Any]]:
    response = await world.http(method, call, body)
    uuid = response.headers["cmd-uuid"]
    answer = await world.call("GET", f"/nbiot/open/online/history/{uuid}/piecewise?imei={IMEI}")
    assert answer["errno"] == 0
    lines: list[dict[str, Any]] = answer["data"]
    return lines


def test_the_log_of_a_command_tells_its_steps(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        device.respond = lambda _: Message(code=69, payload=b"\xe1\x16\xda\x01", content_format=1542)
        shown = '[{"obj_inst_id":0,"res":[{"res_id":5850,"val":true}]}]'
        arguments = '{"imei":"866971030000001","obj_id":3306,"obj_inst_id":0}'
        assert [line["log"] for line in await log_of(world, "GET", f"/nbiot?{AT}")] == [
            f"received command type: [0], args: [{arguments}], content: []",
            f"send command type: [0], args: [{arguments}], content: []",
            "received confirm message, type: [0], command send status: [1], confirm status: [0]",
            f"feedback message, type: [0], confirm status: [0], result: [{shown}]",
        ]

    play(scene)


def test_the_log_tells_how_a_command_failed(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        device.respond = lambda _: None
        execute = await log_of(world, "POST", f"/nbiot/execute?{AT}&res_id=5850&timeout=6", {"args": "x"})
        assert [line["time"] for line in execute] == ["Thu Jan 01 00:00:00 UTC 2026"] * 2 + [
            "Thu Jan 01 00:00:06 UTC 2026"
        ] * 2
        assert execute[0]["log"].endswith('content: [{"args":"x"}]')
        assert "confirm status: [5]" in execute[2]["log"]
        assert 'result: [{"errno":5106,"error":"unsuccess:time_out"}]' in execute[3]["log"]
        await world.settle(3600)
        offline = await log_of(world, "POST", f"/nbiot/observe?{AT}&cancel=false")
        assert [line["log"].split(",")[0] for line in offline] == [
            "received command type: [3]",
            "feedback message",
        ]
        assert "confirm status: [12]" in offline[1]["log"]

    play(scene)


def test_a_log_is_found_by_the_commands_own_device_only(play: Play) -> None:
    async def scene(world: Scene) -> None:
        await logged_in(world)
        other = world.platform.devices.create("866971030000002")
        uuid = (await world.http("GET", f"/nbiot?{AT}")).headers["cmd-uuid"]
        for uuid_asked, imei in ((uuid, other.imei), ("31688926-0000-0000-0000-000000000000", IMEI)):
            call = f"/nbiot/open/online/history/{uuid_asked}/piecewise?imei={imei}"
            assert await world.call("GET", call) == {"errno": 5108, "error": "invalid parameter: uuid"}

    play(scene)
