"""The search for what breaks a driver, from outside: drivers of several habits as processes of their own."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import serial

from onenet_sim.testing.explore import Replay
from tests.cli.conftest import LONGEST_WAIT, PROGRAM

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
PROFILE = ("--profile", "m5310a")


def driver(habit: str) -> tuple[str, ...]:
    return ("--", sys.executable, "-m", "tests.drivers.habits", habit)


def program(source: str, *arguments: str) -> tuple[str, ...]:
    return ("--", sys.executable, "-c", source, *arguments)


@pytest.fixture(autouse=True)
def at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let drivers find the habits, also where the command is called within this process."""
    monkeypatch.chdir(ROOT)


def explored(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, "explore", *arguments], capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture
def explore(called: Callable[..., Any]) -> Callable[..., Any]:
    """Explore within this process, which is quicker."""
    return partial(called, "explore")


def found(run: Callable[..., Any], habit: str, *places: str) -> tuple[int, dict[str, dict[str, Any]]]:
    """Explore a habit; return the exit code, and what was found by place."""
    only = [word for place in places for word in ("--only", place)]
    ended = run(*PROFILE, *only, "--json", *driver(habit))
    return ended.returncode, {each["place"]: each for each in json.loads(ended.stdout)["places"]}


def test_what_breaks_a_driver_is_found_and_can_be_had_again_for_it_and_by_hand(
    explore: Callable[..., Any], start: Callable[..., Any]
) -> None:
    code, places = found(explored, "awaited_text", "before_answer", "before_result")
    assert code == 1
    assert {place: each["verdict"] for place, each in places.items()} == {
        "before_answer": "survived",
        "before_result": "broke",
    }
    told = places["before_result"]
    assert told["told"] == (
        "+CEREG:1 between the information text and the final result of the 1st AT+CSQ breaks the driver"
    )
    assert told["outcome"]["exit_code"] == 1
    assert told["outcome"]["said"][-1].startswith("AssertionError: no ")
    assert any(r"\r\n\r\n+CEREG:1\r\n\r\nOK\r\n" in line for line in told["outcome"]["line"])

    again = explore("--replay", told["replay"], *driver("awaited_text"))
    assert again.returncode == 1
    assert again.stdout.startswith("✗ it breaks, with 1 of 1 URC placed")

    words = shlex.split(told["run"])
    assert words[:2] == ["onenet-sim", "run"]
    run = start(*words[2:])
    with serial.Serial(run.modem["port"], timeout=5) as port:
        port.read_until(b"M5310-A\r\nOK\r\n")
        port.write(b"AT+CEREG=1\r")
        port.read_until(b"OK\r\n")
        port.write(b"AT+CSQ\r")
        assert port.read_until(b"OK\r\n") == b"\r\n+CSQ:20,99\r\n\r\n+CEREG:1\r\n\r\nOK\r\n"


def test_a_driver_that_asks_twice_breaks_of_two_urcs_and_of_no_single_one(explore: Callable[..., Any]) -> None:
    code, places = found(explore, "asking_twice", "before_result")
    assert code == 1
    told = places["before_result"]
    assert [(each["command"], each["occasion"]) for each in told["smallest"]] == [
        ("AT+CGATT?", 1),
        ("AT+CGATT?", 2),
    ]
    assert told["remarks"] == ["each of the 2 that were placed was tried alone, and is survived"]
    again = explore("--replay", told["replay"], "--json", *driver("asking_twice"))
    assert (again.returncode, json.loads(again.stdout)["placed"]) == (1, 2)
    other = explore("--replay", told["replay"], "--json", *driver("line_reading"))
    assert (other.returncode, json.loads(other.stdout)["breaks"]) == (0, False)


def test_a_driver_that_closes_its_frames_by_silence_breaks_of_a_urc_in_two_pieces(
    explore: Callable[..., Any],
) -> None:
    code, places = found(explore, "silence_framed", "split")
    assert (code, places["split"]["verdict"]) == (1, "broke")
    (strike,) = Replay.parse(places["split"]["replay"]).strikes
    assert (strike.placement, strike.text) == ("split", "+CEREG:1")


def test_a_driver_that_wants_its_echo_first_breaks_of_what_comes_before_it(explore: Callable[..., Any]) -> None:
    ended = explore(*PROFILE, "--only", "before_echo", *driver("echo"))
    assert ended.returncode == 1
    assert "✗ before_echo    breaks it at the 1st AT+CSQ\n" in ended.stdout
    assert r"AssertionError: b'\r\n+CERE' is not the echo of b'AT+CSQ\r'" in ended.stdout
    assert ended.stdout.endswith("1 of 1 place breaks it (3 runs).\n")


def test_a_driver_that_knows_each_line_by_its_name_survives(explore: Callable[..., Any]) -> None:
    ended = explore(*PROFILE, "--only", "before_echo", "--only", "split", *driver("line_reading"))
    assert ended.returncode == 0
    assert "· before_echo    no occasion: echo was off, or the module had nothing to say\n" in ended.stdout
    assert re.search(r"✓ split          survives [45] URCs in one session\n", ended.stdout)  # it may end first
    assert ended.stdout.endswith("0 of 2 places break it (3 runs).\n")
    assert ended.stderr == ""


