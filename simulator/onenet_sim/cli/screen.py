"""Standard output as it is: its width, its colours, and the characters that it can show."""

from __future__ import annotations

import shutil
import sys

import typer

_PLAIN = str.maketrans({"→": "->", "←": "<-", "✓": "ok", "✗": "FAILED", "…": "~", "⋯": "...", "·": "-"})
_NO_TERMINAL = 120
_NARROWEST = 80


class Screen:
    """Where a command prints for people.

    Args:
        colour: Whether to colour; None does so on a terminal.

    Attributes:
        colour: Whether lines may have colours.
        columns: How wide lines may be: the terminal's width, at least 80.
    """

    def __init__(self, colour: bool | None = None) -> None:  # noqa: FBT001 - None is the third value
        self.colour = sys.stdout.isatty() if colour is None else colour
        self.columns = max(_NARROWEST, shutil.get_terminal_size((_NO_TERMINAL, 0)).columns)
        self._encoding = sys.stdout.encoding or "ascii"

    def say(self, line: str = "") -> None:
        """Print a line; what the output's encoding lacks is replaced."""
        try:
            line.encode(self._encoding)
        except UnicodeEncodeError:
            line = line.translate(_PLAIN).encode(self._encoding, "replace").decode(self._encoding)
        typer.echo(line, color=self.colour)

    def paint(self, text: str, colour: str) -> str:
        """Return the text in one of click's colours, if there are colours."""
        return typer.style(text, fg=colour) if self.colour else text
