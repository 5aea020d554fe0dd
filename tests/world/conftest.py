"""The marker of tests that see a fault strike and something go on: ``@pytest.mark.survives("network.loss")``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from onenet_sim.world.faults import Engine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onenet_sim.world.faults.engine import Aim


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "survives(kind): the fault strikes in this test, and is survived")


@pytest.fixture(autouse=True)
def strikes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a test with that marker in which the fault did not strike."""
    noted: set[str] = set()
    note = Engine.note

    def noting(self: Engine, aim: Aim, what: str, *, modem: str | None, cause: int | None = None) -> int:
        noted.add(aim.fault.kind)
        return note(self, aim, what, modem=modem, cause=cause)

    monkeypatch.setattr(Engine, "note", noting)
    yield
    for mark in request.node.iter_markers("survives"):
        assert mark.args[0] in noted, f"{mark.args[0]} did not strike"
