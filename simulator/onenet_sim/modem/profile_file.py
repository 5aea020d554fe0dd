"""Reads profiles: TOML files whose rows carry a value, its source and how sure it is.

A file may inherit from a built-in one and then holds only what differs. Tables such as ``errors`` are merged
key by key. A built-in file is known by its profile's name and must take its sources from ``sources.toml``; a
user's own is known by its path and may name any source.
"""

from __future__ import annotations

import math
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from enum import Enum
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

from onenet_sim.modem.codes import MiplEvent, Situation
from onenet_sim.modem.grammar import Grammar
from onenet_sim.modem.login_habits import CoapHabits, Lifetimes
from onenet_sim.modem.mipl_habits import FirmwareHabits, MiplHabits
from onenet_sim.modem.profile import (
    Basis,
    Blanks,
    Boot,
    Family,
    General,
    Label,
    PaceTable,
    Profile,
    Row,
    SerialLine,
)
from onenet_sim.modem.radio_habits import RadioHabits, SleepHabits
from onenet_sim.modem.request_habits import RequestHabits
from onenet_sim.modem.socket_habits import SocketHabits
from onenet_sim.toml_file import TomlError, TomlFile

if TYPE_CHECKING:
    from collections.abc import Collection
    from importlib.resources.abc import Traversable

SECTIONS: dict[str, type] = {
    "label": Label,
    "line": SerialLine,
    "blanks": Blanks,
    "boot": Boot,
    "pace": PaceTable,
    "radio": RadioHabits,
    "sleep": SleepHabits,
    "coap": CoapHabits,
    "mipl": MiplHabits,
    "requests": RequestHabits,
    "firmware": FirmwareHabits,
    "grammar": Grammar,
    "lifetime": Lifetimes,
    "general": General,
    "sockets": SocketHabits,
}
TABLES = {"errors": int, "error_names": str}
PLAIN = {"name", "title", "family", "inherits"}
_ROW_KEYS = {"is", "source", "basis"}
_ROW_EXAMPLE = '{ is = …, source = "…", basis = "doc|code|log|inferred" }'
_EXPECTED = "a profile"
_PART_OF_VALUE = 3
NUMBER_MAXIMUM = 0xFFFFFFFF
_TYPE_NAMES = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}
COMMAND = re.compile(r"[+*^$#%][A-Z0-9!%./:_-]+[?=]?")
COMMANDS = {
    "boot.restarts",
    "general.iccid",
    "general.canned",
    "general.remembered",
    "sleep.reports",
    "sleep.locks",
    "grammar.network_errors",
    "grammar.own_errors",
    "grammar.test_forms",
}
ALLOWED = {
    "boot.restarts": (r"(ok|silent)( .+)?", "ok or silent, and behind it what is announced"),
    "coap.query": ("lwm2m|ep|b|lt", "lwm2m, ep, b or lt"),
    "coap.authorizes": (
        "bootstrap|register|update|deregister",
        "bootstrap, register, update or deregister",
    ),
    "coap.retransmissions": ("[0-9]|1[0-9]|20", "0 to 20"),
    "sockets.dns": (r"|\+CMDNS|\+QDNS", "+CMDNS, +QDNS or nothing"),
    "sockets.extras": (r"\+NSOCFG|\+NSONMI|\+NSOSTF", "+NSOCFG, +NSONMI or +NSOSTF"),
    "sockets.maximum": ("[1-9]|1[0-6]", "1 to 16"),
    "sockets.send_maximum": ("[1-9][0-9]{0,3}", "1 to 9999"),
    "sockets.receive_maximum": ("[1-9][0-9]{0,4}", "1 to 99999"),
    "firmware.block": ("16|32|64|128|256|512|1024", "16, 32, 64, 128, 256, 512 or 1024"),
    "requests.attribute_decimals": ("[0-9]", "0 to 9"),
    "requests.attributes": (
        r"(pmin|pmax|lt|gt|st)(; ?(pmin|pmax|lt|gt|st)){4}",
        "pmin, pmax, lt, gt and st with semicolons between them",
    ),
    "mipl.default_host": (r"[A-Za-z0-9.-]+:[1-9][0-9]{0,4}", "a host and its port, such as 183.230.40.39:5683"),
    "mipl.register_timeout_events": (
        "|".join(str(int(event)) for event in MiplEvent),
        "the number of an event",
    ),
}
"""Rows whose values the types alone do not bound: a pattern for each value, and what it means."""

_PART = re.compile(r"\"[^\"]*\"|'[^']*'|[^.\s\"']+")


class ProfileError(ValueError):
    """A profile file is wrong: the message names the file, the line, the key and what would be right."""


