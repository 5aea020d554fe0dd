"""One resource's value, as octets in a TLV and as plain text.

Source: OMA LwM2M TS 1.0.2, Appendix C (data types) and section 6.4.1 (plain text).
"""

from __future__ import annotations

import base64
import binascii
import math
import re
import struct
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from onenet_sim.lwm2m.errors import Lwm2mError

Value: TypeAlias = str | bytes | int | float | bool
"""What a resource holds: ``bytes`` when opaque, whole seconds since 1970 (UTC) when a time."""


class DataType(StrEnum):
    """What a resource's octets mean."""

    STRING = "string"
    OPAQUE = "opaque"
    INTEGER = "integer"
    FLOAT = "float"
    BOOLEAN = "boolean"
    TIME = "time"


_INTEGER_SIZES = (1, 2, 4, 8)
_FLOAT_FORMATS = {4: ">f", 8: ">d"}
_INTEGER_MIN, _INTEGER_MAX = -(2**63), 2**63 - 1
_INTEGER_TEXT = re.compile(r"[+-]?[0-9]{1,19}")
_DECIMAL_TEXT = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_MAX_DECIMAL_TEXT = 400


def encode_value(data_type: DataType, value: Value) -> bytes:
    """Return the octets a TLV carries for ``value``.

    Integers and times take the fewest of 1, 2, 4 or 8 octets (two's complement, big endian), floats always 8,
    booleans one octet 0 or 1, strings UTF-8; opaque octets stay as they are.

    Raises:
        Lwm2mError: the value is not of that type, or does not fit in 64 bits.
    """
    match data_type:
        case DataType.STRING:
            return _string_octets(value)
        case DataType.OPAQUE:
            return _opaque(value)
        case DataType.INTEGER | DataType.TIME:
            return _integer_octets(_integer(data_type, value))
        case DataType.FLOAT:
            return struct.pack(">d", _float(value))
        case DataType.BOOLEAN:
            return bytes((_boolean(value),))


def decode_value(data_type: DataType, octets: bytes) -> Value:
    """Return the value of a TLV's octets.

    Raises:
        Lwm2mError: the length is none of the type's (1, 2, 4, 8 for integers and times; 4, 8 for floats; 1
            for booleans), a boolean is neither 0 nor 1, or a string is not UTF-8.
    """
    match data_type:
        case DataType.STRING:
            return _string(octets)
        case DataType.OPAQUE:
            return bytes(octets)
        case DataType.INTEGER | DataType.TIME:
            _check_length(data_type, octets, _INTEGER_SIZES)
            return int.from_bytes(octets, "big", signed=True)
        case DataType.FLOAT:
            _check_length(data_type, octets, tuple(_FLOAT_FORMATS))
            number: float = struct.unpack(_FLOAT_FORMATS[len(octets)], octets)[0]
            return number
        case DataType.BOOLEAN:
            _check_length(data_type, octets, (1,))
            if octets[0] > 1:
                raise Lwm2mError(f"a boolean is octet 0 or 1, not {octets[0]}")
            return octets[0] == 1


def encode_text(data_type: DataType, value: Value) -> bytes:
    """Return ``value`` as content format 0 carries it.

    Numbers are decimal text without exponent, booleans ``0`` or ``1``, opaque octets base64.

    Raises:
        Lwm2mError: the value is not of that type, is not a finite number, or does not fit in 64 bits.
    """
    match data_type:
        case DataType.STRING:
            return _string_octets(value)
        case DataType.OPAQUE:
            return base64.b64encode(_opaque(value))
        case DataType.INTEGER | DataType.TIME:
            return str(_integer(data_type, value)).encode()
        case DataType.FLOAT:
            return float_text(_float(value)).encode()
        case DataType.BOOLEAN:
            return b"1" if _boolean(value) else b"0"


