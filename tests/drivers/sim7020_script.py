"""A host as strict as a script for SIM7020: lower case, a blank behind the colon only, deaf for 1.6 s behind OPEN.

What comes within 1.6 s of OPEN's OK is lost, and so is a request that comes while it answers another.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.drivers.silence import drop_until_silent
from tests.drivers.silence_framed import SilenceFramed

if TYPE_CHECKING:
    import serial

    from onenet_sim import World

_CODE = "13002CF10003F2001E040011000000000000100D3138332E3233302E34302E3339000131F300080000000000".lower()


def drive(world: World, port: serial.Serial) -> None:
    """Log in while deaf, answer what is asked, report and renew."""
    drop_until_silent(port)
    host = SilenceFramed(port, silence=0.1)
    host.answer("at")
    host.answer(f"at+miplcreate=44,{_CODE},0,44,0", "+MIPLCREATE: 0")
    host.answer('at+mipladdobj=0,3303,1,"1",2,0')
    host.answer("at+miplopen=0,3600,30")
    host.work(1.6)
    observe = _request(host, r"\+MIPLOBSERVE: 0,(\d+),1,3303,0,-1")
    host.answer(f"at+miplobserversp=0,{observe},1")
    discover = _request(host, r"\+MIPLDISCOVER: 0,(\d+),3303")
    host.answer(f'at+mipldiscoverrsp=0,{discover},1,9,"5700;5701"')
    host.answer(f"at+miplnotify=0,{observe},3303,0,5700,4,4,25.3,0,0,1")
    host.awaited("+MIPLEVENT: 0,26")
    world.settle()
    assert world.onenet.datapoint(world.modem.imei, "3303_0_5700") == 25.3
    host.answer("at+miplupdate=0,3600,0")
    host.awaited("+MIPLEVENT: 0,11")


def _request(host: SilenceFramed, pattern: str) -> str:
    """Wait for a frame that is one request, and return its message id."""
    frame = host.awaited(pattern[1 : pattern.index(":")])
    found = re.fullmatch(pattern, frame.strip())
    assert found, f"{frame!r} is not {pattern}"
    return found[1]
