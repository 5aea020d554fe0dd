"""Register codes: eight real ones of both layouts, and broken ones."""

from __future__ import annotations

import pytest

from onenet_sim.modem.register_code import RegisterCodeError, decode_register_code

E1 = "130031F10003F2002304001100000000000000123138332E3233302E34302E34303A35363833000131F30008C000000000"
E6 = (
    "130045f10003f20037040011800005434d494f540000000000123138332e3233302e34302e33393a35363833"
    "000f41757468436f64653a3b50534b3a3bf30008e400c80000"
)
E8 = (
    "130043F10003F20035040011800005434D494F540000000000123138332E3233302E34302E33393A35363833"
    "000D50534B3A31323334353637383BF30008E400C80000"
)
DOMAIN = (
    "130039F10003F2002B040011000000000000001A6E62696F746163632E6865636C6F7564732E636F6D3A35363833000131"
    "F300087100000000"
)
ONE_TOO_MANY = (
    "130034f10003f2002205001180000000000000000d3138332e3233302e34302e333900044e554c4cf3000dea040000044e554c4c"
)
REAL = {
    "direct": (E1, "A", "183.230.40.40", 5683, False, "1"),
    "bootstrap": (
        "130031F10003F2002304001100000000000010123138332E3233302E34302E33393A35363833000131F300080000000000",
        *("A", "183.230.40.39", 5683, True, "1"),
    ),
    "private": (
        "130032F10003F2002404001100000000000000133139322E3136382E34392E3231303A35363833000131F300087100000000",
        *("A", "192.168.49.210", 5683, False, "1"),
    ),
    "domain": (
        DOMAIN,
        *("A", "nbiotacc.heclouds.com", 5683, False, "1"),
    ),
    "no port": (
        "130033f10003f20021050011000000000000000d3138332e3233302e34302e333900044e554c4cf3000cea040000044e554c4c",
        *("A", "183.230.40.39", 5683, False, "NULL"),
    ),
    "new layout": (E6, "C", "183.230.40.39", 5683, True, "AuthCode:;PSK:;"),
    "section too long by one": (
        "130034f10003f2002205001180000000000000000d3138332e3233302e34302e333900044e554c4cf3000dea040000044e554c4c",
        *("C", "183.230.40.39", 5683, True, "NULL"),
    ),
    "key": (E8, "C", "183.230.40.39", 5683, True, "PSK:12345678;"),
}


@pytest.mark.parametrize("which", list(REAL))
def test_the_layout_is_the_one_whose_fields_end_where_the_section_ends(which: str) -> None:
    code, layout, host, port, bootstrap, user_data = REAL[which]
    found = decode_register_code(bytes.fromhex(code))
    assert (found.layout, found.host, found.port, found.bootstrap, found.user_data) == (
        layout,
        host,
        port,
        bootstrap,
        user_data,
    )
    assert not found.dtls


def test_the_user_data_of_the_new_layout_holds_auth_code_and_key() -> None:
    text = b"AuthCode:cmiot;PSK:12345678;"
    network = bytes.fromhex("040011C0 0000 0000 0000 0009") + b"1.2.3.4:9" + len(text).to_bytes(2, "big") + text
    section = b"\xf2" + (len(network) + 3).to_bytes(2, "big") + network
    code = b"\x13" + (len(section) + 6).to_bytes(2, "big") + b"\xf1\x00\x03" + section
    found = decode_register_code(code)
    assert (found.auth_code, found.psk, found.dtls, found.bootstrap) == ("cmiot", "12345678", True, True)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("", "0 octets"),
        ("1300", "2 octets"),
        ("03" + E1[2:], "version"),
        (E1[:-2], "offset 1 says 49"),
        (E1 + "00", "offset 1 says 49"),
        ("130003", "no network section"),
        ("130006F10003", "no network section"),
        ("130006F10002", "offset 3 says 2"),
        ("130006110003", "offset 3 has 11"),
        (E1[:14] + "FFFF" + E1[18:], "offset 6 runs over the end"),
        (E1[:14] + "0022" + E1[18:], "offset 9"),
        (E1.replace("35363833", "35363861"), "no port number"),
    ],
)
def test_a_broken_code_is_refused_with_the_offset(code: str, says: str) -> None:
    octets = bytes.fromhex(code)
    with pytest.raises(RegisterCodeError, match=says):
        decode_register_code(octets)


@pytest.mark.parametrize("host", ["", ":5683", "1.2.3.4:0", "1.2.3.4:65536", "1.2.3.4:x"])
def test_a_host_without_a_name_or_with_an_impossible_port_is_refused(host: str) -> None:
    network = bytes.fromhex("040011 0000 0000 0000") + len(host).to_bytes(2, "big") + host.encode() + b"\x00\x011"
    section = b"\xf2" + (len(network) + 3).to_bytes(2, "big") + network
    with pytest.raises(RegisterCodeError):
        decode_register_code(b"\x13" + (len(section) + 3).to_bytes(2, "big") + section)
