"""A module on a fake clock, and a scripted platform that answers its datagrams."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, TypeAlias

import pytest

from onenet_sim.journal import Explanation, Journal
from onenet_sim.modem import Identity, Modem, Pace, Peer, load_profile
from tests.modem import wire
from tests.modem.wire import ACK, CON, Packet

if TYPE_CHECKING:
    from onenet_sim.modem import Profile

IMEI, IMSI = "869975033574370", "460041234567890"
FIRST_MESSAGE_ID = 0x1234
BOOTSTRAP, ACCESS = Peer("183.230.40.39", 5683), Peer("183.230.40.40", 5683)
FAMILIES = {"onemo": "O", "m5310a": "O", "m5310": "C"}
_LINE = re.compile(r"\r\n([^\r\n]+(?:\r\n[^\r\n]+)+|[^\r\n]*)\r\n")

Script: TypeAlias = Callable[[Packet], "list[Packet]"]


def server_uri(uri: str) -> bytes:
    """Return a bootstrap's TLV with one resource 0 (0xC8: resource, 8-bit id, 8-bit length)."""
    return bytes((0xC8, 0, len(uri))) + uri.encode()


class Platform:
    """Answers as OneNET does; a test replaces what it wants otherwise.

    Attributes:
        silent: It answers nothing.
        drops: A path on which it answers nothing.
        codes: The answer to what the key names: bootstrap, register, update, deregister.
    """

    def __init__(self) -> None:
        self.silent = False
        self.drops = ""
        self.acknowledges = True
        self.codes = {
            "bootstrap": wire.CHANGED,
            "register": wire.CREATED,
            "update": wire.CHANGED,
            "deregister": wire.DELETED,
        }
        self.uri = "coap://183.230.40.40:5683"
        self._message_id = 0x8000

    def next_message_id(self) -> int:
        self._message_id += 1
        return self._message_id

    def answers(self, packet: Packet) -> list[Packet]:
        """Return what comes back for one datagram of the module."""
        if self.silent or (self.drops and packet.path == self.drops):
            return []
        if packet.type == ACK and packet.code == wire.CHANGED and packet.token == b"write":
            return [self._bootstrap(wire.POST, "/bs", b"done")]
        match packet.code, packet.path:
            case wire.POST, "/bs":
                write = self._bootstrap(wire.PUT, "/0/0", b"write", server_uri(self.uri))
                ok = self.codes["bootstrap"] == wire.CHANGED
                return [self._reply(packet, "bootstrap"), *([write] if ok else [])]
            case wire.POST, "/rd":
                return [self._reply(packet, "register", wire.segments(wire.LOCATION, f"rd/{IMEI}"))]
            case wire.POST, _:
                return [self._reply(packet, "update")]
            case wire.DELETE, _:
                return [self._reply(packet, "deregister")]
            case wire.CONTENT, _ if packet.type == CON and self.acknowledges:
                return [Packet(ACK, wire.EMPTY, packet.message_id)]
        return []

    def _reply(self, packet: Packet, what: str, options: tuple[tuple[int, bytes], ...] = ()) -> Packet:
        return Packet(ACK, self.codes[what], packet.message_id, packet.token, options)

    def _bootstrap(self, code: int, path: str, token: bytes, payload: bytes = b"") -> Packet:
        options = (*wire.segments(wire.URI_PATH, path), (wire.FORMAT, wire.uint(wire.TLV)))
        return Packet(CON, code, self.next_message_id(), token, options if payload else options[:-1], payload)


