"""Triggers: what sets them off, what they say, and the API that keeps them."""

from __future__ import annotations

import asyncio
import json
import struct
from typing import TYPE_CHECKING, Any

import pytest

from onenet_sim.onenet import Receipt

if TYPE_CHECKING:
    from tests.onenet.conftest import Device, Play, Scene

IMEI = "866971030000001"
URL = "http://application.example/alarm"
OVER_9 = {"title": "warm", "ds_id": "3303_0_5700", "url": URL, "type": ">", "threshold": 9}


class Application:
    """An application that takes what it is called with."""

    def __init__(self) -> None:
        self.heard: list[Any] = []

    async def __call__(self, method: str, url: str, body: str, within: float) -> Receipt:
        assert (method, url, within) == ("POST", URL, 5)
        self.heard.append(json.loads(body))
        return Receipt(200, "")

    @property
    def values(self) -> list[object]:
        return [body["current_data"][0]["value"] for body in self.heard]


async def with_trigger(world: Scene, **changes: object) -> tuple[Application, int]:
    """Make a trigger whose application answers well; return that and the trigger's number."""
    application = Application()
    world.platform.triggers._deliver = application
    reply = await world.call("POST", "/triggers", {**OVER_9, **changes})
    assert reply["errno"] == 0
    return application, int(reply["data"]["trigger_id"])


async def logged_in(world: Scene, port: int = 40001, imei: str = IMEI) -> Device:
    device = world.device(port)
    await device.registers("</3303/0>,</3304/0>", name=f"{imei};460001234567890", lifetime=86_400)
    return device


async def report(world: Scene, device: Device, *values: float, imei: str = IMEI, instance: int = 0) -> None:
    """Report these temperatures (or, in instance 1, humidities), one a second."""
    record = world.platform.devices.by_imei(imei)
    assert record is not None
    token = world.platform.subscriptions.of(record)[instance].token
    for value in values:
        device.notifies(token, b"\xe8\x16\x44\x08" + struct.pack(">d", value))
        await world.settle(1)


