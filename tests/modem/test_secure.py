"""DTLS as the module sees it: when it asks for a handshake, what waits for one, what a failure becomes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from onenet_sim.modem import Handshake, Peer, load_profile
from onenet_sim.modem.register_code import Layout, RegisterCode, encode_register_code
from tests.modem import wire
from tests.modem.conftest import ACCESS, IMEI, Platform, Rig

if TYPE_CHECKING:
    from tests.modem.wire import Packet

SERVER = Peer("183.230.40.40", 5684)
BOOTSTRAP = Peer("183.230.40.39", 5684)
CBC, CCM_8 = ("TLS_PSK_WITH_AES_128_CBC_SHA256",), ("TLS_PSK_WITH_AES_128_CCM_8",)
NOTIFY = 'AT+MIPLNOTIFY=0,0,3200,0,5750,1,4,"abcd",0,0'

# Resources 0, 1, 2, 3 and 5 of a security instance; C8 and C1: resource, id of 8 bits, length behind it or 1.
SECURITY = (
    b"\xc8\x00\x1acoaps://183.230.40.40:5684\xc1\x01\x00\xc1\x02\x00\xc8\x03\x0f"
    + IMEI.encode()
    + b"\xc8\x05\x10cPYxj0cTs9qMVL72"
)


class SecureRig(Rig):
    """A module whose network makes no handshake until the test says how it ends."""

    def handshakes(self) -> list[Handshake]:
        return self.modem.handshakes_to_make()

    def end(self, peer: Peer = SERVER, why: str = "") -> None:
        self.modem.handshake_ended(peer, why, self.now)
        self._pump()

    def secure_login(self) -> None:
        """Log in to the access machine through DTLS, object 3200 observed."""
        self.ok('AT+MIPLCREATEEX="183.230.40.40:5684",0,,"1234abcd"', 'AT+MIPLADDOBJ=0,3200,1,"1",0,1')
        self.ok("AT+MIPLOPEN=0,3000,30")
        self.handshakes()
        self.end()
        self.observe("/3200/0")
        self.text()
        self.sent.clear()


class SecurePlatform(Platform):
    """A bootstrap server that hands out a key."""

    def _bootstrap(self, code: int, path: str, token: bytes, payload: bytes = b"") -> Packet:
        return super()._bootstrap(code, path, token, SECURITY if payload else b"")


@pytest.fixture
def secure() -> SecureRig:
    """A module of the default profile that is logged in through DTLS."""
    rig = SecureRig()
    rig.secure_login()
    return rig


@pytest.mark.parametrize(
    ("arguments", "identity", "key"),
    [
        (',"1234abcd"', IMEI, b"1234abcd"),
        (",1234abcd,,0", IMEI, b"1234abcd"),
        (',"1234abcd","somebody"', "somebody", b"1234abcd"),
        (',"1234abCD","",1', IMEI, b"\x12\x34\xab\xcd"),
    ],
)
def test_open_asks_for_a_handshake_and_says_nothing_before_it_is_done(
    arguments: str, identity: str, key: bytes
) -> None:
    rig = SecureRig()
    rig.ok(f'AT+MIPLCREATEEX="183.230.40.40:5684",0,{arguments}', 'AT+MIPLADDOBJ=0,3200,1,"1",0,1')
    rig.ok("AT+MIPLOPEN=0,3000,30")
    (asked,) = rig.handshakes()
    assert (asked.peer, asked.identity, asked.key, asked.suites) == (SERVER, identity, key, CBC)
    assert rig.sent == []
    rig.end()
    assert rig.lines() == ["+MIPLEVENT: 0,6"]
    assert [(packet.code, packet.path) for packet in rig.sent] == [(wire.POST, "/rd")]


def test_datagrams_for_the_secured_server_are_marked_as_sealed(secure: SecureRig) -> None:
    secure.modem.receive_serial(NOTIFY.encode() + b"\r\n", secure.now)
    assert [(datagram.peer, datagram.sealed) for datagram in secure.modem.datagrams_to_send()] == [(SERVER, True)]


@pytest.mark.parametrize(
    ("host", "flag", "peer", "event"),
    [("183.230.40.39:5684", 1, BOOTSTRAP, 3), ("183.230.40.40:5684", 0, SERVER, 7)],
)
def test_a_failed_handshake_is_event_3_of_a_bootstrap_and_7_of_a_registration(
    host: str, flag: int, peer: Peer, event: int
) -> None:
    rig = SecureRig()
    rig.ok(f'AT+MIPLCREATEEX="{host}",{flag},,"1234abcd"', "AT+MIPLOPEN=0,3000,30")
    rig.end(peer, "the keys differ")
    assert rig.lines() == [f"+MIPLEVENT: 0,{event}"]
    assert rig.why == "the keys differ"
    assert rig.sent == []
    rig.ok("AT+MIPLOPEN=0,3000,30")


def test_a_handshake_that_does_not_end_fails_at_the_time_out_of_open() -> None:
    rig = SecureRig()
    rig.ok('AT+MIPLCREATEEX="183.230.40.39:5684",1,,"1234abcd"', "AT+MIPLOPEN=0,3000,30")
    rig.advance(29.9)
    assert rig.lines() == []
    rig.advance(0.1)
    assert rig.lines() == ["+MIPLEVENT: 0,3"]
    rig.end(BOOTSTRAP)
    assert rig.sent == []


def test_a_module_of_family_c_says_that_it_could_not_connect() -> None:
    rig = SecureRig("bc95")
    rig.ok("AT+MIPLCONFIG=0,183.230.40.40,5684", "AT+MIPLCONFIG=5,1,12345678", "AT+MIPLCREATE")
    rig.ok('AT+MIPLADDOBJ=0,3200,1,"1",0,1', "AT+MIPLOPEN=0,3000,30")
    (asked,) = rig.handshakes()
    assert (asked.peer, asked.identity, asked.key, asked.suites) == (SERVER, IMEI, b"12345678", CCM_8)
    rig.end(SERVER, "the keys differ")
    assert rig.lines() == ["+MIPLEVENT: 0,5"]


def test_a_register_code_of_layout_c_asks_for_dtls() -> None:
    rig = SecureRig("bc95")
    code = encode_register_code(
        RegisterCode("183.230.40.40:5684", Layout.C, dtls=True, user_data="AuthCode:;PSK:12345678;")
    )
    rig.ok(f"AT+MIPLCREATE={len(code)},{code.hex()},0,{len(code)},0")
    rig.ok('AT+MIPLADDOBJ=0,3200,1,"1",0,1', "AT+MIPLOPEN=0,3000,30")
    (asked,) = rig.handshakes()
    assert (asked.peer, asked.key) == (SERVER, b"12345678")


def test_the_key_that_a_bootstrap_hands_out_serves_the_registration() -> None:
    rig = SecureRig()
    rig.ok('AT+MIPLCREATEEX="183.230.40.39:5684",1,,"1234abcd"', 'AT+MIPLADDOBJ=0,3200,1,"1",0,1')
    rig.platform = SecurePlatform()
    rig.ok("AT+MIPLOPEN=0,3000,30")
    rig.handshakes()
    rig.end(BOOTSTRAP)
    assert rig.lines() == ["+MIPLEVENT: 0,2"]
    (asked,) = rig.handshakes()
    assert (asked.peer, asked.identity, asked.key) == (SERVER, IMEI, b"cPYxj0cTs9qMVL72")
    assert rig.ask("AT+MIPLDEVINFO?")[0] == '+MIPLDEVINFO:"183.230.40.40:5684",0,,"cPYxj0cTs9qMVL72"'
    rig.end()
    assert rig.lines() == ["+MIPLEVENT: 0,6"]


# --- after a pause ------------------------------------------------------------------------------------


def test_after_120_seconds_without_traffic_an_uplink_waits_for_a_new_handshake(secure: SecureRig) -> None:
    secure.advance(119)
    secure.ok(NOTIFY)
    assert len(secure.sent) == 1
    secure.advance(120)
    assert secure.ask(NOTIFY) == ["OK", "+MIPLEVENT:0,32"]
    assert secure.ask(NOTIFY) == ["OK"]
    assert len(secure.sent) == 1
    (asked,) = secure.handshakes()
    assert asked.peer == SERVER
    secure.end()
    assert len(secure.sent) == 3


def test_what_comes_down_counts_as_traffic(secure: SecureRig) -> None:
    secure.advance(119)
    secure.modem.receive_datagram(b"\x60\x00\x00\x01", SERVER, secure.now, sealed=True)
    secure.advance(119)
    secure.ok(NOTIFY)
    assert len(secure.sent) == 1


@pytest.mark.parametrize(("seconds", "pause", "ages"), [(0, 86_400, False), (60, 59, False), (60, 60, True)])
def test_dtlsnat_says_after_which_pause(secure: SecureRig, seconds: int, pause: int, *, ages: bool) -> None:
    secure.ok(f"AT+MIPLDTLSNAT=0,{seconds}", "AT+MIPLUPDATE=0,0,0")
    secure.text()
    secure.advance(pause)
    assert ("+MIPLEVENT:0,32" in secure.ask(NOTIFY)) is ages


def test_ten_messages_wait_for_a_handshake_and_the_next_command_is_refused(secure: SecureRig) -> None:
    secure.advance(120)
    for _ in range(10):
        assert "OK" in secure.ask(NOTIFY)
    for line in (NOTIFY, "AT+MIPLUPDATE=0,3000,0"):
        assert secure.ask(line) == ["+CIS ERROR:652"]
        assert "wait for the DTLS handshake" in secure.why
    secure.end()
    assert len(secure.sent) == 10
    secure.ok(NOTIFY)


def test_no_more_than_2048_octets_wait_for_a_handshake(secure: SecureRig) -> None:
    secure.advance(120)
    long = f'AT+MIPLNOTIFY=0,0,3200,0,5750,1,900,"{"x" * 900}",0,0'
    for _ in range(3):
        assert "OK" in secure.ask(long)
    assert secure.why == "a message is lost: no more than 10 messages and 2048 octets wait for a DTLS handshake"
    secure.end()
    assert len(secure.sent) == 2


def test_a_retransmission_is_not_kept_twice(secure: SecureRig) -> None:
    secure.advance(120)
    secure.ask(NOTIFY + ",147")
    secure.advance(5)
    secure.end()
    assert len(secure.sent) == 1


def test_close_forgets_what_waits_and_still_de_registers(secure: SecureRig) -> None:
    secure.advance(120)
    secure.ask(NOTIFY)
    secure.ok("AT+MIPLCLOSE=0")
    secure.end()
    assert [packet.code for packet in secure.sent] == [wire.DELETE]
    assert secure.lines() == ["+MIPLEVENT: 0,15"]


def test_after_a_failed_handshake_the_next_uplink_asks_for_another(secure: SecureRig) -> None:
    secure.advance(120)
    secure.ask(NOTIFY)
    assert len(secure.handshakes()) == 1
    secure.end(SERVER, "no answer")
    assert secure.why == "no answer; 1 messages that waited for it are lost"
    assert secure.ask(NOTIFY) == ["OK"]
    assert len(secure.handshakes()) == 1


def test_a_handshake_without_coverage_fails_at_once(secure: SecureRig) -> None:
    secure.advance(120)
    secure.ask(NOTIFY)
    secure.modem.receive(replace(secure.modem.reception, coverage=False), secure.now)
    assert secure.handshakes() == []
    assert "there is no coverage" in secure.why


def test_a_module_that_was_deleted_hears_nothing_through_its_old_association(secure: SecureRig) -> None:
    secure.ok("AT+MIPLDELETE=0")
    secure.modem.receive_datagram(b"\x40\x01\x00\x01", SERVER, secure.now, sealed=True)
    secure._pump()
    assert secure.sent == []
    assert str(list(secure.journal)[-1].what).endswith("no DTLS association with 183.230.40.40:5684 any more")


# --- where there is none ------------------------------------------------------------------------------


def test_without_the_extra_createex_is_refused_and_the_journal_names_it() -> None:
    rig = Rig()
    rig.modem._why_no_dtls = "DTLS needs python-mbedtls: pip install 'onenet-simulator[dtls]'"
    rig.modem.reset(rig.now)
    rig.advance(5)
    rig.text()
    assert rig.ask('AT+MIPLCREATEEX="183.230.40.39:5684",1,,"1234abcd"') == ["+CIS ERROR:651"]
    assert "pip install 'onenet-simulator[dtls]'" in rig.why


@pytest.mark.parametrize(
    ("arguments", "number", "why"),
    [
        ('"183.230.40.39:5684",1', 651, "needs a PSK"),
        ('"183.230.40.39:5683",1,,"1234abcd"', 651, "port 5683 is plain CoAP; a PSK goes with port 5684"),
        ('"183.230.40.39:5684",1,,"1234abcg",,1', 601, "no pairs of hex digits"),
    ],
)
def test_createex_refuses_a_key_that_cannot_be(onemo_rig: Rig, arguments: str, number: int, why: str) -> None:
    assert onemo_rig.ask(f"AT+MIPLCREATEEX={arguments}") == [f"+CIS ERROR:{number}"]
    assert why in onemo_rig.why


def test_a_module_without_suites_has_no_dtls() -> None:
    profile = load_profile("bc95")
    rig = Rig(replace(profile, mipl=replace(profile.mipl, dtls_suites=())))
    rig.ok("AT+MIPLCONFIG=5,0")
    assert "ERROR" in rig.ask("AT+MIPLCONFIG=5,1,12345678")[0]
    assert rig.why == "this module has no DTLS: use port 5683 and no PSK"


def test_plain_coap_asks_for_no_handshake() -> None:
    rig = SecureRig()
    rig.login()
    assert rig.handshakes() == []
    assert {peer for _, _, peer in rig.datagrams} == {ACCESS}
