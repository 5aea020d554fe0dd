"""From a line to commands and from a command's text to arguments."""

from __future__ import annotations

import pytest
from hypothesis import given, settings as hypothesis_settings, strategies as st

from onenet_sim.at import Argument, Form, Invocation, SyntaxFault, split_arguments, split_line

EXEC, SET, READ, TEST = Form.EXEC, Form.SET, Form.READ, Form.TEST

LINES: dict[str, list[Invocation]] = {
    # nothing
    "": [],
    "  ": [],
    ";": [],
    # the four forms
    "+CSQ": [Invocation("+CSQ", EXEC)],
    "+CSQ?": [Invocation("+CSQ", READ)],
    "+CSQ=?": [Invocation("+CSQ", TEST)],
    "+CSQ=1,2": [Invocation("+CSQ", SET, "1,2")],
    "+CSQ=": [Invocation("+CSQ", SET, "")],
    '+CSQ="?"': [Invocation("+CSQ", SET, '"?"')],
    "+CSQ=?,1": [Invocation("+CSQ", SET, "?,1")],
    # names
    "+csq": [Invocation("+CSQ", EXEC)],
    "+miplOpen=0,Abc": [Invocation("+MIPLOPEN", SET, "0,Abc")],
    "*SLEEP=1": [Invocation("*SLEEP", SET, "1")],
    "^SYSINFO": [Invocation("^SYSINFO", EXEC)],
    "$QCRMCALL?": [Invocation("$QCRMCALL", READ)],
    "#XPING": [Invocation("#XPING", EXEC)],
    "%VER": [Invocation("%VER", EXEC)],
    "+A1!%-./:_B": [Invocation("+A1!%-./:_B", EXEC)],
    # blanks
    " +CSQ ": [Invocation("+CSQ", EXEC)],
    "+CSQ ?": [Invocation("+CSQ", READ)],
    "+CSQ? ": [Invocation("+CSQ", READ)],
    "+CSQ = ? ": [Invocation("+CSQ", TEST)],
    "+CSQ =1": [Invocation("+CSQ", SET, "1")],
    "+CSQ=1 ": [Invocation("+CSQ", SET, "1 ")],
    # several commands
    "+A;+B": [Invocation("+A", EXEC), Invocation("+B", EXEC)],
    "+A=1;+B?;*C=?": [Invocation("+A", SET, "1"), Invocation("+B", READ), Invocation("*C", TEST)],
    "+A ; +B": [Invocation("+A", EXEC), Invocation("+B", EXEC)],
    "+A;;+B": [Invocation("+A", EXEC), Invocation("+B", EXEC)],
    ";+A": [Invocation("+A", EXEC)],
    "+IPR=9600;&W": [Invocation("+IPR", SET, "9600"), Invocation("&W", EXEC)],
    "+A=1;E0": [Invocation("+A", SET, "1"), Invocation("E", SET, "0")],
    "E0+A": [Invocation("E", SET, "0"), Invocation("+A", EXEC)],
    "E0;+A": [Invocation("E", SET, "0"), Invocation("+A", EXEC)],
    # a semicolon that separates nothing
    "+A=5700;5701": [Invocation("+A", SET, "5700;5701")],
    "+A=0,1,5700;5701;5702,2;+B": [Invocation("+A", SET, "0,1,5700;5701;5702,2"), Invocation("+B", EXEC)],
    '+A="x;+B"': [Invocation("+A", SET, '"x;+B"')],
    '+A="x;+B";+C': [Invocation("+A", SET, '"x;+B"'), Invocation("+C", EXEC)],
    '+A="x;E0;y","z;+B"': [Invocation("+A", SET, '"x;E0;y","z;+B"')],
    '+A="x;+B': [Invocation("+A", SET, '"x;+B')],
    # a trailing semicolon
    "+A;": [Invocation("+A", EXEC)],
    "+A=1;": [Invocation("+A", SET, "1")],
    "+A=1 ; ": [Invocation("+A", SET, "1 ")],
    "+A=5700;5701;": [Invocation("+A", SET, "5700;5701")],
    '+A="5700;5701;"': [Invocation("+A", SET, '"5700;5701;"')],
    '+A="5700;5701";': [Invocation("+A", SET, '"5700;5701"')],
    # basic commands
    "I": [Invocation("I", EXEC)],
    "e0": [Invocation("E", SET, "0")],
    "&f": [Invocation("&F", EXEC)],
    "&W0": [Invocation("&W", SET, "0")],
    "E0V1&F": [Invocation("E", SET, "0"), Invocation("V", SET, "1"), Invocation("&F", EXEC)],
    "E0 V1 Q0": [Invocation("E", SET, "0"), Invocation("V", SET, "1"), Invocation("Q", SET, "0")],
    "&FE0": [Invocation("&F", EXEC), Invocation("E", SET, "0")],
    "E": [Invocation("E", EXEC)],
    "E01": [Invocation("E", SET, "01")],
    "&": [Invocation("&", EXEC)],
    # S registers
    "S3=13": [Invocation("S3", SET, "13")],
    "s3=13": [Invocation("S3", SET, "13")],
    "S3?": [Invocation("S3", READ)],
    "S3": [Invocation("S3", EXEC)],
    "S3=": [Invocation("S3", SET, "")],
    "S3=13S4=10S5=8": [
        Invocation("S3", SET, "13"),
        Invocation("S4", SET, "10"),
        Invocation("S5", SET, "8"),
    ],
    "S3?S4?E1": [Invocation("S3", READ), Invocation("S4", READ), Invocation("E", SET, "1")],
}


