"""Faults of the platform, as the module and its host see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from onenet_sim import World

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def world() -> Iterator[World]:
    with World(profile="m5310a", seed=7, pty=False, clock="stopped") as world:
        yield world


def log_in(world: World) -> None:
    for line in ("AT+MIPLCREATE", 'AT+MIPLADDOBJ=0,3303,1,"1",0,0', "AT+MIPLOPEN=0,3000,60"):
        world.modem.command(line)
    world.settle()


def events(world: World) -> list[str]:
    return [line for line in world.modem.line.lines() if line.startswith("+MIPLEVENT")]


def struck(world: World) -> list[str]:
    return [str(event.what) for event in world.journal.events(kind="platform_fault")]


def received(world: World) -> list[dict[str, Any]]:
    """Return the CoAP messages that the module got."""
    messages: list[dict[str, Any]] = [dict(e.what.to_json()) for e in world.journal.events(kind="coap_received")]
    return [message for message in messages if message["end"] == "modem"]


@pytest.mark.survives("platform.answer")
@pytest.mark.parametrize("code", ["4.00", "4.03", "4.04", "5.00", "5.03"])
def test_a_registration_is_refused_with_any_code_and_works_the_next_time(world: World, code: str) -> None:
    world.faults.add("platform.answer", match="POST .*/rd", code=code, text="later", times=1)
    log_in(world)
    refused = [message for message in received(world) if message["code"] == code]
    assert [bytes.fromhex(message["payload"]) for message in refused] == [b"later"]
    assert not world.onenet.online(world.modem.imei)
    assert "+MIPLEVENT:0,7" in events(world)
    fault = world.journal.events(kind="platform_fault")[0]
    assert fault.cause is not None
    assert "POST" in str(world.journal.thread(fault.id)[-2].what)
    world.modem.command("AT+MIPLCLOSE=0")
    world.modem.command("AT+MIPLOPEN=0,3000,60")
    world.clock.advance(60)
    assert world.onenet.online(world.modem.imei)


def test_the_bootstrap_server_refuses(world: World) -> None:
    world.faults.add("platform.answer", match="POST .*/bs", code="4.03", times=1)
    log_in(world)
    assert "+MIPLEVENT:0,3" in events(world)
    assert not world.onenet.online(world.modem.imei)
    world.modem.power("reset")
    log_in(world)
    assert world.onenet.online(world.modem.imei)


@pytest.mark.survives("platform.silent")
def test_the_module_sends_again_what_the_platform_has_thrown_away(world: World) -> None:
    world.faults.add("platform.silent", match="POST .*/rd", times=2)
    log_in(world)
    assert not world.onenet.online(world.modem.imei)
    world.clock.advance(30)
    assert len(struck(world)) == 2
    assert world.onenet.online(world.modem.imei)


def test_a_registration_that_nobody_ever_answers_times_out(world: World) -> None:
    fault = world.faults.add("platform.silent", match="/rd")
    log_in(world)
    world.clock.advance(minutes=10)
    assert not world.onenet.online(world.modem.imei)
    world.faults.remove(fault.id)
    world.modem.power("reset")
    log_in(world)
    assert world.onenet.online(world.modem.imei)


@pytest.mark.survives("platform.reset")
def test_a_reset_answers_a_registration(world: World) -> None:
    world.faults.add("platform.reset", match="POST .*/rd", times=1)
    log_in(world)
    assert "RST" in {message["type"] for message in received(world)}
    assert not world.onenet.online(world.modem.imei)
    world.modem.power("reset")
    log_in(world)
    assert world.onenet.online(world.modem.imei)


@pytest.mark.survives("platform.separate")
def test_a_separate_response_comes_after_an_empty_ack(world: World) -> None:
    world.faults.add("platform.separate", match="POST .*/rd", seconds=5, times=1)
    log_in(world)
    world.clock.advance(4)
    assert (received(world)[-1]["type"], received(world)[-1]["code"]) == ("ACK", "EMPTY")
    assert not world.onenet.online(world.modem.imei)
    world.clock.advance(2)
    separate = [message for message in received(world) if message["code"] == "2.01"]
    assert [message["type"] for message in separate] == ["CON"]
    assert "+MIPLEVENT:0,6" in events(world)
    assert world.onenet.online(world.modem.imei)


@pytest.mark.survives("platform.late_ack")
def test_a_late_ack_meets_the_modules_retransmission(world: World) -> None:
    world.faults.add("platform.late_ack", match="POST .*/rd", seconds=6, times=1)
    log_in(world)
    assert "+MIPLEVENT:0,6" not in events(world)
    world.clock.advance(10)
    assert "+MIPLEVENT:0,6" in events(world)
    sent = [event.what.to_json() for event in world.journal.events(kind="coap_sent")]
    assert any(message["end"] == "modem" and message["path"] == "rd" and message["repeat"] for message in sent)
    assert len(struck(world)) == 1


@pytest.mark.survives("platform.wrong_token")
def test_an_answer_with_a_wrong_token_is_none(world: World) -> None:
    world.faults.add("platform.wrong_token", match="POST .*/rd", times=1)
    log_in(world)
    tokens = {message["token"] for message in received(world) if message["code"] == "2.01"}
    sent = [event.what.to_json() for event in world.journal.events(kind="coap_sent")]
    assert tokens.isdisjoint(message["token"] for message in sent if message["end"] == "modem")
    world.modem.power("reset")
    log_in(world)
    assert "+MIPLEVENT:0,6" in events(world)


@pytest.mark.survives("platform.delete_device")
def test_a_device_whose_record_is_deleted_is_told_so_by_its_next_update(world: World) -> None:
    log_in(world)
    world.faults.add("platform.delete_device")
    assert world.onenet.device(world.modem.imei) is None
    world.modem.command("AT+MIPLUPDATE=0,3000,0")
    world.settle()
    assert received(world)[-1]["code"] == "4.04"
    world.modem.power("reset")
    log_in(world)
    assert world.onenet.online(world.modem.imei)


def test_a_report_that_is_answered_with_rst_ends_its_observation(world: World) -> None:
    log_in(world)
    observe = next(line for line in world.modem.line.lines() if line.startswith("+MIPLOBSERVE"))
    message_id = observe.split(",")[1]
    world.faults.add("platform.reset", match="2.05", times=1)
    assert world.modem.command(f"AT+MIPLNOTIFY=0,{message_id},3303,0,5700,4,4,21.5,0,0") == ["OK"]
    world.settle()
    assert world.onenet.datapoint(world.modem.imei, "3303_0_5700") is None
    assert struck(world)


def test_with_no_fault_in_force_the_platform_goes_by_the_book(world: World) -> None:
    from onenet_sim.onenet import by_the_book  # noqa: PLC0415 - looked at here only

    fault = world.faults.add("platform.silent")
    world.faults.remove(fault.id)
    assert world.simulation.platform.conduct is by_the_book
