"""Commands about the network: registration, operator, contexts, clock (3GPP TS 27.007, 7, 8, 10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onenet_sim.at import Command, Integer, OneOf, Optional, Quoted, Text, done, fields
from onenet_sim.modem.radio import HOME_NETWORKS

if TYPE_CHECKING:
    from onenet_sim.at import Field, Result
    from onenet_sim.modem.module import Module
    from onenet_sim.modem.profile import Profile

_NB_IOT = 9
_DEFAULT_BEARER = 5
_LAST_CONTEXT = 10
_ONLY_FORMAT = 3


def commands(profile: Profile) -> list[Command[Module]]:
    """Return this group's commands."""
    return [*_registration(), *map(_registration_alone, profile.general.registrations), *_contexts()]


def _registration() -> list[Command[Module]]:
    return [
        Command(
            "+CFUN",
            "functionality",
            (OneOf("fun", (0, 1, 4)), Optional(Integer("rst", 0, 1), 0)),
            set=_set_functionality,
            read=lambda module: done(fields("+CFUN", module.radio.functionality)),
            ranges=True,
        ),
        Command("+CPIN", "SIM card", read=lambda _module: done(fields("+CPIN", "READY"))),
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
            (OneOf("state", (0, 1)),),
            set=_set_attached,
            read=lambda module: done(fields("+CGATT", int(module.radio.usable))),
            ranges=True,
        ),
        Command(
            "+CSCON",
            "signalling connection",
            (Integer("n", 0, 1),),
            set=_set_connection,
            read=lambda module: done(fields("+CSCON", module.radio.cscon, int(module.radio.connected))),
            ranges=True,
        ),
        Command(
            "+COPS",
            "operator",
            (
                Integer("mode", 0, 4),
                Optional(Integer("format", 0, 2)),
                Optional(Text("oper", 1, 32), ""),
                Optional(Integer("AcT", 0, 9)),
            ),
            set=_select_operator,
            read=_operator,
            test=_operators,
        ),
        Command("+CCLK", "clock", read=lambda module: done(fields("+CCLK", _clock(module)))),
    ]


def _registration_alone(name: str) -> Command[Module]:
    """Return a command that reads the registration as ``AT+CEREG?`` does, without the cell: ``+CREG: 0,1``."""

    def keep(module: Module, level: int) -> Result:
        module.radio.levels[name] = level
        return done()

    def read(module: Module) -> Result:
        return done(fields(name, module.radio.levels.get(name, 0), int(module.radio.status)))

    return Command(name, "network registration", (Integer("n", 0, 2),), set=keep, read=read, ranges=True)


def _contexts() -> list[Command[Module]]:
    cid = Integer("cid", 0, _LAST_CONTEXT)
    return [
        Command("+CGPADDR", "address", (cid,), set=_address, exec=_address),
        Command("+CGCONTRDP", "context in use", (cid,), set=_context_in_use, exec=_context_in_use),
        Command(
            "+CGACT",
            "context active",
            (Integer("state", 0, 1), Optional(cid)),
            set=lambda _module, _state, _cid: done(),
            read=lambda module: done(fields("+CGACT", module.profile.general.cid, int(module.radio.usable))),
        ),
        Command(
            "+CGDCONT",
            "contexts",
            (cid, Optional(Text("PDP_type", 1, 8)), Optional(Text("APN", 0, 99), "")),
            set=_define_context,
            read=_defined_contexts,
            surplus=16,
        ),
    ]


def _set_functionality(module: Module, level: int, restart: int) -> Result:
    if restart:
        module.restart("", "restarted by a command")
        return done()
    module.radio.switch(functionality=level)
    return done()


def _set_registration(module: Module, level: int) -> Result:
    module.radio.cereg = level
    return done()


def _set_attached(module: Module, state: int) -> Result:
    module.radio.switch(attached=bool(state))
    return done()


def _set_connection(module: Module, level: int) -> Result:
    module.radio.cscon = level
    return done()


def _select_operator(module: Module, mode: int, _format: int | None, name: str, _technology: int | None) -> Result:
    if mode != _ONLY_FORMAT:
        module.radio.select(mode, name)
    return done()


def _operator(module: Module) -> Result:
    mode = module.radio.selection
    if not module.radio.usable:
        return done(fields("+COPS", mode))
    return done(fields("+COPS", mode, 2, Quoted(HOME_NETWORKS[0]), _NB_IOT))


def _operators(module: Module) -> Result:
    found = f'(2,"CHINA MOBILE","CMCC","{HOME_NETWORKS[0]}",{_NB_IOT}),' if module.radio.reception.coverage else ""
    return done(fields("+COPS", f"{found},(0-4),(0-2)"))


def _address(module: Module, _cid: int | None = None) -> Result:
    general, address = module.profile.general, module.identity.address
    if not module.radio.usable:
        return done(fields("+CGPADDR", general.cid))
    return done(fields("+CGPADDR", general.cid, Quoted(address) if general.quotes_address else address))


def _context_in_use(module: Module, _cid: int | None = None) -> Result:
    if not module.radio.usable:
        return done()
    cid = module.profile.general.cid
    _, access_point = module.configuration.contexts.get(cid, ("IP", module.profile.general.access_point))
    mask = Quoted(f"{module.identity.address}.255.255.255.0")
    return done(fields("+CGCONTRDP", cid, _DEFAULT_BEARER, Quoted(access_point), mask))


def _define_context(module: Module, cid: int, kind: str | None, access_point: str) -> Result:
    if kind is None:
        module.configuration.contexts.pop(cid, None)
    else:
        module.configuration.contexts[cid] = (kind, access_point)
    return done()


def _defined_contexts(module: Module) -> Result:
    contexts = sorted(module.configuration.contexts.items())
    tail: tuple[Field, ...] = ("", 0, 0)
    return done(*(fields("+CGDCONT", cid, Quoted(kind), Quoted(name), *tail) for cid, (kind, name) in contexts))


def _clock(module: Module) -> str:
    """Return the network's time in UTC with the zone in quarters of an hour, as TS 27.007 8.3 has it."""
    now = module.calendar
    offset = now.utcoffset()
    quarters = int(offset.total_seconds() // 900) if offset else 0
    return now.strftime(module.profile.general.clock.replace("%Q", f"{quarters:+03d}"))
