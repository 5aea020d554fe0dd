"""The verb ``ctl``: the control API of a running world, for shells and scripts.

Exit codes: 0 it is done, 1 an expectation was not met, 2 the call was wrong or refused, 3 no world answers.
"""

from __future__ import annotations

import json
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import quote, urlencode

import typer

from onenet_sim.cli.control import FAILED, WORLD, Control, event_told, find

if TYPE_CHECKING:
    from collections.abc import Iterator


def ctl(
    context: typer.Context,
    *,
    http: Annotated[
        str | None, typer.Option(metavar="URL", help=f"The world's URL; otherwise that of ${WORLD}, or its file.")
    ] = None,
    ready: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The world's ready file.", show_default="that of your newest world"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Show the answers as they are, in JSON.")] = False,
) -> None:
    """Hold a running world: its clock, power keys, air, journal. Begin one with `onenet-sim run`.

    Exit codes: 0 it is done, 1 an expectation was not met, 2 the call was wrong or refused, 3 no world answers.
    """
    context.obj = find(http, ready, raw=as_json)


_Modem = Annotated[str, typer.Option(metavar="NAME", help="Which modem.")]
_FIRST = "modem-1"


def state(context: typer.Context) -> None:
    """Show world time, modems and devices."""
    context.obj.call("GET", "state")


def advance(context: typer.Context, seconds: Annotated[float, typer.Argument(help="World seconds.")]) -> None:
    """Let time jump, and wait until all on the way has happened."""
    context.obj.call("POST", "clock/advance", {"seconds": seconds})


def clock(
    context: typer.Context, mode: Annotated[str, typer.Argument(metavar="real|scaled:K|stopped|idle:MS")]
) -> None:
    """Change the clock's pace."""
    name, _, figure = mode.partition(":")
    key = "silence" if name == "idle" else "factor"
    context.obj.call("POST", "clock", {"mode": name} | ({key: _number(figure)} if figure else {}))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        told = "scaled:60 makes a minute pass in a second, idle:50 leaps after 50 ms of silence"
        raise typer.BadParameter(f"{text!r} is no number; {told}") from None


def at(
    context: typer.Context,
    line: Annotated[str, typer.Argument(metavar="LINE", help="A command line such as AT+CSQ.")],
    *,
    within: Annotated[float, typer.Option(metavar="SECONDS", help="World seconds to wait.")] = 30,
    modem: _Modem = _FIRST,
) -> None:
    """Type a command line on a modem's serial line; the exit code is 1 if it is answered with an error."""
    path = f"modems/{quote(modem, safe='')}/command"
    with context.obj.open("POST", path, {"line": line, "within": within}) as response:
        answer = json.load(response)
    typer.echo(json.dumps(answer) if context.obj.raw else "\n".join((*answer["lines"], answer["final_result"])))
    if answer["final_result"] != "OK":
        raise typer.Exit(FAILED)


def power(
    context: typer.Context,
    action: Annotated[str, typer.Argument(metavar="on|off|reset|wake")],
    *,
    modem: _Modem = _FIRST,
) -> None:
    """Press a modem's power key."""
    context.obj.call("POST", f"modems/{quote(modem, safe='')}/power", {"action": action})


def radio(
    context: typer.Context,
    *,
    coverage: Annotated[bool | None, typer.Option(help="Whether there is a cell.")] = None,
    rsrp: Annotated[int | None, typer.Option(help="Received power in dBm.")] = None,
    snr: Annotated[int | None, typer.Option(help="Signal above noise in dB.")] = None,
    ecl: Annotated[int | None, typer.Option(help="Coverage enhancement level, 0 to 2.")] = None,
    modem: _Modem = _FIRST,
) -> None:
    """Change what the air gives a modem; what is left out stays."""
    order = {"coverage": coverage, "rsrp": rsrp, "snr": snr, "ecl": ecl}
    given = {name: value for name, value in order.items() if value is not None}
    context.obj.call("POST", f"modems/{quote(modem, safe='')}/radio", given)


def fault(
    context: typer.Context,
    action: Annotated[Literal["add", "list", "lift"], typer.Argument(help="What to do.")],
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="KIND[,KEY=VALUE...]|ID", help="A fault such as network.loss,probability=0.3; or its number."
        ),
    ] = None,
) -> None:
    """Add a fault, list all, or lift one, or all."""
    match action, what:
        case "add", str(text):
            context.obj.call("POST", "faults", _fault(text))
        case "add", None:
            raise typer.BadParameter("add lacks its fault, such as network.loss,probability=0.3")
        case "list", _:
            context.obj.call("GET", "faults")
        case _:
            context.obj.call("DELETE", "faults" if what is None else f"faults/{quote(what, safe='')}")


def _fault(text: str) -> dict[str, Any]:
    from onenet_sim.world import FaultError, parse_fault_text  # noqa: PLC0415 - other verbs do not need it

    try:
        declared = parse_fault_text(text, text).to_json()
    except FaultError as error:
        raise typer.BadParameter(str(error)) from None
    return {name: value for name, value in declared.items() if name != "id"}


def network(
    context: typer.Context, preset: Annotated[str, typer.Argument(help="Such as ecl2, lossy, nat60 or good.")]
) -> None:
    """Choose what the network is like."""
    context.obj.call("POST", "network", {"preset": preset})


