"""The platform as tests and scripts hold it: what an application sees, without HTTP between."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from onenet_sim.lwm2m import DataType, Path, decode_text, decode_value
from onenet_sim.onenet import Generation, PushSettings, UpgradeKind

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from onenet_sim.journal import Json
    from onenet_sim.onenet import Device, PointValue, Reading, ResourceWrite, Upgrade
    from onenet_sim.world.world import World

T = TypeVar("T")


class OneNet:
    """The platform of a world: what an application sees, without HTTP between."""

    def __init__(self, world: World) -> None:
        self._world = world

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        self._world.hush()
        return self._world.run(work)

    def create_device(
        self,
        imei: str,
        imsi: str = "",
        auth_code: str | None = None,
        *,
        title: str = "",
        psk: str | None = None,
    ) -> Device:
        """Make a device record; with ``psk`` the device can bootstrap through DTLS.

        Raises:
            ValueError: The numbers are no IMEI or IMSI, the IMEI is taken, or the key is none.
        """
        return self._world.act(lambda s: s.platform.devices.create(imei, imsi, auth_code, title=title, psk=psk))

    def device(self, imei: str) -> Device | None:
        """Return the record of an IMEI, or None."""
        return self._world.call(lambda s: s.platform.devices.by_imei(imei))

    def online(self, imei: str) -> bool:
        """Return whether the platform shows the device as online."""
        device = self.device(imei)
        return device is not None and device.online

    def datapoint(self, imei: str, stream: str) -> PointValue | None:
        """Return the newest value of a stream such as ``3303_0_5700``, or None."""
        device = self.device(imei)
        if device is None:
            return None
        newest = self._world.call(lambda s: s.platform.datapoints.newest(device.id, stream))
        return None if newest is None else newest.value

    def push(
        self,
        url: str,
        token: str = "",
        aes_key: str | None = None,
        *,
        generation: str | Generation = Generation.SUITE,
        count: int | None = None,
        interval: float | None = None,
    ) -> int:
        """Push data points, on- and offline messages and cached commands' results to a URL, until a reset.

        The parameters are those of :class:`~onenet_sim.world.PushSettings`.

        Returns:
            The platform's number of the push, for ``GET /msg_group/{id}/status``.

        Raises:
            PushRefused: The application did not answer the handshake as it should.
            ValueError: A parameter is out of range.
        """
        settings = PushSettings(
            url=url,
            token=token,
            aes_key=aes_key,
            generation=Generation(generation),
            count=count,
            interval=interval,
        )
        return self._do(self._world.simulation.platform.pushes.add(settings)).number

    def read(self, imei: str, path: str, timeout: float | None = None) -> tuple[Reading, ...]:
        """Read ``/3303/0/5700`` from a device; ``timeout`` is in world seconds."""
        return self._do(self._world.simulation.platform.read(imei, Path.parse(path), timeout))

    def write(self, imei: str, path: str, values: list[ResourceWrite], timeout: float | None = None) -> None:
        """Write resources of an instance and keep its others."""
        platform = self._world.simulation.platform
        self._do(platform.write(imei, Path.parse(path), values, 2, timeout))

    def execute(self, imei: str, path: str, args: str = "", timeout: float | None = None) -> None:
        """Execute a resource."""
        platform = self._world.simulation.platform
        self._do(platform.execute(imei, Path.parse(path), args, timeout))

    def value_of(self, path: str, text: str, *, as_hex: bool) -> Json:
        """Return what a resource's value means by the world's objects, as the API's ``val`` has it.

        Args:
            path: The resource, such as ``/3306/0/5850``.
            text: The value as text, or the hex of its octets.
            as_hex: Which of both it is.

        Raises:
            ValueError: It does not fit the resource's type.
        """
        where = Path.parse(path)
        kind = self._world.simulation.platform.settings.objects.data_type(where)
        octets = bytes.fromhex(text) if as_hex else text.encode("latin-1")
        value = octets if kind is DataType.OPAQUE else (decode_value if as_hex else decode_text)(kind, octets)
        return list(value) if isinstance(value, bytes) else value

    def start_upgrade(
        self, imei: str, version: str, image: bytes | None = None, kind: str = "firmware"
    ) -> Upgrade:
        """Begin to upgrade a module's ``firmware`` or its host's ``software`` over the air.

        Without an image one is made that brings the version.

        Raises:
            ValueError: The kind is neither of these.
            Refusal: The device is unknown or offline, is being upgraded already, or cannot be sent this image.
        """
        chosen = UpgradeKind(kind)
        return self._world.act(lambda s: s.platform.start_upgrade(imei, version, image, chosen))

    def upgrade(self, imei: str) -> Upgrade | None:
        """Return the device's newest upgrade as it stands, or None."""
        return self._world.call(lambda s: s.platform.upgrade(imei))

    def create(
        self, imei: str, path: str, values: list[ResourceWrite], timeout: float | None = None
    ) -> Path | None:
        """Create ``/3303/1``, or an instance of ``/3303`` whose number the device chooses; return it if told."""
        platform = self._world.simulation.platform
        return self._do(platform.create(imei, Path.parse(path), values, timeout))

    def delete(self, imei: str, path: str, timeout: float | None = None) -> None:
        """Delete an instance of an object."""
        self._do(self._world.simulation.platform.delete(imei, Path.parse(path), timeout))
