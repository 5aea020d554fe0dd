"""Bootstrap, registration, update, the end of the lifetime, and leaving: what is printed and sent when."""

from __future__ import annotations

import pytest

from tests.modem import wire
from tests.modem.conftest import ACCESS, BOOTSTRAP, DIRECT_CREATE, Rig, server_uri
from tests.modem.wire import ACK, CON, Packet


def events(rig: Rig) -> list[str]:
    """Return the events printed since the last look, such as ``6`` or ``26,147``."""
    lines = [line.replace(" ", "") for line in rig.lines()]
    return [line.removeprefix("+MIPLEVENT:0,") for line in lines if line.startswith("+MIPLEVENT")]


def _open(rig: Rig, timeout: str = ",30", lifetime: int = 3000) -> None:
    rig.feed(f"AT+MIPLOPEN=0,{lifetime}{timeout}\r".encode())


def _bootstrapping(rig: Rig) -> None:
    rig.ok("AT+MIPLCREATE", 'AT+MIPLADDOBJ=0,3200,1,"1",1,0')


@pytest.mark.parametrize(("name", "expected"), [("onemo", "2 6"), ("m5310a", "2 6"), ("m5310", "1 2 4 6")])
def test_a_login_by_bootstrap_prints_the_events_of_its_family(name: str, expected: str) -> None:
    rig = Rig(name)
    _bootstrapping(rig)
    _open(rig)
    assert events(rig) == expected.split()
    assert [(peer, wire.decode(octets).path) for _, octets, peer in rig.datagrams if octets[0] >> 4 == 4] == [
        (BOOTSTRAP, "/bs"),
        (ACCESS, "/rd"),
    ]


@pytest.mark.parametrize(("name", "expected"), [("onemo", "6"), ("m5310a", "6"), ("m5310", "4 6")])
def test_a_direct_login_prints_the_events_of_its_family(name: str, expected: str) -> None:
    rig = Rig(name)
    rig.create()
    _open(rig)
    assert events(rig) == expected.split()


def test_a_onemo_module_gives_up_a_refused_login(onemo_rig: Rig) -> None:
    onemo_rig.platform.codes["register"] = wire.FORBIDDEN
    onemo_rig.create()
    _open(onemo_rig)
    assert events(onemo_rig) == ["7"]
    onemo_rig.advance(300.0)
    assert events(onemo_rig) == []
    onemo_rig.platform.codes["register"] = wire.CREATED
    _open(onemo_rig)
    assert events(onemo_rig) == ["6"]


def test_a_cis_module_tries_a_refused_login_again(cis_rig: Rig) -> None:
    cis_rig.platform.codes["register"] = wire.FORBIDDEN
    cis_rig.create()
    _open(cis_rig)
    assert events(cis_rig) == ["4", "7"]
    cis_rig.advance(4.9)
    assert events(cis_rig) == []
    cis_rig.advance(0.1)
    assert events(cis_rig) == ["4", "7"]
    cis_rig.platform.codes["register"] = wire.CREATED
    cis_rig.advance(5.0)
    assert events(cis_rig) == ["4", "6"]


@pytest.mark.parametrize(
    ("name", "timeout", "seconds", "expected"),
    [
        ("onemo", ",7", 7.0, "7"),
        ("onemo", "", 30.0, "7"),
        ("m5310a", ",60", 60.0, "7"),
        ("xy1100", ",30", 30.0, "8 15"),
        ("bc260y", ",30", 30.0, "8 15"),
    ],
)
def test_an_unanswered_registration_ends_at_opens_time_out(
    name: str, timeout: str, seconds: float, expected: str
) -> None:
    rig = Rig(name)
    rig.platform.silent = True
    rig.create()
    _open(rig, timeout)
    events(rig)
    rig.advance(seconds - 0.001)
    assert events(rig) == []
    rig.advance(0.001)
    assert events(rig) == expected.split()
    rig.advance(300.0)
    assert events(rig) == []
    rig.platform.silent = False
    _open(rig)
    assert events(rig)[-1] == "6"


