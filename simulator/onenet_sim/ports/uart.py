"""A real UART: the module sits on a serial device of this machine, and the host is at the far end of its wires."""

from __future__ import annotations

import termios
from typing import TYPE_CHECKING

from onenet_sim.ports.descriptor import DescriptorPort
from onenet_sim.ports.later import Later

if TYPE_CHECKING:
    from collections.abc import Callable

    import serial

    from onenet_sim.journal import Journal

_CC = 6


class UartPort(DescriptorPort):
    """A serial device, 8N1, for this process alone; see :class:`~onenet_sim.ports.Port`.

    Whether somebody listens at the far end cannot be seen: a host counts as attached while the device is there.
    When it goes, as a USB adapter does that is unplugged, it is looked for twice a second, unless there is an
    ``on_gone`` to be called instead.
    """

    def __init__(
        self,
        on_octets: Callable[[bytes], None],
        journal: Journal,
        *,
        device: str,
        baud: int,
        modem: str | None = None,
        on_gone: Callable[[], None] | None = None,
    ) -> None:
        """Open a device at a baud rate, on the running loop.

        Raises:
            OSError: It cannot be opened, or not with this baud rate; the message names it.
        """
        super().__init__(device, on_octets, journal, modem)
        self._baud = baud
        self._on_gone = on_gone
        self._uart: serial.Serial | None = None
        self._later = Later(self._loop, self._look)
        self._open()

    @property
    def described(self) -> dict[str, str | None]:
        """The device, under ``serial``."""
        return {"serial": self.name}

    def set_rate(self, baud: int) -> None:
        """Go on at another baud rate.

        Raises:
            OSError: The device cannot have it; the message names both.
        """
        self._baud = baud
        if self._uart is None:
            return
        try:
            self._uart.baudrate = baud
            self._wait_for_octets()
        except (ValueError, termios.error) as error:
            raise OSError(f"{self.name} cannot have {baud} baud: {error}") from error

    def close(self) -> None:
        """Give the device up."""
        self._later.cancel()
        self._leave()

    def _open(self) -> None:
        import serial  # noqa: PLC0415 - a world without a UART never loads it

        try:
            self._uart = serial.Serial(self.name, self._baud, timeout=0, exclusive=True)
        except ValueError as error:
            raise OSError(f"{self.name} cannot have {self._baud} baud: {error}") from error
        self._wait_for_octets()
        self._listen(self._uart.fileno())
        with self.journal.because(None):
            self._attach()

    def _wait_for_octets(self) -> None:
        """Undo pyserial's VMIN of 0, with which nothing to read would look like the end."""
        if self._uart is not None:
            mode = termios.tcgetattr(self._uart.fileno())
            mode[_CC][termios.VMIN] = 1
            termios.tcsetattr(self._uart.fileno(), termios.TCSANOW, mode)

    def _look(self) -> None:
        try:
            self._open()
        except (OSError, termios.error):
            self._leave()
            self._later.again()

    def _hung_up(self) -> None:
        self._leave()
        if self._on_gone is None:
            self._later.again()
        else:
            self._on_gone()

    def _leave(self) -> None:
        if self._uart is None:
            return
        if self.attached:
            with self.journal.because(None):
                self._detach()
        if self._descriptor >= 0:
            self._unlisten()
        self._uart.close()
        self._uart = None
