"""The calls that answer "why", the linter's, and the journal as JSON lines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from onenet_sim.journal import read_json_lines
from tests.console.test_calls import error_of

if TYPE_CHECKING:
    import httpx

    from onenet_sim.world import World

STREAM = "3303_0_5700"


def log_in(world: World) -> None:
    for line in ("AT+MIPLCREATE", 'AT+MIPLADDOBJ=0,3303,1,"1",0,0', "AT+MIPLOPEN=0,3000"):
        assert world.modem.command(line)[-1] == "OK"
    world.modem.expect(r"\+MIPLEVENT:0,6")
    world.settle()


def report(world: World) -> None:
    world.modem.command("AT+MIPLNOTIFY=0,0,3303,0,5700,4,4,25.5,0,0,1")
    world.settle()


def why(http: httpx.Client, **query: object) -> dict[str, Any]:
    answer = http.get("/control/why", params={name: str(value) for name, value in query.items()})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_why_tells_the_thread_of_an_event_and_of_the_newest_data_point(http: httpx.Client, world: World) -> None:
    log_in(world)
    report(world)
    point = world.journal.events(kind="datapoint")[-1]
    told = why(http, datapoint=STREAM)
    assert told == why(http, event=point.id) == why(http, datapoint=STREAM, imei=world.modem.imei)
    assert told["event"] == point.id == told["events"][-1]
    assert told["events"] == [event.id for event in world.journal.thread(point.id)]
    assert told["lines"] == world.journal.why(point.id).split("\n")


def test_why_tells_where_a_missing_data_point_ended(http: httpx.Client, world: World) -> None:
    log_in(world)
    world.modem.radio(coverage=False)
    report(world)
    told = why(http, missing=STREAM, imei=world.modem.imei)
    assert told["stage"] == "dropped"
    assert "no coverage" in told["lines"][1]
    assert all(any(f"#{event}" in line for line in told["lines"]) for event in told["events"])


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ({}, 422, "give one of event=ID, datapoint=STREAM and missing=STREAM"),
        ({"event": "1", "missing": STREAM}, 422, "give one of"),
        ({"event": "0"}, 422, "'event'"),
        ({"event": "12345"}, 404, "no event #12345; kept are #1 to #"),
        ({"datapoint": STREAM}, 404, "missing=3303_0_5700 tells why"),
        ({"missing": "temperature"}, 422, "one is 3303_0_5700"),
        ({"missing": STREAM, "imei": "8"}, 404, "2 modems"),
        ({"event": "1", "sort": "up"}, 422, "there is no such field"),
    ],
)
def test_a_wrong_question_is_told_what_would_be_right(
    http: httpx.Client, query: dict[str, str], status: int, words: str
) -> None:
    answer = http.get("/control/why", params=query)
    assert answer.status_code == status
    assert words in error_of(answer)


def test_lint_tells_the_findings_from_a_severity_on(http: httpx.Client, world: World) -> None:
    assert http.get("/control/lint").json() == {"findings": []}
    for _ in range(6):
        world.modem.command("AT+CEREG?")
    world.modem.command("AT+NONSENSE")
    found = http.get("/control/lint").json()["findings"]
    assert [each["rule"] for each in found] == ["polling", "unknown-command"]
    assert [each["modem"] for each in found] == ["modem-1", "modem-1"]
    found = http.get("/control/lint", params={"severity": "error"}).json()["findings"]
    assert [each["rule"] for each in found] == ["unknown-command"]
    assert "'note', 'warning' or 'error'" in error_of(http.get("/control/lint", params={"severity": "fatal"}))


@pytest.mark.parametrize(
    "asked", [{"params": {"format": "jsonl"}}, {"headers": {"accept": "application/x-ndjson"}}]
)
def test_the_whole_journal_comes_as_json_lines(http: httpx.Client, world: World, asked: dict[str, Any]) -> None:
    for _ in range(300):
        world.modem.command("AT")
    answer = http.get("/control/journal", **asked)
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    head, *lines = answer.text.splitlines()
    assert json.loads(head) == {"dropped": 0}
    assert [json.loads(line) for line in lines] == [event.to_json() for event in world.journal]
    (saved,) = read_json_lines(answer.text.splitlines())
    assert [event.what for event in saved.events] == [event.what for event in world.journal]


def test_json_lines_can_be_of_one_layer_and_begin_behind_an_event(http: httpx.Client, world: World) -> None:
    world.modem.command("AT")
    command = world.journal.events(kind="command")[-1]
    answer = http.get("/control/journal", params={"format": "jsonl", "layer": "at", "after": str(command.id)})
    assert [json.loads(line)["kind"] for line in answer.text.splitlines()[1:]] == ["answer"]
