"""Payloads of more than one message, from the application to the host's line."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from onenet_sim import World
from onenet_sim.onenet import CommandFailed, ResourceWrite


@pytest.mark.parametrize("profile", ["onemo", "m5311"])
def test_a_write_of_2000_octets_reaches_the_host_as_one_line(profile: str) -> None:
    with World(profile, pty=False) as world, ThreadPoolExecutor(1) as application:
        modem = world.modem
        for line in (
            'AT+MIPLCREATEEX="183.230.40.40:5683",0' if profile == "onemo" else "AT+MIPLCREATE",
            'AT+MIPLADDOBJ=0,3200,1,"1",1,0',
            "AT+MIPLOPEN=0,3000",
        ):
            assert modem.command(line)[-1] == "OK"
        modem.expect(r"\+MIPLEVENT:\s?0,6")
        text = "0123456789" * 200
        written = application.submit(world.onenet.write, modem.imei, "/3200/0", [ResourceWrite(5750, text)])
        line = modem.expect(r"\+MIPLWRITE.*")
        assert text.encode().hex() in line.lower()
        number = line.split(",")[1].strip()
        assert modem.command(f"AT+MIPLWRITERSP=0,{number},2")[-1] == "OK"
        assert written.result(5) is None


def test_a_module_refuses_to_create_and_delete_instances() -> None:
    with World("onemo", pty=False) as world:
        modem = world.modem
        for line in (
            'AT+MIPLCREATEEX="183.230.40.40:5683",0',
            'AT+MIPLADDOBJ=0,3303,1,"1",1,0',
            "AT+MIPLOPEN=0,3000",
        ):
            assert modem.command(line)[-1] == "OK"
        modem.expect(r"\+MIPLEVENT:\s?0,6")
        with pytest.raises(CommandFailed, match=r"4\.00"):
            world.onenet.create(modem.imei, "/3303/1", [ResourceWrite(5700, 25.5)])
        with pytest.raises(CommandFailed, match=r"4\.00"):
            world.onenet.delete(modem.imei, "/3303/0")
