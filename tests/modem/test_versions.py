"""What CIS SDK 2.2.0 and 2.3.0 do differently, for every module whose stack is one of them."""

from __future__ import annotations

import pytest

from onenet_sim.modem import load_profile, profile_names
from tests.modem import wire
from tests.modem.conftest import ACCESS, BOOTSTRAP, FIRST_MESSAGE_ID, IMEI, IMSI, Rig
from tests.modem.wire import ACK, CON, RST, Packet

CIS_2_2 = (
    *("m5310", "n21", "bc95", "bc28", "bc35g", "nb73", "ec616", "n306"),
    *("mt2625", "me3616", "sim7020", "bc26", "bc20"),
)
CIS_2_3 = ("xy1100", "bc260y")
BY_VERSION = [*((name, "2.2.0") for name in CIS_2_2), *((name, "2.3.0") for name in CIS_2_3)]
T = 4.0
AUTH_CODE = "x"
"""With a longer one the register code would not fit into the 56 octets of an MT2625."""


def events(rig: Rig) -> list[str]:
    """Return the events printed since the last look; 4, which not every module prints, is left out."""
    lines = [line.replace(" ", "") for line in rig.lines()]
    shown = [line.removeprefix("+MIPLEVENT:0,") for line in lines if line.startswith("+MIPLEVENT")]
    return [event for event in shown if event != "4"]


def _updates(rig: Rig) -> list[float]:
    """Return the times at which an update went out."""
    packets = [(time, wire.decode(octets)) for time, octets, _ in rig.datagrams]
    return [time for time, packet in packets if (packet.code, packet.path) == (wire.POST, f"/rd/{IMEI}")]


def test_every_cis_module_is_of_one_of_the_two_versions() -> None:
    of_cis = {name: load_profile(name) for name in profile_names() if load_profile(name).family == "C"}
    assert {name: profile.mipl.version for name, profile in of_cis.items()} == dict(BY_VERSION)


@pytest.mark.parametrize(("name", "version"), BY_VERSION)
def test_the_constants_of_the_sdk_go_by_its_version(name: str, version: str) -> None:
    habits = load_profile(name).coap
    bootstrap_wait = {"2.2.0": 60, "2.3.0": 30 if name == "bc260y" else 20}[version]
    assert (habits.answer_window, habits.bootstrap_wait) == ({"2.2.0": 300, "2.3.0": 20}[version], bootstrap_wait)
    assert (habits.ack_timeout, habits.retransmissions) == (4, 4)
    assert (habits.connect_retry, habits.register_retry) == (2, 5)


# --- confirmable reports --------------------------------------------------------------------------


def _unheard(name: str) -> tuple[Rig, int]:
    """Return a module whose platform observes and then falls silent, and the OBSERVE's message id."""
    rig = Rig(name)
    number = rig.login(attributes=1)
    rig.platform.silent = True
    rig.datagrams.clear()
    return rig, number


def _report(rig: Rig, number: int, ack_id: int = 9) -> Packet:
    rig.ok(f"AT+MIPLNOTIFY=0,{number},3200,0,5750,3,4,1,0,0,{ack_id}")
    report = rig.sent[-1]
    assert (report.type, report.code) == (CON, wire.CONTENT)
    return report


@pytest.mark.parametrize("name", CIS_2_2)
def test_2_2_0_sends_a_confirmable_report_once_and_says_nothing_of_silence(name: str) -> None:
    rig, number = _unheard(name)
    report = _report(rig, number)
    rig.advance(300.0)
    assert [time for time, _, _ in rig.datagrams] == [0.0]
    assert rig.lines() == []
    rig.deliver(Packet(ACK, wire.EMPTY, report.message_id))
    rig.deliver(Packet(ACK, wire.EMPTY, report.message_id))
    assert events(rig) == ["26,9"]


@pytest.mark.parametrize("name", CIS_2_2)
def test_2_2_0_has_no_event_for_a_report_that_the_platform_refuses(name: str) -> None:
    rig, number = _unheard(name)
    report = _report(rig, number)
    rig.deliver(Packet(ACK, wire.NOT_FOUND, report.message_id, report.token))
    assert rig.lines() == []
    assert "no event" in rig.why


