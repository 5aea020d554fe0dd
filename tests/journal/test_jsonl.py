"""The journal as JSON lines: what is written can be read again, and the rest is refused with its line."""

from __future__ import annotations

import json

import pytest

from onenet_sim.journal import (
    Answer,
    DataPoint,
    Event,
    HostWrote,
    Journal,
    Occurrence,
    WorldBegan,
    dropped_line,
    json_line,
    read_json_lines,
    saved_lines,
)
from tests.journal.test_events import KINDS, TABLE, filled


@pytest.mark.parametrize("what", [row[0] for row in TABLE], ids=lambda what: what.kind)
def test_each_event_comes_back_as_it_was(what: Occurrence) -> None:
    event = Event(7, 1.25, 3, "modem-1", what)
    (world,) = read_json_lines([json_line(event)])
    assert world.events == [event]
    assert world.lines == {7: 1}


@pytest.mark.parametrize("kind", KINDS)
def test_text_of_every_kind_comes_back(kind: type[Occurrence]) -> None:
    event = Event(1, 0.0, None, None, filled(kind, "温\ud800\r\n"))
    (world,) = read_json_lines([json_line(event)])
    assert world.events == [event]


def test_octets_are_hex_and_tuples_lists() -> None:
    fields = json.loads(json_line(Event(1, 0.0, None, None, HostWrote(b"AT\r"))))["fields"]
    assert fields == {"octets": "41540D"}
    answer = json.loads(json_line(Event(1, 0.0, None, None, Answer(("+CSQ: 17,99",), "OK"))))
    assert answer["fields"]["lines"] == ["+CSQ: 17,99"]


def test_ids_that_begin_again_are_a_fresh_world_and_missing_events_are_counted() -> None:
    journal = Journal(lambda: 0.0)
    journal.note(DataPoint("8", "3303_0_5700", 25.5))
    journal.note(DataPoint("8", "3303_0_5700", (1, 2)))
    lines = [json_line(event) for event in journal]
    first, second = read_json_lines([dropped_line(3), *lines, "", lines[0], dropped_line(9)])
    assert (len(first.events), first.dropped, first.lines) == (2, 3, {1: 2, 2: 3})
    assert (len(second.events), second.dropped, second.lines) == (1, 9, {1: 5})


def test_how_the_world_began_is_saved_though_it_fell_off_the_ring() -> None:
    journal = Journal(lambda: 0.0, 2)
    began = WorldBegan(
        "started with seed 7", 7, "0.1.0", "2026-01-01T00:00:00+08:00", ("m",), ("onemo",), ("10.0.0.1",)
    )
    journal.note(HostWrote(b"1"))
    journal.begin(began)
    assert [event.id for event in journal.whole()] == [1, 2]
    for octets in (b"3", b"4", b"5"):
        journal.note(HostWrote(octets))
    assert [event.id for event in journal.whole()] == [2, 4, 5]
    (world,) = read_json_lines(saved_lines(journal))
    assert (world.events, world.dropped) == (journal.whole(), 2)
    assert world.events[0].what == began


def test_an_empty_journal_is_one_world_without_events() -> None:
    (world,) = read_json_lines([])
    assert world.events == []


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "line 1 is no event"),
        ("[]", "no JSON object"),
        ("{}", "'kind' is missing"),
        ('{"kind": "rain", "id": 1}', "no kind of event is called 'rain'"),
        ('{"kind": "urc", "id": 1, "time": 0, "cause": null, "modem": null, "fields": {}}', "line"),
    ],
)
def test_what_is_no_journal_is_refused_with_its_line(line: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_json_lines([line])
