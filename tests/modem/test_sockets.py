"""The host's sockets, look-ups and pings, to the byte; the network is played by the test."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from onenet_sim.journal import DatagramDropped
from onenet_sim.modem import (
    Connect,
    Connected,
    Disconnect,
    DisconnectAll,
    Echoed,
    Ended,
    Handle,
    NetworkNews,
    NetworkRequest,
    Pace,
    Peer,
    Ping,
    Received,
    Refused,
    Resolve,
    Resolved,
    SendDatagram,
    SendOctets,
    load_profile,
    profile_names,
)
from onenet_sim.modem.socket_habits import SocketDialect
from tests.modem.conftest import FIRST_MESSAGE_ID, Rig

SERVER = Peer("183.230.40.150", 36000)
NEUL = ("onemo", "mn316", "mn318", "m5310a", "m5310", "bc95", "bc28", "bc35g", "nb73", "m5310_legacy")
IP = ("m5311", "m5312")
ROUND_TRIP = 200 + FIRST_MESSAGE_ID  # the rig draws always the same, in milliseconds


class Network:
    """A module whose network is the test."""

    def __init__(self, profile: str, pace: Pace = Pace.INSTANT) -> None:
        self.rig = Rig(profile, pace=pace)
        self.rig.modem.network_requests()

    def ask(self, line: str) -> str:
        """Send a command; return all that is printed, as it is printed."""
        self.rig.feed(f"AT{line}\r\n".encode("latin-1"))
        return self.rig.text()

    def requests(self) -> list[NetworkRequest]:
        return self.rig.modem.network_requests()

    def tell(self, news: NetworkNews) -> str:
        self.rig.modem.receive_news(news, self.rig.now)
        self.rig.advance(0)
        self.rig._pump()
        return self.rig.text()

    def wait(self, seconds: float) -> str:
        self.rig.advance(seconds)
        return self.rig.text()

    def datagram_socket(self, line: str = "+NSOST=0,183.230.40.150,36000,1,30") -> Handle:
        """Open socket 0 for datagrams, send through it and return its handle."""
        self.ask("+NSOCR=DGRAM,17,0,1")
        self.ask(line)
        (request,) = self.requests()
        assert isinstance(request, SendDatagram)
        return request.handle

    def stream(self) -> Handle:
        """Open socket 0 as a stream, connect it and return its handle."""
        self.ask("+NSOCR=STREAM,6,0,1")
        self.ask("+NSOCO=0,183.230.40.150,36000")
        (request,) = self.requests()
        assert isinstance(request, Connect)
        self.tell(Connected(request.handle))
        return request.handle

    def dropped(self) -> list[str]:
        return [event.what.why for event in self.rig.journal if isinstance(event.what, DatagramDropped)]


def framed(*lines: str) -> str:
    return "".join(f"\r\n{line}\r\n" for line in lines)


# --- Hi2115 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", ["m5310", "m5310a"])
def test_the_udp_session_of_the_access_example(profile: str) -> None:
    net = Network(profile)
    assert net.ask('+NSOCR="DGRAM",17,2334,1') == "\r\n0\r\n\r\nOK\r\n"
    assert net.ask("+NSOST=0,183.230.40.150,36000,10,30313233343536373839") == "\r\n0,10\r\n\r\nOK\r\n"
    (request,) = net.requests()
    assert isinstance(request, SendDatagram)
    assert (request.octets, request.peer) == (b"0123456789", SERVER)
    answer = b"[117.169.36.15:2179]0123456789"
    assert net.tell(Received(request.handle, answer, SERVER)) == "\r\n+NSONMI:0,30\r\n"
    assert net.ask("+NSORF=0,30") == (
        "\r\n0,183.230.40.150,36000,30,5B3131372E3136392E33362E31353A323137395D30313233343536373839,0\r\n"
        "\r\nOK\r\n"
    )
    assert net.ask("+NSOCL=0") == "\r\nOK\r\n"
    assert net.requests() == [Disconnect(request.handle)]


def test_the_general_spacing_holds_for_sockets_too() -> None:
    net = Network("onemo")
    handle = net.datagram_socket()
    assert net.tell(Received(handle, b"ab", SERVER)) == framed("+NSONMI: 0,2")
    assert net.ask("+NSORF=0,2") == framed("0,183.230.40.150,36000,2,6162,0", "OK")
    assert net.ask('+CMDNS="8.8.8.8"') == framed("+CMDNS: 8.8.8.8", "OK")


def test_a_datagram_can_be_read_in_parts_and_the_next_is_told_of_behind_its_end() -> None:
    net = Network("m5310a")
    handle = net.datagram_socket()
    assert net.tell(Received(handle, b"abcde", SERVER)) == framed("+NSONMI:0,5")
    assert net.tell(Received(handle, b"xy", Peer("10.0.0.1", 7))) == ""
    assert net.ask("+NSORF=0,2") == framed("0,183.230.40.150,36000,2,6162,3", "OK")
    assert net.ask("+NSORF=0,2") == framed("0,183.230.40.150,36000,2,6364,1", "OK")
    assert net.ask("+NSORF=0,999") == framed("0,183.230.40.150,36000,1,65,0", "OK", "+NSONMI:0,2")
    assert net.ask("+NSORF=0,999") == framed("0,10.0.0.1,7,2,7879,0", "OK")
    assert net.ask("+NSORF=0,999") == framed("OK")


def test_a_stream_connects_sends_receives_and_is_closed_by_its_peer() -> None:
    net = Network("m5310a")
    assert net.ask('+NSOCR="STREAM",6,0,2') == framed("0", "OK")
    assert net.ask("+NSOCFG=0,1,1") == framed("OK")
    assert net.ask("+NSOCO=0,183.230.40.150,36000") == framed("OK")
    (request,) = net.requests()
    assert isinstance(request, Connect)
    assert request.peer == SERVER
    handle = request.handle
    assert net.tell(Connected(handle)) == framed("CONNECT OK")
    assert net.ask("+NSOSD=0,3,616263") == framed("0,3", "OK")
    (sent,) = net.requests()
    assert isinstance(sent, SendOctets)
    assert (sent.handle, sent.octets) == (handle, b"abc")
    assert net.tell(Received(handle, b"\x00\xff", SERVER)) == framed("+NSORF:0,183.230.40.150,36000,2,00FF,0")
    assert net.tell(Ended(handle, "the peer closed it")) == framed("+NSOCLI:0")
    assert net.ask("+NSOSD=0,3,616263") == framed("+CME ERROR:3")
    assert "closed by its peer" in net.rig.why


def test_what_a_stream_brought_before_its_end_can_still_be_read_until_its_number_is_used_again() -> None:
    net = Network("m5310a")
    handle = net.stream()
    net.tell(Received(handle, b"last", SERVER))
    net.tell(Ended(handle, "the peer closed it"))
    assert net.ask("+NSORF=0,2") == framed("0,183.230.40.150,36000,2,6C61,2", "OK")
    assert net.ask('+NSOCR="DGRAM",17,0,1') == framed("0", "OK")
    assert net.ask("+NSORF=0,2") == framed("OK")


def test_a_stream_gathers_what_the_host_does_not_know_of_yet() -> None:
    net = Network("m5310a")
    handle = net.stream()
    printed = [net.tell(Received(handle, octets, SERVER)) for octets in (b"ab", b"cd", b"ef")]
    assert printed == [framed("+NSONMI:0,2"), "", ""]
    assert net.ask("+NSORF=0,100") == framed("0,183.230.40.150,36000,2,6162,0", "OK", "+NSONMI:0,4")
    assert net.ask("+NSORF=0,100") == framed("0,183.230.40.150,36000,4,63646566,0", "OK")


def test_a_refused_connection_can_be_tried_again() -> None:
    net = Network("m5310a")
    net.ask("+NSOCR=STREAM,6,0,1")
    for _ in range(2):
        assert net.ask("+NSOCO=0,127.0.0.1,9") == framed("OK")
        request = net.requests()[-1]
        assert isinstance(request, Connect)
        assert net.tell(Refused(request.handle, "Connection refused")) == framed("CONNECT FAIL")


def test_a_connection_that_nobody_answers_fails_in_its_time_and_a_late_answer_is_nothing() -> None:
    net = Network("m5310a")
    net.ask("+NSOCR=STREAM,6,0,1")
    net.ask("+NSOCO=0,8.8.8.8,80")
    (request,) = net.requests()
    assert isinstance(request, Connect)
    assert net.wait(39.9) == ""
    assert net.ask("+NSOCO=0,8.8.8.8,80") == framed("+CME ERROR:3")
    assert net.wait(0.2) == framed("CONNECT FAIL")
    assert net.requests() == [Disconnect(request.handle)]
    net.ask("+NSOCO=0,8.8.8.8,80")
    assert net.tell(Connected(request.handle)) == ""


def test_a_bc95_sends_its_last_datagram_with_a_flag() -> None:
    net = Network("bc95")
    net.ask("+NSOCR=DGRAM,17,0,1")
    assert net.ask("+NSOSTF=0,183.230.40.150,36000,0x200,2,3031") == framed("0,2", "OK")
    (request,) = net.requests()
    assert isinstance(request, SendDatagram)
    assert request.octets == b"01"
    assert net.ask("+NSOSTF=0,183.230.40.150,36000,0x300,2,3031").startswith("\r\n+CME ERROR")


def test_a_bc95_takes_the_ok_for_the_connection_and_can_push_by_nsonmi() -> None:
    net = Network("bc95")
    assert net.ask("+NSONMI=2") == framed("OK")
    assert net.ask("+NSOCR=STREAM,6,0,1") == framed("0", "OK")
    assert net.ask("+NSOCO=0,183.230.40.150,36000") == framed("OK")
    (request,) = net.requests()
    assert isinstance(request, Connect)
    assert net.tell(Connected(request.handle)) == ""
    assert net.tell(Received(request.handle, b"abc", SERVER)) == framed("+NSONMI:0,3,616263")
    net.ask("+NSONMI=3")
    assert net.tell(Received(request.handle, b"d", SERVER)) == framed("+NSONMI:0,183.230.40.150,36000,1,64")
    net.ask("+NSONMI=0")
    assert net.tell(Received(request.handle, b"e", SERVER)) == ""
    assert net.ask("+NSORF=0,9") == framed("0,183.230.40.150,36000,1,65,0", "OK")


def test_there_are_seven_sockets_and_the_least_free_number_is_given() -> None:
    net = Network("m5310a")
    assert [net.ask('+NSOCR="DGRAM",17,0,1') for _ in range(7)] == [framed(str(n), "OK") for n in range(7)]
    assert net.ask('+NSOCR="DGRAM",17,0,1') == framed("+CME ERROR:3")
    assert "all 7 sockets are open" in net.rig.why
    net.ask("+NSOCL=5")
    net.ask("+NSOCL=2")
    assert net.ask('+NSOCR="STREAM",6,0,1') == framed("2", "OK")


@pytest.mark.parametrize(
    ("line", "error", "why"),
    [
        ("+NSOCR=RAW,17,0,1", 50, "DGRAM or STREAM"),
        ("+NSOCR=STREAM,17,0,1", 50, "protocol 17 is not TCP's, which is 6"),
        ("+NSOCR=DGRAM,17,65536,1", 50, "0 to 65535"),
        ("+NSOCR", 4, "does not exist"),
        ("+NSOST=1,10.0.0.1,1,1,00", 50, "socket 1 is not open"),
        ("+NSOST=7,10.0.0.1,1,1,00", 50, "0 to 6"),
        ("+NSOST=0,10.0.0.1,0,1,00", 50, "1 to 65535"),
        ("+NSOST=0,10.0.0.1,1,2,00", 50, "the length is 2, and 1 octets follow"),
        ("+NSOST=0,10.0.0.1,1,1,0", 50, "pairs of hex digits"),
        ("+NSOST=0,10.0.0.1,1,1359," + "00" * 1359, 50, "1 to 1358"),
        ("+NSOSD=0,1,00", 3, "datagrams, which AT+NSOST sends"),
        ("+NSOCO=0,10.0.0.1,1", 3, "STREAM can be connected"),
        ("+NSOCO=3,10.0.0.1,1", 50, "socket 3 is not open"),
        ("+NSORF=3,1", 50, "socket 3 is not open"),
        ("+NSORF=0,0", 50, "1 to 65535"),
        ("+NSOCL=3", 50, "socket 3 is not open"),
        ("+NSOCFG=3,1,1", 50, "socket 3 is not open"),
    ],
)
def test_what_cannot_be_done_is_refused_and_explained(line: str, error: int, why: str) -> None:
    net = Network("m5310a")
    net.ask("+NSOCR=DGRAM,17,0,1")
    assert net.ask(line) == framed(f"+CME ERROR:{error}")
    assert why in net.rig.why
    assert net.requests() == []


def test_datagrams_are_not_sent_into_a_stream_nor_octets_into_an_unconnected_one() -> None:
    net = Network("m5310a")
    net.ask("+NSOCR=STREAM,6,0,1")
    assert net.ask("+NSOST=0,10.0.0.1,1,1,00") == framed("+CME ERROR:3")
    assert net.ask("+NSOSD=0,1,00") == framed("+CME ERROR:3")
    assert "is not connected (it is idle)" in net.rig.why


def test_the_longest_datagram_fits_a_command_line() -> None:
    net = Network("m5310a")
    net.ask("+NSOCR=DGRAM,17,0,1")
    assert net.ask("+NSOST=0,183.230.40.150,36000,1358," + "5A" * 1358) == framed("0,1358", "OK")
    (request,) = net.requests()
    assert isinstance(request, SendDatagram)
    assert request.octets == b"Z" * 1358


def test_a_full_socket_drops_datagrams_until_the_host_reads_and_says_so_in_the_journal() -> None:
    net = Network("m5310a")
    handle = net.datagram_socket()
    net.tell(Received(handle, bytes(4000), SERVER))
    assert net.tell(Received(handle, bytes(97), SERVER)) == ""
    assert "97 octets; socket 0 has room for 1 to 96" in net.dropped()[-1]
    net.tell(Received(handle, b"fits", SERVER))
    net.tell(Received(handle, b"", SERVER))
    assert "0 octets" in net.dropped()[-1]
    net.ask("+NSORF=0,4000")
    assert net.ask("+NSORF=0,99").startswith("\r\n0,183.230.40.150,36000,4,66697473,0\r\n")


def test_a_stream_has_room_for_a_segment_or_what_is_not_waiting_to_be_read() -> None:
    net = Network("m5310a")
    handle = net.stream()
    assert net.rig.modem.room(handle) == 1358
    net.tell(Received(handle, bytes(4096), SERVER))
    assert net.rig.modem.room(handle) == 0
    net.ask("+NSORF=0,96")
    assert net.rig.modem.room(handle) == 96
    net.ask("+CFUN=0")
    assert net.rig.modem.room(handle) == 0
    assert net.rig.modem.room(Handle()) == 0


def test_a_socket_opened_to_receive_nothing_receives_nothing() -> None:
    net = Network("m5310a")
    net.ask("+NSOCR=DGRAM,17,0,0")
    net.ask("+NSOST=0,183.230.40.150,36000,1,30")
    (request,) = net.requests()
    assert isinstance(request, SendDatagram)
    assert net.tell(Received(request.handle, b"x", SERVER)) == ""
    assert "opened to receive nothing" in net.dropped()[0]


def test_without_a_radio_datagrams_are_lost_and_streams_fail() -> None:
    net = Network("m5310a")
    handle = net.stream()
    net.ask("+NSOCR=DGRAM,17,0,1")
    net.ask("+NSOCR=STREAM,6,0,1")
    net.ask("+CFUN=0")
    assert net.ask("+NSOST=1,183.230.40.150,36000,1,30") == framed("1,1", "OK")
    assert net.dropped() == ["to 183.230.40.150:36000: the radio is off (AT+CFUN=0)"]
    assert net.ask("+NSOCO=2,183.230.40.150,36000") == framed("OK", "CONNECT FAIL")
    assert net.ask("+NSOSD=0,1,30") == framed("+CME ERROR:3")
    assert net.ask("+CMDNS=nbiotbt.heclouds.com") == framed("+CME ERROR:3")
    assert net.ask("+NPING=183.230.40.150") == framed("OK", "+NPINGERR:2")
    assert not [each for each in net.requests() if not isinstance(each, Disconnect)]
    net.tell(Received(handle, b"x", SERVER))
    assert net.dropped()[-1] == "from 183.230.40.150:36000: the radio is off (AT+CFUN=0)"


def test_a_datagram_wakes_the_signalling_connection() -> None:
    net = Network("m5310a")
    net.ask("+CSCON=1")
    net.ask("+NSOCR=DGRAM,17,0,1")
    assert net.ask("+NSOST=0,183.230.40.150,36000,1,30") == framed("0,1", "OK", "+CSCON:1")
    assert net.wait(25) == framed("+CSCON:0")


def test_news_of_a_closed_socket_reach_nobody_though_its_number_is_in_use_again() -> None:
    net = Network("m5310a")
    handle = net.datagram_socket()
    net.ask("+NSOCL=0")
    net.ask("+NSOCR=DGRAM,17,0,1")
    for news in (Received(handle, b"late", SERVER), Ended(handle, "late"), Connected(handle), Refused(handle, "")):
        assert net.tell(news) == ""


@pytest.mark.parametrize("how", ["command", "reset", "off"])
def test_no_socket_survives_a_restart(how: str) -> None:
    net = Network("m5310a")
    handle = net.datagram_socket()
    match how:
        case "command":
            net.ask("+NRB")
        case "reset":
            net.rig.modem.reset(net.rig.now)
        case _:
            net.rig.modem.power_off(net.rig.now)
            net.rig.modem.power_on(net.rig.now)
    assert DisconnectAll() in net.requests()
    net.wait(5)
    assert net.tell(Received(handle, b"late", SERVER)) == ""
    assert net.ask("+NSORF=0,1") == framed("+CME ERROR:50")
    assert net.ask("+NSOCR=DGRAM,17,0,1") == framed("0", "OK")


def test_an_ok_and_a_urc_never_share_a_write_and_keep_the_pace_of_the_field() -> None:
    net = Network("m5310a", Pace.FIELD)
    handle = net.datagram_socket()
    net.tell(Received(handle, b"x", SERVER))
    net.wait(1)
    (result, answer), (told, urc) = net.rig.writes[-2:]
    assert answer == b"\r\n0,1\r\n\r\nOK\r\n"
    assert urc == b"\r\n+NSONMI:0,1\r\n"
    assert told - result >= 0.25


# --- M5311 ----------------------------------------------------------------------------------------


def test_a_stream_of_m5311_as_its_driver_uses_it() -> None:
    net = Network("m5311")
    assert net.ask("+IPRCFG=1,0,1") == framed("OK")
    assert net.ask('+IPSTART=0,"TCP",183.230.40.150,36000') == framed("OK")
    (request,) = net.requests()
    assert isinstance(request, Connect)
    assert net.tell(Connected(request.handle)) == framed("CONNECT OK")
    assert net.ask("+IPSEND=0,3,616263") == framed("+IPSEND: 0,3", "OK")
    (sent,) = net.requests()
    assert isinstance(sent, SendOctets)
    assert sent.octets == b"abc"
    assert net.tell(Received(request.handle, b"\x01\xab", SERVER)) == framed("+IPRD: 0,2,01AB")
    assert net.tell(Ended(request.handle, "the peer closed it")) == framed("+IPCLOSE: 0")


def test_datagrams_of_m5311_go_to_the_peer_of_ipstart_or_to_one_named() -> None:
    net = Network("m5311")
    assert net.ask('+IPSTART=4,"UDP","183.230.40.150",36000') == framed("OK", "CONNECT OK")
    assert net.ask("+IPSEND=4,2,4142") == framed("+IPSEND: 4,2", "OK")
    assert net.ask("+IPSEND=4,1,43,10.0.0.1,7") == framed("+IPSEND: 4,1", "OK")
    assert net.ask('+IPSEND=4,0,"Hi, you"') == framed("+IPSEND: 4,7", "OK")
    sent = [each for each in net.requests() if isinstance(each, SendDatagram)]
    assert [(each.octets, each.peer) for each in sent] == [
        (b"AB", SERVER),
        (b"C", Peer("10.0.0.1", 7)),
        (b"Hi, you", SERVER),
    ]
    handle = sent[0].handle
    assert net.tell(Received(handle, b"waits", SERVER)) == ""
    assert net.ask("+IPRD=4,2") == framed("+IPRD: 4,2,wa", "OK")
    assert net.ask("+IPRCFG=1,2,1") == framed("OK", '+IPRD: 4,"183.230.40.150",36000,3,697473')
    assert net.ask("+IPCLOSE=4") == framed("OK")


@pytest.mark.parametrize(
    ("line", "error", "why"),
    [
        ('+IPSTART=0,"UDP",10.0.0.1,7', 3, "socket 0 is open already"),
        ('+IPSTART=1,"SCTP",10.0.0.1,7', 50, "TCP or UDP"),
        ("+IPSEND=1,1,00", 50, "socket 1 is not open"),
        ("+IPSEND=0,1,zz", 50, "no hex"),
        ("+IPSEND=0,2,00", 50, "the length is 2, and 1 octets follow"),
        ("+IPSEND=0,713," + "00" * 713, 50, "0 to 712"),
        ("+IPSEND=0,0," + "x" * 713, 50, "at most 712"),
        ("+IPRD=1,1", 50, "socket 1 is not open"),
        ("+IPCLOSE=1", 50, "socket 1 is not open"),
    ],
)
def test_what_m5311_cannot_do_is_refused_and_explained(line: str, error: int, why: str) -> None:
    net = Network("m5311")
    net.ask('+IPSTART=0,"UDP",183.230.40.150,36000')
    assert net.ask(line) == framed(f"+CME ERROR: {error}")
    assert why in net.rig.why


def test_a_failed_connection_of_m5311_leaves_its_number_free() -> None:
    net = Network("m5311")
    net.ask('+IPSTART=0,"TCP",127.0.0.1,9')
    (request,) = net.requests()
    assert isinstance(request, Connect)
    assert net.tell(Refused(request.handle, "Connection refused")) == framed("CONNECT FAIL")
    assert net.ask('+IPSTART=0,"TCP",127.0.0.1,9') == framed("OK")


# --- DNS and ping ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("profile", "command", "line"),
    [("m5310a", '+CMDNS="a.example"', "+CMDNS:"), ("m5311", '+CMDNS="a.example"', "+CMDNS: "),
     ("bc95", '+QDNS=0,"a.example"', "+QDNS:")],
)  # fmt: skip
def test_a_look_up_is_answered_by_ok_and_later_by_its_outcome(profile: str, command: str, line: str) -> None:
    for number, shown in (("198.18.0.4", "198.18.0.4"), (None, "ERROR")):
        net = Network(profile)
        assert net.ask(command) == framed("OK")
        (request,) = net.requests()
        assert isinstance(request, Resolve)
        assert request.name == "a.example"
        assert net.ask(command) != framed("OK")
        assert net.tell(Resolved(request.handle, number)) == ""
        assert net.wait(ROUND_TRIP / 1000) == framed(line + shown)
        assert net.ask(command) == framed("OK")


def test_a_dns_that_does_not_answer_is_given_up() -> None:
    net = Network("m5310a")
    net.ask('+CMDNS="a.example"')
    assert net.wait(20) == framed("+CMDNS:ERROR")


@pytest.mark.parametrize(
    ("profile", "command", "line"),
    [("m5310a", "+NPING", "+NPING:"), ("bc95", "+NPING", "+NPING:"), ("m5311", "+PING", "+PING: ")],
)
def test_a_ping_tells_host_ttl_and_milliseconds(profile: str, command: str, line: str) -> None:
    net = Network(profile)
    assert net.ask(f"{command}=183.230.40.150") == framed("OK")
    (request,) = net.requests()
    assert isinstance(request, Ping)
    net.tell(Echoed(request.handle, "183.230.40.150"))
    assert net.wait(ROUND_TRIP / 1000) == framed(f"{line}183.230.40.150,54,{ROUND_TRIP}")


@pytest.mark.parametrize(("profile", "line"), [("m5310a", "+NPINGERR:1"), ("m5311", "+PINGERR: 1")])
def test_a_ping_that_nobody_answers_fails_after_its_time_out(profile: str, line: str) -> None:
    net = Network(profile)
    command = "+PING" if profile == "m5311" else "+NPING"
    assert net.ask(f"{command}=8.8.8.8,64,5000,1") == framed("OK")
    assert net.wait(4.9) == ""
    assert net.wait(0.2) == framed(line)


def test_of_several_pings_each_has_its_line_and_a_late_echo_is_none_of_the_next() -> None:
    net = Network("m5310a")
    assert net.ask("+NPING=183.230.40.150,64,3000,2") == framed("OK")
    (first,) = net.requests()
    assert isinstance(first, Ping)
    net.tell(Echoed(first.handle, "183.230.40.150"))  # takes 4.86 s, and 3 s are given
    assert net.ask("+NPING=183.230.40.150") == framed("+CME ERROR:3")
    assert net.wait(5) == framed("+NPINGERR:1")
    assert net.wait(5) == framed("+NPINGERR:1")
    assert net.ask("+NPING=183.230.40.150") == framed("OK")


# --- every profile --------------------------------------------------------------------------------


def test_each_module_has_the_socket_commands_of_its_chip() -> None:
    dialects = {name: load_profile(name).sockets.dialect for name in profile_names()}
    assert {name for name, each in dialects.items() if each is SocketDialect.NEUL} == set(NEUL)
    assert {name for name, each in dialects.items() if each is SocketDialect.IP} == set(IP)
    for name, dialect in dialects.items():
        net = Network(name)
        assert (net.ask("+NSOCR=DGRAM,17,0,1") == framed("0", "OK")) == (dialect is SocketDialect.NEUL)
        assert ("OK" in net.ask("+IPSTART=0,UDP,10.0.0.1,7")) == (dialect is SocketDialect.IP)


ids = st.integers(0, 7).map(str)
texts = st.sampled_from(["10.0.0.1", "a.example", '"x"', "0", "1", "00FF", "", "zz"])
orders = st.lists(
    st.one_of(
        st.sampled_from([
            "+NSOCR=DGRAM,17,0,1", "+NSOCR=STREAM,6,0,2", "+NSOCR=STREAM,17,0,1", "+CFUN=0", "+CFUN=1",
            "+CMDNS=a.example", "+QDNS=0,a.example", "+NPING=10.0.0.1,8,10,3", "+PING=10.0.0.1", "+NRB", "+CMRB",
            "+IPRCFG=1,2,1", "+IPRCFG=0", "+NSONMI=2", "+NSONMI=0",
        ]),
        st.tuples(st.sampled_from([
            "+NSOCO={},10.0.0.1,80", "+NSOST={},10.0.0.1,80,2,00FF", "+NSOSD={},2,00FF", "+NSORF={},3",
            "+NSOCL={}",
            "+NSOCFG={},1,1", "+IPSTART={},TCP,10.0.0.1,80", "+IPSTART={},UDP,10.0.0.1,80", "+IPSEND={},2,00FF",
            "+IPRD={},3", "+IPCLOSE={}",
        ]), ids).map(lambda order: order[0].format(order[1])),
        st.tuples(
            st.sampled_from(["+NSOST=", "+NSORF=", "+IPSEND=", "+IPSTART="]), st.lists(texts, max_size=6)
        ).map(lambda order: order[0] + ",".join(order[1])),
        st.tuples(st.integers(0, 5), st.integers(0, 9), st.binary(max_size=3000)),
        st.floats(0, 50),
    ),
    max_size=40,
)  # fmt: skip


def _news(kind: int, handle: Handle, octets: bytes) -> NetworkNews:
    return (
        Connected(handle), Refused(handle, "no"), Received(handle, octets, SERVER), Ended(handle, "over"),
        Resolved(handle, "10.0.0.1"), Echoed(handle, "10.0.0.1"),
    )[kind]  # fmt: skip


@pytest.mark.parametrize("profile", ["m5310a", "bc95", "m5311"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(orders)
def test_whatever_the_order_each_command_has_one_result_and_no_socket_holds_too_much(
    profile: str, session: list[str | tuple[int, int, bytes] | float]
) -> None:
    net = Network(profile)
    handles: list[Handle] = [Handle()]
    for step in session:
        match step:
            case str():
                net.rig.feed(f"AT{step}\r".encode())
                printed = net.rig.text().split("\r\n")
                finals = [each for each in printed if each in {"OK", "ERROR"} or "+CME ERROR" in each]
                assert finals or "REBOOTING" in printed, (step, printed)
            case (kind, number, octets):
                net.tell(_news(kind, handles[-1 - number % len(handles)], octets))
            case float():
                net.wait(step)
        handles += [each.handle for each in net.requests() if not isinstance(each, DisconnectAll)]
        module = net.rig.modem.module
        assert module is not None
        for socket in module.sockets._sockets.values():
            assert socket.held <= 4096
            assert all(each.octets for each in socket.waiting)


def test_a_sleeping_module_takes_nothing_from_its_sockets_until_it_sends() -> None:
    net = Network("m5310a")
    net.ask('+CPSMS=1,,,"00100001","00000010"')
    handle = net.datagram_socket()
    net.wait(30.0)
    assert net.tell(Received(handle, b"x", SERVER)) == ""
    assert "power saving mode" in net.dropped()[-1]
    net.ask("+NSOST=0,183.230.40.150,36000,1,30")
    assert net.tell(Received(handle, b"x", SERVER)) == framed("+NSONMI:0,1")
