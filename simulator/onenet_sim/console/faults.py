"""The control calls about what goes wrong on purpose; see :mod:`onenet_sim.console.calls`."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Response
from pydantic import Field

from onenet_sim.console.answers import Answer
from onenet_sim.console.shapes import Inside, Order, answers
from onenet_sim.world import FaultError, Simulation, parse_fault

_FAULT = {
    "id": 1,
    "kind": "network.loss",
    "direction": "up",
    "after": 0.0,
    "probability": 0.3,
    "state": "in force",
    "seen": 12,
    "struck": 4,
}

router = APIRouter()


_Number = Annotated[int, Path(ge=1, le=10**9, description="The fault's number.", examples=[1])]


class FaultOrder(Order):
    """What goes wrong, where, when, how often and how likely; each kind has its own further keys."""

    kind: str = Field(description="What goes wrong.", examples=["network.loss"])
    modem: str | None = Field(default=None, description="The modem that is struck; all if left out.")
    direction: str | None = Field(
        default=None, description="`up` (towards the platform) or `down`.", examples=["up"]
    )
    match: str | None = Field(default=None, description="A regular expression for what is struck.")
    after: float | None = Field(default=None, description="Seconds until it begins.")
    on: str | None = Field(
        default=None, description="A regular expression for `kind text` of the event at which it begins."
    )
    at: int | None = Field(default=None, description="The first occasion that is struck, from 1.")
    times: int | None = Field(default=None, description="How often it strikes.")
    lasts: float | None = Field(default=None, description="Seconds for which it is in force.")
    every: float | None = Field(default=None, description="Seconds from one beginning to the next.")
    probability: float | None = Field(default=None, description="How likely it strikes.", examples=[0.3])
    seconds: float | None = Field(default=None, description="How long a strike takes.")
    jitter: float | None = Field(default=None, description="What is added at most to `seconds`.")
    size: int | None = Field(default=None, description="How many octets.")
    text: str | None = Field(default=None, description="What is said instead.")
    placement: str | None = Field(
        default=None,
        description="`before_echo`, `before_answer`, `before_result`, `after_result`, `alone`, `split`, "
        "`back_to_back` or `within_answer`.",
    )
    code: str | None = Field(default=None, description="A CoAP response code such as `4.03`.")
    rsrp: int | None = Field(default=None, description="Received power in dBm.")
    snr: int | None = Field(default=None, description="Signal above noise in dB.")
    ecl: int | None = Field(default=None, description="Coverage enhancement level.")
    cell: str | None = Field(default=None, description="A cell's identity, eight hexadecimal digits.")
    ecl0: float | None = Field(default=None, description="Seconds at coverage level 0.")
    ecl1: float | None = Field(default=None, description="Seconds at coverage level 1.")
    ecl2: float | None = Field(default=None, description="Seconds at coverage level 2.")
    file: str | None = Field(default=None, description="A drive test's CSV, on the world's machine.")


class NetworkOrder(Order):
    """What the network is like."""

    preset: str = Field(description="`good`, `ecl1`, `ecl2`, `lossy`, `nat60` or `flapping`.", examples=["ecl2"])
    modem: str | None = Field(default=None, description="The modem whose network it is; all if left out.")


_FAULTS = {"faults": [_FAULT]}


def _all(simulation: Simulation) -> Response:
    return Answer({"faults": [aim.to_json() for aim in simulation.faults]})


@router.get("/faults/{number}", summary="Look at a fault", responses=answers(_FAULT))
async def fault(simulation: Inside, number: _Number) -> Response:
    """Return its declaration, its `state`, how many occasions it has `seen`, and how often it `struck`."""
    for aim in simulation.faults:
        if aim.fault.id == number:
            return Answer(aim.to_json())
    raise _unknown(number)


@router.delete("/faults/{number}", summary="Lift a fault", responses=answers({"faults": []}))
async def lift(simulation: Inside, number: _Number) -> Response:
    """Let it strike no more; the answer is what is left."""
    if not simulation.faults.remove(number):
        raise _unknown(number)
    return _all(simulation)


@router.get("/faults", summary="List the faults", responses=answers(_FAULTS))
async def faults(simulation: Inside) -> Response:
    """Return each that was added and not lifted, also those that are over."""
    return _all(simulation)


@router.post("/faults", summary="Let something go wrong", responses=answers(_FAULT))
async def add(simulation: Inside, order: FaultOrder) -> Response:
    """Add a fault; the answer is the fault with its number. A reset lifts it."""
    try:
        aim = simulation.faults.add(parse_fault(order.model_dump(exclude_none=True), "body"))
    except FaultError as error:
        raise HTTPException(422, str(error)) from None
    return Answer(aim.to_json())


@router.delete("/faults", summary="Lift all faults", responses=answers({"faults": []}))
async def clear(simulation: Inside) -> Response:
    """Let nothing go wrong any more."""
    simulation.faults.clear()
    return _all(simulation)


@router.post("/network", summary="Choose what the network is like", responses=answers(_FAULTS))
async def network(simulation: Inside, order: NetworkOrder) -> Response:
    """Add the faults that a preset stands for, in place of the preset before; the answer is all faults."""
    try:
        simulation.faults.apply(order.preset, order.modem)
    except FaultError as error:
        raise HTTPException(422, f"body: {error}") from None
    return _all(simulation)


def _unknown(number: int) -> HTTPException:
    return HTTPException(404, f"there is no fault {number}; GET /control/faults lists those that there are")
