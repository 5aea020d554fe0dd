"""The platform against coap-node, an LwM2M client of other hands, over real UDP.

It says ``ct=11543``, knows 11542 but not 1542, answers with objects around instances, and listens for requests a
moment after it has registered, so that it misses the first. World time runs at four times the clock's pace.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path as File
from random import Random
from typing import TYPE_CHECKING, TypeAlias

import pytest

from onenet_sim.journal import Journal, PlatformResult
from onenet_sim.lwm2m import Path
from onenet_sim.network import DatagramEndpoint
from onenet_sim.onenet import Platform, PlatformSettings, ResourceWrite
from onenet_sim.world.loop import WorldLoop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from onenet_sim.journal import Event
    from onenet_sim.onenet import Device

IMEI = "866971030000001"
_CLIENTS = File(__file__).parents[1] / "clients"
_PACE = 4.0
_PATIENCE = 60.0
_FOUR_DIGITS = range(5690, 6000)
_Told: TypeAlias = "dict[str, str | float | bool | None]"

pytestmark = pytest.mark.skipif(
    shutil.which("node") is None or not (_CLIENTS / "node_modules" / "coap-node").is_dir(),
    reason="coap-node is not here; with Node.js, `npm ci --prefix tests/clients` gets it",
)


class Thermometer:
    """The client in its process, and the platform that it talks to."""

    def __init__(
        self, process: asyncio.subprocess.Process, platform: Platform, bootstrap: int, access: int
    ) -> None:
        self._process = process
        self.platform = platform
        self.bootstrap, self.access = bootstrap, access
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

    async def journal_has(self, holds: Callable[[Event], bool]) -> None:
        """Wait until an event is there for which this holds."""
        journal, found = self.platform.journal, asyncio.Event()
        unfollow = journal.follow(lambda event: found.set() if holds(event) else None)
        if not any(map(holds, journal)):
            await found.wait()
        unfollow()

    async def logged_in(self) -> Device:
        """Wait until the last request after a login was answered; return the record."""
        await self.journal_has(
            lambda event: (
                isinstance(event.what, PlatformResult)
                and (event.what.path, event.what.outcome) == ("/3/0", "2.05")
            )
        )
        return self.platform.device(IMEI)

    def newest(self, stream: str) -> object:
        point = self.platform.datapoints.newest(self.platform.device(IMEI).id, stream)
        return None if point is None else point.value


def _access(journal: Journal) -> DatagramEndpoint:
    """Open a port of four digits, which bootstrap can hand out."""
    for port in _FOUR_DIGITS:
        with suppress(OSError):
            return DatagramEndpoint.bind("127.0.0.1", port, name="access", journal=journal)
    raise AssertionError("no port of four digits is free")


@asynccontextmanager
async def _thermometer(**settings: bool | int) -> AsyncIterator[Thermometer]:
    journal = Journal(asyncio.get_running_loop().time)
    access = _access(journal)
    bootstrap = DatagramEndpoint.bind("127.0.0.1", 0, name="bootstrap", journal=journal)
    platform = Platform(
        journal=journal,
        random=Random(7),  # noqa: S311 - not for cryptography
        calendar=lambda: datetime.now(UTC),
        settings=PlatformSettings(
            api_key="key",
            product_id="1000",
            access_uri=f"coap://127.0.0.1:{access.local.port}",
            **settings,  # type: ignore[arg-type]
        ),
    )
    await platform.start(bootstrap, access)
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
        yield Thermometer(process, platform, bootstrap.local.port, access.local.port)
    finally:
        process.kill()
        await process.wait()
        await platform.stop()
        bootstrap.close()
        access.close()


def _play(scene: Callable[[Thermometer], Awaitable[None]], **settings: bool | int) -> None:
    async def main() -> None:
        async with asyncio.timeout(_PATIENCE * _PACE), _thermometer(**settings) as client:
            await scene(client)

    loop = WorldLoop(_PACE)
    try:
        loop.run_until_complete(main())
    finally:
        loop.finish()


def test_it_registers_and_lives_through_every_operation_to_its_end() -> None:
    async def scene(client: Thermometer) -> None:
        platform = client.platform
        assert (await client.does(f"register {client.access}", "register"))["status"] == "2.01"
        record = await client.logged_in()
        assert record.subscribed
        assert [str(path) for path in record.resources] == ["/3/0", "/4/0", "/3303/0", "/3311/0"]
        assert record.resources[Path(3303, 0)] == (5605, 5700, 5701)
        assert client.newest("3303_0_5700") == 21.5
        (reading,) = await platform.read(IMEI, Path(3303, 0, 5701))
        assert reading.value == "Cel"
        await platform.write(IMEI, Path(3311, 0), [ResourceWrite(5850, value=True)], 1)
        assert await client.does("light", "light") == {"what": "light", "onOff": True, "dimmer": 10}
        await platform.execute(IMEI, Path(3303, 0, 5605))
        assert await client.does("measure 25.5", "measured")
        assert {"what": "executed"} in client.told
        await client.journal_has(lambda event: "3303_0_5700 = 25.5" in str(event.what))
        await platform.observe(IMEI, Path(3303, 0), cancel=True)
        assert (await client.does("update 200", "update"))["status"] == "2.04"
        assert record.registration is not None
        assert record.registration.lifetime == 200
        assert (await client.does("deregister", "deregister"))["status"] == "2.02"
        assert not record.online

    _play(scene)


def test_it_bootstraps_and_then_registers_by_itself() -> None:
    async def scene(client: Thermometer) -> None:
        assert (await client.does(f"bootstrap {client.bootstrap}", "bootstrap"))["status"] == "2.04"
        record = await client.logged_in()
        assert record.subscribed
        assert next(iter(record.resources)) == Path(1, 0)

    _play(scene, bootstraps_server=True, tlv_format=11542)
