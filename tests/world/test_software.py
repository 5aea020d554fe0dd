"""An upgrade of the host's own software, with a host that keeps the image."""

from __future__ import annotations

import re

from onenet_sim import World

IMAGE = bytes(range(256)) * 5 + b"end"


class Host:
    """A host with a flash of its own, written from OneNET's SOTA pages.

    Attributes:
        flash: The image as far as it has come.
        seen: What the platform asked, without message ids and values.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.flash = b""
        self.seen: list[str] = []
        self.state, self.result = 0, 0

    def log_in(self, version: str) -> None:
        for line in (
            'AT+MIPLCREATEEX="183.230.40.40:5683",0',
            f'AT+MIPLSOTAVER="{version}"',
            "AT+MIPLOPEN=0,3000,30",
        ):
            assert self._world.modem.command(line)[-1] == "OK"

    def work(self) -> None:
        """Answer whatever the module prints, until it prints no more."""
        while True:
            self._world.settle()
            lines = self._world.modem.line.lines()
            if not lines:
                return
            for line in lines:
                self._take(line)

    def _take(self, line: str) -> None:
        found = re.fullmatch(r"\+MIPL(READ|WRITE|EXECUTE):0,(\d+),(\d+,\d+,-?\d+)(.*)", line)
        if found is None:
            return
        request, number, path, rest = found.groups()
        self.seen.append(f"{request} {path}")
        match request, path:
            case "READ", "5,0,-1":
                self._answer(f'READRSP=0,{number},1,5,0,3,3,1,"{self.state}",1,1')
                self._answer(f'READRSP=0,{number},1,5,0,5,3,1,"{self.result}",0,0')
            case "WRITE", "5,0,0":
                _, kind, _, octets, flag = rest.split(",")
                assert kind == "2"
                self.flash += bytes.fromhex(octets)
                self.state = 0 if not octets else 2 if flag == "0" else 1
                self._answer(f"WRITERSP=0,{number},2" if octets else "SOTA=3")
            case "EXECUTE", _:
                self._answer(f"EXECUTERSP=0,{number},2")

    def _answer(self, line: str) -> None:
        assert self._world.modem.command(f"AT+MIPL{line}") == ["OK"]


def test_the_host_gets_its_software_block_by_block_and_tells_the_new_version() -> None:
    with World(profile="m5310a", seed=3, pace="instant", clock="stopped", pty=False) as world:
        host = Host(world)
        host.log_in("app-1.0.0")
        host.work()
        host.seen.clear()
        world.onenet.start_upgrade(world.modem.imei, "app-1.0.1", IMAGE, kind="software")
        host.work()
        assert host.flash == IMAGE
        opening = ["EXECUTE 5,0,26550", "READ 3,0,19", "READ 5,0,-1", "WRITE 5,0,0"]
        assert host.seen == [*opening, *["WRITE 5,0,0"] * 3, "READ 5,0,-1", "EXECUTE 5,0,2"]
        assert world.modem.command("AT+MIPLDELETE=0") == ["OK"]
        host.state, host.result = 0, 1
        host.log_in("app-1.0.1")
        host.work()
        upgrade = world.onenet.upgrade(world.modem.imei)
        assert upgrade is not None
        assert (str(upgrade.state), upgrade.reason) == ("done", "")
        assert world.modem.command("AT+CGMR") == ["V150R100C10B300", "OK"]


def test_a_host_that_knows_nothing_of_it_sees_nothing_and_the_upgrade_fails() -> None:
    with World(profile="m5310a", seed=3, pace="instant", clock="stopped", pty=False) as world:
        for line in ('AT+MIPLCREATEEX="183.230.40.40:5683",0', "AT+MIPLOPEN=0,3000,30"):
            assert world.modem.command(line)[-1] == "OK"
        world.settle()
        world.modem.line.lines()
        world.onenet.start_upgrade(world.modem.imei, "app-1.0.1", kind="software")
        world.settle()
        assert world.modem.line.lines() == []
        upgrade = world.onenet.upgrade(world.modem.imei)
        assert upgrade is not None
        assert str(upgrade.state) == "failed"
