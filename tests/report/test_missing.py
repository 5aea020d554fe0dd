"""Why a data point did not arrive: each stage at which a report can end, by the session that ends there."""

from __future__ import annotations

import pytest

from onenet_sim.journal import CoapSent, CommandLine, Event, Journal, NetworkFaultStruck
from onenet_sim.report import Fate, Stage, fate, missing
from tests.report.conftest import STREAM, Bench, bench

OBJECTS = 'AT+MIPLADDOBJ=0,3303,1,"1",0,0'


def became(host: Bench, stage: Stage, words: str) -> Fate:
    found = fate(host.world.journal, STREAM)
    assert (found.stage, words in found.detail) == (stage, True), found.detail
    told = host.world.journal.missing(STREAM)
    assert words in told
    assert all(f"#{event.id}" in told for event in found.events)
    return found


def test_the_host_sent_nothing_and_never_logged_in() -> None:
    with bench() as host:
        host.send("AT")
        became(host, Stage.NOT_SENT, "the module never began a login (AT+MIPLOPEN)")


def test_the_host_sent_nothing_though_the_module_is_logged_in() -> None:
    with bench() as host:
        host.login()
        host.send("AT+MIPLNOTIFY=0,0,3303,0,5701,4,4,25.5,0,0")
        became(host, Stage.NOT_SENT, "the module's login is ready")


def test_the_module_was_off() -> None:
    with bench() as host:
        host.login()
        host.world.modem.power("off")
        host.write(b"AT+MIPLNOTIFY=0,0,3303,0,5700,4,4,25.5,0,0\r\n")
        found = became(host, Stage.NOT_HEARD, "the module is off")
        assert [event.kind for event in found.events] == ["host_wrote"]


def test_the_command_was_refused_for_a_parameter() -> None:
    with bench() as host:
        host.login()
        assert host.report("warm") == ["+CIS ERROR: 601"]
        became(host, Stage.REFUSED, "+CIS ERROR: 601: <type>, <len>, <value>")


def test_the_command_was_refused_because_the_login_had_ended() -> None:
    with bench() as host:
        host.login(lifetime=100)
        host.wait(101)
        host.report()
        became(host, Stage.REFUSED, "the device is not logged in (its login is closed)")


@pytest.mark.parametrize("profile", ["onemo", "m5310"])
def test_nobody_observes_it(profile: str) -> None:
    with bench(profile) as host:
        host.send("AT+MIPLCREATE", 'AT+MIPLADDOBJ=0,3303,1,"1",1,1', "AT+MIPLOPEN=0,3000")
        host.world.modem.expect(r"\+MIPLEVENT: ?0,6")
        host.send('AT+MIPLADDOBJ=0,3304,1,"1",1,1', "AT+MIPLNOTIFY=0,0,3304,0,5700,4,4,25.5,0,0")
        found = fate(host.world.journal, "3304_0_5700")
        assert found.stage is Stage.NOT_OBSERVED
        assert "/3304/0/5700 is not observed" in found.detail


def test_it_waits_for_the_last_frame_of_its_report() -> None:
    with bench() as host:
        host.login()
        host.report(flag="1")
        became(host, Stage.COLLECTED, "its flag is 1")


def test_a_frame_goes_the_way_of_the_report_that_it_is_part_of() -> None:
    with bench() as host:
        host.login()
        host.report(flag="1")
        host.send('AT+MIPLNOTIFY=0,0,3303,0,5701,1,3,"Cel",0,0,1')
        host.wait(1)
        became(host, Stage.ARRIVED, "data point 3303_0_5700 = 25.5")


def test_a_module_that_counts_attributes_sends_nothing() -> None:
    with bench("m5310") as host:
        host.send("AT+MIPLCREATE", 'AT+MIPLADDOBJ=0,3303,1,"1",0,0', "AT+MIPLOPEN=0,3000")
        number = host.world.modem.expect(r"\+MIPLOBSERVE: ?0,\d+,1,3303.*").split(",")[1]
        host.send(f"AT+MIPLOBSERVERSP=0,{number},1", f"AT+MIPLNOTIFY=0,{number},3303,0,5700,4,4,25.5,0,0")
        became(host, Stage.KEPT_BACK, "ADDOBJ declared 0 attributes")


