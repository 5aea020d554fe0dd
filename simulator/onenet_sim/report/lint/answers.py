"""Habits in answering the platform's requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onenet_sim.journal import Rule
from onenet_sim.report.lint import rules
from onenet_sim.report.lint.host import Finding, answered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onenet_sim.journal import Explanation
    from onenet_sim.report.lint.host import Host

_UNKNOWN = "errors.unknown_message"


def stale(host: Host) -> Iterator[Finding]:
    """Find answers to a message id that the host was never asked under."""
    asked = {(each.operation, each.message_id) for each in host.asked}
    for command in host.commands:
        if command.ruled_by(_UNKNOWN) and answered(command) not in asked:
            yield Finding(rules.STALE_ANSWER, command.event, f"{command.line}: {_why(command.why)}")


def late_or_missing(host: Host) -> Iterator[Finding]:
    """Find requests that were answered late, or not at all."""
    for asked in host.asked:
        longest = rules.LONGEST_ANSWER[asked.operation]
        if asked.answers:
            took = asked.answers[0].event.time - asked.event.time
            if took > longest:
                refused = f", and was refused: {_why(asked.answers[0].why)}" if asked.answers[0].refused else ""
                text = f"{asked.line} was answered after {took:.1f} s{refused}; {longest:g} s is the longest"
                yield Finding(rules.LATE_ANSWER, asked.answers[0].event, text)
        elif host.ended - asked.event.time > longest:
            wanted = f"an answer with message id {asked.message_id} was due within {longest:g} s"
            text = f"{asked.line} was never answered; {wanted}"
            yield Finding(rules.MISSING_ANSWER, asked.event, text)


def twice(host: Host) -> Iterator[Finding]:
    """Find answers to what was answered already."""
    for command in host.commands:
        if command.ruled_by(Rule.ANSWERED_TWICE):
            yield Finding(rules.ANSWERED_TWICE, command.event, f"{command.line}: {_why(command.why)}")


def _why(explanations: tuple[Explanation, ...]) -> str:
    return "; ".join(each.what for each in explanations)
