"""What an application asked of OneNET, where a recording shows only the module's URC.

A request that the platform makes by itself after a login comes by itself in a world too. For any other, the
application calls OneNET's API: this module writes the call as ``@ api`` has it in a session written by hand.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import urlencode

from onenet_sim.testing.sessions.rebinding import NamedLine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from onenet_sim.world import Json

ANNOUNCEMENT: Final = "+MIPLNMI"
"""The URC that tells of a request which the host then fetches."""

FETCHING: Final = "AT+MIPLMGR"
"""The command that fetches it, with or without having been told."""

_REF_AND_MESSAGE_ID: Final = 2
_VALUE_AT: Final = 5
_ABSENT: Final = "-1"
_DEVICE_OBJECT: Final = "3"
_OPAQUE: Final = "2"
_PATH_SIZES: Final = MappingProxyType({"OBSERVE": 4, "DISCOVER": 1})
"""How many fields say what is asked, where they are not object, instance and resource."""

_HEX: Final = re.compile(r"[0-9A-Fa-f]*")


class ValueOf(Protocol):
    """Tells what a resource's value is in JSON."""

    def __call__(self, path: str, text: str, *, as_hex: bool) -> Json:
        """Return what ``text``, or the octets whose hex it is, means at a path such as ``/3306/0/5850``."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request of the platform, as a URC has it.

    Attributes:
        operation: One of :data:`CALLS`.
        message_id: As it was recorded.
        fields: What follows the message id, without quotes and blanks.
    """

    operation: str
    message_id: str
    fields: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Request | None:
        """Return the request that a line shows, or None if it shows none."""
        line = NamedLine.parse(text)
        operation = line.name.removeprefix("+MIPL") if line else ""
        if line is None or operation not in CALLS or len(line.fields) <= _REF_AND_MESSAGE_ID:
            return None
        fields = tuple(each.strip(' "') for each in line.fields)
        return cls(operation, fields[1], fields[_REF_AND_MESSAGE_ID:])

    def asks_as(self, other: Request) -> bool:
        """Return whether another line shows the same operation on the same path, whatever else it shows."""
        size = _PATH_SIZES.get(self.operation, 3)
        return self.operation == other.operation and self.fields[:size] == other.fields[:size]

    @property
    def of_login(self) -> bool:
        """Whether OneNET asks so by itself after a login, so that it may come without anybody's call."""
        return self.operation in {"OBSERVE", "DISCOVER"} or (
            self.operation == "READ" and self.fields[0] == _DEVICE_OBJECT
        )


@dataclass(frozen=True, slots=True)
class _Call:
    method: str
    target: str
    path: Sequence[str]
    query: Mapping[str, str] = field(default_factory=dict)
    body: Json = None


def _read(lines: Sequence[Request], _: ValueOf) -> _Call:
    return _Call("GET", "/nbiot", lines[0].fields[:3])


def _write(lines: Sequence[Request], value_of: ValueOf) -> _Call:
    written = [{"res_id": int(each.fields[2]), "val": _written(each, value_of)} for each in lines]
    return _Call("POST", "/nbiot", lines[0].fields[:2], {"mode": "2"}, {"data": written})


def _written(line: Request, value_of: ValueOf) -> Json:
    """Return a written value; printed without quotes, it may hold commas, and its length says where it ends."""
    data_type, length = line.fields[3:_VALUE_AT]
    rest = ",".join(line.fields[_VALUE_AT:])
    path = "/" + "/".join(line.fields[:3])
    if data_type != _OPAQUE:
        return value_of(path, rest[: int(length)], as_hex=False)
    digits = _HEX.match(rest)
    return value_of(path, digits[0] if digits else "", as_hex=True)


def _execute(lines: Sequence[Request], _: ValueOf) -> _Call:
    path, argument = lines[0].fields[:3], lines[0].fields[3:]
    if not argument:
        return _Call("POST", "/nbiot/execute", path)
    args = ",".join(argument[1:])[: int(argument[0])]  # some manuals print a flag behind it
    return _Call("POST", "/nbiot/execute", path, {}, {"args": args} if args else None)


def _observe(lines: Sequence[Request], _: ValueOf) -> _Call:
    flag, *path = lines[0].fields
    return _Call("POST", "/nbiot/observe", path, {"cancel": "true" if flag == "0" else "false"})


def _discover(lines: Sequence[Request], _: ValueOf) -> _Call:
    return _Call("GET", "/nbiot/discover", lines[0].fields[:1])


def _parameter(lines: Sequence[Request], _: ValueOf) -> _Call:
    """Attributes are written by the call that observes with them."""
    given = (each.strip().partition("=") for each in lines[0].fields[-1].split(";") if "=" in each)
    attributes = {name: value for name, _, value in given}
    return _Call("POST", "/nbiot/observe", lines[0].fields[:3], {"cancel": "false", **attributes})


CALLS: Final[Mapping[str, Callable[[Sequence[Request], ValueOf], _Call]]] = MappingProxyType(
    {
        "READ": _read,
        "WRITE": _write,
        "EXECUTE": _execute,
        "OBSERVE": _observe,
        "DISCOVER": _discover,
        "PARAMETER": _parameter,
    }
)
"""The requests of the platform, each with the call of OneNET's API that leads to it."""


def call_of(lines: Sequence[Request], imei: str, value_of: ValueOf) -> str:
    """Return the call that makes OneNET ask so: method, target and JSON, as ``@ api`` takes it.

    Args:
        lines: The request; a write has a line for each resource.
        imei: The device.
        value_of: Types the written values.

    Raises:
        ValueError: A field is not what it is in such a line, or a written value does not fit its resource.
    """
    call = CALLS[lines[0].operation](lines, value_of)
    path = zip(("obj_id", "obj_inst_id", "res_id"), call.path, strict=False)
    query = {"imei": imei, **{name: number for name, number in path if number != _ABSENT}, **call.query}
    called = f"{call.method} {call.target}?{urlencode(query)}"
    return f"{called} {json.dumps(call.body)}" if call.body else called
