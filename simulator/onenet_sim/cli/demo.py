"""``onenet-sim demo``: a driver, a module, OneNET and an application, from boot text to the end of a lifetime."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from onenet_sim.cli.application import Application
from onenet_sim.cli.driver import LIGHT, OBJECTS, RESET_EXTREMES, TEMPERATURE, DriverError, ReferenceDriver
from onenet_sim.cli.screen import Screen
from onenet_sim.journal import CoapSent, DataPoint, DeviceChanged, HttpAnswer, HttpRequest, ModuleWrote, Urc
from onenet_sim.modem import load_profile
from onenet_sim.report import timeline
from onenet_sim.world import ProfileError, World

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from onenet_sim.journal import Occurrence

    _Wanted: TypeAlias = Callable[[Occurrence], bool]

_BOOTSTRAP = "nbiotbt.heclouds.com:5683"
_LIFETIME = 3000
_TOO_SHORT = 5
_INSTEAD = 86400
_ACKID = 42


def demo(
    profile: Annotated[str, typer.Option(help="The module: a profile of OneMO's grammar.")] = "onemo",
    seed: Annotated[int, typer.Option(help="Decides everything random, such as the IMEI.")] = 7,
    colour: Annotated[
        bool | None,
        typer.Option("--colour/--no-colour", help="Colour by layer; by default on a terminal."),
    ] = None,
) -> None:
    """Show the whole way of a data point and back, and check it.

    A driver on a real serial device logs a module in and reports; an application reads, writes and executes
    over HTTP; a lifetime ends. What happened is printed as one timeline, then what was checked. The exit code
    is 0 when everything held, else 1.
    """
    _require_profile(profile)
    screen = Screen(colour)
    with World(profile=profile, seed=seed) as world:
        port, url = world.modem.port, world.http
        screen.say(f"A driver opens the {profile} on {port}; an application calls OneNET on {url}.")
        screen.say("World time in seconds, event, and what happened, each line under its cause:")
        screen.say()
        story = _Story(world)
        story.run()
        for line in timeline(world.journal, width=screen.columns, colour=screen.colour):
            screen.say(line)
    screen.say()
    _show(story.findings, screen)
    if not all(each.held for each in story.findings):
        raise typer.Exit(1)


def _require_profile(name: str) -> None:
    try:
        family = load_profile(name).family
    except ProfileError as error:
        raise typer.BadParameter(str(error), param_hint="--profile") from None
    if family != "O":
        what = f"{name} speaks grammar {family}, and the demo's driver only OneMO's, O; take onemo or m5310a"
        raise typer.BadParameter(what, param_hint="--profile")


@dataclass(frozen=True, slots=True)
class _Finding:
    what: str
    held: bool
    evidence: str


class _Story:
    """The run: what driver and application do, and what must come of it.

    Attributes:
        findings: What was checked, in order.
    """

    def __init__(self, world: World) -> None:
        self.findings: list[_Finding] = []
        self._world = world
        self._application = Application(world.http, world.settings.api_key)
        self._imei = world.modem.imei

    def run(self) -> None:
        """Go through the run as far as it gets."""
        try:
            with ReferenceDriver(self._world.modem.port) as driver:
                self._log_in(driver)
                self._report(driver)
                self._serve(driver)
                self._outlive(driver)
        except (DriverError, OSError) as error:
            self._check("the run comes to its end", str(error), held=False)

    def _log_in(self, driver: ReferenceDriver) -> None:
        boot_text = driver.boot()
        self._check("a host that opens the port later sees the boot text", " | ".join(boot_text))
        for line in ("ATE0", "AT", "AT+CGSN=1", "AT+CIMI", "AT+CSQ", "AT+CEREG?"):
            driver.command(line)
        driver.command(f'AT+MIPLCREATEEX="{_BOOTSTRAP}",1')
        for object_id, resources in OBJECTS.items():
            driver.command(f'AT+MIPLADDOBJ=0,{object_id},1,"1",0,0')
            driver.command(f'AT+MIPLDISCOVERRSP=0,{object_id},1,{len(resources)},"{resources}"')
        driver.command(f"AT+MIPLOPEN=0,{_LIFETIME},30")
        driver.expect("EVENT", "2")
        driver.expect("EVENT", "6")
        self._found("the module bootstraps and registers: events 2 and 6", _urc("EVENT", "2"), _urc("EVENT", "6"))
        for object_id in OBJECTS:
            driver.expect("OBSERVE", str(object_id), "0", "-1")
        for object_id in OBJECTS:
            driver.expect("DISCOVER", str(object_id))
        self._found(
            "the platform subscribes to both objects and discovers them",
            *(_urc("OBSERVE", f"{object_id},0,-1") for object_id in OBJECTS),
            *(_urc("DISCOVER", str(object_id)) for object_id in OBJECTS),
        )

    def _report(self, driver: ReferenceDriver) -> None:
        value = str(driver.temperature)
        path = "{},{},{}".format(*TEMPERATURE)
        driver.command(f'AT+MIPLNOTIFY=0,0,{path},4,{len(value)},"{value}",0,0,{_ACKID}')
        driver.expect("EVENT", "26", str(_ACKID))
        stream = path.replace(",", "_")
        self._found(
            f"a report becomes the data point {stream} = {value}",
            lambda what: isinstance(what, DataPoint) and (what.stream, what.value) == (stream, float(value)),
        )
        self._found("the platform acknowledges it: event 26", _urc("EVENT", f"26,{_ACKID}"))

    def _serve(self, driver: ReferenceDriver) -> None:
        driver.temperature = 24.0
        answer = self._application.get("/nbiot", **self._query(*TEMPERATURE))
        read = [{"obj_inst_id": 0, "res": [{"res_id": TEMPERATURE[2], "val": 24.0}]}]
        self._answered("the application reads 24.0 from the driver", answer, held=answer.get("data") == read)

        values = {"data": [{"res_id": LIGHT[2], "val": True}]}
        answer = self._application.post("/nbiot", values, **self._query(*LIGHT[:2]), mode=2)
        self._answered("it writes, and the driver's light is on", answer, held=driver.lit)

        arguments = {"args": "reset"}
        answer = self._application.post("/nbiot/execute", arguments, **self._query(*RESET_EXTREMES))
        self._answered("it executes, and the driver gets the argument", answer, held=driver.executed == ["reset"])

    def _outlive(self, driver: ReferenceDriver) -> None:
        driver.command(f"AT+MIPLUPDATE=0,{_TOO_SHORT},0")
        driver.expect("EVENT", "11")
        self._found(
            f"a lifetime of {_TOO_SHORT} s goes over the air as lt={_INSTEAD}: event 11",
            lambda what: isinstance(what, CoapSent) and what.query == (f"lt={_INSTEAD}",),
            _urc("EVENT", "11"),
        )
        device = self._world.onenet.device(self._imei)
        registration = None if device is None else device.registration
        self._found(
            f"the platform keeps the device for {_INSTEAD} s",
            lambda what: isinstance(what, DeviceChanged) and what.what == "updated",
            held=registration is not None and registration.lifetime == _INSTEAD,
        )
        said = self._newest(_is_module_writing)
        self._world.clock.advance(hours=23, minutes=59)
        self._shown("after 23 h 59 min it is still online", online=True)
        self._world.clock.advance(minutes=2)
        self._shown("two minutes later it is offline", online=False)
        heard = driver.listen()
        last = self._newest(lambda what: isinstance(what, Urc))
        silent = not heard and self._newest(_is_module_writing) == said
        evidence = f"#{last} was its last line" if silent else f"since then it said {list(driver.heard)[-3:]}"
        self._check("the module says nothing of it", evidence, held=silent)

    # --- what was checked -----------------------------------------------------------------------------

    def _check(self, what: str, evidence: str, *, held: bool = True) -> None:
        self.findings.append(_Finding(what, held, evidence))

    def _found(self, what: str, *wanted: _Wanted, held: bool = True) -> None:
        """Check that each of these happened, besides ``held``; the newest of each is the evidence."""
        found = [self._newest(each) for each in wanted]
        ids = " ".join("(missing)" if each is None else f"#{each}" for each in found)
        self._check(what, ids, held=held and None not in found)

    def _answered(self, what: str, envelope: Mapping[str, object], *, held: bool) -> None:
        """Check that the application's call succeeded, besides ``held``."""
        if envelope.get("errno") == 0 and held:
            asked = self._newest(lambda each: isinstance(each, HttpRequest))
            self._check(what, f"#{asked} #{self._newest(lambda each: isinstance(each, HttpAnswer))}")
        else:
            self._check(what, f"the platform answered {dict(envelope)}", held=False)

    def _shown(self, what: str, *, online: bool) -> None:
        envelope = self._application.get("/devices/getbyimei", imei=self._imei)
        self._answered(what, envelope, held=envelope.get("data", {}).get("online") is online)

    def _newest(self, wanted: _Wanted) -> int | None:
        return next((event.id for event in reversed(self._world.journal.events()) if wanted(event.what)), None)

    def _query(self, *ids: int) -> dict[str, str | int]:
        return {"imei": self._imei, **dict(zip(("obj_id", "obj_inst_id", "res_id"), ids, strict=False))}


def _is_module_writing(what: Occurrence) -> bool:
    return isinstance(what, ModuleWrote)


def _urc(name: str, ending: str) -> _Wanted:
    """Return what finds a MIPL line by the end of its fields."""
    start, end = f"+MIPL{name}:", f",{ending}"
    return lambda what: isinstance(what, Urc) and what.line.startswith(start) and what.line.endswith(end)


def _show(findings: list[_Finding], screen: Screen) -> None:
    columns = max(len(each.what) for each in findings)
    for each in findings:
        mark = screen.paint("✓", "green") if each.held else screen.paint("✗", "red")
        screen.say(f"{mark} {each.what:{columns}}  {each.evidence}")
    failed = sum(not each.held for each in findings)
    screen.say()
    if failed:
        screen.say(screen.paint(f"{failed} of {len(findings)} checks failed.", "red"))
    else:
        screen.say(screen.paint(f"All {len(findings)} checks held.", "green"))
