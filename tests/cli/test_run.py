from __future__ import annotations

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import termios
from contextlib import closing
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import serial

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Start = Callable[..., Any]

PATIENCE = 10.0


def serial_number(url: str) -> str:
    """Ask the module, whose boot text may come first, for its IMEI."""
    with serial.serial_for_url(url, 115200, timeout=PATIENCE) as port:
        port.write(b"AT+CGSN=1\r")
        seen = bytes(port.read_until(b"+CGSN:") + port.read_until(b"OK\r\n"))
        return seen.rpartition(b"+CGSN:")[2].split()[0].decode().strip('"')


def test_a_run_says_what_is_where_and_answers_on_each_of_it(start: Start, tmp_path: Path) -> None:
    link = tmp_path / "modem0"
    run = start("--link", str(link), "--tcp", "0", "--rfc2217", "0", "--seed", "7", "--profile", "m5310a")
    ready = run.ready
    assert ready["ready"] is True
    assert ready["seed"] == 7
    assert ready["product_id"]
    with_dtls = sys.version_info < (3, 13)  # the first Python for which python-mbedtls has no wheels
    for server in ("bootstrap_dtls", "access_dtls"):
        address = ready["coap"][server]
        assert address.startswith("127.0.0.1:") if with_dtls else address is None
    assert base64.b64decode(ready["access_key"], validate=True)
    assert run.modem["name"] == "modem-1"
    assert run.modem["profile"] == "m5310a"
    assert len(run.modem["imsi"]) == 15
    assert run.modem["link"] == str(link)
    assert link.readlink().as_posix() == run.modem["port"]
    urls = (f"socket://{run.modem['tcp']}", f"rfc2217://{run.modem['rfc2217']}")
    for url in (run.modem["port"], str(link), *urls):
        assert serial_number(url) == run.modem["imei"]
    for address in (ready["coap"]["bootstrap"], ready["coap"]["access"]):
        host, _, port = address.partition(":")
        assert host == "127.0.0.1"
        assert int(port) > 0
    assert run.get("/control/state")["modems"][0]["imei"] == run.modem["imei"]
    assert run.get("/devices")["errno"] == 0
    assert run.end() == (0, "")
    assert not os.path.lexists(link)


def test_a_host_that_closes_the_port_and_opens_it_at_once_loses_no_answer(start: Start) -> None:
    run = start("--profile", "m5310a", "--pace", "instant")
    for _ in range(20):
        assert serial_number(run.modem["port"]) == run.modem["imei"]


def test_a_mapped_address_leads_to_a_server_of_this_machine(start: Start) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        server.settimeout(PATIENCE)
        local = f"127.0.0.1:{server.getsockname()[1]}"
        run = start("--profile", "m5310a", "--map", f"183.230.40.150:36000={local}", "--pace", "instant")
        with serial.Serial(run.modem["port"], timeout=PATIENCE) as port:
            port.write(b"AT+NSOCR=STREAM,6,0,1\rAT+NSOCO=0,183.230.40.150,36000\r")
            assert port.read_until(b"CONNECT OK").endswith(b"CONNECT OK")
            with server.accept()[0] as peer:
                peer.settimeout(PATIENCE)
                port.write(b"AT+NSOSD=0,2,6869\r")
                assert peer.recv(10) == b"hi"


def test_a_line_may_have_the_speed_of_its_baud_rate(start: Start) -> None:
    run = start("--baud-pace", "--tcp", "0")
    assert serial_number(run.modem["port"]) == run.modem["imei"]
    with serial.Serial(run.modem["port"], 9600, timeout=PATIENCE) as port:
        port.write(b"AT+IPR=115200\r")
        assert port.read(6) == b"\r\nOK\r\n"
        port.baudrate = 115200
        port.write(b"AT+IPR?\r")
        assert port.read_until(b"OK\r\n") == b"\r\n+IPR: 115200\r\n\r\nOK\r\n"


def asked_for_its_number(exchange: Callable[[bytes], object], read: Callable[[], bytes]) -> str:
    """Ask the module for its IMEI by two functions, since what it hangs on is no port that pyserial opens."""
    exchange(b"AT+CGSN=1\r")
    seen = b""
    while not (b"+CGSN:" in seen and seen.endswith(b"OK\r\n")):
        piece = read()
        assert piece, seen
        seen += piece
    return seen.rpartition(b"+CGSN:")[2].split()[0].decode().strip('"')


def test_it_connects_to_an_emulator_that_listens(start: Start) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as emulator:
        emulator.settimeout(PATIENCE)
        address = f"127.0.0.1:{emulator.getsockname()[1]}"
        run = start("--connect", address)
        assert run.modem["connect"] == address
        for _ in range(2):
            with emulator.accept()[0] as line:
                line.settimeout(PATIENCE)
                assert asked_for_its_number(line.sendall, lambda: line.recv(1000)) == run.modem["imei"]
        assert run.end() == (0, "")


def test_it_sits_on_a_uart_at_the_modules_baud_rate_or_another(start: Start) -> None:
    for options, rate in (((), termios.B115200), (("--baud", "57600"), termios.B57600)):
        wires, device = os.openpty()
        run = start("--profile", "m5311", "--serial", os.ttyname(device), *options)
        assert run.modem["serial"] == os.ttyname(device)
        assert termios.tcgetattr(wires)[4] == rate
        written = lambda octets: os.write(wires, octets)  # noqa: B023, E731
        assert asked_for_its_number(written, lambda: os.read(wires, 1000)) == run.modem["imei"]  # noqa: B023
        assert run.end() == (0, "")
        os.close(wires)
        os.close(device)


