"""NMI and MGR: buffered mode (LwM2M user manual for OneMO, 3.13 to 3.15)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onenet_sim.at import Command, ErrorFamily, Integer, done, fields
from onenet_sim.modem import urcs
from onenet_sim.modem.commands.mipl_common import REF, not_logged_in
from onenet_sim.modem.profile import Family

if TYPE_CHECKING:
    from onenet_sim.at import Result
    from onenet_sim.modem.module import Module
    from onenet_sim.modem.profile import Profile


def commands(profile: Profile) -> list[Command[Module]]:
    """Return this group's commands."""
    if profile.family is not Family.ONEMO:
        return []
    return [
        Command(
            "+MIPLNMI",
            "print requests, or hold them back",
            (REF, Integer("nnmi", 0, 2), Integer("nsmi", 0, int(profile.mipl.tells_sendings))),
            set=_set_modes,
            read=lambda module: done(fields("+MIPLNMI", urcs.REF, module.buffer.requests, module.buffer.sendings)),
            errors=ErrorFamily.CIS,
        ),
        Command("+MIPLMGR", "fetch the oldest request", (REF,), set=_fetch, errors=ErrorFamily.CIS),
    ]


def _set_modes(module: Module, _ref: int, requests: int, sendings: int) -> Result:
    module.buffer.requests, module.buffer.sendings = requests, sendings
    return done()


def _fetch(module: Module, _ref: int) -> Result:
    return not_logged_in(module) or done(*module.buffer.oldest())