@pytest.mark.parametrize(("line", "expected"), LINES.items())
@pytest.mark.parametrize("escapes", [False, True])
def test_a_line_is_cut_into_its_commands(line: str, expected: list[Invocation], *, escapes: bool) -> None:
    assert split_line(line, escapes=escapes) == expected


@pytest.mark.parametrize(
    ("escapes", "line", "expected"),
    [
        (True, r'+A="x\";y";+B', [Invocation("+A", SET, r'"x\";y"'), Invocation("+B", EXEC)]),
        (True, r'+A="x\\";+B', [Invocation("+A", SET, r'"x\\"'), Invocation("+B", EXEC)]),
        (True, r'+A="x\;+B";+C', [Invocation("+A", SET, r'"x\;+B"'), Invocation("+C", EXEC)]),
        (True, r'+A=x\";y";+B', [Invocation("+A", SET, r'x\";y"'), Invocation("+B", EXEC)]),
        (False, r'+A="x\";+B', [Invocation("+A", SET, r'"x\"'), Invocation("+B", EXEC)]),
    ],
)
def test_a_quoted_value_ends_for_the_line_where_it_ends_for_its_command(
    line: str, expected: list[Invocation], *, escapes: bool
) -> None:
    assert split_line(line, escapes=escapes) == expected


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("5", "no command begins with '5' at character 1"),
        ("=1", "no command begins with '=' at character 1"),
        ("?", "no command begins with '?' at character 1"),
        ("é", "no command begins with 'é' at character 1"),
        ("E0,V1", "no command begins with ',' at character 3"),
        ("E=0", "no command begins with '=' at character 2"),
        ("E?", "no command begins with '?' at character 2"),
        ("+A;;5", "'+A;;5' is not a command at character 1"),
        ("+", "'+' is not a command at character 1"),
        ("+=1", "'+=1' is not a command at character 1"),
        ("+A 1", "'+A 1' is not a command at character 1"),
        ("+A?1", "'+A?1' is not a command at character 1"),
        ('+A"x"', "'+A\"x\"' is not a command at character 1"),
        ("+A,1", "'+A,1' is not a command at character 1"),
        ("+A;+", "'+' is not a command at character 4"),
        ("E0 + ", "'+' is not a command at character 4"),
    ],
)
def test_a_line_that_cannot_be_cut_says_what_is_wrong_and_where(line: str, text: str) -> None:
    fault = split_line(line, escapes=False)
    assert isinstance(fault, SyntaxFault)
    assert str(fault) == text


def bare(text: str) -> Argument:
    """Return an argument without quotes."""
    return Argument(text)


def quoted(text: str) -> Argument:
    """Return an argument that stood between quotes."""
    return Argument(text, quoted=True)


@pytest.mark.parametrize("escapes", [False, True])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [bare("")]),
        ("0", [bare("0")]),
        ("0,Abc,-1", [bare("0"), bare("Abc"), bare("-1")]),
        ('0,"abc",1', [bare("0"), quoted("abc"), bare("1")]),
        ('""', [quoted("")]),
        ("1,,2", [bare("1"), bare(""), bare("2")]),
        ("1,", [bare("1"), bare("")]),
        (",", [bare(""), bare("")]),
        (' 1 , "a" , 2 ', [bare("1"), quoted("a"), bare("2")]),
        ("  ", [bare("")]),
        ("1, ,2", [bare("1"), bare(""), bare("2")]),
        ("zwd ", [bare("zwd")]),
        ("a b", [bare("a b")]),
        ('" a "', [quoted(" a ")]),
        ('"a,b;c"', [quoted("a,b;c")]),
        ("5700;5701", [bare("5700;5701")]),
        ("coap://h:5683", [bare("coap://h:5683")]),
        (r"a\b", [bare(r"a\b")]),
        (r'"a\b"', [quoted(r"a\b")]),
    ],
)
def test_arguments_lose_their_quotes_and_outer_blanks(
    text: str, expected: list[Argument], *, escapes: bool
) -> None:
    assert split_arguments(text, escapes=escapes) == expected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'"a\"b"', 'a"b'),
        (r'"\"\""', '""'),
        (r'"a\\"', "a\\"),
        (r'"a\\\"b"', 'a\\"b'),
        (r'"a\nb"', r"a\nb"),
        (r'"a\",b"', 'a",b'),
    ],
)
def test_with_escapes_a_backslash_makes_a_quote_plain(text: str, value: str) -> None:
    assert split_arguments(text, escapes=True) == [quoted(value)]


