"""What can befall a module other than by its commands, its network and its power."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onenet_sim.at import FinalResult


@dataclass(frozen=True, slots=True)
class Override:
    """What is answered to a command line that is not run.

    Attributes:
        final: The final result; without one the module says nothing at all.
    """

    lines: tuple[str, ...] = ()
    final: FinalResult | None = None
