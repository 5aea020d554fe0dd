"""TOML files of a user's own, whose mistakes are told with file and line."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from pathlib import Path

Key: TypeAlias = "tuple[str | int, ...]"
"""Where something stands: the names of tables and keys, and the place, from 0, in an array of tables."""

_OCTETS_MAXIMUM = 1 << 20
_HEADER = re.compile(r"\s*(\[\[?)([^\[\]]+)\]\]?\s*(#.*)?")
_NAME = r"(?:\"[^\"]*\"|'[^']*'|[A-Za-z0-9_-]+)"
_ASSIGNMENT = re.compile(rf"\s*({_NAME}(?:\s*\.\s*{_NAME})*)\s*=")
_PART = re.compile(_NAME)
_FAULT = re.compile(r"(.*) \(at line (\d+), column (\d+)\)", re.DOTALL)


class TomlError(ValueError):
    """A file is no TOML or cannot be read; the message names the file, and the line if there is one."""


@dataclass(frozen=True)
class TomlFile:
    """A TOML file's text.

    Attributes:
        label: What the file is called in errors.
        text: What it holds.
        expected: What the file should be, such as ``a profile``.
    """

    label: str
    text: str
    expected: str

    @classmethod
    def read(cls, path: Path, label: str, expected: str) -> TomlFile:
        """Read a file of at most 1 MiB.

        Raises:
            TomlError: It cannot be read, is longer, or is not UTF-8.
        """
        try:
            with path.open("rb") as file:
                octets = file.read(_OCTETS_MAXIMUM + 1)
            text = octets.decode("utf-8")
        except OSError as error:
            raise TomlError(f"{label}: cannot be read: {error.strerror or error}") from None
        except UnicodeDecodeError as error:
            line = octets.count(b"\n", 0, error.start) + 1
            raise TomlError(f"{label}:{line}: this is not UTF-8") from None
        if len(octets) > _OCTETS_MAXIMUM:
            raise TomlError(f"{label}: longer than {_OCTETS_MAXIMUM} octets; expected {expected}")
        return cls(label, text, expected)

    def document(self) -> dict[str, Any]:
        """Return what the file holds.

        Raises:
            TomlError: It is no TOML.
        """
        try:
            return tomllib.loads(self.text)
        except RecursionError:
            raise TomlError(f"{self.label}: nested too deeply; expected {self.expected}") from None
        except ValueError as error:
            if found := _FAULT.fullmatch(str(error)):
                raise TomlError(f"{self.label}:{found[2]}: no TOML: {found[1]}, column {found[3]}") from None
            raise TomlError(f"{self.label}:{self.text.count(chr(10)) + 1}: no TOML: {error}") from None

    def where(self, key: Key) -> str:
        """Return ``label:line`` of a key, or of the nearest thing above it; ``label`` alone if there is none."""
        while key and key not in self._lines:
            key = key[:-1]
        return f"{self.label}:{self._lines[key]}" if key else self.label

    @cached_property
    def _lines(self) -> dict[Key, int]:
        """The first line on which each table and key stands."""
        found: dict[Key, int] = {}
        sizes: dict[Key, int] = {}
        table: Key = ()
        for number, line in enumerate(self.text.splitlines(), start=1):
            if header := _HEADER.fullmatch(line):
                found.setdefault(_names(header[2]), number)
                table = _placed(_names(header[2]), sizes, new=header[1] == "[[")
                found.setdefault(table, number)
            elif assignment := _ASSIGNMENT.match(line):
                found.setdefault((*table, *_names(assignment[1])), number)
        return found


def _names(text: str) -> Key:
    """Return the names of a dotted key."""
    return tuple(part.strip("\"'") for part in _PART.findall(text))


def _placed(names: Key, sizes: dict[Key, int], *, new: bool) -> Key:
    """Return a table's key with its places in arrays; ``new`` begins the next table of an array."""
    key: Key = ()
    for name in names:
        key = (*key, name)
        if new and len(key) - sum(isinstance(part, int) for part in key) == len(names):
            sizes[key] = sizes.get(key, 0) + 1
        if key in sizes:
            key = (*key, sizes[key] - 1)
    return key
