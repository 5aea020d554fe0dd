"""How a CoAP message becomes an event."""

from __future__ import annotations

from dataclasses import replace

import pytest
from aiocoap import Message

from onenet_sim.journal import CoapReceived, CoapSent, coap_received, coap_sent

# Written by hand from RFC 7252, 3: version, type and token length; code; message id; token; options.
MESSAGES: dict[str, tuple[str, CoapSent]] = {
    "a register request": (
        "42 02 1234 7FA0 B2 7264 11 28 36 65703D783B79 07 6C743D33303030 FF 3C2F3E",
        CoapSent(
            "modem",
            "access:5683",
            "CON",
            "POST",
            0x1234,
            b"\x7f\xa0",
            "rd",
            ("ep=x;y", "lt=3000"),
            None,
            40,
            b"</>",
        ),
    ),
    "an observe request": (
        "41 01 0001 01 60 54 33333033 01 30",
        CoapSent("modem", "access:5683", "CON", "GET", 1, b"\x01", "3303/0", (), 0, None, b""),
    ),
    "a notification": (
        "51 45 0002 01 61 05 60 FF 32352E35",
        CoapSent("modem", "access:5683", "NON", "2.05", 2, b"\x01", "", (), 5, 0, b"25.5"),
    ),
    "an acknowledgement": (
        "60 00 0003",
        CoapSent("modem", "access:5683", "ACK", "EMPTY", 3, b"", "", (), None, None, b""),
    ),
    "a reset": ("70 00 0004", CoapSent("modem", "access:5683", "RST", "EMPTY", 4, b"", "", (), None, None, b"")),
    "an error": (
        "61 84 0005 09",
        CoapSent("modem", "access:5683", "ACK", "4.04", 5, b"\x09", "", (), None, None, b""),
    ),
    "an unregistered format": (
        "61 45 0006 09 C2 2D16",
        CoapSent("modem", "access:5683", "ACK", "2.05", 6, b"\x09", "", (), None, 11542, b""),
    ),
    "an unregistered code": (
        "61 5E 0007 09",
        CoapSent("modem", "access:5683", "ACK", "2.30", 7, b"\x09", "", (), None, None, b""),
    ),
    "an unregistered request": (
        "41 1E 0008 09",
        CoapSent("modem", "access:5683", "CON", "0.30", 8, b"\x09", "", (), None, None, b""),
    ),
}


@pytest.mark.parametrize(("octets", "sent"), MESSAGES.values(), ids=MESSAGES)
def test_a_message_keeps_what_the_wire_said(octets: str, sent: CoapSent) -> None:
    message = Message.decode(bytes.fromhex(octets))
    wire = bytes.fromhex(octets)
    assert coap_sent(message, wire, end="modem", peer="access:5683") == replace(sent, octets=wire)


@pytest.mark.parametrize(("octets", "sent"), MESSAGES.values(), ids=MESSAGES)
def test_a_message_reads_the_same_at_both_ends(octets: str, sent: CoapSent) -> None:
    message = Message.decode(bytes.fromhex(octets))
    received = coap_received(message, bytes.fromhex(octets), end="access", peer="modem-1:40001", repeat=1)
    assert isinstance(received, CoapReceived)
    differs = {"end": "access", "peer": "modem-1:40001", "repeat": 1, "octets": octets.replace(" ", "")}
    assert received.to_json() == {**sent.to_json(), **differs}
