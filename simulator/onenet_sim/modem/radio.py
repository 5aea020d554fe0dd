"""The module's radio: whether it is on, registered and connected, and what it tells of that.

Source: 3GPP TS 27.007, 7.2 and 10.1.22; TS 36.331 for the signalling connection.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from onenet_sim.at import Field, Fields, Quoted, fields
from onenet_sim.journal import RadioChanged
from onenet_sim.modem.output import Pace

if TYPE_CHECKING:
    from onenet_sim.modem.module import Module
    from onenet_sim.modem.reception import Reception
    from onenet_sim.modem.timers import Timer

AREA = "5A21"
CELL = "085B0F15"
HOME_NETWORKS = ("46000", "46002", "46004", "46007", "46008")
"""China Mobile's networks; the first is what the module shows."""

_FULL = 1
_MANUAL, _DEREGISTER = 1, 2
_SHOWS_POWER_SAVING = 4
_UPLINK_MILLISECONDS = 100


class RegistrationStatus(IntEnum):
    """``<stat>`` of ``+CEREG`` (3GPP TS 27.007, 10.1.22)."""

    NOT_REGISTERED = 0
    HOME = 1
    SEARCHING = 2
    ROAMING = 5


class Radio:
    """The state behind the network commands.

    Attributes:
        functionality: What ``AT+CFUN=`` was set to; 1 is full functionality.
        attached: Packet service is wanted (``AT+CGATT``).
        reception: What the air gives.
        cell: The serving cell's identity, eight hexadecimal digits.
        status: Where the registration stands.
        connected: The signalling connection is up (``+CSCON``).
        cereg: What ``AT+CEREG=`` was set to.
        cscon: What ``AT+CSCON=`` was set to.
        levels: What the other commands about the registration were set to, by name.
        sending: Milliseconds of sending since boot, at 100 ms a datagram.
        listening: Milliseconds since boot for which a connection was up, those of the present one left out.
    """

    def __init__(self, module: Module, reception: Reception) -> None:
        self._module = module
        self.functionality = _FULL
        self.attached = True
        self.reception = reception
        self.cell = CELL
        self.status = RegistrationStatus.NOT_REGISTERED
        self.connected = False
        self.cereg = 0
        self.cscon = 0
        self.levels: dict[str, int] = {}
        self.sending = 0
        self.listening = 0
        self._selection, self._network = 0, ""
        self._connected_since = 0.0
        self._search: Timer | None = None
        self._idle: Timer | None = None

    @property
    def usable(self) -> bool:
        """Whether datagrams can be sent: the module is registered."""
        return self.status in {RegistrationStatus.HOME, RegistrationStatus.ROAMING}

    @property
    def selection(self) -> int:
        """``<mode>`` of ``AT+COPS``: 0 automatic, 1 a given network, 2 none, 4 the given one, then automatic."""
        return self._selection

    @property
    def why_unusable(self) -> str:
        """Why datagrams cannot be sent, for the journal."""
        if self.functionality != _FULL:
            return f"the radio is off (AT+CFUN={self.functionality})"
        if not self.attached:
            return "the module is detached (AT+CGATT=0)"
        if self._selection == _DEREGISTER:
            return "the module was told to leave the network (AT+COPS=2)"
        if not self.reception.coverage:
            return "there is no coverage"
        if not self._network_exists:
            return f"there is no network {self._network} (AT+COPS)"
        return "the module is still searching for its network (AT+CEREG? tells)"

    # --- registration -----------------------------------------------------------------------------

    def start(self, *, registered: bool) -> None:
        """Begin the search for a network after boot; with ``registered`` it has been found long ago."""
        if registered and self._finds:
            self._found(connects=False)
        else:
            self._review(self._module.profile.radio.search_at_boot)

    def switch(self, *, functionality: int | None = None, attached: bool | None = None) -> None:
        """Change functionality or attachment; the registration follows."""
        self.functionality = self.functionality if functionality is None else functionality
        self.attached = self.attached if attached is None else attached
        self._review()

    def select(self, mode: int, network: str) -> None:
        """Choose the network as ``AT+COPS=`` does."""
        self._selection, self._network = mode, network if mode else ""
        self._review()

    def receive(self, reception: Reception) -> None:
        """Take note of what the air gives from now on."""
        self.reception = reception
        self._review()

    def reselect(self, cell: str) -> None:
        """Be served by another cell, and tell if ``AT+CEREG=`` wants its identity."""
        self.cell = cell
        self._module.note(RadioChanged("cell", cell))
        if self.usable and self.cereg >= self._module.profile.radio.cell_in_urc:
            self._module.unsolicited(self.registration(urc=True))

    @property
    def _wanted(self) -> bool:
        return self.functionality == _FULL and self.attached and self._selection != _DEREGISTER

    @property
    def _network_exists(self) -> bool:
        return self._selection != _MANUAL or self._network in HOME_NETWORKS

    @property
    def _finds(self) -> bool:
        return self._wanted and self.reception.coverage and self._network_exists

    @property
    def _registered(self) -> RegistrationStatus:
        return RegistrationStatus.ROAMING if self.reception.roaming else RegistrationStatus.HOME

    def _review(self, search: float | None = None) -> None:
        """Bring the registration in line with what is wanted and what there is; ``search`` is in seconds."""
        if not self._finds:
            self._lose(RegistrationStatus.SEARCHING if self._wanted else RegistrationStatus.NOT_REGISTERED)
        elif self.usable:
            self._go(self._registered)
        elif self._search is None:
            self._go(RegistrationStatus.SEARCHING)
            seconds = self._module.profile.radio.search if search is None else search
            if self._module.output.pace is Pace.INSTANT or not seconds:
                self._found(connects=True)
            else:
                self._search = self._module.timers.at(
                    self._module.now + seconds, lambda: self._found(connects=True)
                )

    def _lose(self, status: RegistrationStatus) -> None:
        if self._search:
            self._search.cancel()
            self._search = None
        self._disconnect()
        self._go(status)
        self._module.sleep.deregistered()
        self._module.firmware.interrupt(self.why_unusable)

    def _found(self, *, connects: bool) -> None:
        self._search = None
        if connects:
            self.connect()
        self._go(self._registered)
        self._module.network_found()
        if not connects:
            self._module.sleep.released()

    def _go(self, status: RegistrationStatus) -> None:
        if status is not self.status:
            self._module.note(RadioChanged("registration", status.name.lower().replace("_", " ")))
            self.status = status
            if self.cereg:
                self._module.unsolicited(self.registration(urc=True))

    def registration(self, *, urc: bool) -> Fields:
        """``+CEREG: [<n>,]<stat>[,<tac>,<ci>,<AcT>[,,,<active>,<periodic>]]``; the URC has no ``<n>``."""
        habits, general = self._module.profile.radio, self._module.profile.general
        values: list[Field] = [] if urc else [self.cereg]
        values.append(int(self.status))
        if self.usable and self.cereg >= (habits.cell_in_urc if urc else habits.cell_in_answer):
            values += (Quoted(text) if general.quotes_cell else text.lstrip("0") for text in (AREA, self.cell))
            values.append(general.access_technology)
            saving = self._module.configuration.power_saving
            if self.cereg >= _SHOWS_POWER_SAVING and saving.enabled:
                values += ("", "", Quoted(saving.active), Quoted(saving.periodic))
        return fields("+CEREG", *values)

    # --- connection -------------------------------------------------------------------------------

    def carries_datagram(self, *, uplink: bool) -> None:
        """Note that a datagram went over the air: the connection is up and stays so for a while."""
        if uplink:
            self.sending += _UPLINK_MILLISECONDS
            self._module.sleep.wake("it sends")
        self.connect()

    def connect(self) -> None:
        """Bring the signalling connection up; it ends some seconds after the last use."""
        if self._idle:
            self._idle.cancel()
        inactivity = self._module.profile.radio.inactivity
        self._idle = self._module.timers.at(self._module.now + inactivity, self.release)
        if not self.connected:
            self._connected_since = self._module.now
            self._module.sleep.connected()
            self._tell_connection(up=True)

    def release(self) -> None:
        """Take note that the signalling connection is released: by its timer, or by the network at once."""
        self._disconnect()
        self._module.sleep.released()

    def _disconnect(self) -> None:
        if self._idle:
            self._idle.cancel()
            self._idle = None
        if self.connected:
            self.listening += round(1000 * (self._module.now - self._connected_since))
            self._tell_connection(up=False)

    def _tell_connection(self, *, up: bool) -> None:
        self.connected = up
        if self.cscon and not self._module.sleep.deaf:
            self._module.unsolicited(fields("+CSCON", int(up)))
