"""The command as a process of its own."""

from __future__ import annotations

import json
import selectors
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, TypeAlias

import httpx
import pytest

from onenet_sim.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LONGEST_WAIT = 20.0
PROGRAM = (sys.executable, "-m", "onenet_sim")


@dataclass
class Run:
    """``onenet-sim run`` under way."""

    process: subprocess.Popen[str]
    ready: dict[str, Any]

    @property
    def modem(self) -> dict[str, Any]:
        modem: dict[str, Any] = self.ready["modems"][0]
        return modem

    def get(self, path: str) -> Any:  # noqa: ANN401 - JSON
        answer = httpx.get(
            self.ready["http"] + path, headers={"api-key": self.ready["api_key"]}, timeout=LONGEST_WAIT
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        answer = httpx.post(self.ready["http"] + path, json=body, timeout=LONGEST_WAIT)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def end(self, *signals: signal.Signals) -> tuple[int, str]:
        """Send signals; return the exit code and what else it said."""
        for each in signals or (signal.SIGTERM,):
            self.process.send_signal(each)
        said = self.process.communicate(timeout=LONGEST_WAIT)
        return self.process.returncode, "".join(said)


Start: TypeAlias = "Callable[..., Run]"


def line_of(stream: IO[str]) -> str:
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        assert selector.select(LONGEST_WAIT), "the command said nothing"
    return stream.readline()


def popen(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen([*PROGRAM, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.fixture(autouse=True)
def runtime_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep ready files out of the user's own runtime folder."""
    folder = tmp_path_factory.mktemp("runtime")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    monkeypatch.delenv("ONENET_SIM", raising=False)
    return folder


@pytest.fixture
def start() -> Iterator[Start]:
    """Start ``onenet-sim run --json`` with further options, and read its first line."""
    processes: list[subprocess.Popen[str]] = []

    def started(*options: str) -> Run:
        process = popen("run", "--json", *options)
        processes.append(process)
        assert process.stdout is not None
        line = line_of(process.stdout)
        assert line, process.communicate()[1]
        return Run(process, json.loads(line))

    yield started
    for process in processes:
        process.kill()
        process.communicate()


@dataclass(frozen=True)
class Ended:
    """What became of a call of the command."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Callable[..., Ended]]:
    """Call the command within this process, where it ends at once."""

    def call(*arguments: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["onenet-sim", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capfd.readouterr()
        code = ended.value.code
        assert isinstance(code, int)
        return Ended(code, said.out, said.err)

    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    yield call
    signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
