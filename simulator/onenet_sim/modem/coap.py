"""The module's own CoAP endpoint (RFC 7252), with the habits of the modules, on aiocoap's message codec.

Unlike a library's client it retransmits without a random factor, never acknowledges early (the ACK waits for
the host's answer), and tells its owner of a repeated request, because the module prints it again.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiocoap import Message, error, optiontypes
from aiocoap.numbers import codes, types

from onenet_sim.journal import DatagramDropped, Explanation, Rule
from onenet_sim.journal.coap import coap_received, coap_sent

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiocoap.numbers.codes import Code

    from onenet_sim.journal import Journal
    from onenet_sim.modem.configuration import Configuration
    from onenet_sim.modem.login_habits import CoapHabits
    from onenet_sim.modem.timers import Timer, Timers

AUTH_CODE_OPTION = 63
_KNOWN_CRITICAL = frozenset({1, 3, 5, 7, 11, 15, 17, 19, 23, 27, 35, 39, AUTH_CODE_OPTION})
_REQUESTS_KEPT = 64
_REPORTS_KEPT = 64
_EXCHANGE_LIFETIME = 247.0
"""Seconds in which a message id means the same message (RFC 7252, 4.8.2)."""
_HEADER = 4
_TOKEN_MAXIMUM = 8
_PAYLOAD_MARKER = 0xFF
_AROUND_PAYLOAD = 32
"""More than header, token and options of a report or an answer take."""


@dataclass(frozen=True, slots=True)
class Peer:
    """The far end as the module dialled it: a host name or address, and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Datagram:
    """Octets for the network, through DTLS if ``sealed``. ``cause`` is the journal's event of their sending."""

    octets: bytes
    peer: Peer
    cause: int
    sealed: bool = False


@dataclass(slots=True)
class Incoming:
    """A request from the platform, until it is answered and for as long as it may be repeated."""

    message: Message
    peer: Peer
    event: int
    arrived: float = 0.0
    repeats: int = 0
    answer: Message | None = None


@dataclass(slots=True)
class Exchange:
    """A confirmable message of ours on its way.

    Attributes:
        replied: Called with the reply (an ACK, RST or separate response), or with None when none came.
        awaits_response: Whether an empty ACK is not the end.
    """

    message: Message
    peer: Peer
    replied: Callable[[Message | None], None]
    awaits_response: bool
    wait: float
    sent: int = 1
    resend: Timer | None = None
    give_up: Timer | None = field(default=None)


def confirms(message: Message | None) -> bool:
    """Return whether a reply to a report accepts it: an empty ACK, or one with 2.04."""
    return (
        message is not None
        and message.mtype is types.ACK
        and (message.code is codes.EMPTY or message.code is codes.CHANGED)
    )


