"""What makes one module differ from another: a typed table, filled from a TOML file.

Each row of a file says what holds, where that is known from and how sure it is. The classes here give the
rows their names and types; :mod:`onenet_sim.modem.profile_file` reads them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from onenet_sim.at import ErrorReport, Spacing  # noqa: TC001 - the loader looks the types of the rows up
from onenet_sim.modem.socket_habits import SocketHabits  # noqa: TC001 - as above

if TYPE_CHECKING:
    from collections.abc import Mapping


class Family(StrEnum):
    """The grammar of the MIPL commands."""

    ONEMO = "O"
    """China Mobile IoT's own stack: the module answers OBSERVE and DISCOVER from a preset list."""
    CIS = "C"
    """The CIS SDK: the host answers them."""
    LEGACY = "L"
    """The first M5310 firmware of 2017: the module answers them from what NOTIFY has declared."""


class Basis(StrEnum):
    """How a row is known."""

    DOC = "doc"
    """Printed in a manual."""
    CODE = "code"
    """Read in the source of firmware or of a driver that works with the real module."""
    LOG = "log"
    """Seen in a captured session."""
    INFERRED = "inferred"
    """Our judgement."""


class Expiry(StrEnum):
    """What a module does when its lifetime is over."""

    SILENT = "silent"
    """It leaves the platform and prints nothing."""
    EVENTS = "events"
    """It warns with event 14, then prints 9 and 15."""


class ConfirmableReport(StrEnum):
    """What a module does about a confirmable report that nobody acknowledges."""

    RETRANSMITTED = "retransmitted"
    """It sends it again, as any confirmable message; without a good answer event 25 follows."""
    SENT_ONCE = "sent once"
    """Nothing: only an acknowledgement has an event, 26."""


class FailedUpdate(StrEnum):
    """What a module does after a refused or unanswered update, besides its event 12 or 13."""

    STAY = "stay"
    """It stays logged in until the lifetime ends."""
    LOG_IN_AGAIN = "log in again"
    """It forgets the login and begins anew, by bootstrap if it logged in so."""
    DEREGISTER = "deregister"
    """It de-registers, prints event 15 and stops."""


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


class SleepingLine(StrEnum):
    """What becomes of the serial line in power saving mode."""

    ALIVE = "alive"
    """It works as ever."""
    WAKES = "wakes"
    """It is off until the host says something: so a host without the wake-up pin, as on a PTY, gets on."""
    DEAD = "dead"
    """It is off, and what the host says is lost; the wake-up pin and the reset key wake it."""


class SleepReport(StrEnum):
    """What a command such as ``AT+NPSMR=1`` lets the module print."""

    ENTER = "enter"
    """That it goes to sleep."""
    LEAVE = "leave"
    """That it is awake again."""


class FirmwareUpdate(StrEnum):
    """Who serves object 5."""

    MODULE = "module"
    """The module, for its own firmware."""
    NONE = "none"
    """The host, if it has sent ``AT+MIPLSOTAVER``, for its own software; else nobody: 4.04."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row as its file has it.

    Attributes:
        value: What holds.
        source: A key of ``sources.toml``, perhaps with a section behind it.
        basis: How sure that is.
    """

    value: object
    source: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class Label:
    """What the module says of itself (``ATI``, ``AT+CGMI``, ``AT+CGMM``, ``AT+CGMR``)."""

    manufacturer: str
    model: str
    revision: str


@dataclass(frozen=True, slots=True)
class SerialLine:
    """The serial line after boot.

    Attributes:
        echo: It repeats what the host writes.
        error_report: How much an error says.
        error_report_maximum: The most that ``AT+CMEE`` takes.
        maximum: The bound of a command line, in characters.
        escapes: A backslash escapes a quote within a quoted value.
        baud: The rate at which the module leaves its factory.
    """

    echo: bool
    error_report: ErrorReport
    error_report_maximum: ErrorReport
    maximum: int
    escapes: bool
    baud: int


@dataclass(frozen=True, slots=True)
class Blanks:
    """Where the module prints blanks: in MIPL answers, MIPL URCs, other lines, and errors.

    ``exceptions`` names lines that differ from the others of their kind.
    """

    answer: Spacing
    urc: Spacing
    general: Spacing
    cis_error: Spacing
    exceptions: Mapping[str, Spacing]


