"""Objects of your own, from files in OMA's XML format.

Source: OMA's schemas LWM2M.xsd 1.0.1 and LWM2M-v1_1.xsd, which the files of the LwM2M registry follow. Only what
gives a value its type is read; descriptions, ranges and versions are passed over. A document type declaration is
refused, so that no entity can expand or lead to another file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path as FilePath
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar
from xml.parsers import expat

from onenet_sim.lwm2m.objects import ObjectDefinition, ObjectTable, Operations, ResourceDefinition
from onenet_sim.lwm2m.values import DataType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from os import PathLike

_T = TypeVar("_T")

FILE_MAXIMUM = 1 << 20
"""Octets that a file may have: the registry's largest has a tenth of it."""

FILES_MAXIMUM = 2000
"""Files that may be read at once: the whole registry has fewer than half of it."""

_ID_MAXIMUM, _ID_DIGITS = 65_535, 5
_OPERATIONS = {
    "": Operations(0),
    "R": Operations.READ,
    "W": Operations.WRITE,
    "RW": Operations.READ | Operations.WRITE,
    "E": Operations.EXECUTE,
}
_DATA_TYPES = {
    "String": DataType.STRING,
    "Integer": DataType.INTEGER,
    "Unsigned Integer": DataType.INTEGER,  # of 1.1; a module's integers are signed all the same
    "Float": DataType.FLOAT,
    "Boolean": DataType.BOOLEAN,
    "Opaque": DataType.OPAQUE,
    "Time": DataType.TIME,
    "Objlnk": DataType.OPAQUE,
    "Corelnk": DataType.STRING,
}
_INSTANCES = {"Single": False, "Multiple": True}
_MANDATORY = {"Optional": False, "Mandatory": True}


class ObjectFileError(ValueError):
    """An object file is wrong: the message names file, line and element, and what would be right."""


def load_objects(paths: Iterable[str | PathLike[str]]) -> ObjectTable:
    """Return OneNET's table with the objects of these files added; an object of the same id is replaced.

    Args:
        paths: Files, or folders of which every ``*.xml`` is read. Each file has up to 1 MiB; of all of them
            there are up to 2,000.

    Raises:
        ObjectFileError: A file cannot be read or is wrong, two define the same object, or a folder has none.
    """
    added: dict[int, tuple[ObjectDefinition, FilePath]] = {}
    for number, file in enumerate(_files(paths)):
        if number == FILES_MAXIMUM:
            raise ObjectFileError(
                f"{file}: there are more object files than {FILES_MAXIMUM}, the most that are read"
            )
        for definition in _read(file):
            if definition.id in added:
                raise ObjectFileError(
                    f"{file}: object {definition.id} is already defined by {added[definition.id][1]}"
                )
            added[definition.id] = (definition, file)
    table = ObjectTable.builtin()
    return ObjectTable([*table, *(definition for definition, _ in added.values())]) if added else table


def _files(paths: Iterable[str | PathLike[str]]) -> Iterator[FilePath]:
    for path in map(FilePath, paths):
        if not path.is_dir():
            yield path
        elif found := sorted(path.glob("*.xml")):
            yield from found
        else:
            raise ObjectFileError(f"{path}: the folder has no file *.xml")


def _read(file: FilePath) -> tuple[ObjectDefinition, ...]:
    try:
        with file.open("rb") as stream:
            octets = stream.read(FILE_MAXIMUM + 1)
    except OSError as error:
        raise ObjectFileError(f"{file}: cannot be read: {error.strerror or error}") from None
    if len(octets) > FILE_MAXIMUM:
        raise ObjectFileError(f"{file}: more than {FILE_MAXIMUM} octets are no object's definition")
    root = _Builder(file).build(octets)
    if root.tag != "LWM2M" or not root.all("Object"):
        raise root.wrong("expected <LWM2M> with an <Object> in it, as OMA's schema has it")
    return tuple(map(_object, root.all("Object")))


