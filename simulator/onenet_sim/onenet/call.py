"""One call of the north-bound API: its parameters, taken apart and checked."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from onenet_sim.lwm2m import Attributes, Lwm2mError, Path
from onenet_sim.onenet.errors import Errno, InvalidParameter, MissingParameter, Refusal
from onenet_sim.onenet.readings import ResourceWrite

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onenet_sim.journal import Json

LONGEST_BODY = 65_536
"""How many octets a request's body may have; more is refused."""

_LARGEST_ID = 65_535
_TIMEOUTS = (5, 40)
_MOST_WRITES = 1_000
_TIME_FORMATS = ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d")


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
class Call:
    """A call's parameters: those of the path, the query and the body."""

    segments: Mapping[str, str]
    query: Mapping[str, str]
    body: Mapping[str, Json]

    def with_body_as_query(self) -> Call:
        """Return the call with the members of its body among its query, which counts first.

        OneNET's pages for observe and the cached read show the parameters in the query and once more as a body.
        """
        given = {name: _spelled(value) for name, value in self.body.items()}
        return Call(self.segments, given | dict(self.query), {})

    def text(self, name: str) -> str:
        """Return a parameter of the query.

        Raises:
            MissingParameter: It is not there.
        """
        found = self.query.get(name)
        if not found:
            raise MissingParameter(name, "it in the query")
        return found

    def number(self, name: str, least: int, most: int, default: int | None = None) -> int:
        """Return a whole number of the query.

        Raises:
            MissingParameter: It is not there, and there is no default.
            InvalidParameter: It is no whole number from ``least`` to ``most``.
        """
        found = self.query.get(name)
        if found is None and default is not None:
            return default
        text = self.text(name)
        number = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(most)) else -1
        if not least <= number <= most:
            raise InvalidParameter(name, f"a whole number from {least} to {most}, not {text[:32]!r}")
        return number

    def timeout(self) -> float | None:
        """Return the ``timeout`` of a command in seconds, or None.

        Raises:
            InvalidParameter: It is not from 5 to 40.
        """
        return float(self.number("timeout", *_TIMEOUTS)) if "timeout" in self.query else None

    def path(self, levels: int) -> Path:
        """Return the path in ``obj_id``, ``obj_inst_id`` and ``res_id``; the first ``levels`` must be there.

        Raises:
            MissingParameter: One of these is not.
            InvalidParameter: One is no number from 0 to 65535, or a resource comes without its instance.
        """
        names = ("obj_id", "obj_inst_id", "res_id")
        ids = [
            self.number(name, 0, _LARGEST_ID)
            for position, name in enumerate(names)
            if position < levels or name in self.query
        ]
        if "res_id" in self.query and "obj_inst_id" not in self.query:
            raise InvalidParameter("res_id", "obj_inst_id beside it")
        return Path(*ids)

    def flag(self, name: str) -> bool:
        """Return whether a parameter says true; anything else is false.

        Raises:
            MissingParameter: It is not there.
        """
        return self.text(name) == "true"

    def moment(self, name: str, now: datetime) -> datetime | None:
        """Return a date and time of the query, in the zone of ``now``.

        Raises:
            InvalidParameter: It is not like ``2018-03-08T17:30:00``.
        """
        text = self.query.get(name)
        if text is None:
            return None
        for form in _TIME_FORMATS:
            try:
                return datetime.strptime(text, form).replace(tzinfo=now.tzinfo)
            except ValueError:
                continue
        raise InvalidParameter(name, f"a time such as 2018-03-08T17:30:00, not {text[:32]!r}")

    def attributes(self) -> Attributes:
        """Return pmin, pmax, gt, lt and st as far as they are given.

        Raises:
            InvalidParameter: One of them is no number.
        """
        given = [f"{name}={self.query[name]}" for name in ("pmin", "pmax", "gt", "lt", "st") if name in self.query]
        try:
            return Attributes.from_query(given)
        except Lwm2mError as error:
            raise InvalidParameter("pmin, pmax, gt, lt, st", str(error)) from error

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

    def mode(self) -> Literal[1, 2]:
        """Return the ``mode`` of a write: 1 replaces the instance's other resources, 2 keeps them.

        Raises:
            MissingParameter: It is not there.
            InvalidParameter: It is neither.
        """
        return 1 if self.number("mode", 1, 2) == 1 else 2

    def instance(self) -> Path:
        """Return the instance that a write is for.

        Raises:
            MissingParameter: ``obj_id`` or ``obj_inst_id`` is not there.
            InvalidParameter: One is no number, or there is a ``res_id`` too.
        """
        path = self.path(2)
        if path.resource_id is not None:
            raise InvalidParameter("res_id", "none in the query; a write names its resources in the body")
        return path

    def writes(self) -> tuple[ResourceWrite, ...]:
        """Return the values of a write's body, ``{"data": [{"res_id": 5750, "val": "abcd"}]}``.

        Raises:
            MissingParameter: A part of it is not there.
            InvalidParameter: A part of it is something else.
        """
        rows = self.member("data", 'a list such as [{"res_id": 5750, "val": "abcd"}]')
        if not isinstance(rows, list):
            raise InvalidParameter("data", f"a list, not {rows!r:.80}")
        if not rows:
            raise MissingParameter("data", "at least one value to write")
        if len(rows) > _MOST_WRITES:
            raise Refusal(
                Errno.LIMIT, "system logic limit", f"data has {len(rows)} values; at most {_MOST_WRITES}"
            )
        return tuple(_write(number, row) for number, row in enumerate(rows))


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
    if kind is not None and (isinstance(kind, bool) or not isinstance(kind, int)):
        raise InvalidParameter(f"data[{number}].type", "1 (opaque, as hex) or 2 (a time in seconds)")
    return ResourceWrite(resource_id, row["val"], kind)
