r"""Octets of a serial line, cut into what a session file has on one line each.

A module frames its lines as V.250 has it, CR LF before and behind; a host ends its own in CR LF. What has another
form (an echo, a command ended by CR alone, the further lines of a text) is kept as the octets that it is, with its
line end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from onenet_sim.testing.sessions.form import LINE_END, Act, Entry, Side, Spoken

LONGEST: Final = 4096
"""Octets without an end that are taken for a piece."""

QUIET_SECONDS: Final = 1.0
"""After so long without an octet more, what has no end is taken for a piece."""

GAP_SECONDS: Final = 0.1
"""The least time that a recording notes; shorter ones add up until they are that much."""

_OTHER: Final = rb"[^\r\n]*(?:\r?\n|\r(?=[^\n]))"
_PIECES: Final = MappingProxyType(
    {
        Side.HOST: re.compile(_OTHER),
        Side.MODULE: re.compile(
            rb"\r\n[^\r\n]+\r\n"  # a line in its frame
            rb"|\r\n(?=\r\n|[^\r\n]*(?:\n|\r[^\n]))"  # an end that begins no frame
            rb"|(?!\r\n)" + _OTHER
        ),
    }
)
_FRAMED: Final = MappingProxyType(
    {Side.HOST: re.compile(rb"([^\r\n]+)\r\n"), Side.MODULE: re.compile(rb"\r\n([^\r\n]+)\r\n")}
)


def cut(side: Side, octets: bytes) -> tuple[list[bytes], bytes]:
    """Return the whole pieces at the beginning of what a side said, and the rest that has no end yet."""
    pieces: list[bytes] = []
    at = 0
    while found := _PIECES[side].match(octets, at):
        pieces.append(found[0])
        at = found.end()
    while len(octets) - at >= LONGEST:
        pieces.append(octets[at : at + LONGEST])
        at += LONGEST
    return pieces, octets[at:]


def spoken(side: Side, octets: bytes, line: int = 0) -> Spoken:
    """Return a piece as a session has it."""
    found = _FRAMED[side].fullmatch(octets)
    text = octets.decode("latin-1")
    inner = text.removeprefix(LINE_END if side is Side.MODULE else "").removesuffix(LINE_END)
    return Spoken(side, (inner if found else text,), framed=found is not None, line=line)


@dataclass(slots=True)
class _Piece:
    """A piece on its way: who says it, since when, and when its newest octet came."""

    side: Side
    began: float
    newest: float
    octets: bytes
    whole: bool


class Cutter:
    """Makes a session's entries of what two sides say, in the order in which they began to say it.

    A piece that began later waits for one that has no end yet, for a second at most.
    """

    def __init__(self) -> None:
        self._pieces: list[_Piece] = []
        self._noted: float | None = None

    def hear(self, side: Side, octets: bytes, now: float) -> list[Entry]:
        """Take octets, at a time in seconds; return what is to be written."""
        for piece in self._pieces:
            if piece.side is Side.HOST and side is Side.MODULE and piece.octets.endswith(b"\r"):
                piece.whole = True  # the module takes the CR for the command's end, and so is it
        begun = next((piece for piece in self._pieces if piece.side is side and not piece.whole), None)
        pieces, rest = cut(side, (begun.octets if begun else b"") + octets)
        for octets_of_one, whole in [(each, True) for each in pieces] + [(rest, False)] * bool(rest):
            if begun is None:
                self._pieces.append(_Piece(side, now, now, octets_of_one, whole))
            else:
                begun.octets, begun.newest, begun.whole = octets_of_one, now, whole
            begun = None
        return self._ready()

    def look(self, now: float) -> list[Entry]:
        """Return what is to be written because nothing was added to it for a second."""
        for piece in self._pieces:
            piece.whole = piece.whole or now - piece.newest >= QUIET_SECONDS
        return self._ready()

    def end(self) -> list[Entry]:
        """Return all that is left."""
        for piece in self._pieces:
            piece.whole = True
        return self._ready()

    @property
    def waits(self) -> bool:
        """Whether there is anything that has not been returned."""
        return bool(self._pieces)

    def _ready(self) -> list[Entry]:
        entries: list[Entry] = []
        while self._pieces and self._pieces[0].whole:
            piece = self._pieces.pop(0)
            entries += [*self._gap(piece.began), spoken(piece.side, piece.octets)]
        return entries

    def _gap(self, began: float) -> list[Entry]:
        """Return the time that has passed since the last that was noted, if it is worth noting."""
        if self._noted is None:
            self._noted = began
        seconds = round(began - self._noted, 3)
        if seconds < GAP_SECONDS:
            return []
        self._noted += seconds
        return [Act("advance", f"{seconds:.3f}".rstrip("0").rstrip("."))]
