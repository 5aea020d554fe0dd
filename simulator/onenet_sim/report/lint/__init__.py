"""The linter of hosts: habits of a driver that work on one module and fail on another, read from the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onenet_sim.report.lint import answers, line, login, reports
from onenet_sim.report.lint.formats import as_json, as_junit, as_sarif, as_text
from onenet_sim.report.lint.host import Finding, Host, hosts
from onenet_sim.report.lint.rules import RULES, LintRule, Severity, rules_page
from onenet_sim.report.story import Story

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from onenet_sim.journal import Event

_CHECKS: tuple[Callable[[Host], Iterator[Finding]], ...] = (
    line.before_result,
    line.unknown_commands,
    line.not_booted,
    line.not_woken,
    line.polling,
    line.quotes,
    line.wrong_lengths,
    answers.stale,
    answers.late_or_missing,
    answers.twice,
    login.create_twice,
    login.without_login,
    login.lapsed,
    login.late_updates,
    login.changed_lifetimes,
    reports.unobserved,
    reports.after_sleep,
    reports.never_confirmed,
)


def lint(events: Iterable[Event], severity: Severity = Severity.NOTE) -> list[Finding]:
    """Return the findings in a journal's events that are at least so severe, the first to happen first."""
    story = Story(events)
    found = [finding for host in hosts(story) for check in _CHECKS for finding in check(host)]
    severe = [finding for finding in found if finding.rule.severity.rank >= severity.rank]
    return sorted(severe, key=lambda finding: finding.event.id)


__all__ = [
    "RULES",
    "Finding",
    "LintRule",
    "Severity",
    "as_json",
    "as_junit",
    "as_sarif",
    "as_text",
    "lint",
    "rules_page",
]
