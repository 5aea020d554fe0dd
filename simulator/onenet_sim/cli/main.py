"""Where the command begins: its verbs, a file each, of which no more is loaded than is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from onenet_sim import __version__
from onenet_sim.cli.run import run

if TYPE_CHECKING:
    from collections.abc import Callable


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


def _lazily(
    name: str, summary: str, furnish: Callable[[typer.Typer], object], *, no_args_is_help: bool = False
) -> None:
    """Add a verb whose file is loaded, and whose options are known, only when it is called."""

    @_app.command(
        name,
        help=summary,
        add_help_option=False,
        context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    )
    def passed_on(context: typer.Context) -> None:
        verb = _plain(no_args_is_help=no_args_is_help)
        furnish(verb)
        verb(context.args, prog_name=f"onenet-sim {name}")


def _demo(verb: typer.Typer) -> None:
    from onenet_sim.cli.demo import demo  # noqa: PLC0415 - loaded when called

    verb.command()(demo)


def _profiles(verb: typer.Typer) -> None:
    from onenet_sim.cli.profiles import profiles  # noqa: PLC0415 - loaded when called

    verb.command()(profiles)


def _ctl(verb: typer.Typer) -> None:
    from onenet_sim.cli import ctl  # noqa: PLC0415 - loaded when called

    verb.callback()(ctl.ctl)
    for command in ctl.VERBS:
        verb.command()(command)


def _regcode(verb: typer.Typer) -> None:
    from onenet_sim.cli import regcode  # noqa: PLC0415 - loaded when called

    verb.callback()(regcode.regcode)
    verb.command()(regcode.decode)
    verb.command()(regcode.encode)


def _why(verb: typer.Typer) -> None:
    from onenet_sim.cli.why import why_verb  # noqa: PLC0415 - loaded when called

    verb.command()(why_verb)


def _capture(verb: typer.Typer) -> None:
    from onenet_sim.cli.capture import capture_verb  # noqa: PLC0415 - loaded when called

    verb.command()(capture_verb)


def _report(verb: typer.Typer) -> None:
    from onenet_sim.cli.report import report_verb  # noqa: PLC0415 - loaded when called

    verb.command()(report_verb)


def _lint(verb: typer.Typer) -> None:
    from onenet_sim.cli.lint import lint_verb  # noqa: PLC0415 - loaded when called

    verb.command()(lint_verb)


def _config(verb: typer.Typer) -> None:
    from onenet_sim.cli import config  # noqa: PLC0415 - loaded when called

    verb.callback()(config.config)
    verb.command()(config.schema)


def _explore(verb: typer.Typer) -> None:
    from onenet_sim.cli.explore import explore_verb  # noqa: PLC0415 - loaded when called

    verb.command(context_settings={"allow_interspersed_args": False})(explore_verb)


def _record(verb: typer.Typer) -> None:
    from onenet_sim.cli.record import record  # noqa: PLC0415 - loaded when called

    verb.command()(record)


def _replay(verb: typer.Typer) -> None:
    from onenet_sim.cli.replay import replay_verb  # noqa: PLC0415 - loaded when called

    verb.command()(replay_verb)


_lazily("demo", "Show the whole way of a data point and back, and check it.", _demo)
_lazily("ctl", "Hold a running world: clock, power, air, journal, expectations.", _ctl, no_args_is_help=True)
_lazily("config", "Tell what a world's configuration file may hold.", _config, no_args_is_help=True)
_lazily("profiles", "List the modules, or all that is known of one and from where.", _profiles)
_lazily("regcode", "Decode or encode the register code of AT+MIPLCREATE.", _regcode, no_args_is_help=True)
_lazily("why", "Tell what led to an event, or why a data point did not arrive.", _why, no_args_is_help=True)
_lazily("report", "Write a page that shows all that happened.", _report, no_args_is_help=True)
_lazily("capture", "Write air and serial line to a file for Wireshark.", _capture, no_args_is_help=True)
_lazily("lint", "Look for a host's bad habits in a journal.", _lint, no_args_is_help=True)
_lazily("explore", "Find the smallest URC that breaks a driver.", _explore, no_args_is_help=True)
_lazily("record", "Write down what a host and a real module say to each other.", _record)
_lazily("replay", "Be the host of a session again, and list the differences.", _replay)


def main() -> None:
    """Run the command with the arguments of the process."""
    _app(prog_name="onenet-sim")
