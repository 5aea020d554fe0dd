"""Everything that can happen in a world: one frozen class per kind of event.

An event's class is its kind. Each states the layer it belongs to and how it reads in one line;
reports, assertions, the web page and the control API all work from these classes and nothing else.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"
"""What a field becomes in JSON."""


class Layer(StrEnum):
    """Where in the world an event took place."""

    UART = "uart"
    AT = "at"
    MODEM = "modem"
    COAP = "coap"
    NETWORK = "network"
    PLATFORM = "platform"
    HTTP = "http"
    WORLD = "world"
    DIAGNOSIS = "diagnosis"


def printable(octets: bytes) -> str:
    r"""Return octets as a person reads them: ASCII as it is, control characters as escapes such as ``\r``."""
    return octets.decode("latin-1").encode("unicode_escape").decode("ascii")


def _visible(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """What happened, without when and why. The base of all kinds."""

    layer: ClassVar[Layer]
    kind: ClassVar[str]

    def __str__(self) -> str:
        text = self._text()
        return text if text.isprintable() else "".join(map(_visible, text))

    def _text(self) -> str:
        """Return how it reads; line ends and other control characters in it are shown as escapes."""
        return self.kind

    def to_json(self) -> dict[str, Json]:
        """Return the fields as JSON values; octets become upper-case hex, and numbers JSON lacks become text."""
        return {field.name: _json(getattr(self, field.name)) for field in fields(self)}


def _json(value: object) -> Json:
    match value:
        case bytes():
            return value.hex().upper()
        case float() if not math.isfinite(value):
            return str(value)
        case None | bool() | int() | float() | str():
            return value
        case dict():
            return {str(key): _json(item) for key, item in value.items()}
        case list() | tuple():
            return [_json(item) for item in value]
        case _:
            return str(value)


# --- the serial line ---------------------------------------------------------------------------------


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


# --- AT ----------------------------------------------------------------------------------------------


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


# --- the module --------------------------------------------------------------------------------------


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


# --- CoAP --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CoapMessage(Occurrence):
    """A CoAP message at one end of the wire. ``end`` is ``modem``, ``bootstrap`` or ``access``.

    ``octets`` is the whole message, before DTLS has sealed it or after it has opened it.
    """

    end: str
    peer: str
    type: str
    code: str
    message_id: int
    token: bytes
    path: str
    query: tuple[str, ...]
    observe: int | None
    content_format: int | None
    payload: bytes
    repeat: int = 0
    octets: bytes = b""

    def _message(self) -> str:
        words = [self.type, self.code, f"mid={self.message_id}"]
        if self.path or self.code in {"GET", "PUT", "POST", "DELETE"}:
            words.append("/" + self.path)
        words += self.query
        if self.observe is not None:
            words.append(f"observe={self.observe}")
        if self.content_format is not None:
            words.append(f"ct={self.content_format}")
        if self.payload:
            text = self.payload.decode("ascii", "replace")
            words.append(repr(text) if text.isascii() and text.isprintable() else self.payload.hex())
        if self.repeat:
            words.append(f"(repeat {self.repeat})")
        return " ".join(words)


@dataclass(frozen=True, slots=True)
class CoapSent(CoapMessage):
    """A CoAP message was handed to the network."""

    layer: ClassVar[Layer] = Layer.COAP
    kind: ClassVar[str] = "coap_sent"

    def _text(self) -> str:
        return f"{self.end} → {self.peer}  {self._message()}"


@dataclass(frozen=True, slots=True)
class CoapReceived(CoapMessage):
    """A CoAP message arrived from the network."""

    layer: ClassVar[Layer] = Layer.COAP
    kind: ClassVar[str] = "coap_received"

    def _text(self) -> str:
        return f"{self.end} ← {self.peer}  {self._message()}"


@dataclass(frozen=True, slots=True)
class DatagramDropped(Occurrence):
    """A datagram went no further."""

    layer: ClassVar[Layer] = Layer.NETWORK
    kind: ClassVar[str] = "datagram_dropped"
    where: str
    octets: bytes
    why: str

    def _text(self) -> str:
        return f"{self.where} dropped {len(self.octets)} octets: {self.why}"


@dataclass(frozen=True, slots=True)
class SecurityChanged(Occurrence):
    """A DTLS association was made, refused or ended. ``end`` is ``modem``, ``bootstrap`` or ``access``."""

    layer: ClassVar[Layer] = Layer.NETWORK
    kind: ClassVar[str] = "dtls"
    end: str
    peer: str
    what: str

    def _text(self) -> str:
        return f"DTLS of {self.end} with {self.peer} {self.what}"


# --- the platform ------------------------------------------------------------------------------------


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


# --- HTTP --------------------------------------------------------------------------------------------


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


# --- the world ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WorldBegan(Occurrence):
    """A world began, at the start or by a reset: what it was made with, which decides all that follows.

    Attributes:
        what: ``started with seed 7`` or ``reset with seed 7``.
        seed: Its seed.
        version: The simulator's version.
        calendar: Date and time of day at this event, in the form of ISO 8601 with the zone.
        modems: The modems' names.
        profiles: Their profiles, in the same order.
        addresses: Their IPv4 addresses, in the same order.
    """

    layer: ClassVar[Layer] = Layer.WORLD
    kind: ClassVar[str] = "world_began"
    what: str
    seed: int
    version: str
    calendar: str
    modems: tuple[str, ...]
    profiles: tuple[str, ...]
    addresses: tuple[str, ...]

    @property
    def profile(self) -> str:
        """The modems' profiles, each once."""
        return ", ".join(dict.fromkeys(self.profiles))

    def _text(self) -> str:
        return f"world {self.what}"


@dataclass(frozen=True, slots=True)
class Explanation(Occurrence):
    """Why something failed: what was wrong and what would be right, as no module or platform tells.

    Attributes:
        rule: What decided it, if that has a name: the row of a module's profile, such as ``errors.no_device``,
            or a :class:`~onenet_sim.journal.rules.Rule`.
        source: Where that rule is written.
        about: The event behind it, such as the request that was answered too late.
    """

    layer: ClassVar[Layer] = Layer.DIAGNOSIS
    kind: ClassVar[str] = "explanation"
    what: str
    rule: str = ""
    source: str = ""
    about: int | None = None

    def _text(self) -> str:
        return f"because {self.what}" + (f" (see #{self.about})" if self.about else "")
