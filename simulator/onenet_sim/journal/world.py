"""The events of the world as a whole: how it began, and why something in it failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from onenet_sim.journal.occurrence import Layer, Occurrence


@dataclass(frozen=True, slots=True)
class WorldBegan(Occurrence):
    """A world began, at the start or by a reset: what it was made with, which decides all that follows.

    Attributes:
        what: ``started with seed 7`` or ``reset with seed 7``.
        seed: Its seed.
        version: The simulator's version.
        calendar: Date and time of day at this event, in the form of ISO 8601 with the zone.
        modems: The modems' names.
        profiles: Their profiles, in the same order.
        addresses: Their IPv4 addresses, in the same order.
    """

    layer: ClassVar[Layer] = Layer.WORLD
    kind: ClassVar[str] = "world_began"
    what: str
    seed: int
    version: str
    calendar: str
    modems: tuple[str, ...]
    profiles: tuple[str, ...]
    addresses: tuple[str, ...]

    @property
    def profile(self) -> str:
        """The modems' profiles, each once."""
        return ", ".join(dict.fromkeys(self.profiles))

    def _text(self) -> str:
        return f"world {self.what}"


@dataclass(frozen=True, slots=True)
class Explanation(Occurrence):
    """Why something failed: what was wrong and what would be right, as no module or platform tells.

    Attributes:
        rule: What decided it, if that has a name: the row of a module's profile, such as ``errors.no_device``,
            or a :class:`~onenet_sim.journal.rules.Rule`.
        source: Where that rule is written.
        about: The event behind it, such as the request that was answered too late.
    """

    layer: ClassVar[Layer] = Layer.DIAGNOSIS
    kind: ClassVar[str] = "explanation"
    what: str
    rule: str = ""
    source: str = ""
    about: int | None = None

    def _text(self) -> str:
        return f"because {self.what}" + (f" (see #{self.about})" if self.about else "")
