"""A device that registers at the bootstrap server's address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiocoap import CHANGED, CREATED, GET, POST

if TYPE_CHECKING:
    from tests.onenet.conftest import Play, Scene

IMEI = "866971030000001"
NAME = f"ep={IMEI};460001234567890"
LINKS = b'</>;rt="oma.lwm2m",</3303/0>'


def test_a_device_that_registers_at_the_bootstrap_servers_address_is_served_there(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()
        device.access = world.bootstrap
        answer = await device.says(POST, "rd", query=(NAME, "lt=300"), payload=LINKS, content_format=40)
        assert answer.code is CREATED
        assert [(each.code, each.opt.uri_path) for each in device.requests] == [
            (GET, ("3303", "0")),
            (GET, ("3303",)),
            (GET, ("3", "0")),
        ]
        device.notifies(device.tokens[0], bytes.fromhex("e8 1644 08 4039800000000000"))
        assert [str(each) for each in world.occurrences("datapoint")] == ["data point 3303_0_5700 = 25.5"]
        updated = await device.says(POST, f"rd/{IMEI}", query=("lt=600",))
        assert updated.code is CHANGED

    play(scene)


def test_it_may_bootstrap_there_afterwards_as_any_other(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()
        device.access = world.bootstrap
        await device.says(POST, "rd", query=(NAME, "lt=300"), payload=LINKS, content_format=40)
        device.heard_octets.clear()
        answer = await device.says(POST, "bs", query=(NAME,))
        assert answer.code is CHANGED
        assert [each.opt.uri_path for each in device.requests] == [("0", "0"), ("bs",)]

    play(scene)
