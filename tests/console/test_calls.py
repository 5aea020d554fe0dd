from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from tests.receiver import receiving

if TYPE_CHECKING:
    import httpx

    from onenet_sim.world import World


def error_of(answer: httpx.Response) -> str:
    body = answer.json()
    assert list(body) == ["error"]
    text: str = body["error"]
    return text


def events(http: httpx.Client, **query: object) -> list[dict[str, Any]]:
    answer = http.get("/control/journal", params={name: str(value) for name, value in query.items()})
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.json()["events"]
    return found


def test_the_state_shows_time_modems_and_devices(http: httpx.Client, world: World) -> None:
    state = http.get("/control/state").json()
    assert state["time"] == 0
    assert state["clock"] == "stopped"
    assert state["seed"] == 7
    assert [modem["name"] for modem in state["modems"]] == ["modem-1", "modem-2"]
    assert state["modems"][0]["imei"] == world.modem.imei
    assert state["modems"][0]["power"] == "on"
    assert state["modems"][0]["mipl"]["lifetime_left"] is None
    assert state["devices"] == []


def test_advance_jumps_and_answers_with_the_new_time(http: httpx.Client) -> None:
    jumped = http.post("/control/clock/advance", json={"seconds": 86400})
    assert jumped.json() == {"time": 86400.0, "calendar": "2026-01-02T00:00:00.000+08:00", "clock": "stopped"}
    assert http.post("/control/clock/advance", json={"seconds": 0.5}).json()["time"] == 86400.5


def test_the_clock_takes_each_mode(http: httpx.Client, world: World) -> None:
    assert http.post("/control/clock", json={"mode": "scaled", "factor": 60}).json()["clock"] == "scaled:60"
    assert str(world.clock.mode) == "scaled:60"
    assert http.post("/control/clock", json={"mode": "real"}).json()["clock"] == "real"
    assert http.post("/control/clock", json={"mode": "stopped"}).json()["clock"] == "stopped"


def test_the_power_key_switches_off_and_on_and_restarts(http: httpx.Client) -> None:
    off = http.post("/control/modems/modem-2/power", json={"action": "off"}).json()
    assert off["name"] == "modem-2"
    assert off["power"] == "off"
    assert http.get("/control/state").json()["modems"][0]["power"] == "on"
    for action in ("on", "reset"):
        assert http.post("/control/modems/modem-2/power", json={"action": action}).status_code == 200
        http.post("/control/clock/advance", json={"seconds": 60})
        assert http.get("/control/state").json()["modems"][1]["power"] == "on"


def test_the_air_takes_coverage_away_and_gives_it_back(http: httpx.Client) -> None:
    url = "/control/modems/modem-2/radio"
    gone = http.post(url, json={"coverage": False, "ecl": 2}).json()
    assert gone["radio"]["registered"] is False
    assert (gone["radio"]["coverage"], gone["radio"]["ecl"]) == (False, 2)
    assert http.get("/control/state").json()["modems"][0]["radio"]["registered"] is True
    back = http.post(url, json={"coverage": True, "rsrp": -110}).json()
    assert back["radio"]["registered"] is True
    assert (back["radio"]["rsrp"], back["radio"]["ecl"]) == (-110, 2)
    assert http.post(url, json={"rsrp": -10}).status_code == 422


def test_a_reset_begins_a_fresh_world_with_the_same_modems(http: httpx.Client) -> None:
    before = http.get("/control/state").json()
    http.post("/control/clock/advance", json={"seconds": 3600})
    http.post("/control/modems/modem-1/power", json={"action": "off"})
    assert http.post("/control/reset").json() == before
    assert http.get("/control/state").json() == before
    assert {event["time"] for event in events(http)} == {0}


