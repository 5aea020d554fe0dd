"""One DTLS 1.2 association with a pre-shared key, on Mbed TLS: datagrams in and out, no socket and no clock.

Mbed TLS has a timer of its own, which counts real time. What it wants to send again is thrown away here: who owns
an association sends again by the world's time.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SUITES = ("TLS_PSK_WITH_AES_128_CCM_8", "TLS_PSK_WITH_AES_128_CBC_SHA256")
"""What a server of OneNET's takes, by IANA's names: the first is the CIS SDK's, the second OneMO's."""

CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION = 20, 21, 22, 23
"""Types of a record (RFC 5246, 6.2.1)."""

_HEADER = 13
_LENGTH_AT = 11
_EPOCH = slice(3, 5)
_CLIENT_HELLO = 1
_LARGEST_RECORD = 16384
_STEPS = 64
_WITHOUT_WHEELS = (3, 13)
"""The first Python for which python-mbedtls has no wheels."""

_ALERTS = {
    20: "bad record MAC: the keys differ",
    40: "handshake failure: no suite in common",
    51: "decrypt error: the keys differ",
    80: "internal error",
    115: "unknown PSK identity",
}
_WRONG_KEY = 0x7180
_CLOSED = 0x7880


def why_no_dtls() -> str:
    """Return what DTLS lacks on this machine and how to get it; empty where nothing is lacking."""
    if find_spec("mbedtls") is not None:
        return ""
    if sys.version_info >= _WITHOUT_WHEELS:
        python = ".".join(map(str, sys.version_info[:2]))
        return f"DTLS needs python-mbedtls, which has no wheels for Python {python}: use Python 3.11 or 3.12"
    return "DTLS needs python-mbedtls: pip install 'onenet-simulator[dtls]'"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a client has for one server: its identity, the key, and the suites that it offers, by IANA's names."""

    identity: str
    key: bytes
    suites: tuple[str, ...]


class AssociationEnded(Exception):  # noqa: N818 - the peer's doing, not an error of ours
    """The handshake has failed, or the peer has closed the association; it is of no more use.

    Attributes:
        why: The reason, for the journal.
        farewell: An alert for the peer, or nothing.
    """

    def __init__(self, why: str, farewell: bytes = b"") -> None:
        super().__init__(why)
        self.why = why
        self.farewell = farewell


class CookieWanted(Exception):  # noqa: N818 - the ordinary answer to a first ClientHello
    """The client has to come again with the cookie that ``octets`` hold (RFC 6347, 4.2.1)."""

    def __init__(self, octets: bytes) -> None:
        super().__init__("the client has to show that it is where it says it is")
        self.octets = octets


def record_type(octets: bytes) -> int:
    """Return the type of a datagram's first record, 0 if it holds none."""
    return octets[0] if len(octets) >= _HEADER else 0


def client_hello(octets: bytes) -> bytes:
    """Return the ClientHello with which a datagram begins, without the record around it; else nothing."""
    opens = record_type(octets) == HANDSHAKE and octets[_EPOCH] == b"\0\0" and len(octets) > _HEADER
    return octets[_HEADER:] if opens and octets[_HEADER] == _CLIENT_HELLO else b""


