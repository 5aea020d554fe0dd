"""The platform's memory in a file: what it keeps, what it refuses, and how it finds points among many."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from onenet_sim import World
from onenet_sim.onenet.store import Store
from tests.receiver import receiving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from onenet_sim.onenet import Platform

IMEI, IMSI = "866971030000001", "460001234567890"
STREAM = "3200_0_5750"
READ = f"/nbiot/offline?imei={IMEI}&obj_id=3303&obj_inst_id=0&res_id=5700&expired_time=2026-01-03T00:00:00"
HISTORY = f"/nbiot/offline/history?imei={IMEI}&start=2026-01-01T00:00:00"
POINTS = 1_000_000


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "onenet.db"


def opened(db: Path) -> World:
    return World(db=db, pty=False, clock="stopped", pace="instant", seed=7)


def killed(db: Path) -> Path:
    """Return a copy of what a kill -9 at this moment would leave of a database that is in use."""
    left = db.with_name("left.db")
    for suffix in ("", "-wal"):
        shutil.copy(f"{db}{suffix}", f"{left}{suffix}")
    return left


def call(world: World, method: str, target: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
    answer = httpx.request(method, world.http + target, json=body, headers={"api-key": world.settings.api_key})
    envelope = answer.json()
    assert envelope["errno"] == 0, envelope
    return envelope.get("data")


def memory(platform: Platform) -> Store:
    assert platform.store is not None
    return platform.store


def report(world: World, *values: str) -> str:
    """Let the modem log in and report these values, an hour apart; return its device's number."""
    for line in ("AT+MIPLCREATE", 'AT+MIPLADDOBJ=0,3200,1,"1",0,0', "AT+MIPLOPEN=0,90000,30"):
        assert world.modem.command(line)[-1] == "OK"
    world.settle()
    for ackid, value in enumerate(values, start=1):
        length = len(value)
        line = f'AT+MIPLNOTIFY=0,0,3200,0,5750,1,{length},"{value}",0,0,{ackid}'
        assert world.modem.command(line)[-1] == "OK"
        world.clock.advance(hours=1)
    device = world.onenet.device(world.modem.imei)
    assert device is not None
    return device.id


def test_what_was_reported_is_there_after_the_program_was_killed_and_the_device_is_offline(db: Path) -> None:
    with opened(db) as world:
        device = report(world, "cold", "warm", "hot")
        before = call(world, "GET", f"/devices/{device}")
        points = f"/devices/{device}/datapoints?start=2026-01-01T00:00:00"
        history = call(world, "GET", points)
        assert [each["value"] for each in history["datastreams"][0]["datapoints"]] == ["cold", "warm", "hot"]
        left = killed(db)
    with opened(left) as world:
        after = call(world, "GET", f"/devices/{device}")
        assert (before["online"], after["online"]) == (True, False)
        assert (before["obsv_st"], after["obsv_st"]) == (True, False)
        assert {**before, "online": False, "obsv_st": False} == after
        assert call(world, "GET", points) == history
        newest = call(world, "GET", f"/devices/datapoints?devIds={device}")["devices"][0]["datastreams"]
        assert [(each["id"], each["value"]) for each in newest] == [(STREAM, "hot")]


def test_a_devices_keys_names_and_former_imsis_are_kept(db: Path) -> None:
    with opened(db) as world:
        body = {
            "protocol": "LWM2M",
            "title": "水箱",
            "tags": ["tank"],
            "auth_info": {IMEI: IMSI},
            "auth": "code1",
            "private": False,
        }
        created = call(world, "POST", "/devices", body)["device_id"]
        call(world, "PUT", f"/devices/{created}", {"auth_info": {IMEI: "460009"}, "desc": "roof"})
        call(world, "PUT", f"/nbiot/device/psk?imei={IMEI}", {"key": "12345678"})
        call(world, "PUT", f"/nbiot/device/accpsk?imei={IMEI}", {"key": "abcdefgh"})
        before = world.onenet.device(IMEI)
        left = killed(db)
    with opened(left) as world:
        after = world.onenet.device(IMEI)
        assert repr(after) == repr(before)
        assert after is not None
        assert (after.psk, after.access_psk, after.auth_code, after.former_imsis, after.particulars["tags"]) == (
            "12345678",
            "abcdefgh",
            "code1",
            [IMSI],
            ["tank"],
        )


