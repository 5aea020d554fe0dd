"""What clients say in other ways than CIS modules do, and what the platform makes of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from onenet_sim.lwm2m import Path
from onenet_sim.onenet import CommandFailed, Reason, ResourceWrite
from tests.modem import wire
from tests.modem.wire import ACK, CON, NON, Packet
from tests.onenet.raw_client import IMEI, LINKS, NAME, Client, content, obedient

if TYPE_CHECKING:
    from collections.abc import Callable

    from onenet_sim.onenet import Device
    from tests.onenet.conftest import Play, Scene

INSTANCE = Path(3303, 0)
QUIET = {"auto_subscribe": False, "auto_discover": False}
TEMPERATURE = bytes.fromhex("e8 1644 08 4039800000000000")  # resource 5700, 8 octets: 25.5
AS_JSON = b'{"bn":"/3303/0/","e":[{"n":"5700","v":25.5}]}'
BLOCK2, BLOCK1 = 23, 27


def record_of(world: Scene) -> Device:
    record = world.platform.devices.by_imei(IMEI)
    assert record is not None
    return record


def block(number: int, exponent: int, *, more: bool) -> bytes:
    return wire.uint(number << 4 | more << 3 | exponent)


def only(accepted: int, payload: bytes, refusal: int = wire.NOT_ACCEPTABLE) -> Callable[[Packet], Packet]:
    """Answer what is asked in one content format only; there is no object 3."""

    def answers(request: Packet) -> Packet:
        if request.path == "/3/0":
            return Packet(ACK, wire.NOT_FOUND, 0)
        asked = request.uint(wire.ACCEPT if request.code == wire.GET else wire.FORMAT)
        if asked is not None and asked != accepted:
            return Packet(ACK, refusal, 0)
        return content(payload, accepted) if request.code == wire.GET else obedient(request)

    return answers


@pytest.mark.parametrize(
    ("accepted", "payload", "asked"),
    [(1542, TEMPERATURE, [1542]), (11542, TEMPERATURE, [1542, 11542]), (11543, AS_JSON, [1542, 11542, 11543])],
)
def test_a_client_that_refuses_a_format_is_asked_with_the_next_and_from_then_on_with_the_one_it_took(
    play: Play, accepted: int, payload: bytes, asked: list[int]
) -> None:
    async def scene(world: Scene) -> None:
        client = Client(world)
        client.answers = only(accepted, payload)
        await client.registers()
        for _ in range(2):
            (reading,) = await world.platform.read(IMEI, INSTANCE)
            assert reading.value == 25.5
        assert [each.uint(wire.ACCEPT) for each in client.requests] == [*asked, asked[-1]]
        told = [text for text in world.texts if "does not take content format" in text]
        assert len(told) == len(asked) - 1

    play(scene, **QUIET)


@pytest.mark.parametrize("refusal", [wire.NOT_ACCEPTABLE, 0x8F])
def test_a_write_that_is_refused_for_its_format_is_sent_under_the_other_number(play: Play, refusal: int) -> None:
    async def scene(world: Scene) -> None:
        client = Client(world)
        client.answers = only(11542, b"", refusal)
        await client.registers()
        await world.platform.write(IMEI, INSTANCE, [ResourceWrite(5700, 25.5)], 2)
        first, second = client.requests
        assert (first.uint(wire.FORMAT), second.uint(wire.FORMAT)) == (1542, 11542)
        assert first.payload == second.payload == TEMPERATURE

    play(scene, **QUIET)


def test_a_refusal_after_a_format_was_taken_is_the_answer(play: Play) -> None:
    async def scene(world: Scene) -> None:
        client = Client(world)
        await client.registers()
        await world.platform.observe(IMEI, INSTANCE)
        client.answers = lambda _: Packet(ACK, wire.NOT_ACCEPTABLE, 0)
        with pytest.raises(CommandFailed) as failure:
            await world.platform.read(IMEI, INSTANCE)
        assert failure.value.reason is Reason.NOT_ACCEPTABLE
        assert len(client.requests) == 2

    play(scene, **QUIET)


def test_a_client_that_announces_json_under_its_new_number_gets_tlv_under_the_new_number(play: Play) -> None:
    async def scene(world: Scene) -> None:
        client = Client(world)
        await client.registers(b"</>;ct=11543;hb,</3303/0>")
        await world.platform.read(IMEI, INSTANCE)
        assert client.requests[-1].uint(wire.ACCEPT) == 11542

    play(scene, **QUIET)


@pytest.mark.parametrize(
    ("links", "instances"),
    [
        (b"</3303/0>,</3306/0>", ["/3303/0", "/3306/0"]),
        (b'</>;rt="oma.lwm2m",</0/0>,</1>;ver=1.1,</1/0>,</3303/0>', ["/1/0", "/3303/0"]),
        (b'</>;rt="oma.lwm2m";ct=11543, </3/0>;ver="1.1" , </3303/0>;rt="temp,out;side"', ["/3/0", "/3303/0"]),
        (b"</.well-known/core>;ct=40,</3303/0/>", ["/3303/0"]),
        (b"", []),
    ],
)
def test_link_lists_of_all_kinds_give_their_instances(play: Play, links: bytes, instances: list[str]) -> None:
    async def scene(world: Scene) -> None:
        assert (await Client(world).registers(links)).code == wire.CREATED
        assert list(map(str, record_of(world).resources)) == instances

    play(scene)


def test_objects_below_another_root_are_asked_for_there(play: Play) -> None:
    async def scene(world: Scene) -> None:
        client = Client(world)
        asked: list[str] = []

        def answers(request: Packet) -> Packet:
            asked.append(request.path)
            if request.uint(wire.ACCEPT) == wire.LINKS:
                return content(b"</lwm2m/3303/0>,</lwm2m/3303/0/5700>", wire.LINKS)
            return obedient(request)

        client.answers = answers
        await client.registers(b'</lwm2m>;rt="oma.lwm2m",</lwm2m/3303/0>')
        assert asked == ["/lwm2m/3303/0", "/lwm2m/3303", "/lwm2m/3/0"]
        assert record_of(world).resources == {INSTANCE: (5700,)}
        assert any("below /lwm2m" in text for text in world.texts)

    play(scene)


@pytest.mark.parametrize(
    ("query", "lifetime", "binding"),
    [
        ((b"lt=300", b"b=UQ"), 300, "UQ"),
        ((b"lwm2m=1.1", b"b=U", b"Q"), 86_400, "U"),
        ((b"et=sensor", b"d=local", b"sms=+8610086", b"lt=60"), 60, "U"),
    ],
)
def test_queries_that_modules_do_not_send_do_not_stop_a_registration(
    play: Play, query: tuple[bytes, ...], lifetime: int, binding: str
) -> None:
    async def scene(world: Scene) -> None:
        assert (await Client(world).registers(LINKS, *query)).code == wire.CREATED
        registration = record_of(world).registration
        assert registration is not None
        assert (registration.lifetime, registration.binding) == (lifetime, binding)
        queued = "Q" in binding or b"Q" in query
        assert any(text.startswith("because binding") for text in world.texts) == queued

    play(scene, **QUIET)


@pytest.mark.parametrize("path", ["rd/" + IMEI, "rd/" + IMEI + "/", "rd/rd/" + IMEI, "rd//rd/" + IMEI])
def test_a_location_is_found_however_a_client_joins_its_parts(play: Play, path: str) -> None:
    async def scene(world: Scene) -> None:
        client = Client(world)
        await client.registers()
        options = tuple((wire.URI_PATH, part.encode()) for part in path.split("/"))
        assert (await client.asks(Packet(CON, wire.POST, 7, b"up", options))).code == wire.CHANGED
        assert (await client.asks(Packet(CON, wire.DELETE, 8, b"de", options))).code == wire.DELETED

    play(scene, **QUIET)


def test_a_registration_without_confirmation_is_answered_without_confirmation(play: Play) -> None:
    async def scene(world: Scene) -> None:
        client = Client(world)
        answer = await client.registers(kind=NON)
        assert (answer.type, answer.code) == (NON, wire.CREATED)

    play(scene)


def test_critical_option_63_and_option_19_are_tolerated(play: Play) -> None:
    async def scene(world: Scene) -> None:
        client = Client(world)
        path, query = wire.segments(wire.URI_PATH, "rd"), (wire.QUERY, NAME)
        packet = Packet(CON, wire.POST, 9, b"rg", (*path, query, (19, b"\x01\x02"), (63, b"code")))
        assert (await client.asks(packet)).code == wire.CREATED
        assert record_of(world).auth_code == "code"

    play(scene, **QUIET)


@pytest.mark.parametrize("kind", [CON, NON])
@pytest.mark.parametrize(
    ("path", "payload", "content_format"),
    [
        ("/3303/0/5700", b"25.5", wire.TEXT),
        ("/3303/0/5700", TEMPERATURE, 11542),
        ("/3303/0", TEMPERATURE, 1542),
        ("/3303/0", AS_JSON, 11543),
        ("/3303/0", AS_JSON, 1543),
        ("/3303", b"\x08\x00\x0c" + TEMPERATURE, 11542),
    ],
)
def test_notifies_are_understood_in_every_format(
    play: Play, kind: int, path: str, payload: bytes, content_format: int
) -> None:
    async def scene(world: Scene) -> None:
        client = Client(world)
        await client.registers()
        await world.platform.observe(IMEI, Path.parse(path))
        sent = client.notifies(client.requests[-1].token, 1, payload, content_format, kind)
        await world.settle()
        newest = world.platform.datapoints.newest(record_of(world).id, "3303_0_5700")
        assert newest is not None
        assert newest.value == 25.5
        acknowledged = [each for each in client.packets if each == Packet(ACK, wire.EMPTY, sent)]
        assert len(acknowledged) == (kind == CON)

    play(scene, **QUIET)


def test_a_payload_above_a_resource_without_a_format_is_tlv(play: Play) -> None:
    async def scene(world: Scene) -> None:
        client = Client(world)
        await client.registers()
        client.answers = lambda _: content(TEMPERATURE, None)
        (reading,) = await world.platform.read(IMEI, INSTANCE)
        assert reading.value == 25.5

    play(scene, **QUIET)


def test_an_answer_may_come_in_a_message_of_its_own(play: Play) -> None:
    async def scene(world: Scene) -> None:
        client = Client(world)
        await client.registers()
        client.answers = lambda _: Packet(ACK, wire.EMPTY, 0)
        reading = world.platform.read(IMEI, INSTANCE)

        async def answer_late() -> None:
            await world.settle(10)
            (request,) = client.requests
            options = ((wire.FORMAT, wire.uint(wire.TLV)),)
            client.send(Packet(CON, wire.CONTENT, 0x7001, request.token, options, TEMPERATURE))

        (found,), _ = await asyncio.gather(reading, answer_late())
        assert found.value == 25.5
        assert client.packets[-1] == Packet(ACK, wire.EMPTY, 0x7001)
        assert len(client.requests) == 1

    play(scene, **QUIET)


async def upload(client: Client, path: str, parts: list[tuple[bytes, bytes]], *query: bytes) -> list[Packet]:
    """Post a payload part by part, each with its Block1 option; return the answers."""
    answers = []
    for number, (part, block1) in enumerate(parts):
        options = (
            *wire.segments(wire.URI_PATH, path),
            (wire.FORMAT, bytes((wire.LINKS,))),
            *((wire.QUERY, each) for each in query),
            (BLOCK1, block1),
        )
        client.message_id += 1
        token = b"b" + bytes((number,))
        answers.append(await client.asks(Packet(CON, wire.POST, client.message_id, token, options, part)))
    return answers


def in_parts(payload: bytes, size: int, exponent: int) -> list[tuple[bytes, bytes]]:
    count = -(-len(payload) // size)
    return [
        (payload[number * size : (number + 1) * size], block(number, exponent, more=number + 1 < count))
        for number in range(count)
    ]


@pytest.mark.parametrize(("size", "exponent"), [(64, 2), (512, 5), (1024, 6)])
def test_a_long_link_list_comes_in_blocks_of_the_clients_own_size(play: Play, size: int, exponent: int) -> None:
    async def scene(world: Scene) -> None:
        client = Client(world)
        links = b",".join(b"</3303/%d>" % number for number in range(120))
        parts = in_parts(links, size, exponent)
        *continued, last = await upload(client, "rd", parts, NAME, b"lt=300")
        assert {each.code for each in continued} == {0x5F}
        assert [each.all(BLOCK1) for each in (*continued, last)] == [[block1] for _, block1 in parts]
        assert last.code == wire.CREATED
        assert len(record_of(world).resources) == 120
        fewer = b",".join(links.split(b",")[:60])
        answers = await upload(client, f"rd/{IMEI}", in_parts(fewer, size, exponent))
        assert answers[-1].code == wire.CHANGED
        assert len(record_of(world).resources) == 60

    play(scene, **QUIET)


@pytest.mark.parametrize(
    ("parts", "code", "why"),
    [
        ([(b"x" * 64, block(1, 2, more=True))], 0x88, "begins at octet 64; expected 0"),
        ([(b"x" * 64, block(0, 2, more=True)), (b"x" * 64, block(2, 2, more=False))], 0x88, "expected 64"),
        ([(b"x" * 63, block(0, 2, more=True))], wire.BAD_REQUEST, "has 63 octets; expected 64"),
        (in_parts(b"x" * 4097, 1024, 6), 0x8D, "more than 4096 octets"),
    ],
    ids=["no first block", "a gap", "a short block", "too long"],
)
def test_blocks_that_do_not_fit_are_refused(
    play: Play, parts: list[tuple[bytes, bytes]], code: int, why: str
) -> None:
    async def scene(world: Scene) -> None:
        answers = await upload(Client(world), "rd", parts, NAME)
        assert answers[-1].code == code
        assert any(why in text for text in world.texts)

    play(scene, **QUIET)


@pytest.mark.parametrize("size", [2_048, 4_096])
def test_a_long_answer_is_fetched_in_the_blocks_that_the_client_gives(play: Play, size: int) -> None:
    async def scene(world: Scene) -> None:
        client = Client(world)
        await client.registers()
        text = bytes(range(65, 91)) * 200

        def answers(request: Packet) -> Packet:
            number = (request.uint(BLOCK2) or 0) >> 4
            part = text[number * 512 : (number + 1) * 512][: size - number * 512]
            return content(part, wire.TEXT, (BLOCK2, block(number, 5, more=(number + 1) * 512 < size)))

        client.answers = answers
        (reading,) = await world.platform.read(IMEI, Path(3200, 0, 5750))
        assert reading.value == text[:size].decode()
        assert [each.uint(BLOCK2) for each in client.requests[1:]] == [n << 4 | 5 for n in range(1, size // 512)]

    play(scene, **QUIET)


@pytest.mark.parametrize("kind", [CON, NON])
def test_the_rest_of_a_long_notify_is_fetched(play: Play, kind: int) -> None:
    async def scene(world: Scene) -> None:
        client = Client(world)
        await client.registers()
        await world.platform.observe(IMEI, Path(3200, 0, 5750))
        observe = client.requests[-1]
        text = b"0123456789abcdef" * 10

        def answers(request: Packet) -> Packet:
            number = (request.uint(BLOCK2) or 0) >> 4
            return content(
                text[number * 64 : (number + 1) * 64], wire.TEXT, (BLOCK2, block(number, 2, more=number < 2))
            )

        client.answers = answers
        options = ((wire.OBSERVE, b"\x01"), (wire.FORMAT, b""), (BLOCK2, block(0, 2, more=True)))
        client.send(Packet(kind, wire.CONTENT, 0x5000, observe.token, options, text[:64]))
        await world.settle()
        points, _ = world.platform.datapoints.select(record_of(world).id)
        assert [point.value for _, point in points] == [text.decode()]
        rest = client.requests[1:]
        assert [(each.path, each.uint(wire.OBSERVE)) for each in rest] == [("/3200/0/5750", None)] * 2
        assert observe.token not in {each.token for each in rest}

    play(scene, **QUIET)


def test_a_long_notify_whose_rest_does_not_come_is_no_data_point(play: Play) -> None:
    async def scene(world: Scene) -> None:
        client = Client(world)
        await client.registers()
        await world.platform.observe(IMEI, Path(3200, 0, 5750))
        client.answers = lambda _: Packet(ACK, wire.NOT_FOUND, 0)
        options = ((wire.OBSERVE, b"\x01"), (wire.FORMAT, b""), (BLOCK2, block(0, 2, more=True)))
        client.send(Packet(NON, wire.CONTENT, 0x5000, client.requests[-1].token, options, b"x" * 64))
        await world.settle()
        assert world.platform.datapoints.select(record_of(world).id) == ([], None)
        assert any("cannot be had: the device answered 4.04" in text for text in world.texts)

    play(scene, **QUIET)


def test_a_client_that_wants_smaller_blocks_gets_them(play: Play) -> None:
    async def scene(world: Scene) -> None:
        client = Client(world)
        await client.registers()

        def answers(request: Packet) -> Packet:
            asked = request.uint(BLOCK1) or 0
            code = 0x5F if asked & 8 else wire.CHANGED
            return Packet(ACK, code, 0, options=((BLOCK1, wire.uint(asked & ~7 | 5)),))

        client.answers = answers
        await world.platform.write(IMEI, Path(3200, 0), [ResourceWrite(5750, "x" * 2000)], 2)
        assert [(len(each.payload), each.uint(BLOCK1)) for each in client.requests] == [
            (1024, 0x0E),
            (512, 0x2D),
            (469, 0x35),
        ]
        assert b"".join(each.payload for each in client.requests).endswith(b"x" * 2000)

    play(scene, **QUIET)


def test_a_client_that_cut_the_first_block_to_its_own_size_gets_them_all_anew_in_that_size(play: Play) -> None:
    async def scene(world: Scene) -> None:
        client = Client(world)
        await client.registers()
        kept = b""

        def answers(request: Packet) -> Packet:
            nonlocal kept
            number, more, exponent = (asked := request.uint(BLOCK1) or 0) >> 4, asked & 8, asked & 7
            kept = b"" if number == 0 else kept
            if len(kept) != number << exponent + 4:
                return Packet(ACK, 0x88, 0)
            kept += request.payload[:128]
            size = ((BLOCK1, wire.uint(number << 4 | more | 3)),)
            return Packet(ACK, 0x5F if more else wire.CHANGED, 0, options=size)

        client.answers = answers
        await world.platform.write(IMEI, Path(3200, 0), [ResourceWrite(5750, "x" * 2000)], 2)
        assert [each.uint(BLOCK1) for each in client.requests[:4]] == [0x0E, 0x8B, 0x0B, 0x1B]
        assert kept == bytes.fromhex("f0 1676 07d0") + b"x" * 2000

    play(scene, **QUIET)


def test_a_client_that_misses_blocks_for_another_reason_gets_no_more(play: Play) -> None:
    async def scene(world: Scene) -> None:
        client = Client(world)
        await client.registers()
        client.answers = lambda _: Packet(ACK, 0x88, 0)
        with pytest.raises(CommandFailed, match=r"4\.08"):
            await world.platform.write(IMEI, Path(3200, 0), [ResourceWrite(5750, "x" * 2000)], 2)
        assert len(client.requests) == 1

    play(scene, **QUIET)
