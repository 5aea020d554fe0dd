"""Data points: the values that devices reported, by device and stream."""

from __future__ import annotations

import itertools
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import NAMESPACE_OID, uuid5

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from onenet_sim.onenet.readings import PointValue

MOST_STREAMS = 1_000
"""How many data streams a device may have; points for more are not kept."""


def stream_uuid(device_id: str, stream_id: str) -> str:
    """Return the UUID of a device's stream: always the same one."""
    return str(uuid5(NAMESPACE_OID, f"{device_id}/{stream_id}"))


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
        created_at: When its first point came.
        points: The newest points, oldest first.
    """

    id: str
    created_at: datetime
    points: deque[Point]


class DataPoints:
    """The store of all data points. Each stream keeps the newest ``kept``."""

    def __init__(self, calendar: Callable[[], datetime], kept: int) -> None:
        self._calendar = calendar
        self._kept = kept
        self._serials = itertools.count(1)
        self._streams: dict[str, dict[str, Stream]] = {}

    def add(self, device_id: str, stream_id: str, value: PointValue) -> bool:
        """Store a value as of now; return False if the device has too many streams for a new one."""
        now = self._calendar()
        streams = self._streams.setdefault(device_id, {})
        if stream_id not in streams:
            if len(streams) >= MOST_STREAMS:
                return False
            streams[stream_id] = Stream(stream_id, now, deque(maxlen=self._kept))
        streams[stream_id].points.append(Point(next(self._serials), now, value))
        return True

    def streams(self, device_id: str) -> tuple[Stream, ...]:
        """Return the device's streams, the first created first."""
        return tuple(self._streams.get(device_id, {}).values())

    def newest(self, device_id: str, stream_id: str) -> Point | None:
        """Return the newest point of a stream, or None."""
        stream = self._streams.get(device_id, {}).get(stream_id)
        return stream.points[-1] if stream else None

    def select(
        self,
        device_id: str,
        stream_ids: Sequence[str] = (),
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        after: int = 0,
        limit: int = 100,
    ) -> tuple[list[tuple[str, Point]], bool]:
        """Return points of a device with their streams' names, oldest first, and whether there are more.

        Args:
            device_id: The device.
            stream_ids: The streams; all of the device's if empty.
            start: Only points from this time on. Without it and ``after``, the newest points are chosen.
            end: Only points before this time.
            after: Only points with a serial above this.
            limit: At most so many points.
        """
        found = sorted(
            (
                (stream.id, point)
                for stream in self.streams(device_id)
                if not stream_ids or stream.id in stream_ids
                for point in stream.points
                if point.serial > after
                and (start is None or point.at >= start)
                and (end is None or point.at < end)
            ),
            key=lambda pair: pair[1].serial,
        )
        if start is None and not after:
            return found[-limit:], False
        return found[:limit], len(found) > limit
