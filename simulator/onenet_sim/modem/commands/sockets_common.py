"""What both dialects of socket commands share: hosts and ports, kinds of sockets, refusals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from onenet_sim.at import Integer, Refused, Text, Unfit
from onenet_sim.modem.codes import CmeError
from onenet_sim.modem.sockets import Stage
from onenet_sim.modem.traffic import Transport

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onenet_sim.at import Argument
    from onenet_sim.modem.module import Module
    from onenet_sim.modem.sockets import Socket

HOST = Text("host", 1, 255, "[A-Za-z0-9.-]+", "an IPv4 number or a name")
PORT = Integer("port", 1, 0xFFFF)


@dataclass(frozen=True, slots=True)
class Kind:
    """The word for a kind of socket, in either case, quoted or bare."""

    name: str
    words: Mapping[str, Transport]
    range = ""

    def parse(self, argument: Argument) -> Transport | Unfit:
        """Return what the word stands for."""
        return self.words.get(argument.text.upper()) or Unfit(" or ".join(self.words))


def wrong(why: str) -> Refused:
    """Return the refusal of a parameter that does not fit the others."""
    return Refused(CmeError.INCORRECT_PARAMETERS, why)


def not_allowed(why: str) -> Refused:
    """Return the refusal of what cannot be done now."""
    return Refused(CmeError.OPERATION_NOT_ALLOWED, why)


def no_socket(number: int) -> Refused:
    """Return the refusal of a number that no socket has."""
    return wrong(f"socket {number} is not open")


def wrong_length(length: int, octets: bytes) -> Refused:
    """Return the refusal of a length that is not that of the octets."""
    return wrong(f"the length is {length}, and {len(octets)} octets follow")


def unsendable(module: Module, socket: Socket) -> Refused | None:
    """Return the refusal for a stream that nothing can be sent into, if it is so."""
    if socket.transport is not Transport.TCP:
        return not_allowed(f"socket {socket.number} is for datagrams, which AT+NSOST sends")
    if socket.stage is not Stage.CONNECTED:
        return not_allowed(f"socket {socket.number} is not connected (it is {socket.stage})")
    if not module.radio.usable:
        return not_allowed(f"{module.radio.why_unusable}; a stream loses nothing, so this is not taken")
    return None
