"""TLV entries, against the packets that the standard works out (LwM2M TS 1.0.2 section 6.4.3)."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from onenet_sim.lwm2m import Lwm2mError, Tlv, TlvKind, decode_tlv, encode_tlv

DEVICE_RESOURCES = bytes.fromhex(
    "C80014 4F70656E204D6F62696C6520416C6C69616E6365"
    "C80116 4C69676874776569676874204D324D20436C69656E74"
    "C80209 333435303030313233"
    "C303 312E30"
    "8606 4100014101 05"
    "880708 42000ED842011388"
    "8708 41007D42010384"
    "C109 64"
    "C10A 0F"
    "830B 410000"
    "C40D 5182428F"
    "C60E 2B30323A3030"
    "C110 55"
)
DEVICE = (
    Tlv(TlvKind.RESOURCE, 0, b"Open Mobile Alliance"),
    Tlv(TlvKind.RESOURCE, 1, b"Lightweight M2M Client"),
    Tlv(TlvKind.RESOURCE, 2, b"345000123"),
    Tlv(TlvKind.RESOURCE, 3, b"1.0"),
    Tlv(
        TlvKind.MULTIPLE_RESOURCE,
        6,
        (Tlv(TlvKind.RESOURCE_INSTANCE, 0, b"\x01"), Tlv(TlvKind.RESOURCE_INSTANCE, 1, b"\x05")),
    ),
    Tlv(
        TlvKind.MULTIPLE_RESOURCE,
        7,
        (Tlv(TlvKind.RESOURCE_INSTANCE, 0, b"\x0e\xd8"), Tlv(TlvKind.RESOURCE_INSTANCE, 1, b"\x13\x88")),
    ),
    Tlv(
        TlvKind.MULTIPLE_RESOURCE,
        8,
        (Tlv(TlvKind.RESOURCE_INSTANCE, 0, b"\x7d"), Tlv(TlvKind.RESOURCE_INSTANCE, 1, b"\x03\x84")),
    ),
    Tlv(TlvKind.RESOURCE, 9, b"\x64"),
    Tlv(TlvKind.RESOURCE, 10, b"\x0f"),
    Tlv(TlvKind.MULTIPLE_RESOURCE, 11, (Tlv(TlvKind.RESOURCE_INSTANCE, 0, b"\x00"),)),
    Tlv(TlvKind.RESOURCE, 13, b"\x51\x82\x42\x8f"),
    Tlv(TlvKind.RESOURCE, 14, b"+02:00"),
    Tlv(TlvKind.RESOURCE, 16, b"U"),
)

ACCESS_CONTROL_OCTETS = bytes.fromhex(
    "08000E C10001 C10100 8302 417F07 C1037F080212 C10003 C10100 8702 417F07 61013601 C1037F"
)
ACCESS_CONTROL = (
    Tlv(
        TlvKind.OBJECT_INSTANCE,
        0,
        (
            Tlv(TlvKind.RESOURCE, 0, b"\x01"),
            Tlv(TlvKind.RESOURCE, 1, b"\x00"),
            Tlv(TlvKind.MULTIPLE_RESOURCE, 2, (Tlv(TlvKind.RESOURCE_INSTANCE, 127, b"\x07"),)),
            Tlv(TlvKind.RESOURCE, 3, b"\x7f"),
        ),
    ),
    Tlv(
        TlvKind.OBJECT_INSTANCE,
        2,
        (
            Tlv(TlvKind.RESOURCE, 0, b"\x03"),
            Tlv(TlvKind.RESOURCE, 1, b"\x00"),
            Tlv(
                TlvKind.MULTIPLE_RESOURCE,
                2,
                (
                    Tlv(TlvKind.RESOURCE_INSTANCE, 127, b"\x07"),
                    Tlv(TlvKind.RESOURCE_INSTANCE, 310, b"\x01"),
                ),
            ),
            Tlv(TlvKind.RESOURCE, 3, b"\x7f"),
        ),
    ),
)

identifiers = st.integers(0, 65535)
octets = st.binary(max_size=300)
resources = st.builds(Tlv, st.just(TlvKind.RESOURCE), identifiers, octets)
multiple_resources = st.builds(
    Tlv,
    st.just(TlvKind.MULTIPLE_RESOURCE),
    identifiers,
    st.lists(st.builds(Tlv, st.just(TlvKind.RESOURCE_INSTANCE), identifiers, octets), max_size=3).map(tuple),
)
object_instances = st.builds(
    Tlv,
    st.just(TlvKind.OBJECT_INSTANCE),
    identifiers,
    st.lists(resources | multiple_resources, max_size=3).map(tuple),
)
payloads = st.lists(resources | multiple_resources | object_instances, max_size=4).map(tuple)


def test_the_standards_device_instance_reads_as_its_resources() -> None:
    assert decode_tlv(DEVICE_RESOURCES) == DEVICE


def test_the_device_instance_encodes_to_the_standards_121_octets() -> None:
    assert encode_tlv(DEVICE) == DEVICE_RESOURCES
    assert len(DEVICE_RESOURCES) == 121


def test_the_standards_device_object_wraps_them_in_instance_0() -> None:
    wrapped = (Tlv(TlvKind.OBJECT_INSTANCE, 0, DEVICE),)
    assert encode_tlv(wrapped) == bytes.fromhex("080079") + DEVICE_RESOURCES
    assert decode_tlv(bytes.fromhex("080079") + DEVICE_RESOURCES) == wrapped


def test_the_standards_access_control_object_has_identifiers_of_both_widths() -> None:
    assert decode_tlv(ACCESS_CONTROL_OCTETS) == ACCESS_CONTROL
    assert encode_tlv(ACCESS_CONTROL) == ACCESS_CONTROL_OCTETS


def test_a_temperature_has_a_wide_identifier_and_a_length_of_its_own() -> None:
    temperature = Tlv(TlvKind.RESOURCE, 5700, bytes.fromhex("4039800000000000"))
    assert encode_tlv([temperature]).hex() == "e8164408" + "4039800000000000"


@pytest.mark.parametrize(
    ("length", "header"),
    [
        (0, "c005"),
        (7, "c705"),
        (8, "c80508"),
        (255, "c805ff"),
        (256, "d0050100"),
        (65535, "d005ffff"),
        (65536, "d805010000"),
    ],
)
def test_the_length_takes_the_shortest_form(length: int, header: str) -> None:
    encoded = encode_tlv([Tlv(TlvKind.RESOURCE, 5, bytes(length))])
    assert encoded == bytes.fromhex(header) + bytes(length)
    assert decode_tlv(encoded) == (Tlv(TlvKind.RESOURCE, 5, bytes(length)),)


@pytest.mark.parametrize(("identifier", "header"), [(255, "c1ff"), (256, "e10100"), (65535, "e1ffff")])
def test_identifiers_above_255_take_sixteen_bits(identifier: int, header: str) -> None:
    assert encode_tlv([Tlv(TlvKind.RESOURCE, identifier, b"\x01")]).hex() == header + "01"


@pytest.mark.parametrize("longer", ["e1000501", "c8050101", "d005000101", "d80500000101"])
def test_longer_forms_than_needed_are_understood(longer: str) -> None:
    assert decode_tlv(bytes.fromhex(longer)) == (Tlv(TlvKind.RESOURCE, 5, b"\x01"),)


def test_an_empty_payload_has_no_entries() -> None:
    assert decode_tlv(b"") == ()
    assert encode_tlv([]) == b""


@pytest.mark.parametrize(
    ("cut", "message"),
    [
        ("c1", "offset 0: header of 2 octets, 1 are left"),
        ("c109", "offset 0: value of 1 octets, 0 are left"),
        ("c10964c10a", "offset 3: value of 1 octets, 0 are left"),
        ("e816", "offset 0: header of 4 octets, 2 are left"),
        ("d8050000", "offset 0: header of 5 octets, 4 are left"),
        ("d805ffffff00", "offset 0: value of 16777215 octets, 1 are left"),
        ("080003c80014", "offset 3: value of 20 octets, 0 are left"),
        ("0802410000", "offset 0: value of 65 octets, 2 are left"),
    ],
)
def test_an_entry_cut_short_is_refused_with_its_offset(cut: str, message: str) -> None:
    with pytest.raises(Lwm2mError, match=message):
        decode_tlv(bytes.fromhex(cut))


@pytest.mark.parametrize("end", range(1, len(DEVICE_RESOURCES)))
def test_every_prefix_is_a_shorter_payload_or_refused(end: int) -> None:
    try:
        entries = decode_tlv(DEVICE_RESOURCES[:end])
    except Lwm2mError:
        return
    assert entries == DEVICE[: len(entries)]


@pytest.mark.parametrize(
    ("nested", "message"),
    [
        ("410001", "offset 0: resource instance"),
        ("03000100ff", "offset 2: object instance"),
        ("0300410001", "offset 2: resource instance"),
        ("8306c10001", "offset 2: resource found where only resource instance"),
        ("8502830041ff00", "offset 2: multiple resource"),
    ],
)
def test_entries_where_their_kind_may_not_stand_are_refused(nested: str, message: str) -> None:
    with pytest.raises(Lwm2mError, match=message):
        decode_tlv(bytes.fromhex(nested))


def test_deep_nesting_ends_at_the_second_level() -> None:
    matryoshka = b""
    for _ in range(2000):
        matryoshka = b"\x18\x00" + len(matryoshka).to_bytes(3, "big") + matryoshka
    with pytest.raises(Lwm2mError, match="offset 5: object instance"):
        decode_tlv(matryoshka)


def test_a_resource_instance_is_not_encoded_by_itself() -> None:
    with pytest.raises(Lwm2mError, match="cannot stand by itself"):
        encode_tlv([Tlv(TlvKind.RESOURCE_INSTANCE, 0, b"")])


def test_a_value_beyond_24_bits_of_length_is_refused() -> None:
    with pytest.raises(Lwm2mError, match="16777215 is the most"):
        encode_tlv([Tlv(TlvKind.RESOURCE, 0, bytes(2**24))])


@pytest.mark.parametrize(
    ("kind", "identifier", "value"),
    [
        (TlvKind.RESOURCE, 65536, b""),
        (TlvKind.RESOURCE, -1, b""),
        (TlvKind.RESOURCE, 0, ()),
        (TlvKind.RESOURCE_INSTANCE, 0, ()),
        (TlvKind.OBJECT_INSTANCE, 0, b""),
        (TlvKind.MULTIPLE_RESOURCE, 0, b""),
        (TlvKind.MULTIPLE_RESOURCE, 0, (Tlv(TlvKind.RESOURCE, 0, b""),)),
        (TlvKind.OBJECT_INSTANCE, 0, (Tlv(TlvKind.RESOURCE_INSTANCE, 0, b""),)),
    ],
)
def test_an_entry_that_the_standard_does_not_know_cannot_be_built(
    kind: TlvKind, identifier: int, value: bytes | tuple[Tlv, ...]
) -> None:
    with pytest.raises(Lwm2mError):
        Tlv(kind, identifier, value)


@given(payloads)
def test_every_payload_survives_its_octets(entries: tuple[Tlv, ...]) -> None:
    assert decode_tlv(encode_tlv(entries)) == entries


@given(st.binary())
def test_no_octets_raise_anything_but_the_rooms_error(garbage: bytes) -> None:
    try:
        entries = decode_tlv(garbage)
    except Lwm2mError:
        return
    assert len(encode_tlv(entries)) <= len(garbage)


@given(payloads, st.data())
def test_a_flipped_octet_raises_nothing_but_the_rooms_error(entries: tuple[Tlv, ...], data: st.DataObject) -> None:
    garbled = bytearray(encode_tlv(entries) or b"\x00")
    garbled[data.draw(st.integers(0, len(garbled) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        decode_tlv(bytes(garbled))
    except Lwm2mError:
        return