def test_there_was_no_coverage() -> None:
    with bench() as host:
        host.login()
        host.world.modem.radio(coverage=False)
        host.report()
        host.wait(200)
        became(host, Stage.DROPPED, "there is no coverage")


def test_the_address_leads_nowhere() -> None:
    with bench() as host:
        host.login()
        host.world.redirect("183.230.40.40:5683", "127.0.0.1:9")
        host.report()
        host.wait(1)
        became(host, Stage.UNDER_WAY, "no event tells more of it")


def test_the_platform_knows_its_token_no_more() -> None:
    with bench() as host:
        host.login()
        device = host.world.onenet.device(host.world.modem.imei)
        assert device is not None
        host.world.call(lambda s: s.platform.subscriptions.drop(device, None, "the application cancelled it"))
        host.report()
        host.wait(1)
        became(host, Stage.REJECTED, "the application cancelled it")


def test_the_platform_cannot_read_its_format() -> None:
    with bench() as host:
        host.login()
        host.send("AT+MIPLNOTIFY=0,0,3303,0,5700,4,4,25.5,0,0,1,4")
        host.wait(1)
        became(host, Stage.UNREADABLE, "the JSON is no object")


def test_it_arrived_after_all() -> None:
    with bench() as host:
        host.login()
        host.report()
        host.wait(1)
        became(host, Stage.ARRIVED, "data point 3303_0_5700 = 25.5, at 1.000 s")


def test_the_newest_report_is_meant() -> None:
    with bench() as host:
        host.report()
        host.login()
        host.report()
        host.wait(1)
        became(host, Stage.ARRIVED, "25.5")
        host.send("AT+MIPLCLOSE=0")
        host.wait(1)
        host.report()
        became(host, Stage.REFUSED, "not logged in")


def test_the_dialect_of_2017_has_no_message_id() -> None:
    with bench("m5310_legacy") as host:
        host.send('AT+MIPLNOTIFY=0,3303,0,5700,4,"25.5",1')
        became(host, Stage.REFUSED, "there is no device")


def test_of_several_modems_the_imei_names_one() -> None:
    with bench(modems=2) as host:
        first, second = host.world.modems.values()
        for line in ("AT+MIPLCREATE", OBJECTS, "AT+MIPLOPEN=0,3000"):
            second.command(line)
        second.expect(r"\+MIPLEVENT: 0,6")
        host.wait(1)
        second.command("AT+MIPLNOTIFY=0,0,3303,0,5700,4,4,25.5,0,0")
        host.wait(1)
        assert fate(host.world.journal, STREAM, second.imei).stage is Stage.ARRIVED
        with pytest.raises(LookupError, match="2 modems, and none ever came"):
            fate(host.world.journal, STREAM, first.imei)


def test_what_a_fault_of_the_network_did_is_told() -> None:
    journal = Journal(lambda: 1.0)
    command = journal.note(CommandLine("AT+MIPLNOTIFY=0,0,3303,0,5700,4,4,25.5,0,0"), modem="modem-1")
    sent = CoapSent("modem", "183.230.40.40:5683", "NON", "2.05", 7, b"\1", "", (), 1, 1542, b"")
    journal.note(NetworkFaultStruck(1, "network.loss", "up: dropped"), cause=journal.note(sent, cause=command))
    found = fate(journal, STREAM)
    assert (found.stage, found.detail) == (Stage.DROPPED, "fault 1 network.loss: up: dropped")


@pytest.mark.parametrize("name", ["", "3303", "3303_0_x", "3303/0/5700", "3303_0_5700_1"])
def test_what_is_no_stream_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="one is 3303_0_5700"):
        fate([], name)


def test_an_empty_journal_says_so() -> None:
    assert missing([], STREAM)[0] == "3303_0_5700: the host sent no report of it"


def test_a_cause_that_is_no_longer_kept_does_not_matter() -> None:
    event = Event(8, 1.0, 3, "modem-1", CommandLine("AT+MIPLNOTIFY=0,0,3303,0,5700,4,4,25.5,0,0"))
    assert fate([event], STREAM).stage is Stage.KEPT_BACK
