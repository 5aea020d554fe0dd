"""The control calls about stubs: what a module answers to a command in place of its own answer.

All are coroutines on the world's own loop and never block it. Annotations are read while the program runs: FastAPI
makes the API's description and its checks of them.
"""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query, Response
from pydantic import Field, JsonValue

from onenet_sim.console.answers import Answer
from onenet_sim.console.shapes import LARGEST_ID, LONGEST_JUMP, Inside, Order, answers, known
from onenet_sim.world import Pattern, Stub

_MOST_LINES = 100
_STUB = {"id": 1, "command": "AT+CEREG?", "answer": ["+CEREG:0,2", "OK"], "times": 3, "answered": 0}

router = APIRouter()


class StubOrder(Order):
    """What is answered to a command line that is then not run."""

    command: str = Field(
        description="The whole line, in whatever case; or `re:` and a regular expression that is searched in it.",
        examples=["AT+CEREG?"],
    )
    answer: list[str] = Field(
        max_length=_MOST_LINES,
        description="Its information text and at last its final result; nothing is silence.",
        examples=[["+CEREG:0,2", "OK"]],
    )
    times: int | None = Field(
        default=1, ge=1, le=LARGEST_ID, description="How often; null is each time.", examples=[3]
    )
    skip: int = Field(
        default=0, ge=0, le=LARGEST_ID, description="How many such lines the module answers itself before."
    )
    after: float = Field(
        default=0, ge=0, le=LONGEST_JUMP, allow_inf_nan=False, description="World seconds until it begins."
    )
    lasts: float | None = Field(
        default=None,
        ge=0,
        le=LONGEST_JUMP,
        allow_inf_nan=False,
        description="World seconds for which it stays.",
    )
    until: dict[str, JsonValue] | None = Field(
        default=None, description="The event with which it ends, described as `POST /control/expect` has it."
    )


_Name = Annotated[str, Path(examples=["modem-1"])]


@router.post("/modems/{name}/stubs", summary="Answer in place of a module", responses=answers(_STUB))
async def add_stub(simulation: Inside, name: _Name, order: StubOrder) -> Response:
    """Let a command be answered otherwise, and not run: once, so many times, for a while or until an event."""
    known(simulation, name, 404)
    given = order.model_dump()
    try:
        given["until"] = None if order.until is None else Pattern(order.until)
        stub = Stub(**{**given, "answer": tuple(order.answer)})
        return Answer(simulation.stubs.add(name, stub))
    except ValueError as error:
        raise HTTPException(422, f"body: {error}") from None


@router.get("/modems/{name}/stubs", summary="List a module's stubs", responses=answers({"stubs": [_STUB]}))
async def stubs(simulation: Inside, name: _Name) -> Response:
    """Return the stubs that have not ended, and how often each has answered."""
    known(simulation, name, 404)
    return Answer({"stubs": simulation.stubs.to_json(name)})


@router.delete("/modems/{name}/stubs", summary="Lift a module's stubs", responses=answers({"lifted": 1}))
async def lift_stubs(
    simulation: Inside,
    name: _Name,
    stub: Annotated[int | None, Query(alias="id", ge=1, le=LARGEST_ID, description="Only this one.")] = None,
) -> Response:
    """Let the module answer for itself again; `lifted` is how many there were."""
    known(simulation, name, 404)
    lifted = simulation.stubs.remove(name, stub)
    if stub is not None and not lifted:
        raise HTTPException(404, f"{name} has no stub {stub}; GET lists those that have not ended")
    return Answer({"lifted": lifted})
