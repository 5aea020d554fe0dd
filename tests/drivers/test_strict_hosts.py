"""Host programs as strict as drivers in the field, at field pace on a real PTY.

Most of their time goes by in waiting for the line, so eight run at once, each with a world of its own; and all in
one of the test run's processes, lest each of these begin them anew.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
import serial

from onenet_sim import World
from onenet_sim.journal import Urc
from tests.drivers import (
    aio_m5311,
    bc28_meter,
    bc35_states,
    fixed_offset,
    m5310_first,
    m5311_looks,
    mbed_bc95b,
    me3616_stm32,
    mn316_sensor,
    oneos,
    padded_lines,
    paired_line_ends,
    qsdk,
    quectel_frames,
    sim7020_script,
    xavier_m5311,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future

pytestmark = pytest.mark.xdist_group("strict hosts")

AT_ONCE = 8
HOSTS: dict[str, tuple[str, Callable[[World, serial.Serial], None]]] = {
    "SDK for M5311": ("m5311", aio_m5311.drive),
    "OneOS for M5311": ("m5311", oneos.drive_m5311),
    "OneOS for BC28": ("bc28", oneos.drive_bc28),
    "STM32 demo for M5311": ("m5311", xavier_m5311.drive),
    "RT-Thread for M5311": ("m5311", qsdk.drive_m5311),
    "RT-Thread for M5310-A": ("m5310a", qsdk.drive_m5310a),
    "RT-Thread for ME3616": ("me3616", qsdk.drive_me3616),
    "STM32 program for M5310-A": ("m5310a", paired_line_ends.drive),
    "STM32F4 program for M5310-A": ("m5310a", padded_lines.drive),
    "programs for M5311": ("m5311", m5311_looks.drive),
    "STM32 demo for ME3616": ("me3616", me3616_stm32.drive),
    "STM32 demo for M5310": ("m5310", me3616_stm32.drive_m5310),
    "lamp with the first M5310": ("m5310_legacy", m5310_first.drive_lamp),
    "sample for the first M5310": ("m5310_legacy", m5310_first.drive_sample),
    "mbed for BC95-B": ("bc95", mbed_bc95b.drive),
    "gateway for BC95": ("bc95", fixed_offset.drive),
    "state machine for BC35": ("bc35g", bc35_states.drive),
    "meter with BC28": ("bc28", bc28_meter.drive),
    "tracker with BC20": ("bc20", quectel_frames.drive_bc20),
    "meter with BC260Y": ("bc260y", quectel_frames.drive_bc260y),
    "sensor with MN316": ("mn316", mn316_sensor.drive),
    "script for SIM7020": ("sim7020", sim7020_script.drive),
}


def run(name: str) -> list[str]:
    """Run a host's session and return the lines of the login's requests that the module printed."""
    profile, drive = HOSTS[name]
    with World(profile=profile, seed=3) as world, serial.Serial(world.modem.port) as port:
        drive(world, port)
    lines = [event.what.line for event in world.journal if isinstance(event.what, Urc)]
    return [line for line in lines if line.startswith(("+MIPLOBSERVE", "+MIPLDISCOVER"))]


@pytest.fixture(scope="module")
def sessions(request: pytest.FixtureRequest) -> Iterator[dict[str, Future[list[str]]]]:
    """The sessions of all hosts that this run asks for, some under way at once."""
    mine = (item for item in request.session.items if item.path == request.path)
    wanted = {item.callspec.params["host"] for item in mine if isinstance(item, pytest.Function)}
    with ThreadPoolExecutor(AT_ONCE) as executor:
        yield {name: executor.submit(run, name) for name in HOSTS if name in wanted}


@pytest.mark.parametrize("host", HOSTS)
def test_a_host_as_strict_as_one_in_the_field_lives_a_whole_session_and_loses_no_request(
    host: str, sessions: dict[str, Future[list[str]]]
) -> None:
    requests = sessions[host].result()
    assert requests
    assert len(set(requests)) == len(requests), "the platform had to repeat what the host had lost"
