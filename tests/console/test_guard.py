"""A world that is open to a network: its control calls need a token, the north-bound API has its own keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from onenet_sim.console import control_app, control_token
from onenet_sim.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "a token"  # noqa: S105 - of this test


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with World(clock="stopped", pty=False) as world:
        url = world.serve_http(control_app(world, TOKEN))
        with httpx.Client(base_url=url) as client:
            yield client


@pytest.mark.parametrize("path", ["state", "openapi.json", "journal", "none"])
@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer wrong"}, {"authorization": f"Basic {TOKEN}"}])
def test_a_call_without_the_token_is_refused_in_words(
    client: httpx.Client, path: str, headers: dict[str, str]
) -> None:
    answer = client.get(f"/control/{path}", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "Authorization: Bearer TOKEN" in answer.json()["error"]


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_a_call_with_the_token_is_answered(client: httpx.Client, scheme: str) -> None:
    answer = client.post("/control/reset", headers={"authorization": f"{scheme} {TOKEN}"})
    assert answer.status_code == 200


def test_a_get_may_name_the_token_in_its_query(client: httpx.Client) -> None:
    assert client.get("/control/state", params={"token": TOKEN}).status_code == 200
    assert client.post("/control/reset", params={"token": TOKEN}).status_code == 401


def test_what_is_refused_changes_nothing_and_is_no_event(client: httpx.Client) -> None:
    before = client.get("/control/journal", params={"token": TOKEN}).json()
    client.post("/control/modems/modem-1/power", json={"action": "off"})
    assert client.get("/control/journal", params={"token": TOKEN}).json() == before


def test_the_north_bound_api_asks_for_its_own_key_alone(client: httpx.Client) -> None:
    assert client.get("/devices", headers={"api-key": "onenet-simulator"}).json()["errno"] == 0


@pytest.mark.parametrize(
    ("host", "chosen", "needed"),
    [("127.0.0.1", None, False), ("127.0.0.9", "", False), ("127.0.0.1", "x", True), ("0.0.0.0", None, True)],  # noqa: S104
)
def test_a_token_is_needed_beyond_this_machine_or_if_one_was_chosen(
    host: str, chosen: str | None, *, needed: bool
) -> None:
    assert bool(control_token(host, chosen)) is needed


def test_tokens_that_are_drawn_differ() -> None:
    assert control_token("0.0.0.0", None) != control_token("0.0.0.0", None)  # noqa: S104 - no server
