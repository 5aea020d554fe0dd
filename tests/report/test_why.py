"""Why something happened: the thread of the events that a stranger would ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from onenet_sim.journal import DataPoint, DeviceChanged, Event, HttpAnswer, Urc
from onenet_sim.report import newest_point, why
from tests.report.conftest import STREAM, Bench, bench

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onenet_sim.journal import Occurrence


@pytest.fixture(scope="module")
def story() -> Iterator[Bench]:
    """A login, a report, a read, an update of 5 s, a day, and a report that comes too late."""
    with bench() as host:
        host.login()
        host.report(ack_id=42)
        host.wait(1)
        number = host.read()
        host.wait(1)
        host.answer(number)
        host.send("AT+MIPLUPDATE=0,5,0")
        host.wait(90_000)
        host.report()
        yield host


def told(host: Bench, kind: type[Occurrence], words: str = "") -> str:
    """Return why the newest event of a kind happened that says these words."""
    events = [each for each in host.world.journal if isinstance(each.what, kind) and words in str(each.what)]
    return host.world.journal.why(events[-1].id)


def in_order(text: str, *words: str) -> bool:
    at = -1
    for word in words:
        at = text.find(word, at + 1)
        if at < 0:
            return False
    return True


def test_a_data_point_leads_back_to_the_command(story: Bench) -> None:
    text = told(story, DataPoint)
    assert text.startswith("#")
    assert "data point 3303_0_5700 = 25.5" in text.splitlines()[0]
    assert in_order(text, "host → modem  AT+MIPLNOTIFY=", "modem → access  CON 2.05", "{5700: 25.5}", "data point")


def test_an_event_26_leads_back_over_the_acknowledgement_to_the_command(story: Bench) -> None:
    text = told(story, Urc, "26,42")
    assert in_order(
        text, "AT+MIPLNOTIFY=", "modem → access", "modem ← access  ACK", "host ← modem  +MIPLEVENT: 0,26,42"
    )


def test_event_6_leads_back_to_open(story: Bench) -> None:
    text = told(story, Urc, "0,6")
    assert in_order(
        text, "AT+MIPLOPEN=0,3000", "modem → bootstrap  CON POST /bs", "POST /rd", "ACK 2.01", "+MIPLEVENT: 0,6"
    )
    assert "OBSERVE" not in text


def test_a_read_that_the_host_sees_leads_back_to_the_platform(story: Bench) -> None:
    text = told(story, Urc, ",3303,0,5700")
    assert in_order(text, "modem ← access  CON GET /3303/0/5700", "host ← modem  +MIPLREAD")


def test_the_end_of_a_lifetime_leads_back_to_the_update(story: Bench) -> None:
    text = told(story, DeviceChanged, "offline")
    assert in_order(text, "AT+MIPLUPDATE=0,5,0", "lt=86400", "offline: no update came within its lifetime")


def test_a_refusal_names_its_rule_and_the_event_behind_it(story: Bench) -> None:
    newest = story.world.journal.events(kind="answer")[-1]
    text = story.world.journal.why(newest.id)
    assert "+CIS ERROR: 602" in text
    assert "because the device is not logged in" in text
    assert "rule errors.not_logged_in (manual 6)" in text
    behind = text.partition("Behind it is #")[2]
    assert in_order(behind, "AT+MIPLUPDATE=0,5,0", "session ready → closed: the lifetime of 86400 s is over")


def test_an_http_answer_leads_back_to_its_call() -> None:
    with bench() as host:
        from urllib.request import Request, urlopen  # noqa: PLC0415 - here only

        call = Request(f"{host.world.http}/nbiot?imei=8&obj_id=3303", headers={"api-key": "onenet-simulator"})  # noqa: S310
        urlopen(call, timeout=10).close()  # noqa: S310 - the world's own
        text = told(host, HttpAnswer)
    assert in_order(
        text, "platform ← application  GET /nbiot?imei=8", "because errno", "platform → application  200"
    )
    assert "rule onenet.errno (OneNET error codes)" in text


def test_a_lost_report_shows_each_time_that_it_was_lost() -> None:
    with bench() as host:
        host.login()
        host.world.modem.radio(coverage=False)
        host.report(ack_id=2)
        host.wait(200)
        text = told(host, Urc, "25,2")
    assert in_order(text, "AT+MIPLNOTIFY", *["dropped 26 octets: there is no coverage"] * 5, "+MIPLEVENT: 0,25,2")


def test_an_event_that_there_is_not_is_refused(story: Bench) -> None:
    with pytest.raises(LookupError, match="no event #999999; kept are #1 to #"):
        story.world.journal.why(999_999)
    with pytest.raises(LookupError, match="kept are none"):
        why([], 1)


def test_a_thread_whose_beginning_fell_off_says_so() -> None:
    events = [Event(8, 1.0, 3, None, DataPoint("8", STREAM, 1.5))]
    assert "its cause #3 is no longer kept" in "\n".join(why(events, 8))


def test_the_newest_data_point_of_a_stream_is_found_by_device() -> None:
    events = [Event(at, 0.0, None, None, DataPoint(imei, STREAM, 1.5)) for at, imei in ((1, "8"), (2, "9"))]
    assert newest_point(events, STREAM) == events[1]
    assert newest_point(events, STREAM, "8") == events[0]
    assert newest_point(events, "3303_0_5701") is None
