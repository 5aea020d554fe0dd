"""What a register code says, whichever of its layouts says it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from onenet_sim.modem.register_code.rows import RegisterCodeError

_LOG_ENABLED = 0x80
_LOG_EXTERNAL = 0x40
_DEFAULT_PORT = 5683
_PORT_MAXIMUM = 0xFFFF
_HOST_NAME = re.compile(r"[!-9;-~]+")
_PORT = re.compile(r"[0-9]{1,5}")


class Layout(StrEnum):
    """Which fields a register code has, and where its bootstrap bit is."""

    A = "A"
    B = "B"
    C = "C"


@dataclass(frozen=True, slots=True)
class LogSettings:
    """What the log section says.

    Attributes:
        enabled: Whether the module logs.
        external: Whether it does so to the outside.
        output_type: 0 to 3.
        level: 0 to 15.
        buffer_size: In octets, 0 to 65535.
        user_data: Text that nothing reads; empty or ``NULL`` as a rule.
    """

    enabled: bool = False
    external: bool = False
    output_type: int = 0
    level: int = 0
    buffer_size: int = 0
    user_data: str = ""

    @classmethod
    def from_octet(cls, octet: int, buffer_size: int = 0, user_data: str = "") -> LogSettings:
        """Return the settings of the log octet: bit 7 enabled, 6 external, 5-4 output type, 3-0 level."""
        return cls(
            enabled=bool(octet & _LOG_ENABLED),
            external=bool(octet & _LOG_EXTERNAL),
            output_type=octet >> 4 & 3,
            level=octet & 0xF,
            buffer_size=buffer_size,
            user_data=user_data,
        )

    @property
    def octet(self) -> int:
        """The log octet."""
        return self.enabled << 7 | self.external << 6 | self.output_type << 4 | self.level


@dataclass(frozen=True, slots=True)
class RegisterCode:
    """What a register code says.

    Attributes:
        address: The server: a name or an IPv4 address, or one with ``:port``.
        layout: Which layout says so.
        bootstrap: Whether the address is a bootstrap server's.
        dtls: Whether layout C asks for DTLS.
        mtu: In octets, 0 to 65535.
        link: The link's type, 0 to 15: 0 non-IP, 1 UDP, 2 TCP.
        band: The band's type, 0 to 15: 0 NB-IoT, 1 GSM, 2 LTE, 3 eMTC.
        apn: The access point's name, or nothing for the network's own.
        user: The user at the access point, or nothing.
        password: The user's password, or nothing.
        user_data: Free text in layouts A and B; auth code and pre-shared key in layout C (see `credentials`).
        log: The log section; all off where there is none.
    """

    address: str
    layout: Layout = Layout.A
    bootstrap: bool = False
    dtls: bool = False
    mtu: int = 1024
    link: int = 1
    band: int = 1
    apn: str = ""
    user: str = ""
    password: str = ""
    user_data: str = "1"
    log: LogSettings = LogSettings()

    @property
    def host(self) -> str:
        """The address without its port."""
        return self.address.partition(":")[0]

    @property
    def port(self) -> int:
        """The address's UDP port, 5683 when it names none."""
        return int(self.address.partition(":")[2] or _DEFAULT_PORT)

    @property
    def auth_code(self) -> str:
        """The auth code of layout C's user data, or nothing."""
        return self._named("AuthCode")

    @property
    def psk(self) -> str:
        """The pre-shared key of layout C's user data, or nothing."""
        return self._named("PSK")

    def _named(self, name: str) -> str:
        found = re.search(rf"(?:^|;){name}:([^;]*)", self.user_data) if self.layout is Layout.C else None
        return found[1] if found else ""


def credentials(layout: Layout, auth_code: str = "", psk: str = "") -> str:
    """Return the user data of a layout, with an auth code and a pre-shared key where it can carry them.

    Raises:
        RegisterCodeError: It cannot.
    """
    if layout is Layout.C:
        for name, value in (("auth code", auth_code), ("PSK", psk)):
            if ";" in value:
                raise RegisterCodeError(f"the {name} has a semicolon, which would end it; it must have none")
        return f"AuthCode:{auth_code};PSK:{psk};"
    if auth_code or psk:
        what = "an auth code" if auth_code else "a PSK"
        raise RegisterCodeError(f"layout {layout} has no place for {what}: its user data is free text; C has one")
    return "1"


def unfit_address(address: str) -> str:
    """Return what is wrong with ``host`` or ``host:port``, or nothing."""
    name, colon, port = address.partition(":")
    if not _HOST_NAME.fullmatch(name):
        return "has no name of printable characters; expected HOST or HOST:PORT"
    if colon and not (_PORT.fullmatch(port) and 0 < int(port) <= _PORT_MAXIMUM):
        return f"ends in no port number; expected one of 1 to {_PORT_MAXIMUM} after the colon"
    return ""
