"""What ``run`` is told, on the command line and in a file, as a world takes it."""

from __future__ import annotations

import secrets
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from pathlib import Path

    from onenet_sim.world import ClockMode, Fault, Pace, Unknown, World

_WRONG_OPTION = 2
_SEED_BITS = 32
_TOLD = {"COMMANDLINE", "ENVIRONMENT"}
"""Where an option's value comes from that somebody gave."""


def given(context: typer.Context) -> set[str]:
    """Return the names of the settings that options were given for."""
    named = {"bind": "tcp_host", "map_": "map", "fault": "faults"}
    return {
        named.get(name, name)
        for name in context.params
        if (source := context.get_parameter_source(name)) is not None and source.name in _TOLD
    }


def configured(path: Path, *, without: set[str]) -> dict[str, Any]:
    """Return what a configuration file says, but for what was given on the command line."""
    from onenet_sim.world.configuration import ConfigurationError, load_configuration  # noqa: PLC0415 - as below

    try:
        configuration = load_configuration(path)
    except ConfigurationError as error:
        raise _wrong("config", str(error)) from None
    return {
        name: value for name, value in (configuration.settings | configuration.run).items() if name not in without
    }


def new_world(settings: dict[str, Any]) -> World:
    """Return the world of these settings; its date and seed are the present and a drawn one unless they say so."""
    from onenet_sim.world import World, WorldSettings, present  # noqa: PLC0415 - the help does not need it

    link, bind = settings["link"], settings["tcp_host"]
    if link is not None and not link.absolute().parent.is_dir():
        raise _wrong("link", f"{link.absolute().parent} is no directory")
    if not bind:
        raise _wrong("bind", "it is empty; 127.0.0.1 is this machine alone, 0.0.0.0 every network it is in")
    known = {field.name for field in fields(WorldSettings)}
    told = {name: value for name, value in settings.items() if name in known and value is not None}
    told.setdefault("seed", secrets.randbits(_SEED_BITS))
    told.setdefault("epoch", present())
    try:
        return World(**told)
    except OSError as error:
        raise refused(error) from None
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def parse_map(entries: list[str]) -> dict[str, str]:
    """Return where addresses lead, by address."""
    led = {}
    for entry in entries:
        address, equals, local = entry.partition("=")
        if not equals:
            raise _wrong("map", f"{entry!r} lacks its =: it is HOST:PORT=127.0.0.1:PORT")
        led[address] = local
    return led


def parse_clock(text: str) -> ClockMode:
    """Return how time goes."""
    from onenet_sim.world import ClockMode  # noqa: PLC0415 - as above

    try:
        return ClockMode.parse(text)
    except ValueError as error:
        raise _wrong("clock", str(error)) from None


def parse_pace(text: str) -> Pace:
    """Return whether gaps are kept."""
    from onenet_sim.world import Pace  # noqa: PLC0415 - as above

    try:
        return Pace(text)
    except ValueError:
        raise _wrong(
            "pace", f"no pace is called {text!r}: it is {' or '.join(pace.value for pace in Pace)}"
        ) from None


def parse_unknown(text: str) -> Unknown:
    """Return what comes of a command that a module does not have."""
    from onenet_sim.world import Unknown  # noqa: PLC0415 - as above

    try:
        return Unknown(text)
    except ValueError:
        raise _wrong("unknown", f"{text!r} is neither {' nor '.join(Unknown)}") from None


def parse_faults(texts: list[str]) -> tuple[Fault, ...]:
    """Return the faults that texts such as ``network.loss,probability=0.3`` declare."""
    from onenet_sim.world import FaultError, parse_fault_text  # noqa: PLC0415 - as above

    try:
        return tuple(parse_fault_text(text, text) for text in texts)
    except FaultError as error:
        raise _wrong("fault", str(error)) from None


def _wrong(option: str, why: str) -> typer.BadParameter:
    return typer.BadParameter(why, param_hint=f"--{option}")


def refused(error: OSError) -> typer.Exit:
    """Say on stderr what could not be had, and return how the command ends."""
    why = error.strerror or str(error)
    typer.echo(f"Error: {why}" + (f": {error.filename}" if error.filename else ""), err=True)
    return typer.Exit(_WRONG_OPTION)
