"""The world on its loop: the one place where modems, air, ports and platform are put together."""

from __future__ import annotations

import asyncio
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from onenet_sim.journal import Journal, WorldChanged
from onenet_sim.lwm2m import load_objects
from onenet_sim.modem import Modem, Pace, load_profile
from onenet_sim.network import (
    Address,
    AddressMap,
    Air,
    DatagramEndpoint,
    Destination,
    DtlsServer,
    Role,
    TestServer,
    why_no_dtls,
)
from onenet_sim.onenet import Platform, PlatformSettings
from onenet_sim.ports import ConnectPort, PacedPort, PtyPort, Rfc2217Port, StdioPort, TcpPort, UartPort
from onenet_sim.world.bench import Bench
from onenet_sim.world.courier import Courier
from onenet_sim.world.faults import Engine
from onenet_sim.world.faults.air import AirStriker
from onenet_sim.world.faults.line import Taps
from onenet_sim.world.faults.module import ModuleStriker
from onenet_sim.world.faults.network import Passages
from onenet_sim.world.faults.platform import PlatformStriker
from onenet_sim.world.identities import draw_identity
from onenet_sim.world.settings import Unknown
from onenet_sim.world.stubs import Stubs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from onenet_sim.journal import Event
    from onenet_sim.onenet.channel import Address as Peer
    from onenet_sim.onenet.store import Store
    from onenet_sim.ports import Port
    from onenet_sim.world.clock import Clock
    from onenet_sim.world.loop import WorldLoop
    from onenet_sim.world.settings import WorldSettings

_LOOPBACK = "127.0.0.1"


