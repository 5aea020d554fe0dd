"""A platform on a clock that jumps, and scripted devices that speak CoAP to it in memory."""

from __future__ import annotations

import asyncio
import logging
import selectors
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, TypeAlias

import httpx
import pytest
from aiocoap import ACK, CON, CONTENT, NON, POST, Message
from aiocoap.numbers.optionnumbers import OptionNumber

from onenet_sim.journal import CoapMessage, Journal
from onenet_sim.onenet import Platform, PlatformSettings
from onenet_sim.onenet.northbound import northbound_app
from tests.onenet.signing import ACCESS_KEY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiocoap import Code

KEY = "test-key"
IMEI = "866971030000001"
IMSI = "460001234567890"


class _Jump(selectors.DefaultSelector):
    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found: list[tuple[selectors.SelectorKey, int]] = super().select(0)
        if not found:
            if timeout is None:
                raise RuntimeError("the world stands still: no timer and nothing to do")
            self.now += timeout
        return found


class JumpingLoop(asyncio.SelectorEventLoop):
    """An event loop that never waits: when nothing is ready, its time jumps to the next timer."""

    def __init__(self) -> None:
        self._jump = _Jump()
        super().__init__(self._jump)

    def time(self) -> float:
        return self._jump.now


def answer(request: Message) -> Message:
    """Answer as a well-behaved module does."""
    if request.opt.accept == 40:
        text = f"</{request.opt.uri_path[0]}>,</{request.opt.uri_path[0]}/0>,</{request.opt.uri_path[0]}/0/5700>"
        return Message(code=CONTENT, payload=text.encode(), content_format=40)
    if request.opt.observe is not None:
        return Message(code=CONTENT, observe=0)
    if request.code.name == "GET":
        return Message(code=CONTENT, payload=b"", content_format=1542)
    return Message(code=68)


@dataclass(frozen=True)
class Host:
    host: str
    port: int


@dataclass(eq=False)
class Channel:
    """One end of a wire in memory."""

    local: Host
    devices: dict[Any, Any]
    on_datagram: Callable[[bytes, Any], None] | None = None

    def send(self, octets: bytes, to: Any) -> None:  # noqa: ANN401 - whatever came in
        device = self.devices.get(to)
        if device is not None:
            asyncio.get_running_loop().call_soon(device.heard, octets, self)


@dataclass(eq=False)
class Device:
    """A module that says what the test makes it say, and answers requests as the test tells it."""

    address: Host
    bootstrap: Channel
    access: Channel
    heard_octets: list[bytes] = field(default_factory=list)
    heard_at: list[float] = field(default_factory=list)
    respond: Callable[[Message], Message | None] = answer
    message_id: int = 100

    def heard(self, octets: bytes, channel: Channel) -> None:
        self.heard_octets.append(octets)
        self.heard_at.append(asyncio.get_running_loop().time())
        message = Message.decode(octets)
        if message.code.is_request():
            reply = self.respond(message)
            if reply is not None:
                reply.token, reply.mid = message.token, message.mid if reply.mid is None else reply.mid
                reply.mtype = ACK if reply.mtype is None else reply.mtype
                self.send(reply.encode(), channel)

    def send(self, octets: bytes, channel: Channel | None = None) -> None:
        channel = channel or self.access
        if channel.on_datagram is not None:
            channel.on_datagram(octets, self.address)

    async def says(
        self,
        code: Code,
        path: str = "",
        *,
        query: Iterable[str] = (),
        payload: bytes = b"",
        auth: str | None = None,
        channel: Channel | None = None,
        content_format: int | None = None,
    ) -> Message:
        """Send a confirmable request and return what came back with its message id."""
        self.message_id += 1
        request = Message(code=code, uri_path=path.split("/"), uri_query=tuple(query), payload=payload)
        request.mtype, request.mid, request.token = CON, self.message_id, b"\x01\x02"
        if content_format is not None:
            request.opt.content_format = content_format
        if auth is not None:
            request.opt.add_option(OptionNumber(63).create_option(value=auth.encode()))
        before = len(self.heard_octets)
        self.send(request.encode(), channel)
        await settle()
        answers = [Message.decode(octets) for octets in self.heard_octets[before:]]
        return next(each for each in answers if each.mid == request.mid and each.mtype is ACK)

    async def registers(
        self, links: str = "</3303/0>", *, name: str = f"{IMEI};{IMSI}", lifetime: int | None = 3600
    ) -> Message:
        """Log in with these links and let the chain that follows run to its end."""
        query = [f"ep={name}", "b=U", *([] if lifetime is None else [f"lt={lifetime}"])]
        payload = b'</>;rt="oma.lwm2m",' + links.encode()
        return await self.says(POST, "rd", query=query, payload=payload, content_format=40)

    def notifies(
        self,
        token: bytes,
        payload: bytes = b"",
        *,
        content_format: int = 1542,
        confirmable: bool = False,
        observe: int = 1,
        message_id: int | None = None,
    ) -> int:
        """Send a notify; return its message id."""
        self.message_id += 1
        message = Message(code=CONTENT, payload=payload, observe=observe, content_format=content_format)
        message.mtype, message.token = CON if confirmable else NON, token
        message.mid = self.message_id if message_id is None else message_id
        self.send(message.encode())
        return int(message.mid)

    @property
    def messages(self) -> list[Message]:
        """All that the platform sent it."""
        return [Message.decode(octets) for octets in self.heard_octets]

    @property
    def requests(self) -> list[Message]:
        """The platform's requests, in their order."""
        return [each for each in self.messages if each.code.is_request()]

    @property
    def tokens(self) -> list[bytes]:
        """The tokens of the platform's observes, in their order."""
        return [each.token for each in self.requests if each.opt.observe == 0]


