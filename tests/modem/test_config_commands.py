"""CONFIG of family C; CFG, QMGR, UPDATESET, DEVINFO, DTLSNAT, LTRDP and FOTACFG of family O."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from onenet_sim.modem import Peer, load_profile
from tests.modem import wire
from tests.modem.conftest import ACCESS, BOOTSTRAP, DIRECT_CREATE, IMEI, IMSI, Rig

if TYPE_CHECKING:
    from onenet_sim.modem import Profile

CONFIGURED = ("bc95", "xy1100", "ec616")
TEST_TLV = b"\xe4\x16\x76test"


@pytest.fixture(params=CONFIGURED)
def config_rig(request: pytest.FixtureRequest) -> Rig:
    """A module of each profile that has AT+MIPLCONFIG."""
    return Rig(str(request.param))


def _read(rig: Rig) -> list[str]:
    """Return what AT+MIPLCONFIG? says, without its name."""
    rig.feed(b"AT+MIPLCONFIG?\r")
    lines = rig.text().split("\r\n")
    return [line.removeprefix("+MIPLCONFIG:").strip() for line in lines if line.startswith("+MIPLCONFIG")]


def _open(rig: Rig) -> None:
    rig.feed(b"AT+MIPLOPEN=0,3000,30\r\n")
    rig.text()


# --- AT+MIPLCONFIG ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["onemo", "m5310a", "m5310"])
def test_a_module_without_modes_has_no_config_command(name: str) -> None:
    for line in ("AT+MIPLCONFIG?", "AT+MIPLCONFIG=?", "AT+MIPLCONFIG=3,1"):
        assert Rig(name).ask(line) == ["ERROR"]


@pytest.mark.parametrize(
    ("name", "blank", "observe", "more"),
    [("bc95", "", 1, ("7,0,0",)), ("xy1100", "", 0, ()), ("ec616", " ", 0, ("7,0,0",))],
)
def test_config_is_read_a_line_a_mode_and_only_the_first_follows_an_empty_line(
    name: str, blank: str, observe: int, more: tuple[str, ...]
) -> None:
    rig = Rig(name)
    rig.feed(b"AT+MIPLCONFIG?\r\n")
    values = ("1,183.230.40.39,5683", "2,4", f"3,{observe}", "4,0", "5,0", "6,0", *more)
    lines = "".join(f"+MIPLCONFIG:{blank}{value}\r\n" for value in values)
    assert rig.text() == f"\r\n{lines}\r\nOK\r\n"


def test_the_test_form_of_config_names_its_parameters(config_rig: Rig) -> None:
    mode = "(0,7)" if config_rig.profile.name == "ec616" else "<mode>"
    assert config_rig.ask("AT+MIPLCONFIG=?") == [f"+MIPLCONFIG:{mode},<parameter1>[,<parameter2>]", "OK"]


@pytest.mark.parametrize(
    ("arguments", "line", "shown"),
    [
        ("0,183.230.40.40,5683", 0, "0,183.230.40.40,5683"),
        ('0,"10.0.0.1","6001"', 0, "0,10.0.0.1,6001"),
        ("0,nbiotacc.heclouds.com,5683", 0, "0,nbiotacc.heclouds.com,5683"),
        ("0,10.0.0.1,1", 0, "0,10.0.0.1,1"),
        ("0,10.0.0.1,65535", 0, "0,10.0.0.1,65535"),
        (f"0,{'a' * 100},1", 0, f"0,{'a' * 100},1"),
        ("1,10.0.0.1,6000", 0, "1,10.0.0.1,6000"),
        ("1,10.0.0.1", 0, "1,10.0.0.1,5683"),
        ("1,,5683", 0, "1,183.230.40.39,5683"),
        ("2,1,2", 1, "2,2"),
        ("2,1,20", 1, "2,20"),
        ("3,1", 2, "3,1"),
        ("3,0", 2, "3,0"),
        ('4,1,"a"', 3, "4,1,a"),
        ("4,1,abcdefghijkl0123", 3, "4,1,abcdefghijkl0123"),
        ("4,0", 3, "4,0"),
        ("6,1", 5, "6,1"),
        ("6,0", 5, "6,0"),
    ],
)
def test_each_mode_is_set_and_read_back(config_rig: Rig, arguments: str, line: int, shown: str) -> None:
    assert config_rig.ask(f"AT+MIPLCONFIG={arguments}") == ["OK"]
    if config_rig.profile.name == "ec616":  # without the switch before a code
        shown = shown.replace("4,1,", "4,")
    assert _read(config_rig)[line] == shown


@pytest.mark.parametrize(
    "arguments",
    [
        "",
        "0",
        "0,10.0.0.1",
        "0,,5683",
        "0,10.0.0.1,0",
        "0,10.0.0.1,65536",
        "0,10.0.0.1,x",
        "0,a b,5683",
        f"0,{'a' * 101},5683",
        "0,10.0.0.1,5683,1",
        "1,10.0.0.1,0",
        "2,1",
        "2,0,4",
        "2,1,1",
        "2,1,21",
        "3",
        "3,2",
        "3,1,1",
        "4",
        "4,1",
        '4,1,""',
        "4,2,a",
        "4,1,a-b",
        "4,1,abcdefghijkl01234",
        "6",
        "6,2",
        "7,4,0",
        "7,0,2",
        "8,1",
        "x",
        '"0',
    ],
)
def test_what_no_mode_takes_is_601_and_changes_nothing(config_rig: Rig, arguments: str) -> None:
    before = _read(config_rig)
    assert config_rig.ask(f"AT+MIPLCONFIG={arguments}") == ["+CIS ERROR:601"]
    assert "MIPLCONFIG" in config_rig.why
    assert _read(config_rig) == before


def test_a_fault_names_the_parameter_of_its_mode() -> None:
    rig = Rig("bc95")
    rig.ask("AT+MIPLCONFIG=2,1,21")
    assert rig.why.endswith("parameter 3 <ack_timeout> is '21'; expected a whole number from 2 to 20")
    rig.ask("AT+MIPLCONFIG=9")
    assert rig.why == "AT+MIPLCONFIG: parameter 1 <mode> is '9'; expected one of 0, 1, 2, 3, 4, 5, 6, 7"


def test_dtls_is_switched_on_with_a_key_and_off_without(config_rig: Rig) -> None:
    if 5 not in config_rig.profile.mipl.config_modes:
        return
    config_rig.ok('AT+MIPLCONFIG=5,1,"12345678"')
    assert _read(config_rig)[4] == ("5,12345678" if config_rig.profile.name == "ec616" else "5,1,12345678")
    for arguments in ('5,1,"1234567"', "5,1"):
        assert config_rig.ask(f"AT+MIPLCONFIG={arguments}") == ["+CIS ERROR:601"]
    config_rig.ok("AT+MIPLCONFIG=5,0")
    assert _read(config_rig)[4] == "5,0"


@pytest.mark.parametrize(("name", "number"), [("bc95", 601), ("ec616", 651)])
def test_the_buffer_may_be_switched_off_but_not_on(name: str, number: int) -> None:
    rig = Rig(name)
    for arguments, shown in (("7,0,0", "7,0,0"), ("7,0", "7,0,1")):
        rig.ok(f"AT+MIPLCONFIG={arguments}")
        assert _read(rig)[6] == shown
    for arguments in ("7,1,1", "7,3"):
        assert rig.ask(f"AT+MIPLCONFIG={arguments}") == [f"+CIS ERROR:{number}"]
        assert "buffers nothing" in rig.why


def test_the_xy1100_has_neither_dtls_nor_buffer() -> None:
    rig = Rig("xy1100")
    for arguments in ("5,0", '5,1,"12345678"', "7,0,0"):
        assert rig.ask(f"AT+MIPLCONFIG={arguments}") == ["+CIS ERROR:601"]
    assert rig.why.endswith("expected one of 0, 1, 2, 3, 4, 6")


def test_config_comes_before_create(config_rig: Rig) -> None:
    settings = ("0,10.0.0.1,5683", "1,10.0.0.1,5683", "2,1,20", "3,1", "4,0", "6,1")
    config_rig.ok("AT+MIPLCREATE")
    before = _read(config_rig)
    for arguments in settings:
        assert config_rig.ask(f"AT+MIPLCONFIG={arguments}") == ["+CIS ERROR:602"]
    assert _read(config_rig) == before
    config_rig.ok("AT+MIPLDELETE=0")
    for arguments in settings:
        config_rig.ok(f"AT+MIPLCONFIG={arguments}")


@pytest.mark.parametrize(("mode", "path"), [(0, "/rd"), (1, "/bs")])
def test_the_exec_form_of_create_goes_where_config_says(config_rig: Rig, mode: int, path: str) -> None:
    config_rig.ok(f"AT+MIPLCONFIG={mode},10.0.0.7,6001", "AT+MIPLCREATE")
    _open(config_rig)
    assert config_rig.datagrams[0][2] == Peer("10.0.0.7", 6001)
    assert config_rig.sent[0].path == path


def test_without_config_the_exec_form_goes_to_the_main_bootstrap_server(config_rig: Rig) -> None:
    config_rig.ok("AT+MIPLCREATE")
    _open(config_rig)
    assert (config_rig.datagrams[0][2], config_rig.sent[0].path) == (BOOTSTRAP, "/bs")


def test_the_auth_code_of_config_goes_along_in_option_63(config_rig: Rig) -> None:
    config_rig.ok('AT+MIPLCONFIG=4,1,"secret7"', "AT+MIPLCONFIG=0,183.230.40.40,5683", "AT+MIPLCREATE")
    _open(config_rig)
    assert config_rig.sent[0].all(wire.AUTH_CODE) == [b"secret7"]
    config_rig.ok("AT+MIPLDELETE=0", "AT+MIPLCONFIG=4,0", "AT+MIPLCREATE")
    config_rig.sent.clear()
    _open(config_rig)
    assert config_rig.sent[0].all(wire.AUTH_CODE) == []


def test_the_ack_timeout_of_config_spaces_the_retransmissions(config_rig: Rig) -> None:
    config_rig.platform.silent = True
    config_rig.ok("AT+MIPLCONFIG=2,1,3", "AT+MIPLCONFIG=0,183.230.40.40,5683", "AT+MIPLCREATE")
    _open(config_rig)
    config_rig.advance(29)
    assert [when for when, *_ in config_rig.datagrams] == [0, 3, 9, 21]


def test_the_ack_timeout_moves_the_warning_before_the_lifetime_ends() -> None:
    leads = []
    for seconds in (2, 4):
        rig = Rig("bc95")
        rig.ok(f"AT+MIPLCONFIG=2,1,{seconds}", "AT+MIPLCONFIG=0,183.230.40.40,5683", "AT+MIPLCREATE")
        rig.feed(b"AT+MIPLOPEN=0,3600,30\r\n")
        rig.text()
        rig.advance(3599)
        leads.append(next(line for line in rig.lines() if line.startswith("+MIPLEVENT: 0,14")))
    assert leads == ["+MIPLEVENT: 0,14,93", "+MIPLEVENT: 0,14,186"]


def test_with_the_automatic_answer_an_observe_is_answered_by_the_module_and_printed_unless_an_ec616_is(
    config_rig: Rig,
) -> None:
    rig = config_rig
    rig.ok("AT+MIPLCONFIG=3,1")
    rig.login(observe="")
    number = 1 << 16 | rig.request(wire.GET, "/3200/0", options=((wire.OBSERVE, b""),)).message_id
    printed = [] if rig.profile.name == "ec616" else [f"+MIPLOBSERVE:0,{number},1,3200,0,-1"]
    assert [line.replace(" ", "") for line in rig.lines()] == printed
    assert [(packet.type, packet.code, packet.uint(wire.OBSERVE)) for packet in rig.sent] == [
        (wire.ACK, wire.CONTENT, 0)
    ]
    for result in (1, 13):
        assert rig.ask(f"AT+MIPLOBSERVERSP=0,{number},{result}") == ["OK"]
    assert len(rig.sent) == 1
    assert rig.ask(f'AT+MIPLNOTIFY=0,{number},3200,0,5750,1,4,"abcd",0,0') == ["OK"]
    assert rig.sent[-1].code == wire.CONTENT


def test_without_the_automatic_answer_the_host_answers_the_observe(config_rig: Rig) -> None:
    rig = config_rig
    rig.ok("AT+MIPLCONFIG=3,0")
    rig.login(observe="")
    rig.request(wire.GET, "/3200/0", options=((wire.OBSERVE, b""),))
    assert rig.sent == []
    number = int(rig.lines()[-1].split(",")[1])
    rig.ok(f"AT+MIPLOBSERVERSP=0,{number},1")
    assert rig.sent[-1].code == wire.CONTENT


def test_the_write_format_decides_how_an_opaque_value_is_printed(config_rig: Rig) -> None:
    rig = config_rig
    for mode, value in ((0, "74657374"), (1, "test")):
        rig.ok(f"AT+MIPLCONFIG=6,{mode}")
        rig.login()
        number = rig.write_tlv("/3200/0", TEST_TLV)
        assert rig.lines()[-1].replace(" ", "") == f"+MIPLWRITE:0,{number},3200,0,5750,2,4,{value},0,0"
        rig.ok("AT+MIPLDELETE=0")


def test_an_opaque_value_as_text_ends_at_its_first_nul() -> None:
    rig = Rig("xy1100")
    rig.ok("AT+MIPLCONFIG=6,1")
    rig.login()
    number = rig.write_tlv("/3200/0", b"\xe4\x16\x76te\x00t")
    assert rig.lines() == [f"+MIPLWRITE:0,{number},3200,0,5750,2,4,te,0,0"]


def test_config_survives_a_restart_and_a_loss_of_power() -> None:
    rig = Rig("bc95")
    rig.ok("AT+MIPLCONFIG=0,10.0.0.1,6001", "AT+MIPLCONFIG=2,1,9", "AT+MIPLCONFIG=3,0")
    before = _read(rig)
    rig.feed(b"AT+NRB\r\n")
    rig.text()
    assert _read(rig) == before
    rig.modem.power_off(rig.now)
    rig.modem.power_on(rig.now, booted=True)
    assert _read(rig) == before == ["0,10.0.0.1,6001", "2,9", "3,0", "4,0", "5,0", "6,0", "7,0,0"]


@pytest.mark.parametrize("name", ["bc95", "xy1100"])
def test_a_register_code_stays_for_the_exec_form(name: str) -> None:
    rig = Rig(name)
    rig.ok(DIRECT_CREATE, "AT+MIPLDELETE=0", "AT+MIPLCREATE")
    assert _read(rig)[0] == f"0,{ACCESS.host},{ACCESS.port}"
    _open(rig)
    assert (rig.datagrams[0][2], rig.sent[0].path) == (ACCESS, "/rd")


@pytest.mark.parametrize("name", ["onemo", "m5310a", "m5310"])
def test_elsewhere_the_exec_form_knows_nothing_of_an_earlier_register_code(name: str) -> None:
    rig = Rig(name)
    rig.ok(DIRECT_CREATE, "AT+MIPLDELETE=0", "AT+MIPLCREATE")
    _open(rig)
    assert rig.datagrams[0][2] == BOOTSTRAP


def test_the_ec616_has_only_the_exec_form_of_create() -> None:
    rig = Rig("ec616")
    assert rig.ask(DIRECT_CREATE) == ["+CIS ERROR:651"]
    assert rig.ask("AT+MIPLCREATE") == ["+MIPLCREATE:0", "OK"]


# --- which module has which ---------------------------------------------------------------------------

CALLS = {
    "+MIPLCFG": 'AT+MIPLCFG="binding",0,1',
    "+MIPLQMGR": "AT+MIPLQMGR=0",
    "+MIPLUPDATESET": "AT+MIPLUPDATESET=0,1",
    "+MIPLDEVINFO": "AT+MIPLDEVINFO?",
    "+MIPLDTLSNAT": "AT+MIPLDTLSNAT=0,120",
    "+MIPLLTRDP": "AT+MIPLLTRDP",
    "+MIPLFOTACFG": 'AT+MIPLFOTACFG="timeout"',
    "+MIPLSOTAVER": 'AT+MIPLSOTAVER="1.0"',
    "+MIPLSOTA": "AT+MIPLSOTA=1",
}


@pytest.mark.parametrize("name", ["onemo", "m5310a", "m5310", "m5311", "bc95"])
def test_a_module_has_the_extensions_of_its_profile_and_no_others(name: str) -> None:
    rig = Rig(name)
    rig.ok("AT+MIPLCREATE")
    extensions = load_profile(name).mipl.extensions
    assert set(extensions) <= CALLS.keys()
    for command, call in CALLS.items():
        answer = rig.ask(call)
        assert (answer[-1] != "ERROR") is (command in extensions), call


def test_only_m5310a_reads_the_lifetime_left_and_only_the_mn316_class_has_a_fota_limit() -> None:
    assert "+MIPLLTRDP" in load_profile("m5310a").mipl.extensions
    assert "+MIPLFOTACFG" not in load_profile("m5310a").mipl.extensions
    assert "+MIPLFOTACFG" in load_profile("onemo").mipl.extensions
    assert "+MIPLLTRDP" not in load_profile("onemo").mipl.extensions


def test_their_other_forms_do_not_exist() -> None:
    rig = Rig(_with("+MIPLUPDATESET", "+MIPLLTRDP", "+MIPLSOTAVER", "+MIPLSOTA"))
    for call in CALLS.values():
        command = call.removeprefix("AT").split("=")[0].rstrip("?")
        for form in {"", "?", "=?"} - {call.removeprefix(f"AT{command}").split("=")[0]}:
            assert rig.ask(f"AT{command}{form}") == ["+CIS ERROR:601"], command + form


def _with(*extensions: str) -> Profile:
    profile = load_profile("onemo")
    mine = tuple(dict.fromkeys((*profile.mipl.extensions, *extensions)))
    return replace(profile, mipl=replace(profile.mipl, extensions=mine))


# --- AT+MIPLCFG ---------------------------------------------------------------------------------------

BY_IMEI, BY_BOTH = IMEI, f"{IMEI};{IMSI}"
URN_IMEI, URN_BOTH = f"urn:imei:{IMEI}", f"urn:imei-imsi:{IMEI}-{IMSI}"


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ("0", BY_BOTH),
        ("0,0", BY_BOTH),
        ("0,1", BY_IMEI),
        ("0,2", BY_BOTH),
        ("0,3", URN_IMEI),
        ('0,"4"', URN_BOTH),
        ("1", BY_IMEI),
        ("1,0", BY_IMEI),
        ("1,2", BY_BOTH),
        ("1,3", URN_IMEI),
        ("2", BY_IMEI),
        ("3", BY_IMEI),
        ("10", BY_BOTH),
        ('10,"my-device;7"', "my-device;7"),
        ('10,"1"', "1"),
        ("10,bare", "bare"),
        (f"10,{'n' * 252}", "n" * 252),
    ],
)
def test_the_platform_decides_the_endpoint_name_in_bootstrap_and_registration(
    onemo_rig: Rig, arguments: str, name: str
) -> None:
    onemo_rig.ok("AT+MIPLCREATE", f'AT+MIPLCFG="platform",0,{arguments}')
    _open(onemo_rig)
    asked = {packet.path: packet.query for packet in onemo_rig.sent if packet.code == wire.POST}
    assert asked["/bs"] == [f"ep={name}"]
    assert asked["/rd"] == ["lwm2m=1.0", f"ep={name}", "b=U", "lt=3000"]


@pytest.mark.parametrize(
    ("arguments", "bindings"), [(None, ["b=U"]), (0, []), (1, ["b=U"]), (2, ["b=UQ"])], ids=str
)
def test_the_binding_stands_in_the_registration(
    onemo_rig: Rig, arguments: int | None, bindings: list[str]
) -> None:
    onemo_rig.create()
    if arguments is not None:
        onemo_rig.ok(f'AT+MIPLCFG="binding",0,{arguments}')
    _open(onemo_rig)
    assert onemo_rig.sent[0].query == ["lwm2m=1.0", f"ep={BY_BOTH}", *bindings, "lt=3000"]


@pytest.mark.parametrize(("arguments", "query"), [(None, []), (0, []), (1, ["b=U"]), (2, ["b=UQ"])], ids=str)
def test_a_binding_that_the_host_chose_stands_in_the_update_too(
    onemo_rig: Rig, arguments: int | None, query: list[str]
) -> None:
    onemo_rig.create()
    if arguments is not None:
        onemo_rig.ok(f'AT+MIPLCFG="binding",0,{arguments}')
    _open(onemo_rig)
    onemo_rig.ok("AT+MIPLUPDATE=0,600,0")
    assert onemo_rig.sent[-1].query == ["lt=600", *query]


@pytest.mark.parametrize(
    "arguments",
    [
        "",
        '"platform"',
        '"platform",0',
        '"platform",1,0',
        '"platform",0,4',
        '"platform",0,9',
        '"platform",0,11',
        '"platform",0,0,5',
        '"platform",0,0,-1',
        '"platform",0,1,name',
        '"platform",0,0,""',
        '"platform",0,10,""',
        f'"platform",0,10,{"n" * 253}',
        '"platform",0,0,1,1',
        '"binding",0',
        '"binding",1,1',
        '"binding",0,3',
        '"binding",0,1,1',
        '"bindings",0,1',
        "0,0,1",
    ],
)
def test_cfg_refuses_what_is_no_setting(onemo_rig: Rig, arguments: str) -> None:
    onemo_rig.ok("AT+MIPLCREATE")
    assert onemo_rig.ask(f"AT+MIPLCFG={arguments}") == ["+CIS ERROR:601"]
    assert "MIPLCFG" in onemo_rig.why


BEFORE_OPEN = ('AT+MIPLCFG="platform",0,1', 'AT+MIPLCFG="binding",0,2', "AT+MIPLUPDATESET=0,1")


@pytest.mark.parametrize("line", BEFORE_OPEN)
def test_cfg_and_updateset_come_between_create_and_open(line: str) -> None:
    rig = Rig(_with("+MIPLUPDATESET"))
    assert rig.ask(line) == ["+CIS ERROR:653"]
    rig.platform.silent = True
    rig.create()
    _open(rig)
    assert rig.ask(line) == ["+CIS ERROR:602"]
    assert "registering" in rig.why
    rig.advance(31)
    rig.text()
    assert rig.ask(line) == ["OK"]
    rig.platform.silent = False
    _open(rig)
    assert rig.ask(line) == ["+CIS ERROR:602"]


def test_cfg_holds_for_the_device_not_for_one_login(onemo_rig: Rig) -> None:
    rig = onemo_rig
    rig.create()
    rig.ok('AT+MIPLCFG="platform",0,10,"one"', 'AT+MIPLCFG="binding",0,2')
    for name, binding in (("one", "UQ"), ("one", "UQ")):
        _open(rig)
        assert rig.sent[-1].query == ["lwm2m=1.0", f"ep={name}", f"b={binding}", "lt=3000"]
        rig.ok("AT+MIPLCLOSE=0")
    rig.ok('AT+MIPLCFG="platform",0,1')
    _open(rig)
    assert rig.sent[-1].query[1] == f"ep={BY_IMEI}"
    rig.ok("AT+MIPLDELETE=0")
    rig.create()
    _open(rig)
    assert rig.sent[-1].query == ["lwm2m=1.0", f"ep={BY_BOTH}", "b=U", "lt=3000"]


# --- AT+MIPLUPDATESET ---------------------------------------------------------------------------------


def _updates(rig: Rig) -> list[tuple[float, list[str]]]:
    """Return when an update went out, and its query."""
    found = [(when, wire.decode(octets)) for when, octets, _ in rig.datagrams]
    return [(when, packet.query) for when, packet in found if packet.path.startswith("/rd/")]


def _updating(lifetime: int = 100) -> Rig:
    rig = Rig(_with("+MIPLUPDATESET"))
    rig.create()
    rig.ok("AT+MIPLUPDATESET=0,1")
    rig.feed(f"AT+MIPLOPEN=0,{lifetime},30\r\n".encode())
    rig.text()
    return rig


def test_the_automatic_update_comes_30_s_before_the_end_again_and_again() -> None:
    rig = _updating()
    rig.advance(215)
    assert _updates(rig) == [(70, ["lt=100"]), (140, ["lt=100"]), (210, ["lt=100"])]
    assert rig.lines() == ["+MIPLEVENT: 0,11"] * 3
    assert rig.ask("AT+MIPLOPEN?") == ["OK", "+MIPLEVENT:0,6"]


def test_a_manual_update_starts_the_clock_anew() -> None:
    rig = _updating()
    rig.advance(50)
    rig.ok("AT+MIPLUPDATE=0,200,0")
    rig.advance(169)
    assert _updates(rig) == [(50, ["lt=200"])]
    rig.advance(1)
    assert _updates(rig)[1:] == [(220, ["lt=200"])]


@pytest.mark.parametrize(("lifetime", "updates"), [(59, []), (60, [30])])
def test_a_lifetime_below_60_s_gets_no_automatic_update(lifetime: int, updates: list[int]) -> None:
    rig = _updating(lifetime)
    rig.advance(59)
    assert [when for when, _ in _updates(rig)] == updates


def test_when_the_automatic_update_fails_the_module_leaves_at_the_end_of_the_lifetime() -> None:
    rig = _updating()
    rig.platform.silent = True
    rig.advance(99)
    assert rig.ask("AT+MIPLOPEN?") == ["OK", "+MIPLEVENT:0,6"]
    rig.advance(1)
    assert rig.lines() == []
    assert rig.ask("AT+MIPLOPEN?") == ["+CIS ERROR:602"]
    sent = len(rig.sent)
    rig.advance(1000)
    assert len(rig.sent) == sent


def test_the_automatic_update_ends_with_the_login_and_may_be_switched_off() -> None:
    rig = _updating()
    rig.ok("AT+MIPLCLOSE=0")
    rig.sent.clear()
    rig.advance(200)
    assert rig.sent == []
    rig.ok("AT+MIPLUPDATESET=0,0")
    rig.feed(b"AT+MIPLOPEN=0,100,30\r\n")
    rig.advance(99)
    assert [packet.path for packet in rig.sent] == ["/rd"]


@pytest.mark.parametrize("arguments", ["", "0", "1,1", "0,2", "0,-1", "0,1,1"])
def test_updateset_takes_0_and_1(arguments: str) -> None:
    rig = Rig(_with("+MIPLUPDATESET"))
    rig.ok("AT+MIPLCREATE")
    assert rig.ask(f"AT+MIPLUPDATESET={arguments}") == ["+CIS ERROR:601"]


# --- AT+MIPLDEVINFO -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ('"183.230.40.149:5683",1', '"183.230.40.149:5683",1'),
        ('"183.230.40.149",0', '"183.230.40.149:5683",0'),
        ('"nbiotacc.heclouds.com:5683",2', '"nbiotacc.heclouds.com:5683",2'),
        ('"nbiotbt.heclouds.com:5683",3,"cmiot"', '"nbiotbt.heclouds.com:5683",3,"cmiot"'),
    ],
)
def test_devinfo_shows_what_createex_was_given(onemo_rig: Rig, arguments: str, shown: str) -> None:
    onemo_rig.ok(f"AT+MIPLCREATEEX={arguments}")
    assert onemo_rig.ask("AT+MIPLDEVINFO?") == [f"+MIPLDEVINFO:{shown}", "OK"]


def test_devinfo_shows_the_server_handed_out_once_a_bootstrap_is_done(onemo_rig: Rig) -> None:
    rig = onemo_rig
    rig.platform.codes["bootstrap"] = wire.FORBIDDEN
    rig.ok('AT+MIPLCREATEEX="nbiotbt.heclouds.com:5683",3,"cmiot"')
    _open(rig)
    before = ['+MIPLDEVINFO:"nbiotbt.heclouds.com:5683",3,"cmiot"', "OK"]
    assert rig.ask("AT+MIPLDEVINFO?") == before
    rig.platform.codes["bootstrap"] = wire.CHANGED
    _open(rig)
    after = ['+MIPLDEVINFO:"183.230.40.40:5683",2,"cmiot"', "OK"]
    assert rig.ask("AT+MIPLDEVINFO?") == after
    rig.ok("AT+MIPLCLOSE=0")
    assert rig.ask("AT+MIPLDEVINFO?") == after
    rig.platform.silent = True
    _open(rig)
    assert rig.ask("AT+MIPLDEVINFO?") == before


def test_devinfo_in_its_own_spacing() -> None:
    for name, blank in (("onemo", " "), ("m5310a", "")):
        rig = Rig(name)
        rig.ok("AT+MIPLCREATE")
        rig.feed(b"AT+MIPLDEVINFO?\r")
        assert rig.text() == f'\r\n+MIPLDEVINFO:{blank}"183.230.40.39:5683",1\r\n\r\nOK\r\n'


# --- without a device, and AT+MIPLDTLSNAT -------------------------------------------------------------


@pytest.mark.parametrize("line", ["AT+MIPLDEVINFO?", "AT+MIPLDTLSNAT=0,120", "AT+MIPLQMGR=0"])
def test_these_need_a_device(onemo_rig: Rig, line: str) -> None:
    assert onemo_rig.ask(line) == ["+CIS ERROR:653"]


@pytest.mark.parametrize("seconds", [0, 60, 120, 2147483647])
def test_the_time_to_a_new_handshake_is_kept(onemo_rig: Rig, seconds: int) -> None:
    onemo_rig.ok("AT+MIPLCREATE", f"AT+MIPLDTLSNAT=0,{seconds}")
    assert onemo_rig.modem.module is not None
    assert onemo_rig.modem.module.device is not None
    assert onemo_rig.modem.module.device.renegotiates_after == seconds


@pytest.mark.parametrize("arguments", ["", "0", "1,60", "0,1", "0,59", "0,-1", "0,2147483648", "0,60,1"])
def test_a_handshake_interval_is_0_or_60_and_more(onemo_rig: Rig, arguments: str) -> None:
    onemo_rig.ok("AT+MIPLCREATE")
    assert onemo_rig.ask(f"AT+MIPLDTLSNAT={arguments}") == ["+CIS ERROR:601"]


# --- AT+MIPLLTRDP -------------------------------------------------------------------------------------


def test_the_lifetime_left_counts_down_and_is_0_without_a_login() -> None:
    rig = Rig("m5310a")
    rig.feed(b"AT+MIPLLTRDP\r")
    assert rig.text() == "\r\n+MIPLLTRDP:0\r\n\r\nOK\r\n"
    rig.login(lifetime=3000)
    assert rig.ask("AT+MIPLLTRDP") == ["+MIPLLTRDP:3000", "OK"]
    rig.advance(913)
    assert rig.ask("AT+MIPLLTRDP") == ["+MIPLLTRDP:2087", "OK"]
    rig.advance(0.5)
    assert rig.ask("AT+MIPLLTRDP") == ["+MIPLLTRDP:2086", "OK"]
    rig.ok("AT+MIPLUPDATE=0,100,0")
    assert rig.ask("AT+MIPLLTRDP") == ["+MIPLLTRDP:100", "OK"]
    rig.advance(100)
    assert rig.ask("AT+MIPLLTRDP") == ["+MIPLLTRDP:0", "OK"]


def test_the_lifetime_left_is_0_after_close() -> None:
    rig = Rig("m5310a")
    rig.login()
    rig.platform.silent = True
    rig.ok("AT+MIPLCLOSE=0")
    assert rig.ask("AT+MIPLLTRDP") == ["+MIPLLTRDP:0", "OK"]


# --- AT+MIPLQMGR --------------------------------------------------------------------------------------


def _count(rig: Rig) -> tuple[int, ...]:
    line, ok = rig.ask("AT+MIPLQMGR=0")
    assert ok == "OK"
    names, numbers = zip(*(part.split("=") for part in line.removeprefix("+MIPLQMGR:0,").split(",")), strict=True)
    assert names == ("QUEUES", "DROPPED", "BUFFERS")
    return tuple(map(int, numbers))


def test_qmgr_in_its_own_spacing() -> None:
    for name, blank in (("onemo", " "), ("m5310a", "")):
        rig = Rig(name)
        rig.login()
        rig.feed(b"AT+MIPLQMGR=0\r")
        assert rig.text() == f"\r\n+MIPLQMGR:{blank}0,QUEUES=0,DROPPED=0,BUFFERS=0\r\n\r\nOK\r\n"


def test_open_requests_and_what_they_hold_are_counted(onemo_rig: Rig) -> None:
    rig = onemo_rig
    rig.login()
    rig.ok("AT+MIPLNMI=0,2,0")
    rig.read("/3200/0")
    write = rig.write_tlv("/3200/0", TEST_TLV)
    execute = rig.request(wire.POST, "/3200/0/5605", payload=b"reset").message_id
    rig.text()
    assert _count(rig) == (3, 0, 12)
    rig.ok(f"AT+MIPLWRITERSP=0,{write},2")
    assert _count(rig) == (2, 0, 5)
    rig.ok(f"AT+MIPLEXECUTERSP=0,{execute},2")
    assert _count(rig) == (1, 0, 0)


def test_dropped_requests_are_counted_until_the_platform_sends_them_again(onemo_rig: Rig) -> None:
    rig = onemo_rig
    rig.login()
    rig.ok("AT+MIPLNMI=0,2,0")
    numbers = [rig.request(wire.PUT, "/3200/0/5750", payload=b"x" * 1000).message_id for _ in range(4)]
    assert _count(rig) == (2, 2, 2000)
    for _ in range(2):
        rig.request(wire.PUT, "/3200/0/5750", payload=b"x" * 1000, message_id=numbers[2])
        assert _count(rig) == (2, 2, 2000)
    rig.ok(f"AT+MIPLWRITERSP=0,{numbers[0]},2")
    rig.request(wire.PUT, "/3200/0/5750", payload=b"x" * 1000, message_id=numbers[2])
    assert _count(rig) == (2, 1, 2000)


def test_of_forty_one_requests_the_oldest_was_dropped(onemo_rig: Rig) -> None:
    onemo_rig.login()
    onemo_rig.ok("AT+MIPLNMI=0,2,0")
    numbers = [onemo_rig.read("/3200/0") for _ in range(41)]
    assert all(later == earlier + 1 for earlier, later in pairwise(numbers))
    assert _count(onemo_rig) == (40, 1, 0)
    assert onemo_rig.ask("AT+MIPLMGR=0")[0] == f"+MIPLREAD:0,{numbers[1]},3200,0,-1"


def test_the_counts_are_those_of_one_login(onemo_rig: Rig) -> None:
    rig = onemo_rig
    rig.login()
    rig.ok("AT+MIPLNMI=0,2,0")
    rig.request(wire.PUT, "/3200/0/5750", payload=b"x" * 1000)
    rig.advance(21)
    rig.read("/3200/0")
    assert _count(rig) == (1, 1, 0)
    rig.ok("AT+MIPLCLOSE=0")
    rig.text()
    assert _count(rig) == (0, 0, 0)


def test_a_full_buffer_that_is_switched_on_late_drops_a_repeat_and_goes_on(onemo_rig: Rig) -> None:
    rig = onemo_rig
    rig.login()
    numbers = [rig.request(wire.PUT, "/3200/0/5750", payload=b"x" * 1000).message_id for _ in range(3)]
    rig.ok("AT+MIPLNMI=0,2,0")
    for number in numbers:
        rig.request(wire.PUT, "/3200/0/5750", payload=b"x" * 1000, message_id=number)
    rig.text()
    assert _count(rig) == (2, 1, 2000)


@pytest.mark.parametrize("arguments", ["", "1", "0,0"])
def test_qmgr_takes_the_reference_alone(onemo_rig: Rig, arguments: str) -> None:
    onemo_rig.login()
    assert onemo_rig.ask(f"AT+MIPLQMGR={arguments}") == ["+CIS ERROR:601"]


# --- AT+MIPLFOTACFG -----------------------------------------------------------------------------------


def test_the_limit_of_a_firmware_update_is_read_set_and_kept(rig: Rig) -> None:
    rig.feed(b'AT+MIPLFOTACFG="timeout"\r')
    assert rig.text() == '\r\n+MIPLFOTACFG: "timeout",360\r\n\r\nOK\r\n'
    for hours in (1, 1440):
        assert rig.ask(f'AT+MIPLFOTACFG="timeout",{hours}') == ["OK"]
        assert rig.ask('AT+MIPLFOTACFG="timeout"') == [f'+MIPLFOTACFG:"timeout",{hours}', "OK"]
    rig.feed(b"AT+MREBOOT\r")
    rig.text()
    assert rig.ask('AT+MIPLFOTACFG="timeout"') == ['+MIPLFOTACFG:"timeout",1440', "OK"]


@pytest.mark.parametrize(
    "arguments", ["", '"timeout",0', '"timeout",1441', '"timeout",x', '"time",1', '"timeout",1,1']
)
def test_a_firmware_update_may_take_1_to_1440_hours(rig: Rig, arguments: str) -> None:
    assert rig.ask(f"AT+MIPLFOTACFG={arguments}") == ["+CIS ERROR:601"]
