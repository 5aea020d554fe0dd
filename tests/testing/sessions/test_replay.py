"""What a replay finds, and what it lets pass."""

from __future__ import annotations

import json

import pytest

from onenet_sim.testing.sessions import Difference, Kind, SessionError, parse_session, replay

LOGIN = """\
> AT+MIPLCREATE
< +MIPLCREATE:0
< OK
> AT+MIPLADDOBJ=0,3303,1,"1",0,0
< OK
> AT+MIPLDISCOVERRSP=0,3303,1,4,"5700"
< OK
> AT+MIPLOPEN=0,3000,30
< OK
@ advance 0.9
< +MIPLEVENT:0,2
@ advance 0.25
< +MIPLEVENT:0,6
@ advance 0.5
< +MIPLOBSERVE:0,50001,1,3303,0,-1
@ advance 0.25
< +MIPLDISCOVER:0,50002,3303
@ advance 0.25
< +MIPLREAD:0,50003,3,0,-1
"""
HEAD = "profile: m5310a\nrecorded: by hand\n"


def differences(text: str, profile: str | None = None) -> tuple[Difference, ...]:
    return replay(parse_session(text, "session"), profile).differences


def told(text: str, profile: str | None = None) -> list[tuple[int, str, str | None, str | None]]:
    return [(each.line, each.kind, each.recorded, each.simulated) for each in differences(text, profile)]


def test_a_recorded_login_has_no_differences_on_the_same_module() -> None:
    assert told(HEAD + LOGIN) == []


def test_a_line_that_the_simulator_does_not_print_is_missing_and_time_goes_on_without_it() -> None:
    text = HEAD + LOGIN.replace("< +MIPLEVENT:0,6\n", "< +MIPLEVENT:0,6\n< +MIPLEVENT:0,7\n") + "> AT\n< OK\n"
    assert told(text) == [(16, "missing", "+MIPLEVENT:0,7", None)]


def test_a_line_that_only_the_simulator_prints_is_extra_and_told_behind_what_came_before() -> None:
    assert told(HEAD + LOGIN.replace("< +MIPLEVENT:0,2\n", "")) == [(12, "extra", None, "+MIPLEVENT:0,2")]


def test_another_text_is_told_beside_its_own_with_what_the_journal_says_of_it() -> None:
    (difference,) = differences(HEAD + "> AT+MIPLUPDATE=0,300,0\n< OK\n")
    assert (difference.line, difference.kind) == (4, Kind.TEXT)
    assert (difference.recorded, difference.simulated) == ("OK", "+CIS ERROR:653")
    assert difference.why.startswith("because there is no device")


def test_another_spacing_is_told_as_such_with_the_row_of_the_profile() -> None:
    (difference,) = differences(HEAD + "> AT+MIPLCREATE\n< +MIPLCREATE: 0\n< OK\n")
    assert difference.kind is Kind.SPACING
    assert (difference.recorded, difference.simulated) == ("+MIPLCREATE: 0", "+MIPLCREATE:0")
    assert difference.why.startswith("row blanks.answer (")


def test_another_line_end_is_spacing_too() -> None:
    assert told(HEAD + "> AT\n<< OK\\r\\n\n") == [(4, "spacing", "OK\\r\\n", "OK")]


def test_a_line_elsewhere_in_the_same_answer_is_out_of_order() -> None:
    text = HEAD + LOGIN.replace("> AT+MIPLADDOBJ", "> AT+CGMI\n< OK\n< CMCC\n> AT+MIPLADDOBJ", 1)
    assert [(line, kind) for line, kind, *_ in told(text)] == [(7, "order")]


def test_a_line_that_the_simulator_prints_before_a_line_of_the_host_is_earlier() -> None:
    late = LOGIN.replace("@ advance 0.25\n< +MIPLEVENT:0,6\n", "")
    text = f"{HEAD}{late}@ advance 3\n> AT\n< OK\n@ advance 2\n< +MIPLEVENT:0,6\n"
    assert told(text) == [(24, "earlier", "+MIPLEVENT:0,6", "+MIPLEVENT:0,6")]


