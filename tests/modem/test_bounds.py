"""Bounds, preconditions, test forms and references: what each module's commands take beyond their grammar."""

from __future__ import annotations

import pytest

from tests.modem.conftest import ACCESS, Rig

# --- limits of CREATE, ADDOBJ, OPEN and UPDATE ----------------------------------------------------


def _code(octets: int) -> str:
    """Return a register code of that many octets: layout C for 183.230.40.40:5683, user data to fill it up."""
    filler = "1" * (octets - 49)
    net = bytes((4, 0, 0x11, 0)) + bytes(6) + b"\0\x12183.230.40.40:5683" + bytes((0, len(filler)))
    items = b"\xf1\0\3\xf2\0" + bytes((len(net) + 3 + len(filler),)) + net + filler.encode()
    return (b"\x13\0" + bytes((octets,)) + items + bytes.fromhex("F30008E400C80000")).hex()


@pytest.mark.parametrize(
    ("name", "octets", "answer"),
    [
        ("mt2625", 56, ["+MIPLCREATE:0", "OK"]),
        ("mt2625", 57, ["+CIS ERROR:651"]),
        ("xy1100", 119, ["+MIPLCREATE:0", "OK"]),
        ("xy1100", 120, ["+CIS ERROR:601"]),
        ("bc95", 120, ["+MIPLCREATE:0", "OK"]),
        ("onemo", 120, ["+MIPLCREATE:0", "OK"]),
    ],
)
def test_a_register_code_has_a_greatest_size(name: str, octets: int, answer: list[str]) -> None:
    rig = Rig(name)
    assert rig.ask(f"AT+MIPLCREATE={octets},{_code(octets)},0,{octets},0") == answer


def test_an_xy1100_takes_a_longer_register_code_in_fragments() -> None:
    rig, code = Rig("xy1100"), _code(130)
    assert rig.ask(f"AT+MIPLCREATE=130,{code[:200]},1,100,1") == ["OK"]
    assert rig.ask(f"AT+MIPLCREATE=130,{code[200:]},0,30,0") == ["+MIPLCREATE:0", "OK"]


def test_an_mt2625_tells_a_wrong_size_from_a_wrong_code() -> None:
    rig, code = Rig("mt2625"), _code(50)
    for line in (f"50,{code},0,49,0", f"49,{code},0,50,0", f"50,{code[:-1]},0,50,0", "50"):
        assert rig.ask(f"AT+MIPLCREATE={line}") == ["+CIS ERROR:652"]
    assert rig.ask(f"AT+MIPLCREATE=50,03{code[2:]},0,50,0") == ["+CIS ERROR:654"]


@pytest.mark.parametrize(
    ("name", "most", "error"), [("xy1100", 8, 601), ("bc260y", 8, 652), ("ec616", 100, 601), ("onemo", 64, 601)]
)
def test_an_object_has_so_many_instances_at_most(name: str, most: int, error: int) -> None:
    rig = Rig(name)
    rig.ok("AT+MIPLCREATE", f'AT+MIPLADDOBJ=0,3200,{most},"{"1" * most}",1,0')
    assert rig.ask(f'AT+MIPLADDOBJ=0,3201,{most + 1},"{"1" * (most + 1)}",1,0') == [f"+CIS ERROR:{error}"]


@pytest.mark.parametrize(
    ("name", "arguments", "answer"),
    [
        ("ec616", "15,30", "OK"), ("ec616", "4294967295,65535", "OK"), ("ec616", "15", "OK"),
        ("ec616", "15,29", "+CIS ERROR:601"), ("ec616", "14,30", "+CIS ERROR:601"),
        ("bc260y", "15,1", "OK"), ("bc260y", "268435455,65535", "OK"), ("bc260y", "15,0", "+CIS ERROR:652"),
        ("bc260y", "15,65536", "+CIS ERROR:652"), ("xy1100", "268435456", "+CIS ERROR:601"),
        ("mt2625", "14", "+CIS ERROR:654"), ("mt2625", "268435456", "+CIS ERROR:654"), ("mt2625", "15", "OK"),
        ("mt2625", "x", "+CIS ERROR:652"),
    ],
)  # fmt: skip
def test_open_has_bounds(name: str, arguments: str, answer: str) -> None:
    rig = Rig(name)
    rig.create()
    assert rig.ask(f"AT+MIPLOPEN=0,{arguments}")[0] == answer


