"""CoAP on the wire, written from RFC 7252 and from nothing else: the judge of what the module sends."""

from __future__ import annotations

from dataclasses import dataclass

CON, NON, ACK, RST = range(4)
EMPTY, GET, POST, PUT, DELETE = range(5)
CREATED, DELETED, CHANGED, CONTENT = 0x41, 0x42, 0x44, 0x45
BAD_REQUEST, UNAUTHORIZED, BAD_OPTION, FORBIDDEN, NOT_FOUND = 0x80, 0x81, 0x82, 0x83, 0x84
METHOD_NOT_ALLOWED, NOT_ACCEPTABLE, INTERNAL_ERROR, NOT_IMPLEMENTED = 0x85, 0x86, 0xA0, 0xA1
OBSERVE, LOCATION, URI_PATH, FORMAT, QUERY, ACCEPT, AUTH_CODE = 6, 8, 11, 12, 15, 17, 63
TEXT, LINKS, OPAQUE, TLV = 0, 40, 42, 1542


@dataclass(frozen=True)
class Packet:
    """One message; options as number and octets, in the order of the wire."""

    type: int
    code: int
    message_id: int
    token: bytes = b""
    options: tuple[tuple[int, bytes], ...] = ()
    payload: bytes = b""

    def all(self, number: int) -> list[bytes]:
        """Return the values of an option."""
        return [value for each, value in self.options if each == number]

    def uint(self, number: int) -> int | None:
        """Return the number that an option holds, or None if it is not there."""
        values = self.all(number)
        return int.from_bytes(values[0], "big") if values else None

    @property
    def path(self) -> str:
        """Uri-Path with its slashes."""
        return "/" + b"/".join(self.all(URI_PATH)).decode()

    @property
    def query(self) -> list[str]:
        """Uri-Query, option by option."""
        return [value.decode() for value in self.all(QUERY)]

    def encode(self) -> bytes:
        """Return the datagram."""
        octets = bytearray((0x40 | self.type << 4 | len(self.token), self.code))
        octets += self.message_id.to_bytes(2, "big") + self.token
        last = 0
        for number, value in sorted(self.options, key=lambda option: option[0]):
            delta, more_delta = _nibble(number - last)
            length, more_length = _nibble(len(value))
            octets += bytes((delta << 4 | length,)) + more_delta + more_length + value
            last = number
        return bytes(octets + (b"\xff" + self.payload if self.payload else b""))


def _nibble(number: int) -> tuple[int, bytes]:
    if number < 13:
        return number, b""
    if number < 269:
        return 13, bytes((number - 13,))
    return 14, (number - 269).to_bytes(2, "big")


def decode(octets: bytes) -> Packet:
    """Return the message of a datagram; anything that RFC 7252 forbids fails."""
    assert octets[0] >> 6 == 1, "version"
    length = octets[0] & 0x0F
    assert length <= 8, "token length"
    token, at = octets[4 : 4 + length], 4 + length
    assert len(token) == length
    options: list[tuple[int, bytes]] = []
    number = 0
    payload = b""
    while at < len(octets):
        if octets[at] == 0xFF:
            payload = octets[at + 1 :]
            assert payload, "a marker without a payload"
            break
        first, at = octets[at], at + 1
        delta, at = _extended(first >> 4, octets, at)
        size, at = _extended(first & 0x0F, octets, at)
        number += delta
        assert at + size <= len(octets), "an option runs over the end"
        options.append((number, octets[at : at + size]))
        at += size
    packet = Packet(
        octets[0] >> 4 & 3, octets[1], int.from_bytes(octets[2:4], "big"), token, tuple(options), payload
    )
    assert packet.code != EMPTY or len(octets) == 4, "an empty message is its header"
    return packet


def _extended(nibble: int, octets: bytes, at: int) -> tuple[int, int]:
    assert nibble != 15, "reserved"
    if nibble == 13:
        return octets[at] + 13, at + 1
    if nibble == 14:
        return int.from_bytes(octets[at : at + 2], "big") + 269, at + 2
    return nibble, at


def uint(number: int) -> bytes:
    """Return a number as an option holds it: no leading zeros, and zero is nothing."""
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def segments(number: int, path: str) -> tuple[tuple[int, bytes], ...]:
    """Return a path as options of that number."""
    return tuple((number, part.encode()) for part in path.strip("/").split("/"))
