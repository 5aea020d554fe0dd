"""How the module finds its network, and what it does in power saving mode: rows of a profile."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class SleepingLine(StrEnum):
    """What becomes of the serial line in power saving mode."""

    ALIVE = "alive"
    """It works as ever."""
    WAKES = "wakes"
    """It is off until the host says something: so a host without the wake-up pin, as on a PTY, gets on."""
    DEAD = "dead"
    """It is off, and what the host says is lost; the wake-up pin and the reset key wake it."""


class SleepReport(StrEnum):
    """What a command such as ``AT+NPSMR=1`` lets the module print."""

    ENTER = "enter"
    """That it goes to sleep."""
    LEAVE = "leave"
    """That it is awake again."""


@dataclass(frozen=True, slots=True)
class RadioHabits:
    """How the module and its network find each other.

    Attributes:
        search: Seconds from switching the radio on to registration, at field pace.
        search_at_boot: The same from the boot text on.
        inactivity: Seconds from the last datagram to the end of the connection.
        cell_in_answer: The least level of ``AT+CEREG=`` at which ``AT+CEREG?`` names area and cell.
        cell_in_urc: The same for the URC.
    """

    search: float
    search_at_boot: float
    inactivity: float
    cell_in_answer: int
    cell_in_urc: int


@dataclass(frozen=True, slots=True)
class SleepHabits:
    """What the module does in power saving mode.

    Attributes:
        line: What becomes of the serial line.
        enter_text: What it prints on going to sleep; empty is nothing.
        leave_text: What it prints on waking; likewise.
        reports: The commands that switch these on, and which each does; without any they are always on.
        locks: The commands that forbid and permit a dead line, each with what does either, in turns.
        enter_commands: The commands that send the module to sleep at once.
        wakes_with_event: After a deep sleep event 4 tells that the login goes on, if the module prints it.
        objects_kept: How many objects outlive a deep sleep; 0 is all.
        update_share: The share of its lifetime after which it wakes from deep sleep to update; 0 is never.
    """

    line: SleepingLine
    enter_text: str
    leave_text: str
    reports: Mapping[str, tuple[SleepReport, ...]]
    locks: Mapping[str, tuple[str, ...]]
    enter_commands: tuple[str, ...]
    wakes_with_event: bool
    objects_kept: int
    update_share: float
