"""Commands to a device: what goes over the wire, what comes back, and what happens when nothing does."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from aiocoap import ACK, CHANGED, CON, CONTENT, CONTINUE, DELETE, GET, POST, PUT, RST, Code, Message

from onenet_sim.lwm2m import Attributes, Path
from onenet_sim.onenet import CommandFailed, DeviceOffline, Reason, Refusal, ResourceWrite, UnknownDevice

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from tests.onenet.conftest import Device, Play, Scene

IMEI = "866971030000001"
INSTANCE = Path(3303, 0)


async def logged_in(world: Scene, links: str = "</3303/0>") -> Device:
    """Return a device that is online, with nothing heard yet."""
    device = world.device()
    await device.registers(links, lifetime=86_400)
    device.heard_octets.clear()
    device.heard_at.clear()
    return device


async def reason_of(command: Awaitable[object]) -> Reason:
    with pytest.raises(CommandFailed) as failure:
        await command
    return failure.value.reason


def responds(payload: bytes, content_format: int | None, code: Code = CONTENT) -> Message:
    message = Message(code=code, payload=payload)
    if content_format is not None:
        message.opt.content_format = content_format
    return message


@pytest.mark.parametrize("content_format", [1542, 11542])
@pytest.mark.parametrize(
    "payload",
    [
        bytes.fromhex("e8 1644 08 4039800000000000 e3 1645") + b"Cel",
        bytes.fromhex("08 00 12 e8 1644 08 4039800000000000 e3 1645") + b"Cel",
    ],
    ids=["bare resources", "inside their instance"],
)
def test_a_read_is_a_get_and_its_tlv_is_typed_by_the_table(
    play: Play, payload: bytes, content_format: int
) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        device.respond = lambda _: responds(payload, content_format)
        readings = await world.platform.read(IMEI, INSTANCE)
        (request,) = device.requests
        assert (request.code, request.opt.uri_path, request.opt.observe) == (GET, ("3303", "0"), None)
        assert [(str(each.path), each.value) for each in readings] == [
            ("/3303/0/5700", 25.5),
            ("/3303/0/5701", "Cel"),
        ]

    play(scene)


@pytest.mark.parametrize(
    ("path", "payload", "content_format", "value"),
    [
        ("/3303/0/5700", b"98", 0, 98.0),
        ("/3303/0/5700", b"98", None, 98.0),
        ("/3200/0/5500", b"1", 0, True),
        ("/3200/0/5501", b"-12", 0, -12),
        ("/3200/0/5750", b"abcd", 0, "abcd"),
        ("/3200/0/5505", b"\xe3\x09", 42, (227, 9)),
        ("/6666/0/1000", b"\x01\x02", 42, (1, 2)),
        ("/6666/0/1000", b"12", 0, (49, 50)),
        ("/3303/0/5700", b"warm", 0, (119, 97, 114, 109)),
        ("/3303/0/5700", bytes.fromhex("e8 1644 08 7ff8000000000000"), 1542, (127, 248, 0, 0, 0, 0, 0, 0)),
    ],
)
def test_a_resource_is_read_as_text_opaque_or_tlv(
    play: Play, path: str, payload: bytes, content_format: int | None, value: object
) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        device.respond = lambda _: responds(payload, content_format)
        (reading,) = await world.platform.read(IMEI, Path.parse(path))
        assert reading.value == value
        assert type(reading.value) is type(value)

    play(scene)


@pytest.mark.parametrize(
    ("payload", "content_format"),
    [(b"\xc8", 1542), (b"text", 0), (b"{}", 50), (b"\xc1\x00\x01" * 2 + b"\xff", 1542)],
)
def test_an_answer_that_is_not_understood_is_a_response_error(
    play: Play, payload: bytes, content_format: int
) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        device.respond = lambda _: responds(payload, content_format)
        assert await reason_of(world.platform.read(IMEI, INSTANCE)) is Reason.RESP_ERROR

    play(scene)


@pytest.mark.parametrize(("mode", "code"), [(1, PUT), (2, POST)])
def test_a_write_is_tlv_on_the_instance(play: Play, mode: int, code: Code) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world, "</3306/0>")
        values = [ResourceWrite(5850, value=True), ResourceWrite(5851, 50), ResourceWrite(5853, "on")]
        await world.platform.write(IMEI, Path(3306, 0), values, 1 if mode == 1 else 2)
        (request,) = device.requests
        assert (request.code, request.opt.uri_path, request.opt.content_format) == (code, ("3306", "0"), 1542)
        assert request.payload == bytes.fromhex("e1 16da 01 e1 16db 32 e2 16dd 6f6e")

    play(scene)


@pytest.mark.parametrize(
    ("value", "kind", "octets"),
    [
        ("0aFF", 1, b"\x0a\xff"),
        ("plain", None, b"plain"),
        (1_700_000_000, 2, bytes.fromhex("6553f100")),
        (True, None, b"\x01"),
        (-2, None, b"\xfe"),
        (0.5, None, bytes.fromhex("3fe0000000000000")),
        ([1, 2, 255], None, b"\x01\x02\xff"),
    ],
)
def test_a_resource_outside_the_table_is_written_by_type_or_by_what_json_says(
    play: Play, value: object, kind: int | None, octets: bytes
) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world, "</6666/0>")
        await world.platform.write(IMEI, Path(6666, 0), [ResourceWrite(1, value, kind)], 2)  # type: ignore[arg-type]
        assert device.requests[0].payload.endswith(octets)
        assert len(device.requests[0].payload) <= 3 + len(octets)

    play(scene)


@pytest.mark.parametrize(("path", "value"), [("/3306/0", "yes"), ("/3306/0", {}), ("/3306/0", None)])
def test_a_value_that_does_not_fit_is_refused_before_anything_is_sent(play: Play, path: str, value: None) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world, "</3306/0>")
        with pytest.raises(Refusal) as refusal:
            await world.platform.write(IMEI, Path.parse(path), [ResourceWrite(5850, value)], 2)
        assert refusal.value.errno == 5108
        assert "/3306/0/5850 is boolean" in refusal.value.text
        assert not device.heard_octets

    play(scene)


def test_execute_posts_its_arguments_as_text_on_the_resource(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        await world.platform.execute(IMEI, Path(3303, 0, 5605), "reset")
        await world.platform.execute(IMEI, Path(3303, 0, 5605))
        with_text, without = device.requests
        assert (with_text.code, with_text.opt.uri_path) == (POST, ("3303", "0", "5605"))
        assert (with_text.payload, with_text.opt.content_format) == (b"reset", 0)
        assert (without.payload, without.opt.content_format) == (b"", None)

    play(scene)


def test_observe_writes_attributes_first_and_cancel_uses_the_token_of_the_observe(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        path = Path(3303, 0, 5700)
        await world.platform.observe(IMEI, path, attributes=Attributes(pmin=10, pmax=60, gt=30.0))
        await world.platform.observe(IMEI, path, cancel=True)
        attributes, observe, cancel = device.requests
        assert (attributes.code, attributes.opt.uri_path) == (PUT, ("3303", "0", "5700"))
        assert attributes.opt.uri_query == ("pmin=10", "pmax=60", "gt=30.0")
        assert (observe.code, observe.opt.observe, cancel.opt.observe) == (GET, 0, 1)
        assert cancel.token == observe.token
        record = world.platform.devices.by_imei(IMEI)
        assert record is not None
        assert path not in [each.path for each in world.platform.subscriptions.of(record)]

    play(scene)


def test_attributes_that_contradict_each_other_never_reach_the_device(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        with pytest.raises(Refusal) as refusal:
            await world.platform.observe(IMEI, INSTANCE, attributes=Attributes(gt=3.0))
        assert refusal.value.errno == 5108
        assert not device.heard_octets

    play(scene)


def test_discover_returns_and_remembers_resource_ids(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world, "</3303/0>,</3303/1>")
        text = b"</3303>;dim=2,</3303/0>,</3303/0/5700>,</3303/0/5701>,</3303/1/5700>,</9/0/1>"
        device.respond = lambda _: responds(text, 40)
        found = await world.platform.discover(IMEI, Path(3303))
        assert {str(path): ids for path, ids in found.items()} == {
            "/3303/0": (5700, 5701),
            "/3303/1": (5700,),
        }
        record = world.platform.devices.by_imei(IMEI)
        assert record is not None
        assert record.resources == found
        assert device.requests[0].opt.accept == 40

    play(scene)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("4.05", Reason.METHOD_NOT_ALLOWED),
        ("4.03", Reason.FORBIDDEN),
        ("4.04", Reason.NOT_FOUND),
        ("5.03", Reason.INTERNAL_SERVER_ERROR),
        ("5.00", Reason.INTERNAL_SERVER_ERROR),
        ("4.01", Reason.UNAUTHORIZED),
        ("4.00", Reason.BAD_REQUEST),
        ("4.06", Reason.NOT_ACCEPTABLE),
        ("4.15", Reason.UNSUPPORTED_CONTENT_FORMAT),
        ("2.04", Reason.RESP_ERROR),
    ],
)
def test_a_devices_error_code_becomes_a_reason(play: Play, code: str, reason: Reason) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        number = int(code[0]) << 5 | int(code[2:])
        device.respond = lambda _: Message(code=Code(number))
        assert await reason_of(world.platform.read(IMEI, INSTANCE)) is reason

    play(scene)


def test_an_unanswered_command_is_sent_three_times_within_25_seconds(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        device.respond = lambda _: None
        begin = world.now
        assert await reason_of(world.platform.read(IMEI, INSTANCE)) is Reason.TIME_OUT
        assert world.now - begin == pytest.approx(25)
        first, second, third = (at - begin for at in device.heard_at)
        assert first == 0
        assert 5 <= second <= 7.5
        assert third == pytest.approx(3 * second)
        assert len({bytes(octets) for octets in device.heard_octets}) == 1
        assert [each.repeat for each in world.coap("coap_sent")][-3:] == [0, 1, 2]
        await world.settle(100)
        assert len(device.heard_octets) == 3

    play(scene)


def test_a_command_that_ran_out_of_time_does_not_hold_up_the_next(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        device.respond = lambda _: None
        first = asyncio.ensure_future(world.platform.read(IMEI, INSTANCE, 5))
        second = asyncio.ensure_future(world.platform.read(IMEI, Path(3303, 0, 5700), 20))
        await world.settle(4)
        assert {each.opt.uri_path for each in device.requests} == {("3303", "0")}
        await world.settle(2)
        assert device.requests[-1].opt.uri_path == ("3303", "0", "5700")
        assert await reason_of(first) is Reason.TIME_OUT
        late = responds(b"98", 0)
        late.mtype, late.mid, late.token = ACK, device.requests[0].mid, device.requests[0].token
        device.send(late.encode())
        late.mid, late.token = device.requests[-1].mid, device.requests[-1].token
        device.send(late.encode())
        assert (await second)[0].value == 98.0

    play(scene)


def test_a_command_that_waited_its_whole_time_is_never_sent(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        device.respond = lambda _: None
        first = asyncio.ensure_future(world.platform.read(IMEI, INSTANCE, 20))
        second = asyncio.ensure_future(world.platform.read(IMEI, Path(3303, 0, 5700), 10))
        assert await reason_of(second) is Reason.TIME_OUT
        assert await reason_of(first) is Reason.TIME_OUT
        assert {each.opt.uri_path for each in device.requests} == {("3303", "0")}

    play(scene)


def test_a_separate_answer_is_acknowledged_and_counts(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)

        def answer_later(request: Message) -> None:
            device.send(bytes([0x60, 0]) + request.mid.to_bytes(2, "big"))
            separate = responds(b"98", 0)
            separate.mtype, separate.mid, separate.token = CON, 9, request.token
            asyncio.get_running_loop().call_later(12, device.send, separate.encode())

        device.respond = answer_later
        (reading,) = await world.platform.read(IMEI, Path(3303, 0, 5700))
        assert reading.value == 98.0
        await world.settle()
        assert len(device.requests) == 1
        assert device.heard_octets[-1] == bytes([0x60, 0, 0, 9])

    play(scene)


def test_a_reset_is_an_error_at_once(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)

        def reset(request: Message) -> None:
            device.send(bytes([0x70, 0]) + request.mid.to_bytes(2, "big"))

        device.respond = reset
        begin = world.now
        assert await reason_of(world.platform.read(IMEI, INSTANCE)) is Reason.RESP_ERROR
        assert world.now == begin
        assert RST.name in {each.type for each in world.coap("coap_received")}

    play(scene)


def test_an_offline_device_is_refused_without_any_traffic(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        await device.says(DELETE, f"rd/{IMEI}")
        device.heard_octets.clear()
        with pytest.raises(DeviceOffline):
            await world.platform.read(IMEI, INSTANCE)
        with pytest.raises(UnknownDevice):
            await world.platform.read("866971030000009", INSTANCE)
        assert not device.heard_octets

    play(scene)


def test_a_write_of_two_kilobytes_goes_in_blocks_and_a_longer_one_not_at_all(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world, "</3200/0>")

        def take(request: Message) -> Message:
            number, more, size = request.opt.block1
            return Message(code=CONTINUE if more else CHANGED, block1=(number, more, size))

        device.respond = take
        await world.platform.write(IMEI, Path(3200, 0), [ResourceWrite(5750, "x" * 2000)], 2)
        first, second = device.requests
        assert [len(each.payload) for each in (first, second)] == [1024, 2005 - 1024]
        assert (first.payload + second.payload).endswith(b"x" * 2000)
        with pytest.raises(Refusal) as refusal:
            await world.platform.write(IMEI, Path(3200, 0), [ResourceWrite(5750, "x" * 2048)], 2)
        assert refusal.value.errno == 5006

    play(scene)


def test_a_long_answer_is_fetched_block_by_block(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world, "</3200/0>")
        text = bytes(range(65, 91)) * 5

        def give(request: Message) -> Message:
            block = request.opt.block2
            number = block.block_number if block else 0
            part = responds(text[number * 64 : number * 64 + 64], 0)
            part.opt.block2 = (number, (number + 1) * 64 < len(text), 2)
            return part

        device.respond = give
        (reading,) = await world.platform.read(IMEI, Path(3200, 0, 5750))
        assert reading.value == text.decode()

    play(scene)


def test_stopping_the_platform_ends_what_waits_and_a_new_one_starts_on_the_same_channels(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        device.respond = lambda _: None
        waiting = asyncio.ensure_future(world.platform.read(IMEI, INSTANCE))
        await world.settle(1)
        at_the_last_moment = bytes.fromhex("4102 7777 05 b27264 4d05") + b"ep=866971030000002"
        device.send(at_the_last_moment)
        device.send(at_the_last_moment.replace(b"rd", b"bs"), world.bootstrap)
        await world.platform.stop()
        with pytest.raises(Refusal) as refusal:
            await waiting
        assert refusal.value.errno == 5117
        with pytest.raises(Refusal):
            await world.platform.read(IMEI, INSTANCE)
        await world.settle()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        assert not others
        timers = [each for each in asyncio.get_running_loop()._scheduled if not each.cancelled()]  # type: ignore[attr-defined]
        assert not timers
        device.heard_octets.clear()
        device.send(b"\x40\x02\x00\x01")
        await world.settle()
        assert not device.heard_octets
        await world.platform.start(world.bootstrap, world.access)
        device.send(b"\x40\x02\x00\x01")
        await world.settle()
        assert device.heard_octets

    play(scene)


def test_an_answer_to_an_abandoned_command_is_reset(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        device.respond = lambda _: None
        assert await reason_of(world.platform.read(IMEI, INSTANCE)) is Reason.TIME_OUT
        late = responds(b"98", 0)
        late.mtype, late.mid, late.token = CON, 9, device.requests[0].token
        device.send(late.encode())
        await world.settle()
        assert device.heard_octets[-1] == bytes([0x70, 0, 0, 9])

    play(scene)


def test_the_resource_list_is_empty_until_a_discover_is_answered(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = await logged_in(world)
        record = world.platform.devices.by_imei(IMEI)
        assert record is not None
        assert list(record.resources.values()) == [(5700,)]
        device.respond = lambda _: None
        assert await reason_of(world.platform.discover(IMEI, Path(3303))) is Reason.TIME_OUT
        assert list(record.resources.values()) == [()]

    play(scene)
