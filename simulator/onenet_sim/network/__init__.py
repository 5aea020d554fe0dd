"""The air between the modem and the platform: real UDP on loopback, addresses mapped by role."""

from onenet_sim.network.address import Address
from onenet_sim.network.air import Air, Link
from onenet_sim.network.endpoint import DatagramEndpoint
from onenet_sim.network.map import AddressMap, Destination, Role

__all__ = ["Address", "AddressMap", "Air", "DatagramEndpoint", "Destination", "Link", "Role"]
