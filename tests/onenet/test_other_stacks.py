"""What LwM2M stacks say that no test here can run: Leshan, Anjay, Zephyr, Contiki-NG, Mbed; from their sources."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from onenet_sim.lwm2m import Path
from onenet_sim.onenet import CommandFailed, Reason
from tests.modem import wire
from tests.modem.wire import ACK, CON, RST, Packet
from tests.onenet.raw_client import IMEI, LINKS, NAME, Client, content
from tests.onenet.test_tolerance import INSTANCE, QUIET, TEMPERATURE, record_of

if TYPE_CHECKING:
    from tests.onenet.conftest import Play, Scene

BUTTON = b'</3200>,</3200/0>,</3200/0/5501>;rt="Button";obs,</3/0/0>;ct="0"'
BATTERIES = bytes.fromhex("86 06 410001 410105")  # resource 6, its instances 0 and 1
BATTERIES_ALONE = BATTERIES[2:]


def reasons(world: Scene) -> list[str]:
    return [text for text in world.texts if text.startswith("because")]


def test_an_answer_of_its_own_that_comes_again_is_acknowledged_again(play: Play) -> None:
    async def scene(world: Scene) -> None:
        client = Client(world)
        await client.registers()
        client.answers = lambda _: Packet(ACK, wire.EMPTY, 0)
        read = asyncio.ensure_future(world.platform.read(IMEI, INSTANCE))
        await world.settle()
        options = ((wire.FORMAT, wire.uint(wire.TLV)),)
        answer = Packet(CON, wire.CONTENT, 0x7001, client.requests[-1].token, options, TEMPERATURE)
        for _ in range(3):
            client.send(answer)
            await world.settle()
        assert [each for each in client.packets if each.message_id == 0x7001] == [Packet(ACK, 0, 0x7001)] * 3
        (reading,) = await read
        assert reading.value == 25.5
        assert not reasons(world)

    play(scene, **QUIET)


def test_an_answer_that_comes_after_its_time_is_reset(play: Play) -> None:
    async def scene(world: Scene) -> None:
        client = Client(world)
        await client.registers()
        client.answers = lambda _: Packet(ACK, wire.EMPTY, 0)
        with pytest.raises(CommandFailed):
            await world.platform.read(IMEI, INSTANCE)
        client.send(Packet(CON, wire.CONTENT, 0x7001, client.requests[-1].token, (), TEMPERATURE))
        await world.settle()
        assert client.packets[-1] == Packet(RST, wire.EMPTY, 0x7001)

    play(scene, **QUIET)


def test_an_observe_whose_answer_has_no_observe_option_is_no_subscription(play: Play) -> None:
    async def scene(world: Scene) -> None:
        client = Client(world)
        await client.registers()
        client.answers = lambda _: content(TEMPERATURE, wire.TLV)
        with pytest.raises(CommandFailed) as failure:
            await world.platform.observe(IMEI, INSTANCE)
        assert failure.value.reason is Reason.RESP_ERROR
        assert "no Observe option" in reasons(world)[-1]
        sent = client.notifies(client.requests[-1].token, 2, TEMPERATURE, wire.TLV, CON)
        await world.settle()
        assert client.packets[-1] == Packet(RST, wire.EMPTY, sent)

    play(scene, **QUIET)


def test_a_registration_that_lists_resources_gives_their_instances(play: Play) -> None:
    async def scene(world: Scene) -> None:
        assert (await Client(world).registers(BUTTON)).code == wire.CREATED
        assert list(map(str, record_of(world).resources)) == ["/3200/0", "/3/0"]

    play(scene, **QUIET)


@pytest.mark.parametrize("version", [b"1.1", b"1.2"])
def test_a_newer_lwm2m_is_served_as_1_0_and_the_journal_says_so(play: Play, version: bytes) -> None:
    async def scene(world: Scene) -> None:
        assert (await Client(world).registers(LINKS, b"lwm2m=" + version, b"lt=60")).code == wire.CREATED
        (told,) = reasons(world)
        assert f"speaks LwM2M {version.decode()}; the platform speaks 1.0" in told

    play(scene, **QUIET)


def test_the_send_of_lwm2m_1_1_is_refused_with_its_reason(play: Play) -> None:
    async def scene(world: Scene) -> None:
        client = Client(world)
        await client.registers()
        options = ((wire.URI_PATH, b"dp"), (wire.FORMAT, bytes((112,))))
        assert (await client.asks(Packet(CON, wire.POST, 7, b"dp", options, b"\x80"))).code == wire.NOT_FOUND
        assert "Send of LwM2M 1.1" in reasons(world)[-1]

    play(scene, **QUIET)


@pytest.mark.parametrize(
    ("method", "path", "code", "why"),
    [
        (wire.POST, "bs/3", wire.NOT_FOUND, "there is no /bs/3; expected /bs"),
        (wire.GET, "bs", wire.METHOD_NOT_ALLOWED, "expected POST /bs"),
    ],
)
def test_the_bootstrap_machine_says_why_it_refuses(
    play: Play, method: int, path: str, code: int, why: str
) -> None:
    async def scene(world: Scene) -> None:
        client = Client(world)
        options = (*wire.segments(wire.URI_PATH, path), (wire.QUERY, NAME))
        assert (await client.asks(Packet(CON, method, 7, b"no", options), world.bootstrap)).code == code
        assert why in reasons(world)[-1]

    play(scene)


def test_a_slash_at_the_end_of_bs_does_not_matter(play: Play) -> None:
    async def scene(world: Scene) -> None:
        client = Client(world)
        options = ((wire.URI_PATH, b"bs"), (wire.URI_PATH, b""), (wire.QUERY, NAME), (wire.QUERY, b"pct=112"))
        answer = await client.asks(Packet(CON, wire.POST, 7, b"bs", options), world.bootstrap)
        assert answer.code == wire.CHANGED
        assert [each.path for each in client.requests] == ["/0/0", "/bs"]

    play(scene)


@pytest.mark.parametrize("payload", [BATTERIES, BATTERIES_ALONE])
def test_a_multiple_resource_is_read_with_its_instances_alone_or_inside_it(play: Play, payload: bytes) -> None:
    async def scene(world: Scene) -> None:
        client = Client(world)
        await client.registers()
        client.answers = lambda _: content(payload, 11542)
        readings = await world.platform.read(IMEI, Path(3, 0, 6))
        assert [(each.resource_instance, each.value) for each in readings] == [(0, 1), (1, 5)]

    play(scene, **QUIET)


@pytest.mark.parametrize(
    ("path", "payload", "content_format", "value"),
    [
        ("/3303/0/5700", b"25.5", 1541, 25.5),
        ("/3200/0/5505", b"\x01\x02", 1544, (1, 2)),
    ],
)
def test_text_and_opaque_are_understood_under_the_numbers_of_the_drafts(
    play: Play, path: str, payload: bytes, content_format: int, value: object
) -> None:
    async def scene(world: Scene) -> None:
        client = Client(world)
        await client.registers()
        client.answers = lambda _: content(payload, content_format)
        (reading,) = await world.platform.read(IMEI, Path.parse(path))
        assert reading.value == value

    play(scene, **QUIET)


def test_requests_under_one_token_are_all_answered_though_they_came_together(play: Play) -> None:
    async def scene(world: Scene) -> None:
        client = Client(world)
        await client.registers()
        for message_id in (7, 8, 9):
            location = wire.segments(wire.URI_PATH, f"rd/{IMEI}")
            client.send(Packet(CON, wire.POST, message_id, b"", location))
        await world.settle()
        answered = [(each.message_id, each.code) for each in client.packets if each.type == ACK]
        assert answered == [(7, wire.CHANGED), (8, wire.CHANGED), (9, wire.CHANGED)]

    play(scene, **QUIET)


def test_an_empty_block_that_others_are_to_follow_is_asked_for_once(play: Play) -> None:
    async def scene(world: Scene) -> None:
        client = Client(world)
        await client.registers()
        client.answers = lambda _: content(b"", wire.TLV, (23, bytes((0x08,))))
        assert await world.platform.read(IMEI, INSTANCE) == ()
        assert len(client.requests) == 1

    play(scene, **QUIET)
