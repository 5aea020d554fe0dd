"""READRSP, WRITERSP, EXECUTERSP, OBSERVERSP, DISCOVERRSP, PARAMETERRSP: the host's answers to requests.

Source: LwM2M user manual for OneMO, 3.5 and 3.11 to 3.19; CIS SDK for family C.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiocoap.numbers import codes

from onenet_sim.at import Command, ErrorFamily, Integer, OneOf, Optional, Text, done
from onenet_sim.lwm2m import Path
from onenet_sim.modem.coap import make_message
from onenet_sim.modem.codes import ResultCode, Situation
from onenet_sim.modem.commands.mipl_common import (
    FIRST,
    IDENTIFIER_MAXIMUM,
    MIDDLE,
    REF,
    RESOURCE_LIST,
    VALUE_MAXIMUM,
    FrameFlag,
    existing_device,
    message_id,
    not_logged_in,
    value_type,
    without_device,
)
from onenet_sim.modem.profile import Family
from onenet_sim.modem.reports import Frame, build_content
from onenet_sim.modem.requests import Operation
from onenet_sim.modem.values import ValueTextError, ValueType, parse_value

if TYPE_CHECKING:
    from collections.abc import Callable

    from onenet_sim.at import Result
    from onenet_sim.modem.module import Module
    from onenet_sim.modem.profile import Profile
    from onenet_sim.modem.requests import Request

_ID = Integer("id", 0, IDENTIFIER_MAXIMUM)
_FAILURES = (11, 12, 13, 14)
_CONTENT_RESULT = OneOf("result", (1, *_FAILURES, 15))
_CHANGED_RESULT = OneOf("result", (2, *_FAILURES))


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
            (REF, message_id(profile), _CONTENT_RESULT),
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
                _CONTENT_RESULT,
                Optional(Integer("length", 0, IDENTIFIER_MAXIMUM), 0),
                RESOURCE_LIST,
            ),
            set=_declare_resources if onemo else _discover_response,
            surplus=1,
            errors=ErrorFamily.CIS,
        ),
    ]


def _read_response(profile: Profile) -> Command[Module]:
    return Command(
        "+MIPLREADRSP",
        "answer a read",
        (
            REF,
            message_id(profile),
            _CONTENT_RESULT,
            Optional(_ID),
            Optional(_ID),
            Optional(_ID),
            Optional(value_type(profile)),
            Optional(Integer("len", 0, IDENTIFIER_MAXIMUM)),
            Optional(Text("value", 0, VALUE_MAXIMUM), ""),
            Optional(Integer("index", 0, IDENTIFIER_MAXIMUM)),
            Optional(FrameFlag("flag")),
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
    _length: int | None,
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
    if None in {object_id, instance_id, resource_id, kind, index, flag}:
        why = "AT+MIPLREADRSP with result 1 needs objid, insid, resid, type, len, value, index and flag"
        return module.refuse(Situation.SYNTAX, why)
    path = Path(object_id or 0, instance_id, resource_id)
    onemo = module.profile.family is Family.ONEMO
    last = flag not in {FIRST, MIDDLE} if onemo else index == 0
    where = "AT+MIPLREADRSP: parameter 9 <value>"
    return take_content(module, request, path, ValueType(kind or 0), text, last=last, where=where)


def no_such_read(module: Module, number: int) -> Result:
    """Answer a frame for a READ that is not open: done if it was answered already, else refused."""
    if module.requests.was_answered(number, Operation.READ):
        module.explain(f"READ {number} was answered already; this frame goes nowhere")
        return done()
    return _unknown(module, number)


def take_content(
    module: Module, request: Request, path: Path, kind: ValueType, text: str, *, last: bool, where: str
) -> Result:
    """Take a value of the answer to a READ; the last one sends them all. ``where`` names the value's parameter."""
    if not request.path.contains(path):
        why = f"READ {request.number} asks for {request.path}, not for {path}"
        return module.refuse(Situation.SYNTAX, why)
    try:
        value = parse_value(kind, text)
    except ValueTextError as fault:
        return module.refuse(Situation.SYNTAX, f"{where}: {fault}")
    return _frame(module, request, Frame(path, value), last=last)


def _frame(module: Module, request: Request, frame: Frame, *, last: bool) -> Result:
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
        (REF, message_id(profile), _CHANGED_RESULT),
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
            module.explain(f"{operation.value} {number} was answered already")
            return done()
        if request is None:
            return _unknown(module, number)
        module.requests.answer(request, ResultCode(result))
        module.buffer.sent(number)
        return done()

    return respond


def _declare_resources(
    module: Module, _ref: int, object_id: int, _result: int, _length: int, resources: tuple[int, ...]
) -> Result:
    refusal = without_device(module)
    if refusal:
        return refusal
    added = existing_device(module).objects.get(object_id)
    if added is None:
        return module.refuse(Situation.NO_OBJECT, f"object {object_id} was never added (AT+MIPLADDOBJ)")
    added.resources = resources
    return done()


def _discover_response(
    module: Module, _ref: int, number: int, result: int, _length: int, resources: tuple[int, ...]
) -> Result:
    refusal = not_logged_in(module)
    if refusal:
        return refusal
    request = module.requests.find(number, Operation.DISCOVER)
    if request is None:
        return _unknown(module, number)
    if result == ResultCode.CONTENT:
        module.requests.answer_discover(request, resources)
    else:
        module.requests.answer(request, ResultCode(result))
    return done()


def _unknown(module: Module, number: int) -> Result:
    return module.refuse(Situation.UNKNOWN_MESSAGE, module.requests.whereabouts(number))
