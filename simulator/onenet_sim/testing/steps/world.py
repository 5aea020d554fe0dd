"""Steps about the world: which module, which seed, the time, and what goes wrong."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from onenet_sim.testing.plugin import WORLD_OF_TEST
from onenet_sim.testing.steps.phrases import phrases
from onenet_sim.world import parse_fault_text

if TYPE_CHECKING:
    import pytest

    from onenet_sim.world import World

_SECONDS: Final = {
    "second": 1,
    "minute": 60,
    "hour": 3_600,
    "day": 86_400,
    "秒": 1,
    "分钟": 60,
    "小时": 3_600,
    "天": 86_400,
}


@phrases(r"an? (?P<profile>[\w-]+) module", r"一个 ?(?P<profile>[\w-]+) ?模组")
def _(request: pytest.FixtureRequest, onenet_settings: dict[str, object], profile: str) -> None:
    _choose(request, onenet_settings, "profile", profile)


@phrases(r"the seed is (?P<seed>\d+)", r"随机种子为 ?(?P<seed>\d+)")
def _(request: pytest.FixtureRequest, onenet_settings: dict[str, object], seed: str) -> None:
    _choose(request, onenet_settings, "seed", int(seed))


@phrases(r"the clock stands still", r"时钟静止")
def _(request: pytest.FixtureRequest, onenet_settings: dict[str, object]) -> None:
    _choose(request, onenet_settings, "clock", "stopped")


def _choose(request: pytest.FixtureRequest, settings: dict[str, object], name: str, value: object) -> None:
    if WORLD_OF_TEST in request.node.stash:
        raise RuntimeError(f"the world's {name} is chosen before the first step that uses it; move this step up")
    settings[name] = value


@phrases(
    r"(?P<count>\d+(?:\.\d+)?) (?P<unit>second|minute|hour|day)s? pass(?:es)?",
    r"过去 ?(?P<count>\d+(?:\.\d+)?) ?(?P<unit>秒|分钟|小时|天)",
)
def _(onenet_world: World, count: str, unit: str) -> None:
    onenet_world.clock.advance(float(count) * _SECONDS[unit])


@phrases(r"the network is (?P<preset>\w+)", r"网络状况为 ?(?P<preset>\w+)")
def _(onenet_world: World, preset: str) -> None:
    onenet_world.faults.preset(preset)


@phrases(r"the fault (?P<declaration>\w+\.\S.*)", r"故障 ?(?P<declaration>\w+\.\S.*)")
def _(onenet_world: World, declaration: str) -> None:
    onenet_world.call(lambda simulation: simulation.faults.add(parse_fault_text(declaration)))


@phrases(r"the faults are lifted", r"解除所有故障")
def _(onenet_world: World) -> None:
    onenet_world.faults.clear()


@phrases(r"a fault has struck", r"故障已发生")
def _(onenet_world: World) -> None:
    onenet_world.settle()
    faults = onenet_world.faults.list()
    if not any(fault["struck"] for fault in faults):
        raise AssertionError(f"no fault has struck; there are {faults}")


@phrases(
    r"the journal shows (?P<pattern>\{.*\})(?P<never> never)? within (?P<count>\d+(?:\.\d+)?) "
    r"(?P<unit>second|minute|hour|day)s?",
    r"日志在 ?(?P<count>\d+(?:\.\d+)?) ?(?P<unit>秒|分钟|小时|天)内(?P<never>不)?出现 ?(?P<pattern>\{.*\})",
)
def _(onenet_world: World, pattern: str, never: str | None, count: str, unit: str) -> None:
    event, within = json.loads(pattern), float(count) * _SECONDS[unit]
    advance = onenet_world.clock.mode.name == "stopped"
    if never:
        onenet_world.never(event, within=within, advance=advance)
    else:
        onenet_world.expect(event, within=within, advance=advance)
