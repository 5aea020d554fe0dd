"""Commands that say who the module is (3GPP TS 27.007, 5; vendors' ICCID commands)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onenet_sim.at import Command, ErrorFamily, Integer, Verbatim, done, fields

if TYPE_CHECKING:
    from onenet_sim.at import Result
    from onenet_sim.modem.module import Module
    from onenet_sim.modem.profile import Profile


def commands(profile: Profile) -> list[Command[Module]]:
    """Return this group's commands."""
    return [
        Command(
            "I",
            "identification",
            (Integer("value", 0, 9),),
            set=_identify,
            exec=_identify,
            errors=ErrorFamily.BASIC,
        ),
        Command("+CGMI", "manufacturer", exec=lambda module: _label(module.profile.label.manufacturer)),
        Command("+CGMM", "model", exec=lambda module: _label(module.profile.label.model)),
        Command("+CGMR", "revision", exec=lambda module: _label(module.configuration.flash.revision)),
        Command("+CIMI", "IMSI", exec=lambda module: _label(module.identity.imsi)),
        Command(
            "+CGSN",
            "serial numbers",
            (Integer("snt", 0, 3),),
            set=_serial_number,
            exec=lambda module: _label(module.identity.imei),
            ranges=True,
        ),
        *(
            Command(name, "IMEI", exec=lambda module: _label(module.identity.imei))
            for name in profile.general.imei_bare
        ),
        *(_iccid(command, label) for command, label in profile.general.iccid.items()),
    ]


def _label(text: str) -> Result:
    return done(Verbatim(text))


def _identify(module: Module, _value: int = 0) -> Result:
    label = module.profile.label
    return done(Verbatim(f"{label.manufacturer}\n{label.model}\n{module.configuration.flash.revision}"))


def _serial_number(module: Module, kind: int) -> Result:
    imei = module.identity.imei
    match kind:
        case 2:
            return done(fields("+CGSN", imei[:14] + "01"))
        case 3:
            return done(fields("+CGSN", "01"))
        case _:
            return done(fields("+CGSN", imei))


def _iccid(command: str, label: str) -> Command[Module]:
    def read(module: Module) -> Result:
        iccid = module.identity.iccid
        return done(fields(label, iccid) if label else Verbatim(iccid))

    return Command(command, "ICCID", exec=read, read=read)
