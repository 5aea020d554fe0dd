"""The faults as tests and scripts hold them: plain synchronous methods, usable from any thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onenet_sim.world.faults.declaration import Fault, parse_fault

if TYPE_CHECKING:
    from onenet_sim.journal import Json
    from onenet_sim.world.world import World


class Faults:
    """The faults of a world. Those that are added here are lifted by a reset.

    Example:
        >>> with World() as world:
        ...     loss = world.faults.add("network.loss", direction="up", probability=0.3)
        ...     world.faults.remove(loss.id)
    """

    def __init__(self, world: World) -> None:
        self._world = world

    def add(self, kind: str, **keys: object) -> Fault:
        """Let something go wrong; see :class:`Fault` for the keys, and :data:`KINDS` for the kinds.

        Returns:
            The fault as it was taken, with its number.

        Raises:
            FaultError: The declaration is wrong, or there are 256 faults already; the message says what would do.
        """
        fault = parse_fault({"kind": kind, **keys}, kind)
        return self._world.act(lambda s: s.faults.add(fault).fault)

    def preset(self, name: str, modem: str | None = None) -> tuple[Fault, ...]:
        """Let a network be ``good``, ``ecl1``, ``ecl2``, ``lossy``, ``nat60`` or ``flapping``.

        It takes the place of the preset before, for that modem or for all.

        Raises:
            FaultError: There is no such preset or modem.
        """
        return self._world.act(lambda s: tuple(aim.fault for aim in s.faults.apply(name, modem)))

    def remove(self, number: int) -> None:
        """Lift a fault.

        Raises:
            LookupError: There is none of that number.
        """
        if not self._world.act(lambda s: s.faults.remove(number)):
            raise LookupError(f"there is no fault {number}")

    def clear(self) -> None:
        """Lift all faults."""
        self._world.act(lambda s: s.faults.clear())

    def list(self) -> list[dict[str, Json]]:
        """Return every fault: its declaration, ``state``, occasions ``seen``, and how often it ``struck``."""
        return self._world.call(lambda s: [aim.to_json() for aim in s.faults])
