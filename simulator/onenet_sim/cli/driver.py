"""A firmware's driver in small: what a strict host does with a module of OneMO's grammar, on a serial device.

It runs in a thread of its own and blocks in pyserial, as a driver's task blocks in its UART. It sends a command
only when the last one had its final result, takes unsolicited lines one by one, and answers what the platform
asks. It knows nothing of the simulator.
"""

from __future__ import annotations

import queue
import re
import threading
import time
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self, TypeVar

import serial

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")

ResourceId = tuple[int, int, int]
"""Object, instance and resource id."""

TEMPERATURE: ResourceId = (3303, 0, 5700)
RESET_EXTREMES: ResourceId = (3303, 0, 5605)
LIGHT: ResourceId = (3306, 0, 5850)
OBJECTS = {TEMPERATURE[0]: "5700;5701", LIGHT[0]: "5850"}
"""The driver's objects, each with one instance, and the resources that it tells of them."""

_FINAL = re.compile(r"OK|ERROR|\+(?:CME|CIS) ERROR:.*")
_UNSOLICITED = re.compile(r"\+MIPL(EVENT|OBSERVE|DISCOVER|READ|WRITE|EXECUTE): ?(.*)")

_POLL = 0.02
_ANSWER_SECONDS = 5.0
_BOOT_SECONDS = 5.0
_QUIET_SECONDS = 0.2
_LONGEST_LINE = 2048
_LINES_KEPT = 1024

_CHANGED = 2  # the result in MIPLWRITERSP and MIPLEXECUTERSP that becomes 2.04
_CONTENT = 1  # the one in MIPLREADRSP that becomes 2.05
_NOT_FOUND = 13  # 4.04
_OPAQUE, _FLOAT, _BOOLEAN = 2, 4, 5


class DriverError(Exception):
    """The module did not do what a driver of it relies on; the text says what."""


@dataclass(frozen=True, slots=True)
class Notice:
    """An unsolicited MIPL line: its name without ``+MIPL``, and its fields behind the reference."""

    name: str
    fields: tuple[str, ...]

    @classmethod
    def parse(cls, line: str) -> Notice | None:
        """Return what ``+MIPLREAD: 0,1,3303,0,5700`` says, or None for any other line."""
        found = _UNSOLICITED.fullmatch(line)
        return None if found is None else cls(found[1], tuple(found[2].split(",")[1:]))


