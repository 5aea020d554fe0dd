"""``onenet-sim why``: what led to an event or a data point, or why a data point did not arrive."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from onenet_sim.cli.saved import read_journal
from onenet_sim.cli.screen import Screen
from onenet_sim.report import missing, newest_point, why

if TYPE_CHECKING:
    from onenet_sim.journal import Event

_NOT_FOUND = 1


def why_verb(
    subject: Annotated[
        str, typer.Argument(metavar="EVENT|DATAPOINT", help="An event's id, or a data stream such as 3303_0_5700.")
    ],
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="A journal as JSON lines, or the ready line of a world that runs."),
    ] = None,
    http: Annotated[str | None, typer.Option(metavar="URL", help="The world to ask, in place of a file.")] = None,
    missing_of: Annotated[
        str | None,
        typer.Option(
            "--missing",
            metavar="IMEI",
            help="Tell why the newest report of DATAPOINT by that device did not arrive.",
        ),
    ] = None,
) -> None:
    """Tell why something happened, back to its first cause, or why a data point did not arrive.

    The last world of the journal is meant. The exit code is 1 if there is no such event.
    """
    world = read_journal(file, http).worlds[-1]
    screen = Screen(colour=False)
    try:
        lines = _lines(world.events, subject.lstrip("#"), missing_of, screen.columns)
    except (LookupError, ValueError) as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(_NOT_FOUND) from None
    for line in lines:
        screen.say(line)


def _lines(events: list[Event], subject: str, imei: str | None, columns: int) -> list[str]:
    if imei is not None:
        return missing(events, subject, imei, width=columns)
    if subject.isascii() and subject.isdecimal():
        return why(events, int(subject), width=columns)
    newest = newest_point(events, subject)
    if newest is None:
        return missing(events, subject, width=columns)
    return why(events, newest.id, width=columns)
