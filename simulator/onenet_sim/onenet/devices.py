"""Device records: who may log in, and what is known of each."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from onenet_sim.journal import DeviceChanged
from onenet_sim.onenet.announcements import LifeCycleChanged, LifeCycleEvent
from onenet_sim.onenet.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime
    from random import Random

    from onenet_sim.journal import Journal, Json
    from onenet_sim.lwm2m import Path
    from onenet_sim.onenet.store import Store
    from onenet_sim.onenet.wire import Remote

MOST_DEVICES = 100_000
"""How many device records a platform keeps; creating more is refused."""

MOST_FORMER_IMSIS = 100
"""How many IMSIs of the past a record keeps, the newest."""

PSK = re.compile(r"[0-9A-Za-z]{8,16}")
"""What a device's pre-shared keys for DTLS may be."""

_FORMAL_IMEI = re.compile(r"[1-9][0-9]{14}")
_TEST_IMEI = re.compile(r"[0-9]{4}")
_IMSI = re.compile(r"[0-9]{0,15}")
_LETTERS = string.ascii_letters + string.digits
_PSK_LENGTH, _API_KEY_LENGTH = 16, 28
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
        root: The Uri-Path before each of its objects; empty unless it declares an alternate path.
        accept: The content format in which it gives instances; None until it has taken or named one.
        lost_to: The address at which another device came after it, and that device's IMEI, if one did.
    """

    remote: Remote
    lifetime: int
    expires_at: float
    binding: str
    instances: tuple[Path, ...]
    root: tuple[str, ...] = ()
    accept: int | None = None
    lost_to: tuple[Remote, str] | None = None

    @property
    def occupant(self) -> str | None:
        """The IMEI of the device that now answers at this one's address, or None."""
        return self.lost_to[1] if self.lost_to is not None and self.lost_to[0] == self.remote else None


@dataclass(slots=True, eq=False)
class Device(Record):
    """What the platform knows of one device.

    Attributes:
        id: The platform's number of it, as text.
        imei: Its IMEI, unique on the platform.
        imsi: The IMSI it must come with; empty if none is known yet.
        auth_code: The code it must send in CoAP option 63, or None if none is needed.
        psk: Its key for DTLS with the bootstrap server.
        access_psk: Its key for DTLS with the access machine; the application sets one, or a bootstrap makes it.
        api_key: The key that opens this device only.
        title: Its name for people.
        auto_subscribe: Whether its instances are observed after login (the API's ``obsv``).
        subscribed: Whether every subscription of the present login succeeded (``obsv_st``).
        resources: The resource ids of each object instance, as far as they were discovered.
        former_imsis: What its IMSI was before, the oldest first.
        imsi_changed_at: When its IMSI last changed.
        created_at: When the record was made.
        activated_at: When it first logged in.
        last_login_at: When it last logged in.
        registration: Its present login; None while it is offline.
        particulars: What the application stored with it: desc, tags, location, private, other.
        deleted: Whether the record is deleted; the module may not know yet.
    """

    id: str
    imei: str
    imsi: str
    auth_code: str | None
    psk: str
    api_key: str
    title: str
    created_at: datetime
    access_psk: str | None = None
    auto_subscribe: bool = True
    subscribed: bool = False
    resources: dict[Path, tuple[int, ...]] = field(default_factory=dict)
    former_imsis: list[str] = field(default_factory=list)
    imsi_changed_at: datetime | None = None
    activated_at: datetime | None = None
    last_login_at: datetime | None = None
    registration: Registration | None = None
    particulars: dict[str, Json] = field(default_factory=dict)
    deleted: bool = False

    @property
    def online(self) -> bool:
        """Whether the platform shows it as online: its lifetime has not run out, nothing else."""
        return self.registration is not None

    @property
    def location(self) -> tuple[str, str]:
        """The segments of its Location-Path."""
        return ("rd", self.imei)


def check_identity(imei: str, imsi: str = "", psk: str | None = None) -> None:
    """Refuse numbers or a key that no device record can have, as :meth:`DeviceRegistry.create` describes them.

    Raises:
        InvalidIdentity: One breaks its rule.
    """
    if not (_FORMAL_IMEI.fullmatch(imei) or _TEST_IMEI.fullmatch(imei)):
        raise InvalidIdentity(f"IMEI {imei[:32]!r}; expected 15 digits, the first not 0 (or 4 for a test device)")
    if not _IMSI.fullmatch(imsi):
        raise InvalidIdentity(f"IMSI {imsi[:32]!r}; expected at most 15 digits")
    if psk is not None and not PSK.fullmatch(psk):
        raise InvalidIdentity("the psk has 8 to 16 letters and digits")


