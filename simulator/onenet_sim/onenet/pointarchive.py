"""Data points in a database: any number of them, found by device, stream and time."""

from __future__ import annotations

import heapq
from itertools import islice
from typing import TYPE_CHECKING

from onenet_sim.onenet.datapoints import Point
from onenet_sim.onenet.rows import microseconds, moment, value_in, value_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from onenet_sim.onenet.store import Column, Store

_STREAM = "stream = (SELECT number FROM streams WHERE device = ? AND name = ?)"
_END_OF_TIME = 2**62

_SELECT = (
    f"SELECT serial, at, value FROM points WHERE {_STREAM} AND at >= ? AND at < ? AND serial >= ?"  # noqa: S608
    " ORDER BY at, serial"
)
"""The index of streams and times has the serials too, so that only the points that are shown are read."""

_NEWEST = f"SELECT serial, at, value FROM points WHERE {_STREAM} ORDER BY at DESC, serial DESC LIMIT ?"  # noqa: S608
_STREAMS = (
    "SELECT device, name, created_at, serial, at, value FROM streams JOIN points ON serial ="
    " (SELECT serial FROM points WHERE stream = number ORDER BY at DESC, serial DESC LIMIT 1) ORDER BY number"
)


class PointArchive:
    """All data points of a database; time never goes back from one serial to the next."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def next_serial(self) -> int:
        """Return the serial of the next point.

        Raises:
            StoreError: The file is damaged.
        """
        with self._store.readable():
            return self._store.number("SELECT max(serial) FROM points") + 1

    def streams(self) -> list[tuple[str, str, datetime, Point]]:
        """Return each stream's device and name, when it began, and its newest point; the first begun first.

        Raises:
            StoreError: The file is damaged.
        """
        with self._store.readable():
            return [
                (str(device_id), str(name), moment(int(created_at), self._store.zone), self._point(point))
                for device_id, name, created_at, *point in self._store.rows(_STREAMS)
            ]

    def add(self, device_id: str, stream_id: str, created_at: datetime, point: Point) -> None:
        """Store a point of a stream that began then."""
        at, created = microseconds(point.at), microseconds(created_at)
        self._store.write(
            "INSERT OR IGNORE INTO streams (device, name, created_at) VALUES (?, ?, ?)",
            device_id,
            stream_id,
            created,
        )
        self._store.write(
            "INSERT INTO points SELECT ?, number, ?, ? FROM streams WHERE device = ? AND name = ?",
            point.serial,
            at,
            value_row(point.value),
            device_id,
            stream_id,
        )

    def newest(self, device_id: str, stream_id: str, limit: int) -> list[Point]:
        """Return a stream's newest points, oldest first."""
        found = [self._point(row) for row in self._store.rows(_NEWEST, device_id, stream_id, limit)]
        return found[::-1]

    def select(
        self,
        device_id: str,
        stream_ids: Iterable[str],
        *,
        start: datetime | None,
        end: datetime | None,
        serial: int,
        most: int,
    ) -> list[tuple[str, Point]]:
        """Return points of these streams with their names, oldest first; see ``DataPoints.select``."""
        since = self._store.number("SELECT at FROM points WHERE serial = ?", serial)
        first = since if start is None else max(since, microseconds(start))
        last = _END_OF_TIME if end is None else microseconds(end)
        found = heapq.merge(
            *(self._of(device_id, stream_id, first, last, serial) for stream_id in stream_ids),
            key=lambda pair: pair[1].serial,
        )
        return list(islice(found, most))

    def _of(
        self, device_id: str, stream_id: str, first: int, last: int, serial: int
    ) -> Iterator[tuple[str, Point]]:
        for row in self._store.rows(_SELECT, device_id, stream_id, first, last, serial):
            yield stream_id, self._point(row)

    def _point(self, row: Sequence[Column]) -> Point:
        serial, at, value = row
        return Point(int(serial), moment(int(at), self._store.zone), value_in(str(value)))

    def forget(self, device_id: str) -> None:
        """Drop all points of a device."""
        self._store.write(
            "DELETE FROM points WHERE stream IN (SELECT number FROM streams WHERE device = ?)", device_id
        )
        self._store.write("DELETE FROM streams WHERE device = ?", device_id)
