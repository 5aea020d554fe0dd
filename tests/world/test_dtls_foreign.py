"""DTLS-PSK with an other end that is not ours: OpenSSL's client and server, libcoap's clients, Wakaama's."""

from __future__ import annotations

import select
import shutil
import subprocess
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

import pytest

from onenet_sim import World
from onenet_sim.journal import Explanation, SecurityChanged
from onenet_sim.network import Address, Destination, Role
from tests.marks import NEEDS_DTLS, NEEDS_LIBCOAP, NEEDS_WAKAAMA, WAKAAMA

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path as File

pytestmark = NEEDS_DTLS

IMEI, IMSI, KEY = "869975033574370", "460041234567890", "1234abcd"
SECONDS = 10.0

# CON POST, message id 0x1234, token AABBCCDD; 11: rd, 12: 40, 15: ep=IMEI;IMSI and lt=3000; </3200/0>
REGISTRATION = (
    bytes.fromhex("44021234AABBCCDDB2726411283D15")
    + f"ep={IMEI};{IMSI}".encode()
    + b"\x07lt=3000"
    + b"\xff</3200/0>"
)
CREATED = bytes.fromhex("64411234AABBCCDD8272640D02") + IMEI.encode()
"""ACK, 2.01, the same id and token; Location-Path rd and the IMEI."""


