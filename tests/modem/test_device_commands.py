"""CREATE, CREATEEX, DELETE, ADDOBJ, DELOBJ, DISCOVERRSP, VER: every form, limit, precondition and number."""

from __future__ import annotations

import pytest

from tests.modem import wire
from tests.modem.conftest import ACCESS, BOOTSTRAP, DIRECT_CODE, DIRECT_CREATE, Rig

# Error numbers by family: device exists, no device, object exists or no instance, no object.
EXISTS = {"O": 653, "C": 602}
MISSING = {"O": 653, "C": 601}


def _error(rig: Rig, table: dict[str, int]) -> list[str]:
    return [f"+CIS ERROR:{table[rig.family]}"]


def test_create_answers_with_the_reference_in_the_modules_spacing() -> None:
    rig = Rig("onemo")
    rig.feed(b"AT+MIPLCREATE\r")
    assert rig.text() == "\r\n+MIPLCREATE: 0\r\n\r\nOK\r\n"
    for name in ("m5310a", "m5310"):
        rig = Rig(name)
        rig.feed(b"AT+MIPLCREATE\r")
        assert rig.text() == "\r\n+MIPLCREATE:0\r\n\r\nOK\r\n"


@pytest.mark.parametrize(
    "line",
    [
        f"AT+MIPLCREATE=49,{DIRECT_CODE},0,49,0",
        f'AT+MIPLCREATE=49,"{DIRECT_CODE}",0,49,0',
        f"AT+MIPLCREATE=49,{DIRECT_CODE.lower()},0,49,0 ",
        f"at+miplcreate=49,{DIRECT_CODE},0,49,0",
        f"AT+MIPLCREATE= 49 , {DIRECT_CODE} , 0 , 49 , 0",
    ],
)
def test_a_register_code_may_be_written_in_every_way_that_drivers_write_it(any_rig: Rig, line: str) -> None:
    assert any_rig.ask(line) == ["+MIPLCREATE:0", "OK"]
    assert any_rig.modem.module is not None
    assert any_rig.modem.module.device is not None
    assert any_rig.modem.module.device.server.peer == ACCESS


def test_the_sizes_of_a_register_code_may_count_hex_digits_in_family_o(any_rig: Rig) -> None:
    answer = {"O": ["+MIPLCREATE:0", "OK"], "C": ["+CIS ERROR:601"]}[any_rig.family]
    assert any_rig.ask(f"AT+MIPLCREATE=98,{DIRECT_CODE},0,98,0") == answer


@pytest.mark.parametrize(
    "arguments",
    [
        "",
        "49",
        f"50,{DIRECT_CODE},0,49,0",
        f"49,{DIRECT_CODE},0,48,0",
        f"49,{DIRECT_CODE},1,49,0",
        f"49,{DIRECT_CODE},0,49,1",
        f"49,{DIRECT_CODE},0,49,3",
        f"49,{DIRECT_CODE[:-1]},0,49,0",
        f"49,{DIRECT_CODE[:-2]}ZZ,0,49,0",
        f"0,{DIRECT_CODE},0,49,0",
        f"49,{DIRECT_CODE},-1,49,0",
        f"49,{DIRECT_CODE},0,49,0,0",
        f"49,03{DIRECT_CODE[2:]},0,49,0",
        '49,"",0,49,0',
    ],
)
def test_a_register_code_that_does_not_fit_is_601_and_makes_no_device(any_rig: Rig, arguments: str) -> None:
    assert any_rig.ask(f"AT+MIPLCREATE={arguments}") == ["+CIS ERROR:601"]
    assert any_rig.why
    assert any_rig.modem.module is not None
    assert any_rig.modem.module.device is None


def test_a_register_code_in_fragments_answers_ok_until_the_last_one(any_rig: Rig) -> None:
    first, second, third = DIRECT_CODE[:40], DIRECT_CODE[40:80], DIRECT_CODE[80:]
    assert any_rig.ask(f"AT+MIPLCREATE=49,{first},2,20,1") == ["OK"]
    assert any_rig.ask(f"AT+MIPLCREATE=49,{second},1,20,2") == ["OK"]
    assert any_rig.ask(f"AT+MIPLCREATE=49,{third},0,9,0") == ["+MIPLCREATE:0", "OK"]


def test_fragments_count_down_one_by_one(any_rig: Rig) -> None:
    any_rig.ok(f"AT+MIPLCREATE=49,{DIRECT_CODE[:40]},3,20,1")
    assert any_rig.ask(f"AT+MIPLCREATE=49,{DIRECT_CODE[40:]},0,29,0") == ["+CIS ERROR:601"]
    assert "counts down" in any_rig.why


