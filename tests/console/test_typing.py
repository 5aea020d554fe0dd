"""What a harness does over HTTP that others do on the serial line or in Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import httpx

    from onenet_sim.world import World

COMMAND = "/control/modems/modem-1/command"
LOGIN = ("AT+MIPLCREATE", 'AT+MIPLADDOBJ=0,3303,1,"1",0,0', "AT+MIPLOPEN=0,3000")


def test_a_command_line_is_answered_with_its_information_text_and_final_result(http: httpx.Client) -> None:
    assert http.post(COMMAND, json={"line": "AT+CSQ"}).json() == {"lines": ["+CSQ:20,99"], "final_result": "OK"}
    assert http.post(COMMAND, json={"line": "AT+NOPE"}).json() == {"lines": [], "final_result": "ERROR"}


def test_hosts_on_the_line_see_the_answer_too(http: httpx.Client, world: World) -> None:
    world.modem.line.lines()
    http.post(COMMAND, json={"line": "AT+CSQ"})
    assert world.modem.line.lines() == ["+CSQ:20,99", "OK"]


def test_a_module_that_is_off_gives_no_final_result(http: httpx.Client, world: World) -> None:
    world.modem.power("off")
    answer = http.post(COMMAND, json={"line": "AT"})
    assert answer.status_code == 504
    assert "the module is off, asleep or busy" in answer.json()["error"]
    assert "time stands still" in answer.json()["error"]


def test_an_answer_that_takes_time_comes_when_time_goes(http: httpx.Client, world: World) -> None:
    world.faults.add("module.slow", seconds=20)
    world.clock.set_mode("scaled", factor=1000)
    assert http.post(COMMAND, json={"line": "AT", "within": 5}).status_code == 504
    assert http.post(COMMAND, json={"line": "AT", "within": 100}).json()["final_result"] == "OK"


@pytest.mark.parametrize("line", ["", "AT\r\nAT", "温度", "A" * 4001])
def test_what_is_no_line_is_refused(http: httpx.Client, line: str) -> None:
    assert http.post(COMMAND, json={"line": line}).status_code == 422


def test_an_address_leads_where_a_harness_says(http: httpx.Client, world: World) -> None:
    told = {"address": "my.example:80", "local": "127.0.0.1:9000"}
    assert http.post("/control/map", json=told).json() == {"my.example:80": "127.0.0.1:9000"}
    route = world.call(lambda simulation: simulation.addresses.route("my.example", 80))
    assert str(route) == "127.0.0.1:9000"
    refused = http.post("/control/map", json={"address": "my.example:80", "local": "8.8.8.8:53"})
    assert refused.status_code == 422
    assert "is not on this machine" in refused.json()["error"]


def test_a_module_refuses_to_make_or_delete_an_instance(http: httpx.Client, world: World) -> None:
    for line in LOGIN:
        world.modem.command(line)
    world.settle()
    instances = f"/control/devices/{world.modem.imei}/instances"
    values = [{"resource": 5700, "value": 1.5}]
    made = http.post(instances, json={"path": "/3303/1", "values": values})
    deleted = http.delete(instances, params={"path": "/3303/0"})
    assert (made.status_code, deleted.status_code) == (409, 409)
    assert made.json()["error"] == "the device answered create /3303/1 with 4.00; expected 2.01"


def test_an_instance_needs_a_device_and_a_path(http: httpx.Client, world: World) -> None:
    unknown = http.post("/control/devices/869975030000017/instances", json={"path": "/3303/1"})
    assert unknown.status_code == 404
    bad = http.post(f"/control/devices/{world.modem.imei}/instances", json={"path": "/x"})
    assert bad.status_code == 422