@pytest.mark.parametrize(
    ("lifetime", "sent"),
    [(0, 3000), (15, 3000), (16, 16), (268435454, 268435454), (268435455, 3000), (4294967295, 3000)],
)
def test_an_mt2625_keeps_its_lifetime_where_an_update_asks_for_one_out_of_bounds(lifetime: int, sent: int) -> None:
    rig = Rig("mt2625")
    rig.login()
    rig.ok(f"AT+MIPLUPDATE=0,{lifetime},0")
    assert rig.sent[-1].query == [f"lt={sent}"]


# --- without a network ----------------------------------------------------------------------------

_NEED = {
    "CREATE": "", "ADDOBJ": '=0,3200,1,"1",1,0', "OPEN": "=0,3000", "NOTIFY": "=0,1,3200,0,5750,3,4,7,0,0",
    "DELOBJ": "=0,3200", "UPDATE": "=0,0,0", "CLOSE": "=0", "READRSP": "=0,1,11", "WRITERSP": "=0,1,2",
    "EXECUTERSP": "=0,1,2", "OBSERVERSP": "=0,1,1", "DISCOVERRSP": '=0,1,1,4,"5750"', "PARAMETERRSP": "=0,1,2",
    "DELETE": "=0",
}  # fmt: skip


_EC616 = dict.fromkeys((set(_NEED) - {"ADDOBJ", "DELOBJ", "DELETE", "CLOSE"}), 655)


@pytest.mark.parametrize(
    ("name", "errors"),
    [
        ("onemo", {"OPEN": 100}),
        ("mt2625", {"OPEN": 654}),
        ("ec616", {**_EC616, "DISCOVERRSP": 601}),
        ("xy1100", {**dict.fromkeys(_NEED, 8009), "ADDOBJ": 601, "OPEN": 100}),
    ],
)
def test_without_a_network_some_commands_are_refused(name: str, errors: dict[str, int]) -> None:
    for command, arguments in _NEED.items():
        rig = Rig(name)
        if command != "CREATE":
            rig.ok("AT+MIPLCREATE")
        rig.ok("AT+CGATT=0")
        refused = "the module is detached" in (rig.ask(f"AT+MIPL{command}{arguments}") and rig.why)
        assert refused == (command in errors), command
        rig.ok("AT+CMEE=1")
        answer = rig.ask(f"AT+MIPL{command}{arguments}")
        assert not refused or answer == [f"+CIS ERROR:{errors[command]}"]


# --- test forms -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "command", "printed"),
    [
        ("xy1100", "DELETE", "+MIPLDELETE: <ref>"),
        ("xy1100", "ADDOBJ", "+MIPLADDOBJ: <ref>,<objID>,<inscount>,<insbitmap>,<attrcount>,<actcount>"),
        ("xy1100", "DELOBJ", "+MIPLDELOBJ: <ref>,<objID>"),
        ("xy1100", "OPEN", "+MIPLOPEN: <ref>,<lifetime>[,<timeout>]"),
        ("xy1100", "UPDATE", "+MIPLUPDATE: <ref>,<lifetime>,<with_object_flag>[,<raimode>]"),
        ("xy1100", "WRITERSP", "+MIPLWRITERSP: <ref>,<msgID>,<result>[,<raimode>]"),
        ("xy1100", "CONFIG", "+MIPLCONFIG: <mode>,<parameter1>[,<parameter2>]"),
        ("ec616", "ADDOBJ", '+MIPLADDOBJ: (0),(0-0xFFFF),(0-0xFFFF),"<instanceBitmap>",(0-0xFFFF),(0-0xFFFF)'),
        ("ec616", "OPEN", "+MIPLOPEN: (0),(0xF-0xFFFFFFF),(30-0xFFFF)"),
        ("ec616", "CONFIG", "+MIPLCONFIG: (0,7),<parameter1>[,<parameter2>]"),
        ("bc260y", "DELETE", "+MIPLDELETE: (0)"),
        ("bc260y", "CONFIG", '+MIPLCONFIG: (0),(0,1),(0,1),"ip","port"'),
        ("bc260y", "DELOBJ", "+MIPLDELOBJ: (0),(0-0xFFFF)"),
        ("bc260y", "UPDATE", "+MIPLUPDATE: (0),(0x0-0x0FFFFFFF),(0-1),(0-2)"),
        ("bc260y", "DISCOVERRSP", "+MIPLDISCOVERRSP: (0),(0-0xFFFFFFF),(1,11-15),(1-0xFF),<valuestring>,(0-2)"),
        ("bc260y", "ADDOBJ", "+MIPLADDOBJ: (0),(0-0xFFFF),(0-0xFFFF),<instanceBitmap>,(0-0xFFFF),(0-0xFFFF)"),
        ("bc260y", "OPEN", "+MIPLOPEN: (0),(0xF-0xFFFFFFF),(1-0xFFFF)"),
    ],
)
def test_some_modules_have_test_forms(name: str, command: str, printed: str) -> None:
    rig = Rig(name)
    rig.feed(f"AT+MIPL{command}=?\r".encode())
    assert rig.text() == f"\r\n{printed}\r\n\r\nOK\r\n"


