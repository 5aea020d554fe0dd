"""A host as strict as an STM32F4 demo for M5311: frames closed by 9 ms of silence, begun by READY and by it alone.

A frame that holds READY starts everything from the beginning, so none may come while it runs. Its commands follow
an OK at once, and it declares 17 characters for a text of 21, with blanks and colons in it. It may send OPEN again
while the first is under way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.drivers.silence_framed import SilenceFramed

if TYPE_CHECKING:
    import serial

    from onenet_sim import World

_TEXT = "T:25.3 H:60.5 I:321.5"


class _Demo(SilenceFramed):
    """The receiver, once it has started."""

    started = False

    def frame(self, seconds: float) -> str:
        frame = super().frame(seconds)
        assert "READY" not in frame or not self.started, f"{frame!r} starts everything again"
        assert "+MIPLEVENT:0,15" not in frame, f"{frame!r} starts everything again"
        return frame


def drive(world: World, port: serial.Serial) -> None:
    """Wait for READY, log in, report under id 0 without an acknowledgement and renew, twice."""
    host = _Demo(port, silence=0.009)
    assert "READY" in host.awaited("READY", 60.0)
    host.started = True
    host.work(2.0)
    for line in ("AT", "AT+CMSYSCTRL=0,2", "AT+SM=LOCK"):
        host.answer(line)
    host.answer("AT+MIPLCREATE", "+MIPLCREATE:0", seconds=15.0)
    for line in ('AT+MIPLADDOBJ=0,3200,1,"1",1,1', 'AT+MIPLDISCOVERRSP=0,3200,1,4,"5750"', "AT+MIPLOPEN=0,60"):
        host.answer(line)
    host.answer("AT+MIPLOPEN=0,60", "OK", "ERROR")  # as if it had lost patience
    host.awaited("+MIPLEVENT:0,6", 15.0)
    host.answer("AT+MIPLUPDATE=0,60,0")
    host.work(0.5)
    for _ in range(2):
        host.work(2.0)
        host.answer(f'AT+MIPLNOTIFY=0,0,3200,0,5750,1,17,"{_TEXT}",0,0', seconds=5.0)
        host.answer("AT+MIPLUPDATE=0,60,0")
        host.awaited("+MIPLEVENT:0,11")
    world.settle()
    assert world.onenet.datapoint(world.modem.imei, "3200_0_5750") == _TEXT
