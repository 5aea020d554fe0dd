"""A relay between a host and a module on a UART, for which a PTY stands."""

from __future__ import annotations

import os
import select
import termios
import threading
from functools import partial
from typing import TYPE_CHECKING

import pytest
import serial

from onenet_sim.journal import Explanation, HostAttached, HostDetached, LineSet, OctetsLost
from onenet_sim.ports import Relay, UartPort
from tests.ports.conftest import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.ports.conftest import Bench

BOOT_TEXT = b"\r\n+MATREADY\r\n"


class Wires:
    """The module's end of the UART, and what the relay told."""

    def __init__(self) -> None:
        self.module, self._device = os.openpty()
        self.name = os.ttyname(self._device)
        self.heard: list[tuple[str, bytes]] = []
        self.gone = 0
        self._changed = threading.Condition()

    def hear(self, side: str, octets: bytes) -> None:
        with self._changed:
            self.heard.append((side, octets))
            self._changed.notify_all()

    def leave(self) -> None:
        with self._changed:
            self.gone += 1
            self._changed.notify_all()

    def said(self, side: str) -> bytes:
        return b"".join(octets for each, octets in self.heard if each == side)

    def wait_for(self, what: Callable[[], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(what, PATIENCE), self.heard

    def read(self, count: int) -> bytes:
        got = b""
        while len(got) < count:
            assert select.select([self.module], [], [], 10)[0], got
            got += os.read(self.module, count - len(got))
        return got

    def pull_out(self) -> None:
        os.close(self._device)
        os.close(self.module)
        self.module = -1

    @property
    def rate(self) -> int:
        speed: int = termios.tcgetattr(self._device)[5]
        return speed


@pytest.fixture
def wires() -> Iterator[Wires]:
    wires = Wires()
    yield wires
    if wires.module >= 0:
        wires.pull_out()


@pytest.fixture
def relay(bench: Bench, wires: Wires, tmp_path: Path) -> Iterator[Relay]:
    relay = bench.call(
        lambda: Relay(
            bench.journal,
            device=wires.name,
            baud=9600,
            link=tmp_path / "host",
            on_host=partial(wires.hear, "host"),
            on_module=partial(wires.hear, "module"),
            on_gone=wires.leave,
        )
    )
    yield relay
    bench.call(relay.close)


def test_every_octet_passes_both_ways_and_is_heard(
    bench: Bench, wires: Wires, relay: Relay, tmp_path: Path
) -> None:
    octets = bytes(range(256)) * 4
    assert relay.pty.described["link"] == str(tmp_path / "host")
    with serial.Serial(str(tmp_path / "host"), timeout=10) as host:
        bench.wait_for(HostAttached)
        host.write(octets)
        assert wires.read(len(octets)) == octets
        os.write(wires.module, octets)
        assert host.read(len(octets)) == octets
    wires.wait_for(lambda: wires.said("host") == wires.said("module") == octets)


def test_the_boot_text_waits_for_the_first_host(wires: Wires, relay: Relay) -> None:
    os.write(wires.module, BOOT_TEXT)
    with serial.Serial(relay.pty.name, timeout=10) as host:
        assert host.read(len(BOOT_TEXT)) == BOOT_TEXT
    wires.wait_for(lambda: wires.said("module") == BOOT_TEXT)


def test_what_the_module_says_while_no_host_is_there_is_lost_to_the_next_one_and_heard(
    bench: Bench, wires: Wires, relay: Relay
) -> None:
    with serial.Serial(relay.pty.name, timeout=10) as host:
        host.write(b"AT\r\n")
        wires.read(4)
    bench.wait_for(HostDetached)
    os.write(wires.module, b"\r\n+URC: 1\r\n")
    wires.wait_for(lambda: wires.said("module") != b"")
    with serial.Serial(relay.pty.name, timeout=10) as host:
        bench.wait_for(HostAttached, 2)
        os.write(wires.module, b"\r\nOK\r\n")
        assert host.read(6) == b"\r\nOK\r\n"
    wires.wait_for(lambda: wires.said("module") == b"\r\n+URC: 1\r\n\r\nOK\r\n")


def test_the_hosts_baud_rate_is_the_modules_before_its_first_octet(
    bench: Bench, wires: Wires, relay: Relay
) -> None:
    assert wires.rate == termios.B9600
    with serial.Serial(relay.pty.name, 115200, timeout=10) as host:
        host.write(b"AT\r\n")
        wires.read(4)
        assert wires.rate == termios.B115200
        host.baudrate = 57600
        host.write(b"AT\r\n")
        wires.read(4)
        assert wires.rate == termios.B57600
        os.write(wires.module, b"\r\nOK\r\n")
        assert host.read(6) == b"\r\nOK\r\n"
    assert [event.state for event in bench.of(LineSet) if isinstance(event, LineSet)] == ["115200", "57600"]


def test_what_a_module_does_not_take_is_told_when_it_is_lost(bench: Bench, wires: Wires, relay: Relay) -> None:
    with serial.Serial(relay.pty.name, timeout=10) as host:
        host.write(bytes(128 * 1024))
        lost = bench.wait_for(OctetsLost)
    assert isinstance(lost, OctetsLost)
    assert lost.why.startswith(f"the host on {wires.name} does not read")


def test_a_rate_that_the_device_cannot_have_is_told_and_the_line_goes_on(
    bench: Bench, wires: Wires, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: UartPort, baud: int) -> None:
        raise OSError(f"the device cannot have {baud} baud")

    monkeypatch.setattr(UartPort, "set_rate", refuse)
    with serial.Serial(relay.pty.name, 115200, timeout=10) as host:
        host.write(b"AT\r\n")
        assert wires.read(4) == b"AT\r\n"
    (told,) = bench.of(Explanation)
    assert str(told) == "because the device cannot have 115200 baud"


def test_a_module_that_is_unplugged_is_told_once(bench: Bench, wires: Wires, relay: Relay) -> None:
    wires.pull_out()
    wires.wait_for(lambda: wires.gone > 0)
    bench.call(lambda: None)
    assert wires.gone == 1
    assert relay.pty.attached is False


def test_a_device_that_is_not_there_leaves_nothing_open(bench: Bench, wires: Wires, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="ttyUSB7"):
        bench.call(
            lambda: Relay(
                bench.journal,
                device=str(tmp_path / "ttyUSB7"),
                baud=9600,
                link=tmp_path / "host",
                on_host=partial(wires.hear, "host"),
                on_module=partial(wires.hear, "module"),
                on_gone=wires.leave,
            )
        )
    assert not (tmp_path / "host").is_symlink()