@pytest.mark.parametrize(("failing", "expected"), [("bootstrap", "1 3"), ("register", "1 2 4 7")])
def test_a_bc260y_gives_up_after_three_attempts(failing: str, expected: str) -> None:
    rig = Rig("bc260y")
    rig.platform.codes[failing] = wire.FORBIDDEN
    _bootstrapping(rig)
    _open(rig)
    rig.advance(300.0)
    assert events(rig) == 3 * expected.split()
    rig.platform.codes = Rig().platform.codes
    _open(rig)
    assert events(rig) == ["1", "2", "4", "6"]


def test_a_login_attempt_is_sent_four_times_within_thirty_seconds(any_rig: Rig) -> None:
    any_rig.platform.silent = True
    any_rig.create()
    _open(any_rig)
    any_rig.advance(30.0)
    assert [time for time, _, _ in any_rig.datagrams] == [0.0, 4.0, 12.0, 28.0]


def test_a_refused_bootstrap_is_event_3(any_rig: Rig) -> None:
    any_rig.platform.codes["bootstrap"] = wire.BAD_REQUEST
    _bootstrapping(any_rig)
    _open(any_rig)
    assert events(any_rig)[-1] == "3"
    any_rig.advance(2.0)
    again = ["1", "3"] if any_rig.family == "C" else []
    assert events(any_rig) == again


@pytest.mark.parametrize(
    ("name", "seconds"), [("onemo", 20), ("m5310a", 20), ("m5310", 60), ("xy1100", 20), ("bc260y", 30)]
)
def test_a_bootstrap_that_is_never_finished_is_event_3(name: str, seconds: int) -> None:
    rig = Rig(name)
    rig.platform.silent = True
    _bootstrapping(rig)
    _open(rig, ",90")
    rig.deliver(Packet(ACK, wire.CHANGED, rig.sent[-1].message_id, rig.sent[-1].token), BOOTSTRAP)
    events(rig)
    rig.advance(seconds - 0.001)
    assert events(rig) == []
    rig.advance(0.001)
    assert events(rig) == ["3"]


def test_the_time_out_bounds_bootstrap_and_registration_together(onemo_rig: Rig) -> None:
    rig = onemo_rig
    rig.platform.silent = True
    _bootstrapping(rig)
    _open(rig, ",30")
    rig.advance(10.0)
    _bootstrap_write(rig)
    assert events(rig) == ["2"]
    rig.advance(19.999)
    assert events(rig) == []
    rig.advance(0.001)
    assert events(rig) == ["7"]


def _bootstrap_write(rig: Rig, path: str = "/0/0", payload: bytes | None = None) -> int:
    """Let the bootstrap server write and finish; return the code that its write got."""
    content = server_uri("coap://183.230.40.40:5683") if payload is None else payload
    write = Packet(CON, wire.PUT, 0x9001, b"w", (*wire.segments(wire.URI_PATH, path), (12, b"\x06\x06")), content)
    code = rig.deliver(write, BOOTSTRAP)[0].code
    finish = Packet(CON, wire.POST, 0x9002, b"f", wire.segments(wire.URI_PATH, "/bs"))
    assert rig.deliver(finish, BOOTSTRAP)[0].code == wire.CHANGED
    return code


def test_a_bootstrap_write_that_overtakes_its_ack_stands_for_it(any_rig: Rig) -> None:
    rig = any_rig
    rig.platform.silent = True
    _bootstrapping(rig)
    _open(rig)
    assert _bootstrap_write(rig) == wire.CHANGED
    rig.sent.clear()
    rig.advance(5.0)
    assert [packet.path for packet in rig.sent] == ["/rd"]


def test_a_stray_read_during_the_bootstrap_changes_nothing(any_rig: Rig) -> None:
    rig = any_rig
    rig.platform.silent = True
    _bootstrapping(rig)
    _open(rig)
    rig.request(wire.GET, "/3200/0")
    assert rig.sent[-1].code == wire.BAD_REQUEST
    rig.sent.clear()
    rig.advance(29.0)
    assert [packet.path for packet in rig.sent] == ["/bs"] * 3


@pytest.mark.parametrize(
    ("path", "payload", "code"),
    [
        ("/0/0", server_uri("coap://10.0.0.1:5683"), wire.CHANGED),
        ("/0", server_uri("coap://10.0.0.1:5683"), wire.NOT_IMPLEMENTED),
        ("/1/0", server_uri("coap://10.0.0.1:5683"), wire.NOT_FOUND),
        ("/0/0", b"", wire.BAD_REQUEST),
        ("/0/0", b"\xc8\x00", wire.INTERNAL_ERROR),
    ],
)
def test_a_bootstrap_write_is_judged_as_the_cis_client_does(
    any_rig: Rig, path: str, payload: bytes, code: int
) -> None:
    any_rig.platform.silent = True
    _bootstrapping(any_rig)
    _open(any_rig)
    assert _bootstrap_write(any_rig, path, payload) == code
    assert events(any_rig)[-1] == ("3" if code != wire.CHANGED else {"O": "2", "C": "4"}[any_rig.family])


