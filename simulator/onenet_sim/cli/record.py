"""``onenet-sim record``: between a host and a real module, writes down what they say to each other."""

from __future__ import annotations

import asyncio
import json
import signal
from contextlib import closing
from datetime import datetime
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated

import typer

from onenet_sim import __version__
from onenet_sim.journal import Journal
from onenet_sim.modem import ProfileError, load_profile
from onenet_sim.ports import Relay
from onenet_sim.testing.sessions import QUIET_SECONDS, Recording, Session, Side

_BAUD = 9600
_FAILED = 1
_WRONG_OPTION = 2


def record(
    *,
    serial: Annotated[str, typer.Option(metavar="DEVICE", help="What the module is on, such as /dev/ttyUSB0.")],
    to: Annotated[Path, typer.Option(metavar="FILE", help="The session file, which must not be there yet.")],
    baud: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            max=4_000_000,
            help="Until the host sets a rate.",
            show_default="the profile's, or 9600",
        ),
    ] = None,
    link: Annotated[
        Path | None, typer.Option(metavar="PATH", help="A symbolic link to the PTY that the host opens.")
    ] = None,
    profile: Annotated[
        str | None, typer.Option(metavar="NAME|FILE.toml", help="Which module it is, for the file's head.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Say what is where in one line of JSON.")] = False,
) -> None:
    """Pass octets between a module and a PTY that its host opens, and write a session file. Ctrl-C ends it.

    It also ends when the module is unplugged. The file is complete up to the newest line at any time.
    """
    if link is not None and not link.absolute().parent.is_dir():
        raise typer.BadParameter(f"{link.absolute().parent} is no directory", param_hint="--link")
    if to.exists():
        raise typer.BadParameter(f"{to} is there already, and is not overwritten", param_hint="--to")
    rate = baud or _rate(profile)
    moment = datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
    recorder = _Recorder(serial, rate, link, to)
    try:
        asyncio.run(recorder.run(Session((), profile or "", f"{moment}, {serial}, {rate} baud"), as_json=as_json))
    except OSError as error:
        why = error.strerror or str(error)
        typer.echo(f"Error: {why}" + (f": {error.filename}" if error.filename else ""), err=True)
        raise typer.Exit(_WRONG_OPTION) from None
    if recorder.failure:
        typer.echo(f"Error: {recorder.failure}", err=True)
        raise typer.Exit(_FAILED)


def _rate(profile: str | None) -> int:
    if profile is None:
        return _BAUD
    try:
        return load_profile(profile).line.baud
    except ProfileError as error:
        raise typer.BadParameter(str(error), param_hint="--profile") from None


class _Recorder:
    """A relay with a recording at its ear.

    Attributes:
        failure: Why the recording is not whole, if so.
    """

    def __init__(self, device: str, baud: int, link: Path | None, to: Path) -> None:
        self.failure = ""
        self._device = device
        self._baud = baud
        self._link = None if link is None else link.absolute()
        self._to = to
        self._timer: asyncio.TimerHandle | None = None

    async def run(self, head: Session, *, as_json: bool) -> None:
        """Relay until a signal comes, the module is gone, or nothing more can be written.

        Raises:
            OSError: The device, the link or the file cannot be had.
        """
        loop = self._loop = asyncio.get_running_loop()
        self._over: asyncio.Future[str] = loop.create_future()
        for each in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(each, self._end, "")
        journal = Journal(loop.time)
        relay = Relay(
            journal,
            device=self._device,
            baud=self._baud,
            link=self._link,
            on_host=lambda octets: self._hear(Side.HOST, octets),
            on_module=lambda octets: self._hear(Side.MODULE, octets),
            on_gone=lambda: self._end(f"{self._device} is gone; the recording ends"),
        )
        try:
            self._recording = Recording(self._to, head)
        except OSError:
            relay.close()
            raise
        with closing(self._recording), closing(relay):  # what the relay tells at its end is written too
            journal.follow(lambda event: self._recording.remark(str(event.what)))
            self._tell(relay.pty.described, as_json=as_json)
            typer.echo(await self._over, err=True, nl=False)
        self.failure = self._recording.failure

    def _tell(self, port: dict[str, str | None], *, as_json: bool) -> None:
        told = {"ready": True, "version": __version__, **port, "serial": self._device, "to": str(self._to)}
        text = f"The host opens {self._link or port['port']}; the module is on {self._device}. Ctrl-C ends it."
        typer.echo(json.dumps(told) if as_json else text)

    def _hear(self, side: Side, octets: bytes) -> None:
        self._recording.hear(side, octets, self._loop.time())
        if self._recording.failure:
            self._end("")
        elif self._recording.waits and self._timer is None:
            self._timer = self._loop.call_later(QUIET_SECONDS, self._look)

    def _look(self) -> None:
        self._timer = None
        self._recording.look(self._loop.time())
        if self._recording.waits:
            self._timer = self._loop.call_later(QUIET_SECONDS, self._look)

    def _end(self, why: str) -> None:
        if not self._over.done():
            self._over.set_result(f"{why}\n" if why else "")
