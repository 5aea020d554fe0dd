"""The air between the modem and the platform: real UDP on loopback, addresses mapped by role."""

from onenet_sim.network.address import Address
from onenet_sim.network.air import Air, Link
from onenet_sim.network.association import Credentials, why_no_dtls
from onenet_sim.network.dtls import DtlsClient, DtlsServer
from onenet_sim.network.endpoint import DatagramEndpoint
from onenet_sim.network.map import AddressMap, Destination, Role

__all__ = [
    "Address",
    "AddressMap",
    "Air",
    "Credentials",
    "DatagramEndpoint",
    "Destination",
    "DtlsClient",
    "DtlsServer",
    "Link",
    "Role",
    "why_no_dtls",
]
