"""The linter's rules: what a host should not do, how bad it is, why, and where that is written."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is; the values are SARIF's levels."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        """Its place among the severities, the least first."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class LintRule:
    """One rule.

    Attributes:
        id: Its name, and its heading in docs/lint.md.
        severity: How bad a breach is.
        title: What the rule wants, in one sentence.
        reason: What happens to a host that breaks it, and what to do.
        source: Where it is written.
    """

    id: str
    severity: Severity
    title: str
    reason: str
    source: str


LONGEST_ANSWER = {"READ": 5.0, "WRITE": 5.0, "EXECUTE": 5.0, "PARAMETER": 5.0, "OBSERVE": 10.0, "DISCOVER": 10.0}
"""Within how many seconds a host should answer each request."""

MOST_POLLS = 5
"""How often in a row a host may ask what a URC would tell."""

LEAST_MARGIN = 30.0
"""How many seconds before the end of the lifetime an update should go out; of a short one, a tenth."""

FEWEST_REPORTS = 3
"""From how many reports on it is worth saying that none asks for an acknowledgement."""

COMMAND_BEFORE_RESULT = LintRule(
    "command-before-result",
    Severity.ERROR,
    "Send the next command only after the final result of the last.",
    "A module may drop what comes while it works, or end the command under way. Wait for OK or an error.",
    "ITU-T V.250, 5.6.1",
)
UNKNOWN_COMMAND = LintRule(
    "unknown-command",
    Severity.ERROR,
    "Send only commands that the module has.",
    "The answer is a bare ERROR, and nothing on the line tells it from any other failure. "
    "`onenet-sim profiles NAME` lists what a module has.",
    "ITU-T V.250, 5.7.1",
)
NOT_BOOTED = LintRule(
    "not-booted",
    Severity.ERROR,
    "After power-on, reset and restart, wait for the module's boot text.",
    "A module that boots hears nothing, and answers nothing: the command is lost.",
    "drivers for M5310-A, M5311 and ME3616 wait up to 20 s for it",
)
NOT_WOKEN = LintRule(
    "not-woken",
    Severity.WARNING,
    "Wake a sleeping module by its pin before writing to it, or lock its sleep.",
    "In deep sleep the serial line is off. What is written then is lost, or only wakes the module.",
    "the profile's row sleep.line; LwM2M user manual for OneMO, on power saving",
)
POLLING = LintRule(
    "polling",
    Severity.NOTE,
    f"Do not ask more than {MOST_POLLS} times in a row what a URC would tell.",
    "Polling keeps the host awake and its line busy. Switch the URC on and wait for it.",
    "3GPP TS 27.007, 7.2 and 10.1.22; LwM2M user manual for OneMO, 4",
)
QUOTE_IN_VALUE = LintRule(
    "quote-in-value",
    Severity.ERROR,
    "Send no double quote within a quoted value.",
    "M5310-A and others refuse the command. Escape it in a way of your own, or send the value as hex (type 2).",
    "OneNET FAQ on modules, question 3",
)
WRONG_LENGTH = LintRule(
    "wrong-length",
    Severity.NOTE,
    "Let len be the length of the value.",
    "OneMO modules work it out themselves; modules with the CIS SDK check it and refuse the command.",
    "LwM2M user manual for OneMO, 3.9; CIS SDK 2.3.0",
)
STALE_ANSWER = LintRule(
    "stale-answer",
    Severity.ERROR,
    "Answer with the message id of a request that is open.",
    "The module refuses an answer to an id that it never printed or has forgotten. "
    "Ids are void after a new login; take the one of the URC.",
    "LwM2M user manual for OneMO, 3.10 to 3.13",
)
LATE_ANSWER = LintRule(
    "late-answer",
    Severity.WARNING,
    "Answer READ, WRITE and EXECUTE within 5 s, OBSERVE and DISCOVER within 10 s.",
    "The platform sends the request again, and after some 25 s the application is told of a time-out.",
    "LwM2M user manual for OneMO and OneNET FAQ: 3 s recommended, 5 s in the sample; 10 s for OBSERVE",
)
MISSING_ANSWER = LintRule(
    "missing-answer",
    Severity.ERROR,
    "Answer every request; if it cannot be served, with an error.",
    "Without MIPL…RSP the request lies until the module's time-out, and the application gets time_out. "
    "Result 11 refuses anything.",
    "LwM2M user manual for OneMO, 3.10 to 3.13; OneNET training slides",
)
ANSWERED_TWICE = LintRule(
    "answered-twice",
    Severity.WARNING,
    "Answer each request once.",
    "The frame with flag 0 sends the answer; what comes after it with the same message id goes nowhere. "
    "Flags of several frames are 1, 2 … 2, 0.",
    "LwM2M user manual for OneMO, 3.10",
)
CREATE_TWICE = LintRule(
    "create-twice",
    Severity.WARNING,
    "Create a device only when there is none.",
    "There is one device; a second CREATE is refused. Remove the first with AT+MIPLDELETE=0.",
    "LwM2M user manual for OneMO, 6",
)
LOGIN_NOT_AWAITED = LintRule(
    "login-not-awaited",
    Severity.ERROR,
    "After the OK of AT+MIPLOPEN, wait for event 6.",
    "OK says only that the login began. Reports, updates and answers before event 6 are refused.",
    "LwM2M user manual for OneMO, 3.6 and 4",
)
NO_LOGIN = LintRule(
    "no-login",
    Severity.ERROR,
    "Report and update only after a login.",
    "Without AT+MIPLOPEN and its event 6 the command is refused.",
    "LwM2M user manual for OneMO, 6: error 602",
)
LOST_LOGIN_IGNORED = LintRule(
    "lost-login-ignored",
    Severity.ERROR,
    "Log in again once the login has ended.",
    "After events 9, 15 and 31, a restart, or a lifetime that is over, everything is refused until "
    "the host has gone from CREATE or OPEN to event 6 again.",
    "LwM2M user manual for OneMO, 4; OneNET FAQ",
)
LIFETIME_LAPSED = LintRule(
    "lifetime-lapsed",
    Severity.ERROR,
    "Update before the lifetime is over.",
    "The platform takes the device offline and forgets its subscriptions. Reports do not prolong the lifetime; "
    "only AT+MIPLUPDATE does, and OneMO modules say nothing when it ends.",
    "OneNET FAQ, question 23; OneNET training slides",
)
LATE_UPDATE = LintRule(
    "late-update",
    Severity.WARNING,
    f"Update {LEAST_MARGIN:g} s before the lifetime ends, of a short one a tenth of it.",
    "A message that is lost is repeated after seconds, and needs the time.",
    "LwM2M user manual for OneMO, AT+MIPLUPDATESET: it updates 30 s before; CIS SDK: at nine tenths",
)
CHANGED_LIFETIME = LintRule(
    "changed-lifetime",
    Severity.WARNING,
    "Ask for a lifetime that the module sends as it is.",
    "AT+MIPLUPDATE below 10 s becomes a day on OneMO modules, and something else on others: "
    "the platform then shows a dead device as online for that long.",
    "OneNET training slides; LwM2M user manual for OneMO, 3.7",
)
UNOBSERVED_REPORT = LintRule(
    "unobserved-report",
    Severity.ERROR,
    "Report only what the platform observes.",
    "Before the OBSERVE, or with an id of an earlier login, there is no token to report under: "
    "the report is refused or fails with event 25.",
    "OneNET FAQ, question 30; LwM2M user manual for OneMO, 3.9",
)
UNCONFIRMED_AFTER_SLEEP = LintRule(
    "unconfirmed-after-sleep",
    Severity.WARNING,
    "Give the first report after sleep an ackid, and wait for event 26.",
    "While the module slept its address may have expired and its login ended; OK says nothing of that.",
    "OneNET FAQ, question 25",
)
NEVER_CONFIRMED = LintRule(
    "never-confirmed",
    Severity.NOTE,
    "Give some reports an ackid.",
    "OK means that the module took the report, not that it arrived. Without an ackid the host learns of no loss.",
    "OneNET FAQ, question 25; LwM2M user manual for OneMO, 3.9",
)

