"""A journal as one HTML file that needs nothing else, for a person who looks at what happened.

Everything is in the file, its policy forbids it to load anything, and all that a host or an application wrote is
escaped. Without JavaScript it shows the whole diagram; the script chooses, follows and filters.
"""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime, timedelta
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from onenet_sim.at import Form
from onenet_sim.journal import CoapMessage, Layer, WorldBegan
from onenet_sim.report.coverage import coverage
from onenet_sim.report.diagram import Lane, Mark, rows
from onenet_sim.report.lint import lint
from onenet_sim.report.story import Story
from onenet_sim.report.timeline import GAP, span
from onenet_sim.report.wording import shorten, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from onenet_sim.journal import Event
    from onenet_sim.report.diagram import Row

MOST_EVENTS = 10_000
"""How many events the diagram has, the newest; findings and commands are those of all events."""

_MOST_REMARKS = 100
_LONGEST_FIELD = 400
_MANY = 1000
"""Rows from which on a browser does not lay out those out of sight."""
_LANES = {
    Lane.HOST: "Host",
    Lane.MODEM: "Modem",
    Lane.NETWORK: "Network",
    Lane.BOOTSTRAP: "Bootstrap",
    Lane.ACCESS: "Access",
    Lane.APPLICATION: "Application",
}
_FORMS = {Form.TEST: "test =?", Form.READ: "read ?", Form.SET: "set =", Form.EXEC: "execute"}
_REMARKABLE = {Mark.FAULT: "fault", Mark.WHY: "why"}


def page(events: Iterable[Event]) -> Iterator[str]:
    """Give the parts of an HTML file that tells of a journal's events (ascending ids)."""
    return _Page(Story(events)).parts()


