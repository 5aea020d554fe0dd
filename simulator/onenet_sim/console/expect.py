"""The control call that waits for what should happen, or never, and tells the nearest miss when it is not so.

It is a coroutine on the world's own loop that never blocks it. Annotations are read while the program runs:
FastAPI makes the API's description and its checks of them.
"""

from typing import Literal

from fastapi import APIRouter, HTTPException, Response
from pydantic import Field, JsonValue

from onenet_sim.console.answers import Answer
from onenet_sim.console.shapes import EVENT, LARGEST_ID, LONGEST_JUMP, Inside, Order, answers
from onenet_sim.world import Expectation, Mode, Pattern, Simulation, UnmetExpectationError, await_expectation

_MOST_EVENTS = 100
_MOST_COUNTED = 100_000
_UNMET = 417

router = APIRouter()


class ExpectOrder(Order):
    """What should happen, and within which time."""

    event: dict[str, JsonValue] | list[dict[str, JsonValue]] = Field(
        max_length=_MOST_EVENTS,
        description="The fields of the event: `kind`, `layer`, `modem`, a part of its `text`, or fields of that "
        "kind of event. `re:` before a text makes it a regular expression; `<`, `<=`, `>`, `>=`, `!=`, `in` "
        'compare: `{"kind": "datapoint", "value": {">": 20}}`. A list is of events that come in this order.',
        examples=[{"kind": "device", "what": "registered"}],
    )
    within: float = Field(
        default=5,
        ge=0,
        le=LONGEST_JUMP,
        allow_inf_nan=False,
        description="World seconds from now, or from the event `since`.",
        examples=[5],
    )
    mode: Literal["eventually", "never"] = Field(default="eventually", description="It comes, or it does not.")
    count: int | None = Field(
        default=None, ge=0, le=_MOST_COUNTED, description="Exactly so many come in all of the time."
    )
    since: int | None = Field(
        default=None,
        ge=0,
        le=LARGEST_ID,
        description="The id of an event: later ones count, and time counts from it; 0 is the world's beginning. "
        "Left out, what came since the host or an application last did something counts, and time from now.",
        examples=[0],
    )
    advance: bool = Field(default=False, description="The clock jumps to the end of the time.")


@router.post(
    "/expect",
    summary="Wait for what should happen",
    responses={
        **answers({"events": [EVENT], "time": 2.5}),
        _UNMET: {"description": "It is not so: `error` says why, `nearest` compares the event that came nearest."},
    },
)
async def expect(simulation: Inside, order: ExpectOrder) -> Response:
    """Answer with the events once it is so; `never` and `count` need all of the time.

    417 is answered if it is not so, and 409 if the world is reset meanwhile. A stopped clock never comes to the
    end of the time: what is under way settles, and that is judged, unless the clock is to jump.
    """
    try:
        events = await await_expectation(simulation, _expectation(order))
    except UnmetExpectationError as unmet:
        return Answer({**unmet.miss.to_json(), "time": _time(simulation)}, _UNMET)
    except ValueError as error:
        raise HTTPException(422, f"body: {error}") from None
    except TimeoutError as error:
        raise HTTPException(504, str(error)) from None
    except RuntimeError as error:
        raise HTTPException(409, str(error)) from None
    return Answer({"events": [event.to_json() for event in events], "time": _time(simulation)})


def _expectation(order: ExpectOrder) -> Expectation:
    in_order = isinstance(order.event, list)
    patterns = tuple(map(Pattern, order.event if isinstance(order.event, list) else [order.event]))
    chosen = {
        Mode.NEVER: order.mode == "never",
        Mode.EXACTLY: order.count is not None,
        Mode.IN_ORDER: in_order,
    }
    modes = [mode for mode, wanted in chosen.items() if wanted]
    if len(modes) > 1:
        raise ValueError(f"{' and '.join(modes)} do not go together: it is never, a count, or a list of events")
    return Expectation(
        modes[0] if modes else Mode.EVENTUALLY,
        patterns,
        order.within,
        1 if order.count is None else order.count,
        since=order.since,
        advance=order.advance,
    )


def _time(simulation: Simulation) -> float:
    return round(simulation.clock.now, 6)