class DeviceRegistry:
    """All device records of the product.

    Args:
        journal: Where changes are noted.
        random: Decides the number of the first device, and keys.
        calendar: Tells the world's date and time.
        announce: Called when a device is created or deleted.
        store: Where the records are kept, if they outlive the program.
    """

    def __init__(
        self,
        journal: Journal,
        random: Random,
        calendar: Callable[[], datetime],
        announce: Callable[[LifeCycleChanged], None],
        store: Store | None = None,
    ) -> None:
        self._journal = journal
        self._random = random
        self._calendar = calendar
        self._announce = announce
        self._next_id = random.randrange(500_000_000, 600_000_000)
        self._by_imei: dict[str, Device] = {}
        self._by_id: dict[str, Device] = {}
        self._store = store
        if store is not None:
            self._next_id = store.next_number("devices", self._next_id)
            for device in store.devices():
                self._keep(device)

    def _keep(self, device: Device) -> None:
        self._by_imei[device.imei] = self._by_id[device.id] = device
        if self._store is not None:
            device.watch(self._store.changed)

    def create(
        self,
        imei: str,
        imsi: str = "",
        auth_code: str | None = None,
        *,
        psk: str | None = None,
        title: str = "",
        auto_subscribe: bool = True,
        particulars: Mapping[str, Json] | None = None,
    ) -> Device:
        """Make a device record and return it.

        Args:
            imei: 15 digits, the first not 0; four digits for a test device.
            imsi: Up to 15 digits; empty if any IMSI will do.
            auth_code: What the device must send in CoAP option 63, or None if nothing.
            psk: Its key for DTLS with the bootstrap server, 8 to 16 letters and digits; drawn if None.
            title: Its name for people; the IMEI if empty.
            auto_subscribe: Whether its instances are observed after login.
            particulars: What the application stores with it.

        Raises:
            InvalidIdentity: One of these breaks its rule, the IMEI is taken, or there are 100,000 already.
        """
        self._check(imei, imsi, psk)
        device = Device(
            str(self._next_id),
            imei,
            imsi,
            auth_code,
            psk or self._draw(_PSK_LENGTH),
            self._draw(_API_KEY_LENGTH),
            title or imei,
            self._calendar(),
            auto_subscribe=auto_subscribe,
            particulars=dict(particulars or {}),
        )
        self._next_id += 1
        self._keep(device)
        if self._store is not None:
            self._store.changed(device)
        event = self._journal.note(DeviceChanged(device.id, imei, "created", f"IMSI {imsi or 'any'}"))
        with self._journal.because(event):
            self._announce(LifeCycleChanged(device, LifeCycleEvent.CREATED))
        return device

    def _draw(self, length: int) -> str:
        return "".join(self._random.choices(_LETTERS, k=length))

    def delete(self, device: Device) -> None:
        """Forget a device. Its module is not told: reports go on until its next update, which is refused."""
        device.deleted = True
        del self._by_imei[device.imei], self._by_id[device.id]
        event = self._journal.note(DeviceChanged(device.id, device.imei, "deleted"))
        with self._journal.because(event):
            self._announce(LifeCycleChanged(device, LifeCycleEvent.DELETED))

    def change_imsi(self, device: Device, imsi: str) -> None:
        """Give a device another IMSI, and remember the one before.

        Raises:
            InvalidIdentity: It is no IMSI.
        """
        if not _IMSI.fullmatch(imsi):
            raise InvalidIdentity(f"IMSI {imsi[:32]!r}; expected at most 15 digits")
        if imsi == device.imsi:
            return
        if device.imsi:
            device.former_imsis = [*device.former_imsis, device.imsi][-MOST_FORMER_IMSIS:]
        device.imsi, device.imsi_changed_at = imsi, self._calendar()
        self._journal.note(DeviceChanged(device.id, device.imei, "imsi", imsi))

    def _check(self, imei: str, imsi: str, psk: str | None) -> None:
        check_identity(imei, imsi, psk)
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

    def bootstrap_key(self, identity: str) -> str:
        """Return the key for DTLS with the bootstrap machine; the identity of a device is its IMEI.

        Raises:
            LookupError: There is none; the text says why.
        """
        return self._identified(identity).psk

    def access_key(self, identity: str) -> str:
        """Return the key for DTLS with the access machine, as :meth:`bootstrap_key` does.

        Raises:
            LookupError: There is none; the text says why.
        """
        device = self._identified(identity)
        if device.access_psk is None:
            remedy = "a bootstrap through DTLS makes one, and POST /nbiot/device/accpsk sets one"
            raise LookupError(f"device {device.imei} has no key for the access machine; {remedy}")
        return device.access_psk

    def _identified(self, identity: str) -> Device:
        device = self._by_imei.get(identity)
        if device is None:
            why = "a PSK server cannot make a record for an unknown key; create the device with its psk first"
            raise LookupError(f"no device has this identity, which must be an IMEI: {why}")
        return device

    def __iter__(self) -> Iterator[Device]:
        return iter(tuple(self._by_imei.values()))

    def __len__(self) -> int:
        return len(self._by_imei)
