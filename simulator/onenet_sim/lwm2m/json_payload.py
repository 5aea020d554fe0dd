"""A JSON payload: read from the path that was asked for, as plain text of each resource; and written.

``{"bn":"/3303/0/","e":[{"n":"5700","v":25.5},{"n":"5701","sv":"Cel"}]}``: a base name, and an entry for each
value, whose name goes on where the base name ends. Source: OMA LwM2M TS 1.0.2 section 6.4.4.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, TypeAlias

from onenet_sim.lwm2m.errors import Lwm2mError
from onenet_sim.lwm2m.path import Path
from onenet_sim.lwm2m.payload import ResourceValue

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from onenet_sim.lwm2m.values import Value

_Json: TypeAlias = "str | bool | _Number | list[_Json] | dict[str, _Json] | None"

_RESOURCE_LEVELS = 3
_VALUE_KEYS = ("v", "sv", "bv", "ov")


class _Number(str):
    """A number as the payload writes it."""

    __slots__ = ()


def decode_json_payload(path: Path, octets: bytes) -> tuple[ResourceValue, ...]:
    """Return what a JSON payload says about ``path``, in its order; the octets are those of content format 0.

    The path is what was read or observed: an object, an instance or a resource. Without a base name, names go on
    from that path. A base name may lack its last slash, as some clients write it.

    Raises:
        Lwm2mError: The payload is not such JSON, or speaks of something outside ``path``.
    """
    try:
        document: _Json = json.loads(octets, parse_int=_Number, parse_float=_Number, parse_constant=_Number)
    except (ValueError, RecursionError) as error:
        raise Lwm2mError(f"the payload is no JSON: {error}") from error
    if not isinstance(document, dict) or not isinstance(entries := document.get("e"), list):
        raise Lwm2mError('the JSON is no object with a list "e" of values')
    base = document.get("bn", str(path))
    if not _is_text(base):
        raise Lwm2mError('the base name "bn" is no text')
    return tuple(_value(path, base, entry) for entry in entries)


def encode_json_payload(instance: Path, values: Iterable[tuple[int, Value]]) -> bytes:
    """Return the JSON of an object instance's resources; opaque octets are text in base64.

    Letters beyond ASCII stand as they are, since small parsers know no escapes.

    Raises:
        Lwm2mError: A number is not finite, which JSON cannot say.
    """
    entries = [{"n": str(resource_id), **_member(value)} for resource_id, value in values]
    document = {"bn": f"{instance}/", "e": entries}
    try:
        return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except ValueError as error:
        raise Lwm2mError(f"JSON has no such number: {error}") from error


def _member(value: Value) -> dict[str, str | int | float | bool]:
    match value:
        case bool():
            return {"bv": value}
        case int() | float():
            return {"v": value}
        case bytes():
            return {"sv": base64.b64encode(value).decode()}
        case str():
            return {"sv": value}


def _is_text(value: _Json) -> bool:
    return isinstance(value, str) and not isinstance(value, _Number)


def _value(path: Path, base: _Json, entry: _Json) -> ResourceValue:
    if not isinstance(entry, dict):
        raise Lwm2mError(f'an entry of "e" is no object: {entry!r:.40}')
    name = entry.get("n", "")
    if not _is_text(name):
        raise Lwm2mError(f'the name "n" of an entry is no text: {name!r:.40}')
    segments = [each for each in f"{base}/{name}".split("/") if each]
    resource = Path.from_segments(segments[:_RESOURCE_LEVELS])
    if resource.resource_id is None or len(segments) > _RESOURCE_LEVELS + 1:
        raise Lwm2mError(f"{'/'.join(segments)[:40]} names no resource")
    if not path.contains(resource):
        raise Lwm2mError(f"the payload of {path} speaks of resource {resource}")
    instance = Path.parse(segments[-1]).object_id if len(segments) > _RESOURCE_LEVELS else None
    return ResourceValue(resource, _text(resource, entry), instance)


def _text(resource: Path, entry: Mapping[str, _Json]) -> bytes:
    given = [(key, entry[key]) for key in _VALUE_KEYS if key in entry]
    match given:
        case [("v", _Number() as number)]:
            return number.encode()
        case [("sv" | "ov", str() as text)] if not isinstance(text, _Number):
            return text.encode(errors="replace")
        case [("bv", bool() as truth)]:
            return b"1" if truth else b"0"
    raise Lwm2mError(f"{resource} needs one of v (a number), sv (text), bv (true or false), ov, not {given!r:.60}")
