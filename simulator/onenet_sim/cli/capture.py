"""``onenet-sim capture``: a journal as a capture file for Wireshark."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated

import typer

from onenet_sim.cli.saved import read_journal, write_file
from onenet_sim.report import capture


def capture_verb(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="A journal as JSON lines, or the ready line of a world that runs."),
    ] = None,
    http: Annotated[str | None, typer.Option(metavar="URL", help="The world to ask, in place of a file.")] = None,
    *,
    to: Annotated[Path, typer.Option(metavar="PCAPNG", help="The file to write, such as run.pcapng.")],
) -> None:
    """Write what went over the air and over the serial line to a capture file, for Wireshark and tshark.

    The last world of the journal is meant.
    """
    write_file(to, capture(read_journal(file, http).worlds[-1].events))
