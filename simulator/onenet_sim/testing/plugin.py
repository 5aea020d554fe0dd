"""The pytest plug-in: a world for each test that asks for one.

def test_a_report_becomes_a_data_point(modem, onenet): ...

@pytest.mark.onenet(profile="m5310a", seed=7, clock="stopped")
def test_the_lifetime_of_a_day(onenet_world): ...

It is loaded into every session on a machine where the package is installed. So it imports pytest alone, and
the rest only for a test that uses a fixture or the marker.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from faker import Faker

    from onenet_sim.world import Modem, OneNet, World

pytest.register_assert_rewrite("onenet_sim.testing.steps")  # also for who imports them before pytest does

_MARKER: Final = (
    "onenet(profile='onemo', seed=0, clock='real', …): "
    "what the world of the fixture onenet_world is made with; the keywords are those of onenet_sim.World, "
    "and config='world.toml'"
)
_FILE: Final = "config"
"""The marker's keyword for a configuration file, relative to pytest's root folder."""

_SECTION: Final = "onenet world"
_EVENTS_SHOWN: Final = 200
_ALWAYS_TOLD: Final = frozenset({"profile", "seed"})

WORLD_OF_TEST: Final = pytest.StashKey["World"]()
"""Where a test's item keeps its world, while there is one."""


def pytest_configure(config: pytest.Config) -> None:
    """Tell pytest of the marker."""
    config.addinivalue_line("markers", _MARKER)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a marker with an argument that no world takes.

    Raises:
        pytest.UsageError: There is one; the message lists the keywords that there are.
    """
    for item in items:
        for mark in item.iter_markers("onenet"):
            _check(mark, item.nodeid)


def _check(mark: pytest.Mark, where: str) -> None:
    from dataclasses import fields  # noqa: PLC0415 - only sessions that use the marker pay

    from onenet_sim.world import WorldSettings  # noqa: PLC0415 - as above

    known = [*(field.name for field in fields(WorldSettings)), _FILE]
    wrong = [repr(value) for value in mark.args] + [name for name in mark.kwargs if name not in known]
    if wrong:
        raise pytest.UsageError(
            f"{where}: @pytest.mark.onenet does not take {', '.join(wrong)}; it takes keywords: {', '.join(known)}"
        )


@pytest.fixture
def onenet_settings(request: pytest.FixtureRequest) -> dict[str, object]:
    """What the test's world is made with: the keywords of its ``onenet`` markers, the nearest one first.

    A test, step or fixture may change it before the world is there. Override it to have other defaults.
    """
    settings: dict[str, object] = {}
    for mark in request.node.iter_markers("onenet"):
        settings = {**mark.kwargs, **settings}
    return settings


@pytest.fixture
def onenet_world(request: pytest.FixtureRequest, onenet_settings: dict[str, object]) -> Iterator[World]:
    """A :class:`onenet_sim.World` of the test's own; with no marker it is an ``onemo``, seed 0, a real clock."""
    try:
        world = _world(onenet_settings, request.config.rootpath)
    except (ValueError, TypeError) as error:
        message = f"no world can be made with {onenet_settings}: {error}"
        raise pytest.fail.Exception(message, pytrace=False) from None
    stash = request.node.stash
    with world:
        stash[WORLD_OF_TEST] = world
        yield world
        del stash[WORLD_OF_TEST]


def _world(settings: dict[str, Any], root: Path) -> World:
    from onenet_sim.world import World  # noqa: PLC0415 - only tests that use it pay

    if _FILE not in settings:
        return World(**settings)
    given = {name: value for name, value in settings.items() if name != _FILE}
    return World.from_file(root / settings[_FILE], **given)


@pytest.fixture
def modem(onenet_world: World) -> Modem:
    """The world's first modem."""
    return onenet_world.modem


@pytest.fixture
def onenet(onenet_world: World) -> OneNet:
    """The world's platform."""
    return onenet_world.onenet


@pytest.fixture
def modem_port(modem: Modem) -> str:
    """The serial port of the first modem: the path of a pseudo-terminal, for a driver to open."""
    return modem.port


@pytest.fixture
def onenet_faker(onenet_world: World) -> Faker:
    """A faker that also makes up modules and measurements, from the world's seed; it needs faker installed."""
    from faker import Faker  # noqa: PLC0415 - only tests that use it pay

    from onenet_sim.testing.identities import OneNetProvider  # noqa: PLC0415 - as above

    fake = Faker()
    fake.add_provider(OneNetProvider)
    fake.seed_instance(f"{onenet_world.settings.seed}/faker")
    return fake


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add what happened in the world to the report of a test that failed, and how to have that world again."""
    report = yield
    world = item.stash.get(WORLD_OF_TEST, None)
    if report.failed and world is not None:
        report.sections.append((_SECTION, f"{_story(world)}\n\n{_replay(world)}"))
    return report


def _story(world: World) -> str:
    """Return the newest events, each under what caused it."""
    from onenet_sim.report import timeline  # noqa: PLC0415 - only a test that failed pays

    events = world.journal.events()
    left_out = len(events) - _EVENTS_SHOWN
    lines = [f"({left_out} earlier events are left out)"] if left_out > 0 else []
    return "\n".join([*lines, *timeline(events[-_EVENTS_SHOWN:])])


def _replay(world: World) -> str:
    """Say how the same world is had again, in a test and by hand."""
    from dataclasses import fields  # noqa: PLC0415 - only a test that failed pays

    settings = world.settings
    standard = type(settings)()
    keywords: dict[str, object] = {}
    for field in fields(settings):
        value = getattr(settings, field.name)
        if field.name in _ALWAYS_TOLD or value != getattr(standard, field.name):
            keywords[field.name] = value.value if isinstance(value, Enum) else value
    if "clock" in keywords:
        keywords["clock"] = str(keywords["clock"])
    marker = ", ".join(f"{name}={value!r}" for name, value in keywords.items())
    return (
        f"the same world again, in a test: @pytest.mark.onenet({marker})\n"
        f"the same world again, by hand:   onenet-sim run --profile {settings.profile} --seed {settings.seed}"
    )
