"""Upgrades by the control API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from onenet_sim.console import control_app
from onenet_sim.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

VERSION = "MN316-DBRS-MBRH0C01"


@pytest.fixture
def world() -> Iterator[World]:
    with World(seed=7, clock="stopped", pace="instant", pty=False) as world:
        yield world


@pytest.fixture
def http(world: World) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=world.serve_http(control_app(world)), timeout=10) as client:
        yield client


def log_in(world: World) -> None:
    for line in ("AT+MIPLCREATE", "AT+MIPLOPEN=0,3000,30"):
        assert world.modem.command(line)[-1] == "OK"
    world.settle()


def test_an_upgrade_is_begun_and_followed_to_its_end(world: World, http: httpx.Client) -> None:
    log_in(world)
    target = f"/control/devices/{world.modem.imei}/upgrade"
    begun = http.post(target, json={"version": VERSION}).json()
    kind = {"kind": "firmware", "version": VERSION, "size": 16384}
    assert begun == kind | {"sent": 0, "state": "downloading", "reason": ""}
    http.post("/control/clock/advance", json={"seconds": 30})
    assert http.get(target).json() == begun | {"sent": 16384, "state": "updating"}
    log_in(world)
    assert http.get(target).json()["state"] == "done"
    assert world.modem.command("AT+CGMR") == [VERSION, "OK"]


def test_an_image_of_the_callers_own_is_sent_octet_for_octet(world: World, http: httpx.Client) -> None:
    log_in(world)
    target = f"/control/devices/{world.modem.imei}/upgrade"
    image = b"ONENET-SIM-FIRMWARE mine\n"
    assert http.post(target, json={"version": "mine", "image": image.hex()}).json()["size"] == len(image)
    http.post("/control/clock/advance", json={"seconds": 30})
    assert world.modem.command("AT+CGMR") == ["mine", "OK"]


def test_what_cannot_be_upgraded_is_told(world: World, http: httpx.Client) -> None:
    target = f"/control/devices/{world.modem.imei}/upgrade"
    order = {"version": VERSION}
    unknown = http.post(target, json=order)
    assert unknown.status_code == 404
    assert unknown.json()["error"].startswith(f"this key has no device with IMEI {world.modem.imei}")
    world.onenet.create_device(world.modem.imei)
    assert http.get(target).status_code == 404
    offline = http.post(target, json=order)
    assert offline.status_code == 409
    assert "has no registration" in offline.json()["error"]
    log_in(world)
    assert http.post(target, json=order).status_code == 200
    world.settle()
    assert http.post(target, json=order).status_code == 409
    wrong = ({"version": "two words"}, order | {"image": "0"}, order | {"image": "xy"}, order | {"kind": "all"})
    for body in ({}, *wrong):
        assert http.post(target, json=body).status_code == 422
