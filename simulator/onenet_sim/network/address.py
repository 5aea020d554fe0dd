"""A UDP address as people write it: ``host:port``."""

from __future__ import annotations

from dataclasses import dataclass

LARGEST_PORT = 65535


@dataclass(frozen=True, slots=True)
class Address:
    """A host, by name or IPv4 number, and a UDP port."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str, default_port: int = 5683) -> Address:
        """Read ``host:port`` or ``host``, which gets the default port (5683 is CoAP's, RFC 7252 section 6.1).

        Raises:
            ValueError: The text is no such address; the message explains.
        """
        host, colon, port = text.strip().partition(":")
        if not host:
            raise ValueError(f"{text!r} lacks a host: an address is host:port")
        if ":" in port or not host.isascii() or any(letter.isspace() for letter in host):
            raise ValueError(f"{text!r} is no address: it is host:port, the host a name or an IPv4 number")
        if not colon:
            return cls(host, default_port)
        if not (port.isascii() and port.isdecimal()) or not 0 < int(port) <= LARGEST_PORT:
            raise ValueError(f"{text!r} has no port: {port!r} is not a number from 1 to {LARGEST_PORT}")
        return cls(host, int(port))

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"
