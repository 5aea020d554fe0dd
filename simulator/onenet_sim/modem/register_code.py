"""The register code: the hex of ``AT+MIPLCREATE``, which says where the module connects and how.

It is a header (version and number of sections, total length) and sections, each with its own length. Section 2
(the network) exists in two layouts: the older one keeps the bootstrap bit in the host's length word, the newer
one has a byte of flags. They are told apart by which of them ends exactly at the section's end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_HEADER = 3
_NETWORK = 2
_MTU_AND_LINK = 3
_BOOTSTRAP_NIBBLE = 0xF000
_FLAG_BOOTSTRAP = 0x80
_FLAG_DTLS = 0x40
_DEFAULT_PORT = 5683
_PORT_MAXIMUM = 0xFFFF
_SECTION_MARK = 0xF
_FIELD_COUNT = 5
_HOST_FIELD = 3


class RegisterCodeError(ValueError):
    """The octets are no register code; the message says what is wrong and at which offset."""


@dataclass(frozen=True, slots=True)
class RegisterCode:
    """What a register code says.

    Attributes:
        host: A name or an IPv4 address.
        port: The UDP port, 5683 when the code names none.
        bootstrap: Whether the host is a bootstrap server.
        dtls: Whether the newer layout asks for DTLS.
        auth_code: The auth code of the newer layout's user data, or nothing.
        psk: The pre-shared key of the newer layout's user data, or nothing.
        user_data: The user data as it stands.
        layout: ``A`` for the older layout, ``C`` for the newer one.
    """

    host: str
    port: int
    bootstrap: bool
    dtls: bool
    auth_code: str
    psk: str
    user_data: str
    layout: str


def decode_register_code(octets: bytes) -> RegisterCode:
    """Return what a register code says.

    Raises:
        RegisterCodeError: A length does not fit, or there is no network section.
    """
    if len(octets) < _HEADER:
        raise RegisterCodeError(f"{len(octets)} octets are no register code; the header alone has {_HEADER}")
    if octets[0] >> 4 == 0:
        raise RegisterCodeError("the version in the first nibble is 0; it must be 1 or more")
    total = int.from_bytes(octets[1:3], "big")
    if total != len(octets):
        raise RegisterCodeError(f"the header at offset 1 says {total} octets, but there are {len(octets)}")
    offset = _HEADER
    while offset + _HEADER <= len(octets):
        kind = octets[offset] & 0x0F
        if octets[offset] >> 4 != _SECTION_MARK:
            raise RegisterCodeError(
                f"offset {offset} has {octets[offset]:02X}; a section begins with F1, F2 or F3"
            )
        size = int.from_bytes(octets[offset + 1 : offset + 3], "big")
        if size < _HEADER:
            raise RegisterCodeError(f"the section at offset {offset} says {size} octets; at least 3 are needed")
        if kind == _NETWORK:
            if offset + size > len(octets):
                raise RegisterCodeError(f"the network section at offset {offset} runs over the end")
            return _network(octets[offset + _HEADER : offset + size], offset + _HEADER)
        offset += size
    raise RegisterCodeError("there is no network section (F2)")


def _network(body: bytes, offset: int) -> RegisterCode:
    for layout in ("A", "C"):
        fields = _fields(body, layout)
        if fields is None:
            continue
        word, texts = fields
        flags = body[_MTU_AND_LINK] if layout == "C" else 0
        host, user_data = texts[_HOST_FIELD], texts[-1]
        name, _, port = host.partition(":")
        if not name:
            raise RegisterCodeError(f"the network section at offset {offset} names no host")
        if port and not (port.isdecimal() and 0 < int(port) <= _PORT_MAXIMUM):
            raise RegisterCodeError(f"the host {host!r} ends in no port number")
        return RegisterCode(
            host=name,
            port=int(port) if port else _DEFAULT_PORT,
            bootstrap=bool(flags & _FLAG_BOOTSTRAP or word & _BOOTSTRAP_NIBBLE),
            dtls=bool(flags & _FLAG_DTLS),
            auth_code=_named("AuthCode", user_data),
            psk=_named("PSK", user_data),
            user_data=user_data,
            layout=layout,
        )
    raise RegisterCodeError(f"the fields of the network section at offset {offset} end at no layout's end")


def _fields(body: bytes, layout: str) -> tuple[int, list[str]] | None:
    """Return the host's length word and the texts: APN, user, password, host, user data, if they fit exactly."""
    at = _MTU_AND_LINK + (layout == "C")
    host_word = 0
    texts: list[str] = []
    for field in range(_FIELD_COUNT):
        length = int.from_bytes(body[at : at + 2], "big")
        if field == _HOST_FIELD and layout == "A":
            host_word, length = length, length & ~_BOOTSTRAP_NIBBLE
        at += 2
        if at + length > len(body):
            return None
        texts.append(body[at : at + length].decode("latin-1"))
        at += length
    return (host_word, texts) if at == len(body) else None


def _named(name: str, user_data: str) -> str:
    found = re.search(rf"(?:^|;){name}:([^;]*)", user_data)
    return found[1] if found else ""
