"""Profile files: rows have sources, each module's lines are its own, a broken file says where it is broken."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from onenet_sim import World
from onenet_sim.modem import Pace, ProfileError, load_profile, profile_file, profile_names, sources
from onenet_sim.modem.codes import Situation
from onenet_sim.modem.profile import Basis
from tests.modem.conftest import FAMILIES, Rig

if TYPE_CHECKING:
    from pathlib import Path

# --- the built-in profiles ------------------------------------------------------------------------


def test_the_built_in_profiles_begin_with_the_default() -> None:
    assert profile_names()[0] == "onemo"
    assert set(FAMILIES) <= set(profile_names())


@pytest.mark.parametrize("name", profile_names())
def test_every_row_names_a_known_source_and_how_sure_it_is(name: str) -> None:
    profile = load_profile(name)
    assert profile.name == name
    for key, row in profile.rows.items():
        assert isinstance(row.basis, Basis), key
        assert re.split(r"[ :;,]", row.source)[0] in sources(), key
        if row.source.startswith("judgement"):
            assert row.basis is Basis.INFERRED, key


@pytest.mark.parametrize("name", profile_names())
def test_every_situation_has_a_number_and_every_number_a_name(name: str) -> None:
    profile = load_profile(name)
    for situation in Situation:
        assert str(profile.errors[situation.value]) in profile.error_names
    grammar = profile.grammar
    numbers = {*grammar.network_errors.values(), *(n for own in grammar.own_errors.values() for n in own.values())}
    assert set(map(str, numbers)) <= profile.error_names.keys()


def test_every_source_is_the_source_of_something() -> None:
    used = {row.source for name in profile_names() for row in load_profile(name).rows.values()}
    named = {key for source in used for key in re.findall(r"[a-z0-9.-]+", source)}
    assert set(sources()) <= named


@pytest.mark.parametrize("name", profile_names())
def test_only_onemos_grammar_has_createex(name: str) -> None:
    rig = Rig(name)
    has = set(rig.ask('AT+MIPLCREATEEX="183.230.40.40:5683",0')) == {"+MIPLCREATEEX:0", "OK"}
    assert has == (rig.family == "O")


@pytest.mark.parametrize(("name", "family"), [*FAMILIES.items(), ("m5310_legacy", "L")])
def test_the_family_decides_the_grammar(name: str, family: str) -> None:
    assert load_profile(name).family == family


@dataclass(frozen=True)
class Headline:
    """What a driver of this module meets first, to the byte but for the CR LF around each line."""

    boot: tuple[str, ...]
    create: str
    error: str
    registration: str
    events: tuple[str, ...]
    read: str


_MEDIATEK = ("+CFUN: 1", "+CPIN: READY", "+IP: 100.96.78.210")
_HI2115 = ("REBOOT_CAUSE_SECURITY_RESET_PIN", "Neul", "OK")
_COLON = tuple(f"+MIPLEVENT: 0,{number}" for number in (1, 2, 4, 6))
_NONE = tuple(f"+MIPLEVENT:0,{number}" for number in (1, 2, 4, 6))
_ALL = tuple(f"+MIPLEVENT: 0, {number}" for number in (1, 2, 4, 6))
_READ_COLON, _READ_NONE = "+MIPLREAD: 0,7,3200,0,5750", "+MIPLREAD:0,7,3200,0,5750"
_READ_ALL = "+MIPLREAD: 0, 7, 3200, 0, 5750"
_M5311 = Headline(
    ("*ATREADY: 1", *_MEDIATEK),
    "+MIPLCREATE:0",
    "+CIS ERROR:653",
    "+CEREG: 0,1",
    (_NONE[1], _NONE[3]),
    _READ_NONE,
)
_BC95 = Headline(_HI2115, "+MIPLCREATE:0", "+CIS ERROR:602", "+CEREG:0,1", _COLON, _READ_COLON)
_MT2625 = Headline(
    ("*MATREADY: 1", *_MEDIATEK), "+MIPLCREATE: 0", "+CIS ERROR: 653", "+CEREG: 0,1", _ALL, _READ_ALL
)
_BC26 = Headline(
    _MEDIATEK,
    "+MIPLCREATE: 0",
    "+CIS ERROR: 653",
    "+CEREG: 0,1",
    (_COLON[0], _COLON[1], _COLON[3]),
    _READ_COLON,
)
_EC616 = Headline(("OK",), "+MIPLCREATE: 0", "+CIS ERROR: 651", "+CEREG: 0,1", _COLON, _READ_COLON)
_PLAIN_CIS = Headline(("OK",), "+MIPLCREATE:0", "+CIS ERROR:602", "+CEREG:0,1", _NONE, _READ_NONE)
_ONEMO = Headline(
    ("+MATREADY",), "+MIPLCREATE: 0", "+CIS ERROR: 653", "+CEREG:0,1", (_COLON[1], _COLON[3]), _READ_COLON
)
HEADLINES = {
    "onemo": _ONEMO,
    "mn318": _ONEMO,
    "ml307a": replace(_ONEMO, registration="+CEREG: 0,1"),
    "mr880a": replace(_ONEMO, registration="+CEREG: 0,1"),
    "mn316": Headline(
        ("+MATREADY",), "+MIPLCREATE:0", "+CIS ERROR: 653", "+CEREG:0,1", (_NONE[1], _NONE[3]), _READ_NONE
    ),
    "m5310a": Headline(
        ("REBOOT_CAUSE_SECURITY_RESET_PIN\r\nM5310-A\r\nOK",),
        "+MIPLCREATE:0",
        "+CIS ERROR:653",
        "+CEREG:0,1",
        (_NONE[1], _NONE[3]),
        _READ_NONE,
    ),
    "m5311": _M5311,
    "m5312": _M5311,
    "m5310": _PLAIN_CIS,
    "xy1100": _PLAIN_CIS,
    "n21": Headline(("OK",), "+MIPLCREATE:0", "+CIS ERROR:602", "+CEREG: 0, 1", _NONE, _READ_NONE),
    "bc260y": Headline(
        ("RDY", *_MEDIATEK[:2]), "+MIPLCREATE: 0", "+CIS ERROR: 653", "+CEREG: 0,1", _COLON, _READ_COLON
    ),
    "bc95": _BC95,
    "bc28": _BC95,
    "bc35g": _BC95,
    "nb73": Headline(_HI2115, "+MIPLCREATE:0", "+CIS ERROR:602", "+CEREG:0,1", _NONE, _READ_NONE),
    "mt2625": _MT2625,
    "me3616": _MT2625,
    "sim7020": Headline(
        ("+CPIN: READY",), "+MIPLCREATE: 0", "+CIS ERROR: 653", "+CEREG: 0,1", _COLON, _READ_COLON
    ),
    "bc26": _BC26,
    "bc20": _BC26,
    "ec616": _EC616,
    "n306": _EC616,
}


def test_every_profile_that_has_create_has_its_headlines() -> None:
    assert set(HEADLINES) == {name for name in profile_names() if load_profile(name).family != "L"}


@pytest.mark.parametrize(("name", "expected"), HEADLINES.items())
def test_a_modules_first_lines_are_those_that_its_drivers_look_for(name: str, expected: Headline) -> None:
    rig = Rig(name, switched_on=False)
    rig.modem.power_on(0.0, booted=True)
    rig.advance(0.0)
    assert tuple(rig.lines()) == expected.boot

    def say(line: str) -> list[str]:
        rig.feed(line.encode() + b"\r\n")
        return rig.lines()

    assert say("AT+CEREG?") == [expected.registration, "OK"]
    answer = [expected.create, "OK"]
    assert say("AT+MIPLCREATE") == (answer[::-1] if rig.profile.mipl.creates_late else answer)
    assert say("AT+MIPLCREATE") == [expected.error]
    assert say('AT+MIPLADDOBJ=0,3200,1,"1",5,0') == ["OK"]
    assert say("AT+MIPLOPEN=0,3600") == ["OK", *expected.events]
    rig.request(1, "/3200/0/5750", message_id=7)
    assert rig.lines() == [expected.read]


STARTS = {
    "m5311": ("*SLEEP=1", "*MATWAKEUP=1", "+CMSYSCTRL=1,1", "+SM=LOCK", "+CMSYSCTRL=0,2", "*ENGINFO=0", "+GSN"),
    "me3616": ("+ZSLR=1", "*MNBIOTEVENT=1,1", "+ZCONTLED=1", "+CPSMS=0", "*MICCID"),
    "mn316": ("+WORKLOCK=0", "+NBAND?", "+CEREG=5", "+CGCONTRDP", "+CPSMS=0"),
    "bc28": ("+NUESTATS", "+NUESTATS=CELL", "+NCDP?", "+NPSMR=1", "+NBAND?", "+NCCID", "+QREGSWT=2", "+NNMI=1"),
    "bc26": ("+QBAND?", "+QSCLK=0", "+QNBIOTEVENT=1,1", '+QCFG="autoapn",0', "+QCCID", "+MIPLCONFIG=0,1"),
    "bc20": ("+QGNSSC=1", "+QGNSSC?", "+QBAND=1,8"),
    "bc260y": ("+QSCLK=0", "+QNBIOTEVENT=1,1", '+QCFG="dsevent",0', "+QBAND=1,8", "+QENG=0", "+QCCID"),
}


@pytest.mark.parametrize(("name", "commands"), STARTS.items())
def test_a_module_takes_what_its_drivers_send_at_start(name: str, commands: tuple[str, ...]) -> None:
    rig = Rig(name)
    for command in ("E0", "+CFUN?", "+CIMI", "+CGSN=1", "+CSQ", "+CCLK?", *commands):
        rig.feed(f"AT{command}\r\n".encode())
        assert rig.text().endswith("\r\nOK\r\n"), command


@pytest.mark.parametrize("name", profile_names())
def test_every_restart_command_ends_in_the_boot_text(name: str) -> None:
    for command in load_profile(name).boot.restarts:
        rig = Rig(name, pace=Pace.FIELD)
        rig.feed(f"AT{command}\r\n".encode())
        rig.advance(20.0)
        boot = rig.profile.boot
        text = (*boot.restart_text, *boot.network_text)[-1].replace("{address}", "100.96.78.210")
        assert rig.lines()[-1] == text.replace("\n", "\r\n"), command


# --- rows that few modules have ------------------------------------------------------------------


@pytest.mark.parametrize(("name", "instances"), [("onemo", "0"), ("bc95", "0"), ("mt2625", "2")])
def test_the_bitmap_is_read_from_the_side_that_the_module_reads_it_from(name: str, instances: str) -> None:
    rig = Rig(name)
    rig.ok("AT+MIPLCREATE", 'AT+MIPLADDOBJ=0,3303,3,"100",2,0', "AT+MIPLOPEN=0,3600")
    assert rig.sent[-1].payload.endswith(f"</3303/{instances}>".encode())


@pytest.mark.parametrize("command", ["+MIPLCREATE", '+MIPLCREATEEX="nbiotbt.heclouds.com:5683",1'])
def test_an_mr880a_answers_create_late_and_says_fail_without_a_network(command: str) -> None:
    rig, name = Rig("mr880a"), command.partition("=")[0]
    rig.ok("AT+CGATT=0")
    rig.feed(f"AT{command}\r".encode())
    assert rig.text() == f"\r\nOK\r\n\r\n{name}: FAIL\r\n"
    assert rig.ask("AT+MIPLDELETE=0") == ["+CIS ERROR:653"]
    rig.ok("AT+CGATT=1")
    rig.feed(f"AT{command}\r".encode())
    assert rig.text() == f"\r\nOK\r\n\r\n{name}: 0\r\n"
    assert rig.ask("AT+MIPLDELETE=0") == ["OK"]


@pytest.mark.parametrize(
    ("name", "updateset", "fotacfg", "nsmi", "flag"),
    [
        ("onemo", False, True, True, True),
        ("mn318", True, True, True, True),
        ("ml307a", True, False, False, False),
        ("mr880a", False, False, False, True),
    ],
)
def test_the_notes_of_the_manual_leave_each_module_its_commands(
    name: str, *, updateset: bool, fotacfg: bool, nsmi: bool, flag: bool
) -> None:
    rig = Rig(name)
    rig.feed(b"AT+MIPLCREATE\r")
    rig.text()
    assert (rig.ask("AT+MIPLUPDATESET=0,1") == ["OK"]) == updateset
    assert (rig.ask('AT+MIPLFOTACFG="timeout",9') == ["OK"]) == fotacfg
    assert (rig.ask("AT+MIPLNMI=0,0,1") == ["OK"]) == nsmi
    rig.ok('AT+MIPLADDOBJ=0,3200,1,"1",0,0', "AT+MIPLOPEN=0,3000")
    rig.observe("/3200/0")
    assert ("OK" in rig.ask("AT+MIPLNOTIFY=0,0,3200,0,5750,1,4,abcd,0,0x200")) == flag


def test_a_content_type_has_no_effect_on_mr880a() -> None:
    rig = Rig("mr880a")
    rig.login()
    rig.ok("AT+MIPLNOTIFY=0,0,3200,0,5750,1,4,abcd,0,0,0,0")
    assert rig.sent[-1].payload.hex() == "e4167661626364"
    assert rig.ask("AT+MIPLNOTIFY=0,0,3200,0,5750,1,4,abcd,0,0,0,5") == ["+CIS ERROR:601"]


def test_only_me3616_takes_the_short_spelling_of_executersp() -> None:
    assert Rig("me3616").ask("AT+MIPLEXEUTERSP=0,1,2") == ["+CIS ERROR:655"]
    assert Rig("mt2625").ask("AT+MIPLEXEUTERSP=0,1,2") == ["ERROR"]


@pytest.mark.parametrize(
    ("name", "given", "sent"),
    [
        ("onemo", 9, "86400"),
        ("m5311", 0, "86400"),
        ("bc95", 0, "86400"),
        ("ec616", 0, "86400"),
        ("xy1100", 0, "3600"),
        ("mt2625", 0, "7200"),
        ("mt2625", 15, "7200"),
        ("mt2625", 16, "16"),
        ("xy1100", 15, "15"),
        ("xy1100", 14, None),
        ("bc95", 14, None),
    ],
)
def test_an_update_with_a_short_lifetime_sends_what_the_module_makes_of_it(
    name: str, given: int, sent: str | None
) -> None:
    rig = Rig(name)
    rig.ok("AT+MIPLCREATE", 'AT+MIPLADDOBJ=0,3200,1,"1",5,0', "AT+MIPLOPEN=0,7200")
    rig.sent.clear()
    answer = rig.ask(f"AT+MIPLUPDATE=0,{given},0")
    if sent is None:
        assert answer == [f"+CIS ERROR:{rig.profile.errors['syntax']}"]
    else:
        assert [line.replace(" ", "") for line in answer] == ["OK", "+MIPLEVENT:0,11"]
        assert rig.sent[-1].query == [f"lt={sent}"]


def test_an_ec616_module_updates_by_itself_once_every_object_was_discovered() -> None:
    rig = Rig("n306")
    rig.ok("AT+MIPLCREATE", 'AT+MIPLADDOBJ=0,3200,1,"1",1,0', 'AT+MIPLADDOBJ=0,3303,1,"1",1,0')
    rig.ok("AT+MIPLOPEN=0,3600")
    for object_id, after in ((3200, ["OK"]), (3303, ["OK", "+MIPLEVENT:0,11"]), (3303, ["OK"])):
        number = rig.request(1, f"/{object_id}", options=((17, b"\x28"),)).message_id
        rig.lines()
        assert rig.ask(f'AT+MIPLDISCOVERRSP=0,{number},1,4,"5750"') == after


def test_a_bc_module_answers_observe_by_itself_and_takes_the_hosts_answer_all_the_same() -> None:
    rig = Rig("bc95")
    rig.ok("AT+MIPLCREATE", 'AT+MIPLADDOBJ=0,3200,1,"1",1,0', "AT+MIPLOPEN=0,3600")
    rig.sent.clear()
    rig.request(1, "/3200/0", options=((6, b""),))
    assert len(rig.sent) == 1
    number = rig.lines()[-1].split(",")[1]
    rig.ok(f"AT+MIPLOBSERVERSP=0,{number},1")
    assert len(rig.sent) == 1


@pytest.mark.parametrize("name", ["xy1100", "bc260y", "bc95", "bc28", "bc35g", "nb73"])
def test_where_the_module_looks_for_the_path_a_report_goes_out_under_message_id_0(name: str) -> None:
    rig = Rig(name)
    rig.ok("AT+MIPLCREATE", 'AT+MIPLADDOBJ=0,3200,1,"1",1,0', "AT+MIPLOPEN=0,3600")
    number = rig.request(1, "/3200/0", options=((6, b""),)).message_id | 1 << 16
    rig.feed(f"AT+MIPLOBSERVERSP=0,{number},1\r".encode())
    rig.sent.clear()
    rig.ok('AT+MIPLNOTIFY=0,0,3200,0,5750,1,2,"hi",0,0')
    assert rig.sent[-1].payload.endswith(b"hi")


def test_an_n21_tells_of_each_answer_and_each_report_that_it_has_sent() -> None:
    rig = Rig("n21")
    rig.ok("AT+MIPLCREATE", 'AT+MIPLADDOBJ=0,3200,1,"1",2,0', "AT+MIPLOPEN=0,3600")
    rig.lines()
    number = rig.request(1, "/3200/0", options=((6, b""),)).message_id | 1 << 16
    rig.lines()
    assert rig.ask(f"AT+MIPLOBSERVERSP=0,{number},1") == ["OK", "+MIPLEVENT:0,21"]
    for tail, named in (("", number), (",7", 7)):
        answer = rig.ask(f"AT+MIPLNOTIFY=0,{number},3200,0,5750,1,2,hi,0,0{tail}")
        assert answer == ["OK", f"+MIPLEVENT:0,26,{named}"]


def test_a_sim7020_makes_the_device_by_createext() -> None:
    rig = Rig("sim7020")
    assert rig.ask('AT+MIPLCREATEEXT="183.230.40.39:0",1') == ["+CIS ERROR:652"]
    assert rig.ask('AT+MIPLCREATEEXT="183.230.40.39:5684",1') == ["+CIS ERROR:653"]
    rig.feed(b'AT+MIPLCREATEEXT="183.230.40.40",0\r\n')
    assert rig.text() == "\r\n+MIPLCREATEEXT: 0\r\n\r\nOK\r\n"
    assert rig.ask("AT+MIPLCREATE") == ["+CIS ERROR:653"]
    rig.ok("AT+MIPLADDOBJ=0,3303,2,11,7,3", "AT+MIPLOPEN=0,180")
    assert [packet.path for packet in rig.sent] == ["/rd"]


def test_an_xy1100_tells_what_is_left_of_its_lifetime_and_refuses_without_a_login() -> None:
    rig = Rig("xy1100")
    assert rig.ask("AT+ONETRMLFT")[0].startswith("+CIS ERROR")
    rig.ok("AT+MIPLCREATE", 'AT+MIPLADDOBJ=0,3311,1,"1",4,3')
    assert rig.ask("AT+ONETRMLFT")[0].startswith("+CIS ERROR")
    rig.ok("AT+MIPLOPEN=0,3600")
    rig.lines()
    rig.advance(100.5)
    rig.lines()
    rig.feed(b"AT+ONETRMLFT\r\n")
    assert rig.text() == "\r\n+ONETRMLFT:3499\r\n\r\nOK\r\n"


def test_a_bc26_configures_all_in_one_line_and_buffers_nothing() -> None:
    rig = Rig("bc26")
    rig.ok('AT+MIPLCONFIG=0,1,0,"192.0.2.7",5700')
    assert rig.ask("AT+MIPLCONFIG?") == ["+MIPLCONFIG:0,1,0,192.0.2.7,5700,1", "OK"]
    assert rig.ask('AT+MIPLCONFIG=1,0,1,"183.230.40.39",5683') == ["+CIS ERROR:653"]
    assert rig.ask("AT+MIPLCONFIG=2,0") == ["+CIS ERROR:652"]


@pytest.mark.parametrize(
    ("name", "command", "answer"),
    [
        ("bc260y", "AT+CCLK?", '+CCLK: "2023/02/09,08:51:58+00"'),
        ("bc26", "AT+QENG=0", '+QENG: 0,3684,,131,"085B0F15",-79,-11,20,12,8,5A21,0,0,3'),
        ("bc20", "AT+QGNSSC?", "+QGNSSC: 0"),
        ("bc28", "AT+QREGSWT?", "+QREGSWT:1"),
        ("n21", "AT+CSQ", "+CSQ: 20, 99"),
    ],
)
def test_a_general_command_answers_in_the_modules_own_shape(name: str, command: str, answer: str) -> None:
    rig = Rig(name)
    rig.feed(f"{command}\r\n".encode())
    assert rig.text() == f"\r\n{answer}\r\n\r\nOK\r\n"


@pytest.mark.parametrize("name", ["bc95", "bc28", "bc35g", "nb73"])
def test_a_bc_module_ends_its_statistics_with_the_band(name: str) -> None:
    rig = Rig(name)
    rig.feed(b"AT+NUESTATS\r\n")
    assert rig.text().endswith("\r\nOPERATOR MODE:4\r\nCURRENT BAND:8\r\n\r\nOK\r\n")


def test_a_sim7020_prints_no_observe_within_1600_ms_of_opens_ok() -> None:
    rig = Rig("sim7020", pace=Pace.FIELD)
    rig.create()
    rig.feed(b"AT+MIPLOPEN=0,3600\r\n")
    opened = rig.writes[-1][0]
    rig.request(1, "/3200/0", options=((6, b""),))
    rig.advance(5.0)
    observed = next(when for when, octets in rig.writes if b"+MIPLOBSERVE" in octets)
    assert observed - opened > 1.6


# --- names and broken files ----------------------------------------------------------------------


def test_an_unknown_name_lists_those_there_are() -> None:
    with pytest.raises(ProfileError, match=r"'m9999'; there are onemo, .*m5310a"):
        load_profile("m9999")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the profiles that a test may break."""
    for name in (*profile_names(), "sources"):
        text = (profile_file._folder() / f"{name}.toml").read_text(encoding="utf-8")
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(profile_file, "_folder", lambda: tmp_path)
    return tmp_path


