"""How the platform's requests are printed, to the octet, where one module of family C differs from another."""

from __future__ import annotations

import pytest

from tests.modem import wire
from tests.modem.conftest import Rig

SHORT = bytes.fromhex("e2 157d 0744 e1 1676 31")  # resource 5501: 07 44, resource 5750: 31
OPAQUE = (wire.FORMAT, bytes((42,)))


def rig_of(name: str) -> Rig:
    rig = Rig(name)
    rig.login()
    rig.text()
    return rig


def written(rig: Rig, path: str, payload: bytes, *options: tuple[int, bytes]) -> tuple[int, str]:
    """Write something; return the request's number and what is printed."""
    number = rig.request(wire.PUT, path, payload=payload, options=options).message_id
    return number, rig.text()


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("m5310", ":0,{},3200,0,5501,2,2,0744,0,1", ":0,{},3200,0,5750,2,1,31,0,0"),
        ("mt2625", ": 0, {}, 3200, 0, 5501, 2, 2, 0744, 0, 1", ": 0, {}, 3200, 0, 5750, 2, 1, 31, 0, 0"),
        ("ec616", ": 0,{},3200,0,5501,2,2,0744,0,1", ": 0,{},3200,0,5750,2,1,31,0,0"),
        ("xy1100", ":0,{},3200,0,5501,2,2,0744,1,1", ":0,{},3200,0,5750,2,1,31,0,0"),
        ("bc260y", ": 0,{},3200,0,5501,2,2,0744,1,1", ": 0,{},3200,0,5750,2,1,31,0,0"),
    ],
)
def test_a_write_of_two_values_has_their_index_and_on_xy1100_a_flag_for_the_first(
    name: str, first: str, last: str
) -> None:
    number, text = written(rig_of(name), "/3200/0", SHORT, (wire.FORMAT, wire.uint(wire.TLV)))
    assert text == "".join(f"\r\n+MIPLWRITE{line.format(number)}\r\n" for line in (first, last))


@pytest.mark.parametrize("name", ["mt2625", "me3616"])
def test_an_mt2625_prints_more_than_512_opaque_octets_in_pieces(name: str) -> None:
    value = bytes(range(256)) * 5 + b"\xff"
    rig = rig_of(name)
    number, text = written(rig, "/3200/0/5750", value[:1024], OPAQUE)
    pieces = [(512, value[:512], 1), (512, value[512:1024], 0)]
    assert text == "".join(
        f"\r\n+MIPLWRITE: 0, {number}, 3200, 0, 5750, 2, {size}, {octets.hex().upper()}, {flag}, 0\r\n"
        for size, octets, flag in pieces
    )
    number, text = written(rig, "/3200/0/5750", value[:512], OPAQUE)
    whole = value[:512].hex().upper()
    assert text == f"\r\n+MIPLWRITE: 0, {number}, 3200, 0, 5750, 2, 512, {whole}, 0, 0\r\n"
    tlv = bytes.fromhex("f0 1676 0501") + value
    number, text = written(rig, "/3200/0", tlv, (wire.FORMAT, wire.uint(wire.TLV)))
    assert [line.split(", ")[6:] for line in text.split("\r\n") if line] == [
        ["512", value[:512].hex().upper(), "1", "0"],
        ["512", value[512:1024].hex().upper(), "2", "0"],
        ["257", value[1024:].hex().upper(), "0", "0"],
    ]
    assert rig.ask(f"AT+MIPLWRITERSP=0,{number},2") == ["OK"]
    assert rig.sent[-1].code == wire.CHANGED


