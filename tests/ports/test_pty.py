"""What is peculiar to a PTY."""

from __future__ import annotations

import os
import termios
from typing import TYPE_CHECKING

import pytest
import serial

from onenet_sim.journal import Explanation, HostAttached, HostDetached, LineSet
from onenet_sim.ports import PtyPort, pty as pty_module

if TYPE_CHECKING:
    from pathlib import Path

    from tests.ports.conftest import Bench


@pytest.fixture
def port(bench: Bench) -> PtyPort:
    return bench.plug(lambda: PtyPort(bench.take, bench.journal))


def test_it_is_raw_for_a_host_that_sets_nothing(bench: Bench, port: PtyPort) -> None:
    host = os.open(port.name, os.O_RDWR | os.O_NOCTTY)
    try:
        lflag = termios.tcgetattr(host)[3]
        assert not lflag & (termios.ECHO | termios.ICANON | termios.ISIG)
        os.write(host, b"AT\r\n\x03\x04\x11\x13\x7f\x00")
        bench.wait_for_octets(b"AT\r\n\x03\x04\x11\x13\x7f\x00")
        bench.call(lambda: port.write(b"\r\nOK\r\n"))
        assert os.read(host, 100) == b"\r\nOK\r\n"
    finally:
        os.close(host)


def test_it_is_raw_again_after_a_host_that_left_it_cooked(bench: Bench, port: PtyPort) -> None:
    host = os.open(port.name, os.O_RDWR | os.O_NOCTTY)
    mode = termios.tcgetattr(host)
    mode[3] |= termios.ECHO | termios.ICANON
    mode[0] |= termios.ICRNL
    termios.tcsetattr(host, termios.TCSANOW, mode)
    os.close(host)
    bench.wait_for(HostDetached)
    bench.call(lambda: None)
    host = os.open(port.name, os.O_RDWR | os.O_NOCTTY)
    try:
        assert not termios.tcgetattr(host)[3] & (termios.ECHO | termios.ICANON)
    finally:
        os.close(host)


def test_what_a_host_left_unread_is_gone_for_the_next(bench: Bench, port: PtyPort) -> None:
    host = os.open(port.name, os.O_RDWR | os.O_NOCTTY)
    bench.wait_for(HostAttached)
    bench.call(lambda: port.write(b"stale"))
    os.close(host)
    bench.wait_for(HostDetached)
    bench.call(lambda: None)
    host = os.open(port.name, os.O_RDWR | os.O_NOCTTY)
    try:
        bench.wait_for(HostAttached, 2)
        bench.call(lambda: port.write(b"fresh"))
        assert os.read(host, 100) == b"fresh"
    finally:
        os.close(host)


def test_what_a_host_wrote_just_before_it_closed_still_arrives(bench: Bench, port: PtyPort) -> None:
    for _ in range(20):
        host = os.open(port.name, os.O_RDWR | os.O_NOCTTY)
        os.write(host, b"AT\r")
        os.close(host)
    bench.wait_for_octets(b"AT\r" * 20)


def test_it_stays_attached_until_the_last_of_several_hosts_closes(bench: Bench, port: PtyPort) -> None:
    reader = os.open(port.name, os.O_RDONLY | os.O_NOCTTY)
    bench.wait_for(HostAttached)
    with serial.Serial(port.name) as writer:
        writer.write(b"AT\r")
        bench.wait_for_octets(b"AT\r")
    bench.call(lambda: port.write(b"OK"))
    assert os.read(reader, 10) == b"OK"
    assert bench.of(HostDetached) == []
    os.close(reader)
    bench.wait_for(HostDetached)


def test_a_link_stands_for_it_until_it_is_closed(bench: Bench, tmp_path: Path) -> None:
    link = tmp_path / "modem0"
    port = bench.plug(lambda: PtyPort(bench.take, bench.journal, link=link))
    assert str(link.readlink()) == port.name
    with serial.Serial(str(link)) as host:
        host.write(b"AT\r")
        bench.wait_for_octets(b"AT\r")
    bench.call(port.close)
    assert list(tmp_path.iterdir()) == []