@pytest.mark.parametrize(
    ("name", "error"), [("onemo", 601), ("m5310a", 601), ("xy1100", 601), ("ec616", 651), ("mt2625", 653)]
)
@pytest.mark.parametrize("form", ["CREATE?", "CREATE=?", "DELETE?", "ADDOBJ?", "UPDATE?", "VER=1", "VER=?"])
def test_the_other_forms_do_not_exist(name: str, error: int, form: str) -> None:
    assert Rig(name).ask(f"AT+MIPL{form}") == [f"+CIS ERROR:{error}"]


# --- references and stored register codes ---------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "wrong", "missing"),
    [("onemo", 601, 601), ("xy1100", 601, 601), ("mt2625", 655, 652), ("me3616", 655, 652)],
)
@pytest.mark.parametrize(
    "command", ["OPEN=1,3000", "CLOSE=7", "DELETE=1", 'ADDOBJ=1,3200,1,"1",0,0', "READRSP=9,1,11"]
)
def test_a_wrong_reference_has_a_number_of_its_own(name: str, wrong: int, missing: int, command: str) -> None:
    rig = Rig(name)
    rig.create()
    assert rig.ask(f"AT+MIPL{command}") == [f"+CIS ERROR:{wrong}"]
    assert rig.ask(f"AT+MIPL{command.partition('=')[0]}=") == [f"+CIS ERROR:{missing}"]


def test_an_xy1100_deletes_without_a_device_the_fragments_of_a_register_code() -> None:
    rig, code = Rig("xy1100"), _code(130)
    assert rig.ask("AT+MIPLDELETE=0") == ["+CIS ERROR:601"]
    rig.ok(f"AT+MIPLCREATE=130,{code[:200]},1,100,1", "AT+MIPLDELETE=0")
    assert rig.ask("AT+MIPLDELETE=0") == ["+CIS ERROR:601"]
    rig.ok(f"AT+MIPLCREATE=50,{_code(50)},0,50,0", "AT+MIPLDELETE=0")
    assert rig.ask("AT+MIPLDELETE=0") == ["+CIS ERROR:601"]


def test_an_xy1100_keeps_its_register_code_for_the_exec_form() -> None:
    rig = Rig("xy1100")
    rig.ok(f"AT+MIPLCREATE=50,{_code(50)},0,50,0", "AT+MIPLDELETE=0", "AT+MIPLCREATE", "AT+MIPLOPEN=0,3000")
    assert rig.sent[0].path == "/rd"


# --- EC616 ----------------------------------------------------------------------------------------


def test_an_ec616_takes_ten_objects() -> None:
    rig = Rig("ec616")
    rig.ok("AT+MIPLCREATE", *(f'AT+MIPLADDOBJ=0,{number},1,"1",1,0' for number in range(3200, 3210)))
    assert rig.ask('AT+MIPLADDOBJ=0,3300,1,"1",1,0') == ["+CIS ERROR:659"]
    rig.ok("AT+MIPLDELOBJ=0,3200", 'AT+MIPLADDOBJ=0,3300,1,"1",1,0')


@pytest.mark.parametrize(
    ("command", "error"),
    [
        ("CLOSE=0", 602),
        ("NOTIFY=0,1,3200,0,5750,3,4,7,0,0", 655),
        ("UPDATE=0,0,0", 655),
        ("WRITERSP=0,1,2", 652),
        ("READRSP=0,1,11", 652),
    ],
)
def test_an_ec616_that_is_not_logged_in_has_an_error_for_each_command(command: str, error: int) -> None:
    rig = Rig("ec616")
    rig.create()
    assert rig.ask(f"AT+MIPL{command}") == [f"+CIS ERROR:{error}"]


# --- BC260Y ---------------------------------------------------------------------------------------


def test_a_bc260y_takes_no_register_code() -> None:
    rig = Rig("bc260y")
    for arguments in (f"50,{_code(50)},0,50,0", "50", ""):
        assert rig.ask(f"AT+MIPLCREATE={arguments}") == ["+CIS ERROR:653"]
    assert rig.ask("AT+MIPLCREATE=?") == ["+CIS ERROR:652"]
    assert rig.ask("AT+MIPLCREATE") == ["+MIPLCREATE:0", "OK"]