def test_the_account_of_a_bootstrap_server_is_not_where_the_module_registers(any_rig: Rig) -> None:
    rig = any_rig
    rig.platform.silent = True
    _bootstrapping(rig)
    _open(rig)
    other = server_uri("coap://183.230.40.39:5683") + b"\xc1\x01\x01"
    own = server_uri("coap://183.230.40.40:5683") + b"\xc1\x01\x00"
    for number, (path, payload) in enumerate((("/0/0", own), ("/0/1", other))):
        options = (*wire.segments(wire.URI_PATH, path), (12, b"\x06\x06"))
        rig.deliver(Packet(CON, wire.PUT, number, b"w", options, payload), BOOTSTRAP)
    rig.deliver(Packet(CON, wire.POST, 7, b"f", wire.segments(wire.URI_PATH, "/bs")), BOOTSTRAP)
    assert rig.datagrams[-1][2] == ACCESS


@pytest.mark.parametrize("lifetime", range(10))
def test_an_update_below_10_is_86400(any_rig: Rig, lifetime: int) -> None:
    any_rig.login(observe="")
    assert any_rig.ask(f"AT+MIPLUPDATE=0,{lifetime},0") == ["OK", "+MIPLEVENT:0,11"]
    assert any_rig.sent[-1].query == ["lt=86400"]
    assert any_rig.modem.module is not None
    assert any_rig.modem.module.session.expires == 86400.0


@pytest.mark.parametrize(
    ("name", "lifetime", "accepted"),
    [
        ("onemo", 10, True),
        ("m5310a", 14, True),
        ("m5310", 10, False),
        ("m5310", 14, False),
        ("m5310", 15, True),
        ("onemo", 2**31 - 1, True),
        ("onemo", 2**31, False),
        ("m5310", 0x0FFFFFFF, True),
        ("m5310", 0x10000000, False),
        ("onemo", -1, False),
    ],
)
def test_other_lifetimes_of_an_update_go_as_they_are_or_not(name: str, lifetime: int, accepted: bool) -> None:  # noqa: FBT001
    rig = Rig(name)
    rig.login(observe="")
    answer = rig.ask(f"AT+MIPLUPDATE=0,{lifetime},0")
    assert answer[0] == ("OK" if accepted else "+CIS ERROR:601")
    assert [packet.query for packet in rig.sent] == ([[f"lt={lifetime}"]] if accepted else [])


@pytest.mark.parametrize(
    ("name", "lifetime", "accepted"),
    [
        ("onemo", 0, False),
        ("onemo", 1, True),
        ("m5310a", 9, True),
        ("m5310", 14, False),
        ("m5310", 15, True),
        ("m5310", 0x0FFFFFFF, True),
        ("m5310", 0x10000000, False),
    ],
)
def test_open_takes_a_lifetime_as_it_is(name: str, lifetime: int, accepted: bool) -> None:  # noqa: FBT001
    rig = Rig(name)
    rig.create()
    answer = rig.ask(f"AT+MIPLOPEN=0,{lifetime}")
    assert (answer[0] == "OK") is accepted
    assert [query for packet in rig.sent for query in packet.query if query.startswith("lt")] == (
        [f"lt={lifetime}"] if accepted else []
    )


def test_a_onemo_module_leaves_silently_when_its_lifetime_is_over(onemo_rig: Rig) -> None:
    rig = onemo_rig
    rig.login(lifetime=100)
    rig.advance(99.999)
    rig.ok("AT+MIPLNOTIFY=0,0,3200,0,5750,3,1,1,0,0")
    rig.sent.clear()
    rig.advance(0.001)
    assert rig.lines() == []
    assert rig.sent == []
    assert rig.ask("AT+MIPLNOTIFY=0,0,3200,0,5750,3,1,1,0,0") == ["+CIS ERROR:602"]
    assert rig.ask("AT+MIPLOPEN=0,100") == ["OK", "+MIPLEVENT:0,6"]


