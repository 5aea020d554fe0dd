"""``onenet-sim regcode``: codes and lines in, tables out, and the line that a host is to send."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.conftest import PROGRAM

if TYPE_CHECKING:
    from collections.abc import Callable

    Called = Callable[..., Any]

E1 = "130031F10003F2002304001100000000000000123138332E3233302E34302E34303A35363833000131F30008C000000000"
E2 = "130031F10003F2002304001100000000000010123138332E3233302E34302E33393A35363833000131F300080000000000"
E6 = (
    "130045f10003f20037040011800005434d494f540000000000123138332e3233302e34302e33393a35363833"
    "000f41757468436f64653a3b50534b3a3bf30008e400c80000"
)
CONF = "000000002C0100001900636F61703A2F2F3138332E3233302E34302E34303A353638330900313233343B35363738"

TABLE = """\
Register code, layout A, 49 octets: bootstrap from 183.230.40.39, port 5683

offset  octets                            field                   meaning
     0  13                                version, sections       version 1, 3 sections
     1  0031                              total size              49 octets
     3  F1                                section                 init section
     4  0003                              section size            3 octets
     6  F2                                section                 network section
     7  0023                              section size            35 octets
     9  0400                              MTU                     1024
    11  11                                link, band              link 1 (UDP), band 1 (GSM)
    12  0000                              APN length              0
    14  0000                              user length             0
    16  0000                              password length         0
    18  1012                              bootstrap, host length  bootstrap on, 18
    20  3138332E3233302E34302E33393A3536  host                    '183.230.40.39:5683'
    36  3833
    38  0001                              user data length        1
    40  31                                user data               '1'
    41  F3                                section                 log section
    42  0008                              section size            8 octets
    44  00                                log                     off, external output off, type 0, level 0
    45  0000                              log buffer size         0 octets
    47  0000                              log user data length    0
