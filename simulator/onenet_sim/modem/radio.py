"""The module's radio: whether it is on, registered and connected, and what it tells of that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onenet_sim.at import Field, Fields, Quoted, fields

if TYPE_CHECKING:
    from onenet_sim.modem.module import Module
    from onenet_sim.modem.timers import Timer

_TRACKING_AREA = "5A21"
_CELL = "085B0F15"
_FULL = 1
_REGISTERED_HOME = 1
_NOT_REGISTERED = 0
_INACTIVITY_SECONDS = 20.0
_SHOWS_CELL = 2


class Radio:
    """The state behind the network commands.

    Attributes:
        functionality: What ``AT+CFUN=`` was set to; 1 is full functionality.
        attached: Packet service (``AT+CGATT``).
        connected: The signalling connection is up (``+CSCON``); it ends 20 s after the last datagram.
        signal: ``<rssi>`` of ``AT+CSQ``, 0 to 31.
        cereg: What ``AT+CEREG=`` was set to.
        cscon: What ``AT+CSCON=`` was set to.
        power_saving: Mode, periodic update and active time as ``AT+CPSMS=`` was given them.
    """

    def __init__(self, module: Module) -> None:
        self._module = module
        self.functionality = _FULL
        self.attached = True
        self.connected = False
        self.signal = 20
        self.cereg = 0
        self.cscon = 0
        self.power_saving = (0, "00111000", "00010000")
        self._idle: Timer | None = None

    @property
    def usable(self) -> bool:
        """Whether datagrams can be exchanged."""
        return self.functionality == _FULL and self.attached

    def switch(self, *, functionality: int | None = None, attached: bool | None = None) -> None:
        """Change functionality or attachment; the registration status follows at once."""
        before = self.usable
        self.functionality = self.functionality if functionality is None else functionality
        self.attached = self.attached if attached is None else attached
        if self.usable != before:
            if not self.usable:
                self._disconnect()
            if self.cereg:
                self._module.unsolicited(self.registration(urc=True))

    def registration(self, *, urc: bool) -> Fields:
        """``+CEREG: [<n>,]<stat>[,<tac>,<ci>,<AcT>]``; the URC has no ``<n>``."""
        values: list[Field] = [] if urc else [self.cereg]
        values.append(_REGISTERED_HOME if self.usable else _NOT_REGISTERED)
        if self.cereg >= _SHOWS_CELL and self.usable:
            general = self._module.profile.general
            cell = (_TRACKING_AREA, _CELL)
            values += (Quoted(text) if general.quotes_cell else text.lstrip("0") for text in cell)
            values.append(general.access_technology)
        return fields("+CEREG", *values)

    def carries_datagram(self) -> None:
        """Note that a datagram went over the air: the connection is up and stays so for a while."""
        if self._idle:
            self._idle.cancel()
        self._idle = self._module.timers.at(self._module.now + _INACTIVITY_SECONDS, self._disconnect)
        self._connection(up=True)

    def _disconnect(self) -> None:
        if self._idle:
            self._idle.cancel()
        self._connection(up=False)

    def _connection(self, *, up: bool) -> None:
        if up != self.connected:
            self.connected = up
            if self.cscon:
                self._module.unsolicited(fields("+CSCON", int(up)))
