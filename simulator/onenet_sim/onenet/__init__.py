"""The platform: bootstrap and access machine, devices, commands, data points, north-bound API.

The HTTP side is :func:`onenet_sim.onenet.northbound.northbound_app`; it is imported from there, so that a
world without HTTP never loads it.
"""

from onenet_sim.onenet.channel import Address, DatagramChannel
from onenet_sim.onenet.conduct import Conduct, Conductor, by_the_book
from onenet_sim.onenet.datapoints import DataPoints, Point, Stream
from onenet_sim.onenet.devices import Device, DeviceRegistry, InvalidIdentity, Registration, check_identity
from onenet_sim.onenet.errors import (
    CommandFailed,
    DeviceOffline,
    Errno,
    InvalidParameter,
    LimitExceeded,
    MissingParameter,
    Reason,
    Refusal,
    UnknownDevice,
)
from onenet_sim.onenet.firmware import Upgrade, UpgradeKind, UpgradeState
from onenet_sim.onenet.outbox import Receipt, Undelivered
from onenet_sim.onenet.platform import Platform
from onenet_sim.onenet.push import Generation, PushRefused, PushSettings
from onenet_sim.onenet.readings import PointValue, Reading, ResourceWrite
from onenet_sim.onenet.settings import PlatformSettings
from onenet_sim.onenet.subscriptions import Subscription, Subscriptions

__all__ = [
    "Address",
    "CommandFailed",
    "Conduct",
    "Conductor",
    "DataPoints",
    "DatagramChannel",
    "Device",
    "DeviceOffline",
    "DeviceRegistry",
    "Errno",
    "Generation",
    "InvalidIdentity",
    "InvalidParameter",
    "LimitExceeded",
    "MissingParameter",
    "Platform",
    "PlatformSettings",
    "Point",
    "PointValue",
    "PushRefused",
    "PushSettings",
    "Reading",
    "Reason",
    "Receipt",
    "Refusal",
    "Registration",
    "ResourceWrite",
    "Stream",
    "Subscription",
    "Subscriptions",
    "Undelivered",
    "UnknownDevice",
    "Upgrade",
    "UpgradeKind",
    "UpgradeState",
    "by_the_book",
    "check_identity",
]
