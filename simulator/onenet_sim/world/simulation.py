"""The world on its loop: the one place where modems, air, ports and platform are put together."""

from __future__ import annotations

import asyncio
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from onenet_sim import __version__
from onenet_sim.journal import Journal, WorldBegan
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
from onenet_sim.network.nat import PUBLIC_HOST
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

    from onenet_sim.journal import Event
    from onenet_sim.onenet.channel import Address as Peer
    from onenet_sim.onenet.store import Store
    from onenet_sim.ports import Port
    from onenet_sim.world.clock import Clock
    from onenet_sim.world.loop import WorldLoop
    from onenet_sim.world.modem_settings import ModemSettings
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
        self._profiles = {modem.profile: load_profile(modem.profile) for modem in settings.each_modem}
        self._objects = load_objects(settings.objects)
        self.journal = Journal(loop.time)
        self.failure: str | None = None
        self.on_failure: Callable[[], None] = lambda: None
        self.ended = False
        self.on_end: Callable[[], None] = lambda: None
        self.addresses = AddressMap()
        for address, local in settings.map.items():
            self.addresses.redirect(address, local)
        self._courier = Courier(loop)
        self.endpoints: dict[Destination, DatagramEndpoint] = {}
        self._dtls: dict[Role, DtlsServer] = {}
        self._test_server: TestServer | None = None
        self.benches: dict[str, Bench] = {}
        self.platform = self._new_platform()
        self._loop = loop
        loop.host_waits = self._host_waits
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
            for modem in self.settings.each_modem:
                await self._open_bench(modem)
            self._register_devices()
            self._note_beginning("started")
            self.faults.start(self.journal, self.settings.all_faults)
        except (OSError, ValueError):
            await self.close()
            raise

    def _note_beginning(self, what: str) -> None:
        modems = [bench.modem for bench in self.benches.values()]
        began = WorldBegan(
            f"{what} with seed {self.settings.seed}",
            self.settings.seed,
            __version__,
            self.clock.calendar.isoformat(),
            tuple(modem.name for modem in modems),
            tuple(modem.profile.name for modem in modems),
            tuple(modem.identity.address for modem in modems),
        )
        self.journal.begin(began)

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
            endpoint.nat = self._air.nat
            self.endpoints[destination] = endpoint
            self.addresses.serve(destination, endpoint.local)
            if destination.dtls:
                self._dtls[destination.role] = DtlsServer(endpoint, partial(self._key_of, destination.role))
        await self._start_platform()
        self._test_server = await TestServer.open(self.journal, self._air.nat)
        self.addresses.test_server = self._test_server.local

    async def _start_platform(self) -> None:
        self.platform.nearby = self._nearby
        plain = (self.endpoints[Destination(role)] for role in Role)
        await self.platform.start(*plain, *(self._dtls.get(role) for role in Role))

    def _host_waits(self) -> bool:
        """Return whether anybody is there for whom time could leap."""
        return any(port.attached for bench in self.benches.values() for port in bench.ports)

    def _nearby(self, client: Peer, secure: bool) -> str | None:  # noqa: FBT001 - as the platform asks
        """Return the access machine's own address for a client that is none of the world's modems."""
        if client.host == PUBLIC_HOST:
            return None
        local = self.endpoints[Destination(Role.ACCESS, dtls=secure)].local
        return f"{'coaps' if secure else 'coap'}://{local}"

    def _key_of(self, role: Role, identity: str) -> str:
        devices = self.platform.devices
        return devices.bootstrap_key(identity) if role is Role.BOOTSTRAP else devices.access_key(identity)

    def _register_devices(self) -> None:
        """Make the device records of the settings, but for those that the database has already."""
        for device in self.settings.devices:
            if self.platform.devices.by_imei(device.imei) is None:
                self.platform.devices.create(
                    device.imei, device.imsi, device.auth_code, title=device.title, psk=device.psk
                )

    async def _open_bench(self, settings: ModemSettings) -> None:
        modem = self._new_modem(settings)
        ports: list[Port] = []
        try:
            self._open_ports(settings, modem.profile.line.baud, ports)
            link = await self._air.open_link(modem.name, _no_bearer)
        except OSError:
            for port in ports:
                port.close()
            raise
        if self.settings.baud_pace:
            ports = [self._paced(port, modem) for port in ports]
        bench = Bench(self._loop, modem, ports, link, self.journal, self.settings.pace)
        for port in ports:
            if isinstance(port, PacedPort):
                port.module_rate = lambda: bench.modem.rate
        self.benches[modem.name] = bench

    def _paced(self, port: Port, modem: Modem) -> Port:
        """Return a port at the speed of its line; a UART has one already."""
        if isinstance(port, UartPort):
            return port
        draw = self._random(f"noise on the line of {modem.name}").randrange
        return PacedPort(port, modem.profile.line.baud, draw)

    def _open_ports(self, modem: ModemSettings, baud: int, ports: list[Port]) -> None:
        """Add a modem's ports to a list, on which those that were opened stand when one cannot be had."""
        if self.settings.pty:
            ports.append(PtyPort(_nobody, self.journal, link=modem.link))
        for make, port in ((TcpPort, modem.tcp), (Rfc2217Port, modem.rfc2217)):
            if port is not None:
                ports.append(make(_nobody, self.journal, host=self.settings.tcp_host, port=port))
        if modem.connect is not None:
            peer = Address.parse(modem.connect)
            ports.append(ConnectPort(_nobody, self.journal, host=peer.host, port=peer.port))
        if modem.serial is not None:
            ports.append(UartPort(_nobody, self.journal, device=str(modem.serial), baud=modem.baud or baud))
        if modem.stdio:
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

    def _new_modem(self, settings: ModemSettings) -> Modem:
        name = settings.name
        modem = Modem(
            name,
            self._profiles[settings.profile],
            settings.numbered(draw_identity(self._random(f"identity of {name}"))),
            journal=self.journal,
            epoch=self.settings.epoch,
            draw=self._random(name).randrange,
            pace=self.settings.pace or Pace.INSTANT,
            why_no_dtls=why_no_dtls(),
        )
        modem.reception = settings.reception
        modem.on_unknown = lambda command: self._unknown(modem, command)
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

    def _unknown(self, modem: Modem, command: str) -> None:
        if self.settings.unknown is Unknown.FAIL and self.failure is None:
            lacking = f"which the profile {modem.profile.name} does not have"
            self.failure = f"the host sent {modem.name} the command AT{command}, {lacking}"
            self.on_failure()

    def follow(self, follower: Callable[[Event], None]) -> Callable[[], None]:
        """Call ``follower`` with every new event; the returned function ends that.

        It goes on after a reset, with the events of the fresh journal, whose ids begin at 1 again.
        """
        return self.journal.follow(follower)

    async def settled(self) -> None:
        """Wait until nothing is under way at the present world time."""
        await self._loop.settled()

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
        self.clock.go(self.settings.clock)
        self.journal = Journal(self._loop.time, heir_of=self.journal)
        for endpoint in self.endpoints.values():
            endpoint.journal = self.journal
        for server in self._dtls.values():
            server.forget_all()
        self._air.journal = self.journal
        if self._test_server is not None:
            self._test_server.take_journal(self.journal)
        if self._store is not None:
            self._store.clear()
        self.platform = self._new_platform()
        await self._start_platform()
        self._register_devices()
        for modem in self.settings.each_modem:
            self.benches[modem.name].install(self._new_modem(modem), self.journal)
        self._note_beginning("reset")
        self.faults.start(self.journal, self.settings.all_faults)

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


def _nobody(_octets: bytes) -> None:
    """Take what a host writes before its port is on a bench."""


def _no_bearer(_octets: bytes, _source: object) -> None:
    """Take what comes before the bearer is on a bench."""