@pytest.mark.parametrize(
    ("state", "command", "answer"),
    [
        ("no device", "DELETE=0", "+CIS ERROR:655"), ("no device", "CLOSE=0", "+CIS ERROR:655"),
        ("no device", 'ADDOBJ=0,3200,1,"1",1,0', "+CIS ERROR:653"), ("no device", "OPEN=0,3000", "+CIS ERROR:653"),
        ("no device", "UPDATE=0,0,0", "+CIS ERROR:653"), ("no device", "READRSP=0,1,11", "+CIS ERROR:653"),
        ("created", "CREATE", "+CIS ERROR:653"), ("created", "CLOSE=0", "OK"),
        ("created", "CLOSE=1", "+CIS ERROR:652"),
        ("created", 'ADDOBJ=0,3200,1,"1",1,0', "+CIS ERROR:654"), ("created", "DELOBJ=0,3201", "+CIS ERROR:655"),
        ("created", "UPDATE=0,0,0", "+CIS ERROR:654"), ("created", "WRITERSP=0,1,2", "+CIS ERROR:652"),
        ("created", "OPEN=0,14", "+CIS ERROR:652"),
        ("created", "NOTIFY=0,1,3200,0,5750,3,4,7,0,0", "+CIS ERROR:652"),
        ("logged in", "OPEN=0,3000", "+CIS ERROR:653"), ("logged in", "WRITERSP=0,9,2", "+CIS ERROR:652"),
        ("logged in", "NOTIFY=0,1,3201,0,5750,3,4,7,0,0", "+CIS ERROR:652"),
        ("logged in", "UPDATE=0,14,0", "+CIS ERROR:652"),
    ],
)  # fmt: skip
def test_a_bc260y_has_errors_of_its_own(state: str, command: str, answer: str) -> None:
    rig = Rig("bc260y")
    if state == "created":
        rig.create()
    elif state == "logged in":
        rig.login()
        rig.text()
    assert rig.ask(f"AT+MIPL{command}") == [answer]


def test_a_bc260y_registers_for_an_hour_where_open_says_0() -> None:
    rig = Rig("bc260y")
    rig.create()
    rig.ok("AT+MIPLOPEN=0,0")
    assert "lt=3600" in rig.sent[0].query


def test_a_bc260y_without_a_network_adds_objects_only() -> None:
    rig = Rig("bc260y")
    rig.ok("AT+MIPLCREATE", "AT+CGATT=0", "AT+CMEE=1")
    for command, arguments in _NEED.items():
        expected = "OK" if command == "ADDOBJ" else "+CIS ERROR:655"
        assert rig.ask(f"AT+MIPL{command}{arguments}") == [expected], command


@pytest.mark.parametrize(
    ("arguments", "kept"),
    [
        ("0,1,0,192.0.2.7,5700,0", "0,1,0,192.0.2.7,5700,0"),
        ("0,0", "0,0,1,183.230.40.39,5683,1"),
        ("0,0,0", "0,0,0,183.230.40.40,5683,1"),
        ("0,0,1,,5684,1", "0,0,1,183.230.40.39,5684,1"),
    ],
)
def test_a_bc260y_configures_all_in_one_line(arguments: str, kept: str) -> None:
    rig = Rig("bc260y")
    rig.ok(f"AT+MIPLCONFIG={arguments}")
    rig.feed(b"AT+MIPLCONFIG?\r")
    assert rig.text() == f"\r\n+MIPLCONFIG: {kept}\r\n\r\nOK\r\n"
    for wrong in ("1,0,1", "0", "0,2", "0,0,2", "0,0,1,,0", "0,0,1,,5683,2"):
        assert rig.ask(f"AT+MIPLCONFIG={wrong}") == ["+CIS ERROR:652"]
    rig.ok("AT+MIPLCREATE")
    assert rig.ask(f"AT+MIPLCONFIG={arguments}") == ["+CIS ERROR:653"]


def test_a_bc260y_updates_by_itself_unless_it_is_told_not_to() -> None:
    for updates, sent in ((0, 0), (1, 1)):
        rig = Rig("bc260y")
        rig.ok(f"AT+MIPLCONFIG=0,0,0,{ACCESS.host},{ACCESS.port},{updates}", "AT+MIPLCREATE")
        rig.ok('AT+MIPLADDOBJ=0,3200,1,"1",1,0', "AT+MIPLOPEN=0,3600")
        before = len(rig.sent)
        rig.advance(3500)
        assert len(rig.sent) - before == sent
