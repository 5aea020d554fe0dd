"""Clients that take JSON and nothing else, or JSON and TLV, each with what is written to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from onenet_sim.lwm2m import Path
from onenet_sim.onenet import CommandFailed, Reason, ResourceWrite
from tests.modem import wire
from tests.modem.wire import ACK, Packet
from tests.onenet.raw_client import IMEI, Client, content

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.onenet.conftest import Play, Scene

INSTANCE = Path(3303, 0)
QUIET = {"auto_subscribe": False, "auto_discover": False}
NOT_SUPPORTED = 0x8F
TEMPERATURE = bytes.fromhex("e8 1644 08 4039800000000000")  # resource 5700, 8 octets: 25.5
AS_JSON = b'{"bn":"/3303/0/","e":[{"n":"5700","v":25.5}]}'
TEXT = "\u5f00".encode()


def takes(*formats: int, refusal: int = NOT_SUPPORTED) -> Callable[[Packet], Packet]:
    """Take what is written in these formats, and give JSON to whoever takes it; there is no object 3."""

    def answers(request: Packet) -> Packet:
        if request.path == "/3/0":
            return Packet(ACK, wire.NOT_FOUND, 0)
        if request.code == wire.GET:
            return content(AS_JSON, 11543)
        return Packet(ACK, wire.CHANGED if request.uint(wire.FORMAT) in formats else refusal, 0)

    return answers


@pytest.mark.parametrize("refusal", [wire.NOT_ACCEPTABLE, NOT_SUPPORTED])
@pytest.mark.parametrize(
    ("taken", "asked"), [(11543, [1542, 11542, 11543]), (1543, [1542, 11542, 11543, 1543])], ids=str
)
def test_a_client_that_refuses_tlv_is_written_in_json_and_from_then_on_at_once(
    play: Play, taken: int, asked: list[int], refusal: int
) -> None:
    async def scene(world: Scene) -> None:
        client = Client(world)
        client.answers = takes(taken, refusal=refusal)
        await client.registers()
        for _ in range(2):
            await world.platform.write(IMEI, INSTANCE, [ResourceWrite(5700, 25.5)], 2)
        assert [each.uint(wire.FORMAT) for each in client.requests] == [*asked, taken]
        payloads = [TEMPERATURE if each < 1543 or each == 11542 else AS_JSON for each in (*asked, taken)]
        assert [each.payload for each in client.requests] == payloads
        assert {(each.code, each.path) for each in client.requests} == {(wire.POST, "/3303/0")}

    play(scene, **QUIET)


def test_a_client_that_gave_json_is_written_in_json_first_and_may_want_tlv_all_the_same(play: Play) -> None:
    async def scene(world: Scene) -> None:
        client = Client(world)
        client.answers = takes(11542)
        await client.registers()
        await world.platform.read(IMEI, INSTANCE)
        for _ in range(2):
            await world.platform.write(IMEI, INSTANCE, [ResourceWrite(5700, 25.5)], 1)
        written = [each for each in client.requests if each.code == wire.PUT]
        assert [each.uint(wire.FORMAT) for each in written] == [11543, 1542, 11542, 11542]

    play(scene, **QUIET)


@pytest.mark.parametrize(
    ("path", "write", "entry"),
    [
        (Path(3311, 0), ResourceWrite(5850, value=True), b'{"n":"5850","bv":true}'),
        (Path(3311, 0), ResourceWrite(5851, 40), b'{"n":"5851","v":40}'),
        (Path(3200, 0), ResourceWrite(5750, TEXT.decode()), b'{"n":"5750","sv":"' + TEXT + b'"}'),
        (Path(3200, 0), ResourceWrite(5505, "00ff10", 1), b'{"n":"5505","sv":"AP8Q"}'),
        (Path(3333, 0), ResourceWrite(5506, 1_700_000_000), b'{"n":"5506","v":1700000000}'),
        (Path(6666, 0), ResourceWrite(1, "x"), b'{"n":"1","sv":"x"}'),
    ],
    ids=["boolean", "integer", "text", "opaque", "time", "unknown to the platform"],
)
def test_each_type_is_said_as_lwm2m_has_it_in_json(
    play: Play, path: Path, write: ResourceWrite, entry: bytes
) -> None:
    async def scene(world: Scene) -> None:
        client = Client(world)
        client.answers = takes(11543)
        await client.registers(b"</3200/0>,</3311/0>,</3333/0>,</6666/0>")
        await world.platform.write(IMEI, path, [write], 2)
        assert client.requests[-1].payload == b'{"bn":"%s/","e":[%s]}' % (str(path).encode(), entry)

    play(scene, **QUIET)


def test_an_instance_whose_number_is_given_is_created_in_json(play: Play) -> None:
    async def scene(world: Scene) -> None:
        client = Client(world)
        client.answers = lambda request: Packet(
            ACK, wire.CREATED if request.uint(wire.FORMAT) == 11543 else NOT_SUPPORTED, 0
        )
        await client.registers()
        assert await world.platform.create(IMEI, Path(3303, 1), [ResourceWrite(5700, 25.5)]) == Path(3303, 1)
        created = client.requests[-1]
        assert (created.code, created.path) == (wire.POST, "/3303")
        assert created.payload == AS_JSON.replace(b"/3303/0/", b"/3303/1/")

    play(scene, **QUIET)


def test_a_client_that_takes_no_format_fails_the_write(play: Play) -> None:
    async def scene(world: Scene) -> None:
        client = Client(world)
        client.answers = takes()
        await client.registers()
        with pytest.raises(CommandFailed, match=r"4\.15") as failure:
            await world.platform.write(IMEI, INSTANCE, [ResourceWrite(5700, 25.5)], 2)
        assert failure.value.reason is Reason.UNSUPPORTED_CONTENT_FORMAT
        assert len(client.requests) == 4

    play(scene, **QUIET)
