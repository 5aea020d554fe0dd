"""The world as tests, scripts and servers hold it: plain synchronous methods, usable from any thread."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from onenet_sim.journal import Pattern
from onenet_sim.lwm2m import Path
from onenet_sim.modem import Pace
from onenet_sim.onenet import Generation, PushSettings, UpgradeKind
from onenet_sim.ports import MemoryPort
from onenet_sim.world.clock import Clock, ClockMode
from onenet_sim.world.expecting import Expecting
from onenet_sim.world.faults.face import Faults
from onenet_sim.world.journal_view import JournalView
from onenet_sim.world.line import SerialLine
from onenet_sim.world.loop import WorldLoop
from onenet_sim.world.settings import REAL, Unknown, WorldSettings
from onenet_sim.world.simulation import Simulation
from onenet_sim.world.state import coap_addresses, describe_modem, world_state
from onenet_sim.world.stubs import Stub

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from onenet_sim.journal import Json, Wanted
    from onenet_sim.onenet import Device, PointValue, Reading, ResourceWrite, Upgrade
    from onenet_sim.onenet.store import Store
    from onenet_sim.report.lint import Finding
    from onenet_sim.world.bench import Bench
    from onenet_sim.world.http import AsgiApp, HttpServer

T = TypeVar("T")


class FailedRunError(AssertionError):
    """The run has failed by what the settings take for a failure; the message says by what."""


class World(Expecting):
    """A modem, the air and OneNET, on a loop in a thread of its own.

    Example:
        >>> with World(profile="m5310a", seed=7) as world:
        ...     world.modem.command("AT")
        ['OK']

    Args:
        profile: The modems' profile.
        seed: Decides everything random.
        clock: ``real``, ``stopped`` or ``scaled:K``.
        pace: ``field`` keeps the gaps between a module's lines, ``instant`` has none; by default the gaps are
            kept while a host outside the process has the port open.
        unknown: With ``fail``, a command that the module does not have fails the run: leaving the ``with`` block
            then raises :class:`FailedRunError`. With ``error`` its answer ERROR is all.
        settings: Further fields of :class:`~onenet_sim.world.WorldSettings`.

    Attributes:
        clock: World time.
        modems: The modems by name.
        onenet: The platform.

    Raises:
        ValueError: A setting is out of range.
        OSError: A port cannot be had.
    """

    def __init__(
        self,
        profile: str = "onemo",
        *,
        seed: int = 0,
        clock: str | ClockMode = REAL,
        pace: str | Pace | None = None,
        unknown: str | Unknown = Unknown.ERROR,
        **settings: Any,  # noqa: ANN401 - checked by WorldSettings
    ) -> None:
        mode = ClockMode.parse(clock) if isinstance(clock, str) else clock
        chosen = None if pace is None else Pace(pace)
        policy = Unknown(unknown)
        self.settings = WorldSettings(
            profile=profile, seed=seed, clock=mode, pace=chosen, unknown=policy, **settings
        )
        store = self._open_store()
        self._loop = WorldLoop(mode.pace)
        self.clock = Clock(self._loop, self.settings.epoch, mode)
        try:
            self._simulation = Simulation(self.settings, self._loop, self.clock, store)
        except ValueError:  # what the database holds
            self._loop.finish()
            if store is not None:
                store.close()
            raise
        self._servers: list[HttpServer] = []
        self._closed = False
        self._thread = threading.Thread(target=self._run_loop, name="onenet-sim world", daemon=True)
        self._thread.start()
        try:
            self.run(self._simulation.start())
        except BaseException:
            self._end_loop()
            raise
        self.modems = {name: Modem(self, name) for name in self._simulation.benches}
        self.onenet = OneNet(self)

    def _open_store(self) -> Store | None:
        """Open the database, if there is to be one, and let the calendar begin no earlier than it ends."""
        if self.settings.db is None:
            return None
        from onenet_sim.onenet.store import Store  # noqa: PLC0415 - a world in memory never loads SQLite

        store = Store(FilePath(self.settings.db))
        if store.latest is not None and store.latest > self.settings.epoch:
            zone = self.settings.epoch.tzinfo
            self.settings = replace(self.settings, epoch=store.latest.astimezone(zone))
        return store

    def _run_loop(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def _end_loop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.finish()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something on the world's own loop and return what came of it.

        Raises:
            RuntimeError: Called on the world's own thread, which would wait for itself.
        """
        if threading.current_thread() is self._thread:
            work.close()
            raise RuntimeError("a World's methods would block the world's own thread; use its simulation there")
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def call(self, function: Callable[[Simulation], T]) -> T:
        """Call a function with the simulation, on the world's own loop; of a closed world, here and now."""
        if self._loop.is_closed():
            return function(self._simulation)

        async def called() -> T:
            return function(self._simulation)

        return self.run(called())

    @property
    def simulation(self) -> Simulation:
        """The world's inside; use it on the world's own loop only (:meth:`call`, :meth:`run`)."""
        return self._simulation

    @property
    def failure(self) -> str | None:
        """Why the run has failed, if it has."""
        return self._simulation.failure

    @property
    def modem(self) -> Modem:
        """The first modem."""
        return next(iter(self.modems.values()))

    @property
    def journal(self) -> JournalView:
        """What happened since the start or the last reset."""
        return JournalView(self)

    @property
    def faults(self) -> Faults:
        """What goes wrong on purpose."""
        return Faults(self)

    @property
    def state(self) -> dict[str, Json]:
        """World time, modems and devices, as JSON."""
        return self.call(world_state)

    @property
    def coap(self) -> dict[str, str | None]:
        """The CoAP addresses of the bootstrap server and the access machine, plain and with DTLS.

        Those with DTLS are None where python-mbedtls is not installed.
        """
        return coap_addresses(self._simulation)

    def redirect(self, address: str, local: str) -> None:
        """Let what modems dial as ``host:port`` reach a ``127.0.0.1:port`` of this machine, over UDP and TCP.

        A name is then known to the network's DNS too. It outlives a reset.

        Raises:
            ValueError: One of the addresses is none, or the second is not of this machine; the message explains.
        """
        self.call(lambda simulation: simulation.addresses.redirect(address, local))

    def lint(self, severity: str = "note") -> list[Finding]:
        """Return what the hosts did that breaks on real modules, from ``note``, ``warning`` or ``error`` on."""
        from onenet_sim.report.lint import Severity, lint  # noqa: PLC0415 - few worlds ask

        return lint(self.journal, Severity(severity))

    def settle(self) -> None:
        """Wait until nothing is under way at the present world time."""
        self.clock.advance(0)

    def reset(self) -> None:
        """Begin a fresh world on the same ports: time 0, the same seed, nothing remembered, a database emptied."""
        self.run(self._simulation.reset())

    @property
    def http(self) -> str:
        """The base URL of the north-bound API, which is served from the first use on."""
        if not self._servers:
            self.serve_http()
        return self._servers[0].url

    def serve_http(self, app: AsgiApp | None = None, *, host: str = "127.0.0.1", port: int = 0) -> str:
        """Serve an application, by default the north-bound API, and return its base URL.

        Raises:
            OSError: The address cannot be had.
        """
        from onenet_sim.world.http import HttpServer  # noqa: PLC0415 - a world without HTTP never loads it

        server = HttpServer(app or self.northbound(), self._loop, host=host, port=port)
        self._servers.append(server)
        return server.url

    def northbound(self) -> AsgiApp:
        """Return the north-bound API as an application for the world's loop; it survives a reset."""
        from onenet_sim.onenet.northbound import northbound_app  # noqa: PLC0415 - only with HTTP

        made: dict[int, AsgiApp] = {}

        async def answer(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
            platform = self._simulation.platform
            if id(platform) not in made:
                made.clear()
                made[id(platform)] = northbound_app(platform)
            await made[id(platform)](scope, receive, send)

        return answer

    def close(self) -> None:
        """End the world: serve no more, give up every port and socket. Closing twice is harmless."""
        if self._closed:
            return
        self._closed = True
        for server in self._servers:
            server.close()
        self.run(self._simulation.close())
        self._end_loop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.close()
        if self.failure and kind is None:
            raise FailedRunError(self.failure)


class Modem:
    """One modem of a world.

    Attributes:
        name: Its name, such as ``modem-1``.
    """

    def __init__(self, world: World, name: str) -> None:
        self.name = name
        self._world = world
        self._line: SerialLine | None = None

    @property
    def _bench(self) -> Bench:
        return self._world.simulation.benches[self.name]

    @property
    def imei(self) -> str:
        """Its IMEI."""
        return self._bench.modem.identity.imei

    @property
    def imsi(self) -> str:
        """The IMSI of its SIM card."""
        return self._bench.modem.identity.imsi

    @property
    def iccid(self) -> str:
        """The ICCID of its SIM card."""
        return self._bench.modem.identity.iccid

    @property
    def profile(self) -> str:
        """The name of its profile."""
        return self._bench.modem.profile.name

    @property
    def family(self) -> str:
        """The grammar of its MIPL commands: ``O`` is OneMO's own, ``C`` the CIS SDK's."""
        return str(self._bench.modem.profile.family)

    @property
    def port(self) -> str:
        """The PTY that a host opens.

        Raises:
            LookupError: The world was made without PTYs.
        """
        for port in self._bench.ports:
            if path := port.described.get("port"):
                return path
        raise LookupError(f"{self.name} has no PTY; this world was made with pty=False")

    @property
    def description(self) -> dict[str, Json]:
        """Name, profile, ports and numbers, as in the ready line."""
        return self._world.call(lambda _: describe_modem(self._bench))

    @property
    def line(self) -> SerialLine:
        """A serial line within the process, plugged in at first use."""
        if self._line is None:
            self._line = self._world.call(self._plug)
        return self._line

    def _plug(self, simulation: Simulation) -> SerialLine:
        port = MemoryPort(lambda _: None, simulation.journal)
        self._bench.plug(port)
        return SerialLine(port.host)

    def command(self, line: str, timeout: float = 5.0) -> list[str]:
        """Send a command line and return its answer; see :meth:`SerialLine.command`."""
        return self.line.command(line, timeout)

    def expect(self, pattern: str, timeout: float = 5.0) -> str:
        """Return the next line that matches; see :meth:`SerialLine.expect`."""
        return self.line.expect(pattern, timeout)

    def power(self, action: str) -> None:
        """Press the power key: ``on``, ``off`` or ``reset``; ``wake`` pulses the wake-up pin."""
        self._world.call(lambda _: self._bench.power(action))

    def stub(
        self,
        command: str,
        answer: Sequence[str],
        *,
        times: int | None = 1,
        skip: int = 0,
        after: float = 0.0,
        lasts: float | None = None,
        until: Wanted | None = None,
    ) -> int:
        """Let a command be answered otherwise, and not run; the parameters are those of :class:`Stub`.

        Example:
            >>> world.modem.stub("AT+CEREG?", ["+CEREG:0,2", "OK"], times=3)

        Returns:
            The stub's number, for :meth:`lift`.

        Raises:
            ValueError: A parameter is none, or there are 256 stubs already.
        """
        ending = None if until is None else Pattern(until)
        stub = Stub(command, tuple(answer), times, skip, after, lasts, ending)
        added = self._world.call(lambda s: s.stubs.add(self.name, stub))
        return cast("int", added["id"])

    def lift(self, number: int | None = None) -> None:
        """Lift a stub, or all that this modem has; one that has ended needs no lifting."""
        self._world.call(lambda s: s.stubs.remove(self.name, number))

    def radio(
        self,
        *,
        coverage: bool | None = None,
        rsrp: int | None = None,
        snr: int | None = None,
        ecl: int | None = None,
    ) -> None:
        """Change what the air gives; what is left out stays.

        Args:
            coverage: There is a cell.
            rsrp: Received power in dBm, -156 to -44.
            snr: Signal above noise in dB, -30 to 30.
            ecl: Coverage enhancement level, 0 to 2.

        Raises:
            ValueError: A figure is out of its range.
        """
        bench = self._bench
        changed = bench.modem.reception.changed(coverage=coverage, rsrp=rsrp, snr=snr, ecl=ecl)
        self._world.call(lambda _: bench.receive(changed))


class OneNet:
    """The platform of a world: what an application sees, without HTTP between."""

    def __init__(self, world: World) -> None:
        self._world = world

    def create_device(
        self,
        imei: str,
        imsi: str = "",
        auth_code: str | None = None,
        *,
        title: str = "",
        psk: str | None = None,
    ) -> Device:
        """Make a device record; with ``psk`` the device can bootstrap through DTLS.

        Raises:
            ValueError: The numbers are no IMEI or IMSI, the IMEI is taken, or the key is none.
        """
        return self._world.call(lambda s: s.platform.devices.create(imei, imsi, auth_code, title=title, psk=psk))

    def device(self, imei: str) -> Device | None:
        """Return the record of an IMEI, or None."""
        return self._world.call(lambda s: s.platform.devices.by_imei(imei))

    def online(self, imei: str) -> bool:
        """Return whether the platform shows the device as online."""
        device = self.device(imei)
        return device is not None and device.online

    def datapoint(self, imei: str, stream: str) -> PointValue | None:
        """Return the newest value of a stream such as ``3303_0_5700``, or None."""
        device = self.device(imei)
        if device is None:
            return None
        newest = self._world.call(lambda s: s.platform.datapoints.newest(device.id, stream))
        return None if newest is None else newest.value

    def push(
        self,
        url: str,
        token: str = "",
        aes_key: str | None = None,
        *,
        generation: str | Generation = Generation.SUITE,
        count: int | None = None,
        interval: float | None = None,
    ) -> int:
        """Push data points, on- and offline messages and cached commands' results to a URL, until a reset.

        The parameters are those of :class:`~onenet_sim.world.PushSettings`.

        Returns:
            The platform's number of the push, for ``GET /msg_group/{id}/status``.

        Raises:
            PushRefused: The application did not answer the handshake as it should.
            ValueError: A parameter is out of range.
        """
        settings = PushSettings(
            url=url,
            token=token,
            aes_key=aes_key,
            generation=Generation(generation),
            count=count,
            interval=interval,
        )
        return self._world.run(self._world.simulation.platform.pushes.add(settings)).number

    def read(self, imei: str, path: str, timeout: float | None = None) -> tuple[Reading, ...]:
        """Read ``/3303/0/5700`` from a device; ``timeout`` is in world seconds."""
        return self._world.run(self._world.simulation.platform.read(imei, Path.parse(path), timeout))

    def write(self, imei: str, path: str, values: list[ResourceWrite], timeout: float | None = None) -> None:
        """Write resources of an instance and keep its others."""
        platform = self._world.simulation.platform
        self._world.run(platform.write(imei, Path.parse(path), values, 2, timeout))

    def execute(self, imei: str, path: str, args: str = "", timeout: float | None = None) -> None:
        """Execute a resource."""
        platform = self._world.simulation.platform
        self._world.run(platform.execute(imei, Path.parse(path), args, timeout))

    def start_upgrade(
        self, imei: str, version: str, image: bytes | None = None, kind: str = "firmware"
    ) -> Upgrade:
        """Begin to upgrade a module's ``firmware`` or its host's ``software`` over the air.

        Without an image one is made that brings the version.

        Raises:
            ValueError: The kind is neither of these.
            Refusal: The device is unknown or offline, is being upgraded already, or cannot be sent this image.
        """
        chosen = UpgradeKind(kind)
        return self._world.call(lambda s: s.platform.start_upgrade(imei, version, image, chosen))

    def upgrade(self, imei: str) -> Upgrade | None:
        """Return the device's newest upgrade as it stands, or None."""
        return self._world.call(lambda s: s.platform.upgrade(imei))

    def create(
        self, imei: str, path: str, values: list[ResourceWrite], timeout: float | None = None
    ) -> Path | None:
        """Create ``/3303/1``, or an instance of ``/3303`` whose number the device chooses; return it if told."""
        platform = self._world.simulation.platform
        return self._world.run(platform.create(imei, Path.parse(path), values, timeout))

    def delete(self, imei: str, path: str, timeout: float | None = None) -> None:
        """Delete an instance of an object."""
        self._world.run(self._world.simulation.platform.delete(imei, Path.parse(path), timeout))
