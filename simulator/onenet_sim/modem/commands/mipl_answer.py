"""READRSP, WRITERSP, EXECUTERSP, OBSERVERSP, DISCOVERRSP, PARAMETERRSP: the host's answers to requests.

Source: LwM2M user manual for OneMO, 3.5 and 3.11 to 3.19; CIS SDK for family C.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiocoap.numbers import codes

from onenet_sim.at import Command, ErrorFamily, Integer, OneOf, Optional, Refused, Text, done
from onenet_sim.journal import Rule
from onenet_sim.lwm2m import Path
from onenet_sim.modem.coap import make_message
from onenet_sim.modem.codes import ResultCode, Situation
from onenet_sim.modem.commands.mipl_common import (
    IDENTIFIER_MAXIMUM,
    REF,
    RESOURCE_LIST,
    VALUE_MAXIMUM,
    existing_device,
    frame_flag,
    message_id,
    not_logged_in,
    read_frame,
    value_type,
    without_device,
)
from onenet_sim.modem.profile import Family
from onenet_sim.modem.reports import build_content
from onenet_sim.modem.requests import Operation

if TYPE_CHECKING:
    from collections.abc import Callable

    from onenet_sim.at import Result
    from onenet_sim.modem.commands.mipl_common import Resources
    from onenet_sim.modem.module import Module
    from onenet_sim.modem.profile import Profile
    from onenet_sim.modem.reports import Frame
    from onenet_sim.modem.requests import Request

_ID = Integer("id", 0, IDENTIFIER_MAXIMUM)
_FAILURES = (11, 12, 13, 14)
_BLOCK_RESULTS = (16, 17, 18, 19)


def commands(profile: Profile) -> list[Command[Module]]:
    """Return this group's commands."""
    onemo = profile.family is Family.ONEMO
    execute_names = ("+MIPLEXECUTERSP", *(("+MIPLEXEUTERSP",) if profile.mipl.short_executersp else ()))
    return [
        _read_response(profile),
        _changed(profile, "+MIPLWRITERSP", "answer a write", Operation.WRITE),
        *(_changed(profile, name, "answer an execute", Operation.EXECUTE) for name in execute_names),
        _changed(
            profile,
            "+MIPLPARAMETERRSP",
            "answer write-attributes",
            Operation.PARAMETER,
        ),
        Command(
            "+MIPLOBSERVERSP",
            "answer an observe",
            (REF, message_id(profile), _content_result(profile)),
            set=responder(Operation.OBSERVE),
            surplus=1,
            errors=ErrorFamily.CIS,
        ),
        Command(
            "+MIPLDISCOVERRSP",
            "declare an object's resources" if onemo else "answer a discover",
            (
                REF,
                Integer("objid", 0, IDENTIFIER_MAXIMUM) if onemo else message_id(profile),
                _content_result(profile),
                Optional(Integer("length", 0, IDENTIFIER_MAXIMUM), 0),
                RESOURCE_LIST,
            ),
            set=_declare_resources if onemo else _discover_response,
            surplus=1,
            errors=ErrorFamily.CIS,
        ),
    ]


def _result(profile: Profile, *success: int) -> OneOf:
    """Return the declaration of a result: success, the failures, and on some modules what is said of blocks."""
    return OneOf("result", (*success, *_FAILURES, *(_BLOCK_RESULTS if profile.grammar.block_results else ())))


def _content_result(profile: Profile) -> OneOf:
    """Return the declaration of the result for what is answered with content."""
    return _result(profile, ResultCode.CONTENT, ResultCode.NOT_ACCEPTABLE)


def _read_response(profile: Profile) -> Command[Module]:
    return Command(
        "+MIPLREADRSP",
        "answer a read",
        (
            REF,
            message_id(profile),
            _content_result(profile),
            Optional(_ID),
            Optional(_ID),
            Optional(_ID),
            Optional(value_type(profile)),
            Optional(Integer("len", 0, IDENTIFIER_MAXIMUM)),
            Optional(Text("value", 0, VALUE_MAXIMUM), ""),
            Optional(Integer("index", 0, IDENTIFIER_MAXIMUM)),
            Optional(frame_flag(profile)),
        ),
        set=_read_answered,
        surplus=1,
        errors=ErrorFamily.CIS,
    )


def _read_answered(
    module: Module,
    _ref: int,
    number: int,
    result: int,
    object_id: int | None,
    instance_id: int | None,
    resource_id: int | None,
    kind: int | None,
    length: int | None,
    text: str,
    index: int | None,
    flag: int | None,
) -> Result:
    refusal = not_logged_in(module)
    if refusal:
        return refusal
    request = module.requests.find(number, Operation.READ)
    if request is None:
        return no_such_read(module, number)
    if result != ResultCode.CONTENT:
        module.requests.answer(request, ResultCode(result))
        module.buffer.sent(number)
        return done()
    if None in {object_id, instance_id, resource_id, kind, length, index, flag}:
        why = "AT+MIPLREADRSP with result 1 needs objid, insid, resid, type, len, value, index and flag"
        return module.refuse(Situation.SYNTAX, why)
    path = Path(object_id or 0, instance_id, resource_id)
    taken = read_frame(module, path, kind or 0, length or 0, text, index or 0, flag or 0)
    if isinstance(taken, Refused):
        return taken
    frame, last = taken
    return take_frame(module, request, frame, last=last)


