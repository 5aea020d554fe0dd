"""Sockets as the Hi2115 chip has them: ``AT+NSOCR`` to ``AT+NSOCL``, with octets as hex digits.

Sources: OneOS 2.1.0, the drivers of M5310-A and BC95; the M5310 access example of OneNET.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onenet_sim.at import Command, HexOctets, Integer, OneOf, Optional, Verbatim, done
from onenet_sim.modem.coap import Peer
from onenet_sim.modem.commands.sockets_common import (
    HOST,
    PORT,
    Kind,
    no_socket,
    not_allowed,
    unsendable,
    wrong,
    wrong_length,
)
from onenet_sim.modem.socket_habits import SocketDialect
from onenet_sim.modem.sockets import Stage
from onenet_sim.modem.traffic import Transport

if TYPE_CHECKING:
    from onenet_sim.at import Result
    from onenet_sim.modem.module import Module
    from onenet_sim.modem.profile import Profile

_PROTOCOLS = {Transport.TCP: 6, Transport.UDP: 17}
"""Numbers of the Internet protocols (IANA)."""


def commands(profile: Profile) -> list[Command[Module]]:
    """Return this group's commands."""
    habits = profile.sockets
    if habits.dialect is not SocketDialect.NEUL:
        return []
    socket = Integer("socket", 0, habits.maximum - 1)
    length, octets = Integer("length", 1, habits.send_maximum), HexOctets("data", habits.send_maximum)
    kind = Kind("type", {"DGRAM": Transport.UDP, "STREAM": Transport.TCP})
    control = Optional(Integer("receive_control", 0, 2), 1)
    extras: list[Command[Module]] = [
        Command("+NSOCFG", "octets pushed or kept", (socket, _FLAG, _FLAG), set=_configure),
        Command(
            "+NSOSTF",
            "send a datagram that is the last for now",
            (socket, HOST, PORT, _RELEASE, length, octets),
            set=_send_last,
            surplus=1,
        ),
        Command("+NSONMI", "how arrivals are told", (Integer("mode", 0, 3),), set=_set_announcement),
    ]
    return [
        Command("+NSOCR", "open a socket", (kind, OneOf("protocol", (6, 17)), _LOCAL_PORT, control), set=_open),
        Command("+NSOCO", "connect a socket", (socket, HOST, PORT), set=_connect),
        Command("+NSOST", "send a datagram", (socket, HOST, PORT, length, octets), set=_send_datagram, surplus=1),
        Command("+NSOSD", "send through a stream", (socket, length, octets), set=_send_octets, surplus=2),
        Command("+NSORF", "read what arrived", (socket, Integer("length", 1, _READ_MAXIMUM)), set=_read),
        Command("+NSOCL", "close a socket", (socket,), set=_close),
        *(command for command in extras if command.name in habits.extras),
    ]


_FLAG = Integer("flag", 0, 1)
_RELEASE = OneOf("flag", (0, 0x100, 0x200, 0x400), hexadecimal=True)
"""What follows: 0x200 nothing, 0x400 one answer. 0x100 is for an exception's report."""
_LOCAL_PORT = Integer("port", 0, 0xFFFF)
_READ_MAXIMUM = 0xFFFF


def _open(module: Module, transport: Transport, protocol: int, _port: int, control: int) -> Result:
    if protocol != _PROTOCOLS[transport]:
        return wrong(f"protocol {protocol} is not {transport}'s, which is {_PROTOCOLS[transport]}")
    socket = module.sockets.open(transport, receives=bool(control))
    if socket is None:
        return not_allowed(f"all {module.profile.sockets.maximum} sockets are open; AT+NSOCL closes one")
    return done(Verbatim(str(socket.number)))


def _connect(module: Module, number: int, host: str, port: int) -> Result:
    socket = module.sockets.find(number)
    if socket is None:
        return no_socket(number)
    if socket.transport is not Transport.TCP:
        return not_allowed(f"socket {number} is for datagrams, which AT+NSOST sends; STREAM can be connected")
    if socket.stage is not Stage.IDLE:
        return not_allowed(f"socket {number} is {socket.stage} already")
    module.sockets.connect(socket, Peer(host, port))
    return done()


def _send_datagram(module: Module, number: int, host: str, port: int, length: int, octets: bytes) -> Result:
    socket = module.sockets.find(number)
    if socket is None:
        return no_socket(number)
    if socket.transport is not Transport.UDP:
        return not_allowed(f"socket {number} is a stream, into which AT+NSOSD sends")
    if length != len(octets):
        return wrong_length(length, octets)
    module.sockets.send(socket, octets, Peer(host, port))
    return done(Verbatim(f"{number},{length}"))


def _send_last(
    module: Module, number: int, host: str, port: int, _flag: int, length: int, octets: bytes
) -> Result:
    """Send as AT+NSOST does; the release that the flag asks for is the network's."""
    return _send_datagram(module, number, host, port, length, octets)


def _send_octets(module: Module, number: int, length: int, octets: bytes) -> Result:
    socket = module.sockets.find(number)
    if socket is None:
        return no_socket(number)
    refusal = unsendable(module, socket)
    if refusal:
        return refusal
    if length != len(octets):
        return wrong_length(length, octets)
    assert socket.peer is not None  # noqa: S101 - it is connected
    module.sockets.send(socket, octets, socket.peer)
    return done(Verbatim(f"{number},{length}"))


def _read(module: Module, number: int, most: int) -> Result:
    socket = module.sockets.find(number)
    if socket is None:
        return no_socket(number)
    piece = module.sockets.read(socket, most)
    if piece is None:
        return done()
    peer, octets = piece.peer, piece.octets
    text = f"{number},{peer.host},{peer.port},{len(octets)},{octets.hex().upper()},{piece.left}"
    return done(Verbatim(text))


def _close(module: Module, number: int) -> Result:
    socket = module.sockets.find(number)
    if socket is None:
        return no_socket(number)
    module.sockets.close(socket)
    return done()


def _configure(module: Module, number: int, _format: int, pushes: int) -> Result:
    socket = module.sockets.find(number)
    if socket is None:
        return no_socket(number)
    socket.pushes = bool(pushes)
    module.sockets.push_waiting()
    return done()


def _set_announcement(module: Module, mode: int) -> Result:
    module.sockets.arrivals.announced = mode
    module.sockets.push_waiting()
    return done()
