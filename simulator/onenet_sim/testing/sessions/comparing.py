"""Lines that were expected beside lines that were printed: which belong together, and how they differ."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from onenet_sim.testing.sessions.form import Place, Spoken
from onenet_sim.testing.sessions.rebinding import NamedLine, is_final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_TOLD_APART_BY: Final = {"+MIPLEVENT": 1}
"""Lines whose name says too little: the field that tells one from another, counted from 0."""

_FIELD: Final = r"[^, \r\n](?:[^,\r\n]*[^, \r\n])?"
"""What a place can hold: no comma, and no blank at either end."""

_ANYTHING: Final = r"(?:[^ \r\n](?:[^\r\n]*[^ \r\n])?)?"
"""What a place without a name can hold, commas too."""

_BLANKS: Final = re.compile(r'"[^"]*"|[ \r\n]+')


class Kind(StrEnum):
    """How a recording and the simulator differ."""

    MISSING = "missing"
    """The simulator did not print the line."""
    EXTRA = "extra"
    """The simulator printed a line that the module did not."""
    TEXT = "text"
    """The line's text is another."""
    SPACING = "spacing"
    """Only blanks or line ends differ."""
    ORDER = "order"
    """The line stands elsewhere among those that the module printed on its own or as one answer."""
    EARLIER = "earlier"
    """The simulator printed the line before a line of the host that the module printed it after."""
    LATER = "later"
    """The other way round."""
    PLATFORM = "platform"
    """What the platform knows or answers is another."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference.

    Attributes:
        line: The line of the file, or for what is extra the line of the file before it; 0 is its beginning.
        kind: How they differ.
        recorded: What the file has, None if nothing.
        simulated: What the simulator did, None if nothing.
        why: What the simulator knows about it: the row of the profile, or the journal's explanation.
    """

    line: int
    kind: Kind
    recorded: str | None
    simulated: str | None
    why: str = ""


class Fit(StrEnum):
    """How well a printed line fits an expected one."""

    EXACT = "exact"
    SPACING = "spacing"
    SIMILAR = "similar"


COSTS: Final = MappingProxyType({Fit.EXACT: 0, Fit.SPACING: 2, Fit.SIMILAR: 8})
"""What it costs to pair two lines."""

COST_ELSEWHERE: Final = 1
"""What it costs besides if a line of the host is between them."""

COST_ALONE: Final = 6
"""What a line costs that is left alone: two such cost more than a pair that is similar."""


def pattern_of(expected: Spoken, bound: Mapping[str, str], *, blanks: bool = True) -> re.Pattern[str]:
    """Return what a printed line must match as a whole; its groups are :func:`names_of` in order.

    Without ``blanks`` neither side has blanks and line ends, except within quotes.
    """
    texts = [expected.before, *expected.parts, expected.behind]
    quoted = False
    groups: dict[str, int] = {}
    found = ""
    for part in texts:
        if isinstance(part, Place):
            found += _group(part, bound, groups)
            continue
        text = part
        if not blanks:
            text = _closed_up(f'"{part}' if quoted else part)[quoted:]
        quoted ^= part.count('"') % 2 == 1
        found += re.escape(text)
    return _compiled(found)


def _group(place: Place, bound: Mapping[str, str], groups: dict[str, int]) -> str:
    if not place.name:
        return _ANYTHING
    if place.name in bound:
        return re.escape(bound[place.name])
    if place.name in groups:
        return f"(?:\\{groups[place.name]})"
    groups[place.name] = len(groups) + 1
    return f"({_FIELD})"


@lru_cache(1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def names_of(expected: Spoken, bound: Mapping[str, str]) -> list[str]:
    """Return the names of a line's places that are not bound, in order, each once."""
    named = (part.name for part in expected.parts if isinstance(part, Place) and part.name)
    return list(dict.fromkeys(name for name in named if name not in bound))


def _closed_up(text: str) -> str:
    """Return a text without blanks and line ends, except within quotes."""
    return _BLANKS.sub(lambda found: found[0] if found[0][0] == '"' else "", text)


def _match(expected: Spoken, printed: str, bound: Mapping[str, str], *, blanks: bool) -> re.Match[str] | None:
    return pattern_of(expected, bound, blanks=blanks).fullmatch(printed if blanks else _closed_up(printed))


def fit(expected: Spoken, printed: str, bound: Mapping[str, str]) -> Fit | None:
    """Return how a printed line, with its line ends, fits an expected one; None if it does not."""
    if _match(expected, printed, bound, blanks=True):
        return Fit.EXACT
    if _match(expected, printed, bound, blanks=False):
        return Fit.SPACING
    return Fit.SIMILAR if _sort(expected.text) == _sort(printed) else None


def bindings(expected: Spoken, printed: str, bound: Mapping[str, str]) -> dict[str, str]:
    """Return what stands in a line's places that are not bound, as far as that can be told."""
    for blanks in (True, False):
        found = _match(expected, printed, bound, blanks=blanks)
        if found:
            return dict(zip(names_of(expected, bound), found.groups(), strict=True))
    return _by_field(expected, printed, bound)


def _by_field(expected: Spoken, printed: str, bound: Mapping[str, str]) -> dict[str, str]:
    """Return what stands in the same fields of a line whose text differs otherwise."""
    mark = "\0"
    marked = "".join(part if isinstance(part, str) else f"{mark}{part.name}{mark}" for part in expected.parts)
    wanted, got = NamedLine.parse(marked), NamedLine.parse(printed.strip())
    if wanted is None or got is None:
        return {}
    found: dict[str, str] = {}
    for theirs, ours in zip(wanted.fields, got.fields, strict=False):
        name = theirs.strip(' "')
        if name.startswith(mark) and name.endswith(mark) and name.strip(mark) not in {"", *bound}:
            found[name.strip(mark)] = ours.strip(' "')
    return found


def _sort(text: str) -> str:
    """Return what two lines share that say the same thing of different content."""
    bare = text.strip()
    if is_final(bare):
        return "final result"
    line = NamedLine.parse(bare)
    if line is None:
        return bare if bare.startswith(("+", "*")) else "text"
    by = _TOLD_APART_BY.get(line.name)
    return line.name if by is None or by >= len(line.fields) else f"{line.name} {line.fields[by].strip()}"


def aligned(costs: Sequence[Sequence[int | None]], printed: int) -> list[tuple[int, int]]:
    """Return which expected and printed lines belong together at the least cost, none crossing another.

    Args:
        costs: For each expected line, what it costs to pair it with each printed one; None cannot be.
        printed: How many lines were printed.
    """
    rows = len(costs)
    totals = [
        [COST_ALONE * (rows - row + printed - column) for column in range(printed + 1)] for row in range(rows + 1)
    ]
    for row in range(rows - 1, -1, -1):
        for column in range(printed - 1, -1, -1):
            cost = costs[row][column]
            alone = COST_ALONE + min(totals[row + 1][column], totals[row][column + 1])
            paired = alone if cost is None else cost + totals[row + 1][column + 1]
            totals[row][column] = min(alone, paired)
    pairs: list[tuple[int, int]] = []
    row = column = 0
    while row < rows and column < printed:
        cost = costs[row][column]
        if cost is not None and totals[row][column] == cost + totals[row + 1][column + 1]:
            pairs.append((row, column))
            row, column = row + 1, column + 1
        elif totals[row][column] == COST_ALONE + totals[row + 1][column]:
            row += 1
        else:
            column += 1
    return pairs
