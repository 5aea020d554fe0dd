"""The calls that answer "why": the thread behind an event, the fate of a data point, the linter's findings."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import StreamingResponse

from onenet_sim.console.answers import Answer
from onenet_sim.console.shapes import answers
from onenet_sim.report import fate, missing, newest_point, why
from onenet_sim.report.lint import Severity, as_json, lint
from onenet_sim.world import Event, Simulation, dropped_line, json_line

_LARGEST_ID = 10**15
_LONGEST_NAME = 64
_AT_ONCE = 200

router = APIRouter()


class WhyQuery(BaseModel):
    """What is asked about: one of these."""

    model_config = ConfigDict(extra="forbid")

    event: int | None = Field(default=None, ge=1, le=_LARGEST_ID, description="The id of an event.", examples=[1])
    datapoint: str | None = Field(
        default=None, max_length=_LONGEST_NAME, description="A stream, of which the newest data point is meant."
    )
    missing: str | None = Field(
        default=None, max_length=_LONGEST_NAME, description="A stream whose newest report gave no data point."
    )
    imei: str = Field(default="", max_length=_LONGEST_NAME, description="The device, where there are several.")


class LintQuery(BaseModel):
    """Which findings are wanted."""

    model_config = ConfigDict(extra="forbid")

    severity: Severity = Field(default=Severity.NOTE, description="Only findings at least so severe.")


_WHY = {
    "event": 92,
    "stage": None,
    "events": [82, 83, 92],
    "lines": ["#92, at 1.000 s: data point 3303_0_5700 = 25.5", "…"],
}
_FINDING = {
    "rule": "late-answer",
    "severity": "warning",
    "event": 120,
    "time": 12.5,
    "modem": "modem-1",
    "text": "+MIPLREAD: 0,18172,3303,0,5700 was answered after 6.2 s; 5 s is the longest",
    "advice": "Answer READ, WRITE and EXECUTE within 5 s, OBSERVE and DISCOVER within 10 s.",
    "source": "LwM2M user manual for OneMO …",
}


@router.get("/why", summary="Ask why something happened, or did not", responses=answers(_WHY))
async def explain(request: Request, query: Annotated[WhyQuery, Query()]) -> Response:
    """Return what led to an event or to a stream's newest data point, or where a report of a stream ended.

    `lines` is for people; `events` are the ids it rests on; `stage` says how far a missing report came. 404 is
    answered if there is no such event or data point.
    """
    simulation: Simulation = request.app.state.simulation
    events = list(simulation.journal)
    if sum(each is not None for each in (query.event, query.datapoint, query.missing)) != 1:
        raise HTTPException(422, "query: give one of event=ID, datapoint=STREAM and missing=STREAM")
    if query.missing is not None:
        return Answer(_fate(events, query.missing, query.imei))
    event = query.event
    if query.datapoint is not None:
        newest = newest_point(events, query.datapoint, query.imei)
        if newest is None:
            text = f"no data point of {query.datapoint!a} is kept; missing={query.datapoint} tells why"
            raise HTTPException(404, text)
        event = newest.id
    assert event is not None  # noqa: S101 - one of the three was given
    try:
        lines = why(events, event)
    except LookupError as error:
        raise HTTPException(404, str(error)) from None
    thread = [each.id for each in simulation.journal.thread(event)]
    return Answer({"event": event, "stage": None, "events": thread, "lines": lines})


def _fate(events: list[Event], stream: str, imei: str) -> dict[str, Any]:
    try:
        found = fate(events, stream, imei)
        lines = missing(events, stream, imei)
    except LookupError as error:
        raise HTTPException(404, str(error)) from None
    except ValueError as error:
        raise HTTPException(422, f"query, 'missing': {error}") from None
    shown = [event.id for event in found.events]
    return {"event": None, "stage": found.stage.name.lower(), "events": shown, "lines": lines}


@router.get("/lint", summary="Look for a host's bad habits", responses=answers({"findings": [_FINDING]}))
async def lint_hosts(request: Request, query: Annotated[LintQuery, Query()]) -> Response:
    """Return what the hosts did that works here and breaks on real modules; docs/lint.md explains the rules."""
    simulation: Simulation = request.app.state.simulation
    return Answer({"findings": as_json(lint(simulation.journal, query.severity))})


def chosen_lines(events: list[Event], dropped: int) -> Iterator[str]:
    """Give events as JSON lines, behind a line with the count of those that fell off the journal."""
    yield dropped_line(dropped)
    yield from map(json_line, events)


def json_lines(lines: Iterator[str]) -> Response:
    """Return an answer of JSON lines, which are made as they are sent."""

    async def portions() -> AsyncIterator[str]:
        while portion := list(islice(lines, _AT_ONCE)):
            yield "\n".join(portion) + "\n"
            await asyncio.sleep(0)  # the world goes on in between

    return StreamingResponse(portions(), media_type="application/x-ndjson")