class Rig:
    """One module, its host and its network, on a clock that only the test moves."""

    def __init__(
        self,
        profile: Profile | str = "onemo",
        *,
        pace: Pace = Pace.INSTANT,
        zone: timezone = UTC,
        switched_on: bool = True,
    ) -> None:
        self.now = 0.0
        self.journal = Journal(lambda: self.now)
        self.platform = Platform()
        self.sent: list[Packet] = []
        self.datagrams: list[tuple[float, bytes, Peer]] = []
        self.writes: list[tuple[float, bytes]] = []
        self._taken = 0
        self.modem = Modem(
            "modem-1",
            load_profile(profile) if isinstance(profile, str) else profile,
            Identity(IMEI, IMSI, "89860411111870000001", "100.96.78.210"),
            journal=self.journal,
            epoch=datetime(2023, 2, 9, 8, 51, 58, tzinfo=zone),
            draw=lambda _: FIRST_MESSAGE_ID,
            pace=pace,
        )
        if switched_on:
            self.modem.power_on(0.0, booted=True)
            self._pump()
            self.text()

    @property
    def profile(self) -> Profile:
        return self.modem.profile

    @property
    def family(self) -> str:
        return str(self.profile.family)

    # --- the host ---------------------------------------------------------------------------------

    def feed(self, octets: bytes) -> None:
        """Give the module octets of the host."""
        self.modem.receive_serial(octets, self.now)
        self._pump()

    def text(self) -> str:
        """Return what was printed since the last look."""
        octets = b"".join(octets for _, octets in self.writes[self._taken :])
        self._taken = len(self.writes)
        return octets.decode("latin-1")

    def lines(self) -> list[str]:
        """Return the lines printed since the last look; each must stand between CR LF pairs."""
        text = self.text()
        assert _LINE.sub("", text) == "", f"not framed: {text!r}"
        return _LINE.findall(text)

    def ask(self, line: str) -> list[str]:
        """Send a command and return everything that is printed at once, blanks behind colons removed."""
        self.feed(line.encode("latin-1") + b"\r\n")
        return [_unspaced(each) for each in self.lines()]

    def ok(self, *lines: str) -> None:
        """Send commands, each answered by OK alone or by a line of its own and OK."""
        for line in lines:
            answer = self.ask(line)
            assert "OK" in answer, f"{line}: {answer}"
            assert not [each for each in answer if "ERROR" in each]

    @property
    def why(self) -> str:
        """The last explanation of the journal."""
        found = [event.what.what for event in self.journal if isinstance(event.what, Explanation)]
        return found[-1] if found else ""

    # --- time and network -------------------------------------------------------------------------

    def _pump(self) -> None:
        for write in self.modem.serial_to_send(self.now):
            self.writes.append((self.now, write.octets))
        while datagrams := self.modem.datagrams_to_send():
            for datagram in datagrams:
                self.datagrams.append((self.now, datagram.octets, datagram.peer))
                packet = wire.decode(datagram.octets)
                self.sent.append(packet)
                for answer in self.platform.answers(packet):
                    self.modem.receive_datagram(answer.encode(), datagram.peer, self.now)
            for write in self.modem.serial_to_send(self.now):
                self.writes.append((self.now, write.octets))
        for write in self.modem.serial_to_send(self.now):
            self.writes.append((self.now, write.octets))

    def advance(self, seconds: float) -> None:
        """Let time pass; every deadline on the way is kept."""
        end = self.now + seconds
        while (deadline := self.modem.next_deadline) is not None and deadline <= end:
            self.now = max(self.now, deadline)
            self.modem.handle_timer(self.now)
            self._pump()
        self.now = end

    def deliver(self, packet: Packet | bytes, peer: Peer = ACCESS) -> list[Packet]:
        """Give the module a datagram and return what it sends."""
        before = len(self.sent)
        octets = packet if isinstance(packet, bytes) else packet.encode()
        self.modem.receive_datagram(octets, peer, self.now)
        self._pump()
        return self.sent[before:]

    def request(
        self,
        code: int,
        path: str,
        *,
        kind: int = CON,
        token: bytes = b"\xaa\xbb",
        options: tuple[tuple[int, bytes], ...] = (),
        payload: bytes = b"",
        message_id: int | None = None,
    ) -> Packet:
        """Send a request of the platform and return it; what it brought about is in ``sent`` and printed."""
        number = self.platform.next_message_id() if message_id is None else message_id
        packet = Packet(kind, code, number, token, (*wire.segments(wire.URI_PATH, path), *options), payload)
        self.deliver(packet)
        return packet

    def observe(self, path: str, token: bytes = b"\xaa\xbb", cancel: int = 0) -> int:
        """Observe a path (or cancel that) and return the request's message id, as the host sees it."""
        packet = self.request(wire.GET, path, token=token, options=((wire.OBSERVE, wire.uint(cancel)),))
        shown = [line for line in self.lines() if line.startswith("+MIPLOBSERVE")]
        number = int(shown[-1].split(",")[1])
        if self.family == "C" and not cancel:
            self.ok(f"AT+MIPLOBSERVERSP=0,{number},1")
        assert self.sent[-1].message_id == packet.message_id
        return number

    def read(self, path: str) -> int:
        """Read a path and return the message id."""
        return self.request(wire.GET, path).message_id

    def write_tlv(self, path: str, payload: bytes, code: int = wire.POST) -> int:
        """Write TLV to a path and return the message id."""
        return self.request(code, path, options=((wire.FORMAT, wire.uint(wire.TLV)),), payload=payload).message_id

    # --- a login ----------------------------------------------------------------------------------

    def create(self, *objects: tuple[int, str], attributes: int = 5, lifetime: int = 3000) -> None:
        """Make a device for the access machine itself, with these objects and instance bitmaps."""
        host = f"{ACCESS.host}:{ACCESS.port}"
        if self.family == "L":
            self.ok(configuration(lifetime))
        elif self.profile.mipl.creates_by_code:
            self.ok(f'AT+MIPLCREATEEX="{host}",0' if self.family == "O" else DIRECT_CREATE)
        else:
            first = "0,0,0" if self.profile.mipl.config_together else "0"
            self.ok(f"AT+MIPLCONFIG={first},{ACCESS.host},{ACCESS.port}", "AT+MIPLCREATE")
        for number, bitmap in objects or ((3200, "1"),):
            if self.family == "L":
                self.ok(*(f"AT+MIPLADDOBJ=0,{number},{at}" for at, digit in enumerate(bitmap) if digit == "1"))
            else:
                self.ok(f'AT+MIPLADDOBJ=0,{number},{len(bitmap)},"{bitmap}",{attributes},0')

    def login(
        self, *objects: tuple[int, str], lifetime: int = 3000, observe: str = "/3200/0", attributes: int = 5
    ) -> int:
        """Log in and let the platform observe a path; return the id of the OBSERVE."""
        self.create(*objects, attributes=attributes, lifetime=lifetime)
        self.feed(b"AT+MIPLOPEN=0,30\r\n" if self.family == "L" else f"AT+MIPLOPEN=0,{lifetime},30\r\n".encode())
        assert self.lines()[-1].replace(" ", "") == ("+MIPLOPEN:0,1" if self.family == "L" else "+MIPLEVENT:0,6")
        number = self.observe(observe) if observe else 0
        self.text()
        self.sent.clear()
        return number


