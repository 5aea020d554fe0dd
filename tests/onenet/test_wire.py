"""The lowest layer: what is dropped, what is reset, and that nothing a peer sends can hurt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from aiocoap import Code, Message
from hypothesis import given, settings, strategies as st

from onenet_sim.onenet.bootstrap import security_instance
from onenet_sim.onenet.northbound import ROUTES
from onenet_sim.onenet.settings import PlatformSettings

if TYPE_CHECKING:
    from tests.onenet.conftest import Play, Scene

IMEI = "866971030000001"
REGISTER = bytes.fromhex("4202 1234 aabb b27264 1128 3d15") + f"ep={IMEI};460001234567890".encode()


@pytest.mark.parametrize(
    ("octets", "reset"),
    [
        ("", False),
        ("4001", False),
        ("8001 0001", False),
        ("0001 0001", False),
        ("4901 0001 010203040506070809", True),
        ("4401 0001 01", True),
        ("4000 0001 ff", True),
        ("5000 0001", False),
        ("4020 0001", True),
        ("40e1 0001", True),
        ("6001 0001", False),
        ("7045 0001", False),
        ("4002 0001 b2 72", True),
        ("5002 0001 b2 72", False),
        ("4002 0001 f0", True),
        ("4002 0001 b2 fffe", True),
    ],
)
def test_a_datagram_that_is_no_proper_message_is_dropped_and_a_con_is_reset(
    play: Play,
    octets: str,
    reset: bool,  # noqa: FBT001
) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()
        device.send(bytes.fromhex(octets))
        await world.settle()
        assert device.heard_octets == ([bytes.fromhex("7000 0001")] if reset else [])
        (dropped,) = world.occurrences("datagram_dropped")
        assert (dropped.where, dropped.octets) == ("access", bytes.fromhex(octets))
        assert dropped.why

    play(scene)


def test_a_ping_is_answered_with_a_reset(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()
        device.send(bytes.fromhex("4000 1234"))
        await world.settle()
        assert device.heard_octets == [bytes.fromhex("7000 1234")]

    play(scene)


def test_a_nonconfirmable_registration_is_answered_in_kind(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()
        device.send(b"\x52" + REGISTER[1:])
        await world.settle()
        assert device.messages[0].code == Code.CREATED
        assert device.messages[0].mtype.name == "NON"

    play(scene)


@pytest.mark.parametrize(
    ("option", "answer"),
    [("61 01", "6282"), ("e1 fccd 01", "6282"), ("d1 07 01", "62a5"), ("51 01", "6241")],
    ids=["21", "65001", "35, Proxy-Uri", "20, which may be unknown"],
)
def test_a_critical_option_that_is_not_known_is_refused_and_so_is_its_repeat(
    play: Play, option: str, answer: str
) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()
        for _ in range(2):
            device.send(REGISTER + bytes.fromhex(option))
            await world.settle()
        assert device.heard_octets[0][:4] == bytes.fromhex(answer + "1234")
        assert device.heard_octets.count(device.heard_octets[0]) == 2

    play(scene, auto_subscribe=False)


def test_a_critical_option_that_is_not_known_is_reset_without_confirmation(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()
        device.send(b"\x52" + REGISTER[1:] + bytes.fromhex("61 01"))
        await world.settle()
        assert device.heard_octets == [bytes.fromhex("7000 1234")]
        assert "because RST: option 21 is critical, and the platform does not know it" in world.texts

    play(scene)


def test_the_same_seed_gives_the_same_octets_and_another_seed_others(play: Play) -> None:
    def heard(seed: int) -> list[bytes]:
        octets: list[bytes] = []

        async def scene(world: Scene) -> None:
            device = world.device()
            await device.registers("</3303/0>")
            octets.extend(device.heard_octets)

        play(scene, seed=seed)
        return octets

    assert heard(1) == heard(1)
    assert heard(1) != heard(2)


def test_each_device_has_a_sequence_of_message_ids_of_its_own(play: Play) -> None:
    async def scene(world: Scene) -> None:
        one, two = world.device(1), world.device(2)
        await one.registers("</3303/0>,</3306/0>")
        await two.registers("</3303/0>", name="866971030000002")
        await one.registers("</3303/0>")
        for device in (one, two):
            mids = [each.mid for each in device.requests]
            assert [(mid - mids[0]) & 0xFFFF for mid in mids] == list(range(len(mids)))

    play(scene)


def test_settings_refuse_an_access_uri_that_modules_would_cut_wrongly() -> None:
    with pytest.raises(ValueError, match="access_uri"):
        PlatformSettings(api_key="k", access_key="", product_id="1", access_uri="coap://183.230.40.40")
    assert len(security_instance("coap://10.0.0.1:5683")) == 3 + 20 + 4 * 3


def mutations() -> st.SearchStrategy[bytes]:
    """Return arbitrary octets, and a good registration with octets changed, cut and added."""
    changed = st.builds(
        lambda at, octet, end: REGISTER[:at] + bytes([octet]) + REGISTER[at + 1 : end],
        st.integers(0, len(REGISTER) - 1),
        st.integers(0, 255),
        st.integers(0, len(REGISTER)),
    )
    header = st.builds(
        lambda first, code, rest: bytes([first, code]) + rest,
        st.sampled_from([0x40, 0x50, 0x60, 0x70, 0x42, 0x52]),
        st.integers(0, 255),
        st.binary(min_size=2, max_size=60),
    )
    return st.one_of(st.binary(max_size=64), changed, header)


@settings(max_examples=150, deadline=None)
@given(octets=st.lists(mutations(), max_size=8))
def test_no_datagram_raises_and_a_registered_device_stays_registered(play: Play, octets: list[bytes]) -> None:
    async def scene(world: Scene) -> None:
        device, stranger = world.device(1), world.device(2)
        await device.registers("</3303/0>")
        for each in octets:
            for channel in (world.access, world.bootstrap):
                stranger.send(each, channel)
        await world.settle(1)
        record = world.platform.devices.by_imei(IMEI)
        assert record is not None
        assert record.online
        for each in stranger.heard_octets:
            assert Message.decode(each).mid is not None

    play(scene)


@settings(max_examples=100, deadline=None)
@given(
    payload=st.one_of(st.binary(max_size=40), st.binary(max_size=20).map(lambda tail: b"\xe3\x16\x44" + tail)),
    content_format=st.sampled_from([0, 40, 42, 50, 1542, 11542, 65_535]),
    confirmable=st.booleans(),
)
def test_no_notify_raises(
    play: Play,
    payload: bytes,
    content_format: int,
    confirmable: bool,  # noqa: FBT001
) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()
        await device.registers("</3303/0>")
        device.respond = lambda _: Message(code=69, payload=payload, content_format=content_format)
        device.notifies(device.tokens[0], payload, content_format=content_format, confirmable=confirmable)
        for target in (
            "/nbiot?obj_id=3303",
            "/nbiot?obj_id=3303&obj_inst_id=0&res_id=5700",
            "/nbiot/discover?obj_id=3303",
        ):
            answer = await world.call("GET", f"{target}&imei={IMEI}")
            assert answer["errno"] in {0, 5106}

    play(scene)


PARAMETERS = (
    "imei",
    "obj_id",
    "obj_inst_id",
    "res_id",
    "mode",
    "timeout",
    "cancel",
    "pmin",
    "gt",
    "start",
    "end",
    "limit",
    "valid_time",
    "expired_time",
    "retry",
    "trigger_msg",
    "bin2hex",
    "sort",
    "cursor",
    "devIds",
    "did",
    "action",
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "data",
                    "res_id",
                    "val",
                    "type",
                    "title",
                    "threshold",
                    "dev_ids",
                    "auth_info",
                    "auth",
                    "key",
                    IMEI,
                ]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(
    call=st.sampled_from(
        ["/x", "/lwm2m-online", "/lwm2m-offline", *dict.fromkeys(route.path for route in ROUTES)]
    ),
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
    query=st.dictionaries(
        st.sampled_from(PARAMETERS),
        st.sampled_from(
            ["", "0", "3303", IMEI, "1", "true", "-1", "x", "1e9", "9" * 30, "2027-01-01T00:00:00", "9000-12-31"]
        ),
    ),
    body=st.one_of(st.binary(max_size=30), JSON),
)
def test_no_call_raises_and_a_registered_device_stays_registered(
    play: Play, call: str, method: str, query: dict[str, str], body: object
) -> None:
    async def scene(world: Scene) -> None:
        await world.device().registers("</3303/0>")
        record = world.platform.device(IMEI)
        target = (
            call.format(device_id=record.id, uuid="1", trigger_id=100_001, group_id=1)
            + "?"
            + "&".join(f"{name}={value}" for name, value in {"imei": IMEI, **query}.items())
        )
        if isinstance(body, bytes):
            response = await world.http(method, target, content=body)
        else:
            response = await world.http(method, target, body)
        assert response.status_code in {200, 404, 405}
        assert set(response.json()) <= {"errno", "error", "data"}
        assert record.online

    play(scene)
