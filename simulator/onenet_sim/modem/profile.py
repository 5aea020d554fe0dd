"""What makes one module differ from another: a typed table, filled from a TOML file.

Each row of a file says what holds, where that is known from and how sure it is. The classes here give the
rows their names and types; :mod:`onenet_sim.modem.profile_file` reads them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from onenet_sim.at import ErrorReport, Spacing  # noqa: TC001 - the loader looks the types of the rows up

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onenet_sim.modem.grammar import Grammar
    from onenet_sim.modem.login_habits import CoapHabits, Lifetimes
    from onenet_sim.modem.mipl_habits import FirmwareHabits, MiplHabits
    from onenet_sim.modem.radio_habits import RadioHabits, SleepHabits
    from onenet_sim.modem.request_habits import RequestHabits
    from onenet_sim.modem.socket_habits import SocketHabits


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

    def of(self, name: str, *, urc: bool) -> Spacing:
        """Return how a line of that name is spaced, as an answer or a URC."""
        match self.row_of(name, urc=urc):
            case "exceptions":
                return self.exceptions[name]
            case "cis_error":
                return self.cis_error
            case "general":
                return self.general
            case "urc":
                return self.urc
            case _:
                return self.answer

    def row_of(self, name: str, *, urc: bool) -> str:
        """Return the key of the row that spaces a line of that name, as an answer or a URC."""
        if name in self.exceptions:
            return "exceptions"
        if name == "+CIS ERROR":
            return "cis_error"
        if not name.startswith("+MIPL"):
            return "general"
        return "urc" if urc else "answer"


@dataclass(frozen=True, slots=True)
class Boot:
    """What the module prints when it starts, and how long a restart takes.

    Attributes:
        text: The lines after power-on or reset; where a line feed stands in one, no empty line follows.
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
        tells_band: ``AT+NUESTATS`` ends in a line with the band.
        cell_reports: The commands that tell of signal and cell in detail.
        registrations: The commands besides ``+CEREG`` that tell of the registration; they print no URC.
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
    tells_band: bool
    cell_reports: tuple[str, ...]
    registrations: tuple[str, ...]
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
    requests: RequestHabits
    firmware: FirmwareHabits
    grammar: Grammar
    lifetime: Lifetimes
    general: General
    sockets: SocketHabits
    errors: Mapping[str, int]
    error_names: Mapping[str, str]
    rows: Mapping[str, Row]
