"""The events of the platform, and of the HTTP calls to it and to the control API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from onenet_sim.journal.occurrence import Layer, Occurrence

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class DeviceChanged(Occurrence):
    """A device record was created, registered, updated, went offline, and so on: ``what`` says which."""

    layer: ClassVar[Layer] = Layer.PLATFORM
    kind: ClassVar[str] = "device"
    device_id: str
    imei: str
    what: str
    detail: str = ""

    def _text(self) -> str:
        return f"device {self.imei} {self.what}" + (f": {self.detail}" if self.detail else "")


@dataclass(frozen=True, slots=True)
class PlatformRequest(Occurrence):
    """The platform decided to ask a device something."""

    layer: ClassVar[Layer] = Layer.PLATFORM
    kind: ClassVar[str] = "request"
    imei: str
    operation: str
    path: str
    why: str

    def _text(self) -> str:
        return f"platform {self.operation} {self.path} ({self.why})"


@dataclass(frozen=True, slots=True)
class PlatformResult(Occurrence):
    """What came of a platform's request."""

    layer: ClassVar[Layer] = Layer.PLATFORM
    kind: ClassVar[str] = "result"
    imei: str
    operation: str
    path: str
    outcome: str

    def _text(self) -> str:
        return f"platform {self.operation} {self.path}: {self.outcome}"


@dataclass(frozen=True, slots=True)
class CachedCommandChanged(Occurrence):
    """A cached command waits, was sent, has ended, and so on: ``status`` says which."""

    layer: ClassVar[Layer] = Layer.PLATFORM
    kind: ClassVar[str] = "cached_command"
    imei: str
    uuid: str
    operation: str
    path: str
    status: str
    detail: str = ""

    def _text(self) -> str:
        text = f"cached {self.operation} {self.path} {self.status}"
        return f"{text}: {self.detail}" if self.detail else text


@dataclass(frozen=True, slots=True)
class DataPoint(Occurrence):
    """A value was stored in a device's data stream."""

    layer: ClassVar[Layer] = Layer.PLATFORM
    kind: ClassVar[str] = "datapoint"
    imei: str
    stream: str
    value: str | int | float | bool | tuple[int, ...] | Mapping[str, float]

    def _text(self) -> str:
        value = list(self.value) if isinstance(self.value, tuple) else self.value
        return f"data point {self.stream} = {value!r}"


@dataclass(frozen=True, slots=True)
class HttpRequest(Occurrence):
    """The application called the north-bound API, a harness the control API, or the platform an application."""

    layer: ClassVar[Layer] = Layer.HTTP
    kind: ClassVar[str] = "http_request"
    method: str
    target: str
    body: str = ""

    def _text(self) -> str:
        return f"{self.method} {self.target}" + (f" {self.body}" if self.body else "")


@dataclass(frozen=True, slots=True)
class HttpAnswer(Occurrence):
    """What the HTTP call was answered."""

    layer: ClassVar[Layer] = Layer.HTTP
    kind: ClassVar[str] = "http_answer"
    status: int
    body: str

    def _text(self) -> str:
        return f"HTTP {self.status} {self.body}"
