"""The platform's CoAP endpoints: aiocoap over a datagram channel, with OneNET's habits.

aiocoap keeps exchanges, retransmissions and tokens. What it hides or decides otherwise is decided here:

* every datagram is noted in the journal, repeats and retransmissions too;
* message ids count up per device (the observe message ids that modules print prove it);
* an unanswered request waits 5 to 7.5 s, then twice that, and so on; a command that ran out of time is
  abandoned, so that the next one to the same device can go out;
* what comes with the same message id and token within 247 s is a repeat, and gets the same answer again, an
  answer in a message of its own its ACK too;
* notifies are matched by their token alone, and an unknown token gets a RST;
* a request with a critical option that is not known is refused.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from aiocoap import ACK, CON, EMPTY, RST, Context, Message, error
from aiocoap.messagemanager import MessageManager
from aiocoap.numbers.constants import TransportTuning
from aiocoap.pipe import Pipe, error_to_message
from aiocoap.tokenmanager import TokenManager

from onenet_sim.journal import Rule
from onenet_sim.onenet.conduct import by_the_book
from onenet_sim.onenet.options import refusal_of
from onenet_sim.onenet.wire import DUPLICATE_LIFETIME, MOST_REMEMBERED, Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    from onenet_sim.journal import Journal
    from onenet_sim.onenet.channel import DatagramChannel
    from onenet_sim.onenet.conduct import Conduct, Conductor
    from onenet_sim.onenet.wire import Remote

_FIRST_WAIT = (5.0, 7.5)
_CONDUCTS_KEPT = 1024
_LOG = logging.getLogger("onenet_sim.onenet.coap")
_LOG.setLevel(logging.ERROR)  # a peer's mistakes go to the journal; only our own are logged


@dataclass(frozen=True, slots=True)
class Reply:
    """A peer's answer to a request.

    Attributes:
        message: The answer.
        event: The journal's event of its arrival.
    """

    message: Message
    event: int | None


class Unanswered(Exception):  # noqa: N818 - a result among others
    """A request got no answer.

    Attributes:
        reset: Whether the peer answered RST, rather than nothing.
    """

    def __init__(self, *, reset: bool) -> None:
        super().__init__("RST" if reset else "no answer")
        self.reset = reset


class _Tokens(TokenManager):  # type: ignore[misc] # aiocoap has no types
    """Requests by token. Tokens count up from a seeded value; one of ours can be used again."""

    def __init__(self, context: Context, random: Random) -> None:
        super().__init__(context)
        self._token = random.randrange(1 << 24, 1 << 31)
        self.reuse: bytes | None = None

    def next_token(self) -> bytes:
        """Return the token for the next request."""
        token: bytes = self.reuse or super().next_token()
        return token

    def expects(self, response: Message) -> bool:
        """Tell whether the response answers a request that is still open."""
        return (response.token, response.remote) in self.outgoing_requests


@dataclass(slots=True)
class _Answer:
    """What answered a request, and how often it was sent again."""

    octets: bytes
    repeats: int = 0


class _Messages(MessageManager):  # type: ignore[misc] # aiocoap has no types
    """Exchanges by message id: one sequence for each peer, exchanges that can be abandoned."""

    def __init__(self, tokens: _Tokens, random: Random) -> None:
        super().__init__(tokens)
        self._random = random
        self._next_ids: dict[Remote, int] = {}
        self._addressee: Remote | None = None
        self._recent_messages: dict[tuple[Remote, int, bytes], Message | None] = {}
        self._ends: deque[tuple[float, tuple[Remote, int, bytes]]] = deque()
        self._conducts: dict[tuple[Remote, int], Conduct] = {}
        self._late: set[asyncio.TimerHandle] = set()

    def took(self, message: Message) -> bool:
        """Tell whether the message is a request, or an answer of its own, that was taken before."""
        return message.code is not EMPTY and _identity(message) in self._recent_messages

    def take(self, answer: Message) -> None:
        """Remember an answer that came in a message of its own, for its repeats."""
        self._deduplicate_message(answer)

    def treat(self, request: Message, conduct: Conduct) -> None:
        """Remember how a request is to be treated; of requests without an answer the last 1,024 are."""
        self._conducts[request.remote, request.mid] = conduct
        if len(self._conducts) > _CONDUCTS_KEPT:
            del self._conducts[next(iter(self._conducts))]

    def conduct_of(self, request: Message) -> Conduct | None:
        """Return how a request is to be treated; None is by the book."""
        return self._conducts.get((request.remote, request.mid))

    def _send_initially(self, message: Message, messageerror_monitor: Callable[[], None] | None = None) -> None:
        send = partial(super()._send_initially, message, messageerror_monitor)
        conduct = self._conducts.pop((message.remote, message.mid), None) if message.mtype is ACK else None
        if conduct is not None and conduct.wrong_token:
            message.token = bytes(octet ^ 0xFF for octet in message.token) or b"\xff"
        if conduct is None or not conduct.late:
            send()
            return

        def send_late() -> None:
            self._late.remove(timer)
            send()

        timer = self.loop.call_later(conduct.late, send_late)
        self._late.add(timer)

    def send_message(self, message: Message, messageerror_monitor: Callable[[], None]) -> None:
        """Send a message, with the next message id of its addressee."""
        self._addressee = message.remote
        super().send_message(message, messageerror_monitor)

    def _next_message_id(self) -> int:
        assert self._addressee is not None  # noqa: S101 - send_message is the only way here
        following = self._next_ids.pop(self._addressee, None)
        message_id = self._random.randrange(1 << 16) if following is None else following
        self._next_ids[self._addressee] = (message_id + 1) & 0xFFFF
        if len(self._next_ids) > MOST_REMEMBERED:
            del self._next_ids[next(iter(self._next_ids))]
        return message_id

    def moved(self, before: Remote, after: Remote) -> None:
        """Let the sequence of message ids follow a device to its new address."""
        if before in self._next_ids:
            self._next_ids[after] = self._next_ids.pop(before)

    def _deduplicate_message(self, message: Message) -> bool:
        now = self.loop.time()
        while self._ends and (self._ends[0][0] <= now or len(self._ends) >= MOST_REMEMBERED):
            del self._recent_messages[self._ends.popleft()[1]]
        key = _identity(message)
        if key not in self._recent_messages:
            self._recent_messages[key] = None
            self._ends.append((now + DUPLICATE_LIFETIME, key))
            return False
        answer = self._recent_messages[key]
        if message.mtype is CON and answer is not None:
            answer.repeats += 1
            self.message_interface.send_again(answer.octets, message.remote, answer.repeats)
        return True

    def _store_response_for_duplicates(self, message: Message) -> None:
        # As octets: the message itself would hold on to the whole request that it answers.
        if message.mtype in {ACK, RST} and _identity(message) in self._recent_messages:
            self._recent_messages[_identity(message)] = _Answer(message.encode())

    def _continue_backlog(self, remote: Remote) -> None:
        # aiocoap looks through the exchanges of all peers for another one of this peer; each has one at a time.
        waiting = self._backlogs[remote]
        if waiting:
            self._send_initially(*waiting.pop(0))
        else:
            del self._backlogs[remote]

    def abandon(self, request: Message) -> None:
        """Send a request no more, and let the next one to the same peer go out."""
        if self._active_exchanges is None:
            return
        key = (request.remote, request.mid)
        waiting = self._backlogs.get(request.remote)
        if key in self._active_exchanges:
            _, timer = self._active_exchanges.pop(key)
            timer.cancel()
            self._continue_backlog(request.remote)
        elif waiting is not None:
            waiting[:] = [entry for entry in waiting if entry[0] is not request]

    def settle(self, message: Message, *, accepted: bool) -> None:
        """Answer a message below the level of requests: ACK if it was accepted and asks for it, else RST."""
        if accepted and message.mtype is not CON:
            return
        answer = Message(code=EMPTY)
        answer.mtype, answer.mid, answer.remote = ACK if accepted else RST, message.mid, message.remote
        self._send_initially(answer)

    async def shutdown(self) -> None:
        """Stop all timers."""
        for _, timer in self._piggyback_opportunities.values():
            timer.cancel()
        self._piggyback_opportunities.clear()
        for timer in self._late:
            timer.cancel()
        await super().shutdown()


def _identity(message: Message) -> tuple[Remote, int, bytes]:
    """Return what a message and its repeats have in common: OneNET looks at message id and token."""
    return (message.remote, message.mid, message.token)


class _Context(Context):  # type: ignore[misc] # aiocoap has no types
    """Answers each request before the next datagram is looked at, unless its conduct lets it wait.

    aiocoap would begin a task for each, and a request under the same token would end it unanswered: peers that use
    no tokens send more than one at a time all the same.
    """

    def __init__(
        self, serve: Callable[[Message], Message], conduct_of: Callable[[Message], Conduct | None]
    ) -> None:
        super().__init__(loop=asyncio.get_running_loop(), loggername=_LOG.name)
        self._serve = serve
        self._conduct_of = conduct_of

    def render_to_pipe(self, pipe: Pipe) -> None:
        """Answer the request in the pipe."""
        conduct = self._conduct_of(pipe.request)
        if conduct is None or conduct.separate is None:
            self._answer(pipe, conduct)
        else:
            timer = self.loop.call_later(conduct.separate, self._answer, pipe, conduct)
            pipe.on_interest_end(timer.cancel)

    def _answer(self, pipe: Pipe, conduct: Conduct | None) -> None:
        answer = None if conduct is None else conduct.answer
        try:
            pipe.add_response(self._serve(pipe.request) if answer is None else answer, is_last=True)
        except Exception as ours:  # noqa: BLE001 - the peer gets a 5.00, and the log what it was
            error_to_message(pipe, _LOG).add_exception(ours)


class Endpoint:
    """A CoAP endpoint of the platform on its channels, from its construction to :meth:`close`.

    Args:
        end: Its name in the journal, ``bootstrap`` or ``access``.
        channels: Where its datagrams come from; an answer goes back through the same one.
        journal: Where everything is noted.
        random: Seeds message ids, tokens and waits.
        serve: Answers a peer's request.
        notified: Takes a response that answers no open request, and how often it came before; returns
            whether it is welcome. One that is not gets a RST.
        conduct: Says how a message is to be treated other than by the book.
    """

    def __init__(
        self,
        end: str,
        channels: Sequence[DatagramChannel[Any]],
        *,
        journal: Journal,
        random: Random,
        serve: Callable[[Message], Message],
        notified: Callable[[Message, int], bool] = lambda _message, _repeat: False,
        conduct: Conductor = by_the_book,
    ) -> None:
        self._journal = journal
        self._random = random
        self._notified = notified
        self._conduct = conduct
        self._context = _Context(serve, lambda request: self._messages.conduct_of(request))  # noqa: PLW0108 - below
        self._tokens = _Tokens(self._context, random)
        self._messages = _Messages(self._tokens, random)
        self._tokens.token_interface = self._messages
        self._context.request_interfaces.append(self._tokens)
        reset = partial(self._messages.settle, accepted=False)
        self._messages.message_interface = Wire(
            end, channels, journal, self._context.loop.time, self._arrived, reset
        )

    def _arrived(self, message: Message, repeat: int) -> None:
        conduct = None if self._messages.took(message) else self._conduct(message) or self._refusal_of(message)
        if conduct is not None:
            if conduct.discard:
                return
            if conduct.reset:
                self._messages.settle(message, accepted=False)
                return
            self._messages.treat(message, conduct)
        if message.code.is_response() and message.mtype is not ACK:
            if self._messages.took(message):
                self._messages.settle(message, accepted=True)
                return
            if not self._tokens.expects(message):
                self._messages.settle(message, accepted=self._notified(message, repeat))
                return
            self._messages.take(message)
        self._messages.dispatch_message(message)

    def _refusal_of(self, message: Message) -> Conduct | None:
        refusal = refusal_of(message) if message.code.is_request() else None
        if refusal is None:
            return None
        conduct, why = refusal
        self._journal.note(Rule.UNKNOWN_OPTION.explains(why))
        return conduct

    async def exchange(
        self,
        request: Message,
        remote: Remote,
        *,
        token: bytes | None = None,
        answered: Callable[[Message], None] = lambda _answer: None,
    ) -> Reply:
        """Send a confirmable request and return its answer; cancelling it abandons the request.

        Args:
            request: The request; its token and message id are set by sending it.
            remote: The peer.
            token: A token to use again, for what continues an earlier request (RFC 7641 §3.6).
            answered: Called with the answer at once, before the next datagram is looked at.

        Raises:
            Unanswered: The peer answered with RST, or the endpoint was closed.
        """
        answer: asyncio.Future[Reply | Unanswered] = self._context.loop.create_future()

        def happened(event: Pipe.Event) -> bool:
            if not answer.done():
                if event.message is not None:
                    answered(event.message)
                    answer.set_result(Reply(event.message, self._journal.cause))
                elif event.exception is error.MessageError or isinstance(event.exception, error.Error):
                    answer.set_result(Unanswered(reset=event.exception is error.MessageError))
                else:
                    answer.set_exception(event.exception)
            return False

        wait = TransportTuning()
        wait.ACK_TIMEOUT, wait.ACK_RANDOM_FACTOR = self._random.uniform(*_FIRST_WAIT), 1.0
        request.remote, request.transport_tuning, request.mtype = remote, wait, CON
        pipe = Pipe(request, _LOG)
        lose_interest = pipe.on_event(happened)
        self._tokens.reuse = token
        try:
            self._tokens.request(pipe)
            self._tokens.reuse = None
            outcome = await answer
        finally:
            self._tokens.reuse = None
            lose_interest()
            self._messages.abandon(request)
        if isinstance(outcome, Unanswered):
            raise outcome
        return outcome

    def moved(self, before: Remote, after: Remote) -> None:
        """Let the sequence of message ids follow a device to its new address."""
        self._messages.moved(before, after)

    async def close(self) -> None:
        """Stop every timer and task and leave the channel."""
        await self._context.shutdown()