def test_2_2_0_ends_an_observation_whose_last_report_was_rejected() -> None:
    rig, number = _unheard("mt2625")
    rig.deliver(Packet(RST, wire.EMPTY, _report(rig, number).message_id))
    assert rig.lines() == []
    rig.feed(f"AT+MIPLNOTIFY=0,{number},3200,0,5750,3,4,1,0,0,10\r".encode())
    assert events(rig) == [f"25,{number}"]


def test_2_2_0_takes_any_number_of_reports_and_knows_the_last_64() -> None:
    rig, number = _unheard("mt2625")
    reports = [_report(rig, number, ack_id) for ack_id in range(1, 66)]
    for report in reports:
        rig.deliver(Packet(ACK, wire.EMPTY, report.message_id))
    assert events(rig) == [f"26,{ack_id}" for ack_id in range(2, 66)]


@pytest.mark.parametrize("name", CIS_2_3)
def test_2_3_0_sends_a_confirmable_report_five_times_then_prints_25(name: str) -> None:
    rig, number = _unheard(name)
    _report(rig, number)
    rig.advance(31 * T - 0.001)
    assert [time for time, _, _ in rig.datagrams] == [0, T, 3 * T, 7 * T, 15 * T]
    assert rig.lines() == []
    rig.advance(0.001)
    assert events(rig) == ["25,9"]


# --- an unanswered registration -------------------------------------------------------------------


@pytest.mark.parametrize("name", CIS_2_2)
def test_2_2_0_begins_an_unanswered_login_anew_for_ever(name: str) -> None:
    rig = Rig(name)
    rig.platform.silent = True
    rig.create()
    rig.feed(b"AT+MIPLOPEN=0,3000,30\r")
    rig.advance(5 * 35.0 - 0.001)
    assert events(rig) == ["8"] * 5
    rig.platform.silent = False
    rig.advance(0.001)
    assert events(rig) == ["6"]


def test_2_2_0_bootstraps_anew_after_an_unanswered_registration() -> None:
    rig = Rig("mt2625")
    rig.ok("AT+MIPLCREATE", 'AT+MIPLADDOBJ=0,3200,1,"1",1,0')
    rig.platform.drops = "/rd"
    rig.feed(b"AT+MIPLOPEN=0,3000\r")
    assert events(rig) == ["1", "2"]
    rig.advance(30.0)
    assert events(rig) == ["8"]
    rig.platform.drops = ""
    rig.advance(5.0)
    assert events(rig) == ["1", "2", "6"]


# --- a failed update ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CIS_2_2)
@pytest.mark.parametrize("answered", [True, False])
def test_2_2_0_logs_in_again_by_itself_after_a_failed_update(name: str, *, answered: bool) -> None:
    rig = Rig(name)
    rig.login()
    rig.platform.codes["update"] = wire.NOT_FOUND
    rig.platform.silent = not answered
    rig.ok("AT+MIPLUPDATE=0,3000,0")
    rig.advance(0.0 if answered else 31 * T)
    rig.platform.silent = False
    rig.sent.clear()
    rig.advance(1.999)
    assert rig.sent == []
    rig.advance(0.001)
    assert [packet.path for packet in rig.sent] == ["/rd"]
    assert events(rig) == (["6"] if answered else ["13", "6"])


def test_2_2_0_bootstraps_again_if_it_logged_in_so() -> None:
    rig = Rig("mt2625")
    rig.ok("AT+MIPLCREATE", 'AT+MIPLADDOBJ=0,3200,1,"1",1,0', "AT+MIPLOPEN=0,3000")
    rig.platform.codes["update"] = wire.FORBIDDEN
    rig.text()
    rig.feed(b"AT+MIPLUPDATE=0,3000,0\r")
    assert events(rig) == ["12"]
    rig.advance(2.0)
    assert events(rig) == ["1", "2", "6"]


@pytest.mark.parametrize("name", CIS_2_3)
@pytest.mark.parametrize("answered", [True, False])
def test_2_3_0_deregisters_after_a_failed_update_and_stops(name: str, *, answered: bool) -> None:
    rig = Rig(name)
    rig.login()
    rig.platform.codes["update"] = wire.NOT_FOUND
    rig.platform.silent = not answered
    rig.feed(b"AT+MIPLUPDATE=0,3000,0\r")
    rig.advance(0.0 if answered else 31 * T)
    assert events(rig) == ["12" if answered else "13", "15"]
    assert rig.sent[-1].code == wire.DELETE
    rig.sent.clear()
    rig.advance(10000.0)
    assert rig.sent == []
    assert rig.lines() == []
    rig.platform.silent = False
    rig.feed(b"AT+MIPLOPEN=0,3000\r")
    assert events(rig) == ["6"]


