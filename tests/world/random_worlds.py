"""Random worlds, each decided by a number: profile, network, faults, and what a host and a tester do to it.

``python -m tests.world.random_worlds 0 20`` prints what the journals of the first twenty come to.
"""

from __future__ import annotations

import hashlib
import random
import sys
from collections.abc import Callable

from onenet_sim import World
from onenet_sim.world import Modem, json_line, profile_names

LOGIN = ("AT+MIPLCREATE", 'AT+MIPLADDOBJ=0,3303,1,"1",0,0', "AT+MIPLOPEN=0,3000")
COMMANDS = (
    "AT+CSQ",
    "AT+CEREG?",
    "AT+CFUN=0",
    "AT+CFUN=1",
    "AT+MIPLUPDATE=0,0,0",
    "AT+MIPLNOTIFY=0,0,3303,0,5700,4,4,25.5,0,0,1",
    "AT+MIPLCLOSE=0",
)
NETWORKS = ("", "", "ecl1", "ecl2", "lossy", "nat60", "flapping")
FAULTS = (
    "network.duplicate",
    "network.corrupt",
    "line.garble",
    "module.slow",
    "platform.silent",
    "platform.reset",
)
SPANS = (0.5, 10, 100, 3600, 20_000)

Deed = Callable[[World, Modem, random.Random], object]
DEEDS: tuple[Deed, ...] = (
    lambda world, _, draw: world.clock.advance(draw.choice(SPANS)),
    lambda world, _, draw: world.clock.advance(draw.uniform(0, 50)),
    lambda _, modem, draw: modem.line.write(draw.choice(COMMANDS).encode() + b"\r"),
    lambda _, modem, draw: modem.line.write(draw.choice(COMMANDS).encode() + b"\r"),
    lambda _, modem, draw: modem.power(draw.choice(("reset", "wake"))),
    lambda _, modem, draw: modem.radio(coverage=draw.random() < 0.7, rsrp=draw.randrange(-130, -60)),
    lambda world, _, draw: world.faults.add(draw.choice(FAULTS), probability=0.5, lasts=60),
)


def live(number: int) -> str:
    """Live through a world and return its journal, an event a line."""
    draw = random.Random(number)  # noqa: S311 - a simulation
    modems, profile = draw.choice((1, 1, 2)), draw.choice(profile_names())
    with World(
        profile, seed=number, clock="stopped", network=draw.choice(NETWORKS), modems=modems, pty=False
    ) as world:
        for modem in world.modems.values():
            for line in LOGIN:
                modem.line.write(line.encode() + b"\r")
        for _ in range(draw.randrange(3, 9)):
            draw.choice(DEEDS)(world, draw.choice(list(world.modems.values())), draw)
        world.clock.advance(60)
        return "\n".join(json_line(event) for event in world.journal.events())


def digests(first: int, beyond: int) -> list[str]:
    """Return a line for each world: its number and what its journal comes to."""
    return [f"{number} {hashlib.sha256(live(number).encode()).hexdigest()}" for number in range(first, beyond)]


if __name__ == "__main__":
    sys.stdout.write("\n".join(digests(int(sys.argv[1]), int(sys.argv[2]))))
