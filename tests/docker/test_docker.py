"""The image's recipe, as far as it can be tried without a container engine."""

from __future__ import annotations

import fnmatch
import json
import os
import re
import shlex
import socket
import subprocess
import sys
import tomllib
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
DOCKER = ROOT / "docker"


def steps() -> list[tuple[str, str]]:
    text = re.sub(r"^#.*\n|\\\n", "", (DOCKER / "Dockerfile").read_text(), flags=re.MULTILINE)
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in text.splitlines() if line)]


def step(word: str) -> str:
    (found,) = [rest for name, rest in steps() if name == word]
    return found


def copied() -> list[str]:
    return [source for word, rest in steps() if word == "COPY" for source in shlex.split(rest)[:-1]]


def command() -> list[str]:
    words: list[str] = json.loads(step("CMD"))
    return words


def port_of(option: str) -> str:
    return command()[command().index(option) + 1]


@pytest.mark.parametrize("source", copied())
def test_what_is_copied_is_there_and_not_ignored(source: str) -> None:
    assert (ROOT / source).exists()
    ignored = False
    for line in (DOCKER / "Dockerfile.dockerignore").read_text().splitlines():
        if line and not line.startswith("#") and fnmatch.fnmatch(source, line.lstrip("!")):
            ignored = not line.startswith("!")
    assert not ignored


def test_what_is_copied_is_all_that_a_build_reads() -> None:
    build: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
    project, hatch = build["project"], build["tool"]["hatch"]
    wheel = hatch["build"]["targets"]["wheel"]["packages"]
    for needed in (project["readme"], *project["license-files"], hatch["version"]["path"], *wheel):
        assert Path(needed).parts[0] in copied(), needed


def test_the_project_is_installed_from_the_context_and_run_by_nobody_special() -> None:
    words = [word for word, _ in steps()]
    assert words[0] == "FROM"
    assert "pip install" in step_before("USER")
    assert step("USER") != "root"
    assert words.index("USER") < words.index("CMD")


def step_before(word: str) -> str:
    before = [name for name, _ in steps()].index(word)
    return "\n".join(rest for name, rest in steps()[:before] if name == "RUN")


def test_the_command_gives_its_ready_line_and_answers_at_over_tcp() -> None:
    free = ["0" if word.isdecimal() else word for word in command()[1:]]
    program = [sys.executable, "-m", "onenet_sim", *free]
    with subprocess.Popen(program, stdout=subprocess.PIPE) as running:
        try:
            assert running.stdout
            ready = json.loads(running.stdout.readline())
            assert ready["ready"] is True
            host, _, port = ready["modems"][0]["tcp"].partition(":")
            assert host == "0.0.0.0"  # noqa: S104 - a container publishes it
            with closing(socket.create_connection(("127.0.0.1", int(port)), timeout=5)) as line:
                line.sendall(b"AT\r")
                seen = b""
                while not seen.endswith(b"OK\r\n"):
                    octets = line.recv(100)
                    assert octets, seen
                    seen += octets
        finally:
            running.terminate()
        assert running.wait(10) == 0


def test_the_health_check_finds_the_world_by_itself(tmp_path: Path) -> None:
    free = ["0" if word.isdecimal() else word for word in command()[1:]]
    words: list[str] = json.loads(step("HEALTHCHECK").partition("CMD")[2])
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path), "ONENET_SIM_TOKEN": ""}
    program = [sys.executable, "-m", "onenet_sim"]
    checked = [*program, *words[1:]]
    with subprocess.Popen([*program, *free], stdout=subprocess.PIPE, env=environment) as running:
        try:
            assert running.stdout
            assert json.loads(running.stdout.readline())["control_token"]
            assert subprocess.run(checked, env=environment, capture_output=True, check=False).returncode == 0
        finally:
            running.terminate()
    assert subprocess.run(checked, env=environment, capture_output=True, check=False).returncode == 3


def test_the_ports_of_the_command_are_exposed_and_published_on_loopback_only() -> None:
    ports = {port_of("--tcp"), port_of("--http")}
    assert set(step("EXPOSE").split()) == ports
    published = re.findall(r'^ +- "(.*)"$', (DOCKER / "compose.yaml").read_text(), re.MULTILINE)
    assert set(published) == {f"127.0.0.1:{port}:{port}" for port in ports}


def test_compose_builds_this_dockerfile_from_the_root() -> None:
    lines = dict(re.findall(r"^ +(\w+): (\S+)$", (DOCKER / "compose.yaml").read_text(), re.MULTILINE))
    assert (DOCKER / lines["context"]).resolve() == ROOT
    assert ROOT / lines["dockerfile"] == DOCKER / "Dockerfile"
