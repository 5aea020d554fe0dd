"""Subscriptions (observes), and what becomes of the notifies that come in on them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from onenet_sim.journal import DataPoint, Explanation, Rule
from onenet_sim.lwm2m import Lwm2mError
from onenet_sim.onenet.announcements import PointStored
from onenet_sim.onenet.cached import Uplink
from onenet_sim.onenet.datapoints import MOST_STREAMS
from onenet_sim.onenet.readings import positions, read_payload

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiocoap import Message

    from onenet_sim.journal import Journal
    from onenet_sim.lwm2m import ObjectTable, Path
    from onenet_sim.onenet.datapoints import DataPoints
    from onenet_sim.onenet.devices import Device
    from onenet_sim.onenet.readings import PointValue
    from onenet_sim.onenet.wire import Remote

LOCATION = "location"
"""The stream of positions, which the platform makes of objects 6 and 3336."""

_ENDED_KEPT = 4_096


@dataclass(frozen=True, slots=True)
class Subscription:
    """An observation that a device agreed to. It lives no longer than the device's registration."""

    device: Device
    path: Path
    token: bytes


class Subscriptions:
    """All subscriptions, by token and by device."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._by_token: dict[bytes, Subscription] = {}
        self._by_device: dict[Device, dict[Path, Subscription]] = {}
        self._ended: dict[bytes, str] = {}

    def add(self, device: Device, path: Path, token: bytes) -> None:
        """Note that the device agreed to report ``path`` under ``token``."""
        self.drop(device, path, "it was replaced by a newer observe of the same path")
        subscription = Subscription(device, path, token)
        self._by_token[token] = self._by_device.setdefault(device, {})[path] = subscription

    def find(self, device: Device, path: Path) -> Subscription | None:
        """Return the device's subscription to exactly this path, or None."""
        return self._by_device.get(device, {}).get(path)

    def of(self, device: Device) -> tuple[Subscription, ...]:
        """Return the device's subscriptions, the oldest first."""
        return tuple(self._by_device.get(device, {}).values())

    def drop(self, device: Device, path: Path | None, why: str) -> None:
        """End the subscriptions to a path and what lies below it; all of the device's without a path."""
        for each in self.of(device):
            if path is None or path.contains(each.path):
                del self._by_token[each.token], self._by_device[device][each.path]
                self._ended[each.token] = f"its subscription to {each.path} of device {device.imei} ended: {why}"
        if not self._by_device.get(device, True):
            del self._by_device[device]
        while len(self._ended) > _ENDED_KEPT:
            del self._ended[next(iter(self._ended))]

    def with_token(self, token: bytes) -> Subscription | None:
        """Return the subscription that a notify belongs to; if there is none, the journal learns why."""
        subscription = self._by_token.get(token)
        if subscription is None:
            why = self._ended.get(token, "no subscription ever had it")
            told = f"RST: the notify's token {token.hex() or '(empty)'} is not valid: {why}"
            self._journal.note(Rule.UNKNOWN_TOKEN.explains(told))
        return subscription


class Notifies:
    """Turns notifies into data points."""

    def __init__(
        self,
        subscriptions: Subscriptions,
        points: DataPoints,
        table: ObjectTable,
        journal: Journal,
        moved: Callable[[Remote, Remote], None],
        uplinked: Callable[[Device, Uplink], None],
        announce: Callable[[PointStored], None],
        complete: Callable[[Subscription, Message, Callable[[Message], None]], None],
    ) -> None:
        self._subscriptions = subscriptions
        self._points = points
        self._table = table
        self._journal = journal
        self._moved = moved
        self._uplinked = uplinked
        self._announce = announce
        self._complete = complete

    def receive(self, message: Message, repeat: int) -> bool:
        """Take a notify; return whether it belongs to a subscription.

        A repeat within 247 s is acknowledged again and otherwise dropped. A notify moves the device's
        return address, but not the end of its lifetime.
        """
        subscription = self._subscriptions.with_token(message.token)
        if subscription is None:
            return False
        device = subscription.device
        registration = device.registration
        if registration is not None and registration.remote != message.remote:
            self._moved(registration.remote, message.remote)
            registration.remote = message.remote
        if repeat:
            return True
        self._uplinked(device, Uplink.NOTIFY)
        if message.code.is_successful() and message.opt.block2 is not None and message.opt.block2.more:
            self._complete(subscription, message, partial(self.store, subscription))
        elif message.code.is_successful():
            self.store(subscription, message)
        else:
            why = f"the device sent {message.code.dotted} on it"
            self._subscriptions.drop(device, subscription.path, why)
            told = f"the subscription to {subscription.path} ended: {why}"
            self._journal.note(Rule.SUBSCRIPTION_ENDED.explains(told))
        return True

    def store(self, subscription: Subscription, message: Message) -> None:
        """Store a data point for each resource in the message, and one where it tells a position."""
        path, device = subscription.path, subscription.device
        if device.deleted:
            self._journal.note(Explanation(f"the notify of {path} gave no data point: its device was deleted"))
            return
        try:
            readings = read_payload(self._table, path, message.opt.content_format, message.payload)
        except Lwm2mError as error:
            told = f"the notify of {path} gave no data point: {error}"
            self._journal.note(Rule.UNREADABLE_REPORT.explains(told))
            return
        for reading in readings:
            event = self._keep(device, reading.stream, reading.value)
            if event is not None and reading.problem:
                self._journal.note(
                    Explanation(f"{reading.stream} is shown as byte numbers: {reading.problem}"), cause=event
                )
        for position in positions(readings):
            self._keep(device, LOCATION, position)

    def _keep(self, device: Device, stream: str, value: PointValue) -> int | None:
        """Store and announce a point; return the journal's event of it, or None if there are too many streams."""
        if not self._points.add(device.id, stream, value):
            self._journal.note(
                Explanation(f"{stream} is not kept: the device has {MOST_STREAMS:,} data streams already")
            )
            return None
        event = self._journal.note(DataPoint(device.imei, stream, value))
        with self._journal.because(event):
            self._announce(PointStored(device, stream, value))
        return event
