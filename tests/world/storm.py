"""Many devices at one instant: real UDP sockets, hand-made datagrams. For a test and for the bench."""

from __future__ import annotations

import socket
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onenet_sim import World

_FIRST_IMEI = 866971030000000
_LINKS = b'</>;rt="oma.lwm2m",</3303/0>,</3311/0>'


def imei(number: int) -> str:
    """Return the IMEI of the device with that number."""
    return str(_FIRST_IMEI + number)


def registration(number: int) -> bytes:
    """Return the datagram with which that device registers: 109 octets; message id and token are its number."""
    head = bytes.fromhex(f"4202 {number:04x} {number:04x} b27264 1128")  # CON POST, Uri-Path rd, Content-Format 40
    name = f"ep={imei(number)};460001234567890".encode()
    return head + b"\x39lwm2m=1.0" + b"\x0d\x15" + name + b"\x03b=U" + b"\x08lt=86400" + b"\xff" + _LINKS


@contextmanager
def sockets(count: int) -> Iterator[list[socket.socket]]:
    """Open UDP sockets on loopback, one for each device."""
    with ExitStack() as stack:
        opened = [stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in range(count)]
        for each in opened:
            each.bind(("127.0.0.1", 0))
            each.setblocking(False)  # noqa: FBT003 - the socket's own signature
        yield opened


def register_at_once(world: World, devices: list[socket.socket]) -> None:
    """Send the registrations of all devices before the world reads the first of them, and let it settle."""
    access = world.coap["access"]
    assert access is not None
    host, _, port = access.rpartition(":")

    def send(_: object) -> None:
        for number, device in enumerate(devices):
            device.sendto(registration(number), (host, int(port)))

    world.call(send)
    world.settle()
