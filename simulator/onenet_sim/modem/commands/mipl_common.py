"""What the MIPL commands share: the reference, preconditions, value types, lists of resources."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from onenet_sim.at import Integer, OneOf, Optional, Refused, Unfit
from onenet_sim.modem.codes import Situation
from onenet_sim.modem.grammar import FrameEnd
from onenet_sim.modem.profile import Family
from onenet_sim.modem.reports import Frame
from onenet_sim.modem.values import ValueTextError, ValueType, parse_measured_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onenet_sim.at import Argument
    from onenet_sim.lwm2m import Path
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
        return module.refuse(Situation.NOT_LOGGED_IN, why, about=module.session.changed)
    return refusal


def without_network(module: Module, command: str) -> Refused | None:
    """Return the refusal for a command that needs the network, if this module's does and there is none."""
    number = module.profile.grammar.network_errors.get(command)
    if number is None or module.radio.usable:
        return None
    return Refused(number, f"AT{command}: {module.radio.why_unusable}")


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
class Resources:
    """A list of resource ids: each once, in order; how many the host wrote, and in how many characters."""

    ids: tuple[int, ...] = ()
    written: int = 0
    characters: int = 0


@dataclass(frozen=True, slots=True)
class ResourceList:
    """Resource ids separated by semicolons, quoted or bare; the last one may be followed by a semicolon."""

    name: str
    range = ""

    def parse(self, argument: Argument) -> Resources | Unfit:
        """Return the ids."""
        text = argument.text
        parts = text.removesuffix(";").split(";") if text else []
        if len(text) > _LIST_MAXIMUM or not all(_IDENTIFIER.fullmatch(part) for part in parts):
            return Unfit("resource ids separated by ;")
        numbers = tuple(dict.fromkeys(map(int, parts)))
        if max(numbers, default=0) > IDENTIFIER_MAXIMUM:
            return Unfit(f"resource ids up to {IDENTIFIER_MAXIMUM}")
        return Resources(numbers, len(parts), len(text))


@dataclass(frozen=True, slots=True)
class Spelled:
    """A number that must be written in one of a few ways; ``values`` has them in lower case."""

    name: str
    values: Mapping[str, int]
    range = ""

    def parse(self, argument: Argument) -> int | Unfit:
        """Return the number."""
        number = self.values.get(argument.text.strip(" ").lower())
        return Unfit("one of " + ", ".join(self.values)) if number is None else number


_FLAGS = {"0": 0, "1": FIRST, "2": MIDDLE}
_RELEASES = {"0x200": 0x200, "0x400": 0x400}
RELEASE_FLAGS = {"0": 0, **_RELEASES}
RELEASE_MODES = {"0": 0, "1": 0x200, "2": 0x400, "0x1": 0x200, "0x2": 0x400}
RESOURCE_LIST = Optional(ResourceList("valuestring"), Resources())


def frame_flag(profile: Profile) -> Spelled:
    """Return the declaration of a frame's flag: 1 first, 2 middle, 0 last; 0x200 and 0x400 are last ones too."""
    return Spelled("flag", {**_FLAGS, **(_RELEASES if profile.grammar.flag_releases else {})})


def read_frame(
    module: Module, path: Path, kind: int, length: int, text: str, index: int, flag: int
) -> tuple[Frame, bool] | Refused:
    """Return a frame as the host wrote it and whether it is the last one, or the refusal of what does not fit."""
    rule = module.profile.grammar
    try:
        value = parse_measured_value(rule.value_length, ValueType(kind), length, text)
    except ValueTextError as fault:
        return module.refuse(Situation.SYNTAX, f"<type>, <len>, <value>: {fault}")
    last = flag not in {FIRST, MIDDLE} if rule.frame_end is FrameEnd.FLAG else index == 0
    if rule.frame_end is FrameEnd.BOTH and last and flag:
        return module.refuse(Situation.LAST_FRAME, f"index 0 is the last frame, whose flag is 0, not {flag}")
    return Frame(path, value), last


def message_id(profile: Profile) -> Integer:
    """Return the declaration of a message id: 16 bits, or with the count of observes above them."""
    return Integer("mid", 0, 0xFFFFFFFF if profile.mipl.counts_observes else 0xFFFF)


def value_type(profile: Profile) -> OneOf:
    """Return the declaration of a value's type; family C has no hex string."""
    kinds = [kind for kind in ValueType if profile.family is not Family.CIS or kind is not ValueType.HEX_STRING]
    return OneOf("type", tuple(map(int, kinds)))
