"""Strikes the module: restarts, hangs, and answers in place of its own.

What shows in how an answer reaches the host (slow answers, brown-outs) is struck in the line.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from onenet_sim.at import FinalResult
from onenet_sim.modem import Override, Situation
from onenet_sim.world.faults.line import taps

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Mapping

    from onenet_sim.world.bench import Answerer, Bench
    from onenet_sim.world.faults.engine import Aim, Engine
    from onenet_sim.world.faults.line import Taps


class ModuleStriker:
    """The striker of the layer ``module``."""

    def __init__(
        self, engine: Engine, loop: asyncio.AbstractEventLoop, benches: Mapping[str, Bench], taps: Taps
    ) -> None:
        self._engine = engine
        self._loop = loop
        self._benches = benches
        self._taps = taps
        self._thaws: dict[str, asyncio.TimerHandle] = {}
        self._answerers: dict[str, Answerer] = {}

    def begin(self, aim: Aim) -> None:
        """Listen to the commands of the modems that a fault is about."""
        if taps(aim.fault):
            self._taps.begin(aim)
        elif aim.fault.aimed:
            for name, bench in self._benches.items():
                if aim.concerns(name) and name not in self._answerers:
                    self._answerers[name] = partial(self._command, bench)
                    bench.listen(self._answerers[name])

    def end(self, aim: Aim) -> None:
        """Listen no more where nothing is in force."""
        if taps(aim.fault):
            self._taps.end(aim)
        for name, bench in self._benches.items():
            if name in self._answerers and not self._engine.in_force(("module",), name):
                bench.listen_no_more(self._answerers.pop(name))

    def strike(self, aim: Aim) -> None:
        """Let modules restart or hang now."""
        for name, bench in self._benches.items():
            if aim.concerns(name):
                self._fell(aim, bench, self._engine.note(aim, _FELLED[aim.fault.kind], modem=name))

    def reset(self) -> None:
        """Forget which modules were to go on."""
        for timer in self._thaws.values():
            timer.cancel()
        self._thaws.clear()
        self._answerers.clear()

    def _command(self, bench: Bench, line: str, event: int) -> Override | None:
        """Return what is answered to a command line in place of running it, if a fault strikes it."""
        name = bench.modem.name
        for aim in self._engine.in_force(("module",), name):
            if taps(aim.fault) or not aim.strikes(name, line):
                continue
            match aim.fault.kind:
                case "module.answer":
                    *lines, final = (aim.fault.text or "").split("\n")
                    self._engine.note(aim, f"{line} is answered {aim.fault.text}", modem=name, cause=event)
                    return Override(tuple(lines), FinalResult(final))
                case "module.memory_full":
                    why = "the module's memory is full, by a fault"
                    self._engine.note(aim, f"{line} finds no memory", modem=name, cause=event)
                    return Override(final=bench.modem.refuse(Situation.MEMORY_FULL, why))
                case kind:
                    struck = self._engine.note(aim, f"{_FELLED[kind]} at {line}", modem=name, cause=event)
                    self._loop.call_soon(self._fell, aim, bench, struck)
                    return Override()
        return None

    def _fell(self, aim: Aim, bench: Bench, cause: int) -> None:
        now, fault = self._loop.time(), aim.fault
        with self._engine.journal.because(cause):
            if fault.kind == "module.reboot":
                bench.modem.reset(now, why="it restarted by itself")
                bench.pump()
                return
            bench.modem.freeze(why="it hangs")
            if (earlier := self._thaws.pop(bench.modem.name, None)) is not None:
                earlier.cancel()
            if fault.seconds is not None:
                self._thaws[bench.modem.name] = self._loop.call_later(fault.seconds, self._thaw, bench)

    def _thaw(self, bench: Bench) -> None:
        bench.modem.thaw(self._loop.time(), why="it goes on")
        bench.pump()


_FELLED = {"module.reboot": "the module restarts", "module.hang": "the module hangs"}
