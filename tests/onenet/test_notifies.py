"""Notifies: which are taken, what becomes of them, and which are reset."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from aiocoap import ACK, CON, CONTENT, NOT_FOUND, Message

from onenet_sim.lwm2m import Path
from tests.onenet.conftest import answer

if TYPE_CHECKING:
    from onenet_sim.onenet import Device as Record
    from tests.onenet.conftest import Device, Play, Scene

IMEI = "866971030000001"
TEMPERATURE = bytes.fromhex("e8 1644 08 4039800000000000")


async def logged_in(world: Scene, links: str = "</3303/0>") -> tuple[Device, Record, bytes]:
    device = world.device()
    await device.registers(links)
    record = world.platform.devices.by_imei(IMEI)
    assert record is not None
    return device, record, device.tokens[0]


def test_each_resource_of_a_notify_becomes_a_typed_data_point(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device, record, token = await logged_in(world)
        await world.settle(10)
        device.notifies(token, bytes.fromhex("08 00 12") + TEMPERATURE + bytes.fromhex("e3 1645") + b"Cel")
        points = [str(each) for each in world.occurrences("datapoint")]
        assert points == ["data point 3303_0_5700 = 25.5", "data point 3303_0_5701 = 'Cel'"]
        newest = world.platform.datapoints.newest(record.id, "3303_0_5700")
        assert newest is not None
        assert (newest.value, newest.at) == (25.5, datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=10))
        event = next(event for event in world.journal if event.kind == "datapoint")
        assert [each.kind for each in world.journal.thread(event.id)] == ["coap_received", "datapoint"]

    play(scene)


def test_a_report_right_behind_the_answer_to_its_observe_is_taken(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()

        def respond(request: Message) -> Message | None:
            if request.opt.observe != 0:
                return answer(request)
            reply = Message(code=CONTENT, observe=0)
            reply.mtype, reply.mid, reply.token = ACK, request.mid, request.token
            device.send(reply.encode())
            device.notifies(request.token, TEMPERATURE, confirmable=True)
            return None

        device.respond = respond
        await device.registers()
        assert [str(each) for each in world.occurrences("datapoint")] == ["data point 3303_0_5700 = 25.5"]

    play(scene)


def test_what_the_table_does_not_have_becomes_byte_numbers(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device, record, token = await logged_in(world, "</6666/0>")
        device.notifies(token, bytes.fromhex("e3 03e8 0a647b"))
        newest = world.platform.datapoints.newest(record.id, "6666_0_1000")
        assert newest is not None
        assert newest.value == (10, 100, 123)

    play(scene)


def test_octets_that_do_not_fit_the_declared_type_become_byte_numbers_with_an_explanation(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device, record, token = await logged_in(world)
        device.notifies(token, bytes.fromhex("e3 1644 010203"))
        newest = world.platform.datapoints.newest(record.id, "3303_0_5700")
        assert newest is not None
        assert newest.value == (1, 2, 3)
        assert any("3303_0_5700 is shown as byte numbers" in text for text in world.texts)

    play(scene)


def test_a_confirmable_notify_gets_an_empty_ack_and_a_plain_one_nothing(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device, _, token = await logged_in(world)
        device.heard_octets.clear()
        device.notifies(token, TEMPERATURE)
        await world.settle()
        assert not device.heard_octets
        mid = device.notifies(token, TEMPERATURE, confirmable=True)
        await world.settle()
        assert device.heard_octets == [bytes([0x60, 0]) + mid.to_bytes(2, "big")]

    play(scene)


def test_a_repeat_is_acknowledged_again_but_gives_no_second_point_for_247_seconds(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device, _, token = await logged_in(world)
        device.heard_octets.clear()
        for _ in range(2):
            device.notifies(token, TEMPERATURE, confirmable=True, message_id=500)
            await world.settle(246 / 2)
        assert len(device.heard_octets) == 2
        assert len(world.occurrences("datapoint")) == 1
        assert [each.repeat for each in world.coap("coap_received") if each.message_id == 500] == [0, 1]
        await world.settle(2)
        device.notifies(token, TEMPERATURE, confirmable=True, message_id=500)
        assert len(world.occurrences("datapoint")) == 2

    play(scene)


def test_an_unknown_token_gets_a_reset_and_no_point(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device, _, _ = await logged_in(world)
        for confirmable in (True, False):
            device.heard_octets.clear()
            mid = device.notifies(b"nobody", TEMPERATURE, confirmable=confirmable)
            await world.settle()
            assert device.heard_octets == [bytes([0x70, 0]) + mid.to_bytes(2, "big")]
        assert not world.occurrences("datapoint")
        assert any("no subscription ever had it" in text for text in world.texts)

    play(scene)


def test_an_offline_device_gets_a_reset_and_the_journal_says_since_when(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device, record, token = await logged_in(world)
        await world.settle(3601)
        assert not record.online
        device.heard_octets.clear()
        mid = device.notifies(token, TEMPERATURE)
        await world.settle()
        assert device.heard_octets == [bytes([0x70, 0]) + mid.to_bytes(2, "big")]
        assert any("no update came within its lifetime of 3600 s" in text for text in world.texts)

    play(scene)


def test_a_notify_from_a_new_address_moves_the_device_there(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device, record, token = await logged_in(world)
        moved = world.device(50_000)
        moved.notifies(token, TEMPERATURE)
        assert len(world.occurrences("datapoint")) == 1
        await world.platform.discover(IMEI, Path(3303))
        assert moved.requests[0].mid == (device.requests[-1].mid + 1) & 0xFFFF
        assert record.online

    play(scene)


def test_an_error_on_a_subscription_ends_it(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device, record, token = await logged_in(world)
        message = Message(code=NOT_FOUND)
        message.mtype, message.mid, message.token = CON, 9, token
        device.send(message.encode())
        await world.settle()
        assert device.messages[-1].mid == 9
        assert not world.platform.subscriptions.of(record)

    play(scene)


def test_a_payload_that_is_no_tlv_is_acknowledged_and_explained(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device, _, token = await logged_in(world)
        device.notifies(token, b"\xc8\xff", confirmable=True)
        await world.settle()
        assert not world.occurrences("datapoint")
        assert any("gave no data point" in text for text in world.texts)

    play(scene)


def test_an_answer_to_observe_that_carries_values_is_a_first_notify(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()
        device.respond = lambda request: Message(
            code=69, observe=0 if request.opt.observe == 0 else None, content_format=1542, payload=TEMPERATURE
        )
        await device.registers()
        assert [str(each) for each in world.occurrences("datapoint")] == ["data point 3303_0_5700 = 25.5"]

    play(scene, auto_discover=False)


def test_a_stream_keeps_its_newest_points_only(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device, record, token = await logged_in(world, "</3200/0>")
        for number in range(5):
            device.notifies(token, bytes.fromhex("e1 157d") + bytes([number]))
        (stream,) = world.platform.datapoints.streams(record.id)
        assert [point.value for point in stream.points] == [2, 3, 4]

    play(scene, points_kept=3)
