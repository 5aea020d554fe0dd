"""NOTIFY: values for the platform (LwM2M user manual for OneMO, 3.9; CIS SDK for family C)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onenet_sim.at import Command, ErrorFamily, Integer, OneOf, Optional, Text, done
from onenet_sim.lwm2m import Path
from onenet_sim.modem.codes import MiplEvent, Situation
from onenet_sim.modem.commands.mipl_common import (
    FIRST,
    IDENTIFIER_MAXIMUM,
    MIDDLE,
    REF,
    VALUE_MAXIMUM,
    FrameFlag,
    existing_device,
    message_id,
    not_logged_in,
    uplink_full,
    value_type,
)
from onenet_sim.modem.profile import Family
from onenet_sim.modem.reports import Frame
from onenet_sim.modem.values import ValueTextError, ValueType, parse_value

if TYPE_CHECKING:
    from onenet_sim.at import Refused, Result
    from onenet_sim.modem.module import Module
    from onenet_sim.modem.profile import Profile
    from onenet_sim.modem.reports import Observation

_RELEASE_FLAGS = (0x200, 0x400)
"""Go idle after sending, or after the reply: family C has them behind the ackid."""
_CONTENT_TYPES = (0, 1, 2, 3, 4)


def commands(profile: Profile) -> list[Command[Module]]:
    """Return this group's commands."""
    identifier = IDENTIFIER_MAXIMUM
    return [
        Command(
            "+MIPLNOTIFY",
            "report a value",
            (
                REF,
                message_id(profile),
                Integer("objid", 0, identifier),
                Integer("insid", 0, identifier),
                Integer("resid", 0, identifier),
                value_type(profile),
                Integer("len", 0, identifier),
                Text("value", 0, VALUE_MAXIMUM),
                Integer("index", 0, identifier),
                FrameFlag("flag"),
                Optional(Integer("ackid", 0, identifier), 0),
                Optional(OneOf("contentType", (*_CONTENT_TYPES, *_RELEASE_FLAGS), hexadecimal=True)),
            ),
            set=_notify,
            errors=ErrorFamily.CIS,
        )
    ]


def _notify(
    module: Module,
    _ref: int,
    number: int,
    object_id: int,
    instance_id: int,
    resource_id: int,
    kind: int,
    _length: int,
    text: str,
    index: int,
    flag: int,
    ack_id: int,
    _content_type: int | None,
) -> Result:
    refusal = not_logged_in(module)
    if refusal:
        return refusal
    path = Path(object_id, instance_id, resource_id)
    if not existing_device(module).has(path.instance):
        return module.refuse(Situation.NO_OBJECT, f"the host added no {path.instance} (AT+MIPLADDOBJ)")
    observation = _observation(module, number, path)
    if observation is None:
        return _unobserved(module, number, path)
    if refusal := uplink_full(module):
        return refusal
    if module.reports.busy:
        limit = module.profile.coap.reports_queued
        return module.refuse(Situation.BUSY, f"{limit} confirmable reports are unacknowledged")
    try:
        frame = Frame(path, parse_value(ValueType(kind), text))
    except ValueTextError as fault:
        return module.refuse(Situation.SYNTAX, f"AT+MIPLNOTIFY: parameter 8 <value>: {fault}")
    last = _is_last(module, index, flag)
    refusal = collect(module, observation, frame, ack_id if last else None)
    if refusal is None and last:
        module.buffer.sent(number)
    return refusal or done()


def collect(module: Module, observation: Observation, frame: Frame, ack_id: int | None) -> Refused | None:
    """Keep a frame; with an ``ack_id`` it is the last one, and the report goes out."""
    frames = module.reports.collect(frame)
    limit = module.profile.coap.report_maximum
    size = sum(len(one.value.tlv()) for one in frames)
    if size > limit:
        module.reports.discard(frame.path)
        return module.refuse(Situation.TOO_LARGE, f"the report has {size} octets; at most {limit} are sent")
    existing_device(module).declare(frame.path, frame.value.type)
    if ack_id is not None:
        module.reports.send(observation, list(frames), ack_id)
    return None


def _observation(module: Module, number: int, path: Path) -> Observation | None:
    """Return the observation a report belongs to, found by path or by the OBSERVE's id."""
    if module.profile.mipl.reports_by_path:
        return module.reports.covering(path)
    found = module.reports.numbered(number)
    return found if found is not None and found.path.contains(path) else None


def _unobserved(module: Module, number: int, path: Path) -> Refused | Result:
    why = f"{path} is not observed under message id {number}; observed are {module.reports.observed}"
    if module.profile.family is Family.CIS:
        module.explain(why)
        module.event(MiplEvent.NOTIFY_FAILED, number)
        return done()
    return module.refuse(Situation.NOT_OBSERVED, why)


def _is_last(module: Module, index: int, flag: int) -> bool:
    """Whether this frame sends the report: the flag says so in family O, the index in family C."""
    if module.profile.family is Family.ONEMO:
        return flag not in {FIRST, MIDDLE}
    return index == 0
