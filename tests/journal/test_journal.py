"""The journal: ids, causes, the ring and its bound, links, followers."""

from __future__ import annotations

import asyncio
import json

import pytest
from hypothesis import given, settings as hypothesis_settings, strategies as st

from onenet_sim.journal import CommandLine, Event, Explanation, HostWrote, Journal, Layer, Urc

LINKS = 4096


class Clock:
    """A clock that stands where it is put."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def journal(clock: Clock) -> Journal:
    return Journal(clock)


def ids(events: list[Event]) -> list[int]:
    return [event.id for event in events]


# --- what an event is ---


def test_ids_count_from_one(journal: Journal) -> None:
    assert [journal.note(Explanation("started")) for _ in range(3)] == [1, 2, 3]
    assert ids(list(journal)) == [1, 2, 3]


def test_an_event_has_the_worlds_time(journal: Journal, clock: Clock) -> None:
    journal.note(Explanation("started"))
    clock.now = 86400.5
    journal.note(Explanation("stopped"))
    assert [event.time for event in journal] == [0.0, 86400.5]


def test_an_event_is_found_by_its_id(journal: Journal) -> None:
    journal.note(Explanation("started"))
    journal.note(CommandLine("AT"), modem="modem-1")
    assert journal.get(2) == Event(2, 0.0, None, "modem-1", CommandLine("AT"))


@pytest.mark.parametrize("event_id", [-1, 0, 2])
def test_there_is_no_event_of_another_id(journal: Journal, event_id: int) -> None:
    assert journal.get(event_id) is None
    journal.note(Explanation("started"))
    assert journal.get(event_id) is None


def test_an_event_in_json(journal: Journal, clock: Clock) -> None:
    journal.note(HostWrote(b"AT\r"), modem="modem-1")
    clock.now = 1.23456789
    event = journal.get(journal.note(CommandLine("AT+CSQ"), cause=1))
    assert event is not None
    assert (event.layer, event.kind) == (Layer.AT, "command")
    assert json.loads(json.dumps(event.to_json())) == {
        "id": 2,
        "time": 1.234568,
        "layer": "at",
        "kind": "command",
        "modem": "modem-1",
        "cause": 1,
        "text": "> AT+CSQ",
        "fields": {"line": "AT+CSQ"},
    }


# --- causes ---


def cause_of(journal: Journal, event_id: int) -> int | None:
    event = journal.get(event_id)
    assert event is not None
    return event.cause


def modem_of(journal: Journal, event_id: int) -> str | None:
    event = journal.get(event_id)
    assert event is not None
    return event.modem


def test_an_event_outside_all_blocks_has_no_cause(journal: Journal) -> None:
    assert journal.cause is None
    assert cause_of(journal, journal.note(Explanation("started"))) is None


def test_a_cause_may_be_named(journal: Journal) -> None:
    first = journal.note(HostWrote(b"AT\r"))
    assert cause_of(journal, journal.note(CommandLine("AT"), cause=first)) == first


def test_a_block_names_the_cause_of_what_happens_within(journal: Journal) -> None:
    outer, inner = journal.note(HostWrote(b"AT\r")), journal.note(CommandLine("AT"))
    with journal.because(outer):
        assert journal.cause == outer
        assert cause_of(journal, journal.note(Urc("a"))) == outer
        with journal.because(inner):
            assert cause_of(journal, journal.note(Urc("b"))) == inner
        assert cause_of(journal, journal.note(Urc("c"))) == outer
        with journal.because(None):
            assert cause_of(journal, journal.note(Urc("d"))) is None
    assert cause_of(journal, journal.note(Urc("e"))) is None


def test_a_named_cause_goes_before_the_blocks(journal: Journal) -> None:
    first, second = journal.note(Urc("a")), journal.note(Urc("b"))
    with journal.because(first):
        assert cause_of(journal, journal.note(Urc("c"), cause=second)) == second


def test_a_block_that_fails_gives_its_cause_back(journal: Journal) -> None:
    def fail() -> None:
        with journal.because(1):
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        fail()
    assert journal.cause is None


def test_an_event_concerns_the_modem_of_its_cause(journal: Journal) -> None:
    first = journal.note(HostWrote(b"AT\r"), modem="modem-1")
    second = journal.note(CommandLine("AT"), cause=first)
    with journal.because(second):
        third = journal.note(Urc("a"))
        other = journal.note(Urc("b"), modem="modem-2")
    assert modem_of(journal, second) == "modem-1"
    assert modem_of(journal, third) == "modem-1"
    assert modem_of(journal, other) == "modem-2"


def test_no_modem_is_inherited_from_a_cause_that_fell_off(clock: Clock) -> None:
    journal = Journal(clock, capacity=2)
    first = journal.note(Urc("a"), modem="modem-1")
    journal.note(Urc("b"))
    journal.note(Urc("c"))
    late = journal.note(Urc("d"), cause=first)
    assert cause_of(journal, late) == first
    assert modem_of(journal, late) is None


def test_tasks_and_timers_keep_the_cause_of_the_block_that_made_them(journal: Journal) -> None:
    noted: dict[str, int] = {}

    async def run() -> None:
        loop = asyncio.get_running_loop()
        fired = [loop.create_future() for _ in range(2)]

        def timer() -> None:
            noted["timer"] = journal.note(Urc("timer"))
            fired[0].set_result(None)

        def soon() -> None:
            noted["soon"] = journal.note(Urc("soon"))
            fired[1].set_result(None)

        async def task() -> None:
            await fired[0]
            noted["task"] = journal.note(Urc("task"))
            with journal.because(2):
                noted["inner"] = journal.note(Urc("inner"))

        with journal.because(1):
            loop.call_later(0, timer)
            loop.call_soon(soon)
            running = asyncio.create_task(task())
        noted["outside"] = journal.note(Urc("outside"))
        await asyncio.gather(*fired, running)
        noted["after"] = journal.note(Urc("after"))

    journal.note(HostWrote(b"AT\r"), modem="modem-1")
    journal.note(CommandLine("AT"), modem="modem-2")
    asyncio.run(run())
    assert {name: cause_of(journal, event_id) for name, event_id in noted.items()} == {
        "timer": 1,
        "soon": 1,
        "task": 1,
        "inner": 2,
        "outside": None,
        "after": None,
    }
    assert modem_of(journal, noted["timer"]) == "modem-1"


# --- threads ---


def test_a_thread_goes_from_the_first_cause_to_the_event(journal: Journal) -> None:
    first = journal.note(HostWrote(b"AT\r"))
    journal.note(Explanation("jumped"))
    second = journal.note(CommandLine("AT"), cause=first)
    third = journal.note(Urc("a"), cause=second)
    journal.note(Urc("b"), cause=second)
    assert ids(journal.thread(third)) == [first, second, third]
    assert ids(journal.thread(first)) == [first]


def test_a_thread_begins_where_the_ring_does(clock: Clock) -> None:
    journal = Journal(clock, capacity=2)
    for cause in (None, 1, 2):
        journal.note(Urc("a"), cause=cause)
    assert ids(journal.thread(3)) == [2, 3]


@pytest.mark.parametrize("event_id", [0, 1, 9])
def test_the_thread_of_an_event_that_is_not_kept_is_empty(clock: Clock, event_id: int) -> None:
    journal = Journal(clock, capacity=1)
    journal.note(Urc("a"))
    journal.note(Urc("b"))
    assert journal.thread(event_id) == []


# --- the ring ---


def test_an_empty_journal(journal: Journal) -> None:
    assert len(journal) == 0
    assert list(journal) == []
    assert journal.events() == []
    assert journal.events(after=5) == []
    assert journal.thread(1) == []
    assert journal.dropped == 0


def test_the_newest_events_are_kept_and_the_others_counted(clock: Clock) -> None:
    journal = Journal(clock, capacity=3)
    for count in range(1, 8):
        assert journal.note(Urc("a")) == count
        assert journal.dropped == max(0, count - 3)
        assert len(journal) == min(count, 3)
    assert ids(list(journal)) == [5, 6, 7]
    assert [journal.get(event_id) is not None for event_id in range(4, 9)] == [False, True, True, True, False]


def test_events_may_be_noted_while_the_journal_is_read(journal: Journal) -> None:
    journal.note(Urc("a"))
    journal.note(Urc("b"))
    for event in journal:
        journal.note(Explanation("seen"), cause=event.id)
    assert len(journal) == 4


@pytest.mark.parametrize(
    ("after", "layer", "modem", "expected"),
    [
        (0, None, None, [3, 4, 5, 6]),
        (-9, None, None, [3, 4, 5, 6]),
        (1, None, None, [3, 4, 5, 6]),
        (2, None, None, [3, 4, 5, 6]),
        (3, None, None, [4, 5, 6]),
        (5, None, None, [6]),
        (6, None, None, []),
        (99, None, None, []),
        (0, Layer.AT, None, [4, 6]),
        (0, None, "modem-1", [4, 5]),
        (0, Layer.AT, "modem-1", [4]),
        (4, Layer.AT, None, [6]),
        (4, Layer.AT, "modem-1", []),
        (0, Layer.HTTP, None, []),
        (0, None, "modem-9", []),
    ],
)
def test_events_are_selected_by_id_layer_and_modem(
    clock: Clock, after: int, layer: Layer | None, modem: str | None, expected: list[int]
) -> None:
    journal = Journal(clock, capacity=4)
    journal.note(Urc("a"), modem="modem-1")
    journal.note(Urc("b"))
    journal.note(Explanation("jumped"))
    journal.note(CommandLine("AT"), modem="modem-1")
    journal.note(HostWrote(b"AT"), modem="modem-1")
    journal.note(Urc("c"), modem="modem-2")
    assert ids(journal.events(after=after, layer=layer, modem=modem)) == expected


@hypothesis_settings(deadline=None)
@given(capacity=st.integers(1, 8), total=st.integers(0, 20), after=st.integers(-1, 25))
def test_a_reader_who_asks_for_what_is_new_misses_only_what_was_dropped(
    capacity: int, total: int, after: int
) -> None:
    journal = Journal(Clock(), capacity=capacity)
    for _ in range(total):
        journal.note(Urc("a"))
    kept = range(max(1, total - capacity + 1), total + 1)
    assert ids(journal.events(after=after)) == [event_id for event_id in kept if event_id > after]
    assert journal.dropped + len(journal) == total


# --- links ---


def test_a_link_leads_from_a_key_to_an_event(journal: Journal) -> None:
    journal.link(("modem-1", 7), 3)
    assert journal.linked(("modem-1", 7)) == 3
    assert journal.linked(("modem-1", 8)) is None


def test_a_newer_link_replaces_the_older_one(journal: Journal) -> None:
    journal.link("key", 3)
    journal.link("key", 4)
    assert journal.linked("key") == 4


def test_the_oldest_link_is_given_up_for_the_newest(journal: Journal) -> None:
    for number in range(LINKS):
        journal.link(number, number)
    assert journal.linked(0) == 0
    journal.link(LINKS, LINKS)
    assert journal.linked(0) is None
    assert journal.linked(1) == 1
    assert journal.linked(LINKS) == LINKS


def test_a_link_that_is_made_again_is_new(journal: Journal) -> None:
    for number in range(LINKS):
        journal.link(number, number)
    journal.link(0, 99)
    journal.link("one more", 1)
    assert journal.linked(0) == 99
    assert journal.linked(1) is None


# --- followers ---


def test_a_follower_gets_every_new_event_until_it_ends(journal: Journal) -> None:
    seen: list[Event] = []
    journal.note(Urc("before"))
    end = journal.follow(seen.append)
    journal.note(Urc("a"))
    journal.note(Urc("b"))
    end()
    journal.note(Urc("after"))
    assert ids(seen) == [2, 3]


def test_a_follower_finds_the_event_already_kept(journal: Journal) -> None:
    found: list[Event | None] = []
    journal.follow(lambda event: found.append(journal.get(event.id)))
    journal.note(Urc("a"))
    assert found == list(journal)


def test_a_follower_may_end_itself_without_harm_to_others(journal: Journal) -> None:
    seen: list[int] = []

    def once(event: Event) -> None:
        seen.append(-event.id)
        end()

    end = journal.follow(once)
    journal.follow(lambda event: seen.append(event.id))
    journal.note(Urc("a"))
    journal.note(Urc("b"))
    assert seen == [-1, 1, 2]


def test_the_same_follower_twice_ends_once_at_a_time(journal: Journal) -> None:
    seen: list[Event] = []
    end = journal.follow(seen.append)
    journal.follow(seen.append)
    journal.note(Urc("a"))
    end()
    journal.note(Urc("b"))
    assert ids(seen) == [1, 1, 2]


def test_each_journal_counts_for_itself(clock: Clock) -> None:
    one, other = Journal(clock), Journal(clock)
    one.note(Urc("a"))
    one.note(Urc("b"))
    assert other.note(Urc("c")) == 1
