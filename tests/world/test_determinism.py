"""The same seed and the same input give the same journal, byte for byte."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from onenet_sim import World
from onenet_sim.world import json_line
from tests.world.random_worlds import digests, live

ROOT = Path(__file__).parents[2]
WORLDS, AT_ONCE = 200, 20


@pytest.mark.parametrize("first", range(0, WORLDS, AT_ONCE))
def test_random_worlds_are_the_same_in_another_process_with_another_hash_seed(first: int) -> None:
    program = [sys.executable, "-m", "tests.world.random_worlds", str(first), str(first + AT_ONCE)]
    environment = {**os.environ, "PYTHONHASHSEED": str(first + 1)}
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment) as other:
        here = digests(first, first + AT_ONCE)
        there, _ = other.communicate()
    assert there.splitlines() == here


def test_another_seed_is_another_world() -> None:
    assert live(1) != live(2)


def test_a_reset_world_begins_with_the_same_journal() -> None:
    with World(profile="m5310a", seed=7, clock="stopped", pty=False, network="nat60") as world:

        def lived() -> list[str]:
            for line in ("AT+MIPLCREATE", 'AT+MIPLADDOBJ=0,3303,1,"1",0,0', "AT+MIPLOPEN=0,3000"):
                world.modem.line.write(line.encode() + b"\r")
            world.clock.advance(300)
            world.modem.line.write(b"AT+MIPLUPDATE=0,0,0\r")
            world.clock.advance(300)
            return [json_line(event) for event in world.journal.events() if event.layer != "world"]

        before = lived()
        world.reset()
        assert lived() == before
