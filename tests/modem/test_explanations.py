"""What the journal says of a refusal: the rule by its row, the row's source, and the event behind it."""

from __future__ import annotations

from onenet_sim.journal import Explanation, Rule, SessionChanged
from tests.modem.conftest import Rig


def last(rig: Rig) -> Explanation:
    return [event.what for event in rig.journal if isinstance(event.what, Explanation)][-1]


def test_a_refusal_names_its_row_and_where_that_is_from(rig: Rig) -> None:
    assert rig.ask("AT+MIPLOPEN=0,3000") == ["+CIS ERROR:653"]
    assert last(rig) == Explanation(
        "there is no device; AT+MIPLCREATE makes one", "errors.no_device", "opencpu: resource missing"
    )


def test_a_report_after_the_login_ended_names_the_event_that_ended_it(rig: Rig) -> None:
    rig.login(lifetime=100)
    rig.advance(101)
    assert rig.ask('AT+MIPLNOTIFY=0,0,3200,0,5750,1,4,"text",0,0') == ["+CIS ERROR:602"]
    about = last(rig).about
    assert about is not None
    behind = rig.journal.get(about)
    assert behind is not None
    assert isinstance(behind.what, SessionChanged)
    assert "the lifetime of 100 s is over" in behind.what.why


def test_an_answer_to_another_number_is_told_what_is_open_since_when_and_for_how_long(rig: Rig) -> None:
    rig.login()
    number = rig.read("/3200/0/5750")
    rig.advance(1.2)
    rig.text()
    window = rig.profile.coap.answer_window
    assert rig.ask(f'AT+MIPLREADRSP=0,{number + 1},1,3200,0,5750,1,4,"text",0,0')[-1] == "+CIS ERROR:653"
    standing = f"{number} (READ) is open since 1.2 s and closes in {window - 1.2:.1f} s"
    assert last(rig).what == f"there is no such request {number + 1}; {standing}"
    assert last(rig).rule == "errors.unknown_message"
    about = last(rig).about
    assert about is not None
    request = rig.journal.get(about)
    assert request is not None
    assert request.kind == "coap_received"


def test_a_request_that_nobody_answers_names_its_window(rig: Rig) -> None:
    rig.login()
    rig.read("/3200/0/5750")
    rig.advance(rig.profile.coap.answer_window + 1)
    assert last(rig).rule == "coap.answer_window"
    assert last(rig).about is not None


def test_a_request_that_is_open_when_the_login_ends_is_not_forgotten_in_silence(rig: Rig) -> None:
    rig.login(lifetime=10)
    number = rig.read("/3200/0/5750")
    rig.advance(11)
    found = [event.what for event in rig.journal if isinstance(event.what, Explanation)]
    assert found[-1].what == f"READ {number} is forgotten without an answer: the login is over"
    assert found[-1].about is not None


def test_an_unknown_command_has_a_rule_of_its_own(rig: Rig) -> None:
    rig.ask("AT+NONSENSE")
    assert last(rig).rule == Rule.UNKNOWN_COMMAND
    assert last(rig).source == "ITU-T V.250, 5.7.1"


def test_what_is_said_to_a_module_that_is_off_is_explained() -> None:
    rig = Rig(switched_on=False)
    rig.feed(b"AT\r")
    assert last(rig).rule == Rule.NOT_LISTENING


def test_every_rule_has_a_source() -> None:
    assert all(rule.source for rule in Rule)
