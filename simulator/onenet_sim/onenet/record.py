"""What the platform's records have in common: whoever keeps them is told when one changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Record:
    """Something that the platform remembers. Its values are replaced, never changed in place."""

    __slots__ = ("_watcher",)

    def watch(self, watcher: Callable[[Record], None] | None) -> None:
        """Call ``watcher`` with this record whenever an attribute is assigned from now on; None ends that."""
        object.__setattr__(self, "_watcher", watcher)

    def __setattr__(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)
        watcher = getattr(self, "_watcher", None)
        if watcher is not None:
            watcher(self)
