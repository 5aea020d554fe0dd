"""Why a data point did not arrive: how far the newest report of it came, and what stopped it there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from onenet_sim.journal import (
    CoapReceived,
    CoapSent,
    DatagramDropped,
    DataPoint,
    DeviceChanged,
    DtlsDatagram,
    Explanation,
    HostWrote,
    Layer,
    Rule,
    SessionChanged,
    printable,
)
from onenet_sim.report.story import Story
from onenet_sim.report.timeline import WIDTH, timeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from onenet_sim.journal import Event
    from onenet_sim.report.story import Command

_NOTIFY = "+MIPLNOTIFY"
_HELD_BACK = {"1", "2"}
_LEVELS = 3
_MODEM = "modem"


class Stage(StrEnum):
    """How far a report came."""

    NOT_SENT = "the host sent no report of it"
    NOT_HEARD = "the module did not hear the host"
    REFUSED = "the module refused the command"
    NOT_OBSERVED = "nobody observes it"
    COLLECTED = "it waits in the module for the last frame of its report"
    KEPT_BACK = "the module took it and sent nothing"
    DROPPED = "it was dropped on its way"
    UNDER_WAY = "it was sent and has not arrived"
    REJECTED = "the platform rejected it"
    UNREADABLE = "the platform cannot read it"
    UNNOTICED = "it reached the platform, which made no data point of it"
    ARRIVED = "it arrived"


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of the newest report.

    Attributes:
        stage: How far it came.
        detail: What stopped it there, in words.
        events: What shows it, the oldest first.
    """

    stage: Stage
    detail: str
    events: tuple[Event, ...] = ()


def fate(events: Iterable[Event], stream: str, imei: str = "") -> Fate:
    """Return what became of the newest report of a stream such as ``3303_0_5700``.

    ``imei`` tells the device where there are several.

    Raises:
        ValueError: The stream has not the form ``object_instance_resource``.
        LookupError: No event tells which modem has that IMEI.
    """
    path = tuple(stream.split("_"))
    if len(path) != _LEVELS or not all(part.isascii() and part.isdecimal() for part in path):
        raise ValueError(f"{stream!r} names no data stream; one is 3303_0_5700: object, instance, resource")
    story = Story(events)
    return _Search(story, stream, path, _modem_of(story, imei)).fate()


def missing(events: Iterable[Event], stream: str, imei: str = "", *, width: int = WIDTH) -> list[str]:
    """Return the lines that tell why a data point did not arrive; errors as :func:`fate`."""
    kept = list(events)
    found = fate(kept, stream, imei)
    ids = " ".join(f"#{event.id}" for event in found.events)
    lines = [f"{stream}: {found.stage}" + (f" ({ids})" if ids else ""), f"    {found.detail}"]
    if not found.events:
        return lines
    story = Story(kept)
    told = {each.id: each for event in found.events for each in story.thread(event)}
    return [*lines, "", *timeline([told[event_id] for event_id in sorted(told)], width=width, journal=kept)]


def _modem_of(story: Story, imei: str) -> str | None:
    """Return the name of the modem with an IMEI; None where the journal knows only one."""
    names = {event.modem for event in story.events} - {None}
    if len(names) <= 1:
        return None
    for event in reversed(story.events):
        match event.what:
            case DeviceChanged() if event.what.imei == imei and event.modem:
                return event.modem
            case CoapSent() if imei and any(f"ep={imei}" in query for query in event.what.query):
                return event.modem
    raise LookupError(f"there are {len(names)} modems, and none ever came to the platform as IMEI {imei!r}")