class ReferenceDriver:
    """Drives the module on a serial device. Its methods block until done; use them from any one thread.

    Args:
        device: What pyserial opens, such as ``/dev/pts/3``.

    Attributes:
        temperature: What the sensor 3303/0/5700 measures.
        lit: Whether the light 3306/0/5850 is on.
        executed: The arguments with which 3303/0/5605 was executed, the newest last.
        heard: The newest 1,024 lines that the module printed.

    Raises:
        serial.SerialException: The device cannot be opened.
    """

    def __init__(self, device: str) -> None:
        self.temperature = 23.5
        self.lit = False
        self.executed: list[str] = []
        self.heard: deque[str] = deque(maxlen=_LINES_KEPT)
        self._port = serial.Serial(device, 115200, timeout=_POLL)
        self._received = b""
        self._waiting: deque[Notice] = deque(maxlen=_LINES_KEPT)
        self._noticed: deque[Notice] = deque(maxlen=_LINES_KEPT)
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._failure: DriverError | None = None
        self._thread = threading.Thread(target=self._run, name="reference driver", daemon=True)
        self._thread.start()

    # --- what it is told to do ------------------------------------------------------------------------

    def boot(self) -> list[str]:
        """Wait for the boot text and return its lines.

        Raises:
            DriverError: None came within 5 s.
        """
        return self._do(self._boot)

    def command(self, line: str) -> list[str]:
        """Send a command line and return its information text.

        Raises:
            DriverError: The final result was an error, or did not come within 5 s.
        """
        return self._do(lambda: self._command(line))

    def expect(self, name: str, *fields: str, seconds: float = 10.0) -> None:
        """Wait for an unsolicited MIPL line whose fields begin or end with those given, and use it up.

        Args:
            name: Its name, such as ``EVENT``.
            fields: What follows the reference in an event; what ends the line in a request.
            seconds: How long to wait.

        Raises:
            DriverError: None came.
        """
        self._do(lambda: self._expect(name, fields, seconds))

    def listen(self) -> list[str]:
        """Return the lines that come until the module has said nothing for 0.2 s."""
        return self._do(lambda: self._lines_until_quiet(_QUIET_SECONDS))

    def close(self) -> None:
        """Stop and close the device."""
        self._jobs.put(None)
        self._thread.join()
        self._port.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- its own thread -------------------------------------------------------------------------------

    def _do(self, job: Callable[[], T]) -> T:
        """Have the driver's thread do something, and return what came of it."""
        done: Future[T] = Future()

        def run() -> None:
            try:
                if self._failure is not None:
                    raise self._failure  # noqa: TRY301 - it was kept for whoever asks next
                done.set_result(job())
            except Exception as error:  # noqa: BLE001 - it is raised where the result is waited for
                done.set_exception(error)

        self._jobs.put(run)
        return done.result()

    def _run(self) -> None:
        while True:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                self._serve(_POLL)
                continue
            if job is None:
                return
            job()

    def _serve(self, seconds: float) -> None:
        """Take what comes unasked, and answer it; a failure is kept for the next who wants something."""
        try:
            self._take(self._line(time.monotonic() + seconds))
            while self._waiting:
                self._answer(self._waiting.popleft())
        except (DriverError, ValueError, serial.SerialException) as error:
            self._failure = self._failure or DriverError(f"while it served the platform: {error}")

    def _line(self, deadline: float) -> str | None:
        """Return the next line that is not empty, or None if none is complete by then."""
        while True:
            line, end, rest = self._received.partition(b"\r\n")
            if end:
                self._received = rest
                if line := line.rstrip(b"\r"):  # an echoed command line ends in a CR of its own
                    self.heard.append(line.decode("latin-1"))
                    return self.heard[-1]
                continue
            if time.monotonic() >= deadline:
                return None
            if len(line) > _LONGEST_LINE:
                raise DriverError(f"the module prints a line without an end: {line[:80]!r}…")
            self._received += self._port.read(max(1, self._port.in_waiting))

    def _take(self, line: str | None) -> bool:
        """Queue a line if it is an unsolicited one, and return whether it is."""
        notice = None if line is None else Notice.parse(line)
        if notice is not None:
            self._waiting.append(notice)
        return notice is not None

    def _lines_until_quiet(self, seconds: float) -> list[str]:
        lines = []
        while (line := self._line(time.monotonic() + seconds)) is not None:
            lines.append(line)
            self._take(line)
        return lines

    def _boot(self) -> list[str]:
        first = self._line(time.monotonic() + _BOOT_SECONDS)
        if first is None:
            raise DriverError(f"the module printed no boot text within {_BOOT_SECONDS:g} s")
        return [first, *self._lines_until_quiet(_QUIET_SECONDS)]

    def _command(self, line: str) -> list[str]:
        self._port.write(line.encode("latin-1") + b"\r\n")
        deadline = time.monotonic() + _ANSWER_SECONDS
        text: list[str] = []
        while (answered := self._line(deadline)) is not None:
            if _FINAL.fullmatch(answered):
                if answered != "OK":
                    raise DriverError(f"{line} was answered {answered}")
                return text
            if not self._take(answered) and answered != line:  # the line itself is its echo
                text.append(answered)
        raise DriverError(f"{line} got no final result within {_ANSWER_SECONDS:g} s, only {text}")

    def _expect(self, name: str, fields: tuple[str, ...], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while True:
            for notice in self._noticed:
                if _matches(notice, name, fields):
                    self._noticed.remove(notice)
                    return
            if time.monotonic() >= deadline:
                last = list(self.heard)[-5:]
                wanted = f"+MIPL{name} with {','.join(fields)}"
                raise DriverError(f"no {wanted} came within {seconds:g} s; the last lines were {last}")
            self._serve(_POLL)
            if self._failure is not None:
                raise self._failure

    # --- what the platform asks -----------------------------------------------------------------------

    def _answer(self, notice: Notice) -> None:
        match notice:
            case Notice("READ", (message_id, *path)) if (
                int(path[0]) in OBJECTS
            ):  # the module answers for the others
                result = self._reading(_resource(path))
                self._command(f"AT+MIPLREADRSP=0,{message_id},{result}")
            case Notice("WRITE", (message_id, object_id, instance_id, resource_id, data_type, _, value, *_)):
                known = _resource((object_id, instance_id, resource_id)) == LIGHT
                if known:
                    self.lit = _truth(int(data_type), value)
                self._command(f"AT+MIPLWRITERSP=0,{message_id},{_CHANGED if known else _NOT_FOUND}")
            case Notice("EXECUTE", (message_id, object_id, instance_id, resource_id, *argument)):
                known = _resource((object_id, instance_id, resource_id)) == RESET_EXTREMES
                if known:
                    self.executed.append(",".join(argument[1:]).strip('"'))
                self._command(f"AT+MIPLEXECUTERSP=0,{message_id},{_CHANGED if known else _NOT_FOUND}")
            case _:  # events, and what a module of this family answers itself
                pass
        self._noticed.append(notice)

    def _reading(self, resource: ResourceId) -> str:
        """Return the result of a read and what belongs to it; only single resources can be read."""
        if resource == TEMPERATURE:
            value = f'{_FLOAT},{len(str(self.temperature))},"{self.temperature}"'
        elif resource == LIGHT:
            value = f'{_BOOLEAN},1,"{self.lit:d}"'
        else:
            return str(_NOT_FOUND)
        return ",".join((str(_CONTENT), *map(str, resource), value, "0", "0"))


def _matches(notice: Notice, name: str, fields: tuple[str, ...]) -> bool:
    if notice.name != name:
        return False
    count = len(fields)
    return fields == (notice.fields[:count] if name == "EVENT" else notice.fields[-count:])


def _resource(path: Iterable[str]) -> ResourceId:
    object_id, instance_id, resource_id = map(int, path)
    return object_id, instance_id, resource_id


def _truth(data_type: int, value: str) -> bool:
    """Return what was written to a boolean: the module passes on octets in hex when it does not know the type."""
    return any(bytes.fromhex(value)) if data_type == _OPAQUE else value == "1"