@contextmanager
def _running(*command: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run OpenSSL; what is written to it goes out as application data."""
    assert shutil.which("openssl"), "this test needs the openssl command: apt-get install openssl"
    pipe = subprocess.PIPE
    with subprocess.Popen(
        ["openssl", *command], bufsize=0, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def client(
    server: str | None, suite: str, *, identity: str = IMEI, key: str = KEY
) -> AbstractContextManager[subprocess.Popen[bytes]]:
    """Run OpenSSL's client with a key."""
    secret = ("-psk_identity", identity, "-psk", key.encode().hex())
    return _running("s_client", "-quiet", "-dtls1_2", "-connect", str(server), "-cipher", suite, *secret)


def _say(process: subprocess.Popen[bytes], octets: bytes, wanted: bytes) -> bytes:
    """Send octets and return all that OpenSSL prints until ``wanted`` is among it, or it ends."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(octets)
    said = b""
    while wanted not in said and select.select([process.stdout], [], [], SECONDS)[0]:
        piece = process.stdout.read(4096)
        if not piece:
            break
        said += piece
    return said


@pytest.mark.parametrize(
    ("suite", "name"),
    [
        ("PSK-AES128-CCM8", "TLS_PSK_WITH_AES_128_CCM_8"),
        ("PSK-AES128-CBC-SHA256", "TLS_PSK_WITH_AES_128_CBC_SHA256"),
    ],
)
@pytest.mark.parametrize("machine", ["bootstrap", "access"])
def test_openssl_registers_through_dtls(machine: str, suite: str, name: str) -> None:
    with World() as world:
        device = world.onenet.create_device(IMEI, IMSI, psk=KEY)
        device.access_psk = KEY
        with client(world.coap[f"{machine}_dtls"], suite) as process:
            assert CREATED in _say(process, REGISTRATION, CREATED)
        assert world.onenet.online(IMEI)
        made = next(event.what for event in world.journal if isinstance(event.what, SecurityChanged))
        assert (made.end, made.what) == (machine, f"made with {name} for '{IMEI}'")


@pytest.mark.parametrize(
    ("identity", "key", "alert", "why"),
    [
        (IMEI, "1234abce", b"alert number 20", "its key is another one"),
        ("869975033574371", KEY, b"alert number 115", "no device has this identity, which must be an IMEI"),
    ],
)
def test_openssl_with_a_wrong_key_or_identity_gets_an_alert(
    identity: str, key: str, alert: bytes, why: str
) -> None:
    with World() as world:
        world.onenet.create_device(IMEI, IMSI, psk=KEY)
        server = world.coap["bootstrap_dtls"]
        with client(server, "PSK-AES128-CCM8", identity=identity, key=key) as process:
            assert alert in _say(process, REGISTRATION, alert)
        explained = next(event.what.what for event in world.journal if isinstance(event.what, Explanation))
        assert explained.startswith(f"bootstrap server, DTLS of identity '{identity}': {why}")


def test_openssl_with_another_suite_finds_none_in_common() -> None:
    with World() as world:
        world.onenet.create_device(IMEI, IMSI, psk=KEY)
        with client(world.coap["bootstrap_dtls"], "PSK-AES256-CBC-SHA384") as process:
            assert b"alert number 40" in _say(process, REGISTRATION, b"alert number 40")


def test_a_module_registers_with_openssls_server() -> None:
    listening = ("-listen", "-accept", "127.0.0.1:0", "-nocert")
    secret = ("-psk", KEY.encode().hex(), "-cipher", "PSK-AES128-CBC-SHA256")
    with World() as world, _running("s_server", "-dtls1_2", *listening, *secret) as server:
        port = int(_say(server, b"", b"ACCEPT 127.0.0.1:").rpartition(b":")[2])
        access = Destination(Role.ACCESS, dtls=True)
        world.call(lambda simulation: simulation.addresses.serve(access, Address("127.0.0.1", port)))
        for line in (
            f'AT+MIPLCREATEEX="183.230.40.40:5684",0,,"{KEY}"',
            'AT+MIPLADDOBJ=0,3200,1,"1",0,1',
            "AT+MIPLOPEN=0,3000,60",
        ):
            assert world.modem.command(line)[-1] == "OK"
        said = _say(server, b"", b"</3200/0>")
        assert f"ep={world.modem.imei};{world.modem.imsi}".encode() in said
        registration = said[said.index(b"\x44\x02") :]
        _say(server, b"\x64\x41" + registration[2:8] + CREATED[8:], b"")
        world.modem.expect(r"\+MIPLEVENT: 0,6")


@NEEDS_LIBCOAP
@pytest.mark.parametrize("library", ["openssl", "gnutls"])
@pytest.mark.parametrize("machine", ["bootstrap", "access"])
def test_libcoap_registers_in_blocks_through_dtls(machine: str, library: str, tmp_path: File) -> None:
    links = tmp_path / "links"
    links.write_text(",".join(f"</3200/{number}>" for number in range(100)))
    with World(pty=False) as world:
        device = world.onenet.create_device(IMEI, IMSI, psk=KEY)
        device.access_psk = KEY
        uri = f"coaps://{world.coap[f'{machine}_dtls']}/rd?ep={IMEI};{IMSI}&lt=300"
        payload = ("-m", "post", "-t", "40", "-b", "256", "-f", str(links))
        subprocess.run(
            [f"coap-client-{library}", "-B", "10", "-k", KEY, "-u", IMEI, *payload, uri],
            check=True,
            capture_output=True,
            timeout=SECONDS * 2,
        )
        assert world.onenet.online(IMEI)
        assert len(device.resources) == 100


@NEEDS_WAKAAMA
def test_wakaama_bootstraps_registers_and_is_read_through_dtls() -> None:
    with World(pty=False) as world:
        world.onenet.create_device(IMEI, IMSI, psk=KEY)
        host, _, port = str(world.coap["bootstrap_dtls"]).rpartition(":")
        secret = ("-i", IMEI, "-s", KEY.encode().hex())
        command = ("-4", "-l", "0", "-b", "-n", f"urn:imei:{IMEI}", "-h", host, "-p", port, *secret)
        client = [str(WAKAAMA / "client-dtls"), *command]
        with subprocess.Popen(
            client, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as run:
            try:
                assert run.stdin is not None
                run.stdin.write(b"bootstrap\n")
                run.stdin.flush()
                world.expect(kind="device", what="registered", within=SECONDS)
                assert world.onenet.read(IMEI, "/3/0/0")[0].value == "Open Mobile Alliance"
            finally:
                run.kill()
