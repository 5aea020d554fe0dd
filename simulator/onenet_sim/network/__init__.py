"""The air between modems and their peers: real UDP and TCP on loopback, addresses mapped by role."""

from onenet_sim.network.address import Address
from onenet_sim.network.air import Air, Link, Passage
from onenet_sim.network.association import Credentials, why_no_dtls
from onenet_sim.network.dtls import DtlsClient, DtlsServer
from onenet_sim.network.endpoint import DatagramEndpoint
from onenet_sim.network.map import TEST_SERVER, AddressMap, Destination, Role
from onenet_sim.network.stream import Stream, StreamUser
from onenet_sim.network.testserver import TestServer

__all__ = [
    "TEST_SERVER",
    "Address",
    "AddressMap",
    "Air",
    "Credentials",
    "DatagramEndpoint",
    "Destination",
    "DtlsClient",
    "DtlsServer",
    "Link",
    "Passage",
    "Role",
    "Stream",
    "StreamUser",
    "TestServer",
    "why_no_dtls",
]
