"""Values as octets and as text."""

from __future__ import annotations

import math
import struct

import pytest
from hypothesis import given, strategies as st

from onenet_sim.lwm2m import (
    DataType,
    Lwm2mError,
    Value,
    decode_text,
    decode_value,
    encode_text,
    encode_value,
)

integers = st.integers(-(2**63), 2**63 - 1)
typed_values: st.SearchStrategy[tuple[DataType, Value]] = st.one_of(
    st.tuples(st.just(DataType.STRING), st.text(st.characters(exclude_categories=["Cs"]))),
    st.tuples(st.just(DataType.OPAQUE), st.binary()),
    st.tuples(st.sampled_from([DataType.INTEGER, DataType.TIME]), integers),
    st.tuples(st.just(DataType.FLOAT), st.floats(allow_nan=False, allow_infinity=False)),
    st.tuples(st.just(DataType.BOOLEAN), st.booleans()),
)


@pytest.mark.parametrize(
    ("data_type", "value", "octets"),
    [
        (DataType.STRING, "1.0", "312e30"),
        (DataType.STRING, "温", "e6b8a9"),
        (DataType.STRING, "", ""),
        (DataType.OPAQUE, b"\x00\xff", "00ff"),
        (DataType.INTEGER, 0, "00"),
        (DataType.INTEGER, 127, "7f"),
        (DataType.INTEGER, 128, "0080"),
        (DataType.INTEGER, -128, "80"),
        (DataType.INTEGER, -129, "ff7f"),
        (DataType.INTEGER, 32767, "7fff"),
        (DataType.INTEGER, 32768, "00008000"),
        (DataType.INTEGER, 86400, "00015180"),
        (DataType.INTEGER, 2**31, "0000000080000000"),
        (DataType.INTEGER, -(2**63), "8000000000000000"),
        (DataType.TIME, 1367491215, "5182428f"),
        (DataType.FLOAT, 25.5, "4039800000000000"),
        (DataType.FLOAT, 25, "4039000000000000"),
        (DataType.BOOLEAN, True, "01"),
        (DataType.BOOLEAN, False, "00"),
    ],
)
def test_a_value_has_the_octets_of_its_type(data_type: DataType, value: Value, octets: str) -> None:
    assert encode_value(data_type, value).hex() == octets
    assert decode_value(data_type, bytes.fromhex(octets)) == value


def test_floats_of_four_octets_are_understood() -> None:
    assert decode_value(DataType.FLOAT, bytes.fromhex("41cc0000")) == 25.5


@pytest.mark.parametrize(
    ("data_type", "octets"),
    [
        (DataType.INTEGER, b""),
        (DataType.INTEGER, bytes(3)),
        (DataType.INTEGER, bytes(16)),
        (DataType.TIME, bytes(5)),
        (DataType.FLOAT, b""),
        (DataType.FLOAT, bytes(2)),
        (DataType.BOOLEAN, b""),
        (DataType.BOOLEAN, b"\x02"),
        (DataType.BOOLEAN, bytes(2)),
        (DataType.STRING, b"\xff"),
    ],
)
def test_octets_that_are_not_of_the_type_are_refused(data_type: DataType, octets: bytes) -> None:
    with pytest.raises(Lwm2mError):
        decode_value(data_type, octets)


def test_text_that_is_not_utf8_is_refused_with_its_offset() -> None:
    with pytest.raises(Lwm2mError, match="offset 2"):
        decode_value(DataType.STRING, b"ab\xff")


@pytest.mark.parametrize(
    ("data_type", "value"),
    [
        (DataType.STRING, 1),
        (DataType.STRING, "\ud800"),
        (DataType.OPAQUE, "00"),
        (DataType.INTEGER, "1"),
        (DataType.INTEGER, 1.0),
        (DataType.INTEGER, True),
        (DataType.INTEGER, 2**63),
        (DataType.TIME, -(2**63) - 1),
        (DataType.FLOAT, "1.0"),
        (DataType.FLOAT, True),
        (DataType.FLOAT, 10**400),
        (DataType.BOOLEAN, 1),
        (DataType.BOOLEAN, "1"),
    ],
)
def test_a_value_of_another_type_is_refused_in_both_forms(data_type: DataType, value: Value) -> None:
    with pytest.raises(Lwm2mError):
        encode_value(data_type, value)
    with pytest.raises(Lwm2mError):
        encode_text(data_type, value)


