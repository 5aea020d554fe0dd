"""The verb ``ctl`` against a world that runs in a process of its own."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING, Any

import serial

from onenet_sim.testing.sessions import Act, entry_line, parse_session, replay
from tests.cli.conftest import line_of, popen

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    Start = Callable[..., Any]
    Called = Callable[..., Any]


def test_a_running_world_is_found_by_its_ready_file_and_no_longer_after_its_end(
    start: Start, called: Called, runtime_folder: Path
) -> None:
    run = start("--clock", "stopped", "--profile", "m5310a")
    kept = runtime_folder / "onenet-sim" / "ready.json"
    assert json.loads(kept.read_text()) == run.ready
    assert kept.stat().st_mode & 0o077 == 0
    shown = called("ctl", "state")
    assert shown.returncode == 0
    assert f"imei: {run.modem['imei']}" in shown.stdout
    assert run.end() == (0, "")
    assert not kept.exists()
    gone = called("ctl", "state")
    assert gone.returncode == 3
    assert "no world is running" in gone.stderr


def test_the_ready_file_may_be_named(start: Start, called: Called, tmp_path: Path) -> None:
    named = tmp_path / "world.json"
    run = start("--ready-file", str(named), "--seed", "7")
    start("--seed", "8")
    assert json.loads(called("ctl", "--ready", str(named), "--json", "state").stdout)["seed"] == 7
    assert json.loads(called("ctl", "--json", "state").stdout)["seed"] == 8
    assert run.end() == (0, "")
    assert not named.exists()


def test_a_ready_file_that_cannot_be_written_ends_the_run(called: Called, tmp_path: Path) -> None:
    ended = called("run", "--ready-file", str(tmp_path / "nowhere" / "world.json"))
    assert ended.returncode == 2
    assert "nowhere" in ended.stderr


def test_an_older_world_leaves_the_file_of_the_newer(start: Start, called: Called) -> None:
    older = start("--seed", "7")
    start("--seed", "8")
    assert older.end() == (0, "")
    assert json.loads(called("ctl", "--json", "state").stdout)["seed"] == 8


def test_a_world_is_named_by_the_environment_or_an_option(
    start: Start, called: Called, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = start("--seed", "7"), start("--seed", "8")
    monkeypatch.setenv("ONENET_SIM", first.ready["http"])
    assert json.loads(called("ctl", "--json", "state").stdout)["seed"] == 7
    assert json.loads(called("ctl", "--http", second.ready["http"], "--json", "state").stdout)["seed"] == 8


def test_where_nothing_listens_no_world_answers(called: Called) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        ended = called("ctl", "--http", "http://127.0.0.1:{1}".format(*taken.getsockname()), "state")
    assert ended.returncode == 3
    assert "no world answers at http://127.0.0.1:" in ended.stderr


def test_each_verb_does_what_it_says(start: Start, called: Called) -> None:
    run = start("--clock", "stopped", "--profile", "m5310a")

    def ctl(*arguments: str) -> Any:  # noqa: ANN401 - JSON
        ended = called("ctl", "--json", *arguments)
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout)

    assert ctl("advance", "86400")["time"] == 86400
    assert ctl("clock", "scaled:60")["clock"] == "scaled:60"
    assert ctl("clock", "stopped")["clock"] == "stopped"
    assert ctl("power", "off")["power"] == "off"
    assert ctl("power", "on", "--modem", "modem-1")["power"] in {"on", "booting"}
    air = ctl("radio", "--no-coverage", "--rsrp", "-110", "--ecl", "2")["radio"]
    assert (air["coverage"], air["rsrp"], air["ecl"]) == (False, -110, 2)
    assert ctl("expect", '{"kind": "power", "state": "off"}', "--since", "0", "--within", "1e5")["events"]
    assert ctl("call", "get", "state")["modems"][0]["imei"] == run.modem["imei"]
    assert ctl("call", "POST", "/control/clock/advance", '{"seconds": 1}')["clock"] == "stopped"
    assert ctl("reset")["time"] == 0


def test_what_is_not_as_expected_is_1_and_what_is_wrong_is_2(start: Start, called: Called) -> None:
    start("--clock", "stopped")
    missed = called("ctl", "expect", '{"kind": "datapoint"}', "--within", "3")
    assert missed.returncode == 1
    assert missed.stderr.startswith("Error: expected an event of kind datapoint\n  within 3 s")
    assert called("ctl", "expect", '{"kind": "datapoint"}', "--never", "--advance").returncode == 0
    for wrong, told in (
        (("power", "reset", "--modem", "modem-9"), "no modem is called 'modem-9'"),
        (("expect", "datapoint"), "is no JSON"),
        (("expect", '{"kind": "data_point"}'), "no event is of kind 'data_point'"),
        (("clock", "scaled:fast"), "is no number"),
        (("upgrade", "123456789012345", "V2"), "123456789012345"),
        (("push", "nowhere"), "nowhere"),
        (("call", "GET", "none"), "there is no control call GET /control/none"),
        (("jump",), "jump"),
    ):
        ended = called("ctl", *wrong)
        assert ended.returncode == 2, wrong
        assert told in ended.stderr


def test_the_journal_is_shown_line_by_line(start: Start, called: Called) -> None:
    start("--clock", "stopped")
    called("ctl", "power", "off")
    lines = called("ctl", "journal", "--layer", "modem").stdout.splitlines()
    assert lines[-1].split() == [
        "0.000",
        lines[-1].split()[1],
        "modem-1",
        "modem",
        "module",
        "off:",
        "switched",
        "off",
    ]
    last = int(lines[-1].split()[1].removeprefix("#"))
    assert called("ctl", "journal", "--layer", "modem", "--after", str(last)).stdout == ""


def test_what_was_said_is_a_session_that_replays(start: Start, called: Called) -> None:
    run = start("--profile", "m5310a")
    with serial.Serial(run.modem["port"], timeout=10) as port:
        port.read_until(b"Neul\r\n\r\nOK\r\n")
        port.write(b"AT+CIMI\r\n")
        port.read_until(b"OK\r\n")
    ended = called("ctl", "session")
    assert ended.returncode == 0
    session = parse_session(ended.stdout, "session")
    assert session.profile == "m5310a"
    said = [entry_line(each) for each in session.entries if not isinstance(each, Act)]
    assert said[3:] == ["> AT+CIMI", f"< {run.modem['imsi']}", "< OK"]
    assert replay(session).differences == ()
    wrong = called("ctl", "session", "--modem", "modem-2")
    assert wrong.returncode == 2
    assert "there are modem-1" in wrong.stderr


def test_the_journal_is_followed(start: Start, called: Called) -> None:
    start("--clock", "stopped")
    with popen("ctl", "--json", "journal", "--follow", "--layer", "modem") as following:
        assert following.stdout is not None
        try:
            assert json.loads(line_of(following.stdout))["kind"] == "power"
            called("ctl", "power", "off")
            assert any(json.loads(line)["fields"].get("state") == "off" for line in following.stdout)
        finally:
            following.kill()


def test_a_token_of_the_ready_file_or_the_environment_is_sent(
    start: Start, called: Called, runtime_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start("--bind", "0.0.0.0")  # noqa: S104 - with a token
    assert run.ready["control_token"]
    assert called("ctl", "state").returncode == 0
    url = run.ready["http"].replace("0.0.0.0", "127.0.0.1")  # noqa: S104 - as above
    refused = called("ctl", "--http", url, "state")
    assert (refused.returncode, "needs the world's token" in refused.stderr) == (2, True)
    refused = called("lint", "--http", url)
    assert (refused.returncode, "needs the world's token" in refused.stderr) == (2, True)
    assert called("lint", str(runtime_folder / "onenet-sim" / "ready.json")).returncode == 0
    monkeypatch.setenv("ONENET_SIM_TOKEN", run.ready["control_token"])
    assert called("ctl", "--http", url, "state").returncode == 0
    assert called("lint", "--http", url).returncode == 0


def test_a_command_line_is_typed_and_its_result_is_the_exit_code(start: Start, called: Called) -> None:
    start("--profile", "m5310a", "--pace", "instant")
    answered = called("ctl", "at", "AT+CSQ")
    assert (answered.returncode, answered.stdout) == (0, "+CSQ:20,99\nOK\n")
    assert called("ctl", "at", "AT+NOPE").returncode == 1


def test_faults_are_added_listed_and_lifted(start: Start, called: Called) -> None:
    start("--clock", "stopped")

    def faults() -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = json.loads(called("ctl", "--json", "fault", "list").stdout)["faults"]
        return told

    added = called("ctl", "fault", "add", "network.loss,direction=up,probability=0.3")
    assert added.returncode == 0
    assert [(each["kind"], each["direction"], each["probability"]) for each in faults()] == [
        ("network.loss", "up", 0.3)
    ]
    assert called("ctl", "network", "lossy").returncode == 0
    assert len(faults()) > 1
    assert called("ctl", "fault", "lift", "1").returncode == 0
    assert called("ctl", "fault", "lift").returncode == 0
    assert faults() == []


def test_a_fault_that_is_none_says_what_would_be_right(start: Start, called: Called) -> None:
    start("--clock", "stopped")
    for arguments, told in (
        (("add",), "network.loss,probability=0.3"),
        (("add", "network.los"), "expected one of"),
        (("lift", "7"), "there is no fault 7"),
        (("drop", "7"), "'drop'"),
    ):
        ended = called("ctl", "fault", *arguments)
        assert ended.returncode == 2
        assert told in ended.stderr
