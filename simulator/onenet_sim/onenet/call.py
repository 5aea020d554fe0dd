"""One call of the north-bound API: what it says, taken apart and checked."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeVar, overload

from onenet_sim.lwm2m import Attributes, Path
from onenet_sim.onenet.errors import InvalidParameter, LimitExceeded, MissingParameter
from onenet_sim.onenet.parameters import (
    ATTRIBUTES,
    IMEI,
    MODE,
    OBJ_ID,
    OBJ_INST_ID,
    PAGE,
    PER_PAGE,
    RES_ID,
    TIMEOUT,
)
from onenet_sim.onenet.readings import ResourceWrite

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from onenet_sim.journal import Json
    from onenet_sim.onenet.parameters import Parameter

T = TypeVar("T")

LONGEST_BODY = 65_536
"""How many octets a request's body may have; more is refused."""

LONGEST_WRITE = 2_048
"""How many octets the ``data`` of a write may have as JSON (OneNET's page); more is refused."""

_LARGEST_ID = 65_535
_LONGEST_NUMBER = 10
_KINDS = (1, 2)


def parse_body(octets: bytes) -> dict[str, Json]:
    """Return the JSON object of a request's body; an empty body is an empty object.

    Raises:
        MissingParameter: It is something else.
    """
    if not octets.strip():
        return {}
    try:
        body = json.loads(octets, parse_constant=_no_number, parse_float=_finite)
        json.dumps(body, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise MissingParameter("body", f"a JSON object; it is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise MissingParameter("body", f"a JSON object, not {type(body).__name__}")
    return body


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:32]} is beyond a 64-bit float")
    return number


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is wanted.

    Attributes:
        number: Its number, from 1.
        length: How many rows a page has.
    """

    number: int
    length: int

    def of(self, rows: Sequence[T]) -> Sequence[T]:
        """Return the rows of the page."""
        return rows[(self.number - 1) * self.length : self.number * self.length]


@dataclass(frozen=True, slots=True)
class Call:
    """A call: the parameters of its path, its query and its body, and the headers of its answer to be."""

    segments: Mapping[str, str]
    query: Mapping[str, str]
    body: Mapping[str, Json]
    headers: dict[str, str] = field(default_factory=dict)

    def with_body_as_query(self) -> Call:
        """Return the call with the members of its body among its query, which counts first."""
        given = {name: _spelled(value) for name, value in self.body.items()}
        return Call(self.segments, given | dict(self.query), {}, self.headers)

    def __contains__(self, parameter: Parameter[object]) -> bool:
        return bool(self.query.get(parameter.name))

    def __getitem__(self, parameter: Parameter[T]) -> T:
        """Return a parameter of the query.

        Raises:
            MissingParameter: It is not there, or empty.
            Refusal: It does not fit; see :meth:`Parameter.read`.
        """
        if parameter not in self:
            raise MissingParameter(parameter.name, "it in the query")
        return parameter.read(self.query[parameter.name])

    @overload
    def get(self, parameter: Parameter[T]) -> T | None: ...
    @overload
    def get(self, parameter: Parameter[T], default: T) -> T: ...

    def get(self, parameter: Parameter[T], default: T | None = None) -> T | None:
        """Return a parameter of the query, or the default if it is not there."""
        if parameter in self:
            return self[parameter]
        return default

    def moment(self, parameter: Parameter[datetime], now: datetime) -> datetime | None:
        """Return a date and time of the query in the zone of ``now``, or None."""
        found = self.get(parameter)
        return None if found is None else found.replace(tzinfo=now.tzinfo)

    @property
    def timeout(self) -> float | None:
        """The ``timeout`` of a command in seconds, or None."""
        return self.get(TIMEOUT)

    @property
    def path(self) -> Path:
        """The path in ``obj_id``, ``obj_inst_id`` and ``res_id``, as far as they are given.

        Raises:
            InvalidParameter: A resource comes without its instance.
        """
        if RES_ID in self and OBJ_INST_ID not in self:
            raise InvalidParameter("res_id", "obj_inst_id beside it")
        return Path(self[OBJ_ID], self.get(OBJ_INST_ID), self.get(RES_ID))

    @property
    def attributes(self) -> Attributes:
        """The attributes pmin, pmax, gt, lt and st, as far as they are given."""
        return Attributes.from_query(self[each] for each in ATTRIBUTES if each in self)

    @property
    def mode(self) -> Literal[1, 2]:
        """The ``mode`` of a write: 1 replaces the instance's other resources, 2 keeps them."""
        return 1 if self[MODE] == 1 else 2

    def page(self, length: int) -> Page:
        """Return the page in ``page`` and ``per_page``; the first and of this length if they are not given."""
        return Page(self.get(PAGE, 1), self.get(PER_PAGE, length))

    @property
    def shown_query(self) -> dict[str, Json]:
        """The query as OneNET's logs and histories show it: numbers as numbers, but the IMEI as text."""
        return {
            name: int(text) if name != IMEI.name and _is_number(text) else text
            for name, text in self.query.items()
        }

    def member(self, name: str, expected: str) -> Json:
        """Return a member of the body.

        Raises:
            MissingParameter: It is not there.
        """
        if name not in self.body:
            raise MissingParameter(name, f"{expected} in the body")
        return self.body[name]

    def string(self, name: str) -> str:
        """Return a member of the body that must be text and not empty.

        Raises:
            MissingParameter: It is not there.
            InvalidParameter: It is something else.
        """
        found = self.member(name, "text")
        if not isinstance(found, str) or not found:
            raise InvalidParameter(name, f"text, not {found!r:.80}")
        return found

    def arguments(self) -> str:
        """Return the ``args`` of an execute's body; empty if there are none.

        Raises:
            InvalidParameter: They are no text.
        """
        found = self.body.get("args", "")
        if not isinstance(found, str):
            raise InvalidParameter("args", f"text, not {found!r:.80}")
        return found

    def writes(self) -> tuple[ResourceWrite, ...]:
        """Return the values of a write's body, ``{"data": [{"res_id": 5750, "val": "abcd"}]}``.

        Raises:
            MissingParameter: A part of it is not there.
            InvalidParameter: A part of it is something else.
            LimitExceeded: It is too long.
        """
        rows = self.member("data", 'a list such as [{"res_id": 5750, "val": "abcd"}]')
        if not isinstance(rows, list):
            raise InvalidParameter("data", f"a list, not {rows!r:.80}")
        if not rows:
            raise MissingParameter("data", "at least one value to write")
        octets = len(json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode())
        if octets > LONGEST_WRITE:
            raise LimitExceeded(f"data has {octets:,} octets; at most {LONGEST_WRITE:,}")
        return tuple(_write(number, row) for number, row in enumerate(rows))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER


def _spelled(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _write(number: int, row: Json) -> ResourceWrite:
    if not isinstance(row, dict):
        raise InvalidParameter(f"data[{number}]", f"an object with res_id and val, not {row!r:.80}")
    for name in ("res_id", "val"):
        if name not in row:
            raise MissingParameter(f"data[{number}].{name}", "res_id and val in each value")
    resource_id, kind = row["res_id"], row.get("type")
    if isinstance(resource_id, bool) or not isinstance(resource_id, int) or not 0 <= resource_id <= _LARGEST_ID:
        raise InvalidParameter(f"data[{number}].res_id", f"a number from 0 to {_LARGEST_ID}")
    if kind is not None and (isinstance(kind, bool) or kind not in _KINDS):
        raise InvalidParameter(f"data[{number}].type", "1 (opaque, as hex) or 2 (a time in seconds)")
    return ResourceWrite(resource_id, row["val"], kind)
