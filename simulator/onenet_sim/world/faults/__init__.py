"""Faults: declared one way in Python, TOML and over HTTP; aimed, counted and fired here.

Each room below offers points where a fault can strike and knows nothing of faults. A file for each layer knows how
to strike there: :mod:`line`, :mod:`module`, :mod:`air`, :mod:`network`, :mod:`platform`.
"""

from onenet_sim.world.faults.declaration import (
    KEYS,
    Direction,
    Fault,
    FaultError,
    Placement,
    keys_of,
    parse_fault,
    parse_fault_text,
    parse_faults,
)
from onenet_sim.world.faults.engine import MOST_FAULTS, Engine
from onenet_sim.world.faults.kinds import KINDS, Kind, Way
from onenet_sim.world.faults.presets import expand, preset_names

__all__ = [
    "KEYS",
    "KINDS",
    "MOST_FAULTS",
    "Direction",
    "Engine",
    "Fault",
    "FaultError",
    "Kind",
    "Placement",
    "Way",
    "expand",
    "keys_of",
    "parse_fault",
    "parse_fault_text",
    "parse_faults",
    "preset_names",
]
