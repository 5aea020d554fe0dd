"""Triggers: when a data stream does what an application waits for, its URL is called."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC
from enum import StrEnum
from itertools import count
from typing import TYPE_CHECKING, TypeAlias

from onenet_sim.onenet.announcements import LifeCycleChanged, LifeCycleEvent, PointStored
from onenet_sim.onenet.datapoints import stream_uuid
from onenet_sim.onenet.errors import LimitExceeded
from onenet_sim.onenet.outbox import Outbox
from onenet_sim.onenet.readings import shown_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from onenet_sim.journal import Journal, Json
    from onenet_sim.onenet.announcements import Announcement
    from onenet_sim.onenet.datapoints import DataPoints
    from onenet_sim.onenet.devices import Device, DeviceRegistry
    from onenet_sim.onenet.outbox import Deliver
    from onenet_sim.onenet.readings import PointValue
    from onenet_sim.onenet.store import Store

MOST_TRIGGERS = 1_000
"""How many triggers a platform keeps; one more is refused with 5006."""

MOST_STREAMS = 10_000
"""How many streams a trigger remembers; those that reported longest ago are forgotten."""

_FIRST_ID = 100_001

_StreamKey: TypeAlias = tuple[str, str]
"""A device's number and the name of its stream."""


class Condition(StrEnum):
    """What sets a trigger off (``type``)."""

    ABOVE = ">"
    BELOW = "<"
    AT_LEAST = ">="
    AT_MOST = "<="
    INOUT = "inout"
    """The value enters or leaves a closed interval."""
    CHANGE = "change"
    """The value is another than before."""
    FROZEN = "frozen"
    """There was no value for so many seconds."""
    LIVE = "live"
    """There is a value again after so many seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerSettings:
    """What a trigger waits for, and whom it calls.

    Attributes:
        title: Its name for people.
        url: What is called.
        condition: What sets it off.
        threshold: The number, or seconds, of the condition; ``change`` and ``inout`` have none.
        interval: The lower and the upper limit of ``inout``.
        stream: The name of the streams that it is about.
        device_ids: Whose streams; all devices' if empty.
        stream_uuids: The streams that it is about, instead of a name.
    """

    title: str
    url: str
    condition: Condition
    threshold: float = 0.0
    interval: tuple[float, float] = (0.0, 0.0)
    stream: str = ""
    device_ids: frozenset[str] = frozenset()
    stream_uuids: frozenset[str] = frozenset()

    def covers(self, device_id: str, stream: str) -> bool:
        """Return whether a stream is among those that the trigger is about."""
        if self.stream_uuids:
            return stream_uuid(device_id, stream) in self.stream_uuids
        return stream == self.stream and (not self.device_ids or device_id in self.device_ids)

    @property
    def shown_threshold(self) -> Json:
        """The threshold as the API has it."""
        match self.condition:
            case Condition.CHANGE:
                return None
            case Condition.INOUT:
                return {"lolmt": self.interval[0], "uplmt": self.interval[1]}
            case _:
                return self.threshold


@dataclass(frozen=True, slots=True)
class _Report:
    value: PointValue
    at: datetime
    event: int | None


class Trigger:
    """One trigger.

    Attributes:
        id: The platform's number of it.
        settings: As given.
        created_at: When it was made.
    """

    def __init__(
        self,
        trigger_id: int,
        settings: TriggerSettings,
        created_at: datetime,
        *,
        deliver: Deliver,
        journal: Journal,
        calendar: Callable[[], datetime],
    ) -> None:
        self.id = trigger_id
        self.settings = settings
        self.created_at = created_at
        self._journal = journal
        self._calendar = calendar
        self._outbox = Outbox(settings.url, deliver=deliver, journal=journal)
        self._reports: dict[_StreamKey, _Report] = {}
        self._freezes_at: dict[_StreamKey, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, points: Iterator[tuple[_StreamKey, PointValue, datetime]]) -> None:
        """Start from what the streams' newest points are."""
        for key, value, at in points:
            self._remember(key, _Report(value, at, None))

    def tell(self, point: PointStored) -> None:
        """Look at a new point, and call the URL if it does what the trigger waits for."""
        device_id, value = point.device.id, point.value
        if not self.settings.covers(device_id, point.stream):
            return
        key, report = (device_id, point.stream), _Report(value, self._calendar(), self._journal.cause)
        before = self._reports.get(key)
        self._remember(key, report)
        if self._is_set_off(before, report):
            self._call(key, report)

    def forget(self, device: Device) -> None:
        """Forget the streams of a device: none of them freezes any more."""
        for key in [each for each in self._reports if each[0] == device.id]:
            del self._reports[key]
            self._freezes_at.pop(key, None)

    def _remember(self, key: _StreamKey, report: _Report) -> None:
        self._reports.pop(key, None)
        self._reports[key] = report
        if self.settings.condition is Condition.FROZEN:
            self._freezes_at.pop(key, None)
            self._freezes_at[key] = asyncio.get_running_loop().time() + self.settings.threshold
            self._expect_freeze()
        if len(self._reports) > MOST_STREAMS:
            oldest = next(iter(self._reports))
            del self._reports[oldest]
            self._freezes_at.pop(oldest, None)

    def _is_set_off(self, before: _Report | None, report: _Report) -> bool:
        settings = self.settings
        number = _number(report.value)
        match settings.condition:
            case Condition.ABOVE:
                return number is not None and number > settings.threshold
            case Condition.BELOW:
                return number is not None and number < settings.threshold
            case Condition.AT_LEAST:
                return number is not None and number >= settings.threshold
            case Condition.AT_MOST:
                return number is not None and number <= settings.threshold
            case Condition.INOUT:
                former = None if before is None else _number(before.value)
                return None not in {number, former} and self._inside(number) is not self._inside(former)
            case Condition.CHANGE:
                return before is not None and before.value != report.value
            case Condition.LIVE:
                return before is not None and (report.at - before.at).total_seconds() >= settings.threshold
            case Condition.FROZEN:
                return False

    def _inside(self, number: float | None) -> bool:
        lower, upper = self.settings.interval
        return number is not None and lower <= number <= upper

    def _expect_freeze(self) -> None:
        """Let the timer look at the stream that reported longest ago; all have the same threshold."""
        if self._timer is None and self._freezes_at:
            with self._journal.because(None):
                self._timer = asyncio.get_running_loop().call_at(
                    next(iter(self._freezes_at.values())), self._freeze
                )

    def _freeze(self) -> None:
        self._timer = None
        now = asyncio.get_running_loop().time()
        while self._freezes_at:
            key, at = next(iter(self._freezes_at.items()))
            if at > now:
                break
            del self._freezes_at[key]
            report = self._reports[key]
            with self._journal.because(report.event):
                self._call(key, report)
        self._expect_freeze()

    def _call(self, key: _StreamKey, report: _Report) -> None:
        settings = self.settings
        device_id, stream = key
        at = report.at.astimezone(UTC)
        body: Json = {
            "trigger": {"id": self.id, "threshold": settings.shown_threshold, "type": settings.condition.value},
            "current_data": [
                {
                    "dev_id": device_id,
                    "ds_id": stream,
                    "ds_uuid": stream_uuid(device_id, stream),
                    "at": f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z",
                    "value": shown_value(report.value),
                }
            ],
        }
        self._outbox.post(json.dumps(body, ensure_ascii=False, separators=(",", ":")))

    async def close(self) -> None:
        """Stop every timer and what is being sent."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._freezes_at.clear()
        await self._outbox.close()


def _number(value: PointValue) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


class Triggers:
    """All triggers of a platform."""

    def __init__(
        self,
        *,
        devices: DeviceRegistry,
        points: DataPoints,
        deliver: Deliver,
        journal: Journal,
        calendar: Callable[[], datetime],
        store: Store | None = None,
    ) -> None:
        self._devices = devices
        self._points = points
        self._deliver = deliver
        self._journal = journal
        self._calendar = calendar
        self._ids = count(_FIRST_ID)
        self._triggers: dict[int, Trigger] = {}
        self._store = store
        if store is not None:
            self._ids = count(store.next_number("triggers", _FIRST_ID))
            for kept in store.triggers():
                self._put(*kept)

    def __iter__(self) -> Iterator[Trigger]:
        return iter(tuple(self._triggers.values()))

    def get(self, trigger_id: int) -> Trigger | None:
        """Return the trigger with this number, or None."""
        return self._triggers.get(trigger_id)

    def add(self, settings: TriggerSettings) -> Trigger:
        """Make a trigger.

        Raises:
            LimitExceeded: There are 1,000 already (5006).
        """
        if len(self._triggers) >= MOST_TRIGGERS:
            raise LimitExceeded(f"there are {MOST_TRIGGERS:,} triggers already, the most that are kept")
        return self._keep(next(self._ids), settings, self._calendar())

    def _keep(self, trigger_id: int, settings: TriggerSettings, created_at: datetime) -> Trigger:
        if self._store is not None:
            self._store.keep_trigger(trigger_id, settings, created_at)
        return self._put(trigger_id, settings, created_at)

    def _put(self, trigger_id: int, settings: TriggerSettings, created_at: datetime) -> Trigger:
        trigger = self._triggers[trigger_id] = Trigger(
            trigger_id,
            settings,
            created_at,
            deliver=self._deliver,
            journal=self._journal,
            calendar=self._calendar,
        )
        trigger.begin(self._newest(settings))
        return trigger

    def _newest(self, settings: TriggerSettings) -> Iterator[tuple[_StreamKey, PointValue, datetime]]:
        for device in self._devices:
            for stream in self._points.streams(device.id):
                if settings.covers(device.id, stream.id):
                    newest = stream.points[-1]
                    yield (device.id, stream.id), newest.value, newest.at

    async def change(self, trigger: Trigger, settings: TriggerSettings) -> None:
        """Let a trigger have other settings; what it has not sent yet is forgotten."""
        await trigger.close()
        self._keep(trigger.id, settings, trigger.created_at)

    async def remove(self, trigger: Trigger) -> None:
        """Delete a trigger, and what it has not sent yet."""
        del self._triggers[trigger.id]
        if self._store is not None:
            self._store.drop_trigger(trigger.id)
        await trigger.close()

    def is_invalid(self, trigger: Trigger) -> bool:
        """Return whether the devices that a trigger names are all gone."""
        named = trigger.settings.device_ids
        return bool(named) and all(self._devices.by_id(each) is None for each in named)

    def tell(self, announcement: Announcement) -> None:
        """Let every trigger look at a data point, or forget the streams of a device that was deleted."""
        match announcement:
            case PointStored():
                for trigger in self._triggers.values():
                    trigger.tell(announcement)
            case LifeCycleChanged(device, LifeCycleEvent.DELETED):
                for trigger in self._triggers.values():
                    trigger.forget(device)
            case _:
                pass

    async def close(self) -> None:
        """Stop every timer and what is being sent."""
        for trigger in self._triggers.values():
            await trigger.close()
        self._triggers.clear()