"""


@pytest.mark.parametrize(
    "arguments",
    [
        (E2,),
        (E2.lower(),),
        (E2[:20], E2[20:]),
        (f" {E2[:20]}\n{E2[20:]}\r\n",),
        (f"AT+MIPLCREATE=49,{E2},0,49,0",),
        (f'at+miplcreate=98, "{E2}", 0, 98, 0\r\n',),
    ],
)
def test_a_code_is_shown_field_by_field_however_it_is_given(called: Called, arguments: tuple[str, ...]) -> None:
    ended = called("regcode", "decode", *arguments)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == TABLE


@pytest.mark.parametrize("given", [E2, f"{E2[:30]}\n{E2[30:]}\n", f"AT+MIPLCREATE=49,{E2},0,49,0\r\n"])
def test_a_dash_reads_stdin_and_the_table_is_the_same_in_a_pipe(given: str) -> None:
    program = [*PROGRAM, "regcode", "decode", "-"]
    ended = subprocess.run(program, input=given, capture_output=True, text=True, timeout=20, check=True)
    assert ended.stdout == TABLE


@pytest.mark.parametrize("given", [CONF, f"AT+MIPLCONF=46,{CONF},1,1"])
def test_a_blob_of_miplconf_is_shown_too(called: Called, given: str) -> None:
    told = called("regcode", "decode", given).stdout
    assert told.startswith(
        "Blob of AT+MIPLCONF, 46 octets: direct to 'coap://183.230.40.40:5683', lifetime 300 s\n"
    )
    assert "     4  2C010000                          lifetime              300 s\n" in told
    assert "'1234;5678'" in told


def test_the_layout_is_named(called: Called) -> None:
    told = called("regcode", "decode", E6).stdout
    assert told.startswith("Register code, layout C, 69 octets: bootstrap from 183.230.40.39, port 5683\n")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--host", "183.230.40.40:5683", "--log", "C0"), E1),
        (("--host", "183.230.40.39:5683", "--bootstrap"), E2),
        (
            (
                *("--host", "183.230.40.39:5683", "--bootstrap", "--layout", "C", "--apn", "CMIOT"),
                *("--log", "E4", "--log-buffer", "200"),
            ),
            E6,
        ),
    ],
)
def test_the_line_of_a_real_code_is_made_from_what_it_says(
    called: Called, options: tuple[str, ...], code: str
) -> None:
    size = len(code) // 2
    assert called("regcode", "encode", *options).stdout == f"AT+MIPLCREATE={size},{code.upper()},0,{size},0\n"


def test_every_option_is_found_again_in_the_table(called: Called) -> None:
    line = called(
        *("regcode", "encode", "--host", "iot.example", "--layout", "c", "--dtls", "--auth-code", "secret"),
        *("--psk", "12345678", "--mtu", "1280", "--apn", "cmnbiot", "--user", "me", "--password", "mine"),
        *("--log", "e4", "--log-buffer", "512"),
    ).stdout
    told = called("regcode", "decode", line).stdout
    assert "layout C" in told
    assert "direct to iot.example, port 5683 with DTLS" in told
    for meaning in (
        "'AuthCode:secret;PSK:12345678;'",
        "1280",
        "'cmnbiot'",
        "'me'",
        "'mine'",
        "level 4",
        "512 octets",
    ):
        assert f"{meaning}\n" in told


def test_user_data_may_be_free_text(called: Called) -> None:
    line = called("regcode", "encode", "--host", "1.2.3.4", "--layout", "B", "--user-data", "NULL").stdout
    told = called("regcode", "decode", line).stdout
    assert "layout B" in told
    assert "'NULL'" in told


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("decode", ""), "ends at offset 0"),
        (("decode", "13 0g"), "'g', character 4 without blanks, is no hex digit"),
        (("decode", "130"), "3 hex digits; two are needed for each octet"),
        (("decode", E1[:-2]), "offset 1 says 49 octets, but there are 48"),
        (("decode", CONF[:-2]), "offset 37 the endpoint name needs 9 octets"),
        (("decode", "00" * 5000), "more than 8192 characters"),
        (("decode", "00" * 2000), "2000 octets are too many"),
        (("decode", f"AT+MIPLCREATE=49,{CONF},0,46,0"), "totalsize is '49', but the config has 46 octets"),
        (("decode", f"AT+MIPLCREATE=46,{CONF},0,46,0"), "version in the first nibble is 0"),
        (("decode", f"AT+MIPLCREATE=49,{E1},0,50,0"), "currentsize is '50', but the config has 49 octets"),
        (("decode", f"AT+MIPLCREATE=49,{E1[:40]},2,20,1"), "index is '2', so this is a fragment"),
        (("decode", f"AT+MIPLCREATE=49,{E1[:40]},0,20,1"), "flag is '1', so this is a fragment"),
        (("decode", f"AT+MIPLCREATE=49,{E1}"), "2 parameters; 5 are right: totalsize,config,index,currentsize"),
        (("decode", f"AT+MIPLCONF=45,{CONF},1,1"), "len is '45', but the config has 46 octets"),
        (("decode", f"AT+MIPLCONF=46,{CONF},1,0"), "flag is '0', so this is a fragment"),
        (("decode", f"AT+MIPLCONF=49,{E1},1,1"), "offset 0 the mode is 13"),
        (("decode", "AT+MIPLOPEN=0,3000,30"), "AT+MIPLOPEN carries no register code"),
        (("encode", "--host", "1.2.3.4", "--layout", "D"), "no layout is called 'D': it is A, B or C"),
        (("encode", "--host", "1.2.3.4", "--auth-code", "x"), "layout A has no place for an auth code"),
        (("encode", "--host", "1.2.3.4", "--layout", "B", "--psk", "x"), "layout B has no place for a PSK"),
        (("encode", "--host", "1.2.3.4", "--dtls"), "layout A has no DTLS flag; C has one"),
        (("encode", "--host", "1.2.3.4", "--log", "C"), "'C' is not two hex digits"),
        (("encode", "--host", "1.2.3.4", "--mtu", "70000"), "the mtu is 70000; it must be 0 to 65535"),
        (("encode", "--host", "coap://1.2.3.4"), "ends in no port number"),
        (("encode", "--host", ""), "expected HOST or HOST:PORT"),
        (
            ("encode", "--host", "1.2.3.4", "--layout", "C", "--user-data", "x", "--psk", "x"),
            "--user-data stands instead of --auth-code and --psk",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_line_and_ends_with_2(
    called: Called, arguments: tuple[str, ...], says: str
) -> None:
    ended = called("regcode", *arguments)
    assert ended.returncode == 2
    assert not ended.stdout
    assert len(ended.stderr.splitlines()) == 1
    assert ended.stderr.startswith("Error: ")
    assert says in ended.stderr


def test_octets_that_are_no_text_on_stdin_are_refused_like_other_wrong_digits() -> None:
    program = [*PROGRAM, "regcode", "decode", "-"]
    ended = subprocess.run(program, input=b"\xff\xfe1\x00", capture_output=True, timeout=20, check=False)
    assert ended.returncode == 2
    assert b"is no hex digit" in ended.stderr
    assert b"Traceback" not in ended.stderr


def test_the_verb_and_its_two_are_told(called: Called) -> None:
    assert " regcode " in called("--help").stdout
    told = called("regcode", "--help").stdout
    assert " decode " in told
    assert " encode " in told
    assert "--auth-code" in called("regcode", "encode", "--help").stdout
