"""Cached commands: when they are sent, how often, and what the API tells of them."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
from aiocoap import ACK, CHANGED, CONTENT, NOT_FOUND, POST, PUT, Message

from tests.onenet.conftest import answer

if TYPE_CHECKING:
    from tests.onenet.conftest import Device, Play, Scene

IMEI = "866971030000001"
TEMPERATURE = bytes.fromhex("e8 1644 08 4039800000000000")
TOMORROW = "expired_time=2026-01-02T00:00:00"
WRITE = f"/nbiot/offline?imei={IMEI}&obj_id=3306&obj_inst_id=0&mode=2&{TOMORROW}"
READ = f"/nbiot/offline?imei={IMEI}&obj_id=3303&obj_inst_id=0&res_id=5700&{TOMORROW}"
EXECUTE = f"/nbiot/execute/offline?imei={IMEI}&obj_id=3303&obj_inst_id=0&res_id=5605&{TOMORROW}"
ON = {"data": [{"res_id": 5850, "val": True}]}


async def logged_in(world: Scene, links: str = "</3303/0>,</3306/0>", lifetime: int = 86_400) -> Device:
    device = world.device()
    await device.registers(links, lifetime=lifetime)
    return device


async def cached(world: Scene, method: str = "POST", target: str = WRITE, body: object = ON) -> str:
    """Let a command wait and return its uuid."""
    reply = await world.call(method, target, body)
    assert (reply["errno"], list(reply["data"])) == (0, ["uuid"])
    return str(reply["data"]["uuid"])


async def detail(world: Scene, uuid: str) -> dict[str, Any]:
    reply = await world.call("GET", f"/nbiot/offline/history/{uuid}?imei={IMEI}")
    assert reply["errno"] == 0
    found: dict[str, Any] = reply["data"]
    return found


async def status(world: Scene, uuid: str) -> int:
    return int((await detail(world, uuid))["send_status"])


def refusing(request: Message) -> Message:
    """Answer a write with 4.04 and all else well."""
    writes = request.code is POST or request.code is PUT
    return Message(code=NOT_FOUND) if writes else answer(request)


def test_a_cached_write_waits_and_goes_out_right_behind_the_next_notify(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        uuid = await cached(world)
        await world.settle(60)
        assert await status(world, uuid) == 1
        device.heard_octets.clear()
        mid = device.notifies(device_token(world), TEMPERATURE, confirmable=True)
        await world.settle()
        acknowledged, write = device.messages
        assert (acknowledged.mtype, acknowledged.mid) == (ACK, mid)
        assert (write.code, write.opt.uri_path, write.payload) == (
            POST,
            ("3306", "0"),
            bytes.fromhex("e1 16da 01"),
        )
        told = await detail(world, uuid)
        assert (told["type"], told["send_status"], told["confirm_status"]) == ("WRITE", 5, "SUCCESS")
        assert (told["create_time"], told["send_time"]) == ("2026-01-01 00:00:00", "2026-01-01 00:01:00")
        assert told["cmd_result"] == {"errno": 0, "error": "succ"}
        assert told["content"] == ON

    play(scene)


def device_token(world: Scene) -> bytes:
    record = world.platform.devices.by_imei(IMEI)
    assert record is not None
    return world.platform.subscriptions.of(record)[0].token


def test_what_led_to_a_cached_command_is_the_uplink_that_set_it_off(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        await cached(world)
        device.notifies(device_token(world), TEMPERATURE)
        await world.settle()
        done = [event for event in world.journal if str(event.what) == "cached write /3306/0 success"]
        assert [each.kind for each in world.journal.thread(done[0].id)] == [
            "coap_received",
            "cached_command",
            "cached_command",
        ]

    play(scene)


@pytest.mark.parametrize(
    ("trigger", "sent_at"),
    [(1, [2]), (2, [1]), (3, [1]), (4, [0]), (5, [0]), (6, [0]), (7, [0])],
)
def test_the_trigger_mask_says_which_uplink_sets_a_command_off(
    play: Play, trigger: int, sent_at: list[int]
) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        uuid = await cached(world, target=f"{WRITE}&trigger_msg={trigger}")
        sent: list[int] = []

        async def looked_at(step: int) -> None:
            await world.settle(1)
            if not sent and await status(world, uuid) == 5:
                sent.append(step)

        device.notifies(device_token(world), TEMPERATURE)
        await looked_at(0)
        await device.says(POST, f"rd/{IMEI}", query=["lt=3000"])
        await looked_at(1)
        await device.registers("</3303/0>,</3306/0>")
        await looked_at(2)
        assert sent == sent_at

    play(scene)


def test_at_a_registration_cached_commands_follow_its_answer_and_the_first_observe(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        await device.says(POST, f"rd/{IMEI}", query=["lt=3000"])
        await cached(world, target=f"{WRITE}&trigger_msg=1")
        device.heard_octets.clear()
        await device.registers("</3303/0>,</3306/0>")
        first, second, third = device.messages[:3]
        assert first.code.dotted == "2.01"
        assert second.opt.observe == 0
        assert (third.code, third.opt.uri_path) == (POST, ("3306", "0"))

    play(scene)


def test_commands_go_out_in_the_order_of_their_making_one_at_a_time(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        await cached(world, "GET", READ, None)
        await cached(world)
        await cached(world, "POST", EXECUTE, {"args": "reset"})
        sent_at: list[float] = []

        def slowly(request: Message) -> None:
            sent_at.append(world.now)
            reply = Message(code=CONTENT if request.code.name == "GET" else CHANGED)
            reply.mtype, reply.mid, reply.token = ACK, request.mid, request.token
            asyncio.get_running_loop().call_later(2, device.send, reply.encode())

        device.heard_octets.clear()
        device.respond = slowly
        device.notifies(device_token(world), TEMPERATURE)
        await world.settle(10)
        assert [each.code.name for each in device.requests] == ["GET", "POST", "POST"]
        assert device.requests[-1].payload == b"reset"
        assert sent_at == [0, 2, 4]

    play(scene)


def test_a_failing_command_waits_for_the_next_uplink_until_no_attempt_is_left(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        device.respond = refusing
        uuid = await cached(world, target=f"{WRITE}&retry=3")
        told = []
        for _ in range(4):
            device.notifies(device_token(world), TEMPERATURE)
            await world.settle(60)
            now = await detail(world, uuid)
            told.append((now["send_status"], now["remain"], now["confirm_status"]))
        assert told == [(1, 2, "NOT_FOUND"), (1, 1, "NOT_FOUND"), (6, 0, "NOT_FOUND"), (6, 0, "NOT_FOUND")]
        assert "cmd_result" not in await detail(world, uuid)
        assert sum(each.code is POST for each in device.requests) == 3

    play(scene)


def test_a_silent_device_costs_an_attempt_after_the_commands_own_time_out(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        device.respond = lambda _: None
        uuid = await cached(world, target=f"{WRITE}&retry=0&timeout=5")
        device.notifies(device_token(world), TEMPERATURE)
        await world.settle(4.9)
        assert await status(world, uuid) == 3
        await world.settle(0.2)
        told = await detail(world, uuid)
        assert (told["send_status"], told["confirm_status"], told["remain"]) == (6, "TIME_OUT", 0)

    play(scene)


def test_an_eleventh_command_is_refused_until_one_of_ten_has_ended(play: Play) -> None:
    async def scene(world: Scene) -> None:
        await logged_in(world)
        uuids = [await cached(world) for _ in range(10)]
        refused = await world.call("POST", WRITE, ON)
        assert (refused["errno"], refused["error"]) == (5006, "system logic limit")
        await world.call("PUT", f"/nbiot/offline/cancel/{uuids[0]}?imei={IMEI}")
        await cached(world)
        assert (await world.call("POST", WRITE, ON))["errno"] == 5006

    play(scene)


def test_a_command_expires_at_its_time_and_one_timer_serves_them_all(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        target = WRITE.replace(TOMORROW, "expired_time=2026-01-01T00:{:02}:00")
        later, sooner = [await cached(world, target=target.format(minute)) for minute in (10, 5)]
        timers = [each for each in asyncio.get_running_loop()._scheduled if not each.cancelled()]  # type: ignore[attr-defined]
        # besides: the registration's lifetime, and the opportunity for a piggy-backed answer to pass
        assert sum("CachedCommands" in repr(each) for each in timers) == 1
        assert len(asyncio.all_tasks()) == 1
        await world.settle(299)
        assert await status(world, sooner) == 1
        await world.settle(1)
        assert (await status(world, sooner), await status(world, later)) == (4, 1)
        await world.settle(300)
        assert await status(world, later) == 4
        device.heard_octets.clear()
        device.notifies(device_token(world), TEMPERATURE)
        await world.settle(1)
        assert not device.requests

    play(scene)


def test_a_command_is_not_sent_before_its_valid_time(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        uuid = await cached(world, target=f"{WRITE}&valid_time=2026-01-01T01:00:00")
        device.notifies(device_token(world), TEMPERATURE)
        await world.settle(3600)
        assert await status(world, uuid) == 1
        device.notifies(device_token(world), TEMPERATURE)
        await world.settle()
        assert await status(world, uuid) == 5

    play(scene)


def test_a_command_for_an_offline_device_waits_for_its_registration(play: Play) -> None:
    async def scene(world: Scene) -> None:
        await logged_in(world, lifetime=60)
        await world.settle(61)
        uuid = await cached(world, "GET", READ, None)
        assert (await world.call("GET", f"/nbiot?imei={IMEI}&obj_id=3303"))["errno"] == 2001
        device = world.device()
        device.respond = lambda request: (
            Message(code=CONTENT, payload=b"25.5", content_format=0)
            if len(request.opt.uri_path) == 3
            else answer(request)
        )
        await device.registers()
        told = await detail(world, uuid)
        assert told["send_status"] == 5
        assert told["cmd_result"] == {
            "errno": 0,
            "error": "succ",
            "data": [{"obj_inst_id": 0, "res": [{"res_id": 5700, "val": 25.5}]}],
        }

    play(scene)


@pytest.mark.parametrize(("extra", "value"), [("", [227, 9]), ("&bin2hex=true", "e309")])
def test_opaque_octets_of_a_cached_read_are_numbers_or_hex(play: Play, extra: str, value: object) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world, "</3200/0>")
        target = READ.replace("3303", "3200").replace("5700", "5505") + extra
        uuid = await cached(world, "GET", target, None)
        device.respond = lambda _: Message(code=CONTENT, payload=b"\xe3\x09", content_format=42)
        device.notifies(device_token(world))
        await world.settle()
        (instance,) = (await detail(world, uuid))["cmd_result"]["data"]
        assert instance["res"][0]["val"] == value

    play(scene)


def test_only_a_waiting_command_can_be_cancelled(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        first, second, third = [await cached(world) for _ in range(3)]
        assert await world.call("PUT", f"/nbiot/offline/cancel/{first}?imei={IMEI}") == {
            "errno": 0,
            "error": "succ",
        }
        assert await status(world, first) == 2
        assert (await world.call("PUT", f"/nbiot/offline/cancel/{first}?imei={IMEI}"))["errno"] == 5006
        device.respond = lambda _: None
        device.notifies(device_token(world), TEMPERATURE)
        await world.settle()
        assert await status(world, second) == 3
        assert (await world.call("PUT", f"/nbiot/offline/cancel/{second}?imei={IMEI}"))["errno"] == 5006
        everything = await world.call("PUT", f"/nbiot/offline/cancel/all?imei={IMEI}")
        assert everything["data"] == {"succ": [third], "failed": [], "total": 1}
        device.heard_octets.clear()
        await world.settle(60)
        assert len({each.mid for each in device.requests}) <= 1, "the third was queued and never sent"

    play(scene)


@pytest.mark.parametrize(
    ("change", "errno", "error"),
    [
        ((TOMORROW, ""), 3, "parameter required: expired_time"),
        ((TOMORROW, "expired_time=2025-12-31T23:59:59"), 5108, "invalid parameter: expired_time"),
        ((TOMORROW, "expired_time=tomorrow"), 5108, "invalid parameter: expired_time"),
        ((TOMORROW, f"{TOMORROW}&valid_time=2026-01-01T00:00:00"), 5108, "invalid parameter: valid_time"),
        ((TOMORROW, f"{TOMORROW}&valid_time=2026-01-02T00:00:00"), 5108, "invalid parameter: expired_time"),
        ((TOMORROW, f"{TOMORROW}&retry=11"), 5006, "system logic limit"),
        ((TOMORROW, f"{TOMORROW}&timeout=4"), 5006, "system logic limit"),
        ((TOMORROW, f"{TOMORROW}&timeout=41"), 5006, "system logic limit"),
        ((TOMORROW, f"{TOMORROW}&trigger_msg=0"), 5108, "invalid parameter: trigger_msg"),
        ((TOMORROW, f"{TOMORROW}&trigger_msg=8"), 5108, "invalid parameter: trigger_msg"),
        (("mode=2", "mode=3"), 5108, "invalid parameter: mode"),
        (("mode=2&", ""), 3, "parameter required: mode"),
        ((IMEI, "866971030000009"), 1, "auth failed"),
    ],
)
def test_the_parameters_of_a_cached_command_are_checked(
    play: Play, change: tuple[str, str], errno: int, error: str
) -> None:
    async def scene(world: Scene) -> None:
        await logged_in(world)
        reply = await world.call("POST", WRITE.replace(*change), ON)
        assert (reply["errno"], reply["error"]) == (errno, error)

    play(scene)


@pytest.mark.parametrize(
    ("target", "body", "errno"),
    [
        (WRITE, {"data": [{"res_id": 5853, "val": "x" * 2048}]}, 5006),
        (WRITE, {"data": [{"res_id": 5851, "val": "much"}]}, 5108),
        (EXECUTE, {"args": "x" * 2049}, 5006),
    ],
)
def test_what_no_device_could_be_sent_is_refused_at_once(
    play: Play, target: str, body: object, errno: int
) -> None:
    async def scene(world: Scene) -> None:
        await logged_in(world)
        assert (await world.call("POST", target, body))["errno"] == errno

    play(scene)


def test_the_parameters_of_a_cached_read_may_come_as_a_body(play: Play) -> None:
    async def scene(world: Scene) -> None:
        await logged_in(world)
        body = {"imei": int(IMEI), "obj_id": 3303, "expired_time": "2026-01-09T17:30:00", "retry": 5}
        uuid = await cached(world, "GET", "/nbiot/offline", body)
        assert (await detail(world, uuid))["remain"] == 5

    play(scene)


def test_the_history_shows_the_parameters_that_a_cached_command_has_and_no_other(play: Play) -> None:
    async def scene(world: Scene) -> None:
        await logged_in(world)
        uuid = await cached(world, target=f"{WRITE}&note={'9' * 5000}&bin2hex=true")
        assert (await detail(world, uuid))["args"] == {
            "imei": IMEI,
            "obj_id": 3306,
            "obj_inst_id": 0,
            "mode": 2,
            "expired_time": "2026-01-02T00:00:00",
        }
        assert any(text.startswith("because this call does not look at note, bin2hex") for text in world.texts)

    play(scene)


def test_the_history_is_paged_sorted_and_bounded_by_time(play: Play) -> None:
    async def scene(world: Scene) -> None:
        await logged_in(world)
        uuids = []
        for _ in range(3):
            uuids.append(await cached(world))
            await world.settle(60)
        history = f"/nbiot/offline/history?imei={IMEI}&start=2026-01-01T00:00:00"
        reply = (await world.call("GET", history))["data"]
        assert reply["total_count"] == 3
        assert [each["cmd_uuid"] for each in reply["items"]] == uuids[::-1]
        assert reply["items"][0] == {
            "cmd_uuid": uuids[2],
            "type": "WRITE",
            "create_time": "2026-01-01 00:02:00",
            "valid_time": "2026-01-01 00:02:00",
            "expired_time": "2026-01-02 00:00:00",
            "trigger_msg": 7,
            "send_status": 1,
            "imei": IMEI,
            "remain": 3,
        }
        second = (await world.call("GET", f"{history}&sort=ASC&page=2&per_page=2"))["data"]
        assert (second["total_count"], [each["cmd_uuid"] for each in second["items"]]) == (3, uuids[2:])
        some = (await world.call("GET", f"{history}&end=2026-01-01T00:01:00"))["data"]
        assert [each["cmd_uuid"] for each in some["items"]] == uuids[:1]
        for wrong, errno in ((history.replace("&start=", "&from="), 3), (f"{history}&sort=up", 5108)):
            assert (await world.call("GET", wrong))["errno"] == errno
        assert (await world.call("GET", f"/nbiot/offline/history/{uuids[0][:-1]}?imei={IMEI}"))["errno"] == 5108

    play(scene)


def test_the_log_of_a_command_has_its_steps_with_their_times(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world, "</5/0>,</3303/0>")
        uuid = await cached(world, "POST", EXECUTE, {})
        await world.settle(9)
        device.notifies(device_token(world), TEMPERATURE)
        await world.settle()
        lines = (await world.call("GET", f"/nbiot/offline/history/{uuid}/piecewise?imei={IMEI}"))["data"]
        assert [each["time"] for each in lines] == [
            "Thu Jan 01 00:00:00 UTC 2026",
            "Thu Jan 01 00:00:09 UTC 2026",
            "Thu Jan 01 00:00:09 UTC 2026",
        ]
        received, sent, confirmed = [each["log"] for each in lines]
        assert received.startswith('received command type: [2], args: [{"imei":"866971030000001","obj_id":3303,')
        assert sent == received.replace("received", "send")
        assert confirmed == (
            "received confirm message, type: [2], command send status: [5], confirm status: [0], "
            'result: [{"errno":0,"error":"succ"}]'
        )

    play(scene)


def test_the_commands_of_a_device_are_listed_by_its_number(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        record = world.platform.devices.by_imei(IMEI)
        assert record is not None
        await cached(world)
        device.notifies(device_token(world), TEMPERATURE)
        await world.settle()
        reply = await world.call("GET", f"/cmds/history/{record.id}?start=2026-01-01T00:00:00")
        (item,) = reply["data"]["items"]
        assert reply["data"]["total_count"] == 1
        assert (item["device_id"], item["status"]) == (record.id, 5)
        assert json.loads(bytes.fromhex(item["body"]))["content"] == ON
        assert json.loads(bytes.fromhex(item["confirm_body"])) == {"errno": 0, "error": "succ"}
        assert (await world.call("GET", "/cmds/history/1?start=2026-01-01"))["errno"] == 1
        assert (await world.call("GET", f"/cmds/history/{record.id}"))["errno"] == 3

    play(scene)


def test_the_oldest_that_ended_are_forgotten_beyond_a_thousand(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        record = world.platform.devices.by_imei(IMEI)
        assert record is not None
        waiting = await cached(world, target=f"{WRITE}&trigger_msg=1")
        for _ in range(1_000):
            platform = world.platform
            command = platform.cached.get(record, await cached(world))
            assert command is not None
            platform.cached.cancel(command)
        kept = world.platform.cached.of(record)
        assert len(kept) == 1_000
        assert kept[0].uuid == waiting
        assert len(world.platform.cached._expiries) < 200
        del device

    play(scene)


def test_deleting_a_device_cancels_what_waits_for_it(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        record = world.platform.device(IMEI)
        await cached(world)
        token = device_token(world)
        await world.call("DELETE", f"/devices/{record.id}")
        assert world.texts[-2:-1] == ["cached write /3306/0 cancelled"]
        assert not world.platform.cached.of(record)
        device.heard_octets.clear()
        device.notifies(token, TEMPERATURE)
        await world.settle(86_400)
        assert not device.requests

    play(scene)


def test_a_command_on_its_way_to_a_deleted_device_has_no_further_attempt(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        record = world.platform.device(IMEI)
        device.respond = lambda _: None
        uuid = await cached(world, target=f"{WRITE}&timeout=5")
        device.notifies(device_token(world), TEMPERATURE)
        await world.settle(1)
        command = world.platform.cached.get(record, uuid)
        await world.call("DELETE", f"/devices/{record.id}")
        await world.settle(10)
        assert command is not None
        assert (int(command.status), command.remain) == (6, 0)

    play(scene)


def test_stopping_the_platform_leaves_no_timer_and_no_task_of_a_cached_command(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        device.respond = lambda _: None
        await cached(world)
        await cached(world, target=f"{WRITE}&trigger_msg=1")
        device.notifies(device_token(world), TEMPERATURE)
        await world.settle(1)
        await world.platform.stop()
        await world.settle()
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert not [each for each in asyncio.get_running_loop()._scheduled if not each.cancelled()]  # type: ignore[attr-defined]

    play(scene)
