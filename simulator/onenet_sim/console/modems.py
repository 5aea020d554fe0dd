"""The control calls about one modem. All are coroutines on the world's own loop and never block it.

Annotations are read while the program runs: FastAPI makes the API's description and its checks of them.
"""

from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Path, Response
from pydantic import Field

from onenet_sim.console.answers import Answer
from onenet_sim.console.shapes import LONGEST_JUMP, MODEM, Inside, Order, answers, known
from onenet_sim.world import ask, modem_state

router = APIRouter()


class PowerOrder(Order):
    """What the power key does."""

    action: Literal["on", "off", "reset", "wake"] = Field(
        description="Switch on, switch off, restart, or pulse the wake-up pin.", examples=["reset"]
    )


class RadioOrder(Order):
    """What the air gives a modem; what is left out stays."""

    coverage: bool | None = Field(default=None, description="There is a cell.", examples=[False])
    rsrp: int | None = Field(default=None, ge=-156, le=-44, description="Received power, in dBm.", examples=[-110])
    snr: int | None = Field(default=None, ge=-30, le=30, description="Signal above noise, in dB.")
    ecl: int | None = Field(default=None, ge=0, le=2, description="Coverage enhancement level.", examples=[2])


class CommandOrder(Order):
    """A command line."""

    line: str = Field(
        pattern="^[ -~\u00a0-\u00ff]{1,4000}$", description="The line, without its CR.", examples=["AT+CSQ"]
    )
    within: float = Field(
        default=30, gt=0, le=LONGEST_JUMP, allow_inf_nan=False, description="World seconds to wait for the answer."
    )


_ANSWER = {"lines": ["+CSQ:20,99"], "final_result": "OK"}


@router.post("/modems/{name}/command", summary="Send a command line", responses=answers(_ANSWER))
async def command(
    simulation: Inside, name: Annotated[str, Path(examples=["modem-1"])], order: CommandOrder
) -> Response:
    """Type on the modem's serial line, as a host does; the answer is its information text and its final result.

    Hosts on the line see it too; URCs are in the journal. 504 is answered if no final result comes.
    """
    known(simulation, name, 404)
    try:
        answer = await ask(simulation, name, order.line, order.within)
    except TimeoutError as error:
        raise HTTPException(504, str(error)) from None
    return Answer({"lines": list(answer.lines), "final_result": answer.final_result})


@router.post("/modems/{name}/power", summary="Press a modem's power key", responses=answers(MODEM))
async def power(
    simulation: Inside, name: Annotated[str, Path(examples=["modem-1"])], order: PowerOrder
) -> Response:
    """Switch a module on or off, or restart it; the answer is the modem as it is then."""
    known(simulation, name, 404)
    bench = simulation.benches[name]
    bench.power(order.action)
    return Answer(modem_state(bench, simulation.clock.now))


@router.post("/modems/{name}/radio", summary="Change what the air gives a modem", responses=answers(MODEM))
async def radio(
    simulation: Inside, name: Annotated[str, Path(examples=["modem-1"])], order: RadioOrder
) -> Response:
    """Take coverage away or give it back, or change the signal; the answer is the modem as it is then."""
    known(simulation, name, 404)
    bench = simulation.benches[name]
    bench.receive(bench.modem.reception.changed(**order.model_dump()))
    return Answer(modem_state(bench, simulation.clock.now))
