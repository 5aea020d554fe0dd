"""Buffered mode: requests wait in the module until the host fetches them (``MIPLNMI``, ``MIPLMGR``).

Source: LwM2M user manual for OneMO modules, 3.13 to 3.15.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onenet_sim.modem import urcs
from onenet_sim.modem.requests import BUFFERED

if TYPE_CHECKING:
    from onenet_sim.at import Fields
    from onenet_sim.modem.module import Module
    from onenet_sim.modem.requests import Request

_DIRECT, _ANNOUNCED = 0, 1
_OCTETS_MAXIMUM = 2048
_DIRECT_ABOVE = 1024


class RequestBuffer:
    """The modes that ``AT+MIPLNMI`` sets.

    Attributes:
        requests: 0 prints requests directly, 1 prints ``+MIPLNMI`` instead, 2 prints nothing.
        sendings: 1 prints ``+MIPLNSMI`` after each message that the host sends.
    """

    def __init__(self, module: Module) -> None:
        self._module = module
        self.requests = _DIRECT
        self.sendings = 0

    @property
    def holds_back(self) -> bool:
        """Whether requests wait to be fetched."""
        return self.requests != _DIRECT

    def keeps(self, request: Request) -> bool:
        """Whether a request waits here; one of more than 1,024 octets is printed directly."""
        if not self.holds_back or request.operation not in BUFFERED or request.size > _DIRECT_ABOVE:
            return False
        request.buffered = True
        return True

    @property
    def overflows(self) -> bool:
        """Whether the requests here hold more than 2,048 octets; the one that came last is then dropped."""
        return sum(request.size for request in self._module.requests.buffered) > _OCTETS_MAXIMUM

    def announce(self) -> None:
        """Say that a request waits, if the mode has it so."""
        if self.requests == _ANNOUNCED:
            self._module.unsolicited(urcs.waiting())

    def oldest(self) -> list[Fields]:
        """Return the lines of the oldest request that is not answered yet; nothing in direct mode."""
        waiting = self._module.requests.buffered if self.holds_back else []
        return waiting[0].buffered_lines if waiting else []

    def sent(self, number: int) -> None:
        """Say whether the host's message went to the base station, if the mode has it so."""
        if self.sendings:
            self._module.unsolicited(urcs.sent(number, went=self._module.radio.usable))
