"""The places at which a URC can stand in an answer or behind it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from onenet_sim.at import frame_result, frame_text
from onenet_sim.modem import SerialWrite, Sort
from onenet_sim.world.faults.declaration import Placement

if TYPE_CHECKING:
    from onenet_sim.at import LineSettings
    from onenet_sim.journal import Answer
    from onenet_sim.modem.module import Module
    from onenet_sim.world.faults.lane import Piece

_PAUSE = 0.05
"""Seconds within a line that comes in two pieces: a host reads the first before the second is there."""


@dataclass(frozen=True, slots=True)
class Queued:
    """A URC that waits in the module's own queue for the line to be quiet.

    Attributes:
        module: The module; a restart drops its queue.
        cause: The event of the fault that placed it, which its write has for its cause.
    """

    module: Module
    cause: int
    placement: Placement

    def print(self, urc: bytes) -> None:
        """Let the module print it when its gaps permit."""
        octets = urc * 2 if self.placement is Placement.BACK_TO_BACK else urc
        self.module.output.unsolicited(Sort.OTHER, SerialWrite(octets, cause=self.cause))


def exists(placement: Placement, answer: Answer, settings: LineSettings) -> bool:
    """Return whether an answer has that place."""
    match placement:
        case Placement.BEFORE_RESULT:
            return bool(answer.lines and frame_result(answer.final_result, settings))
        case Placement.AFTER_RESULT:
            return bool(answer.final_result)
        case _:
            return True


def position(placement: Placement, octets: bytes, answer: Answer, settings: LineSettings) -> int:
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


def halves(piece: Piece) -> list[Piece]:
    """Return a piece in two, with a pause between."""
    half = len(piece.octets) // 2
    return [replace(piece, octets=piece.octets[:half]), replace(piece, octets=piece.octets[half:], gap=_PAUSE)]