def profile_names() -> tuple[str, ...]:
    """Return the names of the built-in profiles, the default first."""
    names = sorted(
        file.name.removesuffix(".toml")
        for file in _folder().iterdir()
        if file.name.endswith(".toml") and file.name != "sources.toml"
    )
    return ("onemo", *(name for name in names if name != "onemo"))


def load_profile(name: str) -> Profile:
    """Return a profile: a built-in one by its name, a user's own by its file's path.

    A path ends in ``.toml`` or holds a separator. Its file is read anew each time, at most 1 MiB of it.

    Raises:
        ProfileError: There is none of that name, or the file is wrong. The message lists the names, or says
            which line of which file, and what would be right.
    """
    if name.endswith(".toml") or "/" in name or os.sep in name:
        path = Path(name).expanduser()
        try:
            toml = TomlFile.read(path, name, _EXPECTED)
        except TomlError as error:
            raise ProfileError(str(error)) from None
        return _build(path.stem, _File(toml))
    return _built_in(name)


@cache
def _built_in(name: str) -> Profile:
    if name not in profile_names():
        known = ", ".join(profile_names())
        raise ProfileError(f"no profile is named {name!r}; there are {known}; a file of your own ends in .toml")
    return _build(name, _built_in_file(name))


@cache
def sources() -> Mapping[str, str]:
    """Return what each source key stands for."""
    text = (_folder() / "sources.toml").read_text(encoding="utf-8")
    return {key: str(value) for key, value in tomllib.loads(text).items()}


def _folder() -> Traversable:
    return resources.files("onenet_sim.modem") / "profiles"


def _built_in_file(name: str) -> _File:
    label = f"{name}.toml"
    text = (_folder() / label).read_text(encoding="utf-8")
    return _File(TomlFile(label, text, _EXPECTED), sources())


@dataclass(frozen=True)
class _File:
    """A profile's file.

    Attributes:
        toml: What it holds.
        known_sources: The keys that a row's source may begin with; empty allows any text.
    """

    toml: TomlFile
    known_sources: Collection[str] = ()

    def fault(self, key: str, what: str) -> ProfileError:
        """Return the error about a key, with the line where the key, or the nearest thing above it, stands."""
        return ProfileError(f"{self.toml.where(_parts(key))}: {what}")

    def document(self) -> dict[str, Any]:
        """Return what the file holds."""
        try:
            return self.toml.document()
        except TomlError as error:
            raise ProfileError(str(error)) from None


def _parts(key: str) -> tuple[str, ...]:
    """Return where a dotted key stands in its file: a part of a row's value stands below ``is``."""
    parts = tuple(part.strip("\"'") for part in _PART.findall(key))
    if len(parts) == _PART_OF_VALUE and parts[2] not in _ROW_KEYS:
        return (*parts[:2], "is", parts[2])
    return parts


@dataclass(frozen=True, slots=True)
class _Placed:
    """A row and the file that it stands in."""

    row: Row
    file: _File


def _gather(file: _File, heirs: tuple[str, ...] = ()) -> tuple[dict[str, str], dict[str, _Placed]]:
    """Return the plain keys and all rows of a file, its parent's where it has none of its own."""
    document = file.document()
    plain: dict[str, str] = {}
    rows: dict[str, _Placed] = {}
    if "inherits" in document:
        parent = document["inherits"]
        if parent not in profile_names() or parent in heirs:
            known = ", ".join(profile_names())
            raise file.fault("inherits", f"inherits is {parent!r}; expected one of {known}, and not in a circle")
        plain, rows = _gather(_built_in_file(parent), (*heirs, parent))
        del plain["name"]
    for key, content in document.items():
        if key in PLAIN:
            if not isinstance(content, str) or not content:
                raise file.fault(key, f"{key} is {content!r}; expected a text")
            plain[key] = content
        elif key not in SECTIONS and key not in TABLES:
            raise _unknown(file, key, [*PLAIN, *SECTIONS, *TABLES])
        elif not isinstance(content, dict):
            raise file.fault(key, f"{key} must be a table of rows, each {_ROW_EXAMPLE}")
        else:
            for inner, row in content.items():
                if inner not in _inner_keys(key) and not (key == "error_names" and inner.isdecimal()):
                    raise _unknown(file, f"{key}.{inner}", [f"{key}.{each}" for each in _inner_keys(key)])
                rows[f"{key}.{inner}"] = _Placed(_row(file, f"{key}.{inner}", row), file)
    return plain, rows


def _inner_keys(key: str) -> list[str]:
    """Return the rows that a section or table may have; the numbers of ``error_names`` are not among them."""
    if key in SECTIONS:
        return [field.name for field in fields(SECTIONS[key])]
    return [situation.value for situation in Situation] if key == "errors" else []


