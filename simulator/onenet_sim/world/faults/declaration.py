"""How a fault is declared: the same keys in Python, in TOML and over HTTP."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from onenet_sim.world.faults.kinds import KINDS, Kind, Way

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from onenet_sim.journal import Json

_LONGEST = 10 * 366 * 86_400
_LONGEST_TEXT = 4096
_LARGEST_COUNT = 10**9
_LARGEST_SIZE = 65_535
_COMMON = ("kind", "modem", "after", "on", "every", "times", "lasts")
_OF_OCCASIONS = ("match", "at", "probability")
_COMMA = re.compile(r"\s*,\s*(?=[a-z0-9]+\s*=)")
_NUMERIC = re.compile(r"-?\d+(?:\.\d+)?")


class FaultError(ValueError):
    """A fault is declared wrongly; the text says which key, and what would be right."""


class Direction(StrEnum):
    """Which way what is struck goes."""

    UP = "up"
    """Towards the platform."""
    DOWN = "down"
    """Towards the host."""


class Placement(StrEnum):
    """Where a URC stands that comes at an awkward moment."""

    BEFORE_ECHO = "before_echo"
    """Before the echo; with echo off there is no such place."""
    BEFORE_ANSWER = "before_answer"
    """Between echo and answer."""
    BEFORE_RESULT = "before_result"
    """Between information text and final result; an answer without the first has no such place."""
    AFTER_RESULT = "after_result"
    """In one write with the final result, behind it."""
    ALONE = "alone"
    """Behind an answer, in a write of its own, as a module prints any URC."""
    SPLIT = "split"
    """Behind an answer, in two writes with a pause between."""
    BACK_TO_BACK = "back_to_back"
    """Behind an answer, twice in one write."""
    WITHIN_ANSWER = "within_answer"
    """In the middle of the answer's first line, where no module may print it."""

    @property
    def phrase(self) -> str:
        """How it reads between the URC and the command."""
        return _PHRASES[self]