BROKEN = [
    ('family = "O"', 'family = "X"', "family is 'X'; expected O, C, L"),
    ('family = "O"\n', "", "family is missing"),
    ('family = "O"', "family = 3", "family is 3; expected a text"),
    ('title = "OneMO', 'titel = "OneMO', "unknown key 'titel'; did you mean title?"),
    ("[label]", "[lable]", "unknown key 'lable'; did you mean label?"),
    ("echo = {", "ecco = {", "unknown key 'line.ecco'; did you mean line.echo?"),
    ("echo = { is = false,", "echo = { is = 0,", "line.echo is 0; expected true or false"),
    ("ack_timeout = { is = 4.0,", 'ack_timeout = { is = "4",', "coap.ack_timeout is '4'; expected a number"),
    ("error_report = { is = 1,", "error_report = { is = 7,", "line.error_report is 7; expected 0, 1, 2"),
    ('urc = { is = "colon"', 'urc = { is = "wide"', "blanks.urc is 'wide'; expected none, colon, all"),
    ('{ "+CEREG" = "none" }', '{ "+CEREG" = "tight" }', "blanks.exceptions.+CEREG is 'tight'"),
    ('text = { is = ["+MATREADY"]', 'text = { is = "+MATREADY"', "boot.text is '+MATREADY'; expected a list"),
    ('source = "extended-at ATE"', 'source = "hearsay"', "line.echo names the source 'hearsay'"),
    ('"extended-at ATE", basis = "doc"', '"extended-at", basis = "sure"', "line.echo.basis is 'sure'"),
    ('source = "extended-at ATE", basis = "doc"', 'source = "extended-at ATE"', "line.echo must be a table"),
    ("busy = { is = 652, ", "bussy = { is = 652, ", "unknown key 'errors.bussy'; did you mean errors.busy?"),
    ("busy = { is = 652, ", "busy = { is = -1, ", "errors.busy is -1; expected 0 to 4294967295"),
    ("[error_names]\n", "[error_names]\nsix = 1\n", "unknown key 'error_names.six'; known are decimal numbers"),
    ('name = "onemo"', 'name = "onemo"\ninherits = "nobody"', "inherits is 'nobody'; expected one of onemo, "),
    ('name = "onemo"', 'name = "onemo"\ninherits = "m5310"', "and not in a circle"),
    ('name = "onemo"', 'name = "onemo', "no TOML: "),
]


