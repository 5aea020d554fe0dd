"""``onenet-sim run``: a world in the foreground, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from contextlib import ExitStack, contextmanager
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from onenet_sim import __version__
from onenet_sim.cli.ready_file import ready_file as kept_ready
from onenet_sim.cli.ready_text import ready_text
from onenet_sim.cli.settings import (
    configured,
    given,
    new_world,
    parse_clock,
    parse_faults,
    parse_map,
    parse_pace,
    parse_unknown,
    refused,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onenet_sim.world import Json, World

_ENDS = {signal.SIGINT, signal.SIGTERM}
_NOBODY_READS = 1
_FAILED = 1


def run(
    context: typer.Context,
    *,
    config: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.toml",
            help="A world in a file, see `onenet-sim config`; options given here count instead of what it says.",
        ),
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE.toml",
            help="Which module the modems are: a built-in profile, or a file of your own.",
            show_default="OneMO's own",
        ),
    ] = None,
    modems: Annotated[int, typer.Option(metavar="N", min=1, max=1000, help="How many modems there are.")] = 1,
    link: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="A symbolic link to the first modem's PTY; others append -2, -3."),
    ] = None,
    tcp: Annotated[
        int | None,
        typer.Option(
            metavar="PORT",
            min=0,
            max=65535,
            help="Offer the serial line on a TCP port too, of further modems on the next ones; 0 is any free one.",
        ),
    ] = None,
    rfc2217: Annotated[
        int | None,
        typer.Option(
            "--rfc2217",
            metavar="PORT",
            min=0,
            max=65535,
            help="The same by RFC 2217, with baud rate and control lines.",
        ),
    ] = None,
    connect: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT", help="Connect to a host that listens, such as QEMU's or Renode's socket."
        ),
    ] = None,
    serial: Annotated[
        Path | None,
        typer.Option(
            metavar="DEVICE", help="Be the first modem on a UART of this machine; the host is behind it."
        ),
    ] = None,
    baud: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, max=4_000_000, help="Of --serial.", show_default="what the module has"),
    ] = None,
    stdio: Annotated[
        bool, typer.Option("--stdio", help="Be the first modem on stdin and stdout; all else goes to stderr.")
    ] = False,
    baud_pace: Annotated[
        bool,
        typer.Option("--baud-pace", help="Let octets take their time at the baud rate; unequal rates make noise."),
    ] = False,
    http: Annotated[int, typer.Option(metavar="PORT", min=0, max=65535, help="OneNET's and the control API.")] = 0,
    bind: Annotated[
        str, typer.Option(metavar="HOST", help="The IPv4 address of --tcp, --rfc2217, --http.")
    ] = "127.0.0.1",
    control_token: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            envvar="ONENET_SIM_TOKEN",
            help="What control calls must carry as Authorization: Bearer TEXT.",
            show_default="none at 127.x.x.x, drawn elsewhere",
        ),
    ] = None,
    bootstrap_port: Annotated[int, typer.Option(metavar="PORT", min=0, max=65535, help="CoAP over UDP.")] = 0,
    access_port: Annotated[int, typer.Option(metavar="PORT", min=0, max=65535, help="CoAP over UDP.")] = 0,
    map_: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="HOST:PORT=127.0.0.1:PORT",
            help="Where an address leads that modems dial, over UDP and TCP; may be given again.",
        ),
    ] = None,
    bootstrap_dtls_port: Annotated[
        int, typer.Option(metavar="PORT", min=0, max=65535, help="The same by DTLS.")
    ] = 0,
    access_dtls_port: Annotated[int, typer.Option(metavar="PORT", min=0, max=65535, help="The same by DTLS.")] = 0,
    seed: Annotated[
        int | None, typer.Option(metavar="N", help="Decides everything random.", show_default="drawn, and shown")
    ] = None,
    objects: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE|FOLDER",
            help="Objects of your own in OMA's XML format, whose values are then typed; repeatable.",
        ),
    ] = None,
    db: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Where OneNET keeps devices, data points and what else it knows; a reset empties it.",
            show_default="in memory",
        ),
    ] = None,
    auto_create: Annotated[bool, typer.Option(help="Whether an unknown IMEI gets a device record.")] = True,
    offline_lag: Annotated[
        float,
        typer.Option(
            metavar="SECONDS",
            min=0,
            max=3600,
            help="How long after its lifetime a device still shows as online; on OneNET about 60.",
        ),
    ] = 0.0,
    clock: Annotated[
        str,
        typer.Option(
            metavar="real|scaled:K|stopped|idle:MS",
            help="With the machine, K times as fast, by jumps, or leaping after MS ms of silence on the line.",
        ),
    ] = "real",
    pace: Annotated[
        str | None,
        typer.Option(
            metavar="field|instant",
            help="Whether modems keep the gaps between lines that real ones have.",
            show_default="while a host is attached",
        ),
    ] = None,
    unknown: Annotated[
        str,
        typer.Option(metavar="error|fail", help="Whether a command that the module does not have ends the run."),
    ] = "error",
    network: Annotated[
        str, typer.Option(metavar="PRESET", help="What the network is like: ecl2, lossy, nat60 and others.")
    ] = "",
    fault: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KIND[,KEY=VALUE...]",
            help="What goes wrong, such as network.loss,probability=0.3; repeatable.",
        ),
    ] = None,
    journal: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write all that happens there as JSON lines, at most 1 GiB."),
    ] = None,
    ready_file: Annotated[
        Path | None,
        typer.Option(
            "--ready-file",
            metavar="PATH",
            help="Where the JSON of --json stands while the world runs; `onenet-sim ctl` finds the world by it.",
            show_default="in your runtime folder",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Say what is where in one line of JSON.")] = False,
) -> None:
    """Start modems, OneNET and HTTP in the foreground; Ctrl-C ends them. A port of 0 is any free one."""
    # Blocked here and awaited below, neither signal can strike in the midst of something.
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDS)
    settings: dict[str, Any] = {
        "profile": profile,
        "modems": modems,
        "link": None if link is None else link.absolute(),
        "tcp": tcp,
        "rfc2217": rfc2217,
        "connect": connect,
        "serial": serial,
        "baud": baud,
        "stdio": stdio,
        "baud_pace": baud_pace,
        "tcp_host": bind,
        "map": parse_map(map_ or []),
        "bootstrap_port": bootstrap_port,
        "access_port": access_port,
        "bootstrap_dtls_port": bootstrap_dtls_port,
        "access_dtls_port": access_dtls_port,
        "seed": seed,
        "objects": objects or (),
        "auto_create": auto_create,
        "offline_lag": offline_lag,
        "db": db,
        "clock": parse_clock(clock),
        "pace": None if pace is None else parse_pace(pace),
        "unknown": parse_unknown(unknown),
        "network": network,
        "faults": parse_faults(fault or []),
        "http": http,
        "control_token": control_token,
        "journal": journal,
        "ready_file": ready_file,
    }
    if config is not None:
        settings |= configured(config, without=given(context))
    with new_world(settings) as world, _journal(world, settings["journal"]):
        _end_with(world)
        with ExitStack() as stack:
            try:
                described = _serve(world, settings["http"], settings["control_token"])
                stack.enter_context(kept_ready(settings["ready_file"], described))
            except OSError as error:
                raise refused(error) from None
            told = json.dumps(described) if as_json else ready_text(described)
            if not _say(told, sys.stderr if _takes_stdio(world) else sys.stdout):
                raise typer.Exit(_NOBODY_READS)
            signal.sigwait(_ENDS)
        if world.failure:
            typer.echo(f"Error: {world.failure}", err=True)
            raise typer.Exit(_FAILED)


def _end_with(world: World) -> None:
    """Let the command end when the run has failed, or its standard input has ended that was a serial line."""
    main = threading.get_ident()

    def end() -> None:
        signal.pthread_kill(main, signal.SIGTERM)

    world.simulation.on_failure = world.simulation.on_end = end
    if world.simulation.ended:
        end()


@contextmanager
def _journal(world: World, path: Path | None) -> Iterator[None]:
    """Write the journal to a file while the block lasts, if one is wanted."""
    if path is None:
        yield
        return
    from onenet_sim.cli.saved import JournalFile  # noqa: PLC0415 - as above

    try:
        file = JournalFile(world, path)
    except OSError as error:
        raise refused(error) from None
    try:
        yield
    finally:
        missing = file.close()
        if missing:
            typer.echo(f"Error: {missing} events are not in {path}: it is full, or the disk is", err=True)


def _serve(world: World, http: int, chosen: str | None) -> dict[str, Json]:
    """Serve HTTP; return the ready line's object."""
    from onenet_sim.console import control_app, control_token  # noqa: PLC0415 - as above

    token = control_token(world.settings.tcp_host, chosen)
    url = world.serve_http(control_app(world, token), host=world.settings.tcp_host, port=http)
    return {
        "ready": True,
        "version": __version__,
        "modems": [modem.description for modem in world.modems.values()],
        "coap": world.coap,
        "http": url,
        **({"control_token": token} if token else {}),
        "api_key": world.settings.api_key,
        "access_key": world.settings.access_key,
        "product_id": world.settings.product_id,
        "seed": world.settings.seed,
    }


def _takes_stdio(world: World) -> bool:
    return any(modem.stdio for modem in world.settings.each_modem)


def _say(text: str, stream: TextIO) -> bool:
    """Write to stdout or stderr at once; return False if nobody reads it."""
    try:
        print(text, file=stream, flush=True)
    except BrokenPipeError:
        # The interpreter flushes it once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        typer.echo("Error: nobody reads what stands where; the world ended again", err=True)
        return False
    return True
