"""Who opens and closes a file, as the kernel tells it (inotify(7)); Python has no call of its own for it."""

from __future__ import annotations

import ctypes
import os
import select
import struct

_IN_CLOSE_WRITE = 0x08
_IN_CLOSE_NOWRITE = 0x10
_IN_OPEN = 0x20
_IN_CLOSE = _IN_CLOSE_WRITE | _IN_CLOSE_NOWRITE
_EVENT = struct.Struct("iIII")
_READ_OCTETS = 4096


class OpenWatch:
    """Tells opens and closes of one file from now on.

    The kernel tells two equal events in a row as one if nobody read between them: hosts that come or go at
    the very same moment may count as one.
    """

    def __init__(self, path: str) -> None:
        """Watch a file; :exc:`OSError` when this system cannot."""
        libc = ctypes.CDLL(None, use_errno=True)
        if not hasattr(libc, "inotify_init1"):
            raise OSError("this system has no inotify")
        self.descriptor = _checked(libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))
        """Readable when there is something to tell."""
        try:
            _checked(libc.inotify_add_watch(self.descriptor, os.fsencode(path), _IN_OPEN | _IN_CLOSE))
        except OSError:
            os.close(self.descriptor)
            raise
        self._poll = select.poll()
        self._poll.register(self.descriptor, select.POLLIN)

    def read(self) -> list[bool]:
        """Return what happened since the last call, in order: True is an open, False a close."""
        if not self._poll.poll(0):  # asked at each read of a port, mostly in vain: that is to be cheap
            return []
        events = os.read(self.descriptor, _READ_OCTETS)
        happened = []
        position = 0
        while position < len(events):
            _, mask, _, name_length = _EVENT.unpack_from(events, position)
            position += _EVENT.size + name_length
            if mask & (_IN_OPEN | _IN_CLOSE):
                happened.append(bool(mask & _IN_OPEN))
        return happened

    def close(self) -> None:
        """Watch no more."""
        os.close(self.descriptor)


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
