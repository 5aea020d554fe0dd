"""A driver and an application on a world whose clock only the test moves."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING

from onenet_sim.lwm2m import Path
from onenet_sim.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onenet_sim.world import Simulation

STREAM = "3303_0_5700"
PSM_AFTER_4_S = 'AT+CPSMS=1,,,"00100001","00000010"'


class Bench:
    """A world in which the test plays the host and the application.

    Attributes:
        world: The world.
    """

    def __init__(self, world: World) -> None:
        self.world = world

    def send(self, *lines: str) -> list[str]:
        """Send commands one after the other, and return the answer of the last."""
        return [self.world.modem.command(line) for line in lines][-1]

    def write(self, octets: bytes) -> None:
        """Write octets as they are."""
        self.world.modem.line.write(octets)
        self.world.settle()

    def wait(self, seconds: float) -> None:
        self.world.clock.advance(seconds)

    def create(self) -> None:
        self.send("AT+MIPLCREATE", 'AT+MIPLADDOBJ=0,3303,1,"1",1,1', 'AT+MIPLDISCOVERRSP=0,3303,1,4,"5700"')

    def login(self, lifetime: int = 3000) -> None:
        """Log in a module that answers OBSERVE and DISCOVER itself."""
        self.create()
        self.send(f"AT+MIPLOPEN=0,{lifetime}")
        self.world.modem.expect(r"\+MIPLEVENT: ?0,6")
        self.wait(1)

    def report(self, value: str = "25.5", ack_id: int = 1, flag: str = "0") -> list[str]:
        tail = f",{ack_id}" if ack_id else ""
        return self.send(f"AT+MIPLNOTIFY=0,0,3303,0,5700,4,{len(value)},{value},0,{flag}{tail}")

    def read(self) -> int:
        """Let the application read, and return the message id that the host sees."""
        imei = self.world.modem.imei

        def begin(simulation: Simulation) -> None:
            reading = asyncio.ensure_future(simulation.platform.read(imei, Path.parse("/3303/0/5700")))
            reading.add_done_callback(lambda done: done.cancelled() or done.exception())

        self.world.call(begin)
        line = self.world.modem.expect(r"\+MIPLREAD: ?0,\d+,3303.*")
        return int(line.split(",")[1])

    def answer(self, number: int, flag: int = 0) -> list[str]:
        return self.send(f"AT+MIPLREADRSP=0,{number},1,3303,0,5700,4,4,25.5,0,{flag}")


@contextmanager
def bench(profile: str = "onemo", *, modems: int = 1, pace: str | None = None) -> Iterator[Bench]:
    with World(profile=profile, seed=7, clock="stopped", pace=pace, pty=False, modems=modems) as world:
        yield Bench(world)