@dataclass(frozen=True, slots=True)
class Boot:
    """What the module prints when it starts, and how long a restart takes.

    Attributes:
        text: The lines after power-on or reset.
        restart_text: The lines after a restart by command.
        network_text: The lines when the network is found; ``{address}`` stands for the module's address.
        seconds: From reset to the first line.
        restarts: The restart commands, and how each answers: ``ok`` or ``silent``, and what it announces.
    """

    text: tuple[str, ...]
    restart_text: tuple[str, ...]
    network_text: tuple[str, ...]
    seconds: float
    restarts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RadioHabits:
    """How the module and its network find each other.

    Attributes:
        search: Seconds from switching the radio on to registration, at field pace.
        search_at_boot: The same from the boot text on.
        inactivity: Seconds from the last datagram to the end of the connection.
        cell_in_answer: The least level of ``AT+CEREG=`` at which ``AT+CEREG?`` names area and cell.
        cell_in_urc: The same for the URC.
    """

    search: float
    search_at_boot: float
    inactivity: float
    cell_in_answer: int
    cell_in_urc: int


@dataclass(frozen=True, slots=True)
class SleepHabits:
    """What the module does in power saving mode.

    Attributes:
        line: What becomes of the serial line.
        enter_text: What it prints on going to sleep; empty is nothing.
        leave_text: What it prints on waking; likewise.
        reports: The commands that switch these on, and which each does; without any they are always on.
        locks: The commands that forbid and permit a dead line, each with the argument for either.
        enter_commands: The commands that send the module to sleep at once.
        wakes_with_event: After a deep sleep event 4 tells that the login goes on, if the module prints it.
        objects_kept: How many objects outlive a deep sleep; 0 is all.
        update_share: The share of its lifetime after which it wakes from deep sleep to update; 0 is never.
    """

    line: SleepingLine
    enter_text: str
    leave_text: str
    reports: Mapping[str, tuple[SleepReport, ...]]
    locks: Mapping[str, tuple[str, ...]]
    enter_commands: tuple[str, ...]
    wakes_with_event: bool
    objects_kept: int
    update_share: float


