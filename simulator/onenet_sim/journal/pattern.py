r"""What an event should be like: a pattern of fields, and how far an event is from it, field by field.

A pattern is a mapping. ``kind``, ``layer`` and ``modem`` are those of the event, ``text`` is a part of the line in
which it is told; every other key is a field of that kind of event, as :meth:`Event.to_json` shows it. A value is

* itself: ``{"kind": "datapoint", "value": 25.5}``; numbers are the same by value and never a truth;
* ``re:`` and a regular expression that is searched in the text or field: ``{"text": "re:^> AT\+CSQ"}``;
* one comparison or several: ``{"value": {">": 20, "<=": 30}}``, with ``<``, ``<=``, ``>``, ``>=``, ``!=``, ``in``;
* a mapping of the keys that the field must at least have: ``{"value": {"lat": 39.9}}``.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, TypeAlias, TypeGuard

from onenet_sim.journal.occurrence import Layer, Occurrence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from onenet_sim.journal.journal import Event

_EXPRESSION = "re:"
_ORDER: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_COMPARISONS = (*_ORDER, "!=", "in")
_OF_EVERY_EVENT = ("kind", "layer", "modem", "text")
_LONGEST_VALUE = 200
_ABSENT = object()

Wanted: TypeAlias = Mapping[str, object]
"""A pattern as it is given."""


class PatternError(ValueError):
    """A pattern fits no event; the text says which part of it, and what would be right."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that is not as it should be."""

    field: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.field}: expected {self.expected}, found {self.found}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """An event beside a pattern: which of the pattern's fields are right, and which are not."""

    event: Event
    matched: tuple[str, ...]
    differences: tuple[Difference, ...]

    @property
    def nearness(self) -> tuple[bool, int]:
        """Grows as the event comes nearer; a right kind counts more than all else."""
        return "kind" in self.matched, len(self.matched)


class Pattern:
    """A pattern that was checked.

    Raises:
        PatternError: There is no such kind, layer or field, or an expression or comparison is none.
    """

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = dict(wanted)
        _check(self._wanted)

    @property
    def kind(self) -> str | None:
        """The kind of event, if the pattern names one."""
        kind = self._wanted.get("kind")
        return kind if isinstance(kind, str) and not kind.startswith(_EXPRESSION) else None

    def matches(self, event: Event) -> bool:
        """Return whether an event is like that."""
        return self.kind in {None, event.kind} and not self.compare(event).differences

    def compare(self, event: Event) -> Comparison:
        """Return which fields of an event are right, and which are not."""
        shown = event.to_json()
        within = shown["fields"]
        assert isinstance(within, Mapping)  # noqa: S101 - Event.to_json makes it
        matched: list[str] = []
        differences: list[Difference] = []
        for name, wanted in self._wanted.items():
            found = shown[name] if name in _OF_EVERY_EVENT else within.get(name, _ABSENT)
            if _fits(wanted, found, partly=name == "text"):
                matched.append(name)
            else:
                differences.append(Difference(name, _told(wanted, partly=name == "text"), _shown(found)))
        return Comparison(event, tuple(matched), tuple(differences))

    def __str__(self) -> str:
        others = {name: wanted for name, wanted in self._wanted.items() if name != "kind"}
        what = "an event" if "kind" not in self._wanted else f"an event of kind {self._wanted['kind']}"
        told = [f"{name} {_told(wanted, partly=name == 'text')}" for name, wanted in others.items()]
        return what + (f" with {', '.join(told)}" if told else "")


def _fits(wanted: object, found: object, *, partly: bool = False) -> bool:
    match wanted:
        case str() if wanted.startswith(_EXPRESSION):
            return isinstance(found, str) and re.search(wanted.removeprefix(_EXPRESSION), found) is not None
        case str() if partly:
            return isinstance(found, str) and wanted in found
        case Mapping() if _compares(wanted):
            return found is not _ABSENT and all(_holds(name, limit, found) for name, limit in wanted.items())
        case Mapping():
            return isinstance(found, Mapping) and all(
                _fits(value, found.get(key, _ABSENT)) for key, value in wanted.items()
            )
        case list() | tuple():
            return list(wanted) == found
        case _:
            return wanted == found and isinstance(wanted, bool) is isinstance(found, bool)


