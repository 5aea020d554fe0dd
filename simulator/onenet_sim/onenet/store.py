"""The platform's memory in a file: an SQLite database that outlives the program, a ``kill -9`` of it too.

What changes in one turn of the event loop is one transaction. It is safe from the program's end at once, and from
the machine's at the next checkpoint (WAL with ``synchronous=NORMAL``). Only this module speaks to SQLite.
"""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeAlias

from onenet_sim.lwm2m import Lwm2mError
from onenet_sim.onenet.cached import CachedCommand
from onenet_sim.onenet.devices import Device
from onenet_sim.onenet.pointarchive import PointArchive
from onenet_sim.onenet.rows import (
    command_in,
    command_row,
    device_in,
    device_row,
    microseconds,
    moment,
    push_in,
    push_row,
    trigger_in,
    trigger_row,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import tzinfo
    from pathlib import Path

    from onenet_sim.onenet.push import PushSettings
    from onenet_sim.onenet.record import Record
    from onenet_sim.onenet.triggers import TriggerSettings

Column: TypeAlias = int | str

_OURS = 0x4F4E_5349
"""``ONSI``, the database's ``application_id``."""
_VERSION = 1
"""The database's ``user_version``."""
_WANTED = "expected a database that onenet-sim made, or the name of a file that does not exist yet"
_SCHEMA = """
BEGIN;
CREATE TABLE world (starts INTEGER NOT NULL, latest INTEGER);
INSERT INTO world VALUES (0, NULL);
CREATE TABLE devices (id INTEGER PRIMARY KEY AUTOINCREMENT, record TEXT NOT NULL);
CREATE TABLE commands (
    number INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, device INTEGER NOT NULL, record TEXT NOT NULL
);
CREATE INDEX commands_of_device ON commands (device);
CREATE TABLE streams (
    number INTEGER PRIMARY KEY, device TEXT NOT NULL, name TEXT NOT NULL, created_at INTEGER NOT NULL,
    UNIQUE (device, name)
);
CREATE TABLE points (
    serial INTEGER PRIMARY KEY, stream INTEGER NOT NULL, at INTEGER NOT NULL, value TEXT NOT NULL
);
CREATE INDEX points_of_stream ON points (stream, at);
CREATE TABLE triggers (
    id INTEGER PRIMARY KEY AUTOINCREMENT, created_at INTEGER NOT NULL, settings TEXT NOT NULL
);
CREATE TABLE pushes (
    number INTEGER PRIMARY KEY AUTOINCREMENT, url TEXT NOT NULL UNIQUE, settings TEXT NOT NULL
);
"""
_TABLES = ("devices", "commands", "streams", "points", "triggers", "pushes", "sqlite_sequence")


class StoreError(ValueError):
    """A file cannot be the platform's memory; the text names it and says what would be right."""


class Store:
    """One open database. No other program may use it meanwhile.

    Args:
        file: Made if it does not exist.

    Attributes:
        file: As given.
        points: The data points in it.
        zone: The time zone in which moments come back.

    Raises:
        StoreError: The file is no database of ours, of a newer version, damaged, in use, or cannot be had.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self.points = PointArchive(self)
        self.zone: tzinfo | None = UTC
        self._calendar: Callable[[], datetime] = lambda: datetime.now(UTC)
        self._complain: Callable[[str], object] = lambda _: None
        self._changed: dict[Record, None] = {}
        self._flush_due = self._closed = False
        with self.readable():
            self._connection = sqlite3.connect(file, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            with self.readable():
                self._open()
        except StoreError:
            self._connection.close()
            raise

    def _open(self) -> None:
        run = self._connection.execute
        run("PRAGMA locking_mode = EXCLUSIVE")
        ours, version = (self.number(f"PRAGMA {name}") for name in ("application_id", "user_version"))
        is_empty = not self.number("SELECT count(*) FROM sqlite_master")
        if ours != _OURS and (ours or version or not is_empty):
            raise StoreError(f"{self.file} is a database of another program; {_WANTED}")
        if version > _VERSION:
            raise StoreError(
                f"{self.file} has version {version} and this onenet-sim knows {_VERSION}; use the onenet-sim that "
                "made it, or another file"
            )
        run("PRAGMA journal_mode = WAL")
        run("PRAGMA synchronous = NORMAL")
        if is_empty:
            self._connection.executescript(
                f"{_SCHEMA} PRAGMA application_id = {_OURS}; PRAGMA user_version = {_VERSION}; COMMIT"
            )
        run("BEGIN IMMEDIATE")  # so that a file in use is noticed now
        run("COMMIT")

    @contextmanager
    def readable(self) -> Iterator[None]:
        """Within the block whatever a file does not hold as it should is a StoreError."""
        try:
            yield
        except StoreError:
            raise
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise StoreError(
                    f"{self.file} is in use by another program; end that, or use another file"
                ) from error
            raise StoreError(f"{self.file} cannot be used: {error}; {_WANTED}") from error
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{self.file} is no intact database: {error}; {_WANTED}") from error
        except (LookupError, TypeError, ValueError, Lwm2mError) as error:
            raise StoreError(f"{self.file} holds a record that cannot be read: {error!r}; {_WANTED}") from error

    def begin(self, calendar: Callable[[], datetime], complain: Callable[[str], object]) -> None:
        """Serve a platform.

        Args:
            calendar: Tells the world's date and time.
            complain: Called with an explanation when something could not be stored.
        """
        self._calendar, self._complain = calendar, complain
        self.zone = calendar().tzinfo
        self.write("UPDATE world SET starts = starts + 1")
        self._flush()

    @property
    def starts(self) -> int:
        """How many platforms it has served; 0 when it is new or was emptied."""
        return self.number("SELECT starts FROM world")

    @property
    def latest(self) -> datetime | None:
        """When something was stored last, by the world's calendar; None if nothing was yet."""
        found = self.number("SELECT latest FROM world")
        return moment(found, UTC) if found else None

    def number(self, query: str, *arguments: Column) -> int:
        """Return the number that a query gives, 0 for nothing."""
        row = self._connection.execute(query, arguments).fetchone()
        return int(row[0] or 0) if row else 0

    def rows(self, query: str, *arguments: Column) -> Iterator[tuple[Column, ...]]:
        """Return what a query finds, reading no more of it than is asked for."""
        return iter(self._connection.execute(query, arguments))

    def write(self, statement: str, *arguments: Column) -> None:
        """Change something; it is safe when the present turn of the event loop ends."""
        if self._closed:
            return
        try:
            if not self._connection.in_transaction:
                self._connection.execute("BEGIN IMMEDIATE")
            self._connection.execute(statement, arguments)
        except sqlite3.Error as error:
            self._failed(error)
        self._expect_flush()

    def changed(self, record: Record) -> None:
        """Store a device or a cached command as it is when the present turn of the event loop ends."""
        if not self._closed:
            self._changed[record] = None
            self._expect_flush()

    def _expect_flush(self) -> None:
        if self._flush_due:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # the world is being built; what builds it flushes
            return
        self._flush_due = True
        loop.call_soon(self._flush)

    def _flush(self) -> None:
        if self._closed:
            return
        self._flush_due = True  # what is written here needs no further turn
        try:
            self._write_changed()
            self.write("UPDATE world SET latest = ?", microseconds(self._calendar()))
            self._commit()
        finally:
            self._flush_due = False

    def _write_changed(self) -> None:
        changed, self._changed = self._changed, {}
        for record in changed:
            match record:
                case Device():
                    self._write_device(record)
                case CachedCommand(device=Device(deleted=False) as device):
                    self.write(
                        "INSERT INTO commands (uuid, device, record) VALUES (?, ?, ?)"
                        " ON CONFLICT (uuid) DO UPDATE SET record = excluded.record",
                        record.uuid,
                        int(device.id),
                        command_row(record),
                    )
                case _:
                    pass  # with its device a command is gone

    def _commit(self) -> None:
        try:
            if self._connection.in_transaction:
                self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._failed(error)

    def _write_device(self, device: Device) -> None:
        if device.deleted:
            self.write("DELETE FROM devices WHERE id = ?", int(device.id))
            self.write("DELETE FROM commands WHERE device = ?", int(device.id))
        else:
            self.write(
                "INSERT INTO devices VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET record = excluded.record",
                int(device.id),
                device_row(device),
            )

    def _failed(self, error: sqlite3.Error) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
        self._complain(
            f"what has just changed is not in {self.file}, and will be lost when the program ends: {error}"
        )

    def devices(self) -> list[Device]:
        """Return all devices, the first created first; each is offline.

        Raises:
            StoreError: The file is damaged.
        """
        with self.readable():
            found = self.rows("SELECT id, record FROM devices ORDER BY id")
            return [device_in(int(number), str(record), self.zone) for number, record in found]

    def next_number(self, table: str, first: int) -> int:
        """Return the number of the next device, trigger or push: never one that was used before."""
        last = self.number("SELECT seq FROM sqlite_sequence WHERE name = ?", table)
        return last + 1 if last else first

    def commands(self, device_of: Callable[[str], Device | None]) -> list[CachedCommand]:
        """Return all cached commands, the oldest first.

        Raises:
            StoreError: The file is damaged.
        """
        self._flush()
        with self.readable():
            return [
                command_in(str(uuid), device, str(record), self.zone)
                for uuid, device_id, record in self.rows(
                    "SELECT uuid, device, record FROM commands ORDER BY number"
                )
                if (device := device_of(str(device_id))) is not None
            ]

    def drop_command(self, command: CachedCommand) -> None:
        """Forget a command for good."""
        command.watch(None)
        self._changed.pop(command, None)
        self.write("DELETE FROM commands WHERE uuid = ?", command.uuid)

    def triggers(self) -> list[tuple[int, TriggerSettings, datetime]]:
        """Return each trigger's number, what it waits for, and when it was made.

        Raises:
            StoreError: The file is damaged.
        """
        with self.readable():
            return [
                (int(number), trigger_in(str(settings)), moment(int(created_at), self.zone))
                for number, created_at, settings in self.rows("SELECT * FROM triggers ORDER BY id")
            ]

    def keep_trigger(self, number: int, settings: TriggerSettings, created_at: datetime) -> None:
        """Keep a trigger, in place of what it waited for before."""
        self.write(
            "INSERT OR REPLACE INTO triggers VALUES (?, ?, ?)",
            number,
            microseconds(created_at),
            trigger_row(settings),
        )

    def drop_trigger(self, number: int) -> None:
        """Forget a trigger."""
        self.write("DELETE FROM triggers WHERE id = ?", number)

    def pushes(self) -> list[tuple[int, PushSettings]]:
        """Return each push's number and settings.

        Raises:
            StoreError: The file is damaged.
        """
        with self.readable():
            found = self.rows("SELECT number, settings FROM pushes ORDER BY number")
            return [(int(number), push_in(str(settings))) for number, settings in found]

    def keep_push(self, number: int, settings: PushSettings) -> None:
        """Keep a push, in place of the one to the same URL."""
        self.write("INSERT OR REPLACE INTO pushes VALUES (?, ?, ?)", number, settings.url, push_row(settings))

    def clear(self) -> None:
        """Empty the database: it is as new."""
        self._changed.clear()
        for table in _TABLES:
            self.write(f"DELETE FROM {table}")  # noqa: S608 - names of ours
        self.write("UPDATE world SET starts = 0, latest = NULL")
        self._commit()

    def close(self) -> None:
        """Store what is left and close the file. Closing twice is harmless."""
        if not self._closed:
            self._flush()
            self._closed = True
            self._connection.close()
