"""The line editor: what octets become lines, what is echoed, what is noise."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings as hypothesis_settings, strategies as st

from onenet_sim.at import Echo, EditorEvent, Line, LineEditor, LineSettings, LineTooLong, Noise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAXIMUM = 12


def obey(line: str, settings: LineSettings) -> None:
    """Let a line change the settings, as a module's E and S commands do."""
    match line:
        case "E0" | "E1":
            settings.echo = line == "E1"
        case "S3=10" | "S3=35" | "S3=84":
            settings.line_end = int(line[3:])
        case "S5=13" | "S5=35" | "S5=65" | "S5=127":
            settings.backspace = int(line[3:])


def converse(chunks: Iterable[bytes], *, echo: bool = False) -> list[EditorEvent]:
    """Feed the chunks one by one, obey each line at once, and return all events."""
    settings = LineSettings(echo=echo)
    editor = LineEditor(settings, MAXIMUM)
    events: list[EditorEvent] = []
    for chunk in chunks:
        for event in editor.feed(chunk):
            events.append(event)
            if isinstance(event, Line):
                obey(event.text, settings)
    return events


def joined(events: Iterable[EditorEvent]) -> list[EditorEvent]:
    """Return the events with neighbouring echoes joined: how they are cut is not promised."""
    result: list[EditorEvent] = []
    for event in events:
        if isinstance(event, Echo) and result and isinstance(result[-1], Echo):
            result[-1] = Echo(result[-1].octets + event.octets)
        else:
            result.append(event)
    return result


def splits(octets: bytes) -> Iterator[list[bytes]]:
    """Yield the octets whole, one by one, and in every split into two and into three."""
    yield [octets]
    yield [octets[at : at + 1] for at in range(len(octets))]
    for at in range(1, len(octets)):
        yield [octets[:at], octets[at:]]
    for first, second in combinations(range(1, len(octets)), 2):
        yield [octets[:first], octets[first:second], octets[second:]]