@pytest.mark.parametrize(("old", "new", "says"), BROKEN)
def test_a_broken_file_is_refused_with_file_and_key(folder: Path, old: str, new: str, says: str) -> None:
    file = folder / "onemo.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ProfileError, match=re.escape(says)) as caught:
        profile_file._built_in.__wrapped__("onemo")
    assert re.match(r"\w+\.toml(:\d+)?: ", str(caught.value))


def test_a_profile_may_have_only_what_differs_from_its_parent(folder: Path) -> None:
    row = 'echo = { is = true, source = "judgement", basis = "inferred" }'
    text = f'inherits = "m5310"\nname = "mine"\n[line]\n{row}\n'
    (folder / "mine.toml").write_text(text, encoding="utf-8")
    mine, parent = profile_file._built_in.__wrapped__("mine"), load_profile("m5310")
    assert mine.line.echo
    assert (mine.family, mine.mipl, mine.coap) == (parent.family, parent.mipl, parent.coap)


# --- a user's own file ----------------------------------------------------------------------------

OURS = """\
inherits = "m5311"
name = "ours"

[boot]
text = { is = ["*ATREADY: 1", "+IP: {address}", "HELLO"], source = "our board, 2026-03-01", basis = "log" }

[line]
echo = { is = true, source = "our board", basis = "log" }

[general.canned]
source = "our firmware sends it"
basis = "log"

[general.canned.is]
"+OURS?" = ["+OURS: 7"]
"""


