"""Between the channel and aiocoap: datagrams become messages and back, and the journal notes each of them."""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from aiocoap import EMPTY, Message, error, interfaces

from onenet_sim.journal import DatagramDropped, coap_received, coap_sent
from onenet_sim.onenet.datagram import flaw_of, resettable

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from onenet_sim.journal import Journal
    from onenet_sim.onenet.channel import Address, DatagramChannel

DUPLICATE_LIFETIME = 247.0
"""How long a message id and its token are remembered, in seconds (OneNET FAQ; RFC 7252 §4.8.2 has the time)."""

MOST_REMEMBERED = 65_536
"""How many message ids or peers an endpoint remembers at a time, at 700 octets each: 44 MiB at most.

Beyond it the oldest are forgotten: a repeat of such a request is served again, of such a notify a second point.
"""


class Remote(interfaces.EndpointAddress):  # type: ignore[misc] # aiocoap has no types
    """A peer as aiocoap sees it: equal when its address on the same channel is."""

    scheme = "coap"
    is_multicast = False
    is_multicast_locally = False

    def __init__(self, address: Address, channel: DatagramChannel[Any]) -> None:
        self.address = address
        self.channel = channel

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Remote) and self.address == other.address and self.channel is other.channel

    def __hash__(self) -> int:
        return hash(self.address)

    def __str__(self) -> str:
        return self.hostinfo

    @property
    def hostinfo(self) -> str:
        """``host:port`` of the peer."""
        return f"{self.address.host}:{self.address.port}"

    @property
    def hostinfo_local(self) -> str:
        """``host:port`` of the platform."""
        return f"{self.channel.local.host}:{self.channel.local.port}"

    @property
    def uri_base(self) -> str:
        """The peer as a URI."""
        return f"coap://{self.hostinfo}"

    @property
    def uri_base_local(self) -> str:
        """The platform as a URI."""
        return f"coap://{self.hostinfo_local}"

    @property
    def blockwise_key(self) -> Hashable:
        """What blocks must share to belong together."""
        return self.address


class Recent:
    """How often each key was seen within a while. Keeps the newest 65,536."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._counts: dict[Hashable, int] = {}
        self._ends: deque[tuple[float, Hashable]] = deque()

    def count(self, key: Hashable) -> int:
        """Count the key and return how often it was seen before."""
        now = self._clock()
        while self._ends and (self._ends[0][0] <= now or len(self._ends) >= MOST_REMEMBERED):
            del self._counts[self._ends.popleft()[1]]
        if key not in self._counts:
            self._counts[key] = 0
            self._ends.append((now + DUPLICATE_LIFETIME, key))
            return 0
        self._counts[key] += 1
        return self._counts[key]


class Wire(interfaces.MessageInterface):  # type: ignore[misc] # aiocoap has no types
    """The lowest layer: octets of the channels to messages and back, each noted in the journal."""

    def __init__(
        self,
        end: str,
        channels: Sequence[DatagramChannel[Any]],
        journal: Journal,
        clock: Callable[[], float],
        arrived: Callable[[Message, int], None],
        reset: Callable[[Message], None],
    ) -> None:
        self._end = end
        self._channels = channels
        self._journal = journal
        self._arrived = arrived
        self._reset = reset
        self._seen = Recent(clock)
        self._sent: WeakKeyDictionary[Message, int] = WeakKeyDictionary()
        for channel in channels:
            channel.on_datagram = partial(self._received, channel)

    def send(self, message: Message) -> None:
        """Send a message, for the first time or again."""
        repeat = self._sent[message] = self._sent.get(message, -1) + 1
        self._send(message, message.encode(), repeat)

    def send_again(self, octets: bytes, remote: Remote, repeat: int) -> None:
        """Send a message of which only the octets were kept, for the ``repeat``-th time after the first."""
        self._send(Message.decode(octets, remote=remote), octets, repeat)

    def _send(self, message: Message, octets: bytes, repeat: int) -> None:
        peer = message.remote
        event = self._journal.note(coap_sent(message, octets, end=self._end, peer=str(peer), repeat=repeat))
        with self._journal.because(event):
            peer.channel.send(octets, peer.address)

    def _received(self, channel: DatagramChannel[Any], octets: bytes, address: Address) -> None:
        remote = Remote(address, channel)
        flaw = flaw_of(octets)
        if flaw is None:
            try:
                message = Message.decode(octets, remote=remote)
            except (error.Error, ValueError) as unreadable:
                flaw = f"not a CoAP message: {unreadable}"
        if flaw is not None:
            self._drop(octets, remote, flaw)
            return
        repeat = self._seen.count((remote, message.mid, message.token))
        received = coap_received(message, octets, end=self._end, peer=str(remote), repeat=repeat)
        event = self._journal.note(received)
        with self._journal.because(event):
            self._arrived(message, repeat)

    def _drop(self, octets: bytes, remote: Remote, why: str) -> None:
        event = self._journal.note(DatagramDropped(self._end, octets, why))
        if resettable(octets):
            reset = Message(code=EMPTY)
            reset.mid, reset.remote = int.from_bytes(octets[2:4], "big"), remote
            with self._journal.because(event):
                self._reset(reset)

    async def shutdown(self) -> None:
        """Leave the channels open for the next platform."""
        for channel in self._channels:
            channel.on_datagram = None

    async def determine_remote(self, message: Message) -> None:  # noqa: ARG002 - aiocoap's signature
        """Know no peer by name: the platform answers, and asks those who registered."""
        return
