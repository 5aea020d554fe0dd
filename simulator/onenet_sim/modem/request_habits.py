"""How the platform's requests are printed where one AT layer differs from another: rows of a profile."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class WriteFlag(StrEnum):
    """What the flag of ``+MIPLWRITE`` tells when a write has several values."""

    RUNS = "runs"
    """1 on the first line, 2 on those between, 0 on the last."""
    LAST = "last"
    """0 on each line; only the pieces of a long value run 1, 2, 0."""


class ExecuteText(StrEnum):
    """How ``+MIPLEXECUTE`` ends."""

    QUOTED = "quoted"
    """The length and the text in quotes; neither without a text."""
    BARE = "bare"
    """The length and the text without quotes; neither without a text."""
    ALWAYS = "always"
    """The length and the text in quotes, ``0,""`` without one."""


@dataclass(frozen=True, slots=True)
class RequestHabits:
    """How requests are printed.

    Attributes:
        write_flag: What the flag of ``+MIPLWRITE`` tells.
        string_piece: The most octets of text in one ``+MIPLWRITE``, beyond which it comes in pieces without
            quotes; 0 cuts nothing.
        opaque_piece: The same for opaque octets.
        execute_text: How ``+MIPLEXECUTE`` ends.
        attributes: The names in ``+MIPLPARAMETER``, in order, as they stand between their semicolons.
        all_attributes: Those that were not given are printed as 0.
        attribute_decimals: The digits behind the point of lt, gt and st; 0 is as many as each needs.
        discovers_instances: DISCOVER of an instance is printed; else it is answered with 4.05.
        prints_answered: An OBSERVE that the module answers by itself is printed all the same.
    """

    write_flag: WriteFlag
    string_piece: int
    opaque_piece: int
    execute_text: ExecuteText
    attributes: str
    all_attributes: bool
    attribute_decimals: int
    discovers_instances: bool
    prints_answered: bool
