"""What the MIPL commands share: the reference, preconditions, value types, lists of resources."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from onenet_sim.at import Integer, OneOf, Optional, Unfit
from onenet_sim.modem.codes import Situation
from onenet_sim.modem.profile import Family
from onenet_sim.modem.values import ValueType

if TYPE_CHECKING:
    from onenet_sim.at import Argument, Refused
    from onenet_sim.modem.device import Device
    from onenet_sim.modem.module import Module
    from onenet_sim.modem.profile import Profile

REF = Integer("ref", 0, 0)
IDENTIFIER_MAXIMUM = 0xFFFF
VALUE_MAXIMUM = 2048
FIRST, MIDDLE = 1, 2
"""Flags of the frames that are followed by others."""
_LIST_MAXIMUM = 1024
_IDENTIFIER = re.compile(r"[0-9]{1,5}")
_MAKERS = {Family.ONEMO: "AT+MIPLCREATE", Family.CIS: "AT+MIPLCREATE", Family.LEGACY: "AT+MIPLCONF"}
_SUCCESSES = {Family.ONEMO: "event 6", Family.CIS: "event 6", Family.LEGACY: "+MIPLOPEN:0,1"}
"""What a host has to wait for, in the words of its family."""


def without_device(module: Module) -> Refused | None:
    """Return the refusal for a command that needs a device, if there is none."""
    if module.device is None:
        maker = _MAKERS[module.profile.family]
        return module.refuse(Situation.NO_DEVICE, f"there is no device; {maker} makes one")
    return None


def not_logged_in(module: Module) -> Refused | None:
    """Return the refusal for a command that needs a login, if there is none."""
    refusal = without_device(module)
    if refusal is None and not module.logged_in:
        state = module.session.state
        success = _SUCCESSES[module.profile.family]
        why = f"the device is not logged in (its login is {state}); AT+MIPLOPEN and {success} come first"
        return module.refuse(Situation.NOT_LOGGED_IN, why)
    return refusal


def without_dtls(module: Module) -> Refused | None:
    """Return the refusal for what needs DTLS, where the module or this installation has none."""
    if not module.profile.mipl.dtls_suites:
        return module.refuse(Situation.NOT_ALLOWED, "this module has no DTLS: use port 5683 and no PSK")
    if module.why_no_dtls:
        return module.refuse(Situation.NOT_ALLOWED, module.why_no_dtls)
    return None


def uplink_full(module: Module) -> Refused | None:
    """Return the refusal for a message that finds no room to wait for a DTLS handshake."""
    if not module.channel.full:
        return None
    return module.refuse(Situation.BUSY, "too many messages wait for the DTLS handshake that is under way")


def existing_device(module: Module) -> Device:
    """Return the device; the caller has looked that there is one."""
    assert module.device is not None  # noqa: S101 - looked at by the caller
    return module.device


@dataclass(frozen=True, slots=True)
class ResourceList:
    """Resource ids separated by semicolons, quoted or bare; the last one may be followed by a semicolon."""

    name: str
    range = ""

    def parse(self, argument: Argument) -> tuple[int, ...] | Unfit:
        """Return the ids, each once, in order."""
        parts = argument.text.removesuffix(";").split(";") if argument.text else []
        if len(argument.text) > _LIST_MAXIMUM or not all(_IDENTIFIER.fullmatch(part) for part in parts):
            return Unfit("resource ids separated by ;")
        numbers = tuple(dict.fromkeys(map(int, parts)))
        if max(numbers, default=0) > IDENTIFIER_MAXIMUM:
            return Unfit(f"resource ids up to {IDENTIFIER_MAXIMUM}")
        return numbers


@dataclass(frozen=True, slots=True)
class FrameFlag:
    """The flag of a frame: 0 last, 1 first, 2 middle; 0x200 and 0x400 are the last one and must be written so."""

    name: str
    range = ""

    def parse(self, argument: Argument) -> int | Unfit:
        """Return the flag as a number."""
        flag = _FLAGS.get(argument.text.strip(" ").lower())
        return Unfit("one of " + ", ".join(_FLAGS)) if flag is None else flag


_FLAGS = {"0": 0, "1": FIRST, "2": MIDDLE, "0x200": 0x200, "0x400": 0x400}

RESOURCE_LIST: Optional[tuple[int, ...]] = Optional(ResourceList("valuestring"), ())


def message_id(profile: Profile) -> Integer:
    """Return the declaration of a message id: 16 bits, or with the count of observes above them."""
    return Integer("mid", 0, 0xFFFFFFFF if profile.mipl.counts_observes else 0xFFFF)


def value_type(profile: Profile) -> OneOf:
    """Return the declaration of a value's type; family C has no hex string."""
    kinds = [kind for kind in ValueType if profile.family is not Family.CIS or kind is not ValueType.HEX_STRING]
    return OneOf("type", tuple(map(int, kinds)))
