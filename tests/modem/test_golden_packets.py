"""What the module sends, octet by octet, computed by hand from RFC 7252 and the LwM2M TLV."""

from __future__ import annotations

import pytest

from tests.modem import wire
from tests.modem.conftest import ACCESS, BOOTSTRAP, IMEI, Rig

H = bytes.fromhex
EP = b"ep=869975033574370;460041234567890"  # 34 octets: 13 + 0x15
ROOT = b'</>;rt="oma.lwm2m"'


@pytest.mark.parametrize("name", ["onemo", "m5310a", "m5310"])
def test_a_bootstrap_request_is_a_post_to_bs_with_the_endpoint_name_alone(name: str) -> None:
    rig = Rig(name)
    rig.platform.silent = True
    rig.ok("AT+MIPLCREATE", 'AT+MIPLADDOBJ=0,3200,1,"1",1,0', "AT+MIPLOPEN=0,3000,30")
    (_, octets, peer), *rest = rig.datagrams
    assert octets == H("44 02 1234 34120000 B2 6273 4D15") + EP
    assert peer == BOOTSTRAP
    assert rest == []


def test_the_auth_code_is_option_63_in_every_message_of_a_onemo_module() -> None:
    rig = Rig()
    rig.ok(
        'AT+MIPLCREATEEX="183.230.40.39:5683",1,"cmiot"', 'AT+MIPLADDOBJ=0,3200,1,"1",0,0', "AT+MIPLOPEN=0,3000"
    )
    rig.ok("AT+MIPLUPDATE=0,10,0", "AT+MIPLCLOSE=0")
    auth = H("D523") + b"cmiot"  # 63 - 15 = 48 = 13 + 0x23
    assert rig.datagrams[0][1] == H("44 02 1234 34120000 B2 6273 4D15") + EP + auth
    mine = [packet for packet in rig.sent if packet.type == wire.CON]
    assert [packet.all(wire.AUTH_CODE) for packet in mine] == [[b"cmiot"]] * 4
    assert rig.datagrams[-1][1].endswith(b"869975033574370" + H("D527") + b"cmiot")  # 63 - 11 = 52


def test_an_older_cis_module_leaves_the_auth_code_out_of_update_and_deregister() -> None:
    rig = Rig("m5310")
    code = (
        "130043F10003F2003504001180 0000 0000 0000 0012 3138332E3233302E34302E34303A35363833"
        "0013 41757468436F64653A636D696F743B50534B3A F30008E400C80000"
    ).replace(" ", "")
    size = len(code) // 2
    code = f"13{size:04X}F10003F2{size - 14:04X}" + code[18:]
    rig.ok(f"AT+MIPLCREATE={size},{code},0,{size},0", 'AT+MIPLADDOBJ=0,3200,1,"1",1,0', "AT+MIPLOPEN=0,3000")
    rig.ok("AT+MIPLUPDATE=0,300,0", "AT+MIPLCLOSE=0")
    mine = [packet for packet in rig.sent if packet.type == wire.CON]
    assert [packet.all(wire.AUTH_CODE) for packet in mine] == [[b"cmiot"], [b"cmiot"], [], []]


def test_a_onemo_registration_has_lwm2m_ep_b_and_lt_in_this_order(onemo_rig: Rig) -> None:
    rig = onemo_rig
    rig.create((3300, "101"), (3200, "1"))
    rig.ok("AT+MIPLOPEN=0,3000,30")
    expected = (
        H("44 02 1234 34120000 B2 7264 11 28 39")
        + b"lwm2m=1.0"
        + H("0D15")
        + EP
        + H("03")
        + b"b=U"
        + H("07")
        + b"lt=3000"
        + H("FF")
        + ROOT
        + b",</3300/0>,</3300/2>,</3200/0>"
    )
    assert rig.datagrams[0] == (0.0, expected, ACCESS)


def test_a_cis_registration_lists_security_first_and_sorts_the_objects() -> None:
    rig = Rig("m5310")
    rig.create((3306, "1"), (3303, "11"))
    rig.ok("AT+MIPLOPEN=0,3600,30")
    expected = (
        H("44 02 1234 34120000 B2 7264 11 28 3D15")
        + EP
        + H("03")
        + b"b=U"
        + H("07")
        + b"lt=3600"
        + H("FF")
        + ROOT
        + b",</0/0>,</3303/0>,</3303/1>,</3306/0>"
    )
    assert rig.datagrams[0] == (0.0, expected, ACCESS)


