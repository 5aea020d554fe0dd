"""``onenet-sim replay``: what the simulated module says differently from the one that was recorded."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from onenet_sim.cli.screen import Screen
from onenet_sim.testing.sessions import SessionError, parse_session, replay

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onenet_sim.testing.sessions import Difference, Replayed

_DIFFERS = 1
_UNREADABLE = 2
_LONGEST_FILE = 1 << 30


def replay_verb(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A session, as `record` writes it.")],
    profile: Annotated[
        str | None,
        typer.Option(metavar="NAME|FILE.toml", help="The module.", show_default="the one that the file names"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,  # noqa: FBT002 - a flag
) -> None:
    """Play the host of a session in a fresh world whose time jumps, and list the differences.

    The exit code is 0 if there is none, 1 if there are, 2 if the file cannot be read.
    """
    try:
        replayed = replay(parse_session(_text(file), str(file)), profile)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        typer.echo(f"Error: {why if why.startswith(str(file)) else f'{file}: {why}'}", err=True)
        raise typer.Exit(_UNREADABLE) from None
    if as_json:
        typer.echo(json.dumps({"file": str(file), **asdict(replayed)}, indent=2))
    else:
        screen = Screen(colour=False)
        for line in _lines(str(file), replayed):
            screen.say(line)
    if replayed.differences:
        raise typer.Exit(_DIFFERS)


def _text(file: Path) -> str:
    if file.stat().st_size > _LONGEST_FILE:
        raise SessionError(f"{file} is longer than 1 GiB")
    return file.read_text(encoding="utf-8")


def _lines(name: str, replayed: Replayed) -> Iterator[str]:
    """Give the differences, each with its line of the file, and a summary."""
    for difference in replayed.differences:
        yield from _told(name, difference)
    found = len(replayed.differences)
    count = "no differences" if not found else f"{found} difference{'s' * (found != 1)}"
    yield f"{count} in {replayed.lines} lines, played to {replayed.profile}: {_summary(replayed)}".rstrip(": ")


def _told(name: str, difference: Difference) -> Iterator[str]:
    yield f"{name}:{difference.line}: {difference.kind}" + (f": {difference.why}" if difference.why else "")
    if difference.recorded is not None:
        yield f"    module     {difference.recorded}"
    if difference.simulated is not None:
        yield f"    simulator  {difference.simulated}"


def _summary(replayed: Replayed) -> str:
    kinds = [difference.kind for difference in replayed.differences]
    return ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds))