FINDS = """
import os, sys, urllib.request
port, http, imei = sys.argv[1:]
world = {name: os.environ["ONENET_" + name] for name in ("PORT", "HTTP", "API_KEY", "IMEI", "IMSI")}
assert port == "port=" + world["PORT"] and os.path.realpath(world["PORT"]).startswith("/dev/")
assert (http, imei) == (world["HTTP"], "{" + world["IMEI"] + "}") and len(world["IMSI"]) == 15
urllib.request.urlopen(urllib.request.Request(http + "/devices", headers={"api-key": world["API_KEY"]})).read()
urllib.request.urlopen(http + "/control/state").read()
"""


@pytest.mark.parametrize("linked", [False, True])
def test_a_driver_finds_its_world_in_its_environment_and_in_its_arguments(
    explore: Callable[..., Any],
    linked: bool,  # noqa: FBT001 - pytest fills it
    tmp_path: Path,
) -> None:
    link = tmp_path / "modem0"
    options = ("--link", str(link)) if linked else ()
    ended = explore(*options, "--only", "alone", *program(FINDS, "port={port}", "{http}", "{{imei}}"))
    assert "without a fault: passes" in ended.stdout, ended.stderr
    assert "The driver sent no command" in ended.stdout
    assert ended.returncode == 2
    assert not os.path.lexists(link)


def test_a_driver_that_fails_without_a_fault_is_told_so_and_not_explored(explore: Callable[..., Any]) -> None:
    ended = explore(*PROFILE, *program("import sys; sys.exit('no such register')"))
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == (
        "Error: the driver fails without any fault, so that nothing was explored\n"
        "    exit code 1; it said last:\n"
        "        no such register\n"
    )


HANGS = """
import os, subprocess, sys, time
child = subprocess.Popen(["sleep", "1000"])
print(f"{os.getpid()} {child.pid}", file=open(sys.argv[1], "w"), flush=True)
time.sleep(1000)
"""


def gone(pid: int) -> bool:
    """Return whether a process has ended; init may not yet have taken note of that."""
    with suppress(OSError):
        return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return True


def pids(file: Path) -> list[int]:
    until = time.monotonic() + LONGEST_WAIT
    while not file.exists() or not file.read_text().endswith("\n"):
        assert time.monotonic() < until
    return list(map(int, file.read_text().split()))


def test_a_driver_that_hangs_is_killed_with_its_children(explore: Callable[..., Any], tmp_path: Path) -> None:
    ended = explore("--timeout", "0.5", *program(HANGS, str(tmp_path / "pids")))
    assert ended.returncode == 2
    assert "not done after 0.5 s, and killed" in ended.stderr
    assert all(map(gone, pids(tmp_path / "pids")))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_driver_and_world(number: signal.Signals, tmp_path: Path) -> None:
    link, file = tmp_path / "modem0", tmp_path / "pids"
    command = [*PROGRAM, "explore", "--link", str(link), *program(HANGS, str(file))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        running = pids(file)
        assert os.path.lexists(link)
        process.send_signal(number)
        said = process.communicate(timeout=LONGEST_WAIT)
    assert (process.returncode, said) == (128 + number, ("", ""))
    assert all(map(gone, running))
    assert not os.path.lexists(link)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--json",), "Missing argument 'COMMAND"),
        (("--profile", "m9999", "--", "true"), "no profile is named 'm9999'"),
        (("--only", "here", "--", "true"), "'here' is no place; there are alone, before_echo"),
        (("--runs", "1", "--", "true"), "--runs"),
        (("--timeout", "0", "--", "true"), "--timeout"),
        (("--link", "/no/such/modem0", "--", "true"), "/no/such is no directory"),
        (("--", "/no/such/driver"), "Error: No such file or directory: /no/such/driver"),
        (("--replay", "m5310a/0/alone", "--", "true"), "it ends in 'alone'; each URC needs its place"),
        (("--replay", "m9999/0/alone/1/AT/U", "--", "true"), "no profile is named 'm9999'"),
        (("--replay", "m5310a/0/alone/1/AT/U", "--seed", "0", "--", "true"), "--seed"),
    ],
)
def test_what_cannot_be_explored_ends_with_2_and_is_told(
    explore: Callable[..., Any], arguments: tuple[str, ...], told: str
) -> None:
    ended = explore(*arguments)
    assert ended.returncode == 2
    assert told in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_replay_whose_moment_did_not_come_says_so(explore: Callable[..., Any]) -> None:
    ended = explore("--replay", "m5310a/0/alone/1/AT/U", "--", "true")
    assert ended.returncode == 2
    assert ended.stdout == (
        "✓ it passes, with 0 of 1 URC placed\n"
        "    U by itself behind the answer of the 1st AT: no such moment came\n"
        "    exit code 0\n"
    )
