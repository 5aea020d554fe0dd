"""The north-bound API on its real port, called as applications call it."""

from __future__ import annotations

import base64
import hmac
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx
import pytest

from onenet_sim.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 10.0
JAVA_JSON = "application/json; charset=utf-8"
"""The content type of OneNET's Java SDK."""


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World(profile="m5310a", seed=7, clock="stopped", pty=False) as world:
        yield world


@pytest.fixture
def modem_online(world: World) -> str:
    world.reset()
    for line in (
        "AT+MIPLCREATE",
        'AT+MIPLADDOBJ=0,3200,1,"1",0,0',
        'AT+MIPLDISCOVERRSP=0,3200,1,9,"5500;5750"',
        "AT+MIPLOPEN=0,3600",
    ):
        assert world.modem.command(line)[-1] == "OK"
    world.settle()
    return world.modem.imei


@pytest.fixture
def java(world: World) -> Iterator[httpx.Client]:
    """Call as OneNET's Java SDK does: these headers, and ``{}`` where there is nothing to say."""
    headers = {"api-key": world.settings.api_key, "user-agent": "okhttp/3.9.0", "accept-encoding": "gzip"}
    with httpx.Client(base_url=world.http, headers=headers, timeout=PATIENCE) as client:
        yield client


def post(client: httpx.Client, target: str, body: str) -> Any:  # noqa: ANN401 - JSON
    return client.post(target, content=body, headers={"content-type": JAVA_JSON}).json()


def test_the_java_sdks_calls_do_what_its_sample_shows(world: World, modem_online: str, java: httpx.Client) -> None:
    imei = modem_online
    created = post(
        java,
        "/devices",
        '{"protocol":"LWM2M","auth_info":{"866971030000001":"320023320"},"title":"samples"}',
    )
    assert (created["errno"], world.onenet.device("866971030000001") is None) == (0, False)
    answered: list[Any] = []
    reader = threading.Thread(
        target=lambda: answered.append(
            java.get(f"/nbiot?imei={imei}&obj_id=3200&obj_inst_id=0&res_id=5500").json()
        )
    )
    reader.start()
    mid = world.modem.expect(r"\+MIPLREAD:0,\d+,3200,0,5500").split(",")[1]
    assert world.modem.command(f'AT+MIPLREADRSP=0,{mid},1,3200,0,5500,5,1,"1",0,0')[-1] == "OK"
    reader.join(PATIENCE)
    assert answered == [
        {"errno": 0, "error": "succ", "data": [{"obj_inst_id": 0, "res": [{"res_id": 5500, "val": True}]}]}
    ]
    resources = java.get(f"/nbiot/resources?imei={imei}").json()["data"]
    assert resources["item"] == [{"obj_id": 3200, "instances": [{"inst_id": 0, "resources": [5500, 5750]}]}]
    assert post(java, f"/nbiot/observe?imei={imei}&obj_id=3200&cancel=false", "{}")["errno"] == 0


def test_the_java_sdks_calls_to_a_device_that_is_not_there_say_so(world: World, java: httpx.Client) -> None:
    world.reset()
    world.onenet.create_device("866971030000001", "320023320")
    at = "imei=866971030000001&obj_id=3200&obj_inst_id=0"
    write = '{"data":[{"val":"data1","res_id":5750}]}'
    for answer in (
        java.get(f"/nbiot?{at}&res_id=5500").json(),
        post(java, f"/nbiot?{at}&mode=2", write),
        post(java, f"/nbiot/execute?{at}&res_id=5501", '{"args":"ping"}'),
        post(java, "/nbiot/observe?imei=866971030000001&obj_id=3200&cancel=false", "{}"),
    ):
        assert answer == {"errno": 2001, "error": "device not online"}


def test_an_application_that_takes_the_port_for_its_proxy_need_not_change_its_urls(world: World) -> None:
    with httpx.Client(proxy=world.http, headers={"api-key": world.settings.api_key}, timeout=PATIENCE) as client:
        for url in ("http://api.heclouds.com/devices?per_page=1", "http://183.230.40.33:80/devices/"):
            assert client.get(url).json()["errno"] == (5108 if url.endswith("/") else 0)
        assert client.get("http://api.heclouds.com").json()["error"] == "no such call: GET /"


def test_a_token_signed_with_the_worlds_access_key_opens_the_port(world: World, modem_online: str) -> None:
    key = base64.b64decode(world.settings.access_key)
    et = int(world.clock.calendar.timestamp()) + 60
    for version, res, target in (
        ("2018-10-31", f"products/{world.settings.product_id}", f"/nbiot/resources?imei={modem_online}"),
        ("2020-05-29", "userid/1", f"/LwM2M-online?action=resources?imei={modem_online}"),
    ):
        text = f"{et}\nsha256\n{res}\n{version}".encode()
        sign = base64.b64encode(hmac.new(key, text, "sha256").digest()).decode()
        token = f"version={version}&res={quote(res, safe='')}&et={et}&method=sha256&sign={quote(sign, safe='')}"
        answer = httpx.get(world.http + target, headers={"authorization": token}).json()
        assert (answer["errno"], answer["data"]["total_count"]) == (0, 1)


def test_an_access_key_that_is_no_base64_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="access_key"):
        World(access_key="not base64!")
