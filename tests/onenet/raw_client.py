"""An LwM2M 1.0 client made by hand: it knows nothing of the platform, and its packets are the tests' own."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tests.modem import wire
from tests.modem.wire import ACK, CON, NON, Packet
from tests.onenet.conftest import Channel, Host

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.onenet.conftest import Scene

IMEI = "866971030000001"
NAME = b"ep=urn:imei:" + IMEI.encode()
LINKS = b'</>;rt="oma.lwm2m",</1/0>,</3/0>,</3303/0>'
_REQUESTS = range(wire.GET, wire.DELETE + 1)


def obedient(request: Packet) -> Packet:
    """Answer that all is well, with nothing in it."""
    if request.code != wire.GET:
        return Packet(ACK, wire.CHANGED, 0)
    observe = ((wire.OBSERVE, b""),) if request.uint(wire.OBSERVE) == 0 else ()
    return Packet(ACK, wire.CONTENT, 0, options=observe)


def content(payload: bytes, content_format: int | None, *options: tuple[int, bytes]) -> Packet:
    """Return a 2.05 with a payload; message id and token follow the request."""
    form = () if content_format is None else ((wire.FORMAT, wire.uint(content_format)),)
    return Packet(ACK, wire.CONTENT, 0, options=(*options, *form), payload=payload)


@dataclass(eq=False)
class Client:
    """A client on the scene's wire.

    Attributes:
        packets: All that came, decoded.
        answers: Returns its answer to a request, whose message id and token are set here; None says nothing.
    """

    world: Scene
    address: Host = field(default_factory=lambda: Host("10.0.0.9", 56830))
    packets: list[Packet] = field(default_factory=list)
    answers: Callable[[Packet], Packet | None] = obedient
    message_id: int = 0x2000

    def __post_init__(self) -> None:
        self.world.devices[self.address] = self

    def heard(self, octets: bytes, channel: Channel) -> None:
        packet = wire.decode(octets)
        self.packets.append(packet)
        answer = self.answers(packet) if packet.code in _REQUESTS else None
        if answer is not None:
            token = packet.token if answer.code != wire.EMPTY else b""
            self.send(replace(answer, message_id=packet.message_id, token=token), channel)

    def send(self, packet: Packet | bytes, channel: Channel | None = None) -> None:
        taker = (channel or self.world.access).on_datagram
        assert taker is not None
        taker(packet if isinstance(packet, bytes) else packet.encode(), self.address)

    @property
    def requests(self) -> list[Packet]:
        """The platform's requests, in their order."""
        return [packet for packet in self.packets if packet.code in _REQUESTS]

    def last(self, token: bytes) -> Packet:
        """Return the newest packet with that token."""
        return next(packet for packet in reversed(self.packets) if packet.token == token)

    async def asks(self, packet: Packet, channel: Channel | None = None) -> Packet:
        """Send a request and return its answer."""
        self.send(packet, channel)
        await self.world.settle()
        return self.last(packet.token)

    async def registers(self, links: bytes = LINKS, *query: bytes, kind: int = CON) -> Packet:
        """Log in and let what follows run to its end; return the answer."""
        self.message_id += 1
        options = (
            *wire.segments(wire.URI_PATH, "rd"),
            (wire.FORMAT, bytes((wire.LINKS,))),
            *((wire.QUERY, each) for each in (NAME, *(query or (b"lt=300", b"lwm2m=1.0", b"b=U")))),
        )
        answer = await self.asks(Packet(kind, wire.POST, self.message_id, b"rg", options, links))
        self.packets.clear()
        return answer

    def notifies(self, token: bytes, counter: int, payload: bytes, content_format: int, kind: int = NON) -> int:
        """Send a notify; return its message id."""
        self.message_id += 1
        options = ((wire.OBSERVE, wire.uint(counter)), (wire.FORMAT, wire.uint(content_format)))
        self.send(Packet(kind, wire.CONTENT, self.message_id, token, options, payload))
        return self.message_id
