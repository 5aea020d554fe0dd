"""The binary form of object instances and resources: type, identifier, length, value.

An entry begins with one octet: bits 7-6 its kind, bit 5 whether the identifier has 16 bits instead of 8,
bits 4-3 how many octets (0 to 3) hold the length, bits 2-0 the length itself when that is none.

Source: OMA LwM2M TS 1.0.2 section 6.4.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from onenet_sim.lwm2m.errors import Lwm2mError
from onenet_sim.lwm2m.path import MAX_IDENTIFIER

if TYPE_CHECKING:
    from collections.abc import Iterable


class TlvKind(IntEnum):
    """What an entry is; the number is bits 7-6 of its first octet."""

    OBJECT_INSTANCE = 0
    RESOURCE_INSTANCE = 1
    MULTIPLE_RESOURCE = 2
    RESOURCE = 3


# What may stand inside what. No kind contains itself, so entries nest three deep at most.
_TOP_LEVEL = frozenset({TlvKind.OBJECT_INSTANCE, TlvKind.MULTIPLE_RESOURCE, TlvKind.RESOURCE})
_INSIDE: dict[TlvKind, frozenset[TlvKind]] = {
    TlvKind.OBJECT_INSTANCE: frozenset({TlvKind.MULTIPLE_RESOURCE, TlvKind.RESOURCE}),
    TlvKind.MULTIPLE_RESOURCE: frozenset({TlvKind.RESOURCE_INSTANCE}),
}

_WIDE_IDENTIFIER = 0x20
_NARROW_IDENTIFIER_MAX = 0xFF
_SHORT_LENGTH_MASK = 0x07
_MAX_LENGTH = 2**24 - 1


@dataclass(frozen=True, slots=True)
class Tlv:
    """One entry: its kind, its identifier (0..65535), and octets or the entries inside it.

    Object instances and multiple resources hold entries; resources and resource instances hold octets.

    Raises:
        Lwm2mError: the identifier is out of range, or the value is not what the kind holds.
    """

    kind: TlvKind
    id: int
    value: bytes | tuple[Tlv, ...]

    def __post_init__(self) -> None:
        if not 0 <= self.id <= MAX_IDENTIFIER:
            raise Lwm2mError(f"TLV identifier {self.id} is outside 0..{MAX_IDENTIFIER}")
        if isinstance(self.value, bytes) == (self.kind in _INSIDE):
            holds = "entries" if self.kind in _INSIDE else "octets"
            raise Lwm2mError(f"a TLV {_name(self.kind)} holds {holds}")
        if not isinstance(self.value, bytes):
            for entry in self.value:
                if entry.kind not in _INSIDE[self.kind]:
                    raise Lwm2mError(f"a TLV {_name(entry.kind)} cannot stand in {_name(self.kind)}")


def encode_tlv(entries: Iterable[Tlv]) -> bytes:
    """Return the octets of these entries, each with the shortest identifier and length that hold it.

    Raises:
        Lwm2mError: a value is longer than 2^24 - 1 octets, or a resource instance stands by itself.
    """
    octets = bytearray()
    for entry in entries:
        if entry.kind not in _TOP_LEVEL:
            raise Lwm2mError(f"a TLV {_name(entry.kind)} cannot stand by itself")
        octets += _encode_entry(entry)
    return bytes(octets)


def kind_of(octets: bytes) -> TlvKind | None:
    """Return what the first entry of a TLV payload is; None for an empty one."""
    return TlvKind(octets[0] >> 6) if octets else None


def decode_tlv(octets: bytes, *, inside: TlvKind | None = None) -> tuple[Tlv, ...]:
    """Return the entries of a TLV payload, in its order; none for an empty one.

    The entries stand by themselves, or ``inside`` an entry of that kind, whose own header is not there.
    Longer forms of identifier and length than needed are understood.

    Raises:
        Lwm2mError: an entry is cut short, or stands where its kind may not; the message gives the offset.
    """
    allowed = _TOP_LEVEL if inside is None else _INSIDE[inside]
    return _decode_entries(octets, 0, len(octets), allowed)


def _encode_entry(entry: Tlv) -> bytes:
    value = entry.value if isinstance(entry.value, bytes) else b"".join(map(_encode_entry, entry.value))
    length = len(value)
    if length > _MAX_LENGTH:
        raise Lwm2mError(f"TLV {_name(entry.kind)} {entry.id} has {length} octets; {_MAX_LENGTH} is the most")
    length_size = 0 if length <= _SHORT_LENGTH_MASK else (length.bit_length() + 7) // 8
    wide = entry.id > _NARROW_IDENTIFIER_MAX
    first = entry.kind << 6 | wide * _WIDE_IDENTIFIER | length_size << 3
    if length_size == 0:
        return bytes((first | length,)) + entry.id.to_bytes(1 + wide, "big") + value
    return bytes((first,)) + entry.id.to_bytes(1 + wide, "big") + length.to_bytes(length_size, "big") + value


def _decode_entries(octets: bytes, start: int, end: int, allowed: frozenset[TlvKind]) -> tuple[Tlv, ...]:
    entries = []
    offset = start
    while offset < end:
        entry, offset = _decode_entry(octets, offset, end, allowed)
        entries.append(entry)
    return tuple(entries)


def _decode_entry(octets: bytes, start: int, end: int, allowed: frozenset[TlvKind]) -> tuple[Tlv, int]:
    first = octets[start]
    kind = TlvKind(first >> 6)
    if kind not in allowed:
        expected = " or ".join(_name(each) for each in sorted(allowed))
        raise Lwm2mError(f"TLV at offset {start}: {_name(kind)} found where only {expected} may stand")
    id_size = 2 if first & _WIDE_IDENTIFIER else 1
    length_size = first >> 3 & 0x03
    value_start = start + 1 + id_size + length_size
    if value_start > end:
        raise Lwm2mError(f"TLV at offset {start}: header of {value_start - start} octets, {end - start} are left")
    identifier = int.from_bytes(octets[start + 1 : start + 1 + id_size], "big")
    length = int.from_bytes(octets[start + 1 + id_size : value_start], "big")
    if length_size == 0:
        length = first & _SHORT_LENGTH_MASK
    value_end = value_start + length
    if value_end > end:
        raise Lwm2mError(f"TLV at offset {start}: value of {length} octets, {end - value_start} are left")
    if kind not in _INSIDE:
        return Tlv(kind, identifier, bytes(octets[value_start:value_end])), value_end
    inner = _decode_entries(octets, value_start, value_end, _INSIDE[kind])
    return Tlv(kind, identifier, inner), value_end


def _name(kind: TlvKind) -> str:
    return kind.name.lower().replace("_", " ")