@pytest.mark.parametrize(
    ("data_type", "value", "text"),
    [
        (DataType.STRING, "Cel", b"Cel"),
        (DataType.OPAQUE, b"\x01\x02\x03", b"AQID"),
        (DataType.INTEGER, -5, b"-5"),
        (DataType.TIME, 1367491215, b"1367491215"),
        (DataType.FLOAT, 25.5, b"25.5"),
        (DataType.FLOAT, 98.0, b"98.0"),
        (DataType.FLOAT, 98, b"98.0"),
        (DataType.FLOAT, 0.1, b"0.1"),
        (DataType.FLOAT, 1e-7, b"0.0000001"),
        (DataType.FLOAT, 1e16, b"10000000000000000"),
        (DataType.BOOLEAN, True, b"1"),
        (DataType.BOOLEAN, False, b"0"),
    ],
)
def test_a_value_has_the_plain_text_of_its_type(data_type: DataType, value: Value, text: bytes) -> None:
    assert encode_text(data_type, value) == text
    assert decode_text(data_type, text) == value


@pytest.mark.parametrize(
    ("text", "number"),
    [(b"25", 25.0), (b"-.5", -0.5), (b"+5.", 5.0), (b"1e3", 1000.0), (b"2.5E-1", 0.25)],
)
def test_other_spellings_of_a_float_are_understood(text: bytes, number: float) -> None:
    assert decode_text(DataType.FLOAT, text) == number


@pytest.mark.parametrize(
    ("data_type", "text"),
    [
        (DataType.INTEGER, b""),
        (DataType.INTEGER, b" 1"),
        (DataType.INTEGER, b"1_0"),
        (DataType.INTEGER, b"1.0"),
        (DataType.INTEGER, b"9223372036854775808"),
        (DataType.INTEGER, b"1" * 5000),
        (DataType.FLOAT, b""),
        (DataType.FLOAT, b"."),
        (DataType.FLOAT, b"nan"),
        (DataType.FLOAT, b"inf"),
        (DataType.FLOAT, b"1e999"),
        (DataType.FLOAT, b"1" * 401),
        (DataType.FLOAT, b"1,5"),
        (DataType.BOOLEAN, b"true"),
        (DataType.BOOLEAN, b""),
        (DataType.OPAQUE, b"AQ"),
        (DataType.OPAQUE, b"A*=="),
        (DataType.STRING, b"\xb0"),
    ],
)
def test_text_that_is_not_of_the_type_is_refused(data_type: DataType, text: bytes) -> None:
    with pytest.raises(Lwm2mError):
        decode_text(data_type, text)


@pytest.mark.parametrize("number", [math.inf, -math.inf, math.nan])
def test_only_finite_numbers_have_a_text(number: float) -> None:
    with pytest.raises(Lwm2mError, match="no decimal text"):
        encode_text(DataType.FLOAT, number)


@given(typed_values)
def test_every_value_survives_its_octets(typed: tuple[DataType, Value]) -> None:
    data_type, value = typed
    assert decode_value(data_type, encode_value(data_type, value)) == value


@given(typed_values)
def test_every_value_survives_its_text(typed: tuple[DataType, Value]) -> None:
    data_type, value = typed
    assert decode_text(data_type, encode_text(data_type, value)) == value


@given(integers)
def test_an_integer_takes_the_fewest_octets(number: int) -> None:
    size = len(encode_value(DataType.INTEGER, number))
    fitting = [each for each in (1, 2, 4, 8) if -(2 ** (8 * each - 1)) <= number < 2 ** (8 * each - 1)]
    assert size == fitting[0]


@given(st.floats())
def test_a_float_always_takes_eight_octets(number: float) -> None:
    assert encode_value(DataType.FLOAT, number) == struct.pack(">d", number)


@given(st.sampled_from(DataType), st.binary())
def test_no_octets_raise_anything_but_the_rooms_error(data_type: DataType, octets: bytes) -> None:
    for decode in (decode_value, decode_text):
        try:
            decode(data_type, octets)
        except Lwm2mError:
            continue
