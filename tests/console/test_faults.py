"""Faults over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from onenet_sim.console.faults import FaultOrder
from onenet_sim.world.faults import KEYS

if TYPE_CHECKING:
    import httpx

    from onenet_sim.world import World


def test_a_fault_is_added_strikes_is_listed_and_lifted(http: httpx.Client, world: World) -> None:
    added = http.post("/control/faults", json={"kind": "module.answer", "match": "CSQ", "modem": "modem-1"}).json()
    assert (added["id"], added["state"], added["text"]) == (1, "in force", "ERROR")
    assert world.modem.command("AT+CSQ") == ["ERROR"]
    assert http.get("/control/faults/1").json()["struck"] == 1
    assert http.get("/control/faults").json()["faults"] == [http.get("/control/faults/1").json()]
    shown = http.get("/control/journal", params={"layer": "modem"}).json()["events"][-1]
    assert (shown["kind"], shown["fields"]["name"]) == ("module_fault", "module.answer")
    assert http.delete("/control/faults/1").json() == {"faults": []}
    assert world.modem.command("AT+CSQ")[-1] == "OK"


def test_a_reset_and_a_delete_lift_all(http: httpx.Client) -> None:
    http.post("/control/network", json={"preset": "lossy"})
    assert len(http.get("/control/faults").json()["faults"]) == 4
    assert http.delete("/control/faults").json() == {"faults": []}
    http.post("/control/network", json={"preset": "ecl1", "modem": "modem-2"})
    http.post("/control/reset")
    assert http.get("/control/faults").json() == {"faults": []}


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "told"),
    [
        ("POST", "faults", {"kind": "network.los"}, 422, ("kind is 'network.los'", "network.loss")),
        ("POST", "faults", {"kind": "network.loss", "probability": 2}, 422, ("probability is 2", "0 to 1")),
        ("POST", "faults", {"kind": "network.loss", "probability": "2"}, 422, ("probability", "number")),
        ("POST", "faults", {"kind": "network.loss", "chance": 1}, 422, ("chance", "probability")),
        ("POST", "faults", {"kind": "line.noise", "modem": "modem-9"}, 422, ("modem-9", "modem-1")),
        ("POST", "faults", {}, 422, ("kind", "missing")),
        ("POST", "network", {"preset": "bad"}, 422, ("'bad'", "ecl2")),
        ("GET", "faults/7", None, 404, ("no fault 7", "/control/faults")),
        ("DELETE", "faults/7", None, 404, ("no fault 7",)),
        ("DELETE", "faults/x", None, 422, ("number", "'x'")),
    ],
)
def test_a_wrong_call_is_told_what_would_be_right(
    http: httpx.Client, method: str, path: str, body: object, status: int, told: tuple[str, ...]
) -> None:
    answer = http.request(method, f"/control/{path}", json=body)
    assert answer.status_code == status
    for words in told:
        assert words in answer.json()["error"]
    assert http.get("/control/faults").json() == {"faults": []}


def test_the_call_takes_each_key_of_a_declaration() -> None:
    assert set(FaultOrder.model_fields) == set(KEYS)
