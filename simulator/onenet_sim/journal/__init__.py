"""What happened: typed events, their causes, and the bounded ring that keeps them."""

from onenet_sim.journal.coap import CoapMessage, CoapReceived, CoapSent, coap_received, coap_sent
from onenet_sim.journal.datagrams import DatagramDropped, DtlsDatagram, DtlsReceived, DtlsSent, SecurityChanged
from onenet_sim.journal.faults import (
    AirFaultStruck,
    FaultStruck,
    LineFaultStruck,
    ModuleFaultStruck,
    NetworkFaultStruck,
    PlatformFaultStruck,
)
from onenet_sim.journal.journal import Event, Journal
from onenet_sim.journal.jsonl import SavedWorld, dropped_line, json_line, read_json_lines, saved_lines
from onenet_sim.journal.modem import (
    Answer,
    CommandLine,
    HostAttached,
    HostDetached,
    HostWrote,
    LineSet,
    ModuleWrote,
    OctetsLost,
    PowerChanged,
    RadioChanged,
    SessionChanged,
    StubAnswered,
    Urc,
)
from onenet_sim.journal.occurrence import Json, Layer, Occurrence, printable
from onenet_sim.journal.pattern import Comparison, Pattern, PatternError, Wanted
from onenet_sim.journal.platform import (
    CachedCommandChanged,
    DataPoint,
    DeviceChanged,
    HttpAnswer,
    HttpRequest,
    PlatformRequest,
    PlatformResult,
)
from onenet_sim.journal.rules import Rule
from onenet_sim.journal.sockets import SocketChanged, SocketReceived, SocketSent
from onenet_sim.journal.world import Explanation, WorldBegan

__all__ = [
    "AirFaultStruck",
    "Answer",
    "CachedCommandChanged",
    "CoapMessage",
    "CoapReceived",
    "CoapSent",
    "CommandLine",
    "Comparison",
    "DataPoint",
    "DatagramDropped",
    "DeviceChanged",
    "DtlsDatagram",
    "DtlsReceived",
    "DtlsSent",
    "Event",
    "Explanation",
    "FaultStruck",
    "HostAttached",
    "HostDetached",
    "HostWrote",
    "HttpAnswer",
    "HttpRequest",
    "Journal",
    "Json",
    "Layer",
    "LineFaultStruck",
    "LineSet",
    "ModuleFaultStruck",
    "ModuleWrote",
    "NetworkFaultStruck",
    "Occurrence",
    "OctetsLost",
    "Pattern",
    "PatternError",
    "PlatformFaultStruck",
    "PlatformRequest",
    "PlatformResult",
    "PowerChanged",
    "RadioChanged",
    "Rule",
    "SavedWorld",
    "SecurityChanged",
    "SessionChanged",
    "SocketChanged",
    "SocketReceived",
    "SocketSent",
    "StubAnswered",
    "Urc",
    "Wanted",
    "WorldBegan",
    "coap_received",
    "coap_sent",
    "dropped_line",
    "json_line",
    "printable",
    "read_json_lines",
    "saved_lines",
]
