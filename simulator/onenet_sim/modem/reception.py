"""What the air gives a module: coverage, and how strong and clean the signal is."""

from __future__ import annotations

from dataclasses import dataclass

_WEAKEST_RSRP, _STRONGEST_RSRP = -156, -44
_WORST_SNR, _BEST_SNR = -30, 30
_ENHANCEMENT_LEVELS = 3
_CARRIER_ABOVE_RSRP = 6
"""dB between the power of the whole carrier and that of one resource element with its noise: a usual figure."""
_QUALITY_AT_BEST = -11
_RSSI_ZERO, _RSSI_STEP, _RSSI_MOST = -113, 2, 31
_UNKNOWN = 99


@dataclass(frozen=True, slots=True)
class Reception:
    """How well a module hears the network.

    Attributes:
        coverage: There is a cell at all.
        rsrp: Power of the reference signal, in dBm, -156 to -44 (3GPP TS 36.133, 9.1.4).
        snr: Signal above noise, in dB, -30 to 30.
        ecl: Coverage enhancement level, 0 to 2.
        roaming: The cell is that of another operator.

    Raises:
        ValueError: A figure is out of its range.
    """

    coverage: bool = True
    rsrp: int = -79
    snr: int = 12
    ecl: int = 0
    roaming: bool = False

    def __post_init__(self) -> None:
        for name, value, least, most in (
            ("rsrp", self.rsrp, _WEAKEST_RSRP, _STRONGEST_RSRP),
            ("snr", self.snr, _WORST_SNR, _BEST_SNR),
            ("ecl", self.ecl, 0, _ENHANCEMENT_LEVELS - 1),
        ):
            if not least <= value <= most:
                raise ValueError(f"{name} is {value}; expected {least} to {most}")

    def changed(
        self,
        *,
        coverage: bool | None = None,
        rsrp: int | None = None,
        snr: int | None = None,
        ecl: int | None = None,
        roaming: bool | None = None,
    ) -> Reception:
        """Return this with other figures where some are given.

        Raises:
            ValueError: A figure is out of its range.
        """
        return Reception(
            self.coverage if coverage is None else coverage,
            self.rsrp if rsrp is None else rsrp,
            self.snr if snr is None else snr,
            self.ecl if ecl is None else ecl,
            self.roaming if roaming is None else roaming,
        )

    @property
    def rssi(self) -> int:
        """Power of the whole carrier, in dBm."""
        return self.rsrp + _CARRIER_ABOVE_RSRP

    @property
    def rsrq(self) -> int:
        """Quality of the reference signal, in dB: it falls with noise."""
        return _QUALITY_AT_BEST + min(0, self.snr // 2)

    @property
    def csq(self) -> int:
        """``<rssi>`` of ``AT+CSQ``: 0 to 31, 99 without coverage (3GPP TS 27.007, 8.5)."""
        if not self.coverage:
            return _UNKNOWN
        return max(0, min(_RSSI_MOST, (self.rssi - _RSSI_ZERO) // _RSSI_STEP))
