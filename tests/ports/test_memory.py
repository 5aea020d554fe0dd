"""The line within the process."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from onenet_sim.journal import OctetsLost
from onenet_sim.ports import MemoryPort

if TYPE_CHECKING:
    from tests.ports.conftest import Bench


@pytest.fixture
def port(bench: Bench) -> MemoryPort:
    return bench.plug(lambda: MemoryPort(bench.take, bench.journal, modem="modem-1"))


def test_what_the_host_writes_reaches_the_module(bench: Bench, port: MemoryPort) -> None:
    port.host.write(b"AT")
    port.host.write(b"\r")
    bench.wait_for_octets(b"AT\r")


def test_a_host_reads_all_that_the_module_has_written(bench: Bench, port: MemoryPort) -> None:
    bench.call(lambda: port.write(b"boot ", boot=True))
    bench.call(lambda: port.write(b"text"))
    assert port.host.read(10) == b"boot text"
    assert port.host.read(0) == b""


def test_a_read_waits_for_the_module(bench: Bench, port: MemoryPort) -> None:
    bench.loop.call_soon_threadsafe(lambda: bench.loop.call_later(0.01, port.write, b"late"))
    assert port.host.read(10) == b"late"


def test_a_read_ends_when_the_port_is_closed(bench: Bench, port: MemoryPort) -> None:
    answers: list[bytes] = []
    reader = threading.Thread(target=lambda: answers.append(port.host.read()))
    reader.start()
    bench.call(port.close)
    reader.join()
    assert answers == [b""]
    assert not port.attached


def test_a_listener_gets_each_write_by_itself(bench: Bench, port: MemoryPort) -> None:
    writes: list[bytes] = []
    port.host.on_octets = writes.append
    bench.call(lambda: port.write(b"OK"))
    bench.call(lambda: port.write(b"+URC"))
    assert writes == [b"OK", b"+URC"]
    assert port.host.read(0) == b""


def test_a_write_beyond_the_bound_is_lost(bench: Bench, port: MemoryPort) -> None:
    bench.call(lambda: port.write(bytes(65536)))
    bench.call(lambda: port.write(b"more"))
    lost = bench.wait_for(OctetsLost)
    assert isinstance(lost, OctetsLost)
    assert lost.octets == b"more"
    assert bench.events[0].modem == "modem-1"
    assert len(port.host.read(0)) == 65536


def test_a_blocking_read_on_the_loops_thread_is_refused(bench: Bench, port: MemoryPort) -> None:
    with pytest.raises(RuntimeError, match="a blocking read would stop the loop"):
        bench.call(lambda: port.host.read(1))


def test_a_closed_port_loses_and_takes_nothing(bench: Bench, port: MemoryPort) -> None:
    bench.call(port.close)
    port.host.write(b"AT\r")
    bench.call(lambda: port.write(b"OK"))
    assert bench.wait_for(OctetsLost) == OctetsLost(b"OK", "memory is closed")
    assert bench.received == b""


def test_a_memory_port_keeps_no_boot_text(bench: Bench, port: MemoryPort) -> None:
    bench.call(lambda: port.write(b"boot", boot=True))
    bench.call(port.forget_boot_text)
    assert port.host.read(0) == b"boot"