def _compares(wanted: Mapping[object, object]) -> bool:
    return any(name in _COMPARISONS for name in wanted)


def _holds(name: object, limit: object, found: object) -> bool:
    match name:
        case "!=":
            return not _fits(limit, found)
        case "in":
            return isinstance(limit, Sequence) and any(_fits(each, found) for each in limit)
        case _:
            return _is_number(found) and _is_number(limit) and _ORDER[str(name)](found, limit)


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _told(wanted: object, *, partly: bool = False) -> str:
    match wanted:
        case str() if wanted.startswith(_EXPRESSION):
            return f"like /{wanted.removeprefix(_EXPRESSION)}/"
        case str() if partly:
            return f"'…{wanted}…'"
        case Mapping() if _compares(wanted):
            return " and ".join(f"{name} {_shown(limit)}" for name, limit in wanted.items())
        case Mapping():
            return "{" + ", ".join(f"{key} {_told(value)}" for key, value in wanted.items()) + "}"
        case _:
            return _shown(wanted)


def _shown(found: object) -> str:
    if found is _ABSENT:
        return "no such field"
    text = repr(str(found) if isinstance(found, str) else found)  # an enum's text is what JSON has
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"


# --- checks ------------------------------------------------------------------------------------------


@cache
def kinds() -> Mapping[str, tuple[str, ...]]:
    """Return the kinds of events there are, each with its fields."""
    return dict(sorted(_kinds(Occurrence)))


def _kinds(base: type[Occurrence]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for each in base.__subclasses__():
        if hasattr(each, "kind"):
            yield each.kind, tuple(field.name for field in fields(each))
        yield from _kinds(each)


def _check(wanted: Wanted) -> None:
    if not wanted:
        raise PatternError("the pattern is empty; say at least its kind, such as 'datapoint'")
    for name, value in wanted.items():
        _check_value(name, value)
    kind, layer = wanted.get("kind"), wanted.get("layer")
    if _plain(layer) and layer not in set(Layer):
        raise PatternError(f"no layer is called {layer!r:.80}; there are: {', '.join(Layer)}")
    if not _plain(kind):
        known = {name for names in kinds().values() for name in names}
        there = "no kind of event has"
    elif kind in kinds():
        known = set(kinds()[str(kind)])
        there = f"an event of kind {kind} has no"
    else:
        raise PatternError(f"no event is of kind {kind!r:.80}; there are: {', '.join(kinds())}")
    for name in wanted:
        if name not in known and name not in _OF_EVERY_EVENT:
            told = ", ".join((*_OF_EVERY_EVENT, *sorted(known)))
            raise PatternError(f"{there} field {name!r:.80}; there are: {told}")


def _plain(wanted: object) -> bool:
    return isinstance(wanted, str) and not wanted.startswith(_EXPRESSION)


def _check_value(name: str, value: object) -> None:
    match value:
        case str() if value.startswith(_EXPRESSION):
            try:
                re.compile(value.removeprefix(_EXPRESSION))
            except re.error as error:
                raise PatternError(f"{name}: {value!r:.80} is no regular expression: {error}") from None
        case Mapping() if _compares(value):
            for sign, limit in value.items():
                _check_comparison(name, sign, limit)
        case Mapping():
            for key, each in value.items():
                _check_value(f"{name}.{key}", each)
        case _:
            pass


def _check_comparison(name: str, sign: object, limit: object) -> None:
    if sign not in _COMPARISONS:
        raise PatternError(f"{name}: {sign!r:.80} is no comparison; there are: {' '.join(_COMPARISONS)}")
    if sign in _ORDER and not _is_number(limit):
        raise PatternError(f"{name}: {sign} compares numbers, and {limit!r:.80} is none")
    if sign == "in" and not isinstance(limit, list | tuple):
        raise PatternError(f"{name}: in takes a list of values, and {limit!r:.80} is none")
