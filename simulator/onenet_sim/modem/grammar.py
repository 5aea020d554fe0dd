"""What the parameters of the MIPL commands may be, where one module's AT layer differs from another's."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onenet_sim.modem.codes import Situation


class ValueLength(StrEnum):
    """What a module makes of ``<len>`` in NOTIFY and READRSP."""

    FREE = "free"
    """Nothing: any number will do."""
    CUTS = "cuts"
    """Text and opaque values end after that many octets; numbers pay no heed to it."""
    EXACT = "exact"
    """The octets of text and opaque values, 2, 4 or 8 for an integer, 4 or 8 for a float, 1 for a boolean.

    A number must fit into them, and an opaque value has one at least.
    """
    BOUNDED = "bounded"
    """From 1 to 1,024, and no characters more; even and at most 8 for an integer, 4 or 8 for a float of any text.

    Of an opaque value exactly its octets.
    """


class FrameEnd(StrEnum):
    """Which field says that a frame of NOTIFY or READRSP is the last one."""

    FLAG = "flag"
    """The flag: any but 1 and 2. The index is ignored."""
    INDEX = "index"
    """The index: 0. The flag is ignored."""
    BOTH = "both"
    """The index; a last frame whose flag says otherwise is refused."""


class BehindAckId(StrEnum):
    """What NOTIFY's field behind the ackid is."""

    CONTENT_TYPE = "content type"
    """The content format of the report: 0 to 4."""
    IGNORED_CONTENT_TYPE = "ignored content type"
    """The same, without effect."""
    RELEASE_FLAG = "release flag"
    """When the module goes idle: ``0``, ``0x200`` or ``0x400``."""
    RELEASE_MODE = "release mode"
    """The same, as ``0`` to ``2``."""


@dataclass(frozen=True, slots=True)
class Grammar:
    """How a module reads the MIPL commands.

    Attributes:
        value_length: What it makes of a value's length.
        frame_end: Which field ends a report or an answer of several frames.
        flag_releases: 0x200 and 0x400 may stand as the flag: the last frame, and the module goes idle behind it.
        behind_ack_id: What the field behind the ackid is.
        release_refuses_ack_id: An ackid is refused where the module goes idle right after sending (0x200).
        list_length: DISCOVERRSP's length must be that of its list, and at most this; 0 is not compared at all.
        list_may_be_shorter: The list may have fewer characters than that.
        list_resources: The most resources that DISCOVERRSP's list may have.
        refuses_unobserved: NOTIFY of what nobody observes is an error; else it is OK, and event 25 follows.
        block_results: The answers to requests may have the results 16 to 19, which are about blocks.
        instances: The most instances that ADDOBJ takes.
        bitmap_digits: ADDOBJ's bitmap may have any digits, and each but 0 is an instance; else only 1 is one.
        objects: The most objects that it takes; 0 is no limit.
        open_timeout_minimum: The least time-out that OPEN takes, in seconds.
        code_octets: The longest register code that CREATE takes.
        fragment_digits: The most hex digits of it in one line.
        sizes_count_digits: CREATE's sizes may count hex digits; else they count octets.
        network_errors: The commands that need the network, and the error that each gives without it.
        own_errors: What a command gives in a situation where it is not the number that ``errors`` has for it.
        close_without_login: CLOSE is taken although the device is not logged in.
        test_forms: The commands that have a test form, and what it prints behind the colon.
    """

    value_length: ValueLength
    frame_end: FrameEnd
    flag_releases: bool
    behind_ack_id: BehindAckId
    release_refuses_ack_id: bool
    list_length: int
    list_may_be_shorter: bool
    list_resources: int
    refuses_unobserved: bool
    block_results: bool
    instances: int
    bitmap_digits: bool
    objects: int
    open_timeout_minimum: int
    code_octets: int
    fragment_digits: int
    sizes_count_digits: bool
    network_errors: Mapping[str, int]
    own_errors: Mapping[str, Mapping[Situation, int]]
    close_without_login: bool
    test_forms: Mapping[str, str]
