"""The gate of both machines: who a request is from, and whether that device may come in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiocoap import BAD_REQUEST, FORBIDDEN, Code, Message
from aiocoap.numbers.optionnumbers import OptionNumber

from onenet_sim.journal import Rule
from onenet_sim.onenet.devices import EndpointName, InvalidIdentity

if TYPE_CHECKING:
    from collections.abc import Container

    from onenet_sim.journal import Journal
    from onenet_sim.onenet.devices import Device, DeviceRegistry
    from onenet_sim.onenet.settings import PlatformSettings

AUTH_CODE = OptionNumber(63)
"""The CoAP option in which CIS modules send their auth code, as text."""


class Denied(Exception):  # noqa: N818 - an answer for the peer
    """The peer's request is refused with a CoAP code, for a reason that only the journal tells."""

    def __init__(self, code: Code, why: str) -> None:
        super().__init__(why)
        self.code = code
        self.why = why


def query_of(request: Message) -> dict[str, str]:
    """Return the request's Uri-Query options by name; the first of each name counts."""
    found: dict[str, str] = {}
    for option in request.opt.uri_query:
        name, _, value = option.partition("=")
        found.setdefault(name, value)
    return found


def auth_code_of(request: Message) -> str | None:
    """Return the auth code of the request, None if it has none.

    Raises:
        Denied: It is not text (4.00).
    """
    options = request.opt.get_option(AUTH_CODE)
    if not options:
        return None
    try:
        return bytes(options[0].value).decode()
    except UnicodeDecodeError:
        raise Denied(BAD_REQUEST, "option 63 (auth code) is not UTF-8 text") from None


class Gate:
    """Decides which device a request is from, and makes records for unknown ones if that is wanted.

    Args:
        devices: All records.
        settings: Whether unknown devices and new IMSIs are welcome.
        journal: Where refusals are explained.
        blacklist: IP addresses whose devices are refused; it may change at any time.
    """

    def __init__(
        self, devices: DeviceRegistry, settings: PlatformSettings, journal: Journal, blacklist: Container[str]
    ) -> None:
        self._devices = devices
        self._settings = settings
        self._journal = journal
        self._blacklist = blacklist

    def admit(self, request: Message) -> Device:
        """Return the device that bootstraps or registers with this request.

        Raises:
            Denied: ``ep`` is missing (4.00), or the device is unknown, comes with a wrong IMSI or auth code,
                or from an address on the black list (4.03).
        """
        self.check_source(request)
        text = query_of(request).get("ep")
        if not text:
            raise Denied(BAD_REQUEST, "the query has no ep=…; expected an endpoint name such as ep=IMEI;IMSI")
        name = EndpointName.parse(text)
        if name is None:
            raise Denied(
                FORBIDDEN,
                f"endpoint name {text[:64]!r} is in none of the forms IMEI;IMSI, IMEI, urn:imei:IMEI, "
                "urn:imei-imsi:IMEI-IMSI",
            )
        auth_code = auth_code_of(request)
        device = self._devices.by_imei(name.imei)
        if device is None:
            return self._create(name, auth_code)
        if device.auth_code is not None:
            self.check_auth_code(device, auth_code or "")
        self._check_imsi(device, name.imsi)
        return device

    def check_source(self, request: Message) -> None:
        """Let a request pass unless it comes from an address on the black list.

        Raises:
            Denied: It does (4.03).
        """
        if request.remote.address.host in self._blacklist:
            raise Denied(FORBIDDEN, f"{request.remote.address.host} is on the black list of source addresses")

    def check_auth_code(self, device: Device, auth_code: str | None) -> None:
        """Compare an auth code with the record's; a request without one passes.

        Raises:
            Denied: They differ (4.03).
        """
        if auth_code is not None and device.auth_code not in {None, auth_code}:
            sent = f"auth code {auth_code[:32]!r}" if auth_code else "no auth code"
            raise Denied(FORBIDDEN, f"device {device.imei} sent {sent}; its record has {device.auth_code!r}")

    def _create(self, name: EndpointName, auth_code: str | None) -> Device:
        if not self._settings.auto_create:
            raise Denied(FORBIDDEN, f"there is no device with IMEI {name.imei}; create it first (POST /devices)")
        try:
            return self._devices.create(name.imei, name.imsi, auth_code or None)
        except InvalidIdentity as error:
            raise Denied(FORBIDDEN, f"no record can be made for the endpoint name: {error}") from error

    def _check_imsi(self, device: Device, imsi: str) -> None:
        if not imsi or imsi == device.imsi:
            return
        if device.imsi and not self._settings.accept_new_imsi:
            raise Denied(FORBIDDEN, f"device {device.imei} came with IMSI {imsi}; its record has {device.imsi}")
        try:
            self._devices.change_imsi(device, imsi)
        except InvalidIdentity as error:
            raise Denied(FORBIDDEN, f"device {device.imei} cannot take on its new IMSI: {error}") from error

    def refuse(self, denied: Denied) -> Message:
        """Return the CoAP answer to a refused request, and tell the journal why."""
        self._journal.note(Rule.DENIED.explains(f"{denied.code.dotted}: {denied.why}"))
        return Message(code=denied.code)