class CoapEndpoint:
    """One module's end of the wire.

    Attributes:
        outbox: Datagrams to send, oldest first; the owner takes them.
        dispatch: Called with each datagram of ours; it goes into the outbox unless that is replaced.
        on_request: Called with each new request.
        on_repeat: Called with a request that came again before it was answered.
        on_dropped: Called when a report or an answer was too long to be sent.
        on_reset: Called with the message id of a report that the platform rejected.
        on_all_answered: Called when none of our confirmable messages awaits a reply any more.
    """

    def __init__(
        self,
        habits: CoapHabits,
        configuration: Configuration,
        timers: Timers,
        journal: Journal,
        modem: str,
        first_message_id: int,
    ) -> None:
        self._habits = habits
        self._configuration = configuration
        self._timers = timers
        self._journal = journal
        self._modem = modem
        self._message_id = first_message_id
        self._exchanges: list[Exchange] = []
        self._incoming: OrderedDict[tuple[Peer, int], Incoming] = OrderedDict()
        self._reports: OrderedDict[int, Callable[[Message | None], None] | None] = OrderedDict()
        self.outbox: list[Datagram] = []
        self.dispatch: Callable[[Datagram], None] = self._put
        self.on_request: Callable[[Incoming], None] = lambda _: None
        self.on_repeat: Callable[[Incoming], None] = lambda _: None
        self.on_dropped: Callable[[], None] = lambda: None
        self.on_reset: Callable[[int], None] = lambda _: None
        self.on_all_answered: Callable[[], None] = lambda: None

    # --- sending ----------------------------------------------------------------------------------

    def request(
        self,
        message: Message,
        peer: Peer,
        replied: Callable[[Message | None], None],
        *,
        now: float,
        within: float | None = None,
    ) -> Exchange:
        """Send a confirmable request of ours; ``within`` bounds the wait for its reply, in seconds.

        Without ``within`` the wait ends 31 ack time-outs after the first sending (four retransmissions).
        """
        message.mtype = types.CON
        message.mid = self._next_message_id()
        clock = int(now)
        message.token = bytes((message.mid & 0xFF, message.mid >> 8, clock & 0xFF, clock >> 8 & 0xFF))
        return self._begin(message, peer, replied, now=now, within=within, awaits_response=True)

    def report(
        self,
        message: Message,
        peer: Peer,
        *,
        now: float,
        replied: Callable[[Message | None], None] | None = None,
        once: bool = False,
    ) -> int | None:
        """Send a notification and return its message id, or None if it is too long and was dropped.

        It is confirmable if somebody awaits the reply.
        One that is sent ``once`` is awaited without end, until 64 further reports have gone out.
        """
        message.mid = self._next_message_id()
        message.mtype = types.NON if replied is None else types.CON
        if self._drops(message):
            return None
        if replied is None or once:
            self._send(message, peer)
        else:
            self._begin(message, peer, replied, now=now, within=None, awaits_response=False)
        self._reports[message.mid] = replied if once else None
        if len(self._reports) > _REPORTS_KEPT:
            self._reports.popitem(last=False)
        return int(message.mid)

    def reply(self, incoming: Incoming, message: Message) -> None:
        """Answer a request: on the ACK if it was confirmable, else in a message of its own."""
        request = incoming.message
        message.token = request.token
        if request.mtype is types.CON:
            message.mtype, message.mid = types.ACK, request.mid
        else:
            message.mtype, message.mid = types.NON, self._next_message_id()
        if self._drops(message):
            return
        incoming.answer = message
        self._send(message, incoming.peer)

    def _begin(
        self,
        message: Message,
        peer: Peer,
        replied: Callable[[Message | None], None],
        *,
        now: float,
        within: float | None,
        awaits_response: bool,
    ) -> Exchange:
        wait = self._configuration.ack_timeout
        exchange = Exchange(message, peer, replied, awaits_response, wait)
        self._exchanges.append(exchange)
        total = wait * (2 ** (self._habits.retransmissions + 1) - 1)
        limit = total if within is None else min(total, within)
        exchange.give_up = self._timers.at(now + limit, lambda: self._end(exchange, None))
        exchange.resend = self._timers.at(now + wait, lambda: self._resend(exchange, now + wait))
        self._send(message, peer)
        return exchange

    def _resend(self, exchange: Exchange, now: float) -> None:
        if exchange.sent > self._habits.retransmissions:
            return
        self._send(exchange.message, exchange.peer, repeat=exchange.sent)
        exchange.sent += 1
        exchange.wait *= 2
        due = now + exchange.wait
        exchange.resend = self._timers.at(due, lambda: self._resend(exchange, due))

    def _go_on(self, exchange: Exchange, now: float) -> None:
        """Go on retransmitting, also if an empty ACK had stopped that."""
        self._journal.note(Explanation("a 4.01 is no answer for this module; it sends the request again"))
        if exchange.resend and exchange.resend.action is None:
            due = now + exchange.wait
            exchange.resend = self._timers.at(due, lambda: self._resend(exchange, due))

    def _end(self, exchange: Exchange, reply: Message | None) -> None:
        self.abandon(exchange)
        exchange.replied(reply)
        if not self._exchanges:
            self.on_all_answered()

    @property
    def awaits_reply(self) -> bool:
        """Whether a confirmable message of ours is neither answered nor given up."""
        return bool(self._exchanges)

    def abandon(self, exchange: Exchange) -> None:
        """Forget an exchange: no more retransmissions, and nobody is told of a reply."""
        if exchange in self._exchanges:
            self._exchanges.remove(exchange)
        for timer in (exchange.resend, exchange.give_up):
            if timer:
                timer.cancel()

    def forget_all(self) -> None:
        """Forget every exchange and every request, as a closed socket does."""
        for exchange in tuple(self._exchanges):
            self.abandon(exchange)
        self._incoming.clear()
        self._reports.clear()

    def _send(self, message: Message, peer: Peer, repeat: int = 0) -> None:
        octets = message.encode()
        sent = coap_sent(message, octets, end="modem", peer=str(peer), repeat=repeat)
        self.dispatch(Datagram(octets, peer, self._journal.note(sent, modem=self._modem)))

    def _put(self, datagram: Datagram) -> None:
        self.outbox.append(datagram)

    def _drops(self, message: Message) -> bool:
        """Drop a message that is longer than this module's datagrams can be, if it is."""
        most = self._habits.packet_maximum
        if not most or len(message.payload) + _AROUND_PAYLOAD <= most:
            return False
        octets = len(message.encode())
        if octets <= most:
            return False
        self._journal.note(Explanation(f"a packet of {octets} octets is dropped; at most {most} go out"))
        self.on_dropped()
        return True

    def _next_message_id(self) -> int:
        message_id = self._message_id
        self._message_id = message_id + 1 & 0xFFFF
        return message_id

    # --- receiving --------------------------------------------------------------------------------

    def receive(self, octets: bytes, peer: Peer, *, now: float) -> None:
        """Take a datagram. What is no CoAP message is dropped with a note in the journal."""
        try:
            message = _decode(octets)
        except (error.Error, ValueError, IndexError) as problem:
            why = f"not a CoAP message: {problem or type(problem).__name__}"
            self._journal.note(DatagramDropped("modem", octets, why), modem=self._modem)
            return
        known = self._known(message, peer, now)
        repeat = known.repeats + 1 if known else 0
        received = coap_received(message, octets, end="modem", peer=str(peer), repeat=repeat)
        event = self._journal.note(received, modem=self._modem)
        with self._journal.because(event):
            if message.code.is_request() and message.mtype in {types.CON, types.NON}:
                self._take_request(Incoming(message, peer, event, now), known)
            elif message.code.is_response() or message.code is codes.EMPTY:
                self._take_reply(message, peer, now)
            elif message.mtype is types.CON:
                self._reject(message, peer, f"a module knows no message with the code {message.code}")

    def _known(self, message: Message, peer: Peer, now: float) -> Incoming | None:
        """Return the request that this message repeats, if it does."""
        known = self._incoming.get((peer, message.mid)) if message.code.is_request() else None
        return known if known is not None and now - known.arrived < _EXCHANGE_LIFETIME else None

    def forget(self, incoming: Incoming) -> None:
        """Forget a request that was not answered: should the platform repeat it, it is taken as a new one."""
        self._incoming.pop((incoming.peer, incoming.message.mid), None)

    def _take_request(self, incoming: Incoming, known: Incoming | None) -> None:
        if known is not None:
            known.repeats += 1
            if known.answer is not None:
                self._send(known.answer, known.peer, repeat=known.repeats)
            else:
                self.on_repeat(known)
            return
        message = incoming.message
        self._incoming.pop((incoming.peer, message.mid), None)
        self._incoming[incoming.peer, message.mid] = incoming
        if len(self._incoming) > _REQUESTS_KEPT:
            self._incoming.popitem(last=False)
        unknown = [
            int(option.number)
            for option in message.opt.option_list()
            if option.number & 1 and option.number not in _KNOWN_CRITICAL
        ]
        if unknown:
            what = f"the request has the critical option {unknown[0]}, which this module does not know"
            self._journal.note(Explanation(what))
            self.reply(incoming, Message(code=codes.BAD_OPTION))
        else:
            self.on_request(incoming)

    def _take_reply(self, message: Message, peer: Peer, now: float) -> None:
        exchange = self._exchange_of(message)
        if exchange is not None:
            if message.mtype is types.ACK and exchange.awaits_response and not _responds(message, exchange):
                if exchange.resend:
                    exchange.resend.cancel()
                return
            if message.mtype is types.CON:
                self._acknowledge(message, peer)
            if message.code is codes.UNAUTHORIZED and exchange.awaits_response and self._habits.unauthorized_waits:
                self._go_on(exchange, now)
            else:
                self._end(exchange, message)
        elif message.mtype is types.CON:
            self._reject(message, peer, "it answers nothing that the module still waits for")
        elif message.mtype is not types.NON and (told := self._reports.get(message.mid)):
            self._reports[message.mid] = None
            told(message)
        if message.mtype is types.RST and message.mid in self._reports:
            self.on_reset(message.mid)

    def _exchange_of(self, message: Message) -> Exchange | None:
        by_token = message.code.is_response() and message.mtype in {types.CON, types.NON}
        for exchange in self._exchanges:
            mine = exchange.message
            if (mine.token == message.token) if by_token else (mine.mid == message.mid):
                return exchange
        return None

    def _acknowledge(self, message: Message, peer: Peer) -> None:
        self._send(_empty(types.ACK, message.mid), peer)

    def _reject(self, message: Message, peer: Peer, why: str) -> None:
        self._journal.note(Rule.UNWANTED_MESSAGE.explains(f"RST: {why}"))
        self._send(_empty(types.RST, message.mid), peer)