class Association:
    """One end of an association. Make one with :class:`ServerContext` or :func:`client_association`."""

    def __init__(self, buffers: Any) -> None:  # noqa: ANN401 - python-mbedtls may be absent when types are checked
        self._buffers = buffers

    @property
    def established(self) -> bool:
        """Whether the handshake is done."""
        return str(self._buffers._handshake_state.name) == "HANDSHAKE_OVER"  # noqa: SLF001 - there is no other way

    @property
    def suite(self) -> str:
        """The suite in use, by IANA's name."""
        return str(self._buffers.cipher()).replace("-", "_")

    def shake_hands(self, octets: bytes = b"") -> bytes:
        """Take a datagram of the handshake, or begin as a client, and return the flight to be sent, if any.

        Raises:
            CookieWanted: A client has come without a cookie; this association is of no more use.
            AssociationEnded: The handshake has failed.
        """
        if octets:
            self._go_on()  # what comes of this is Mbed TLS's own timer
            try:
                self._buffers.receive_from_network(octets)
            except BufferError:  # more than any flight; what is invalid is discarded (RFC 6347 §4.1.2.7)
                return b""
        return self._go_on()

    def _go_on(self) -> bytes:
        from mbedtls import exceptions, tls  # noqa: PLC0415 - an extra, loaded where DTLS is used

        flight = b""
        for _ in range(_STEPS):
            if self.established:
                break
            waits = False
            try:
                self._buffers.do_handshake()
            except tls.WantReadError:
                waits = True
            except tls.WantWriteError:
                pass
            except tls.HelloVerifyRequest:
                raise CookieWanted(flight + self._outgoing()) from None
            except exceptions.TLSError as error:
                raise AssociationEnded(_reason(error), self._outgoing()) from None
            sent = self._outgoing()
            flight += sent
            if waits and not sent:
                break
        return flight

    def seal(self, octets: bytes) -> bytes:
        """Return the datagram that carries these octets."""
        self._buffers.write(octets)
        return self._outgoing()

    def open(self, datagram: bytes) -> tuple[list[bytes], bytes]:
        """Return what a datagram carries, and what must be sent in answer to it, such as a flight that was lost.

        Records that are not from the peer, or came before, hold nothing.

        Raises:
            AssociationEnded: The peer has closed the association.
        """
        carried = [octets for record in _records(datagram) if (octets := self._read(record))]
        return carried, self._outgoing()

    def _read(self, record: bytes) -> bytes:
        from mbedtls import exceptions, tls  # noqa: PLC0415 - as above

        try:
            self._buffers.receive_from_network(record)
        except BufferError:  # as in a handshake
            return b""
        try:
            return bytes(self._buffers.read(_LARGEST_RECORD))
        except (tls.WantReadError, tls.WantWriteError):
            return b""
        except exceptions.TLSError as error:
            raise AssociationEnded(_reason(error)) from None

    def _outgoing(self) -> bytes:
        octets = bytes(self._buffers.peek_outgoing(4 * _LARGEST_RECORD))
        self._buffers.consume_outgoing(len(octets))
        return octets


def client_association(credentials: Credentials) -> Association:
    """Return a client's end; :meth:`Association.shake_hands` begins."""
    from mbedtls import tls  # noqa: PLC0415 - as above

    configuration = tls.DTLSConfiguration(
        pre_shared_key=(credentials.identity, credentials.key),
        ciphers=_ciphers(credentials.suites),
        validate_certificates=False,
    )
    return Association(tls.ClientContext(configuration).wrap_buffers(None))


class ServerContext(Mapping[str, bytes]):
    """What all of a server's associations share: the keys, and the secret behind the cookies.

    It is the mapping that Mbed TLS looks an identity up in.

    Attributes:
        asked: The identity that was last asked for, since the newest association began.
        unknown: Why it has no key; empty if it has one.
    """

    def __init__(self, key_of: Callable[[str], str]) -> None:
        """Ask ``key_of`` for an identity's key; it raises :exc:`LookupError` with the reason if there is none."""
        from mbedtls import tls  # noqa: PLC0415 - as above

        self.asked = self.unknown = ""
        self._key_of = key_of
        configuration = tls.DTLSConfiguration(
            pre_shared_key_store=self, ciphers=_ciphers(SUITES), validate_certificates=False
        )
        self._context = tls.ServerContext(configuration)

    def associate(self, peer: str) -> Association:
        """Return the server's end of an association with a peer, whose address the cookies bind."""
        buffers = self._context.wrap_buffers()
        buffers.setcookieparam(peer.encode())
        return Association(buffers)

    def __getitem__(self, identity: str) -> bytes:
        self.asked, self.unknown = identity, ""
        try:
            return self._key_of(identity).encode()
        except LookupError as error:
            self.unknown = str(error.args[0])
            raise KeyError(identity) from None

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def refusal_in(datagram: bytes) -> str:
    """Return what a peer that ends the handshake with a plain alert says; empty if the datagram is none."""
    if record_type(datagram) != ALERT or datagram[_EPOCH] != b"\0\0" or len(datagram) < _HEADER + 2:
        return ""
    number = datagram[_HEADER + 1]
    return f"alert {number}, {_ALERTS.get(number, 'see RFC 5246, 7.2')}"


def _ciphers(suites: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(suite.replace("_", "-") for suite in suites)


def _records(datagram: bytes) -> Iterator[bytes]:
    while len(datagram) >= _HEADER:
        end = _HEADER + int.from_bytes(datagram[_LENGTH_AT:_HEADER], "big")
        yield datagram[:end]
        datagram = datagram[end:]


def _reason(error: Exception) -> str:
    text = str(error)
    if f"{_WRONG_KEY:X}" in text:
        return "its key is another one"
    if f"{_CLOSED:X}" in text:
        return "the peer has closed the association"
    return text