def test_a_cis_device_that_bootstraps_lists_two_security_instances() -> None:
    rig = Rig("m5310")
    rig.ok("AT+MIPLCREATE", 'AT+MIPLADDOBJ=0,3303,1,"1",1,0', "AT+MIPLOPEN=0,3600")
    register = next(packet for packet in rig.sent if packet.path == "/rd")
    assert register.payload == ROOT + b",</0/0>,</0/1>,</3303/0>"
    assert register.message_id == 0x1235


@pytest.mark.parametrize("name", ["onemo", "m5310a", "m5310"])
def test_an_update_goes_to_the_location_with_lt_alone(name: str) -> None:
    rig = Rig(name)
    rig.login(observe="")
    rig.ok("AT+MIPLUPDATE=0,300,0")
    location = H("B2 7264 0D02") + IMEI.encode()
    assert rig.datagrams[-1][1] == H("44 02 1235 35120000") + location + H("46") + b"lt=300"
    rig.ok("AT+MIPLUPDATE=0,300,1")
    links = {"O": b",</3200/0>", "C": b",</0/0>,</3200/0>"}[rig.family]
    with_objects = H("44 02 1236 36120000") + location + H("46") + b"lt=300" + H("FF") + ROOT + links
    assert rig.datagrams[-1][1] == with_objects


def test_a_deregistration_is_a_delete_of_the_location(any_rig: Rig) -> None:
    any_rig.login(observe="")
    any_rig.now = 0x0302
    any_rig.ok("AT+MIPLCLOSE=0")
    assert any_rig.datagrams[-1][1] == H("44 04 1235 35120203 B2 7264 0D02") + IMEI.encode()


@pytest.mark.parametrize(
    ("kind", "text", "octets"),
    [
        (1, '"abcd"', "E4 1676 61626364"),
        (1, '"1234567890"', "E8 1676 0A 31323334353637383930"),
        (2, '"E309C82FE6"', "E5 1676 E309C82FE6"),
        (3, "0", "E1 1676 00"),
        (3, "-128", "E1 1676 80"),
        (3, "-129", "E2 1676 FF7F"),
        (3, "128", "E2 1676 0080"),
        (3, "32768", "E4 1676 00008000"),
        (3, "2147483648", "E8 1676 08 0000000080000000"),
        (4, "25.5", "E8 1676 08 4039800000000000"),
        (4, '"-0.5"', "E8 1676 08 BFE0000000000000"),
        (5, "1", "E1 1676 01"),
        (5, '"0"', "E1 1676 00"),
    ],
)
def test_each_value_type_has_its_tlv(any_rig: Rig, kind: int, text: str, octets: str) -> None:
    rig = any_rig
    number = rig.login(attributes=1)
    rig.ok(f"AT+MIPLNOTIFY=0,{number},3200,0,5750,{kind},4,{text},0,0")
    mid = rig.sent[-1].message_id.to_bytes(2, "big")
    assert rig.datagrams[-1][1] == H("52 45") + mid + H("AABB 61 01 62 0606 FF") + H(octets)


def test_a_hex_string_goes_as_the_characters_that_it_stands_for(onemo_rig: Rig) -> None:
    onemo_rig.login()
    onemo_rig.ok('AT+MIPLNOTIFY=0,0,3200,0,5750,6,4,"01010008",0,0')
    assert onemo_rig.sent[-1].payload == H("E4 1676 01010008")


@pytest.mark.parametrize(
    ("kind", "text", "tail"),
    [
        (1, '"abcd"', "60 FF 61626364"),
        (2, "E309", "61 2A FF E309"),
        (3, "-12", "60 FF 2D3132"),
        (4, "25.5", "60 FF 32352E35"),
        (5, "1", "60 FF 31"),
    ],
)
def test_a_resource_observed_alone_is_reported_as_text_or_opaque(
    any_rig: Rig, kind: int, text: str, tail: str
) -> None:
    number = any_rig.login(observe="/3200/0/5750")
    any_rig.ok(f"AT+MIPLNOTIFY=0,{number},3200,0,5750,{kind},4,{text},0,0,7")
    mid = any_rig.sent[-1].message_id.to_bytes(2, "big")
    assert any_rig.datagrams[-1][1] == H("42 45") + mid + H("AABB 61 01") + H(tail)


