"""``onenet-sim explore``: which URC, at which place of which command, breaks a driver."""

from __future__ import annotations

import json
import signal
import sys
from contextlib import contextmanager
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from onenet_sim.cli.screen import Screen
from onenet_sim.testing.explore import (
    PLACES,
    RUNS,
    TIMEOUT,
    Driver,
    DriverFailsError,
    Outcome,
    Replay,
    StoppedError,
    TokenError,
    explore,
)
from onenet_sim.testing.explore.telling import Telling, counted
from onenet_sim.world import Placement

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from onenet_sim.world import World

_BREAKS = 1
_NOTHING_EXPLORED = 2
_SIGNALLED = 128
_PROFILE = "onemo"


def explore_verb(
    command: Annotated[
        list[str], typer.Argument(metavar="COMMAND", help="The driver with its arguments; write it behind a --.")
    ],
    profile: Annotated[
        str | None,
        typer.Option(metavar="NAME|FILE.toml", help="Which module the driver is for.", show_default="OneMO's own"),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(metavar="N", help="Decides everything random of the world.", show_default="0")
    ] = None,
    timeout: Annotated[
        float, typer.Option(metavar="SECONDS", min=0.1, help="After which the driver is taken to hang.")
    ] = TIMEOUT,
    link: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="A symbolic link to the PTY, for a driver that knows one name."),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="PLACE", help=f"Try that place alone, repeatable: {', '.join(PLACES)}."),
    ] = None,
    runs: Annotated[int, typer.Option(metavar="N", min=2, help="How often the driver is run at most.")] = RUNS,
    replay: Annotated[
        str | None, typer.Option(metavar="TOKEN", help="Run the driver once, in the world that a token names.")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Find the smallest URC that breaks a driver.

    The driver is run again and again, each time on the PTY of a fresh world, while the module prints URCs at legal
    but nasty places. Where its world is stands in its environment (ONENET_PORT, ONENET_HTTP, ONENET_API_KEY,
    ONENET_IMEI, ONENET_IMSI) and can stand in its arguments ({port}, {http}, {api_key}, {imei}, {imsi}). It passes
    if it exits with 0 in time. The exit code is 0 if nothing breaks it, 1 if something does, and 2 if nothing was
    explored: it fails without a fault, or the module had nothing to say.
    """
    again = None if replay is None else _replay(replay, profile=profile, seed=seed, only=only)
    driver = Driver(
        command=command,
        profile=(profile or _PROFILE) if again is None else again.profile,
        seed=(seed or 0) if again is None else again.seed,
        timeout=timeout,
        link=None if link is None else _linked(link),
        serve=_serve,
    )
    places = tuple(dict.fromkeys(_place(each) for each in only or ())) or PLACES
    with _ending(driver), _speaking():
        if again is None:
            code = _explore(driver, places, runs, as_json=as_json)
        else:
            code = _replayed(driver, again, as_json=as_json)
    raise typer.Exit(code)


def _replay(token: str, *, profile: str | None, seed: int | None, only: list[str] | None) -> Replay:
    for option, given in (("profile", profile), ("seed", seed), ("only", only)):
        if given is not None and given != []:
            raise typer.BadParameter("the token of --replay has it already", param_hint=f"--{option}")
    try:
        return Replay.parse(token)
    except TokenError as error:
        raise typer.BadParameter(str(error), param_hint="--replay") from None


def _place(text: str) -> Placement:
    if text not in PLACES:
        raise typer.BadParameter(f"{text!r} is no place; there are {', '.join(PLACES)}", param_hint="--only")
    return Placement(text)


def _linked(link: Path) -> Path:
    if not link.absolute().parent.is_dir():
        raise typer.BadParameter(f"{link.absolute().parent} is no directory", param_hint="--link")
    return link.absolute()


def _serve(world: World) -> str:
    from onenet_sim.console import control_app  # noqa: PLC0415 - the help does not need it

    return world.serve_http(control_app(world))


@contextmanager
def _ending(driver: Driver) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM end the driver and its world before the command."""
    came: list[int] = []

    def end(number: int, _frame: FrameType | None) -> None:
        came.append(number)
        driver.stop()

    before = {each: signal.signal(each, end) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    except StoppedError:
        raise typer.Exit(_SIGNALLED + came[0]) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _speaking() -> Iterator[None]:
    """Say on stderr what cannot be had: a profile, a program, a link."""
    try:
        yield
    except OSError as error:
        why = error.strerror or str(error)
        typer.echo(f"Error: {why}" + (f": {error.filename}" if error.filename else ""), err=True)
        raise typer.Exit(_NOTHING_EXPLORED) from None
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _explore(driver: Driver, places: tuple[Placement, ...], runs: int, *, as_json: bool) -> int:
    telling, screen = Telling(driver), Screen(colour=False)
    try:
        exploration = explore(driver.run, places, runs=runs, told=_progress)
    except DriverFailsError as error:
        _tell_failing(telling, error.outcome)
        return _NOTHING_EXPLORED
    finally:
        _progress(0, "")
    if as_json:
        typer.echo(json.dumps(telling.json(exploration), indent=2))
    else:
        for line in telling.text(exploration):
            screen.say(line)
    if exploration.broken:
        return _BREAKS
    return 0 if exploration.struck else _NOTHING_EXPLORED


def _tell_failing(telling: Telling, outcome: Outcome) -> None:
    typer.echo("Error: the driver fails without any fault, so that nothing was explored", err=True)
    for line in telling.outcome(outcome):
        typer.echo(line, err=True)


def _progress(run: int, what: str) -> None:
    """Show a person which run is under way, on one line that is wiped in the end."""
    if sys.stderr.isatty():
        typer.echo(f"\r\x1b[K{f'run {run}: {what} …' if run else ''}", nl=False, err=True)


def _replayed(driver: Driver, again: Replay, *, as_json: bool) -> int:
    telling, screen = Telling(driver), Screen(colour=False)
    outcome = driver.run(tuple(each.fault for each in again.strikes))
    if as_json:
        typer.echo(json.dumps(telling.replay_json(outcome), indent=2))
    else:
        placed = f"{len(outcome.strikes)} of {counted(len(again.strikes), 'URC')} placed"
        screen.say(f"{'✗ it breaks' if outcome.broke else '✓ it passes'}, with {placed}")
        for each in again.strikes:
            screen.say(f"    {each.text} {each.where}{'' if each in outcome.strikes else ': no such moment came'}")
        for line in telling.outcome(outcome):
            screen.say(line)
    if outcome.broke:
        return _BREAKS
    return 0 if outcome.strikes else _NOTHING_EXPLORED