def test_no_number_and_no_key_is_given_twice_though_the_seed_is_the_same(db: Path) -> None:
    with opened(db) as world:
        first = world.onenet.create_device(IMEI)
    with opened(db) as world:
        second = world.onenet.create_device("866971030000002")
        world.call(lambda s: s.platform.delete_device(second))
    with opened(db) as world:
        third = world.onenet.create_device("866971030000003")
    assert [int(each.id) - int(first.id) for each in (first, second, third)] == [0, 1, 2]
    assert len({each.api_key for each in (first, second, third)} | {first.psk, second.psk, third.psk}) == 6


def test_an_empty_database_changes_nothing_of_a_seeds_world(db: Path) -> None:
    with opened(db) as kept, World(pty=False, clock="stopped", seed=7) as forgetful:
        assert repr(kept.onenet.create_device(IMEI)) == repr(forgetful.onenet.create_device(IMEI))


def test_a_cached_command_is_kept_with_its_history_and_expires_in_the_next_run(db: Path) -> None:
    with opened(db) as world:
        world.onenet.create_device(IMEI)
        uuid = call(
            world, "POST", READ.replace("offline?", "offline?mode=2&"), {"data": [{"res_id": 1, "val": "a"}]}
        )
        cancelled = call(world, "GET", READ)["uuid"]
        call(world, "PUT", f"/nbiot/offline/cancel/{cancelled}?imei={IMEI}")
        before = call(world, "GET", HISTORY)
        left = killed(db)
    with opened(left) as world:
        assert call(world, "GET", HISTORY) == before
        assert len(before["items"]) == 2
        world.clock.advance(days=2)
        statuses = {
            each: call(world, "GET", f"/nbiot/offline/history/{each}?imei={IMEI}")["send_status"]
            for each in (uuid["uuid"], cancelled)
        }
        assert statuses == {uuid["uuid"]: 4, cancelled: 2}


def test_a_command_that_was_under_way_waits_again(db: Path) -> None:
    with opened(db) as world:
        device = report(world)
        imei = world.modem.imei
        target = READ.replace(IMEI, imei).replace("obj_id=3303", "obj_id=3200").replace("5700", "5750")
        uuid = call(world, "GET", target)["uuid"]
        world.modem.command("AT+MIPLUPDATE=0,0,0")
        world.settle()
        detail = f"/nbiot/offline/history/{uuid}?imei={imei}"
        assert call(world, "GET", detail)["send_status"] == 3  # the host does not answer the read
        left = killed(db)
    with opened(left) as world:
        assert call(world, "GET", detail)["send_status"] == 1
        assert call(world, "GET", f"/devices/{device}")["online"] is False


def test_triggers_and_pushes_go_on_without_another_handshake(db: Path) -> None:
    with receiving() as application:
        trigger = {"title": "warm", "ds_id": "3303_0_5700", "url": application.url, "type": "inout"}
        with opened(db) as world:
            number = world.onenet.push(application.url, application.token)
            limits = {"threshold": {"lolmt": 1, "uplmt": 2.5}}
            kept = call(world, "POST", "/triggers", trigger | limits)["trigger_id"]
            gone = call(world, "POST", "/triggers", {**trigger, "type": ">", "threshold": 3})["trigger_id"]
            call(world, "DELETE", f"/triggers/{gone}")
            before = call(world, "GET", f"/triggers/{kept}")
            left = killed(db)
        with opened(left) as world:
            assert call(world, "GET", f"/triggers/{kept}") == before
            assert call(world, "POST", "/triggers", trigger | limits)["trigger_id"] == gone + 1
            assert call(world, "GET", f"/msg_group/{number}/status")["status"] is True
            heard = len(application.bodies)
            report(world, "warm")
            assert len(application.bodies) > heard
        assert len(application.handshakes) == 1


