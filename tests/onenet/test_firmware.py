"""The platform's upgrade of a device's firmware: what goes over the wire, its limits, and how it can fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from aiocoap import CHANGED, CONTENT, CONTINUE, PUT, Code, Message

from onenet_sim.onenet import DeviceOffline, Errno, Refusal, UnknownDevice, UpgradeState
from tests.onenet.conftest import answer

if TYPE_CHECKING:
    from tests.onenet.conftest import Device, Play, Scene

IMEI = "866971030000001"
VERSION = "MN316-DBRS-MBRH0C01"
IMAGE = bytes(range(256)) * 5


class Updater:
    """A device's object 5, written from LwM2M 1.0 annex E.6 alone.

    Attributes:
        blocks: Number, more and exponent of each block that came.
        image: What they carried.
        wants: The largest exponent that it asks for.
        silent_from: The block from which on it answers no more.
        result: What becomes of the update.
    """

    def __init__(self, device: Device) -> None:
        self.blocks: list[tuple[int, bool, int]] = []
        self.image = b""
        self.wants = 6
        self.silent_from = 1 << 20
        self.state, self.result, self.version = 0, 0, "old"
        device.respond = self.respond

    def respond(self, request: Message) -> Message | None:
        match request.code.name, "/".join(request.opt.uri_path):
            case "GET", "5/0":
                payload = bytes((0xC1, 3, self.state, 0xC1, 5, self.result))
                return Message(code=CONTENT, payload=payload, content_format=1542)
            case "GET", "3/0/3":
                return Message(code=CONTENT, payload=self.version.encode(), content_format=0)
            case "GET", "3/0/9":
                return Message(code=Code.NOT_FOUND)
            case "PUT", "5/0/0":
                return self._take(request)
            case "POST", "5/0/2":
                self.state, (self.result, self.version) = 0, (1, VERSION)
                return Message(code=CHANGED)
        return answer(request)

    def _take(self, request: Message) -> Message | None:
        number, more, exponent = request.opt.block1
        if number >= self.silent_from:
            return None
        self.blocks.append((number, more, exponent))
        self.image += request.payload
        self.state = 1 if more else 2
        accepted = Message(code=CONTINUE if more else CHANGED)
        accepted.opt.block1 = (number, more, min(exponent, self.wants))
        return accepted


async def upgraded(world: Scene, image: bytes = IMAGE) -> Updater:
    """Return a device that is told to upgrade, with all done up to where it must log in again."""
    device = world.device()
    updater = Updater(device)
    await device.registers(lifetime=86_400)
    device.heard_octets.clear()
    world.platform.start_upgrade(IMEI, VERSION, image)
    await world.settle(0.1)
    return updater


def test_the_image_goes_out_in_blocks_of_512_octets_and_the_version_ends_it(play: Play) -> None:
    async def scene(world: Scene) -> None:
        updater = await upgraded(world)
        assert updater.blocks == [(0, True, 5), (1, True, 5), (2, False, 5)]
        assert updater.image == IMAGE
        first = next(each for each in world.device().requests if each.code is PUT)
        assert (first.opt.uri_path, first.opt.content_format, first.opt.size1) == (("5", "0", "0"), 42, 1280)
        state = world.platform.upgrade(IMEI)
        assert state is not None
        assert (state.state, state.sent, state.size) == (UpgradeState.UPDATING, 1280, 1280)
        await world.device().registers(lifetime=86_400)
        await world.settle(0.1)
        state = world.platform.upgrade(IMEI)
        assert state is not None
        assert (state.state, state.reason) == (UpgradeState.DONE, "")

    play(scene)


def test_the_first_block_on_the_wire(play: Play) -> None:
    async def scene(world: Scene) -> None:
        await upgraded(world)
        octets = next(each for each in world.device().heard_octets if each[1] == 3)
        # /5/0/0, opaque, block 0 more 512 (D1 02 0D: option 27), size 1280 (D2 14 0500: option 60)
        options = bytes.fromhex("B1 35 01 30 01 30 11 2A D1 02 0D D2 14 0500 FF")
        assert octets[4 + (octets[0] & 0xF) :] == options + IMAGE[:512]

    play(scene)


@pytest.mark.parametrize("wants", range(7))
def test_a_device_that_wants_smaller_blocks_gets_them_and_the_same_image(play: Play, wants: int) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()
        updater = Updater(device)
        updater.wants = wants
        await device.registers(lifetime=86_400)
        world.platform.start_upgrade(IMEI, VERSION, IMAGE + b"end")
        await world.settle(0.1)
        assert updater.image == IMAGE + b"end"
        assert {exponent for _, _, exponent in updater.blocks[1:]} == {min(wants, 5)}

    play(scene)


def test_a_block_that_is_not_acknowledged_for_two_minutes_ends_the_upgrade(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()
        updater = Updater(device)
        updater.silent_from = 1
        await device.registers(lifetime=86_400)
        world.platform.start_upgrade(IMEI, VERSION, IMAGE)
        await world.settle(119.9)
        state = world.platform.upgrade(IMEI)
        assert state is not None
        assert state.under_way
        await world.settle(0.2)
        state = world.platform.upgrade(IMEI)
        assert state is not None
        assert (state.state, state.sent) == (UpgradeState.FAILED, 512)
        assert "the block after 512 octets was not acknowledged within 2 minutes" in state.reason
        updater.silent_from, updater.image = 1 << 20, b""
        world.platform.start_upgrade(IMEI, VERSION, IMAGE)
        await world.settle(0.1)
        assert updater.image == IMAGE

    play(scene)


def test_a_device_that_does_not_log_in_again_within_20_minutes_fails_the_upgrade(play: Play) -> None:
    async def scene(world: Scene) -> None:
        await upgraded(world)
        await world.settle(1199)
        state = world.platform.upgrade(IMEI)
        assert state is not None
        assert state.under_way
        await world.settle(2)
        state = world.platform.upgrade(IMEI)
        assert state is not None
        assert state.reason == "after 20 minutes it was still updating"

    play(scene)


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [((8, "old"), "result is 8, update failed"), ((1, "other"), "it runs ['other'], not MN316-DBRS-MBRH0C01")],
)
def test_what_the_device_says_after_its_login_decides(play: Play, outcome: tuple[int, str], reason: str) -> None:
    async def scene(world: Scene) -> None:
        updater = await upgraded(world)
        updater.result, updater.version = outcome
        await world.device().registers(lifetime=86_400)
        await world.settle(0.1)
        state = world.platform.upgrade(IMEI)
        assert state is not None
        assert state.state is UpgradeState.FAILED
        assert reason in state.reason

    play(scene)


def test_a_device_without_object_5_fails_with_its_own_answer(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()
        await device.registers(lifetime=86_400)
        device.respond = lambda _: Message(code=Code.NOT_FOUND)
        world.platform.start_upgrade(IMEI, VERSION)
        await world.settle(0.1)
        state = world.platform.upgrade(IMEI)
        assert state is not None
        assert state.reason == "the device answered the image with 4.04; expected 2.04"

    play(scene)


def test_what_cannot_be_upgraded_is_refused_at_once(play: Play) -> None:
    async def scene(world: Scene) -> None:
        start = world.platform.start_upgrade
        with pytest.raises(UnknownDevice):
            start(IMEI, VERSION)
        world.platform.devices.create(IMEI)
        assert world.platform.upgrade(IMEI) is None
        with pytest.raises(DeviceOffline):
            start(IMEI, VERSION)
        await upgraded(world)
        with pytest.raises(Refusal, match="is being upgraded to MN316-DBRS-MBRH0C01: updating") as refusal:
            start(IMEI, VERSION)
        assert refusal.value.errno == Errno.LIMIT
        for version, image in (("two words", None), (VERSION, b""), (VERSION, bytes((4 << 20) + 1))):
            with pytest.raises(Refusal) as refusal:
                start(IMEI, version, image)
            assert refusal.value.errno == Errno.INVALID_PARAMETER

    play(scene)