@dataclass(eq=False, slots=True)
class _Element:
    """An element, and where it begins."""

    file: FilePath
    line: int
    tag: str
    attributes: Mapping[str, str]
    children: list[_Element] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join("".join(self.pieces).split())

    def all(self, tag: str) -> list[_Element]:
        return [child for child in self.children if child.tag == tag]

    def one(self, tag: str) -> _Element:
        found = self.all(tag)
        if len(found) != 1:
            raise self.wrong(
                f"expected one <{tag}> in it, and there {'are' if found else 'is'} {len(found) or 'none'}"
            )
        return found[0]

    def chosen(self, tag: str, meanings: Mapping[str, _T]) -> _T:
        element = self.one(tag)
        if element.text not in meanings:
            known = ", ".join(meaning or "nothing" for meaning in meanings)
            raise element.wrong(f"{element.text[:40]!r}; expected {known}")
        return meanings[element.text]

    def wrong(self, why: str) -> ObjectFileError:
        return ObjectFileError(f"{self.file}, line {self.line}, <{self.tag}>: {why}")


class _Builder:
    """Makes elements of a file's octets."""

    def __init__(self, file: FilePath) -> None:
        self._file = file
        self._open: list[_Element] = []
        self._root: _Element | None = None
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters

    def build(self, octets: bytes) -> _Element:
        try:
            self._parser.Parse(octets, True)  # noqa: FBT003 - the parser's own signature
        except expat.ExpatError as error:
            why = f"{expat.ErrorString(error.code)}; expected XML as OMA's schema has it"
            raise ObjectFileError(f"{self._file}, line {error.lineno}: {why}") from None
        except ObjectFileError:
            raise
        except (LookupError, ValueError) as error:  # how the parser says what it thinks of a declared encoding
            raise ObjectFileError(f"{self._file}, line 1: {error}; expected UTF-8") from None
        assert self._root is not None  # noqa: S101 - the parser refuses what has no root
        return self._root

    def _doctype(self, name: str, *_: object) -> None:
        where = f"{self._file}, line {self._parser.CurrentLineNumber}"
        raise ObjectFileError(f"{where}: <!DOCTYPE {name[:40]}> is refused; OMA's files have none, leave it out")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        element = _Element(self._file, self._parser.CurrentLineNumber, tag, attributes)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self._root = element
        self._open.append(element)

    def _end(self, _tag: str) -> None:
        self._open.pop()

    def _characters(self, text: str) -> None:
        self._open[-1].pieces.append(text)


def _object(element: _Element) -> ObjectDefinition:
    resources: dict[int, ResourceDefinition] = {}
    for item in element.one("Resources").all("Item"):
        resource = _resource(item)
        if resource.id in resources:
            raise item.wrong(f"there is a resource {resource.id} already")
        resources[resource.id] = resource
    number = element.one("ObjectID")
    return ObjectDefinition(
        _id(number, number.text),
        element.one("Name").text,
        MappingProxyType(dict(sorted(resources.items()))),
        element.chosen("MultipleInstances", _INSTANCES),
    )


def _resource(item: _Element) -> ResourceDefinition:
    operations = item.chosen("Operations", _OPERATIONS)
    # What is executed holds nothing: its type is empty, and its arguments are text.
    empty = operations is Operations.EXECUTE and not item.one("Type").text
    return ResourceDefinition(
        _id(item, item.attributes.get("ID", "")),
        item.one("Name").text,
        operations,
        DataType.STRING if empty else item.chosen("Type", _DATA_TYPES),
        "".join(units.text for units in item.all("Units")),
        mandatory=item.chosen("Mandatory", _MANDATORY),
        multiple=item.chosen("MultipleInstances", _INSTANCES),
    )


def _id(element: _Element, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _ID_DIGITS and int(text) <= _ID_MAXIMUM):
        raise element.wrong(f"ID {text[:40]!r}; expected a number from 0 to {_ID_MAXIMUM}")
    return int(text)
