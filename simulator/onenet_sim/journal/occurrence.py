"""What all kinds of events have in common.

Each kind is a frozen class, in the file of its part of the world. It states the layer it belongs to and how it
reads in one line; reports, assertions and the control API all work from these classes and nothing else.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"
"""What a field becomes in JSON."""


class Layer(StrEnum):
    """Where in the world an event took place."""

    UART = "uart"
    AT = "at"
    MODEM = "modem"
    COAP = "coap"
    NETWORK = "network"
    PLATFORM = "platform"
    HTTP = "http"
    WORLD = "world"
    DIAGNOSIS = "diagnosis"


def printable(octets: bytes) -> str:
    r"""Return octets as a person reads them: ASCII as it is, control characters as escapes such as ``\r``."""
    return octets.decode("latin-1").encode("unicode_escape").decode("ascii")


def _visible(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """What happened, without when and why. The base of all kinds."""

    layer: ClassVar[Layer]
    kind: ClassVar[str]

    def __str__(self) -> str:
        text = self._text()
        return text if text.isprintable() else "".join(map(_visible, text))

    def _text(self) -> str:
        """Return how it reads; line ends and other control characters in it are shown as escapes."""
        return self.kind

    def to_json(self) -> dict[str, Json]:
        """Return the fields as JSON values; octets become upper-case hex, and numbers JSON lacks become text."""
        return {field.name: _json(getattr(self, field.name)) for field in fields(self)}


def _json(value: object) -> Json:
    match value:
        case bytes():
            return value.hex().upper()
        case float() if not math.isfinite(value):
            return str(value)
        case None | bool() | int() | float() | str():
            return value
        case dict():
            return {str(key): _json(item) for key, item in value.items()}
        case list() | tuple():
            return [_json(item) for item in value]
        case _:
            return str(value)
