"""A drive test: what a scanner on the road wrote down, as rows of a CSV file.

::

    time,rsrp,sinr,ecl
    0,-92,11,0
    12.5,-121,-3,1
    30,,,

Times are in seconds and ascend; the first row holds from the beginning. A row without RSRP has no coverage, and a
blank SINR or ECL stays as it was. Other columns are ignored.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from onenet_sim.modem import Reception
from onenet_sim.world.faults.declaration import FaultError

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_ROWS = 100_000
_COLUMNS = {"time", "rsrp", "sinr", "ecl"}


@dataclass(frozen=True, slots=True)
class DriveRow:
    """What the air gave from a moment on.

    Attributes:
        time: Seconds since the drive began.
    """

    time: float
    coverage: bool
    rsrp: int | None
    snr: int | None
    ecl: int | None


def load_drive(path: str) -> tuple[DriveRow, ...]:
    """Return the rows of a drive test.

    Raises:
        FaultError: The file cannot be read, or a row is wrong; the message has its line.
    """
    rows: list[DriveRow] = []
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:  # noqa: PTH123 - a path as it was declared
            reader = csv.DictReader(file)
            lacking = _COLUMNS - set(reader.fieldnames or ())
            if lacking:
                raise FaultError(f"{path}: it lacks the columns {', '.join(sorted(lacking))}")
            for row in reader:
                rows.append(_row(row, f"{path}, line {reader.line_num}", rows))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FaultError(f"file {path!r:.80} cannot be read: {error}") from None
    if not rows:
        raise FaultError(f"{path}: it has no row below its header")
    return tuple(rows)


def _row(row: Mapping[str, str | None], where: str, before: list[DriveRow]) -> DriveRow:
    if len(before) >= MOST_ROWS:
        raise FaultError(f"{where}: at most {MOST_ROWS:,} rows are taken")
    time = _figure(row, "time", where)
    if time is None or time < (before[-1].time if before else 0):
        raise FaultError(f"{where}: time is {row['time']!r:.40}; expected seconds, ascending from 0 on")
    rsrp, snr, ecl = (_whole(_figure(row, name, where)) for name in ("rsrp", "sinr", "ecl"))
    try:
        Reception().changed(rsrp=rsrp, snr=snr, ecl=ecl)
    except ValueError as error:
        raise FaultError(f"{where}: {error}") from None
    if before:
        snr, ecl = (before[-1].snr if snr is None else snr), (before[-1].ecl if ecl is None else ecl)
    return DriveRow(time, rsrp is not None, rsrp, snr, ecl)


def _figure(row: Mapping[str, str | None], name: str, where: str) -> float | None:
    text = (row[name] or "").strip()
    if not text:
        return None
    try:
        figure = float(text)
    except ValueError:
        figure = math.nan
    if not math.isfinite(figure):
        raise FaultError(f"{where}: {name} is {text!r:.40}; expected a number")
    return figure


def _whole(figure: float | None) -> int | None:
    return None if figure is None else round(figure)
