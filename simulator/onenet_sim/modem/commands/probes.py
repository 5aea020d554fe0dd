"""DNS and ping: ``AT+CMDNS``, ``AT+QDNS``, ``AT+NPING``, ``AT+PING`` (OneOS 2.1.0, the drivers)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from onenet_sim.at import Command, Integer, Optional, done, fields
from onenet_sim.modem.commands.sockets_common import HOST, not_allowed
from onenet_sim.modem.socket_habits import SocketDialect

if TYPE_CHECKING:
    from collections.abc import Callable

    from onenet_sim.at import Result
    from onenet_sim.modem.module import Module
    from onenet_sim.modem.profile import Profile

_NUMBER = re.compile(r"(?:(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(?:\.(?!$)|$)){4}")
_MILLISECONDS = 1000
_PING = {SocketDialect.NEUL: "+NPING", SocketDialect.IP: "+PING"}
_MODE_AND_NAME = {"+QDNS": (Integer("mode", 0, 1), HOST)}


def commands(profile: Profile) -> list[Command[Module]]:
    """Return this group's commands."""
    dns, ping = profile.sockets.dns, _PING.get(profile.sockets.dialect)
    size, timeout = Optional(Integer("size", 1, 1500)), Optional(Integer("timeout", 10, 600_000))
    count = Optional(Integer("count", 1, 100), 1)
    return [
        *([Command(dns, "look a name up", _MODE_AND_NAME.get(dns, (HOST,)), set=_resolving(dns))] if dns else []),
        *([Command(ping, "ping a host", (HOST, size, timeout, count), set=_pinging(ping))] if ping else []),
    ]


def _resolving(command: str) -> Callable[..., Result]:
    def resolve(module: Module, *arguments: int | str) -> Result:
        name = str(arguments[-1])
        if _NUMBER.fullmatch(name):
            return done(fields(command, name))
        if not module.radio.usable:
            return not_allowed(f"{module.radio.why_unusable}; no DNS is reached")
        if module.probes.resolves:
            return not_allowed("a look-up is under way; its outcome comes first")
        module.probes.resolve(command, name)
        return done()

    return resolve


def _pinging(command: str) -> Callable[..., Result]:
    def ping(module: Module, host: str, _size: int | None, timeout: int | None, count: int) -> Result:
        if module.probes.pings:
            return not_allowed("a ping is under way; its outcome comes first")
        usual = module.profile.sockets.ping_seconds
        module.probes.ping(command, host, usual if timeout is None else timeout / _MILLISECONDS, count)
        return done()

    return ping
