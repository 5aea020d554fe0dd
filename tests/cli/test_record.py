"""``onenet-sim record`` between a host and a module, both on real PTYs, and what ``replay`` says of the file."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING, Any

import pytest
import serial

from onenet_sim import World
from onenet_sim.testing.sessions import Kind, parse_session, replay
from tests.cli.conftest import LONGEST_WAIT, line_of, popen
from tests.drivers import bc35_states

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from onenet_sim.testing.sessions import Difference
    from tests.cli.conftest import Ended, Start


class Recorder:
    """``onenet-sim record`` under way."""

    def __init__(self, device: str, file: Path, *options: str) -> None:
        self.file = file
        self.process = popen("record", "--json", "--serial", device, "--to", str(file), *options)
        assert self.process.stdout is not None
        line = line_of(self.process.stdout)
        assert line, self.process.communicate()[1]
        self.ready: dict[str, Any] = json.loads(line)

    def end(self, by: signal.Signals | None = signal.SIGTERM) -> tuple[int, str]:
        """Send a signal, if any; return the exit code and what else it said."""
        if by is not None:
            self.process.send_signal(by)
        said = self.process.communicate(timeout=LONGEST_WAIT)
        return self.process.returncode, "".join(said)

    @property
    def lines(self) -> list[str]:
        """What was said, without comments, head and gaps."""
        lines = self.file.read_text(encoding="ascii").splitlines()
        return [line for line in lines if line[0] in "<>"]


@pytest.fixture
def recorders() -> Iterator[list[subprocess.Popen[str]]]:
    """Processes that do not outlive the test."""
    processes: list[subprocess.Popen[str]] = []
    yield processes
    for process in processes:
        process.kill()
        process.communicate()


@pytest.fixture
def record(recorders: list[subprocess.Popen[str]], tmp_path: Path) -> Callable[..., Recorder]:
    """Start a recorder on a device."""

    def started(device: str, *options: str) -> Recorder:
        recorder = Recorder(device, tmp_path / "module.session", *options)
        recorders.append(recorder.process)
        return recorder

    return started


BOOT_TEXT = b"\r\nREBOOT_CAUSE_SECURITY_RESET_PIN\r\n\r\nNeul\r\n\r\nOK\r\n"


def ask(port: str, *exchanges: tuple[bytes, bytes]) -> None:
    """Be a host of an M5310-A: wait for its boot text, then send each line and read what answers it."""
    with serial.Serial(port, 9600, timeout=LONGEST_WAIT) as host:
        assert host.read(len(BOOT_TEXT)) == BOOT_TEXT
        for line, answer in exchanges:
            host.write(line)
            assert host.read_until(answer).endswith(answer)


def differences(file: Path, profile: str | None = None) -> tuple[Difference, ...]:
    return replay(parse_session(file.read_text(encoding="ascii"), str(file)), profile).differences


def test_a_strict_hosts_session_replays_without_differences_and_with_telling_ones_on_another_module(
    record: Callable[..., Recorder],
) -> None:
    with World(profile="bc35g", seed=3) as world:
        recorder = record(world.modem.port, "--profile", "bc35g")
        with serial.Serial(recorder.ready["port"]) as port:
            bc35_states.drive(world, port)
        assert recorder.end() == (0, "")
    assert len(recorder.lines) > 30
    assert differences(recorder.file) == ()
    elsewhere = differences(recorder.file, "xy1100")
    assert {each.kind for each in elsewhere} == {Kind.MISSING, Kind.SPACING, Kind.TEXT}
    (executed,) = [each for each in elsewhere if each.kind is Kind.TEXT]
    assert (executed.recorded or "").endswith(',"reset"')
    assert (executed.simulated or "").endswith(",reset")
    assert [each.recorded for each in elsewhere if each.kind is Kind.MISSING] == [
        "REBOOT_CAUSE_SECURITY_RESET_PIN",
        "Neul",
    ]
    assert all(each.why.startswith("row blanks.urc") for each in elsewhere if each.kind is Kind.SPACING)


def test_it_ends_with_the_module_and_the_file_is_whole(
    start: Start, record: Callable[..., Recorder], tmp_path: Path
) -> None:
    run = start("--profile", "bc95", "--link", str(tmp_path / "module"))
    recorder = record(str(tmp_path / "module"), "--link", str(tmp_path / "host"), "--baud", "115200")
    assert recorder.ready["serial"] == str(tmp_path / "module")
    assert recorder.ready["link"] == str(tmp_path / "host")
    ask(str(tmp_path / "host"), (b"AT+CGSN=1\r", b"OK\r\n"))
    run.end()
    assert recorder.end(None) == (0, f"{tmp_path / 'module'} is gone; the recording ends\n")
    assert not (tmp_path / "host").is_symlink()
    boot = ["< REBOOT_CAUSE_SECURITY_RESET_PIN", "< Neul", "< OK"]
    assert recorder.lines == [*boot, ">> AT+CGSN=1\\r", f"< +CGSN:{run.modem['imei']}", "< OK"]
    head = recorder.file.read_text(encoding="ascii").splitlines()
    assert head[1].startswith("recorded: ")
    assert head[1].endswith(f", {tmp_path / 'module'}, 115200 baud")
    assert "# the host of " in recorder.file.read_text(encoding="ascii")
    assert differences(recorder.file, "bc95") == ()


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_whatever_ends_it_what_was_said_before_is_in_the_file(
    record: Callable[..., Recorder], by: signal.Signals
) -> None:
    with World(profile="bc95") as world:
        recorder = record(world.modem.port)
        exchanges = (b"AT\r\n", b"\r\nOK\r\n"), (b"AT+CFUN?\r\n", b"\r\n+CFUN:1\r\n\r\nOK\r\n")
        ask(recorder.ready["port"], *exchanges)
        code, said = recorder.end(by)
    assert (code, said) == (-9 if by is signal.SIGKILL else 0, "")
    said_before = ["> AT", "< OK", "> AT+CFUN?"]
    newest = ["< +CFUN:1", "< OK"]  # has gone to the host before it is written
    assert recorder.lines[3:6] == said_before
    assert recorder.lines[6:] == newest or by is signal.SIGKILL


def test_it_ends_cleanly_while_the_host_has_the_port_open(record: Callable[..., Recorder]) -> None:
    with World(profile="bc95") as world:
        recorder = record(world.modem.port)
        with serial.Serial(recorder.ready["port"], timeout=LONGEST_WAIT) as host:
            assert host.read(len(BOOT_TEXT)) == BOOT_TEXT
            host.write(b"AT+CF")
            world.expect(kind="host_wrote", text="re:AT.CF", within=LONGEST_WAIT)
            assert recorder.end() == (0, "")
    assert ">> AT+CF" in recorder.lines
    assert recorder.file.read_text(encoding="ascii").endswith(f"# the host closed {recorder.ready['port']}\n")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--serial", "/dev/ttyNONE", "--to", "new"), "could not open port /dev/ttyNONE"),
        (("--serial", "/dev/ttyNONE", "--to", "old"), "old is there already, and is not overwritten"),
        (("--serial", "/dev/ttyNONE", "--to", "new", "--profile", "m5320"), "no profile is named 'm5320'"),
        (("--serial", "/dev/ttyNONE", "--to", "new", "--link", "none/host"), "is no directory"),
    ],
)
def test_what_cannot_be_had_is_told_and_leaves_no_file(
    called: Callable[..., Ended],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    told: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old").write_text("precious")
    ended = called("record", *options)
    assert ended.returncode == 2
    assert told in ended.stderr.replace("\n", " ").replace("│ ", "")
    assert [path.name for path in tmp_path.iterdir()] == ["old"]
    assert (tmp_path / "old").read_text() == "precious"
