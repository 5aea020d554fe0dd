"""Made-up modules and measurements, as a provider for faker.

from faker import Faker
from onenet_sim.testing.identities import OneNetProvider

fake = Faker()
fake.add_provider(OneNetProvider)
fake.seed_instance(7)
fake.imei(), fake.telemetry("temperature")
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final, NamedTuple

from faker.providers import BaseProvider

from onenet_sim.world import draw_iccid, draw_imei, draw_imsi


class _Quantity(NamedTuple):
    """What a sensor of some kind tells: the bounds of its value, and its decimals."""

    lowest: float
    highest: float
    decimals: int


_QUANTITIES: Final = MappingProxyType(
    {
        "temperature": _Quantity(-20.0, 45.0, 1),
        "humidity": _Quantity(15.0, 98.0, 1),
        "pressure": _Quantity(960.0, 1040.0, 1),
        "illuminance": _Quantity(0.0, 20_000.0, 0),
        "battery_voltage": _Quantity(3.0, 3.7, 2),
        "battery_level": _Quantity(5.0, 100.0, 0),
        "rsrp": _Quantity(-125.0, -75.0, 0),
    }
)
"""In °C, percent, hPa, lux, volts (one lithium cell), percent, and dBm (NB-IoT coverage)."""


class OneNetProvider(BaseProvider):
    """Numbers of modules and SIM cards that do not exist, and what a sensor on one of them might measure.

    All draw from the faker's own source of randomness, so seeding the faker decides them.
    """

    def imei(self) -> str:
        """Return a module's IMEI: 15 digits, the last one the Luhn digit."""
        return draw_imei(self.generator.random)

    def imsi(self) -> str:
        """Return the IMSI of one of China Mobile's cards for things: 15 digits."""
        return draw_imsi(self.generator.random)

    def iccid(self) -> str:
        """Return a SIM card's ICCID: 20 digits, the last one the Luhn digit."""
        return draw_iccid(self.generator.random)

    def telemetry(self, *quantities: str) -> dict[str, float]:
        """Return one measurement of each quantity, by name.

        Args:
            quantities: Any of ``temperature`` (°C), ``humidity`` (percent), ``pressure`` (hPa), ``illuminance``
                (lux), ``battery_voltage`` (V), ``battery_level`` (percent) and ``rsrp`` (dBm); none means all.

        Raises:
            ValueError: A quantity has another name.
        """
        unknown = [name for name in quantities if name not in _QUANTITIES]
        if unknown:
            raise ValueError(f"there is no quantity {unknown[0]!r}; there are {', '.join(_QUANTITIES)}")
        return {name: self._measure(_QUANTITIES[name]) for name in quantities or _QUANTITIES}

    def _measure(self, quantity: _Quantity) -> float:
        drawn: float = self.generator.random.uniform(quantity.lowest, quantity.highest)
        return round(drawn, quantity.decimals)
