"""Raw TCP: the serial line's octets on a connection, for hosts that cannot open a PTY."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from onenet_sim.journal import Explanation
from onenet_sim.ports.descriptor import DescriptorPort

if TYPE_CHECKING:
    from collections.abc import Callable

    from onenet_sim.journal import Journal

_WAITING_HOSTS = 8


class TcpPort(DescriptorPort):
    """A TCP server for one host at a time, several in turn; see :class:`~onenet_sim.ports.Port`.

    A second host is refused while one is attached: its connection is closed at once.

    Attributes:
        host: The IPv4 number it listens on.
        port: The port it listens on.
    """

    _scheme = "socket"

    def __init__(
        self,
        on_octets: Callable[[bytes], None],
        journal: Journal,
        *,
        modem: str | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        """Listen, on the running loop, on an IPv4 number and a port (0: any free one).

        Raises:
            OSError: The address cannot be had; the message names it.
        """
        self._listener = _listener(host, port)
        self._connection: socket.socket | None = None
        self.host, self.port = self._listener.getsockname()
        super().__init__(f"{self._scheme}://{self.host}:{self.port}", on_octets, journal, modem)
        self._loop.add_reader(self._listener, self._accept)

    @property
    def described(self) -> dict[str, str | None]:
        """The address, under ``tcp``."""
        return {"tcp": f"{self.host}:{self.port}"}

    def close(self) -> None:
        """Hang up and listen no more."""
        if self._listener.fileno() >= 0:
            self._loop.remove_reader(self._listener)
            self._listener.close()
        self._hung_up()

    def _accept(self) -> None:
        with self.journal.because(None):
            try:
                connection, (host, port) = self._listener.accept()
            except OSError:  # the host thought better of it
                return
            self._drain()  # the last host may have hung up already
            if self._connection is not None:
                connection.close()
                what = f"{host}:{port} was refused on {self.name}: another host has the line"
                self.journal.note(Explanation(what), modem=self.modem)
                return
            connection.setblocking(False)  # noqa: FBT003 - the socket's own signature
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._connection = connection
            self._listen(connection.fileno())
            self._attach()

    def _hung_up(self) -> None:
        if self._connection is None:
            return
        self._detach()
        self._unlisten()
        self._connection.close()
        self._connection = None


def _listener(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setblocking(False)  # noqa: FBT003 - the socket's own signature
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_WAITING_HOSTS)
    except OSError as error:
        listener.close()
        why = error.strerror or str(error)
        raise OSError(error.errno, f"the port cannot have TCP address {host}:{port}: {why}") from error
    return listener
