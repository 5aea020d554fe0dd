"""The object model: which resources an object has, and what each of them may do and holds.

The built-in table is ``objects.toml`` beside this file, which explains its own notation. It holds the core
objects of OMA and OneNET's table of IPSO objects, with OneNET's deviations from OMA.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from enum import Flag, auto
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

from onenet_sim.lwm2m.values import DataType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from onenet_sim.lwm2m.path import Path


class Operations(Flag):
    """What a server may do to a resource; none of it (``Operations(0)``) for what only bootstrap touches."""

    READ = auto()
    WRITE = auto()
    EXECUTE = auto()


@dataclass(frozen=True, slots=True)
class ResourceDefinition:
    """One resource of an object. ``units`` is empty when it has none, or when another resource names them."""

    id: int
    name: str
    operations: Operations
    data_type: DataType
    units: str = ""
    mandatory: bool = False
    multiple: bool = False


@dataclass(frozen=True, slots=True)
class ObjectDefinition:
    """One object: its resources by id, ascending, and whether it may have more than one instance."""

    id: int
    name: str
    resources: Mapping[int, ResourceDefinition]
    multiple: bool


class ObjectTable:
    """Objects by id. Whatever is not in it is legal too: its values are opaque octets."""

    def __init__(self, objects: Iterable[ObjectDefinition]) -> None:
        self._objects = {each.id: each for each in sorted(objects, key=lambda each: each.id)}

    @classmethod
    def builtin(cls) -> ObjectTable:
        """Return OneNET's table, read on the first call and kept."""
        return _builtin()

    def object(self, object_id: int) -> ObjectDefinition | None:
        """Return the object of that id, or ``None`` when the table does not have it."""
        return self._objects.get(object_id)

    def resource(self, object_id: int, resource_id: int) -> ResourceDefinition | None:
        """Return that resource of that object, or ``None`` when the table does not have it."""
        definition = self._objects.get(object_id)
        return None if definition is None else definition.resources.get(resource_id)

    def data_type(self, path: Path) -> DataType:
        """Return the type of the resource at ``path``; opaque for what the table does not have."""
        definition = None if path.resource_id is None else self.resource(path.object_id, path.resource_id)
        return DataType.OPAQUE if definition is None else definition.data_type

    def __iter__(self) -> Iterator[ObjectDefinition]:
        """Go through the objects by ascending id."""
        return iter(self._objects.values())

    def __len__(self) -> int:
        return len(self._objects)


_OPERATIONS = {"R": Operations.READ, "W": Operations.WRITE, "E": Operations.EXECUTE}
_DATA_TYPES = {
    "b": DataType.BOOLEAN,
    "f": DataType.FLOAT,
    "i": DataType.INTEGER,
    "o": DataType.OPAQUE,
    "s": DataType.STRING,
    "t": DataType.TIME,
}
_WORD = re.compile(r"(?P<first>\d+)(?:-(?P<last>\d+))?(?P<ops>[RWE]*)(?P<type>[bfiost])(?P<marks>[*+]*)")


@cache
def _builtin() -> ObjectTable:
    document = tomllib.loads(files(__package__).joinpath("objects.toml").read_text(encoding="utf-8"))
    resources: dict[int, Mapping[int, ResourceDefinition]] = {}
    objects = []
    for key, row in document["objects"].items():
        object_id = int(key)
        if "like" in row:
            resources[object_id] = resources[row["like"]]
        else:
            names = document["names"] | document["own_names"].get(key, {})
            resources[object_id] = _resources(row["resources"], names)
        multiple = not row.get("single", False)
        objects.append(ObjectDefinition(object_id, row["name"], resources[object_id], multiple))
    return ObjectTable(objects)


def _resources(notation: str, names: Mapping[str, str]) -> Mapping[int, ResourceDefinition]:
    definitions = {each.id: each for word in notation.split() for each in _definitions(word, names)}
    return MappingProxyType(dict(sorted(definitions.items())))


def _definitions(word: str, names: Mapping[str, str]) -> Iterator[ResourceDefinition]:
    match = _WORD.fullmatch(word)
    if match is None:
        raise RuntimeError(f"objects.toml: {word!r} is not in the notation")
    operations = Operations(0)
    for letter in match["ops"]:
        operations |= _OPERATIONS[letter]
    for resource_id in range(int(match["first"]), int(match["last"] or match["first"]) + 1):
        name, _, units = names[str(resource_id)].partition(" [")
        yield ResourceDefinition(
            resource_id,
            name,
            operations,
            _DATA_TYPES[match["type"]],
            units.removesuffix("]"),
            mandatory="*" in match["marks"],
            multiple="+" in match["marks"],
        )