def test_a_last_fragment_without_the_first_is_refused(any_rig: Rig) -> None:
    assert any_rig.ask(f"AT+MIPLCREATE=49,{DIRECT_CODE[40:]},0,29,0") == ["+CIS ERROR:601"]


@pytest.mark.parametrize(
    ("host", "flag", "address", "port", "bootstrap"),
    [
        ('"nbiotbt.heclouds.com:5683"', 1, "nbiotbt.heclouds.com", 5683, True),
        ("coap://nbiotbt.heclouds.com:5683", 1, "nbiotbt.heclouds.com", 5683, True),
        ("183.230.40.39:5683", 0, "183.230.40.39", 5683, False),
        ('"183.230.40.40"', 2, "183.230.40.40", 5683, False),
        ('"10.0.0.1:6001"', 3, "10.0.0.1", 6001, True),
    ],
)
def test_createex_takes_hosts_bare_quoted_and_with_a_scheme(
    onemo_rig: Rig,
    host: str,
    flag: int,
    address: str,
    port: int,
    bootstrap: bool,  # noqa: FBT001
) -> None:
    assert onemo_rig.ask(f"AT+MIPLCREATEEX={host},{flag}") == ["+MIPLCREATEEX:0", "OK"]
    assert onemo_rig.modem.module is not None
    assert onemo_rig.modem.module.device is not None
    server = onemo_rig.modem.module.device.server
    assert (server.peer.host, server.peer.port, server.bootstrap) == (address, port, bootstrap)


@pytest.mark.parametrize(
    ("arguments", "number"),
    [
        ("", 601),
        ('"h:5683"', 601),
        ('"h:5683",4', 601),
        ('"h:0",1', 601),
        ('"h:65536",1', 601),
        ('"a b",1', 601),
        ('"",1', 601),
        (f'"h",1,"{"x" * 271}"', 601),
        ('"h",1,"a","","",2', 601),
        ('"h",1,"a","","",0,7', 601),
        ('"h:5684",1', 651),
        ('"h:5683",1,,"1234abcd"', 651),
    ],
)
def test_createex_refuses_what_it_cannot_use(onemo_rig: Rig, arguments: str, number: int) -> None:
    assert onemo_rig.ask(f"AT+MIPLCREATEEX={arguments}") == [f"+CIS ERROR:{number}"]


def test_createex_may_leave_its_last_fields_empty(onemo_rig: Rig) -> None:
    onemo_rig.ok('AT+MIPLCREATEEX="10.0.0.1:5683",0,,,,0')


def test_the_cis_grammar_has_no_createex_and_no_buffered_mode(cis_rig: Rig) -> None:
    for line in ('AT+MIPLCREATEEX="10.0.0.1:5683",0', "AT+MIPLNMI?", "AT+MIPLMGR=0"):
        assert cis_rig.ask(line) == ["ERROR"]


def test_a_second_device_is_refused(any_rig: Rig) -> None:
    any_rig.ok("AT+MIPLCREATE")
    assert any_rig.ask("AT+MIPLCREATE") == _error(any_rig, EXISTS)
    assert any_rig.ask(f"AT+MIPLCREATE=49,{DIRECT_CODE},0,49,0") == _error(any_rig, EXISTS)
    assert any_rig.modem.module is not None
    assert any_rig.modem.module.device is not None
    assert any_rig.modem.module.device.server.peer == BOOTSTRAP


@pytest.mark.parametrize(
    "line",
    [
        "AT+MIPLDELETE=0",
        'AT+MIPLADDOBJ=0,3200,1,"1",0,0',
        "AT+MIPLDELOBJ=0,3200",
        "AT+MIPLOPEN=0,3000,30",
        "AT+MIPLUPDATE=0,3000,0",
        "AT+MIPLCLOSE=0",
        'AT+MIPLNOTIFY=0,0,3200,0,5750,1,4,"abcd",0,0',
        "AT+MIPLREADRSP=0,1,11",
        "AT+MIPLWRITERSP=0,1,2",
        "AT+MIPLEXECUTERSP=0,1,2",
        "AT+MIPLOBSERVERSP=0,1,1",
        "AT+MIPLPARAMETERRSP=0,1,2",
        'AT+MIPLDISCOVERRSP=0,3200,1,4,"5750"',
    ],
)
def test_without_a_device_every_command_answers_at_once_with_an_error(any_rig: Rig, line: str) -> None:
    assert any_rig.ask(line) == _error(any_rig, MISSING)
    assert "AT+MIPLCREATE" in any_rig.why


