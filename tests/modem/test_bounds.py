"""Bounds, preconditions, test forms and references: what each module's commands take beyond their grammar."""

from __future__ import annotations

import pytest

from tests.modem.conftest import Rig

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
    ("name", "most", "error"), [("xy1100", 8, 601), ("bc260y", 8, 601), ("ec616", 100, 601), ("onemo", 64, 601)]
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
        ("bc260y", "15,1", "OK"), ("bc260y", "268435455,65535", "OK"), ("bc260y", "15,0", "+CIS ERROR:601"),
        ("bc260y", "15,65536", "+CIS ERROR:601"), ("xy1100", "268435456", "+CIS ERROR:601"),
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


@pytest.mark.parametrize(
    ("name", "errors"),
    [
        ("onemo", {"OPEN": 100}),
        ("mt2625", {"OPEN": 654}),
        ("ec616", {"CREATE": 655, "OPEN": 655}),
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
        ("bc260y", "DELETE", "+MIPLDELETE: (0)"),
        ("bc260y", "DELOBJ", "+MIPLDELOBJ: (0),(0-0xFFFF)"),
        ("bc260y", "UPDATE", "+MIPLUPDATE: (0),(0x0-0x0FFFFFFF),(0-1),(0-2)"),
        ("bc260y", "DISCOVERRSP", "+MIPLDISCOVERRSP: (0),(0-0xFFFFFFF),(1,11-15),(1-0xFF),<valuestring>,(0-2)"),
        ("bc260y", "ADDOBJ", "+MIPLADDOBJ: (0),(0-0xFFFF),(0-0xFFFF),<instanceBitmap>,(0-0xFFFF),(0-0xFFFF)"),
        ("bc260y", "OPEN", "+MIPLOPEN: (0),(0xF-0xFFFFFFF),(1-0xFFFF)"),
    ],
)
def test_the_xy1100_has_test_forms(name: str, command: str, printed: str) -> None:
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


def test_an_xy1100_deletes_without_a_device_what_create_has_stored() -> None:
    rig = Rig("xy1100")
    assert rig.ask("AT+MIPLDELETE=0") == ["+CIS ERROR:601"]
    rig.ok(f"AT+MIPLCREATE=50,{_code(50)},0,50,0", "AT+MIPLDELETE=0", "AT+MIPLDELETE=0")
    rig.modem.power_off(rig.now)
    rig.modem.power_on(rig.now, booted=True)
    rig.advance(1.0)
    rig.text()
    assert rig.ask("AT+MIPLDELETE=0") == ["OK"]


def test_a_bc260y_keeps_its_register_code_for_the_exec_form() -> None:
    rig = Rig("bc260y")
    rig.ok(f"AT+MIPLCREATE=50,{_code(50)},0,50,0", "AT+MIPLDELETE=0", "AT+MIPLCREATE", "AT+MIPLOPEN=0,3000")
    assert rig.sent[0].path == "/rd"