def write(folder: Path, text: str | bytes, name: str = "ours.toml") -> str:
    """Write a profile and return its path."""
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(file)


def test_a_file_of_ones_own_overrides_rows_of_a_built_in_profile(tmp_path: Path) -> None:
    mine, parent = load_profile(write(tmp_path, OURS)), load_profile("m5311")
    assert (mine.name, mine.title, mine.line.echo) == ("ours", parent.title, True)
    assert (mine.boot.text[-1], mine.boot.restart_text) == ("HELLO", parent.boot.restart_text)
    assert (mine.mipl, mine.errors) == (parent.mipl, parent.errors)
    assert mine.rows["line.echo"].source == "our board"


def test_without_a_name_a_file_of_ones_own_is_called_as_the_file_is(tmp_path: Path) -> None:
    assert load_profile(write(tmp_path, 'inherits = "bc95"', "meter-3.toml")).name == "meter-3"


def test_a_file_that_changes_is_read_anew(tmp_path: Path) -> None:
    path = write(tmp_path, OURS)
    assert load_profile(path).line.echo
    write(tmp_path, OURS.replace("echo = { is = true", "echo = { is = false"))
    assert not load_profile(path).line.echo


def test_a_path_may_be_relative_and_have_any_ending(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, OURS)
    write(tmp_path, OURS, "ours.txt")
    monkeypatch.chdir(tmp_path)
    assert load_profile("ours.toml") == load_profile("./ours.toml") == load_profile("./ours.txt")


