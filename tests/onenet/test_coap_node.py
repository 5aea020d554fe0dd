"""The platform against coap-node, an LwM2M client of other hands, over real UDP.

It says ``ct=11543``, knows 11542 but not 1542, answers with objects around instances, and listens for requests a
moment after it has registered, so that it misses the first. World time runs at four times the clock's pace.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from contextlib import asynccontextmanager
from pathlib import Path as File
from typing import TYPE_CHECKING, TypeAlias

import pytest

from onenet_sim.journal import PlatformResult
from onenet_sim.lwm2m import Path
from onenet_sim.onenet import ResourceWrite
from tests.onenet.real_wire import play_on_udp

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from onenet_sim.journal import Event
    from onenet_sim.onenet import Device
    from tests.onenet.real_wire import RealWire

IMEI = "866971030000001"
_CLIENTS = File(__file__).parents[1] / "clients"
_Told: TypeAlias = "dict[str, str | float | bool | None]"

pytestmark = pytest.mark.skipif(
    shutil.which("node") is None or not (_CLIENTS / "node_modules" / "coap-node").is_dir(),
    reason="coap-node is not here; with Node.js, `npm ci --prefix tests/clients` gets it",
)


class Thermometer:
    """The client in its process.

    Attributes:
        told: What it told so far.
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.told: list[_Told] = []

    async def does(self, order: str, told: str) -> _Told:
        """Give an order and return what the client tells of that kind."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(order.encode() + b"\n")
        async for line in self._process.stdout:
            news: _Told = json.loads(line)
            assert news["what"] != "error", news
            self.told.append(news)
            if news["what"] == told:
                return news
        raise AssertionError(f"coap-node ended before it told of {told}")


@asynccontextmanager
async def _thermometer() -> AsyncIterator[Thermometer]:
    process = await asyncio.create_subprocess_exec(
        "node",
        str(_CLIENTS / "coap_node.js"),
        IMEI,
        "300",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "npm_lifecycle_event": "test"},  # it then does not ask the machine for its addresses
    )
    try:
        yield Thermometer(process)
    finally:
        process.kill()
        await process.wait()


def _closes_the_chain(event: Event) -> bool:
    result = event.what
    return isinstance(result, PlatformResult) and (result.path, result.outcome) == ("/3/0", "2.05")


async def _logged_in(wire: RealWire) -> Device:
    """Wait until the last request after a login was answered; return the record."""
    await wire.journal_has(_closes_the_chain)
    return wire.platform.device(IMEI)


def test_it_registers_and_lives_through_every_operation_to_its_end() -> None:
    async def scene(wire: RealWire) -> None:
        async with _thermometer() as client:
            await live(wire, client)

    async def live(wire: RealWire, client: Thermometer) -> None:
        platform = wire.platform
        assert (await client.does(f"register {wire.access}", "register"))["status"] == "2.01"
        record = await _logged_in(wire)
        assert record.subscribed
        assert [str(path) for path in record.resources] == ["/3/0", "/4/0", "/3303/0", "/3311/0"]
        assert record.resources[Path(3303, 0)] == (5605, 5700, 5701)
        assert wire.newest(IMEI, "3303_0_5700") == 21.5
        (reading,) = await platform.read(IMEI, Path(3303, 0, 5701))
        assert reading.value == "Cel"
        await platform.write(IMEI, Path(3311, 0), [ResourceWrite(5850, value=True)], 1)
        assert await client.does("light", "light") == {"what": "light", "onOff": True, "dimmer": 10}
        await platform.execute(IMEI, Path(3303, 0, 5605))
        assert await client.does("measure 25.5", "measured")
        assert {"what": "executed"} in client.told
        await wire.journal_has(lambda event: "3303_0_5700 = 25.5" in str(event.what))
        await platform.observe(IMEI, Path(3303, 0), cancel=True)
        assert (await client.does("update 200", "update"))["status"] == "2.04"
        assert record.registration is not None
        assert record.registration.lifetime == 200
        assert (await client.does("deregister", "deregister"))["status"] == "2.02"
        assert not record.online

    play_on_udp(scene)


def test_it_bootstraps_and_then_registers_by_itself() -> None:
    async def scene(wire: RealWire) -> None:
        async with _thermometer() as client:
            assert (await client.does(f"bootstrap {wire.bootstrap}", "bootstrap"))["status"] == "2.04"
            record = await _logged_in(wire)
            assert record.subscribed
            assert next(iter(record.resources)) == Path(1, 0)

    play_on_udp(scene, bootstraps_server=True, tlv_format=11542)
