r"""How lines look on the wire: fields, spacing, framing (ITU-T V.250, 5.7).

With the default settings every line stands between CR LF pairs, so an answer with one line of information
text is ``\r\n+NAME: v\r\n\r\nOK\r\n``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onenet_sim.at.settings import LineSettings


class Spacing(Enum):
    """Where a module prints blanks in ``+NAME: a,b``."""

    NONE = "none"
    """``+NAME:a,b``."""
    COLON = "colon"
    """``+NAME: a,b``."""
    ALL = "all"
    """``+NAME: a, b``."""

    @property
    def after_colon(self) -> str:
        """What follows the colon."""
        return "" if self is Spacing.NONE else " "

    @property
    def comma(self) -> str:
        """What separates two fields."""
        return ", " if self is Spacing.ALL else ","


@dataclass(frozen=True, slots=True)
class Quoted:
    """A field that is printed between double quotes."""

    text: str

    def __str__(self) -> str:
        return f'"{self.text}"'


Field = str | int | Quoted


@dataclass(frozen=True, slots=True)
class Fields:
    """A line ``+NAME: a,b,c``; how it is spaced is the module's habit, not the line's."""

    name: str
    fields: tuple[Field, ...]

    def render(self, spacing: Spacing) -> str:
        """Return the line in one module's spacing."""
        return f"{self.name}:{spacing.after_colon}{spacing.comma.join(map(str, self.fields))}"


def fields(name: str, *values: Field) -> Fields:
    """Return the line ``name: values…``."""
    return Fields(name, values)


@dataclass(frozen=True, slots=True)
class Verbatim:
    """Lines that have no fields: an IMEI, a version, a vendor's text of several lines."""

    text: str

    def render(self, settings: LineSettings) -> str:
        """Return the text, its lines ended as S3 and S4 say."""
        return self.text.replace("\n", chr(settings.line_end) + chr(settings.line_feed))


InformationText = Fields | Verbatim

_RESULT_NUMBERS = {"OK": "0", "ERROR": "4"}


def frame_text(text: str, settings: LineSettings) -> bytes:
    """Return information text or a URC as octets."""
    end = bytes((settings.line_end, settings.line_feed))
    octets = text.encode("latin-1", "replace")
    return end + octets + end if settings.verbose else octets + end


def frame_result(text: str, settings: LineSettings) -> bytes:
    """Return a final result as octets: ``OK`` is ``0`` CR after ``ATV0``, and nothing after ``ATQ1``."""
    if settings.quiet:
        return b""
    end = bytes((settings.line_end, settings.line_feed))
    if settings.verbose:
        return end + text.encode("ascii", "replace") + end
    return _RESULT_NUMBERS.get(text, text).encode("ascii", "replace") + end[:1]
