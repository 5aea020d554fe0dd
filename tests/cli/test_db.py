"""``onenet-sim run --db FILE``: what OneNET knows outlives the program."""

from __future__ import annotations

import signal
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import httpx
import serial

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Start = Callable[..., Any]
    Called = Callable[..., Any]

PATIENCE = 10.0
IMEI = "866971030000001"


def tell(port: serial.Serial, line: str, until: bytes = b"OK\r\n") -> None:
    port.write(line.encode() + b"\r")
    assert port.read_until(until).endswith(until), line


def test_after_a_kill_9_the_next_run_has_the_device_and_its_report(start: Start, tmp_path: Path) -> None:
    options = ("--db", str(tmp_path / "onenet.db"), "--seed", "7", "--pace", "instant", "--profile", "m5310a")
    run = start(*options)
    with serial.Serial(run.modem["port"], timeout=PATIENCE) as port:
        tell(port, "AT")
        tell(port, "AT+MIPLCREATE")
        tell(port, 'AT+MIPLADDOBJ=0,3200,1,"1",0,0')
        tell(port, "AT+MIPLOPEN=0,3600,30", b"+MIPLOBSERVE:")
        tell(port, 'AT+MIPLNOTIFY=0,0,3200,0,5750,1,4,"warm",0,0,7', b"+MIPLEVENT:0,26,7\r\n")
    header = {"api-key": run.ready["api_key"]}
    body = {"title": "tank", "protocol": "LWM2M", "auth_info": {IMEI: "460001234567890"}}
    created = httpx.post(f"{run.ready['http']}/devices", json=body, headers=header, timeout=PATIENCE).json()
    assert created["errno"] == 0
    before = run.get("/devices")["data"]["devices"]
    assert [each["online"] for each in before] == [True, False]
    points = run.get(f"/devices/{before[0]['id']}/datapoints")
    assert points["data"]["datastreams"][0]["datapoints"][0]["value"] == "warm"
    run.end(signal.SIGKILL)

    again = start(*options)
    assert again.modem["imei"] == run.modem["imei"]
    after = again.get("/devices")["data"]["devices"]
    assert after == [{**each, "online": False} for each in before]
    assert again.get(f"/devices/{before[0]['id']}/datapoints") == points
    assert again.end() == (0, "")


def test_a_file_of_another_kind_is_refused_before_anything_starts(called: Called, tmp_path: Path) -> None:
    other = tmp_path / "addresses.db"
    with closing(sqlite3.connect(other)) as made:
        made.execute("CREATE TABLE addresses (name)")
    ended = called("run", "--db", str(other))
    said = " ".join(ended.stderr.replace("│", " ").split())
    assert ended.returncode == 2
    assert "is a database of another program; expected a database that onenet-sim made" in said
