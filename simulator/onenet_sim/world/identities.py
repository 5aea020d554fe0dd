"""Numbers for modules and SIM cards that do not exist, drawn from a world's seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onenet_sim.modem import Identity

if TYPE_CHECKING:
    from random import Random

_TYPE_ALLOCATION = "86997503"
"""The type allocation code that OneMO's manuals show for NB-IoT modules."""
_NETWORKS = ("46004", "46008")
"""China Mobile's networks for the Internet of Things."""
_ISSUER = "898604"
"""Telecommunications, China, China Mobile's cards for things."""


def luhn_digit(digits: str) -> str:
    """Return the check digit that makes ``digits`` plus it pass the Luhn test (3GPP TS 23.003, annex B)."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if position % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled  # noqa: PLR2004 - the sum of the two digits
    return str(-total % 10)


def _digits(random: Random, count: int) -> str:
    return "".join(str(random.randrange(10)) for _ in range(count))


def draw_imei(random: Random) -> str:
    """Return an IMEI: 15 digits, the last one the Luhn digit."""
    body = _TYPE_ALLOCATION + _digits(random, 6)
    return body + luhn_digit(body)


def draw_imsi(random: Random) -> str:
    """Return an IMSI of China Mobile: 15 digits."""
    return random.choice(_NETWORKS) + _digits(random, 10)


def draw_iccid(random: Random) -> str:
    """Return an ICCID: 20 digits, the last one the Luhn digit (ITU-T E.118)."""
    body = _ISSUER + _digits(random, 13)
    return body + luhn_digit(body)


def draw_identity(random: Random) -> Identity:
    """Return a module's numbers."""
    host = ".".join(str(random.randrange(1, 255)) for _ in range(3))
    return Identity(draw_imei(random), draw_imsi(random), draw_iccid(random), f"10.{host}")