# --- an update while another message is unanswered ------------------------------------------------


@pytest.mark.parametrize("name", CIS_2_3)
def test_an_update_waits_for_the_acknowledgement_of_a_report(name: str) -> None:
    rig, number = _unheard(name)
    report = _report(rig, number)
    rig.ok("AT+MIPLUPDATE=0,100,0", "AT+MIPLUPDATE=0,200,0")
    assert rig.sent[-1] is report
    rig.platform.silent = False
    rig.deliver(Packet(ACK, wire.EMPTY, report.message_id))
    assert events(rig) == ["26,9", "11"]
    assert rig.sent[-1].query == ["lt=200"]
    assert len(_updates(rig)) == 1


@pytest.mark.parametrize("name", [*CIS_2_2, *CIS_2_3])
def test_an_update_waits_for_the_answer_to_the_one_before(name: str) -> None:
    rig, _ = _unheard(name)
    rig.ok("AT+MIPLUPDATE=0,100,0", "AT+MIPLUPDATE=0,200,0")
    (first,) = [packet for packet in rig.sent if packet.path == f"/rd/{IMEI}"]
    rig.platform.silent = False
    rig.deliver(Packet(ACK, wire.CHANGED, first.message_id, first.token))
    assert events(rig) == ["11", "11"]
    assert [packet.query for packet in rig.sent if packet.path == f"/rd/{IMEI}"] == [["lt=100"], ["lt=200"]]


def test_an_update_that_waits_ends_with_the_login() -> None:
    rig, number = _unheard("xy1100")
    _report(rig, number)
    rig.ok("AT+MIPLUPDATE=0,100,0", "AT+MIPLCLOSE=0")
    rig.platform.silent = False
    rig.feed(b"AT+MIPLOPEN=0,3000\r")
    rig.advance(200.0)
    assert _updates(rig) == []


def test_a_onemo_module_sends_an_update_at_once(onemo_rig: Rig) -> None:
    onemo_rig.login()
    onemo_rig.platform.silent = True
    onemo_rig.ok("AT+MIPLNOTIFY=0,0,3200,0,5750,3,1,1,0,0,9", "AT+MIPLUPDATE=0,100,0")
    assert len(_updates(onemo_rig)) == 1


# --- updates by itself, and warnings --------------------------------------------------------------

OWN_UPDATES = [
    ("xy1100", 20, 18),
    ("xy1100", 100, 90),
    ("xy1100", 3600, 3240),
    ("bc260y", 20, 10),
    ("bc260y", 30, 15),
    ("bc260y", 40, 22.5),
    ("bc260y", 50, 30),
    ("bc260y", 100, 70),
    ("bc260y", 300, 250),
    ("bc260y", 1300, 1200),
    ("bc260y", 3600, 3385),
]


@pytest.mark.parametrize(("name", "lifetime", "after"), OWN_UPDATES)
def test_2_3_0_updates_by_itself_so_that_the_lifetime_never_ends(name: str, lifetime: int, after: float) -> None:
    rig = Rig(name)
    rig.login(lifetime=lifetime)
    rig.advance(after - 0.001)
    assert _updates(rig) == []
    rig.advance(0.001)
    assert (rig.sent[-1].query, rig.sent[-1].payload) == ([f"lt={lifetime}"], b"")
    assert events(rig)[-1] == "11"
    rig.advance(9 * after)
    assert _updates(rig) == pytest.approx([after * count for count in range(1, 11)])
    assert not {"9", "15"} & set(events(rig))


@pytest.mark.parametrize("name", CIS_2_3)
def test_an_update_of_the_host_puts_off_the_modules_own(name: str) -> None:
    rig = Rig(name)
    rig.login(lifetime=100)
    rig.advance(60.0)
    rig.ok("AT+MIPLUPDATE=0,300,0")
    own = 60 + {"xy1100": 270, "bc260y": 250}[name]
    rig.advance(own - 60 - 0.001)
    assert _updates(rig) == [60.0]
    rig.advance(0.002)
    assert _updates(rig) == pytest.approx([60.0, own])