_PHRASES: Mapping[Placement, str] = {
    Placement.BEFORE_ECHO: "before the echo of",
    Placement.BEFORE_ANSWER: "between the echo and the answer of",
    Placement.BEFORE_RESULT: "between the information text and the final result of",
    Placement.AFTER_RESULT: "in one write with the final result of",
    Placement.ALONE: "by itself behind the answer of",
    Placement.SPLIT: "in two pieces, behind the answer of",
    Placement.BACK_TO_BACK: "twice in one write, behind the answer of",
    Placement.WITHIN_ANSWER: "within the first line of the answer of",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong, where, when, how often and how likely. Left-out keys get their kind's defaults.

    Attributes:
        kind: One of :data:`~onenet_sim.world.faults.KINDS`.
        modem: The modem's name; None is all.
        direction: ``up`` (towards the platform) or ``down``; None is both.
        match: A regular expression that is searched in what could be struck.
        after: World seconds from the declaration, or from the event of ``on``.
        on: A regular expression for the event that begins it, searched in ``kind text`` of the journal's events.
        at: The occasion that is struck first, counted from 1; the one and only unless ``times`` says otherwise.
        times: How often it strikes; None is whenever it can.
        lasts: World seconds for which it is in force; None is until it is lifted.
        every: World seconds from one beginning to the next; None is that there is one.
        probability: How likely it strikes an occasion, 0 to 1.
        id: Its number, once it is in force or waits.
        preset: The preset that it belongs to.

    Further attributes are the keys that only some kinds have, as :data:`KINDS` says.

    Raises:
        FaultError: A key is wrong, is not one of this kind, or is lacking.
    """

    kind: str
    modem: str | None = None
    direction: Direction | None = None
    match: str | None = None
    after: float = 0.0
    on: str | None = None
    at: int | None = None
    times: int | None = None
    lasts: float | None = None
    every: float | None = None
    probability: float = 1.0
    seconds: float | None = None
    jitter: float | None = None
    size: int | None = None
    text: str | None = None
    placement: Placement | None = None
    code: str | None = None
    rsrp: int | None = None
    snr: int | None = None
    ecl: int | None = None
    cell: str | None = None
    ecl0: float | None = None
    ecl1: float | None = None
    ecl2: float | None = None
    file: str | None = None
    id: int = 0
    preset: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.kind, str) or self.kind not in KINDS:
            raise FaultError(f"kind is {self.kind!r:.80}; expected one of {', '.join(KINDS)}")
        kind = KINDS[self.kind]
        for name, value in kind.defaults.items():
            if getattr(self, name) is None:
                object.__setattr__(self, name, value)
        once = self.at is not None or (kind.way is Way.MOMENT and self.probability == 1 and self.every is None)
        if self.times is None and once:
            object.__setattr__(self, "times", 1)
        _check(self, kind)

    @property
    def layer(self) -> str:
        """The layer that it strikes: ``line``, ``module``, ``air``, ``network`` or ``platform``."""
        return self.kind.partition(".")[0]

    @property
    def aimed(self) -> bool:
        """Whether it waits for occasions, rather than strike by itself when it begins."""
        at_occasions = self.match is not None or self.at is not None or self.probability < 1
        return KINDS[self.kind].way is Way.OCCASION or at_occasions

    def to_json(self) -> dict[str, Json]:
        """Return the keys that say something."""
        told = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "id"}
        return {"id": self.id, **{name: value for name, value in told.items() if value not in {None, ""}}}


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a declaration.

    Attributes:
        what: What it says.
        expected: Which values it takes.
        fits: Whether a value is one of these.
    """

    what: str
    expected: str
    fits: Callable[[object], bool]


def _number(least: float, most: float) -> Callable[[object], bool]:
    return lambda value: isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most


def _whole(least: int, most: int) -> Callable[[object], bool]:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _LONGEST_TEXT


def _shaped(pattern: str) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None


def _expression(value: object) -> bool:
    try:
        return isinstance(value, str) and _text(value) and bool(re.compile(value))
    except re.error:
        return False


def _seconds(what: str) -> Key:
    return Key(what, "a number of seconds from 0 to ten years", _number(0, _LONGEST))


_EXPRESSION = f"a regular expression of up to {_LONGEST_TEXT:,} characters"
KEYS: Mapping[str, Key] = {
    "kind": Key("What goes wrong.", "a kind of fault", _text),
    "modem": Key("The modem that is struck; all if left out.", "a modem's name such as 'modem-1'", _text),
    "direction": Key(
        "Which way what is struck goes.", "'up' (towards the platform) or 'down'", _shaped("up|down")
    ),
    "match": Key("What is struck, searched in its text.", _EXPRESSION, _expression),
    "after": _seconds("Seconds until it begins."),
    "on": Key("The journal's event at which it begins, searched in `kind text`.", _EXPRESSION, _expression),
    "at": Key("The first occasion that is struck.", "a whole number from 1 on", _whole(1, _LARGEST_COUNT)),
    "times": Key("How often it strikes.", "a whole number from 1 on", _whole(1, _LARGEST_COUNT)),
    "lasts": _seconds("Seconds for which it is in force."),
    "every": Key(
        "Seconds from one beginning to the next, more than `lasts`.",
        "a number of seconds from 1 to ten years",
        _number(1, _LONGEST),
    ),
    "probability": Key("How likely it strikes.", "a number from 0 to 1", _number(0, 1)),
    "seconds": _seconds("How long a strike takes."),
    "jitter": _seconds("What is added at most to `seconds`."),
    "size": Key("How many octets.", f"a whole number from 1 to {_LARGEST_SIZE:,}", _whole(1, _LARGEST_SIZE)),
    "text": Key("What is said instead.", f"text of up to {_LONGEST_TEXT:,} characters", _text),
    "placement": Key(
        "Where the URC stands.",
        " or ".join(repr(str(each)) for each in Placement),
        _shaped("|".join(Placement)),
    ),
    "code": Key(
        "A CoAP response code.", "a code from 2.00 to 5.31 such as '4.03'", _shaped(r"[245]\.([0-2]\d|3[01])")
    ),
    "rsrp": Key("Received power in dBm.", "a whole number from -156 to -44", _whole(-156, -44)),
    "snr": Key("Signal above noise in dB.", "a whole number from -30 to 30", _whole(-30, 30)),
    "ecl": Key("Coverage enhancement level.", "0, 1 or 2", _whole(0, 2)),
    "cell": Key("A cell's identity.", "eight hexadecimal digits such as '085B0F16'", _shaped("[0-9A-F]{8}")),
    "ecl0": _seconds("Seconds at coverage level 0."),
    "ecl1": _seconds("Seconds at coverage level 1."),
    "ecl2": _seconds("Seconds at coverage level 2."),
    "file": Key("A file on the machine that the world runs on.", "a path", _text),
}
"""The keys of a declaration."""


def keys_of(kind: Kind) -> tuple[str, ...]:
    """Return the keys that faults of a kind take."""
    occasional = _OF_OCCASIONS if kind.occasion else ()
    return (*_COMMON, *occasional, *(("direction",) if kind.directed else ()), *kind.keys)


def _check(fault: Fault, kind: Kind) -> None:
    known = keys_of(kind)
    for field in fields(fault):
        value = getattr(fault, field.name)
        left_out = value == field.default and not isinstance(value, bool)
        if left_out or field.name not in KEYS:
            continue
        if field.name not in known:
            raise FaultError(f"{field.name} is no key of {fault.kind}; there are {', '.join(known)}")
        key = KEYS[field.name]
        if not key.fits(value):
            raise FaultError(f"{field.name} is {value!r:.80}; expected {key.expected}")
    if fault.every is not None and (kind.way is not Way.MOMENT or fault.aimed) and not _pauses(fault):
        raise FaultError(f"every is {fault.every:g}; expected lasts beside it, and more than lasts")
    for name in kind.needs:
        if getattr(fault, name) is None:
            raise FaultError(f"{fault.kind} lacks {name}; expected {KEYS[name].expected}")


def _pauses(fault: Fault) -> bool:
    """Return whether a fault that comes again is over before that."""
    return fault.every is not None and fault.lasts is not None and fault.lasts < fault.every


def parse_fault_text(text: str, where: str = "fault") -> Fault:
    """Return the fault that a text such as ``network.loss,probability=0.3,direction=up`` declares.

    Raises:
        FaultError: It declares none, as in :func:`parse_fault`.
    """
    kind, *pairs = _COMMA.split(text.strip())
    table: dict[str, object] = {"kind": kind}
    for pair in pairs:
        name, _, value = pair.partition("=")
        numeric = name in KEYS and _NUMERIC.fullmatch(value) is not None and not KEYS[name].fits(value)
        table[name.strip()] = _numeric(value) if numeric else value
    return parse_fault(table, where)


def _numeric(text: str) -> int | float:
    return float(text) if "." in text else int(text)


def parse_fault(table: Mapping[str, object], where: str = "fault") -> Fault:
    """Return the fault that a table of keys declares.

    Args:
        table: The keys of a ``[[fault]]`` in TOML, of a JSON object, or keywords.
        where: What the table is called in errors.

    Raises:
        FaultError: It declares none; the message names the key and what would be right.
    """
    try:
        unknown = [name for name in table if name not in KEYS]
        if "kind" not in table:
            raise FaultError(f"it lacks its kind; expected one of {', '.join(KINDS)}")  # noqa: TRY301
        if unknown:
            raise FaultError(f"{unknown[0]!r:.80} is no key; there are {', '.join(KEYS)}")  # noqa: TRY301
        given = {name: value for name, value in table.items() if value is not None}
        fault = Fault(**given)  # type: ignore[arg-type] # the fault checks them
    except FaultError as error:
        raise FaultError(f"{where}: {error}") from None
    return replace(
        fault,
        direction=None if fault.direction is None else Direction(fault.direction),
        placement=None if fault.placement is None else Placement(fault.placement),
    )


def parse_faults(tables: Iterable[Mapping[str, object]], where: str) -> tuple[Fault, ...]:
    """Return the faults of a ``[[fault]]`` list; ``where`` names the file in errors.

    Raises:
        FaultError: One is declared wrongly; the message says which by its place in the list, from 1.
    """
    return tuple(parse_fault(table, f"{where}, fault {number}") for number, table in enumerate(tables, start=1))