def test_with_a_device_go_its_points_and_commands(db: Path) -> None:
    with opened(db) as world:
        device = report(world, "cold")
        call(world, "GET", READ.replace(IMEI, world.modem.imei))
        call(world, "DELETE", f"/devices/{device}")
        world.settle()
    with closing(sqlite3.connect(db)) as found:
        for table in ("devices", "commands", "streams", "points"):
            assert found.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table  # noqa: S608


def test_a_reset_empties_the_database(db: Path) -> None:
    with opened(db) as world:
        before = world.onenet.create_device(IMEI)
        report(world, "cold")
        world.reset()
        assert world.onenet.device(IMEI) is None
        left = killed(db)
        assert repr(world.onenet.create_device(IMEI)) == repr(before)
    with opened(left) as world:
        assert call(world, "GET", "/devices")["total_count"] == 0


def test_the_calendar_of_a_database_never_goes_back(db: Path) -> None:
    with opened(db) as world:
        began = world.clock.calendar
        report(world, "cold")
    with opened(db) as world:
        assert world.clock.now == 0
        assert world.clock.calendar == began + timedelta(hours=1)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b"\x89PNG, no database at all\r\n" * 100,
            "is no intact database: .*; expected a database that onenet-sim",
        ),
        ("CREATE TABLE addresses (name)", "is a database of another program; expected a database that onenet-sim"),
        ("PRAGMA user_version = 2", "has version 2 and this onenet-sim knows 1; use the onenet-sim that made it"),
        (
            "UPDATE devices SET record = '{}'",
            "holds a record that cannot be read: KeyError.*; expected a database",
        ),
        ("UPDATE triggers SET settings = '['", "holds a record that cannot be read: JSON.*; expected a database"),
        ("DROP TABLE points", "cannot be used: no such table: points; expected a database"),
    ],
    ids=["no database", "another program's", "newer", "bad device", "bad trigger", "lacks a table"],
)
def test_a_file_that_is_not_ours_is_refused_by_name_and_left_as_it_is(
    db: Path, content: bytes | str, message: str
) -> None:
    if isinstance(content, bytes):
        db.write_bytes(content)
    else:
        if not content.startswith("CREATE"):
            with opened(db) as world:
                world.onenet.create_device(IMEI)
                body = {"title": "warm", "ds_id": "1_0_1", "url": "http://a.example/", "type": ">", "threshold": 3}
                call(world, "POST", "/triggers", body)
        with closing(sqlite3.connect(db)) as found:
            found.execute(content)
            found.commit()
    before = db.read_bytes()
    with pytest.raises(ValueError, match=f"{db} {message}"):
        opened(db)
    if "record" not in message and "table" not in message:
        assert db.read_bytes() == before


def test_a_file_in_use_or_out_of_reach_is_refused_by_name(db: Path) -> None:
    with opened(db), pytest.raises(ValueError, match=f"{db} is in use by another program; end that"):
        opened(db)
    beyond = db / "beyond.db"
    with pytest.raises(ValueError, match=f"{beyond} cannot be used: unable to open"):
        opened(beyond)


def test_what_cannot_be_stored_is_told_in_the_journal_and_the_world_goes_on(db: Path) -> None:
    with opened(db) as world:
        world.call(lambda s: memory(s.platform)._connection.execute("PRAGMA query_only = 1"))
        report(world, "cold")
        assert world.onenet.datapoint(world.modem.imei, STREAM) == "cold"
        told = [str(event.what) for event in world.journal]
        assert any(f"is not in {db}" in each and "readonly database" in each for each in told)


