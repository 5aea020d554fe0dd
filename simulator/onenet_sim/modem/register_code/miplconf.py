"""The blob of ``AT+MIPLCONF``, by which the first M5310 (2017) was configured.

One row of fields, numbers little endian: mode, debug, local port, lifetime, URI, endpoint name, and three octets
of block settings, which some hosts leave out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from onenet_sim.modem.register_code.rows import FieldReader, RegisterCodeError, Row, require_bounded

if TYPE_CHECKING:
    from collections.abc import Callable

# The octets that a mode can be: bootstrap in the high nibble, encryption in the low one.
_MODES = {0x00: "direct", 0x01: "direct, encrypted", 0x10: "bootstrap", 0x11: "bootstrap, encrypted"}
_DEBUG_MAXIMUM = 3
_LIFETIMES = (10, 86400)
_BLOCK_SIZE_MAXIMUM = 6
_THRESHOLD_MAXIMUM = 2
_SCHEMES = ("coap://", "coaps://")


@dataclass(frozen=True, slots=True)
class MiplConf:
    """What a blob of ``AT+MIPLCONF`` says.

    Attributes:
        bootstrap: Whether the URI is a bootstrap server's.
        encryption: Whether the connection is to be encrypted.
        debug: How much the module tells of itself, 0 to 3.
        local_port: The module's UDP port, 0 for any.
        lifetime: Of the registration, in seconds, 10 to 86400.
        uri: Where to connect, ``coap://host:port``.
        endpoint_name: ``IMEI;IMSI`` as a rule.
        blocks: The block sizes of block 1 and block 2 (exponents, 0 to 6) and the threshold of block 2 (0 to 2),
            or None where the blob ends before them.
    """

    bootstrap: bool
    encryption: bool
    debug: int
    local_port: int
    lifetime: int
    uri: str
    endpoint_name: str
    blocks: tuple[int, int, int] | None


def looks_like_miplconf(octets: bytes) -> bool:
    """Return whether the first octet is a mode of this blob rather than the header of a register code."""
    return octets[:1] in {bytes((mode,)) for mode in _MODES}


def decode_miplconf(octets: bytes) -> MiplConf:
    """Return what a blob of ``AT+MIPLCONF`` says.

    Raises:
        RegisterCodeError: A field is outside its range, or the fields do not end where the octets end.
    """
    return _read(octets)[0]


def explain_miplconf(octets: bytes) -> tuple[Row, ...]:
    """Return a blob's fields in order; together they are all its octets.

    Raises:
        RegisterCodeError: As `decode_miplconf`.
    """
    return _read(octets)[1]


def _read(octets: bytes) -> tuple[MiplConf, tuple[Row, ...]]:
    require_bounded(octets)
    reader = FieldReader(octets, 0, len(octets), within="the blob", order="little")
    mode = reader.number(1, "mode", lambda mode: _MODES.get(mode, "unknown"))
    if mode not in _MODES:
        raise RegisterCodeError(f"at offset 0 the mode is {mode:02X}; it must be 00, 01, 10 or 11")
    debug = _ranged(reader, 1, "debug", (0, _DEBUG_MAXIMUM))
    local_port = reader.number(2, "local port", lambda port: str(port) if port else "any")
    lifetime = _ranged(reader, 4, "lifetime", _LIFETIMES, lambda seconds: f"{seconds} s")
    uri = reader.text("URI")
    if not uri.startswith(_SCHEMES):
        raise RegisterCodeError(
            f"the URI that ends at offset {reader.offset} is {uri!a}; it must begin with coap:// or coaps://"
        )
    endpoint_name = reader.text("endpoint name")
    blocks = None
    if reader.left:
        blocks = (
            _ranged(reader, 1, "block 1 size", (0, _BLOCK_SIZE_MAXIMUM), _block_size),
            _ranged(reader, 1, "block 2 size", (0, _BLOCK_SIZE_MAXIMUM), _block_size),
            _ranged(reader, 1, "block 2 threshold", (0, _THRESHOLD_MAXIMUM)),
        )
    reader.finish()
    return (
        MiplConf(
            bootstrap=bool(mode & 0x10),
            encryption=bool(mode & 0x01),
            debug=debug,
            local_port=local_port,
            lifetime=lifetime,
            uri=uri,
            endpoint_name=endpoint_name,
            blocks=blocks,
        ),
        tuple(reader.rows),
    )


def _ranged(
    reader: FieldReader, size: int, name: str, limits: tuple[int, int], meaning: Callable[[int], str] = str
) -> int:
    offset, (least, most) = reader.offset, limits
    number = reader.number(size, name, meaning)
    if not least <= number <= most:
        raise RegisterCodeError(f"at offset {offset} the {name} is {number}; it must be {least} to {most}")
    return number


def _block_size(exponent: int) -> str:
    return f"{exponent} ({2 ** (exponent + 4)} octets)"
