"""The control calls about the world as a whole: its state, clock and journal.

All are coroutines on the world's own loop and never block it. Annotations are read while the program runs:
FastAPI makes the API's description and its checks of them.
"""

from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Header, HTTPException, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from onenet_sim.console.answers import Answer
from onenet_sim.console.diagnosis import chosen_lines, json_lines
from onenet_sim.console.shapes import CLOCK, EVENT, LARGEST_ID, LONGEST_JUMP, MODEM, Inside, Order, answers, known
from onenet_sim.console.stream import EventStream
from onenet_sim.world import (
    ClockMode,
    Layer,
    Simulation,
    clock_state,
    saved_lines,
    world_state,
)

_LONGEST_ID = 15
_MOST_EVENTS = 10_000


router = APIRouter()


class Advance(Order):
    """How far the clock jumps."""

    seconds: float = Field(
        ge=0,
        le=LONGEST_JUMP,
        allow_inf_nan=False,
        description="World seconds, at most ten years; 0 lets what is under way settle.",
        examples=[86400],
    )


class ClockOrder(Order):
    """How the clock goes."""

    mode: Literal["real", "scaled", "stopped", "idle"] = Field(
        description="With the machine, at a factor, by jumps only, or with leaps while a host waits in silence.",
        examples=["scaled"],
    )
    factor: float | None = Field(
        default=None,
        gt=0,
        allow_inf_nan=False,
        description="World seconds a real second, up to 1e6; `scaled` needs it and the others have none.",
        examples=[60],
    )
    silence: float | None = Field(
        default=None,
        ge=1,
        allow_inf_nan=False,
        description="Real milliseconds of silence on the line before a leap, up to 60000; `idle` alone needs it.",
    )


class Nothing(Order):
    """An empty object."""


class JournalQuery(BaseModel):
    """Which events are wanted."""

    model_config = ConfigDict(extra="forbid")

    after: int = Field(default=0, ge=0, le=LARGEST_ID, description="Only events with an id above this.")
    layer: Layer | None = Field(default=None, description="Only events of this layer.")
    modem: str | None = Field(default=None, description="Only events of the modem with this name.")
    limit: int = Field(
        default=1000,
        ge=1,
        le=_MOST_EVENTS,
        description="At most so many, the oldest; a stream and JSON lines have no limit.",
    )
    format: Literal["json", "jsonl"] = Field(default="json", description="`jsonl` is an event a line.")


_DEVICE = {
    "id": "1",
    "imei": "869975030000017",
    "imsi": "460040000000001",
    "online": True,
    "api_key": "ykxHh0b5dWBlFYcRr7OpTJ2nQeMv",
}
_STATE = {
    **CLOCK,
    "seed": 7,
    "modems": [MODEM],
    "devices": [_DEVICE],
    "failure": None,
    "journal": {"events": 214, "dropped": 0},
}
_JOURNAL = {"events": [EVENT], "dropped": 0, "last": 15}


_SSE = {"schema": {"type": "string"}, "example": 'id: 15\ndata: {"id": 15, "time": 2.5, "layer": "at", …}\n\n'}
_JSONL = {"schema": {"type": "string"}, "example": '{"dropped": 0}\n{"id": 1, "time": 0.0, "layer": "modem", …}\n'}


@router.get("/state", summary="Look at the world", responses=answers(_STATE))
async def state(simulation: Inside) -> Response:
    """World time, each modem (power, radio, MIPL session, lifetime left), each device of the platform."""
    return Answer(world_state(simulation))


class Redirect(Order):
    """Where an address leads that modems dial."""

    address: str = Field(description="`host:port` as firmware has it.", examples=["8.8.8.8:53"])
    local: str = Field(description="A `127.0.0.1:port` of the world's machine.", examples=["127.0.0.1:5353"])


@router.post("/map", summary="Let an address lead elsewhere", responses=answers({"8.8.8.8:53": "127.0.0.1:5353"}))
async def redirect(simulation: Inside, order: Redirect) -> Response:
    """Let it reach a server of yours over UDP and TCP; a name is then known to DNS. It outlives a reset."""
    try:
        simulation.addresses.redirect(order.address, order.local)
    except ValueError as error:
        raise HTTPException(422, f"body: {error}") from None
    return Answer({order.address: order.local})


@router.post("/clock/advance", summary="Jump ahead in time", responses=answers(CLOCK))
async def advance(simulation: Inside, order: Advance) -> Response:
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


@router.post("/clock", summary="Change the clock's pace", responses=answers(CLOCK | {"clock": "scaled:60"}))
async def set_clock(simulation: Inside, order: ClockOrder) -> Response:
    """Go on from now in another mode.

    `real` is with the machine, `scaled` at a factor, `stopped` by jumps only; `idle` is with the machine, and
    leaps to the next timer whenever the line has been silent while a host is there.
    """
    if order.mode == "scaled" and order.factor is None:
        raise HTTPException(422, "body, 'factor': scaled needs it; 60 makes a minute pass in a second")
    if order.mode == "idle" and order.silence is None:
        raise HTTPException(422, "body, 'silence': idle needs it; 50 leaps after 50 ms without a word on the line")
    try:
        mode = ClockMode(order.mode, 1 if order.factor is None else order.factor, order.silence or 0)
    except ValueError as error:
        raise HTTPException(422, f"body, {'factor' if order.silence is None else 'silence'!r}: {error}") from None
    simulation.clock.go(mode)
    return Answer(clock_state(simulation.clock))


@router.get(
    "/journal",
    summary="Read or follow the journal",
    responses=answers(_JOURNAL, **{"text/event-stream": _SSE, "application/x-ndjson": _JSONL}),
)
async def journal(
    simulation: Inside,
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
        known(simulation, query.modem, 422)
    if "text/event-stream" in accept.lower():
        after = _resumed(simulation, last_event_id, query.after)
        return EventStream(simulation, after=after, layer=query.layer, modem=query.modem)
    kept = simulation.journal
    found = kept.events(after=query.after, layer=query.layer, modem=query.modem)
    if query.format == "jsonl" or "application/x-ndjson" in accept.lower():
        everything = not (query.after or query.layer or query.modem)
        return json_lines(saved_lines(kept) if everything else chosen_lines(found, kept.dropped))
    shown = found[: query.limit]
    last = shown[-1].id if len(shown) < len(found) else kept.dropped + len(kept)
    return Answer({"events": [event.to_json() for event in shown], "dropped": kept.dropped, "last": last})


@router.post("/reset", summary="Begin a fresh world", responses=answers(_STATE))
async def reset(simulation: Inside, order: Nothing | None = None) -> Response:
    """World time 0, the same ports and seed, and nothing remembered; the answer is the fresh state."""
    del order
    await simulation.reset()
    return Answer(world_state(simulation))


def _resumed(simulation: Simulation, last_event_id: str, after: int) -> int:
    """Return where a follower goes on that had an event before, or begins."""
    if not (last_event_id.isascii() and last_event_id.isdecimal() and len(last_event_id) <= _LONGEST_ID):
        return after
    seen = int(last_event_id)
    return seen if simulation.journal.get(seen) is not None or not simulation.journal else 0
