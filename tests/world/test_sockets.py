"""A module's sockets against real servers of this machine."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

import pytest

from onenet_sim import World
from onenet_sim.report import timeline

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def world() -> Iterator[World]:
    with World("m5310a", pty=False, clock="stopped") as made:
        yield made


@pytest.fixture
def server() -> Iterator[socket.socket]:
    """A TCP server that the test itself plays."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)
        yield listener


def _connect(world: World, listener: socket.socket, dialled: str = "") -> socket.socket:
    """Connect socket 0 to the server; return the server's end."""
    host, port = listener.getsockname()
    assert world.modem.command('AT+NSOCR="STREAM",6,0,1') == ["0", "OK"]
    assert world.modem.command(f"AT+NSOCO=0,{dialled or f'{host},{port}'}") == ["OK"]
    assert world.modem.expect("CONNECT .*") == "CONNECT OK"
    peer = listener.accept()[0]
    peer.settimeout(5)
    return peer


def test_a_stream_goes_both_ways_and_ends_with_its_peer(world: World, server: socket.socket) -> None:
    with _connect(world, server) as peer:
        assert world.modem.command("AT+NSOSD=0,5,68656C6C6F") == ["0,5", "OK"]
        assert peer.recv(100) == b"hello"
        peer.sendall(b"world")
        assert world.modem.expect(r"\+NSONMI.*") == "+NSONMI:0,5"
        port = server.getsockname()[1]
        assert world.modem.command("AT+NSORF=0,100") == [f"0,127.0.0.1,{port},5,776F726C64,0", "OK"]
    assert world.modem.expect(r"\+NSOCLI.*") == "+NSOCLI:0"


def test_of_a_long_stream_nothing_is_lost_though_the_module_holds_little(
    world: World, server: socket.socket
) -> None:
    content = bytes(range(256)) * 400
    with _connect(world, server) as peer:

        def send() -> None:
            peer.sendall(content)
            peer.shutdown(socket.SHUT_WR)

        sender = threading.Thread(target=send)
        sender.start()
        got = b""
        while len(got) < len(content):
            world.modem.expect(r"\+NSONMI:0,\d+")
            left = 1
            while left:
                *_, octets, rest = world.modem.command("AT+NSORF=0,1358")[0].split(",")
                got += bytes.fromhex(octets)
                left = int(rest)
        sender.join()
        assert got == content
        assert world.modem.expect(r"\+NSOCLI.*") == "+NSOCLI:0"


def test_closing_is_seen_at_the_far_end(world: World, server: socket.socket) -> None:
    with _connect(world, server) as peer:
        world.modem.command("AT+NSOSD=0,1,41")
        assert world.modem.command("AT+NSOCL=0") == ["OK"]
        assert peer.recv(100) == b"A"
        assert peer.recv(100) == b""


@pytest.mark.parametrize("how", ["reset", "off", "world"])
def test_a_socket_does_not_survive_a_restart(world: World, server: socket.socket, how: str) -> None:
    with _connect(world, server) as peer:
        if how == "world":
            world.reset()
        else:
            world.modem.power(how)
        assert peer.recv(100) == b""
        if how == "off":
            world.modem.power("on")
        world.clock.advance(5)
        assert world.modem.command('AT+NSOCR="STREAM",6,0,1') == ["0", "OK"]


def test_a_restart_by_command_closes_the_socket(world: World, server: socket.socket) -> None:
    with _connect(world, server) as peer:
        world.modem.line.write(b"AT+NRB\r")
        world.modem.expect("REBOOTING")
        assert peer.recv(100) == b""


def test_all_sockets_are_used_at_once_each_with_a_real_one_of_its_own(world: World) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(5)
        port = server.getsockname()[1]
        sources = []
        for number in range(7):
            world.modem.command('AT+NSOCR="DGRAM",17,0,1')
            assert world.modem.command(f"AT+NSOST={number},127.0.0.1,{port},1,3{number}")[-1] == "OK"
            octets, source = server.recvfrom(100)
            assert octets == b"%d" % number
            sources.append(source)
        assert len(set(sources)) == 7
        for number, source in reversed(list(enumerate(sources))):
            server.sendto(b"x" * (number + 1), source)
            assert world.modem.expect(r"\+NSONMI.*") == f"+NSONMI:{number},{number + 1}"


def test_an_address_leads_where_it_is_redirected_over_udp_and_tcp(world: World, server: socket.socket) -> None:
    host, port = server.getsockname()
    world.redirect("183.230.40.150:36000", f"{host}:{port}")
    world.redirect("my.example:80", f"{host}:{port}")
    with _connect(world, server, "183.230.40.150,36000"):
        world.reset()
    with _connect(world, server, "my.example,80"):
        world.modem.command("AT+NSOCL=0")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        datagrams.bind((host, port))
        datagrams.settimeout(5)
        world.modem.command('AT+NSOCR="DGRAM",17,0,1')
        world.modem.command("AT+NSOST=0,183.230.40.150,36000,2,6869")
        octets, source = datagrams.recvfrom(100)
        assert octets == b"hi"
        datagrams.sendto(b"ho", source)
        world.modem.expect(r"\+NSONMI:0,2")
        assert world.modem.command("AT+NSORF=0,2") == ["0,183.230.40.150,36000,2,686F,0", "OK"]


