"""Octets of a line, cut into what a session file has on one line each."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import given, strategies as st

from onenet_sim.testing.sessions import Act, Cutter, Entry, Side, Spoken, entry_line

if TYPE_CHECKING:
    from collections.abc import Iterable

HOST, MODULE = Side.HOST, Side.MODULE
octets_with_ends = st.lists(st.sampled_from([b"\r\n", b"\r", b"\n", b"OK", b"+A: 1", b" "]), max_size=6).map(
    b"".join
)
heard = st.tuples(st.sampled_from(Side), octets_with_ends, st.sampled_from([0.0, 0.01, 0.3, 2.0]))


def lines(entries: Iterable[Entry]) -> list[str]:
    return [entry_line(entry) for entry in entries]


def cut(*pieces: tuple[Side, bytes], seconds: float = 0.0) -> list[str]:
    """Return the lines of what two sides said one after the other, with so much time between."""
    cutter = Cutter()
    entries: list[Entry] = []
    for number, (side, octets) in enumerate(pieces):
        entries += cutter.hear(side, octets, number * seconds)
    return lines([*entries, *cutter.end()])


@given(st.lists(heard, max_size=20))
def test_whatever_comes_in_whatever_pieces_no_octet_is_lost_or_moved_within_its_side(
    pieces: list[tuple[Side, bytes, float]],
) -> None:
    cutter, now = Cutter(), 0.0
    entries: list[Entry] = []
    for side, octets, pause in pieces:
        now += pause
        entries += [*cutter.look(now), *cutter.hear(side, octets, now)]
    entries += cutter.end()
    for side in Side:
        mine = (entry for entry in entries if isinstance(entry, Spoken) and entry.side is side)
        assert b"".join(entry.octets({}) for entry in mine) == b"".join(o for s, o, _ in pieces if s is side)
    assert not cutter.waits


@given(st.lists(st.integers(0, 40), max_size=4))
def test_the_cuts_do_not_depend_on_how_the_octets_come(places: list[int]) -> None:
    octets = b"AT\r\r\n+A: 1\r\nB\r\n\r\nOK\r\n\r\n+URC: 2\r\n"
    edges = sorted({0, *places, len(octets)})
    pieces = [(MODULE, octets[start:end]) for start, end in pairwise(edges)]
    assert cut(*pieces) == ["<< AT\\r", "< +A: 1", "<< B\\r\\n", "< OK", "< +URC: 2"]


def test_the_echo_of_a_person_who_types_stands_behind_the_line_that_it_echoes() -> None:
    typed = [(side, letter) for letter in (b"A", b"T", b"I", b"\r") for side in (HOST, MODULE)]
    assert cut(*typed, (MODULE, b"\r\nOK\r\n"), seconds=0.02) == [
        ">> ATI\\r",
        "<< ATI\\r",
        "@ advance 0.16",
        "< OK",
    ]


def test_a_command_ended_by_cr_alone_is_whole_when_the_module_answers() -> None:
    cutter = Cutter()
    assert cutter.hear(HOST, b"AT\r", 0.0) == []
    assert lines(cutter.hear(MODULE, b"\r\nOK\r\n", 0.02)) == [">> AT\\r", "< OK"]


def test_an_lf_that_comes_later_than_its_cr_stands_where_it_came() -> None:
    assert cut((HOST, b"AT\r"), (MODULE, b"\r\nOK\r\n"), (HOST, b"\n")) == [">> AT\\r", "< OK", ">> \\n"]


def test_a_prompt_has_no_end_and_is_taken_after_a_second_before_what_was_said_to_it() -> None:
    cutter = Cutter()
    assert cutter.hear(MODULE, b"\r\n> ", 0.0) == []
    assert cutter.hear(HOST, b"data\x1a", 0.2) == []
    assert cutter.waits
    assert lines(cutter.look(1.1)) == ["<< \\r\\n>\\x20"]
    assert lines(cutter.look(1.3)) == ["@ advance 0.2", ">> data\\x1a"]


def test_time_is_noted_from_a_tenth_of_a_second_on_and_shorter_times_add_up() -> None:
    cutter = Cutter()
    moments = (5.0, 5.04, 5.08, 5.12, 65.12)
    entries = [each for now in moments for each in cutter.hear(HOST, b"AT\r\n", now)]
    assert lines(entries) == ["> AT", "> AT", "> AT", "@ advance 0.12", "> AT", "@ advance 60", "> AT"]
    assert sum(float(entry.argument) for entry in entries if isinstance(entry, Act)) == 60.12


def test_octets_without_an_end_are_cut_at_4096() -> None:
    cutter = Cutter()
    (entry,) = cutter.hear(MODULE, b"x" * 5000, 0.0)
    assert isinstance(entry, Spoken)
    assert len(entry.octets({})) == 4096
