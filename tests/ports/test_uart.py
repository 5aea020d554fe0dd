"""A real UART, for which a PTY stands: the test has its other end, and the device's name is a link to it."""

from __future__ import annotations

import os
import select
import termios
from typing import TYPE_CHECKING

import pytest

from onenet_sim.journal import HostAttached, HostDetached, OctetsLost
from onenet_sim.ports import UartPort

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.ports.conftest import Bench

BOOT_TEXT = b"\r\n+MATREADY\r\n"


class Board:
    """The host behind a USB adapter that comes and goes."""

    def __init__(self, link: Path) -> None:
        self.link = link
        self.wires = -1

    def come(self) -> None:
        self.wires, device = os.openpty()
        self._device = device
        fresh = self.link.with_name("fresh")
        fresh.symlink_to(os.ttyname(device))
        fresh.replace(self.link)

    def go(self) -> None:
        self.link.unlink()
        os.close(self._device)
        os.close(self.wires)
        self.wires = -1

    def read(self, count: int) -> bytes:
        got = b""
        while len(got) < count:
            assert select.select([self.wires], [], [], 10)[0], got
            got += os.read(self.wires, count - len(got))
        return got


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Board]:
    board = Board(tmp_path / "ttyUSB0")
    board.come()
    yield board
    if board.wires >= 0:
        board.go()


def sit_on(bench: Bench, board: Board, baud: int = 115200) -> UartPort:
    return bench.plug(lambda: UartPort(bench.take, bench.journal, device=str(board.link), baud=baud))


def test_it_is_raw_8n1_at_its_baud_rate(bench: Bench, board: Board) -> None:
    port = sit_on(bench, board)
    _, oflag, cflag, lflag, ispeed, ospeed, _ = termios.tcgetattr(board.wires)
    assert (ispeed, ospeed) == (termios.B115200, termios.B115200)
    assert cflag & termios.CSIZE == termios.CS8
    assert not cflag & (termios.PARENB | termios.CSTOPB)
    assert not lflag & (termios.ECHO | termios.ICANON | termios.ISIG)
    assert not oflag & termios.OPOST
    assert port.described == {"serial": str(board.link)}


def test_every_octet_passes_both_ways(bench: Bench, board: Board) -> None:
    octets = bytes(range(256))
    port = sit_on(bench, board)
    os.write(board.wires, octets)
    bench.wait_for_octets(octets)
    bench.call(lambda: port.write(octets))
    assert board.read(256) == octets


def test_boot_text_goes_out_as_from_a_module_that_nobody_asks_who_listens(bench: Bench, board: Board) -> None:
    port = sit_on(bench, board)
    assert port.attached
    bench.call(lambda: port.write(BOOT_TEXT, boot=True))
    assert board.read(len(BOOT_TEXT)) == BOOT_TEXT


def test_an_adapter_may_go_and_come_back(bench: Bench, board: Board) -> None:
    port = sit_on(bench, board)
    for turn in range(1, 4):
        os.write(board.wires, b"AT\r")
        bench.wait_for_octets(b"AT\r" * turn)
        board.go()
        bench.wait_for(HostDetached, turn)
        bench.call(lambda: port.write(b"URC"))
        board.come()
        bench.wait_for(HostAttached, turn + 1)
    bench.call(lambda: port.write(b"OK"))
    assert board.read(2) == b"OK"
    assert bench.of(OctetsLost) == [OctetsLost(b"URC", f"nobody listens on {board.link}")] * 3


def test_a_line_that_was_cut_by_the_unplugging_is_passed_on_as_far_as_it_came(bench: Bench, board: Board) -> None:
    sit_on(bench, board)
    os.write(board.wires, b"AT+CG")
    bench.wait_for_octets(b"AT+CG")
    board.go()
    bench.wait_for(HostDetached)
    assert bench.received == b"AT+CG"


def test_it_may_be_closed_while_the_adapter_is_away(bench: Bench, board: Board) -> None:
    port = sit_on(bench, board)
    board.go()
    bench.wait_for(HostDetached)
    bench.call(port.close)
    bench.call(port.close)
    assert not port.attached


def test_a_device_that_is_not_there_is_named(bench: Bench) -> None:
    with pytest.raises(OSError, match="/dev/ttyNone0"):
        bench.call(lambda: UartPort(bench.take, bench.journal, device="/dev/ttyNone0", baud=9600))


def test_a_device_that_another_program_has_is_refused(bench: Bench, board: Board) -> None:
    device = str(board.link)
    sit_on(bench, board)
    with pytest.raises(OSError, match="exclusively lock"):
        bench.call(lambda: UartPort(bench.take, bench.journal, device=device, baud=9600))
