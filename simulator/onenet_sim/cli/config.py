"""``onenet-sim config``: what a world's configuration file may hold."""

from __future__ import annotations

import json

import typer


def config() -> None:
    """Keep a world in a file, for `onenet-sim run --config FILE.toml`.

    Its keys are the options of `run`, with _ for -, and lists of [[modem]], [[device]] and [[fault]].
    """


def schema() -> None:
    """Print the JSON Schema of the file, for editors that complete and check TOML."""
    from onenet_sim.world.configuration_tables import configuration_schema  # noqa: PLC0415 - the help does not need it

    typer.echo(json.dumps(configuration_schema(), indent=2, ensure_ascii=False))