class Simulation:
    """One world. Everything here belongs on the loop's own thread.

    The sockets and serial ports live as long as the simulation; a reset gives them a fresh journal, platform
    and modems, at world time 0 and from the same seed.

    Attributes:
        journal: What happened since the start or the last reset.
        platform: The mock of OneNET.
        benches: The modems by name, each with its ports.
        failure: Why the run has failed, if it has.
        on_failure: Called when it fails.
        ended: Whether the standard input has ended that was a modem's serial line.
        on_end: Called when it ends.
        addresses: Where the addresses that firmware dials lead.
        stubs: What is answered in place of the modules.
        endpoints: The platform's sockets; those for DTLS only where python-mbedtls is installed.
        faults: What goes wrong on purpose.
    """

    def __init__(self, settings: WorldSettings, loop: WorldLoop, clock: Clock, store: Store | None = None) -> None:
        self.settings = settings
        self._store = store
        self.clock = clock
        self._profile = load_profile(settings.profile)
        self._objects = load_objects(settings.objects)
        self.journal = Journal(loop.time)
        self.failure: str | None = None
        self.on_failure: Callable[[], None] = lambda: None
        self.ended = False
        self.on_end: Callable[[], None] = lambda: None
        self.addresses = AddressMap()
        self._courier = Courier(loop)
        self.endpoints: dict[Destination, DatagramEndpoint] = {}
        self._dtls: dict[Role, DtlsServer] = {}
        self._test_server: TestServer | None = None
        self.benches: dict[str, Bench] = {}
        self.platform = self._new_platform()
        self._loop = loop
        self._air = Air(self.addresses, self.journal)
        self.stubs = Stubs(loop, self.benches, lambda: self.journal)
        self._resetting = asyncio.Lock()
        self.faults = self._new_faults()

    async def start(self) -> None:
        """Bind every socket, start the platform, switch every modem on.

        Raises:
            OSError: A port or link cannot be had; the message names it. Nothing is left open then.
            FaultError: A fault of the settings names a modem or file that there is not; likewise.
            ValueError: The database holds what cannot be read; likewise.
        """
        try:
            await self._open_platform()
            for number in range(1, self.settings.modems + 1):
                await self._open_bench(number)
            self.journal.note(WorldChanged(f"started with seed {self.settings.seed}"))
            self.faults.start(self.journal, self.settings.faults)
        except (OSError, ValueError):
            await self.close()
            raise

    async def _open_platform(self) -> None:
        settings = self.settings
        ports = {
            Destination(Role.BOOTSTRAP): settings.bootstrap_port,
            Destination(Role.ACCESS): settings.access_port,
        }
        if not why_no_dtls():
            ports[Destination(Role.BOOTSTRAP, dtls=True)] = settings.bootstrap_dtls_port
            ports[Destination(Role.ACCESS, dtls=True)] = settings.access_dtls_port
        for destination, port in ports.items():
            endpoint = await DatagramEndpoint.open(
                _LOOPBACK, port, name=str(destination.role), journal=self.journal
            )
            self.endpoints[destination] = endpoint
            self.addresses.serve(destination, endpoint.local)
            if destination.dtls:
                self._dtls[destination.role] = DtlsServer(endpoint, partial(self._key_of, destination.role))
        await self._start_platform()
        self._test_server = await TestServer.open(self.journal)
        self.addresses.test_server = self._test_server.local

    async def _start_platform(self) -> None:
        self.platform.nearby = self._nearby
        plain = (self.endpoints[Destination(role)] for role in Role)
        await self.platform.start(*plain, *(self._dtls.get(role) for role in Role))

    def _nearby(self, client: Peer, secure: bool) -> str | None:  # noqa: FBT001 - as the platform asks
        """Return the access machine's own address for a client that is none of the world's modems."""
        if self._air.carries(Address(client.host, client.port)):
            return None
        local = self.endpoints[Destination(Role.ACCESS, dtls=secure)].local
        return f"{'coaps' if secure else 'coap'}://{local}"

    def _key_of(self, role: Role, identity: str) -> str:
        devices = self.platform.devices
        return devices.bootstrap_key(identity) if role is Role.BOOTSTRAP else devices.access_key(identity)

    async def _open_bench(self, number: int) -> None:
        ports: list[Port] = []
        try:
            self._open_ports(number, ports)
            link = await self._air.open_link(_name(number), _no_bearer)
        except OSError:
            for port in ports:
                port.close()
            raise
        if self.settings.baud_pace:
            ports = [self._paced(port, number) for port in ports]
        modem = self._new_modem(number)
        bench = Bench(self._loop, modem, ports, link, self.journal, self.settings.pace)
        for port in ports:
            if isinstance(port, PacedPort):
                port.module_rate = lambda: bench.modem.rate
        self.benches[modem.name] = bench

    def _paced(self, port: Port, number: int) -> Port:
        """Return a port at the speed of its line; a UART has one already."""
        if isinstance(port, UartPort):
            return port
        draw = self._random(f"noise on the line of {_name(number)}").randrange
        return PacedPort(port, self._profile.line.baud, draw)

    def _open_ports(self, number: int, ports: list[Port]) -> None:
        """Add the nth modem's ports to a list, on which those that were opened stand when one cannot be had."""
        settings = self.settings
        if settings.pty:
            ports.append(PtyPort(_nobody, self.journal, link=_numbered(settings.link, number)))
        for make, first in ((TcpPort, settings.tcp), (Rfc2217Port, settings.rfc2217)):
            if first is not None:
                port = first + number - 1 if first else 0
                ports.append(make(_nobody, self.journal, host=settings.tcp_host, port=port))
        if settings.connect is not None:
            peer = Address.parse(settings.connect)
            ports.append(ConnectPort(_nobody, self.journal, host=peer.host, port=peer.port + number - 1))
        if settings.serial is not None and number == 1:
            baud = settings.baud or self._profile.line.baud
            ports.append(UartPort(_nobody, self.journal, device=str(settings.serial), baud=baud))
        if settings.stdio and number == 1:
            ports.append(StdioPort(_nobody, self.journal, on_end=self._end))

    def _end(self) -> None:
        self.ended = True
        self.on_end()

    def _random(self, what: str) -> Random:
        """Return the source of randomness for one part of the world; parts do not disturb each other."""
        return Random(f"{self.settings.seed}/{what}")  # noqa: S311 - a simulation, not cryptography

    def _new_platform(self) -> Platform:
        settings = self.settings
        starts = 0 if self._store is None else self._store.starts
        return Platform(
            journal=self.journal,
            random=self._random(f"platform {starts}" if starts else "platform"),  # no key is drawn twice
            calendar=lambda: self.clock.calendar,
            settings=PlatformSettings(
                api_key=settings.api_key,
                access_key=settings.access_key,
                product_id=settings.product_id,
                auto_create=settings.auto_create,
                offline_lag=settings.offline_lag,
                objects=self._objects,
            ),
            deliver=self._courier.deliver,
            store=self._store,
        )

    def _new_modem(self, number: int) -> Modem:
        name = _name(number)
        modem = Modem(
            name,
            self._profile,
            draw_identity(self._random(f"identity of {name}")),
            journal=self.journal,
            epoch=self.settings.epoch,
            draw=self._random(name).randrange,
            pace=self.settings.pace or Pace.INSTANT,
            why_no_dtls=why_no_dtls(),
        )
        modem.on_unknown = lambda command: self._unknown(name, command)
        return modem

    def _new_faults(self) -> Engine:
        engine = Engine(self._loop, self._random, self.benches)
        taps = Taps(engine, self._loop, self.benches)
        passages = Passages(engine, self._loop, self.benches)
        engine.strikers |= {
            "line": taps,
            "module": ModuleStriker(engine, self._loop, self.benches, taps),
            "air": AirStriker(engine, self._loop, self.benches, passages),
            "network": passages,
            "platform": PlatformStriker(engine, lambda: self.platform, self.benches),
        }
        return engine

    def _unknown(self, modem: str, command: str) -> None:
        if self.settings.unknown is Unknown.FAIL and self.failure is None:
            lacking = f"which the profile {self._profile.name} does not have"
            self.failure = f"the host sent {modem} the command AT{command}, {lacking}"
            self.on_failure()

    def follow(self, follower: Callable[[Event], None]) -> Callable[[], None]:
        """Call ``follower`` with every new event; the returned function ends that.

        It goes on after a reset, with the events of the fresh journal, whose ids begin at 1 again.
        """
        return self.journal.follow(follower)

    async def reset(self) -> None:
        """Begin again: same ports, sockets and seed; nothing remembered. Resets happen one after the other."""
        async with self._resetting:
            with self.journal.because(None):
                await self._begin_again()

    async def _begin_again(self) -> None:
        self.faults.reset()
        for bench in self.benches.values():
            bench.retire()
        await self.platform.stop()
        await self._loop.settled()  # what is still in the sockets belongs to the world that ends
        self.stubs.clear()
        self._loop.restart()
        self._loop.set_pace(self.settings.clock.pace)
        self.journal = Journal(self._loop.time, heir_of=self.journal)
        for endpoint in self.endpoints.values():
            endpoint.journal = self.journal
        for server in self._dtls.values():
            server.forget_all()
        self._air.journal = self.journal
        if self._test_server is not None:
            self._test_server.begin(self.journal)
        if self._store is not None:
            self._store.clear()
        self.platform = self._new_platform()
        await self._start_platform()
        for number, bench in enumerate(self.benches.values(), start=1):
            bench.install(self._new_modem(number), self.journal)
        self.journal.note(WorldChanged(f"reset with seed {self.settings.seed}"))
        self.faults.start(self.journal, self.settings.faults)

    async def close(self) -> None:
        """End the world and give everything up."""
        self.faults.reset()
        for bench in self.benches.values():
            bench.close()
        await self.platform.stop()
        if self._store is not None:
            self._store.close()
        self._courier.close()
        self._air.close()
        for endpoint in self.endpoints.values():
            endpoint.close()
        if self._test_server is not None:
            self._test_server.close()


def _name(number: int) -> str:
    return f"modem-{number}"


def _numbered(link: Path | None, number: int) -> Path | None:
    """Return the link of the nth modem: the given one, then with ``-2``, ``-3`` behind its name."""
    if link is None or number == 1:
        return link
    return link.with_name(f"{link.name}-{number}")


def _nobody(_octets: bytes) -> None:
    """Take what a host writes before its port is on a bench."""


def _no_bearer(_octets: bytes, _source: object) -> None:
    """Take what comes before the bearer is on a bench."""
