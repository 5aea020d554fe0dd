"""A command line for a module without a serial port: for harnesses that reach the world over HTTP alone."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from onenet_sim.journal import Answer, CommandLine, ModuleWrote

if TYPE_CHECKING:
    from onenet_sim.journal import Event
    from onenet_sim.world.simulation import Simulation


async def ask(simulation: Simulation, modem: str, line: str, within: float) -> Answer:
    """Send a command line with a CR, as a host on the modem's line does, and return its answer.

    Hosts on the line see the answer too. In a stopped world it must come without time passing.

    Args:
        simulation: The world's inside; the loop is its own.
        modem: The modem's name.
        line: The line, with its ``AT``.
        within: World seconds to wait.

    Raises:
        TimeoutError: No final result came; the message says what that can mean.
    """
    printed: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
    commands: set[int] = set()
    given: dict[int, Answer] = {}

    def watch(event: Event) -> None:
        match event.what:
            case CommandLine(line=heard) if event.modem == modem and heard == line and not commands:
                commands.add(event.id)
            case Answer() if event.cause in commands:
                given[event.id] = event.what
            case ModuleWrote() if event.cause in given and not printed.done():
                printed.set_result(given[event.cause])

    unfollow = simulation.follow(watch)
    try:
        simulation.benches[modem].enter(line.encode("latin-1") + b"\r")
        if simulation.clock.mode.name == "stopped":
            await simulation.settled()
            within = 0
        async with asyncio.timeout(within):
            return await printed
    except TimeoutError:
        why = "the module is off, asleep or busy, or a fault holds it up"
        if simulation.clock.mode.name == "stopped":
            why += "; time stands still: an answer that takes time comes after POST /control/clock/advance"
        raise TimeoutError(f"{line[:80]!r} has no final result: {why}") from None
    finally:
        unfollow()
