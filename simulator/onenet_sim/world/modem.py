"""One modem as tests and scripts hold it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from onenet_sim.journal import Pattern
from onenet_sim.ports import MemoryPort
from onenet_sim.world.line import SerialLine
from onenet_sim.world.state import describe_modem
from onenet_sim.world.stubs import Stub

if TYPE_CHECKING:
    from collections.abc import Sequence

    from onenet_sim.journal import Json, Wanted
    from onenet_sim.world.bench import Bench
    from onenet_sim.world.simulation import Simulation
    from onenet_sim.world.world import World


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

    def spacing_row(self, line: str, *, urc: bool) -> str:
        """Return the key of the profile's row that spaces a printed line."""
        return f"blanks.{self._bench.modem.profile.blanks.row_of(line.partition(':')[0], urc=urc)}"

    def source_of(self, row: str) -> str:
        """Return where a row of the profile such as ``boot.text`` is known from."""
        return self._bench.modem.profile.rows[row].source

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
        return SerialLine(port.host, self._world.hush)

    def command(self, line: str, timeout: float = 5.0) -> list[str]:
        """Send a command line and return its answer; see :meth:`SerialLine.command`."""
        return self.line.command(line, timeout)

    def expect(self, pattern: str, timeout: float = 5.0) -> str:
        """Return the next line that matches; see :meth:`SerialLine.expect`."""
        return self.line.expect(pattern, timeout)

    def power(self, action: str) -> None:
        """Press the power key: ``on``, ``off`` or ``reset``; ``wake`` pulses the wake-up pin."""
        self._world.act(lambda _: self._bench.power(action))

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
        added = self._world.act(lambda s: s.stubs.add(self.name, stub))
        return cast("int", added["id"])

    def lift(self, number: int | None = None) -> None:
        """Lift a stub, or all that this modem has; one that has ended needs no lifting."""
        self._world.act(lambda s: s.stubs.remove(self.name, number))

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
        self._world.act(lambda _: bench.receive(changed))
