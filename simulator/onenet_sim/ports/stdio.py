"""The process's own standard input and output as the serial line, for a program that starts the module itself."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from onenet_sim.ports.descriptor import DescriptorPort

if TYPE_CHECKING:
    from collections.abc import Callable

    from onenet_sim.journal import Journal

_STDIN = 0
_STDOUT = 1


class StdioPort(DescriptorPort):
    """Standard input and output; see :class:`~onenet_sim.ports.Port`. Their host is there until the input ends.

    Attributes:
        on_end: Called when the input has ended, or nobody reads the output any more.
    """

    def __init__(
        self,
        on_octets: Callable[[bytes], None],
        journal: Journal,
        *,
        on_end: Callable[[], None],
        modem: str | None = None,
        source: int = _STDIN,
        sink: int = _STDOUT,
    ) -> None:
        """Read from one descriptor and write to another on the running loop; both stay open in the end.

        Raises:
            OSError: The input is a file, or a device, on which nobody can wait.
        """
        super().__init__("stdin", on_octets, journal, modem)
        self.on_end = on_end
        # A terminal is shared with the shell, and its octets come when it is ready: it stays as it is.
        self._unblocked = [each for each in (source, sink) if not os.isatty(each) and os.get_blocking(each)]
        for descriptor in self._unblocked:
            os.set_blocking(descriptor, False)
        try:
            self._listen(source, sink)
        except PermissionError as error:
            self._restore()
            what = (
                "standard input is neither a terminal nor a pipe nor a socket; cat FILE | makes a pipe of a file"
            )
            raise OSError(error.errno, what) from error
        with self.journal.because(None):
            self._attach()

    @property
    def described(self) -> dict[str, str | None]:
        """A hyphen, under ``stdio``."""
        return {"stdio": "-"}

    def close(self) -> None:
        """Leave both descriptors as they were."""
        if self._descriptor < 0:
            return
        self._detach()
        self._unlisten()
        self._restore()

    def _hung_up(self) -> None:
        self.close()
        self.on_end()

    def _restore(self) -> None:
        for descriptor in self._unblocked:
            os.set_blocking(descriptor, True)