STREAMS: dict[str, tuple[bytes, list[EditorEvent]]] = {
    # where a line ends
    "CR": (b"AT+CSQ\r", [Line("+CSQ")]),
    "CR LF": (b"AT+CSQ\r\nATI\r\n", [Line("+CSQ"), Line("I")]),
    "an LF belongs to no line": (b"\nAT+C\nSQ\r\n\n", [Line("+CSQ")]),
    "an LF alone ends nothing": (b"AT+CSQ\n", []),
    "a bare AT is an empty line": (b"AT\r", [Line("")]),
    "empty lines are nothing": (b"\r\r\n\r\n", []),
    "blank lines are nothing": (b"   \r", []),
    "a line without its end waits": (b"AT\rAT+CSQ", [Line("")]),
    # what belongs to it
    "NUL anywhere": (b"\0A\0T\0+CSQ\0\r\0\n", [Line("+CSQ")]),
    "control characters anywhere": (b"A\x01T\t+C\x1bSQ\x7f\r", [Line("+CSQ")]),
    "octets above ASCII are Latin-1": (b"AT+X=\xe9\xff\r", [Line("+X=é\xff")]),
    "blanks stay": (b"AT +X = 1 \r", [Line(" +X = 1 ")]),
    "lower case": (b"at+csq\r", [Line("+csq")]),
    "mixed case": (b"aT\rAt\r", [Line(""), Line("")]),
    "AT within a line": (b"AT+ATAT\r", [Line("+ATAT")]),
    # noise
    "a line without AT": (b"hello\r", [Noise(b"hello")]),
    "noise and a good line": (b"hello\r\nATI\r\n", [Noise(b"hello"), Line("I")]),
    "noise before AT": (b"\xff\xfe?!ATI\r", [Line("I")]),
    "blanks before AT": (b"  ATI\r", [Line("I")]),
    "an A before AT": (b"AAATI\r", [Line("I")]),
    "A and T apart": (b"A TI\r", [Noise(b"A TI")]),
    "A and T of two lines": (b"A\rTI\r", [Noise(b"A"), Noise(b"TI")]),
    "noise is bounded": (b"0123456789abcdef\r", [Noise(b"456789abcdef")]),
    "long noise before AT": (b"0123456789abcdefATI\r", [Line("I")]),
    # correction
    "backspace": (b"ATX\x08I\r", [Line("I")]),
    "backspaces": (b"AT+XYZ\x08\x08\x08CSQ\r", [Line("+CSQ")]),
    "backspace does not reach AT": (b"ATI\x08\x08\x08\x08I\r", [Line("I")]),
    "backspace within noise": (b"AX\x08TI\r", [Line("I")]),
    "backspace before all": (b"\x08\x08ATI\r", [Line("I")]),
    # repetition
    "A/ repeats at once": (b"ATI\rA/", [Line("I"), Line("I")]),
    "a/ too": (b"ATI\ra/", [Line("I"), Line("I")]),
    "A/ again and again": (b"ATI\rA/A/A/", [Line("I")] * 4),
    "the CR behind A/ is nothing": (b"ATI\r\nA/\r\nATE0\r\n", [Line("I"), Line("I"), Line("E0")]),
    "A/ repeats the latest line": (b"ATI\rATE0\rA/", [Line("I"), Line("E0"), Line("E0")]),
    "A/ before any line is an empty line": (b"A/", [Line("")]),
    "A/ repeats no noise": (b"ATI\rhello\rA/", [Line("I"), Noise(b"hello"), Line("I")]),
    "A/ repeats no line that was too long": (
        b"ATI\rAT+23456789abcd\rA/",
        [Line("I"), LineTooLong(13), Line("I")],
    ),
    "A/ within a line is text": (b"ATA/\r", [Line("A/")]),
    # the bound
    "a line as long as the bound": (b"AT+23456789abc\r", [Line("+23456789abc")]),
    "one more": (b"AT+23456789abcd\r", [LineTooLong(13)]),
    "a good line behind a long one": (b"AT+23456789abcdef\r\nATI\r\n", [LineTooLong(15), Line("I")]),
    "a long line cut to size": (b"AT+23456789abcde\x08\x08\r", [Line("+23456789abc")]),
    "a long line not cut enough": (b"AT+23456789abcde\x08\r", [LineTooLong(13)]),
    # S3 and S5
    "S3 is LF": (b"ATS3=10\rATI\r\nAT\n", [Line("S3=10"), Line("I"), Line("")]),
    "S3 is a printable character": (b"ATS3=35\rATI#AT\r+X#", [Line("S3=35"), Line("I"), Line("+X")]),
    "S3 is the T": (b"ATS3=84\rAT", [Line("S3=84"), Noise(b"A")]),
    "S5 is DEL": (b"ATS5=127\rATX\x7fI\x08\r", [Line("S5=127"), Line("I")]),
    "S5 is a printable character": (b"ATS5=35\rATX#I\r", [Line("S5=35"), Line("I")]),
    "S5 is the A": (b"ATS5=65\rATI\r", [Line("S5=65"), Noise(b"TI")]),
    "S3 goes before S5": (b"ATS5=13\rATI\r", [Line("S5=13"), Line("I")]),
}


@pytest.mark.parametrize(("octets", "expected"), STREAMS.values(), ids=STREAMS)
def test_every_split_of_a_stream_gives_the_same_lines(octets: bytes, expected: list[EditorEvent]) -> None:
    for chunks in splits(octets):
        assert converse(chunks) == expected, chunks


