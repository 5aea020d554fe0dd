"""What a payload is written in: the CoAP Content-Format numbers that LwM2M uses.

Source: OMA LwM2M TS 1.0.2 section 6.4; 1542 and 1543 are the numbers used before the registration of 11542
and 11543, and the ones that devices of the NB-IoT generation send. 1541 and 1544 are of the same drafts, in
which text and opaque had numbers of their own; Contiki-NG and older Zephyrs know them.
"""

from __future__ import annotations

from enum import IntEnum


class ContentFormat(IntEnum):
    """A CoAP Content-Format (RFC 7252 section 12.3 and its registry)."""

    TEXT = 0
    LINK = 40
    OPAQUE = 42
    TEXT_1541 = 1541
    TLV_1542 = 1542
    JSON_1543 = 1543
    OPAQUE_1544 = 1544
    TLV = 11542
    JSON = 11543
