"""Which AT commands a host used, in which forms, how often, and with how many errors."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onenet_sim.at import Form
    from onenet_sim.report.story import Story


@dataclass(slots=True)
class Usage:
    """How one command was used.

    Attributes:
        name: The command, such as ``+MIPLOPEN``.
        forms: How often it was called in each form.
        errors: How many of these calls stood in a line that was answered with an error.
        first: The id of the first line with it.
    """

    name: str
    first: int
    forms: Counter[Form] = field(default_factory=Counter)
    errors: int = 0

    @property
    def times(self) -> int:
        """How often it was called."""
        return self.forms.total()


def coverage(story: Story) -> list[Usage]:
    """Return the commands that the hosts of a journal used, by name."""
    used: dict[str, Usage] = {}
    for command in story.commands():
        usage = used.setdefault(command.name, Usage(command.name, command.event.id))
        usage.forms[command.form] += 1
        usage.errors += command.refused
    return [used[name] for name in sorted(used)]