async def settle(seconds: float = 0.0) -> None:
    """Let all that is ready happen, and what becomes due within these seconds."""
    await asyncio.sleep(seconds)
    for _ in range(200):
        await asyncio.sleep(0)


@dataclass(eq=False)
class Scene:
    """A platform with its channels, clock and journal."""

    platform: Platform
    journal: Journal
    bootstrap: Channel
    access: Channel
    devices: dict[Any, Any] = field(default_factory=dict)

    def device(self, port: int = 40001) -> Device:
        address = Host("10.0.0.7", port)
        device: Device = self.devices.setdefault(address, Device(address, self.bootstrap, self.access))
        return device

    async def settle(self, seconds: float = 0.0) -> None:
        """Let what is ready happen, and what becomes due within these seconds."""
        await settle(seconds)

    @property
    def now(self) -> float:
        return asyncio.get_running_loop().time()

    @property
    def texts(self) -> list[str]:
        return [str(event.what) for event in self.journal]

    def occurrences(self, kind: str) -> list[Any]:
        return [event.what for event in self.journal if event.kind == kind]

    def coap(self, kind: str) -> list[CoapMessage]:
        return [event.what for event in self.journal if isinstance(event.what, CoapMessage) and event.kind == kind]

    async def call(
        self,
        method: str,
        target: str,
        body: object = None,
        *,
        key: str | None = KEY,
        token: str | None = None,
        content: bytes | None = None,
    ) -> Any:  # noqa: ANN401 - JSON
        """Call the north-bound API and return the envelope."""
        response = await self.http(method, target, body, key=key, token=token, content=content)
        return response.json()

    async def http(
        self,
        method: str,
        target: str,
        body: object = None,
        *,
        key: str | None = KEY,
        token: str | None = None,
        content: bytes | None = None,
    ) -> httpx.Response:
        transport = httpx.ASGITransport(app=northbound_app(self.platform))
        headers = {} if key is None else {b"api-key": key.encode()}
        if token is not None:
            headers[b"authorization"] = token.encode()
        async with httpx.AsyncClient(transport=transport, base_url="http://onenet", headers=headers) as client:
            if content is not None:
                return await client.request(method, target, content=content)
            return await client.request(method, target, json=body)


Play: TypeAlias = Callable[..., None]


class _Complaints(logging.Handler):
    """Collects what is logged, and what asyncio's exception handler is told."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard: list[object] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(record.getMessage())

    def handle_exception(self, _loop: object, context: dict[str, Any]) -> None:
        self.heard.append(context)


def run_scene(scene: Callable[[Scene], Awaitable[None]], *, seed: int = 7, **settings: Any) -> None:  # noqa: ANN401
    """Play a scene on a fresh platform, in which nothing may be complained about."""
    loop = JumpingLoop()
    complaints = _Complaints()
    loop.set_exception_handler(complaints.handle_exception)

    async def main() -> None:
        began = datetime(2026, 1, 1, tzinfo=UTC)
        journal = Journal(loop.time)
        platform = Platform(
            journal=journal,
            random=Random(seed),  # noqa: S311 - not for cryptography
            calendar=lambda: began + timedelta(seconds=loop.time()),
            settings=PlatformSettings(
                **{"api_key": KEY, "access_key": ACCESS_KEY, "product_id": "1000", **settings}
            ),
        )
        devices: dict[Any, Any] = {}
        bootstrap, access = (Channel(Host("127.0.0.1", port), devices) for port in (5001, 5002))
        await platform.start(bootstrap, access)
        try:
            await scene(Scene(platform, journal, bootstrap, access, devices))
        finally:
            await platform.stop()

    logging.getLogger().addHandler(complaints)
    try:
        loop.run_until_complete(main())
    finally:
        logging.getLogger().removeHandler(complaints)
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
    assert not complaints.heard


@pytest.fixture(scope="session")
def play() -> Play:
    """Play a scene; property tests play it many times."""
    return run_scene
