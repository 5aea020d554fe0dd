"""The far end of a Telnet connection with COM-PORT-OPTION (RFC 854, 856, 1143, 2217), without any I/O.

Octets of the connection go into :meth:`ComPort.receive`; what the host meant comes out, in order, and what is to
be answered collects in :attr:`ComPort.answers`. Octets may be split anywhere.

A command of the host's is its code and a value; the answer is the code plus 100 and the value that holds now, the
old one when 0 asked for it or the new one is out of range. SUSPEND and RESUME have no answer: theirs would mean
that the host shall suspend.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum, auto
from typing import TypeAlias

IAC = b"\xff"
SIGNATURE = b"onenet-simulator"
_SUBNEGOTIATION_MAXIMUM = 256
"""Octets of a subnegotiation that are kept; of a longer one the rest is dropped."""

_BAUD_OCTETS = 4
_FIRST_RATE = 9600
"""What a host that asks for the baud rate before it set one is told."""

_ANSWER = 100
_LINE_IDLE = 0x60
"""NOTIFY-LINESTATE: both transmit registers are empty."""


class Telnet(IntEnum):
    """Telnet commands (RFC 854)."""

    SE = 240
    BREAK = 243
    SB = 250
    WILL = 251
    WONT = 252
    DO = 253
    DONT = 254
    IAC = 255


class Option(IntEnum):
    """The Telnet options that are spoken here."""

    BINARY = 0
    ECHO = 1
    SUPPRESS_GO_AHEAD = 3
    COM_PORT = 44


class Command(IntEnum):
    """What a host can ask of the port (RFC 2217)."""

    SIGNATURE = 0
    SET_BAUDRATE = 1
    SET_DATASIZE = 2
    SET_PARITY = 3
    SET_STOPSIZE = 4
    SET_CONTROL = 5
    NOTIFY_LINESTATE = 6
    NOTIFY_MODEMSTATE = 7
    FLOWCONTROL_SUSPEND = 8
    FLOWCONTROL_RESUME = 9
    SET_LINESTATE_MASK = 10
    SET_MODEMSTATE_MASK = 11
    PURGE_DATA = 12


class ModemState(IntEnum):
    """The lines that the modem drives, as NOTIFY-MODEMSTATE tells them."""

    CTS = 16
    DSR = 32
    RI = 64
    CD = 128


READY = ModemState.CTS | ModemState.DSR
"""What a module drives that is there: it neither rings nor carries a call."""


@dataclass(frozen=True, slots=True)
class Octets:
    """Octets for the module."""

    octets: bytes


@dataclass(frozen=True, slots=True)
class Setting:
    """The host set something about the line: ``baud rate``, ``data bits``, ``DTR``, … to ``state``."""

    what: str
    state: str


@dataclass(frozen=True, slots=True)
class Purge:
    """The host wants nothing of what still waits for it."""


Said: TypeAlias = "Octets | Setting | Purge"

_COMMANDS = frozenset(Command)
_OURS = frozenset(Option)
_THEIRS = frozenset({Option.BINARY, Option.SUPPRESS_GO_AHEAD, Option.COM_PORT})
_OFFERED = ((Telnet.WILL, Option.BINARY), (Telnet.DO, Option.BINARY), (Telnet.DO, Option.COM_PORT))

_PARITY = {1: "none", 2: "odd", 3: "even", 4: "mark", 5: "space"}
_NAMED: dict[Command, tuple[str, dict[int, str]]] = {
    Command.SET_DATASIZE: ("data bits", {5: "5", 6: "6", 7: "7", 8: "8"}),
    Command.SET_PARITY: ("parity", _PARITY),
    Command.SET_STOPSIZE: ("stop bits", {1: "1", 2: "2", 3: "1.5"}),
}
"""For the commands with one octet: what they set, and the values with their meaning."""

_CONTROL: dict[str, tuple[int, dict[int, str]]] = {
    "flow control": (0, {1: "none", 2: "XON/XOFF", 3: "RTS/CTS", 17: "DCD", 19: "DSR"}),
    "BREAK": (4, {5: "on", 6: "off"}),
    "DTR": (7, {8: "on", 9: "off"}),
    "RTS": (10, {11: "on", 12: "off"}),
    "inbound flow control": (13, {14: "none", 15: "XON/XOFF", 16: "RTS/CTS", 18: "DTR"}),
}
"""For SET-CONTROL: the value that asks for the present one, and the values that set it."""


class _Awaits(Enum):
    """What the next octet of the connection is."""

    OCTET = auto()
    COMMAND = auto()
    OPTION = auto()
    PARAMETER = auto()
    PARAMETER_COMMAND = auto()


@dataclass(slots=True)
class _Side:
    """Whether an option is on at one side, and whether we asked for it and still wait (RFC 1143)."""

    on: bool = False
    asked: bool = False


def encode(octets: bytes) -> bytes:
    """Return octets as they go over the connection: one that looks like a Telnet command is doubled."""
    return octets.replace(IAC, IAC + IAC)


def cut_escape(waiting: bytes) -> bytes:
    """Return what of encoded octets must go out before anything else: the second half of a doubled octet."""
    return IAC[: (len(waiting) - len(waiting.lstrip(IAC))) % 2]


class ComPort:
    """One host's connection.

    Attributes:
        answers: Octets to be sent to the host; the owner takes them.
        rate: The baud rate that the host has set, or None.
        suspended: The host wants no octets of the module until it says so.
    """

    def __init__(self) -> None:
        """Begin, with what we offer in :attr:`answers`."""
        self.answers = bytearray()
        self.rate: int | None = None
        self.suspended = False
        self._awaits = _Awaits.OCTET
        self._verb = Telnet.DONT
        self._parameter = bytearray()
        self._after_cr = False
        self._ours: dict[int, _Side] = {option: _Side() for option in _OURS}
        self._theirs: dict[int, _Side] = {option: _Side() for option in _THEIRS}
        self._values = {Command.SET_DATASIZE: 8, Command.SET_PARITY: 1, Command.SET_STOPSIZE: 1}
        self._controls = {"flow control": 1, "BREAK": 6, "DTR": 9, "RTS": 12, "inbound flow control": 14}
        for verb, option in _OFFERED:
            (self._ours if verb is Telnet.WILL else self._theirs)[option].asked = True
            self._negotiate(verb, option)

    def receive(self, octets: bytes) -> list[Said]:
        """Take octets of the connection; return what the host said."""
        if self._awaits is _Awaits.OCTET and IAC not in octets and b"\0" not in octets:
            self._after_cr = octets.endswith(b"\r")
            return [Octets(octets)] if octets else []
        said: list[Said] = []
        plain = bytearray()
        for octet in octets:
            if self._awaits is _Awaits.OCTET and octet != Telnet.IAC:
                self._plain(octet, plain)
                continue
            heard = self._control_octet(octet, plain)
            if heard:
                if plain:
                    said.append(Octets(bytes(plain)))
                    plain.clear()
                said += heard
        if plain:
            said.append(Octets(bytes(plain)))
        return said

    def _plain(self, octet: int, plain: bytearray) -> None:
        """Take an octet for the module; outside of BINARY a CR may be followed by a NUL that means nothing."""
        padding = self._after_cr and octet == 0 and not self._theirs[Option.BINARY].on
        self._after_cr = octet == ord("\r")
        if not padding:
            plain.append(octet)

    def _control_octet(self, octet: int, plain: bytearray) -> list[Said]:
        """Take an octet that is no plain one; return what it completes."""
        match self._awaits:
            case _Awaits.OCTET:
                self._awaits = _Awaits.COMMAND
            case _Awaits.COMMAND:
                return self._telnet_command(octet, plain)
            case _Awaits.OPTION:
                self._awaits = _Awaits.OCTET
                self._option(octet)
            case _Awaits.PARAMETER if octet == Telnet.IAC:
                self._awaits = _Awaits.PARAMETER_COMMAND
            case _Awaits.PARAMETER:
                self._keep(octet)
            case _Awaits.PARAMETER_COMMAND if octet == Telnet.IAC:
                self._awaits = _Awaits.PARAMETER
                self._keep(octet)
            case _Awaits.PARAMETER_COMMAND:
                self._awaits = _Awaits.OCTET
                return self._subnegotiation(bytes(self._parameter)) if octet == Telnet.SE else []
        return []

    def _keep(self, octet: int) -> None:
        if len(self._parameter) < _SUBNEGOTIATION_MAXIMUM:
            self._parameter.append(octet)

    def _telnet_command(self, octet: int, plain: bytearray) -> list[Said]:
        self._awaits = _Awaits.OCTET
        match octet:
            case Telnet.IAC:
                self._plain(octet, plain)
            case Telnet.SB:
                self._parameter.clear()
                self._awaits = _Awaits.PARAMETER
            case Telnet.WILL | Telnet.WONT | Telnet.DO | Telnet.DONT:
                self._verb = Telnet(octet)
                self._awaits = _Awaits.OPTION
            case Telnet.BREAK:
                return [Setting("BREAK", "on"), Setting("BREAK", "off")]
            case _:
                pass
        return []

    # --- options ----------------------------------------------------------------------------------

    def _option(self, option: int) -> None:
        """Agree to the options that are spoken here, refuse others; answer only what is not an answer itself."""
        ours = self._verb in {Telnet.DO, Telnet.DONT}
        wanted = self._verb in {Telnet.DO, Telnet.WILL}
        side = (self._ours if ours else self._theirs).get(option)
        if side is None:
            if wanted:
                self._negotiate(Telnet.WONT if ours else Telnet.DONT, option)
            return
        if side.on != wanted and not side.asked:
            agreed = (Telnet.WILL, Telnet.WONT) if ours else (Telnet.DO, Telnet.DONT)
            self._negotiate(agreed[0] if wanted else agreed[1], option)
        begins = wanted and not side.on and option == Option.COM_PORT
        side.on, side.asked = wanted, False
        if begins:
            self._notify_modem_state()

    def _negotiate(self, verb: Telnet, option: int) -> None:
        self.answers += bytes((Telnet.IAC, verb, option))

    # --- COM-PORT-OPTION --------------------------------------------------------------------------

    def _subnegotiation(self, parameter: bytes) -> list[Said]:
        """Do what a command says, and answer it; a command or an option that is unknown is ignored."""
        if len(parameter) <= 1 or parameter[0] != Option.COM_PORT or parameter[1] not in _COMMANDS:
            return []
        command, value = Command(parameter[1]), parameter[2:]
        match command:
            case Command.SET_BAUDRATE:
                return self._set_rate(value)
            case Command.SET_DATASIZE | Command.SET_PARITY | Command.SET_STOPSIZE:
                return self._set_named(command, value)
            case Command.SET_CONTROL:
                return self._set_control(value)
            case Command.PURGE_DATA:
                self._answer(command, value[:1])
                return [Purge()] if value[:1] in {b"\x01", b"\x03"} else []
            case _:
                self._tell(command, value)
                return []

    def _tell(self, command: Command, value: bytes) -> None:
        """Answer a command that sets nothing about the line."""
        match command:
            case Command.SIGNATURE if not value:
                self._answer(command, SIGNATURE)
            case Command.NOTIFY_LINESTATE:
                self._answer(command, bytes((_LINE_IDLE,)))
            case Command.NOTIFY_MODEMSTATE:
                self._notify_modem_state()
            case Command.FLOWCONTROL_SUSPEND | Command.FLOWCONTROL_RESUME:
                self.suspended = command is Command.FLOWCONTROL_SUSPEND
            case Command.SET_LINESTATE_MASK:
                self._answer(command, value[:1])
            case Command.SET_MODEMSTATE_MASK:
                self._answer(command, value[:1])
                if any(value):
                    self._notify_modem_state()
            case _:
                pass

    def _answer(self, command: Command, value: bytes) -> None:
        code = bytes((Option.COM_PORT, command + _ANSWER))
        self.answers += bytes((Telnet.IAC, Telnet.SB)) + encode(code + value)
        self.answers += bytes((Telnet.IAC, Telnet.SE))

    def _notify_modem_state(self) -> None:
        self._answer(Command.NOTIFY_MODEMSTATE, bytes((READY,)))

    def _set_rate(self, value: bytes) -> list[Said]:
        wanted = int.from_bytes(value, "big") if len(value) == _BAUD_OCTETS else 0
        before = self.rate
        self.rate = wanted or before
        self._answer(Command.SET_BAUDRATE, (self.rate or _FIRST_RATE).to_bytes(_BAUD_OCTETS, "big"))
        return [] if self.rate in {None, before} else [Setting("baud rate", str(self.rate))]

    def _set_named(self, command: Command, value: bytes) -> list[Said]:
        what, states = _NAMED[command]
        wanted = int.from_bytes(value[:1], "big")
        before = self._values[command]
        if wanted in states:
            self._values[command] = wanted
        now = self._values[command]
        self._answer(command, bytes((now,)))
        return [] if now == before else [Setting(what, states[now])]

    def _set_control(self, value: bytes) -> list[Said]:
        wanted = int.from_bytes(value[:1], "big")
        for what, (query, states) in _CONTROL.items():
            if wanted == query or wanted in states:
                before = self._controls[what]
                now = before if wanted == query else wanted
                self._controls[what] = now
                self._answer(Command.SET_CONTROL, bytes((now,)))
                return [] if now == before else [Setting(what, states[now])]
        return []
