"""Commands about the network: registration, signal, address, clock, power saving (3GPP TS 27.007, 7, 8, 10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onenet_sim.at import Command, Integer, OneOf, Optional, Quoted, Text, done, fields

if TYPE_CHECKING:
    from onenet_sim.at import Fields, Result
    from onenet_sim.modem.module import Module
    from onenet_sim.modem.profile import Profile

_BITS = "[01]{8}"
_ERROR_RATE_UNKNOWN = 99
_HOME_NETWORK = "46000"
_NB_IOT = 9
_ACCESS_POINT = "cmnbiot"
_DEFAULT_BEARER = 5


def commands(_profile: Profile) -> list[Command[Module]]:
    """Return this group's commands."""
    cid = Integer("cid", 0, 15)
    timer = Text("timer", 8, 8, _BITS, "8 binary digits")
    return [
        Command(
            "+CFUN",
            "functionality",
            (OneOf("fun", (0, 1, 4)), Optional(Integer("rst", 0, 1), 0)),
            set=_set_functionality,
            read=lambda module: done(fields("+CFUN", module.radio.functionality)),
            ranges=True,
        ),
        Command(
            "+CSQ",
            "signal",
            exec=lambda module: done(fields("+CSQ", module.radio.signal, _ERROR_RATE_UNKNOWN)),
        ),
        Command(
            "+CEREG",
            "network registration",
            (Integer("n", 0, 5),),
            set=_set_registration,
            read=lambda module: done(module.radio.registration(urc=False)),
            ranges=True,
        ),
        Command(
            "+CGATT",
            "packet service",
            (Integer("state", 0, 1),),
            set=_set_attached,
            read=lambda module: done(fields("+CGATT", int(module.radio.usable))),
            ranges=True,
        ),
        Command("+CGPADDR", "address", (cid,), set=_address, exec=_address),
        Command("+CGCONTRDP", "context in use", (cid,), set=_context_in_use, exec=_context_in_use),
        Command("+CGACT", "context active", read=_active_context),
        Command(
            "+CSCON",
            "signalling connection",
            (Integer("n", 0, 1),),
            set=_set_connection,
            read=lambda module: done(fields("+CSCON", module.radio.cscon, int(module.radio.connected))),
            ranges=True,
        ),
        Command(
            "+CPSMS",
            "power saving",
            (
                Integer("mode", 0, 2),
                Optional(timer),
                Optional(timer),
                Optional(timer, "00111000"),
                Optional(timer, "00010000"),
            ),
            set=_set_power_saving,
            read=_read_power_saving,
        ),
        Command(
            "+COPS",
            "operator",
            (
                Integer("mode", 0, 4),
                Optional(Integer("format", 0, 2)),
                Optional(Text("oper", 1, 32)),
                Optional(Integer("AcT", 0, 9)),
            ),
            set=lambda _module, *_values: done(),
            read=lambda _module: done(fields("+COPS", 0, 2, Quoted(_HOME_NETWORK), _NB_IOT)),
        ),
        Command("+CGDCONT", "contexts", (cid,), set=lambda _module, *_: done(), read=_contexts, surplus=16),
        Command("+CCLK", "clock", read=lambda module: done(fields("+CCLK", _clock(module)))),
    ]


def _set_functionality(module: Module, level: int, restart: int) -> Result:
    if restart:
        module.restart("")
        return done()
    module.radio.switch(functionality=level)
    return done()


def _set_registration(module: Module, level: int) -> Result:
    module.radio.cereg = level
    return done()


def _set_attached(module: Module, state: int) -> Result:
    module.radio.switch(attached=bool(state))
    return done()


def _address(module: Module, _cid: int | None = None) -> Result:
    general, address = module.profile.general, module.identity.address
    if not module.radio.usable:
        return done(fields("+CGPADDR", general.cid))
    return done(fields("+CGPADDR", general.cid, Quoted(address) if general.quotes_address else address))


def _context_in_use(module: Module, _cid: int | None = None) -> Result:
    if not module.radio.usable:
        return done()
    mask = Quoted(f"{module.identity.address}.255.255.255.0")
    return done(fields("+CGCONTRDP", module.profile.general.cid, _DEFAULT_BEARER, Quoted(_ACCESS_POINT), mask))


def _active_context(module: Module) -> Result:
    return done(fields("+CGACT", module.profile.general.cid, int(module.radio.usable)))


def _set_connection(module: Module, level: int) -> Result:
    module.radio.cscon = level
    return done()


def _set_power_saving(
    module: Module, mode: int, _rau: str | None, _ready: str | None, tau: str, active: str
) -> Result:
    module.radio.power_saving = (int(mode == 1), tau, active)
    return done()


def _read_power_saving(module: Module) -> Result:
    mode, tau, active = module.radio.power_saving
    return done(fields("+CPSMS", mode, "", "", Quoted(tau), Quoted(active)))


def _contexts(module: Module) -> Result:
    cid = module.profile.general.cid
    line: Fields = fields("+CGDCONT", cid, Quoted("IP"), Quoted(_ACCESS_POINT), "", 0, 0)
    return done(line)


def _clock(module: Module) -> str:
    """Return the network's time in UTC with the zone in quarters of an hour, as TS 27.007 8.3 has it."""
    now = module.calendar
    offset = now.utcoffset()
    quarters = int(offset.total_seconds() // 900) if offset else 0
    return now.strftime(module.profile.general.clock.replace("%Q", f"{quarters:+03d}"))
