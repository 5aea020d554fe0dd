"""The reference driver against a module on a PTY."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from onenet_sim.cli.driver import DriverError, Notice, ReferenceDriver
from onenet_sim.onenet import CommandFailed, Reason
from onenet_sim.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def world() -> Iterator[World]:
    with World(pace="instant") as made:
        yield made


@pytest.fixture
def driver(world: World) -> Iterator[ReferenceDriver]:
    with ReferenceDriver(world.modem.port) as made:
        made.boot()
        yield made


def _log_in(driver: ReferenceDriver) -> None:
    driver.command('AT+MIPLCREATEEX="nbiotbt.heclouds.com:5683",1')
    driver.command('AT+MIPLADDOBJ=0,3303,1,"1",0,0')
    driver.command("AT+MIPLOPEN=0,3000,30")
    driver.expect("EVENT", "6")


@pytest.mark.parametrize("line", ["+MIPLREAD: 0,7,3303,0,5700", "+MIPLREAD:0,7,3303,0,5700"])
def test_a_notice_is_read_with_and_without_a_blank(line: str) -> None:
    assert Notice.parse(line) == Notice("READ", ("7", "3303", "0", "5700"))


@pytest.mark.parametrize("line", ["OK", "+MIPLCREATE: 0", "+MIPLVER: 2.3.0", "MIPLREAD: 0,7"])
def test_an_answers_line_is_no_notice(line: str) -> None:
    assert Notice.parse(line) is None


def test_a_command_gives_its_information_text(world: World, driver: ReferenceDriver) -> None:
    assert driver.command("AT+CIMI") == [world.modem.imsi]


def test_an_echo_is_no_information_text(driver: ReferenceDriver) -> None:
    driver.command("ATE1")
    assert driver.command("AT") == []


def test_an_error_is_raised_with_the_command(driver: ReferenceDriver) -> None:
    with pytest.raises(DriverError, match=r"AT\+NONE was answered .*ERROR"):
        driver.command("AT+NONE")


def test_a_notice_that_does_not_come_is_named_with_the_last_lines(driver: ReferenceDriver) -> None:
    with pytest.raises(
        DriverError, match=r"no \+MIPLEVENT with 6 came within 0 s; the last lines were \['\+MATREADY'"
    ):
        driver.expect("EVENT", "6", seconds=0)


def test_a_read_of_what_the_driver_lacks_is_answered_with_not_found(world: World, driver: ReferenceDriver) -> None:
    _log_in(driver)
    with pytest.raises(CommandFailed) as failed:
        world.onenet.read(world.modem.imei, "/3303/0/5601")
    assert failed.value.reason is Reason.NOT_FOUND


def test_an_execute_of_what_the_driver_lacks_changes_nothing(world: World, driver: ReferenceDriver) -> None:
    _log_in(driver)
    with pytest.raises(CommandFailed) as failed:
        world.onenet.execute(world.modem.imei, "/3303/0/5606", "reset")
    assert failed.value.reason is Reason.NOT_FOUND
    assert driver.executed == []


def test_what_the_platform_reads_is_what_the_driver_measures(world: World, driver: ReferenceDriver) -> None:
    _log_in(driver)
    driver.temperature = -7.25
    (reading,) = world.onenet.read(world.modem.imei, "/3303/0/5700")
    assert reading.value == -7.25
