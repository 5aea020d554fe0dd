"""A world behind a pyserial URL."""

from __future__ import annotations

import subprocess
import sys
import threading
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import serial

from onenet_sim.journal import LineSet
from onenet_sim.world.url import Serial

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
URL = "onenet://m5310a?seed=7"
BOOT_TEXT = b"\r\nREBOOT_CAUSE_SECURITY_RESET_PIN\r\nM5310-A\r\nOK\r\n"


@pytest.fixture(autouse=True)
def packages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pyserial find the scheme whether the package is installed or not."""
    monkeypatch.setattr(serial, "protocol_handler_packages", ["serial.urlhandler", "onenet_sim.world"])


def opened(url: str = URL, timeout: float | None = 10) -> Serial:
    port = serial.serial_for_url(url, 115200, timeout=timeout)
    assert isinstance(port, Serial)
    return port


@pytest.fixture
def port() -> Iterator[Serial]:
    with opened() as port:
        yield port


def test_a_module_boots_and_answers(port: Serial) -> None:
    assert port.read(len(BOOT_TEXT)) == BOOT_TEXT
    assert port.write(b"AT+CGMM\r") == 8
    assert port.read_until(b"OK\r\n") == b"\r\nM5310-A\r\n\r\nOK\r\n"


def test_the_world_behind_it_can_be_held(port: Serial) -> None:
    assert port.world.settings.seed == 7
    port.read_until(b"OK\r\n")
    port.world.clock.advance(hours=24)
    port.write(b"AT+CGSN=1\r")
    assert port.world.modem.imei.encode() in port.read_until(b"OK\r\n")


def test_reads_end_at_their_timeout_and_take_what_there_is(port: Serial) -> None:
    port.read_until(b"OK\r\n")
    port.timeout = 0.05
    assert port.read(10) == b""
    port.timeout = 0
    assert port.read(10) == b""
    port.write(b"AT\r")
    port.timeout = 10
    assert port.read(2) == b"\r\n"
    assert port.in_waiting == 4
    port.timeout = 0
    assert port.read(100) == b"OK\r\n"
    assert (port.in_waiting, port.out_waiting) == (0, 0)


def test_the_input_can_be_dropped(port: Serial) -> None:
    port.read(1)
    port.reset_input_buffer()
    port.reset_output_buffer()
    port.flush()
    assert port.in_waiting == 0
    port.write(b"AT\r")
    assert port.read(6) == b"\r\nOK\r\n"


def test_what_a_host_sets_is_in_the_journal(port: Serial) -> None:
    port.baudrate = 9600
    port.dtr = False
    port.rts = False
    port.break_condition = True
    lines = [event.what for event in port.world.journal if isinstance(event.what, LineSet)]
    assert [(each.what, each.state) for each in lines] == [
        ("baud rate", "115200"),
        ("DTR", "on"),
        ("RTS", "on"),
        ("baud rate", "9600"),
        ("DTR", "off"),
        ("RTS", "off"),
        ("BREAK", "on"),
    ]
    assert lines[0].port == URL
    assert (port.cts, port.dsr, port.ri, port.cd) == (True, True, False, False)


def test_it_can_be_opened_again_and_is_fresh() -> None:
    port = serial.serial_for_url(URL, timeout=10, do_not_open=True)
    assert isinstance(port, Serial)
    for _ in range(2):
        port.open()
        assert port.read(len(BOOT_TEXT)) == BOOT_TEXT
        port.close()
        port.close()
    with pytest.raises(serial.SerialException, match="not open"):
        port.read(1)
    with pytest.raises(serial.SerialException, match="not open"):
        port.write(b"AT\r")
    with pytest.raises(serial.SerialException, match="not open"):
        _ = port.world


def test_one_that_is_open_is_not_opened_again(port: Serial) -> None:
    with pytest.raises(serial.SerialException, match="already open"):
        port.open()


def test_closing_it_ends_a_read_that_waits_for_ever() -> None:
    port = opened(timeout=None)
    port.read_until(b"OK\r\n")
    answers: list[bytes] = []
    reader = threading.Thread(target=lambda: answers.append(port.read(1)))
    reader.start()
    port.close()
    reader.join(10)
    assert answers in ([b""], [])


def test_the_profile_may_be_a_file(tmp_path: Path) -> None:
    ours = tmp_path / "ours.toml"
    ours.write_text('inherits = "m5310a"\nname = "ours"\n')
    with opened(f"onenet://{ours}?clock=stopped&pace=instant&unknown=fail") as port:
        assert port.world.modem.profile == "ours"
        assert port.world.clock.mode.name == "stopped"


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("onenet://m9999", "m9999"),
        ("onenet://m5310a?seed=seven", "seven"),
        ("onenet://m5310a?speed=7", "'speed': there are seed, clock, pace, unknown"),
        ("onenet://m5310a?seed", "the form is onenet://PROFILE"),
        ("onenet://m5310a?clock=fast", "fast"),
    ],
)
def test_a_url_that_is_wrong_is_refused_with_the_right_form(url: str, told: str) -> None:
    with pytest.raises(serial.SerialException, match="the form is onenet://PROFILE") as refused:
        opened(url)
    assert told in str(refused.value)


def test_a_program_that_forgets_to_close_it_ends() -> None:
    program = f"""
import serial
serial.protocol_handler_packages.append("onenet_sim.world")
port = serial.serial_for_url("{URL}", timeout=10)
port.write(b"AT\\r")
print(port.read_until(b"OK"))
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=20, check=False)
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_the_wheel_puts_it_where_pyserial_looks() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    included = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    ((source, target),) = included.items()
    assert (ROOT / source).is_file()
    assert target == "serial/urlhandler/protocol_onenet.py"
