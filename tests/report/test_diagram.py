"""The rows of the sequence diagram and the commands that were used, on journals made by hand."""

from __future__ import annotations

import pytest

from onenet_sim.at import Form
from onenet_sim.journal import (
    Answer,
    CoapReceived,
    CoapSent,
    CommandLine,
    DatagramDropped,
    DtlsSent,
    Explanation,
    HostAttached,
    HostWrote,
    HttpAnswer,
    HttpRequest,
    Journal,
    ModuleWrote,
    NetworkFaultStruck,
    Occurrence,
    PlatformRequest,
    SessionChanged,
    Urc,
)
from onenet_sim.report.coverage import coverage
from onenet_sim.report.diagram import Lane, Mark, Row, rows
from onenet_sim.report.story import Story

ACCESS, MODEM = "183.230.40.40:5683", "127.0.0.1:4000"


@pytest.fixture
def journal() -> Journal:
    return Journal(lambda: 0.0)


def sent(end: str = "modem", code: str = "GET") -> CoapSent:
    return CoapSent(end, ACCESS if end == "modem" else MODEM, "CON", code, 1, b"", "rd", (), None, None, b"")


def received(end: str, code: str = "GET") -> CoapReceived:
    return CoapReceived(end, ACCESS if end == "modem" else MODEM, "CON", code, 1, b"", "rd", (), None, None, b"")


def row_of(journal: Journal) -> Row:
    (row,) = rows(journal)
    return row


@pytest.mark.parametrize(
    ("what", "start", "end"),
    [
        (CommandLine("AT"), Lane.HOST, Lane.MODEM),
        (Answer((), "OK"), Lane.MODEM, Lane.HOST),
        (Urc("+MIPLEVENT"), Lane.MODEM, Lane.HOST),
        (HostAttached("tty0"), Lane.HOST, Lane.HOST),
        (SessionChanged("closed", "ready", "because"), Lane.MODEM, Lane.MODEM),
        (PlatformRequest("8", "read", "/3", "command"), Lane.ACCESS, Lane.ACCESS),
        (HttpRequest("GET", "/devices"), Lane.APPLICATION, Lane.ACCESS),
        (HttpAnswer(200, ""), Lane.ACCESS, Lane.APPLICATION),
        (HttpRequest("POST", "/control/reset"), Lane.HOST, None),
        (DtlsSent("183.230.40.40:5684", b"\x16"), Lane.MODEM, Lane.NETWORK),
        (Explanation("it is so"), Lane.HOST, None),
    ],
)
def test_each_kind_has_its_lanes(journal: Journal, what: Occurrence, start: Lane, end: Lane | None) -> None:
    journal.note(what)
    row = row_of(journal)
    assert (row.start, row.end) == (start, end)


@pytest.mark.parametrize(
    ("end", "start", "far"),
    [("modem", Lane.MODEM, "access"), ("access", Lane.ACCESS, "modem"), ("bootstrap", Lane.BOOTSTRAP, "modem")],
)
def test_a_message_goes_from_its_sender_to_where_it_arrived(
    journal: Journal, end: str, start: Lane, far: str
) -> None:
    journal.note(received(far), cause=journal.note(sent(end)))
    row = row_of(journal)
    assert (row.start, row.end) == (start, Lane[far.upper()])
    assert row.mark is Mark.NONE
    assert [event.id for event in row.events] == [1, 2]


@pytest.mark.parametrize(("end", "start"), [("modem", Lane.MODEM), ("access", Lane.ACCESS)])
def test_a_message_that_was_lost_ends_in_the_network(journal: Journal, end: str, start: Lane) -> None:
    fault = journal.note(NetworkFaultStruck(1, "network.loss", "lost"), cause=journal.note(sent(end)))
    journal.note(DatagramDropped("network", b"", "fault 1"), cause=fault)
    message, strike, dropped = rows(journal)
    assert (message.start, message.end, message.mark) == (start, Lane.NETWORK, Mark.LOST)
    assert (strike.mark, strike.cause) == (Mark.FAULT, 1)
    assert (dropped.mark, dropped.cause) == (Mark.LOST, 2)


def test_a_message_under_way_is_not_lost(journal: Journal) -> None:
    journal.note(sent())
    assert (row_of(journal).end, row_of(journal).mark) == (Lane.NETWORK, Mark.NONE)


def test_of_two_modems_each_stands_in_the_modems_lane(journal: Journal) -> None:
    for modem in ("modem-1", "modem-2"):
        journal.note(CommandLine("AT"), modem=modem)
        journal.note(SessionChanged("closed", "ready", "because"), modem=modem)
    assert [(row.start, row.end) for row in rows(journal)] == 2 * [
        (Lane.HOST, Lane.MODEM),
        (Lane.MODEM, Lane.MODEM),
    ]


@pytest.mark.parametrize(
    "what", [Answer((), "ERROR"), Answer((), "+CIS ERROR:601"), HttpAnswer(400, ""), sent(code="4.04")]
)
def test_the_answer_to_what_went_wrong_is_marked(journal: Journal, what: Occurrence) -> None:
    journal.note(what)
    assert row_of(journal).mark is Mark.ERROR


def test_rows_stand_by_time_and_know_the_row_that_led_to_them(journal: Journal) -> None:
    command = journal.note(CommandLine("AT+X"), cause=journal.note(HostWrote(b"AT+X\r")))
    answer = journal.note(Answer((), "ERROR"), cause=command)
    journal.note(ModuleWrote(b"\r\nERROR\r\n"), cause=answer)
    journal.note(Explanation("there is none"), cause=answer)
    request = journal.note(PlatformRequest("8", "read", "/3", "command"), cause=command)
    journal.note(sent("access"), cause=request)
    journal.note(Urc("late"), cause=answer)
    assert [(row.event.id, row.cause) for row in rows(journal)] == [(2, None), (3, 2), (5, 3), (7, 2), (8, 3)]


def test_a_cause_that_is_no_longer_kept_keeps_its_id(journal: Journal) -> None:
    journal.note(CommandLine("AT"))
    journal.note(Urc("late"), cause=1)
    (row,) = rows(journal.events(after=1), journal)
    assert row.cause == 1


def test_commands_are_counted_by_name_and_form_with_their_errors(journal: Journal) -> None:
    for line, result in (("AT+CSQ", "OK"), ("AT+CSQ=?;+CEREG?", "OK"), ("AT+CEREG=9", "ERROR"), ("ATE0", "OK")):
        journal.note(Answer((), result), cause=journal.note(CommandLine(line)))
    used = {each.name: each for each in coverage(Story(journal))}
    assert list(used) == sorted(used)
    assert used["+CSQ"].forms == {Form.EXEC: 1, Form.TEST: 1}
    assert used["+CEREG"].forms == {Form.READ: 1, Form.SET: 1}
    assert [(used[name].times, used[name].errors) for name in ("+CSQ", "+CEREG")] == [(2, 0), (2, 1)]
    assert (used["+CEREG"].first, used["+CSQ"].first) == (3, 1)
