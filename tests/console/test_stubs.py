"""Stubs over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import httpx

    from onenet_sim.world import World

PATH = "/control/modems/modem-1/stubs"


def test_a_stub_is_added_listed_and_lifted(http: httpx.Client, world: World) -> None:
    order = {"command": "AT+CSQ", "answer": ["+CSQ: 99,99", "OK"], "times": 2}
    added = http.post(PATH, json=order).json()
    assert added == {**order, "id": added["id"], "answered": 0}
    assert world.modem.command("AT+CSQ") == ["+CSQ: 99,99", "OK"]
    assert http.get(PATH).json() == {"stubs": [{**added, "answered": 1}]}
    assert http.delete(PATH, params={"id": added["id"]}).json() == {"lifted": 1}
    assert http.delete(PATH, params={"id": added["id"]}).status_code == 404
    assert world.modem.command("AT+CSQ") != ["+CSQ: 99,99", "OK"]
    assert http.delete(PATH).json() == {"lifted": 0}


@pytest.mark.parametrize(
    ("order", "told"),
    [
        ({"command": "CSQ", "answer": ["OK"]}, "does not begin with AT"),
        ({"command": "AT", "answer": ["OK"], "until": {"kind": "none"}}, "no event is of kind 'none'"),
        ({"command": "AT", "answer": ["OK"], "times": 0}, "'times'"),
        ({"command": "AT"}, "'answer': the field is missing"),
    ],
)
def test_a_stub_that_cannot_be_is_refused(http: httpx.Client, order: dict[str, object], told: str) -> None:
    answer = http.post(PATH, json=order)
    assert answer.status_code == 422
    assert told in answer.json()["error"]
    assert http.get("/control/modems/modem-9/stubs").status_code == 404
