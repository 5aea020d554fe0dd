"""The form of a session file."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from onenet_sim.testing.sessions import (
    Act,
    Place,
    Session,
    SessionError,
    Side,
    Spoken,
    entry_line,
    parse_session,
    session_text,
)
from onenet_sim.testing.sessions.cutting import spoken

sides = st.sampled_from(Side)
said = st.builds(spoken, sides, st.binary(min_size=1, max_size=40))
acts = st.sampled_from(
    [
        Act("advance", "0.25"),
        Act("online", "true"),
        Act("api", "GET /nbiot?imei=1"),
        Act("datapoint", '3303_0_5700 "x"'),
    ]
)


def bare(session: Session) -> list[object]:
    """Return the entries without the lines on which they stand."""
    return [
        entry if isinstance(entry, Act) else (entry.side, entry.octets({}), entry.framed)
        for entry in (
            Act(each.action, each.argument) if isinstance(each, Act) else each for each in session.entries
        )
    ]


@given(st.lists(said | acts, max_size=20).map(tuple), st.sampled_from(["", "m5310a"]))
def test_what_is_written_is_read_back(entries: tuple[Spoken | Act, ...], profile: str) -> None:
    session = Session(entries, profile, "2026-03-01, /dev/ttyUSB0")
    again = parse_session(session_text(session), "session")
    assert bare(again) == bare(session)
    assert (again.profile, again.recorded, again.psk) == (profile, session.recorded, "")


@given(sides, st.binary(min_size=1, max_size=40))
def test_no_octet_is_lost_and_a_line_is_printable_ascii(side: Side, octets: bytes) -> None:
    entry = spoken(side, octets)
    line = entry_line(entry)
    assert entry.octets({}) == octets
    assert line.isascii()
    assert line.isprintable()
    assert line == line.rstrip()


def test_the_usual_line_ends_are_left_out_and_every_other_form_is_written_octet_by_octet() -> None:
    lines = [
        entry_line(spoken(side, octets))
        for side, octets in [
            (Side.HOST, b"AT\r\n"),
            (Side.HOST, b"AT\r"),
            (Side.MODULE, b"\r\nOK\r\n"),
            (Side.MODULE, b"AT\r"),
            (Side.MODULE, b"\r\n\xff{a}\\\t \r\n"),
        ]
    ]
    assert lines == ["> AT", r">> AT\r", "< OK", r"<< AT\r", r"< \xff\x7ba}\\\t\x20"]


def test_a_place_has_what_is_bound_to_its_name_and_a_brace_alone_is_a_brace() -> None:
    session = parse_session('< +A: {one},{"b": 1}\n', "session")
    (entry,) = session.entries
    assert isinstance(entry, Spoken)
    assert entry.parts == ("+A: ", Place("one"), ',{"b": 1}')
    assert entry.octets({"one": "17"}) == b'\r\n+A: 17,{"b": 1}\r\n'


def test_comments_and_empty_lines_are_passed_over_and_lines_are_counted_with_them() -> None:
    session = parse_session("# source\r\n\nprofile: m5310\r\n\n> AT\r\n", "session")
    assert session.profile == "m5310"
    assert session.entries == (Spoken(Side.HOST, ("AT",), framed=True, line=5),)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("> AT\nAT\n", "s, line 2: 'AT' begins with none of >, <, >>, <<, @, #, profile:, recorded:, psk:"),
        (">", "s, line 1: nothing stands behind >; an empty line is >> \\r\\n"),
        ("< a\\qb", "s, line 1: '\\\\q' is no escape; there are \\r, \\n, \\t, \\\\ and \\x with two hex digits"),
        ("< a\\x1", "s, line 1: '\\\\x' is no escape; there are \\r, \\n, \\t, \\\\ and \\x with two hex digits"),
        ("> 温", "s, line 1: '温' is not ASCII; in UTF-8 its octets are \\xe6\\xb8\\xa9"),
        ("@ wait 3", "s, line 1: no action is called 'wait'; there are api, api-result, advance, online, "),
        ("@ advance soon", "s, line 1: @ advance takes SECONDS: so much time passes; there is 'soon'"),
        ("@ api GET nbiot", "s, line 1: @ api takes METHOD TARGET [JSON]: the application calls OneNET"),
        ('@ api-result {"a"', "s, line 1: @ api-result takes JSON: its answer has come"),
        ("> AT\nprofile: onemo", "s, line 2: profile: stands before all that was said"),
    ],
)
def test_a_line_that_is_none_is_told_with_its_place_and_what_would_be_right(text: str, told: str) -> None:
    with pytest.raises(SessionError) as error:
        parse_session(text, "s")
    assert str(error.value).startswith(told)
