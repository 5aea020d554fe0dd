"""What a host asks of power saving: its settings, and the binary digits in which commands write their times.

Source: 3GPP TS 24.008, 10.5.7.3 (T3324, active time), 10.5.7.4a (T3412 extended, periodic update) and 10.5.5.32
(eDRX).
"""

from __future__ import annotations

from dataclasses import dataclass

_UNIT_BITS = 5
_VALUE_MASK = 0x1F
_DEACTIVATED = 0b111
_ACTIVE_UNITS = {0b000: 2, 0b001: 60, 0b010: 360}
_ACTIVE_UNIT_ELSE = 60
_PERIODIC_UNITS = {
    0b000: 600,
    0b001: 3600,
    0b010: 36_000,
    0b011: 2,
    0b100: 30,
    0b101: 60,
    0b110: 1_152_000,
}
_CYCLES = {
    "0010": 20.48,
    "0011": 40.96,
    "0101": 81.92,
    "1001": 163.84,
    "1010": 327.68,
    "1011": 655.36,
    "1100": 1310.72,
    "1101": 2621.44,
    "1110": 5242.88,
    "1111": 10485.76,
}
_SHORTEST_CYCLE = 20.48
"""Values that NB-IoT does not have count as the shortest cycle."""
_WINDOW_STEP = 2.56


@dataclass(frozen=True, slots=True)
class PowerSaving:
    """What ``AT+CPSMS=`` asked for; the network grants it as it stands.

    Attributes:
        enabled: The module goes to sleep.
        periodic: Time of the periodic update (T3412 extended), eight binary digits.
        active: Active time (T3324), likewise.
    """

    enabled: bool = False
    periodic: str = "00111000"
    active: str = "00010000"

    @property
    def periodic_seconds(self) -> int | None:
        """Seconds from the end of a connection to the periodic update; None is never."""
        return _seconds(self.periodic, _PERIODIC_UNITS, 0)

    @property
    def active_seconds(self) -> int | None:
        """Seconds from the end of a connection to sleep; None is never."""
        return _seconds(self.active, _ACTIVE_UNITS, _ACTIVE_UNIT_ELSE)


@dataclass(frozen=True, slots=True)
class Paging:
    """What ``AT+CEDRXS=`` asked for; the network grants it as it stands.

    Attributes:
        enabled: eDRX is used.
        value: The cycle, four binary digits.
        window_value: The paging time window, likewise.
    """

    enabled: bool = False
    value: str = "0010"
    window_value: str = "0011"

    @property
    def cycle(self) -> float:
        """Seconds from one paging window to the next."""
        return _CYCLES.get(self.value, _SHORTEST_CYCLE)

    @property
    def window(self) -> float:
        """Seconds for which the module listens in each cycle."""
        return (int(self.window_value, 2) + 1) * _WINDOW_STEP


def _seconds(bits: str, units: dict[int, int], unit_else: int) -> int | None:
    octet = int(bits, 2)
    unit = octet >> _UNIT_BITS
    if unit == _DEACTIVATED:
        return None
    return (octet & _VALUE_MASK) * units.get(unit, unit_else)