def test_only_an_update_moves_the_end_of_the_lifetime(onemo_rig: Rig) -> None:
    rig = onemo_rig
    rig.login(lifetime=100)
    rig.advance(90.0)
    rig.ok("AT+MIPLNOTIFY=0,0,3200,0,5750,3,1,1,0,0,1", "AT+MIPLUPDATE=0,50,0")
    rig.advance(49.0)
    rig.ok("AT+MIPLOPEN?")
    rig.advance(1.0)
    assert rig.ask("AT+MIPLOPEN?") == ["+CIS ERROR:602"]


@pytest.mark.parametrize(
    ("lifetime", "lead"),
    [(3600, 186), (373, 186), (372, 124), (187, 124), (186, 62), (100, 64), (15, 14)],
)
def test_a_cis_module_warns_before_the_end_then_leaves_with_9_and_15(
    cis_rig: Rig, lifetime: int, lead: int
) -> None:
    rig = cis_rig
    rig.login(lifetime=lifetime)
    exact = lead if lifetime > 186 else lifetime * (1 - lifetime / 279)
    rig.advance(lifetime - exact - 0.01)
    assert events(rig) == []
    rig.advance(0.02)
    assert events(rig) == [f"14,{lead}"]
    rig.advance(exact / 2)
    assert events(rig) == [f"14,{int(exact / 2)}"]
    rig.advance(exact / 2 - 0.02)
    assert all(each.startswith("14,") for each in events(rig))
    rig.sent.clear()
    rig.advance(0.02)
    assert events(rig) == ["9", "15"]
    assert [packet.code for packet in rig.sent] == [wire.DELETE]
    rig.advance(200.0)
    assert len(rig.sent) == 1
    assert rig.ask("AT+MIPLOPEN=0,100")[0] == "OK"


def test_an_update_takes_the_warnings_back(cis_rig: Rig) -> None:
    cis_rig.login(lifetime=1000)
    cis_rig.advance(500.0)
    cis_rig.ok("AT+MIPLUPDATE=0,1000,0")
    cis_rig.advance(1000 - 186 - 1.0)
    assert events(cis_rig) == []


@pytest.mark.parametrize(
    ("name", "code", "expected"),
    [
        ("onemo", wire.NOT_FOUND, "31"),
        ("onemo", wire.BAD_REQUEST, ""),
        ("m5310a", wire.FORBIDDEN, "12 31"),
        ("m5310a", wire.BAD_REQUEST, "12"),
        ("m5310", wire.NOT_FOUND, "12"),
    ],
)
def test_a_refused_update_is_told_as_the_family_does(name: str, code: int, expected: str) -> None:
    rig = Rig(name)
    rig.login(observe="")
    rig.platform.codes["update"] = code
    rig.feed(b"AT+MIPLUPDATE=0,3000,0\r")
    assert events(rig) == expected.split()


def test_a_cis_module_logs_in_again_by_itself_after_a_failed_update(cis_rig: Rig) -> None:
    number = cis_rig.login()
    cis_rig.platform.codes["update"] = wire.NOT_FOUND
    cis_rig.ok("AT+MIPLUPDATE=0,3000,0")
    cis_rig.advance(2.0)
    assert events(cis_rig) == ["4", "6"]
    assert cis_rig.ask(f"AT+MIPLNOTIFY=0,{number},3200,0,5750,3,1,1,0,0") == ["OK", f"+MIPLEVENT:0,25,{number}"]


def test_close_prints_event_15_when_the_platform_has_confirmed(onemo_rig: Rig) -> None:
    rig = onemo_rig
    rig.login()
    rig.platform.silent = True
    assert rig.ask("AT+MIPLCLOSE=0") == ["OK"]
    assert rig.ask("AT+MIPLCLOSE=0") == ["+CIS ERROR:602"]
    rig.deliver(Packet(ACK, wire.DELETED, rig.sent[-1].message_id, rig.sent[-1].token))
    assert events(rig) == ["15"]


def test_a_close_that_nobody_confirms_is_told_by_no_event(onemo_rig: Rig) -> None:
    onemo_rig.login()
    onemo_rig.platform.silent = True
    onemo_rig.ok("AT+MIPLCLOSE=0")
    onemo_rig.advance(200.0)
    assert onemo_rig.lines() == []
    onemo_rig.platform.silent = False
    assert onemo_rig.ask("AT+MIPLOPEN=0,3000") == ["OK", "+MIPLEVENT:0,6"]


