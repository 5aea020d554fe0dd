"""The blocks of a pcapng file, as Wireshark and tshark read it. Pure: values in, octets out.

Source: draft-ietf-opsawg-pcapng, sections 3 (blocks and options) and 4. All numbers are little-endian, as the
section header says; each block, option and record is padded with zeros to a multiple of 4 octets.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_SECTION, _INTERFACE, _NAMES, _PACKET = 0x0A0D0D0A, 1, 4, 6
_BYTE_ORDER_MAGIC = 0x1A2B3C4D
_VERSION = (1, 0)
_LENGTH_UNKNOWN = -1
_WHOLE_PACKETS = 0
_END_OF_OPTIONS = 0
_COMMENT = 1
_USER_APPLICATION = 4
_NAME, _DESCRIPTION, _RESOLUTION = 2, 3, 9
_MICROSECONDS = b"\x06"
_FLAGS = 2
_INBOUND, _OUTBOUND = 1, 2
_IPV4_NAME = 1
_LONGEST_TEXT = 65_535
"""Octets that an option holds; what a text has beyond is cut off."""


def section_header(application: str, comments: Iterable[str] = ()) -> bytes:
    """Return the block with which a file begins; ``application`` is what wrote it."""
    options = [*((_COMMENT, _text(each)) for each in comments), (_USER_APPLICATION, _text(application))]
    body = struct.pack("<IHHq", _BYTE_ORDER_MAGIC, *_VERSION, _LENGTH_UNKNOWN)
    return _block(_SECTION, body + _options(options))


def interface(link_type: int, name: str, description: str) -> bytes:
    """Return the block that adds an interface, whose packets have times in microseconds.

    Interfaces are numbered from 0 in the order of their blocks.
    """
    options = [(_NAME, _text(name)), (_DESCRIPTION, _text(description)), (_RESOLUTION, _MICROSECONDS)]
    return _block(_INTERFACE, struct.pack("<HHI", link_type, 0, _WHOLE_PACKETS) + _options(options))


def host_names(names: Mapping[bytes, str]) -> bytes:
    """Return the block that gives IPv4 addresses (4 octets each) their names."""
    records = b"".join(
        _field(_IPV4_NAME, address + name.encode("utf-8", "replace") + b"\0") for address, name in names.items()
    )
    return _block(_NAMES, records + struct.pack("<HH", _END_OF_OPTIONS, 0))


def packet(number: int, microseconds: int, octets: bytes, comments: Iterable[str], *, outbound: bool) -> bytes:
    """Return the block of a packet.

    Args:
        number: The interface's.
        microseconds: When, since 1970 in UTC.
        octets: The packet from the first octet of its link layer on.
        comments: What is said of it, an option each.
        outbound: Whether it left; else it came in.
    """
    flags = struct.pack("<I", _OUTBOUND if outbound else _INBOUND)
    options = [*((_COMMENT, _text(each)) for each in comments), (_FLAGS, flags)]
    head = struct.pack("<IIIII", number, microseconds >> 32, microseconds & 0xFFFFFFFF, len(octets), len(octets))
    return _block(_PACKET, head + _padded(octets) + _options(options))


def _block(kind: int, body: bytes) -> bytes:
    length = struct.pack("<I", 12 + len(body))
    return struct.pack("<I", kind) + length + body + length


def _options(options: Iterable[tuple[int, bytes]]) -> bytes:
    fields = (_field(code, value) for code, value in options)
    return b"".join(fields) + struct.pack("<HH", _END_OF_OPTIONS, 0)


def _field(code: int, value: bytes) -> bytes:
    return struct.pack("<HH", code, len(value)) + _padded(value)


def _padded(octets: bytes) -> bytes:
    return octets + bytes(-len(octets) % 4)


def _text(text: str) -> bytes:
    return text.encode("utf-8", "replace")[:_LONGEST_TEXT]