@pytest.fixture
def on_pipes() -> Any:  # noqa: ANN401 - a generator of a process
    program = [sys.executable, "-m", "onenet_sim", "run", "--json", "--stdio"]
    with subprocess.Popen(
        program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
    ) as process:
        yield process
        process.kill()


def test_it_is_a_modem_on_stdin_and_stdout_and_says_where_the_rest_is_on_stderr(
    on_pipes: subprocess.Popen[bytes],
) -> None:
    assert on_pipes.stdin is not None
    assert on_pipes.stdout is not None
    assert on_pipes.stderr is not None
    (modem,) = json.loads(on_pipes.stderr.readline())["modems"]
    assert modem["stdio"] == "-"
    ours, theirs = on_pipes.stdin, on_pipes.stdout
    assert asked_for_its_number(ours.write, lambda: theirs.read(1000)) == modem["imei"]
    assert on_pipes.communicate(timeout=PATIENCE) == (b"", b"")
    assert on_pipes.returncode == 0


def test_a_pipe_of_commands_is_answered_and_its_end_ends_the_run() -> None:
    program = [sys.executable, "-m", "onenet_sim", "run", "--stdio", "--profile", "m5310a"]
    ended = subprocess.run(program, input=b"AT\rAT+CGMM\r", capture_output=True, timeout=PATIENCE, check=False)
    assert ended.returncode == 0
    assert ended.stdout.endswith(b"\r\nOK\r\n\r\nM5310-A\r\n\r\nOK\r\n")
    assert b"Ctrl-C ends it" in ended.stderr


def test_one_seed_makes_one_world_and_a_seed_that_was_drawn_is_told(start: Start) -> None:
    first = start()
    again = start("--seed", str(first.ready["seed"]), "--modems", "2")
    assert again.modem["imei"] == first.modem["imei"]
    assert [modem["name"] for modem in again.ready["modems"]] == ["modem-1", "modem-2"]


def test_clock_pace_and_ports_are_as_the_options_say(start: Start) -> None:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as udp:
        udp.bind(("127.0.0.1", 0))
        free = udp.getsockname()[1]
    run = start(
        "--clock",
        "stopped",
        "--pace",
        "instant",
        "--no-auto-create",
        "--offline-lag",
        "60",
        "--bind",
        "127.0.0.1",
        "--access-port",
        str(free),
    )
    assert run.get("/control/state")["clock"] == "stopped"
    assert run.get("/control/state")["time"] == 0
    assert run.post("/control/clock/advance", {"seconds": 3600})["time"] == 3600
    assert run.ready["coap"]["access"] == f"127.0.0.1:{free}"


@pytest.mark.parametrize(
    "signals",
    [(signal.SIGINT,), (signal.SIGTERM, signal.SIGTERM), (signal.SIGINT, signal.SIGTERM, signal.SIGINT)],
    ids=["Ctrl-C", "SIGTERM twice", "both"],
)
def test_a_signal_right_after_the_ready_line_ends_it_cleanly(
    start: Start, tmp_path: Path, signals: tuple[signal.Signals, ...]
) -> None:
    link = tmp_path / "modem0"
    assert start("--link", str(link)).end(*signals) == (0, "")
    assert not os.path.lexists(link)


def test_it_ends_cleanly_under_hosts_clients_and_streams(start: Start) -> None:
    run = start("--tcp", "0")
    url = run.ready["http"]
    with (
        serial.Serial(run.modem["port"], timeout=PATIENCE),
        serial.serial_for_url(f"socket://{run.modem['tcp']}", timeout=PATIENCE),
        httpx.Client(base_url=url) as idle,
        httpx.stream("GET", f"{url}/control/journal", headers={"accept": "text/event-stream"}) as stream,
    ):
        assert idle.get("/control/state").status_code == 200
        lines = stream.iter_lines()
        assert next(lines) == "id: 1"
        assert run.end() == (0, "")
        assert [line for line in lines if line][-1].startswith("data: ")


def test_for_a_person_it_says_in_words_what_to_open(called_run: subprocess.Popen[str]) -> None:
    assert called_run.stdout is not None
    text = "".join(iter(called_run.stdout.readline, "Ctrl-C ends it.\n"))
    assert "open    /dev/" in text
    assert "http://127.0.0.1:" in text
    assert "seed 5" in text
    called_run.send_signal(signal.SIGINT)
    assert called_run.communicate(timeout=PATIENCE) == ("", "")
    assert called_run.returncode == 0


@pytest.fixture
def called_run() -> Any:  # noqa: ANN401 - a generator of a process
    program = [sys.executable, "-m", "onenet_sim", "run", "--seed", "5"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def test_when_nobody_reads_the_ready_line_it_ends_without_a_traceback() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    program = [sys.executable, "-m", "onenet_sim", "run", "--json"]
    ended = subprocess.run(
        program, stdout=writer, stderr=subprocess.PIPE, text=True, timeout=PATIENCE, check=False
    )
    os.close(writer)
    assert ended.returncode == 1
    assert ended.stderr.splitlines() == ["Error: nobody reads what stands where; the world ended again"]


def test_a_command_that_the_module_does_not_have_ends_the_run_if_that_is_wanted(start: Start) -> None:
    run = start("--unknown", "fail")
    with serial.Serial(run.modem["port"], timeout=PATIENCE) as port:
        port.write(b"AT+FOO=1\r")
        port.read_until(b"ERROR\r\n")
    said = "".join(run.process.communicate(timeout=PATIENCE))
    assert run.process.returncode == 1
    assert "the host sent modem-1 the command AT+FOO, which the profile onemo does not have" in said
