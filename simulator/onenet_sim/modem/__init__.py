"""The module: commands, MIPL device and session, its CoAP endpoint, radio, power, profiles. Sans-IO."""

from onenet_sim.modem.asides import asides
from onenet_sim.modem.coap import Datagram, Peer
from onenet_sim.modem.codes import Situation
from onenet_sim.modem.identity import Identity
from onenet_sim.modem.interference import Override
from onenet_sim.modem.modem import Modem, Power
from onenet_sim.modem.module import factory_settings
from onenet_sim.modem.output import Pace, SerialWrite
from onenet_sim.modem.profile import Profile
from onenet_sim.modem.profile_file import ProfileError, load_profile, profile_names, sources
from onenet_sim.modem.reception import Reception
from onenet_sim.modem.secure import Handshake
from onenet_sim.modem.traffic import (
    Connect,
    Connected,
    Disconnect,
    DisconnectAll,
    Echoed,
    Ended,
    Handle,
    NetworkNews,
    NetworkRequest,
    Ping,
    Received,
    Refused,
    Resolve,
    Resolved,
    SendDatagram,
    SendOctets,
    Transport,
)

__all__ = [
    "Connect",
    "Connected",
    "Datagram",
    "Disconnect",
    "DisconnectAll",
    "Echoed",
    "Ended",
    "Handle",
    "Handshake",
    "Identity",
    "Modem",
    "NetworkNews",
    "NetworkRequest",
    "Override",
    "Pace",
    "Peer",
    "Ping",
    "Power",
    "Profile",
    "ProfileError",
    "Received",
    "Reception",
    "Refused",
    "Resolve",
    "Resolved",
    "SendDatagram",
    "SendOctets",
    "SerialWrite",
    "Situation",
    "Transport",
    "asides",
    "factory_settings",
    "load_profile",
    "profile_names",
    "sources",
]
