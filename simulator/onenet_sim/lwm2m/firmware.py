"""Firmware update, object 5: its resources, states and results, and the image that the simulator understands.

Sources: OMA LwM2M 1.0, annex E.6. A vendor's image is a binary that only its module can read, so a simulated one
says in its first line, in plain text, which version it brings; what follows is filling.
"""

from __future__ import annotations

import re
from enum import IntEnum

from onenet_sim.lwm2m.errors import Lwm2mError

FIRMWARE_OBJECT = 5

_FIRST_LINE = re.compile(rb"ONENET-SIM-FIRMWARE ([!-~]{1,64})\n")
_VERSION = re.compile(r"[!-~]{1,64}")
_FILLING = bytes(range(256))


class FirmwareResource(IntEnum):
    """The resources of its one instance."""

    PACKAGE = 0
    PACKAGE_URI = 1
    UPDATE = 2
    STATE = 3
    UPDATE_RESULT = 5
    DELIVERY_METHOD = 9
    ONENET_NUMBER = 26500
    """An integer that OneNET adds; what it says is not public."""
    ONENET_ACTION = 26501
    """Something that OneNET executes; what it does is not public."""
    ONENET_SOFTWARE = 26550
    """What OneNET executes before it upgrades a host's software."""


class FirmwareState(IntEnum):
    """Resource 3: how far an update is."""

    IDLE = 0
    DOWNLOADING = 1
    DOWNLOADED = 2
    UPDATING = 3


class UpdateResult(IntEnum):
    """Resource 5: what became of the newest download or update."""

    INITIAL = 0
    UPDATED = 1
    NO_STORAGE = 2
    OUT_OF_MEMORY = 3
    CONNECTION_LOST = 4
    INTEGRITY_FAILED = 5
    UNSUPPORTED_PACKAGE = 6
    INVALID_URI = 7
    UPDATE_FAILED = 8
    UNSUPPORTED_PROTOCOL = 9


def simulated_image(version: str, size: int) -> bytes:
    """Return an image of ``size`` octets that brings a version of 1 to 64 visible ASCII characters.

    Raises:
        Lwm2mError: The version has other characters, or its line does not fit.
    """
    if not _VERSION.fullmatch(version):
        raise Lwm2mError(f"version {version!r:.80}; expected 1 to 64 visible ASCII characters without a blank")
    head = f"ONENET-SIM-FIRMWARE {version}\n".encode("ascii")
    if size < len(head):
        raise Lwm2mError(f"{size} octets hold no image; its first line alone has {len(head)}")
    return (head + _FILLING * (size // len(_FILLING) + 1))[:size]


def image_version(image: bytes) -> str | None:
    """Return the version that an image brings, or None of what is no simulated image."""
    found = _FIRST_LINE.match(image)
    return None if found is None else found[1].decode("ascii")
