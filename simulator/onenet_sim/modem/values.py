"""The six value types of the MIPL commands: from what the host writes to octets, and back to what is printed.

Source: LwM2M user manual for OneMO modules, 3.9 and 3.12; CIS SDK for what goes on the wire.
"""

from __future__ import annotations

import math
import re
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from onenet_sim.lwm2m import DataType, Lwm2mError, Value, decode_value, encode_text, encode_value
from onenet_sim.modem.grammar import ValueLength

if TYPE_CHECKING:
    from collections.abc import Sequence


class ValueType(IntEnum):
    """``<type>`` of NOTIFY, READRSP and ``+MIPLWRITE``."""

    STRING = 1
    OPAQUE = 2
    INTEGER = 3
    FLOAT = 4
    BOOLEAN = 5
    HEX_STRING = 6
    """Written as hex digits, sent as the characters that they stand for."""


_DATA_TYPES = {
    ValueType.STRING: DataType.STRING,
    ValueType.OPAQUE: DataType.OPAQUE,
    ValueType.INTEGER: DataType.INTEGER,
    ValueType.FLOAT: DataType.FLOAT,
    ValueType.BOOLEAN: DataType.BOOLEAN,
    ValueType.HEX_STRING: DataType.OPAQUE,
}
_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")
_FLOAT = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_HEX = re.compile(r"([0-9a-fA-F]{2})*")
_FRACTION_DIGITS = 9
_LENGTH_MAXIMUM = 1024
_ANY_LENGTH = range(1, _LENGTH_MAXIMUM + 1)
_NUMBER_LENGTHS: dict[ValueLength, dict[ValueType, Sequence[int]]] = {
    ValueLength.EXACT: {ValueType.INTEGER: (2, 4, 8), ValueType.FLOAT: (4, 8), ValueType.BOOLEAN: (1,)},
    ValueLength.BOUNDED: {ValueType.INTEGER: (2, 4, 6, 8), ValueType.FLOAT: (4, 8)},
}
"""The lengths that a number may have, where the rule names any."""
_LARGEST: dict[ValueType, dict[int, float]] = {
    ValueType.INTEGER: {2: 0x7FFF, 4: 0x7FFF_FFFF},
    ValueType.FLOAT: {4: 3.4028234663852886e38},
}
"""The largest number of so many octets; the others are as large as any."""


@dataclass(frozen=True, slots=True)
class MiplValue:
    """One value with its MIPL type.

    A string has a character for each octet (Latin-1), whatever its encoding: the module passes octets on.
    """

    type: ValueType
    value: Value

    def tlv(self) -> bytes:
        """Return the value as the octets of a TLV."""
        if isinstance(self.value, str):
            return self.value.encode("latin-1")
        return encode_value(_DATA_TYPES[self.type], self.value)

    def plain(self) -> bytes:
        """Return the value as it goes alone: text, or bare octets if it is opaque."""
        if isinstance(self.value, bytes | str):
            return self.tlv()
        return encode_text(_DATA_TYPES[self.type], self.value)

    @property
    def opaque(self) -> bool:
        """Whether the value goes as content format 42 when it goes alone."""
        return self.type is ValueType.OPAQUE


class ValueTextError(ValueError):
    """The text is no value of its type; the message says what would be."""


def parse_value(kind: ValueType, text: str) -> MiplValue:
    """Return what the host wrote (outer quotes removed) as a value.

    Raises:
        ValueTextError: The text does not fit the type.
    """
    text_or_blank = text if kind is ValueType.STRING else text.strip(" ")
    match kind:
        case ValueType.STRING:
            return MiplValue(kind, text_or_blank)
        case ValueType.OPAQUE | ValueType.HEX_STRING if _HEX.fullmatch(text_or_blank):
            return MiplValue(kind, bytes.fromhex(text_or_blank))
        case ValueType.INTEGER if _INTEGER.fullmatch(text_or_blank) and _fits(int(text_or_blank)):
            return MiplValue(kind, int(text_or_blank))
        case ValueType.FLOAT if _FLOAT.fullmatch(text_or_blank) and math.isfinite(float(text_or_blank)):
            return MiplValue(kind, float(text_or_blank))
        case ValueType.BOOLEAN if text_or_blank in {"0", "1"}:
            return MiplValue(kind, text_or_blank == "1")
        case _:
            raise ValueTextError(f"value {text!r} is no {_EXPECTED[kind]}")


