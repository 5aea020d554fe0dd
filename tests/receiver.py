"""An application that is pushed to: a real HTTP server, and its own view of OneNET's signatures and encryption."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def signed(token: str, nonce: str, msg: str) -> str:
    """Return what OneNET must have signed: base64 of the MD5 of the three, one behind the other."""
    assert len(nonce) == 8
    digest = hashlib.new("md5", token.encode() + nonce.encode() + msg.encode(), usedforsecurity=False)
    return base64.b64encode(digest.digest()).decode()


def without_blanks(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


@dataclass
class Receiver:
    """What the application heard, and how it answers.

    Attributes:
        url: Where it listens.
        token: What it checks signatures with.
        handshakes: The queries that it was asked with.
        bodies: The bodies that it was sent.
        status: What it answers a push with.
        echo: Makes the answer to a handshake of its msg.
    """

    url: str = ""
    token: str = "mytoken"  # noqa: S105 - the check value's
    handshakes: list[dict[str, str]] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)
    status: int = 200
    echo: Callable[[str], str] = str
    held: threading.Event | None = None

    def msgs(self) -> list[Any]:
        """Return the messages of the suite's pushes, each with its signature checked."""
        found = []
        for body in self.bodies:
            assert set(body) == {"msg", "msg_signature", "nonce"}
            assert body["msg_signature"] == signed(self.token, body["nonce"], without_blanks(body["msg"]))
            found.append(body["msg"])
        return found

    def newer_msgs(self) -> list[Any]:
        """Return the messages of the newer generation's pushes, each with its signature checked."""
        found = []
        for body in self.bodies:
            assert set(body) == {"msg", "nonce", "signature", "time", "id"}
            assert body["signature"] == signed(self.token, body["nonce"], body["msg"])
            found.append(json.loads(body["msg"]))
        return found


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Run an application for the time of the block."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
            receiver.handshakes.append(query)
            self._answer(receiver.echo(query.get("msg", "")))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.bodies.append(json.loads(body))
            if receiver.held is not None:
                receiver.held.wait()
            self._answer("")

        def _answer(self, text: str) -> None:
            with suppress(ConnectionError):  # the platform did not wait
                self.send_response(receiver.status)
                self.send_header("content-length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/onenet"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield receiver
    finally:
        if receiver.held is not None:
            receiver.held.set()
        server.shutdown()
        server.server_close()
        thread.join()


# AES as FIPS 197 has it, decryption only.


def _times(a: int, b: int) -> int:
    product = 0
    while b:
        product ^= a if b & 1 else 0
        a = (a << 1) ^ (0x11B if a & 0x80 else 0)
        b >>= 1
    return product


def _substitution() -> list[int]:
    box = []
    for number in range(256):
        inverse = next((each for each in range(256) if _times(number, each) == 1), 0)
        box.append(0x63)
        for turn in range(5):
            box[number] ^= (inverse << turn | inverse >> (8 - turn)) & 0xFF
    return box


_BOX = _substitution()
_INVERSE_BOX = [_BOX.index(number) for number in range(256)]


def _round_keys(key: bytes) -> list[bytes]:
    length = len(key) // 4
    words = [key[4 * at : 4 * at + 4] for at in range(length)]
    constant = 1
    while len(words) < 4 * (length + 7):
        word = words[-1]
        if len(words) % length == 0:
            word = bytes([_BOX[each] for each in word[1:] + word[:1]])
            word = bytes([word[0] ^ constant]) + word[1:]
            constant = _times(constant, 2)
        elif length > 6 and len(words) % length == 4:
            word = bytes([_BOX[each] for each in word])
        words.append(bytes(a ^ b for a, b in zip(words[-length], word, strict=True)))
    return [b"".join(words[at : at + 4]) for at in range(0, len(words), 4)]


def aes_block(key: bytes, block: bytes) -> bytes:
    """Return one block of 16 octets decrypted."""
    keys = _round_keys(key)
    state = bytes(a ^ b for a, b in zip(block, keys[-1], strict=True))
    for number, round_key in enumerate(reversed(keys[:-1])):
        moved = bytes(state[(4 * column + row - 4 * row) % 16] for column in range(4) for row in range(4))
        state = bytes(_INVERSE_BOX[a] ^ b for a, b in zip(moved, round_key, strict=True))
        if number < len(keys) - 2:
            state = b"".join(_unmixed(state[at : at + 4]) for at in range(0, 16, 4))
    return state


def _unmixed(column: bytes) -> bytes:
    factors = (14, 11, 13, 9)
    mixed = []
    for row in range(4):
        octet = 0
        for at in range(4):
            octet ^= _times(column[at], factors[(at - row) % 4])
        mixed.append(octet)
    return bytes(mixed)


def aes_cbc(key: bytes, vector: bytes, octets: bytes) -> bytes:
    """Return octets decrypted, without their PKCS#7 padding."""
    plain = b""
    for at in range(0, len(octets), 16):
        block = octets[at : at + 16]
        plain += bytes(a ^ b for a, b in zip(aes_block(key, block), vector, strict=True))
        vector = block
    padding = plain[-1]
    assert 1 <= padding <= 16
    assert plain.endswith(bytes([padding]) * padding)
    return plain[:-padding]
