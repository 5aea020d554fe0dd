"""Sockets as M5311 has them: ``AT+IPSTART`` to ``AT+IPCLOSE``.

Sources: OneOS 2.1.0, the driver of M5311; public programs for M5311 (modes of ``AT+IPRCFG``, length 0 for text).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onenet_sim.at import Command, Integer, Optional, Text, done, fields
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
from onenet_sim.modem.traffic import Transport

if TYPE_CHECKING:
    from onenet_sim.at import Result
    from onenet_sim.modem.module import Module
    from onenet_sim.modem.profile import Profile

_READ_MAXIMUM = 0xFFFF


def commands(profile: Profile) -> list[Command[Module]]:
    """Return this group's commands."""
    habits = profile.sockets
    if habits.dialect is not SocketDialect.IP:
        return []
    socket = Integer("socket", 0, habits.maximum - 1)
    kind = Kind("type", {"TCP": Transport.TCP, "UDP": Transport.UDP})
    length = Integer("length", 0, habits.send_maximum)
    content = Text("data", 1, 2 * habits.send_maximum)
    flag = Optional(Integer("hex", 0, 1), 0)
    return [
        Command("+IPSTART", "open a socket", (socket, kind, HOST, PORT), set=_start),
        Command("+IPSEND", "send", (socket, length, content, Optional(HOST), Optional(PORT)), set=_send),
        Command("+IPRD", "read what arrived", (socket, Integer("length", 1, _READ_MAXIMUM)), set=_read),
        Command("+IPCLOSE", "close a socket", (socket,), set=_close),
        Command(
            "+IPRCFG",
            "octets pushed or kept",
            (Integer("auto", 0, 1), Optional(Integer("mode", 0, 2), 0), flag),
            set=_configure,
        ),
    ]


def _start(module: Module, number: int, transport: Transport, host: str, port: int) -> Result:
    socket = module.sockets.open(transport, number)
    if socket is None:
        return not_allowed(f"socket {number} is open already; AT+IPCLOSE closes it")
    module.sockets.dial(socket, Peer(host, port))
    return done()


def _send(module: Module, number: int, length: int, content: str, host: str | None, port: int | None) -> Result:
    socket = module.sockets.find(number)
    if socket is None or socket.peer is None:
        return no_socket(number)
    if socket.transport is Transport.TCP and (refusal := unsendable(module, socket)):
        return refusal
    octets = _octets(length, content)
    if octets is None:
        return wrong(f"the length is {length}, and what follows is no hex; with length 0 it is taken as text")
    if length not in {0, len(octets)}:
        return wrong_length(length, octets)
    if len(octets) > (most := module.profile.sockets.send_maximum):
        return wrong(f"{len(octets)} octets; one command sends at most {most}")
    to = Peer(host, port) if socket.transport is Transport.UDP and host and port else socket.peer
    module.sockets.send(socket, octets, to)
    return done(fields("+IPSEND", number, len(octets)))


def _octets(length: int, content: str) -> bytes | None:
    """Return the octets: text where the length is 0, else hex digits."""
    if not length:
        return content.encode("latin-1", "replace")
    try:
        return bytes.fromhex(content)
    except ValueError:
        return None


def _read(module: Module, number: int, most: int) -> Result:
    socket = module.sockets.find(number)
    if socket is None:
        return no_socket(number)
    piece = module.sockets.read(socket, most)
    return done() if piece is None else done(module.sockets.iprd_line(socket, piece))


def _close(module: Module, number: int) -> Result:
    socket = module.sockets.find(number)
    if socket is None:
        return no_socket(number)
    module.sockets.close(socket)
    return done()


def _configure(module: Module, auto: int, mode: int, as_hex: int) -> Result:
    arrivals = module.sockets.arrivals
    arrivals.pushed, arrivals.with_peer, arrivals.as_hex = bool(auto), bool(mode), bool(as_hex)
    module.sockets.push_waiting()
    return done()
