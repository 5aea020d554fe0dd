"""DTLS-PSK to the platform from a client that is not ours: OpenSSL."""

from __future__ import annotations

import select
import shutil
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from onenet_sim import World
from onenet_sim.journal import Explanation, SecurityChanged

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest.importorskip("mbedtls", reason="python-mbedtls has wheels for Python 3.11 and 3.12 only")

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
def openssl(
    server: str | None, suite: str, *, identity: str = IMEI, key: str = KEY
) -> Iterator[subprocess.Popen[bytes]]:
    """Start OpenSSL's client with a key; what is written to it goes out as application data."""
    assert server is not None
    assert shutil.which("openssl"), "this test needs the openssl command: apt-get install openssl"
    command = ["openssl", "s_client", "-quiet", "-dtls1_2", "-connect", server, "-cipher", suite]
    command += ["-psk_identity", identity, "-psk", key.encode().hex()]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, bufsize=0, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT) as client:
        try:
            yield client
        finally:
            client.kill()


def _say(client: subprocess.Popen[bytes], octets: bytes, wanted: bytes) -> bytes:
    """Send octets and return all that OpenSSL prints until ``wanted`` is among it, or it ends."""
    assert client.stdin is not None
    assert client.stdout is not None
    client.stdin.write(octets)
    said = b""
    while wanted not in said and select.select([client.stdout], [], [], SECONDS)[0]:
        piece = client.stdout.read(4096)
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
        with openssl(world.coap[f"{machine}_dtls"], suite) as client:
            assert CREATED in _say(client, REGISTRATION, CREATED)
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
        with openssl(server, "PSK-AES128-CCM8", identity=identity, key=key) as client:
            assert alert in _say(client, REGISTRATION, alert)
        explained = next(event.what.what for event in world.journal if isinstance(event.what, Explanation))
        assert explained.startswith(f"bootstrap server, DTLS of identity '{identity}': {why}")


def test_openssl_with_another_suite_finds_none_in_common() -> None:
    with World() as world:
        world.onenet.create_device(IMEI, IMSI, psk=KEY)
        with openssl(world.coap["bootstrap_dtls"], "PSK-AES256-CBC-SHA384") as client:
            assert b"alert number 40" in _say(client, REGISTRATION, b"alert number 40")