class _Page:
    def __init__(self, story: Story) -> None:
        self._story = story
        began = next((event for event in story.events if isinstance(event.what, WorldBegan)), None)
        self._began = began.what if began is not None and isinstance(began.what, WorldBegan) else None
        self._epoch = self._began and datetime.fromisoformat(self._began.calendar) - timedelta(
            seconds=began.time if began else 0
        )
        shown = story.events[-MOST_EVENTS:]
        self._left_out = len(story.events) - len(shown)
        self._rows = rows(shown, story.events)
        self._homes = {event.id: row.event.id for row in self._rows for event in row.events}
        self._remarkable = [row for row in self._rows if row.mark in _REMARKABLE]
        self._found = lint(story.events)
        self._used = coverage(story)
        self._modems = sorted({event.modem for event in story.events if event.modem})

    def parts(self) -> Iterator[str]:
        script = _asset("page.js")
        yield from self._head(script)
        yield from self._facts()
        yield from self._remarks()
        yield from self._diagram()
        yield from self._findings()
        yield from self._commands()
        yield '<aside id="known" hidden></aside>\n'
        yield f'<script type="application/json" id="facts">{self._known()}</script>\n'
        yield f"<script>{script}</script>\n</body>\n</html>\n"

    def _head(self, script: str) -> Iterator[str]:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        policy = f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-{digest}'"
        yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        yield f'<title>{_html(self._title())}</title>\n<link rel="icon" href="data:,">\n'
        yield f"<style>{_asset('page.css')}</style>\n</head>\n<body>\n<h1>{_html(self._title())}</h1>\n"

    def _title(self) -> str:
        began = self._began
        return f"onenet-simulator: {began.profile}, seed {began.seed}" if began else "onenet-simulator"

    # --- what the run was ----------------------------------------------------------------------------

    def _facts(self) -> Iterator[str]:
        yield '<dl class="facts">\n'
        for name, value in self._run():
            yield f"<div><dt>{name}</dt><dd>{_html(value)}</dd></div>\n"
        counted = (
            ("remarks", "What stands out", len(self._remarkable)),
            ("diagram", "Diagram", len(self._rows)),
            ("findings", "Lint", len(self._found)),
            ("commands", "AT commands", len(self._used)),
        )
        links = (f'<a href="#{name}">{title} ({count:,})</a>' for name, title, count in counted)
        yield f"</dl>\n<nav>{''.join(links)}</nav>\n"

    def _run(self) -> Iterator[tuple[str, str]]:
        events, began = self._story.events, self._began
        if began is not None:
            yield "seed", str(began.seed)
            yield "profile", began.profile
            yield "version", f"onenet-simulator {began.version}"
        if events and self._epoch:
            yield "calendar", f"{self._calendar(events[0].time)} to {self._calendar(events[-1].time)}"
        if events:
            lasted = events[-1].time - events[0].time
            yield "duration", span(lasted) or f"{lasted:.3f} s"
            yield "events", f"{len(events):,}" + (f", ids from {events[0].id} to {events[-1].id}")
        if began is not None:
            modems = [f"{name} {address}" for name, address in zip(began.modems, began.addresses, strict=False)]
            more = f" and {len(modems) - 10} more" if len(modems) > 10 else ""  # noqa: PLR2004 - enough to tell
            yield "modems", ", ".join(modems[:10]) + more
            several = f" --modems {len(modems)}" if len(modems) > 1 else ""
            if len(set(began.profiles)) == 1:
                again = f"onenet-sim run --profile {began.profile} --seed {began.seed}{several}"
                yield "the same world again", again

    def _calendar(self, time: float) -> str:
        if not self._epoch:
            return ""
        return (self._epoch + timedelta(seconds=time)).isoformat(sep=" ", timespec="milliseconds")

    # --- what stands out -----------------------------------------------------------------------------

    def _remarks(self) -> Iterator[str]:
        found = self._remarkable
        yield '<h2 id="remarks">What stands out</h2>\n'
        if not found:
            yield '<p class="note">No fault struck, and nothing had to be explained.</p>\n'
            return
        if len(found) > _MOST_REMARKS:
            yield f'<p class="note">The newest {_MOST_REMARKS} of {len(found):,}.</p>\n'
        yield '<ul class="remarks">\n'
        for row in found[-_MOST_REMARKS:]:
            tag = f'<span class="tag">{_REMARKABLE[row.mark]}</span>'
            yield f'<li class="{row.event.layer} {row.mark}">{self._reference(row.event.id)}'
            yield f' <span class="layer">{tag}</span> {_html(str(row.event.what))}</li>\n'
        yield "</ul>\n"

    def _findings(self) -> Iterator[str]:
        found = self._found
        yield '<h2 id="findings">Lint</h2>\n'
        if not found:
            yield '<p class="note">The host has no habit that would fail on another module.</p>\n'
            return
        if len(found) > _MOST_REMARKS:
            yield f'<p class="note">The first {_MOST_REMARKS} of {len(found):,}.</p>\n'
        heads = "".join(f"<th>{name}</th>" for name in ("Event", "Severity", "Rule", "Seen", "Why it matters"))
        yield f'<div class="scroll"><table><tr>{heads}</tr>\n'
        for each in found[:_MOST_REMARKS]:
            yield f"<tr><td>{self._reference(each.event.id)}</td><td>{each.rule.severity}</td>"
            cells = (each.rule.id, each.text, each.rule.reason)
            yield "".join(f"<td>{_html(cell)}</td>" for cell in cells) + "</tr>\n"
        yield "</table></div>\n"

    def _commands(self) -> Iterator[str]:
        yield '<h2 id="commands">AT commands</h2>\n'
        if not self._used:
            yield '<p class="note">The host sent no command.</p>\n'
            return
        heads = "".join(f'<th class="number">{_html(name)}</th>' for name in _FORMS.values())
        yield f'<div class="scroll"><table><tr><th>Command</th>{heads}<th class="number">times</th>'
        yield '<th class="number">errors</th><th>first</th></tr>\n'
        for each in self._used:
            forms = "".join(f'<td class="number">{each.forms[form] or ""}</td>' for form in _FORMS)
            bad = " bad" if each.errors else ""
            yield f'<tr><td><code>AT{_html(each.name)}</code></td>{forms}<td class="number">{each.times}</td>'
            yield f'<td class="number{bad}">{each.errors or ""}</td><td>{self._reference(each.first)}</td></tr>\n'
        yield "</table></div>\n"

    def _reference(self, event_id: int) -> str:
        home = self._homes.get(event_id)
        return f"#{event_id}" if home is None else f'<a href="#e{home}">#{event_id}</a>'

    # --- the diagram ---------------------------------------------------------------------------------

    def _diagram(self) -> Iterator[str]:
        yield '<h2 id="diagram">Diagram</h2>\n'
        if self._left_out:
            told = f"The newest {MOST_EVENTS:,} events; {self._left_out:,} earlier ones are left out."
            yield f'<p class="note">{told} The journal as JSON lines has them.</p>\n'
        yield from self._filter()
        heads = "".join(f'<span class="f{int(lane)}">{name}</span>' for lane, name in _LANES.items())
        yield f'<div class="heads"><span>World time, event</span><div class="lanes">{heads}</div></div>\n'
        lives = "".join(f'<i class="f{int(lane)}"></i>' for lane in _LANES)
        yield f'<div class="rows"><div class="lives"><span></span><div class="lanes">{lives}</div></div>\n'
        yield f'<ol class="{"many" if len(self._rows) > _MANY else ""}">\n'
        above = None
        for row in self._rows:
            if above is not None and row.event.time - above.time >= GAP:
                yield f'<li class="gap"><span>⋯ {span(row.event.time - above.time)} later</span></li>\n'
            above = row.event
            yield from self._row(row)
        yield "</ol></div>\n"

    def _filter(self) -> Iterator[str]:
        layers = sorted({row.event.layer for row in self._rows}, key=list(Layer).index)
        yield '<form class="script">'
        for layer in layers:
            box = f'<input type="checkbox" name="layer" value="{layer}" checked>'
            yield f'<label class="{layer}">{box} <span class="layer">{layer}</span></label>'
        if len(self._modems) > 1:
            names = "".join(f"<option>{_html(name)}</option>" for name in self._modems)
            yield f'<select name="modem" aria-label="modem"><option value="">all modems</option>{names}</select>'
        yield '<input type="search" name="text" placeholder="text" aria-label="text"> '
        yield '<button type="reset">All</button> <span id="shown" class="note"></span></form>\n'

    def _row(self, row: Row) -> Iterator[str]:
        event, cause = row.event, row.cause
        modem = f' data-modem="{_html(event.modem)}"' if event.modem else ""
        date = self._calendar(event.time)
        yield f'<li class="row {event.layer}{" " if row.mark else ""}{row.mark}" id="e{event.id}"'
        yield f' data-cause="{cause or ""}" data-layer="{event.layer}"{modem}>'
        yield f'<span class="stamp"><span class="time" title="{date}">{event.time:.3f}</span>'
        yield f' <a class="id" href="#e{event.id}">#{event.id}</a><span class="up">{self._up(cause)}</span></span>'
        which = (
            f'<span class="which">{_html(event.modem)} </span>' if event.modem and len(self._modems) > 1 else ""
        )
        yield f'<span class="lanes"><span class="{_place(row)}"><span class="said">{which}{_said(row)}'
        yield "</span></span></span></li>\n"

    def _up(self, cause: int | None) -> str:
        if cause is None:
            return ""
        kept = cause in self._homes
        return (
            f'<a href="#e{cause}" title="its cause, #{cause}">↑</a>' if kept else f'<i title="by #{cause}">↑</i>'
        )

    def _known(self) -> str:
        """Return what is known of each row's events as JSON that may stand within HTML."""
        known = {row.event.id: [_known(event) for event in row.events] for row in self._rows}
        return json.dumps(known, separators=(",", ":")).replace("<", "\\u003c")


def _place(row: Row) -> str:
    if row.end is None:
        return "wide"
    if row.start is row.end:
        return f"happens f{int(row.start)} rest"
    left, right = sorted((row.start, row.end))
    return f"arrow {'right' if row.end > row.start else 'left'} f{int(left)} t{int(right)}"


def _said(row: Row) -> str:
    sentence = row.sentence
    ends = f"{sentence.who} {sentence.arrow} {sentence.whom}" if sentence.arrow else ""
    return (f'<span class="ends">{_html(ends)} </span>' if ends else "") + _html(visible(sentence.text))


def _known(event: Event) -> list[object]:
    fields = event.what.to_json()
    left_out = {"octets"} if isinstance(event.what, CoapMessage) else set()
    kept = {
        name: shorten(value, _LONGEST_FIELD) if isinstance(value, str) else value
        for name, value in fields.items()
        if name not in left_out
    }
    return [event.id, event.kind, shorten(str(event.what), _LONGEST_FIELD), kept]


def _html(text: str) -> str:
    return escape(text.encode("utf-8", "replace").decode())


def _asset(name: str) -> str:
    return files("onenet_sim.report").joinpath(name).read_text("utf-8")
