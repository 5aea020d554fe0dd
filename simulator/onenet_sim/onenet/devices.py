"""Device records: who may log in, and what is known of each."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from onenet_sim.journal import DeviceChanged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime
    from random import Random

    from onenet_sim.journal import Journal, Json
    from onenet_sim.lwm2m import Path
    from onenet_sim.onenet.wire import Remote

MOST_DEVICES = 100_000
"""How many device records a platform keeps; creating more is refused."""

_FORMAL_IMEI = re.compile(r"[1-9][0-9]{14}")
_TEST_IMEI = re.compile(r"[0-9]{4}")
_IMSI = re.compile(r"[0-9]{0,15}")
_ENDPOINT_NAMES = (
    re.compile(r"(?P<imei>[0-9]{1,20});(?P<imsi>[0-9]{0,20})"),
    re.compile(r"(?P<imei>[0-9]{1,20})(?P<imsi>)"),
    re.compile(r"urn:imei:(?P<imei>[0-9]{1,20})(?P<imsi>)"),
    re.compile(r"urn:imei-imsi:(?P<imei>[0-9]{1,20})-(?P<imsi>[0-9]{1,20})"),
)


class InvalidIdentity(ValueError):  # noqa: N818 - what the application got wrong, told as a value is
    """A device cannot be created with this identity; the text says why."""


@dataclass(frozen=True, slots=True)
class EndpointName:
    """Who a module says it is: its IMEI and, if it tells, its SIM card's IMSI."""

    imei: str
    imsi: str = ""

    @classmethod
    def parse(cls, text: str) -> EndpointName | None:
        """Return the name in one of OneNET's four forms, or None.

        The forms are ``IMEI;IMSI``, ``IMEI``, ``urn:imei:IMEI`` and ``urn:imei-imsi:IMEI-IMSI``.
        """
        for form in _ENDPOINT_NAMES:
            if found := form.fullmatch(text):
                return cls(found["imei"], found["imsi"])
        return None


@dataclass(slots=True, eq=False)
class Registration:
    """A device's login, from POST /rd until it ends.

    Attributes:
        remote: Where the device is reached; its newest uplink tells.
        lifetime: In seconds.
        expires_at: World time at which the lifetime is over.
        binding: The ``b`` of the registration, ``U`` if it has none.
        instances: The object instances of its link list, in that order.
    """

    remote: Remote
    lifetime: int
    expires_at: float
    binding: str
    instances: tuple[Path, ...]


@dataclass(slots=True, eq=False)
class Device:
    """What the platform knows of one device.

    Attributes:
        id: The platform's number of it, as text.
        imei: Its IMEI, unique on the platform.
        imsi: The IMSI it must come with; empty if none is known yet.
        auth_code: The code it must send in CoAP option 63, or None if none is needed.
        title: Its name for people.
        auto_subscribe: Whether its instances are observed after login (the API's ``obsv``).
        subscribed: Whether every subscription of the present login succeeded (``obsv_st``).
        resources: The resource ids of each object instance, as far as they were discovered.
        former_imsis: What its IMSI was before.
        created_at: When the record was made.
        activated_at: When it first logged in.
        last_login_at: When it last logged in.
        registration: Its present login; None while it is offline.
        particulars: What the application stored with it: desc, tags, location, private, other.
    """

    id: str
    imei: str
    imsi: str
    auth_code: str | None
    title: str
    created_at: datetime
    auto_subscribe: bool = True
    subscribed: bool = False
    resources: dict[Path, tuple[int, ...]] = field(default_factory=dict)
    former_imsis: list[str] = field(default_factory=list)
    activated_at: datetime | None = None
    last_login_at: datetime | None = None
    registration: Registration | None = None
    particulars: dict[str, Json] = field(default_factory=dict)

    @property
    def online(self) -> bool:
        """Whether the platform shows it as online: its lifetime has not run out, nothing else."""
        return self.registration is not None

    @property
    def location(self) -> tuple[str, str]:
        """The segments of its Location-Path."""
        return ("rd", self.imei)


class DeviceRegistry:
    """All device records of the product."""

    def __init__(self, journal: Journal, random: Random, calendar: Callable[[], datetime]) -> None:
        self._journal = journal
        self._calendar = calendar
        self._next_id = random.randrange(500_000_000, 600_000_000)
        self._by_imei: dict[str, Device] = {}
        self._by_id: dict[str, Device] = {}

    def create(
        self,
        imei: str,
        imsi: str = "",
        auth_code: str | None = None,
        *,
        title: str = "",
        auto_subscribe: bool = True,
        particulars: Mapping[str, Json] | None = None,
    ) -> Device:
        """Make a device record and return it.

        Args:
            imei: 15 digits, the first not 0; four digits for a test device.
            imsi: Up to 15 digits; empty if any IMSI will do.
            auth_code: What the device must send in CoAP option 63, or None if nothing.
            title: Its name for people; the IMEI if empty.
            auto_subscribe: Whether its instances are observed after login.
            particulars: What the application stores with it.

        Raises:
            InvalidIdentity: One of these breaks its rule, the IMEI is taken, or there are 100,000 already.
        """
        self._check(imei, imsi)
        device = Device(
            str(self._next_id),
            imei,
            imsi,
            auth_code,
            title or imei,
            self._calendar(),
            auto_subscribe,
            particulars=dict(particulars or {}),
        )
        self._next_id += 1
        self._by_imei[imei] = self._by_id[device.id] = device
        self._journal.note(DeviceChanged(device.id, imei, "created", f"IMSI {imsi or 'any'}"))
        return device

    def delete(self, device: Device) -> None:
        """Forget a device. Its module is not told."""
        del self._by_imei[device.imei], self._by_id[device.id]
        self._journal.note(DeviceChanged(device.id, device.imei, "deleted"))

    def _check(self, imei: str, imsi: str) -> None:
        if not (_FORMAL_IMEI.fullmatch(imei) or _TEST_IMEI.fullmatch(imei)):
            raise InvalidIdentity(
                f"IMEI {imei[:32]!r}; expected 15 digits, the first not 0 (or 4 for a test device)"
            )
        if not _IMSI.fullmatch(imsi):
            raise InvalidIdentity(f"IMSI {imsi[:32]!r}; expected at most 15 digits")
        if imei in self._by_imei:
            raise InvalidIdentity(f"IMEI {imei} is taken by device {self._by_imei[imei].id}")
        if len(self) >= MOST_DEVICES:
            raise InvalidIdentity(f"there are {MOST_DEVICES:,} devices already, the most that are kept")

    def by_imei(self, imei: str) -> Device | None:
        """Return the device with that IMEI, or None."""
        return self._by_imei.get(imei)

    def by_id(self, device_id: str) -> Device | None:
        """Return the device with that number, or None."""
        return self._by_id.get(device_id)

    def __iter__(self) -> Iterator[Device]:
        return iter(tuple(self._by_imei.values()))

    def __len__(self) -> int:
        return len(self._by_imei)
