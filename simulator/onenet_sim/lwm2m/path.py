"""Where a value lives: object, object instance, resource.

Source: OMA LwM2M TS 1.0.2 section 6.1 (identifiers) and section 8.2.1 (how they become a CoAP path).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import total_ordering
from typing import TYPE_CHECKING

from onenet_sim.lwm2m.errors import Lwm2mError

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_IDENTIFIER = 65535
"""Largest object, instance or resource id: identifiers are 16 bits wide."""

_IDENTIFIER = re.compile(r"0|[1-9][0-9]{0,4}")
_LEVELS = 3


@total_ordering
@dataclass(frozen=True, slots=True)
class Path:
    """An object (``/3303``), an instance of it (``/3303/0``) or a resource of that (``/3303/0/5700``).

    Paths sort as numbers, and a path sorts before everything below it.

    Raises:
        Lwm2mError: an identifier is outside 0..65535, or a resource is given without its instance.
    """

    object_id: int
    instance_id: int | None = None
    resource_id: int | None = None

    def __post_init__(self) -> None:
        if self.resource_id is not None and self.instance_id is None:
            raise Lwm2mError(f"resource {self.resource_id} needs an instance between it and its object")
        for identifier in self._identifiers:
            if not 0 <= identifier <= MAX_IDENTIFIER:
                raise Lwm2mError(f"identifier {identifier} is outside 0..{MAX_IDENTIFIER}")

    @classmethod
    def parse(cls, text: str) -> Path:
        """Return the path written as ``/3303/0/5700``; the leading slash may be missing.

        Raises:
            Lwm2mError: it is not one to three decimal numbers of 0..65535 with single slashes between.
        """
        return cls.from_segments(text.removeprefix("/").split("/"))

    @classmethod
    def from_segments(cls, segments: Sequence[str]) -> Path:
        """Return the path of these Uri-Path options, one to three of them.

        Raises:
            Lwm2mError: too few, too many, or one that is not a decimal number of 0..65535.
        """
        if not 1 <= len(segments) <= _LEVELS:
            raise Lwm2mError(f"a path has 1 to {_LEVELS} segments, not {len(segments)}")
        for position, segment in enumerate(segments):
            if not _IDENTIFIER.fullmatch(segment):
                raise Lwm2mError(
                    f"segment {position} of the path is {segment[:16]!r}, "
                    f"not a decimal number of 0..{MAX_IDENTIFIER} without leading zeros"
                )
        return cls(*(int(segment) for segment in segments))

    @property
    def segments(self) -> tuple[str, ...]:
        """The path as Uri-Path options: ``("3303", "0", "5700")``."""
        return tuple(str(identifier) for identifier in self._identifiers)

    @property
    def instance(self) -> Path:
        """The object instance that this path is, or lies in.

        Raises:
            Lwm2mError: this is a whole object.
        """
        if self.instance_id is None:
            raise Lwm2mError(f"{self} is an object, not one of its instances")
        return Path(self.object_id, self.instance_id)

    def child(self, identifier: int) -> Path:
        """Return the instance of this object, or the resource of this instance, with that id.

        Raises:
            Lwm2mError: this is a resource already, or the id is outside 0..65535.
        """
        if self.resource_id is not None:
            raise Lwm2mError(f"{self} is a resource and has nothing below it")
        if self.instance_id is None:
            return Path(self.object_id, identifier)
        return Path(self.object_id, self.instance_id, identifier)

    def contains(self, other: Path) -> bool:
        """Say whether ``other`` is this path or lies below it."""
        return other._identifiers[: len(self._identifiers)] == self._identifiers

    @property
    def _identifiers(self) -> tuple[int, ...]:
        if self.instance_id is None:
            return (self.object_id,)
        if self.resource_id is None:
            return (self.object_id, self.instance_id)
        return (self.object_id, self.instance_id, self.resource_id)

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Path):
            return NotImplemented
        return self._identifiers < other._identifiers

    def __str__(self) -> str:
        return "/" + "/".join(self.segments)
