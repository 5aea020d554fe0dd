"""``onenet-sim why``, ``onenet-sim lint`` and ``onenet-sim run --journal``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from onenet_sim.cli import saved
from onenet_sim.cli.saved import JournalFile
from onenet_sim.console import control_app
from onenet_sim.journal import read_json_lines
from onenet_sim.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.cli.conftest import Ended, Start

STREAM = "3303_0_5700"


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[World, str]]:
    """A world with a report that arrived, and one bad habit: 12 events are enough to tell."""
    with World(seed=7, clock="stopped", pty=False) as world:
        for line in ("AT+MIPLCREATE", 'AT+MIPLADDOBJ=0,3303,1,"1",0,0', "AT+MIPLOPEN=0,3000"):
            world.modem.command(line)
        world.modem.expect(r"\+MIPLEVENT: 0,6")
        world.settle()
        world.modem.command("AT+MIPLNOTIFY=0,0,3303,0,5700,4,4,25.5,0,0,1")
        world.settle()
        world.modem.command("AT+NONSENSE")
        yield world, world.serve_http(control_app(world))


@pytest.fixture
def file(served: tuple[World, str], tmp_path: Path) -> str:
    path = tmp_path / "a journal.jsonl"
    served[0].journal.save(path)
    return str(path)


def test_why_takes_a_file_a_url_and_a_ready_line(
    called: Callable[..., Ended], served: tuple[World, str], file: str, tmp_path: Path
) -> None:
    world, url = served
    point = world.journal.events(kind="datapoint")[-1]
    ready = tmp_path / "ready.json"
    ready.write_text(json.dumps({"ready": True, "http": url}) + "\n")
    told = {
        called("why", *arguments).stdout
        for arguments in (
            (str(point.id), file),
            (f"#{point.id}", "--http", url),
            (STREAM, str(ready)),
            (STREAM, "--http", url + "/"),
        )
    }
    assert len(told) == 1
    assert "AT+MIPLNOTIFY" in told.pop()


def test_missing_tells_of_the_newest_report(
    called: Callable[..., Ended], served: tuple[World, str], file: str
) -> None:
    imei = served[0].modem.imei
    assert called("why", STREAM, file, "--missing", imei).stdout.startswith("3303_0_5700: it arrived (#")
    told = called("why", "3303_0_5701", file)
    assert told.stdout.startswith("3303_0_5701: the host sent no report of it")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("999999", "FILE"), 1, "no event #999999"),
        (("temperature", "FILE"), 1, "names no data stream"),
        (("1",), 2, "name a file"),
        (("1", "FILE", "--http", "http://127.0.0.1:1"), 2, "name a file"),
        (("1", "--http", "ftp://x"), 2, "is no URL"),
        (("1", "--http", "http://127.0.0.1:1"), 2, "no world answers at http://127.0.0.1:1"),
        (("1", "/nowhere/journal.jsonl"), 2, "No such file"),
        (("1", __file__), 2, "line 1 is no event of a journal"),
    ],
)
def test_a_wrong_call_of_why_says_what_is_wrong(
    called: Callable[..., Ended], file: str, arguments: tuple[str, ...], code: int, words: str
) -> None:
    ended = called("why", *(file if each == "FILE" else each for each in arguments))
    assert ended.returncode == code
    assert words in " ".join(ended.stderr.replace("│", "").split())
    assert "Traceback" not in ended.stderr


def test_lint_ends_with_1_if_there_is_a_finding_of_that_severity(called: Callable[..., Ended], file: str) -> None:
    found = called("lint", file)
    assert found.returncode == 1
    assert "unknown-command: this module has no command AT+NONSENSE" in found.stdout


def test_lint_ends_with_0_if_there_is_none(called: Callable[..., Ended], tmp_path: Path) -> None:
    with World(seed=7, clock="stopped", pty=False) as world:
        for _ in range(6):
            world.modem.command("AT+CEREG?")
        world.journal.save(tmp_path / "clean.jsonl")
    ended = called("lint", str(tmp_path / "clean.jsonl"))
    assert (ended.returncode, ended.stdout) == (0, "no findings\n")
    ended = called("lint", str(tmp_path / "clean.jsonl"), "--severity", "note")
    assert (ended.returncode, "polling" in ended.stdout) == (1, True)


def test_lint_prints_json_junit_and_sarif(called: Callable[..., Ended], file: str) -> None:
    (finding,) = json.loads(called("lint", file, "--format", "json").stdout)["findings"]
    assert finding["rule"] == "unknown-command"
    assert ET.fromstring(called("lint", file, "--format", "junit").stdout).tag == "testsuites"  # noqa: S314
    (run,) = json.loads(called("lint", file, "--format", "sarif").stdout)["runs"]
    where = run["results"][0]["locations"][0]["physicalLocation"]
    assert where["artifactLocation"]["uri"].endswith("/a%20journal.jsonl")
    with open(file, encoding="utf-8") as lines:  # noqa: PTH123 - a name
        line = lines.read().splitlines()[where["region"]["startLine"] - 1]
    assert json.loads(line)["id"] == finding["event"]


def test_each_world_is_linted_and_why_takes_the_last(called: Callable[..., Ended], tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with World(seed=7, clock="stopped", pty=False) as world:
        saving = JournalFile(world, path)
        world.modem.command("AT+FIRST")
        world.reset()
        world.modem.command("AT+SECOND")
        assert saving.close() == 0
    told = called("lint", str(path)).stdout
    assert "AT+FIRST" in told
    assert "AT+SECOND" in told
    assert "reset with seed 7" in "".join(called("why", str(n), str(path)).stdout for n in range(1, 9))


def test_run_writes_the_journal_as_it_goes_on(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    run = start("--journal", str(path))
    run.post("/control/modems/modem-1/power", {"action": "reset"})
    (live,) = read_json_lines(path.read_text().splitlines())
    assert any("reset key" in str(event.what) for event in live.events)
    code, said = run.end()
    assert (code, said) == (0, "")
    (whole,) = read_json_lines(path.read_text().splitlines())
    assert [event.id for event in whole.events] == list(range(1, len(whole.events) + 1))
    assert whole.dropped == 0


def test_run_says_when_the_file_cannot_be_made(called: Callable[..., Ended], tmp_path: Path) -> None:
    ended = called("run", "--journal", str(tmp_path / "nowhere" / "journal.jsonl"))
    assert ended.returncode == 2
    assert "No such file" in ended.stderr


def test_a_full_file_counts_what_it_lacks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(saved, "LARGEST_FILE", 2000)
    path = tmp_path / "journal.jsonl"
    with World(seed=7, clock="stopped", pty=False) as world:
        saving = JournalFile(world, path)
        for _ in range(20):
            world.modem.command("AT")
        missing = saving.close()
        assert missing > 0
        (kept,) = read_json_lines(path.read_text().splitlines())
        assert kept.dropped == missing == len(world.journal.events()) - len(kept.events)
    assert path.stat().st_size < 2100
