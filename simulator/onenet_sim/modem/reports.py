"""Observations and what is reported under them: frames, TLV or text, confirmable or not.

Sources: LwM2M user manual for OneMO modules 3.9 and 3.10; CIS SDK ``cis_observe.c`` and ``cis_packet.c``;
RFC 7641.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiocoap.numbers import codes

from onenet_sim.lwm2m import ContentFormat, Path, Tlv, TlvKind, encode_tlv
from onenet_sim.modem.coap import confirms, make_message
from onenet_sim.modem.codes import ContentType, MiplEvent
from onenet_sim.modem.login_habits import ConfirmableReport

if TYPE_CHECKING:
    from aiocoap import Message

    from onenet_sim.modem.module import Module
    from onenet_sim.modem.requests import Request
    from onenet_sim.modem.values import MiplValue

_OBSERVE_MAXIMUM = 0xFFFFFF


@dataclass(frozen=True, slots=True)
class Frame:
    """One value of a report or answer that may be made of several."""

    path: Path
    value: MiplValue


@dataclass(slots=True)
class Observation:
    """What the platform observes, with the token under which it wants to hear of it."""

    number: int
    path: Path
    token: bytes
    counter: int = 0
    last_message_id: int | None = None


_FORMATS = {
    ContentType.TEXT: ContentFormat.TEXT,
    ContentType.LINK: ContentFormat.LINK,
    ContentType.OPAQUE: ContentFormat.OPAQUE,
    ContentType.JSON: ContentFormat.JSON_1543,
}


def build_content(
    path: Path, frames: list[Frame], *, wrap: bool, form: ContentType | None = None
) -> tuple[bytes, ContentFormat]:
    """Return payload and content format for values below ``path``.

    A resource alone goes as text (or opaque); anything above as TLV 1542, each instance wrapped if ``wrap`` or
    if ``path`` is an object. With another ``form`` than TLV the last value goes alone, in that format.
    """
    value = frames[-1].value
    if form is not None and form is not ContentType.TLV:
        return value.tlv() if form is ContentType.OPAQUE else value.plain(), _FORMATS[form]
    if path.resource_id is not None and form is None:
        return value.plain(), ContentFormat.OPAQUE if value.opaque else ContentFormat.TEXT
    entries: list[Tlv] = []
    instances = dict.fromkeys(frame.path.instance_id for frame in frames)
    for instance in instances:
        latest = {frame.path.resource_id: frame for frame in frames if frame.path.instance_id == instance}
        resources = tuple(
            Tlv(TlvKind.RESOURCE, resource or 0, frame.value.tlv()) for resource, frame in latest.items()
        )
        if wrap or path.instance_id is None:
            entries.append(Tlv(TlvKind.OBJECT_INSTANCE, instance or 0, resources))
        else:
            entries += resources
    return encode_tlv(entries), ContentFormat.TLV_1542


class Reports:
    """The observations of one login, and the frames collected for the next report."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._observations: dict[Path, Observation] = {}
        self._frames: dict[Path, list[Frame]] = {}
        self._unconfirmed = 0

    # --- observations -----------------------------------------------------------------------------

    def observe(self, request: Request) -> None:
        """Begin an observation; one of the same path is replaced."""
        token = bytes(request.incoming.message.token)
        self._observations[request.path] = Observation(request.number, request.path, token)

    def known(self, path: Path) -> tuple[bytes, ContentFormat | None]:
        """Return what the answer to an OBSERVE carries: the values below its path, or nothing.

        It is nothing where the module sends none, has none, or has more than a report may carry.
        """
        module = self._module
        values = module.device.values if module.device and module.profile.mipl.observe_carries_values else {}
        frames = [Frame(each, value) for each, value in values.items() if path.contains(each)]
        if not frames:
            return b"", None
        payload, form = build_content(path, frames, wrap=False)
        limit = module.profile.coap.report_maximum
        if len(payload) <= limit:
            return payload, form
        module.explain(f"the values of {path} have {len(payload)} octets; an answer carries at most {limit}")
        return b"", None

    def cancel(self, path: Path) -> None:
        """End the observation of a path, if there is one."""
        self._observations.pop(path, None)

    def cancel_below(self, path: Path) -> None:
        """End every observation of a path and of what is below it."""
        for observed in tuple(self._observations):
            if path.contains(observed):
                self.cancel(observed)

    def rejected(self, message_id: int) -> None:
        """End the observation whose last report the platform rejected."""
        for path, observation in tuple(self._observations.items()):
            if observation.last_message_id == message_id:
                self._module.explain(f"the platform rejected the report on {path}; it is observed no more")
                self.cancel(path)

    def covering(self, path: Path) -> Observation | None:
        """Return the observation that covers a resource, the nearest one first."""
        found = [seen for seen in self._observations.values() if seen.path.contains(path)]
        return max(found, key=lambda seen: len(seen.path.segments), default=None)

    def numbered(self, number: int) -> Observation | None:
        """Return the observation whose OBSERVE had that message id."""
        return next((seen for seen in self._observations.values() if seen.number == number), None)

    @property
    def newest(self) -> Observation | None:
        """The observation that began last, if there is one."""
        return next(reversed(self._observations.values()), None)

    @property
    def observed(self) -> str:
        """The observed paths, for explanations."""
        return ", ".join(map(str, self._observations)) or "nothing"

    # --- reports ----------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether as many confirmable reports are unacknowledged as the module keeps."""
        limit = self._module.profile.coap.reports_queued
        return limit > 0 and self._unconfirmed >= limit

    def collect(self, frame: Frame) -> list[Frame]:
        """Add a frame to those of its object instance and return them all."""
        frames = self._frames.setdefault(frame.path.instance, [])
        frames.append(frame)
        return frames

    def holds(self, path: Path) -> bool:
        """Whether frames of an object instance wait for their last one."""
        return bool(self._frames.get(path.instance))

    def discard(self, path: Path) -> None:
        """Forget the frames collected for an object instance."""
        self._frames.pop(path.instance, None)

    def send(
        self, observation: Observation, frames: list[Frame], ack_id: int, form: ContentType | None = None
    ) -> None:
        """Send a report; when ``ack_id`` is not 0, event 26 or 25 tells its fate as far as the module knows it."""
        self.discard(frames[0].path)
        module = self._module
        wrap = False
        if module.profile.mipl.counts_attributes and observation.path.resource_id is None:
            count = self._attributes(observation.path)
            if count == 0:
                module.explain("ADDOBJ declared 0 attributes; a CIS module then sends no report")
                if module.profile.coap.confirmable_report is ConfirmableReport.RETRANSMITTED:
                    module.event(MiplEvent.NOTIFY_FAILED, ack_id or observation.number)
                return
            if count == 1:
                frames = frames[-1:]
            elif len({frame.path for frame in frames}) > count:
                module.explain(f"the report has more resources than the {count} attributes of ADDOBJ")
                module.event(MiplEvent.NOTIFY_FAILED, ack_id or observation.number)
                return
            wrap = count > 1
        content = build_content(observation.path, frames, wrap=wrap, form=form)
        self._transmit(observation, *content, ack_id)

    def _attributes(self, path: Path) -> int:
        device = self._module.device
        added = device.objects.get(path.object_id) if device else None
        return added.attributes if added else 0

    def _transmit(self, observation: Observation, payload: bytes, form: ContentFormat, ack_id: int) -> None:
        observation.counter = observation.counter % _OBSERVE_MAXIMUM + 1
        message = make_message(codes.CONTENT, observe=observation.counter, payload=payload, content_format=form)
        message.token = observation.token
        peer = self._module.session.peer
        assert peer is not None  # noqa: S101 - logged in
        once = self._module.profile.coap.confirmable_report is ConfirmableReport.SENT_ONCE
        replied = (lambda reply: self._confirmed(ack_id, reply, fails=not once)) if ack_id else None
        sent = self._module.endpoint.report(message, peer, now=self._module.now, replied=replied, once=once)
        if sent is not None:
            self._unconfirmed += replied is not None
            observation.last_message_id = sent
            if replied is None and self._module.profile.mipl.tells_reports:
                self._module.event(MiplEvent.NOTIFY_DONE, observation.number)

    def _confirmed(self, ack_id: int, reply: Message | None, *, fails: bool) -> None:
        self._unconfirmed = max(0, self._unconfirmed - 1)
        if confirms(reply):
            self._module.event(MiplEvent.NOTIFY_DONE, ack_id)
            return
        why = "nobody acknowledged it" if reply is None else f"the platform answered {reply.mtype.name}"
        if fails:
            self._module.explain(f"report {ack_id} failed: {why}")
            self._module.event(MiplEvent.NOTIFY_FAILED, ack_id)
        else:
            self._module.explain(f"report {ack_id}: {why}; this module has no event for that")

    def clear(self) -> None:
        """Forget all; the login is over."""
        self._observations.clear()
        self._frames.clear()
        self._unconfirmed = 0
