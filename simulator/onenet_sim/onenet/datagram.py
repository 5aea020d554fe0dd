"""Which datagrams are CoAP messages at all, and which of the others deserve a RST.

Source: RFC 7252 §3 (format), §4.2 and §4.3 (what to do with a bad one).
"""

from __future__ import annotations

_HEADER = 4
_CON, _NON, _ACK, _RST = range(4)
_LONGEST_TOKEN = 8
_REQUESTS = 0
_RESPONSES = (2, 3, 4, 5)


def flaw_of(octets: bytes) -> str | None:
    """Return what is wrong with a datagram's header, or None."""
    if len(octets) < _HEADER:
        return f"{len(octets)} octets are no CoAP header; expected at least 4"
    version, kind, length = octets[0] >> 6, octets[0] >> 4 & 3, octets[0] & 15
    code_class, code_detail = octets[1] >> 5, octets[1] & 31
    empty = octets[1] == 0
    flaws = (
        (version != 1, f"CoAP version {version}; expected 1"),
        (length > _LONGEST_TOKEN, f"token length {length}; expected 0 to 8"),
        (len(octets) < _HEADER + length, f"the token is cut short; expected {length} octets"),
        (empty and len(octets) > _HEADER, "an empty message with something after its header"),
        (empty and kind == _NON, "an empty NON; expected CON, ACK or RST"),
        (
            code_class not in {_REQUESTS, *_RESPONSES},
            f"reserved code {code_class}.{code_detail:02}; expected a request or a response",
        ),
        (not empty and kind == _RST, "a RST that is not empty"),
        (not empty and code_class == _REQUESTS and kind == _ACK, "a request in an ACK"),
    )
    return next((flaw for wrong, flaw in flaws if wrong), None)


def resettable(octets: bytes) -> bool:
    """Tell whether a datagram that is no proper message must be rejected with a RST: a CON of version 1."""
    return len(octets) >= _HEADER and octets[0] >> 4 == 1 << 2 | _CON
