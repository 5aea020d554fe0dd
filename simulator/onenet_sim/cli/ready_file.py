"""The file in which a running world says what is where, for those who come later."""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from onenet_sim.world import Json

_ONLY_MINE = 0o700


def default_ready_file() -> Path:
    """Return the file of the user's newest world: in ``XDG_RUNTIME_DIR``, or else below the temporary folder."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    folder = Path(runtime, "onenet-sim") if runtime else Path(tempfile.gettempdir(), f"onenet-sim-{os.getuid()}")
    return folder / "ready.json"


def token_header(described: Mapping[str, Any] | None = None) -> dict[str, str]:
    """Return the HTTP header that control calls need: with the ready line's token, else ``$ONENET_SIM_TOKEN``."""
    token = (described or {}).get("control_token") or os.environ.get("ONENET_SIM_TOKEN")
    return {"Authorization": f"Bearer {token}"} if token else {}


@contextmanager
def ready_file(path: Path | None, described: Mapping[str, Json]) -> Iterator[None]:
    """Keep the ready line's object in a file for as long as the block runs; it is there whole or not at all.

    Without a path it is the default file, unless there can be none. A newer world's file is not removed.

    Raises:
        OSError: The file that was asked for cannot be written.
    """
    text = json.dumps(described) + "\n"
    written = default_ready_file() if path is None else path
    if path is None:
        with suppress(OSError):
            _write_default(written, text)
    else:
        _write(written, text)
    try:
        yield
    finally:
        with suppress(OSError):
            if written.read_text(encoding="utf-8") == text:
                written.unlink()


def _write_default(path: Path, text: str) -> None:
    path.parent.mkdir(mode=_ONLY_MINE, parents=True, exist_ok=True)
    if path.parent.stat().st_uid == os.getuid():  # the temporary folder is everybody's
        _write(path, text)


def _write(path: Path, text: str) -> None:
    descriptor, name = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink()
        raise
