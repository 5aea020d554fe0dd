"""Values between devices and applications: typed by OneNET's own table of objects."""

from __future__ import annotations

import math
from contextlib import suppress
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
    decode_json_payload,
    decode_text,
    decode_tlv_payload,
    decode_value,
    encode_json_payload,
    encode_tlv,
    encode_value,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from onenet_sim.journal import Json
    from onenet_sim.lwm2m import ObjectTable, Path, Value

PointValue: TypeAlias = "str | int | float | bool | tuple[int, ...] | Mapping[str, float]"
"""A value as an application sees it; opaque octets are a tuple of byte numbers, a position has lon and lat."""

_POSITIONS = MappingProxyType({6: (0, 1), 3336: (5513, 5514)})
"""Latitude and longitude in the objects that have them."""

_PLAIN = (ContentFormat.TEXT, ContentFormat.TEXT_1541)
_OCTETS = (ContentFormat.OPAQUE, ContentFormat.OPAQUE_1544)
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


def by_instance(readings: Iterable[Reading], *, as_hex: bool = False) -> list[Json]:
    """Return readings as the API shows them; with ``as_hex`` opaque octets are hex digits, not byte numbers.

    One reading gives ``[{"obj_inst_id": 0, "res": [{"res_id": 5700, "val": 25.5}]}]``.
    """
    instances: dict[Path, dict[int, dict[str, Json]]] = {}
    for reading in readings:
        resource_id = reading.path.resource_id or 0
        resources = instances.setdefault(reading.path.instance, {})
        resource = resources.setdefault(resource_id, {"res_id": resource_id})
        value = shown_value(reading.value, as_hex=as_hex)
        if reading.resource_instance is None:
            resource["val"] = value
        else:
            listed = resource.get("res_inst", [])
            row = {"res_inst_id": reading.resource_instance, "val": value}
            resource["res_inst"] = [*(listed if isinstance(listed, list) else []), row]
    return [
        {"obj_inst_id": instance.instance_id, "res": list(resources.values())}
        for instance, resources in instances.items()
    ]


def shown_value(value: PointValue, *, as_hex: bool = False) -> Json:
    """Return a value as JSON has it."""
    if isinstance(value, tuple):
        return bytes(value).hex() if as_hex else list(value)
    return value


def positions(readings: Iterable[Reading]) -> list[Mapping[str, float]]:
    """Return where the device is, once for each instance of object 6 or 3336 that tells both coordinates."""
    told: dict[Path, dict[int, float]] = {}
    for reading in readings:
        if reading.path.resource_id in _POSITIONS.get(reading.path.object_id, ()):
            with suppress(ValueError):  # 3336 tells them as text, which may be anything
                coordinate = float(str(reading.value))
                told.setdefault(reading.path.instance, {})[reading.path.resource_id or 0] = coordinate
    found: list[Mapping[str, float]] = []
    for instance, coordinates in told.items():
        latitude, longitude = (coordinates.get(each, math.nan) for each in _POSITIONS[instance.object_id])
        if math.isfinite(latitude) and math.isfinite(longitude):
            found.append({"lon": longitude, "lat": latitude})
    return found


def read_payload(table: ObjectTable, path: Path, content_format: int | None, octets: bytes) -> tuple[Reading, ...]:
    """Return what a payload says about ``path``.

    TLV (1542 and 11542), JSON (1543 and 11543), plain text (0 and 1541) and opaque (42 and 1544) are understood;
    the latter two need the path of a resource. A payload without a format is text at a resource, and TLV above it.

    Raises:
        Lwm2mError: The payload is in another format, malformed, or about something else.
    """
    if content_format is None and path.resource_id is None:
        content_format = ContentFormat.TLV
    if content_format in {ContentFormat.TLV, ContentFormat.TLV_1542}:
        return tuple(
            _typed(table, each, lambda octets, kind: decode_value(kind, octets))
            for each in decode_tlv_payload(path, octets)
        )
    if content_format in {ContentFormat.JSON, ContentFormat.JSON_1543}:
        return tuple(_from_json(table, each) for each in decode_json_payload(path, octets))
    if content_format not in {None, *_PLAIN, *_OCTETS}:
        raise Lwm2mError(f"content format {int(content_format or 0)}; expected 0, 42, 1542, 1543, 11542 or 11543")
    if path.resource_id is None:
        if octets:
            raise Lwm2mError(f"content format {int(content_format or 0)} for {path}; expected TLV (1542 or 11542)")
        return ()
    value = ResourceValue(path, octets)
    if content_format in _OCTETS:
        return (Reading(path, tuple(octets)),)
    return (_typed(table, value, _decode_plain),)


def _from_json(table: ObjectTable, value: ResourceValue) -> Reading:
    """Type a value of JSON; it is base64 where the table has an opaque resource, and may be text elsewhere."""
    known = table.resource(value.path.object_id, value.path.resource_id or 0)
    return _typed(table, value, _decode_base64 if known else _decode_plain)


def _decode_base64(octets: bytes, kind: DataType) -> Value:
    return decode_text(kind, octets)


def _decode_plain(octets: bytes, kind: DataType) -> Value:
    """Return the value of plain text; modules send opaque octets as they are, not as base64."""
    return octets if kind is DataType.OPAQUE else decode_text(kind, octets)


def _typed(table: ObjectTable, value: ResourceValue, decode: Callable[[bytes, DataType], Value]) -> Reading:
    data_type = table.data_type(value.path)
    numbers = tuple(value.octets)
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
    return encode_tlv(_entries(table, instance, writes))


def json_payload(table: ObjectTable, instance: Path, writes: Iterable[ResourceWrite]) -> bytes:
    """Return the JSON that writes these values into an object instance, or creates it.

    Raises:
        Lwm2mError: A value does not fit its resource; the text says which and what would.
    """
    encoded = _encoded(table, instance, writes)
    return encode_json_payload(instance, ((each, decode_value(kind, octets)) for each, kind, octets in encoded))


def create_payload(table: ObjectTable, path: Path, writes: Iterable[ResourceWrite]) -> bytes:
    """Return the TLV that creates an object instance with these values.

    Of an object the resources stand by themselves, and its device chooses the number of the instance.

    Raises:
        Lwm2mError: A value does not fit its resource; the text says which and what would.
    """
    if path.instance_id is None:
        return encode_tlv(_entries(table, path.child(0), writes))
    return encode_tlv([Tlv(TlvKind.OBJECT_INSTANCE, path.instance_id, _entries(table, path, writes))])


def _entries(table: ObjectTable, instance: Path, writes: Iterable[ResourceWrite]) -> tuple[Tlv, ...]:
    encoded = _encoded(table, instance, writes)
    return tuple(Tlv(TlvKind.RESOURCE, resource_id, octets) for resource_id, _, octets in encoded)


def _encoded(
    table: ObjectTable, instance: Path, writes: Iterable[ResourceWrite]
) -> Iterator[tuple[int, DataType, bytes]]:
    for write in writes:
        definition = table.resource(instance.object_id, write.resource_id)
        kind = definition.data_type if definition else _natural_type(write)
        try:
            yield write.resource_id, kind, encode_value(kind, _wanted(kind, write))
        except Lwm2mError as error:
            path = instance.child(write.resource_id)
            raise Lwm2mError(f"{path} is {kind}, and val is {write.value!r:.80}: {error}") from error


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
        case DataType.BOOLEAN, 0 | 1 as truth:  # lamps on OneNET are switched so
            return bool(truth)
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