def _unspaced(line: str) -> str:
    name, colon, rest = line.partition(":")
    return name + colon + rest.removeprefix(" ") if line.startswith("+") else line


def configuration(lifetime: int = 3000, name: str = f"{IMEI};{IMSI}") -> str:
    """Return the AT+MIPLCONF that makes a device for the access machine: all numbers little endian."""
    uri, ep = b"coap://183.230.40.40:5683", name.encode()
    numbers = "00000000" + lifetime.to_bytes(4, "little").hex() + "1900"
    blob = numbers + uri.hex() + len(ep).to_bytes(2, "little").hex() + ep.hex() + "050501"
    return f"AT+MIPLCONF={len(blob) // 2},{blob.upper()},1,1"


DIRECT_CODE = "130031F10003F2002304001100000000000000123138332E3233302E34302E34303A35363833000131F30008C000000000"
DIRECT_CREATE = f"AT+MIPLCREATE=49,{DIRECT_CODE},0,49,0"
BEIJING = timezone(timedelta(hours=8))


@pytest.fixture
def rig() -> Rig:
    """A module of the default profile, switched on."""
    return Rig()


@pytest.fixture(params=list(FAMILIES))
def any_rig(request: pytest.FixtureRequest) -> Rig:
    """A module of each profile in turn."""
    return Rig(str(request.param))


@pytest.fixture(params=["onemo", "m5310a"])
def onemo_rig(request: pytest.FixtureRequest) -> Rig:
    """A module of each profile of family O."""
    return Rig(str(request.param))


@pytest.fixture
def cis_rig() -> Rig:
    """A module of family C."""
    return Rig("m5310")
