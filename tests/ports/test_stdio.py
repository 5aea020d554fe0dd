"""Standard input and output as the serial line; pipes stand for them."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING, Self

import pytest

from onenet_sim.journal import HostDetached
from onenet_sim.ports import StdioPort

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.ports.conftest import Bench


class Program:
    """A program that started the module with pipes for stdin and stdout."""

    def __init__(self) -> None:
        self.source, self.out = os.pipe()
        self.into, self.sink = os.pipe()
        self.ended = 0

    def end(self) -> None:
        self.ended += 1

    def close(self, descriptor: int) -> None:
        os.close(descriptor)
        self.left.remove(descriptor)

    def __enter__(self) -> Self:
        self.left = [self.source, self.out, self.into, self.sink]
        return self

    def __exit__(self, *_: object) -> None:
        for descriptor in self.left:
            os.close(descriptor)


@pytest.fixture
def program() -> Iterator[Program]:
    with Program() as program:
        yield program


@pytest.fixture
def port(bench: Bench, program: Program) -> Iterator[StdioPort]:
    def plug() -> StdioPort:
        source, sink = program.source, program.sink
        return StdioPort(bench.take, bench.journal, on_end=program.end, source=source, sink=sink)

    port = bench.call(plug)
    yield port
    bench.call(port.close)


def test_octets_pass_both_ways(bench: Bench, program: Program, port: StdioPort) -> None:
    os.write(program.out, b"AT\r\xff\x00")
    bench.wait_for_octets(b"AT\r\xff\x00")
    bench.call(lambda: port.write(b"\r\nOK\r\n"))
    assert os.read(program.into, 10) == b"\r\nOK\r\n"
    assert port.described == {"stdio": "-"}


def test_boot_text_is_written(bench: Bench, program: Program, port: StdioPort) -> None:
    bench.call(lambda: port.write(b"boot", boot=True))
    assert os.read(program.into, 10) == b"boot"


def test_the_end_of_the_input_is_told_once_and_after_the_last_octets(
    bench: Bench, program: Program, port: StdioPort
) -> None:
    port.on_octets = lambda octets: port.write(octets.lower())
    os.write(program.out, b"AT\r")
    program.close(program.out)
    bench.wait_for(HostDetached)
    bench.call(lambda: None)
    assert program.ended == 1
    assert os.read(program.into, 10) == b"at\r"
    assert not port.attached


def test_an_output_that_nobody_reads_is_the_end(bench: Bench, program: Program, port: StdioPort) -> None:
    os.write(program.out, b"x")
    bench.wait_for_octets(b"x")
    program.close(program.into)
    bench.call(lambda: port.write(b"OK"))
    assert program.ended == 1
    assert bench.kinds() == ["host_attached", "octets_lost", "host_detached"]


def test_both_are_left_as_they_were(bench: Bench, program: Program, port: StdioPort) -> None:
    assert not os.get_blocking(program.source)
    bench.call(port.close)
    bench.call(port.close)
    assert os.get_blocking(program.source)
    assert os.get_blocking(program.sink)
    assert program.ended == 0


def test_one_socket_may_be_both(bench: Bench) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        number = ours.fileno()
        port = bench.call(
            lambda: StdioPort(bench.take, bench.journal, on_end=lambda: None, source=number, sink=number)
        )
        theirs.sendall(b"AT\r")
        bench.wait_for_octets(b"AT\r")
        bench.call(lambda: port.write(b"OK"))
        assert theirs.recv(10) == b"OK"
        bench.call(port.close)


def test_a_terminal_stays_as_it_is(bench: Bench) -> None:
    master, slave = os.openpty()
    try:
        port = bench.call(
            lambda: StdioPort(bench.take, bench.journal, on_end=lambda: None, source=slave, sink=slave)
        )
        assert os.get_blocking(slave)
        os.write(master, b"AT\n")
        bench.wait_for_octets(b"AT\n")
        bench.call(port.close)
    finally:
        os.close(slave)
        os.close(master)


def test_a_file_as_input_is_refused_with_a_way_out(bench: Bench, tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_bytes(b"AT\r")
    with script.open("rb") as file, pytest.raises(OSError, match="makes a pipe of a file"):
        bench.call(
            lambda: StdioPort(
                bench.take, bench.journal, on_end=lambda: None, source=file.fileno(), sink=file.fileno()
            )
        )
