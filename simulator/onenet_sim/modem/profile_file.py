"""Reads profiles: TOML files whose rows carry a value, its source and how sure it is.

A file may inherit from another one and then holds only what differs. Tables such as ``errors`` are merged
key by key.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from enum import Enum
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

from onenet_sim.modem.codes import Situation
from onenet_sim.modem.profile import (
    Basis,
    Blanks,
    Boot,
    CoapHabits,
    Family,
    General,
    Label,
    Lifetimes,
    MiplHabits,
    PaceTable,
    Profile,
    Row,
    SerialLine,
)

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_SECTIONS: dict[str, type] = {
    "label": Label,
    "line": SerialLine,
    "blanks": Blanks,
    "boot": Boot,
    "pace": PaceTable,
    "coap": CoapHabits,
    "mipl": MiplHabits,
    "lifetime": Lifetimes,
    "general": General,
}
_TABLES = {"errors": int, "error_names": str}
_PLAIN = {"name", "title", "family", "inherits"}
_ROW_KEYS = {"is", "source", "basis"}


class ProfileError(ValueError):
    """A profile file is wrong: the message names the file, the key and what would be right."""


def profile_names() -> tuple[str, ...]:
    """Return the names of the built-in profiles, the default first."""
    names = sorted(
        file.name.removesuffix(".toml")
        for file in _folder().iterdir()
        if file.name.endswith(".toml") and file.name != "sources.toml"
    )
    return ("onemo", *(name for name in names if name != "onemo"))


@cache
def load_profile(name: str) -> Profile:
    """Return a built-in profile.

    Raises:
        ProfileError: There is none of that name; the message lists those there are.
    """
    if name not in profile_names():
        raise ProfileError(f"no profile is named {name!r}; there are {', '.join(profile_names())}")
    return _build(name, *_gather(name))


@cache
def sources() -> Mapping[str, str]:
    """Return what each source key stands for."""
    text = (_folder() / "sources.toml").read_text(encoding="utf-8")
    return {key: str(value) for key, value in tomllib.loads(text).items()}


def _folder() -> Traversable:
    return resources.files("onenet_sim.modem") / "profiles"


def _gather(name: str, heirs: tuple[str, ...] = ()) -> tuple[dict[str, Any], dict[str, Row]]:
    """Return the plain keys and all rows of a file, its parent's where it has none of its own."""
    file = f"{name}.toml"
    heirs = heirs or (name,)
    text = (_folder() / file).read_text(encoding="utf-8")
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"{file}: {error}") from None
    plain: dict[str, Any] = {}
    rows: dict[str, Row] = {}
    if "inherits" in document:
        parent = str(document["inherits"])
        if parent not in profile_names() or parent in heirs:
            raise ProfileError(f"{file}: inherits is {parent!r}; expected another profile's name, not in a circle")
        plain, rows = _gather(parent, (*heirs, parent))
    for key, content in document.items():
        if key in _PLAIN:
            plain[key] = _text(file, key, content)
        elif (key in _SECTIONS or key in _TABLES) and not isinstance(content, dict):
            raise ProfileError(f"{file}: {key} must be a table of rows")
        elif key in _SECTIONS or key in _TABLES:
            for inner, row in content.items():
                rows[f"{key}.{inner}"] = _row(file, f"{key}.{inner}", row)
        else:
            known = ", ".join(sorted({*_PLAIN, *_SECTIONS, *_TABLES}))
            raise ProfileError(f"{file}: unknown key {key!r}; known are {known}")
    return plain, rows


def _text(file: str, key: str, content: object) -> str:
    if isinstance(content, str) and content:
        return content
    raise ProfileError(f"{file}: {key} is {content!r}; expected a text")


def _row(file: str, key: str, content: object) -> Row:
    if not isinstance(content, dict) or content.keys() != _ROW_KEYS:
        raise ProfileError(f"{file}: {key} must be a table with exactly the keys is, source and basis")
    source = str(content["source"])
    if re.split(r"[ :;,]", source)[0] not in sources():
        raise ProfileError(f"{file}: {key} names the source {source!r}, which sources.toml does not have")
    try:
        return Row(content["is"], source, Basis(content["basis"]))
    except ValueError:
        expected = ", ".join(Basis)
        raise ProfileError(f"{file}: {key}.basis is {content['basis']!r}; expected {expected}") from None


def _build(name: str, plain: dict[str, Any], rows: dict[str, Row]) -> Profile:
    file = f"{name}.toml"
    known = {f"{section}.{field.name}" for section, kind in _SECTIONS.items() for field in fields(kind)}
    for key in rows:
        if key not in known and key.split(".")[0] not in _TABLES:
            raise ProfileError(f"{file}: unknown key {key!r}")
    for key in ("title", "family", *(f"errors.{situation.value}" for situation in Situation)):
        if key not in plain and key not in rows:
            raise ProfileError(f"{file}: {key} is missing, here and in what the file inherits from")
    sections: dict[str, Any] = {
        section: _section(file, section, kind, rows) for section, kind in _SECTIONS.items()
    }
    tables = {
        table: {
            key.removeprefix(f"{table}."): _convert(file, key, kind, row.value)
            for key, row in rows.items()
            if key.startswith(f"{table}.")
        }
        for table, kind in _TABLES.items()
    }
    return Profile(
        name=name,
        title=plain["title"],
        family=_convert(file, "family", Family, plain["family"]),
        rows=rows,
        **{**sections, **tables},
    )


def _section(file: str, section: str, kind: type, rows: dict[str, Row]) -> Any:  # noqa: ANN401 - any section
    hints = get_type_hints(kind, localns={"Mapping": Mapping})
    values = {}
    for field in fields(kind):
        key = f"{section}.{field.name}"
        if key not in rows:
            raise ProfileError(f"{file}: {key} is missing, here and in what the file inherits from")
        values[field.name] = _convert(file, key, hints[field.name], rows[key].value)
    return kind(**values)


def _convert(file: str, key: str, kind: Any, value: Any) -> Any:  # noqa: ANN401 - any type of row
    """Return a TOML value as the type that its row must have."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is tuple and isinstance(value, list):
        return tuple(_convert(file, key, arguments[0], item) for item in value)
    if origin is Mapping and isinstance(value, dict):
        return {name: _convert(file, f"{key}.{name}", arguments[1], item) for name, item in value.items()}
    if isinstance(kind, type) and issubclass(kind, Enum):
        try:
            return kind(value)
        except ValueError:
            expected = ", ".join(str(member.value) for member in kind)
            raise ProfileError(f"{file}: {key} is {value!r}; expected {expected}") from None
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is kind:
        return value
    wanted = getattr(kind, "__name__", kind)
    raise ProfileError(f"{file}: {key} is {value!r}; expected {wanted}")
