"""The places at which a URC can stand in an answer or behind it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from onenet_sim.at import frame_result, frame_text
from onenet_sim.world.faults.declaration import Placement

if TYPE_CHECKING:
    from onenet_sim.at import LineSettings
    from onenet_sim.journal import Answer
    from onenet_sim.world.faults.lane import Piece

_GAP = 0.02
"""Seconds from an answer to a URC behind it: they are two reads, also of a host that is quick."""

_PAUSE = 0.05
"""Seconds within a URC that comes in two pieces: a host reads the first before the second is there."""


def exists(placement: Placement, answer: Answer, settings: LineSettings) -> bool:
    """Return whether an answer has that place."""
    match placement:
        case Placement.BEFORE_RESULT:
            return bool(answer.lines and frame_result(answer.final_result, settings))
        case Placement.AFTER_RESULT:
            return bool(answer.final_result)
        case _:
            return True


def _position(placement: Placement, octets: bytes, answer: Answer, settings: LineSettings) -> int:
    """Return where in an answer's octets a place is."""
    match placement:
        case Placement.BEFORE_RESULT:
            return len(octets) - len(frame_result(answer.final_result, settings))
        case Placement.AFTER_RESULT:
            return len(octets)
        case Placement.WITHIN_ANSWER:
            first = frame_text(answer.lines[0], settings) if answer.lines else octets
            return len(first) // 2
        case _:
            return 0


def placed(placement: Placement, whole: Piece, answer: Answer, settings: LineSettings, urc: Piece) -> list[Piece]:
    """Return an answer with a URC in it or behind it; what has the URC has its cause."""
    octets = urc.octets
    match placement:
        case Placement.ALONE:
            return [whole, replace(urc, gap=_GAP)]
        case Placement.SPLIT:
            half = len(octets) // 2
            first, second = (
                replace(urc, octets=octets[:half], gap=_GAP),
                replace(urc, octets=octets[half:], gap=_PAUSE),
            )
            return [whole, first, second]
        case Placement.BACK_TO_BACK:
            return [whole, replace(urc, octets=octets * 2, gap=_GAP)]
        case _:
            at = _position(placement, whole.octets, answer, settings)
            return [replace(whole, octets=whole.octets[:at] + octets + whole.octets[at:], cause=urc.cause)]
