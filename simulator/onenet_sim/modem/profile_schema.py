"""The JSON Schema of a profile's file, made of the same tables by which the file is read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from enum import Enum
from inspect import cleandoc
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

from onenet_sim.modem.codes import Situation
from onenet_sim.modem.profile import Basis, Family
from onenet_sim.modem.profile_file import (
    ALLOWED,
    COMMAND,
    COMMANDS,
    NUMBER_MAXIMUM,
    PLAIN,
    SECTIONS,
    TABLES,
    profile_names,
)

if TYPE_CHECKING:
    from onenet_sim.journal import Json

_TYPES: Mapping[type, str] = {bool: "boolean", int: "integer", float: "number", str: "string"}
_ATTRIBUTE = re.compile(r"(?m)^    (\w+): (.+(?:\n        .+)*)")


def profile_schema() -> dict[str, Json]:
    """Return the JSON Schema (2020-12) of a profile of one's own, for editors that complete and check TOML."""
    plain: dict[str, Json] = {name: {"type": "string", "minLength": 1} for name in sorted(PLAIN)}
    plain["family"] = {"enum": [family.value for family in Family]}
    plain["inherits"] = {
        "enum": list(profile_names()),
        "description": "The built-in profile that it is based on.",
    }
    situations = {situation.value: _row(int, "errors") for situation in Situation}
    tables: dict[str, Json] = {"errors": _table(situations), "error_names": _numbered_rows()}
    assert set(tables) == set(TABLES)  # noqa: S101 - both are ours
    sections: dict[str, Json] = {name: _section(name, kind) for name, kind in SECTIONS.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "onenet-sim profile",
        **_table({**plain, **sections, **tables}),
    }


def _table(properties: Mapping[str, Json]) -> dict[str, Json]:
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _numbered_rows() -> dict[str, Json]:
    """Return the schema of ``error_names``, whose keys are the numbers of errors."""
    row = _row(str, "error_names")
    return {"type": "object", "propertyNames": {"pattern": "^[0-9]+$"}, "additionalProperties": row}


def _section(section: str, kind: type) -> dict[str, Json]:
    hints = get_type_hints(kind, localns={"Mapping": Mapping, "Situation": Situation})
    told = dict(_ATTRIBUTE.findall(cleandoc(kind.__doc__ or "")))
    rows: dict[str, Json] = {}
    for field in fields(kind):
        row = _row(hints[field.name], f"{section}.{field.name}")
        description = " ".join(told.get(field.name, "").split())
        rows[field.name] = {**row, "description": description} if description else row
    return _table(rows)


def _row(kind: Any, key: str) -> dict[str, Json]:  # noqa: ANN401 - any type of row
    """Return the schema of a row: a value with its source and how sure it is."""
    how = "How you know, such as the board and day of a log."
    source: dict[str, Json] = {"type": "string", "minLength": 1, "description": how}
    basis: dict[str, Json] = {"enum": [basis.value for basis in Basis]}
    properties: dict[str, Json] = {"is": _value(kind, key), "source": source, "basis": basis}
    return {**_table(properties), "required": ["is", "source", "basis"]}


def _value(kind: Any, key: str, *, inner: bool = False) -> dict[str, Json]:  # noqa: ANN401 - as above
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is tuple:
        return {"type": "array", "items": _value(arguments[0], key, inner=True)}
    if origin is Mapping:
        names: dict[str, Json] = {}
        if key in COMMANDS and not inner:
            names = {"propertyNames": {"pattern": f"^(?:{COMMAND.pattern})$"}}
        elif isinstance(arguments[0], type) and issubclass(arguments[0], Enum):
            names = {"propertyNames": {"enum": [member.value for member in arguments[0]]}}
        return {"type": "object", "additionalProperties": _value(arguments[1], key, inner=True), **names}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {"enum": [member.value for member in kind]}
    pattern, expected = ALLOWED.get(key, ("", ""))
    schema: dict[str, Json] = {"type": _TYPES[kind]}
    if kind is str and pattern:
        schema["pattern"] = f"^(?:{pattern})$"
    elif kind in {int, float}:
        schema |= {"minimum": 0, "maximum": NUMBER_MAXIMUM}
    return {**schema, "description": f"It is {expected}."} if expected else schema
