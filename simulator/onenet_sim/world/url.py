"""``serial.serial_for_url("onenet://m5310a?seed=7")``: a world of one modem within the process, for pyserial."""

from __future__ import annotations

import atexit
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from serial.serialutil import PortNotOpenError, SerialBase, SerialException

from onenet_sim.ports import MemoryPort
from onenet_sim.world.world import World

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

    from onenet_sim.ports import MemoryHost
    from onenet_sim.world.simulation import Simulation

_FORM = "onenet://PROFILE?seed=N&clock=real|scaled:K|stopped&pace=field|instant&unknown=error|fail"
_OPTIONS = {"seed": int, "clock": str, "pace": str, "unknown": str}


class Serial(SerialBase):
    """A port whose module begins when it is opened, with its boot text to be read, and ends when it is closed.

    Any baud rate will do, and no write blocks. Timeouts of reads are in real seconds.
    """

    _world: World | None = None
    _host: MemoryHost
    _input: bytearray

    @property
    def world(self) -> World:
        """The world behind the port, to press keys, jump in time, or ask the platform; it ends with the port."""
        if self._world is None:
            raise PortNotOpenError
        return self._world

    def open(self) -> None:
        """Begin a world as the URL says.

        Raises:
            SerialException: The URL is not of this form, or the port is open.
        """
        if self.is_open:
            raise SerialException(f"{self.port} is already open")
        url = self.port or ""
        try:
            world = World(pty=False, **_settings(url))
        except ValueError as error:
            raise SerialException(f"{url}: {error}; the form is {_FORM}") from error
        self._host = world.call(self._plug)
        self._input = bytearray()
        world.reset()  # the modem boots with its host there
        self._world = world
        self.is_open = True
        atexit.register(self.close)  # when the interpreter collects what was left open, the world's thread is gone
        self._reconfigure_port()
        self._update_dtr_state()
        self._update_rts_state()

    def _plug(self, simulation: Simulation) -> MemoryHost:
        (bench,) = simulation.benches.values()
        port = MemoryPort(lambda _: None, simulation.journal, name=self.port or "")
        bench.plug(port)
        return port.host

    def close(self) -> None:
        """End the world. Closing twice is harmless."""
        if self._world is None:
            return
        world, self._world = self._world, None
        self.is_open = False
        atexit.unregister(self.close)
        world.close()

    @property
    def in_waiting(self) -> int:
        """How many octets can be read at once."""
        self._check_open()
        self._input += self._host.read(0)
        return len(self._input)

    def read(self, size: int = 1, /) -> bytes:
        """Return ``size`` octets, or as many as came until the timeout."""
        self._check_open()
        timeout = self.timeout
        end = None if timeout is None else monotonic() + timeout
        while len(self._input) < size:
            octets = self._host.read(None if end is None else max(0.0, end - monotonic()))
            if not octets:
                break
            self._input += octets
        octets = bytes(self._input[:size])
        del self._input[:size]
        return octets

    def write(self, b: ReadableBuffer, /) -> int | None:
        """Send octets to the module; return how many there were."""
        self._check_open()
        octets = bytes(memoryview(b))
        self._host.write(octets)
        return len(octets)

    def flush(self) -> None:
        """Do nothing: the module has what was written."""

    def reset_input_buffer(self) -> None:
        """Drop what can be read at once."""
        self._check_open()
        self._host.read(0)
        self._input.clear()

    def reset_output_buffer(self) -> None:
        """Do nothing: the module has what was written."""
        self._check_open()

    @property
    def out_waiting(self) -> int:
        """No octets wait: the module has what was written."""
        return 0

    @property
    def cts(self) -> bool:
        """The module is always clear to be sent to."""
        return True

    @property
    def dsr(self) -> bool:
        """The module is there."""
        return True

    @property
    def ri(self) -> bool:
        """The module does not ring."""
        return False

    @property
    def cd(self) -> bool:
        """The module carries no call."""
        return False

    def _reconfigure_port(self) -> None:
        self._host.set_line("baud rate", str(self.baudrate))

    def _update_dtr_state(self) -> None:
        self._host.set_line("DTR", _on(self.dtr))

    def _update_rts_state(self) -> None:
        self._host.set_line("RTS", _on(self.rts))

    def _update_break_state(self) -> None:
        self._host.set_line("BREAK", _on(self.break_condition))

    def _check_open(self) -> None:
        if not self.is_open:
            raise PortNotOpenError


def _on(state: bool) -> str:  # noqa: FBT001 - it is the state itself
    return "on" if state else "off"


def _settings(url: str) -> dict[str, Any]:
    """Return the world's settings that a URL states."""
    parts = urlsplit(url)
    settings: dict[str, Any] = {}
    if profile := parts.netloc + parts.path:
        settings["profile"] = profile
    for option, text in parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)):
        if option not in _OPTIONS:
            raise ValueError(f"no option is called {option!r}: there are {', '.join(_OPTIONS)}")
        settings[option] = _OPTIONS[option](text)
    return settings
