"""The journal as tests and scripts read it, from any thread."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from onenet_sim.journal import saved_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from onenet_sim.journal import Event, Layer
    from onenet_sim.world.world import World


class JournalView:
    """The journal, readable from any thread."""

    def __init__(self, world: World) -> None:
        self._world = world

    def events(
        self, *, after: int = 0, layer: Layer | None = None, modem: str | None = None, kind: str | None = None
    ) -> list[Event]:
        """Return the events with an id above ``after``, of one layer, modem or kind if given."""
        found = self._world.call(lambda s: s.journal.events(after=after, layer=layer, modem=modem))
        return [event for event in found if kind in {None, event.kind}]

    def thread(self, event_id: int) -> list[Event]:
        """Return an event and what led to it, the first cause first."""
        return self._world.call(lambda s: s.journal.thread(event_id))

    def why(self, event_id: int) -> str:
        """Return what led to an event, and what the journal explains of it, as text.

        Raises:
            LookupError: The event is not kept.
        """
        from onenet_sim.report import why  # noqa: PLC0415 - few worlds ask

        return "\n".join(why(self.events(), event_id))

    def missing(self, stream: str, imei: str = "") -> str:
        """Return how far the newest report of a stream such as ``3303_0_5700`` came, and what stopped it.

        Raises:
            ValueError: That is no stream's name.
            LookupError: There are several modems, and none is known by that IMEI.
        """
        from onenet_sim.report import missing  # noqa: PLC0415 - few worlds ask

        return "\n".join(missing(self.events(), stream, imei))

    def capture(self, path: Path | str) -> None:
        """Write a pcapng file for Wireshark: each modem's air and serial line, with comments."""
        from onenet_sim.report import capture  # noqa: PLC0415 - few worlds ask

        Path(path).write_bytes(b"".join(capture(self._whole())))

    def report(self, path: Path | str) -> None:
        """Write one HTML file that shows all that happened, for a person; it needs no network."""
        from onenet_sim.report import page  # noqa: PLC0415 - few worlds ask

        Path(path).write_text("".join(page(self._whole())), encoding="utf-8")

    def _whole(self) -> list[Event]:
        return self._world.call(lambda s: s.journal.whole())

    def save(self, path: Path | str) -> None:
        """Write the journal to a file as JSON lines."""
        lines = self._world.call(lambda s: list(saved_lines(s.journal)))
        Path(path).write_text("\n".join(lines) + "\n", encoding="utf-8")

    def follow(self, follower: Callable[[Event], None]) -> Callable[[], None]:
        """Call ``follower`` with each new event, on the world's thread; the returned function ends that.

        It goes on after a reset, whose events count from 1 again.
        """
        end = self._world.call(lambda s: s.follow(follower))
        return lambda: self._world.call(lambda _: end())

    def __iter__(self) -> Iterator[Event]:
        return iter(self.events())
