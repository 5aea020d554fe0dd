"""Data push out of a world: real HTTP, and a clock that jumps meanwhile."""

from __future__ import annotations

import asyncio
import threading
from itertools import pairwise
from typing import TYPE_CHECKING

import httpx
import pytest

from onenet_sim.journal import HttpRequest
from onenet_sim.onenet import Receipt, Undelivered
from onenet_sim.world import PushRefused, World
from onenet_sim.world.courier import LONGEST_ANSWER, Courier
from onenet_sim.world.loop import WorldLoop
from tests.receiver import receiving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.receiver import Receiver

SCHEDULE = [5, 10, 30, *(60 * minutes for minutes in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 30, 60))]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def world() -> Iterator[World]:
    with World(pty=False, seed=7, clock="stopped") as world:
        yield world


def log_in(world: World) -> None:
    for line in ("AT+MIPLCREATE", 'AT+MIPLADDOBJ=0,3303,1,"1",0,0', "AT+MIPLOPEN=0,3000"):
        assert world.modem.command(line)[-1] == "OK"
    world.settle()
    assert world.onenet.online(world.modem.imei)


def test_a_modules_report_reaches_the_application(world: World, receiver: Receiver) -> None:
    number = world.onenet.push(receiver.url, token=receiver.token)
    assert number == 1
    assert len(receiver.handshakes) == 1
    log_in(world)
    observed = next(line for line in iter(lambda: world.modem.expect(r"\+MIPLOBSERVE:.*"), "") if line)
    message_id = observed.split(",")[1]
    assert world.modem.command(f"AT+MIPLNOTIFY=0,{message_id},3303,0,5700,4,4,25.5,0,0")[-1] == "OK"
    world.settle()
    online, point = receiver.msgs()
    assert (online["type"], online["status"]) == (2, 1)
    assert (point["type"], point["ds_id"], point["value"]) == (1, "3303_0_5700", 25.5)


def test_a_cached_write_reaches_the_host_behind_its_report_and_its_result_the_application(
    world: World, receiver: Receiver
) -> None:
    log_in(world)
    world.onenet.push(receiver.url, token=receiver.token)
    imei, key = world.modem.imei, {"api-key": world.settings.api_key}
    query = f"imei={imei}&obj_id=3303&obj_inst_id=0&mode=2&expired_time=2026-01-02T00:00:00"
    order = {"data": [{"res_id": 5701, "val": "Cel"}]}
    kept = httpx.post(f"{world.http}/nbiot/offline?{query}", json=order, headers=key).json()
    uuid = kept["data"]["uuid"]
    world.clock.advance(minutes=10)
    message_id = world.modem.expect(r"\+MIPLOBSERVE:.*").split(",")[1]
    assert world.modem.command(f"AT+MIPLNOTIFY=0,{message_id},3303,0,5700,4,4,25.5,0,0")[-1] == "OK"
    write = world.modem.expect(r"\+MIPLWRITE:.*").split(",")
    assert world.modem.command(f"AT+MIPLWRITERSP=0,{write[1]},2")[-1] == "OK"
    world.settle()
    detail = httpx.get(f"{world.http}/nbiot/offline/history/{uuid}?imei={imei}", headers=key).json()["data"]
    assert (detail["create_time"], detail["send_time"]) == ("2026-01-01 00:00:00", "2026-01-01 00:10:00")
    assert (detail["send_status"], detail["confirm_status"]) == (5, "SUCCESS")
    point, result = receiver.msgs()
    assert (point["type"], result["type"], result["cmd_id"]) == (1, 7, uuid)
    assert (result["send_status"], result["confirm_status"]) == (5, 0)


def test_a_push_that_fails_is_repeated_by_the_schedule_while_the_clock_jumps(
    world: World, receiver: Receiver
) -> None:
    world.onenet.push(receiver.url, token=receiver.token)
    receiver.status = 500
    log_in(world)
    world.clock.advance(hours=3)
    pushed = [
        event.time
        for event in world.journal
        if isinstance(event.what, HttpRequest) and event.what.method == "POST" and '"status":1' in event.what.body
    ]
    assert [round(after - before, 6) for before, after in pairwise(pushed)] == SCHEDULE
    assert len(receiver.bodies) >= len(pushed) == 17