def test_a_world_takes_a_file_of_ones_own_and_keeps_to_it(tmp_path: Path) -> None:
    path = write(tmp_path, OURS)
    with World(profile=path, seed=7, pty=False) as world:
        assert world.modem.profile == "ours"
        (tmp_path / "ours.toml").unlink()
        world.reset()
        assert world.modem.profile == "ours"
    with pytest.raises(ValueError, match=r"ours\.toml: cannot be read: No such file or directory"):
        World(profile=path)


FAULTS = [
    ('name = "ours"', 'naem = "ours"', 2, "unknown key 'naem'; did you mean name?"),
    ('"m5311"', '"m5313"', 1, "inherits is 'm5313'; expected one of onemo, "),
    ('"m5311"', '["m5311"]', 1, "inherits is ['m5311']; expected one of onemo, "),
    ("echo = {", "echoes = {", 8, "unknown key 'line.echoes'; did you mean line.echo?"),
    ("[line]", "[lines]", 7, "unknown key 'lines'; did you mean line?"),
    ("echo = { is = true,", 'echo = { is = "on",', 8, "line.echo is 'on'; expected true or false"),
    ('"HELLO"]', "5]", 5, "boot.text is 5; expected a text"),
    ('"our board", basis', "3, basis", 8, "line.echo.source is 3; expected a text that says how you know"),
    ('"our board", basis = "log"', '"our board", basis = "sure"', 8, "line.echo.basis is 'sure'; expected doc, "),
    ('echo = { is = true, source = "our board", basis = "log" }', "echo = true", 8, "line.echo must be a table"),
    ("[line]", 'line = "x"\n[pace]', 7, "unknown key 'boot.line'; did you mean "),
    ('"+OURS?" = ["+OURS: 7"]', '"+ours?" = ["+OURS: 7"]', 15, "general.canned has '+ours?'; expected a command"),
    ('["+OURS: 7"]', '"+OURS: 7"', 15, "general.canned.+OURS? is '+OURS: 7'; expected a list"),
    ('name = "ours"', 'name = "ours', 2, "no TOML: Illegal character '\\n', column 13"),
    ("echo = {", "echo = = {", 8, "no TOML: "),
    ('basis = "log"\n\n[general.canned.is]', "\n[general.canned.is]", 10, "general.canned must be a table with"),
    ("our board, 2026", "our board\\u0000", 5, ""),
    ("HELLO", "HEL\\u0000LO", 5, "expected a text without NUL"),
]


