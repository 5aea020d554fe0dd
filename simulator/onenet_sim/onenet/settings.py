"""What a platform can be told before it starts."""

from __future__ import annotations

import re
from base64 import b64decode
from dataclasses import dataclass, field

from onenet_sim.lwm2m import ObjectTable

_ACCESS_URI = re.compile(r"coap://[^:/]+:[0-9]{4}")
_SECURE_ACCESS_URI = re.compile(r"coaps://[^:/]+:[0-9]{4}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformSettings:
    """The platform's settings.

    Attributes:
        api_key: What the application must send as header ``api-key``.
        access_key: With what the application signs its tokens, in base64.
        product_id: The product that all devices belong to.
        auto_create: Whether an unknown IMEI gets a device record when it bootstraps or registers.
        auto_subscribe: Whether each instance of a registration is observed after login.
        auto_discover: Whether each object of a registration is discovered after login.
        access_uri: What bootstrap hands out. Modules cut seven characters off its front and five off its
            end, so it must be ``coap://``, a host, a colon and four digits.
        secure_access_uri: The same through DTLS, with ``coaps://``.
        bootstraps_server: Whether bootstrap also writes ``/1/0``. CIS modules refuse it; other clients cannot
            register without.
        command_timeout: How long the platform waits for a device's answer, in seconds.
        offline_lag: How long after the end of its lifetime a device still shows as online, in seconds.
        lifetime_limits: The shortest and the longest lifetime that a device may register with, in seconds.
        default_lifetime: The lifetime of a registration that names none, in seconds.
        tlv_format: The content format of the platform's TLV: 1542, or 11542 for newer clients.
        accept_new_imsi: Whether a known IMEI may come with another IMSI; otherwise it gets 4.03.
        points_kept: How many of the newest points each data stream keeps in memory; a database keeps all.
        objects: What gives values their types, OneNET's own table unless told otherwise.
    """

    api_key: str
    access_key: str
    product_id: str
    auto_create: bool = True
    auto_subscribe: bool = True
    auto_discover: bool = True
    access_uri: str = "coap://183.230.40.40:5683"
    secure_access_uri: str = "coaps://183.230.40.40:5684"
    bootstraps_server: bool = False
    command_timeout: float = 25.0
    offline_lag: float = 0.0
    lifetime_limits: tuple[int, int] = (5, 2**32 - 1)
    default_lifetime: int = 86_400
    tlv_format: int = 1542
    accept_new_imsi: bool = False
    points_kept: int = 10_000
    objects: ObjectTable = field(default_factory=ObjectTable.builtin)

    def __post_init__(self) -> None:
        if not _ACCESS_URI.fullmatch(self.access_uri):
            raise ValueError(f"access_uri is {self.access_uri!r}; expected coap://HOST:PORT, four digits of port")
        if not _SECURE_ACCESS_URI.fullmatch(self.secure_access_uri):
            uri = self.secure_access_uri
            raise ValueError(f"secure_access_uri is {uri!r}; expected coaps://HOST:PORT, four digits of port")
        try:
            b64decode(self.access_key, validate=True)
        except ValueError as error:
            raise ValueError(f"access_key is {self.access_key!r}; expected base64: {error}") from error