def test_a_refused_handshake_speaks(world: World, receiver: Receiver) -> None:
    receiver.echo = str.upper
    with pytest.raises(PushRefused, match="expected the msg of the query"):
        world.onenet.push(receiver.url)
    with pytest.raises(ValueError, match="url"):
        world.onenet.push("nowhere")
    with pytest.raises(ValueError, match="valid Generation"):
        world.onenet.push(receiver.url, generation="newest")


def test_a_url_at_which_nobody_listens_is_refused(world: World) -> None:
    with receiving() as gone:
        url = gone.url
    with pytest.raises(PushRefused, match="Connect"):
        world.onenet.push(url)


def test_a_reset_forgets_the_push(world: World, receiver: Receiver) -> None:
    world.onenet.push(receiver.url)
    world.reset()
    log_in(world)
    assert not receiver.bodies


def test_a_world_that_ends_or_is_reset_waits_for_no_application(receiver: Receiver) -> None:
    receiver.held = threading.Event()
    with World(pty=False, seed=7, clock="stopped") as world:
        world.onenet.push(receiver.url)
        for line in ("AT+MIPLCREATE", 'AT+MIPLADDOBJ=0,3303,1,"1",0,0', "AT+MIPLOPEN=0,3000"):
            assert world.modem.command(line)[-1] == "OK"
        world.reset()


def on_a_loop(work: Callable[[WorldLoop, Courier], object]) -> None:
    """Play a coroutine on a world's loop, with a courier."""
    loop = WorldLoop(0.0)
    courier = Courier(loop)
    try:
        loop.run_until_complete(work(loop, courier))  # type: ignore[arg-type]
    finally:
        courier.close()
        loop.finish()


def test_while_an_answer_is_outstanding_time_does_not_jump(receiver: Receiver) -> None:
    async def work(loop: WorldLoop, courier: Courier) -> None:
        answered_at: list[float] = []

        def echo(msg: str) -> str:
            answered_at.append(loop.time())
            return msg

        receiver.echo = echo
        delivery = asyncio.ensure_future(courier.deliver("GET", f"{receiver.url}?msg=hello", "", 5.0))
        await loop.advance_by(3600)
        assert delivery.done()
        assert delivery.result() == Receipt(200, "hello")
        assert answered_at == [0.0]

    on_a_loop(work)


def test_an_answer_that_is_late_is_given_up(receiver: Receiver) -> None:
    receiver.held = threading.Event()

    async def work(_loop: WorldLoop, courier: Courier) -> None:
        with pytest.raises(Undelivered, match=r"no answer came within 0\.05 s") as late:
            await courier.deliver("POST", receiver.url, "{}", 0.05)
        assert late.value.late

    on_a_loop(work)


def test_a_long_answer_is_read_in_part_and_a_redirect_is_not_followed(receiver: Receiver) -> None:
    async def work(_loop: WorldLoop, courier: Courier) -> None:
        receiver.echo = lambda _: "x" * (2 * LONGEST_ANSWER)
        assert await courier.deliver("GET", receiver.url, "", 5.0) == Receipt(200, "x" * LONGEST_ANSWER)
        receiver.status = 302
        assert (await courier.deliver("GET", receiver.url, "", 5.0)).status == 302

    on_a_loop(work)


def test_an_application_may_act_on_a_stopped_world_before_it_answers(receiver: Receiver) -> None:
    with World(clock="stopped", pty=False) as world:
        answers: list[list[str]] = []

        def echo(msg: str) -> str:
            answers.append(world.modem.command("AT"))
            return msg

        receiver.echo = echo
        world.onenet.push(receiver.url, token="mytoken")  # noqa: S106 - as above
        assert answers == [["OK"]]
