"""The events of a module: its serial line, its AT commands, its power, radio and session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from onenet_sim.journal.occurrence import Layer, Occurrence, printable


@dataclass(frozen=True, slots=True)
class HostWrote(Occurrence):
    """Octets came from the host."""

    layer: ClassVar[Layer] = Layer.UART
    kind: ClassVar[str] = "host_wrote"
    octets: bytes

    def _text(self) -> str:
        return f"host → {printable(self.octets)}"


@dataclass(frozen=True, slots=True)
class ModuleWrote(Occurrence):
    """Octets left for the host, in one write."""

    layer: ClassVar[Layer] = Layer.UART
    kind: ClassVar[str] = "module_wrote"
    octets: bytes

    def _text(self) -> str:
        return f"host ← {printable(self.octets)}"


@dataclass(frozen=True, slots=True)
class HostAttached(Occurrence):
    """A host opened the port."""

    layer: ClassVar[Layer] = Layer.UART
    kind: ClassVar[str] = "host_attached"
    port: str

    def _text(self) -> str:
        return f"a host opened {self.port}"


@dataclass(frozen=True, slots=True)
class HostDetached(Occurrence):
    """The last host closed the port."""

    layer: ClassVar[Layer] = Layer.UART
    kind: ClassVar[str] = "host_detached"
    port: str

    def _text(self) -> str:
        return f"the host closed {self.port}"


@dataclass(frozen=True, slots=True)
class LineSet(Occurrence):
    """A host set its end of the line: ``what`` names baud rate, format or a control line, ``state`` what holds."""

    layer: ClassVar[Layer] = Layer.UART
    kind: ClassVar[str] = "line_set"
    port: str
    what: str
    state: str

    def _text(self) -> str:
        return f"the host of {self.port} set {self.what}: {self.state}"


@dataclass(frozen=True, slots=True)
class OctetsLost(Occurrence):
    """Octets for the host were lost: nobody listened, or the host did not read."""

    layer: ClassVar[Layer] = Layer.UART
    kind: ClassVar[str] = "octets_lost"
    octets: bytes
    why: str

    def _text(self) -> str:
        return f"lost {printable(self.octets)}: {self.why}"


@dataclass(frozen=True, slots=True)
class CommandLine(Occurrence):
    """A command line was complete and went to the interpreter."""

    layer: ClassVar[Layer] = Layer.AT
    kind: ClassVar[str] = "command"
    line: str

    def _text(self) -> str:
        return f"> {self.line}"


@dataclass(frozen=True, slots=True)
class Answer(Occurrence):
    """The interpreter answered a command line: its lines of information text, then the final result."""

    layer: ClassVar[Layer] = Layer.AT
    kind: ClassVar[str] = "answer"
    lines: tuple[str, ...]
    final_result: str

    def _text(self) -> str:
        return "< " + " | ".join((*self.lines, self.final_result))


@dataclass(frozen=True, slots=True)
class Urc(Occurrence):
    """The module printed a line nobody asked for (an unsolicited result code)."""

    layer: ClassVar[Layer] = Layer.AT
    kind: ClassVar[str] = "urc"
    line: str

    def _text(self) -> str:
        return f"< {self.line}"


@dataclass(frozen=True, slots=True)
class PowerChanged(Occurrence):
    """The module was switched on or off, or restarted."""

    layer: ClassVar[Layer] = Layer.MODEM
    kind: ClassVar[str] = "power"
    state: str
    why: str

    def _text(self) -> str:
        return f"module {self.state}: {self.why}"


@dataclass(frozen=True, slots=True)
class SessionChanged(Occurrence):
    """The module's LwM2M session went from one state to another."""

    layer: ClassVar[Layer] = Layer.MODEM
    kind: ClassVar[str] = "session"
    before: str
    after: str
    why: str

    def _text(self) -> str:
        return f"session {self.before} → {self.after}: {self.why}"


@dataclass(frozen=True, slots=True)
class RadioChanged(Occurrence):
    """The module's registration or its sleep changed; ``what`` names which, ``state`` is what holds now."""

    layer: ClassVar[Layer] = Layer.MODEM
    kind: ClassVar[str] = "radio"
    what: str
    state: str

    def _text(self) -> str:
        return f"{self.what}: {self.state}"


@dataclass(frozen=True, slots=True)
class StubAnswered(Occurrence):
    """A command line was answered as a test asked for, and not run; ``stub`` is the stub's number."""

    layer: ClassVar[Layer] = Layer.MODEM
    kind: ClassVar[str] = "stub"
    stub: int
    line: str

    def _text(self) -> str:
        return f"stub {self.stub} answers {self.line}"
