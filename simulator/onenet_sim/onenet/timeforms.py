"""The three forms in which the north-bound API writes a time, all on the world's calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def in_seconds(at: datetime) -> str:
    """Return ``2019-04-24 14:54:29``, as devices and streams have it."""
    return at.strftime("%Y-%m-%d %H:%M:%S")


def in_milliseconds(at: datetime) -> str:
    """Return ``2015-12-01 17:10:24.981``, as points have it."""
    return f"{in_seconds(at)}.{at.microsecond // 1000:03}"


def as_java_has_it(at: datetime) -> str:
    """Return ``Fri May 10 01:32:48 CST 2019``, as logins and logs have it, in any locale."""
    return f"{_DAYS[at.weekday()]} {_MONTHS[at.month - 1]} {at:%d %H:%M:%S} {at.tzname()} {at.year}"