@pytest.mark.parametrize("name", CIS_2_2)
def test_2_2_0_updates_only_when_the_host_says_so(name: str) -> None:
    rig = Rig(name)
    rig.login(lifetime=1000)
    rig.advance(1000.0)
    assert _updates(rig) == []
    assert events(rig)[-2:] == ["9", "15"]


@pytest.mark.parametrize(
    ("name", "lifetime", "until", "warnings"),
    [
        ("mt2625", 3600, 3550, [(3414, 186), (3507, 93)]),
        ("mt2625", 373, 300, [(187, 186), (280, 93)]),
        ("mt2625", 372, 320, [(248, 124), (310, 62)]),
        ("mt2625", 186, 160, [(124, 62), (155, 31)]),
        ("mt2625", 93, 70, [(31, 62), (62, 31)]),
        ("xy1100", 3600, 3240, []),
        ("xy1100", 1000, 900, [(814, 186)]),
        ("xy1100", 372, 334.8, [(248, 124), (310, 62)]),
        ("xy1100", 186, 167.4, [(93, 93), (139.5, 46), (162.75, 23)]),
        ("xy1100", 100, 90, [(50, 50), (75, 25), (87.5, 12)]),
        ("bc260y", 3600, 3385, []),
        ("bc260y", 100, 70, [(50, 50)]),
        ("bc260y", 30, 15, []),
    ],
)
def test_event_14_comes_by_the_versions_thresholds_unless_the_own_update_is_earlier(
    name: str, lifetime: int, until: float, warnings: list[tuple[float, int]]
) -> None:
    rig = Rig(name)
    rig.login(lifetime=lifetime)
    login = len(rig.writes)
    rig.advance(until + 0.001)
    heard = [(round(time, 6), octets.decode().replace(" ", "").strip()) for time, octets in rig.writes[login:]]
    expected = [(time, f"+MIPLEVENT:0,14,{left}") for time, left in warnings]
    assert heard == expected + ([(until, "+MIPLEVENT:0,11")] if name in CIS_2_3 else [])


# --- 4.01 -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*CIS_2_2, *CIS_2_3])
def test_a_4_01_is_no_answer_to_a_cis_module(name: str) -> None:
    rig = Rig(name)
    rig.platform.codes["register"] = wire.UNAUTHORIZED
    rig.create()
    rig.feed(b"AT+MIPLOPEN=0,3000,30\r")
    rig.advance(T)
    assert events(rig) == []
    rig.platform.codes["register"] = wire.CREATED
    rig.advance(2 * T)
    assert events(rig) == ["6"]
    assert [time for time, _, _ in rig.datagrams] == [0, T, 3 * T]
    assert len({octets for _, octets, _ in rig.datagrams}) == 1


def test_a_cis_module_that_gets_4_01_to_the_end_has_got_no_answer() -> None:
    rig = Rig("xy1100")
    rig.login()
    rig.platform.codes["update"] = wire.UNAUTHORIZED
    rig.ok("AT+MIPLUPDATE=0,3000,0")
    rig.advance(31 * T)
    assert _updates(rig) == [0, T, 3 * T, 7 * T, 15 * T]
    assert events(rig) == ["13", "15"]


def test_a_4_01_behind_an_empty_ack_starts_the_retransmissions_again() -> None:
    rig = Rig("xy1100")
    rig.platform.silent = True
    rig.create()
    rig.feed(b"AT+MIPLOPEN=0,3000,60\r")
    register = rig.sent[-1]
    rig.deliver(Packet(ACK, wire.EMPTY, register.message_id))
    rig.advance(10.0)
    assert len(rig.sent) == 1
    assert rig.deliver(Packet(CON, wire.UNAUTHORIZED, 7, register.token)) == [Packet(ACK, wire.EMPTY, 7)]
    rig.advance(T)
    assert [time for time, _, _ in rig.datagrams] == [0, 10.0, 10.0 + T]
    rig.deliver(Packet(ACK, wire.CREATED, register.message_id, register.token))
    assert events(rig) == ["6"]


def test_a_4_01_refuses_a_onemo_module(onemo_rig: Rig) -> None:
    onemo_rig.platform.codes["register"] = wire.UNAUTHORIZED
    onemo_rig.create()
    onemo_rig.feed(b"AT+MIPLOPEN=0,3000,30\r")
    assert events(onemo_rig) == ["7"]


