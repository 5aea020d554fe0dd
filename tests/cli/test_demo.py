"""``onenet-sim demo`` as a process of its own, and what it says when something fails."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from onenet_sim.cli import demo as demo_module
from onenet_sim.cli.demo import demo
from onenet_sim.cli.driver import DriverError, ReferenceDriver

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_RUN = 60.0
_LINE = re.compile(r" *[\d.]* +#(?P<id>\d+)  (?P<text> *.*)")


def _run(*options: str, encoding: str = "utf-8") -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "PYTHONIOENCODING": encoding,
        "COLUMNS": "100",
        "HTTP_PROXY": "http://127.0.0.1:1",
    }
    return subprocess.run(
        [sys.executable, "-m", "onenet_sim", "demo", *options],
        capture_output=True,
        encoding="utf-8",
        timeout=LONGEST_RUN,
        check=False,
        env=environment,
    )


@pytest.fixture(scope="module")
def onemo() -> subprocess.CompletedProcess[str]:
    return _run()


def _path_to(output: str, wanted: str) -> list[str]:
    """Return the lines above the first that begins with ``wanted``, each less indented, the root first."""
    path: list[str] = []
    depths: list[int] = []
    for found in map(_LINE.match, output.splitlines()):
        if found is None:
            continue
        text = found["text"]
        depth = len(text) - len(text.lstrip())
        while depths and depths[-1] >= depth:
            depths.pop()
            path.pop()
        depths.append(depth)
        path.append(text.strip())
        if path[-1].startswith(wanted):
            return path
    raise AssertionError(f"no line begins with {wanted!r} in\n{output}")


def _in_order(words: list[str], path: list[str]) -> bool:
    rest: Iterator[str] = iter(path)
    return all(any(line.startswith(word) for line in rest) for word in words)


def test_every_expectation_holds(onemo: subprocess.CompletedProcess[str]) -> None:
    assert onemo.returncode == 0, onemo.stdout + onemo.stderr
    assert "✗" not in onemo.stdout
    assert onemo.stdout.count("✓") == 13
    assert onemo.stderr == ""


@pytest.mark.parametrize(
    ("line", "causes"),
    [
        (
            "platform  device 869975031970695 created",
            ["host → modem  AT+MIPLOPEN", "modem → bootstrap  CON POST /bs"],
        ),
        ("host ← modem  +MIPLEVENT: 0,2", ["host → modem  AT+MIPLOPEN", "modem ← bootstrap  CON POST /bs"]),
        ("modem → access  CON POST /rd", ["host → modem  AT+MIPLOPEN", "modem ← bootstrap  CON POST /bs"]),
        ("host ← modem  +MIPLEVENT: 0,6", ["modem → access  CON POST /rd", "modem ← access  ACK 2.01"]),
        (
            "host ← modem  +MIPLOBSERVE",
            ["modem → access  CON POST /rd", "modem ← access  CON GET /3303/0 observe=0"],
        ),
        ("host ← modem  +MIPLDISCOVER", ["modem → access  CON POST /rd", "modem ← access  CON GET /3303 "]),
        ("platform  data point 3303_0_5700 = 23.5", ["host → modem  AT+MIPLNOTIFY", "modem → access  CON 2.05"]),
        ("host ← modem  +MIPLEVENT: 0,26,42", ["host → modem  AT+MIPLNOTIFY", "modem ← access  ACK"]),
        ("host ← modem  +MIPLWRITE", ["platform ← application  POST /nbiot?", "modem ← access  CON POST /3306/0"]),
        (
            "host ← modem  +MIPLEXECUTE",
            ["platform ← application  POST /nbiot/execute", "modem ← access  CON POST"],
        ),
        ("modem → access  CON POST /rd/869975031970695 lt=86400", ["host → modem  AT+MIPLUPDATE=0,5,0"]),
        ("host ← modem  +MIPLEVENT: 0,11", ["host → modem  AT+MIPLUPDATE=0,5,0", "modem → access  CON POST /rd/"]),
    ],
)
def test_each_line_of_the_run_stands_under_what_caused_it(
    onemo: subprocess.CompletedProcess[str], line: str, causes: list[str]
) -> None:
    path = _path_to(onemo.stdout, line)
    assert _in_order(causes, path[:-1]), path


def test_the_device_is_offline_after_a_day_and_the_module_says_nothing(
    onemo: subprocess.CompletedProcess[str],
) -> None:
    update, *_, offline = _path_to(onemo.stdout, "platform  device 869975031970695 offline")
    assert update.startswith("host → modem  AT+MIPLUPDATE=0,5,0")
    assert "86400 s" in offline or offline.endswith("…")
    after = onemo.stdout.partition("+MIPLEVENT: 0,11")[2]
    assert after.count('"online":true') == after.count('"online":false') == 1
    assert after.index('"online":true') < after.index('"online":false')
    assert "host ← modem" not in after


def test_the_evidence_of_each_check_names_events_of_the_timeline(onemo: subprocess.CompletedProcess[str]) -> None:
    timeline, _, checks = onemo.stdout.partition("✓")
    named = set(re.findall(r"#\d+", checks))
    assert len(named) >= 20
    assert named <= set(re.findall(r"#\d+", timeline))


def test_no_line_of_the_timeline_is_wider_than_the_terminal(onemo: subprocess.CompletedProcess[str]) -> None:
    assert max(map(len, onemo.stdout.splitlines())) <= 100


def test_no_colour_goes_into_a_pipe(onemo: subprocess.CompletedProcess[str]) -> None:
    assert "\x1b" not in onemo.stdout


def test_another_module_runs_too_and_an_output_without_unicode_gets_ascii() -> None:
    ended = _run("--profile", "m5310a", "--colour", encoding="ascii")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.isascii()
    assert "host <- modem  +MIPLEVENT:0,6" in ended.stdout
    assert "All 13 checks held." in ended.stdout
    assert "\x1b[1;36mhost -> modem  AT" in ended.stdout


def _called(*options: str) -> tuple[int, str]:
    app = typer.Typer(pretty_exceptions_enable=False, rich_markup_mode=None)
    app.command()(demo)
    outcome = CliRunner().invoke(app, options)
    return outcome.exit_code, outcome.output


@pytest.mark.parametrize("profile", ["m5310", "nokia-3310"])
def test_a_profile_that_the_driver_cannot_drive_is_refused(profile: str) -> None:
    code, said = _called("--profile", profile)
    assert code == 2
    assert profile in said
    assert "onemo" in said


class _Mute(ReferenceDriver):
    def boot(self) -> list[str]:
        raise DriverError("the module printed no boot text within 5 s")


def test_a_run_that_breaks_off_says_why_and_exits_with_1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_module, "ReferenceDriver", _Mute)
    code, said = _called()
    assert code == 1
    assert "world started with seed 7" in said
    assert "the run comes to its end  the module printed no boot text within 5 s" in said
    assert "1 of 1 checks failed." in said


class _Hasty(ReferenceDriver):
    """Gives up as soon as the module refuses a command."""

    def boot(self) -> list[str]:
        super().boot()
        self.command("AT+MIPLNOTIFY=0,0,3303,0,5700,4,4,23.5,0,0")
        return ["unreachable"]


def test_a_refused_command_is_named_with_its_error_and_explained_in_the_timeline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(demo_module, "ReferenceDriver", _Hasty)
    code, said = _called()
    assert code == 1
    assert "AT+MIPLNOTIFY=0,0,3303,0,5700,4,4,23.5,0,0 was answered" in said
    assert "ERROR" in said
    assert any(line.lstrip().partition("  ")[2].lstrip().startswith("because ") for line in said.splitlines())
