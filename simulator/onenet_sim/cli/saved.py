"""Where a verb that reads a journal gets it: a file of JSON lines, or a world that runs."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import typer

from onenet_sim.cli.ready_file import token_header
from onenet_sim.journal import dropped_line, json_line, read_json_lines, saved_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from onenet_sim.journal import Event, SavedWorld
    from onenet_sim.world import Simulation, World

LARGEST_FILE = 1 << 30
"""How many octets ``--journal`` writes; of what happens beyond, only the number of events is kept."""

_SECONDS = 60
_WRONG = 2
_CALL = "/control/journal?format=jsonl"


@dataclass(frozen=True, slots=True)
class Source:
    """A journal's worlds, and what the journal is called."""

    name: str
    worlds: list[SavedWorld]


def read_journal(file: Path | None, http: str | None) -> Source:
    """Return a journal from a file or from the world at a URL.

    The file holds JSON lines, or the ready line of ``onenet-sim run --json``, which names the URL.
    """
    if (file is None) == (http is None):
        raise typer.BadParameter("name a file (a journal, or the ready line of a world) or a world's --http URL")
    if http is not None:
        return _fetched(http, token_header())
    assert file is not None  # noqa: S101 - one of the two
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _failed(f"{file}: {getattr(error, 'strerror', None) or error}") from None
    ready = _ready_line(text)
    return _fetched(ready["http"], token_header(ready)) if ready else Source(str(file), _parsed(text, str(file)))


def _ready_line(text: str) -> dict[str, Any] | None:
    """Return the ready line, if the text is one."""
    try:
        described = json.loads(text.partition("\n")[0])
    except ValueError:
        return None
    ready = isinstance(described, dict) and described.get("ready") and isinstance(described.get("http"), str)
    return described if ready else None


def _fetched(url: str, headers: dict[str, str]) -> Source:
    if not url.startswith(("http://", "https://")):
        raise typer.BadParameter(f"{url!r} is no URL; it begins with http://", param_hint="--http")
    call = url.rstrip("/") + _CALL
    try:
        request = Request(call, headers=headers)  # noqa: S310 - begins with http, as was checked
        with build_opener(ProxyHandler({})).open(request, timeout=_SECONDS) as answer:
            return Source(call, _parsed(answer.read().decode(), call))
    except HTTPError as error:
        with error:
            raise _failed(f"{url} answers {error.code}: {error.read().decode(errors='replace')}") from None
    except (OSError, ValueError) as error:
        raise _failed(f"no world answers at {url}: {error}") from None


def _parsed(text: str, name: str) -> list[SavedWorld]:
    try:
        return read_json_lines(text.splitlines())
    except ValueError as error:
        raise _failed(f"{name}: {error}") from None


def write_file(path: Path, portions: Iterable[bytes]) -> None:
    """Write what a verb has made to a file, or end the command with why that cannot be."""
    try:
        with path.open("wb") as file:
            file.writelines(portions)
    except OSError as error:
        raise _failed(f"{path}: {error.strerror or error}") from None


def _failed(why: str) -> typer.Exit:
    typer.echo(f"Error: {why}", err=True)
    return typer.Exit(_WRONG)


class JournalFile:
    """Writes a world's journal to a file as it goes on, until :meth:`close`.

    Each event is in the file as soon as it has happened. At 1 GiB, or where the disk is full, it writes no more
    and counts the events that are missing; their number is the file's last line.
    """

    def __init__(self, world: World, path: Path) -> None:
        """Begin with what has happened already.

        Raises:
            OSError: The file cannot be made.
        """
        self._file = path.open("w", encoding="ascii", buffering=1)
        self._left = LARGEST_FILE
        self._missing = 0
        self._world = world
        self._end = world.call(self._begin)

    def _begin(self, simulation: Simulation) -> Callable[[], None]:
        for line in saved_lines(simulation.journal):
            if not self._write(line):
                self._missing += 1
        return simulation.follow(self._note)

    def _note(self, event: Event) -> None:
        if self._missing or not self._write(json_line(event)):
            self._missing += 1

    def _write(self, line: str) -> bool:
        """Write a line if there is room; return whether there was."""
        self._left -= len(line) + 1
        try:
            return self._left >= 0 and bool(self._file.write(line + "\n"))
        except OSError:
            return False

    def close(self) -> int:
        """End the file; return how many events are missing in it."""
        self._world.call(lambda _: self._end())
        if self._missing:
            self._left = LARGEST_FILE
            self._write(dropped_line(self._missing))
        with suppress(OSError):
            self._file.close()
        return self._missing
