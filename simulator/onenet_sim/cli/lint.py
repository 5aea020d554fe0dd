"""``onenet-sim lint``: what a host did that works on a forgiving module and breaks on others."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated
from urllib.parse import quote

import typer

from onenet_sim import __version__
from onenet_sim.cli.saved import read_journal
from onenet_sim.cli.screen import Screen
from onenet_sim.report.lint import Severity, as_json, as_junit, as_sarif, as_text, lint, rules_page

_FOUND = 1


class Format(StrEnum):
    """How the findings are printed."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"
    SARIF = "sarif"


def lint_verb(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="A journal as JSON lines, or the ready line of a world that runs."),
    ] = None,
    http: Annotated[str | None, typer.Option(metavar="URL", help="The world to ask, in place of a file.")] = None,
    form: Annotated[Format, typer.Option("--format", help="JUnit and SARIF are for CI.")] = Format.TEXT,
    severity: Annotated[Severity, typer.Option(help="The least severity that is told and that fails.")] = (
        Severity.WARNING
    ),
    *,
    rules: Annotated[bool, typer.Option("--rules", help="Print all rules, as docs/lint.md.")] = False,
) -> None:
    """Look for bad habits of the host in a journal. The exit code is 1 if there is one, else 0."""
    screen = Screen(colour=False)
    if rules:
        screen.say(rules_page().rstrip())
        return
    source = read_journal(file, http)
    located = [
        (each, world.lines.get(each.event.id)) for world in source.worlds for each in lint(world.events, severity)
    ]
    found = [finding for finding, _ in located]
    match form:
        case Format.TEXT:
            for line in as_text(found):
                screen.say(line)
        case Format.JSON:
            typer.echo(json.dumps({"findings": as_json(found)}, indent=2))
        case Format.JUNIT:
            screen.say(as_junit(found))
        case Format.SARIF:
            typer.echo(
                json.dumps(as_sarif(located, version=__version__, file=quote(source.name, safe="/:?=")), indent=2)
            )
    if found:
        raise typer.Exit(_FOUND)