@pytest.mark.parametrize(
    "line",
    [
        "AT+MIPLUPDATE=0,3000,0",
        "AT+MIPLCLOSE=0",
        "AT+MIPLREADRSP=0,1,11",
        "AT+MIPLWRITERSP=0,1,2",
        "AT+MIPLEXECUTERSP=0,1,2",
        "AT+MIPLOBSERVERSP=0,1,1",
        "AT+MIPLPARAMETERRSP=0,1,2",
    ],
)
def test_before_a_login_there_is_nothing_to_answer_or_report(any_rig: Rig, line: str) -> None:
    any_rig.create()
    assert any_rig.ask(line) == _error(any_rig, {"O": 602, "C": 601})
    assert "not logged in" in any_rig.why


@pytest.mark.parametrize(("name", "number"), [("onemo", 602), ("m5311", 602), ("m5310", 601)])
def test_before_a_login_there_is_nothing_to_report(name: str, number: int) -> None:
    rig = Rig(name)
    rig.create()
    assert rig.ask('AT+MIPLNOTIFY=0,0,3200,0,5750,1,4,"abcd",0,0') == [f"+CIS ERROR:{number}"]
    assert "not logged in" in rig.why


@pytest.mark.parametrize(
    "line",
    [
        "AT+MIPLDELETE=1",
        'AT+MIPLADDOBJ=1,3200,1,"1",0,0',
        "AT+MIPLDELOBJ=1,3200",
        "AT+MIPLOPEN=1,3000",
        "AT+MIPLUPDATE=1,3000,0",
        "AT+MIPLCLOSE=1",
        "AT+MIPLDELETE",
        "AT+MIPLDELETE?",
        "AT+MIPLDELETE=?",
        "AT+MIPLCREATE?",
        "AT+MIPLCREATE=?",
        "AT+MIPLOPEN",
        "AT+MIPLOPEN=?",
        "AT+MIPLVER",
        "AT+MIPLVER=1",
        "AT+MIPLNOTIFY?",
        "AT+MIPLDELETE=0,0",
        "AT+MIPLDELETE=x",
        'AT+MIPLDELETE="0',
        "AT+MIPLOPEN=0",
        "AT+MIPLOPEN=0,3000,0",
        "AT+MIPLOPEN=0,3000,65536",
        "AT+MIPLUPDATE=0,3000",
        "AT+MIPLUPDATE=0,3000,2",
        'AT+MIPLADDOBJ=0,65536,1,"1",0,0',
        'AT+MIPLADDOBJ=0,3201,0,"",0,0',
        'AT+MIPLADDOBJ=0,3201,2,"1",0,0',
        'AT+MIPLADDOBJ=0,3201,1,"x",0,0',
        'AT+MIPLADDOBJ=0,3201,1,"1",-1,0',
        'AT+MIPLADDOBJ=0,3201,1,"1",0',
    ],
)
def test_a_wrong_form_reference_or_parameter_is_601(any_rig: Rig, line: str) -> None:
    any_rig.create()
    assert any_rig.ask(line) == ["+CIS ERROR:601"]
    assert any_rig.why


def test_an_unknown_command_is_a_plain_error_at_every_level(any_rig: Rig) -> None:
    for level in (0, 1, 2):
        any_rig.ok(f"AT+CMEE={level}")
        assert any_rig.ask("AT+MIPLNONSENSE=0") == ["ERROR"]


@pytest.mark.parametrize(
    ("name", "level", "text"),
    [
        ("onemo", 0, "ERROR"),
        ("onemo", 1, "+CIS ERROR: 653"),
        ("onemo", 2, "+CIS ERROR: resource error"),
        ("m5310a", 1, "+CIS ERROR:653"),
        ("m5310", 1, "+CIS ERROR:601"),
        ("m5310", 2, "+CIS ERROR:parameter error"),
    ],
)
def test_cmee_decides_how_an_error_is_said(name: str, level: int, text: str) -> None:
    rig = Rig(name)
    rig.ok(f"AT+CMEE={level}")
    rig.feed(b"AT+MIPLDELETE=0\r")
    assert rig.text() == f"\r\n{text}\r\n"


def test_numbers_are_the_default_level(any_rig: Rig) -> None:
    assert any_rig.ask("AT+CMEE?") == ["+CMEE:1", "OK"]


def test_the_left_end_of_a_bitmap_is_instance_0(any_rig: Rig) -> None:
    any_rig.create((3200, "10010"))
    assert any_rig.modem.module is not None
    assert any_rig.modem.module.device is not None
    assert any_rig.modem.module.device.objects[3200].instances == (0, 3)


@pytest.mark.parametrize("bitmap", ["11", '"11"'])
def test_a_bitmap_may_be_bare(any_rig: Rig, bitmap: str) -> None:
    any_rig.ok("AT+MIPLCREATE", f"AT+MIPLADDOBJ=0,3303,2,{bitmap},0,1")


