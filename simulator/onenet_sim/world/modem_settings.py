"""What one modem of a world is told before it starts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from onenet_sim.modem import ProfileError, Reception, load_profile
from onenet_sim.network.address import LARGEST_PORT, Address
from onenet_sim.world.faults.declaration import FaultError
from onenet_sim.world.faults.presets import expand

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from onenet_sim.modem import Identity

_SHAPES = {
    "name": (re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}"), "1 to 32 of letters, digits and ._-"),
    "imei": (re.compile(r"[0-9]{15}"), "15 digits"),
    "imsi": (re.compile(r"[0-9]{15}"), "15 digits"),
    "iccid": (re.compile(r"[0-9]{18,19}[0-9A-F]"), "19 or 20 digits"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ModemSettings:
    """What a modem has of its own; the rest comes from the world's settings, its seed, and the modem's place.

    Attributes:
        name: What it is called in the journal, the control API and faults; ``modem-N`` by default.
        profile: Its profile: a built-in one's name, or the path of a file of your own.
        imei: 15 digits; drawn from the seed by default, as the next two.
        imsi: 15 digits.
        iccid: 19 or 20 digits.
        link: A stable symbolic link to its PTY.
        tcp: A TCP port for its serial line, 0 for any free one.
        rfc2217: The same for RFC 2217.
        connect: A ``host:port`` that it connects to over TCP.
        serial: A serial device of this machine on which it sits.
        baud: The baud rate of ``serial``.
        stdio: Whether its serial line is the process's standard input and output.
        reception: What the air gives it.
        network: The preset that its network is like, such as ``ecl2``.

    Raises:
        ValueError: A value is none; the message begins with its name and says what would be right.
    """

    name: str = ""
    profile: str = ""
    imei: str = ""
    imsi: str = ""
    iccid: str = ""
    link: Path | None = None
    tcp: int | None = None
    rfc2217: int | None = None
    connect: str | None = None
    serial: Path | None = None
    baud: int | None = None
    stdio: bool = False
    reception: Reception = field(default_factory=Reception)
    network: str = ""

    def __post_init__(self) -> None:
        for key, (shape, expected) in _SHAPES.items():
            value = getattr(self, key)
            if value and not shape.fullmatch(value):
                raise ValueError(f"{key} is {value!r:.80}; expected {expected}")
        if self.connect is not None:
            _check_connect(self.connect)
        if self.network:
            _check_network(self.network)

    def completed(self, shared: ModemSettings, number: int) -> ModemSettings:
        """Return these with what they lack: the nth modem's part of what the world's modems share.

        The first gets the link, port and address themselves; the next ones get links with ``-2``, ``-3``, and the
        ports that follow. There is one serial device and one standard input: they are the first modem's.

        Raises:
            ValueError: There are no more ports to follow.
        """
        first = number == 1
        given = {
            "name": f"modem-{number}",
            "profile": shared.profile,
            "network": shared.network,
            "link": _numbered_link(shared.link, number),
            "tcp": _numbered_port("tcp", shared.tcp, number),
            "rfc2217": _numbered_port("rfc2217", shared.rfc2217, number),
            "connect": _numbered_address(shared.connect, number),
            "serial": shared.serial if first else None,
            "baud": shared.baud if first else None,
        }
        lacking = {key: value for key, value in given.items() if getattr(self, key) in {None, ""}}
        return replace(self, stdio=self.stdio or (first and shared.stdio), **lacking)  # type: ignore[arg-type]

    def numbered(self, drawn: Identity) -> Identity:
        """Return the numbers of module and SIM card: those given, else those drawn."""
        return replace(
            drawn,
            imei=self.imei or drawn.imei,
            imsi=self.imsi or drawn.imsi,
            iccid=self.iccid or drawn.iccid,
        )


class ModemSettingsError(ValueError):
    """A modem cannot be in its world.

    Attributes:
        place: Which modem it is, from 0.
        key: What of it is wrong.
    """

    def __init__(self, place: int, key: str, what: str) -> None:
        super().__init__(what)
        self.place = place
        self.key = key


def check_modems(modems: Sequence[ModemSettings]) -> None:
    """Refuse modems that cannot be in one world.

    Raises:
        ModemSettingsError: A profile is none, a modem has the name, IMEI, link, device or standard input of one
            before it, or it has a baud rate but no device.
    """
    checked: set[str] = set()
    taken: set[tuple[str, object]] = set()
    for place, modem in enumerate(modems):
        if modem.profile not in checked:
            checked.add(modem.profile)
            try:
                load_profile(modem.profile)
            except ProfileError as error:
                raise ModemSettingsError(place, "profile", f"profile: {error}") from None
        if modem.baud is not None and modem.serial is None:
            lack = "but there is no serial device that could have it"
            raise ModemSettingsError(place, "baud", f"baud is {modem.baud}, {lack}")
        for key in ("name", "imei", "link", "serial", "stdio"):
            value = getattr(modem, key)
            if value and (key, value) in taken:
                raise ModemSettingsError(place, key, f"{key} is {value!s} for two modems; each has its own")
            taken.add((key, value))


def _check_connect(connect: str) -> None:
    if ":" not in connect:
        raise ValueError(f"connect: {connect!r} lacks a port: it is HOST:PORT")
    try:
        Address.parse(connect)
    except ValueError as error:
        raise ValueError(f"connect: {error}") from None


def _check_network(network: str) -> None:
    try:
        expand(network)
    except FaultError as error:
        raise ValueError(f"network: {error}") from None


def _numbered_link(link: Path | None, number: int) -> Path | None:
    return link if link is None or number == 1 else link.with_name(f"{link.name}-{number}")


def _numbered_port(key: str, port: int | None, number: int) -> int | None:
    if not port:
        return port
    if port + number - 1 > LARGEST_PORT:
        raise ValueError(f"{key}: {number} modems need as many ports from {port} on")
    return port + number - 1


def _numbered_address(text: str | None, number: int) -> str | None:
    if text is None:
        return None
    address = Address.parse(text)
    return f"{address.host}:{_numbered_port('connect', address.port, number)}"
