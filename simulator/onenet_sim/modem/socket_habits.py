"""How modules differ in sockets of the host's own, DNS and ping: the rows of a profile's ``[sockets]``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SocketDialect(StrEnum):
    """The commands for sockets of the host's own."""

    NEUL = "neul"
    """``AT+NSOCR`` and its kin, of the Hi2115 chip."""
    IP = "ip"
    """``AT+IPSTART`` and its kin, of M5311."""
    NONE = "none"
    """Neither of them."""


@dataclass(frozen=True, slots=True)
class SocketHabits:
    """Sockets of the host's own, DNS and ping.

    Attributes:
        dialect: The commands for sockets; without any there is no ping either.
        extras: The commands that not every module of the dialect has.
        maximum: How many sockets there are; the first is 0.
        send_maximum: Octets that one command sends.
        receive_maximum: Octets that one socket holds until the host reads them.
        tells_connected: ``CONNECT OK`` or ``CONNECT FAIL`` follows the OK of a connection.
        connect_seconds: How long a connection is tried.
        dns: The command that looks a name up, if there is one.
        dns_seconds: How long a name is looked up.
        ping_ttl: The time to live that an echo is said to have.
        ping_seconds: How long an echo is waited for, unless the host says so.
        round_trip: Milliseconds that an answer over the air takes at least.
        round_trip_spread: Milliseconds by which it may take more.
    """

    dialect: SocketDialect
    extras: tuple[str, ...]
    maximum: int
    send_maximum: int
    receive_maximum: int
    tells_connected: bool
    connect_seconds: float
    dns: str
    dns_seconds: float
    ping_ttl: int
    ping_seconds: float
    round_trip: int
    round_trip_spread: int
