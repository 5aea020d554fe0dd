"""What of a journal becomes a packet, on journals made by hand and on worlds."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from onenet_sim.journal import (
    Answer,
    CoapReceived,
    CoapSent,
    CommandLine,
    DatagramDropped,
    DtlsReceived,
    DtlsSent,
    Event,
    Explanation,
    HostWrote,
    Journal,
    ModuleWrote,
    NetworkFaultStruck,
    OctetsLost,
    SocketReceived,
    SocketSent,
    WorldBegan,
)
from onenet_sim.report import capture
from tests.report.conftest import bench

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

BEGAN = WorldBegan(
    "started with seed 7", 7, "0.1.0", "2026-03-01T08:00:02.500000+08:00", ("modem-1",), ("onemo",), ("10.1.2.3",)
)
DIALLED, MODEM = "183.230.40.40:5683", "127.0.0.1:4000"
GET, ACK = bytes.fromhex("40010001"), bytes.fromhex("60450001")
SEALED = bytes.fromhex("17FEFD0001")


@dataclass(frozen=True)
class Packet:
    """A packet as it stands in the file."""

    interface: int
    microseconds: int
    octets: bytes
    comments: tuple[str, ...]
    outbound: bool

    @property
    def ends(self) -> tuple[str, str]:
        """Source and destination, ``address:port``."""
        source, destination = struct.unpack(">HH", self.octets[20:24])
        address = [".".join(map(str, self.octets[at : at + 4])) for at in (12, 16)]
        return f"{address[0]}:{source}", f"{address[1]}:{destination}"

    @property
    def datagram(self) -> bytes:
        return self.octets[28:]


@dataclass(frozen=True)
class File:
    """A capture file that was read back: link types and packets."""

    interfaces: list[int]
    packets: list[Packet]
    names: bytes


def read(events: Iterable[Event]) -> File:
    octets, at = b"".join(capture(events)), 0
    file = File([], [], b"")
    while at < len(octets):
        kind, length = struct.unpack("<II", octets[at : at + 8])
        body = octets[at + 8 : at + length - 4]
        assert octets[at + length - 4 : at + length] == octets[at + 4 : at + 8]
        assert length % 4 == 0
        if kind == 1:
            file.interfaces.append(struct.unpack("<H", body[:2])[0])
        elif kind == 4:
            file = replace(file, names=body)
        elif kind == 6:
            file.packets.append(packet(body))
        at += length
    return file


def packet(body: bytes) -> Packet:
    number, upper, lower, length, whole = struct.unpack("<IIIII", body[:20])
    assert length == whole
    at, comments, outbound = 20 + length + -length % 4, [], False
    while code := struct.unpack("<H", body[at : at + 2])[0]:
        size = struct.unpack("<H", body[at + 2 : at + 4])[0]
        value = body[at + 4 : at + 4 + size]
        if code == 1:
            comments.append(value.decode())
        else:
            assert code == 2
            outbound = value == b"\x02\0\0\0"
        at += 4 + size + -size % 4
    return Packet(number, upper << 32 | lower, body[20 : 20 + length], tuple(comments), outbound)


@pytest.fixture
def journal() -> Journal:
    return Journal(lambda: 0.0)


def sent(end: str = "modem", peer: str = DIALLED, octets: bytes = GET) -> CoapSent:
    return CoapSent(end, peer, "CON", "GET", 1, b"", "", (), None, None, b"", 0, octets)


def received(end: str = "modem", peer: str = DIALLED, octets: bytes = ACK) -> CoapReceived:
    return CoapReceived(end, peer, "ACK", "2.05", 1, b"", "", (), None, None, b"", 0, octets)


def test_a_packet_has_the_calendars_time_and_the_modems_address() -> None:
    now = 2.5
    journal = Journal(lambda: now)
    journal.begin(BEGAN)
    now = 90_000.000001
    journal.note(sent(), modem="modem-1")
    (found,) = read(journal).packets
    assert (
        found.microseconds == 1_772_323_200_000_000 + 90_000_000_001
    )  # 2026-03-01 00:00 UTC, and the world's time
    assert found.ends == ("10.1.2.3:5683", DIALLED)
    assert (found.datagram, found.outbound, found.comments) == (GET, True, ("#2 modem-1",))


def test_what_arrives_at_the_platform_is_the_same_packet_and_not_shown_again(journal: Journal) -> None:
    first = journal.note(sent(), modem="modem-1")
    there = journal.note(received("access", MODEM, GET), cause=first)
    back = journal.note(sent("access", MODEM, ACK), cause=there)
    journal.note(received(), cause=back)
    packets = read(journal).packets
    assert [each.datagram for each in packets] == [GET, ACK]
    assert packets[0].ends == tuple(reversed(packets[1].ends))
    assert [each.outbound for each in packets] == [True, False]


def test_what_was_lost_on_its_way_up_says_so(journal: Journal) -> None:
    event = journal.note(sent(), modem="modem-1")
    fault = journal.note(NetworkFaultStruck(1, "network.loss", "up: 4 octets: lost"), cause=event)
    journal.note(DatagramDropped("network", GET, "fault 1 network.loss"), cause=fault)
    (found,) = read(journal).packets
    assert found.comments == (
        "#1 modem-1",
        "fault 1 network.loss: up: 4 octets: lost",
        "lost (#3): fault 1 network.loss",
    )


def test_what_was_lost_on_its_way_down_is_a_packet_from_where_the_modem_had_dialled(journal: Journal) -> None:
    first = journal.note(sent(), modem="modem-1")
    there = journal.note(received("access", MODEM, GET), cause=first)
    back = journal.note(sent("access", MODEM, ACK), cause=there)
    journal.note(DatagramDropped("modem-1", ACK, "from 1.2.3.4:5683: no coverage"), cause=back)
    found = read(journal).packets[1]
    assert (found.datagram, found.outbound, found.ends[0]) == (ACK, False, DIALLED)
    assert found.comments == ("#4 modem-1", "lost (#4): from 1.2.3.4:5683: no coverage")


def test_what_a_fault_delayed_on_its_way_down_says_so_where_it_arrives(journal: Journal) -> None:
    back = journal.note(sent("access", MODEM, ACK), modem="modem-1")
    journal.note(NetworkFaultStruck(1, "network.delay", "down: 4 octets: 2 s late"), cause=back)
    journal.note(received(), cause=back)
    (found,) = read(journal).packets
    assert found.comments == ("#3 modem-1", "fault 1 network.delay: down: 4 octets: 2 s late")


def test_what_the_platform_could_not_send_was_never_on_the_air(journal: Journal) -> None:
    event = journal.note(sent("access", MODEM), modem="modem-1")
    journal.note(DatagramDropped("access", GET, "the socket is closed"), cause=event)
    assert read(journal).packets == []


def test_with_dtls_the_records_are_shown_and_the_message_is_their_comment(journal: Journal) -> None:
    up = journal.note(sent(), modem="modem-1")
    journal.note(DtlsSent(DIALLED, SEALED), cause=up)
    down = journal.note(DtlsReceived(DIALLED, SEALED), modem="modem-1")
    journal.note(received(), cause=down)
    packets = read(journal).packets
    assert [each.datagram for each in packets] == [SEALED, SEALED]
    assert [each.ends[not each.outbound] for each in packets] == ["10.0.0.1:5684"] * 2
    assert packets[0].comments == ("#2 modem-1", f"#1 modem → {DIALLED}  CON GET mid=1 /")
    assert packets[1].comments == ("#3 modem-1", f"#4 modem ← {DIALLED}  ACK 2.05 mid=1")


@pytest.mark.parametrize("peer", ["183.230.40.40:5684", "127.0.0.1:4001"])
def test_a_message_that_never_got_through_its_handshake_was_never_on_the_air(journal: Journal, peer: str) -> None:
    journal.note(sent(peer=peer), modem="modem-1")
    journal.note(DtlsSent("127.0.0.1:4001", b"\x16\xfe\xfd"), modem="modem-1")
    assert [each.datagram for each in read(journal).packets] == [b"\x16\xfe\xfd"]


def test_a_flight_of_the_server_that_is_lost_is_no_loss_of_the_clients(journal: Journal) -> None:
    hello = journal.note(DtlsSent(DIALLED, b"\x16\xfe\xfdhello"), modem="modem-1")
    journal.note(DatagramDropped("modem-1", b"\x16\xfe\xfdserver", "from x:1: no coverage"), cause=hello)
    first, second = read(journal).packets
    assert first.comments == ("#1 modem-1",)
    assert second.comments == ("#2 modem-1", "lost (#2): from x:1: no coverage")
    assert second.ends == (DIALLED, "10.0.0.1:5684")


def test_a_fault_that_takes_the_answer_is_told_of_the_answer(journal: Journal) -> None:
    event = journal.note(SocketSent(3, "UDP", "183.230.40.150:36000", b"up"), modem="modem-1")
    fault = journal.note(NetworkFaultStruck(1, "network.loss", "down: 4 octets: lost"), cause=event)
    journal.note(DatagramDropped("network", b"down", "fault 1 network.loss"), cause=fault)
    question, answer = read(journal).packets
    assert question.comments == ("#1 modem-1",)
    assert (answer.datagram, answer.outbound) == (b"down", False)
    assert answer.ends == ("183.230.40.150:36000", "10.0.0.1:49155")
    assert answer.comments[1:] == ("lost (#3): fault 1 network.loss", "fault 1 network.loss: down: 4 octets: lost")


def test_what_the_platform_would_not_take_is_told_of_what_was_sent(journal: Journal) -> None:
    event = journal.note(DtlsSent(DIALLED, SEALED), modem="modem-1")
    journal.note(DatagramDropped("access", SEALED, "from 127.0.0.1:4000: a repeated record"), cause=event)
    (found,) = read(journal).packets
    assert found.comments == ("#1 modem-1", "lost (#2): from 127.0.0.1:4000: a repeated record")


def test_datagrams_of_the_hosts_own_sockets_are_on_the_air_and_streams_are_not(journal: Journal) -> None:
    journal.note(SocketSent(3, "UDP", "183.230.40.150:36000", b"up"), modem="modem-1")
    journal.note(SocketReceived(3, "UDP", "183.230.40.150:36000", b"down"), modem="modem-1")
    journal.note(SocketSent(4, "TCP", "183.230.40.150:36000", b"stream"), modem="modem-1")
    packets = read(journal).packets
    assert [each.datagram for each in packets] == [b"up", b"down"]
    assert packets[0].ends == ("10.0.0.1:49155", "183.230.40.150:36000")


def test_a_host_that_was_dialled_by_name_keeps_its_name(journal: Journal) -> None:
    for host in ("nbiotbt.heclouds.com", "acc.example", "nbiotbt.heclouds.com"):
        journal.note(sent(peer=f"{host}:5683"), modem="modem-1")
    file = read(journal)
    assert [each.ends[1] for each in file.packets] == ["198.18.0.1:5683", "198.18.0.2:5683", "198.18.0.1:5683"]
    assert b"\xc6\x12\x00\x01nbiotbt.heclouds.com\0" in file.names


def test_each_modem_has_an_air_and_a_line_of_its_own(journal: Journal) -> None:
    for modem in ("modem-1", "modem-2"):
        journal.note(HostWrote(b"AT\r"), modem=modem)
        journal.note(sent(), modem=modem)
    file = read(journal)
    assert file.interfaces == [252, 101, 252, 101]
    assert [each.interface for each in file.packets] == [0, 1, 2, 3]
    assert {each.ends[0] for each in file.packets[1::2]} == {"10.0.0.1:5683", "10.0.0.2:5683"}


def test_the_serial_line_tells_why_an_answer_is_an_error_and_what_nobody_heard(journal: Journal) -> None:
    command = journal.note(CommandLine("AT+X"), cause=journal.note(HostWrote(b"AT+X\r"), modem="modem-1"))
    answer = journal.note(Answer((), "ERROR"), cause=command)
    journal.note(Explanation("there is no such command"), cause=answer)
    journal.note(OctetsLost(b"\r\nERROR\r\n", "nobody listened"), modem="modem-1")
    journal.note(ModuleWrote(b"\r\nERROR\r\n"), cause=answer)
    asked, answered = read(journal).packets
    assert asked.octets.endswith(b"AT+X\r")
    assert answered.octets.endswith(b"\r\nERROR\r\n")
    assert answered.comments == ("#6 modem-1", "lost (#5): nobody listened", "because there is no such command")


def test_an_empty_journal_is_an_empty_file(journal: Journal) -> None:
    assert read(journal) == File([], [], b"")


def test_each_datagram_of_a_world_is_there_once_also_the_lost_ones(tmp_path: Path) -> None:
    with bench() as played:
        played.login()
        played.world.faults.add("network.loss", direction="up", times=1)
        played.world.faults.add("network.loss", direction="down", times=1)
        played.report()
        played.wait(60)
        played.world.journal.capture(tmp_path / "run.pcapng")
        events = played.world.journal.events()
        file = read(events)
    assert (tmp_path / "run.pcapng").read_bytes() == b"".join(capture(events))
    at_modem = [
        event.what.octets
        for event in events
        if isinstance(event.what, CoapSent | CoapReceived) and event.what.end == "modem"
    ]
    on_air = [each for each in file.packets if each.interface == file.interfaces.index(101)]
    lost = [each for each in on_air if any(comment.startswith("lost") for comment in each.comments)]
    assert [each.outbound for each in lost] == [True, False]
    assert sorted(each.datagram for each in on_air) == sorted([*at_modem, lost[1].datagram])
