"""What the control calls share: how they reach the world, and the shapes of what goes in and out.

Annotations are read while the program runs: FastAPI makes the API's description and its checks of them.
"""

from typing import Annotated, Any

from fastapi import Depends, HTTPException, Request
from pydantic import BaseModel, ConfigDict

from onenet_sim.world import Simulation

LONGEST_JUMP = 10 * 366 * 86_400
LARGEST_ID = 10**15
_NAMES_TOLD = 10


async def _simulation(request: Request) -> Simulation:
    simulation: Simulation = request.app.state.simulation
    return simulation


Inside = Annotated[Simulation, Depends(_simulation)]
"""The world's inside, as a parameter of a call."""


class Order(BaseModel):
    """What a call's body may hold; anything else in it is refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


CLOCK = {"time": 86400.0, "calendar": "2026-01-02T00:00:00.000+08:00", "clock": "real"}
MODEM = {
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
EVENT = {
    "id": 15,
    "time": 2.5,
    "layer": "at",
    "kind": "command",
    "modem": "modem-1",
    "cause": 14,
    "text": "> AT+CSQ",
    "fields": {"line": "AT+CSQ"},
}
"""Examples."""


def answers(example: dict[str, Any], **further: object) -> dict[int | str, dict[str, Any]]:
    """Return the description of an answer of 200."""
    content = {"application/json": {"schema": {"type": "object"}, "example": example}, **further}
    return {200: {"description": "It is done.", "content": content}}


def known(simulation: Simulation, name: str, status: int) -> None:
    """Answer with ``status`` if no modem has that name."""
    names = list(simulation.benches)
    if name not in names:
        more = f" and {len(names) - _NAMES_TOLD} more" if len(names) > _NAMES_TOLD else ""
        told = ", ".join(names[:_NAMES_TOLD]) + more
        raise HTTPException(status, f"no modem is called {name!a:.80}; there are: {told}")
