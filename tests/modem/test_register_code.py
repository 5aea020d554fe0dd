"""Register codes: eight real ones of layouts A and C, one of B, both real blobs of MIPLCONF, broken ones."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given, strategies as st

from onenet_sim.modem.register_code import (
    OCTETS_MAXIMUM,
    Layout,
    LogSettings,
    MiplConf,
    RegisterCode,
    RegisterCodeError,
    credentials,
    decode_miplconf,
    decode_register_code,
    encode_register_code,
    explain_miplconf,
    explain_register_code,
    looks_like_miplconf,
)

E1 = "130031F10003F2002304001100000000000000123138332E3233302E34302E34303A35363833000131F30008C000000000"
E2 = "130031F10003F2002304001100000000000010123138332E3233302E34302E33393A35363833000131F300080000000000"
PRIVATE = "130032F10003F2002404001100000000000000133139322E3136382E34392E3231303A35363833000131F300087100000000"
DOMAIN = (
    "130039F10003F2002B040011000000000000001A6E62696F746163632E6865636C6F7564732E636F6D3A35363833000131"
    "F300087100000000"
)
NO_PORT = "130033f10003f20021050011000000000000000d3138332e3233302e34302e333900044e554c4cf3000cea040000044e554c4c"
E6 = (
    "130045f10003f20037040011800005434d494f540000000000123138332e3233302e34302e33393a35363833"
    "000f41757468436f64653a3b50534b3a3bf30008e400c80000"
)
ONE_SHORT = (
    "130034f10003f2002205001180000000000000000d3138332e3233302e34302e333900044e554c4cf3000dea040000044e554c4c"
)
KEY = (
    "130043F10003F20035040011800005434D494F540000000000123138332E3233302E34302E33393A35363833"
    "000D50534B3A31323334353637383BF30008E400C80000"
)
# As NO_PORT, with the octet of bootstrap before the log octet.
LAYOUT_B = (
    "130034f10003f20021050011000000000000000d3138332e3233302e34302e333900044e554c4cf3000d80ea040000044e554c4c"
)
# As E6, with the octet between buffer size and user data that the parsers of layout C step over.
RESERVED = E6.replace("130045", "130046").replace("f30008e400c80000", "f30009e400c8000000")

DIRECT, BOOTSTRAP = "183.230.40.40:5683", "183.230.40.39:5683"
SIM7020 = RegisterCode(
    "183.230.40.39", mtu=1280, user_data="NULL", log=LogSettings.from_octet(0xEA, 1024, user_data="NULL")
)
XY1100 = RegisterCode(
    BOOTSTRAP,
    Layout.C,
    bootstrap=True,
    apn="CMIOT",
    user_data="AuthCode:;PSK:;",
    log=LogSettings(enabled=True, external=True, output_type=2, level=4, buffer_size=200),
)
REAL = {
    "direct": (E1, RegisterCode(DIRECT, log=LogSettings(enabled=True, external=True))),
    "bootstrap": (E2, RegisterCode(BOOTSTRAP, bootstrap=True)),
    "private": (
        PRIVATE,
        RegisterCode("192.168.49.210:5683", log=LogSettings(external=True, output_type=3, level=1)),
    ),
    "domain": (DOMAIN, RegisterCode("nbiotacc.heclouds.com:5683", log=LogSettings.from_octet(0x71))),
    "no port": (NO_PORT, SIM7020),
    "layout B": (LAYOUT_B, replace(SIM7020, layout=Layout.B, bootstrap=True)),
    "layout C": (E6, XY1100),
    "key": (KEY, replace(XY1100, user_data="PSK:12345678;")),
}
# What no encoder here would write.
ODD = {
    "log section too long by one": (ONE_SHORT, replace(SIM7020, layout=Layout.C, bootstrap=True)),
    "reserved octet": (RESERVED, XY1100),
}
CONF_ENDPOINT = "123456789012345;460041995401123"
CONF_BOOTSTRAP = (
    bytes.fromhex("10000000805101001900")
    + b"coap://183.230.40.39:5683"
    + bytes.fromhex("1F00")
    + CONF_ENDPOINT.encode()
    + bytes.fromhex("050501")
)
CONF_DIRECT = bytes.fromhex(
    "000000002C0100001900636F61703A2F2F3138332E3233302E34302E34303A353638330900313233343B6675636B"
)


@pytest.mark.parametrize("which", [*REAL, *ODD])
def test_a_code_says_what_it_was_made_to_say(which: str) -> None:
    code, says = (REAL | ODD)[which]
    assert decode_register_code(bytes.fromhex(code)) == says


@pytest.mark.parametrize("which", list(REAL))
def test_what_a_code_says_makes_the_same_code_again(which: str) -> None:
    code, says = REAL[which]
    assert encode_register_code(says).hex() == code.lower()


@pytest.mark.parametrize("which", [*REAL, *ODD])
def test_the_rows_are_all_the_octets_in_order(which: str) -> None:
    octets = bytes.fromhex((REAL | ODD)[which][0])
    rows = explain_register_code(octets)
    assert b"".join(row.octets for row in rows) == octets
    assert [row.offset for row in rows] == [
        sum(len(row.octets) for row in rows[:index]) for index in range(len(rows))
    ]


def test_the_rows_tell_what_each_field_means() -> None:
    rows = {row.offset: (row.name, row.meaning) for row in explain_register_code(bytes.fromhex(E2))}
    assert rows[0] == ("version, sections", "version 1, 3 sections")
    assert rows[1] == ("total size", "49 octets")
    assert rows[9] == ("MTU", "1024")
    assert rows[11] == ("link, band", "link 1 (UDP), band 1 (GSM)")
    assert rows[18] == ("bootstrap, host length", "bootstrap on, 18")
    assert rows[20] == ("host", "'183.230.40.39:5683'")
    assert rows[44] == ("log", "off, external output off, type 0, level 0")


def test_the_rows_of_layouts_b_and_c_tell_their_own_fields() -> None:
    rows = {row.name: row for row in explain_register_code(bytes.fromhex(LAYOUT_B))}
    assert (rows["bootstrap"].offset, rows["bootstrap"].meaning) == (42, "bootstrap on")
    rows = {row.name: row for row in explain_register_code(bytes.fromhex(E6))}
    assert (rows["flags"].offset, rows["flags"].meaning) == (12, "bootstrap on, DTLS off")
    rows = {row.name: row for row in explain_register_code(bytes.fromhex(RESERVED))}
    assert (rows["reserved"].offset, rows["reserved"].octets) == (67, b"\x00")


def test_a_log_section_that_counts_an_octet_which_is_not_there_says_so() -> None:
    meanings = [row.meaning for row in explain_register_code(bytes.fromhex(ONE_SHORT))]
    assert "13 octets, of which the last is not there: the code ends at offset 52" in meanings


def test_a_code_may_lack_sections_or_have_further_ones() -> None:
    network = bytes.fromhex(E1)[6:41]
    bare = b"\x11\x00\x26" + network
    assert decode_register_code(bare) == RegisterCode(DIRECT)
    octets = b"\x13\x00\x30" + bytes.fromhex("F10005ABCD F70005ABCD") + network
    assert decode_register_code(octets) == RegisterCode(DIRECT)
    rows = [(row.offset, row.name) for row in explain_register_code(octets)]
    assert (6, "section body") in rows
    assert (11, "section body") in rows


def test_the_address_is_a_host_and_a_port() -> None:
    assert (XY1100.host, XY1100.port) == ("183.230.40.39", 5683)
    assert (SIM7020.host, SIM7020.port) == ("183.230.40.39", 5683)
    code = RegisterCode("iot.example:5684")
    assert (code.host, code.port) == ("iot.example", 5684)


def test_only_layout_c_carries_auth_code_key_and_dtls() -> None:
    user_data = credentials(Layout.C, "cmiot", "12345678")
    assert user_data == "AuthCode:cmiot;PSK:12345678;"
    code = RegisterCode(BOOTSTRAP, Layout.C, dtls=True, user_data=user_data)
    found = decode_register_code(encode_register_code(code))
    assert (found.auth_code, found.psk, found.dtls, found.bootstrap) == ("cmiot", "12345678", True, False)
    for layout in (Layout.A, Layout.B):
        assert credentials(layout) == "1"
        with pytest.raises(RegisterCodeError, match=f"layout {layout} has no place for an auth code.*; C has"):
            credentials(layout, "cmiot")
        with pytest.raises(RegisterCodeError, match=f"layout {layout} has no place for a PSK.*; C has"):
            credentials(layout, psk="12345678")
        with pytest.raises(RegisterCodeError, match=f"layout {layout} has no DTLS flag; C has"):
            encode_register_code(replace(code, layout=layout))
        assert not replace(code, layout=layout).auth_code


@pytest.mark.parametrize(("auth_code", "psk", "says"), [("a;b", "", "auth code"), ("", ";", "PSK")])
def test_a_semicolon_would_end_an_auth_code_or_a_key(auth_code: str, psk: str, says: str) -> None:
    with pytest.raises(RegisterCodeError, match=f"the {says} has a semicolon"):
        credentials(Layout.C, auth_code, psk)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("", "ends at offset 0; its header alone has 3"),
        ("1300", "ends at offset 2"),
        ("03" + E1[2:], "offset 0 the version in the first nibble is 0; it must be 1"),
        (E1[:-2], "offset 1 says 49 octets, but there are 48"),
        (E1 + "00", "offset 1 says 49 octets, but there are 50"),
        ("130003", "no network section"),
        ("130006F10003", "no network section"),
        ("130005F100", "offset 4 the section size needs 2 octets, but the code ends at offset 5"),
        ("130006F10002", "offset 3 says 2 octets; at least 3"),
        ("130006110003", "offset 3 has 11; a section begins with F1, F2 or F3"),
        (E1[:14] + "FFFF" + E1[18:], "offset 6 runs over the end: it says 65535 octets, and 43 are there"),
        (E1[:14] + "0022" + E1[18:], "offset 40 has 31; a section begins"),
        (
            E1[:38] + "13" + E1[40:],
            "offset 9 fit no layout: as A or B, at offset 41 the user data needs 305 octets",
        ),
        (E1[:38] + "11" + E1[40:], "as A or B, at offset 39 the user data needs 13056 octets, but the network"),
        (E1[:78] + "00" + E1[80:], "as A or B, at offset 40 the fields end, but the network section goes on"),
        (E6[:48] + "0013" + E6[52:], "as C, at offset 47 the user data needs 3905 octets"),
        (E1.replace("35363833", "35363861"), "'183.230.40.40:568a'.* offset 9 ends in no port number"),
        (E1[:-4] + "0001", "offset 44 fit no layout: as A, at offset 49 the log user data needs 1 octet, but"),
        (E6[:-4] + "0001", "as C with a reserved octet, at offset 68 the log user data length needs 2 octets"),
        (E1[:84] + "000A" + E1[88:], "the log section at offset 41 runs over the end: it says 10 octets, and 8"),
        ("130009F10003F10003", "offset 6 begins a second init section; one is right"),
        ("11FFFF" + 65532 * "00", "65535 octets are too many; a code has 1024 at most"),
    ],
)
def test_a_broken_code_is_refused_with_the_offset_and_what_would_be_right(code: str, says: str) -> None:
    octets = bytes.fromhex(code)
    for read in (decode_register_code, explain_register_code):
        with pytest.raises(RegisterCodeError, match=says):
            read(octets)


@pytest.mark.parametrize("host", ["", ":5683", "1.2.3.4:", "1.2.3.4:0", "1.2.3.4:65536", "1.2.3.4:x", "1.2 .3:9"])
def test_a_host_without_a_name_or_with_an_impossible_port_is_refused(host: str) -> None:
    network = bytes.fromhex("040011 0000 0000 0000") + len(host).to_bytes(2, "big") + host.encode() + b"\x00\x011"
    section = b"\xf2" + (len(network) + 3).to_bytes(2, "big") + network
    with pytest.raises(RegisterCodeError, match="offset 6"):
        decode_register_code(b"\x13" + (len(section) + 3).to_bytes(2, "big") + section)
    with pytest.raises(RegisterCodeError, match="the host"):
        encode_register_code(RegisterCode(host))


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (RegisterCode(DIRECT, mtu=65536), "the mtu is 65536; it must be 0 to 65535"),
        (RegisterCode(DIRECT, link=16), "the link is 16; it must be 0 to 15"),
        (RegisterCode(DIRECT, band=-1), "the band is -1; it must be 0 to 15"),
        (RegisterCode(DIRECT, log=LogSettings(output_type=4)), "the output type is 4; it must be 0 to 3"),
        (RegisterCode(DIRECT, log=LogSettings(level=16)), "the level is 16; it must be 0 to 15"),
        (RegisterCode(DIRECT, log=LogSettings(buffer_size=65536)), "the buffer size is 65536"),
        (RegisterCode(DIRECT, apn="北京"), "the APN .* printable ASCII"),
        (RegisterCode("北京"), "the host .* printable ASCII"),
        (RegisterCode(DIRECT, user_data=70000 * "x"), "the user data has 70000 octets"),
        (RegisterCode(DIRECT, user=600 * "x", password=600 * "x"), "octets are too many"),
    ],
)
def test_what_no_code_can_say_is_refused(code: RegisterCode, says: str) -> None:
    with pytest.raises(RegisterCodeError, match=says):
        encode_register_code(code)


def test_fields_that_would_be_read_as_another_layouts_are_refused() -> None:
    code = RegisterCode(DIRECT, Layout.B, log=LogSettings(buffer_size=1, user_data=255 * "x"))
    with pytest.raises(RegisterCodeError, match="layout B could be read as another layout's"):
        encode_register_code(code)


def test_a_code_of_layout_c_that_would_fit_as_a_with_no_host_in_it_is_layout_c() -> None:
    code = RegisterCode(DIRECT, Layout.C, password="#" + 15 * "x", user_data="PSK:;")
    assert decode_register_code(encode_register_code(code)) == code


def test_a_blob_of_miplconf_says_how_the_first_m5310_connects() -> None:
    assert decode_miplconf(CONF_BOOTSTRAP) == MiplConf(
        bootstrap=True,
        encryption=False,
        debug=0,
        local_port=0,
        lifetime=86400,
        uri="coap://183.230.40.39:5683",
        endpoint_name=CONF_ENDPOINT,
        blocks=(5, 5, 1),
    )
    direct = decode_miplconf(CONF_DIRECT)
    assert (direct.bootstrap, direct.lifetime, direct.uri) == (False, 300, "coap://183.230.40.40:5683")
    assert (len(direct.endpoint_name), direct.blocks) == (9, None)


@pytest.mark.parametrize("octets", [CONF_BOOTSTRAP, CONF_DIRECT])
def test_the_rows_of_a_blob_are_all_its_octets(octets: bytes) -> None:
    assert b"".join(row.octets for row in explain_miplconf(octets)) == octets


def test_a_blob_of_miplconf_is_no_register_code_and_the_other_way_round() -> None:
    for blob in (CONF_BOOTSTRAP, CONF_DIRECT):
        assert looks_like_miplconf(blob)
        with pytest.raises(RegisterCodeError):
            decode_register_code(blob)
    for code, _ in (REAL | ODD).values():
        assert not looks_like_miplconf(bytes.fromhex(code))
        with pytest.raises(RegisterCodeError):
            decode_miplconf(bytes.fromhex(code))
    assert not looks_like_miplconf(b"")


@pytest.mark.parametrize(
    ("octets", "says"),
    [
        (b"", "offset 0 the mode needs 1 octet, but the blob ends at offset 0"),
        (b"\x02" + CONF_DIRECT[1:], "offset 0 the mode is 02; it must be 00, 01, 10 or 11"),
        (b"\x00\x04" + CONF_DIRECT[2:], "offset 1 the debug is 4; it must be 0 to 3"),
        (CONF_DIRECT[:4] + b"\x09\x00" + CONF_DIRECT[6:], "offset 4 the lifetime is 9; it must be 10 to 86400"),
        (CONF_DIRECT[:10] + b"C" + CONF_DIRECT[11:], "ends at offset 35 is 'Coap.*must begin with coap://"),
        (CONF_DIRECT[:-1], "offset 37 the endpoint name needs 9 octets, but the blob ends at offset 45"),
        (CONF_DIRECT + b"\x05", "offset 47 the block 2 size needs 1 octet"),
        (CONF_DIRECT + b"\x05\x07\x01", "offset 47 the block 2 size is 7; it must be 0 to 6"),
        (CONF_DIRECT + b"\x05\x05\x03", "offset 48 the block 2 threshold is 3; it must be 0 to 2"),
        (CONF_BOOTSTRAP + b"\x00", "offset 71 the fields end, but the blob goes on to offset 72"),
        (bytes(OCTETS_MAXIMUM + 1), "1025 octets are too many"),
    ],
)
def test_a_broken_blob_is_refused_with_the_offset_and_what_would_be_right(octets: bytes, says: str) -> None:
    with pytest.raises(RegisterCodeError, match=says):
        decode_miplconf(octets)


names = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=40)
hosts = st.from_regex(r"[A-Za-z0-9.-]{1,40}(:[1-9][0-9]{0,3})?", fullmatch=True)
logs = st.builds(
    LogSettings,
    enabled=st.booleans(),
    external=st.booleans(),
    output_type=st.integers(0, 3),
    level=st.integers(0, 15),
    buffer_size=st.integers(0, 0xFFFF),
    user_data=names,
)


@st.composite
def codes(draw: st.DrawFn) -> RegisterCode:
    layout = draw(st.sampled_from(Layout))
    return RegisterCode(
        draw(hosts),
        layout,
        bootstrap=draw(st.booleans()),
        dtls=layout is Layout.C and draw(st.booleans()),
        mtu=draw(st.integers(0, 0xFFFF)),
        link=draw(st.integers(0, 15)),
        band=draw(st.integers(0, 15)),
        apn=draw(names),
        user=draw(names),
        password=draw(names),
        user_data=draw(names),
        log=draw(logs),
    )


@given(codes())
def test_every_code_that_is_written_reads_back_the_same(code: RegisterCode) -> None:
    octets = encode_register_code(code)
    assert decode_register_code(octets) == code
    assert b"".join(row.octets for row in explain_register_code(octets)) == octets


REAL_OCTETS = [bytes.fromhex(code) for code, _ in (REAL | ODD).values()] + [CONF_BOOTSTRAP, CONF_DIRECT]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Real octets with some overwritten, cut, or followed by others, and a total size that is right again."""
    octets = bytearray(draw(st.sampled_from(REAL_OCTETS)))
    for position in draw(st.lists(st.integers(0, len(octets) - 1), max_size=3)):
        octets[position] = draw(st.integers(0, 255))
    octets = octets[: draw(st.integers(0, len(octets)))] + draw(st.binary(max_size=4))
    if draw(st.booleans()):
        octets[1:3] = len(octets).to_bytes(2, "big")
    return bytes(octets)


@given(st.one_of(st.binary(max_size=80), damaged()))
@example(b"")
def test_no_octets_raise_anything_but_a_register_code_error(octets: bytes) -> None:
    for decode, explain in ((decode_register_code, explain_register_code), (decode_miplconf, explain_miplconf)):
        try:
            decode(octets)
        except RegisterCodeError:
            continue
        assert b"".join(row.octets for row in explain(octets)) == octets