def test_a_name_is_looked_up_pinged_and_dialled(world: World, server: socket.socket) -> None:
    world.redirect("my.example:80", f"127.0.0.1:{server.getsockname()[1]}")
    assert world.modem.command('AT+CMDNS="my.example"') == ["OK"]
    world.clock.advance(1)
    number = world.modem.expect(r"\+CMDNS:.*").removeprefix("+CMDNS:")
    assert world.modem.command("AT+NPING=my.example") == ["OK"]
    world.clock.advance(1)
    assert world.modem.expect(r"\+NPING.*").startswith(f"+NPING:{number},54,2")
    with _connect(world, server, f"{number},80"):
        pass


def test_what_is_unreachable_says_why(world: World) -> None:
    assert world.modem.command('AT+CMDNS="no.example"') == ["OK"]
    assert world.modem.command("AT+NPING=8.8.8.8") == ["OK"]
    world.modem.command('AT+NSOCR="STREAM",6,0,1')
    world.modem.command('AT+NSOCR="DGRAM",17,0,1')
    assert world.modem.command("AT+NSOCO=0,8.8.8.8,80") == ["OK"]
    assert world.modem.command("AT+NSOST=1,8.8.8.8,53,1,00") == ["1,1", "OK"]
    world.clock.advance(60)
    assert world.modem.line.lines() == ["+CMDNS:ERROR", "+NPINGERR:1", "CONNECT FAIL"]
    told = "\n".join(timeline(world.journal.events(), width=300))
    assert "nothing at 8.8.8.8:80 answers: unreachable, since the address map knows no such address" in told
    assert "dropped 1 octets: to 8.8.8.8:53: unreachable" in told
    assert "no answer of 8.8.8.8 within 10 s" in told
    assert "knows no 'no.example'" in told


def test_without_coverage_a_stream_ends_and_a_datagram_is_lost(world: World, server: socket.socket) -> None:
    with _connect(world, server):
        world.modem.command('AT+NSOCR="DGRAM",17,0,1')
        world.modem.command("AT+NSOST=1,183.230.40.150,36000,1,30")
        assert world.modem.expect(r"\+NSONMI:1,.*") == "+NSONMI:1,21"
        world.call(lambda simulation: setattr(simulation.benches["modem-1"].link, "up", False))
        assert world.modem.command("AT+NSOSD=0,1,41") == ["0,1", "OK"]
        assert world.modem.expect(r"\+NSOCLI.*") == "+NSOCLI:0"
        assert world.modem.command("AT+NSOST=1,183.230.40.150,36000,1,30") == ["1,1", "OK"]
        assert world.modem.command("AT+NPING=183.230.40.150") == ["OK"]
        world.clock.advance(30)
        assert world.modem.line.lines() == ["+NPINGERR:1"]


def test_a_timeline_leads_from_the_command_over_the_datagram_to_the_urc(world: World) -> None:
    world.modem.command('AT+NSOCR="DGRAM",17,0,1')
    world.modem.command("AT+NSOST=0,183.230.40.150,36000,2,6869")
    assert world.modem.expect(r"\+NSONMI.*") == "+NSONMI:0,22"
    event = world.journal.events(kind="urc")[-1]
    assert [each.kind for each in world.journal.thread(event.id)] == [
        "host_wrote", "command", "socket_sent", "socket_received", "urc",
    ]  # fmt: skip


def test_a_foreign_servers_answer_stands_under_what_was_sent_to_it(world: World, server: socket.socket) -> None:
    with _connect(world, server) as peer:
        world.modem.command("AT+NSOSD=0,1,41")
        peer.recv(1)
        peer.sendall(b"B")
        world.modem.expect(r"\+NSONMI.*")
    (event,) = [each for each in world.journal.events(kind="urc") if "NSONMI" in str(each.what)]
    kinds = [each.kind for each in world.journal.thread(event.id)]
    assert kinds == ["host_wrote", "command", "socket_sent", "socket_received", "urc"]


def test_a_session_with_the_test_server_reads_the_same_in_every_world() -> None:
    def session() -> list[list[str]]:
        with World("m5310", modems=2, pty=False, clock="stopped") as world:
            told = []
            for modem in world.modems.values():
                told += [
                    modem.command(line)
                    for line in ("AT+NSOCR=DGRAM,17,0,1", "AT+NSOST=0,183.230.40.150,36000,1,30")
                ]
                modem.expect(r"\+NSONMI.*")
                told.append(modem.command("AT+NSORF=0,99"))
            return told

    first = session()
    assert first[2] == ["0,183.230.40.150,36000,21,5B3131372E3136392E33362E31353A323137395D30,0", "OK"]
    assert first[5] == ["0,183.230.40.150,36000,21,5B3131372E3136392E33362E31353A323138305D30,0", "OK"]
    assert session() == first
