"""Data points: the values that devices reported, by device and stream."""

from __future__ import annotations

import itertools
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import NAMESPACE_DNS, uuid5

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from onenet_sim.onenet.pointarchive import PointArchive
    from onenet_sim.onenet.readings import PointValue

MOST_STREAMS = 1_000
"""How many data streams a device may have; points for more are not kept."""

_STREAMS = uuid5(NAMESPACE_DNS, "heclouds.com")


def stream_uuid(device_id: str, stream_id: str) -> str:
    """Return the platform's own name for a device's stream: always the same one."""
    return str(uuid5(_STREAMS, f"{device_id}/{stream_id}"))


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a stream.

    Attributes:
        serial: Counts all points of the platform from 1.
        at: The world's date and time of its arrival.
        value: The value; opaque octets as byte numbers.
    """

    serial: int
    at: datetime
    value: PointValue


@dataclass(frozen=True, slots=True)
class Stream:
    """A data stream of one device.

    Attributes:
        id: Its name, ``3303_0_5700``.
        uuid: The platform's own name for it, the same in every run.
        created_at: When its first point came.
        points: The newest points, oldest first.
    """

    id: str
    uuid: str
    created_at: datetime
    points: deque[Point]


class DataPoints:
    """All data points. Each stream keeps the newest ``kept``; with an archive that has all, the newest one."""

    def __init__(self, calendar: Callable[[], datetime], kept: int, archive: PointArchive | None = None) -> None:
        self._calendar = calendar
        self._kept = kept
        self._serials = itertools.count(1)
        self._streams: dict[str, dict[str, Stream]] = {}
        self._archive = archive
        if archive is not None:
            self._kept = 1
            self._serials = itertools.count(archive.next_serial())
            for device_id, stream_id, created_at, newest in archive.streams():
                self._begin(device_id, stream_id, created_at).points.append(newest)

    def _begin(self, device_id: str, stream_id: str, at: datetime) -> Stream:
        stream = Stream(stream_id, stream_uuid(device_id, stream_id), at, deque(maxlen=self._kept))
        self._streams.setdefault(device_id, {})[stream_id] = stream
        return stream

    def add(self, device_id: str, stream_id: str, value: PointValue) -> bool:
        """Store a value as of now; return False if the device has too many streams for a new one."""
        now = self._calendar()
        streams = self._streams.get(device_id, {})
        if stream_id not in streams and len(streams) >= MOST_STREAMS:
            return False
        stream = streams.get(stream_id) or self._begin(device_id, stream_id, now)
        point = Point(next(self._serials), now, value)
        stream.points.append(point)
        if self._archive is not None:
            self._archive.add(device_id, stream_id, stream.created_at, point)
        return True

    def streams(self, device_id: str) -> tuple[Stream, ...]:
        """Return the device's streams, the first created first."""
        return tuple(self._streams.get(device_id, {}).values())

    def newest(self, device_id: str, stream_id: str) -> Point | None:
        """Return the newest point of a stream, or None."""
        stream = self._streams.get(device_id, {}).get(stream_id)
        return stream.points[-1] if stream else None

    def newest_of_each(
        self, device_id: str, stream_ids: Sequence[str] = (), *, limit: int = 1
    ) -> list[tuple[str, Point]]:
        """Return the newest points of each stream, at most ``limit`` of each, with the stream's name."""
        return [
            (stream.id, point)
            for stream in self._chosen(device_id, stream_ids)
            for point in self._newest_of(device_id, stream, limit)
        ]

    def _newest_of(self, device_id: str, stream: Stream, limit: int) -> Iterable[Point]:
        if self._archive is not None and limit > self._kept:
            return self._archive.newest(device_id, stream.id, limit)
        return itertools.islice(stream.points, max(0, len(stream.points) - limit), None)

    def select(
        self,
        device_id: str,
        stream_ids: Sequence[str] = (),
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        serial: int = 0,
        limit: int = 100,
    ) -> tuple[list[tuple[str, Point]], Point | None]:
        """Return points with their streams' names, oldest first, and the first that had no place among them.

        Args:
            device_id: The device.
            stream_ids: The streams; all of the device's if empty.
            start: Only points from this time on.
            end: Only points before this time.
            serial: Only points with this serial or a greater one.
            limit: At most so many points.
        """
        chosen = self._chosen(device_id, stream_ids)
        if self._archive is not None:
            names = [stream.id for stream in chosen]
            found = self._archive.select(device_id, names, start=start, end=end, serial=serial, most=limit + 1)
            return found[:limit], found[limit][1] if len(found) > limit else None
        found = sorted(
            (
                (stream.id, point)
                for stream in chosen
                for point in stream.points
                if point.serial >= serial
                and (start is None or point.at >= start)
                and (end is None or point.at < end)
            ),
            key=lambda pair: pair[1].serial,
        )
        return found[:limit], found[limit][1] if len(found) > limit else None

    def _chosen(self, device_id: str, stream_ids: Sequence[str]) -> list[Stream]:
        return [stream for stream in self.streams(device_id) if not stream_ids or stream.id in stream_ids]

    def forget(self, device_id: str) -> None:
        """Drop all points of a device."""
        self._streams.pop(device_id, None)
        if self._archive is not None:
            self._archive.forget(device_id)