def test_an_object_twice_none_of_its_instances_or_none_at_all_are_refused(any_rig: Rig) -> None:
    any_rig.create()
    for line in (
        'AT+MIPLADDOBJ=0,3200,1,"1",0,0',
        'AT+MIPLADDOBJ=0,3201,2,"00",0,0',
        "AT+MIPLDELOBJ=0,3201",
    ):
        assert any_rig.ask(line) == _error(any_rig, MISSING)
    any_rig.ok("AT+MIPLDELOBJ=0,3200", 'AT+MIPLADDOBJ=0,3200,1,"1",0,0')


def test_deleting_an_object_ends_its_observations(onemo_rig: Rig) -> None:
    onemo_rig.login()
    onemo_rig.ok("AT+MIPLDELOBJ=0,3200", 'AT+MIPLADDOBJ=0,3200,1,"1",0,0')
    assert onemo_rig.ask('AT+MIPLNOTIFY=0,0,3200,0,5750,1,4,"abcd",0,0') == ["+CIS ERROR:653"]


@pytest.mark.parametrize(
    "tail",
    [
        '1,9,"5700;5701"',
        "1,9,5700;5701",
        '1,19,"5700;5700;5700;5700"',
        '1,10,"5700;5701;"',
        "1,10,5700;5701;",
        '1,3,"5700"',
        '1,0,""',
        '1,9,"5700;5701",0',
        "11",
    ],
)
def test_a_list_of_resources_may_repeat_ids_end_in_a_semicolon_and_miscount(onemo_rig: Rig, tail: str) -> None:
    onemo_rig.create()
    onemo_rig.ok(f"AT+MIPLDISCOVERRSP=0,3200,{tail}")


@pytest.mark.parametrize(
    "tail", ['1,4,"57;x"', '1,4,";5700"', '1,5,"65536"', '1,6,"570000"', "2", "16", '1,-1,"1"']
)
def test_a_list_that_is_none_is_601(any_rig: Rig, tail: str) -> None:
    any_rig.login((3200, "1"))
    assert any_rig.ask(f"AT+MIPLDISCOVERRSP=0,3200,{tail}") == ["+CIS ERROR:601"]


def test_resources_of_an_object_never_added_are_refused(onemo_rig: Rig) -> None:
    onemo_rig.create()
    assert onemo_rig.ask('AT+MIPLDISCOVERRSP=0,3201,1,4,"5750"') == ["+CIS ERROR:653"]


@pytest.mark.parametrize(("name", "line"), [("onemo", "+MIPLVER: 2.3.0"), ("m5310", "+MIPLVER:2.2.0")])
def test_ver_is_read(name: str, line: str) -> None:
    rig = Rig(name)
    rig.feed(b"AT+MIPLVER?\r")
    assert rig.text() == f"\r\n{line}\r\n\r\nOK\r\n"


def test_close_delobj_and_delete_without_a_session_answer_at_once(any_rig: Rig) -> None:
    for line in ("AT+MIPLCLOSE=0", "AT+MIPLDELOBJ=0,3303", "AT+MIPLDELETE=0"):
        assert len(any_rig.ask(line)) == 1


# --- what programs for one module rely on ----------------------------------------------------------


def test_an_m5310a_takes_reports_before_a_login_as_declarations() -> None:
    rig = Rig("m5310a")
    rig.ok(DIRECT_CREATE, 'AT+MIPLADDOBJ=0,3200,1,"1",1,0', 'AT+MIPLADDOBJ=0,3201,1,"2",1,0')
    rig.feed(b'AT+MIPLNOTIFY=0,0,3200,0,5750,1,5,"heart",0,0\r\nAT+MIPLNOTIFY=0,0,3201,0,5750,1,3,"can",0,0\r\n')
    assert rig.text() == "\r\nOK\r\n\r\nOK\r\n"
    assert rig.sent == []
    assert rig.ask('AT+MIPLNOTIFY=0,0,3202,0,5750,1,4,"rj45",0,0') == ["+CIS ERROR:653"]
    rig.ok("AT+MIPLOPEN=0,600,30")
    rig.request(wire.GET, "/3200", options=((wire.ACCEPT, b"\x28"),))
    assert rig.sent[-1].payload == b"</3200>,</3200/0>,</3200/0/5750>"


@pytest.mark.parametrize("name", ["onemo", "m5310"])
def test_others_want_ones_and_zeros_in_a_bitmap(name: str) -> None:
    rig = Rig(name)
    rig.create()
    assert rig.ask('AT+MIPLADDOBJ=0,3201,1,"2",0,0') == ["+CIS ERROR:601"]


def test_an_m5310a_has_the_old_name_of_delete_too() -> None:
    rig = Rig("m5310a")
    rig.create()
    assert rig.ask("AT+MIPLDEL=0") == ["OK"]
    assert rig.ask("AT+MIPLDEL=0") == ["+CIS ERROR:653"]
    assert Rig("onemo").ask("AT+MIPLDEL=0") == ["ERROR"]
