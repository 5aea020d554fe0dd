"""The platform against the example client of Eclipse Wakaama, over real UDP.

It knows 11542 but not 1542, cuts what a message carries to 128 octets, answers the discover of its object 2 with
5.01, and has an object of its own, 31024, whose instances come and go. World time runs at four times the clock's.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from onenet_sim.lwm2m import Attributes, Path
from onenet_sim.onenet import CommandFailed, ResourceWrite
from tests.marks import NEEDS_WAKAAMA, WAKAAMA
from tests.onenet.real_wire import play_on_udp

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.onenet.real_wire import RealWire

IMEI = "866971030000001"
INSTANCE = Path(31024, 10)
BATTERY = Path(3, 0, 9)

pytestmark = NEEDS_WAKAAMA


class Wakaama:
    """The client in its process; orders are lines of its own prompt."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    def does(self, order: str) -> None:
        """Give an order. What it reads at once it takes for one: the order before must have been carried out."""
        assert self._process.stdin is not None
        self._process.stdin.write(order.encode() + b"\n")

    async def prints(self, text: str) -> None:
        """Wait until it prints a text."""
        assert self._process.stdout is not None
        await self._process.stdout.readuntil(text.encode())

    async def ends(self) -> int:
        """Wait until the process has ended; return its code."""
        return await self._process.wait()


@asynccontextmanager
async def _client(port: int, *options: str) -> AsyncIterator[Wakaama]:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *("stdbuf", "-o0", str(WAKAAMA / "client")),
        *("-4", "-l", "0", "-n", f"urn:imei:{IMEI}", "-t", "300", "-h", "127.0.0.1", "-p", str(port), *options),
        stdin=pipe,
        stdout=pipe,
        stderr=asyncio.subprocess.DEVNULL,
        limit=1 << 20,
    )
    try:
        yield Wakaama(process)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _told(wire: RealWire, text: str) -> None:
    await wire.journal_has(lambda event: text in str(event.what))


async def _logged_in(wire: RealWire) -> None:
    """Wait until the requests after a login have come to their end."""
    await _told(wire, "the device answered discover /2 with 5.01")


def test_it_registers_and_lives_through_every_operation_to_its_end() -> None:
    async def scene(wire: RealWire) -> None:
        async with _client(wire.access) as client:
            await _logged_in(wire)
            await _is_read_and_reports(wire, client)
            await _is_written_and_executed(wire, client)
            client.does("quit")
            await _told(wire, "offline: it deregistered")
            assert await client.ends() == 0

    play_on_udp(scene)


async def _is_read_and_reports(wire: RealWire, client: Wakaama) -> None:
    platform = wire.platform
    record = platform.device(IMEI)
    assert record.subscribed
    listed = [*(f"/{each}/0" for each in range(1, 8)), "/31024/10", "/31024/11", "/31024/12"]
    assert [str(path) for path in record.resources] == listed
    device = {
        (each.path.resource_id, each.resource_instance): each.value
        for each in await platform.read(IMEI, Path(3, 0))
    }
    assert device[0, None] == "Open Mobile Alliance"
    assert [device[7, 0], device[7, 1]] == [3800, 5000]
    await platform.observe(IMEI, BATTERY, attributes=Attributes(pmin=1, pmax=60))
    client.does("change /3/0/9 44")
    await _told(wire, "3_0_9 = 44")
    await platform.observe(IMEI, BATTERY, cancel=True)
    found = await platform.discover(IMEI, Path(31024))
    assert found == {Path(31024, each): (1, 2, 3) for each in (10, 11, 12)}


async def _is_written_and_executed(wire: RealWire, client: Wakaama) -> None:
    platform = wire.platform
    for mode, value in ((1, 123), (2, 124)):
        await platform.write(IMEI, INSTANCE, [ResourceWrite(1, value)], 1 if mode == 1 else 2)
        (reading,) = await platform.read(IMEI, INSTANCE.child(1))
        assert reading.value == (value,)
    with pytest.raises(CommandFailed, match=r"4\.00"):
        await platform.write(IMEI, INSTANCE, [ResourceWrite(1, 256)], 2)
    await platform.execute(IMEI, INSTANCE.child(2), "hello")
    await client.prints("Execute on 31024/10/2\r\n Parameter (5 bytes)")
    assert await platform.create(IMEI, Path(31024, 15), [ResourceWrite(1, 9)]) == Path(31024, 15)
    await _told(wire, "31024_15_1 = [9]")  # its update lists the new instance, which is then observed
    await platform.delete(IMEI, Path(31024, 15))
    before = wire.platform.journal.events()[-1].id  # it has updated already, to list the new instance
    client.does("update 123")
    await wire.journal_has(lambda event: event.id > before and "updated: lifetime 300 s" in str(event.what))


def test_it_understands_what_is_written_in_json() -> None:
    async def scene(wire: RealWire) -> None:
        async with _client(wire.access):
            await _logged_in(wire)
            registration = wire.platform.device(IMEI).registration
            assert registration is not None
            registration.accept = 11543
            await wire.platform.write(IMEI, INSTANCE, [ResourceWrite(1, 99), ResourceWrite(3, 1.5)], 2)
            assert [each.value for each in await wire.platform.read(IMEI, INSTANCE)] == [(57, 57), (49, 46, 53)]
            await wire.journal_has(lambda event: '{"bn":"/31024/10/","e":[{"n":"1","v":99}' in str(event.what))

    play_on_udp(scene, auto_subscribe=False)


def test_it_bootstraps_in_the_format_that_it_knows_and_then_registers() -> None:
    async def scene(wire: RealWire) -> None:
        async with _client(wire.bootstrap, "-b") as client:
            await client.prints("STATE_BOOTSTRAPPING")
            client.does("bootstrap")  # at once, and not after its hold-off time
            await _told(wire, "the device does not take content format 1542; it is asked with 11542")
            await _logged_in(wire)
            registration = wire.platform.device(IMEI).registration
            assert registration is not None
            assert registration.lifetime == 600

    play_on_udp(scene, bootstraps_server=True, default_lifetime=600)


def test_it_gets_a_long_value_anew_in_blocks_of_the_size_to_which_it_cut_the_first() -> None:
    async def scene(wire: RealWire) -> None:
        async with _client(wire.access):
            await _logged_in(wire)
            package_uri = [ResourceWrite(1, "coap://127.0.0.1/" + "x" * 1500)]
            await wire.platform.write(IMEI, Path(5, 0), package_uri, 2)

    play_on_udp(scene, auto_subscribe=False)
