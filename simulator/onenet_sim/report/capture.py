"""A journal as a capture file for Wireshark: each modem's air and serial line, with what is known of each packet.

The air is what an antenna at the modem would hear: what the modem sent, also if it was lost on its way, and what
reached it. What was sent to it and lost on its way is there too, and says so.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from onenet_sim.journal import (
    CoapMessage,
    CoapReceived,
    CoapSent,
    DatagramDropped,
    DtlsDatagram,
    DtlsReceived,
    DtlsSent,
    Explanation,
    FaultStruck,
    HostWrote,
    ModuleWrote,
    OctetsLost,
    SocketReceived,
    SocketSent,
    WorldBegan,
)
from onenet_sim.report import pcapng
from onenet_sim.report.packets import RAW_IP, SERIAL, UdpEnd, serial_packet, udp_packet
from onenet_sim.report.story import Story

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from onenet_sim.journal import Event

_MODEM = "modem"
_UNDATED = datetime.fromisoformat("2026-01-01T00:00:00+08:00")
"""Where the calendar of a world begins unless told otherwise; for journals without their beginning."""

_COAP_PORT, _COAPS_PORT, _FIRST_SOCKET_PORT = 5683, 5684, 49152
_MODEMS = ipaddress.ip_network("10.0.0.0/8")
_NAMED = ipaddress.ip_network("198.18.0.0/15")
"""Addresses for the host names that firmware dialled: a block for tests (RFC 2544)."""

_PLATFORM_UNKNOWN = "127.0.0.1:5683"


def capture(events: Iterable[Event]) -> Iterator[bytes]:
    """Give the blocks of a pcapng file of a journal's events (ascending ids), at least the header.

    Times are the world's calendar. TCP of the modems' own sockets is not in it: the journal has its octets, not
    its segments.
    """
    return _Capture(Story(events)).blocks()


@dataclass(frozen=True, slots=True)
class _Frame:
    """A packet before its headers.

    Attributes:
        event: What happened; its time is the packet's.
        octets: What it carries.
        outbound: Whether the modem sent it on the air, or the host on the serial line.
        comments: What is said of it.
        peer: The far end as it was dialled; empty on the serial line.
        port: The modem's port.
    """

    event: Event
    octets: bytes
    outbound: bool
    comments: tuple[str, ...]
    peer: str = ""
    port: int = 0


class _Capture:
    def __init__(self, story: Story) -> None:
        self._story = story
        self._began = _beginning(story)
        self._epoch = _epoch(self._began)
        self._secured = {
            (event.modem, event.what.peer) for event in story.events if isinstance(event.what, DtlsDatagram)
        }
        self._dialled: dict[tuple[str | None, str], str] = {}
        self._lost: dict[str | None, Event] = {}
        self._names: dict[str, bytes] = {}
        self._addresses: dict[str, bytes] = {}
        if self._began is not None and isinstance(began := self._began.what, WorldBegan):
            pairs = zip(began.modems, began.addresses, strict=False)
            self._addresses = {name: ipaddress.IPv4Address(address).packed for name, address in pairs}

    def blocks(self) -> Iterator[bytes]:
        frames = [frame for event in self._story.events for frame in self._frames(event)]
        numbers: dict[tuple[str, int], int] = {}
        for frame in frames:
            numbers.setdefault((_modem(frame.event), _link_type(frame)), len(numbers))
        packets = [self._packet(frame, numbers[_modem(frame.event), _link_type(frame)]) for frame in frames]
        yield self._header()
        for modem, link_type in numbers:
            what = "serial line" if link_type == SERIAL else "air"
            yield pcapng.interface(link_type, f"{modem} {what}", f"{what} of {modem}")
        if self._names:
            yield pcapng.host_names({number: name for name, number in self._names.items()})
        yield from packets

    def _header(self) -> bytes:
        if self._began is None or not isinstance(began := self._began.what, WorldBegan):
            return pcapng.section_header("onenet-simulator")
        return pcapng.section_header(
            f"onenet-simulator {began.version}", [f"seed {began.seed}, profile {began.profile}"]
        )

    # --- what is a packet ----------------------------------------------------------------------------

    def _frames(self, event: Event) -> Iterator[_Frame]:
        match event.what:
            case HostWrote(octets):
                yield _Frame(event, octets, outbound=True, comments=self._comments(event))
            case OctetsLost():
                self._lost[event.modem] = event
            case ModuleWrote(octets):
                yield _Frame(event, octets, outbound=False, comments=self._comments_of_write(event, octets))
            case CoapMessage(end=end, peer=peer, octets=octets) if end == _MODEM:
                if octets and not self._sealed(event, peer):
                    yield self._heard(event, octets, peer, _COAP_PORT)
            case CoapReceived(end=end):
                self._learn(event, end)
            case DtlsDatagram(peer=peer, octets=octets):
                yield self._heard(event, octets, peer, _COAPS_PORT)
            case SocketSent() | SocketReceived() if event.what.transport == "UDP":
                port = _FIRST_SOCKET_PORT + event.what.socket
                yield self._heard(event, event.what.octets, event.what.peer, port)
            case DatagramDropped(where, octets) if where not in _PLATFORM:
                yield from self._never_heard(event, octets)

    def _sealed(self, event: Event, peer: str) -> bool:
        """Return whether a message is on the air in a datagram of DTLS, or waits in vain for a handshake."""
        return (event.modem, peer) in self._secured or peer.endswith(f":{_COAPS_PORT}")

    def _heard(self, event: Event, octets: bytes, peer: str, port: int) -> _Frame:
        sent = isinstance(event.what, CoapSent | DtlsSent | SocketSent)
        return _Frame(event, octets, sent, self._comments(event), peer, port)

    def _never_heard(self, event: Event, octets: bytes) -> Iterator[_Frame]:
        """Give the packet of a datagram that was lost on its way to the modem."""
        sender = self._sender(event)
        if sender is None or event.modem is None or not self._comes_down(event, sender):
            return
        match sender.what:
            case SocketSent(socket=number, peer=peer):
                port = _FIRST_SOCKET_PORT + number
            case DtlsDatagram(peer=peer):
                port = _COAPS_PORT
            case CoapMessage(end=end):
                peer = self._dialled.get((event.modem, end), _PLATFORM_UNKNOWN)
                port = _COAPS_PORT if octets[1:2] == _DTLS_1 else _COAP_PORT
            case _:
                return
        comments = (_who(event), _lost(event), *self._faults_above(event))
        yield _Frame(event, octets, outbound=False, comments=comments, peer=peer, port=port)

    def _sender(self, event: Event) -> Event | None:
        """Return the nearest sending or arrival of a datagram that led to an event."""
        cause = self._story.get(event.cause)
        while cause is not None and not isinstance(cause.what, _DATAGRAMS):
            cause = self._story.get(cause.cause)
        return cause

    def _comes_down(self, event: Event, sender: Event) -> bool:
        """Return whether what a fault struck or was dropped was on its way to the modem.

        ``sender`` is the nearest datagram that led to it; an answer without an event of its own has that of its
        question.
        """
        if isinstance(sender.what, CoapMessage) and sender.what.end != _MODEM:
            return True
        cause = self._story.get(event.cause)
        match event.what:
            case DatagramDropped(where=where) if where in _PLATFORM:
                return False
            case DatagramDropped() if cause is not None and isinstance(cause.what, FaultStruck):
                return self._comes_down(cause, sender)
            case DatagramDropped(why=told) | FaultStruck(what=told):
                return told.startswith(("down:", "from "))
            case _:
                return False

    def _learn(self, event: Event, end: str) -> None:
        """Take note of the address by which a modem reaches an end."""
        sender = self._sender(event)
        if sender is not None and isinstance(sender.what, CoapMessage | DtlsDatagram):
            self._dialled[event.modem, end] = sender.what.peer

    # --- what is said of it --------------------------------------------------------------------------

    def _comments(self, event: Event) -> tuple[str, ...]:
        told = [_who(event)]
        cause = self._story.get(event.cause)
        if isinstance(event.what, DtlsSent) and cause is not None and isinstance(cause.what, CoapSent):
            told.append(f"#{cause.id} {cause.what}")
        if isinstance(event.what, CoapReceived | DtlsReceived):
            told += self._struck_on_the_way(event)
        return tuple(told + [each for below in self._story.below(event) for each in self._told(below, event)])

    def _struck_on_the_way(self, event: Event) -> Iterator[str]:
        """Give the faults that struck what the platform sent and that arrived nevertheless."""
        sender = self._sender(event)
        if sender is not None and isinstance(sender.what, CoapSent) and sender.what.end != _MODEM:
            faults = (each.what for each in self._story.below(sender))
            yield from (str(fault) for fault in faults if isinstance(fault, FaultStruck))

    def _told(self, event: Event, about: Event) -> Iterator[str]:
        """Give what an event below a packet says of that packet."""
        match event.what:
            case Explanation():
                yield str(event.what)
            case FaultStruck() if self._is_of(event, about):
                yield str(event.what)
                for below in self._story.below(event):
                    yield from self._told(below, about)
            case DatagramDropped() if self._is_of(event, about):
                yield _lost(event)
            case CoapReceived() if isinstance(about.what, DtlsReceived):
                yield f"#{event.id} {event.what}"
                yield from map(str, (each.what for each in self._story.explanations(event)))

    def _is_of(self, event: Event, about: Event) -> bool:
        """Return whether what happened below a packet happened to that packet, not to an answer to it."""
        return isinstance(about.what, CoapReceived | DtlsReceived | SocketReceived) or not self._comes_down(
            event, about
        )

    def _comments_of_write(self, event: Event, octets: bytes) -> tuple[str, ...]:
        """Return the comments of what the module wrote: also why it is an error, and whether it was lost."""
        told = [_who(event)]
        lost = self._lost.pop(event.modem, None)
        if lost is not None and isinstance(lost.what, OctetsLost) and lost.what.octets in octets:
            told.append(f"lost (#{lost.id}): {lost.what.why}")
        answer = self._story.get(event.cause)
        command = None if answer is None else self._story.get(answer.cause)
        for each in (answer, command):
            if each is not None:
                told += [str(why.what) for why in self._story.explanations(each)]
        return tuple(told)

    def _faults_above(self, event: Event) -> Iterator[str]:
        cause = self._story.get(event.cause)
        while cause is not None and isinstance(cause.what, FaultStruck):
            yield str(cause.what)
            cause = self._story.get(cause.cause)

    # --- headers -------------------------------------------------------------------------------------

    def _packet(self, frame: _Frame, number: int) -> bytes:
        time = round(self._epoch + frame.event.time * 1_000_000)
        if not frame.peer:
            octets = serial_packet(frame.octets, sent_by_host=frame.outbound)
        else:
            here, there = UdpEnd(self._address(_modem(frame.event)), frame.port), self._far_end(frame.peer)
            ends = (here, there) if frame.outbound else (there, here)
            octets = udp_packet(*ends, frame.octets, frame.event.id)
        return pcapng.packet(number, time, octets, frame.comments, outbound=frame.outbound)

    def _address(self, modem: str) -> bytes:
        return self._addresses.setdefault(modem, _MODEMS[1 + len(self._addresses)].packed)

    def _far_end(self, peer: str) -> UdpEnd:
        host, _, port = peer.rpartition(":")
        try:
            address = ipaddress.IPv4Address(host).packed
        except ValueError:
            address = self._names.setdefault(host, _NAMED[1 + len(self._names)].packed)
        return UdpEnd(address, int(port))


_DATAGRAMS = CoapMessage | DtlsDatagram | SocketSent | SocketReceived
_PLATFORM = {"bootstrap", "access"}
_DTLS_1 = b"\xfe"
"""The first octet of the version of DTLS 1.0 and 1.2 (RFC 6347, 4.1), where CoAP has its code."""


def _beginning(story: Story) -> Event | None:
    return next((event for event in story.events if isinstance(event.what, WorldBegan)), None)


def _epoch(began: Event | None) -> float:
    """Return world time 0 in microseconds since 1970."""
    if began is None or not isinstance(began.what, WorldBegan):
        return _UNDATED.timestamp() * 1_000_000
    return (datetime.fromisoformat(began.what.calendar).timestamp() - began.time) * 1_000_000


def _modem(event: Event) -> str:
    return event.modem or _MODEM


def _link_type(frame: _Frame) -> int:
    return RAW_IP if frame.peer else SERIAL


def _who(event: Event) -> str:
    return f"#{event.id} {_modem(event)}"


def _lost(event: Event) -> str:
    why = event.what.why if isinstance(event.what, DatagramDropped) else ""
    return f"lost (#{event.id}): {why}"
