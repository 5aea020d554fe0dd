"""Cached ("offline") commands: they wait on the platform until the device is heard of again.

Each names the uplinks that set it off. When one comes, the device's commands go out one after the other, behind
the answer to the uplink. A command that fails waits for the next uplink, as often as its retries allow.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections import deque
from dataclasses import dataclass, field
from enum import Enum, IntEnum, IntFlag
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from onenet_sim.journal import CachedCommandChanged
from onenet_sim.onenet.announcements import CommandEnded
from onenet_sim.onenet.errors import CommandFailed, LimitExceeded, Reason, Refusal
from onenet_sim.onenet.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from random import Random

    from onenet_sim.journal import Journal, Json
    from onenet_sim.lwm2m import Path
    from onenet_sim.onenet.commands import Commands
    from onenet_sim.onenet.devices import Device, DeviceRegistry
    from onenet_sim.onenet.readings import Reading, ResourceWrite
    from onenet_sim.onenet.store import Store

MOST_WAITING = 10
"""How many commands may wait for a device (OneNET FAQ); one more is refused with 5006."""

HISTORY_KEPT = 1_000
"""How many commands of a device are remembered; the oldest that have ended are forgotten."""

_WHY = "cached command"
_STALE_KEPT = 64


class Uplink(IntFlag):
    """What a device can say to set its commands off (``trigger_msg``)."""

    REGISTER = 1
    UPDATE = 2
    NOTIFY = 4


ANY_UPLINK = Uplink.REGISTER | Uplink.UPDATE | Uplink.NOTIFY


class Kind(IntEnum):
    """What a command does (the push's ``cmd_type``)."""

    READ = 0
    WRITE = 1
    EXECUTE = 2


class SendStatus(IntEnum):
    """How far a command has come (``send_status``)."""

    WAITING = 1
    CANCELLED = 2
    SENT = 3
    EXPIRED = 4
    SUCCESS = 5
    FAILED = 6
    RESPONSE_TIMEOUT = 7
    UNDEFINED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the application wants done, and when.

    Attributes:
        kind: Read, write or execute.
        path: What is read, written or executed.
        values: What a write writes.
        mode: 1 replaces the instance's other resources, 2 keeps them.
        arguments: What an execute says.
        as_hex: Whether the history shows opaque octets that are read as hex digits, not byte numbers.
        valid_at: From when on the command may be sent.
        expires_at: When it expires.
        retry: How many attempts may fail, 0 to 10; the first is always made.
        timeout: How long each waits for the device's answer, in seconds.
        uplinks: What sets it off.
        parameters: The parameters of the call that made it.
        content: The body of that call.
    """

    kind: Kind
    path: Path
    values: tuple[ResourceWrite, ...] = ()
    mode: Literal[1, 2] = 2
    arguments: str = ""
    as_hex: bool = False
    valid_at: datetime
    expires_at: datetime
    retry: int = 3
    timeout: float = 25.0
    uplinks: Uplink = ANY_UPLINK
    parameters: Mapping[str, Json] = field(default_factory=dict)
    content: Mapping[str, Json] = field(default_factory=dict)


class Step(Enum):
    """What the log of a command has lines for."""

    RECEIVED = "the platform took the command"
    SENT = "it went to the device"
    CONFIRMED = "the device answered, or did not in time"
    FED_BACK = "the application was pushed the result, or could not be"


@dataclass(frozen=True, slots=True)
class LogLine:
    """One step of a command.

    Attributes:
        at: When it was.
        step: What it was.
        status: What the command became by it.
        reason: How the device answered.
        delivered: Whether the push arrived.
    """

    at: datetime
    step: Step
    status: SendStatus
    reason: Reason = Reason.SUCCESS
    delivered: bool = True


@dataclass(slots=True, eq=False)
class CachedCommand(Record):
    """A command on its way from the application to the device.

    Attributes:
        uuid: The platform's name for it.
        device: Whom it is for.
        order: What is to be done.
        created_at: When it was made.
        remain: How many attempts may still fail.
        status: How far it has come.
        sent_at: When it was last sent.
        confirmed_at: When the last attempt ended.
        reason: How the last attempt ended.
        readings: What a read gave.
        log: Its steps, the first first; the retries and the number of pushes bound them.
    """

    uuid: str
    device: Device
    order: Order
    created_at: datetime
    remain: int
    status: SendStatus = SendStatus.WAITING
    sent_at: datetime | None = None
    confirmed_at: datetime | None = None
    reason: Reason | None = None
    readings: tuple[Reading, ...] = ()
    log: tuple[LogLine, ...] = ()

    @property
    def unfinished(self) -> bool:
        """Whether it waits or is on its way."""
        return self.status in {SendStatus.WAITING, SendStatus.SENT}

    def fed_back(self, at: datetime, *, delivered: bool) -> None:
        """Remember that the application was pushed the result, or could not be."""
        self.log += (LogLine(at, Step.FED_BACK, self.status, self.reason or Reason.SUCCESS, delivered),)


class CachedCommands:
    """All cached commands, by device. One timer serves the next to expire; nothing else runs while they wait."""

    def __init__(
        self,
        commands: Commands,
        *,
        journal: Journal,
        random: Random,
        calendar: Callable[[], datetime],
        announce: Callable[[CommandEnded], None],
        devices: DeviceRegistry,
        store: Store | None = None,
    ) -> None:
        self._commands = commands
        self._journal = journal
        self._random = random
        self._calendar = calendar
        self._announce = announce
        self._kept: dict[Device, dict[str, CachedCommand]] = {}
        self._queues: dict[Device, deque[tuple[CachedCommand, int | None]]] = {}
        self._senders: dict[Device, asyncio.Task[None]] = {}
        self._order = itertools.count()
        self._expiries: list[tuple[datetime, int, CachedCommand]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._store = store
        if store is not None:
            for command in store.commands(devices.by_id):
                self._keep(command)
            self._expect_expiry()

    def _keep(self, command: CachedCommand) -> None:
        self._kept.setdefault(command.device, {})[command.uuid] = command
        if self._store is not None:
            command.watch(self._store.changed)
        if command.unfinished:
            heapq.heappush(self._expiries, (command.order.expires_at, next(self._order), command))

    def add(self, device: Device, order: Order) -> CachedCommand:
        """Let a command wait for the device.

        Raises:
            Refusal: Ten wait already (5006), or the device could not be asked this.
        """
        self._check(order)
        waiting = sum(each.unfinished for each in self.of(device))
        if waiting >= MOST_WAITING:
            raise LimitExceeded(
                f"{waiting} cached commands wait for device {device.imei}, the most there can be; let one be sent "
                "or expire, or cancel one"
            )
        uuid = str(UUID(int=self._random.getrandbits(128), version=5))
        command = CachedCommand(uuid, device, order, self._calendar(), order.retry)
        self._keep(command)
        self._forget_oldest(self._kept[device])
        command.log = (LogLine(command.created_at, Step.RECEIVED, command.status),)
        awaited = " or ".join(each.name.lower() for each in Uplink if each in order.uplinks and each.name)
        self._become(command, SendStatus.WAITING, f"for the next {awaited}")
        self._expect_expiry()
        return command

    def _check(self, order: Order) -> None:
        match order.kind:
            case Kind.READ:
                pass
            case Kind.WRITE:
                self._commands.write_request(order.path, order.values, order.mode)
            case Kind.EXECUTE:
                self._commands.execute_request(order.path, order.arguments)

    def _forget_oldest(self, kept: dict[str, CachedCommand]) -> None:
        if len(kept) > HISTORY_KEPT:
            oldest = next(uuid for uuid, each in kept.items() if not each.unfinished)
            forgotten = kept.pop(oldest)
            if self._store is not None:
                self._store.drop_command(forgotten)

    def of(self, device: Device) -> tuple[CachedCommand, ...]:
        """Return the device's commands, the oldest first."""
        return tuple(self._kept.get(device, {}).values())

    def get(self, device: Device, uuid: str) -> CachedCommand | None:
        """Return one of the device's commands, or None."""
        return self._kept.get(device, {}).get(uuid)

    def cancel(self, command: CachedCommand) -> bool:
        """Cancel a command; return False if it waits no more."""
        if command.status is not SendStatus.WAITING:
            return False
        self._become(command, SendStatus.CANCELLED)
        return True

    def forget(self, device: Device) -> None:
        """Cancel what waits for a device and forget its commands; one on its way has no further attempt."""
        for command in self._kept.pop(device, {}).values():
            command.remain = 0
            self.cancel(command)

    def uplinked(self, device: Device, uplink: Uplink) -> None:
        """Send what waits for this uplink, as soon as the uplink has its answer."""
        if device not in self._kept:
            return
        now, queue = self._calendar(), self._queues.get(device, deque())
        queued = {command for command, _ in queue}
        queue.extend(
            (each, self._journal.cause)
            for each in self.of(device)
            if each.status is SendStatus.WAITING
            and uplink in each.order.uplinks
            and each.order.valid_at <= now
            and each not in queued
        )
        if queue and device not in self._senders:
            self._queues[device] = queue
            self._senders[device] = asyncio.get_running_loop().create_task(self._send_queue(device, queue))

    async def _send_queue(self, device: Device, queue: deque[tuple[CachedCommand, int | None]]) -> None:
        try:
            while queue:
                command, cause = queue.popleft()
                if command.status is SendStatus.WAITING and device.online:
                    with self._journal.because(cause):
                        await self._send(command)
        finally:
            del self._senders[device], self._queues[device]

    async def _send(self, command: CachedCommand) -> None:
        command.sent_at = self._calendar()
        command.log += (LogLine(command.sent_at, Step.SENT, SendStatus.SENT),)
        with self._journal.because(self._become(command, SendStatus.SENT)):
            reason, why = Reason.SUCCESS, ""
            try:
                command.readings = await self._ask(command)
            except CommandFailed as failure:
                reason, why = failure.reason, failure.text
            except Refusal as refusal:
                reason, why = Reason.REQ_PARAM_ERROR, refusal.text
            command.confirmed_at, command.reason = self._calendar(), reason
            event = self._confirmed(command, reason, why)
            command.log += (LogLine(command.confirmed_at, Step.CONFIRMED, command.status, reason),)
        if command.status in {SendStatus.SUCCESS, SendStatus.FAILED}:
            with self._journal.because(event):
                self._announce(CommandEnded(command))

    def _confirmed(self, command: CachedCommand, reason: Reason, why: str) -> int:
        if reason is Reason.SUCCESS:
            return self._become(command, SendStatus.SUCCESS)
        command.remain = max(0, command.remain - 1)
        if not command.remain:
            return self._become(command, SendStatus.FAILED, why)
        if command.order.expires_at <= self._calendar():
            return self._become(command, SendStatus.EXPIRED, why)
        return self._become(command, SendStatus.WAITING, f"{why}; another {command.remain} may fail")

    async def _ask(self, command: CachedCommand) -> tuple[Reading, ...]:
        device, order = command.device, command.order
        match order.kind:
            case Kind.READ:
                return await self._commands.read(device, order.path, why=_WHY, within=order.timeout)
            case Kind.WRITE:
                await self._commands.write(
                    device, order.path, order.values, order.mode, why=_WHY, within=order.timeout
                )
            case Kind.EXECUTE:
                await self._commands.execute(device, order.path, order.arguments, why=_WHY, within=order.timeout)
        return ()

    def _become(self, command: CachedCommand, status: SendStatus, detail: str = "") -> int:
        command.status = status
        imei, order = command.device.imei, command.order
        kind, named = order.kind.name.lower(), status.name.lower()
        return self._journal.note(CachedCommandChanged(imei, command.uuid, kind, str(order.path), named, detail))

    def _expect_expiry(self) -> None:
        """Set the timer for the next command to expire; drop those from the heap that have ended."""
        if len(self._expiries) > _STALE_KEPT:
            alive = [entry for entry in self._expiries if entry[2].unfinished]
            if 2 * len(alive) < len(self._expiries):
                heapq.heapify(alive)
                self._expiries = alive
        while self._expiries and not self._expiries[0][2].unfinished:
            heapq.heappop(self._expiries)
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        if self._expiries:
            loop = asyncio.get_running_loop()
            left = (self._expiries[0][0] - self._calendar()).total_seconds()
            with self._journal.because(None):
                self._timer = loop.call_at(loop.time() + left, self._expire)

    def _expire(self) -> None:
        now = self._calendar()
        while self._expiries and self._expiries[0][0] <= now:
            _, _, command = heapq.heappop(self._expiries)
            if command.status is SendStatus.WAITING:
                self._become(command, SendStatus.EXPIRED, "no uplink set it off in time")
        self._expect_expiry()

    async def close(self) -> None:
        """Stop the timer and what is being sent."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        tasks = tuple(self._senders.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
