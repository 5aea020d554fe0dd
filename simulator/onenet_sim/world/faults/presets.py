"""Networks as NB-IoT has them: names for lists of faults, read from ``presets.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from onenet_sim.world.faults.declaration import FaultError, parse_faults

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onenet_sim.world.faults.declaration import Fault

_FILE = "presets.toml"


@cache
def _presets() -> Mapping[str, Mapping[str, object]]:
    presets: Mapping[str, Mapping[str, object]] = tomllib.loads(
        files("onenet_sim.world.faults").joinpath(_FILE).read_text("utf-8")
    )
    return presets


def preset_names() -> tuple[str, ...]:
    """Return the names of all presets."""
    return tuple(_presets())


def expand(name: str, modem: str | None = None) -> tuple[Fault, ...]:
    """Return the faults that a preset stands for, for one modem or all.

    Raises:
        FaultError: There is no such preset.
    """
    if name not in _presets():
        raise FaultError(f"preset is {name!r:.80}; expected one of {', '.join(_presets())}")
    tables = _presets()[name]["fault"]
    assert isinstance(tables, list)  # noqa: S101 - the file is ours
    return tuple(replace(fault, modem=modem, preset=name) for fault in parse_faults(tables, f"{_FILE}, {name}"))
