"""The platform against libcoap's client and server, over real UDP: two more opinions on what CoAP is."""

from __future__ import annotations

import asyncio
import re
import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from onenet_sim.lwm2m import Path
from onenet_sim.onenet import ResourceWrite
from tests.marks import NEEDS_LIBCOAP
from tests.onenet.real_wire import play_on_udp

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path as File

    from tests.onenet.real_wire import RealWire

IMEI = "866971030000001"
QUERY = f"?ep=urn:imei:{IMEI}&lt=300"
REGISTRATION = ("-m", "post", "-t", "40", "-e", "</3200/0>")
QUIET = {"auto_subscribe": False, "auto_discover": False}

pytestmark = NEEDS_LIBCOAP


async def coap(uri: str, *options: str) -> str:
    """Run coap-client; return the type, code and options of the last answer, as ``ACK 2.04 [ ]``."""
    process = await asyncio.create_subprocess_exec(
        *("coap-client-notls", "-v", "6", "-B", "10", "-U", *options, uri),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    answers = re.findall(r"v:1 t:(\w+) c:([2-5]\.\d\d) i:\w+ \{\w*\} (\[.*?\])", said.decode())
    assert answers, said.decode()
    return " ".join(answers[-1])


@pytest.mark.parametrize("size", [16, 64, 1024])
def test_libcoap_registers_in_blocks(size: int, tmp_path: File) -> None:
    links = tmp_path / "links"
    links.write_text(",".join(f"</3200/{number}>" for number in range(300)))

    async def scene(wire: RealWire) -> None:
        uri = f"coap://127.0.0.1:{wire.access}/rd{QUERY}"
        answer = await coap(uri, "-m", "post", "-t", "40", "-b", str(size), "-f", str(links))
        location = f"Location-Path:rd, Location-Path:{IMEI}, Block1:{(links.stat().st_size - 1) // size}/_/{size}"
        assert answer == f"ACK 2.01 [ {location} ]"
        assert len(wire.platform.device(IMEI).resources) == 300

    play_on_udp(scene, **QUIET)


@pytest.mark.parametrize(
    ("path", "options", "answer"),
    [
        (
            "/rd" + QUERY,
            (*REGISTRATION, "-O", "65000,0x01"),
            f"ACK 2.01 [ Location-Path:rd, Location-Path:{IMEI} ]",
        ),
        ("/rd" + QUERY, (*REGISTRATION, "-N"), f"NON 2.01 [ Location-Path:rd, Location-Path:{IMEI} ]"),
        ("/rd" + QUERY, (*REGISTRATION, "-O", "65001,0x01"), "ACK 4.02 [ ]"),
        ("/rd" + QUERY, (*REGISTRATION, "-O", "1,0x01"), "ACK 4.02 [ ]"),
        ("/rd" + QUERY, (*REGISTRATION, "-O", "35,coap://elsewhere"), "ACK 5.05 [ ]"),
        ("/rd", ("-m", "get"), "ACK 4.05 [ ]"),
        ("/rd", ("-m", "post"), "ACK 4.00 [ ]"),
        (f"/rd/{IMEI}", ("-m", "patch"), "ACK 4.05 [ ]"),
        (f"/rd/{IMEI}", ("-m", "delete"), "ACK 4.04 [ ]"),
        ("/nowhere", ("-m", "get"), "ACK 4.04 [ ]"),
    ],
    ids=[
        "an option that may be unknown",
        "without confirmation",
        "an option that must be known",
        "If-Match",
        "Proxy-Uri",
        "a wrong method",
        "no name",
        "an unknown method",
        "no registration",
        "a wrong path",
    ],
)
def test_libcoap_is_answered_as_rfc_7252_has_it(path: str, options: tuple[str, ...], answer: str) -> None:
    async def scene(wire: RealWire) -> None:
        assert await coap(f"coap://127.0.0.1:{wire.access}{path}", *options) == answer

    play_on_udp(scene, **QUIET)


def test_libcoap_updates_and_ends_what_it_registered() -> None:
    async def scene(wire: RealWire) -> None:
        rd = f"coap://127.0.0.1:{wire.access}/rd"
        await coap(rd + QUERY, *REGISTRATION)
        assert await coap(f"{rd}/{IMEI}?lt=900", "-m", "post") == "ACK 2.04 [ ]"
        registration = wire.platform.device(IMEI).registration
        assert registration is not None
        assert registration.lifetime == 900
        assert await coap(f"{rd}/{IMEI}", "-m", "delete") == "ACK 2.02 [ ]"
        assert not wire.platform.device(IMEI).online

    play_on_udp(scene, **QUIET)


@asynccontextmanager
async def _server(port: int) -> AsyncIterator[None]:
    """Run coap-server on a port; its resources are what is put there."""
    process = await asyncio.create_subprocess_exec(
        *("coap-server-notls", "-d", "10", "-A", "127.0.0.1", "-p", str(port)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.kill()
        await process.wait()


def test_libcoaps_server_takes_and_gives_long_values_and_reports_them() -> None:
    async def scene(wire: RealWire) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        rd = f"coap://127.0.0.1:{wire.access}/rd{QUERY}"
        await coap(rd, *REGISTRATION, "-p", str(port))
        async with _server(port):
            await coap(f"coap://127.0.0.1:{port}/3200/0", "-m", "put", "-e", "x")
            platform, text, later = wire.platform, "0123456789" * 200, "abcde" * 400
            await platform.write(IMEI, Path(3200, 0), [ResourceWrite(5750, text)], 1)
            (reading,) = await platform.read(IMEI, Path(3200, 0))
            assert reading.value == text
            await platform.observe(IMEI, Path(3200, 0))
            await platform.write(IMEI, Path(3200, 0), [ResourceWrite(5750, later)], 1)
            await wire.journal_has(lambda event: f"3200_0_5750 = '{later[:9]}" in str(event.what))
            assert wire.newest(IMEI, "3200_0_5750") == later

    play_on_udp(scene, **QUIET)
