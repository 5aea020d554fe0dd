"""OMA's interoperability cases, LightweightM2M-1.0-int-N, each with a client made by hand of literal packets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from onenet_sim.lwm2m import Attributes, Path
from onenet_sim.onenet import ResourceWrite
from tests.modem import wire
from tests.modem.wire import ACK, CON, RST, Packet
from tests.onenet.raw_client import IMEI, NAME, Client, content

if TYPE_CHECKING:
    from tests.onenet.conftest import Play, Scene

LOCATION = wire.segments(wire.URI_PATH, f"rd/{IMEI}")
INSTANCE = Path(3303, 0)
QUIET = {"auto_subscribe": False, "auto_discover": False}
TEMPERATURE = bytes.fromhex("e8 1644 08 4039800000000000")  # resource 5700, 8 octets: 25.5
UNIT = bytes.fromhex("e3 1645") + b"Cel"


async def registered(world: Scene) -> Client:
    client = Client(world)
    assert (await client.registers()).code == wire.CREATED
    return client


def test_0_client_initiated_bootstrap(play: Play) -> None:
    async def scene(world: Scene) -> None:
        client = Client(world)
        client.send(bytes.fromhex("4202 0007 6273 b26273 4d0e") + NAME, world.bootstrap)
        await world.settle()
        answer, security, server, finish = client.packets
        assert answer.encode() == bytes.fromhex("6244 0007 6273")
        assert (security.type, security.code, security.path) == (CON, wire.PUT, "/0/0")
        uri = b"coap://192.168.7.1:5683"
        assert security.payload == bytes.fromhex("c80017") + uri + bytes.fromhex("c10100 c10203 c10a01 c10b00")
        assert (server.code, server.path, server.uint(wire.FORMAT)) == (wire.PUT, "/1/0", wire.TLV)
        assert server.payload == bytes.fromhex("c10001 c20102 58 c10601 c10755")
        assert (finish.code, finish.path, finish.payload) == (wire.POST, "/bs", b"")

    play(scene, access_uri="coap://192.168.7.1:5683", bootstraps_server=True, default_lifetime=600)


def test_101_register(play: Play) -> None:
    async def scene(world: Scene) -> None:
        client = Client(world)
        octets = bytes.fromhex("4202 0001 7267 b27264 1128 3d0e") + NAME
        client.send(octets + b"\x06lt=300\x09lwm2m=1.0\x03b=U\xff</1/0>,</3/0>,</3303/0>")
        await world.settle()
        assert client.packets[0].encode() == bytes.fromhex("6241 0001 7267 827264 0d02") + IMEI.encode()
        record = world.platform.devices.by_imei(IMEI)
        assert record is not None
        assert record.registration is not None
        assert (record.registration.lifetime, record.registration.binding) == (300, "U")
        assert list(map(str, record.resources)) == ["/1/0", "/3/0", "/3303/0"]

    play(scene)


def test_102_update_with_a_new_lifetime(play: Play) -> None:
    async def scene(world: Scene) -> None:
        client = await registered(world)
        record = world.platform.devices.by_imei(IMEI)
        assert record is not None
        update = Packet(CON, wire.POST, 2, b"up", (*LOCATION, (wire.QUERY, b"lt=900")))
        assert (await client.asks(update)).encode() == bytes.fromhex("6244 0002 7570")
        await world.settle(899)
        assert record.online
        await world.settle(2)
        assert not record.online

    play(scene)


def test_103_deregister(play: Play) -> None:
    async def scene(world: Scene) -> None:
        client = await registered(world)
        record = world.platform.devices.by_imei(IMEI)
        assert record is not None
        answer = await client.asks(Packet(CON, wire.DELETE, 3, b"de", LOCATION))
        assert answer.encode() == bytes.fromhex("6242 0003 6465")
        assert not record.online

    play(scene)


@pytest.mark.parametrize(
    ("path", "payload", "content_format", "values"),
    [
        pytest.param("/3/0/0", b"Acme", wire.TEXT, ["Acme"], id="201 text"),
        pytest.param("/3200/0/5505", b"\x00\xff\x10", wire.OPAQUE, [(0, 255, 16)], id="202 opaque"),
        pytest.param("/3303/0", TEMPERATURE + UNIT, wire.TLV, [25.5, "Cel"], id="203 TLV 1542"),
        pytest.param("/3303/0", TEMPERATURE + UNIT, 11542, [25.5, "Cel"], id="203 TLV 11542"),
        pytest.param("/3303", b"\x08\x00\x12" + TEMPERATURE[:12] + UNIT, wire.TLV, [25.5, "Cel"], id="203 object"),
        pytest.param(
            "/3303/0",
            b'{"bn":"/3303/0/","e":[{"n":"5700","v":25.5},{"n":"5701","sv":"Cel"}]}',
            11543,
            [25.5, "Cel"],
            id="204 JSON 11543",
        ),
        pytest.param("/3303/0/5700", b'{"bn":"/3303/0/5700","e":[{"v":25.5}]}', 1543, [25.5], id="204 JSON 1543"),
        pytest.param("/3200/0", b'{"e":[{"n":"5505","sv":"AP8Q"}]}', 11543, [(0, 255, 16)], id="204 JSON opaque"),
    ],
)
def test_201_to_204_read(play: Play, path: str, payload: bytes, content_format: int, values: list[object]) -> None:
    async def scene(world: Scene) -> None:
        client = await registered(world)
        client.answers = lambda _: content(payload, content_format)
        readings = await world.platform.read(IMEI, Path.parse(path))
        (request,) = client.requests
        assert (request.code, request.path, request.uint(wire.ACCEPT)) == (wire.GET, path, wire.TLV)
        assert [each.value for each in readings] == values

    play(scene, **QUIET)


@pytest.mark.parametrize(
    ("mode", "code"), [pytest.param(2, wire.POST, id="205 partial"), pytest.param(1, wire.PUT, id="210 replace")]
)
def test_205_and_210_write(play: Play, mode: int, code: int) -> None:
    async def scene(world: Scene) -> None:
        client = await registered(world)
        values = [ResourceWrite(5850, value=True), ResourceWrite(5851, 50)]
        await world.platform.write(IMEI, Path(3306, 0), values, 1 if mode == 1 else 2)
        (request,) = client.requests
        assert (request.code, request.path, request.uint(wire.FORMAT)) == (code, "/3306/0", wire.TLV)
        assert request.payload == bytes.fromhex("e1 16da 01 e1 16db 32")

    play(scene, **QUIET)


def test_215_write_one_resource(play: Play) -> None:
    async def scene(world: Scene) -> None:
        client = await registered(world)
        await world.platform.write(IMEI, Path(1, 0), [ResourceWrite(1, 600)], 2)
        (request,) = client.requests
        assert (request.code, request.path, request.payload) == (wire.POST, "/1/0", bytes.fromhex("c2 01 0258"))

    play(scene, **QUIET)


def test_260_discover_with_attributes(play: Play) -> None:
    async def scene(world: Scene) -> None:
        client = await registered(world)
        links = (
            b'</3303>;ver="1.1";dim=1,</3303/0>;pmin=10;pmax=60,</3303/0/5700>;gt=30.5;lt=-5;st=0.5,</3303/0/5701>'
        )
        client.answers = lambda _: content(links, wire.LINKS)
        found = await world.platform.discover(IMEI, Path(3303))
        (request,) = client.requests
        assert (request.code, request.path, request.uint(wire.ACCEPT)) == (wire.GET, "/3303", wire.LINKS)
        assert found == {INSTANCE: (5700, 5701)}
        assert any(each.payload == links for each in world.coap("coap_received"))

    play(scene, **QUIET)


def test_270_delete_an_instance(play: Play) -> None:
    async def scene(world: Scene) -> None:
        client = await registered(world)
        client.answers = lambda _: Packet(ACK, wire.DELETED, 0)
        await world.platform.delete(IMEI, Path(3303, 1))
        (request,) = client.requests
        assert (request.code, request.path, request.payload) == (wire.DELETE, "/3303/1", b"")

    play(scene, **QUIET)


@pytest.mark.parametrize(
    ("path", "location", "payload"),
    [
        ("/3303/7", b"", b"\x08\x07\x0c" + TEMPERATURE),
        ("/3303", b"/3303/4", TEMPERATURE),
    ],
    ids=["its number given", "its number chosen by the client"],
)
def test_290_create_an_instance(play: Play, path: str, location: bytes, payload: bytes) -> None:
    async def scene(world: Scene) -> None:
        client = await registered(world)
        made = tuple((wire.LOCATION, each) for each in location.split(b"/") if each)
        client.answers = lambda _: Packet(ACK, wire.CREATED, 0, options=made)
        created = await world.platform.create(IMEI, Path.parse(path), [ResourceWrite(5700, 25.5)])
        (request,) = client.requests
        assert (request.code, request.path, request.uint(wire.FORMAT)) == (wire.POST, "/3303", wire.TLV)
        assert request.payload == payload
        assert created == Path.parse(location.decode() or path)

    play(scene, **QUIET)


def test_301_attributes_and_timed_notifications(play: Play) -> None:
    async def scene(world: Scene) -> None:
        client = await registered(world)
        await world.platform.observe(IMEI, INSTANCE, attributes=Attributes(pmin=5, pmax=15))
        written, observe = client.requests
        assert (written.code, written.path, written.query) == (wire.PUT, "/3303/0", ["pmin=5", "pmax=15"])
        assert (observe.code, observe.path, observe.uint(wire.OBSERVE)) == (wire.GET, "/3303/0", 0)
        for counter in (1, 2, 3):
            await world.settle(15)
            client.notifies(observe.token, counter, TEMPERATURE, wire.TLV)
        record = world.platform.devices.by_imei(IMEI)
        assert record is not None
        points, _ = world.platform.datapoints.select(record.id)
        assert [(name, point.value, point.at.second) for name, point in points] == [
            ("3303_0_5700", 25.5, second) for second in (15, 30, 45)
        ]

    play(scene, **QUIET)


def test_302_cancel_by_reset(play: Play) -> None:
    async def scene(world: Scene) -> None:
        client = await registered(world)
        await world.platform.observe(IMEI, INSTANCE)
        token = client.requests[-1].token
        record = world.platform.devices.by_imei(IMEI)
        assert record is not None
        world.platform.subscriptions.drop(record, INSTANCE, "the application lost interest")
        sent = client.notifies(token, 1, TEMPERATURE, wire.TLV, CON)
        await world.settle()
        assert client.packets[-1] == Packet(RST, wire.EMPTY, sent)

    play(scene, **QUIET)


def test_303_cancel_by_get_with_observe_1(play: Play) -> None:
    async def scene(world: Scene) -> None:
        client = await registered(world)
        await world.platform.observe(IMEI, INSTANCE)
        await world.platform.observe(IMEI, INSTANCE, cancel=True)
        begun, ended = client.requests
        assert (ended.code, ended.path, ended.uint(wire.OBSERVE)) == (wire.GET, "/3303/0", 1)
        assert ended.token == begun.token
        sent = client.notifies(begun.token, 1, TEMPERATURE, wire.TLV)
        await world.settle()
        assert client.packets[-1] == Packet(RST, wire.EMPTY, sent)

    play(scene, **QUIET)