def _decode(octets: bytes) -> Message:
    """Return the message, strict where aiocoap's codec is lenient (RFC 7252, 3 and 4.1)."""
    message = Message.decode(octets)
    token_length = octets[0] & 0x0F
    if token_length > _TOKEN_MAXIMUM or len(message.token) < token_length:
        raise ValueError(f"a token of {token_length} octets")
    if message.code is codes.EMPTY and len(octets) > _HEADER:
        raise ValueError("an empty message with something behind its header")
    if message.mtype is types.RST and message.code is not codes.EMPTY:
        raise ValueError("a reset that is not empty")
    if not message.payload and octets[-1] == _PAYLOAD_MARKER and _marked(octets):
        raise ValueError("a payload marker without a payload")
    return message


def _marked(octets: bytes) -> bool:
    """Whether the last octet is a payload marker, not the end of an option or of the token."""
    try:
        Message.decode(octets[:-1])
    except (error.Error, ValueError, IndexError):
        return False
    return len(octets) > _HEADER + (octets[0] & 0x0F)


def _responds(message: Message, exchange: Exchange) -> bool:
    """Whether an ACK carries the response; with another token it only acknowledges (RFC 7252, 5.3.2)."""
    return bool(message.code.is_response() and message.token == exchange.message.token)


def _empty(kind: types.Type, message_id: int) -> Message:
    message = Message(code=codes.EMPTY)
    message.mtype, message.mid, message.token = kind, message_id, b""
    return message


def make_message(
    code: Code,
    *,
    path: tuple[str, ...] = (),
    query: tuple[str, ...] = (),
    payload: bytes = b"",
    content_format: int | None = None,
    observe: int | None = None,
    auth_code: str = "",
) -> Message:
    """Return a CoAP message; ``auth_code`` becomes OneNET's option 63."""
    message = Message(code=code, payload=payload)
    message.opt.uri_path = path
    message.opt.uri_query = query
    if content_format is not None:
        message.opt.content_format = content_format
    if observe is not None:
        message.opt.observe = observe
    if auth_code:
        message.opt.add_option(optiontypes.StringOption(AUTH_CODE_OPTION, auth_code))
    return message
