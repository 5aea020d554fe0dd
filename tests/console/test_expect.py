"""Waiting for what should happen, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import httpx

    from onenet_sim.world import World


def expect(http: httpx.Client, status: int, **order: object) -> Any:  # noqa: ANN401 - JSON
    answer = http.post("/control/expect", json=order)
    assert answer.status_code == status, answer.text
    return answer.json()


def test_what_comes_is_answered_with_its_event(http: httpx.Client) -> None:
    http.post("/control/modems/modem-2/power", json={"action": "reset"})
    found = expect(http, 200, event={"kind": "power", "state": "on"}, within=60)
    (event,) = found["events"]
    assert event["modem"] == "modem-2"
    assert event["fields"]["state"] == "on"
    assert found["time"] == 0


def test_a_second_wait_sees_what_came_during_the_first(http: httpx.Client) -> None:
    http.post("/control/modems/modem-2/power", json={"action": "reset"})
    expect(http, 200, event={"kind": "power", "state": "on"})
    expect(http, 200, event={"kind": "power", "state": "off"})


def test_a_miss_is_417_with_the_nearest_event_compared(http: httpx.Client, world: World) -> None:
    world.modem.command("AT+CSQ")
    missed = expect(http, 417, event={"kind": "command", "line": "AT+CESQ"}, within=2)
    assert missed["error"].startswith("expected an event of kind command with line 'AT+CESQ'\n")
    assert missed["nearest"]["event"]["fields"] == {"line": "AT+CSQ"}
    assert missed["nearest"]["matched"] == ["kind"]
    assert missed["nearest"]["differences"] == [{"field": "line", "expected": "'AT+CESQ'", "found": "'AT+CSQ'"}]
    assert missed["of_kind"] == 1
    assert missed["events"] == []


def test_never_a_count_and_an_order_can_be_expected(http: httpx.Client, world: World) -> None:
    world.modem.command("AT+CSQ")
    command = {"kind": "command", "line": "AT+CSQ"}
    expect(http, 417, event=command, mode="never")
    expect(http, 200, event={**command, "line": "AT"}, mode="never", within=3600, advance=True)
    assert world.clock.now == 3600
    expect(http, 200, event=command, count=1)
    expect(http, 417, event=command, count=2)
    expect(http, 200, event=[command, {"kind": "answer"}])
    expect(http, 417, event=[{"kind": "answer"}, command])


@pytest.mark.parametrize(
    ("order", "told"),
    [
        ({"event": {"kind": "data_point"}}, "no event is of kind 'data_point'; there are: "),
        ({"event": {}}, "the pattern is empty"),
        ({"event": []}, "there is no event to expect"),
        ({"event": {"kind": "urc"}, "mode": "never", "count": 1}, "never and exactly do not go together"),
        ({"event": {"kind": "urc"}, "since": 10**9}, "since is 1000000000, and the journal has no such event"),
        ({"event": {"kind": "urc"}, "within": -1}, "'within': Input should be greater than or equal to 0"),
        ({}, "'event': the field is missing"),
    ],
)
def test_what_cannot_be_expected_is_refused(http: httpx.Client, order: dict[str, object], told: str) -> None:
    assert told in expect(http, 422, **order)["error"]
