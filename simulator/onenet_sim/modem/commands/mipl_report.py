"""NOTIFY: values for the platform (LwM2M user manual for OneMO, 3.9; CIS SDK for family C)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onenet_sim.at import Command, ErrorFamily, Integer, OneOf, Optional, Refused, Text, done
from onenet_sim.lwm2m import Path
from onenet_sim.modem.codes import ContentType, MiplEvent, Situation
from onenet_sim.modem.commands.mipl_common import (
    IDENTIFIER_MAXIMUM,
    REF,
    RELEASE_FLAGS,
    RELEASE_MODES,
    VALUE_MAXIMUM,
    Spelled,
    existing_device,
    frame_flag,
    message_id,
    not_logged_in,
    read_frame,
    uplink_full,
    value_type,
    without_device,
)
from onenet_sim.modem.grammar import BehindAckId

if TYPE_CHECKING:
    from onenet_sim.at import Parameter, Result
    from onenet_sim.modem.module import Module
    from onenet_sim.modem.profile import Profile
    from onenet_sim.modem.reports import Frame, Observation

_RELEASED_AFTER_SENDING = 0x200
_CONTENT_TYPE = OneOf("contentType", tuple(map(int, ContentType)))
_BEHIND_ACK_ID: dict[BehindAckId, Parameter[int]] = {
    BehindAckId.CONTENT_TYPE: _CONTENT_TYPE,
    BehindAckId.IGNORED_CONTENT_TYPE: _CONTENT_TYPE,
    BehindAckId.RELEASE_FLAG: Spelled("raimode", RELEASE_FLAGS),
    BehindAckId.RELEASE_MODE: Spelled("raimode", RELEASE_MODES),
}


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
                frame_flag(profile),
                Optional(Integer("ackid", 0, identifier), 0),
                Optional(_BEHIND_ACK_ID[profile.grammar.behind_ack_id]),
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
    length: int,
    text: str,
    index: int,
    flag: int,
    ack_id: int,
    behind: int | None,
) -> Result:
    declares = _declares(module)
    refusal = without_device(module) if declares else not_logged_in(module)
    if refusal:
        return refusal
    path = Path(object_id, instance_id, resource_id)
    taken = read_frame(module, path, kind, length, text, index, flag)
    if isinstance(taken, Refused):
        return taken
    frame, last = taken
    refusal = _unfit_tail(module, path, ack_id, behind, last=last)
    if refusal:
        return refusal
    if not existing_device(module).has(path.instance):
        return module.refuse(Situation.NO_OBJECT, f"the host added no {path.instance} (AT+MIPLADDOBJ)")
    if declares:
        existing_device(module).declare(path, frame.value.type)
        module.explain(f"nothing is sent before AT+MIPLOPEN; NOTIFY has declared {path}")
        return done()
    return _report(module, number, frame, ack_id if last else None, _content_type(module, behind))


def _report(module: Module, number: int, frame: Frame, ack_id: int | None, form: ContentType | None) -> Result:
    """Take a frame of a report; with an ``ack_id`` it is the last one."""
    path = frame.path
    observation = _observation(module, number, path)
    if observation is None:
        return _unobserved(module, number, path)
    if refusal := uplink_full(module):
        return refusal
    if module.reports.busy:
        limit = module.profile.coap.reports_queued
        return module.refuse(Situation.BUSY, f"{limit} confirmable reports are unacknowledged")
    refusal = collect(module, observation, frame, ack_id, form)
    if refusal is None and ack_id is not None:
        module.buffer.sent(number)
    return refusal or done()


def _declares(module: Module) -> bool:
    """Whether a report only declares its resource, as the host has not begun a login yet."""
    return module.profile.mipl.declares_before_login and not module.session.begun


def collect(
    module: Module, observation: Observation, frame: Frame, ack_id: int | None, form: ContentType | None = None
) -> Refused | None:
    """Keep a frame; with an ``ack_id`` it is the last one, and the report goes out in that ``form``."""
    frames = module.reports.collect(frame)
    limit = module.profile.coap.report_maximum
    size = sum(len(one.value.tlv()) for one in frames)
    if size > limit:
        module.reports.discard(frame.path)
        return module.refuse(Situation.TOO_LARGE, f"the report has {size} octets; at most {limit} are sent")
    existing_device(module).declare(frame.path, frame.value.type)
    if ack_id is not None:
        module.reports.send(observation, list(frames), ack_id, form)
    return None


def _observation(module: Module, number: int, path: Path) -> Observation | None:
    """Return the observation a report belongs to, found by path or by the OBSERVE's id."""
    if module.profile.mipl.reports_by_path:
        return module.reports.covering(path)
    found = module.reports.numbered(number)
    return found if found is not None and found.path.contains(path) else None


def _unobserved(module: Module, number: int, path: Path) -> Result:
    why = f"{path} is not observed under message id {number}; observed are {module.reports.observed}"
    if module.profile.grammar.refuses_unobserved:
        return module.refuse(Situation.NOT_OBSERVED, why)
    module.explain(why, f"errors.{Situation.NOT_OBSERVED.value}")
    module.event(MiplEvent.NOTIFY_FAILED, number)
    return done()


def _content_type(module: Module, behind: int | None) -> ContentType | None:
    """Return the content type that a report shall have, None where the module chooses."""
    if behind is None or module.profile.grammar.behind_ack_id is not BehindAckId.CONTENT_TYPE:
        return None
    return ContentType(behind)


def _unfit_tail(module: Module, path: Path, ack_id: int, behind: int | None, *, last: bool) -> Refused | None:
    """Return the refusal of what stands behind the ackid, if it does not go with the rest."""
    if module.profile.grammar.release_refuses_ack_id and ack_id and behind == _RELEASED_AFTER_SENDING:
        why = f"ackid {ack_id} awaits an acknowledgement, and raimode 0x200 goes idle before it can come"
        return module.refuse(Situation.SYNTAX, why)
    alone = _content_type(module, behind) not in {None, ContentType.TLV}
    if alone and (not last or module.reports.holds(path)):
        why = f"a report of several frames is TLV (contentType {ContentType.TLV:d}), not {behind}"
        return module.refuse(Situation.SYNTAX, why)
    return None
