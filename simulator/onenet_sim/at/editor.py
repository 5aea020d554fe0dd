r"""From octets to command lines: echo, correction, repetition, bounds (ITU-T V.250, 5.2).

The editor takes octets in any split and gives, in order, what must be echoed and the lines that became
complete. The rules:

* A line begins with ``AT`` in any case; whatever comes before these two letters is noise and is skipped.
* It ends with S3 (CR). A LF that follows belongs to no line; neither do NUL and other control characters.
* S5 (backspace) takes back the last character, but not the ``AT``.
* ``A/`` repeats the last line at once, without a CR; before the first line it stands for an empty one.
* A line longer than the bound is read to its end and reported as too long.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onenet_sim.at.settings import LineSettings

_FIRST_PRINTABLE = 0x20
_DELETE = 0x7F
_SPACE = b" "


@dataclass(frozen=True, slots=True)
class Echo:
    """Octets to send back to the host."""

    octets: bytes


@dataclass(frozen=True, slots=True)
class Line:
    """A complete command line without its ``AT`` and its end; octets above 0x7F appear as Latin-1."""

    text: str


@dataclass(frozen=True, slots=True)
class Noise:
    """A line that did not begin with ``AT``; the module ignores it."""

    octets: bytes


@dataclass(frozen=True, slots=True)
class LineTooLong:
    """A line of more characters than the bound; none of it is executed."""

    length: int


EditorEvent = Echo | Line | Noise | LineTooLong


class LineEditor:
    """Collects one host's octets into command lines.

    Args:
        settings: The line's settings; they may change between any two lines.
        maximum: The most characters a line may have, ``AT`` and end not counted.
    """

    def __init__(self, settings: LineSettings, maximum: int) -> None:
        self._settings = settings
        self._maximum = maximum
        self._before = bytearray()
        self._text: bytearray | None = None
        self._excess = 0
        self._last = ""

    def feed(self, octets: bytes) -> Iterator[EditorEvent]:
        """Yield what comes of ``octets``; act on each event before taking the next one.

        A line's command may change the echo or the line end for the octets behind it.
        """
        echo = b""
        at = 0
        while at < len(octets):
            line = self._whole_line(octets, at)
            event, back = (self._line(line[2:-1]), line) if line else self._take(octets[at])
            at += len(line) or 1
            if self._settings.echo:
                echo += back
            if event is not None:
                if echo:
                    yield Echo(echo)
                    echo = b""
                yield event
        if echo:
            yield Echo(echo)

    def _whole_line(self, octets: bytes, at: int) -> bytes:
        """Return the line that begins at ``at`` if it is all there and plain, as it mostly is: taken in one go."""
        if self._text is not None or self._before:
            return b""
        settings = self._settings
        line = octets[at : octets.find(settings.line_end, at) + 1]
        text = line[:-1]
        if text[:2].upper() != b"AT" or len(text) > 2 + self._maximum or settings.backspace in line:
            return b""
        return line if text.isascii() and text.decode().isprintable() else b""

    def _take(self, octet: int) -> tuple[EditorEvent | None, bytes]:
        """Return what one octet completes and how it is echoed."""
        as_it_is = bytes((octet,))
        if octet == self._settings.line_end:
            return self._end(), as_it_is
        if octet == self._settings.backspace:
            return None, self._delete(as_it_is)
        if octet < _FIRST_PRINTABLE or octet == _DELETE:
            return None, b""
        if self._text is None:
            return self._begin(octet), as_it_is
        if len(self._text) < self._maximum:
            self._text.append(octet)
        else:
            self._excess += 1
        return None, as_it_is

    def _begin(self, octet: int) -> Line | None:
        self._before.append(octet)
        match bytes(self._before[-2:]).upper():
            case b"AT":
                self._text = bytearray()
                self._before.clear()
            case b"A/":
                self._before.clear()
                return Line(self._last)
            case _:
                del self._before[: -self._maximum]
        return None

    def _end(self) -> Line | Noise | LineTooLong | None:
        text, excess, before = self._text, self._excess, bytes(self._before)
        self._text, self._excess = None, 0
        self._before.clear()
        if text is None:
            return Noise(before) if before.strip() else None
        if excess:
            return LineTooLong(len(text) + excess)
        return self._line(bytes(text))

    def _line(self, text: bytes) -> Line:
        self._last = text.decode("latin-1")
        return Line(self._last)

    def _delete(self, backspace: bytes) -> bytes:
        if self._excess:
            self._excess -= 1
        elif self._text:
            del self._text[-1]
        elif self._text is None and self._before:
            del self._before[-1]
        else:
            return b""
        return backspace + _SPACE + backspace
