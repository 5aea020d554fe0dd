"""A trial: a driver as a process of its own, on the PTY of a world of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

from onenet_sim.report import around, command_head, placed_urcs
from onenet_sim.testing.explore.search import Outcome
from onenet_sim.testing.explore.strikes import Strike
from onenet_sim.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from onenet_sim.world import Event, Fault

TIMEOUT = 30.0
"""Real seconds after which a driver is taken to hang, unless told otherwise."""

_LAST_OCTETS = 8192
_LAST_LINES = 8
_LONGEST_LINE = 200
_READ = 4096
_DRAINED = 1.0
"""Real seconds for which output of a driver that has ended is awaited: a child that left its group can hold it."""


def _northbound(world: World) -> str:
    return world.http


class StoppedError(Exception):
    """The driver was stopped from outside."""


@dataclass(slots=True, kw_only=True)
class Driver:
    """A driver as a command, and the world that it is run in.

    It finds its world in the environment, as ``ONENET_PORT``, ``ONENET_HTTP``, ``ONENET_API_KEY``, ``ONENET_IMEI``
    and ``ONENET_IMSI``, and in its arguments, where ``{port}``, ``{http}``, ``{api_key}``, ``{imei}`` and
    ``{imsi}`` are replaced. It passes if it ends in time with exit code 0. What is left of its process group then
    is killed.

    Attributes:
        command: The program and its arguments.
        profile: The module.
        seed: Decides everything random of the world.
        timeout: Real seconds after which it is taken to hang.
        link: A symbolic link that stands for the PTY, for a driver that knows but one name.
        serve: Serves HTTP for a world and returns its base URL.
    """

    command: Sequence[str]
    profile: str = "onemo"
    seed: int = 0
    timeout: float = TIMEOUT
    link: Path | None = None
    serve: Callable[[World], str] = _northbound
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)
    _stopped: bool = field(default=False, init=False, repr=False)

    def stop(self) -> None:
        """Kill the driver, if it runs, and run it no more; may be called by a signal's handler."""
        self._stopped = True
        if self._process is not None:
            _kill(self._process)

    def run(self, faults: tuple[Fault, ...]) -> Outcome:
        """Run the driver once, in a fresh world with these faults.

        Raises:
            ValueError: There can be no such world; the message says why.
            OSError: The program cannot be started, or a port or link cannot be had.
            StoppedError: :meth:`stop` was called.
        """
        self._go_on()
        with World(self.profile, seed=self.seed, link=self.link, faults=faults) as world:
            told = self._told(world)
            began = time.monotonic()
            exit_code, said = self._run(told)
            seconds = time.monotonic() - began
            events = world.journal.events()
        self._go_on()
        placed = placed_urcs(events)
        return Outcome(
            exit_code,
            tuple(
                Strike(placement, each.occasion, command_head(each.line), each.text, each.line)
                for each in placed
                if (placement := faults[each.fault - 1].placement) is not None
            ),
            seconds,
            sum(event.kind == "command" for event in events),
            said,
            _line(events, placed[-1].event if placed else None),
        )

    def _go_on(self) -> None:
        if self._stopped:
            raise StoppedError

    def _told(self, world: World) -> dict[str, str]:
        """Return what the driver needs to know of its world."""
        modem = world.modem
        return {
            "port": modem.port if self.link is None else str(self.link),
            "http": self.serve(world),
            "api_key": world.settings.api_key,
            "imei": modem.imei,
            "imsi": modem.imsi,
        }

    def _run(self, told: Mapping[str, str]) -> tuple[int | None, tuple[str, ...]]:
        """Return the exit code, None if it was killed, and the last lines that it said."""
        environment = os.environ | {f"ONENET_{name.upper()}": value for name, value in told.items()}
        exit_code: int | None = None
        process = self._process = _started(self._arguments(told), environment)
        try:
            tails = [_Tail(stream) for stream in (process.stderr, process.stdout) if stream is not None]
            self._go_on()
            with suppress(subprocess.TimeoutExpired):
                exit_code = process.wait(self.timeout)
        finally:
            self._process = None
            _kill(process)
            process.wait()
        return exit_code, next(filter(None, (tail.lines() for tail in tails)), ())

    def _arguments(self, told: Mapping[str, str]) -> list[str]:
        arguments = list(self.command)
        for name, value in told.items():
            arguments = [argument.replace(f"{{{name}}}", value) for argument in arguments]
        return arguments


def _started(arguments: list[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a program in a process group of its own."""
    return subprocess.Popen(  # noqa: S603 - the user's own program
        arguments,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a program's group, also if the program itself has ended."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


class _Tail:
    """Reads all that comes, so that the driver never waits for a reader, and keeps the last 8 KiB."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._kept = b""
        self._thread = threading.Thread(target=self._read, name="driver's output", daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with self._stream:
            while octets := os.read(self._stream.fileno(), _READ):
                self._kept = (self._kept + octets)[-_LAST_OCTETS:]

    def lines(self) -> tuple[str, ...]:
        """Return the last lines, without those that are empty."""
        self._thread.join(_DRAINED)
        text = self._kept.decode("utf-8", "replace")
        lines = [_plain(line) for line in text.splitlines() if line.strip()]
        return tuple(lines[-_LAST_LINES:])


def _plain(line: str) -> str:
    """Return a line without what a terminal would take for an order."""
    text = "".join(each if each.isprintable() else " " for each in line.rstrip())
    return text if len(text) <= _LONGEST_LINE else text[: _LONGEST_LINE - 1] + "…"


def _line(events: list[Event], strike: Event | None) -> tuple[str, ...]:
    return () if strike is None else tuple(around(events, strike))
