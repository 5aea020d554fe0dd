"""TLV payloads seen from the path that was asked for."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from onenet_sim.lwm2m import Lwm2mError, Path, ResourceValue, decode_tlv_payload

# Sensor value 25.5 and units "Cel": e8 1644 08 <float>, e3 1645 <text>.
TEMPERATURE = bytes.fromhex("E81644084039800000000000E3164543656C")
VALUES = (
    ResourceValue(Path(3303, 0, 5700), bytes.fromhex("4039800000000000")),
    ResourceValue(Path(3303, 0, 5701), b"Cel"),
)


def wrapped(instance: int) -> bytes:
    return bytes((0x08, instance, len(TEMPERATURE))) + TEMPERATURE


def test_bare_resources_belong_to_the_instance_that_was_asked_for() -> None:
    assert decode_tlv_payload(Path(3303, 0), TEMPERATURE) == VALUES


def test_resources_inside_their_instance_mean_the_same() -> None:
    assert decode_tlv_payload(Path(3303, 0), wrapped(0)) == VALUES


def test_a_whole_object_gives_the_resources_of_all_its_instances() -> None:
    values = decode_tlv_payload(Path(3303), wrapped(0) + wrapped(2))
    assert [str(each.path) for each in values] == [
        "/3303/0/5700",
        "/3303/0/5701",
        "/3303/2/5700",
        "/3303/2/5701",
    ]


def test_a_whole_object_needs_the_instances_around_its_resources() -> None:
    with pytest.raises(Lwm2mError, match="needs its instances"):
        decode_tlv_payload(Path(3303), TEMPERATURE)


@pytest.mark.parametrize("octets", [TEMPERATURE[:12], bytes((0x08, 0, 12)) + TEMPERATURE[:12]])
def test_one_resource_may_come_bare_or_inside_its_instance(octets: bytes) -> None:
    assert decode_tlv_payload(Path(3303, 0, 5700), octets) == VALUES[:1]


def test_a_multiple_resource_gives_one_value_per_instance() -> None:
    power_sources = bytes.fromhex("8606410001410105")
    assert decode_tlv_payload(Path(3, 0, 6), power_sources) == (
        ResourceValue(Path(3, 0, 6), b"\x01", 0),
        ResourceValue(Path(3, 0, 6), b"\x05", 1),
    )


def test_an_empty_payload_says_nothing() -> None:
    assert decode_tlv_payload(Path(3303), b"") == ()
    assert decode_tlv_payload(Path(3303, 0), bytes.fromhex("0000")) == ()


@pytest.mark.parametrize(
    ("path", "octets", "message"),
    [
        (Path(3303, 0), wrapped(1), "speaks of instance /3303/1"),
        (Path(3303, 0, 5700), TEMPERATURE, "speaks of resource /3303/0/5701"),
        (Path(3303, 0, 5700), wrapped(1), "speaks of instance /3303/1"),
        (Path(3303, 0), wrapped(0) + TEMPERATURE, "mixes"),
        (Path(3303, 0), TEMPERATURE[:-1], "offset 12"),
    ],
)
def test_a_payload_about_something_else_is_refused(path: Path, octets: bytes, message: str) -> None:
    with pytest.raises(Lwm2mError, match=message):
        decode_tlv_payload(path, octets)


@given(st.sampled_from([Path(3303), Path(3303, 0), Path(3303, 0, 5700)]), st.binary())
def test_every_value_lies_below_the_path_whatever_the_octets(path: Path, octets: bytes) -> None:
    try:
        values = decode_tlv_payload(path, octets)
    except Lwm2mError:
        return
    assert all(path.contains(each.path) and each.path.resource_id is not None for each in values)
