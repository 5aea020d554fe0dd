"""What many devices, and many requests of one, cost the platform: objects are counted, and comparisons."""

from __future__ import annotations

import asyncio
import gc
from typing import TYPE_CHECKING

from aiocoap import POST, Message

from onenet_sim.lwm2m import Path
from onenet_sim.onenet import coap, wire
from onenet_sim.onenet.wire import Remote

if TYPE_CHECKING:
    import pytest

    from tests.onenet.conftest import Device, Play, Scene

IMEI = 866971030000001


def update(message_id: int) -> bytes:
    """Return a confirmable POST /rd/866971030000001, whose token is its message id."""
    number = message_id.to_bytes(2, "big")
    return bytes.fromhex("4202") + number + number + bytes.fromhex("b2 7264 0d02") + str(IMEI).encode()


def changed(message_id: int) -> bytes:
    """Return the ACK with 2.04 that answers it."""
    number = message_id.to_bytes(2, "big")
    return bytes.fromhex("6244") + number + number


def registration(imei: int) -> bytes:
    name = f"ep={imei};460001234567890".encode()
    links = b'</>;rt="oma.lwm2m",</3303/0>,</3306/0>'
    return bytes.fromhex("4002 0001 b2 7264 1128 3d") + bytes([len(name) - 13]) + name + b"\xff" + links


def messages() -> int:
    gc.collect()
    return sum(isinstance(each, Message) for each in gc.get_objects())


def updates(world: Scene) -> int:
    return sum(each.what == "updated" for each in world.occurrences("device"))


async def logged_in(world: Scene) -> Device:
    device = world.device()
    await device.registers("</3303/0>")
    device.heard_octets.clear()
    return device


def test_what_is_kept_to_answer_a_repeat_is_octets_and_no_message(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        before = messages()
        for number in range(50):
            device.send(update(number))
        await world.settle()
        assert messages() <= before
        device.send(update(7))
        await world.settle()
        assert device.heard_octets == [*map(changed, range(50)), changed(7)]
        assert updates(world) == 50

    play(scene)


def test_beyond_the_bound_the_oldest_request_is_forgotten_and_served_again(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coap, "MOST_REMEMBERED", 8)
    monkeypatch.setattr(wire, "MOST_REMEMBERED", 8)

    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        for number in range(20):
            device.send(update(number))
        await world.settle()
        assert updates(world) == 20
        device.send(update(15))
        await world.settle()
        assert updates(world) == 20
        device.send(update(11))
        await world.settle()
        assert updates(world) == 21
        assert [each.repeat for each in world.coap("coap_received")[-2:]] == [1, 0]

    play(scene)


def test_a_request_of_the_platform_with_the_message_id_of_a_devices_own_does_not_become_its_answer(
    play: Play,
) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()
        await device.registers("</3303/0>")
        following = (device.requests[-1].mid + 1) & 0xFFFF
        device.send(update(following))
        await world.settle()
        assert device.heard_octets[-1] == changed(following)
        await world.platform.read(str(IMEI), Path(3303, 0))
        assert device.requests[-1].mid == following
        device.heard_octets.clear()
        device.send(update(following))
        await world.settle()
        assert device.heard_octets == [changed(following)]

    play(scene)


def test_devices_that_are_idle_have_a_timer_each_and_no_task(play: Play) -> None:
    async def scene(world: Scene) -> None:
        for number in range(50):
            name = f"{IMEI + number};460001234567890"
            device = world.device(number)
            await device.says(POST, "bs", query=[f"ep={name}"], channel=device.bootstrap)
            await device.registers(name=name)
        await world.settle(300)
        assert all(each.online and each.subscribed for each in world.platform.devices)
        timers = [each for each in asyncio.get_running_loop()._scheduled if not each.cancelled()]  # type: ignore[attr-defined]
        assert len(timers) == 50
        assert asyncio.all_tasks() == {asyncio.current_task()}

    play(scene)


def test_what_a_device_costs_does_not_grow_with_the_number_of_devices(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = 0
    equal = Remote.__eq__

    def counted(remote: Remote, other: object) -> bool:
        nonlocal compared
        compared += 1
        return equal(remote, other)

    monkeypatch.setattr(Remote, "__eq__", counted)

    def comparisons(devices: int) -> int:
        nonlocal compared
        compared = 0

        async def scene(world: Scene) -> None:
            for number in range(devices):
                world.device(number).send(registration(IMEI + number))
            await world.settle()
            assert sum(each.subscribed for each in world.platform.devices) == devices

        play(scene)
        return compared

    assert comparisons(80) <= 5 * comparisons(20)
