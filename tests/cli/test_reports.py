"""``onenet-sim report`` and ``onenet-sim capture``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from onenet_sim.console import control_app
from onenet_sim.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.cli.conftest import Ended

VERBS = {"report": b"<!DOCTYPE html>", "capture": bytes.fromhex("0A0D0D0A")}


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[World, str]]:
    with World(seed=7, clock="stopped", pty=False) as world:
        world.modem.command("AT+CSQ")
        yield world, world.serve_http(control_app(world))


@pytest.mark.parametrize(("verb", "begins"), VERBS.items())
def test_they_take_a_file_a_url_and_a_ready_line(
    called: Callable[..., Ended], served: tuple[World, str], tmp_path: Path, verb: str, begins: bytes
) -> None:
    world, url = served
    saved, ready, to = tmp_path / "journal.jsonl", tmp_path / "ready.json", tmp_path / "written"
    world.journal.save(saved)
    ready.write_text(json.dumps({"ready": True, "http": url}) + "\n")
    written = set()
    for source in ((str(saved),), (str(ready),), ("--http", url)):
        ended = called(verb, *source, "--to", str(to))
        assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
        written.add(to.read_bytes())
    (octets,) = written
    assert octets.startswith(begins)
    assert b"AT+CSQ" in octets


def test_the_last_world_of_a_journal_is_meant(called: Callable[..., Ended], tmp_path: Path) -> None:
    path, to = tmp_path / "journal.jsonl", tmp_path / "run.html"
    with World(seed=7, clock="stopped", pty=False) as world:
        world.modem.command("AT+FIRST")
        world.journal.save(path)
        first = path.read_text()
        world.reset()
        world.modem.command("AT+SECOND")
        world.journal.save(path)
        path.write_text(first + path.read_text())
    called("report", str(path), "--to", str(to))
    assert "AT+FIRST" not in to.read_text(encoding="utf-8")
    assert "reset with seed 7" in to.read_text(encoding="utf-8")


@pytest.mark.parametrize("verb", VERBS)
def test_what_is_wrong_with_a_call_is_told(
    called: Callable[..., Ended], served: tuple[World, str], tmp_path: Path, verb: str
) -> None:
    world, _ = served
    path = tmp_path / "journal.jsonl"
    world.journal.save(path)
    for arguments, words in (
        ((str(path),), "--to"),
        ((str(path), "--to", str(tmp_path / "nowhere" / "x")), "nowhere/x: No such file or directory"),
        ((str(tmp_path / "none"), "--to", str(tmp_path / "x")), "none: No such file or directory"),
        (("--to", str(tmp_path / "x")), "name a file"),
    ):
        ended = called(verb, *arguments)
        assert ended.returncode == 2
        assert words in " ".join(ended.stderr.split())
        assert not (tmp_path / "x").exists()