def decode_text(data_type: DataType, octets: bytes) -> Value:
    """Return the value that content format 0 carries; see :func:`encode_text`. An exponent is understood.

    Raises:
        Lwm2mError: the octets are not such text.
    """
    match data_type:
        case DataType.STRING:
            return _string(octets)
        case DataType.OPAQUE:
            try:
                return base64.b64decode(octets, validate=True)
            except binascii.Error as error:
                raise Lwm2mError(f"opaque octets as text are base64: {error}") from error
        case DataType.INTEGER | DataType.TIME:
            return _integer(data_type, parse_integer(_string(octets)))
        case DataType.FLOAT:
            return parse_float(_string(octets))
        case DataType.BOOLEAN:
            if octets not in {b"0", b"1"}:
                raise Lwm2mError(f"a boolean as text is 0 or 1, not {octets[:16]!r}")
            return octets == b"1"


def float_text(number: float) -> str:
    """Return the shortest decimal text that reads back as ``number``: ``25.5``, ``98.0``; never an exponent.

    Raises:
        Lwm2mError: the number is infinite or not a number.
    """
    if not math.isfinite(number):
        raise Lwm2mError(f"{number} has no decimal text")
    text = repr(number)
    return format(Decimal(text), "f") if "e" in text else text


def parse_integer(text: str) -> int:
    """Return the number written in at most 19 ASCII digits with an optional sign.

    Raises:
        Lwm2mError: the text is anything else.
    """
    if not _INTEGER_TEXT.fullmatch(text):
        raise Lwm2mError(f"{text[:24]!r} is not a decimal integer")
    return int(text)


def parse_float(text: str) -> float:
    """Return the finite number written as ASCII decimal text of at most 400 characters.

    Raises:
        Lwm2mError: the text is anything else, or beyond what 64 bits hold.
    """
    if len(text) > _MAX_DECIMAL_TEXT or not _DECIMAL_TEXT.fullmatch(text):
        raise Lwm2mError(f"{text[:24]!r} is not a decimal number")
    number = float(text)
    if not math.isfinite(number):
        raise Lwm2mError(f"{text[:24]!r} is beyond a 64-bit float")
    return number


def _string(octets: bytes) -> str:
    try:
        return octets.decode()
    except UnicodeDecodeError as error:
        raise Lwm2mError(f"text is UTF-8, but not at offset {error.start}: {error.reason}") from error


def _string_octets(value: Value) -> bytes:
    if not isinstance(value, str):
        raise _mismatch(DataType.STRING, value)
    try:
        return value.encode()
    except UnicodeEncodeError as error:
        raise Lwm2mError(f"the character at {error.start} has no UTF-8 form: {error.reason}") from error


def _opaque(value: Value) -> bytes:
    if not isinstance(value, bytes):
        raise _mismatch(DataType.OPAQUE, value)
    return value


def _integer(data_type: DataType, value: Value) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _mismatch(data_type, value)
    if not _INTEGER_MIN <= value <= _INTEGER_MAX:
        raise Lwm2mError(f"the {data_type} needs {value.bit_length() + 1} bits; 64 is the most")
    return value


def _integer_octets(number: int) -> bytes:
    bits = (number if number >= 0 else ~number).bit_length() + 1
    size = next(size for size in _INTEGER_SIZES if bits <= 8 * size)
    return number.to_bytes(size, "big", signed=True)


def _float(value: Value) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise _mismatch(DataType.FLOAT, value)
    try:
        return float(value)
    except OverflowError as error:
        raise Lwm2mError("the integer is beyond a 64-bit float") from error


def _boolean(value: Value) -> bool:
    if not isinstance(value, bool):
        raise _mismatch(DataType.BOOLEAN, value)
    return value


def _mismatch(data_type: DataType, value: Value) -> Lwm2mError:
    return Lwm2mError(f"a {type(value).__name__} cannot be the value of a resource of type {data_type}")


def _check_length(data_type: DataType, octets: bytes, lengths: tuple[int, ...]) -> None:
    if len(octets) not in lengths:
        allowed = " or ".join(map(str, lengths))
        raise Lwm2mError(f"the type {data_type} takes {allowed} octets, not {len(octets)}")
