from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from onenet_sim import __version__
from tests.marks import NEEDS_DTLS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Called = Callable[..., Any]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--profile", "m9999"), ("m9999", "m5310a", "onemo")),
        (("--profile", "/no/such/ours.toml"), ("/no/such/ours.toml: cannot be read",)),
        (("--clock", "fast"), ("--clock", "fast", "scaled:K")),
        (("--clock", "scaled:"), ("--clock", "scaled:60")),
        (("--clock", "scaled:-2"), ("--clock", "-2")),
        (("--pace", "slow"), ("--pace", "slow", "field or instant")),
        (("--unknown", "ignore"), ("--unknown", "error nor fail")),
        (("--objects", "/no/such/tank.xml"), ("objects: /no/such/tank.xml: cannot be read",)),
        (("--modems", "0"), ("--modems", "1")),
        (("--http", "65536"), ("--http", "65535")),
        (("--seed", "seven"), ("--seed", "integer")),
        (("--link", "/no/such/place/modem0"), ("--link", "/no/such/place")),
        (("--link", os.devnull), (os.devnull,)),
        (("--bind", ""), ("--bind", "127.0.0.1")),
        (("--bind", "::1"), ("::1",)),
        (("--rfc", "1"), ("--rfc",)),
        (("--rfc2217", "65536"), ("--rfc2217", "65535")),
        (("--connect", "127.0.0.1"), ("connect", "lacks a port", "HOST:PORT")),
        (("--connect", "127.0.0.1:x"), ("connect", "'x' is not a number")),
        (("--connect", "127.0.0.1:65535", "--modems", "2"), ("2 modems need as many ports",)),
        (("--serial", "/dev/ttyNone0"), ("/dev/ttyNone0",)),
        (("--baud", "0"), ("--baud", "1")),
        (("--baud", "9600"), ("baud is 9600, but there is no serial device",)),
        (("--fault", "network.los"), ("--fault", "network.loss")),
        (("--fault", "network.loss,probability=2"), ("probability is 2", "0 to 1")),
        (("--fault", "line.noise,modem=modem-2"), ("modem-2", "modem-1")),
        (("--map", "8.8.8.8:53"), ("--map", "HOST:PORT=127.0.0.1:PORT")),
        (("--map", "8.8.8.8:53=8.8.4.4:53"), ("map: '8.8.4.4:53' is not on this machine",)),
        (("--network", "windy"), ("network: preset is 'windy'", "ecl2")),
        (("--tcp", "65535", "--modems", "2"), ("tcp: 2 modems need as many ports",)),
    ],
)
def test_an_option_that_is_wrong_ends_with_2_and_says_what_would_be_right(
    called: Called, options: tuple[str, ...], told: tuple[str, ...]
) -> None:
    ended = called("run", "--json", *options)
    assert ended.returncode == 2
    assert not ended.stdout
    assert "Traceback" not in ended.stderr
    for words in told:
        assert words in ended.stderr


def test_a_wrong_option_is_the_exit_code_of_the_process() -> None:
    program = [sys.executable, "-m", "onenet_sim", "run", "--clock", "fast"]
    ended = subprocess.run(program, capture_output=True, timeout=20, check=False)
    assert ended.returncode == 2


@pytest.mark.parametrize("option", ["--http", "--tcp", "--rfc2217"])
def test_a_tcp_port_in_use_is_named(called: Called, option: str) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        ended = called("run", option, str(port))
    assert ended.returncode == 2
    assert f"127.0.0.1:{port}: Address already in use" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "option",
    [
        "--bootstrap-port",
        "--access-port",
        pytest.param("--bootstrap-dtls-port", marks=NEEDS_DTLS),
        pytest.param("--access-dtls-port", marks=NEEDS_DTLS),
    ],
)
def test_a_udp_port_in_use_is_named_and_the_link_is_not_left(called: Called, option: str, tmp_path: Path) -> None:
    link = tmp_path / "modem0"
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        ended = called("run", option, str(port), "--link", str(link))
    assert ended.returncode == 2
    assert str(port) in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not os.path.lexists(link)


def test_the_link_is_not_left_when_http_cannot_be_had(called: Called, tmp_path: Path) -> None:
    link = tmp_path / "modem0"
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        assert called("run", "--http", str(taken.getsockname()[1]), "--link", str(link)).returncode == 2
    assert not os.path.lexists(link)


def test_the_version_and_the_verbs_are_told(called: Called) -> None:
    assert called("--version").stdout == f"onenet-sim {__version__}\n"
    told = called("--help").stdout
    assert " run " in told
    assert " demo " in told
    assert "--auto-create / --no-auto-create" in called("run", "--help").stdout


@pytest.mark.parametrize("arguments", [("--version",), ("--help",), ("run", "--help")])
def test_what_a_world_is_made_of_is_not_loaded_to_give_help(arguments: tuple[str, ...]) -> None:
    program = f"""
import sys
from onenet_sim.cli import main
sys.argv[1:] = {arguments!r}
try:
    main()
finally:
    heavy = {{"asyncio", "aiocoap", "fastapi", "uvicorn", "httpx", "onenet_sim.world"}}
    print(sorted(heavy & set(sys.modules)))
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=20, check=True)
    assert ended.stdout.splitlines()[-1] == "[]"
