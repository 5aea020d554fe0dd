"""Replays a session file over a real PTY, with a real HTTP client on the platform's side.

profile: NAME      the module that must speak so
> LINE             the host sends LINE, CR, LF
< LINE             the module prints CR LF, LINE, CR LF: nothing more, nothing less
@ api METHOD TARGET [JSON]    the application calls OneNET and does not wait
@ api-result JSON             its answer has come, and holds at least these keys
@ advance SECONDS             the world jumps
@ online true|false           what the platform says of the device
@ datapoint STREAM VALUE      the newest point of a stream
@ upgrade VERSION             the platform begins to upgrade the firmware
@ upgrade-state STATE         how far it is
{name}             stands for any token at its first place and for the same one afterwards;
                   {imei}, {imsi} and {endpoint}, the hex of IMEI;IMSI, are the module's from the start
"""

from __future__ import annotations

import json
import re
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx
import serial

from onenet_sim import World

if TYPE_CHECKING:
    from pathlib import Path

_SECONDS = 10.0
_PLACE = re.compile(r"\{(\w+)\}")


class Replay:
    """One session on its way."""

    def __init__(self, world: World, port: serial.Serial) -> None:
        self._world = world
        self._port = port
        imei, imsi = world.modem.imei, world.modem.imsi
        self._bound = {"imei": imei, "imsi": imsi, "endpoint": f"{imei};{imsi}".encode().hex().upper()}
        self._application = ThreadPoolExecutor(1)
        self._call: Future[Any] | None = None

    def step(self, line: str) -> None:
        """Do or check one line of the file."""
        kind, _, rest = line.partition(" ")
        match kind:
            case ">":
                self._port.write(self._filled(rest).encode("ascii") + b"\r\n")
            case "<":
                self._expect(rest)
            case "@":
                action, _, argument = rest.partition(" ")
                getattr(self, "_" + action.replace("-", "_"))(self._filled(argument))
            case _:
                raise ValueError(f"a session has no line like {line!r}")

    def finish(self) -> None:
        """Check that the module has nothing more to say."""
        self._world.settle()
        rest = self._port.read(self._port.in_waiting)
        assert rest == b"", f"the module said more: {rest!r}"
        self._application.shutdown()

    def _filled(self, text: str) -> str:
        return _PLACE.sub(lambda place: self._bound.get(place[1], place[0]), text)

    def booted(self, text: str) -> None:
        """Read one part of the boot text, of one line or of several."""
        lines = "\r\n".join(("", *text.split("\n"), "")).encode("ascii")
        octets = self._port.read(len(lines))
        assert octets == lines, f"expected {lines!r}, got {octets!r}"

    def _expect(self, line: str) -> None:
        """Read exactly the octets of one printed line."""
        text = self._filled(line)
        pattern = _PLACE.sub(lambda place: f"(?P<{place[1]}>[^,\r\n]+)", re.sub(r"([^\w{} ])", r"\\\1", text))
        octets = self._port.read_until(b"\r\n", 2)
        octets += self._port.read_until(b"\r\n", 4096)
        found = re.fullmatch(f"\r\n{pattern}\r\n", octets.decode("ascii"))
        assert found, f"expected \\r\\n{text}\\r\\n, got {octets!r}"
        self._bound.update(found.groupdict())

    def _api(self, argument: str) -> None:
        method, target, *body = argument.split(" ", 2)
        content = body[0] if body else None
        headers = {"api-key": self._world.settings.api_key}
        url = self._world.http + target
        self._call = self._application.submit(
            lambda: httpx.request(method, url, headers=headers, content=content, timeout=_SECONDS).json()
        )

    def _api_result(self, argument: str) -> None:
        assert self._call is not None
        answer, wanted = self._call.result(_SECONDS), json.loads(argument)
        assert {key: answer.get(key) for key in wanted} == wanted

    def _advance(self, argument: str) -> None:
        self._world.clock.advance(float(argument))

    def _online(self, argument: str) -> None:
        self._world.settle()
        assert self._world.onenet.online(self._world.modem.imei) is json.loads(argument)

    def _datapoint(self, argument: str) -> None:
        self._world.settle()
        stream, _, value = argument.partition(" ")
        point = self._world.onenet.datapoint(self._world.modem.imei, stream)
        assert (list(point) if isinstance(point, tuple) else point) == json.loads(value)

    def _upgrade(self, argument: str) -> None:
        self._world.onenet.start_upgrade(self._world.modem.imei, argument)

    def _upgrade_state(self, argument: str) -> None:
        self._world.settle()
        upgrade = self._world.onenet.upgrade(self._world.modem.imei)
        assert upgrade is not None
        assert upgrade.state == argument, upgrade.reason


def replay(file: Path, pace: str) -> None:
    """Replay a whole file in a world of its own."""
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    profile = lines.pop(0).removeprefix("profile: ")
    with World(profile=profile, seed=1, pace=pace) as world:
        world.onenet.create_device(world.modem.imei, world.modem.imsi, psk="1234abcd")
        with serial.Serial(world.modem.port, timeout=_SECONDS) as port:
            session = Replay(world, port)
            for text in world.call(lambda s: s.benches["modem-1"].modem.profile.boot.text):
                session.booted(text)
            for line in lines:
                session.step(line)
            session.finish()
