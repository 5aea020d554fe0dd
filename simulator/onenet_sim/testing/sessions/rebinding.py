"""What in a recorded session differs from run to run, as a table, and the session with places for that.

A recording has the numbers of its day: the platform's message ids, the module's identity, what the air gave. The
simulator has its own. So each number that somebody issues becomes a place, wherever it comes again, and what
merely is as it is at the moment may be anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from onenet_sim.testing.sessions.form import Act, Place, Side, Spoken

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from onenet_sim.testing.sessions.form import Entry, Part, Session

_ALL: Final = None
MESSAGE_ID: Final = "message id of "
"""How the name of a message id's place begins; the operation follows."""

_OPERATIONS: Final = ("OBSERVE", "DISCOVER", "READ", "WRITE", "EXECUTE", "PARAMETER")

ISSUED: Final[Mapping[str, Mapping[int, str]]] = MappingProxyType(
    {
        **{f"+MIPL{operation}": {1: f"{MESSAGE_ID}{operation}"} for operation in _OPERATIONS},
        "+MIPLCREATE": {0: "ref"},
        "+MIPLCREATEEX": {0: "ref"},
        "+MIPLDEVINFO": {3: "key"},
    }
)
"""The module's lines that issue a number: in which field, counted from 0, and what it is."""

USED: Final[Mapping[str, Mapping[int, str]]] = MappingProxyType(
    {
        **{f"AT+MIPL{operation}RSP": {1: f"{MESSAGE_ID}{operation}"} for operation in _OPERATIONS},
        "AT+MIPLNOTIFY": {1: f"{MESSAGE_ID}OBSERVE"},
        "AT+MIPLREAD": {1: f"{MESSAGE_ID}READ"},
        "AT+MIPLWRITE": {1: f"{MESSAGE_ID}WRITE"},
        "AT+MIPLEXECUTE": {1: f"{MESSAGE_ID}EXECUTE"},
        "AT+MIPLCREATEEX": {3: "key"},
        "AT+NSOST": {0: "socket"},
        "AT+NSORF": {0: "socket"},
        "AT+NSOCO": {0: "socket"},
        "AT+NSOSD": {0: "socket"},
        "AT+NSOCL": {0: "socket"},
        "+NSONMI": {0: "socket"},
        "+NSOCLI": {0: "socket"},
    }
)
"""Where such a number comes again. The ref comes again as the first field of every MIPL line."""

FREE: Final[Mapping[str, tuple[int, ...] | None]] = MappingProxyType(
    {
        "+CSQ": (0, 1),
        "+CESQ": (0, 1, 2, 3, 4, 5),
        "+MUESTATS": tuple(range(1, 20)),
        "NUESTATS": _ALL,
        "*ENGINFOSC": _ALL,
        "+COPS": (2,),
        "+CCLK": _ALL,
        "+CGPADDR": (1,),
        "+CGCONTRDP": (2, 3, 4, 5, 6, 7),
        "+IP": _ALL,
        "+CGSN": _ALL,
        "+MIPLVER": _ALL,
    }
)
"""What may be anything, by the line's name: signal, operator, clock, address, version; None is the whole line."""

_CELL: Final = re.compile(r'"?[0-9A-Fa-f]{4,8}"?')
CELLS: Final = frozenset({"+CEREG", "+CGREG"})
"""Lines whose fields of four to eight hex digits, area and cell, may be anything."""

FREE_ANSWERS: Final = (
    "ATI",
    "AT+CGMI",
    "AT+CGMM",
    "AT+CGMR",
    "AT+GMI",
    "AT+GMM",
    "AT+GMR",
    "AT+NUESTATS",
    "AT*ENGINFO",
)
"""Commands whose answer's lines without a name may be anything: maker, model, version, cell report."""

IDENTITIES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "imei": (r"AT\+(CGSN|GSN|EGMR|MIMEI).*", r"\d{15}"),
        "imsi": (r"AT\+CIMI", r"\d{15}"),
        "iccid": (r"AT[+*]\w*CC?ID\??", r"\d{18,19}[\dA-Fa-f]"),
    }
)
"""The module's numbers: which command asks for each, and its form.

Each is replaced wherever it stands, in hex too.
"""

_ENDPOINT: Final = re.compile(r"(?:3\d){15}3B(?:3\d){15}", re.IGNORECASE)
"""IMEI;IMSI in hex, as a host puts it into a register code."""

_FINAL: Final = re.compile(r"OK|ERROR|\+(?:CME|CMS|CIS) ERROR.*")
_NAME: Final = re.compile(r"(AT[+*]\w+|[+*]?\w+)([:=])", re.IGNORECASE)
_FIELD: Final = re.compile(r'(?:^|(?<=,))(?:"[^"]*"|[^,"]|"(?=[^"]*$))*(?=,|$)')
_SOCKET: Final = re.compile(r"\d{1,3}")


def is_final(text: str) -> bool:
    """Return whether a line is a final result."""
    return _FINAL.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class NamedLine:
    """A line ``+NAME: a,b`` or ``AT+NAME=a,b``.

    Attributes:
        name: What stands before colon or equals sign.
        head: The name with what stands up to the first field.
        fields: The fields as they are written, with their quotes and blanks.
    """

    name: str
    head: str
    fields: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> NamedLine | None:
        """Return what a line says, or None if it has no name."""
        found = _NAME.match(text)
        if found is None:
            return None
        return cls(found[1], found[0], tuple(_FIELD.findall(text[found.end() :])))


