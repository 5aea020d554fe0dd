"""What the MIPL commands share: the reference, preconditions, value types, lists of resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onenet_sim.at import Integer, Text
from onenet_sim.modem.codes import Situation
from onenet_sim.modem.values import ValueType

if TYPE_CHECKING:
    from onenet_sim.at import Refused
    from onenet_sim.modem.device import Device
    from onenet_sim.modem.module import Module

REF = Integer("ref", 0, 0)
IDENTIFIER_MAXIMUM = 0xFFFF
MESSAGE_ID_MAXIMUM = 0xFFFFFFFF
VALUE_MAXIMUM = 2048
RESOURCE_LIST = Text("valuestring", 0, 1024, r"([0-9]{1,5}(;[0-9]{1,5})*;?)?", "resource ids separated by ;")


def without_device(module: Module) -> Refused | None:
    """Return the refusal for a command that needs a device, if there is none."""
    if module.device is None:
        return module.refuse(Situation.NO_DEVICE, "there is no device; AT+MIPLCREATE makes one")
    return None


def not_logged_in(module: Module) -> Refused | None:
    """Return the refusal for a command that needs a login, if there is none."""
    refusal = without_device(module)
    if refusal is None and not module.logged_in:
        state = module.session.state
        why = f"the device is not logged in (its login is {state}); AT+MIPLOPEN and event 6 come first"
        return module.refuse(Situation.NOT_LOGGED_IN, why)
    return refusal


def existing_device(module: Module) -> Device:
    """Return the device; the caller has looked that there is one."""
    assert module.device is not None  # noqa: S101 - looked at by the caller
    return module.device


def resource_ids(text: str) -> tuple[int, ...]:
    """Return the ids of a list such as ``5700;5701;``, each once, in order."""
    return tuple(dict.fromkeys(int(part) for part in text.split(";") if part))


VALUE_TYPES = tuple(int(kind) for kind in ValueType)