def test_resets_at_the_same_time_are_made_one_after_the_other(http: httpx.Client, world: World) -> None:
    answers: list[int] = []

    def reset() -> None:
        answers.append(http.post("/control/reset", json={}).status_code)

    threads = [threading.Thread(target=reset) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 4
    assert world.modem.command("AT")[-1] == "OK"


def test_a_call_is_noted_as_the_cause_of_what_it_brings_about(http: httpx.Client) -> None:
    http.post("/control/modems/modem-1/power", json={"action": "off"})
    call, power, answer = events(http)[-3:]
    assert call["text"] == 'POST /control/modems/modem-1/power {"action":"off"}'
    assert (power["kind"], power["cause"]) == ("power", call["id"])
    assert (answer["kind"], answer["cause"], answer["fields"]["status"]) == ("http_answer", call["id"], 200)


def test_a_call_that_is_refused_is_noted_and_one_that_only_reads_is_not(http: httpx.Client) -> None:
    before = len(events(http))
    for path in ("/control/state", "/control/journal", "/control/openapi.json", "/control/none"):
        http.get(path)
    assert len(events(http)) == before
    http.post("/control/clock", json={"mode": "fast"})
    assert [event["kind"] for event in events(http)[before:]] == ["http_request", "http_answer"]


def test_the_journal_is_read_on_from_the_last_id(http: httpx.Client) -> None:
    whole = http.get("/control/journal").json()
    assert whole["dropped"] == 0
    assert whole["last"] == whole["events"][-1]["id"]
    pages, after = [], 0
    while page := http.get("/control/journal", params={"after": after, "limit": 3}).json():
        if not page["events"]:
            break
        assert len(page["events"]) <= 3
        pages += page["events"]
        after = page["last"]
    assert pages == whole["events"]
    assert http.get("/control/journal", params={"after": after}).json() == {
        "events": [],
        "dropped": 0,
        "last": after,
    }


def test_the_journal_shows_one_layer_or_one_modem(http: httpx.Client, world: World) -> None:
    world.modem.command("AT")
    shown = events(http, layer="uart", modem="modem-1")
    assert shown
    assert {(event["layer"], event["modem"]) for event in shown} == {("uart", "modem-1")}
    last = http.get("/control/journal", params={"layer": "diagnosis"}).json()["last"]
    assert last == events(http)[-1]["id"]


def test_any_text_in_the_journal_can_be_read(http: httpx.Client) -> None:
    http.post("/control/clock", content='{"mode": "\\ud800 中"}'.encode())
    assert "中" in events(http, layer="http")[-2]["fields"]["body"]


def test_a_body_is_json_whatever_its_content_type_says(http: httpx.Client) -> None:
    for headers in ({"content-type": "application/x-www-form-urlencoded"}, {"content-type": "text/plain"}):
        answer = http.post("/control/clock/advance", content=b'{"seconds": 1}', headers=headers)
        assert answer.status_code == 200


WRONG: list[tuple[str, str, bytes, int, tuple[str, ...]]] = [
    ("POST", "/control/clock/advance", b'{"seconds": -1}', 422, ("seconds", "-1", "0")),
    ("POST", "/control/clock/advance", b'{"seconds": "60"}', 422, ("seconds", "'60'", "number")),
    ("POST", "/control/clock/advance", b'{"seconds": true}', 422, ("seconds", "True", "number")),
    ("POST", "/control/clock/advance", b'{"seconds": null}', 422, ("seconds", "None", "number")),
    ("POST", "/control/clock/advance", b'{"seconds": 1e99}', 422, ("seconds", "1e+99")),
    ("POST", "/control/clock/advance", b'{"seconds": 1e999}', 422, ("seconds", "finite")),
    ("POST", "/control/clock/advance", b'{"seconds": NaN}', 400, ("not JSON", "NaN")),
    ("POST", "/control/clock/advance", b'{"seconds": -Infinity}', 400, ("not JSON", "-Infinity")),
    ("POST", "/control/clock/advance", b'{"seconds": 1, "hours": 1}', 422, ("hours", "there are: seconds")),
    ("POST", "/control/clock/advance", b'{"seconds": 1', 400, ("not JSON", "column")),
    ("POST", "/control/clock/advance", b"\xff\xfe\x00", 400, ("not JSON",)),
    ("POST", "/control/clock/advance", b"[" * 60_000, 400, ("not JSON",)),
    ("POST", "/control/clock/advance", b"[1]", 422, ("body", "[1]")),
    ("POST", "/control/clock/advance", b"{}", 422, ("seconds", "missing")),
    ("POST", "/control/clock/advance", b"", 422, ("body", "seconds")),
    ("POST", "/control/clock/advance", b" " * 65_537, 413, ("65,536",)),
    ("POST", "/control/clock/advance", b" " * 1_048_577, 413, ("1,048,576",)),
    ("POST", "/control/clock", b'{"mode": "fast"}', 422, ("mode", "'real'", "'scaled'", "'stopped'", "'fast'")),
    ("POST", "/control/clock", b'{"mode": "scaled"}', 422, ("factor", "60")),
    ("POST", "/control/clock", b'{"mode": "scaled", "factor": 0}', 422, ("factor", "greater than 0")),
    ("POST", "/control/clock", b'{"mode": "scaled", "factor": 1e7}', 422, ("factor", "1e6")),
    ("POST", "/control/clock", b'{"mode": "real", "factor": 2}', 422, ("factor", "scaled")),
    ("POST", "/control/modems/modem-9/power", b'{"action": "on"}', 404, ("'modem-9'", "modem-1, modem-2")),
    ("POST", "/control/modems/modem-1/power", b'{"action": "press"}', 422, ("action", "'off'", "'press'")),
    ("POST", "/control/modems/modem-1/radio", b'{"ecl": 3}', 422, ("ecl", "2", "3")),
    ("POST", "/control/reset", b'{"seed": 1}', 422, ("seed", "there are none")),
    ("POST", "/control/reset", b"7", 422, ("body", "7")),
    ("POST", "/control/none", b"", 404, ("POST /control/none", "openapi.json")),
    ("GET", "/control", b"", 404, ("GET /control", "openapi.json")),
    ("GET", "/control/reset", b"", 405, ("GET /control/reset", "POST")),
    ("DELETE", "/control/state", b"", 405, ("DELETE /control/state", "GET")),
    ("GET", "/control/journal?after=-1", b"", 422, ("query, 'after'", "-1")),
    ("GET", "/control/journal?after=1e3", b"", 422, ("query, 'after'", "integer")),
    ("GET", "/control/journal?layer=usb", b"", 422, ("layer", "'uart'", "'usb'")),
    ("GET", "/control/journal?modem=modem-9", b"", 422, ("'modem-9'", "modem-1")),
    ("GET", "/control/journal?limit=0", b"", 422, ("limit", "'0'")),
    ("GET", "/control/journal?from=1", b"", 422, ("from", "after, layer, modem, limit")),
]


@pytest.mark.parametrize(("method", "path", "body", "status", "told"), WRONG)
def test_a_call_that_is_wrong_is_told_what_and_where_and_changes_nothing(
    http: httpx.Client, method: str, path: str, body: bytes, status: int, told: tuple[str, ...]
) -> None:
    before = http.get("/control/state").json()
    answer = http.request(method, path, content=body)
    assert answer.status_code == status
    text = error_of(answer)
    for words in told:
        assert words in text
    assert before | {"journal": None} == http.get("/control/state").json() | {"journal": None}


def test_a_path_of_several_calls_names_all_its_methods(http: httpx.Client) -> None:
    answer = http.patch("/control/faults")
    assert (answer.status_code, answer.headers["allow"]) == (405, "DELETE, GET, POST")
    assert "this path takes DELETE, GET, POST" in error_of(answer)


def test_time_ends_with_the_calendar(http: httpx.Client, world: World) -> None:
    world.clock.advance(days=365 * 7970)
    answer = http.post("/control/clock/advance", json={"seconds": 10 * 365 * 86400})
    assert answer.status_code == 422
    assert "9999" in error_of(answer)


@pytest.mark.parametrize(
    ("error", "status"),
    [(TimeoutError("the world did not settle"), 504), (RuntimeError("the world was restarted"), 409)],
)
def test_a_jump_that_does_not_arrive_says_why(
    http: httpx.Client, world: World, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    async def refuse(_: float) -> None:
        raise error

    monkeypatch.setattr(world.clock, "advance_async", refuse)
    answer = http.post("/control/clock/advance", json={"seconds": 1})
    assert answer.status_code == status
    assert error_of(answer) == str(error)


def test_onenets_own_api_is_at_the_root_beside_it(http: httpx.Client, world: World) -> None:
    key = {"api-key": world.settings.api_key}
    assert http.get("/devices", headers=key).json()["errno"] == 0
    assert http.get("/controls", headers=key).json()["errno"] != 0


def test_a_push_is_set_up_when_the_application_shakes_hands(http: httpx.Client, world: World) -> None:
    key = {"api-key": world.settings.api_key}
    with receiving() as receiver:
        order = {"url": receiver.url, "token": "t", "generation": "rules"}
        assert http.post("/control/push", json=order).json() == {"id": 1, "enabled": True}
        assert http.get("/msg_group/1/status", headers=key).json()["data"] == {"status": True}
        receiver.echo = str.upper
        refused = http.post("/control/push", json=order)
        assert refused.status_code == 502
        assert "expected the msg of the query" in error_of(refused)
    for wrong in (
        {"url": "nowhere"},
        {"url": "http://a", "aes_key": "short"},
        {"url": "http://a", "generation": "x"},
    ):
        assert http.post("/control/push", json=wrong).status_code == 422


def test_openapi_describes_each_call_with_examples_that_work(http: httpx.Client, world: World) -> None:
    for line in ("AT+MIPLCREATE", "AT+MIPLOPEN=0,200000,30"):  # a device that is still online the day after
        assert world.modem.command(line)[-1] == "OK"
    with receiving() as receiver:
        check_each_call(http, world.modem.imei, receiver.url)


def check_each_call(http: httpx.Client, imei: str, url: str) -> None:
    api = http.get("/control/openapi.json").json()
    assert api["info"]["title"]
    assert api["info"]["version"]
    calls = {(method, path): call for path, item in api["paths"].items() for method, call in item.items()}
    assert set(calls) == {
        ("get", "/control/state"),
        ("post", "/control/clock/advance"),
        ("post", "/control/clock"),
        ("get", "/control/journal"),
        ("get", "/control/why"),
        ("get", "/control/lint"),
        ("get", "/control/report.html"),
        ("get", "/control/capture.pcapng"),
        ("post", "/control/map"),
        ("post", "/control/modems/{name}/command"),
        ("post", "/control/devices/{imei}/instances"),
        ("delete", "/control/devices/{imei}/instances"),
        ("post", "/control/modems/{name}/power"),
        ("post", "/control/modems/{name}/radio"),
        ("post", "/control/modems/{name}/stubs"),
        ("get", "/control/modems/{name}/stubs"),
        ("delete", "/control/modems/{name}/stubs"),
        ("post", "/control/devices/{imei}/upgrade"),
        ("get", "/control/devices/{imei}/upgrade"),
        ("post", "/control/push"),
        ("post", "/control/expect"),
        ("post", "/control/reset"),
        ("get", "/control/faults/{number}"),
        ("delete", "/control/faults/{number}"),
        ("get", "/control/faults"),
        ("post", "/control/faults"),
        ("delete", "/control/faults"),
        ("post", "/control/network"),
    }
    for (method, path), call in calls.items():
        assert call["summary"]
        assert call["description"]
        (media, content), *_ = call["responses"]["200"]["content"].items()
        assert content["example"]
        if path.endswith("/instances"):  # which modules refuse, and coverage is gone by now
            continue
        fields = fields_of(api, call)
        body = (
            {name: field["examples"][0] for name, field in fields.items() if "examples" in field}
            if method == "post"
            else None
        )
        if body and "url" in body:
            body["url"] = url  # the example's application is not there
        if "{number}" in path and method == "get":
            added = http.post("/control/faults", json={"kind": "network.loss", "direction": "up"})
            assert added.status_code == 200
        query = {
            each["name"]: each["schema"]["examples"][0]
            for each in call.get("parameters", [])
            if each["in"] == "query" and "examples" in each["schema"]
        }
        target = path.format(name="modem-1", imei=imei, number=1)
        answer = http.request(method, target, params=query, json=body)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(media)
        if media == "application/json":
            assert set(content["example"]) <= set(answer.json())


def fields_of(api: dict[str, Any], call: dict[str, Any]) -> dict[str, Any]:
    schema = call.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    if "$ref" not in schema:
        return {}
    fields: dict[str, Any] = api["components"]["schemas"][schema["$ref"].rpartition("/")[2]]["properties"]
    return fields
