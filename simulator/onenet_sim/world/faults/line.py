"""Strikes the serial line: octets of either direction, and URCs at awkward places."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from onenet_sim.at import frame_text
from onenet_sim.journal import Answer, CommandLine, OctetsLost, Urc, printable
from onenet_sim.modem import SerialWrite, asides, factory_settings
from onenet_sim.world.faults import places
from onenet_sim.world.faults.declaration import Direction, Placement
from onenet_sim.world.faults.lane import LANE_OCTETS, Lane, Piece
from onenet_sim.world.faults.octets import STRIKES

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Mapping

    from onenet_sim.journal import Event
    from onenet_sim.world.bench import Bench
    from onenet_sim.world.faults.declaration import Fault
    from onenet_sim.world.faults.engine import Aim, Engine

_HELD_MAXIMUM = 64
_LINE_MAXIMUM = 1024
_CR = b"\r"
_URCS = ("line.urc", "line.chatter")
_ON_THE_LINE = ("module.slow", "module.brown_out")
"""Faults of the module that show in how its answers reach the host."""


def taps(fault: Fault) -> bool:
    """Return whether a fault needs a tap in the line."""
    return fault.layer == "line" or fault.kind in _ON_THE_LINE


class Taps:
    """The striker of the layer ``line``: a tap in the line of each modem that has such faults."""

    def __init__(self, engine: Engine, loop: asyncio.AbstractEventLoop, benches: Mapping[str, Bench]) -> None:
        self._engine = engine
        self._loop = loop
        self._benches = benches
        self._taps: dict[str, Tap] = {}

    def begin(self, aim: Aim) -> None:
        """Tap the lines that a fault is about."""
        for name, bench in self._benches.items():
            if not aim.concerns(name):
                continue
            if name not in self._taps:
                self._taps[name] = Tap(self._engine, self._loop, bench)
            bench.tap(self._taps[name])
            if aim.fault.kind == "line.unplug":
                aim.struck += 1
                self._engine.note(aim, "unplugged", modem=name)

    def end(self, aim: Aim) -> None:
        """Let go what was held for a fault, and take out the taps that no fault needs."""
        for name, tap in self._taps.items():
            if aim.concerns(name):
                tap.release(aim)
                if aim.fault.kind == "line.unplug":
                    self._engine.note(aim, "plugged in again", modem=name)
                tap.leave_if_idle()

    def strike(self, aim: Aim) -> None:
        """Do nothing: each kind of this layer needs an occasion, or is a condition."""

    def reset(self) -> None:
        """Drop what waits in the lines."""
        for tap in self._taps.values():
            tap.clear()
        self._taps.clear()


class Tap:
    """Stands in one line while faults need it, and until what waits in it was delivered in order."""

    def __init__(self, engine: Engine, loop: asyncio.AbstractEventLoop, bench: Bench) -> None:
        self._engine = engine
        self._loop = loop
        self._bench = bench
        self._name = bench.modem.name
        self._up = Lane(loop, self._hear, self._lose)
        self._down = Lane(loop, self._emit, self._lose)
        self._typed = b""
        self._held: dict[int, list[SerialWrite]] = {}
        self._failing = False

    def leave_if_idle(self) -> None:
        """Leave the line if no fault needs the tap and nothing waits in it."""
        needed = any(taps(aim.fault) for aim in self._engine.in_force(("line", "module"), self._name))
        if not needed and self._up.idle and self._down.idle:
            self._bench.tap(None)

    def clear(self) -> None:
        """Drop what waits, and leave."""
        self._up.clear()
        self._down.clear()
        self._bench.tap(None)

    # --- from the host ----------------------------------------------------------------------------

    def from_host(self, octets: bytes) -> None:
        """Take octets of the host."""
        if self._unplugged(octets, Direction.UP, None) or self._failing:
            return
        self._before_echo(octets)
        for piece in self._struck([Piece(octets)], Direction.UP):
            self._up.put(piece)

    def _before_echo(self, octets: bytes) -> None:
        """Say what is to stand before the echo of a line, once the line is whole."""
        *lines, self._typed = (self._typed + octets).split(_CR)
        self._typed = self._typed[-_LINE_MAXIMUM:]
        module = self._bench.modem.module
        echoes = module is not None and module.settings.echo and not module.sleep.deaf
        for aim in self._aims(*_URCS):
            for line in lines:
                text = line.decode("latin-1").strip()
                if aim.fault.placement is not Placement.BEFORE_ECHO or text[:2].upper() != "AT":
                    continue
                if self._ready(aim) and self._hits(aim, text, possible=echoes and self._has_urc(aim)):
                    urc, cause = self._place(aim, text, None)
                    self._down.put(Piece(urc, cause=cause))
                    self.release(aim, placed=1)

    # --- to the host ------------------------------------------------------------------------------

    def to_host(self, write: SerialWrite) -> None:
        """Take a write of the module."""
        if self._failing or self._unplugged(write.octets, Direction.DOWN, write.cause) or self._holds(write):
            return
        pieces = [Piece(write.octets, 0.0, write.boot, write.cause)]
        event = None if write.cause is None else self._engine.journal.get(write.cause)
        placed: list[Aim] = []
        if event is not None and isinstance(event.what, Answer):
            for aim in self._aims(*_URCS, *_ON_THE_LINE):
                possible = aim.fault.kind not in _URCS or self._has_place(aim, event.what)
                awaits = aim.fault.placement is Placement.BEFORE_ECHO or not self._ready(aim)
                if awaits or not self._hits(aim, self._command(event), possible=possible):
                    continue
                pieces = self._strike_answer(aim, pieces, event, event.what)
                placed.append(aim)
        for piece in self._struck(pieces, Direction.DOWN):
            self._down.put(piece)
        for aim in placed:
            self.release(aim, placed=1)

    def _strike_answer(self, aim: Aim, pieces: list[Piece], event: Event, answer: Answer) -> list[Piece]:
        """Let a fault strike that is about a command's answer."""
        fault, line, whole = aim.fault, self._command(event), b"".join(piece.octets for piece in pieces)
        match fault.kind:
            case "line.urc" | "line.chatter":
                urc, cause = self._place(aim, line, event.id)
                return self._interrupted(fault.placement, pieces, answer, urc, cause)
            case "module.slow":
                self._note(aim, f"{line} is answered {fault.seconds:g} s late", event.id)
                return [replace(pieces[0], gap=pieces[0].gap + (fault.seconds or 0.0)), *pieces[1:]]
            case _:
                size = min(len(whole), fault.size or len(whole) // 2)
                cause = self._note(aim, f"the power fails in the answer to {line}", event.id)
                self._fail(cause)
                return [Piece(whole[:size], gap=pieces[0].gap, cause=cause)]

    def _command(self, answer: Event) -> str:
        cause = None if answer.cause is None else self._engine.journal.get(answer.cause)
        return cause.what.line if cause is not None and isinstance(cause.what, CommandLine) else ""

    def _fail(self, cause: int) -> None:
        """Take the module's power once what is under way has been said."""
        self._failing = True

        def boot() -> None:
            self._failing = False
            with self._engine.journal.because(cause):
                self._bench.modem.reset(self._loop.time(), why="the power failed for a moment")
                self._bench.pump()

        self._loop.call_soon(boot)

    # --- URCs ---------------------------------------------------------------------------------------

    def _holds(self, write: SerialWrite) -> bool:
        """Hold a URC for the fault that will place it, and what is said behind one that is held."""
        event = None if write.cause is None else self._engine.journal.get(write.cause)
        if event is None or not isinstance(event.what, Urc) or write.boot:
            return False
        for aim in self._aims("line.urc"):
            held = self._held.setdefault(aim.fault.id, [])
            if aim.fault.text is None and not aim.spent and len(held) < _HELD_MAXIMUM:
                if not held:
                    aim.timers.append(self._loop.call_later(aim.fault.seconds or 0.0, self.release, aim))
                held.append(write)
                return True
        return False

    def _ready(self, aim: Aim) -> bool:
        """Return whether a command is an occasion; for a fault that waits for the module's next URC none is."""
        fault = aim.fault
        return fault.kind != "line.urc" or fault.text is not None or bool(self._held.get(fault.id))

    def _has_urc(self, aim: Aim) -> bool:
        return aim.fault.kind == "line.urc" or bool(self._asides(aim))

    def _asides(self, aim: Aim) -> list[str]:
        module = self._bench.modem.module
        return [] if module is None else [each for each in asides(module) if aim.fault.text in {None, each}]

    def _has_place(self, aim: Aim, answer: Answer) -> bool:
        """Return whether a URC can stand in an answer where a fault wants it."""
        module, placement = self._bench.modem.module, aim.fault.placement
        if module is None or placement is None or not self._has_urc(aim):
            return False
        return places.exists(placement, answer, module.settings)

    def _interrupted(
        self, placement: Placement | None, pieces: list[Piece], answer: Answer, urc: bytes, cause: int
    ) -> list[Piece]:
        """Return an answer with a URC at its place."""
        module = self._bench.modem.module
        if module is None or placement is None:
            return pieces
        first, *behind = pieces
        return [*places.placed(placement, first, answer, module.settings, Piece(urc, cause=cause)), *behind]

    def _place(self, aim: Aim, line: str, cause: int | None) -> tuple[bytes, int]:
        """Return the octets of the URC that a fault places, and the event that says so."""
        text, module = aim.fault.text, self._bench.modem.module
        if aim.fault.kind == "line.chatter":
            possible = self._asides(aim)
            text = possible[(aim.struck - 1) % len(possible)]
        placement = aim.fault.placement
        phrase = "" if placement is None else placement.phrase
        where = f"{phrase} {printable(line.encode('latin-1', 'replace'))}"
        if text is None:
            octets = self._held[aim.fault.id][0].octets
            return octets, self._note(aim, f"{printable(octets)} {where}", cause)
        event = self._note(aim, f"{text} {where}", cause)
        self._engine.journal.note(Urc(text), cause=event, modem=self._name)
        settings = factory_settings(self._bench.modem.profile) if module is None else module.settings
        return frame_text(text, settings), event

    def release(self, aim: Aim, placed: int = 0) -> None:
        """Let go the URCs that are held for a fault, without those that it has placed."""
        for write in self._held.pop(aim.fault.id, [])[placed:]:
            self._down.put(Piece(write.octets, 0.0, write.boot, write.cause))

    # --- any octets ---------------------------------------------------------------------------------

    def _aims(self, *kinds: str) -> list[Aim]:
        return [aim for aim in self._engine.in_force(("line", "module"), self._name) if aim.fault.kind in kinds]

    def _unplugged(self, octets: bytes, direction: Direction, cause: int | None) -> bool:
        for _ in self._aims("line.unplug"):
            lost = OctetsLost(octets, f"the line is unplugged ({direction})")
            self._engine.journal.note(lost, cause=cause, modem=self._name)
            return True
        return False

    def _struck(self, pieces: list[Piece], direction: Direction) -> list[Piece]:
        for aim in self._aims(*STRIKES):
            struck: list[Piece] = []
            for piece in pieces:
                struck += self._strike(aim, piece, direction)
            pieces = struck
        return pieces

    def _strike(self, aim: Aim, piece: Piece, direction: Direction) -> list[Piece]:
        text = printable(piece.octets)
        if not piece.octets or not aim.strikes(self._name, text, direction):
            return [piece]
        what, pieces = STRIKES[aim.fault.kind](aim.fault, aim.random, piece)
        event = self._note(aim, f"{direction}: {what}: {text}", piece.cause)
        octets = b"".join(each.octets for each in pieces)
        cause = piece.cause if octets == piece.octets and piece.cause is not None else event
        return [replace(each, cause=cause) for each in pieces]

    def _hits(self, aim: Aim, line: str, *, possible: bool) -> bool:
        return aim.strikes(self._name, line, possible=possible)

    def _note(self, aim: Aim, what: str, cause: int | None) -> int:
        return self._engine.note(aim, what, modem=self._name, cause=cause)

    def _hear(self, piece: Piece) -> None:
        with self._engine.journal.because(piece.cause):
            self._bench.hear(piece.octets)
        self.leave_if_idle()

    def _emit(self, piece: Piece) -> None:
        self._bench.emit(SerialWrite(piece.octets, piece.boot, piece.cause))
        self.leave_if_idle()

    def _lose(self, piece: Piece) -> None:
        lost = OctetsLost(piece.octets, f"{LANE_OCTETS:,} octets wait on the line already")
        self._engine.journal.note(lost, cause=piece.cause, modem=self._name)
