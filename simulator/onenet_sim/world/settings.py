"""What a world is told before it starts."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING

from onenet_sim.lwm2m import ObjectFileError, load_objects
from onenet_sim.network import AddressMap, why_no_dtls
from onenet_sim.onenet import check_identity
from onenet_sim.world.clock import ClockMode
from onenet_sim.world.faults.presets import expand
from onenet_sim.world.modem_settings import ModemSettings, check_modems

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from onenet_sim.modem import Pace
    from onenet_sim.world.faults import Fault

MODEMS_MAXIMUM = 1000
OFFLINE_LAG_MAXIMUM = 3600
REAL = ClockMode("real")
BEIJING = timezone(timedelta(hours=8), "CST")
EPOCH = datetime(2026, 1, 1, tzinfo=BEIJING)
"""The calendar at world time 0 unless told otherwise: always the same, so that a world can be repeated."""


class Unknown(StrEnum):
    """What comes of a command that a module does not have, besides its ERROR."""

    ERROR = "error"
    """Nothing more."""
    FAIL = "fail"
    """The run has failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSettings:
    """A device record that is there from the beginning.

    Attributes:
        imei: Its IMEI.
        imsi: The IMSI that it must come with; empty takes the first that comes.
        auth_code: The code that it must send; None asks for none.
        psk: Its key for DTLS with the bootstrap server.
        title: Its name for people; empty is the IMEI.

    Raises:
        ValueError: A number or the key is none.
    """

    imei: str
    imsi: str = ""
    auth_code: str | None = None
    psk: str | None = None
    title: str = ""

    def __post_init__(self) -> None:
        check_identity(self.imei, self.imsi, self.psk)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldSettings:
    """Everything about a world that is fixed while it runs.

    Attributes:
        profile: The modems' profile: a built-in one's name, or the path of a file of your own.
        modems: How many modems there are, or what each of them has of its own.
        devices: The device records that there are from the beginning, and again after each reset.
        seed: Decides everything random: identities, message ids, waits.
        clock: How time goes.
        pace: Whether modems keep the gaps of their profile; None does so while a foreign host is attached.
        epoch: The calendar at world time 0, with its zone.
        pty: Whether each modem has a PTY.
        link: A stable symbolic link to the first modem's PTY; further modems append ``-2``, ``-3``.
        tcp: A TCP port for the first modem's serial line, the next ones for the others; 0 is any free one,
            None is no TCP.
        rfc2217: The same for RFC 2217.
        baud_pace: Whether octets take their time at the line's baud rate, and different rates make noise.
        connect: A ``host:port`` that the first modem connects to over TCP, the next ones to the next ports.
        serial: A serial device of this machine on which the first modem sits.
        baud: The baud rate of ``serial``; None is the profile's.
        stdio: Whether the first modem's serial line is the process's standard input and output.
        tcp_host: The IPv4 number that ``tcp`` and ``rfc2217`` are bound to.
        bootstrap_port: The bootstrap server's UDP port, 0 for any free one.
        access_port: The access machine's UDP port, 0 for any free one.
        bootstrap_dtls_port: The bootstrap server's UDP port for DTLS, 0 for any free one.
        access_dtls_port: The access machine's UDP port for DTLS, 0 for any free one.
        map: Where addresses lead that modems dial: a ``127.0.0.1:port`` by each ``host:port``.
        unknown: What comes of a command that a module does not have.
        objects: Files and folders with objects of your own in OMA's XML format; their values are then typed.
        network: The preset that the network is like, such as ``ecl2``; a modem may have another.
        faults: What else goes wrong from the beginning; network and faults are there again after each reset.
        auto_create: Whether an unknown IMEI gets a device record.
        offline_lag: How long after the end of its lifetime a device still shows as online, in seconds; on
            OneNET about 60.
        db: The file in which the platform keeps what it knows, also after a ``kill -9``; None keeps it in memory.
            The calendar then never goes back: it begins where the file's ends, if that is after ``epoch``.
        api_key: What applications send as ``api-key``.
        access_key: With what applications sign their tokens, in base64.
        product_id: The product that the devices belong to.

    Raises:
        ValueError: A value is out of range; the message says which and what would be right.
    """

    profile: str = "onemo"
    modems: int | Sequence[ModemSettings] = 1
    devices: Sequence[DeviceSettings] = ()
    seed: int = 0
    clock: ClockMode = REAL
    pace: Pace | None = None
    epoch: datetime = EPOCH
    pty: bool = True
    link: Path | None = None
    tcp: int | None = None
    rfc2217: int | None = None
    connect: str | None = None
    serial: Path | None = None
    baud: int | None = None
    stdio: bool = False
    baud_pace: bool = False
    tcp_host: str = "127.0.0.1"
    bootstrap_port: int = 0
    access_port: int = 0
    bootstrap_dtls_port: int = 0
    access_dtls_port: int = 0
    map: Mapping[str, str] = field(default_factory=dict)
    unknown: Unknown = Unknown.ERROR
    objects: Sequence[str | Path] = ()
    network: str = ""
    faults: Sequence[Fault] = ()
    auto_create: bool = True
    offline_lag: float = 0.0
    db: str | Path | None = None
    api_key: str = "onenet-simulator"
    access_key: str = "b25lbmV0LXNpbXVsYXRvcidzIGFjY2VzcyBrZXk="
    product_id: str = "100000"

    def __post_init__(self) -> None:
        if isinstance(self.objects, str):
            raise ValueError(f"objects is {self.objects!r}; expected a list of files and folders")  # noqa: TRY004 - as documented
        try:
            load_objects(self.objects)
        except ObjectFileError as error:
            raise ValueError(f"objects: {error}") from None
        self._check_numbers()
        if (self.bootstrap_dtls_port or self.access_dtls_port) and (lack := why_no_dtls()):
            raise ValueError(f"a port for DTLS is given, but {lack}")
        try:
            b64decode(self.access_key, validate=True)
        except ValueError as error:
            raise ValueError(f"access_key is {self.access_key!r}; expected base64: {error}") from None
        if self.epoch.tzinfo is None:
            raise ValueError("epoch has no time zone")
        self._check_map()
        check_modems(self.each_modem)
        self._check_faults()

    def _check_numbers(self) -> None:
        count = self.modems if isinstance(self.modems, int) else len(self.modems)
        if not 1 <= count <= MODEMS_MAXIMUM:
            raise ValueError(f"modems is {count}; expected 1 to {MODEMS_MAXIMUM}")
        if not 0 <= self.offline_lag <= OFFLINE_LAG_MAXIMUM:
            raise ValueError(f"offline_lag is {self.offline_lag}; expected 0 to {OFFLINE_LAG_MAXIMUM} seconds")

    def _check_map(self) -> None:
        addresses = AddressMap()
        for address, local in self.map.items():
            try:
                addresses.redirect(address, local)
            except ValueError as error:
                raise ValueError(f"map: {error}") from None

    def _check_faults(self) -> None:
        names = [modem.name for modem in self.each_modem]
        for number, fault in enumerate(self.faults, start=1):
            if fault.modem is not None and fault.modem not in names:
                raise ValueError(f"fault {number}: modem is {fault.modem!r:.80}; there are {', '.join(names)}")

    @property
    def each_modem(self) -> tuple[ModemSettings, ...]:
        """Every modem with all that it has: what it has of its own, else what the world gives it."""
        own = (ModemSettings(),) * self.modems if isinstance(self.modems, int) else self.modems
        shared = ModemSettings(
            profile=self.profile,
            link=self.link,
            tcp=self.tcp,
            rfc2217=self.rfc2217,
            connect=self.connect,
            serial=self.serial,
            baud=self.baud,
            stdio=self.stdio,
            network=self.network,
        )
        return tuple(modem.completed(shared, number) for number, modem in enumerate(own, start=1))

    @property
    def all_faults(self) -> tuple[Fault, ...]:
        """What goes wrong from the beginning: what the networks' presets stand for, then ``faults``."""
        networks = {modem.name: modem.network for modem in self.each_modem}
        if set(networks.values()) == {self.network}:
            presets = [expand(self.network)] if self.network else []
        else:
            presets = [expand(network, name) for name, network in networks.items() if network]
        return (*chain.from_iterable(presets), *self.faults)


def present() -> datetime:
    """Return the machine's date and time in Beijing, for a world that a person looks at."""
    return datetime.now(UTC).astimezone(BEIJING)