def test_the_observe_counter_runs_from_1(any_rig: Rig) -> None:
    number = any_rig.login()
    for expected in (1, 2, 3):
        any_rig.ok(f"AT+MIPLNOTIFY=0,{number},3200,0,5750,3,1,{expected},0,0")
        assert any_rig.sent[-1].uint(wire.OBSERVE) == expected


def test_a_cis_report_of_several_resources_is_wrapped_in_its_instance(cis_rig: Rig) -> None:
    number = cis_rig.login((3303, "1"), observe="/3303/0", attributes=2)
    cis_rig.ok(f"AT+MIPLNOTIFY=0,{number},3303,0,5700,5,1,1,1,1")
    cis_rig.ok(f'AT+MIPLNOTIFY=0,{number},3303,0,5701,1,3,"Cel",0,0')
    # 08 00 0A: an instance of ten octets; E1 1644 01; E3 1645 43656C
    assert cis_rig.sent[-1].payload == H("08 00 0A E1 1644 01 E3 1645 43656C")


def test_a_onemo_report_of_several_resources_is_bare(onemo_rig: Rig) -> None:
    onemo_rig.login()
    onemo_rig.ok('AT+MIPLNOTIFY=0,0,3200,0,5500,5,1,"0",2,1', 'AT+MIPLNOTIFY=0,0,3200,0,5501,3,3,"-12",1,2')
    assert onemo_rig.sent == []
    onemo_rig.ok('AT+MIPLNOTIFY=0,0,3200,0,5750,1,4,"test",0,0')
    assert onemo_rig.sent[-1].payload == H("E1 157C 00 E1 157D F4 E4 1676 74657374")


def test_octets_of_a_string_pass_unchanged_in_any_encoding(any_rig: Rig) -> None:
    number = any_rig.login(attributes=1)
    any_rig.feed(f'AT+MIPLNOTIFY=0,{number},3200,0,5750,1,4,"'.encode() + "温度".encode("gbk") + b'",0,0\r')
    assert any_rig.sent[-1].payload == H("E4 1676") + "温度".encode("gbk")


def test_an_observe_is_answered_with_an_observe_option_and_nothing_else(any_rig: Rig) -> None:
    any_rig.login(observe="")
    any_rig.observe("/3200/0")
    mid = any_rig.sent[-1].message_id.to_bytes(2, "big")
    assert any_rig.datagrams[-1][1] == H("62 45") + mid + H("AABB 60")


def test_a_discover_is_answered_with_links_of_object_instances_and_resources(onemo_rig: Rig) -> None:
    onemo_rig.create((3200, "11"))
    onemo_rig.ok('AT+MIPLDISCOVERRSP=0,3200,1,24,"5750;5500;5750;"', "AT+MIPLOPEN=0,3000")
    onemo_rig.request(wire.GET, "/3200", options=((wire.ACCEPT, wire.uint(wire.LINKS)),))
    reply = onemo_rig.sent[-1]
    assert (reply.type, reply.code, reply.uint(wire.FORMAT)) == (wire.ACK, wire.CONTENT, wire.LINKS)
    links = b"</3200>,</3200/0>,</3200/0/5750>,</3200/0/5500>,</3200/1>,</3200/1/5750>,</3200/1/5500>"
    assert reply.payload == links


def test_object_3_is_read_from_the_module_itself_and_still_printed(onemo_rig: Rig) -> None:
    onemo_rig.login(observe="")
    request = onemo_rig.request(wire.GET, "/3/0/2")
    assert onemo_rig.sent[-1].payload == IMEI.encode()
    assert onemo_rig.lines()[0].replace(" ", "") == f"+MIPLREAD:0,{request.message_id},3,0,2"


def test_a_cis_module_without_firmware_update_does_not_know_object_3(cis_rig: Rig) -> None:
    cis_rig.login(observe="")
    cis_rig.request(wire.GET, "/3/0")
    assert cis_rig.sent[-1].code == wire.NOT_FOUND
    assert cis_rig.lines() == []