class _Search:
    """Follows the newest report of one stream."""

    def __init__(self, story: Story, stream: str, path: tuple[str, ...], modem: str | None) -> None:
        self._story = story
        self._stream = stream
        self._path = path
        self._modem = modem

    def fate(self) -> Fate:
        reports = [each for each in self._reports() if self._names(each, self._path)]
        unheard = self._unheard()
        if unheard and (not reports or unheard.id > reports[-1].event.id):
            return Fate(Stage.NOT_HEARD, _told(self._story.explanations(unheard)), (unheard,))
        if not reports:
            return self._never()
        return self._became(reports[-1])

    def _reports(self) -> Iterator[Command]:
        return (each for each in self._story.commands(self._modem) if each.name == _NOTIFY and each.arguments)

    def _names(self, report: Command, path: tuple[str, ...]) -> bool:
        """Return whether a report is of a path: behind the message id, or where a dialect has none, before it."""
        return path in {report.arguments[at : at + len(path)] for at in ((2,) if _numbered(report) else (1,))}

    def _unheard(self) -> Event | None:
        """Return the newest octets of such a report that never became a command."""
        wanted = ",".join(self._path)
        for event in reversed(self._story.events):
            if not isinstance(event.what, HostWrote) or self._modem not in {None, event.modem}:
                continue
            said = printable(event.what.octets)
            if _NOTIFY in said.upper() and wanted in said and self._rules(event) & _LOST:
                return event
        return None

    def _rules(self, event: Event) -> set[str]:
        return {each.what.rule for each in self._story.explanations(event) if isinstance(each.what, Explanation)}

    def _never(self) -> Fate:
        sessions = [e for e in self._story.events if isinstance(e.what, SessionChanged) and self._mine(e)]
        wanted = ",".join(self._path)
        detail = f"no AT+MIPLNOTIFY with {wanted} is among the {len(self._story.events)} events that are kept"
        if not sessions:
            return Fate(Stage.NOT_SENT, f"{detail}, and the module never began a login (AT+MIPLOPEN)")
        last = sessions[-1]
        state = last.what.after if isinstance(last.what, SessionChanged) else ""
        return Fate(Stage.NOT_SENT, f"{detail}; the module's login is {state}", (last,))

    def _mine(self, event: Event) -> bool:
        return self._modem in {None, event.modem}

    def _became(self, report: Command) -> Fate:
        if report.refused and report.answer:
            stage = Stage.NOT_OBSERVED if report.ruled_by(_NOT_OBSERVED) else Stage.REFUSED
            why = self._story.explanations(report.answer)
            return Fate(stage, f"{report.final_result}: {_told(why)}", (report.event, report.answer, *why))
        below = self._story.all_below(report.event)
        if not any(_leaves(event) for event in below):
            return self._unsent(report)
        return self._sent(report, below)

    def _unsent(self, report: Command) -> Fate:
        """Return the fate of a report for which the module sent nothing yet."""
        if report.ruled_by(_NOT_OBSERVED):
            return Fate(Stage.NOT_OBSERVED, _told_of(report), (report.event,))
        if report.why:
            return Fate(Stage.KEPT_BACK, _told_of(report), (report.event,))
        flag = report.arguments[_FLAG] if len(report.arguments) > _FLAG else ""
        instance = self._path[:2]
        for later in self._reports():
            sends = later.event.id > report.event.id and self._names(later, instance)
            below = self._story.all_below(later.event) if sends else []
            if any(_leaves(event) for event in below):
                return self._sent(later, below)
        if flag in _HELD_BACK:
            detail = f"its flag is {flag}; the report goes out with a frame whose flag is 0, and none came"
            return Fate(Stage.COLLECTED, detail, (report.event,))
        return Fate(Stage.KEPT_BACK, "the journal does not say why", (report.event,))

    def _sent(self, report: Command, below: list[Event]) -> Fate:
        """Return the fate of a report that left the module."""
        arrived = [e for e in below if isinstance(e.what, CoapReceived) and e.what.end != _MODEM]
        if arrived:
            return self._received(arrived)
        sent = [e for e in below if _leaves(e)]
        dropped = [e for e in below if isinstance(e.what, DatagramDropped)]
        if dropped:
            why = dropped[-1].what.why if isinstance(dropped[-1].what, DatagramDropped) else ""
            times = f", {len(sent)} times" if len(sent) > 1 else ""
            return Fate(Stage.DROPPED, f"{why}{times}", (sent[-1], dropped[-1]))
        strikes = [
            e for e in below if e.layer in {Layer.NETWORK, Layer.WORLD} and not isinstance(e.what, DtlsDatagram)
        ]
        if strikes:
            return Fate(Stage.DROPPED, str(strikes[-1].what), (sent[-1], strikes[-1]))
        detail = f"it left the module at {sent[-1].time:.3f} s, and no event tells more of it"
        return Fate(Stage.UNDER_WAY, detail, (report.event, sent[-1]))

    def _received(self, arrived: list[Event]) -> Fate:
        """Return the fate of a report that reached the platform."""
        below = [each for event in arrived for each in self._story.all_below(event)]
        for event in below:
            if isinstance(event.what, DataPoint) and event.what.stream == self._stream:
                return Fate(Stage.ARRIVED, f"{event.what}, at {event.time:.3f} s", (event,))
        for event in below:
            if not isinstance(event.what, Explanation):
                continue
            match event.what.rule:
                case Rule.UNKNOWN_TOKEN | Rule.SUBSCRIPTION_ENDED:
                    return Fate(Stage.REJECTED, event.what.what, (arrived[-1], event))
                case _:
                    return Fate(Stage.UNREADABLE, event.what.what, (arrived[-1], event))
        return Fate(Stage.UNNOTICED, "it says nothing of this resource", (arrived[-1],))


_FLAG = 9
_NOT_OBSERVED = "errors.not_observed"
_LOST = {Rule.NOT_LISTENING.value, "sleep.line"}
_PLAIN_ARGUMENTS = 8


def _numbered(report: Command) -> bool:
    """Return whether a report has a message id; the dialect of 2017 has none, and at most 8 arguments."""
    return len(report.arguments) > _PLAIN_ARGUMENTS


def _leaves(event: Event) -> bool:
    return isinstance(event.what, CoapSent) and event.what.end == _MODEM and event.what.code != "EMPTY"


def _told(explanations: list[Event]) -> str:
    return "; ".join(each.what.what for each in explanations if isinstance(each.what, Explanation)) or "no reason"


def _told_of(report: Command) -> str:
    return "; ".join(each.what for each in report.why)
