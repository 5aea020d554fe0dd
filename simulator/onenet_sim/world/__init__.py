"""The world: clock, seed, configuration, and the one place where modem, air and platform are put together."""

from onenet_sim.journal import (
    Event,
    HttpAnswer,
    HttpRequest,
    Json,
    Layer,
    Pattern,
    PatternError,
    Wanted,
    dropped_line,
    json_line,
    saved_lines,
)
from onenet_sim.lwm2m import Path as ObjectPath
from onenet_sim.modem import Pace, ProfileError, Reception, profile_names
from onenet_sim.onenet import (
    Generation,
    PushRefused,
    PushSettings,
    Refusal,
    ResourceWrite,
    UnknownDevice,
    UpgradeKind,
)
from onenet_sim.world.asking import ask
from onenet_sim.world.clock import Clock, ClockMode
from onenet_sim.world.expectations import Expectation, Mode, UnmetExpectationError, await_expectation
from onenet_sim.world.faults import (
    MOST_FAULTS,
    Fault,
    FaultError,
    Placement,
    parse_fault,
    parse_fault_text,
    parse_faults,
)
from onenet_sim.world.identities import draw_iccid, draw_identity, draw_imei, draw_imsi
from onenet_sim.world.line import SerialLine
from onenet_sim.world.modem import Modem
from onenet_sim.world.modem_settings import ModemSettings
from onenet_sim.world.onenet import OneNet
from onenet_sim.world.settings import DeviceSettings, Unknown, WorldSettings, present
from onenet_sim.world.simulation import Simulation
from onenet_sim.world.state import clock_state, modem_state, upgrade_state, world_state
from onenet_sim.world.stubs import Stub
from onenet_sim.world.world import FailedRunError, World

__all__ = [
    "MOST_FAULTS",
    "Clock",
    "ClockMode",
    "DeviceSettings",
    "Event",
    "Expectation",
    "FailedRunError",
    "Fault",
    "FaultError",
    "Generation",
    "HttpAnswer",
    "HttpRequest",
    "Json",
    "Layer",
    "Mode",
    "Modem",
    "ModemSettings",
    "ObjectPath",
    "OneNet",
    "Pace",
    "Pattern",
    "PatternError",
    "Placement",
    "ProfileError",
    "PushRefused",
    "PushSettings",
    "Reception",
    "Refusal",
    "ResourceWrite",
    "SerialLine",
    "Simulation",
    "Stub",
    "Unknown",
    "UnknownDevice",
    "UnmetExpectationError",
    "UpgradeKind",
    "Wanted",
    "World",
    "WorldSettings",
    "ask",
    "await_expectation",
    "clock_state",
    "draw_iccid",
    "draw_identity",
    "draw_imei",
    "draw_imsi",
    "dropped_line",
    "json_line",
    "modem_state",
    "parse_fault",
    "parse_fault_text",
    "parse_faults",
    "present",
    "profile_names",
    "saved_lines",
    "upgrade_state",
    "world_state",
]