ECHOES: dict[str, tuple[bytes, list[EditorEvent]]] = {
    "a line and its end": (b"AT+CSQ\r", [Echo(b"AT+CSQ\r"), Line("+CSQ")]),
    "not the LF": (b"AT\r\nATI\r\n", [Echo(b"AT\r"), Line(""), Echo(b"ATI\r"), Line("I")]),
    "no control characters": (b"A\0T\x1bI\x7f\r", [Echo(b"ATI\r"), Line("I")]),
    "in the host's case": (b"atI\r", [Echo(b"atI\r"), Line("I")]),
    "what has no end yet": (b"AT+C", [Echo(b"AT+C")]),
    "empty lines": (b"\r\r", [Echo(b"\r\r")]),
    "noise": (b"hello\r", [Echo(b"hello\r"), Noise(b"hello")]),
    "a repetition": (b"ATI\rA/", [Echo(b"ATI\r"), Line("I"), Echo(b"A/"), Line("I")]),
    "all of a long line": (
        b"AT+23456789abcd\r",
        [Echo(b"AT+23456789abcd\r"), LineTooLong(13)],
    ),
    "a backspace wipes the screen": (b"ATX\x08I\r", [Echo(b"ATX\x08 \x08I\r"), Line("I")]),
    "no backspace over AT": (b"AT\x08\x08I\r", [Echo(b"ATI\r"), Line("I")]),
    "no backspace over nothing": (b"\x08AT\r", [Echo(b"AT\r"), Line("")]),
    "a backspace over noise": (b"AX\x08T\r", [Echo(b"AX\x08 \x08T\r"), Line("")]),
    "another backspace": (
        b"ATS5=35\rATX#I\r",
        [Echo(b"ATS5=35\r"), Line("S5=35"), Echo(b"ATX# #I\r"), Line("I")],
    ),
    "another line end": (
        b"ATS3=35\rAT\rI#",
        [Echo(b"ATS3=35\r"), Line("S3=35"), Echo(b"ATI#"), Line("I")],
    ),
    "until it is switched off": (b"ATE0\rATI\r", [Echo(b"ATE0\r"), Line("E0"), Line("I")]),
    "from when it is switched on": (
        b"ATE0\rATE1\rATI\r",
        [Echo(b"ATE0\r"), Line("E0"), Line("E1"), Echo(b"ATI\r"), Line("I")],
    ),
}


@pytest.mark.parametrize(("octets", "expected"), ECHOES.values(), ids=ECHOES)
def test_what_is_echoed_comes_before_what_it_completes(octets: bytes, expected: list[EditorEvent]) -> None:
    for chunks in splits(octets):
        assert joined(converse(chunks, echo=True)) == expected, chunks


def test_a_whole_chunk_is_echoed_at_once() -> None:
    assert converse([b"AT+C", b"SQ\r"], echo=True) == [Echo(b"AT+C"), Echo(b"SQ\r"), Line("+CSQ")]


def test_an_echo_of_nothing_is_no_event() -> None:
    assert converse([b"\n\0", b""], echo=True) == []


def test_a_line_is_given_before_the_octets_behind_it_are_looked_at() -> None:
    settings = LineSettings(echo=False)
    events = LineEditor(settings, MAXIMUM).feed(b"ATI\rATI#")
    assert next(events) == Line("I")
    settings.line_end = ord("#")
    assert list(events) == [Line("I")]


PIECES = st.sampled_from(
    [
        b"AT",
        b"at",
        b"A/",
        b"\r",
        b"\n",
        b"\r\n",
        b"\0",
        b"\x08",
        b"\x7f",
        b"E0",
        b"E1",
        b"S3=10",
        b"S5=35",
        b"#",
    ]
)
STREAM = st.lists(PIECES | st.binary(max_size=6), max_size=30).map(b"".join)


@hypothesis_settings(deadline=None)
@given(STREAM, st.data(), st.booleans())
def test_no_split_of_any_stream_matters(octets: bytes, data: st.DataObject, echo: bool) -> None:  # noqa: FBT001 - drawn
    cuts = sorted(data.draw(st.lists(st.integers(0, len(octets)), max_size=10)))
    chunks = [octets[start:end] for start, end in zip([0, *cuts], [*cuts, len(octets)], strict=True)]
    assert joined(converse(chunks, echo=echo)) == joined(converse([octets], echo=echo))


@hypothesis_settings(deadline=None)
@given(STREAM)
def test_no_line_and_no_noise_passes_the_bound(octets: bytes) -> None:
    for event in converse([octets]):
        match event:
            case Line(text):
                assert len(text) <= MAXIMUM
            case Noise(noise):
                assert len(noise) <= MAXIMUM
            case LineTooLong(length):
                assert length > MAXIMUM
            case Echo():
                pytest.fail("the echo is off")
