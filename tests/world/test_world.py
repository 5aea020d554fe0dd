"""The world's synchronous face."""

from __future__ import annotations

import asyncio
import gc
import threading
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from onenet_sim import World
from onenet_sim.onenet.errors import CommandFailed
from onenet_sim.world import FailedRunError

if TYPE_CHECKING:
    from onenet_sim.world.simulation import Simulation


def test_a_blocking_call_on_the_worlds_own_thread_is_refused() -> None:
    with World(pty=False) as world:

        def blocking(_: Simulation) -> None:
            world.settle()
            world.onenet.online("1")

        with pytest.raises(RuntimeError, match="own thread"):
            world.call(blocking)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"profile": "m5310b"}, r"there are onemo, .*m5310a"),
        ({"modems": 0}, "expected 1 to 1000"),
        ({"offline_lag": -1}, "expected 0 to 3600 seconds"),
        ({"clock": "fast"}, "real, stopped, scaled:K or idle:MS"),
    ],
)
def test_a_setting_out_of_range_says_what_would_be_right(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        World(**settings)  # type: ignore[arg-type]


def test_two_modems_of_a_world_log_in_side_by_side() -> None:
    with World(modems=2, pace="instant", clock="stopped") as world:
        for modem in world.modems.values():
            for line in ("AT+MIPLCREATE", 'AT+MIPLADDOBJ=0,3303,1,"1",0,0', "AT+MIPLOPEN=0,300"):
                assert modem.command(line)[-1] == "OK"
        world.settle()
        assert [world.onenet.online(modem.imei) for modem in world.modems.values()] == [True, True]
        assert len({modem.imei for modem in world.modems.values()}) == 2


def test_a_module_in_power_saving_mode_is_out_of_the_platforms_reach_until_it_wakes_and_reports() -> None:
    with World(profile="m5311", pty=False, clock="stopped") as world:
        modem = world.modem
        for line in (
            'AT+CPSMS=1,,,"00111000","00000010"',
            'AT+MIPLCREATEEX="183.230.40.40:5683",0',
            'AT+MIPLADDOBJ=0,3303,1,"1",0,0',
            'AT+MIPLDISCOVERRSP=0,3303,1,4,"5700"',
            "AT+MIPLOPEN=0,86400",
        ):
            assert modem.command(line)[-1] == "OK"
        world.clock.advance(minutes=2)
        assert world.state["modems"][0]["radio"]["asleep"]  # type: ignore[call-overload,index]
        reader = threading.Thread(target=_read_in_vain, args=(world,))
        reader.start()
        while reader.is_alive():
            world.clock.advance(60)
        assert not [line for line in modem.line.lines() if line.startswith("+MIPLREAD:0") and ",3303," in line]
        modem.power("wake")
        assert modem.command('AT+MIPLNOTIFY=0,0,3303,0,5700,4,4,"25.5",0,0,7')[-1] == "OK"
        modem.expect(r"\+MIPLEVENT:0,26,7")
        assert world.onenet.datapoint(modem.imei, "3303_0_5700") == 25.5


def _read_in_vain(world: World) -> None:
    with pytest.raises(CommandFailed):
        world.onenet.read(world.modem.imei, "/3303/0/5700")


def test_a_reset_world_lives_through_the_same_again() -> None:
    def life(world: World) -> list[str]:
        for line in ("AT+MIPLCREATE", 'AT+MIPLADDOBJ=0,3303,1,"1",0,0', "AT+MIPLOPEN=0,300"):
            world.modem.command(line)
        world.settle()
        world.clock.advance(days=1)
        return [str(event.what) for event in world.journal if event.layer == "coap"]

    with World(seed=5, pace="instant", clock="stopped") as world:
        first = life(world)
        world.reset()
        assert world.clock.now == 0
        assert [_without_port(text) for text in life(world)] == [_without_port(text) for text in first]


def _without_port(text: str) -> str:
    return " ".join(word for word in text.split() if not word.startswith("127.0.0.1:"))


def test_everything_a_world_holds_is_given_up_at_its_end() -> None:
    world = World(seed=1)
    url = world.http
    world.close()
    world.close()
    with pytest.raises(URLError, match="refused"):
        urlopen(url)  # noqa: S310 - the world's own


def test_an_answer_is_told_from_what_the_module_prints_by_itself_meanwhile() -> None:
    with World(profile="m5310a", seed=7, pace="instant") as world:
        modem = world.modem
        modem.command("ATE1")
        for line in ("AT+MIPLCREATE", 'AT+MIPLADDOBJ=0,3303,1,"1",0,0', "AT+MIPLOPEN=0,3000"):
            modem.command(line)
        answers = [modem.command("AT+CSQ") for _ in range(50)]
        assert answers == [["+CSQ:20,99", "OK"]] * 50
        world.settle()
        assert [line.split(":")[0] for line in modem.line.lines()][-1] == "+MIPLREAD"


def test_a_command_that_the_module_does_not_have_fails_the_run_if_that_is_wanted() -> None:
    world = World(pty=False, unknown="fail")
    assert world.modem.command("AT+FOO=1;+BAR") == ["ERROR"]
    assert world.modem.command("AT") == ["OK"]
    with pytest.raises(FailedRunError, match=r"sent modem-1 the command AT\+FOO, which the profile onemo"), world:
        pass


def test_a_command_that_the_module_does_not_have_is_an_error_and_no_more_by_default() -> None:
    with World(pty=False) as world:
        assert world.modem.command("AT+FOO=1") == ["ERROR"]
    assert world.failure is None


def test_a_world_that_ends_leaves_nothing_under_way_behind(caplog: pytest.LogCaptureFixture) -> None:
    world = World(pty=False)
    waiting = threading.Event()

    async def forever() -> None:
        waiting.set()
        await asyncio.get_running_loop().create_future()

    def ask() -> None:
        with pytest.raises(CancelledError):
            world.run(forever())

    asker = threading.Thread(target=ask)
    asker.start()
    waiting.wait()
    world.close()
    asker.join()
    gc.collect()
    assert not caplog.records


@pytest.mark.parametrize(("lag", "seconds"), [(0, 99), (60, 159)])
def test_a_device_shows_as_online_until_its_lifetime_and_the_lag_are_over(lag: int, seconds: int) -> None:
    with World("m5310a", clock="stopped", pty=False, offline_lag=lag) as world:
        modem = world.modem
        for line in (
            'AT+MIPLCREATEEX="183.230.40.40:5683",0',
            'AT+MIPLADDOBJ=0,3200,1,"1",0,1',
            "AT+MIPLOPEN=0,100",
        ):
            assert modem.command(line)[-1] == "OK"
        world.clock.advance(seconds=1)
        assert world.onenet.online(modem.imei)
        modem.power("off")
        world.clock.advance(seconds=seconds - 1)
        assert world.onenet.online(modem.imei)
        world.clock.advance(seconds=2)
        assert not world.onenet.online(modem.imei)
