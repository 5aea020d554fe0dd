"""From a command line to commands: names, forms, arguments (ITU-T V.250, 5.3 and 5.4).

A line holds basic commands (``E0``, ``&F``, ``S3=13``) and extended ones (``+CSQ``, ``*SLEEP=1``). Extended
commands are ended by ``;``. A semicolon separates only where a command can begin behind it, so that the bare
list ``5700;5701`` stays one argument, and never inside quotes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

_PREFIXES = "+*^$#%"
_NAME = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!%-./:_")


class Form(Enum):
    """The four ways to call a command."""

    EXEC = "AT+X"
    SET = "AT+X="
    READ = "AT+X?"
    TEST = "AT+X=?"


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument as the host wrote it, quotes and outer blanks removed."""

    text: str
    quoted: bool = False

    @property
    def omitted(self) -> bool:
        """Whether nothing stood between the commas; an empty pair of quotes is something."""
        return not self.text and not self.quoted

    def __str__(self) -> str:
        return f'"{self.text}"' if self.quoted else self.text


@dataclass(frozen=True, slots=True)
class SyntaxFault:
    """What is wrong with a line or its arguments, and where: a position in the split text, from 1."""

    what: str
    position: int

    def __str__(self) -> str:
        return f"{self.what} at character {self.position}"


@dataclass(frozen=True, slots=True)
class Invocation:
    """One command of a line. ``name`` is in upper case with its prefix: ``+CSQ``, ``E``, ``&F``, ``S3``."""

    name: str
    form: Form
    argument_text: str = ""


def split_line(text: str, *, escapes: bool) -> list[Invocation] | SyntaxFault:
    """Return a line's commands in order; ``text`` is the line without ``AT``.

    A line that cannot be cut into commands gives the fault instead, and then none of it is executed.
    ``escapes`` is as for :func:`split_arguments`, and decides here where a quoted value ends.
    """
    found: list[Invocation] = []
    at = 0
    while at < len(text):
        if text[at] in " ;":
            at += 1
        elif text[at] in _PREFIXES:
            end = _extended_end(text, at, escapes=escapes)
            invocation = _extended(text[at:end])
            if invocation is None:
                return SyntaxFault(f"{text[at:end].strip()!r} is not a command", at + 1)
            found.append(invocation)
            at = end + 1
        elif text[at].isascii() and (text[at].isalpha() or text[at] == "&"):
            invocation, at = _basic(text, at)
            found.append(invocation)
        else:
            return SyntaxFault(f"no command begins with {text[at]!r}", at + 1)
    return found


def split_arguments(text: str, *, escapes: bool) -> list[Argument] | SyntaxFault:
    r"""Return the comma-separated arguments of a command.

    Blanks outside quotes are skipped. A quoted argument may hold commas and semicolons. With ``escapes`` a
    backslash makes the next quote or backslash plain; without, a quote within a value is a fault.
    """
    arguments: list[Argument] = []
    at = 0
    while True:
        at = _skip_blanks(text, at)
        taken = _quoted(text, at, escapes=escapes) if text[at : at + 1] == '"' else _bare(text, at)
        if isinstance(taken, SyntaxFault):
            return taken
        argument, at = taken
        arguments.append(argument)
        if at == len(text):
            return arguments
        at += 1


def _quoted(text: str, at: int, *, escapes: bool) -> tuple[Argument, int] | SyntaxFault:
    value: list[str] = []
    start, at = at, at + 1
    while at < len(text) and text[at] != '"':
        if escapes and text[at] == "\\" and text[at + 1 : at + 2] in {'"', "\\"}:
            at += 1
        value.append(text[at])
        at += 1
    if at == len(text):
        return SyntaxFault("this quote is never closed", start + 1)
    at = _skip_blanks(text, at + 1)
    if at < len(text) and text[at] != ",":
        return SyntaxFault("expected a comma after the closing quote", at + 1)
    return Argument("".join(value), quoted=True), at


def _bare(text: str, at: int) -> tuple[Argument, int] | SyntaxFault:
    end = text.find(",", at)
    end = len(text) if end < 0 else end
    value = text[at:end]
    if '"' in value:
        return SyntaxFault("a quote within an unquoted value", at + value.index('"') + 1)
    return Argument(value.rstrip(" ")), end


def _skip_blanks(text: str, at: int) -> int:
    while at < len(text) and text[at] == " ":
        at += 1
    return at


def _extended_end(text: str, start: int, *, escapes: bool) -> int:
    """Return where the extended command that begins at ``start`` ends: its semicolon, or the line's end."""
    within = False
    at = start
    while at < len(text):
        if escapes and within and text[at] == "\\" and text[at + 1 : at + 2] in {'"', "\\"}:
            at += 1
        elif text[at] == '"':
            within = not within
        elif text[at] == ";" and not within and _command_begins(text, at + 1):
            return at
        at += 1
    return len(text)


def _command_begins(text: str, at: int) -> bool:
    rest = text[at:].lstrip(" ;")
    return not rest or rest[0] in _PREFIXES or rest[0] == "&" or (rest[0].isascii() and rest[0].isalpha())


def _extended(text: str) -> Invocation | None:
    end = 1
    while end < len(text) and text[end] in _NAME:
        end += 1
    name, rest = text[:end].upper(), text[end:].lstrip(" ")
    if end == 1:
        return None
    if not rest:
        return Invocation(name, Form.EXEC)
    if rest.rstrip(" ") == "?":
        return Invocation(name, Form.READ)
    if not rest.startswith("="):
        return None
    rest = rest[1:]
    if rest.strip(" ") == "?":
        return Invocation(name, Form.TEST)
    return Invocation(name, Form.SET, rest)


def _basic(text: str, at: int) -> tuple[Invocation, int]:
    """Take one basic command: a letter or ``&`` and a letter, digits; ``S`` also takes ``=`` and ``?``."""
    name = text[at].upper()
    at += 1
    if name == "&" and at < len(text):
        name += text[at].upper()
        at += 1
    digits, at = _number(text, at)
    if name != "S":
        return Invocation(name, Form.SET if digits else Form.EXEC, digits), at
    name += digits.lstrip("0") or digits[-1:]
    behind = _skip_blanks(text, at)
    if text[behind : behind + 1] == "?":
        return Invocation(name, Form.READ), behind + 1
    if text[behind : behind + 1] == "=":
        value, at = _number(text, behind + 1)
        return Invocation(name, Form.SET, value), at
    return Invocation(name, Form.EXEC), at


def _number(text: str, at: int) -> tuple[str, int]:
    """Return the digits that follow, blanks before them skipped, and where they end."""
    start = _skip_blanks(text, at)
    digits = _digits(text, start)
    return digits, start + len(digits) if digits else at


def _digits(text: str, at: int) -> str:
    end = at
    while end < len(text) and text[end] in "0123456789":
        end += 1
    return text[at:end]
