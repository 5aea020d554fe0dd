"""``onenet-sim report``: a journal as one HTML file for a person."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated

import typer

from onenet_sim.cli.saved import read_journal, write_file
from onenet_sim.report import page


def report_verb(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="A journal as JSON lines, or the ready line of a world that runs."),
    ] = None,
    http: Annotated[str | None, typer.Option(metavar="URL", help="The world to ask, in place of a file.")] = None,
    *,
    to: Annotated[Path, typer.Option(metavar="HTML", help="The file to write, such as run.html.")],
) -> None:
    """Write one HTML file that shows what happened: a sequence diagram, what went wrong, lint, AT commands.

    It needs no network. The last world of the journal is meant.
    """
    write_file(to, (part.encode() for part in page(read_journal(file, http).worlds[-1].events)))