@dataclass(frozen=True, slots=True)
class PaceTable:
    """The least time between two writes of the module, in seconds, at field pace.

    Attributes:
        first_event: From OPEN's OK to the first event.
        event: From one event to the next.
        first_request: From an event to the first request of the platform.
        urc: From any unsolicited line to the next.
        after_result: From a final result to an unsolicited line.
    """

    first_event: float
    event: float
    first_request: float
    urc: float
    after_result: float


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
        bootstrap_wait: Seconds in which the bootstrap server must finish.
        connect_retry: Seconds from a failed bootstrap to the next attempt.
        register_retry: Seconds from a failed registration to the next attempt.
        login_attempts: How often a login is tried; 0 is for ever.
        confirmable_report: What becomes of a confirmable report that nobody acknowledges.
        reports_queued: How many confirmable reports may be unacknowledged; 0 is any number.
        report_maximum: Octets that one report or answer may carry.
    """

    ack_timeout: float
    retransmissions: int
    unauthorized_waits: bool
    query: tuple[str, ...]
    lists_security: bool
    sorts_objects: bool
    authorizes: tuple[str, ...]
    answer_window: float
    bootstrap_wait: float
    connect_retry: float
    register_retry: float
    login_attempts: int
    confirmable_report: ConfirmableReport
    reports_queued: int
    report_maximum: int


@dataclass(frozen=True, slots=True)
class MiplHabits:
    """How the MIPL commands behave beyond their grammar.

    Attributes:
        version: What ``AT+MIPLVER?`` says.
        events: The events that are printed.
        deletion: What DELETE does while logged in.
        standard_objects: Who answers for object 3.
        answers_observe: The module answers OBSERVE by itself; the URC is printed all the same.
        observe_carries_values: That answer carries the values that the host has reported before.
        answers_discover: The same for DISCOVER.
        answers_parameter: The same for write-attributes.
        register_timeout_events: The events after an unanswered registration, which ends the login.
        failed_update: What the module does after a refused or unanswered update.
        counts_observes: The message id of an OBSERVE is ``counter << 16 | CoAP id``.
        counts_attributes: ADDOBJ's attribute count shapes the TLV of reports.
        reports_by_path: A report finds its observe by path; else by the OBSERVE's message id.
        bitmap_from_right: The rightmost digit of ADDOBJ's bitmap is instance 0; else the leftmost.
        updates_after_login: Once every object was discovered the module sends an update by itself.
        short_executersp: ``AT+MIPLEXEUTERSP``, without its C, is taken too.
        creates_by_code: CREATE takes a register code; without it there is only the exec form.
        config_modes: The modes that ``AT+MIPLCONFIG`` takes; without any there is no such command.
        extensions: The commands that the module has beyond those of its family.
        default_host: Where the exec form of CREATE goes (always by bootstrap).
        default_timeout: Seconds, when OPEN gives no time-out.
    """

    version: str
    events: tuple[int, ...]
    deletion: Deletion
    standard_objects: StandardObjects
    answers_observe: bool
    observe_carries_values: bool
    answers_discover: bool
    answers_parameter: bool
    register_timeout_events: tuple[int, ...]
    failed_update: FailedUpdate
    counts_observes: bool
    counts_attributes: bool
    reports_by_path: bool
    bitmap_from_right: bool
    updates_after_login: bool
    short_executersp: bool
    creates_by_code: bool
    config_modes: tuple[int, ...]
    extensions: tuple[str, ...]
    default_host: str
    default_timeout: int


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


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """The rules about lifetimes, in seconds.

    Attributes:
        open_minimum: The least that OPEN takes.
        maximum: The most that OPEN and UPDATE take.
        update_floor: A value below this in UPDATE is replaced.
        update_replacement: What replaces it; 0 is the lifetime in force.
        update_minimum: The least other value that UPDATE takes.
        own_update: When the module updates by itself.
        short_warning: When event 14 comes in a lifetime of at most 46.5 ack time-outs, if it comes at all.
        expiry: What the module does at the end.
    """

    open_minimum: int
    maximum: int
    update_floor: int
    update_replacement: int
    update_minimum: int
    own_update: OwnUpdate
    short_warning: ShortWarning
    expiry: Expiry


@dataclass(frozen=True, slots=True)
class General:
    """Shapes of 3GPP and vendor answers that differ between modules.

    Attributes:
        iccid: The commands that print the ICCID, and the name each prints: empty for a bare number.
        imei_bare: Commands that print the bare IMEI.
        cid: The context of the address.
        quotes_address: The address of ``AT+CGPADDR`` stands in quotes.
        quotes_cell: The area and cell of ``AT+CEREG`` stand in quotes.
        access_technology: The last field of ``AT+CEREG=2``.
        access_point: The name of the access point in that context until the host gives another.
        clock: The shape of ``AT+CCLK?``: strftime codes, ``%Q`` for the zone in quarters of an hour.
        cell_reports: The commands that tell of signal and cell in detail.
        remembered: Settings that only have to be kept: the command, and what it reads until it is set.
        canned: Answers that never change: the call (``+NCDP?``, ``+NPSMR=``, ``+X``) and its lines.
    """

    iccid: Mapping[str, str]
    imei_bare: tuple[str, ...]
    cid: int
    quotes_address: bool
    quotes_cell: bool
    access_technology: int
    access_point: str
    clock: str
    cell_reports: tuple[str, ...]
    remembered: Mapping[str, str]
    canned: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Profile:
    """One module, complete.

    Attributes:
        name: What ``--profile`` takes.
        title: For people.
        errors: The number of ``+CIS ERROR`` for each :class:`~onenet_sim.modem.codes.Situation`.
        error_names: What each number means, for ``AT+CMEE=2``.
        rows: Every row as its file has it, by ``section.key``, with its source.
    """

    name: str
    title: str
    family: Family
    label: Label
    line: SerialLine
    blanks: Blanks
    boot: Boot
    pace: PaceTable
    radio: RadioHabits
    sleep: SleepHabits
    coap: CoapHabits
    mipl: MiplHabits
    firmware: FirmwareHabits
    lifetime: Lifetimes
    general: General
    sockets: SocketHabits
    errors: Mapping[str, int]
    error_names: Mapping[str, str]
    rows: Mapping[str, Row]
