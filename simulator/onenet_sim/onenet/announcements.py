"""What happens on the platform that applications are told of: by data push and by triggers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    from onenet_sim.onenet.cached import CachedCommand
    from onenet_sim.onenet.devices import Device
    from onenet_sim.onenet.readings import PointValue


@dataclass(frozen=True, slots=True)
class PointStored:
    """A device's data stream has a new value."""

    device: Device
    stream: str
    value: PointValue


class LifeCycleEvent(StrEnum):
    """What can happen to a device, as the rule engine calls it."""

    CREATED = "created"
    DELETED = "deleted"
    ONLINE = "online"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class LifeCycleChanged:
    """A device was created or deleted, or went on or off line."""

    device: Device
    event: LifeCycleEvent


@dataclass(frozen=True, slots=True)
class CommandEnded:
    """A cached command succeeded or failed for good."""

    command: CachedCommand


Announcement: TypeAlias = PointStored | LifeCycleChanged | CommandEnded


class Announcer:
    """Passes announcements on, at once and inside ``journal.because`` of what they are about.

    Attributes:
        listeners: Called with each.
    """

    def __init__(self) -> None:
        self.listeners: list[Callable[[Announcement], None]] = []

    def announce(self, announcement: Announcement) -> None:
        """Tell every listener."""
        for listener in self.listeners:
            listener(announcement)
