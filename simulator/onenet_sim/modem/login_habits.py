"""How the module logs in, stays logged in and speaks CoAP: rows of a profile."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ConfirmableReport(StrEnum):
    """What a module does about a confirmable report that nobody acknowledges."""

    RETRANSMITTED = "retransmitted"
    """It sends it again, as any confirmable message; without a good answer event 25 follows."""
    SENT_ONCE = "sent once"
    """Nothing: only an acknowledgement has an event, 26."""


@dataclass(frozen=True, slots=True)
class CoapHabits:
    """The module's CoAP client.

    Attributes:
        ack_timeout: Seconds to the first retransmission; it doubles, without a random factor.
        retransmissions: How often an unanswered message is sent again.
        unauthorized_waits: A 4.01 is no answer to a request: it is sent again as if nothing had come.
        query: The order of the registration's queries.
        lists_security: Object 0 stands in the registration's link list.
        sorts_objects: The link list is sorted by object id, not by the order of ADDOBJ.
        authorizes: The messages that carry option 63 when there is an auth code.
        answer_window: Seconds in which the host may answer a request.
        observe_window: The same for an OBSERVE.
        bootstrap_wait: Seconds in which the bootstrap server must finish.
        connect_retry: Seconds from a failed bootstrap to the next attempt.
        register_retry: Seconds from a failed registration to the next attempt.
        defers_update: An update waits while another confirmable message of the module is unanswered.
        login_attempts: How often a login is tried; 0 is for ever.
        confirmable_report: What becomes of a confirmable report that nobody acknowledges.
        reports_queued: How many confirmable reports may be unacknowledged; 0 is any number.
        report_maximum: Octets that one report or answer may carry; a longer one is refused.
        packet_maximum: Octets of the longest report or answer that goes out as a datagram; a longer one is dropped
            with event 33. 0 is any.
    """

    ack_timeout: float
    retransmissions: int
    unauthorized_waits: bool
    query: tuple[str, ...]
    lists_security: bool
    sorts_objects: bool
    authorizes: tuple[str, ...]
    answer_window: float
    observe_window: float
    bootstrap_wait: float
    connect_retry: float
    register_retry: float
    defers_update: bool
    login_attempts: int
    confirmable_report: ConfirmableReport
    reports_queued: int
    report_maximum: int
    block: int
    write_maximum: int
    packet_maximum: int


class Expiry(StrEnum):
    """What a module does when its lifetime is over."""

    SILENT = "silent"
    """It leaves the platform and prints nothing."""
    EVENTS = "events"
    """It warns with event 14, then prints 9 and 15."""


class OwnUpdate(StrEnum):
    """When a module sends an update that its host did not ask for."""

    NEVER = "never"
    """Only if ``AT+MIPLUPDATESET`` has asked for it."""
    NINE_TENTHS = "at nine tenths"
    """When 0.9 of the lifetime has passed."""
    STEPWISE = "stepwise"
    """At half of a short lifetime, later and later in a longer one."""


class ShortWarning(StrEnum):
    """How long before the end of a short lifetime ``t`` event 14 comes; ``w`` is 46.5 ack time-outs."""

    CURVE = "curve"
    """``t * (1 - t / (1.5 * w))`` seconds."""
    HALF = "half"
    """``t / 2`` seconds."""


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """The rules about lifetimes, in seconds.

    Attributes:
        open_minimum: The least that OPEN takes.
        open_replacement: What OPEN makes of 0; with 0 it refuses it as it does what else is below the least.
        maximum: The most that OPEN and UPDATE take.
        update_floor: A value below this in UPDATE is replaced.
        update_replacement: What replaces it; 0 is the lifetime in force.
        update_ceiling: A value from this on in UPDATE is replaced too; 0 is none.
        update_minimum: The least other value that UPDATE takes.
        own_update: When the module updates by itself.
        short_warning: When event 14 comes in a lifetime of at most 46.5 ack time-outs, if it comes at all.
        expiry: What the module does at the end.
    """

    open_minimum: int
    open_replacement: int
    maximum: int
    update_floor: int
    update_replacement: int
    update_ceiling: int
    update_minimum: int
    own_update: OwnUpdate
    short_warning: ShortWarning
    expiry: Expiry
