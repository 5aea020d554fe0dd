"""The headers that a capture puts around what went over the air and over the serial line. Pure."""

from __future__ import annotations

import struct
from dataclasses import dataclass

RAW_IP = 101
"""LINKTYPE_RAW: packets begin with their IP header (tcpdump.org/linktypes.html)."""

SERIAL = 252
"""LINKTYPE_WIRESHARK_UPPER_PDU: packets begin with the name of their dissector (tcpdump.org/linktypes.html)."""

_VERSION_AND_LENGTH = 0x45
_DO_NOT_FRAGMENT = 0x4000
_HOPS = 64
_UDP = 17
_IP_HEADER, _UDP_HEADER = 20, 8
_END_OF_TAGS, _DISSECTOR, _DIRECTION = 0, 12, 35


@dataclass(frozen=True, slots=True)
class UdpEnd:
    """One end of a datagram: the IPv4 address as 4 octets, and the port."""

    address: bytes
    port: int


def udp_packet(source: UdpEnd, destination: UdpEnd, octets: bytes, identification: int) -> bytes:
    """Return a datagram in UDP over IPv4 (RFC 768, RFC 791), with both checksums.

    ``octets`` are at most 65,507; ``identification`` is taken modulo 65,536.
    """
    length = _UDP_HEADER + len(octets)
    pseudo_header = source.address + destination.address + struct.pack(">HH", _UDP, length)
    ports = struct.pack(">HHH", source.port, destination.port, length)
    check = checksum(pseudo_header + ports + b"\0\0" + octets) or 0xFFFF  # 0 says that there is none
    head = struct.pack(
        ">BBHHHBB",
        _VERSION_AND_LENGTH,
        0,
        _IP_HEADER + length,
        identification & 0xFFFF,
        _DO_NOT_FRAGMENT,
        _HOPS,
        _UDP,
    )
    ends = source.address + destination.address
    header = head + struct.pack(">H", checksum(head + b"\0\0" + ends)) + ends
    return header + ports + struct.pack(">H", check) + octets


def checksum(octets: bytes) -> int:
    """Return the Internet checksum (RFC 1071)."""
    padded = octets + bytes(len(octets) % 2)
    total: int = sum(struct.unpack(f">{len(padded) // 2}H", padded))
    while total > 0xFFFF:  # noqa: PLR2004 - the carries of a sum of 16-bit numbers
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def serial_packet(octets: bytes, *, sent_by_host: bool) -> bytes:
    """Return octets of a serial line as an exported PDU, which names Wireshark's own dissector of AT commands."""
    direction = struct.pack(">I", 0 if sent_by_host else 1)
    return _tag(_DISSECTOR, b"at") + _tag(_DIRECTION, direction) + _tag(_END_OF_TAGS, b"") + octets


def _tag(number: int, value: bytes) -> bytes:
    padded = value + bytes(-len(value) % 4)
    return struct.pack(">HH", number, len(padded)) + padded
