"""Serves HTTP in front of the world.

The server runs in a thread and in real time of its own, so that neither its timers nor its idle clients take
part in a jump. Each request is read whole and answered on the world's loop. An application that streams is
slowed to what its client takes, and told when the client or the server hangs up.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    import uvicorn

    from onenet_sim.world.loop import WorldLoop

    Message = MutableMapping[str, Any]
    Scope = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

BODY_MAXIMUM = 1024 * 1024
"""Octets of a request's body that are read; a longer one is answered 413."""

_PROXIED = re.compile(r"https?://[^/]*", re.IGNORECASE)
_GRACE_SECONDS = 1.0
_STOP_SECONDS = 5.0
_WAITING_CLIENTS = 128


class HttpServer:
    """An HTTP server whose application runs on the world's loop.

    Args:
        app: The ASGI application; it is called on ``loop``.
        loop: The world's loop, running in another thread.
        host: The IPv4 number to bind.
        port: The port, 0 for any free one.

    Attributes:
        url: Where it answers, such as ``http://127.0.0.1:40003``.

    Raises:
        OSError: The address cannot be had; the message names it.
    """

    def __init__(self, app: AsgiApp, loop: WorldLoop, *, host: str = "127.0.0.1", port: int = 0) -> None:
        import uvicorn  # noqa: PLC0415 - a world without HTTP never loads it

        self._socket = _bind(host, port)
        self.url = "http://{}:{}".format(*self._socket.getsockname())
        self._bridge = _Bridge(app, loop)
        config = uvicorn.Config(
            self._bridge,
            lifespan="off",
            log_config=None,
            access_log=False,
            ws="none",
            timeout_graceful_shutdown=int(_STOP_SECONDS),
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._serve, name="onenet-sim http", daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        self._server.run(sockets=[self._socket])

    def close(self) -> None:
        """Stop serving and free the port. Answers that are still on the way get a second."""
        self._bridge.hang_up()
        self._server.should_exit = True
        self._thread.join(_GRACE_SECONDS)
        if self._thread.is_alive():
            self._bridge.abort(self._server)
            self._thread.join(_STOP_SECONDS)
        self._socket.close()


def _bind(host: str, port: int) -> socket.socket:
    # With the protocol named, asyncio switches Nagle's algorithm off: without, small answers wait 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_WAITING_CLIENTS)  # who comes before the server's thread is up waits
    except OSError as error:
        listener.close()
        why = error.strerror or str(error)
        raise OSError(error.errno, f"HTTP cannot have TCP address {host}:{port}: {why}") from error
    return listener


def _in_origin_form(scope: Scope) -> Scope:
    """Return what a request asks for without the scheme and the host, which a proxy is told (RFC 9112 §3.2.2)."""
    path, raw = str(scope["path"]), bytes(scope["raw_path"])
    proxied = _PROXIED.match(path)
    if proxied is None:
        return scope
    cut = len(proxied[0].encode())
    return {**scope, "path": path[proxied.end() :] or "/", "raw_path": raw[cut:] or b"/"}


class _Bridge:
    """An application for the server's loop that runs another one on the world's."""

    def __init__(self, app: AsgiApp, world: WorldLoop) -> None:
        self._app = app
        self._world = world
        self._receivers: set[_Receiver] = set()
        self._works: set[asyncio.Future[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closing = False
        self._aborted = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await _read(receive)
        except _BodyTooLongError:
            await _refuse(send)
            return
        except ConnectionError:
            return
        self._loop = here = asyncio.get_running_loop()

        async def on_world(message: Message) -> None:
            await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(_coroutine(send(message)), here))

        receiver = _Receiver(body, self._world)
        self._receivers.add(receiver)
        if self._closing:
            receiver.hang_up()
        watch = asyncio.create_task(_watch(receive, receiver))
        answering = _coroutine(self._app(_in_origin_form(scope), receiver, on_world))
        work = asyncio.wrap_future(asyncio.run_coroutine_threadsafe(answering, self._world))
        self._works.add(work)
        try:
            await work
        except asyncio.CancelledError:
            if not self._aborted:
                raise
        finally:
            watch.cancel()
            self._works.discard(work)
            self._receivers.discard(receiver)

    def hang_up(self) -> None:
        """Tell every application that its client is gone, and those that come later; from any thread."""
        self._closing = True
        for receiver in tuple(self._receivers):
            receiver.hang_up()

    def abort(self, server: uvicorn.Server) -> None:
        """Cut the connections of the server, whatever is on the way; from any thread."""

        def cut() -> None:
            self._aborted = True
            for connection in tuple(server.server_state.connections):
                connection.transport.abort()
            for work in tuple(self._works):
                work.cancel()

        if self._loop is not None:
            with suppress(RuntimeError):  # it has just ended by itself
                self._loop.call_soon_threadsafe(cut)


class _Receiver:
    """Gives an application its request's body, which was read before; then nothing until someone hangs up."""

    def __init__(self, body: bytes, world: WorldLoop) -> None:
        self._body: bytes | None = body
        self._world = world
        self._gone = asyncio.Event()

    async def __call__(self) -> Message:
        body, self._body = self._body, None
        if body is None:
            await self._gone.wait()
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": body, "more_body": False}

    def hang_up(self) -> None:
        """Tell the application that nobody listens any more; from any thread."""
        with suppress(RuntimeError):  # the world has ended
            self._world.call_soon_threadsafe(self._gone.set)


class _BodyTooLongError(Exception):
    """A request's body is longer than what is read."""


async def _coroutine(waiting: Awaitable[None]) -> None:
    await waiting


async def _watch(receive: Receive, receiver: _Receiver) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    receiver.hang_up()


async def _read(receive: Receive) -> bytes:
    """Return the whole body.

    Raises:
        _BodyTooLongError: It is longer than :data:`BODY_MAXIMUM`.
        ConnectionError: The client hung up in its midst.
    """
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError("the client hung up")
        body += message.get("body", b"")
        if len(body) > BODY_MAXIMUM:
            raise _BodyTooLongError
        if not message.get("more_body"):
            return bytes(body)


async def _refuse(send: Send) -> None:
    body = json.dumps({"error": f"the body is longer than {BODY_MAXIMUM:,} octets"}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
