"""Data points over HTTP, by the rules of OneNET's page."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.onenet.conftest import Play, Scene

IMEI = "866971030000001"


async def with_points(world: Scene) -> str:
    """Report 0 to 4 on stream 3200_0_5501, one each minute, then two octets on 3200_0_5505."""
    device = world.device()
    await device.registers("</3200/0>")
    for number in range(5):
        await world.settle(60 - world.now % 60)
        device.notifies(device.tokens[0], bytes.fromhex("e1 157d") + bytes([number]))
    device.notifies(device.tokens[0], bytes.fromhex("e2 1581 0102"))
    return world.platform.device(IMEI).id


def values(answer: dict[str, Any]) -> dict[str, list[Any]]:
    assert answer["errno"] == 0, answer
    streams = answer["data"]["datastreams"]
    return {stream["id"]: [point["value"] for point in stream["datapoints"]] for stream in streams}


def test_without_a_start_the_newest_of_each_stream_are_shown(play: Play) -> None:
    async def scene(world: Scene) -> None:
        points = f"/devices/{await with_points(world)}/datapoints"
        newest = await world.call("GET", points)
        assert newest["data"] == {
            "count": 2,
            "datastreams": [
                {"id": "3200_0_5501", "datapoints": [{"at": "2026-01-01 00:05:00.000", "value": 4}]},
                {"id": "3200_0_5505", "datapoints": [{"at": "2026-01-01 00:05:00.000", "value": [1, 2]}]},
            ],
        }
        three = await world.call("GET", f"{points}?limit=3")
        assert values(three) == {"3200_0_5501": [2, 3, 4], "3200_0_5505": [[1, 2]]}
        one = await world.call("GET", f"{points}?datastream_id=3200_0_5501&limit=2")
        assert values(one) == {"3200_0_5501": [3, 4]}
        both = await world.call("GET", f"{points}?datastream_id=3200_0_5505,3200_0_5501,x")
        assert values(both) == {"3200_0_5501": [4], "3200_0_5505": [[1, 2]]}
        end_alone = await world.call("GET", f"{points}?end=2026-01-01T00:02:30")
        assert values(end_alone) == values(newest)

    play(scene)


def test_from_a_start_points_come_oldest_first_and_a_cursor_goes_on(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device_id = await with_points(world)
        points = f"/devices/{device_id}/datapoints"
        span = "start=2026-01-01T00:02:00&end=2026-01-01T00:04:00"
        assert values(await world.call("GET", f"{points}?{span}")) == {"3200_0_5501": [1, 2]}
        page = await world.call("GET", f"{points}?start=2026-01-01T00:00:00&limit=4")
        assert values(page) == {"3200_0_5501": [0, 1, 2, 3]}
        assert page["data"]["cursor"] == f"5_{device_id}_1767225900000"
        rest = await world.call("GET", f"{points}?cursor={page['data']['cursor']}&limit=4")
        assert values(rest) == {"3200_0_5501": [4], "3200_0_5505": [[1, 2]]}
        assert "cursor" not in rest["data"]

    play(scene)


def test_a_start_shows_at_most_a_hundred_points_and_one_year(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device_id = await with_points(world)
        for number in range(200):
            world.platform.datapoints.add(device_id, "3200_0_5501", number)
        answer = await world.call("GET", f"/devices/{device_id}/datapoints?start=2026-01-01")
        assert (answer["data"]["count"], "cursor" in answer["data"]) == (100, True)
        early = "start=2024-12-01&end=2026-02-01"
        assert values(await world.call("GET", f"/devices/{device_id}/datapoints?{early}")) == {}

    play(scene)


@pytest.mark.parametrize(
    ("query", "errno", "error"),
    [
        ("start=yesterday", 5108, "invalid parameter: start"),
        ("start=0001-01-01", 5108, "invalid parameter: start"),
        ("start=2026-01-01&end=2026-13-01", 5108, "invalid parameter: end"),
        ("limit=0", 5006, "system logic limit"),
        ("limit=6001", 5006, "system logic limit"),
        ("limit=x", 5108, "invalid parameter: limit"),
        ("cursor=1", 5108, "invalid parameter: cursor"),
        ("cursor=1_4711_1", 5108, "invalid parameter: cursor"),
        ("datastream_id=,", 5108, "invalid parameter: datastream_id"),
    ],
)
def test_what_does_not_fit_is_refused(play: Play, query: str, errno: int, error: str) -> None:
    async def scene(world: Scene) -> None:
        answer = await world.call("GET", f"/devices/{await with_points(world)}/datapoints?{query}")
        assert answer == {"errno": errno, "error": error}

    play(scene)


def test_the_newest_points_of_many_devices_are_shown_at_once(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device_id = await with_points(world)
        silent = world.platform.devices.create("866971030000002", title="silent")
        answer = await world.call("GET", f"/devices/datapoints?devIds={device_id},{silent.id}")
        assert answer["data"]["devices"] == [
            {
                "id": device_id,
                "title": IMEI,
                "datastreams": [
                    {"id": "3200_0_5501", "at": "2026-01-01 00:05:00", "value": 4},
                    {"id": "3200_0_5505", "at": "2026-01-01 00:05:00", "value": [1, 2]},
                ],
            },
            {"id": silent.id, "title": "silent", "datastreams": []},
        ]

    play(scene)


def test_the_detail_names_the_streams_with_uuids_that_stay(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device_id = await with_points(world)
        streams = (await world.call("GET", f"/devices/{device_id}"))["data"]["datastreams"]
        assert [(each["id"], each["create_time"]) for each in streams] == [
            ("3200_0_5501", "2026-01-01 00:01:00"),
            ("3200_0_5505", "2026-01-01 00:05:00"),
        ]
        assert len({each["uuid"] for each in streams}) == 2
        assert all(len(each["uuid"]) == 36 for each in streams)

    play(scene)


LATITUDE, LONGITUDE = b"29.53", b"106.5"


@pytest.mark.parametrize(
    ("links", "payload", "shown"),
    [
        (
            "</6/0>,</3336/0>",
            bytes.fromhex("e5 1589") + LATITUDE + bytes.fromhex("e5 158a") + LONGITUDE,
            [{"lon": 106.5, "lat": 29.53}],
        ),
        ("</3336/0>", bytes.fromhex("e5 1589") + LATITUDE, []),
        ("</3336/0>", bytes.fromhex("e5 1589") + LATITUDE + bytes.fromhex("e4 158a") + b"east", []),
    ],
)
def test_a_report_of_both_coordinates_gives_a_location(
    play: Play, links: str, payload: bytes, shown: list[dict[str, float]]
) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()
        await device.registers(links)
        device.notifies(device.tokens[-1], payload)
        device_id = world.platform.device(IMEI).id
        answer = await world.call("GET", f"/devices/{device_id}/datapoints?datastream_id=location")
        assert values(answer).get("location", []) == shown

    play(scene)


def test_object_6_gives_a_location_too_when_the_application_observes_it(play: Play) -> None:
    async def scene(world: Scene) -> None:
        device = world.device()
        await device.registers("</6/0>")
        assert (await world.call("POST", f"/nbiot/observe?imei={IMEI}&obj_id=6&cancel=false"))["errno"] == 0
        latitude, longitude = (struct.pack(">d", each) for each in (29.5, 106.5))
        payload = bytes.fromhex("08 00 16 c8 00 08") + latitude + bytes.fromhex("c8 01 08") + longitude
        device.notifies(device.tokens[-1], payload)
        device_id = world.platform.device(IMEI).id
        answer = await world.call("GET", f"/devices/{device_id}/datapoints?datastream_id=location")
        assert values(answer) == {"location": [{"lon": 106.5, "lat": 29.5}]}

    play(scene)