def test_at_the_same_moment_a_line_of_the_host_and_one_of_the_module_may_pass_each_other() -> None:
    between = LOGIN.replace("< +MIPLEVENT:0,6\n", "> AT\n< OK\n< +MIPLEVENT:0,6\n")
    assert told(HEAD + between) == []


def test_a_line_that_the_simulator_prints_after_a_line_of_the_host_is_later() -> None:
    lines = '> AT+NSOCR="DGRAM",17,0,1\n< 0\n< OK\n< +NSONMI:0,30\n'
    lines += "> AT+NSOST=0,183.230.40.150,36000,10,30313233343536373839\n"
    assert told(f"{HEAD}{lines}< 0,10\n< OK\n") == [(6, "later", "+NSONMI:0,30", "+NSONMI:0,30")]


def test_what_the_recording_shows_that_the_application_asked_is_asked_at_the_same_place() -> None:
    asked = """\
@ advance 20
< +MIPLREAD:0,50004,3303,0,5700
> AT+MIPLREADRSP=0,50004,1,3303,0,5700,4,4,25.5,0,0
< OK
@ advance 4
< +MIPLEXECUTE:0,50005,3303,0,5605,5,"reset"
> AT+MIPLEXECUTERSP=0,50005,2
< OK
< +MIPLOBSERVE:0,50006,0,3303,0,-1
< +MIPLREAD:0,50007,3,0,-1
"""
    assert told(HEAD + LOGIN + asked) == []


def test_a_request_that_is_printed_in_other_words_is_not_asked_again_and_is_answered() -> None:
    asked = """\
< +MIPLREAD:0,50004,3303,0,5700,0
> AT+MIPLREADRSP=0,50004,1,3303,0,5700,4,4,25.5,0,0
< OK
"""
    other = LOGIN.replace("50003,3,0,-1", "50003,3,0,-1,0")
    assert [(line, kind) for line, kind, *_ in told(HEAD + other + asked)] == [(21, "text"), (22, "text")]


@pytest.mark.parametrize("announced", ["< +MIPLNMI:0\n", ""])
def test_a_request_that_waits_in_the_module_is_asked_before_the_host_fetches_it(announced: str) -> None:
    asked = f"""\
> AT+MIPLNMI=0,1,0
< OK
@ advance 5
{announced}> AT+MIPLMGR=0
< +MIPLREAD:0,50004,3303,0,5700
< OK
> AT+MIPLREADRSP=0,50004,1,3303,0,5700,4,4,25.5,0,0
< OK
"""
    kinds = [kind for _, kind, *_ in told(HEAD + LOGIN + asked)]
    assert kinds == ([] if announced else ["extra"])


def test_a_lost_final_result_is_no_boot_text() -> None:
    """The boot text of an M5310 is OK alone."""
    text = "recorded: by hand\n< OK\n> AT+MIPLCREATE\n< +MIPLCREATE:0\n< OK\n< OK\n> AT+MIPLDELETE=0\n< OK\n"
    assert told(text, "m5310") == [(6, "missing", "OK", None)]


def test_a_request_that_the_host_never_answered_does_not_hold_up_the_next() -> None:
    asked = """\
< +MIPLEXECUTE:0,50004,3303,0,5605
@ advance 1
< +MIPLREAD:0,50005,3303,0,5700
> AT+MIPLREADRSP=0,50005,1,3303,0,5700,4,4,25.5,0,0
< OK
"""
    assert told(HEAD + LOGIN + asked) == []


def test_a_request_that_the_platform_refuses_is_missing_with_its_reason() -> None:
    (difference,) = differences(HEAD + "> AT\n< OK\n< +MIPLREAD:0,7,3303,0,5700\n")
    assert (difference.line, difference.kind) == (5, Kind.MISSING)
    assert json.loads(difference.why) == {"errno": 2001, "error": "device not online"}