def _unknown(file: _File, key: str, known: list[str]) -> ProfileError:
    near = get_close_matches(key, known, 1)
    right = f"did you mean {near[0]}?" if near else f"known are {', '.join(sorted(known)) or 'decimal numbers'}"
    return file.fault(key, f"unknown key {key!r}; {right}")


def _row(file: _File, key: str, content: object) -> Row:
    if not isinstance(content, dict) or content.keys() != _ROW_KEYS:
        raise file.fault(key, f"{key} must be a table with exactly the keys is, source and basis: {_ROW_EXAMPLE}")
    source, basis = content["source"], content["basis"]
    if not isinstance(source, str) or not source:
        raise file.fault(f"{key}.source", f"{key}.source is {source!r}; expected a text that says how you know")
    if file.known_sources and re.split(r"[ :;,]", source)[0] not in file.known_sources:
        raise file.fault(f"{key}.source", f"{key} names the source {source!r}, which sources.toml does not have")
    try:
        return Row(content["is"], source, Basis(basis))
    except ValueError:
        expected = ", ".join(Basis)
        raise file.fault(f"{key}.basis", f"{key}.basis is {basis!r}; expected {expected}") from None


def _build(name: str, file: _File) -> Profile:
    plain, rows = _gather(file, (name,) if file.known_sources else ())
    for key in ("title", "family", *(f"errors.{situation.value}" for situation in Situation)):
        if key not in plain and key not in rows:
            raise _missing(file, key)
    sections: dict[str, Any] = {section: _section(file, section, kind, rows) for section, kind in SECTIONS.items()}
    tables = {
        table: {
            key.removeprefix(f"{table}."): _convert(placed.file, key, kind, placed.row.value)
            for key, placed in rows.items()
            if key.startswith(f"{table}.")
        }
        for table, kind in TABLES.items()
    }
    return Profile(
        name=plain.get("name", name),
        title=plain["title"],
        family=_convert(file, "family", Family, plain["family"]),
        rows={key: placed.row for key, placed in rows.items()},
        **{**sections, **tables},
    )


def _missing(file: _File, key: str) -> ProfileError:
    return file.fault(key, f"{key} is missing, here and in what the file inherits from")


def _section(file: _File, section: str, kind: type, rows: dict[str, _Placed]) -> Any:  # noqa: ANN401 - any section
    hints = get_type_hints(kind, localns={"Mapping": Mapping, "Situation": Situation})
    values = {}
    for field in fields(kind):
        key = f"{section}.{field.name}"
        if key not in rows:
            raise _missing(file, key)
        placed = rows[key]
        values[field.name] = _convert(placed.file, key, hints[field.name], placed.row.value)
    return kind(**values)


def _convert(file: _File, key: str, kind: Any, value: Any, row: str = "") -> Any:  # noqa: ANN401 - any type of row
    """Return a TOML value as the type that its row must have; ``row`` is the row that it is a part of."""
    row = row or key
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is tuple and isinstance(value, list):
        return tuple(_convert(file, key, arguments[0], item, row) for item in value)
    if origin is Mapping and isinstance(value, dict):
        for name in value:
            if key in COMMANDS and not COMMAND.fullmatch(name):
                raise file.fault(
                    f"{key}.{name}", f"{key} has {name!r}; expected a command such as +NCDP, in capitals"
                )
        names = {name: name if arguments[0] is str else _convert(file, key, arguments[0], name) for name in value}
        return {
            names[name]: _convert(file, f"{key}.{name}", arguments[1], item, row) for name, item in value.items()
        }
    if isinstance(kind, type) and issubclass(kind, Enum):
        try:
            return kind(value)
        except ValueError:
            expected = ", ".join(str(member.value) for member in kind)
            raise file.fault(key, f"{key} is {value!r}; expected {expected}") from None
    if kind is float and type(value) is int:
        value = float(value)
    if type(value) is not kind:
        wanted = {tuple: "a list", Mapping: "a table"}.get(origin) or _TYPE_NAMES[kind]
        raise file.fault(key, f"{key} is {value!r}; expected {wanted}")
    _bound(file, key, row, value)
    return value


def _bound(file: _File, key: str, row: str, value: bool | float | str) -> None:  # noqa: FBT001 - a row's value
    """Refuse a value of the right type that no module can have."""
    pattern, expected = ALLOWED.get(row, ("", ""))
    if pattern and not re.fullmatch(pattern, str(value)):
        raise file.fault(key, f"{key} is {value!r}; expected {expected}")
    if isinstance(value, str):
        if "\0" in value:
            raise file.fault(key, f"{key} is {value!r}; expected a text without NUL")
    elif not (math.isfinite(value) and 0 <= value <= NUMBER_MAXIMUM):
        raise file.fault(key, f"{key} is {value!r}; expected 0 to {NUMBER_MAXIMUM}")