# --- the packets of a login -----------------------------------------------------------------------


def _create(rig: Rig, *, bootstrap: bool) -> None:
    """Make a device with an auth code, if this module's commands can."""
    server = BOOTSTRAP if bootstrap else ACCESS
    if rig.profile.mipl.config_together:
        rig.ok(f"AT+MIPLCONFIG=0,0,{int(bootstrap)},{server.host},{server.port}", "AT+MIPLCREATE")
    elif rig.profile.mipl.creates_by_code:
        code = _register_code(server.host, bootstrap=bootstrap)
        size = len(code) // 2
        rig.ok(f"AT+MIPLCREATE={size},{code},0,{size},0")
    else:
        address = f"AT+MIPLCONFIG={int(bootstrap)},{server.host},{server.port}"
        rig.ok(address, f"AT+MIPLCONFIG=4,1,{AUTH_CODE}", "AT+MIPLCREATE")
    rig.ok('AT+MIPLADDOBJ=0,3306,1,"1",1,0', 'AT+MIPLADDOBJ=0,3303,2,"11",1,0')


def _register_code(host: str, *, bootstrap: bool) -> str:
    texts = ("", "", "", host, f"AuthCode:{AUTH_CODE};")
    fields = b"".join(len(text).to_bytes(2, "big") + text.encode() for text in texts)
    net = bytes((4, 0, 0x11, 0x80 if bootstrap else 0)) + fields
    items = b"\xf1\x00\x03" + b"\xf2" + (len(net) + 3).to_bytes(2, "big") + net
    items += bytes.fromhex("F30008E400C80000")
    return (b"\x13" + (len(items) + 3).to_bytes(2, "big") + items).hex()


def _request(
    code: int, number: int, path: str, *options: tuple[int, bytes], authorized: bool, payload: bytes = b""
) -> bytes:
    """Return the datagram of a request; its token is the message id, low octet first, and the time, 0."""
    message_id = FIRST_MESSAGE_ID + number
    auth = ((wire.AUTH_CODE, AUTH_CODE.encode()),) if authorized else ()
    options = (*wire.segments(wire.URI_PATH, path), *options, *auth)
    return Packet(CON, code, message_id, message_id.to_bytes(2, "little") + b"\0\0", options, payload).encode()


@pytest.mark.parametrize("bootstrap", [False, True])
@pytest.mark.parametrize(("name", "version"), BY_VERSION)
def test_the_packets_of_a_login_go_by_the_version(name: str, version: str, *, bootstrap: bool) -> None:
    rig = Rig(name)
    _create(rig, bootstrap=bootstrap)
    rig.ok("AT+MIPLOPEN=0,3600,30", "AT+MIPLUPDATE=0,300,0", "AT+MIPLUPDATE=0,300,1", "AT+MIPLCLOSE=0")

    newer, has_code = version == "2.3.0", not rig.profile.mipl.config_together
    endpoint_name = (wire.QUERY, f"ep={IMEI};{IMSI}".encode())
    queries = [endpoint_name, (wire.QUERY, b"b=U"), (wire.QUERY, b"lt=3600")]
    if newer:
        queries.insert(0, (wire.QUERY, b"lwm2m=1.0"))
    security = b",</0/0>,</0/1>" if bootstrap else b",</0/0>"
    links = b'</>;rt="oma.lwm2m"' + security + b",</3303/0>,</3303/1>,</3306/0>"
    location, lifetime = f"/rd/{IMEI}", (wire.QUERY, b"lt=300")
    first = int(bootstrap)
    form = (wire.FORMAT, wire.uint(wire.LINKS))
    expected = [
        _request(wire.POST, first, "/rd", form, *queries, authorized=has_code, payload=links),
        _request(wire.POST, first + 1, location, lifetime, authorized=newer and has_code),
        _request(wire.POST, first + 2, location, lifetime, authorized=newer and has_code, payload=links),
        _request(wire.DELETE, first + 3, location, authorized=newer and has_code),
    ]
    if bootstrap:
        expected.insert(0, _request(wire.POST, 0, "/bs", endpoint_name, authorized=has_code))
    own = [(octets, peer) for _, octets, peer in rig.datagrams if wire.decode(octets).type == CON]
    assert own == [(octets, BOOTSTRAP if bootstrap and not at else ACCESS) for at, octets in enumerate(expected)]