def test_close_forgets_the_declared_resources_and_keeps_the_objects(onemo_rig: Rig) -> None:
    rig = onemo_rig
    rig.create()
    rig.ok('AT+MIPLDISCOVERRSP=0,3200,1,4,"5750"', "AT+MIPLOPEN=0,3000", "AT+MIPLCLOSE=0", "AT+MIPLOPEN=0,3000")
    rig.request(wire.GET, "/3200", options=((wire.ACCEPT, b"\x28"),))
    assert rig.sent[-1].payload == b"</3200>,</3200/0>"


def test_a_cis_module_prints_15_at_once_and_sends_one_delete(cis_rig: Rig) -> None:
    cis_rig.login()
    cis_rig.platform.silent = True
    assert cis_rig.ask("AT+MIPLCLOSE=0") == ["OK", "+MIPLEVENT:0,15"]
    cis_rig.advance(200.0)
    assert [packet.code for packet in cis_rig.sent] == [wire.DELETE]


def test_a_cis_module_can_be_closed_in_the_middle_of_a_login(cis_rig: Rig) -> None:
    cis_rig.platform.silent = True
    cis_rig.create()
    _open(cis_rig)
    events(cis_rig)
    assert cis_rig.ask("AT+MIPLCLOSE=0") == ["OK", "+MIPLEVENT:0,15"]
    cis_rig.advance(200.0)
    assert len(cis_rig.sent) == 1


def test_delete_while_logged_in_closes_silently_in_family_o(onemo_rig: Rig) -> None:
    onemo_rig.login()
    assert onemo_rig.ask("AT+MIPLDELETE=0") == ["OK"]
    onemo_rig.advance(4000.0)
    assert onemo_rig.sent == []
    assert onemo_rig.lines() == []


def test_delete_while_logged_in_deregisters_and_prints_15_before_the_ok_in_family_c(cis_rig: Rig) -> None:
    cis_rig.login()
    before = len(cis_rig.writes)
    assert cis_rig.ask("AT+MIPLDELETE=0") == ["+MIPLEVENT:0,15", "OK"]
    assert [octets for _, octets in cis_rig.writes[before:]] == [b"\r\n+MIPLEVENT:0,15\r\n", b"\r\nOK\r\n"]
    assert [packet.code for packet in cis_rig.sent] == [wire.DELETE]
    cis_rig.ok(DIRECT_CREATE)


def test_open_read_tells_whether_the_module_is_logged_in(onemo_rig: Rig) -> None:
    assert onemo_rig.ask("AT+MIPLOPEN?") == ["+CIS ERROR:653"]
    onemo_rig.create()
    assert onemo_rig.ask("AT+MIPLOPEN?") == ["+CIS ERROR:602"]
    _open(onemo_rig)
    onemo_rig.text()
    assert onemo_rig.ask("AT+MIPLOPEN?") == ["OK", "+MIPLEVENT:0,6"]


@pytest.mark.parametrize("moment", ["registering", "ready"])
def test_a_second_open_is_refused_and_breaks_nothing(any_rig: Rig, moment: str) -> None:
    rig = any_rig
    rig.create()
    rig.platform.silent = True
    _open(rig)
    register = rig.sent[-1]
    if moment == "registering":
        assert rig.ask("AT+MIPLOPEN=0,3000")[-1] == "+CIS ERROR:602"
    rig.deliver(Packet(ACK, wire.CREATED, register.message_id, register.token))
    assert events(rig)[-1] == "6"
    assert rig.ask("AT+MIPLOPEN=0,3000") == ["+CIS ERROR:602"]
    rig.platform.silent = False
    assert rig.ask("AT+MIPLUPDATE=0,3000,0") == ["OK", "+MIPLEVENT:0,11"]


def test_open_without_a_network_is_refused(any_rig: Rig) -> None:
    any_rig.create()
    any_rig.ok("AT+CFUN=0")
    assert any_rig.ask("AT+MIPLOPEN=0,3000") == ["+CIS ERROR:100"]
    any_rig.ok("AT+CFUN=1", "AT+MIPLOPEN=0,3000")
