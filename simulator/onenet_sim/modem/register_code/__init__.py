"""The register code of ``AT+MIPLCREATE`` and the blob of ``AT+MIPLCONF``: where a module connects, and how.

Both are given to a module as hex. They have nothing else in common: the register code is big endian and made of
sections, the blob of the first M5310 is little endian and one row of fields.
"""

from onenet_sim.modem.register_code.contents import Layout, LogSettings, RegisterCode, credentials
from onenet_sim.modem.register_code.decoding import decode_register_code, explain_register_code
from onenet_sim.modem.register_code.encoding import encode_register_code
from onenet_sim.modem.register_code.miplconf import (
    MiplConf,
    decode_miplconf,
    explain_miplconf,
    looks_like_miplconf,
)
from onenet_sim.modem.register_code.rows import OCTETS_MAXIMUM, RegisterCodeError, Row

__all__ = [
    "OCTETS_MAXIMUM",
    "Layout",
    "LogSettings",
    "MiplConf",
    "RegisterCode",
    "RegisterCodeError",
    "Row",
    "credentials",
    "decode_miplconf",
    "decode_register_code",
    "encode_register_code",
    "explain_miplconf",
    "explain_register_code",
    "looks_like_miplconf",
]
