r"""The form of a session file: what a host and a module said to each other, as text. See ``docs/sessions.md``.

    # a comment
    profile: NAME            the module that speaks so
    recorded: TEXT           it was heard on a real line, then and there; see rebinding.py
    psk: KEY                 with what the device's record is made, for DTLS
    > LINE                   the host sends LINE CR LF
    < LINE                   the module prints CR LF LINE CR LF: nothing more, nothing less
    >> OCTETS, << OCTETS     the same without line ends: exactly these octets
    @ ACTION [ARGUMENT]      the application, the platform or time does something; see ACTIONS
    {name}                   any token at its first place, and the same one afterwards

In lines and octets ``\r``, ``\n``, ``\t``, ``\\`` and ``\x7b`` stand for the octets they name.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

LINE_END: Final = "\r\n"
MOST_LINES: Final = 1_000_000
"""Lines that a session file may have."""

_PLACE = re.compile(r"\{(\w+)\}")
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|(.?))", re.DOTALL)
_NAMED: Final = MappingProxyType({"r": "\r", "n": "\n", "t": "\t", "\\": "\\"})
_SHORT: Final = MappingProxyType({octet: f"\\{name}" for name, octet in _NAMED.items()})


class SessionError(ValueError):
    """A session file cannot be read; the text says where, what is wrong, and what would be right."""


class Side(StrEnum):
    """Who speaks."""

    HOST = ">"
    MODULE = "<"


@dataclass(frozen=True, slots=True)
class Place:
    """A part of a line that differs from run to run.

    Attributes:
        name: What stands here stands wherever the same name is; an empty name is anything at all.
        recorded: What stood here when the session was recorded.
    """

    name: str
    recorded: str = ""


Part: TypeAlias = "str | Place"


@dataclass(frozen=True, slots=True)
class Spoken:
    """What one side said: a line between its usual ends, or octets as they are.

    Attributes:
        side: Who said it.
        parts: Its text, each character an octet, and the places in it.
        framed: Whether the usual line ends belong to it: behind a host's line, around a module's.
        line: Where it stands in its file, from 1.
    """

    side: Side
    parts: tuple[Part, ...]
    framed: bool
    line: int = 0

    @property
    def before(self) -> str:
        """The line end before the text, if there is one."""
        return LINE_END if self.framed and self.side is Side.MODULE else ""

    @property
    def behind(self) -> str:
        """The line end behind the text, if there is one."""
        return LINE_END if self.framed else ""

    @property
    def text(self) -> str:
        """The text as it was recorded, without its usual line ends; a place of no recording as ``{name}``."""
        return "".join(
            part if isinstance(part, str) else part.recorded or f"{{{part.name}}}" for part in self.parts
        )

    def octets(self, bound: Mapping[str, str]) -> bytes:
        """Return the octets, with what is bound in its places; a place that is not bound is as recorded."""
        found = (
            part if isinstance(part, str) else bound.get(part.name, part.recorded or f"{{{part.name}}}")
            for part in self.parts
        )
        return f"{self.before}{''.join(found)}{self.behind}".encode("latin-1")


@dataclass(frozen=True, slots=True)
class Act:
    """What happens beside the serial line.

    Attributes:
        action: One of :data:`ACTIONS`.
        argument: What it is done with; places are filled in when it is done.
        line: Where it stands in its file, from 1.
    """

    action: str
    argument: str
    line: int = 0


Entry: TypeAlias = Spoken | Act


@dataclass(frozen=True, slots=True)
class Session:
    """A session file.

    Attributes:
        entries: What happens, in order.
        profile: The module's profile, if the file names it.
        recorded: When and where it was heard; empty when somebody wrote it down, with the platform's part.
        psk: The key of the device's record, if the file has one.
    """

    entries: tuple[Entry, ...]
    profile: str = ""
    recorded: str = ""
    psk: str = ""


def _seconds(argument: str) -> bool:
    return re.fullmatch(r"\d{1,9}(\.\d+)?", argument) is not None


def _truth(argument: str) -> bool:
    return argument in {"true", "false"}


def _json(argument: str) -> bool:
    try:
        json.loads(argument)
    except ValueError:
        return False
    return True


def _call(argument: str) -> bool:
    method, _, rest = argument.partition(" ")
    target, _, body = rest.partition(" ")
    return method in {"GET", "POST", "PUT", "DELETE"} and target.startswith("/") and (not body or _json(body))


def _point(argument: str) -> bool:
    stream, _, value = argument.partition(" ")
    return bool(stream) and _json(value)


ACTIONS: Final[Mapping[str, tuple[Callable[[str], bool], str]]] = MappingProxyType(
    {
        "api": (_call, "METHOD TARGET [JSON]: the application calls OneNET and does not wait"),
        "api-result": (_json, "JSON: its answer has come, and holds at least these keys"),
        "advance": (_seconds, "SECONDS: so much time passes"),
        "online": (_truth, "true or false: what the platform says of the device"),
        "datapoint": (_point, "STREAM JSON: the newest point of a stream"),
        "upgrade": (bool, "VERSION: the platform begins to upgrade the firmware"),
        "upgrade-state": (bool, "STATE: how far the upgrade is"),
    }
)
"""What ``@`` can be followed by: whether an argument is right, and what is."""

_HEADERS: Final = ("profile", "recorded", "psk")


def parse_session(text: str, name: str) -> Session:
    """Return the session that a file's text holds.

    Args:
        text: The file's text.
        name: What errors call the file.

    Raises:
        SessionError: A line is none of a session.
    """
    lines = text.split("\n")
    if len(lines) > MOST_LINES:
        raise SessionError(f"{name} has {len(lines):,} lines; a session has at most {MOST_LINES:,}")
    headers: dict[str, str] = {}
    entries: list[Entry] = []
    for number, line in enumerate(lines, start=1):
        stripped = line.rstrip("\r")
        if not stripped.strip() or stripped[0] == "#":
            continue
        try:
            key = _header(stripped)
            if key:
                if entries:
                    raise SessionError(f"{key}: stands before all that was said")  # noqa: TRY301 - the line is added
                headers[key] = stripped.partition(":")[2].strip()
            else:
                entries.append(_entry(stripped, number))
        except SessionError as error:
            raise SessionError(f"{name}, line {number}: {error}") from None
    return Session(tuple(entries), **headers)


def _header(line: str) -> str:
    """Return the key of a line of the head, or nothing."""
    key = line.partition(":")[0]
    return key if key in _HEADERS else ""


def _entry(line: str, number: int) -> Entry:
    sign, _, rest = line.partition(" ")
    match sign:
        case ">" | "<" | ">>" | "<<":
            if not rest:
                raise SessionError(f"nothing stands behind {sign}; an empty line is {sign[0] * 2} \\r\\n")
            return Spoken(Side(sign[0]), _parts(rest), len(sign) == 1, number)
        case "@":
            return _act(rest, number)
        case _:
            begins = ", ".join((">", "<", ">>", "<<", "@", "#", *(f"{key}:" for key in _HEADERS)))
            raise SessionError(f"{line[:60]!r} begins with none of {begins}")


def _act(text: str, number: int) -> Act:
    action, _, argument = text.partition(" ")
    if action not in ACTIONS:
        raise SessionError(f"no action is called {action!r}; there are {', '.join(ACTIONS)}")
    accepts, form = ACTIONS[action]
    if not accepts(argument):
        raise SessionError(f"@ {action} takes {form}; there is {argument!r}")
    return Act(action, argument, number)


def _parts(text: str) -> tuple[Part, ...]:
    if not text.isascii():
        wrong = next(character for character in text if not character.isascii())
        octets = "".join(f"\\x{octet:02x}" for octet in wrong.encode())
        raise SessionError(f"{wrong!r} is not ASCII; in UTF-8 its octets are {octets}")
    return tuple(_split(text))


def _split(text: str) -> Iterator[Part]:
    """Give the text between the places, unescaped, and the places."""
    at = 0
    for found in _PLACE.finditer(text):
        if found.start() > at:
            yield _unescaped(text[at : found.start()])
        yield Place(found[1])
        at = found.end()
    if at < len(text):
        yield _unescaped(text[at:])


def _unescaped(text: str) -> str:
    def octet(found: re.Match[str]) -> str:
        if found[1]:
            return chr(int(found[1], 16))
        if found[2] not in _NAMED:
            raise SessionError(
                f"{found[0]!r} is no escape; there are \\r, \\n, \\t, \\\\ and \\x with two hex digits"
            )
        return _NAMED[found[2]]

    return _ESCAPE.sub(octet, text)


def escaped(text: str) -> str:
    """Return a text, each character an octet, as a session file has it: printable ASCII, without loss."""
    return "".join(map(_shown, text))


def _shown(character: str) -> str:
    if character in _SHORT:
        return _SHORT[character]
    if character != "{" and character.isascii() and character.isprintable():
        return character
    return f"\\x{ord(character):02x}"


def shown(entry: Spoken) -> str:
    """Return what was said as it was recorded, escaped; a place of no recording is ``{name}``."""
    return "".join(map(_part, entry.parts))


def _part(part: Part) -> str:
    if isinstance(part, Place):
        return escaped(part.recorded) if part.recorded else f"{{{part.name}}}"
    return escaped(part)


def entry_line(entry: Entry) -> str:
    """Return the line of a session file that says this; what is recorded stands in its places."""
    if isinstance(entry, Act):
        return f"@ {entry.action} {entry.argument}".rstrip()
    text = shown(entry)
    text = f"{text[:-1]}\\x20" if text.endswith(" ") else text  # an editor would take the blank away
    return f"{entry.side * (1 if entry.framed else 2)} {text}"


def session_text(session: Session) -> str:
    """Return the text of the file that holds a session; :func:`parse_session` reads it back."""
    heads = ((key, getattr(session, key)) for key in _HEADERS)
    lines: Iterable[str] = (
        *(f"{key}: {value}" for key, value in heads if value),
        *map(entry_line, session.entries),
    )
    return "\n".join(lines) + "\n"
