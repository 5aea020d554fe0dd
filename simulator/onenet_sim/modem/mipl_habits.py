"""How the MIPL commands behave beyond their grammar, and who serves firmware: rows of a profile."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FailedUpdate(StrEnum):
    """What a module does after a refused or unanswered update, besides its event 12 or 13."""

    STAY = "stay"
    """It stays logged in until the lifetime ends."""
    LOG_IN_AGAIN = "log in again"
    """It forgets the login and begins anew, by bootstrap if it logged in so."""
    DEREGISTER = "deregister"
    """It de-registers, prints event 15 and stops."""


class Deletion(StrEnum):
    """What ``AT+MIPLDELETE`` does while the module is logged in."""

    SILENT = "silent"
    """It closes the socket without a word to anybody."""
    DEREGISTER = "deregister"
    """It de-registers first and prints event 15 before the OK."""


class StandardObjects(StrEnum):
    """Who answers a platform's request to object 3."""

    MODULE = "module"
    """The module, and it prints the request."""
    MODULE_SILENTLY = "module silently"
    """The module, and it prints nothing."""
    REFUSED = "refused"
    """Nobody: 4.04."""


class Suite(StrEnum):
    """A cipher suite of DTLS, by IANA's name."""

    CCM_8 = "TLS_PSK_WITH_AES_128_CCM_8"
    CBC = "TLS_PSK_WITH_AES_128_CBC_SHA256"


@dataclass(frozen=True, slots=True)
class MiplHabits:
    """How the MIPL commands behave beyond their grammar.

    Attributes:
        version: What ``AT+MIPLVER?`` says.
        events: The events that are printed.
        deletion: What DELETE does while logged in.
        standard_objects: Who answers for object 3.
        unobservable: The objects whose OBSERVE it answers with 4.05, whoever serves them.
        answers_observe: The module answers OBSERVE by itself; the URC is printed all the same.
        observe_carries_values: That answer carries the values that the host has reported before.
        answers_discover: The same for DISCOVER.
        answers_parameter: The same for write-attributes.
        register_timeout_events: The events after an unanswered registration.
        retries_unanswered: Such a registration is tried again, as a refused one is; else it ends the login.
        failed_update: What the module does after a refused or unanswered update.
        tells_reports: Event 26 follows a report without an ackid too, as soon as it is sent.
        counts_observes: The message id of an OBSERVE is ``counter << 16 | CoAP id``.
        counts_attributes: ADDOBJ's attribute count shapes the TLV of reports.
        counts_discovered: DISCOVERRSP of more resources than ADDOBJ counted fails with event 20.
        reports_by_path: A report finds its observe by path; else by the OBSERVE's message id.
        declares_before_login: Before OPEN, NOTIFY is OK and declares its resource, as DISCOVERRSP does.
        bitmap_from_right: The rightmost digit of ADDOBJ's bitmap is instance 0; else the leftmost.
        updates_after_login: Once every object was discovered the module sends an update by itself.
        short_executersp: ``AT+MIPLEXEUTERSP``, without its C, is taken too.
        short_delete: ``AT+MIPLDEL``, DELETE's name in the first M5310 firmware, is taken too.
        creates_by_code: CREATE takes a register code; without it there is only the exec form.
        stores_code: CREATE's register code is kept for the exec form.
        deletes_fragments: Without a device DELETE is OK, once, while a register code lacks its last fragment.
        creates_late: CREATE answers OK at once; its reference, or FAIL without a network, follows by itself.
        tells_sendings: ``AT+MIPLNMI`` can switch ``+MIPLNSMI`` on.
        config_modes: The modes that ``AT+MIPLCONFIG`` takes; without any there is no such command.
        config_together: All of it stands in one line: whether writes are buffered (the mode), the write format,
            the server and whether the module updates by itself.
        config_prints_switch: Its read form prints a 1 before the auth code and the PSK that are set.
        extensions: The commands that the module has beyond those of its family.
        dtls_suites: What the module offers in a DTLS handshake; without any it has no DTLS.
        default_host: Where the exec form of CREATE goes (always by bootstrap).
        default_timeout: Seconds, when OPEN gives no time-out.
    """

    version: str
    events: tuple[int, ...]
    deletion: Deletion
    standard_objects: StandardObjects
    unobservable: tuple[int, ...]
    answers_observe: bool
    observe_carries_values: bool
    answers_discover: bool
    answers_parameter: bool
    register_timeout_events: tuple[int, ...]
    retries_unanswered: bool
    failed_update: FailedUpdate
    tells_reports: bool
    counts_observes: bool
    counts_attributes: bool
    counts_discovered: bool
    reports_by_path: bool
    declares_before_login: bool
    bitmap_from_right: bool
    updates_after_login: bool
    short_executersp: bool
    short_delete: bool
    creates_by_code: bool
    stores_code: bool
    deletes_fragments: bool
    creates_late: bool
    tells_sendings: bool
    config_modes: tuple[int, ...]
    config_together: bool
    config_prints_switch: bool
    extensions: tuple[str, ...]
    dtls_suites: tuple[Suite, ...]
    default_host: str
    default_timeout: int


class FirmwareUpdate(StrEnum):
    """Who serves object 5."""

    MODULE = "module"
    """The module, for its own firmware."""
    NONE = "none"
    """The host, if it has sent ``AT+MIPLSOTAVER``, for its own software; else nobody: 4.04."""


@dataclass(frozen=True, slots=True)
class FirmwareHabits:
    """How the module updates its firmware over the air.

    Attributes:
        update: Who serves object 5.
        block: The largest block of a download, in octets; the platform is asked for no larger ones.
        image_maximum: The largest image, in octets.
        update_seconds: From event 43 to the restart.
    """

    update: FirmwareUpdate
    block: int
    image_maximum: int
    update_seconds: float
