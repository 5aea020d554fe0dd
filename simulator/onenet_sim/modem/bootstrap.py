"""What a bootstrap server writes into a module, and how the module answers each of its requests.

Sources: CIS SDK ``cis_bootstrap.c`` and ``std_object_security.c``; OMA LwM2M 1.0, 5.2 and annex E.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiocoap.numbers import codes

from onenet_sim.lwm2m import Lwm2mError, Path, decode_tlv_payload
from onenet_sim.modem.device import Psk

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aiocoap import Message

_SERVER_URI = 0
_IS_BOOTSTRAP = 1
_SECURITY_MODE, _IDENTITY, _SECRET = 2, 3, 5
_PRE_SHARED_KEY = b"\x00"
_RESOURCE_LEVEL = 3


class HandedOut:
    """What one bootstrap has handed out so far.

    Attributes:
        server_uri: The access machine's URI; empty until it was written.
        psk: The key for DTLS with it, if one was written.
        finished: The server has said that this is all.
    """

    def __init__(self, explain: Callable[[str], object]) -> None:
        self._explain = explain
        self.server_uri = ""
        self.psk: Psk | None = None
        self.finished = False

    def take(self, message: Message) -> codes.Code:
        """Take a request of the bootstrap server and return the code of its answer."""
        path = message.opt.uri_path
        match message.code:
            case codes.POST if path == ("bs",):
                self.finished = True
                return codes.CHANGED
            case codes.PUT:
                return self._write(path, message.payload)
            case codes.DELETE if len(path) < _RESOURCE_LEVEL:
                return codes.NOT_IMPLEMENTED
            case _:
                return codes.BAD_REQUEST

    def _write(self, path: tuple[str, ...], payload: bytes) -> codes.Code:
        if path[:1] != ("0",):
            return codes.NOT_FOUND
        if len(path) == 1:
            return codes.NOT_IMPLEMENTED
        if not payload:
            return codes.BAD_REQUEST
        try:
            written = decode_tlv_payload(Path.from_segments(path), payload)
        except Lwm2mError as error:
            self._explain(f"the bootstrap server wrote what is no TLV: {error}")
            return codes.INTERNAL_SERVER_ERROR
        resources = {entry.path.resource_id: entry.octets for entry in written}
        if _SERVER_URI in resources and resources.get(_IS_BOOTSTRAP) != b"\x01":
            self.server_uri = resources[_SERVER_URI].decode("utf-8", "replace")
            self.psk = _key(resources)
        return codes.CHANGED


def _key(resources: Mapping[int | None, bytes]) -> Psk | None:
    """Return the key that a written security instance holds, None where it asks for no DTLS."""
    secret = resources.get(_SECRET, b"")
    if not secret or resources.get(_SECURITY_MODE) != _PRE_SHARED_KEY:
        return None
    identity = resources.get(_IDENTITY, b"").decode("utf-8", "replace")
    return Psk(secret.decode("latin-1"), secret, identity)
