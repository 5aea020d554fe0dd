"""The platform's requests: how the module reads them, prints them, and turns the host's answers into replies.

Sources: CIS SDK ``cis_management.c`` and ``cis_observe.c`` for what each CoAP request means; LwM2M user manual for
OneMO modules 3.10 to 3.19 for what is printed and answered.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from aiocoap.numbers import codes

from onenet_sim.lwm2m import (
    Attributes,
    ContentFormat,
    Lwm2mError,
    Path,
    decode_tlv_payload,
)
from onenet_sim.modem import software, standard, urcs
from onenet_sim.modem.blocks import Blocks
from onenet_sim.modem.coap import make_message
from onenet_sim.modem.codes import MiplEvent, ResultCode
from onenet_sim.modem.output import Sort
from onenet_sim.modem.profile import Family
from onenet_sim.modem.session import State
from onenet_sim.modem.values import MiplValue, ValueType, decode_written, decode_written_text

if TYPE_CHECKING:
    from aiocoap import Message

    from onenet_sim.at import Fields
    from onenet_sim.modem.coap import Incoming
    from onenet_sim.modem.device import Device
    from onenet_sim.modem.module import Module
    from onenet_sim.modem.reports import Frame
    from onenet_sim.modem.timers import Timer

_ANSWERED_KEPT = 64
_OPEN_MAXIMUM = 40
"""Requests that wait for the host; of more the oldest is dropped (LwM2M user manual for OneMO, 3.13)."""
_OBSERVE_SHIFT = 16
_OBSERVE_COUNT_MASK = 0xFFFF


class Operation(Enum):
    """What the platform wants."""

    READ = "READ"
    WRITE = "WRITE"
    EXECUTE = "EXECUTE"
    OBSERVE = "OBSERVE"
    CANCEL = "cancelled OBSERVE"
    DISCOVER = "DISCOVER"
    PARAMETER = "PARAMETER"


BUFFERED = frozenset({Operation.READ, Operation.WRITE, Operation.EXECUTE})
"""What ``AT+MIPLNMI`` can hold back."""


@dataclass(slots=True)
class Request:
    """One request of the platform that the host may answer.

    Attributes:
        number: The message id that the host sees.
        lines: What is printed for it; with ``AT+MIPLMGR`` it is ``buffered_lines``.
        frames: The frames of an answer that is not complete yet.
        buffered: It waits for ``AT+MIPLMGR`` and was not printed.
    """

    operation: Operation
    number: int
    path: Path
    incoming: Incoming
    lines: list[Fields]
    buffered_lines: list[Fields]
    arrived: float
    expiry: Timer | None = None
    frames: list[Frame] = field(default_factory=list)
    buffered: bool = False

    @property
    def size(self) -> int:
        """Octets of its payload."""
        return len(self.incoming.message.payload)


class Requests:
    """All open requests of one login, by the number that the host sees.

    Attributes:
        dropped: How many reads, writes and executes were dropped without an answer and did not come again.
    """

    def __init__(self, module: Module) -> None:
        self._module = module
        self._open: OrderedDict[int, Request] = OrderedDict()
        self._answered: OrderedDict[int, Operation] = OrderedDict()
        self._dropped: OrderedDict[int, tuple[str, int]] = OrderedDict()
        self._observes = 0
        self.dropped = 0
        self._discovered: set[int] = set()
        self._blocks = Blocks(module)

    # --- from the platform ------------------------------------------------------------------------

    def take(self, incoming: Incoming) -> None:
        """Take a new request from the CoAP endpoint."""
        session = self._module.session
        if session.state is State.BOOTSTRAPPING:
            session.take_bootstrap(incoming)
            return
        if session.state is not State.READY:
            why = f"a module that is not registered does not answer requests (its login is {session.state})"
            self._module.explain(why, about=session.changed)
            self._module.endpoint.forget(incoming)
            return
        try:
            operation, path = _classify(incoming.message)
        except Lwm2mError as error:
            self._refuse(incoming, codes.BAD_REQUEST, str(error))
            return
        part = None if path.object_id in standard.OBJECTS else self._blocks.take(incoming.message)
        if part is not None:
            self._module.endpoint.reply(incoming, part)
            return
        self._dispatch(operation, path, incoming)

    def _dispatch(self, operation: Operation, path: Path, incoming: Incoming) -> None:
        module = self._module
        if operation is Operation.OBSERVE and path.object_id in module.profile.mipl.unobservable:
            self._refuse(incoming, codes.METHOD_NOT_ALLOWED, f"this module lets nobody observe {path}")
            return
        lists = path.instance_id is None or module.profile.requests.discovers_instances
        if operation is Operation.DISCOVER and not lists:
            self._refuse(incoming, codes.METHOD_NOT_ALLOWED, f"this module lists objects only, not {path}")
            return
        if path.object_id in standard.OBJECTS and not self._device.takes_software(path):
            standard.answer(module, operation, path, incoming)
            return
        if not self._device.has(path):
            self._refuse(incoming, codes.NOT_FOUND, f"the host added no {path}")
            return
        try:
            lines, buffered = self._lines(operation, path, incoming)
        except Lwm2mError as error:
            code = codes.NOT_ACCEPTABLE if operation is Operation.WRITE else codes.BAD_REQUEST
            self._refuse(incoming, code, str(error))
            return
        number = self._number(operation, incoming)
        request = Request(operation, number, path, incoming, lines, buffered, module.now)
        if self._answers_itself(request):
            if self._prints_answered(operation):
                self._print(request)
            return
        habits = module.profile.coap
        wait = habits.observe_window if operation is Operation.OBSERVE else habits.answer_window
        rule = "coap.observe_window" if operation is Operation.OBSERVE else "coap.answer_window"
        why = f"the host did not answer within {wait:g} s"
        request.expiry = module.timers.at(module.now + wait, lambda: self._drop(request, why, rule))
        self._open[number] = request
        if self._dropped.pop(number, None) and operation in BUFFERED:
            self.dropped -= 1
        while len(self._open) > _OPEN_MAXIMUM:
            self._drop(next(iter(self._open.values())), f"more than {_OPEN_MAXIMUM} requests waited")
        self._print(request)

    def _prints_answered(self, operation: Operation) -> bool:
        """Return whether a request is printed that the module answers by itself."""
        module = self._module
        silent = module.configuration.answers_observe and not module.profile.requests.prints_answered
        return not silent or operation not in {Operation.OBSERVE, Operation.CANCEL}

    def repeat(self, incoming: Incoming) -> None:
        """Print a request again that the platform repeats because nobody has answered."""
        for request in tuple(self._open.values()):
            if request.incoming is incoming:
                self._print(request)

    def _number(self, operation: Operation, incoming: Incoming) -> int:
        message_id = int(incoming.message.mid)
        if operation is Operation.OBSERVE and self._module.profile.mipl.counts_observes:
            return (self._observes & _OBSERVE_COUNT_MASK) << _OBSERVE_SHIFT | message_id
        return message_id

    def _lines(self, operation: Operation, path: Path, incoming: Incoming) -> tuple[list[Fields], list[Fields]]:
        """Return what is printed for a request, directly and by ``AT+MIPLMGR``."""
        message = incoming.message
        if operation is Operation.OBSERVE:
            if not message.token:
                raise Lwm2mError("an observe needs a token")
            self._observes += 1
        number, habits = self._number(operation, incoming), self._module.profile.requests
        match operation:
            case Operation.READ:
                lines = [urcs.read(number, path)]
            case Operation.OBSERVE | Operation.CANCEL:
                lines = [urcs.observe(number, path, add=operation is Operation.OBSERVE)]
            case Operation.DISCOVER:
                lines = [urcs.discover(number, path)]
            case Operation.EXECUTE:
                argument = message.payload.decode("latin-1")
                lines = [urcs.execute(number, path, argument, habits.execute_text)]
            case Operation.PARAMETER:
                attributes = Attributes.from_query(message.opt.uri_query)
                problem = attributes.problem(path)
                if problem:
                    raise Lwm2mError(problem)
                lines = [urcs.parameter(number, path, attributes, habits)]
            case Operation.WRITE:
                return self._write_lines(number, path, message)
        return lines, lines

    def _write_lines(self, number: int, path: Path, message: Message) -> tuple[list[Fields], list[Fields]]:
        if self._device.takes_software(path):
            lines = software.printed(number, path, message)
            return lines, lines
        values = self._written(path, message)
        profile, as_text = self._module.profile, self._module.configuration.writes_as_text
        return (
            urcs.write(number, values, profile.family, profile.requests, buffered=False, as_text=as_text),
            urcs.write(number, values, profile.family, profile.requests, buffered=True, as_text=as_text),
        )

    def _written(self, path: Path, message: Message) -> list[tuple[Path, MiplValue]]:
        """Return what a write carries, value by value, in the types that the host declared."""
        form = message.opt.content_format
        if form is not None and int(form) in {ContentFormat.TLV_1542, ContentFormat.TLV}:
            raw = decode_tlv_payload(path, message.payload)
            if not raw:
                raise Lwm2mError("the write carries no value")
            return [(value.path, decode_written(self._declared(value.path), value.octets)) for value in raw]
        if path.resource_id is None:
            raise Lwm2mError(f"a write to {path} must be TLV, not content format {form}")
        if form is not None and int(form) == ContentFormat.OPAQUE:
            return [(path, MiplValue(ValueType.OPAQUE, message.payload))]
        if form is None or int(form) == ContentFormat.TEXT:
            kind = self._declared(path, as_text=True)
            return [(path, decode_written_text(kind, message.payload))]
        raise Lwm2mError(f"content format {form} is none that the module reads")

    def _declared(self, path: Path, *, as_text: bool = False) -> ValueType | None:
        """Return the type in which a written value is printed, if there is one; family C goes by its form."""
        match self._module.profile.family:
            case Family.ONEMO | Family.LEGACY:
                return self._device.types.get(path)
            case Family.CIS:
                return ValueType.STRING if as_text else None

    def _answers_itself(self, request: Request) -> bool:
        """Answer a request that this module does not leave to the host, if it is one."""
        module, habits = self._module, self._module.profile.mipl
        match request.operation:
            case Operation.CANCEL:
                module.reports.cancel(request.path)
                self._remember(request.number, Operation.OBSERVE)
                module.endpoint.reply(request.incoming, make_message(codes.CONTENT))
            case Operation.OBSERVE if module.configuration.answers_observe:
                self._accept_observe(request)
            case Operation.DISCOVER if habits.answers_discover:
                reply = self._links(request.path.object_id, self._device.objects[request.path.object_id].resources)
                module.endpoint.reply(request.incoming, reply)
            case Operation.PARAMETER if habits.answers_parameter:
                module.endpoint.reply(request.incoming, make_message(codes.CHANGED))
            case _:
                return False
        return True

    def _print(self, request: Request) -> None:
        buffer = self._module.buffer
        if buffer.keeps(request):
            if buffer.overflows:
                self._drop(request, "the buffer is full")
            else:
                buffer.announce()
            return
        for line in request.lines:
            self._module.unsolicited(line, Sort.REQUEST)

    def _drop(self, request: Request, why: str, rule: str = "") -> None:
        """Forget a request; should the platform repeat it, it is printed as a new one."""
        self._open.pop(request.number, None)
        if request.expiry:
            request.expiry.cancel()
        self._module.endpoint.forget(request.incoming)
        if request.operation in BUFFERED:
            self.dropped += 1
        told = f"{request.operation.value} {request.number} was dropped: {why}"
        self._dropped[request.number] = told, self._module.explain(told, rule, about=request.incoming.event)
        if len(self._dropped) > _ANSWERED_KEPT:
            self._dropped.popitem(last=False)

    def _refuse(self, incoming: Incoming, code: codes.Code, why: str) -> None:
        self._module.explain(why)
        self._module.endpoint.reply(incoming, make_message(code))

    # --- from the host ----------------------------------------------------------------------------

    def find(self, number: int, *operations: Operation) -> Request | None:
        """Return the open request of that number, if it is of one of these operations."""
        request = self._open.get(number)
        return request if request is not None and request.operation in operations else None

    def was_answered(self, number: int, operation: Operation) -> bool:
        """Return whether such a request was answered in this login, not long ago."""
        return self._answered.get(number) is operation

    @property
    def buffered(self) -> list[Request]:
        """The open requests that wait for ``AT+MIPLMGR``, oldest first."""
        return [request for request in self._open.values() if request.buffered]

    @property
    def unanswered(self) -> list[Request]:
        """The open reads, writes and executes, oldest first."""
        return [request for request in self._open.values() if request.operation in BUFFERED]

    def whereabouts(self, number: int) -> tuple[str, int | None]:
        """Say which requests are open, for the explanation of a wrong number, and name the event behind that."""
        if number in self._dropped:
            return self._dropped[number]
        if not self._open:
            return f"there is no request {number}; none is open", None
        known = "; ".join(self._standing(request) for request in self._open.values())
        return f"there is no such request {number}; {known}", next(iter(self._open.values())).incoming.event

    def _standing(self, request: Request) -> str:
        """Say since when a request is open and for how long yet."""
        now = self._module.now
        since = f"{request.number} ({request.operation.value}) is open since {now - request.arrived:.1f} s"
        return f"{since} and closes in {request.expiry.when - now:.1f} s" if request.expiry else since

    def finish(self, request: Request, message: Message) -> None:
        """Send the reply to a request and close it."""
        self._open.pop(request.number, None)
        if request.expiry:
            request.expiry.cancel()
        self._remember(request.number, request.operation)
        self._module.endpoint.reply(request.incoming, message)
        self._module.event(MiplEvent.RESPONSE_DONE)
        if request.operation is Operation.DISCOVER and self._module.profile.mipl.updates_after_login:
            self._update_after_login(request.path.object_id)

    def _remember(self, number: int, operation: Operation) -> None:
        self._answered[number] = operation
        if len(self._answered) > _ANSWERED_KEPT:
            self._answered.popitem(last=False)

    def answer(self, request: Request, result: ResultCode) -> None:
        """Answer a request with a result code alone."""
        if request.operation is Operation.OBSERVE and result is ResultCode.CONTENT:
            self.finish(request, self._observe_reply(request.path))
            self._module.reports.observe(request)
        else:
            self.finish(request, self._answer(request, result.coap))

    def _answer(self, request: Request, code: codes.Code) -> Message:
        if self._device.takes_software(request.path):
            return software.answer(request.incoming.message, code)
        return make_message(code)

    def answer_discover(self, request: Request, resources: tuple[int, ...]) -> None:
        """Answer a DISCOVER with the object's resources, if these are not more than the module has counted."""
        added = self._device.objects.get(request.path.object_id)
        if self._module.profile.mipl.counts_discovered and added and len(resources) > added.counted:
            self._drop(request, f"the answer has {len(resources)} resources, ADDOBJ counted {added.counted}")
            self._module.event(MiplEvent.RESPONSE_FAILED, request.number)
            return
        self.finish(request, self._links(request.path.object_id, resources))

    def _update_after_login(self, object_id: int) -> None:
        """Send an update when the last object was discovered."""
        session, fresh = self._module.session, object_id not in self._discovered
        self._discovered.add(object_id)
        if fresh and self._discovered >= self._device.objects.keys():
            session.update(session.lifetime, with_objects=False)

    def _accept_observe(self, request: Request) -> None:
        self._module.endpoint.reply(request.incoming, self._observe_reply(request.path))
        self._module.reports.observe(request)

    def _observe_reply(self, path: Path) -> Message:
        payload, form = self._module.reports.known(path)
        return make_message(codes.CONTENT, observe=0, payload=payload, content_format=form)

    def _links(self, object_id: int, resources: tuple[int, ...]) -> Message:
        links = self._device.discovery_links(object_id, resources)
        return make_message(codes.CONTENT, payload=links, content_format=ContentFormat.LINK)

    @property
    def _device(self) -> Device:
        device = self._module.device
        assert device is not None  # noqa: S101 - requests are taken only while registered
        return device

    def clear(self) -> None:
        """Forget all; the login is over."""
        for request in self._open.values():
            if request.expiry:
                request.expiry.cancel()
            why = f"{request.operation.value} {request.number} is forgotten without an answer: the login is over"
            self._module.explain(why, about=request.incoming.event)
        self._open.clear()
        self._answered.clear()
        self._dropped.clear()
        self.dropped = 0
        self._observes = 0
        self._discovered.clear()
        self._blocks.clear()


def _classify(message: Message) -> tuple[Operation, Path]:
    """Return what a request wants and of what.

    Raises:
        Lwm2mError: It is no LwM2M request that a client takes.
    """
    path = Path.from_segments(message.opt.uri_path)
    match message.code:
        case codes.GET if message.opt.observe is not None:
            return (Operation.CANCEL if message.opt.observe else Operation.OBSERVE), path
        case codes.GET if message.opt.accept is not None and int(message.opt.accept) == ContentFormat.LINK:
            return Operation.DISCOVER, path
        case codes.GET:
            return Operation.READ, path
        case codes.PUT if message.opt.uri_query:
            return Operation.PARAMETER, path
        case codes.PUT if path.instance_id is not None:
            return Operation.WRITE, path
        case codes.POST if path.resource_id is not None:
            return Operation.EXECUTE, path
        case codes.POST if path.instance_id is not None:
            return Operation.WRITE, path
        case _:
            raise Lwm2mError(f"{message.code} {path} is no request that the module takes")
