"""Measures what the budgets are about, each against the thing itself in one run: ``make bench``.

No test asserts on these figures; they are for people.
"""

from __future__ import annotations

import os
import sqlite3
import statistics
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import httpx
import serial

from onenet_sim import World
from tests.world.storm import register_at_once, sockets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PAIRS = 9
"""How often module and echo are started: each start has its own luck with the memory and its caches."""
_TURNS = 16
_ROUND_TRIPS = 50
"""In a turn. Turns are short, so that a moment at which the machine is slow meets both."""
_ECHO = """
import os, pty, sys, tty
master, slave = pty.openpty()
tty.setraw(slave)
print(os.ttyname(slave), flush=True)
while True:
    os.write(master, os.read(master, 4096) and b"\\r\\nOK\\r\\n")
"""
_MODULE = """
import sys
from onenet_sim import World
with World(pace="instant") as world:
    print(world.modem.port, flush=True)
    sys.stdin.read()
"""


@contextmanager
def _program(source: str) -> Iterator[str]:
    """Run a program that prints the port it answers on."""
    command = [sys.executable, "-c", source]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.kill()


@contextmanager
def _on(cpu: int) -> Iterator[None]:
    """Within the block run on one CPU, and so does what is started there (Linux)."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {cpu})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _round_trips(port: serial.Serial) -> list[float]:
    """Return the seconds that each of a turn's AT round trips took."""
    times = []
    for _ in range(_ROUND_TRIPS):
        began = time.perf_counter()
        port.write(b"AT\r")
        port.read_until(b"OK\r\n")
        times.append(time.perf_counter() - began)
    return times


def _pair() -> tuple[float, float]:
    """Return the medians of an AT round trip with a module and with a bare echo, taken in turns.

    The client has a CPU for itself if there are two, and both programs share another: where the scheduler puts
    them would matter more than what they do.
    """
    cpus = sorted(os.sched_getaffinity(0))
    ours: list[float] = []
    bare: list[float] = []
    with (
        _on(cpus[-1]),
        _program(_MODULE) as module,
        _program(_ECHO) as echo,
        _on(cpus[0]),
        serial.Serial(module, timeout=5) as module_port,
        serial.Serial(echo, timeout=5) as echo_port,
    ):
        module_port.read_until(b"+MATREADY\r\n")
        for port in (module_port, echo_port):
            _round_trips(port)
        for _ in range(_TURNS):
            ours += _round_trips(module_port)
            bare += _round_trips(echo_port)
    return statistics.median(ours), statistics.median(bare)


def round_trip() -> tuple[float, float, float]:
    """Return an AT round trip's ratio to a bare echo, and the medians of both, over several pairs of programs."""
    pairs = [_pair() for _ in range(_PAIRS)]
    ours, bare = map(statistics.median, zip(*pairs, strict=True))
    return statistics.median(module / echo for module, echo in pairs), ours, bare


def _seconds(action: Callable[[], object], times: int = 5) -> float:
    """Return the median seconds that an action takes."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        action()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def start() -> float:
    """Return the median seconds from nothing to a world with a modem that answers."""

    def begin() -> None:
        worlds.append(World(seed=1))

    worlds: list[World] = []
    taken = _seconds(begin)
    for world in worlds:
        world.close()
    return taken


def _prepare(world: World) -> None:
    for line in ("AT+MIPLCREATE", 'AT+MIPLADDOBJ=0,3200,1,"1",0,0'):
        assert world.modem.command(line)[-1] == "OK"


def login() -> float:
    """Return the median seconds from OPEN to event 6, by bootstrap, at instant pace."""
    times = []
    with World(seed=1, pace="instant") as world:
        for _ in range(10):
            _prepare(world)
            began = time.perf_counter()
            world.modem.line.write(b"AT+MIPLOPEN=0,90000,30\r")
            world.modem.expect(r"\+MIPLEVENT: 0,6")
            times.append(time.perf_counter() - began)
            world.settle()
            world.reset()
            world.modem.line.lines()
    return statistics.median(times)


def reports(days: int) -> float:
    """Return the seconds that jumps of an hour take for so many days, each with a confirmable report."""
    hours = 24 * days
    with World(seed=1, clock="stopped", pace="instant") as world:
        _prepare(world)
        world.modem.command(f"AT+MIPLOPEN=0,{3600 * hours + 3600},30")
        world.settle()
        began = time.perf_counter()
        for hour in range(1, hours + 1):
            world.clock.advance(hours=1)
            world.modem.command(f'AT+MIPLNOTIFY=0,0,3200,0,5750,1,4,"abcd",0,0,{hour % 65536}')
        world.settle()
        taken = time.perf_counter() - began
        assert sum(line.startswith("+MIPLEVENT: 0,26,") for line in world.modem.line.lines()) == hours
    return taken


def reset() -> float:
    """Return the median seconds of a reset."""
    with World(seed=1) as world:
        _prepare(world)
        return _seconds(world.reset)


def storm() -> float:
    """Return the seconds until 500 devices that register at one instant are all answered and asked."""
    with World(seed=1, pty=False, clock="stopped") as world, sockets(500) as devices:
        return _seconds(lambda: register_at_once(world, devices), times=1)


def history() -> float:
    """Return the median seconds of a query for 6,000 points of a day in the midst of a million, over HTTP."""
    with TemporaryDirectory() as folder:
        db = f"{folder}/onenet.db"
        with World(db=db, seed=1, pty=False, clock="stopped") as world:
            device = world.onenet.create_device("866971030000001").id
        with closing(sqlite3.connect(db)) as points:
            points.execute("INSERT INTO streams VALUES (1, ?, '3303_0_5700', 0)", (device,))
            points.executemany(
                "INSERT INTO points VALUES (?, 1, ?, '25.5')",
                ((n + 1, 1_767_225_600_000_000 + n * 1_000_000) for n in range(1_000_000)),
            )
            points.commit()
        with World(db=db, seed=1, pty=False, clock="stopped") as world:
            target = f"{world.http}/devices/{device}/datapoints?start=2026-01-06T08:00:00&limit=6000"
            with httpx.Client(headers={"api-key": world.settings.api_key}) as client:
                assert client.get(target).json()["data"]["count"] == 6_000
                return _seconds(lambda: client.get(target))


def main() -> None:
    """Print each figure beside its budget."""
    ratio, ours, bare = round_trip()
    rows = [
        ("AT round trip, against a bare PTY echo", ratio, "x", 1.6),
        ("  (module)", ours * 1e6, "us", None),
        ("  (bare echo)", bare * 1e6, "us", None),
        ("world start", start() * 1e3, "ms", 80),
        ("world reset", reset() * 1e3, "ms", 10),
        ("OPEN to event 6 with bootstrap, instant pace", login() * 1e3, "ms", 30),
        ("a day with hourly reports", reports(1), "s", 0.1),
        ("a week with hourly reports", reports(7), "s", 0.5),
        ("500 registrations at one instant", storm(), "s", 1),
        ("history of 6,000 among 1,000,000 points, HTTP", history() * 1e3, "ms", 200),
    ]
    for what, figure, unit, budget in rows:
        limit = "" if budget is None else f"budget {budget:g} {unit}"
        print(f"{what:48} {figure:9.2f} {unit:3} {limit}")  # noqa: T201 - a program's output


if __name__ == "__main__":
    main()