@pytest.mark.parametrize(("old", "new", "line", "says"), FAULTS)
def test_a_fault_in_a_file_of_ones_own_is_told_with_file_and_line(
    tmp_path: Path, old: str, new: str, line: int, says: str
) -> None:
    assert old in OURS
    path = write(tmp_path, OURS.replace(old, new, 1))
    if not says:
        assert load_profile(path).name == "ours"
        return
    with pytest.raises(ProfileError) as caught:
        load_profile(path)
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert says in str(caught.value)


ROWS = [
    ("pace", "event = { is = -0.1, ", "pace.event is -0.1; expected 0 to 4294967295"),
    ("pace", "event = { is = nan, ", "pace.event is nan; expected 0 to 4294967295"),
    ("coap", "retransmissions = { is = 2000, ", "coap.retransmissions is 2000; expected 0 to 20"),
    ("coap", 'query = { is = ["ep", "lt", "life"], ', "coap.query is 'life'; expected lwm2m, ep, b or lt"),
    (
        "mipl",
        'default_host = { is = "heclouds", ',
        "mipl.default_host is 'heclouds'; expected a host and its port",
    ),
    ("mipl", "register_timeout_events = { is = [77], ", "is 77; expected the number of an event"),
    ("boot", 'restarts = { is = { "+NRB" = "maybe" }, ', "boot.restarts.+NRB is 'maybe'; expected ok or silent"),
    ("boot", 'restarts = { is = { NRB = "ok" }, ', "boot.restarts has 'NRB'; expected a command such as +NCDP"),
    ("line", "error_report = { is = [1], ", "line.error_report is [1]; expected 0, 1, 2"),
]


