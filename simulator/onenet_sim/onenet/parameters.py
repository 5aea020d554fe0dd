"""The parameters of the north-bound API's queries: their names, their forms and OneNET's limits.

A value beyond a limit that OneNET's pages name is refused with 5006, any other value that does not fit with 5108.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar

from onenet_sim.lwm2m import Attributes, Lwm2mError
from onenet_sim.onenet.errors import InvalidParameter, LimitExceeded

T_co = TypeVar("T_co", covariant=True)

_LARGEST_ID = 65_535
_TIME_FORMATS = ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S")
_DAY_FORMAT = "%Y-%m-%d"
_FIRST_YEAR, _LAST_YEAR = 1970, 9000
_SHOWN = 32


@dataclass(frozen=True, slots=True)
class Parameter(ABC, Generic[T_co]):
    """A parameter of a query, by its name."""

    name: str

    @abstractmethod
    def read(self, text: str) -> T_co:
        """Return the value that a text stands for; it is never empty.

        Raises:
            InvalidParameter: It has another form.
            LimitExceeded: It is beyond a limit.
        """

    def _wrong(self, text: str, expected: str) -> InvalidParameter:
        return InvalidParameter(self.name, f"{expected}, not {text[:_SHOWN]!r}")


@dataclass(frozen=True, slots=True)
class Text(Parameter[str]):
    """Any text."""

    def read(self, text: str) -> str:
        """Return the text."""
        return text


@dataclass(frozen=True, slots=True)
class Number(Parameter[int]):
    """A whole number. With ``limited`` the bounds are among OneNET's limits, otherwise they are the form."""

    least: int
    most: int
    limited: bool = False

    def read(self, text: str) -> int:
        """Return the number."""
        digits = text.isascii() and text.isdigit()
        expected = f"a whole number from {self.least} to {self.most}"
        if not digits or (not self.limited and len(text) > len(str(self.most))):
            raise self._wrong(text, expected)
        number = int(text) if len(text) <= len(str(self.most)) else self.most + 1
        if self.least <= number <= self.most:
            return number
        if self.limited:
            raise LimitExceeded(f"{self.name} is {text[:_SHOWN]}; expected {expected}")
        raise self._wrong(text, expected)


@dataclass(frozen=True, slots=True)
class Truth(Parameter[bool]):
    """True or false."""

    def read(self, text: str) -> bool:
        """Return which; upper case does as well."""
        if text.lower() not in {"true", "false"}:
            raise self._wrong(text, "true or false")
        return text.lower() == "true"


@dataclass(frozen=True, slots=True)
class Choice(Parameter[str]):
    """One of some words, all in upper case."""

    words: tuple[str, ...]

    def read(self, text: str) -> str:
        """Return which; lower case does as well."""
        if text.upper() not in self.words:
            raise self._wrong(text, " or ".join(self.words))
        return text.upper()


@dataclass(frozen=True, slots=True)
class Names(Parameter[tuple[str, ...]]):
    """Texts with commas between, at most so many."""

    most: int

    def read(self, text: str) -> tuple[str, ...]:
        """Return the texts; empty ones between commas do not count."""
        names = tuple(name for name in text.split(",") if name)
        if not names:
            raise self._wrong(text, "at least one text, with commas between")
        if len(names) > self.most:
            raise LimitExceeded(f"{self.name} names {len(names)}; at most {self.most} at a time")
        return names


@dataclass(frozen=True, slots=True)
class Moment(Parameter[datetime]):
    """A date, with or without its time; on OneNET it is in Beijing, in a world in the calendar's zone.

    A date alone is its first moment, with ``closing`` its last.
    """

    closing: bool = False

    def read(self, text: str) -> datetime:
        """Return date and time, without a zone."""
        for form in (*_TIME_FORMATS, _DAY_FORMAT):
            try:
                found = datetime.strptime(text, form)  # noqa: DTZ007 - the zone is the world's
            except ValueError:
                continue
            if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
                break
            if self.closing and form == _DAY_FORMAT:
                return found + timedelta(days=1) - timedelta(microseconds=1)
            return found
        raise self._wrong(text, "a time such as 2018-03-08T17:30:00")


@dataclass(frozen=True, slots=True)
class Attribute(Parameter[str]):
    """A notification attribute: pmin and pmax in whole seconds, gt, lt and st decimal."""

    def read(self, text: str) -> str:
        """Return it as the option of a write-attributes."""
        option = f"{self.name}={text}"
        try:
            Attributes.from_query([option])
        except Lwm2mError as error:
            raise InvalidParameter(self.name, f"a number: {error}") from error
        return option


IMEI: Final = Text("imei")
OBJ_ID: Final = Number("obj_id", 0, _LARGEST_ID)
OBJ_INST_ID: Final = Number("obj_inst_id", 0, _LARGEST_ID)
RES_ID: Final = Number("res_id", 0, _LARGEST_ID)
MODE: Final = Number("mode", 1, 2)
TIMEOUT: Final = Number("timeout", 5, 40, limited=True)
PAGE: Final = Number("page", 1, 10_000, limited=True)
PER_PAGE: Final = Number("per_page", 1, 100, limited=True)
ATTRIBUTES: Final = tuple(Attribute(name) for name in ("pmin", "pmax", "gt", "lt", "st"))
