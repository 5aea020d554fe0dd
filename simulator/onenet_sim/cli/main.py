"""Where the command begins: its verbs, a file each, of which no more is loaded than is asked for."""

from __future__ import annotations

from typing import Annotated

import typer

from onenet_sim import __version__
from onenet_sim.cli.run import run


def _plain(*, no_args_is_help: bool = False) -> typer.Typer:
    return typer.Typer(
        add_completion=False,
        no_args_is_help=no_args_is_help,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )


_app = _plain(no_args_is_help=True)
_app.command()(run)


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - typer's callback for a flag
    if wanted:
        typer.echo(f"onenet-sim {__version__}")
        raise typer.Exit


@_app.callback()
def _command(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Virtual NB-IoT modems and a mock of China Mobile's OneNET, in one world."""
    del version


@_app.command(
    "demo",
    add_help_option=False,
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
)
def _demo(context: typer.Context) -> None:
    """Show the whole way of a data point and back, and check it."""
    from onenet_sim.cli.demo import demo  # noqa: PLC0415 - its options are its own, and only it needs them

    verb = _plain()
    verb.command()(demo)
    verb(context.args, prog_name="onenet-sim demo")


def main() -> None:
    """Run the command with the arguments of the process."""
    _app(prog_name="onenet-sim")
