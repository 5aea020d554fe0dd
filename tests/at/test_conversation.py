"""The whole engine as a host sees it: octets in, octets out."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings as hypothesis_settings, strategies as st

from onenet_sim.at import (
    Command,
    Echo,
    ErrorFamily,
    ErrorReport,
    ErrorTable,
    FinalResult,
    HexOctets,
    Integer,
    Interpreter,
    Line,
    LineEditor,
    LineSettings,
    LineTooLong,
    Noise,
    NoResult,
    OneOf,
    Optional,
    Refused,
    Result,
    Silent,
    Spacing,
    Text,
    Verbatim,
    done,
    fields,
    frame_result,
    frame_text,
)

MAXIMUM = 64
SPACING = Spacing.NONE


class Module:
    """A small module on the engine: the settings, an identity, and a few commands of the MIPL kind."""

    def __init__(self, *, escapes: bool = False) -> None:
        self.settings = LineSettings(echo=False, error_report=ErrorReport.NUMERIC)
        self.results: list[int] = []
        self.values: list[object] = []
        self._editor = LineEditor(self.settings, MAXIMUM)
        commands = {command.name: command for command in COMMANDS}
        errors = {
            family: ErrorTable(family, SPACING, syntax, unsupported, {syntax: "wrong parameters"})
            for family, syntax, unsupported in ((ErrorFamily.CME, 50, 4), (ErrorFamily.CIS, 601, 601))
        }
        self._interpreter = Interpreter(commands, errors, self.settings, escapes=escapes)

    def feed(self, octets: bytes) -> bytes:
        """Take octets from the host and return those for it."""
        out = bytearray()
        for event in self._editor.feed(octets):
            match event:
                case Echo(echo):
                    out += echo
                case Line(text):
                    out += self._answer(text)
                case LineTooLong():
                    out += frame_result("ERROR", self.settings)
                case Noise():
                    pass
        return bytes(out)

    def _answer(self, line: str) -> bytes:
        out = bytearray()
        results = 0
        for output in self._interpreter.run(self, line):
            assert not results, "an output behind the final result"
            match output:
                case FinalResult(text):
                    results += 1
                    out += frame_result(text, self.settings)
                case NoResult():
                    results += 1
                case Verbatim():
                    out += frame_text(output.render(self.settings), self.settings)
                case _:
                    out += frame_text(output.render(SPACING), self.settings)
        self.results.append(results)
        return bytes(out)


def set_echo(module: Module, value: int) -> Result:
    module.settings.echo = bool(value)
    return done()


def set_verbose(module: Module, value: int) -> Result:
    module.settings.verbose = bool(value)
    return done()


def set_quiet(module: Module, value: int) -> Result:
    module.settings.quiet = bool(value)
    return done()


def set_line_end(module: Module, value: int) -> Result:
    module.settings.line_end = value
    return done()


def read_line_end(module: Module) -> Result:
    return done(Verbatim(f"{module.settings.line_end:03}"))


def set_line_feed(module: Module, value: int) -> Result:
    module.settings.line_feed = value
    return done()


def set_backspace(module: Module, value: int) -> Result:
    module.settings.backspace = value
    return done()


def set_error_report(module: Module, value: int) -> Result:
    module.settings.error_report = ErrorReport(value)
    return done()


def exec_identity(_: Module) -> Result:
    return done(Verbatim("CMCC\nMN316"))


def exec_create(_: Module) -> Result:
    return done(fields("+MIPLCREATE", 0))


def set_notify(module: Module, ref: int, value: str, octets: bytes | None, raimode: int | None) -> Result:
    module.values += [ref, value, octets, raimode]
    return done()


def exec_close(_: Module) -> Result:
    return Refused(602, "no session is open")


def exec_restart(_: Module) -> Result:
    return Silent()


BIT = (OneOf("value", (0, 1)),)
CHARACTER = (Integer("value", 0, 127),)
COMMANDS: tuple[Command[Module], ...] = (
    Command("E", "echo", BIT, set=set_echo),
    Command("V", "words or digits", BIT, set=set_verbose),
    Command("Q", "results or none", BIT, set=set_quiet),
    Command("S3", "line end", CHARACTER, set=set_line_end, read=read_line_end),
    Command("S4", "line feed", CHARACTER, set=set_line_feed),
    Command("S5", "backspace", CHARACTER, set=set_backspace),
    Command("I", "identity", exec=exec_identity),
    Command("+CMEE", "errors", (OneOf("n", (0, 1, 2)),), set=set_error_report, ranges=True),
    Command("+NRB", "restart", exec=exec_restart),
    Command("+MIPLCREATE", "create", exec=exec_create, errors=ErrorFamily.CIS),
    Command("+MIPLCLOSE", "close", exec=exec_close, errors=ErrorFamily.CIS),
    Command(
        "+MIPLNOTIFY",
        "notify",
        (
            Integer("ref", 0, 0),
            Text("value"),
            Optional(HexOctets("octets", 8)),
            Optional(Integer("raimode", 0, 0x400, hexadecimal=True)),
        ),
        set=set_notify,
        errors=ErrorFamily.CIS,
    ),
)

CONVERSATIONS: dict[str, tuple[bytes, bytes]] = {
    "OK": (b"AT\r", b"\r\nOK\r\n"),
    "CR LF": (b"AT\r\n", b"\r\nOK\r\n"),
    "lower case": (b"at+miplcreate\r\n", b"\r\n+MIPLCREATE:0\r\n\r\nOK\r\n"),
    "information text": (b"AT+MIPLCREATE\r", b"\r\n+MIPLCREATE:0\r\n\r\nOK\r\n"),
    "a blank behind": (b"AT+MIPLCREATE \r\n", b"\r\n+MIPLCREATE:0\r\n\r\nOK\r\n"),
    "NUL and noise before": (b"\0\xff\0AT+MIPLCREATE\r\n\0", b"\r\n+MIPLCREATE:0\r\n\r\nOK\r\n"),
    "several lines of text": (b"ATI\r", b"\r\nCMCC\r\nMN316\r\n\r\nOK\r\n"),
    "several commands": (
        b"AT+CMEE=1;+MIPLCREATE;I\r",
        b"\r\n+MIPLCREATE:0\r\n\r\nCMCC\r\nMN316\r\n\r\nOK\r\n",
    ),
    "two lines": (b"ATI\r\nAT\r\n", b"\r\nCMCC\r\nMN316\r\n\r\nOK\r\n\r\nOK\r\n"),
    "a repetition": (b"AT+CMEE=?\r\nA/", b"\r\n+CMEE:(0,1,2)\r\n\r\nOK\r\n" * 2),
    "noise only": (b"hello\r\n", b""),
    "an unknown command": (b"AT+NONE\r", b"\r\nERROR\r\n"),
    "broken syntax": (b"AT?\r", b"\r\nERROR\r\n"),
    "wrong parameters": (b"AT+MIPLNOTIFY=1,x\r", b"\r\n+CIS ERROR:601\r\n"),
    "an error without numbers": (b"AT+CMEE=0;+MIPLCLOSE\r", b"\r\nERROR\r\n"),
    "an error in words": (b"AT+CMEE=2;+MIPLNOTIFY\r", b"\r\n+CIS ERROR:wrong parameters\r\n"),
    "a wrong state": (b"AT+MIPLCLOSE\r", b"\r\n+CIS ERROR:602\r\n"),
    "text before an error": (
        b"AT+MIPLCREATE;+MIPLCLOSE;+MIPLCREATE\r",
        b"\r\n+MIPLCREATE:0\r\n\r\n+CIS ERROR:602\r\n",
    ),
    "a restart": (b"AT+NRB\r", b""),
    "a line too long": (b"AT+MIPLNOTIFY=0," + 60 * b"x" + b"\r\nAT\r\n", b"\r\nERROR\r\n\r\nOK\r\n"),
    "an echo": (b"ATE1\rATI\r\n", b"\r\nOK\r\nATI\r\r\nCMCC\r\nMN316\r\n\r\nOK\r\n"),
    "an echo that ends": (b"ATE1\rATE0\rAT\r", b"\r\nOK\r\nATE0\r\r\nOK\r\n\r\nOK\r\n"),
    "digits": (
        b"ATV0\rATI\rAT+NONE\rAT+MIPLCLOSE\rATV1\r",
        b"0\rCMCC\r\nMN316\r\n0\r4\r+CIS ERROR:602\r\r\nOK\r\n",
    ),
    "digits for the rest of the line": (b"ATIV0I\r", b"\r\nCMCC\r\nMN316\r\nCMCC\r\nMN316\r\n0\r"),
    "quiet": (b"ATQ1\rATI\rAT+NONE\rATQ0\r", b"\r\nCMCC\r\nMN316\r\n\r\nOK\r\n"),
    "a register": (b"ATS3?\r", b"\r\n013\r\n\r\nOK\r\n"),
    "other ends": (
        b"ATS3=35S4=36\rAT\r\nI#ATS3=13S4=10#AT\r",
        b"#$OK#$" + b"#$CMCC#$MN316#$" + b"#$OK#$" + b"\r\nOK\r\n" + b"\r\nOK\r\n",
    ),
    "another backspace": (
        b"ATS5=35\rATE1\rATX#I\r",
        b"\r\nOK\r\n\r\nOK\r\nATX# #I\r\r\nCMCC\r\nMN316\r\n\r\nOK\r\n",
    ),
}


@pytest.mark.parametrize(("sent", "received"), CONVERSATIONS.values(), ids=CONVERSATIONS)
def test_the_host_reads_the_same_octets_for_every_split_of_its_own(sent: bytes, received: bytes) -> None:
    one_by_one = Module()
    assert b"".join(one_by_one.feed(sent[at : at + 1]) for at in range(len(sent))) == received
    for first, second in combinations(range(len(sent) + 1), 2):
        module = Module()
        chunks = (sent[:first], sent[first:second], sent[second:])
        assert b"".join(map(module.feed, chunks)) == received, chunks


@pytest.mark.parametrize(
    ("sent", "values"),
    [
        (b"=0,25.5", [0, "25.5", None, None]),
        (b'=0,"25.5"', [0, "25.5", None, None]),
        (b'="0","a,b;c"', [0, "a,b;c", None, None]),
        (b"=0,5700;5701", [0, "5700;5701", None, None]),
        (b'=0,"5700;5701;"', [0, "5700;5701;", None, None]),
        (b"=0,5700;5701;", [0, "5700;5701", None, None]),
        (b"=0,zwd ", [0, "zwd", None, None]),
        (b"= 0 , zwd , 0aFF , 0X400 ", [0, "zwd", b"\x0a\xff", 0x400]),
        (b"=0,zwd,,0X400", [0, "zwd", None, 0x400]),
        (b'=0,"",0AFF,', [0, "", b"\x0a\xff", None]),
        (b"=0,coap://183.230.40.39:5683", [0, "coap://183.230.40.39:5683", None, None]),
        (b'=0,"\xe9"', [0, "é", None, None]),
    ],
)
def test_the_ways_in_which_drivers_write_values_are_all_taken(sent: bytes, values: list[object]) -> None:
    module = Module()
    assert module.feed(b"at+miplnotify" + sent + b"\r\n") == b"\r\nOK\r\n"
    assert module.values == values


@pytest.mark.parametrize(
    ("escapes", "received", "values"),
    [(True, b"\r\nOK\r\n", [0, 'say "x"; go', None, None]), (False, b"\r\n+CIS ERROR:601\r\n", [])],
)
def test_an_escaped_quote_is_for_some_modules_only(
    received: bytes, values: list[object], *, escapes: bool
) -> None:
    module = Module(escapes=escapes)
    assert module.feed(rb'AT+MIPLNOTIFY=0,"say \"x\"; go"' + b"\r") == received
    assert module.values == values


SIGNS = [bytes((octet,)) for octet in b'+&=?;,"\\ 01\r\n\0\x08']
WORDS = [b"AT", b"at", b"A/", b"\r\n", b"=?", b"E0", b"E1", b"V0", b"V1", b"Q1", b"I"]
COMMAND_TEXTS = [
    b"S3=",
    b"S4=",
    b"S5=",
    b"13",
    b"AT+CMEE=2\r",
    b"+CMEE=0",
    b"+NRB",
    b"+NONE",
    b"0X400",
    b"5700;5701",
]
MIPL_TEXTS = [b"+MIPLCREATE", b"+MIPLCLOSE", b"+MIPLNOTIFY=0,"]
PIECES = st.sampled_from([*SIGNS, *WORDS, *COMMAND_TEXTS, *MIPL_TEXTS])
STREAM = st.lists(PIECES | st.binary(max_size=8), max_size=40).map(b"".join)


@hypothesis_settings(deadline=None, max_examples=300)
@given(STREAM, st.booleans())
def test_whatever_arrives_each_line_gets_exactly_one_final_result(octets: bytes, escapes: bool) -> None:  # noqa: FBT001 - drawn
    module = Module(escapes=escapes)
    module.feed(octets)
    assert set(module.results) <= {1}


@hypothesis_settings(deadline=None)
@given(st.binary(max_size=40).filter(lambda body: not {8, 13} & set(body)))
def test_whatever_stands_behind_at_is_answered(body: bytes) -> None:
    module = Module()
    module.feed(b"AT" + body + b"\r")
    assert module.results == [1]


@hypothesis_settings(deadline=None)
@given(STREAM, st.integers(0, 400))
def test_no_split_matters_to_the_answer(octets: bytes, at: int) -> None:
    whole, split = Module(), Module()
    assert split.feed(octets[:at]) + split.feed(octets[at:]) == whole.feed(octets)
    assert split.settings == whole.settings
