"""Hosts as strict as trackers and meters with Quectel modules: frames of 10 ms, fields at fixed offsets.

A frame is all that came without a pause of 10 ms, its CR LF counted. The next frame behind a command is taken for
its answer. The buffer has 50 octets.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.drivers.silence import drop_until_silent
from tests.drivers.silence_framed import SilenceFramed

if TYPE_CHECKING:
    import serial

    from onenet_sim import World

_NAME_AT = 2
_SIGNAL_AT = 8
_FRAME_MAXIMUM = 50


def drive_bc20(world: World, port: serial.Serial) -> None:
    """Switch the receiver for satellites on, log in with two objects, report battery and place."""
    host = _started(port)
    host.answer("AT+QGNSSC=1")
    host.answer("AT+QGNSSC?", "+QGNSSC: 1")
    numbers = _log_in(host, {3320: "5700", 3336: "5513;5514"})
    host.answer(f"AT+MIPLNOTIFY=0,{numbers[3320]},3320,0,5700,4,4,087,0,0")
    host.answer(f'AT+MIPLNOTIFY=0,{numbers[3336]},3336,0,5513,1,9,"37.811928",1,0')
    host.answer(f'AT+MIPLNOTIFY=0,{numbers[3336]},3336,0,5514,1,10,"112.646372",0,0')
    world.settle()
    assert world.onenet.datapoint(world.modem.imei, "3320_0_5700") == 87
    assert world.onenet.datapoint(world.modem.imei, "3336_0_5514") == "112.646372"


def drive_bc260y(world: World, port: serial.Serial) -> None:
    """Log in with nine objects; each report is two frames with the flag 0."""
    host = _started(port)
    objects = dict.fromkeys((3316, 3317, 3320, 3328, 3331), "5700;5701")
    objects |= dict.fromkeys((3329, 3332, 3338, 3341), "5700")
    numbers = _log_in(host, objects)
    host.answer(f"AT+MIPLNOTIFY=0,{numbers[3316]},3316,0,5700,4,4,220.125,1,0")
    host.answer(f'AT+MIPLNOTIFY=0,{numbers[3316]},3316,0,5701,1,1,"V",0,0')
    world.settle()
    assert world.onenet.datapoint(world.modem.imei, "3316_0_5700") == 220.125


def _started(port: serial.Serial) -> SilenceFramed:
    """Ask what these programs ask at start, and read the signal where they read it."""
    drop_until_silent(port)
    host = SilenceFramed(port, silence=0.010)
    host.answer("AT")
    host.answer("ATE0")
    signal = host.answer("AT+CSQ")
    assert signal[_NAME_AT] == "+", f"{signal!r} does not begin with CR LF"
    assert signal[_SIGNAL_AT : _SIGNAL_AT + 2].isdecimal(), f"{signal!r} has no signal at {_SIGNAL_AT}"
    host.answer("AT+CEREG?", "+CEREG: 0,1")
    host.answer("AT+CGATT?", "+CGATT: 1")
    return host


def _log_in(host: SilenceFramed, objects: dict[int, str]) -> dict[int, str]:
    """Log in, answer until every object was discovered, and return the message id of each object's OBSERVE."""
    host.answer("AT+MIPLCREATE")
    for object_id, resources in objects.items():
        host.answer(f'AT+MIPLADDOBJ=0,{object_id},1,"1",{resources.count(";") + 1},0')
    host.answer("AT+MIPLOPEN=0,86400")
    numbers: dict[int, str] = {}
    discovered: set[int] = set()
    while discovered != objects.keys():
        frame = host.awaited("+MIPL", 10.0)
        assert len(frame) <= _FRAME_MAXIMUM, f"{frame!r} runs over the buffer"
        if found := re.match(r"\r\n\+MIPLOBSERVE: 0,(\d+),1,(\d+),", frame):
            numbers[int(found[2])] = found[1]
            host.answer(f"AT+MIPLOBSERVERSP=0,{found[1]},1")
        elif found := re.match(r"\r\n\+MIPLDISCOVER: 0,(\d+),(\d+)\r\n", frame):
            discovered.add(int(found[2]))
            resources = objects[int(found[2])]
            host.answer(f'AT+MIPLDISCOVERRSP=0,{found[1]},1,{len(resources)},"{resources}"')
    return numbers