def test_what_happens_at_once_is_one_transaction(db: Path) -> None:
    with opened(db) as world:
        device = world.onenet.create_device(IMEI).id
        world.settle()
        statements: list[str] = []
        world.call(lambda s: memory(s.platform)._connection.set_trace_callback(statements.append))
        world.call(lambda s: [s.platform.datapoints.add(device, STREAM, number) for number in range(500)])
        world.settle()
        assert sum(each.startswith("INSERT INTO points") for each in statements) == 500
        assert statements.count("COMMIT") == 1


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, str]]:
    """A world with a million points in ten streams of one device, one a second."""
    db = tmp_path_factory.mktemp("many") / "onenet.db"
    with opened(db) as world:
        device = world.onenet.create_device(IMEI).id
    with closing(sqlite3.connect(db)) as found:
        found.executemany(
            "INSERT INTO streams VALUES (?, ?, ?, 0)", [(n, device, f"3303_{n}_5700") for n in range(10)]
        )
        began = 1_767_225_600_000_000  # 2026-01-01 in UTC
        found.executemany(
            "INSERT INTO points VALUES (?, ?, ?, ?)",
            ((n + 1, n % 10, began + n * 1_000_000, f"{n}.5") for n in range(POINTS)),
        )
        found.commit()
    with opened(db) as world:
        yield world, device


def plans(world: World, target: str) -> tuple[Any, list[str]]:
    """Return the answer to a call, and how SQLite did each of the queries of points that it made."""

    statements: list[str] = []
    world.call(lambda s: memory(s.platform)._connection.set_trace_callback(statements.append))
    data = call(world, "GET", target)
    world.call(lambda s: memory(s.platform)._connection.set_trace_callback(None))
    asked = [f"EXPLAIN QUERY PLAN {each}" for each in statements if "FROM points" in each]
    told = world.call(lambda s: [list(memory(s.platform).rows(each)) for each in asked])
    return data, ["; ".join(str(row[3]) for row in rows) for rows in told]


@pytest.mark.parametrize(
    ("query", "first", "count"),
    [
        ("start=2026-01-06T08:00:00&limit=6000", 432_000.5, 6_000),
        ("start=2026-01-06T08:00:00&end=2026-01-06T08:01:00&datastream_id=3303_7_5700", 432_007.5, 6),
        ("cursor=900000_{device}_0&limit=50", 899_999.5, 50),
        ("limit=5", 999_950.5, 50),
    ],
)
def test_a_history_query_reads_by_the_index_what_it_shows_of_a_million_points(
    many: tuple[World, str], query: str, first: float, count: int
) -> None:
    world, device = many
    data, told = plans(world, f"/devices/{device}/datapoints?{query.format(device=device)}")
    values = [point["value"] for stream in data["datastreams"] for point in stream["datapoints"]]
    assert (min(values), len(values), data["count"]) == (first, count, count)
    assert told
    for plan in told:
        assert "USING INDEX points_of_stream" in plan or "USING INTEGER PRIMARY KEY" in plan
        assert "SCAN" not in plan
        assert "TEMP B-TREE" not in plan


def test_a_cursor_goes_on_where_the_answer_before_ended(many: tuple[World, str]) -> None:
    world, device = many
    target = f"/devices/{device}/datapoints?limit=3"
    seen: list[float] = []
    data = call(world, "GET", f"{target}&start=2026-01-06T08:00:00")
    for _ in range(3):
        seen += sorted(point["value"] for stream in data["datastreams"] for point in stream["datapoints"])
        data = call(world, "GET", f"{target}&cursor={data['cursor']}")
    assert seen == [432_000.5 + n for n in range(9)]


def test_a_world_in_memory_does_not_load_sqlite() -> None:
    program = """
import sys
from onenet_sim import World
with World(pty=False) as world:
    assert world.http
    print("sqlite3" in sys.modules)
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert ended.stdout == "False\n"


def test_a_new_database_opens_as_a_store(db: Path) -> None:
    with closing(Store(db)) as store:
        assert (store.starts, store.latest) == (0, None)