_EXPECTED = {
    ValueType.STRING: "text",
    ValueType.OPAQUE: "even number of hex digits",
    ValueType.INTEGER: "decimal number of at most 64 bits",
    ValueType.FLOAT: "decimal number of a 64-bit float",
    ValueType.BOOLEAN: "0 or 1",
    ValueType.HEX_STRING: "even number of hex digits",
}


def _fits(number: int) -> bool:
    return -(2**63) <= number < 2**63


def parse_measured_value(rule: ValueLength, kind: ValueType, length: int, text: str) -> MiplValue:
    """Return what the host wrote, with the length that it says it has, as a value.

    Raises:
        ValueTextError: The text does not fit the type, or the length does not fit the module's rule.
    """
    value = parse_value(kind, text)
    octets = value.value if isinstance(value.value, bytes | str) else None
    match rule:
        case ValueLength.FREE:
            return value
        case ValueLength.CUTS:
            return value if octets is None else MiplValue(kind, octets[:length])
        case ValueLength.EXACT if octets is not None:
            allowed: Sequence[int] = (len(octets),)
            digits = len(text) if kind is ValueType.OPAQUE else len(octets)
            if digits > _LENGTH_MAXIMUM:
                raise ValueTextError(f"value has {digits} characters; expected at most {_LENGTH_MAXIMUM}")
            if kind is ValueType.OPAQUE and not octets:
                raise ValueTextError("an opaque value has an octet at least")
        case ValueLength.EXACT if length in _LARGEST.get(kind, {}) and not _within(value.value, kind, length):
            raise ValueTextError(f"{text!r} does not fit into {length} octets")
        case ValueLength.BOUNDED if kind is ValueType.OPAQUE and length in _ANY_LENGTH:
            allowed = (len(text) // 2,)
        case ValueLength.BOUNDED if kind is not ValueType.FLOAT and len(text) > length:
            raise ValueTextError(f"len is {length}, but {text!r} has {len(text)} characters")
        case _:
            allowed = _NUMBER_LENGTHS[rule].get(kind, _ANY_LENGTH)
    if length not in allowed:
        expected = f"1 to {_LENGTH_MAXIMUM}" if allowed is _ANY_LENGTH else " or ".join(map(str, allowed))
        raise ValueTextError(f"len is {length}; this module wants {expected} for {text!r}")
    return value


def _within(number: float | str | bytes, kind: ValueType, length: int) -> bool:
    """Whether a number fits into so many octets; of a float the module looks at the upper end only."""
    largest = _LARGEST[kind][length]
    assert isinstance(number, int | float)  # noqa: S101 - only numbers have a largest
    return number <= largest and (kind is ValueType.FLOAT or number >= -largest - 1)


def decode_written(kind: ValueType | None, octets: bytes) -> MiplValue:
    """Return what the platform wrote in a TLV as the type that the host declared, opaque if none fits."""
    if kind is ValueType.STRING:
        return MiplValue(kind, octets.decode("latin-1"))
    if kind is not None:
        with suppress(Lwm2mError):
            return MiplValue(kind, decode_value(_DATA_TYPES[kind], octets))
    return MiplValue(ValueType.OPAQUE, octets)


def decode_written_text(kind: ValueType | None, octets: bytes) -> MiplValue:
    """Return what the platform wrote as plain text as the type that the host declared, opaque if none fits."""
    if kind is not None and kind not in {ValueType.OPAQUE, ValueType.HEX_STRING}:
        with suppress(ValueTextError):
            return parse_value(kind, octets.decode("latin-1"))
    return MiplValue(ValueType.HEX_STRING if kind is ValueType.HEX_STRING else ValueType.OPAQUE, octets)


def print_value(value: MiplValue) -> str:
    """Return a value as ``+MIPLWRITE`` prints it, without quotes."""
    match value.value:
        case bool():
            return "1" if value.value else "0"
        case bytes():
            return value.value.hex().upper()
        case int():
            return str(value.value)
        case float():
            return f"{value.value:.{_FRACTION_DIGITS}f}".rstrip("0").rstrip(".")
        case str():
            return value.value
