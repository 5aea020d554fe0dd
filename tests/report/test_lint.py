"""The linter: for each rule a session that breaks it and one that keeps it, and what a stranger then reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias
from xml.etree import ElementTree as ET

import pytest

from onenet_sim.journal import CommandLine, Urc
from onenet_sim.report.lint import RULES, Severity, as_json, as_junit, as_sarif, as_text, lint, rules_page
from tests.report.conftest import PSM_AFTER_4_S, Bench, bench

if TYPE_CHECKING:
    from collections.abc import Callable

    from onenet_sim.report.lint import Finding

    Session: TypeAlias = Callable[[Bench], object]

SESSIONS: dict[str, tuple[str, Session, Session, str]] = {}
"""By rule: profile, the session that breaks it, the one that keeps it, and words of what is then said."""


def rule(name: str, profile: str, kept: Session, words: str) -> Callable[[Session], Session]:
    def remember(broken: Session) -> Session:
        SESSIONS[name] = profile, broken, kept, words
        return broken

    return remember


def logged_in(host: Bench) -> None:
    host.login()
    host.report()


@rule("command-before-result", "onemo", lambda host: host.send("AT", "AT+CSQ"), "in one write")
def two_lines_at_once(host: Bench) -> None:
    host.write(b"AT\r\nAT+CSQ\r\n")


@rule("unknown-command", "onemo", lambda host: host.send("AT+CGMR"), "no command AT+NSOST2")
def a_command_of_another_module(host: Bench) -> None:
    host.send("AT+NSOST2=1", "AT+NSOST2=2")


def waits_for_the_boot_text(host: Bench) -> None:
    host.world.modem.power("reset")
    host.wait(30)
    host.send("AT")


@rule(
    "not-booted", "onemo", waits_for_the_boot_text, "went to a module that still boots (the reset key was pressed)"
)
def talks_at_once_after_reset(host: Bench) -> None:
    host.world.modem.power("reset")
    host.write(b"AT\r")
    host.write(b"ATE0\r")
    host.wait(30)


def wakes_the_module(host: Bench) -> None:
    host.send(PSM_AFTER_4_S)
    host.login()
    host.wait(60)
    host.world.modem.power("wake")
    host.send("AT")


@rule("not-woken", "m5311", wakes_the_module, "in deep sleep")
def talks_to_a_sleeping_line(host: Bench) -> None:
    host.send(PSM_AFTER_4_S)
    host.login()
    host.wait(60)
    host.write(b"AT\r")


@rule("polling", "onemo", lambda host: host.send(*["AT+CEREG?"] * 5, "AT"), "6 times in a row")
def asks_for_the_network_without_end(host: Bench) -> None:
    for _ in range(6):
        host.send("AT+CEREG?")
        host.wait(1)


def reports_text(value: str) -> Session:
    def session(host: Bench) -> None:
        host.login()
        host.send(f"AT+MIPLNOTIFY=0,0,3303,0,5701,1,{len(value) - 2},{value},0,0,1")

    return session


SESSIONS["quote-in-value"] = (
    "onemo",
    reports_text('"a"b"'),
    reports_text('"ab"'),
    "expected a comma after the closing quote",
)


@rule("wrong-length", "onemo", reports_text('"Cel"'), "len is 5, and the value has 3 characters")
def counts_the_quotes(host: Bench) -> None:
    host.login()
    host.send('AT+MIPLNOTIFY=0,0,3303,0,5701,1,5,"Cel",0,0,1')


def answers_in_time(host: Bench) -> None:
    host.login()
    number = host.read()
    host.wait(3)
    assert host.answer(number) == ["OK"]


@rule("stale-answer", "onemo", answers_in_time, "none is open")
def answers_what_was_never_asked(host: Bench) -> None:
    host.login()
    host.answer(18173)


@rule("late-answer", "onemo", answers_in_time, "was answered after 6.0 s; 5 s is the longest")
def answers_after_six_seconds(host: Bench) -> None:
    host.login()
    number = host.read()
    host.wait(6)
    assert host.answer(number) == ["OK"]


@rule(
    "missing-answer",
    "onemo",
    answers_in_time,
    ",3303,0,5700 was never answered; an answer with message id ",
)
def never_answers(host: Bench) -> None:
    host.login()
    host.read()
    host.wait(30)


@rule("answered-twice", "onemo", answers_in_time, "was answered already")
def sends_two_last_frames(host: Bench) -> None:
    host.login()
    number = host.read()
    host.answer(number)
    host.answer(number)


@rule("create-twice", "onemo", lambda host: host.create(), "AT+MIPLDELETE=0 removes it")
def creates_again(host: Bench) -> None:
    host.create()
    host.create()


@rule("login-not-awaited", "onemo", logged_in, "came while the login was registering; event 6 tells")
def reports_before_event_6(host: Bench) -> None:
    host.world.redirect("183.230.40.40:5683", "127.0.0.1:9")
    host.send('AT+MIPLCREATEEX="183.230.40.40:5683",0', 'AT+MIPLADDOBJ=0,3303,1,"1",0,0', "AT+MIPLOPEN=0,3000")
    host.report()


@rule("no-login", "onemo", logged_in, "AT+MIPLNOTIFY, and 1 more, came without AT+MIPLOPEN")
def reports_without_open(host: Bench) -> None:
    host.create()
    host.report()
    host.report()


def updates_in_time(host: Bench) -> None:
    host.login(lifetime=100)
    host.wait(60)
    host.send("AT+MIPLUPDATE=0,100,0")
    host.wait(60)
    host.report()


def reports_after_the_end(host: Bench) -> None:
    host.login(lifetime=100)
    host.wait(120)
    host.report()


SESSIONS["lost-login-ignored"] = (
    "onemo",
    reports_after_the_end,
    updates_in_time,
    "came after the login had ended at 100.0 s: the lifetime of 100 s is over",
)
SESSIONS["lifetime-lapsed"] = "onemo", reports_after_the_end, updates_in_time, "no update came within its lifetime"


@rule("late-update", "onemo", updates_in_time, "the update came 4 s before the end of the lifetime of 100 s")
def updates_at_the_last_moment(host: Bench) -> None:
    host.login(lifetime=100)
    host.wait(95)
    host.send("AT+MIPLUPDATE=0,100,0")
    host.wait(1)


@rule("changed-lifetime", "onemo", updates_in_time, "asked for 5 s, and the module sent lt=86400")
def asks_for_five_seconds(host: Bench) -> None:
    host.login()
    host.send("AT+MIPLUPDATE=0,5,0")
    host.wait(1)


@rule("unobserved-report", "onemo", logged_in, "/3303/0/5700 is not observed")
def reports_before_the_observe(host: Bench) -> None:
    host.send("AT+MIPLCREATE", "AT+MIPLOPEN=0,3000")
    host.world.modem.expect(r"\+MIPLEVENT: 0,6")
    host.send('AT+MIPLADDOBJ=0,3303,1,"1",0,0')
    host.report()


def asks_after_sleep(host: Bench) -> None:
    host.send(PSM_AFTER_4_S)
    host.login()
    host.wait(60)
    host.report(ack_id=7)


@rule(
    "unconfirmed-after-sleep",
    "onemo",
    asks_after_sleep,
    "is the first report after power saving, and has no ackid",
)
def trusts_ok_after_sleep(host: Bench) -> None:
    host.send(PSM_AFTER_4_S)
    host.login()
    host.wait(60)
    host.report(ack_id=0)


@rule("never-confirmed", "onemo", logged_in, "none of the 3 reports has an ackid")
def reports_without_ackid(host: Bench) -> None:
    host.login()
    for _ in range(3):
        host.report(ack_id=0)


def findings(profile: str, session: Session, name: str) -> list[Finding]:
    with bench(profile, pace="field" if name == "not-booted" else "instant") as host:
        session(host)
        return [each for each in host.world.lint() if each.rule.id == name]


def test_there_is_a_session_for_each_rule() -> None:
    assert set(SESSIONS) == {rule.id for rule in RULES}


@pytest.mark.parametrize("name", SESSIONS)
def test_a_host_that_breaks_a_rule_is_told_what_it_did(name: str) -> None:
    profile, broken, _, words = SESSIONS[name]
    found = findings(profile, broken, name)
    assert len(found) == 1
    assert words in found[0].text


@pytest.mark.parametrize("name", SESSIONS)
def test_a_host_that_keeps_a_rule_is_not_told(name: str) -> None:
    profile, _, kept, _ = SESSIONS[name]
    assert findings(profile, kept, name) == []


def test_a_clean_session_has_no_finding_at_all() -> None:
    with bench() as host:
        host.login()
        host.report()
        number = host.read()
        host.answer(number)
        host.send("AT+MIPLUPDATE=0,3000,0")
        host.wait(1)
        host.send("AT+MIPLCLOSE=0")
        host.wait(1)
        assert host.world.lint() == []


def test_a_cis_host_that_answers_observe_and_discover_is_clean_and_one_that_does_not_is_told() -> None:
    with bench("m5310") as host:
        host.send("AT+MIPLCREATE", 'AT+MIPLADDOBJ=0,3303,1,"1",1,1', "AT+MIPLOPEN=0,3000")
        number = host.world.modem.expect(r"\+MIPLOBSERVE: ?0,\d+,1,3303.*").split(",")[1]
        host.send(f"AT+MIPLOBSERVERSP=0,{number},1")
        host.world.modem.expect(r"\+MIPLDISCOVER: ?0,\d+,3303.*")
        assert host.world.lint() == []
        host.wait(60)
        (found,) = host.world.lint()
        assert found.rule.id == "missing-answer"
        assert "+MIPLDISCOVER" in found.text


def test_a_host_that_leaves_the_lifetime_to_the_module_is_not_told() -> None:
    with bench() as host:
        host.login()
        host.send("AT+MIPLUPDATE=0,0,0")
        host.wait(1)
        assert host.world.lint() == []


def test_the_answers_of_the_dialect_of_2017_count() -> None:
    with bench("m5310_legacy") as host:
        journal = host.world.simulation.journal
        host.world.call(lambda _: journal.note(Urc("+MIPLREAD:0,7,3303,0,5700"), modem="modem-1"))
        answer = CommandLine('AT+MIPLREAD=0,7,3303,0,5700,4,"25.5",1')
        host.world.call(lambda _: journal.note(answer, modem="modem-1"))
        host.wait(60)
        assert host.world.lint() == []


def test_what_the_host_fetches_from_the_buffer_must_be_answered_too() -> None:
    with bench() as host:
        host.login()
        host.send("AT+MIPLNMI=0,2,0")
        host.world.call(lambda _: None)
        host.world.settle()
        with pytest.raises(TimeoutError):
            host.read()
        assert any("+MIPLREAD" in line for line in host.send("AT+MIPLMGR=0"))
        host.wait(60)
        (found,) = host.world.lint()
        assert found.rule.id == "missing-answer"


def test_each_modem_is_looked_at_by_itself() -> None:
    with bench(modems=2) as host:
        first, second = host.world.modems.values()
        first.line.write(b"AT\r")
        second.line.write(b"AT+CSQ\r")
        host.world.settle()
        first.command("AT+NONSENSE")
        assert [each.event.modem for each in host.world.lint()] == ["modem-1"]


def test_an_empty_journal_has_no_findings() -> None:
    assert lint([]) == []


def test_only_findings_of_a_severity_are_returned() -> None:
    with bench() as host:
        asks_for_the_network_without_end(host)
        host.send("AT+NONSENSE")
        assert [each.rule.severity for each in host.world.lint("note")] == [Severity.NOTE, Severity.ERROR]
        assert [each.rule.id for each in host.world.lint("warning")] == ["unknown-command"]
        with pytest.raises(ValueError, match="fatal"):
            host.world.lint("fatal")


# --- formats -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def some() -> list[Finding]:
    with bench() as host:
        host.send("AT+NONSENSE")
        host.create()
        host.report()
        return host.world.lint()


def test_text_has_a_line_for_each_finding(some: list[Finding]) -> None:
    lines = list(as_text(some))
    assert len(lines) == len(some) + 1
    event = some[1].event.id
    assert lines[1] == f"    0.000  #{event}  modem-1  error  no-login: AT+MIPLNOTIFY came without AT+MIPLOPEN"
    assert lines[-1].startswith("2 findings")
    assert list(as_text([])) == ["no findings"]


def test_json_names_rule_event_and_source(some: list[Finding]) -> None:
    found = json.loads(json.dumps(as_json(some)))
    assert [each["rule"] for each in found] == ["unknown-command", "no-login"]
    assert found[0]["event"] == some[0].event.id
    assert all(each["source"] and each["advice"] for each in found)


def test_junit_is_xml_with_a_case_for_each_rule_of_which_the_broken_ones_fail(some: list[Finding]) -> None:
    suites = ET.fromstring(as_junit(some))  # noqa: S314 - our own
    suite = suites.find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures")) == (str(len(RULES)), "2")
    failed = {case.get("name"): [each.get("message") for each in case] for case in suite if len(case)}
    assert set(failed) == {"unknown-command", "no-login"}
    assert failed["no-login"] == [some[1].text]


def test_junit_is_xml_whatever_the_host_wrote() -> None:
    with bench() as host:
        host.login()
        host.send('AT+MIPLREADRSP=0,5,1,3303,0,5700,1,3,"<&]]>\x7f",0,0')
        (found,) = host.world.lint()
    (message,) = [each.get("message") for each in ET.fromstring(as_junit([found])).iter("failure")]  # noqa: S314
    assert message == found.text
    assert '"<&]]>' in found.text


def test_sarif_has_the_shape_of_version_2_1_0(some: list[Finding]) -> None:
    log = json.loads(json.dumps(as_sarif([(some[0], 7), (some[1], None)], version="1.2.3", file="journal.jsonl")))
    assert (log["version"], log["$schema"].rpartition("/")[2]) == ("2.1.0", "sarif-2.1.0.json")
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"]
    names = [rule["id"] for rule in driver["rules"]]
    assert len(set(names)) == len(names) == len(RULES)
    for result, finding in zip(run["results"], some, strict=True):
        assert names[result["ruleIndex"]] == result["ruleId"] == finding.rule.id
        assert result["level"] in {"note", "warning", "error"}
        assert result["message"]["text"] == finding.text
        (where,) = result["locations"]
        assert where["physicalLocation"]["artifactLocation"] == {"uri": "journal.jsonl"}
        assert where["logicalLocations"][0]["fullyQualifiedName"].startswith(f"event {finding.event.id} ")
    regions = [each["locations"][0]["physicalLocation"].get("region") for each in run["results"]]
    assert regions == [{"startLine": 7}, None]


def test_the_page_of_rules_is_that_of_the_table() -> None:
    page = (Path(__file__).parents[2] / "docs/lint.md").read_text(encoding="utf-8")
    assert page == rules_page()
    assert page.count("\n## ") == len(RULES)


def test_every_rule_says_what_to_do_and_where_that_is_written() -> None:
    for each in RULES:
        assert each.title.endswith(".")
        assert each.reason.endswith(".")
        assert each.source