def test_an_mt2625_prints_text_of_more_than_1024_octets_in_pieces_without_quotes() -> None:
    text = "0123456789abcdef" * 65
    rig = rig_of("mt2625")
    number, printed = written(rig, "/3200/0/5750", text[:1024].encode())
    assert printed == f'\r\n+MIPLWRITE: 0, {number}, 3200, 0, 5750, 1, 1024, "{text[:1024]}", 0, 0\r\n'
    number, printed = written(rig, "/3200/0/5750", text.encode())
    assert printed == (
        f"\r\n+MIPLWRITE: 0, {number}, 3200, 0, 5750, 1, 1024, {text[:1024]}, 1, 0\r\n"
        f"\r\n+MIPLWRITE: 0, {number}, 3200, 0, 5750, 1, 16, {text[1024:]}, 0, 0\r\n"
    )


@pytest.mark.parametrize("name", ["m5310", "bc95", "ec616", "xy1100", "bc260y"])
def test_other_modules_of_family_c_print_a_long_value_in_one_line(name: str) -> None:
    rig = rig_of(name)
    _, text = written(rig, "/3200/0/5750", b"\xa5" * 1024, OPAQUE)
    assert text.count("+MIPLWRITE") == 1
    assert ",1024," + "A5" * 1024 + ",0,0" in text


@pytest.mark.parametrize(
    ("name", "with_text", "without"),
    [
        ("m5310", ':0,{},3200,0,5750,5,"reset"', ":0,{},3200,0,5750"),
        ("mt2625", ': 0, {}, 3200, 0, 5750, 5, "reset"', ': 0, {}, 3200, 0, 5750, 0, ""'),
        ("sim7020", ': 0,{},3200,0,5750,5,"reset"', ': 0,{},3200,0,5750,0,""'),
        ("ec616", ': 0,{},3200,0,5750,5,"reset"', ': 0,{},3200,0,5750,0,""'),
        ("xy1100", ":0,{},3200,0,5750,5,reset", ":0,{},3200,0,5750"),
        ("bc260y", ': 0,{},3200,0,5750,5,"reset"', ": 0,{},3200,0,5750"),
    ],
)
def test_an_execute_ends_as_the_modules_firmware_prints_it(name: str, with_text: str, without: str) -> None:
    rig = rig_of(name)
    for payload, line in ((b"reset", with_text), (b"", without)):
        number = rig.request(wire.POST, "/3200/0/5750", payload=payload).message_id
        assert rig.text() == f"\r\n+MIPLEXECUTE{line.format(number)}\r\n"


@pytest.mark.parametrize(
    ("name", "query", "ending"),
    [
        ("onemo", "st=2.0 gt=50.25 lt=0.0 pmax=60 pmin=15", ',38,"pmin=15;pmax=60;lt=0.0;gt=50.25;st=2.0"'),
        ("onemo", "gt=50", ',7,"gt=50.0"'),
        ("xy1100", "st=2.0 gt=50.25 lt=0.0 pmax=60 pmin=15", ',37,"pmin=15;pmax=60;lt=0.0;gt=50.2;st=2.0"'),
        ("xy1100", "gt=50", ',7,"gt=50.0"'),
        ("ec616", "gt=50 pmax=60", ',36,"pmin=0;pmax=60;gt=50.0;lt=0.0;st=0.0"'),
        ("mt2625", "gt=50 pmax=60", ', 55, "pmin=0; pmax=60; gt=50.000000; lt=0.000000; st=0.000000"'),
    ],
)
def test_attributes_are_printed_as_the_modules_firmware_does(name: str, query: str, ending: str) -> None:
    rig = rig_of(name)
    options = tuple((wire.QUERY, each.encode()) for each in query.split())
    rig.request(wire.PUT, "/3200/0/5700", options=options)
    assert rig.text().endswith(f"5700{ending}\r\n")


@pytest.mark.parametrize("name", ["mt2625", "ec616"])
def test_a_discover_of_an_instance_is_refused_where_the_firmware_lists_objects_only(name: str) -> None:
    rig = rig_of(name)
    rig.request(wire.GET, "/3200/0", options=((wire.ACCEPT, bytes((wire.LINKS,))),))
    assert rig.text() == ""
    assert rig.sent[-1].code == wire.METHOD_NOT_ALLOWED
