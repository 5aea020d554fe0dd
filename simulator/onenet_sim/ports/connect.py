"""A TCP client: the module connects to the socket server of an emulator, such as QEMU or Renode."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from typing import TYPE_CHECKING

from onenet_sim.journal import Explanation
from onenet_sim.ports.descriptor import DescriptorPort
from onenet_sim.ports.later import RETRY_SECONDS, Later

if TYPE_CHECKING:
    from collections.abc import Callable

    from onenet_sim.journal import Journal


class ConnectPort(DescriptorPort):
    """A connection to a host that listens; see :class:`~onenet_sim.ports.Port`.

    While there is none, because the host does not listen yet or has hung up, it is tried twice a second.
    """

    def __init__(
        self,
        on_octets: Callable[[bytes], None],
        journal: Journal,
        *,
        host: str,
        port: int,
        modem: str | None = None,
    ) -> None:
        """Begin to connect to a host, by name or IPv4 number, and its port, on the running loop."""
        super().__init__(f"{host}:{port}", on_octets, journal, modem)
        self._address = host, port
        self._connection: socket.socket | None = None
        self._later = Later(self._loop, self._dial)
        self._told = False
        self._dial()

    @property
    def described(self) -> dict[str, str | None]:
        """The host's address, under ``connect``."""
        return {"connect": self.name}

    def close(self) -> None:
        """Hang up and try no more."""
        self._later.cancel()
        self._dialling.cancel()
        self._leave()

    def _dial(self) -> None:
        with self.journal.because(None):
            self._dialling = self._loop.create_task(self._connect())

    async def _connect(self) -> None:
        connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        connection.setblocking(False)  # noqa: FBT003 - the socket's own signature
        try:
            await self._loop.sock_connect(connection, self._address)
            if connection.getsockname() == connection.getpeername():
                raise ConnectionRefusedError(errno.ECONNREFUSED, "TCP met itself on loopback")
        except asyncio.CancelledError:
            connection.close()
            raise
        except OSError as error:
            connection.close()
            self._explain(error)
            self._later.again()
            return
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._told = False
        self._connection = connection
        self._listen(connection.fileno())
        self._attach()

    def _explain(self, error: OSError) -> None:
        """Say once why there is no connection."""
        if not self._told:
            why = os.strerror(error.errno) if error.errno else str(error)
            what = f"no connection to {self.name}: {why}; it is tried again every {RETRY_SECONDS:g} s"
            self.journal.note(Explanation(what), modem=self.modem)
            self._told = True

    def _hung_up(self) -> None:
        self._leave()
        self._later.again()

    def _leave(self) -> None:
        if self._connection is None:
            return
        self._detach()
        self._unlisten()
        self._connection.close()
        self._connection = None