def identities(session: Session) -> dict[str, str]:
    """Return the numbers of the module that was recorded, as its answers or its host's endpoint tell them."""
    found: dict[str, str] = {}
    for entry, command in _under_way(session.entries):
        if isinstance(entry, Act):
            continue
        if entry.side is Side.HOST:
            endpoint = _ENDPOINT.search(entry.text)
            if endpoint:
                imei, _, imsi = bytes.fromhex(endpoint[0]).decode("ascii").partition(";")
                found = {"imei": imei, "imsi": imsi} | found
            continue
        for name, (asks, form) in IDENTITIES.items():
            number = re.search(rf"(?<!\d){form}(?![\dA-Fa-f])", entry.text)
            if number and re.fullmatch(asks, command):
                found.setdefault(name, number[0])
    return found


def in_hex(digits: str) -> str:
    """Return the octets of digits as hex, as register codes have them."""
    return digits.encode("ascii").hex().upper()


def rebound(session: Session) -> Session:
    """Return a recorded session with places for what differs from run to run."""
    rebinding = _Rebinding(identities(session))
    entries = tuple(rebinding.of(entry, command) for entry, command in _under_way(session.entries))
    return replace(session, entries=entries)


def _under_way(entries: Iterable[Entry]) -> Iterator[tuple[Entry, str]]:
    """Give each entry with the command that has no final result yet, in capitals."""
    command = ""
    for entry in entries:
        if isinstance(entry, Spoken) and entry.side is Side.HOST and entry.text.strip():
            command = entry.text.strip().upper()
        yield entry, command
        if isinstance(entry, Spoken) and entry.side is Side.MODULE and is_final(entry.text.strip()):
            command = ""


class _Rebinding:
    """Puts places into one line after the other."""

    def __init__(self, numbers: Mapping[str, str]) -> None:
        self._forms = {number: name for name, number in numbers.items()}
        self._forms |= {in_hex(numbers[name]): f"{name} in hex" for name in ("imei", "imsi") if name in numbers}
        self._issued: dict[tuple[str, str], tuple[str, str]] = {}
        self._answered: set[str] = set()

    def of(self, entry: Entry, command: str) -> Entry:
        """Return an entry with its places; who wrote places by hand knows why."""
        if isinstance(entry, Act) or any(isinstance(part, Place) for part in entry.parts):
            return entry
        text = entry.text
        if entry.side is Side.HOST and command.startswith("AT+MIPLOPEN"):
            self._issued |= {key: (place, "") for key, (place, _) in self._issued.items() if MESSAGE_ID in place}
        core = text.strip("\r\n")
        before, behind = text[: text.find(core)], text[text.find(core) + len(core) :]
        parts = [before, *self._line(core, entry.side, command), behind]
        return replace(entry, parts=tuple(_joined(each for part in parts for each in self._identified(part))))

    def _line(self, text: str, side: Side, command: str) -> list[Part]:
        answers = side is Side.MODULE and bool(command) and not is_final(text) and text.upper() != command
        named = NamedLine.parse(text)
        if answers and command.startswith(FREE_ANSWERS) and not text.startswith(("+", "*")):
            head = named.head if named else ""
            free = text.removeprefix(head)
            return [head, Place("", free)] if free else [text]
        if named is not None:
            return self._named(named, text)
        if answers and command.startswith("AT+NSOCR") and _SOCKET.fullmatch(text):
            return [self._issue("socket", text, text)]
        return [text]

    def _named(self, line: NamedLine, text: str) -> list[Part]:
        name = line.name.upper()
        if name in FREE and FREE[name] is _ALL:
            rest = text.removeprefix(line.head).lstrip(" ")
            known = not rest or rest.strip('"').upper() in self._forms
            return [text] if known else [text.removesuffix(rest), Place("", rest)]
        parts: list[Part] = [line.head]
        for index, field in enumerate(line.fields):
            parts += [","] * bool(index)
            bare = field.strip(' "')
            place = self._place(name, index, field, text) if bare else None
            at = field.find(bare)
            parts += [field] if place is None else [field[:at], place, field[at + len(bare) :]]
        return parts

    def _place(self, name: str, index: int, field: str, text: str) -> Place | None:
        """Return what takes a field's place, without its quotes and blanks, or None if it stays as it is."""
        value = field.strip(' "')
        if index in (FREE.get(name) or ()) or (name in CELLS and _CELL.fullmatch(field.strip())):
            return Place("", value)
        if index in ISSUED.get(name, {}):
            return self._issue(ISSUED[name][index], value, text)
        kind = USED.get(name, {}).get(index) or ("ref" if index == 0 and "+MIPL" in name else "")
        known = self._issued.get((kind, value))
        if known is None:
            return None
        self._answered.add(known[0])
        return Place(known[0], value)

    def _issue(self, kind: str, value: str, text: str) -> Place:
        """Return the place of a number that is issued, a new one if the number was for something else before.

        A request that comes again, because its answer was lost, has the same text and comes before the next login;
        a write may have several lines.
        """
        place, before = self._issued.get((kind, value), ("", text))
        several = before and kind.endswith("WRITE") and place not in self._answered
        if not place:
            place = f"{kind} {value}"
        elif before != text and not several:
            place += "'"
        self._issued[kind, value] = place, text
        return Place(place, value)

    def _identified(self, part: Part) -> Iterator[Part]:
        """Give a text's parts with places for the module's numbers."""
        if isinstance(part, Place) or not self._forms:
            yield part
            return
        for piece in re.split(f"({'|'.join(self._forms)})", part, flags=re.IGNORECASE):
            name = self._forms.get(piece.upper())
            yield Place(name, piece) if name else piece


def _joined(parts: Iterable[Part]) -> Iterator[Part]:
    """Give parts with texts that stand side by side in one."""
    text = ""
    for part in parts:
        if isinstance(part, str):
            text += part
            continue
        if text:
            yield text
        text = ""
        yield part
    if text:
        yield text