def no_such_read(module: Module, number: int) -> Result:
    """Answer a frame for a READ that is not open: done if it was answered already, else refused."""
    if module.requests.was_answered(number, Operation.READ):
        module.explain(f"READ {number} was answered already; this frame goes nowhere", Rule.ANSWERED_TWICE)
        return done()
    return _unknown(module, number)


def take_frame(module: Module, request: Request, frame: Frame, *, last: bool) -> Result:
    """Take a value of the answer to a READ; the last one sends them all."""
    if not request.path.contains(frame.path):
        why = f"READ {request.number} asks for {request.path}, not for {frame.path}"
        return module.refuse(Situation.SYNTAX, why)
    request.frames.append(frame)
    limit = module.profile.coap.report_maximum
    size = sum(len(one.value.tlv()) for one in request.frames)
    if size > limit:
        request.frames.clear()
        return module.refuse(Situation.TOO_LARGE, f"the answer has {size} octets; at most {limit} are sent")
    existing_device(module).declare(frame.path, frame.value.type)
    if last:
        wrap = module.profile.family is Family.CIS
        payload, form = build_content(request.path, request.frames, wrap=wrap)
        module.requests.finish(request, make_message(codes.CONTENT, payload=payload, content_format=form))
        module.buffer.sent(request.number)
    return done()


def _changed(profile: Profile, name: str, summary: str, operation: Operation) -> Command[Module]:
    return Command(
        name,
        summary,
        (REF, message_id(profile), _result(profile, ResultCode.CHANGED)),
        set=responder(operation),
        surplus=1,
        errors=ErrorFamily.CIS,
    )


def _answers_itself(module: Module, operation: Operation) -> bool:
    match operation:
        case Operation.OBSERVE:
            return module.configuration.answers_observe
        case Operation.PARAMETER:
            return module.profile.mipl.answers_parameter
        case _:
            return False


def _may_repeat(module: Module, operation: Operation) -> bool:
    """Whether a second answer is taken and dropped: to a write, where ``AT+MIPLSOTA`` may have answered it."""
    software = bool(existing_device(module).software_version)
    return operation is Operation.OBSERVE or (operation is Operation.WRITE and software)


def responder(operation: Operation) -> Callable[..., Result]:
    """Return the handler of a plain answer; where the module answers by itself it takes and drops the host's."""

    def respond(module: Module, _ref: int, number: int, result: int) -> Result:
        refusal = not_logged_in(module)
        if refusal:
            return refusal
        if _answers_itself(module, operation):
            return done()
        request = module.requests.find(number, operation)
        if request is None and _may_repeat(module, operation) and module.requests.was_answered(number, operation):
            module.explain(f"{operation.value} {number} was answered already", Rule.ANSWERED_TWICE)
            return done()
        if request is None:
            return _unknown(module, number)
        module.requests.answer(request, ResultCode(result))
        module.buffer.sent(number)
        return done()

    return respond


def _declare_resources(
    module: Module, _ref: int, object_id: int, _result: int, _length: int, resources: Resources
) -> Result:
    refusal = without_device(module)
    if refusal:
        return refusal
    added = existing_device(module).objects.get(object_id)
    if added is None:
        return module.refuse(Situation.NO_OBJECT, f"object {object_id} was never added (AT+MIPLADDOBJ)")
    added.resources = resources.ids
    return done()


def _discover_response(
    module: Module, _ref: int, number: int, result: int, length: int, resources: Resources
) -> Result:
    refusal = not_logged_in(module)
    if refusal:
        return refusal
    if result == ResultCode.CONTENT and (refusal := _miscounted(module, length, resources)):
        return refusal
    request = module.requests.find(number, Operation.DISCOVER)
    if request is None:
        return _unknown(module, number)
    if result != ResultCode.CONTENT:
        module.requests.answer(request, ResultCode(result))
        return done()
    module.requests.answer_discover(request, resources.ids)
    return done()


def _miscounted(module: Module, length: int, listed: Resources) -> Refused | None:
    """Return the refusal of a list that is too long, or not as long as the host says, where the module looks."""
    rule = module.profile.grammar
    if listed.written > rule.list_resources:
        why = f"the list has {listed.written} resources; this module takes {rule.list_resources}"
        return module.refuse(Situation.SYNTAX, why)
    most = rule.list_length
    fits = length == listed.characters or (rule.list_may_be_shorter and length > listed.characters)
    if not most or (fits and 0 < length <= most):
        return None
    same = "no fewer" if rule.list_may_be_shorter else "the same number"
    why = f"length is {length}, the list has {listed.characters} characters; expected {same}, 1 to {most}"
    return module.refuse(Situation.SYNTAX, why)


def _unknown(module: Module, number: int) -> Result:
    why, about = module.requests.whereabouts(number)
    return module.refuse(Situation.UNKNOWN_MESSAGE, why, about=about)
