from __future__ import annotations

import json
from contextlib import contextmanager
from time import monotonic
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import httpx

from onenet_sim.console import control_app
from onenet_sim.console.stream import EventStream
from onenet_sim.journal import Explanation, Journal
from onenet_sim.world import Simulation, World

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 10.0


class Followed:
    """A live journal as a client sees it."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self.comments: list[str] = []
        self._lines = answer.iter_lines()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        event_id = None
        for line in self._lines:
            match line.partition(": "):
                case "id", _, text:
                    event_id = int(text)
                case "data", _, text:
                    event = json.loads(text)
                    assert event["id"] == event_id
                    yield event
                case "", ": ", text:
                    self.comments.append(text)

    def until(self, text: str) -> dict[str, Any]:
        return next(event for event in self if text in event["text"])


@contextmanager
def follow(http: httpx.Client, headers: dict[str, str] | None = None, **query: str | int) -> Iterator[Followed]:
    accept = {"accept": "text/event-stream"} | (headers or {})
    with http.stream("GET", "/control/journal", params=query, headers=accept) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield Followed(answer)


def test_it_gives_what_was_and_then_what_happens(http: httpx.Client, world: World) -> None:
    kept = http.get("/control/journal").json()["events"]
    with follow(http) as live:
        assert [next(iter(live)) for _ in kept] == kept
        world.modem.command("AT")
        assert live.until("> AT")["layer"] == "at"
        http.post("/control/modems/modem-2/power", json={"action": "off"})
        assert live.until("module off")["modem"] == "modem-2"


def test_it_begins_after_an_id_and_shows_one_layer_of_one_modem(http: httpx.Client, world: World) -> None:
    last = http.get("/control/journal").json()["last"]
    with follow(http, after=last, layer="at", modem="modem-2") as live:
        world.modem.command("AT+CSQ")
        world.modems["modem-2"].command("AT")
        event = next(iter(live))
        assert event["text"] == "> AT"
        assert event["id"] > last


def test_a_browser_that_comes_back_goes_on_where_it_was(http: httpx.Client) -> None:
    with follow(http, {"last-event-id": "2"}) as live:
        assert next(iter(live))["id"] == 3
    for unknown in ("99999", "none"):
        with follow(http, {"last-event-id": unknown}) as live:
            assert next(iter(live))["id"] == 1


def test_it_goes_on_with_the_fresh_journal_after_a_reset(http: httpx.Client, world: World) -> None:
    with follow(http) as live:
        live.until("reset with seed")
        http.post("/control/reset")
        assert "POST /control/reset" in next(iter(live))["text"]
        assert next(iter(live))["id"] == 1
        assert "reset" in live.comments[-1]
        world.modem.command("AT")
        live.until("> AT")


def test_a_client_that_hangs_up_is_followed_no_longer(http: httpx.Client, world: World) -> None:
    def followers() -> int:
        return world.call(lambda simulation: len(simulation.journal._followers))

    before = followers()
    with follow(http) as live:
        next(iter(live))
        assert followers() == before + 1
    deadline = monotonic() + PATIENCE
    while followers() > before:
        assert monotonic() < deadline


def test_it_ends_properly_when_the_world_ends() -> None:
    with World(clock="stopped") as world:
        url = world.serve_http(control_app(world))
        with httpx.Client(base_url=url, timeout=PATIENCE) as http, follow(http) as live:
            first = next(iter(live))
            world.close()
            ids = [first["id"], *(event["id"] for event in live)]
            assert ids == list(range(1, len(ids) + 1))
            assert live.answer.is_stream_consumed


def test_a_jump_does_not_wait_for_a_client_that_reads_nothing(http: httpx.Client) -> None:
    with follow(http):
        for _ in range(50):
            assert http.post("/control/clock/advance", json={"seconds": 60}).status_code == 200


def test_a_slow_client_is_told_how_much_it_missed() -> None:
    journal = Journal(lambda: 0.0, capacity=3)
    world = cast("Simulation", SimpleNamespace(journal=journal))
    stream = EventStream(world, after=0, layer=None, modem=None)
    for number in range(1, 6):
        journal.note(Explanation(f"number {number}"))
    missed, news = stream._news()
    assert missed == b": 2 events fell off the journal before they were sent\n\n"
    assert news.count(b"data: ") == 3
    assert b"number 3" in news
    assert list(stream._news()) == []