@pytest.mark.parametrize(
    ("escapes", "text", "what", "position"),
    [
        (False, '"abc', "this quote is never closed", 1),
        (False, '1, "abc', "this quote is never closed", 4),
        (False, '"', "this quote is never closed", 1),
        (False, 'abc"', "a quote within an unquoted value", 4),
        (False, '1,ab"c"', "a quote within an unquoted value", 5),
        (False, '"a"b"', "expected a comma after the closing quote", 4),
        (False, '"a"b', "expected a comma after the closing quote", 4),
        (False, '"a" "b"', "expected a comma after the closing quote", 5),
        (False, r'"a\"b"', "expected a comma after the closing quote", 5),
        (True, r'"a\"', "this quote is never closed", 1),
        (True, '"a"b"', "expected a comma after the closing quote", 4),
        (True, r"a\"b", "a quote within an unquoted value", 3),
    ],
)
def test_a_quote_in_the_wrong_place_is_a_fault_at_its_place(
    text: str, what: str, position: int, *, escapes: bool
) -> None:
    fault = split_arguments(text, escapes=escapes)
    assert fault == SyntaxFault(what, position)
    assert str(fault) == f"{what} at character {position}"


@pytest.mark.parametrize(
    ("argument", "omitted", "text"),
    [(bare(""), True, ""), (quoted(""), False, '""'), (bare("0"), False, "0"), (quoted("a"), False, '"a"')],
)
def test_only_nothing_between_the_commas_is_omitted(argument: Argument, text: str, *, omitted: bool) -> None:
    assert argument.omitted is omitted
    assert str(argument) == text


ANY = st.characters(min_codepoint=0x20, max_codepoint=0xFF)
BLANKS = st.text(" ", max_size=2)
BARE = st.text(ANY.filter(lambda character: character not in ',"'), max_size=8).map(
    lambda text: bare(text.strip(" "))
)


def written(arguments: list[Argument], blanks: list[str], *, escapes: bool) -> str:
    """Write the arguments as a host would, with blanks around them."""
    texts = []
    for argument in arguments:
        text = argument.text
        if argument.quoted and escapes:
            text = text.replace("\\", "\\\\").replace('"', '\\"')
        before, after = blanks.pop(), blanks.pop()
        texts.append(before + (f'"{text}"' if argument.quoted else text) + after)
    return ",".join(texts)


@st.composite
def argument_lists(draw: st.DrawFn, *, escapes: bool) -> tuple[list[Argument], str]:
    value = ANY if escapes else ANY.filter(lambda character: character != '"')
    some = draw(st.lists(BARE | st.text(value, max_size=8).map(quoted), min_size=1, max_size=6))
    blanks = draw(st.lists(BLANKS, min_size=2 * len(some), max_size=2 * len(some)))
    return some, written(some, blanks, escapes=escapes)


@hypothesis_settings(deadline=None)
@given(argument_lists(escapes=False))
def test_written_arguments_are_read_back(case: tuple[list[Argument], str]) -> None:
    arguments, text = case
    assert split_arguments(text, escapes=False) == arguments


@hypothesis_settings(deadline=None)
@given(argument_lists(escapes=True))
def test_written_arguments_with_escapes_are_read_back(case: tuple[list[Argument], str]) -> None:
    arguments, text = case
    assert split_arguments(text, escapes=True) == arguments


@hypothesis_settings(deadline=None)
@given(st.text(ANY, max_size=12))
def test_no_quoted_value_can_break_its_line(value: str) -> None:
    text = written([quoted(value)], ["", ""], escapes=True)
    assert split_line(f"+A={text};+B", escapes=True) == [
        Invocation("+A", SET, text),
        Invocation("+B", EXEC),
    ]


@pytest.mark.parametrize(
    ("line", "names"),
    [("E 0", ["E"]), ("S3 = 13", ["S3"]), ("S03?", ["S3"]), ("S0?", ["S0"]), ("E ;+CSQ", ["E", "+CSQ"])],
)
def test_blanks_and_leading_zeros_mean_nothing_in_basic_commands(line: str, names: list[str]) -> None:
    found = split_line(line, escapes=False)
    assert isinstance(found, list)
    assert [invocation.name for invocation in found] == names
