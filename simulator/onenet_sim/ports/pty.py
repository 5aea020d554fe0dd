"""A pseudo-terminal: the host opens what looks like a serial device."""

from __future__ import annotations

import fcntl
import os
import sys
import termios
from pathlib import Path
from typing import TYPE_CHECKING

from onenet_sim.journal import Explanation
from onenet_sim.ports.descriptor import DescriptorPort
from onenet_sim.ports.watch import OpenWatch

if TYPE_CHECKING:
    from collections.abc import Callable

    from onenet_sim.journal import Journal

_PTYS = "/dev/pts/"
_TCGETS2 = 0x802C542A
"""Linux's call for the mode with the speed as a number (ioctl_tty(2)): Python's own has only the usual speeds."""

_TERMIOS2_OCTETS = 44
_SPEED = slice(40, 44)
_IFLAG, _OFLAG, _CFLAG, _LFLAG, _ISPEED, _OSPEED = range(6)


class PtyPort(DescriptorPort):
    """A PTY pair of which the host opens one end; see :class:`~onenet_sim.ports.Port`.

    Hosts are seen by inotify as they open and close it. Where there is no inotify, or no more of it, one
    counts as attached from the start and for ever: boot text then goes out at once.

    The host's baud rate is looked at, where there is Linux, once it has the port open for good and when it writes.

    Attributes:
        link: The symbolic link that stands for the PTY, if one was asked for.
    """

    def __init__(
        self,
        on_octets: Callable[[bytes], None],
        journal: Journal,
        *,
        modem: str | None = None,
        link: str | os.PathLike[str] | None = None,
    ) -> None:
        """Open a PTY on the running loop, and let ``link`` point to it.

        A link that points to some PTY is replaced, since a run that died may have left it.

        Raises:
            FileExistsError: ``link`` is there and is something else.
            OSError: There are no more PTYs, or the link cannot be made.
        """
        self._master, self._slave = os.openpty()
        super().__init__(os.ttyname(self._slave), on_octets, journal, modem)
        self.link = None if link is None else Path(link)
        self._hosts = 0
        self._watch: OpenWatch | None = None
        self._mode = bytearray(_TERMIOS2_OCTETS)
        self._speed = self._present_speed()
        try:
            _make_raw(self._slave)
            os.set_blocking(self._master, False)
            if self.link is not None:
                _place_link(self.link, self.name)
        except OSError:
            os.close(self._master)
            os.close(self._slave)
            raise
        self._listen(self._master)
        self._watch_hosts()

    @property
    def described(self) -> dict[str, str | None]:
        """The PTY, under ``port``, and its ``link``."""
        return {"port": self.name, "link": None if self.link is None else str(self.link)}

    @property
    def rate(self) -> int | None:
        """The baud rate that a host has set, if one has."""
        self._note_rate()
        return self._rate

    def set_rate(self, baud: int) -> None:
        """Let the next host find the line at a baud rate, if it is one of the usual ones."""
        speed = getattr(termios, f"B{baud}", None)
        if speed is not None:
            mode = termios.tcgetattr(self._slave)
            mode[_ISPEED] = mode[_OSPEED] = speed
            termios.tcsetattr(self._slave, termios.TCSANOW, mode)
            self._speed = self._present_speed()

    def close(self) -> None:
        """Give the PTY up and remove the link, if it is still ours. The host sees a hang-up."""
        if self._descriptor < 0:
            return
        if self.attached:
            self._detach()
        self._unlisten()
        if self._watch is not None:
            self._loop.remove_reader(self._watch.descriptor)
            self._watch.close()
        if self.link is not None and _target(self.link) == self.name:
            self.link.unlink()
        os.close(self._master)
        os.close(self._slave)

    def _watch_hosts(self) -> None:
        try:
            self._watch = OpenWatch(self.name)
        except OSError as error:
            what = f"nobody can tell who opens {self.name}: {error}; a host counts as attached"
            self.journal.note(Explanation(what), modem=self.modem)
            self._attach()
            self._settle()
        else:
            self._loop.add_reader(self._watch.descriptor, self._look)

    def _look(self) -> None:
        """Count hosts as they open and close the PTY."""
        if self._watch is None or not (happened := self._watch.read()):
            return
        with self.journal.because(None):
            while happened:
                opened = happened.pop(0)
                self._hosts = max(0, self._hosts + (1 if opened else -1))
                if opened and self._hosts == 1:
                    self._attach()
                elif not opened and self._hosts == 0 and self.attached:
                    happened += self._watch.read()
                    self._clean(followed=True in happened)
            if not self._hosts:
                _make_raw(self._slave)

    def _clean(self, *, followed: bool) -> None:
        """Take what the last host still said, and leave the next one a line with nothing on it.

        When the next one is there already, what there is to read may be its own: that waits until it is attached.
        """
        if not followed:
            self._drain()
        self._detach()
        termios.tcflush(self._slave, termios.TCIFLUSH)

    def _readable(self) -> None:
        self._look()  # who opened the port comes before what they wrote
        self._read()
        self._note_rate()  # after the answer, which is not to wait for it

    def _settle(self) -> None:
        self._note_rate()
        super()._settle()

    def _note_rate(self) -> None:
        speed = self._present_speed()
        if speed != self._speed:
            self._speed = speed
            self._rate = int.from_bytes(speed, sys.byteorder)
            with self.journal.because(None):
                self._note_line("baud rate", str(self._rate))

    def _present_speed(self) -> bytes:
        """Return the speed of the PTY, or nothing where the system does not tell it in this way."""
        try:
            fcntl.ioctl(self._master, _TCGETS2, self._mode)
        except OSError:
            return b""
        return bytes(self._mode[_SPEED])


def _make_raw(descriptor: int) -> None:
    """Let octets pass as they are, with no echo; what else a host has set stays (termios(3), raw mode)."""
    mode = termios.tcgetattr(descriptor)
    mode[_IFLAG] &= ~(
        termios.IGNBRK
        | termios.BRKINT
        | termios.PARMRK
        | termios.INPCK
        | termios.ISTRIP
        | termios.INLCR
        | termios.IGNCR
        | termios.ICRNL
        | termios.IXON
        | termios.IXOFF
    )
    mode[_OFLAG] &= ~termios.OPOST
    mode[_CFLAG] = mode[_CFLAG] & ~(termios.CSIZE | termios.PARENB) | termios.CS8
    mode[_LFLAG] &= ~(termios.ECHO | termios.ECHONL | termios.ICANON | termios.ISIG | termios.IEXTEN)
    termios.tcsetattr(descriptor, termios.TCSANOW, mode)


def _target(link: Path) -> str | None:
    """Return where a symbolic link points, or None when it is none."""
    try:
        return str(link.readlink())
    except OSError:
        return None


def _place_link(link: Path, target: str) -> None:
    if os.path.lexists(link):
        old = _target(link)
        if old is None:
            raise FileExistsError(f"{link} is not a symbolic link: it stays, and the port needs another name")
        if not old.startswith(_PTYS):
            raise FileExistsError(f"{link} points to {old}, which is no PTY: the port needs another name")
    fresh = link.with_name(f"{link.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.replace(link)
