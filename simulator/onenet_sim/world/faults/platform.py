"""Strikes the platform: how it treats the messages that arrive, and what it knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiocoap import CON, Message
from aiocoap.numbers.codes import Code

from onenet_sim.onenet import Conduct, by_the_book

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from onenet_sim.onenet import Platform
    from onenet_sim.world.bench import Bench
    from onenet_sim.world.faults.declaration import Fault
    from onenet_sim.world.faults.engine import Aim, Engine

_FOR_ANY_MESSAGE = ("platform.silent", "platform.reset")


class PlatformStriker:
    """The striker of the layer ``platform``."""

    def __init__(self, engine: Engine, platform: Callable[[], Platform], benches: Mapping[str, Bench]) -> None:
        self._engine = engine
        self._platform = platform
        self._benches = benches

    def begin(self, aim: Aim) -> None:
        """Decide from now on how the platform treats messages."""
        if aim.fault.aimed:
            self._platform().conduct = self._conduct

    def end(self, aim: Aim) -> None:
        """Let the platform go by the book where no fault is in force."""
        del aim
        if not any(True for name in self._benches if self._engine.in_force(("platform",), name)):
            self._platform().conduct = by_the_book

    def strike(self, aim: Aim) -> None:
        """Delete the records of the devices."""
        platform = self._platform()
        for name, bench in self._benches.items():
            if not aim.concerns(name):
                continue
            device = platform.devices.by_imei(bench.modem.identity.imei)
            what = "nothing: the device has no record" if device is None else f"device {device.imei} is deleted"
            with self._engine.journal.because(self._engine.note(aim, what, modem=name)):
                if device is not None:
                    platform.delete_device(device)

    def reset(self) -> None:
        """Do nothing: what is under way belongs to the platform that ends."""

    def _conduct(self, message: Message) -> Conduct | None:
        """Return how a message that arrived is to be treated, if a fault strikes it."""
        journal = self._engine.journal
        arrival = None if journal.cause is None else journal.get(journal.cause)
        name, text = (None, "") if arrival is None else (arrival.modem, str(arrival.what))
        confirmable = message.code.is_request() and message.mtype is CON
        for aim in self._engine.in_force(("platform",), name):
            fault = aim.fault
            if not (confirmable or fault.kind in _FOR_ANY_MESSAGE) or not aim.strikes(name, text):
                continue
            what, conduct = _treatment(fault)
            self._engine.note(aim, f"{what}: {text}", modem=name)
            return conduct
        return None


def _treatment(fault: Fault) -> tuple[str, Conduct]:
    """Return what a fault makes of a message, in words and in deed."""
    seconds = fault.seconds or 0.0
    match fault.kind:
        case "platform.silent":
            return "thrown away", Conduct(discard=True)
        case "platform.reset":
            return "answered with RST", Conduct(reset=True)
        case "platform.answer":
            klass, _, detail = (fault.code or "").partition(".")
            answer = Message(code=Code(int(klass) << 5 | int(detail)), payload=(fault.text or "").encode())
            return f"answered with {fault.code}", Conduct(answer=answer)
        case "platform.separate":
            return f"answered {seconds:g} s later, in a message of its own", Conduct(separate=seconds)
        case "platform.late_ack":
            return f"answered {seconds:g} s late", Conduct(late=seconds)
        case _:
            return "answered with a wrong token", Conduct(wrong_token=True)
