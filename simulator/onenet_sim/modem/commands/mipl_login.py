"""OPEN, UPDATE, CLOSE: the login and its lifetime (LwM2M user manual for OneMO, 3.6 to 3.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onenet_sim.at import Command, ErrorFamily, Integer, Optional, done
from onenet_sim.modem.codes import MiplEvent, Situation
from onenet_sim.modem.commands.mipl_common import REF, not_logged_in, uplink_full, without_device, without_network
from onenet_sim.modem.profile import Family
from onenet_sim.modem.session import State

if TYPE_CHECKING:
    from onenet_sim.at import Refused, Result
    from onenet_sim.modem.module import Module
    from onenet_sim.modem.profile import Profile


_LIFETIME = Integer("lifetime", 0, 0xFFFFFFFF)
_TIMEOUT_MAXIMUM = 0xFFFF
LOGIN = "+MIPLOPEN"
"""The command that asks for the network behind its own parameters."""


def commands(profile: Profile) -> list[Command[Module]]:
    """Return this group's commands."""
    return [
        *renewal(),
        Command(
            LOGIN,
            "log in",
            (
                REF,
                _LIFETIME,
                Optional(
                    Integer("timeout", profile.grammar.open_timeout_minimum, _TIMEOUT_MAXIMUM),
                    profile.mipl.default_timeout,
                ),
            ),
            set=_open,
            read=_is_open if profile.family is Family.ONEMO else None,
            errors=ErrorFamily.CIS,
        ),
    ]


def renewal() -> list[Command[Module]]:
    """Return UPDATE and CLOSE, which all families write alike."""
    return [
        Command(
            "+MIPLUPDATE",
            "renew the lifetime",
            (REF, _LIFETIME, Integer("withObjectFlag", 0, 1)),
            set=_update,
            surplus=1,
            errors=ErrorFamily.CIS,
        ),
        Command("+MIPLCLOSE", "log out", (REF,), set=_close, errors=ErrorFamily.CIS),
    ]


def _open(module: Module, _ref: int, lifetime: int, timeout: int) -> Result:
    return log_in(module, lifetime, timeout)


def log_in(module: Module, lifetime: int, timeout: int) -> Result:
    """Begin a login, or refuse to."""
    refusal = without_device(module)
    if refusal:
        return refusal
    if module.session.state is not State.CLOSED:
        why = f"the login is {module.session.state} already"
        return module.refuse(Situation.ALREADY_OPEN, why)
    rule = module.profile.lifetime
    lifetime = lifetime or rule.open_replacement
    refusal = _unfit_lifetime(module, lifetime, rule.open_minimum)
    refusal = refusal or without_network(module, LOGIN)
    if refusal:
        return refusal
    module.session.open(lifetime, float(timeout))
    return done()


def _unfit_lifetime(module: Module, lifetime: int, minimum: int) -> Refused | None:
    """Return the refusal of a lifetime out of bounds, if it is."""
    maximum = module.profile.lifetime.maximum
    if minimum <= lifetime <= maximum:
        return None
    why = f"a lifetime of {lifetime} s; expected {minimum} to {maximum}"
    return module.refuse(Situation.LIFETIME, why)


def _is_open(module: Module) -> Result:
    refusal = not_logged_in(module)
    if refusal:
        return refusal
    module.event(MiplEvent.REGISTERED)
    return done()


def _update(module: Module, _ref: int, lifetime: int, with_objects: int) -> Result:
    refusal = not_logged_in(module) or uplink_full(module)
    if refusal:
        return refusal
    rule = module.profile.lifetime
    if lifetime < rule.update_floor or 0 < rule.update_ceiling <= lifetime:
        lifetime = rule.update_replacement or module.session.lifetime
    elif refusal := _unfit_lifetime(module, lifetime, rule.update_minimum):
        return refusal
    module.session.update(lifetime, with_objects=bool(with_objects))
    return done()


def _close(module: Module, _ref: int) -> Result:
    if module.profile.family is Family.CIS:
        refusal = without_device(module)
        if refusal is None and module.session.state is State.CLOSED:
            if module.profile.grammar.close_without_login:
                return done()
            refusal = module.refuse(Situation.NOT_LOGGED_IN, "the device is not logged in")
    else:
        refusal = not_logged_in(module)
    if refusal:
        return refusal
    module.session.close()
    return done()