def journal(
    context: typer.Context,
    *,
    after: Annotated[int, typer.Option(metavar="ID", help="Only events after this one.")] = 0,
    layer: Annotated[str | None, typer.Option(help="Only events of this layer, such as at.")] = None,
    modem: Annotated[str | None, typer.Option(metavar="NAME", help="Only events of this modem.")] = None,
    follow: Annotated[bool, typer.Option("--follow", help="Go on with each event as it happens.")] = False,
) -> None:
    """Show what happened, oldest first."""
    control: Control = context.obj
    query = {name: value for name, value in (("after", after), ("layer", layer), ("modem", modem)) if value}
    if follow:
        _follow(control, f"journal?{urlencode(query)}")
        return
    for event in _kept(control, query):
        typer.echo(json.dumps(event) if control.raw else event_told(event))


def _kept(control: Control, query: dict[str, str | int]) -> Iterator[dict[str, Any]]:
    """Give the events that the journal keeps, as far as the query wants them."""
    while True:
        with control.open("GET", f"journal?{urlencode(query)}") as response:
            answer = json.load(response)
        yield from answer["events"]
        if not answer["events"]:
            return
        query = query | {"after": answer["last"]}


def _follow(control: Control, path: str) -> None:
    with control.open("GET", path, accept="text/event-stream") as response:
        try:
            for line in response:
                text = line.decode().rstrip("\n")
                if text.startswith("data: "):
                    event = text.removeprefix("data: ")
                    typer.echo(event if control.raw else event_told(json.loads(event)))
                elif text.startswith(": "):
                    typer.echo(f"({text.removeprefix(': ')})", err=True)
        except KeyboardInterrupt:
            return


def session(context: typer.Context, *, modem: _Modem = _FIRST) -> None:
    """Print what host and module said, as a session for `onenet-sim replay`."""
    from onenet_sim.testing.sessions import Cutter, Session, Side, entry_line, session_text  # noqa: PLC0415 - slow

    control: Control = context.obj
    with control.open("GET", "state") as response:
        world = json.load(response)
    profiles = {each["name"]: each["profile"] for each in world["modems"]}
    if modem not in profiles:
        raise typer.BadParameter(f"no modem is called {modem!r}; there are {', '.join(profiles)}")
    head = Session((), profiles[modem], f"{world['calendar']}, {modem} of a world with seed {world['seed']}")
    if dropped := world["journal"]["dropped"]:
        typer.echo(f"# {dropped} events fell off the journal; what was said before is not here")
    typer.echo(session_text(head).rstrip())
    cutter = Cutter()
    sides = {"host_wrote": Side.HOST, "module_wrote": Side.MODULE}
    for event in _kept(control, {"layer": "uart", "modem": modem}):
        if event["kind"] in sides:
            octets = bytes.fromhex(event["fields"]["octets"])
            for entry in cutter.hear(sides[event["kind"]], octets, event["time"]):
                typer.echo(entry_line(entry))
    for entry in cutter.end():
        typer.echo(entry_line(entry))


def expect(
    context: typer.Context,
    events: Annotated[
        list[str],
        typer.Argument(metavar="JSON…", help='Such as {"kind":"datapoint"}; several come in this order.'),
    ],
    *,
    within: Annotated[float, typer.Option(help="World seconds.")] = 5,
    never: Annotated[bool, typer.Option("--never", help="It must not come.")] = False,
    count: Annotated[int | None, typer.Option(help="Exactly so many come.")] = None,
    since: Annotated[int | None, typer.Option(metavar="ID", help="Count from this event on.")] = None,
    advance: Annotated[bool, typer.Option("--advance", help="Let the clock jump to the end of the time.")] = False,
) -> None:
    """Wait until an event comes; exit with 1 and the nearest miss if it does not."""
    wanted = [_json(event) for event in events]
    order: dict[str, object] = {
        "event": wanted[0] if len(wanted) == 1 else wanted,
        "within": within,
        "mode": "never" if never else "eventually",
        "count": count,
        "since": since,
        "advance": advance,
    }
    context.obj.call("POST", "expect", order)


def _json(text: str) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r:.80} is no JSON: {error}") from None


def reset(context: typer.Context) -> None:
    """Begin a fresh world on the same ports."""
    context.obj.call("POST", "reset")


def upgrade(context: typer.Context, imei: str, version: str) -> None:
    """Begin to upgrade a device's firmware over the air."""
    context.obj.call("POST", f"devices/{quote(imei, safe='')}/upgrade", {"version": version})


def push(
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="The application's URL.")],
    *,
    token: Annotated[str, typer.Option(help="What it checks signatures with.")] = "",
) -> None:
    """Push data to an application."""
    context.obj.call("POST", "push", {"url": url, "token": token})


def call(
    context: typer.Context,
    method: Annotated[str, typer.Argument(metavar="GET|POST|DELETE")],
    path: Annotated[str, typer.Argument(help="Below /control/, such as faults; or from the root, with a slash.")],
    body: Annotated[str | None, typer.Argument(metavar="JSON", help="What the call takes.")] = None,
) -> None:
    """Make any other call; /control/openapi.json describes them."""
    context.obj.call(method.upper(), path, None if body is None else _json(body))


VERBS = (
    state,
    at,
    advance,
    clock,
    power,
    radio,
    fault,
    network,
    journal,
    session,
    expect,
    reset,
    upgrade,
    push,
    call,
)