RULES = (
    COMMAND_BEFORE_RESULT,
    UNKNOWN_COMMAND,
    NOT_BOOTED,
    NOT_WOKEN,
    POLLING,
    QUOTE_IN_VALUE,
    WRONG_LENGTH,
    STALE_ANSWER,
    LATE_ANSWER,
    MISSING_ANSWER,
    ANSWERED_TWICE,
    CREATE_TWICE,
    LOGIN_NOT_AWAITED,
    NO_LOGIN,
    LOST_LOGIN_IGNORED,
    LIFETIME_LAPSED,
    LATE_UPDATE,
    CHANGED_LIFETIME,
    UNOBSERVED_REPORT,
    UNCONFIRMED_AFTER_SLEEP,
    NEVER_CONFIRMED,
)
"""All rules, in the order of docs/lint.md."""


_HEAD = """\
# What `onenet-sim lint` looks for

Habits of a host (a driver, a firmware) that work on a forgiving module and fail on others. The linter reads the
journal of a run and nothing else. This page is made of its table: `make fidelity`.
"""


def rules_page() -> str:
    """Return docs/lint.md."""
    return "\n".join((_HEAD, *map(_section, RULES)))


def _section(rule: LintRule) -> str:
    return f"## {rule.id}\n\n**{rule.severity}**: {rule.title}\n\n{rule.reason}\n\nSource: {rule.source}.\n"
