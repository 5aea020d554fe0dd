"""Values between devices and applications: typed by OneNET's own table of objects."""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from onenet_sim.lwm2m import (
    ContentFormat,
    DataType,
    Lwm2mError,
    ResourceValue,
    Tlv,
    TlvKind,
    decode_text,
    decode_tlv_payload,
    decode_value,
    encode_tlv,
    encode_value,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from onenet_sim.journal import Json
    from onenet_sim.lwm2m import ObjectTable, Path, Value

PointValue: TypeAlias = str | int | float | bool | tuple[int, ...]
"""A value as an application sees it; opaque octets are a tuple of byte numbers."""

_WRITE_OPAQUE = 1
_KINDS = MappingProxyType({_WRITE_OPAQUE: DataType.OPAQUE, 2: DataType.TIME})
_JSON_TYPES = MappingProxyType(
    {bool: DataType.BOOLEAN, int: DataType.INTEGER, float: DataType.FLOAT, str: DataType.STRING}
)


@dataclass(frozen=True, slots=True)
class Reading:
    """The value of one resource, or of one instance of a multiple resource.

    Attributes:
        path: The resource.
        value: Its value by the platform's table; byte numbers for what the table does not have.
        resource_instance: Which instance of a multiple resource.
        problem: Why the octets do not fit the declared type, if so; the value is then their byte numbers.
    """

    path: Path
    value: PointValue
    resource_instance: int | None = None
    problem: str = ""

    @property
    def stream(self) -> str:
        """The name of the data stream: ``3303_0_5700``."""
        return "_".join(self.path.segments)


@dataclass(frozen=True, slots=True)
class ResourceWrite:
    """A value that an application writes to a resource.

    Attributes:
        resource_id: The resource.
        value: The value, as it came in JSON.
        kind: The API's ``type``: 1 for opaque octets as hex, 2 for a time in seconds.
    """

    resource_id: int
    value: Json
    kind: int | None = None


def read_payload(table: ObjectTable, path: Path, content_format: int | None, octets: bytes) -> tuple[Reading, ...]:
    """Return what a payload says about ``path``.

    TLV (1542 and 11542), plain text (0 or no format) and opaque (42) are understood; the latter two need
    the path of a resource.

    Raises:
        Lwm2mError: The payload is in another format, malformed, or about something else.
    """
    if content_format in {ContentFormat.TLV, ContentFormat.TLV_1542}:
        return tuple(
            _typed(table, each, lambda octets, kind: decode_value(kind, octets))
            for each in decode_tlv_payload(path, octets)
        )
    if content_format not in {None, ContentFormat.TEXT, ContentFormat.OPAQUE}:
        raise Lwm2mError(f"content format {int(content_format or 0)}; expected 0, 42, 1542 or 11542")
    if path.resource_id is None:
        if octets:
            raise Lwm2mError(f"content format {int(content_format or 0)} for {path}; expected TLV (1542 or 11542)")
        return ()
    value = ResourceValue(path, octets)
    if content_format == ContentFormat.OPAQUE:
        return (Reading(path, tuple(octets)),)
    return (_typed(table, value, lambda octets, kind: decode_text(kind, octets)),)


def _typed(table: ObjectTable, value: ResourceValue, decode: Callable[[bytes, DataType], Value]) -> Reading:
    data_type = table.data_type(value.path)
    numbers = tuple(value.octets)
    if data_type is DataType.OPAQUE:
        return Reading(value.path, numbers, value.resource_instance)
    try:
        decoded = decode(value.octets, data_type)
    except Lwm2mError as error:
        return Reading(value.path, numbers, value.resource_instance, str(error))
    if isinstance(decoded, bytes):
        return Reading(value.path, tuple(decoded), value.resource_instance)
    if isinstance(decoded, float) and not math.isfinite(decoded):
        return Reading(value.path, numbers, value.resource_instance, f"{decoded} is no finite number")
    return Reading(value.path, decoded, value.resource_instance)


def write_payload(table: ObjectTable, instance: Path, writes: Iterable[ResourceWrite]) -> bytes:
    """Return the TLV that writes these values into an object instance.

    Raises:
        Lwm2mError: A value does not fit its resource; the text says which and what would.
    """
    return encode_tlv(
        Tlv(TlvKind.RESOURCE, each.resource_id, _octets(table, instance.child(each.resource_id), each))
        for each in writes
    )


def _octets(table: ObjectTable, path: Path, write: ResourceWrite) -> bytes:
    definition = table.resource(path.object_id, write.resource_id)
    data_type = definition.data_type if definition else _natural_type(write)
    try:
        return encode_value(data_type, _wanted(data_type, write))
    except Lwm2mError as error:
        raise Lwm2mError(f"{path} is {data_type}, and val is {write.value!r:.80}: {error}") from error


def _natural_type(write: ResourceWrite) -> DataType:
    """Return the type of a resource that the table does not have: what ``type`` says, else what JSON says."""
    return _KINDS.get(write.kind or 0) or _JSON_TYPES.get(type(write.value), DataType.OPAQUE)


def _wanted(data_type: DataType, write: ResourceWrite) -> Value:
    match data_type, write.value:
        case DataType.OPAQUE, str(text) if write.kind == _WRITE_OPAQUE:
            try:
                return bytes.fromhex(text)
            except ValueError:
                raise Lwm2mError("type 1 needs an even number of hex digits") from None
        case DataType.OPAQUE, str(text):
            try:
                return text.encode()
            except UnicodeEncodeError:
                raise Lwm2mError("expected text that UTF-8 can hold") from None
        case DataType.OPAQUE, list() | tuple():
            return _byte_numbers(write.value)
        case DataType.TIME, float(seconds) if seconds.is_integer():
            return int(seconds)
        case _, str() | bool() | int() | float():
            return write.value
        case _:
            raise Lwm2mError("expected a string, a number, true or false")


def _byte_numbers(value: Json) -> bytes:
    try:
        return bytes(value)  # type: ignore[arg-type] # what is no list of small numbers is refused right here
    except (TypeError, ValueError):
        raise Lwm2mError("expected a list of numbers from 0 to 255") from None
