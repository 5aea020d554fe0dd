"""Running a line: order, the first error, one final result, and what an error says."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from onenet_sim.at import (
    Command,
    ErrorFamily,
    ErrorReport,
    ErrorTable,
    FinalResult,
    HexOctets,
    Integer,
    Interpreter,
    LineSettings,
    NoResult,
    OneOf,
    Optional,
    Output,
    Refused,
    Result,
    Silent,
    Spacing,
    Text,
    Verbatim,
    done,
    fields,
)

OK = FinalResult("OK")


@dataclass
class State:
    """A module of a few commands that remembers its calls."""

    settings: LineSettings
    calls: list[tuple[object, ...]] = field(default_factory=list)


def set_open(state: State, ref: int, lifetime: int, timeout: int) -> Result:
    state.calls.append(("open", ref, lifetime, timeout))
    return done()


def read_open(state: State) -> Result:
    state.calls.append(("open?",))
    return done(fields("+OPEN", 0, 3600), fields("+OPEN", 1, 60))


def set_text(state: State, text: str) -> Result:
    state.calls.append(("text", text))
    return done()


def set_error_report(state: State, level: int) -> Result:
    state.settings.error_report = ErrorReport(level)
    return done()


def exec_identity(state: State) -> Result:
    state.calls.append(("identity",))
    return done(Verbatim("CMCC\nMN316"))


def set_echo(state: State, value: int) -> Result:
    state.calls.append(("echo", value))
    return done()


def exec_reset(state: State) -> Result:
    state.calls.append(("reset",))
    return Silent()


def refuse(state: State) -> Result:
    state.calls.append(("refuse",))
    return Refused(3, "no session is open")


def own_ranges(state: State) -> Result:
    state.calls.append(("ranges",))
    return done(fields("+OWN", "(0,1)"))


COMMANDS: tuple[Command[State], ...] = (
    Command(
        "+OPEN",
        "opens",
        parameters=(
            Integer("ref", 0, 0),
            Integer("lifetime", 10, 86400),
            Optional(Integer("timeout", 5, 60), 30),
        ),
        set=set_open,
        read=read_open,
        ranges=True,
        errors=ErrorFamily.CIS,
    ),
    Command("+TEXT", "takes a text", parameters=(Text("text", maximum=20),), set=set_text),
    Command("+CMEE", "error report", parameters=(OneOf("n", (0, 1, 2)),), set=set_error_report, ranges=True),
    Command("+OWN", "has ranges of its own", parameters=(OneOf("n", (0,)),), test=own_ranges, ranges=True),
    Command("+LIST", "ranges only", parameters=(HexOctets("value", 4), OneOf("n", (1, 3))), ranges=True),
    Command("+FAIL", "fails", exec=refuse),
    Command("+CISFAIL", "fails", exec=refuse, errors=ErrorFamily.CIS),
    Command("+NOTHING", "has no form"),
    Command("+NRB", "restarts", exec=exec_reset),
    Command("+LOOSE", "a surplus", parameters=(Text("text"),), set=set_text, surplus=1),
    Command("I", "identity", exec=exec_identity),
    Command("E", "echo", parameters=(OneOf("value", (0, 1)),), set=set_echo),
)


def interpreter(state: State, *, spacing: Spacing = Spacing.COLON, escapes: bool = False) -> Interpreter[State]:
    """Return an interpreter of the commands above, whose errors have some of their names."""
    names = {3: "operation not allowed", 50: "incorrect parameters"}
    errors = {family: ErrorTable(family, spacing, syntax=50, unsupported=4, names=names) for family in ErrorFamily}
    commands = {command.name: command for command in COMMANDS}
    return Interpreter(commands, errors, state.settings, escapes=escapes)


def run(
    line: str,
    *,
    report: ErrorReport = ErrorReport.NUMERIC,
    spacing: Spacing = Spacing.COLON,
    escapes: bool = False,
) -> tuple[list[Output], list[tuple[object, ...]]]:
    """Run one line; return its outputs and the calls that it made."""
    state = State(LineSettings(error_report=report))
    return list(interpreter(state, spacing=spacing, escapes=escapes).run(state, line)), state.calls


@pytest.mark.parametrize(
    ("line", "outputs", "calls"),
    [
        ("", [OK], []),
        (";", [OK], []),
        ("+OPEN=0,3600", [OK], [("open", 0, 3600, 30)]),
        ("+OPEN=0,3600,", [OK], [("open", 0, 3600, 30)]),
        ('+open = "0" , 3600 , "60" ', [OK], [("open", 0, 3600, 60)]),
        ("+OPEN?", [fields("+OPEN", 0, 3600), fields("+OPEN", 1, 60), OK], [("open?",)]),
        ("I", [Verbatim("CMCC\nMN316"), OK], [("identity",)]),
        ("E0", [OK], [("echo", 0)]),
        ("+TEXT=Abc", [OK], [("text", "Abc")]),
        ('+TEXT=""', [OK], [("text", "")]),
        ("+TEXT=5700;5701;", [OK], [("text", "5700;5701")]),
        ("+LOOSE=a,b", [OK], [("text", "a")]),
        ("IE1", [Verbatim("CMCC\nMN316"), OK], [("identity",), ("echo", 1)]),
        (
            "E1+OPEN?;+TEXT=x;I",
            [fields("+OPEN", 0, 3600), fields("+OPEN", 1, 60), Verbatim("CMCC\nMN316"), OK],
            [("echo", 1), ("open?",), ("text", "x"), ("identity",)],
        ),
    ],
)
def test_the_commands_of_a_line_run_in_order_and_one_ok_ends_it(
    line: str, outputs: list[Output], calls: list[tuple[object, ...]]
) -> None:
    assert run(line) == (outputs, calls)


@pytest.mark.parametrize(
    ("line", "last", "calls"),
    [
        ("I;+FAIL;E0", FinalResult("+CME ERROR: 3", "no session is open"), [("identity",), ("refuse",)]),
        ("I;+NONE;E0", FinalResult("ERROR", "this module has no command AT+NONE", "+NONE"), [("identity",)]),
        (
            "I;+OPEN=1,10;E0",
            FinalResult("+CIS ERROR: 50", "AT+OPEN: parameter 1 <ref> is '1'; expected 0"),
            [("identity",)],
        ),
        ("I;+NRB;E0", NoResult(), [("identity",), ("reset",)]),
    ],
)
def test_the_first_error_or_silence_ends_the_line(
    line: str, last: Output, calls: list[tuple[object, ...]]
) -> None:
    assert run(line) == ([Verbatim("CMCC\nMN316"), last], calls)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("E0?", "no command begins with '?' at character 3 behind AT"),
        ("E0+", "'+' is not a command at character 3 behind AT"),
    ],
)
def test_nothing_of_a_line_that_cannot_be_cut_is_run(line: str, why: str) -> None:
    assert run(line) == ([FinalResult("ERROR", why)], [])


@pytest.mark.parametrize("report", ErrorReport)
@pytest.mark.parametrize("line", ["+NONE", "+NONE?", "+NONE=1", "X", "&Z", "S9", "5"])
def test_an_unknown_command_is_a_plain_error_at_every_level(line: str, report: ErrorReport) -> None:
    (output,), calls = run(line, report=report)
    assert isinstance(output, FinalResult)
    assert output.text == "ERROR"
    assert output.why
    assert not calls


@pytest.mark.parametrize(
    ("line", "text", "why"),
    [
        ("+OPEN", "+CIS ERROR: 4", "AT+OPEN does not exist; this command has AT+OPEN=, AT+OPEN?, AT+OPEN=?"),
        ("+FAIL=1", "+CME ERROR: 4", "AT+FAIL= does not exist; this command has AT+FAIL"),
        ("+FAIL?", "+CME ERROR: 4", "AT+FAIL? does not exist; this command has AT+FAIL"),
        ("+TEXT=?", "+CME ERROR: 4", "AT+TEXT=? does not exist; this command has AT+TEXT="),
        ("+NOTHING", "+CME ERROR: 4", "AT+NOTHING does not exist; this command has no form at all"),
    ],
)
def test_a_missing_form_is_explained_by_the_forms_there_are(line: str, text: str, why: str) -> None:
    assert run(line) == ([FinalResult(text, why)], [])


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("+OPEN=", "AT+OPEN: parameter 1 <ref> is missing; expected (0)"),
        (
            "+OPEN=0,9",
            "AT+OPEN: parameter 2 <lifetime> is '9'; expected a whole number from 10 to 86400",
        ),
        ("+OPEN=0,10,5,1", "AT+OPEN: parameter 4 <surplus> is '1'; expected no more than 3 parameters"),
        ('+OPEN=0,"10', "AT+OPEN: this quote is never closed at character 3 of the parameters"),
        (
            '+OPEN=0,"1"0',
            "AT+OPEN: expected a comma after the closing quote at character 6 of the parameters",
        ),
    ],
)
def test_parameters_at_fault_give_the_syntax_number_and_an_explanation(line: str, why: str) -> None:
    assert run(line) == ([FinalResult("+CIS ERROR: 50", why)], [])


def test_escapes_are_the_modules_choice() -> None:
    line = r'+TEXT="a\"b";E0'
    assert run(line, escapes=True) == ([OK], [("text", 'a"b'), ("echo", 0)])
    (output,), calls = run(line, escapes=False)
    assert isinstance(output, FinalResult)
    assert output.text == "+CME ERROR: 50"
    assert not calls


@pytest.mark.parametrize(
    ("report", "spacing", "cme", "cis"),
    [
        (ErrorReport.PLAIN, Spacing.COLON, "ERROR", "ERROR"),
        (ErrorReport.NUMERIC, Spacing.NONE, "+CME ERROR:3", "+CIS ERROR:3"),
        (ErrorReport.NUMERIC, Spacing.COLON, "+CME ERROR: 3", "+CIS ERROR: 3"),
        (ErrorReport.NUMERIC, Spacing.ALL, "+CME ERROR: 3", "+CIS ERROR: 3"),
        (
            ErrorReport.VERBOSE,
            Spacing.NONE,
            "+CME ERROR:operation not allowed",
            "+CIS ERROR:operation not allowed",
        ),
        (
            ErrorReport.VERBOSE,
            Spacing.COLON,
            "+CME ERROR: operation not allowed",
            "+CIS ERROR: operation not allowed",
        ),
    ],
)
def test_an_error_is_printed_by_level_family_and_spacing(
    report: ErrorReport, spacing: Spacing, cme: str, cis: str
) -> None:
    why = "no session is open"
    assert run("+FAIL", report=report, spacing=spacing)[0] == [FinalResult(cme, why)]
    assert run("+CISFAIL", report=report, spacing=spacing)[0] == [FinalResult(cis, why)]


def test_an_error_without_a_name_keeps_its_number_at_the_verbose_level() -> None:
    (output,), _ = run("+FAIL=1", report=ErrorReport.VERBOSE)
    assert isinstance(output, FinalResult)
    assert output.text == "+CME ERROR: 4"


@pytest.mark.parametrize(
    ("level", "text"), [(0, "ERROR"), (1, "+CME ERROR: 3"), (2, "+CME ERROR: operation not allowed")]
)
def test_a_new_level_holds_for_the_rest_of_its_own_line(level: int, text: str) -> None:
    assert run(f"+CMEE={level};+FAIL")[0] == [FinalResult(text, "no session is open")]


@pytest.mark.parametrize(
    ("line", "output"),
    [
        ("+OPEN=?", fields("+OPEN", "(0)", "(10-86400)", "(5-60)")),
        ("+CMEE=?", fields("+CMEE", "(0,1,2)")),
        ("+LIST=?", fields("+LIST", "", "(1,3)")),
        ("+OWN=?", fields("+OWN", "(0,1)")),
    ],
)
def test_the_test_form_answers_with_the_declared_ranges_or_its_own(line: str, output: Output) -> None:
    assert run(line)[0] == [output, OK]


def test_a_semicolon_behind_an_escaped_quote_separates_nothing() -> None:
    line = r'+TEXT="a\";b";E0'
    assert run(line, escapes=True) == ([OK], [("text", 'a";b'), ("echo", 0)])


def test_information_text_comes_before_the_next_command_runs() -> None:
    state = State(LineSettings())
    outputs = interpreter(state).run(state, "I;E0")
    assert next(outputs) == Verbatim("CMCC\nMN316")
    assert state.calls == [("identity",)]
    assert list(outputs) == [OK]
    assert state.calls == [("identity",), ("echo", 0)]
