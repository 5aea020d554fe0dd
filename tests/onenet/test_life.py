"""The life of a device between its logins: addresses, identities, updates in the midst of things."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from aiocoap import CHANGED, CREATED, FORBIDDEN, POST

from onenet_sim.lwm2m import Path
from onenet_sim.onenet import CommandFailed, Reason

if TYPE_CHECKING:
    from aiocoap import Message

    from onenet_sim.onenet import Device as Record
    from tests.onenet.conftest import Play, Scene

IMEI = "866971030000001"
IMSI = "460001234567890"
NAME = f"ep={IMEI};{IMSI}"


def record_of(world: Scene) -> Record:
    record = world.platform.devices.by_imei(IMEI)
    assert record is not None
    return record


def test_a_source_address_on_the_black_list_is_refused_until_it_is_taken_off(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()
        assert (await device.registers()).code is CREATED
        world.platform.blacklist.add("10.0.0.7")
        assert (await device.says(POST, "bs", query=[NAME], channel=world.bootstrap)).code is FORBIDDEN
        assert (await device.registers()).code is FORBIDDEN
        assert (await device.says(POST, f"rd/{IMEI}")).code is FORBIDDEN
        assert "because 4.03: 10.0.0.7 is on the black list of source addresses" in world.texts
        assert record_of(world).online
        world.platform.blacklist.clear()
        assert (await device.says(POST, f"rd/{IMEI}")).code is CHANGED

    play(scene)


def test_who_does_not_know_the_auth_code_changes_no_imsi(play: Play) -> None:
    async def scene(world: Scene) -> None:
        record = world.platform.devices.create(IMEI, IMSI, "secret")
        query = [f"ep={IMEI};460009999999999"]
        assert (await world.device().says(POST, "rd", query=query, auth="guess")).code is FORBIDDEN
        assert (record.imsi, record.former_imsis) == (IMSI, [])

    play(scene, accept_new_imsi=True)


def test_an_update_from_a_new_address_takes_the_commands_there(play: Play) -> None:
    async def scene(world: Scene) -> None:
        here, there = world.device(40001), world.device(40002)
        await here.registers()
        asked = len(here.requests)
        await there.says(POST, f"rd/{IMEI}")
        await world.platform.read(IMEI, Path(3303, 0))
        assert len(here.requests) == asked
        assert [each.opt.uri_path for each in there.requests] == [("3303", "0")]

    play(scene)


def test_an_update_in_the_midst_of_the_chain_waits_for_its_end_and_both_count(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()
        answers, held = device.respond, []

        def hold(request: Message) -> None:
            held.append(request)

        device.respond = hold
        await device.registers("</3303/0>")
        await device.says(POST, f"rd/{IMEI}", payload=b"</3303/0>,</3306/0>")
        assert [each.opt.uri_path for each in held] == [("3303", "0")]
        device.respond = answers
        await world.settle(8)
        assert [
            ("/".join(each.opt.uri_path), each.opt.observe) for each in device.requests if each.opt.accept != 40
        ] == [("3303/0", 0), ("3303/0", 0), ("3/0", None), ("3306/0", 0)]
        assert record_of(world).subscribed

    play(scene)


@pytest.mark.parametrize("payload", [b"</3303/0>", b"</3303/0>,</3303/1>"])
def test_an_instance_that_goes_and_comes_back_is_observed_anew(play: Play, payload: bytes) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()
        await device.registers("</3303/0>,</3306/0>")
        await device.says(POST, f"rd/{IMEI}", payload=payload)
        gone = device.tokens[1]
        await device.says(POST, f"rd/{IMEI}", payload=payload + b",</3306/0>")
        assert device.requests[-2].opt.observe == 0
        back = world.platform.subscriptions.find(record_of(world), Path(3306, 0))
        assert back is not None
        assert back.token != gone
        assert record_of(world).resources[Path(3306, 0)] == (5700,)

    play(scene)


def test_of_two_devices_behind_one_address_only_the_later_is_reached(play: Play) -> None:
    async def scene(world: Scene) -> None:
        here, elsewhere = world.device(40001), world.device(40002)
        await here.registers()
        await here.registers(name="866971030000002")
        asked = len(here.requests)
        with pytest.raises(CommandFailed, match="866971030000002") as failure:
            await world.platform.read(IMEI, Path(3303, 0))
        assert failure.value.reason is Reason.ADDR_OCCUPIED
        assert len(here.requests) == asked
        await world.platform.read("866971030000002", Path(3303, 0))
        await elsewhere.says(POST, f"rd/{IMEI}")
        await world.platform.read(IMEI, Path(3303, 0))
        assert elsewhere.requests[-1].opt.uri_path == ("3303", "0")

    play(scene)


def test_a_report_from_elsewhere_gives_a_device_that_lost_its_address_another(play: Play) -> None:
    async def scene(world: Scene) -> None:
        here, elsewhere = world.device(40001), world.device(40002)
        await here.registers()
        token = here.tokens[0]
        await here.registers(name="866971030000002")
        elsewhere.notifies(token)
        await world.platform.read(IMEI, Path(3303, 0))
        assert elsewhere.requests[-1].opt.uri_path == ("3303", "0")

    play(scene)
