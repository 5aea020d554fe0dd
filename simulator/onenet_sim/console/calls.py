"""The control calls, one function each. All are coroutines on the world's own loop and never block it.

Annotations are read while the program runs: FastAPI makes the API's description and its checks of them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, HTTPException, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from onenet_sim.console.answers import Answer
from onenet_sim.console.diagnosis import json_lines
from onenet_sim.console.stream import EventStream
from onenet_sim.world import (
    ClockMode,
    Layer,
    Refusal,
    Simulation,
    UnknownDevice,
    UpgradeKind,
    clock_state,
    modem_state,
    upgrade_state,
    world_state,
)

_LONGEST_JUMP = 10 * 366 * 86_400
_LARGEST_ID = 10**15
_LONGEST_ID = 15
_MOST_EVENTS = 10_000
_NAMES_TOLD = 10

router = APIRouter()


async def _simulation(request: Request) -> Simulation:
    simulation: Simulation = request.app.state.simulation
    return simulation


_Inside = Annotated[Simulation, Depends(_simulation)]


class _Order(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Advance(_Order):
    """How far the clock jumps."""

    seconds: float = Field(
        ge=0,
        le=_LONGEST_JUMP,
        allow_inf_nan=False,
        description="World seconds, at most ten years; 0 lets what is under way settle.",
        examples=[86400],
    )


class ClockOrder(_Order):
    """How the clock goes."""

    mode: Literal["real", "scaled", "stopped"] = Field(
        description="With the machine, at a factor, or by jumps only.", examples=["scaled"]
    )
    factor: float | None = Field(
        default=None,
        gt=0,
        allow_inf_nan=False,
        description="World seconds a real second, up to 1e6; `scaled` needs it and the others have none.",
        examples=[60],
    )


class PowerOrder(_Order):
    """What the power key does."""

    action: Literal["on", "off", "reset", "wake"] = Field(
        description="Switch on, switch off, restart, or pulse the wake-up pin.", examples=["reset"]
    )


class RadioOrder(_Order):
    """What the air gives a modem; what is left out stays."""

    coverage: bool | None = Field(default=None, description="There is a cell.", examples=[False])
    rsrp: int | None = Field(default=None, ge=-156, le=-44, description="Received power, in dBm.", examples=[-110])
    snr: int | None = Field(default=None, ge=-30, le=30, description="Signal above noise, in dB.")
    ecl: int | None = Field(default=None, ge=0, le=2, description="Coverage enhancement level.", examples=[2])


class UpgradeOrder(_Order):
    """What a device is to run."""

    version: str = Field(
        pattern="^[!-~]{1,64}$", description="What it says of itself afterwards.", examples=["MN316-DBRS-MBRH0C01"]
    )
    kind: Literal["firmware", "software"] = Field(
        default="firmware",
        description="The module's own `firmware` (FOTA), or its host's `software` (SOTA).",
        examples=["firmware"],
    )
    image: str | None = Field(
        default=None,
        pattern="^([0-9A-Fa-f]{2})+$",
        description="The image as hex; without one an image of 16 KiB is made that brings the version.",
        examples=[None],
    )


class Nothing(_Order):
    """An empty object."""


class JournalQuery(BaseModel):
    """Which events are wanted."""

    model_config = ConfigDict(extra="forbid")

    after: int = Field(default=0, ge=0, le=_LARGEST_ID, description="Only events with an id above this.")
    layer: Layer | None = Field(default=None, description="Only events of this layer.")
    modem: str | None = Field(default=None, description="Only events of the modem with this name.")
    limit: int = Field(
        default=1000,
        ge=1,
        le=_MOST_EVENTS,
        description="At most so many, the oldest; a stream and JSON lines have no limit.",
    )
    format: Literal["json", "jsonl"] = Field(default="json", description="`jsonl` is an event a line.")


_CLOCK = {"time": 86400.0, "calendar": "2026-01-02T00:00:00.000+08:00", "clock": "real"}
_MODEM = {
    "name": "modem-1",
    "profile": "m5310a",
    "port": "/dev/pts/3",
    "link": None,
    "imei": "869975030000017",
    "imsi": "460040000000001",
    "iccid": "89860400000000000012",
    "power": "on",
    "host": True,
    "radio": {
        "registered": True,
        "connected": False,
        "asleep": False,
        "coverage": True,
        "rsrp": -79,
        "snr": 12,
        "ecl": 0,
    },
    "mipl": {"device": True, "session": "registered", "lifetime": 3600, "lifetime_left": 3541.5},
}
_STATE = {
    **_CLOCK,
    "seed": 7,
    "modems": [_MODEM],
    "devices": [{"id": "1", "imei": "869975030000017", "imsi": "460040000000001", "online": True}],
    "journal": {"events": 214, "dropped": 0},
}
_UPGRADE = {
    "kind": "firmware",
    "version": "MN316-DBRS-MBRH0C01",
    "size": 16384,
    "sent": 8192,
    "state": "downloading",
    "reason": "",
}
_EVENT = {
    "id": 15,
    "time": 2.5,
    "layer": "at",
    "kind": "command",
    "modem": "modem-1",
    "cause": 14,
    "text": "> AT+CSQ",
    "fields": {"line": "AT+CSQ"},
}
_JOURNAL = {"events": [_EVENT], "dropped": 0, "last": 15}


def _answers(example: dict[str, Any], **further: object) -> dict[int | str, dict[str, Any]]:
    """Return the description of an answer of 200."""
    content = {"application/json": {"schema": {"type": "object"}, "example": example}, **further}
    return {200: {"description": "It is done.", "content": content}}


_SSE = {"schema": {"type": "string"}, "example": 'id: 15\ndata: {"id": 15, "time": 2.5, "layer": "at", …}\n\n'}
_JSONL = {"schema": {"type": "string"}, "example": '{"dropped": 0}\n{"id": 1, "time": 0.0, "layer": "modem", …}\n'}


@router.get("/state", summary="Look at the world", responses=_answers(_STATE))
async def state(simulation: _Inside) -> Response:
    """World time, each modem (power, radio, MIPL session, lifetime left), each device of the platform."""
    return Answer(world_state(simulation))


@router.post("/clock/advance", summary="Jump ahead in time", responses=_answers(_CLOCK))
async def advance(simulation: _Inside, order: Advance) -> Response:
    """Fire every timer on the way in order, and answer with the time when all has settled.

    409 is answered if a reset comes in between, and 504 if the world does not settle.
    """
    clock = simulation.clock
    try:
        _ = clock.calendar + timedelta(seconds=order.seconds)
    except OverflowError:
        raise HTTPException(422, f"the calendar ends with the year 9999, and now is {clock.calendar}") from None
    try:
        await clock.advance_async(order.seconds)
    except TimeoutError as error:
        raise HTTPException(504, str(error)) from None
    except RuntimeError as error:
        raise HTTPException(409, str(error)) from None
    return Answer(clock_state(clock))


@router.post("/clock", summary="Change the clock's pace", responses=_answers(_CLOCK | {"clock": "scaled:60"}))
async def set_clock(simulation: _Inside, order: ClockOrder) -> Response:
    """Go on from now with the machine (`real`), at a factor (`scaled`), or by jumps only (`stopped`)."""
    if order.mode == "scaled" and order.factor is None:
        raise HTTPException(422, "body, 'factor': scaled needs it; 60 makes a minute pass in a second")
    try:
        mode = ClockMode(order.mode, 1 if order.factor is None else order.factor)
    except ValueError as error:
        raise HTTPException(422, f"body, 'factor': {error}") from None
    simulation.clock.set_mode(mode.name, factor=mode.factor)
    return Answer(clock_state(simulation.clock))


@router.get(
    "/journal",
    summary="Read or follow the journal",
    responses=_answers(_JOURNAL, **{"text/event-stream": _SSE, "application/x-ndjson": _JSONL}),
)
async def journal(
    simulation: _Inside,
    query: Annotated[JournalQuery, Query()],
    accept: Annotated[
        str,
        Header(description="`text/event-stream` follows the journal live; `application/x-ndjson` is JSON lines."),
    ] = "",
    last_event_id: Annotated[str, Header(description="Sent by browsers when they follow again.")] = "",
) -> Response:
    """Return events, oldest first; `last` is the `after` with which to go on, `dropped` how many fell off.

    With `Accept: text/event-stream` the answer goes on: server-sent events with `id` and one JSON object as
    `data`, beginning after `after`. A comment tells of a reset, after which ids begin at 1 again.

    With `format=jsonl` or `Accept: application/x-ndjson` each event is a line, behind a first line with `dropped`.
    """
    if query.modem is not None:
        _known(simulation, query.modem, 422)
    if "text/event-stream" in accept.lower():
        after = _resumed(simulation, last_event_id, query.after)
        return EventStream(simulation, after=after, layer=query.layer, modem=query.modem)
    kept = simulation.journal
    found = kept.events(after=query.after, layer=query.layer, modem=query.modem)
    if query.format == "jsonl" or "application/x-ndjson" in accept.lower():
        return json_lines(found, kept.dropped)
    shown = found[: query.limit]
    last = shown[-1].id if len(shown) < len(found) else kept.dropped + len(kept)
    return Answer({"events": [event.to_json() for event in shown], "dropped": kept.dropped, "last": last})


@router.post("/modems/{name}/power", summary="Press a modem's power key", responses=_answers(_MODEM))
async def power(
    simulation: _Inside, name: Annotated[str, Path(examples=["modem-1"])], order: PowerOrder
) -> Response:
    """Switch a module on or off, or restart it; the answer is the modem as it is then."""
    _known(simulation, name, 404)
    bench = simulation.benches[name]
    bench.power(order.action)
    return Answer(modem_state(bench, simulation.clock.now))


@router.post("/modems/{name}/radio", summary="Change what the air gives a modem", responses=_answers(_MODEM))
async def radio(
    simulation: _Inside, name: Annotated[str, Path(examples=["modem-1"])], order: RadioOrder
) -> Response:
    """Take coverage away or give it back, or change the signal; the answer is the modem as it is then."""
    _known(simulation, name, 404)
    bench = simulation.benches[name]
    bench.receive(bench.modem.reception.changed(**order.model_dump()))
    return Answer(modem_state(bench, simulation.clock.now))


_Imei = Annotated[str, Path(description="The device's IMEI.", examples=["869975030000017"])]


@router.post("/devices/{imei}/upgrade", summary="Upgrade a device over the air", responses=_answers(_UPGRADE))
async def start_upgrade(simulation: _Inside, imei: _Imei, order: UpgradeOrder) -> Response:
    """Begin to send the image; the answer does not wait for the end. 409 is answered if the device is offline."""
    image = None if order.image is None else bytes.fromhex(order.image)
    with _refused():
        begun = simulation.platform.start_upgrade(imei, order.version, image, UpgradeKind(order.kind))
    return Answer(upgrade_state(begun))


@router.get("/devices/{imei}/upgrade", summary="Look at a device's upgrade", responses=_answers(_UPGRADE))
async def upgrade(simulation: _Inside, imei: _Imei) -> Response:
    """Return the newest one: `downloading`, `downloaded`, `updating`, then `done` or `failed` with a reason."""
    with _refused():
        newest = simulation.platform.upgrade(imei)
    if newest is None:
        raise HTTPException(404, f"device {imei!a:.80} was never upgraded; POST begins an upgrade")
    return Answer(upgrade_state(newest))


@contextmanager
def _refused() -> Iterator[None]:
    """Answer what the platform refuses."""
    try:
        yield
    except UnknownDevice as refusal:
        raise HTTPException(404, f"{refusal}; a device has a record once it has logged in") from None
    except Refusal as refusal:
        raise HTTPException(409, str(refusal)) from None


@router.post("/reset", summary="Begin a fresh world", responses=_answers(_STATE))
async def reset(simulation: _Inside, order: Nothing | None = None) -> Response:
    """World time 0, the same ports and seed, and nothing remembered; the answer is the fresh state."""
    del order
    await simulation.reset()
    return Answer(world_state(simulation))


def _known(simulation: Simulation, name: str, status: int) -> None:
    names = list(simulation.benches)
    if name not in names:
        more = f" and {len(names) - _NAMES_TOLD} more" if len(names) > _NAMES_TOLD else ""
        told = ", ".join(names[:_NAMES_TOLD]) + more
        raise HTTPException(status, f"no modem is called {name!a:.80}; there are: {told}")


def _resumed(simulation: Simulation, last_event_id: str, after: int) -> int:
    """Return where a follower goes on that had an event before, or begins."""
    if not (last_event_id.isascii() and last_event_id.isdecimal() and len(last_event_id) <= _LONGEST_ID):
        return after
    seen = int(last_event_id)
    return seen if simulation.journal.get(seen) is not None or not simulation.journal else 0
