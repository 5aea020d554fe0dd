"""The world as tests, scripts and servers hold it: plain synchronous methods, usable from any thread."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, Self, TypeVar

from onenet_sim.modem import Pace
from onenet_sim.world.clock import Clock, ClockMode
from onenet_sim.world.expecting import Expecting
from onenet_sim.world.faults.face import Faults
from onenet_sim.world.journal_view import JournalView
from onenet_sim.world.loop import WorldLoop
from onenet_sim.world.modem import Modem
from onenet_sim.world.onenet import OneNet
from onenet_sim.world.settings import REAL, Unknown, WorldSettings
from onenet_sim.world.simulation import Simulation
from onenet_sim.world.state import coap_addresses, world_state

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from onenet_sim.journal import Json
    from onenet_sim.onenet.store import Store
    from onenet_sim.report.lint import Finding
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
        clock: ``real``, ``stopped``, ``scaled:K`` or ``idle:MS``.
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

    @classmethod
    def from_file(cls, path: str | FilePath, **settings: Any) -> Self:  # noqa: ANN401 - as above
        """Make the world of a configuration file; settings given beside it count instead of what it says.

        What concerns ``onenet-sim run`` alone has no effect: ``http``, ``journal`` and ``ready_file``.

        Raises:
            ConfigurationError: The file is wrong; the message names file, line and key.
            ValueError: As for a world.
            OSError: As for a world.
        """
        from onenet_sim.world.configuration import load_configuration  # noqa: PLC0415 - few worlds have a file

        return cls(**(load_configuration(path).settings | settings))

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

    def act(self, function: Callable[[Simulation], T]) -> T:
        """Call a function that does something to the world, as :meth:`call` does, after a :meth:`hush`."""
        self.hush()
        return self.call(function)

    def hush(self) -> None:
        """Where time stands still, let what is under way settle; elsewhere do nothing.

        A stopped world does so before anything that is done to it in Python. So the same deeds give the same
        journal, whatever the machine's threads are up to. An application that is being pushed to may act before it
        has answered: then nothing is waited for.
        """
        if not self._closed and self.clock.mode.name == "stopped" and not self._loop.holds:
            self.settle()

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
