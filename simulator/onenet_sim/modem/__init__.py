"""The module: commands, MIPL device and session, its CoAP endpoint, radio, power, profiles. Sans-IO."""

from onenet_sim.modem.coap import Datagram, Peer
from onenet_sim.modem.identity import Identity
from onenet_sim.modem.modem import Modem, Power
from onenet_sim.modem.output import Pace, SerialWrite
from onenet_sim.modem.profile import Profile
from onenet_sim.modem.profile_file import ProfileError, load_profile, profile_names, sources
from onenet_sim.modem.reception import Reception
from onenet_sim.modem.secure import Handshake

__all__ = [
    "Datagram",
    "Handshake",
    "Identity",
    "Modem",
    "Pace",
    "Peer",
    "Power",
    "Profile",
    "ProfileError",
    "Reception",
    "SerialWrite",
    "load_profile",
    "profile_names",
    "sources",
]
