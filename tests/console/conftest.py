"""One world with its control API served, fresh for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from onenet_sim.console import control_app
from onenet_sim.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 10.0


@pytest.fixture(scope="session")
def served() -> Iterator[tuple[World, str]]:
    with World(profile="m5310a", modems=2, seed=7, clock="stopped") as world:
        yield world, world.serve_http(control_app(world))


@pytest.fixture
def world(served: tuple[World, str]) -> World:
    world, _ = served
    world.clock.set_mode("stopped")
    world.reset()
    return world


@pytest.fixture
def http(world: World, served: tuple[World, str]) -> Iterator[httpx.Client]:
    del world
    with httpx.Client(base_url=served[1], timeout=PATIENCE) as client:
        yield client