def test_a_trigger_calls_its_url_as_documented(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        application, number = await with_trigger(world)
        await world.settle(12 * 3600)
        await report(world, device, 26)
        record = world.platform.devices.by_imei(IMEI)
        assert record is not None
        (body,) = application.heard
        (current,) = body["current_data"]
        assert len(current.pop("ds_uuid")) == 36
        assert body == {
            "trigger": {"id": number, "threshold": 9.0, "type": ">"},
            "current_data": [
                {"dev_id": record.id, "ds_id": "3303_0_5700", "at": "2026-01-01T12:00:00.000Z", "value": 26.0}
            ],
        }
        called = [
            event for event in world.journal if event.kind == "http_answer" and event.what.to_json()["body"] == ""
        ]
        assert [each.kind for each in world.journal.thread(called[-1].id)] == [
            "coap_received",
            "datapoint",
            "http_request",
            "http_answer",
        ]

    play(scene)


@pytest.mark.parametrize(
    ("condition", "threshold", "called_for"),
    [
        (">", 9, [10.0, 11.0]),
        (">=", 9, [9.0, 9.0, 10.0, 11.0]),
        ("<", 9, [8.0, 5.0]),
        ("<=", 9, [8.0, 9.0, 9.0, 5.0]),
        ("inout", {"lolmt": 9, "uplmt": 10}, [9.0, 11.0]),
        ("change", None, [9.0, 10.0, 11.0, 5.0]),
    ],
)
def test_each_condition_of_values(play: Play, condition: str, threshold: object, called_for: list[float]) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        application, _ = await with_trigger(world, type=condition, threshold=threshold)
        await report(world, device, 8, 9, 9, 10, 11, 5)
        assert application.values == called_for

    play(scene)


def test_the_last_point_before_a_trigger_counts_as_the_one_before(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        await report(world, device, 8)
        application, _ = await with_trigger(world, type="change")
        await report(world, device, 8, 9)
        assert application.values == [9.0]

    play(scene)


def test_frozen_calls_once_when_there_was_no_report_for_so_long(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        application, _ = await with_trigger(world, type="frozen", threshold=60)
        await world.settle(3600)
        assert not application.heard, "a stream that never reported is not watched"
        await report(world, device, 8)
        await world.settle(50)
        await report(world, device, 9)
        await world.settle(58)
        assert not application.heard
        await world.settle(2)
        await world.settle(3600)
        assert application.values == [9.0]
        await report(world, device, 10)
        await world.settle(60)
        assert application.values == [9.0, 10.0]

    play(scene)


def test_live_calls_when_there_is_a_report_again_after_so_long(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        application, _ = await with_trigger(world, type="live", threshold=60)
        await report(world, device, 8, 9)
        assert not application.heard
        await world.settle(60)
        await report(world, device, 10, 11)
        assert application.values == [10.0]

    play(scene)


def test_a_trigger_is_about_a_name_about_devices_or_about_uuids(play: Play) -> None:
    async def scene(world: Scene) -> None:
        other_imei = "866971030000002"
        one, other = await logged_in(world), await logged_in(world, 40002, other_imei)
        record = world.platform.devices.by_imei(IMEI)
        assert record is not None
        everyone, _ = await with_trigger(world)
        ours, _ = await with_trigger(world, dev_ids=[record.id])
        await report(world, one, 20)
        uuid = ours.heard[0]["current_data"][0]["ds_uuid"]
        application = Application()
        world.platform.triggers._deliver = application
        by_uuid = {name: value for name, value in OVER_9.items() if name != "ds_id"}
        assert (await world.call("POST", "/triggers", {**by_uuid, "ds_uuids": [uuid]}))["errno"] == 0
        await report(world, one, 21)
        await report(world, other, 22, imei=other_imei)
        await report(world, one, 23, instance=1)
        assert everyone.values == [20.0, 21.0, 22.0]
        assert ours.values == [20.0, 21.0]
        assert application.values == [21.0]

    play(scene)


def test_a_trigger_is_shown_changed_listed_and_deleted(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        application, number = await with_trigger(world)
        shown = {
            "id": number,
            "title": "warm",
            "url": URL,
            "type": ">",
            "threshold": 9.0,
            "invalid": False,
            "create_time": "2026-01-01 00:00:00",
        }
        assert (await world.call("GET", f"/triggers/{number}"))["data"] == shown
        changed = {"type": "<", "threshold": 3}
        assert await world.call("PUT", f"/triggers/{number}", changed) == {"errno": 0, "error": "succ"}
        assert (await world.call("GET", f"/triggers/{number}"))["data"] == {**shown, **changed}
        await report(world, device, 26, 2)
        assert application.values == [2.0]
        _, second = await with_trigger(world, title="other", dev_ids=["1"])
        listed = (await world.call("GET", "/triggers?page=1&per_page=1"))["data"]
        assert (listed["total_count"], listed["page"], listed["per_page"]) == (2, 1, 1)
        assert [each["id"] for each in listed["triggers"]] == [number]
        (other,) = (await world.call("GET", "/triggers?title=other"))["data"]["triggers"]
        assert (other["id"], other["invalid"]) == (second, True)
        assert await world.call("DELETE", f"/triggers/{number}") == {"errno": 0, "error": "succ"}
        assert (await world.call("GET", f"/triggers/{number}"))["errno"] == 5108
        await report(world, device, 1)
        assert application.values == [2.0]

    play(scene)


@pytest.mark.parametrize(
    ("changes", "errno", "error"),
    [
        ({"title": ""}, 5108, "invalid parameter: title"),
        ({"url": "application.example"}, 5108, "invalid parameter: url"),
        ({"type": "=="}, 5108, "invalid parameter: type"),
        ({"threshold": "9"}, 5108, "invalid parameter: threshold"),
        ({"threshold": True}, 5108, "invalid parameter: threshold"),
        ({"threshold": 10**400}, 5108, "invalid parameter: threshold"),
        ({"type": "frozen", "threshold": 0}, 5108, "invalid parameter: threshold"),
        ({"type": "inout"}, 5108, "invalid parameter: threshold"),
        ({"type": "inout", "threshold": {"lolmt": 1}}, 3, "parameter required: threshold.uplmt"),
        ({"type": "inout", "threshold": {"lolmt": 2, "uplmt": 1}}, 5108, "invalid parameter: threshold"),
        ({"dev_ids": "1"}, 5108, "invalid parameter: dev_ids"),
        ({"ds_uuids": ["a"]}, 5108, "invalid parameter: ds_uuids"),
        ({"ds_id": None}, 5108, "invalid parameter: ds_id"),
    ],
)
def test_what_a_trigger_cannot_be_is_named(play: Play, changes: dict[str, object], errno: int, error: str) -> None:
    async def scene(world: Scene) -> None:
        reply = await world.call("POST", "/triggers", {**OVER_9, **changes})
        assert (reply["errno"], reply["error"]) == (errno, error)

    play(scene)


def test_what_is_missing_is_named(play: Play) -> None:
    async def scene(world: Scene) -> None:
        for name in OVER_9:
            body = {each: value for each, value in OVER_9.items() if each != name}
            reply = await world.call("POST", "/triggers", body)
            assert (reply["errno"], reply["error"]) == (3, f"parameter required: {name}")

    play(scene)


def test_no_stream_of_a_deleted_device_freezes(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        application, _ = await with_trigger(world, type="frozen", threshold=60)
        await report(world, device, 8)
        await world.call("DELETE", f"/devices/{world.platform.device(IMEI).id}")
        await world.settle(100)
        assert not application.heard

    play(scene)


def test_texts_and_booleans_are_no_numbers_to_compare(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()
        await device.registers("</3200/0>", lifetime=86_400)
        application, _ = await with_trigger(world, ds_id="3200_0_5500", type=">=", threshold=0)
        record = world.platform.devices.by_imei(IMEI)
        assert record is not None
        device.notifies(world.platform.subscriptions.of(record)[0].token, bytes.fromhex("e1 157c 01"))
        await world.settle(1)
        newest = world.platform.datapoints.newest(record.id, "3200_0_5500")
        assert newest is not None
        assert newest.value is True
        assert not application.heard

    play(scene)


def test_stopping_the_platform_leaves_no_timer_and_no_task_of_a_trigger(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        await with_trigger(world, type="frozen", threshold=60)
        await report(world, device, 8)
        await world.platform.stop()
        await world.settle()
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert not [each for each in asyncio.get_running_loop()._scheduled if not each.cancelled()]  # type: ignore[attr-defined]

    play(scene)


def test_more_than_a_thousand_triggers_are_refused(play: Play) -> None:
    async def scene(world: Scene) -> None:
        for _ in range(1_000):
            await with_trigger(world)
        assert (await world.call("POST", "/triggers", OVER_9))["errno"] == 5006

    play(scene)
