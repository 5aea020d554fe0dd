"""Notification attributes: when a device is to report.

Source: OMA LwM2M TS 1.0.2 section 5.1.2; the rules between them are those of OneNET's observe call.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from onenet_sim.lwm2m.errors import Lwm2mError
from onenet_sim.lwm2m.values import float_text, parse_float, parse_integer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from onenet_sim.lwm2m.path import Path

_PERIODS = ("pmin", "pmax")
_THRESHOLDS = ("lt", "gt", "st")
_SPELLINGS = {"stp": "st"}
_MAX_PERIOD = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Attributes:
    """The attributes of one path; ``None`` is not given.

    ``pmin`` and ``pmax`` are the least and the greatest time between two reports, in seconds. ``gt`` and
    ``lt`` are thresholds whose crossing reports, ``st`` the change that reports, in the resource's unit.
    """

    pmin: int | None = None
    pmax: int | None = None
    gt: float | None = None
    lt: float | None = None
    st: float | None = None

    @classmethod
    def from_query(cls, query: Iterable[str]) -> Attributes:
        """Return the attributes of Uri-Query options such as ``pmin=10``; ``stp`` is read as ``st``.

        Raises:
            Lwm2mError: an option is no attribute, is given twice, or its value is not a number of its kind
                (whole seconds of 0..2^32-1 for the periods, decimal for the others).
        """
        periods: dict[str, int] = {}
        thresholds: dict[str, float] = {}
        for option in query:
            key, _, text = option.partition("=")
            name = _SPELLINGS.get(key, key)
            if name in periods or name in thresholds:
                raise Lwm2mError(f"attribute {name} is given twice")
            if name in _PERIODS:
                periods[name] = _period(name, text)
            elif name in _THRESHOLDS:
                thresholds[name] = parse_float(text)
            else:
                known = ", ".join(_PERIODS + _THRESHOLDS)
                raise Lwm2mError(f"{key[:16]!r} is no notification attribute; there are {known}")
        return cls(
            pmin=periods.get("pmin"),
            pmax=periods.get("pmax"),
            gt=thresholds.get("gt"),
            lt=thresholds.get("lt"),
            st=thresholds.get("st"),
        )

    def to_query(self) -> tuple[str, ...]:
        """Return the given ones as Uri-Query options, in the order pmin, pmax, lt, gt, st.

        Periods are whole numbers, thresholds decimal ones: ``("pmin=10", "gt=50.0")``.
        """
        periods = (("pmin", self.pmin), ("pmax", self.pmax))
        thresholds = (("lt", self.lt), ("gt", self.gt), ("st", self.st))
        return (
            *(f"{name}={seconds}" for name, seconds in periods if seconds is not None),
            *(f"{name}={float_text(float(limit))}" for name, limit in thresholds if limit is not None),
        )

    def problem(self, path: Path) -> str | None:
        """Return why these attributes cannot be set on ``path``, as a sentence; ``None`` when they can."""
        if path.resource_id is None:
            misplaced = [name for name in _THRESHOLDS if getattr(self, name) is not None]
            if misplaced:
                return f"{', '.join(misplaced)} can only be set on a resource, and {path} is not one"
        if self.pmin is not None and self.pmax is not None and not self.pmax >= self.pmin > 0:
            return f"pmax >= pmin > 0 must hold, but pmin is {self.pmin} and pmax is {self.pmax}"
        if self.lt is None or self.gt is None:
            return None
        if not self.lt < self.gt:
            return f"lt < gt must hold, but lt is {self.lt} and gt is {self.gt}"
        if self.st is not None and not self.lt + 2 * self.st < self.gt:
            return f"lt + 2 * st < gt must hold, but lt is {self.lt}, st is {self.st} and gt is {self.gt}"
        return None


def _period(name: str, text: str) -> int:
    seconds = parse_integer(text)
    if not 0 <= seconds <= _MAX_PERIOD:
        raise Lwm2mError(f"{name} is a number of seconds of 0..{_MAX_PERIOD}, not {seconds}")
    return seconds
