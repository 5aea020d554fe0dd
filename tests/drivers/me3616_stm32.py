"""A host as strict as an STM32F1 demo for ME3616: frames closed by 10 ms of silence, words parted by blanks.

A name is found only as a word of its own, so a blank must follow its colon; a failure only by its literal, with a
blank behind the comma too. It is deaf for 0.3 s after each command of its own, and after an answer it is not.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.drivers.silence import drop_until_silent
from tests.drivers.silence_framed import SilenceFramed

if TYPE_CHECKING:
    import serial

    from onenet_sim import World

_WORK = 0.3
_CLEARING = ("AT+MIPLCLOSE=0", "AT+MIPLDELOBJ=0,3303", "AT+MIPLDELETE=0")
_OPENING = ("AT+MIPLCREATE", 'AT+MIPLADDOBJ=0,3303,3,"100",2,0', "AT+MIPLOPEN=0,3600")


class _Demo(SilenceFramed):
    """The receiver, and the pause behind each command."""

    def answer(self, line: str, *wanted: str, seconds: float = 3.0) -> str:
        answer = super().answer(line, *wanted, seconds=seconds)
        assert line not in answer, "echo is on; this driver takes it for a request"
        return answer

    def command(self, line: str, *wanted: str) -> None:
        """Send a line, take its answer and work for a while."""
        self.answer(line, *wanted)
        self.work(_WORK)

    def request(self, word: str, seconds: float = 8.0) -> list[str]:
        """Wait for a request by its word and return the words behind it."""
        frame = self.awaited(word, seconds)
        assert frame.count("+MIPL") == 1, f"two lines in one frame: {frame!r}"
        words = re.split("[, \r\n]+", frame.strip())
        assert words[0] == word, f"{word} is no word of its own in {words}"
        return words[1:]


def drive(world: World, port: serial.Serial) -> None:
    """Reset the module, clear what is not there, log in, answer one request at a time, report and fail once."""
    drop_until_silent(port)
    host = _Demo(port, silence=0.010)
    host.answer("AT+ZSLR=1")
    world.modem.power("reset")
    host.awaited("+IP", 10.0)
    for line in _CLEARING:
        host.command(line, "OK", "ERROR")
    for line in _OPENING:
        host.command(line)
    _, observe, _, object_id, instance_id, *_ = host.request("+MIPLOBSERVE:")
    host.answer(f"AT+MIPLOBSERVERSP=0,{observe},1")
    _, discover, *_ = host.request("+MIPLDISCOVER:")
    host.answer(f'AT+MIPLDISCOVERRSP=0,{discover},1,9,"5700;5701"')
    _report(world, host, f"{observe},{object_id},{instance_id}")
    host.command("AT+MIPLUPDATE=0,3600,1")
    assert world.onenet.online(world.modem.imei)

    host.answer(f"AT+MIPLNOTIFY=0,1,{object_id},{instance_id},5700,4,4,25.3,0,0,1")
    host.awaited("+MIPLEVENT: 0, 25")


def drive_m5310(world: World, port: serial.Serial) -> None:
    """Do the same on a module that prints no blanks, by a parser that needs none."""
    host = _Demo(port, silence=0.010)
    world.modem.power("reset")
    host.awaited("OK", 10.0)
    for line in _CLEARING:
        host.command(line, "ERROR")
    for line in _OPENING:
        host.command(line)
    observe = host.awaited("+MIPLOBSERVE:", 8.0).split(",")[1]
    host.answer(f"AT+MIPLOBSERVERSP=0,{observe},1")
    discover = host.awaited("+MIPLDISCOVER:", 8.0).split(",")[1]
    host.answer(f'AT+MIPLDISCOVERRSP=0,{discover},1,9,"5700;5701"')
    _report(world, host, f"{observe},3303,0")
    host.command("AT+MIPLUPDATE=0,3600,1")
    assert world.onenet.online(world.modem.imei)


def _report(world: World, host: _Demo, observed: str) -> None:
    """Report two resources of the instance that was observed in one message, the first under index 1."""
    host.command(f"AT+MIPLNOTIFY=0,{observed},5700,4,4,25.3,1,1")
    host.command(f'AT+MIPLNOTIFY=0,{observed},5701,1,14,"degree celsius",0,0')
    world.settle()
    _, object_id, instance_id = observed.split(",")
    imei, stream = world.modem.imei, f"{object_id}_{instance_id}"
    assert world.onenet.datapoint(imei, f"{stream}_5700") == 25.3
    assert world.onenet.datapoint(imei, f"{stream}_5701") == "degree celsius"
