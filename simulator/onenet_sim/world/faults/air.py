"""Strikes the radio: coverage, signal, sleep, connection, cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onenet_sim.world.faults.network import passes

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Mapping

    from onenet_sim.modem import Modem, Reception
    from onenet_sim.world.bench import Bench
    from onenet_sim.world.faults.drive import DriveRow
    from onenet_sim.world.faults.engine import Aim, Engine
    from onenet_sim.world.faults.network import Passages

_CELLS = 1 << 28
"""There are so many E-UTRAN cell identities (3GPP TS 36.331)."""


class AirStriker:
    """The striker of the layer ``air``.

    What the air gives without faults is what it gave before the first of them, and is given back after the last.
    """

    def __init__(
        self,
        engine: Engine,
        loop: asyncio.AbstractEventLoop,
        benches: Mapping[str, Bench],
        passages: Passages,
    ) -> None:
        self._engine = engine
        self._loop = loop
        self._benches = benches
        self._passages = passages
        self._conditions: dict[int, tuple[Aim, Callable[[Reception], Reception]]] = {}
        self._before: dict[str, Reception] = {}

    def begin(self, aim: Aim) -> None:
        """Let the air be as a fault has it."""
        fault = aim.fault
        match fault.kind:
            case "air.no_coverage":
                self._hold(aim, lambda reception: reception.changed(coverage=False), "no coverage")
            case "air.roaming":
                self._hold(aim, lambda reception: reception.changed(roaming=True), "another operator's cell")
            case "air.signal":
                figures = {"rsrp": fault.rsrp, "snr": fault.snr, "ecl": fault.ecl}
                told = ", ".join(f"{name} {value}" for name, value in figures.items() if value is not None)
                self._hold(
                    aim,
                    lambda reception: reception.changed(rsrp=fault.rsrp, snr=fault.snr, ecl=fault.ecl),
                    told or "as it is",
                )
            case "air.drive":
                self._drive(aim, 0)
            case kind if passes(kind):
                self._passages.begin(aim)
            case _:
                pass

    def end(self, aim: Aim) -> None:
        """Give back what the air gave."""
        if passes(aim.fault.kind):
            self._passages.end(aim)
        elif self._conditions.pop(aim.fault.id, None) is not None:
            self._apply(aim, "over")

    def strike(self, aim: Aim) -> None:
        """Let a module sleep, lose its connection, or change its cell now."""
        for name, bench in self._benches.items():
            if not aim.concerns(name):
                continue
            cell = aim.fault.cell or f"{aim.random.randrange(1, _CELLS):08X}"
            what, happen = _happening(aim.fault.kind, bench.modem, cell)
            with self._engine.journal.because(self._engine.note(aim, what, modem=name)):
                if bench.modem.module is not None:
                    bench.modem.module.now = self._loop.time()
                    happen()
                bench.pump()

    def reset(self) -> None:
        """Do nothing: what the air gives is the modem's, and the fresh world has fresh modems."""

    def _hold(self, aim: Aim, condition: Callable[[Reception], Reception], what: str) -> None:
        self._conditions[aim.fault.id] = aim, condition
        aim.struck += 1
        self._apply(aim, what)

    def _apply(self, aim: Aim, what: str) -> None:
        """Let the modems that a fault is about receive what all conditions together leave."""
        for name, bench in self._benches.items():
            if not aim.concerns(name):
                continue
            reception = self._before.setdefault(name, bench.modem.reception)
            conditions = [each for other, each in self._conditions.values() if other.concerns(name)]
            for condition in conditions:
                reception = condition(reception)
            if not conditions:
                del self._before[name]
            with self._engine.journal.because(self._engine.note(aim, what, modem=name)):
                bench.receive(reception)

    def _drive(self, aim: Aim, index: int) -> None:
        """Go on with a row of a drive test."""
        row = aim.drive[index]
        told = f"rsrp {row.rsrp}, snr {row.snr}, ecl {row.ecl}" if row.coverage else "no coverage"
        self._hold(aim, lambda reception: _received(row, reception), told)
        if index + 1 < len(aim.drive):
            due = self._loop.time() + aim.drive[index + 1].time - row.time
            aim.timers.append(self._loop.call_at(due, self._drive, aim, index + 1))


def _received(row: DriveRow, before: Reception) -> Reception:
    return before.changed(coverage=row.coverage, rsrp=row.rsrp, snr=row.snr, ecl=row.ecl)


def _happening(kind: str, modem: Modem, cell: str) -> tuple[str, Callable[[], None]]:
    """Return what a fault of a moment does, in words and to a module that runs."""
    module = modem.module
    if module is None:
        return f"nothing: the module is {modem.power}", _nothing
    match kind:
        case "air.cell":
            return f"the serving cell is {cell}", lambda: module.radio.reselect(cell)
        case "air.psm" if not module.configuration.power_saving.enabled:
            return "nothing: power saving is off, and AT+CPSMS=1 would switch it on", _nothing
        case "air.psm":

            def sleep() -> None:
                module.radio.release()
                module.sleep.enter_now()

            return "the module goes to sleep", sleep
        case _:
            return "the network releases the connection", module.radio.release


def _nothing() -> None:
    """Do nothing."""
