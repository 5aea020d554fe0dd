"""Writing a register code."""

from __future__ import annotations

import re

from onenet_sim.modem.register_code.contents import Layout, RegisterCode, unfit_address
from onenet_sim.modem.register_code.decoding import decode_register_code
from onenet_sim.modem.register_code.rows import OCTETS_MAXIMUM, RegisterCodeError, require_bounded
from onenet_sim.modem.register_code.sections import (
    BOOTSTRAP_WORD,
    FLAG_BOOTSTRAP,
    FLAG_DTLS,
    HEAD,
    INIT,
    LOG,
    NETWORK,
    SECTIONS,
)

_VERSION = 1
_PRINTABLE = re.compile(r"[ -~]*")

# What the fields that are numbers can hold.
_LIMITS = {"mtu": 0xFFFF, "link": 0xF, "band": 0xF}
_LOG_LIMITS = {"output_type": 3, "level": 0xF, "buffer_size": 0xFFFF}


def encode_register_code(code: RegisterCode) -> bytes:
    """Return the octets of a register code.

    Raises:
        RegisterCodeError: The layout cannot carry this, a number or text is outside what its field holds, or the
            octets could be read as another layout's.
    """
    _require_encodable(code)
    host, bootstrap = code.address.encode("ascii"), b""
    flags, host_word = b"", len(host)
    match code.layout:
        case Layout.A:
            host_word |= BOOTSTRAP_WORD * code.bootstrap
        case Layout.B:
            bootstrap = bytes((FLAG_BOOTSTRAP * code.bootstrap,))
        case Layout.C:
            flags = bytes((FLAG_BOOTSTRAP * code.bootstrap | FLAG_DTLS * code.dtls,))
    network = (
        code.mtu.to_bytes(2, "big")
        + bytes((code.link << 4 | code.band,))
        + flags
        + _text(code.apn)
        + _text(code.user)
        + _text(code.password)
        + host_word.to_bytes(2, "big")
        + host
        + _text(code.user_data)
    )
    log = bytes((code.log.octet,)) + code.log.buffer_size.to_bytes(2, "big") + _text(code.log.user_data)
    sections = _section(INIT, b"") + _section(NETWORK, network) + _section(LOG, bootstrap + log)
    octets = bytes((_VERSION << 4 | len(SECTIONS),)) + (HEAD + len(sections)).to_bytes(2, "big") + sections
    require_bounded(octets)
    if decode_register_code(octets) != code:
        raise RegisterCodeError(
            f"these fields in layout {code.layout} could be read as another layout's; change one"
        )
    return octets


def _text(text: str) -> bytes:
    return len(text).to_bytes(2, "big") + text.encode("ascii")


def _section(kind: int, body: bytes) -> bytes:
    return bytes((kind,)) + (HEAD + len(body)).to_bytes(2, "big") + body


def _require_encodable(code: RegisterCode) -> None:
    if code.dtls and code.layout is not Layout.C:
        raise RegisterCodeError(f"layout {code.layout} has no DTLS flag; C has one")
    for of, limits in ((code, _LIMITS), (code.log, _LOG_LIMITS)):
        for name, most in limits.items():
            number = getattr(of, name)
            if not 0 <= number <= most:
                raise RegisterCodeError(f"the {name.replace('_', ' ')} is {number}; it must be 0 to {most}")
    texts = {
        "APN": code.apn,
        "user": code.user,
        "password": code.password,
        "host": code.address,
        "user data": code.user_data,
        "log's user data": code.log.user_data,
    }
    for name, text in texts.items():
        if not _PRINTABLE.fullmatch(text):
            raise RegisterCodeError(f"the {name} {text!a} has characters other than printable ASCII")
        if len(text) > OCTETS_MAXIMUM:
            raise RegisterCodeError(
                f"the {name} has {len(text)} octets; the whole code has {OCTETS_MAXIMUM} at most"
            )
    why = unfit_address(code.address)
    if why:
        raise RegisterCodeError(f"the host {code.address!a} {why}")