def test_a_link_that_a_dead_run_left_is_replaced(bench: Bench, tmp_path: Path) -> None:
    link = tmp_path / "modem0"
    link.symlink_to("/dev/pts/4095")
    port = bench.plug(lambda: PtyPort(bench.take, bench.journal, link=str(link)))
    assert str(link.readlink()) == port.name


def test_a_link_that_another_run_took_over_is_left_alone(bench: Bench, tmp_path: Path) -> None:
    link = tmp_path / "modem0"
    first = bench.plug(lambda: PtyPort(bench.take, bench.journal, link=link))
    second = bench.plug(lambda: PtyPort(bench.take, bench.journal, link=link))
    bench.call(first.close)
    assert str(link.readlink()) == second.name


def test_a_file_in_the_links_place_is_refused(bench: Bench, tmp_path: Path) -> None:
    link = tmp_path / "modem0"
    link.write_text("precious")
    with pytest.raises(FileExistsError, match="is not a symbolic link: it stays"):
        bench.call(lambda: PtyPort(bench.take, bench.journal, link=link))
    assert link.read_text() == "precious"


def test_a_link_to_something_else_is_refused(bench: Bench, tmp_path: Path) -> None:
    link = tmp_path / "modem0"
    link.symlink_to("/dev/null")
    with pytest.raises(FileExistsError, match="points to /dev/null, which is no PTY"):
        bench.call(lambda: PtyPort(bench.take, bench.journal, link=link))


def test_a_link_in_no_directory_is_refused(bench: Bench, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere"):
        bench.call(lambda: PtyPort(bench.take, bench.journal, link=tmp_path / "nowhere" / "modem0"))


def test_the_baud_rate_of_a_host_is_seen_when_it_writes(bench: Bench, port: PtyPort) -> None:
    assert bench.call(lambda: port.rate) is None
    with serial.Serial(port.name, 115200) as host:
        for rate in (115200, 57600, 250000):
            host.baudrate = rate
            host.write(b"x")
            bench.wait_for(LineSet, (115200, 57600, 250000).index(rate) + 1)
        host.write(b"x")
        bench.wait_for_octets(b"xxxx")
        assert bench.call(lambda: port.rate) == 250000
    assert bench.of(LineSet) == [LineSet(port.name, "baud rate", each) for each in ("115200", "57600", "250000")]


def test_the_baud_rate_of_a_host_that_only_listens_is_seen_too(bench: Bench, port: PtyPort) -> None:
    with bench.call(lambda: serial.Serial(port.name, 115200)):
        assert bench.wait_for(LineSet) == LineSet(port.name, "baud rate", "115200")
    assert bench.kinds()[0] == "host_attached"


def test_a_system_that_does_not_tell_the_baud_rate_is_no_matter(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pty_module, "_TCGETS2", 0)
    port = bench.plug(lambda: PtyPort(bench.take, bench.journal))
    with serial.Serial(port.name, 115200) as host:
        host.write(b"x")
        bench.wait_for_octets(b"x")
        assert bench.call(lambda: port.rate) is None


def test_without_inotify_a_host_counts_as_attached(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    class NoWatch:
        def __init__(self, path: str) -> None:
            raise OSError(path)

    monkeypatch.setattr(pty_module, "OpenWatch", NoWatch)
    port = bench.plug(lambda: PtyPort(bench.take, bench.journal))
    assert port.attached
    assert "a host counts as attached" in str(bench.wait_for(Explanation))
    with serial.Serial(port.name, timeout=10) as host:
        host.write(b"AT\r")
        bench.wait_for_octets(b"AT\r")
        bench.call(lambda: port.write(b"OK"))
        assert host.read(2) == b"OK"


def test_a_host_of_a_closed_port_sees_a_hang_up(bench: Bench, port: PtyPort) -> None:
    with serial.Serial(port.name, timeout=10) as host:
        bench.wait_for(HostAttached)
        bench.call(port.close)
        with pytest.raises(serial.SerialException):
            host.read(1)
    assert [kind for kind in bench.kinds() if kind != "line_set"] == ["host_attached", "host_detached"]
