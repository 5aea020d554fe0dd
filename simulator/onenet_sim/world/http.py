"""Serves HTTP in front of the world.

The server runs in a thread and in real time of its own, so that neither its timers nor its idle clients take
part in a jump. Each request is read whole, answered on the world's loop, and sent back from there.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    from onenet_sim.world.loop import WorldLoop

    Message = MutableMapping[str, Any]
    Scope = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

BODY_MAXIMUM = 1024 * 1024
"""Octets of a request's body that are read; a longer one is answered 413."""

_STOP_SECONDS = 5.0


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
        config = uvicorn.Config(
            _across(app, loop),
            lifespan="off",
            log_config=None,
            access_log=False,
            ws="none",
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._serve, name="onenet-sim http", daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        self._server.run(sockets=[self._socket])

    def close(self) -> None:
        """Stop serving and free the port."""
        self._server.should_exit = True
        self._thread.join(_STOP_SECONDS)
        self._socket.close()


def _bind(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        why = error.strerror or str(error)
        raise OSError(error.errno, f"HTTP cannot have TCP address {host}:{port}: {why}") from error
    return listener


def _across(app: AsgiApp, world: WorldLoop) -> AsgiApp:
    """Return an application for the server's loop that runs ``app`` on the world's."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        body = await _read(receive)
        if body is None:
            await _refuse(send)
            return
        here = asyncio.get_running_loop()
        outgoing: asyncio.Queue[Message | None] = asyncio.Queue()

        async def on_world() -> None:
            try:
                await app(scope, _Receiver(body), sender)
            finally:
                here.call_soon_threadsafe(outgoing.put_nowait, None)

        async def sender(message: Message) -> None:
            here.call_soon_threadsafe(outgoing.put_nowait, message)

        work = asyncio.run_coroutine_threadsafe(on_world(), world)
        try:
            while (message := await outgoing.get()) is not None:
                await send(message)
        finally:
            work.cancel()

    return serve


class _Receiver:
    """Gives an application its request's body, which was read before; then nothing until it is cancelled."""

    def __init__(self, body: bytes) -> None:
        self._body: bytes | None = body

    async def __call__(self) -> Message:
        body, self._body = self._body, None
        if body is None:
            await asyncio.get_running_loop().create_future()
        return {"type": "http.request", "body": body, "more_body": False}


async def _read(receive: Receive) -> bytes | None:
    """Return the whole body, or None if it is too long."""
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if len(body) > BODY_MAXIMUM:
            return None
        if not message.get("more_body"):
            return body


async def _refuse(send: Send) -> None:
    text = f"the body is longer than {BODY_MAXIMUM} octets".encode()
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(text)).encode())]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": text})