def test_a_module_whose_boot_text_comes_again_was_reset() -> None:
    boot_text = "< REBOOT_CAUSE_SECURITY_RESET_PIN\n<< M5310-A\\r\\n\n<< OK\\r\\n\n"
    assert told(f"{HEAD}{boot_text}{LOGIN}@ advance 3\n{boot_text}{LOGIN}") == []
    assert [kind for _, kind, *_ in told(f"{HEAD}{boot_text}{LOGIN}@ advance 3\n{LOGIN}")][:2] == [
        "missing",
        "text",
    ]


def test_without_the_word_recorded_nobody_asks_and_numbers_are_what_they_are() -> None:
    text = (
        LOGIN.replace("50001", "{a}").replace("50002", "{b}").replace("50003", "{c}")
        + "< +MIPLREAD:0,{d},3303,0,5700\n"
    )
    assert told(f"profile: m5310a\n{text}") == [(21, "missing", "+MIPLREAD:0,{d},3303,0,5700", None)]
    kinds = {kind for _, kind, *_ in told(f"profile: m5310a\n{LOGIN}")}
    assert kinds == {"text"}


def test_a_name_must_be_the_same_wherever_it_stands() -> None:
    text = "profile: m5310a\n> AT+CGSN=1\n< +CGSN:{one}\n< OK\n> AT+CIMI\n< {one}\n< OK\n"
    assert [(line, kind) for line, kind, *_ in told(text)] == [(6, "text")]


def test_another_boot_text_is_a_row_of_the_profile() -> None:
    found = differences("recorded: by hand\n< +MATREADY\n> AT\n< OK\n", "m5310a")
    assert sorted((each.kind, each.simulated or each.recorded) for each in found) == [
        (Kind.EXTRA, "M5310-A\\r\\n"),
        (Kind.EXTRA, "OK\\r\\n"),
        (Kind.EXTRA, "REBOOT_CAUSE_SECURITY_RESET_PIN"),
        (Kind.MISSING, "+MATREADY"),
    ]
    assert all(each.why.startswith("row boot.text") for each in found)


def test_a_recording_that_began_after_the_boot_text_lacks_none() -> None:
    assert told("recorded: by hand\n> AT\n< OK\n", "m5310a") == []


@pytest.mark.parametrize(
    ("line", "simulated"),
    [
        ("@ online true", "online false"),
        ("@ datapoint 3303_0_5700 25.5", "datapoint 3303_0_5700 null"),
        ("@ upgrade-state done", "upgrade-state of none: @ upgrade comes first"),
        (
            "@ upgrade V2",
            "upgrade is refused: device 869975031543542 has no registration that still lives; nothing was sent",
        ),
        ('@ api-result {"errno": 0}', "api-result of no call: @ api comes first"),
    ],
)
def test_what_the_platform_knows_is_compared_too(line: str, simulated: str) -> None:
    text = line.removeprefix("@ ")
    assert told(f"profile: m5310a\n{line}\n") == [(2, "platform", text, simulated)]


def test_an_answer_of_the_api_is_compared_by_the_keys_that_are_given() -> None:
    text = 'profile: m5310a\n@ api GET /nbiot?imei={imei}&obj_id=3303\n@ api-result {"errno": 2001}\n'
    assert told(text) == []
    assert [kind for _, kind, *_ in told(text.replace("2001", "0"))] == ["platform"]


def test_a_day_in_a_recording_passes_at_once() -> None:
    replayed = replay(parse_session(f"{HEAD}{LOGIN}@ advance 86400\n> AT\n< OK\n", "session"))
    assert replayed.differences == ()
    assert 86400 < replayed.seconds < 86410
    assert replayed.lines == 16


def test_a_session_without_a_module_says_how_to_name_one() -> None:
    with pytest.raises(
        SessionError, match="give a profile, or begin the file with a line such as profile: m5310a"
    ):
        replay(parse_session("> AT\n< OK\n", "session"))
