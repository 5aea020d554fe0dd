"""Who a module is: the numbers on its label and its SIM card."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Identity:
    """A module's numbers.

    Attributes:
        imei: 15 digits, the last one a Luhn check digit (3GPP TS 23.003, annex B).
        imsi: 15 digits: country 460, network, subscriber.
        iccid: 19 or 20 characters, the number printed on the SIM card (ITU-T E.118).
        address: The IPv4 address that the network gives it.
    """

    imei: str
    imsi: str
    iccid: str
    address: str
