"""The module's login: bootstrap, register, update, de-register, and what the end of the lifetime brings.

Sources: LwM2M user manual for OneMO modules 3.6 to 3.8 and 4.5; CIS SDK ``cis_core.c``, ``cis_bootstrap.c``,
``cis_registration.c``; OMA LwM2M 1.0, 5.2 and 5.3.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from aiocoap.numbers import codes

from onenet_sim.journal import SessionChanged
from onenet_sim.lwm2m import ContentFormat
from onenet_sim.modem.bootstrap import HandedOut
from onenet_sim.modem.coap import make_message
from onenet_sim.modem.codes import MiplEvent
from onenet_sim.modem.device import uri_peer
from onenet_sim.modem.lifetime import own_update_after, warning_lead
from onenet_sim.modem.login_habits import Expiry
from onenet_sim.modem.mipl_habits import FailedUpdate
from onenet_sim.modem.profile import Family

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiocoap import Message

    from onenet_sim.modem.coap import Exchange, Incoming, Peer
    from onenet_sim.modem.device import Device, Server
    from onenet_sim.modem.module import Module
    from onenet_sim.modem.timers import Timer

_WARNING_LEAST = 1.0
_BINDING = "U"


class State(StrEnum):
    """Where a login stands."""

    CLOSED = "closed"
    BOOTSTRAPPING = "bootstrapping"
    REGISTERING = "registering"
    READY = "ready"
    WAITING = "waiting to try again"
    DEREGISTERING = "de-registering"


class Session:
    """One device's login.

    Attributes:
        state: Where it stands.
        begun: The host has sent OPEN, and no CLOSE since; a login that failed or ended by itself counts still.
        peer: The access machine, once known.
        lifetime: The lifetime in force, in seconds.
        expires: World time at which it ends, while logged in.
        changed: The journal's event of its last change, if there was one.
    """

    def __init__(self, module: Module) -> None:
        self._module = module
        self.state = State.CLOSED
        self.begun = False
        self.peer: Peer | None = None
        self.lifetime = 0
        self.expires: float | None = None
        self.changed: int | None = None
        self._location: tuple[str, ...] = ()
        self._timeout = 0.0
        self._deadline = 0.0
        self._attempts = 0
        self._exchange: Exchange | None = None
        self._handed_out = HandedOut(module.explain)
        self._first_event = False
        self._own_update: float | None = None
        self._deferred: tuple[int, bool] | None = None
        self._timers: list[Timer] = []

    @property
    def _device(self) -> Device:
        device = self._module.device
        assert device is not None  # noqa: S101 - a session runs only while there is a device
        return device

    def takes_first_event(self) -> bool:
        """Return whether the next event is the first since OPEN; after this it no longer is."""
        first, self._first_event = self._first_event, False
        return first

    # --- login ------------------------------------------------------------------------------------

    def open(self, lifetime: int, timeout: float) -> None:
        """Begin a login; its outcome comes as events."""
        self.lifetime, self._timeout, self._attempts = lifetime, timeout, 0
        self._first_event = self.begun = True
        self._module.output.opens()
        self._attempt()

    def _attempt(self) -> None:
        self._attempts += 1
        self._deadline = self._module.now + self._timeout
        server = self._device.server
        if not server.bootstrap:
            self._connect(server)
            return
        self._device.handed_out = None
        self._go(State.BOOTSTRAPPING, f"asking the bootstrap server {server.peer}")
        self._module.event(MiplEvent.BOOTSTRAP_STARTED)
        self._handed_out = HandedOut(self._module.explain)
        self._secure(server, self._ask_for_bootstrap, self._bootstrap_failed)

    def _secure(self, server: Server, go_on: Callable[[], None], failed: Callable[[str], None]) -> None:
        """Go on with the login: at once, or where the server has a key when a DTLS handshake is done."""
        if server.psk is None:
            go_on()
            return

        def concluded(why: str) -> None:
            self._cancel_timers()
            if why:
                failed(why)
            else:
                go_on()

        self._module.channel.open(server.peer, server.psk, concluded)
        left = max(0.0, self._deadline - self._module.now)
        self._after(left, lambda: concluded(f"the DTLS handshake with {server.peer} took too long"))

    def _ask_for_bootstrap(self) -> None:
        message = make_message(
            codes.POST,
            path=("bs",),
            query=(f"ep={self._endpoint_name}",),
            auth_code=self._auth_code("bootstrap"),
        )
        self._log_in(message, self._device.server.peer, self._bootstrap_answered)

    @property
    def _endpoint_name(self) -> str:
        return self._device.endpoint_name(self._module.identity)

    def _auth_code(self, message: str) -> str:
        return self._device.server.auth_code if message in self._module.profile.coap.authorizes else ""

    def _log_in(self, message: Message, peer: Peer, replied: Callable[[Message | None], None]) -> None:
        """Send a message of the login; OPEN's time-out bounds the whole attempt."""
        left = max(0.0, self._deadline - self._module.now)
        self._exchange = self._module.endpoint.request(message, peer, replied, now=self._module.now, within=left)

    def _request(self, message: Message, peer: Peer, replied: Callable[[Message | None], None]) -> Exchange:
        return self._module.endpoint.request(message, peer, replied, now=self._module.now)

    def _bootstrap_answered(self, reply: Message | None) -> None:
        if self.state is not State.BOOTSTRAPPING:
            return
        if reply is None or reply.code is not codes.CHANGED:
            said = "did not answer" if reply is None else f"answered {reply.code}"
            self._bootstrap_failed(f"the bootstrap server {said}")
            return
        self._await_bootstrap()

    def _await_bootstrap(self) -> None:
        """Wait for the bootstrap server; if it writes before its ACK has come, the ACK is taken for lost."""
        if self._exchange is None:
            return
        self._module.endpoint.abandon(self._exchange)
        self._exchange = None
        wait = min(self._module.profile.coap.bootstrap_wait, self._deadline - self._module.now)
        self._after(wait, lambda: self._bootstrap_failed(f"the bootstrap server did not finish in {wait:g} s"))

    def take_bootstrap(self, incoming: Incoming) -> None:
        """Answer a request of the bootstrap server: it writes object 0 and says when it has finished."""
        message = incoming.message
        if message.code is not codes.GET and incoming.peer == self._device.server.peer:
            self._await_bootstrap()
        self._module.endpoint.reply(incoming, make_message(self._handed_out.take(message)))
        if self._handed_out.finished:
            self._bootstrap_finished()

    def _bootstrap_finished(self) -> None:
        self._cancel_timers()
        handed_out = self._handed_out
        peer = uri_peer(handed_out.server_uri)
        if peer is None:
            self._bootstrap_failed(f"the bootstrap server wrote the server URI {handed_out.server_uri!r}")
            return
        server = replace(self._device.server, peer=peer, bootstrap=False, psk=handed_out.psk)
        self._device.handed_out = server
        self._module.event(MiplEvent.BOOTSTRAP_DONE)
        self._connect(server)

    def _bootstrap_failed(self, why: str) -> None:
        self._module.event(MiplEvent.BOOTSTRAP_FAILED)
        self._failed(why, self._module.profile.coap.connect_retry)

    def _connect(self, server: Server) -> None:
        self.peer = server.peer
        self._go(State.REGISTERING, f"registering with {server.peer}")
        self._secure(server, self._register, self._connect_failed)

    def _connect_failed(self, why: str) -> None:
        prints = MiplEvent.CONNECT_FAILED in self._module.profile.mipl.events
        self._module.event(MiplEvent.CONNECT_FAILED if prints else MiplEvent.REGISTER_FAILED)
        self._failed(why, self._module.profile.coap.connect_retry)

    def _register(self) -> None:
        assert self.peer is not None  # noqa: S101 - the server has been chosen
        self._module.event(MiplEvent.CONNECTED)
        binding = self._device.binding
        letters = _BINDING if binding is None else binding.letters
        query = {
            "lwm2m": "lwm2m=1.0",
            "ep": f"ep={self._endpoint_name}",
            "b": f"b={letters}" if letters else "",
            "lt": f"lt={self.lifetime}",
        }
        message = make_message(
            codes.POST,
            path=("rd",),
            query=tuple(query[key] for key in self._module.profile.coap.query if query[key]),
            content_format=ContentFormat.LINK,
            payload=self._links(),
            auth_code=self._auth_code("register"),
        )
        self._log_in(message, self.peer, self._register_answered)

    def _links(self) -> bytes:
        habits = self._module.profile.coap
        return self._device.registration_links(security=habits.lists_security, sort=habits.sorts_objects)

    def _register_answered(self, reply: Message | None) -> None:
        if self.state is not State.REGISTERING:
            return
        retry = self._module.profile.coap.register_retry
        if reply is None:
            self._register_unanswered("the access machine did not answer the registration", retry)
        elif reply.code is not codes.CREATED:
            self._module.event(MiplEvent.REGISTER_FAILED)
            self._failed(f"the access machine answered the registration with {reply.code}", retry)
        else:
            self._location = tuple(reply.opt.location_path)
            self._go(State.READY, "registered at /" + "/".join(self._location))
            self._module.event(MiplEvent.REGISTERED)
            self._module.firmware.logged_in()
            self._start_lifetime()

    def _register_unanswered(self, why: str, retry: float) -> None:
        habits = self._module.profile.mipl
        for number in habits.register_timeout_events:
            self._module.event(MiplEvent(number))
        if habits.retries_unanswered:
            self._failed(why, retry)
        else:
            self._forget()
            self._go(State.CLOSED, why)

    def _failed(self, why: str, retry: float) -> None:
        self._module.explain(why)
        limit = self._module.profile.coap.login_attempts
        self._forget()
        if limit and self._attempts >= limit:
            self._go(State.CLOSED, why)
        else:
            self._go(State.WAITING, why)
            self._after(retry, self._attempt)

    # --- update, close, end of lifetime -----------------------------------------------------------

    def update(self, lifetime: int, *, with_objects: bool) -> None:
        """Send an update with ``lt=<lifetime>``, with the link list if asked; events 11 to 13 tell the outcome.

        A binding that the host has chosen goes along. Some modules first wait for the reply to what they have
        sent before; of several updates that wait the last one is sent.
        """
        if self._module.profile.coap.defers_update and self._module.endpoint.awaits_reply:
            self._module.explain("the update waits until the module's message before it is answered or given up")
            self._deferred = (lifetime, with_objects)
            return
        assert self.peer is not None  # noqa: S101 - the caller looked: logged in
        letters = self._device.binding.letters if self._device.binding else ""
        message = make_message(
            codes.POST,
            path=self._location,
            query=(f"lt={lifetime}", *((f"b={letters}",) if letters else ())),
            payload=self._links() if with_objects else b"",
            auth_code=self._auth_code("update"),
        )
        self._request(message, self.peer, lambda reply: self._update_answered(lifetime, reply))

    def send_deferred(self) -> None:
        """Send the update that waited; nothing of the module's is unanswered now."""
        if self._deferred is not None and self.state is State.READY:
            (lifetime, with_objects), self._deferred = self._deferred, None
            self.update(lifetime, with_objects=with_objects)

    def _update_answered(self, lifetime: int, reply: Message | None) -> None:
        if self.state is not State.READY:
            return
        if reply is not None and reply.code is codes.CHANGED:
            self.lifetime = lifetime
            self._module.event(MiplEvent.UPDATED)
            self._start_lifetime()
            return
        if reply is None:
            why, event = "the access machine did not answer the update", MiplEvent.UPDATE_TIMEOUT
        else:
            why, event = f"the access machine answered the update with {reply.code}", MiplEvent.UPDATE_FAILED
        self._module.event(event)
        if reply is not None and reply.code in {codes.NOT_FOUND, codes.FORBIDDEN}:
            self._module.event(MiplEvent.DELETED_ON_PLATFORM)
        match self._module.profile.mipl.failed_update:
            case FailedUpdate.STAY:
                self._module.explain(why)
            case FailedUpdate.LOG_IN_AGAIN:
                self._module.endpoint.forget_all()
                self._attempts = 0
                self._failed(why, self._module.profile.coap.connect_retry)
            case FailedUpdate.DEREGISTER:
                self._module.explain(why)
                self.close()

    def close(self, *, announce: bool = True) -> None:
        """De-register; event 15 follows when the platform has confirmed (families O and L) or at once (family C).

        Without ``announce`` a module of family C leaves the event to its caller.
        """
        ready = self.state is State.READY
        self.begun = False
        self._module.endpoint.forget_all()
        self._module.channel.discard()
        if not ready:
            self._closed("closed by the host before the login was done", announce=announce)
            return
        message = make_message(codes.DELETE, path=self._location, auth_code=self._auth_code("deregister"))
        assert self.peer is not None  # noqa: S101 - logged in
        peer = self.peer
        match self._module.profile.family:
            case Family.ONEMO | Family.LEGACY:
                self._go(State.DEREGISTERING, "closed by the host")
                self._cancel_timers()
                self._request(message, peer, self._deregister_answered)
            case Family.CIS:
                self._module.endpoint.abandon(self._request(message, peer, lambda _: None))
                self._closed("closed by the host", announce=announce)

    def _deregister_answered(self, reply: Message | None) -> None:
        if self.state is not State.DEREGISTERING:
            return
        if reply is not None and reply.code is codes.DELETED:
            self._closed("de-registered")
        else:
            said = "did not answer" if reply is None else f"answered {reply.code}"
            self._module.explain(f"the access machine {said}; no event tells of that")
            self._forget()
            self._device.forget_resources()
            self._go(State.CLOSED, "de-registering failed")

    def _closed(self, why: str, *, announce: bool = True) -> None:
        self._forget()
        self._device.forget_resources()
        self._go(State.CLOSED, why)
        if announce:
            self._module.event(MiplEvent.DEREGISTERED)

    def _start_lifetime(self) -> None:
        self._cancel_timers()
        module, habits = self._module, self._module.profile.lifetime
        self.expires = module.now + self.lifetime
        self._after(self.lifetime, self._expired)
        after = own_update_after(self.lifetime, habits.own_update, asked_for=self._device.updates_itself)
        after = after if module.configuration.updates_itself else None
        self._own_update = None if after is None else module.now + after
        if after is not None:
            self._after(after, lambda: self.update(self.lifetime, with_objects=False))
        if habits.expiry is Expiry.EVENTS:
            lead = warning_lead(self.lifetime, module.configuration.ack_timeout, habits.short_warning)
            self._warn_before_end(lead)

    def _warn_before_end(self, left: float) -> None:
        """Print event 14 when ``left`` seconds are left, unless the module's own update comes first."""
        assert self.expires is not None  # noqa: S101 - logged in
        due = self.expires - left
        comes_first = self._own_update is None or due < self._own_update
        if comes_first and _WARNING_LEAST <= left < self.lifetime:
            self._after(due - self._module.now, lambda: self._warn(left))

    def _warn(self, left: float) -> None:
        if not self._module.sleep.deaf:
            self._module.event(MiplEvent.UPDATE_NEEDED, int(left))
        self._warn_before_end(left / 2)

    def _expired(self) -> None:
        why = f"the lifetime of {self.lifetime} s is over and no update came"
        match self._module.profile.lifetime.expiry:
            case Expiry.SILENT:
                self._module.endpoint.forget_all()
                self._forget()
                self._go(State.CLOSED, why)
            case Expiry.EVENTS:
                self._module.event(MiplEvent.LIFETIME_OVER)
                self._module.explain(why)
                self.close()

    # --- common -----------------------------------------------------------------------------------

    def drop(self, why: str) -> None:
        """Close the socket without a word to the platform or the host."""
        if self.state is not State.CLOSED:
            self._module.endpoint.forget_all()
            self._forget()
            self._go(State.CLOSED, why)

    def _forget(self) -> None:
        """Forget what belongs to one login."""
        self._cancel_timers()
        self._exchange = None
        self._deferred = None
        self.expires = None
        self._module.channel.close()
        self._module.requests.clear()
        self._module.reports.clear()
        self._module.firmware.interrupt("the login is over")

    def _after(self, seconds: float, action: Callable[[], None]) -> None:
        self._timers.append(self._module.timers.at(self._module.now + seconds, action))

    def _cancel_timers(self) -> None:
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()

    def _go(self, state: State, why: str) -> None:
        self.changed = self._module.note(SessionChanged(self.state, state, why))
        self.state = state