@pytest.mark.parametrize(("table", "row", "says"), ROWS)
def test_a_value_that_no_module_can_have_is_refused(tmp_path: Path, table: str, row: str, says: str) -> None:
    path = write(tmp_path, f'inherits = "onemo"\n[{table}]\n{row}source = "us", basis = "log" }}\n')
    with pytest.raises(ProfileError, match=re.escape(says)) as caught:
        load_profile(path)
    assert str(caught.value).startswith(f"{path}:3: ")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b'name = "a"\nline = \xff', ":2: this is not UTF-8"),
        (b"#" * (1 << 20) + b"\n", ": longer than 1048576 octets; expected a profile"),
        (b'x = "' + b"a" * 50, ":1: no TOML: "),
        (b"a = " + b"[" * 100_000, ": nested too deeply; expected a profile"),
        (b"pace = 3", ":1: pace must be a table of rows, each { is = "),
        (b"", ": title is missing, here and in what the file inherits from"),
        (b'title = "x"\nfamily = "O"', ": errors.syntax is missing"),
    ],
)
def test_what_is_no_profile_at_all_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    path = write(tmp_path, content)
    with pytest.raises(ProfileError, match=re.escape(path + says)):
        load_profile(path)


def test_a_directory_is_no_profile(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="cannot be read: Is a directory"):
        load_profile(f"{tmp_path}/")
