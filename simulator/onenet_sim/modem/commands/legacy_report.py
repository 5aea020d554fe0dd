"""NOTIFY, READ, WRITE and EXECUTE as the first M5310 firmware (2017) writes them.

NOTIFY declares a resource as well: what it has named is what the module answers to OBSERVE and DISCOVER. READ,
WRITE and EXECUTE answer the lines of the same names. Source: public programs for that firmware.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onenet_sim.at import Command, ErrorFamily, Integer, OneOf, Optional, Text, done
from onenet_sim.lwm2m import Path
from onenet_sim.modem.codes import ResultCode, Situation
from onenet_sim.modem.commands.mipl_answer import no_such_read, responder, take_frame
from onenet_sim.modem.commands.mipl_common import (
    IDENTIFIER_MAXIMUM,
    REF,
    VALUE_MAXIMUM,
    existing_device,
    message_id,
    not_logged_in,
    value_type,
    without_device,
)
from onenet_sim.modem.commands.mipl_report import collect
from onenet_sim.modem.reports import Frame
from onenet_sim.modem.requests import Operation
from onenet_sim.modem.values import ValueTextError, ValueType, parse_value

if TYPE_CHECKING:
    from onenet_sim.at import Refused, Result
    from onenet_sim.modem.module import Module
    from onenet_sim.modem.profile import Profile

_SEND = 1
"""The flag of a frame that sends what was collected; 0 keeps it."""


def commands(profile: Profile) -> list[Command[Module]]:
    """Return this group's commands."""
    value = (
        Integer("objid", 0, IDENTIFIER_MAXIMUM),
        Integer("insid", 0, IDENTIFIER_MAXIMUM),
        Integer("resid", 0, IDENTIFIER_MAXIMUM),
        value_type(profile),
        Text("value", 0, VALUE_MAXIMUM),
        OneOf("flag", (0, _SEND)),
    )
    return [
        Command(
            "+MIPLNOTIFY",
            "report a value",
            (REF, *value, Optional(Integer("ackid", 0, IDENTIFIER_MAXIMUM), 0)),
            set=_notify,
            errors=ErrorFamily.CIS,
        ),
        Command(
            "+MIPLREAD",
            "answer a read",
            (REF, message_id(profile), *value),
            set=_answer_read,
            errors=ErrorFamily.CIS,
        ),
        _outcome(profile, "+MIPLWRITE", "answer a write", Operation.WRITE),
        _outcome(profile, "+MIPLEXECUTE", "answer an execute", Operation.EXECUTE),
    ]


def _notify(
    module: Module,
    _ref: int,
    object_id: int,
    instance_id: int,
    resource_id: int,
    kind: int,
    text: str,
    flag: int,
    ack_id: int,
) -> Result:
    refusal = without_device(module)
    if refusal:
        return refusal
    path = Path(object_id, instance_id, resource_id)
    device = existing_device(module)
    if not device.has(path.instance):
        return module.refuse(Situation.NO_OBJECT, f"the host added no {path.instance} (AT+MIPLADDOBJ)")
    try:
        frame = Frame(path, parse_value(ValueType(kind), text))
    except ValueTextError as fault:
        return module.refuse(Situation.SYNTAX, f"AT+MIPLNOTIFY: parameter 6 <value>: {fault}")
    refusal = _report(module, frame, flag, ack_id) if module.logged_in else _unfit(module, frame)
    if refusal:
        return refusal
    device.declare(path, frame.value.type)
    device.values[path] = frame.value
    return done()


def _report(module: Module, frame: Frame, flag: int, ack_id: int) -> Refused | None:
    """Collect a value for the platform, and send all of its instance if the flag says so."""
    observation = module.reports.covering(frame.path)
    if observation is None:
        why = f"{frame.path} is not observed; observed are {module.reports.observed}"
        return module.refuse(Situation.NOT_OBSERVED, why)
    if module.reports.busy:
        limit = module.profile.coap.reports_queued
        return module.refuse(Situation.BUSY, f"{limit} confirmable reports are unacknowledged")
    return collect(module, observation, frame, ack_id if flag == _SEND else None)


def _unfit(module: Module, frame: Frame) -> Refused | None:
    """Return the refusal for a value that no report could carry, if it is one."""
    size, limit = len(frame.value.tlv()), module.profile.coap.report_maximum
    if size <= limit:
        return None
    return module.refuse(Situation.TOO_LARGE, f"the value has {size} octets; at most {limit} are sent")


def _answer_read(
    module: Module,
    _ref: int,
    number: int,
    object_id: int,
    instance_id: int,
    resource_id: int,
    kind: int,
    text: str,
    flag: int,
) -> Result:
    refusal = not_logged_in(module)
    if refusal:
        return refusal
    request = module.requests.find(number, Operation.READ)
    if request is None:
        return no_such_read(module, number)
    try:
        frame = Frame(Path(object_id, instance_id, resource_id), parse_value(ValueType(kind), text))
    except ValueTextError as fault:
        return module.refuse(Situation.SYNTAX, f"AT+MIPLREAD: parameter 7 <value>: {fault}")
    return take_frame(module, request, frame, last=flag == _SEND)


def _outcome(profile: Profile, name: str, summary: str, operation: Operation) -> Command[Module]:
    """Return the command that says whether a request was carried out: 1, or 0 which the platform hears as 4.00."""
    respond = responder(operation)

    def tell(module: Module, ref: int, number: int, success: int) -> Result:
        return respond(module, ref, number, ResultCode.CHANGED if success else ResultCode.BAD_REQUEST)

    return Command(
        name,
        summary,
        (REF, message_id(profile), OneOf("success", (0, 1))),
        set=tell,
        errors=ErrorFamily.CIS,
    )
