"""The events of faults that strike, one kind for each layer that can be struck."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from onenet_sim.journal.occurrence import Layer, Occurrence


@dataclass(frozen=True, slots=True)
class FaultStruck(Occurrence):
    """A fault that was asked for struck; its cause is what it struck, if that was an event.

    Attributes:
        fault: The fault's number.
        name: Its kind, such as ``network.loss``.
        what: What it did.
    """

    fault: int
    name: str
    what: str

    def _text(self) -> str:
        return f"fault {self.fault} {self.name}: {self.what}"


@dataclass(frozen=True, slots=True)
class LineFaultStruck(FaultStruck):
    """A fault struck the serial line."""

    layer: ClassVar[Layer] = Layer.UART
    kind: ClassVar[str] = "line_fault"


@dataclass(frozen=True, slots=True)
class ModuleFaultStruck(FaultStruck):
    """A fault struck the module."""

    layer: ClassVar[Layer] = Layer.MODEM
    kind: ClassVar[str] = "module_fault"


@dataclass(frozen=True, slots=True)
class AirFaultStruck(FaultStruck):
    """A fault struck the radio."""

    layer: ClassVar[Layer] = Layer.MODEM
    kind: ClassVar[str] = "air_fault"


@dataclass(frozen=True, slots=True)
class NetworkFaultStruck(FaultStruck):
    """A fault struck what goes between module and platform."""

    layer: ClassVar[Layer] = Layer.NETWORK
    kind: ClassVar[str] = "network_fault"


@dataclass(frozen=True, slots=True)
class PlatformFaultStruck(FaultStruck):
    """A fault struck the platform."""

    layer: ClassVar[Layer] = Layer.PLATFORM
    kind: ClassVar[str] = "platform_fault"
