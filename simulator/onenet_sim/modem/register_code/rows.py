"""Reading fields one after another, and keeping for each what a person wants to see of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

# As many as this module takes in all fragments of AT+MIPLCREATE together, and one line of AT+MIPLCONF.
OCTETS_MAXIMUM = 1024

_LENGTH = 2


class RegisterCodeError(ValueError):
    """The octets are no register code, or no code can say this; the message names the place and what is right."""


@dataclass(frozen=True, slots=True)
class Row:
    """One field of a code.

    Attributes:
        offset: Where it begins, counted from 0.
        octets: What stands there; at least one octet.
        name: What the field is called.
        meaning: What its octets say, for a person.
    """

    offset: int
    octets: bytes
    name: str
    meaning: str


class FieldReader:
    """Takes fields from a part of a code, and makes a row of each.

    Attributes:
        offset: Where the next field begins.
        rows: What was taken.
    """

    def __init__(
        self, octets: bytes, start: int, end: int, *, within: str, order: Literal["big", "little"] = "big"
    ) -> None:
        self.offset = start
        self.rows: list[Row] = []
        self._octets = octets
        self._end = end
        self._within = within
        self._order: Literal["big", "little"] = order

    @property
    def left(self) -> int:
        """How many octets are left."""
        return self._end - self.offset

    def number(self, size: int, name: str, meaning: Callable[[int], str] = str) -> int:
        """Take an unsigned number of some octets.

        Raises:
            RegisterCodeError: There are not that many.
        """
        octets = self._take(size, name)
        number = int.from_bytes(octets, self._order)
        self.rows.append(Row(self.offset - size, octets, name, meaning(number)))
        return number

    def text(self, name: str) -> str:
        """Take a length of two octets, and the text that it announces.

        Raises:
            RegisterCodeError: There are fewer octets than that.
        """
        return self.characters(self.number(_LENGTH, f"{name} length"), name)

    def characters(self, size: int, name: str) -> str:
        """Take a text of some octets.

        Raises:
            RegisterCodeError: There are not that many.
        """
        if not size:
            return ""
        octets = self._take(size, name)
        characters = octets.decode("latin-1")
        self.rows.append(Row(self.offset - size, octets, name, ascii(characters)))
        return characters

    def finish(self) -> None:
        """Check that nothing is left.

        Raises:
            RegisterCodeError: Something is.
        """
        if self.left:
            raise RegisterCodeError(
                f"at offset {self.offset} the fields end, but {self._within} goes on to offset {self._end}"
            )

    def _take(self, size: int, name: str) -> bytes:
        if size > self.left:
            raise RegisterCodeError(
                f"at offset {self.offset} the {name} needs {_octets(size)}, "
                f"but {self._within} ends at offset {self._end}"
            )
        self.offset += size
        return self._octets[self.offset - size : self.offset]


def require_bounded(octets: bytes) -> None:
    """Check that a code is not too long.

    Raises:
        RegisterCodeError: It is.
    """
    if len(octets) > OCTETS_MAXIMUM:
        raise RegisterCodeError(f"{len(octets)} octets are too many; a code has {OCTETS_MAXIMUM} at most")


def _octets(number: int) -> str:
    return f"{number} octet" if number == 1 else f"{number} octets"
