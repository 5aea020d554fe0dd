"""The platform's requests: what is printed for them, and what the host's answers become."""

from __future__ import annotations

import pytest

from tests.modem import wire
from tests.modem.conftest import Rig
from tests.modem.wire import ACK, Packet

TEST_TLV = bytes.fromhex("E2157D0744 E4167674657374".replace(" ", ""))  # 5501 = 1860, 5750 = "test"
UNKNOWN = {"O": 653, "C": 601}


def _printed(rig: Rig) -> list[str]:
    return [line.replace(": ", ":") for line in rig.lines()]


def _declare(rig: Rig, kind: int, value: str, resource: int = 5750) -> None:
    """Report a resource once, so that the module knows its type."""
    rig.ok(f"AT+MIPLNOTIFY=0,0,3200,0,{resource},{kind},1,{value},0,0")
    rig.sent.clear()
    rig.text()


@pytest.mark.parametrize(
    ("path", "levels"), [("/3200", "3200,-1,-1"), ("/3200/0", "3200,0,-1"), ("/3200/0/5750", "3200,0,5750")]
)
def test_a_read_names_its_levels_and_minus_1_for_those_not_given(any_rig: Rig, path: str, levels: str) -> None:
    any_rig.login()
    number = any_rig.read(path)
    assert _printed(any_rig) == [f"+MIPLREAD:0,{number},{levels}"]


@pytest.mark.parametrize(("result", "code"), [(11, 0x80), (12, 0x81), (13, 0x84), (14, 0x85), (15, 0x86)])
def test_a_read_can_be_refused_with_three_fields(any_rig: Rig, result: int, code: int) -> None:
    any_rig.login()
    number = any_rig.read("/3200/0")
    any_rig.ok(f"AT+MIPLREADRSP=0,{number},{result}")
    assert any_rig.sent == [Packet(ACK, code, number, b"\xaa\xbb")]


@pytest.mark.parametrize("result", [0, 2, 10, 16, 21])
def test_a_result_that_a_read_does_not_have_is_601(any_rig: Rig, result: int) -> None:
    any_rig.login()
    number = any_rig.read("/3200/0")
    assert any_rig.ask(f"AT+MIPLREADRSP=0,{number},{result}")[-1] == "+CIS ERROR:601"
    assert any_rig.sent == []


@pytest.mark.parametrize("name", ["WRITE", "EXECUTE"])
@pytest.mark.parametrize(
    ("result", "code"), [(2, 0x44), (11, 0x80), (12, 0x81), (13, 0x84), (14, 0x85), (1, 0), (15, 0), (3, 0)]
)
def test_write_and_execute_take_2_and_11_to_14(any_rig: Rig, name: str, result: int, code: int) -> None:
    any_rig.login()
    if name == "WRITE":
        number = any_rig.write_tlv("/3200/0", TEST_TLV)
    else:
        number = any_rig.request(wire.POST, "/3200/0/5750").message_id
    any_rig.text()
    answer = any_rig.ask(f"AT+MIPL{name}RSP=0,{number},{result}")
    assert answer == (["OK"] if code else ["+CIS ERROR:601"])
    assert [packet.code for packet in any_rig.sent] == ([code] if code else [])


def test_an_execute_answer_may_have_a_fourth_field_and_a_blank_at_its_end(any_rig: Rig) -> None:
    any_rig.login()
    number = any_rig.request(wire.POST, "/3200/0/5750").message_id
    any_rig.ok(f"AT+MIPLEXECUTERSP=0,{number},2,0 ")
    assert any_rig.sent[-1].code == wire.CHANGED


def test_an_execute_prints_its_argument_between_quotes_or_nothing(any_rig: Rig) -> None:
    any_rig.login()
    number = any_rig.request(wire.POST, "/3200/0/5750", payload=b"reset,1").message_id
    assert _printed(any_rig) == [f'+MIPLEXECUTE:0,{number},3200,0,5750,7,"reset,1"']
    number = any_rig.request(wire.POST, "/3200/0/5750").message_id
    assert _printed(any_rig) == [f"+MIPLEXECUTE:0,{number},3200,0,5750"]


def test_an_answer_must_fit_the_kind_of_request(any_rig: Rig) -> None:
    any_rig.login()
    number = any_rig.read("/3200/0")
    any_rig.text()
    assert any_rig.ask(f"AT+MIPLWRITERSP=0,{number},2") == [f"+CIS ERROR:{UNKNOWN[any_rig.family]}"]
    assert f"{number} (READ" in any_rig.why


def test_an_unknown_message_id_is_refused_with_what_is_open(any_rig: Rig) -> None:
    any_rig.login()
    assert any_rig.ask("AT+MIPLREADRSP=0,7,11") == [f"+CIS ERROR:{UNKNOWN[any_rig.family]}"]
    assert "none is open" in any_rig.why


@pytest.mark.parametrize(("name", "seconds"), [("onemo", 20), ("m5310a", 20), ("m5310", 300), ("xy1100", 20)])
def test_an_answer_behind_its_window_comes_too_late_and_the_journal_says_so(name: str, seconds: int) -> None:
    rig = Rig(name)
    rig.login()
    number = rig.read("/3200/0")
    rig.advance(seconds)
    rig.text()
    assert rig.ask(f"AT+MIPLREADRSP=0,{number},11") == [f"+CIS ERROR:{UNKNOWN[rig.family]}"]
    assert f"within {seconds} s" in rig.why
    assert rig.sent == []
    later = rig.read("/3200/0")
    rig.advance(seconds - 0.001)
    rig.ok(f"AT+MIPLREADRSP=0,{later},11")


def test_family_o_completes_a_read_by_flag(onemo_rig: Rig) -> None:
    onemo_rig.login()
    number = onemo_rig.read("/3200/0")
    onemo_rig.ok(f'AT+MIPLREADRSP=0,{number},1,3200,0,5500,5,1,"0",0,1')
    onemo_rig.ok(f'AT+MIPLREADRSP=0,{number},1,3200,0,5501,3,3,"-12",5,2')
    assert onemo_rig.sent == []
    onemo_rig.ok(f'AT+MIPLREADRSP=0,{number},1,3200,0,5750,1,4,"test",9,0')
    expected = bytes.fromhex("E1157C00E1157DF4E4167674657374")
    options = ((wire.FORMAT, b"\x06\x06"),)
    assert onemo_rig.sent == [Packet(ACK, wire.CONTENT, number, b"\xaa\xbb", options, expected)]


def test_family_c_completes_a_read_by_index(cis_rig: Rig) -> None:
    cis_rig.login()
    number = cis_rig.read("/3200/0")
    cis_rig.ok(f"AT+MIPLREADRSP=0,{number},1,3200,0,5700,4,4,20.125,1,0")
    assert cis_rig.sent == []
    cis_rig.ok(f'AT+MIPLREADRSP=0,{number},1,3200,0,5701,1,3, "Cel",0,0')
    # 08 00 13: an instance of 19 octets
    expected = (
        bytes.fromhex("080012E8164408")[:2]
        + bytes((0x12,))
        + bytes.fromhex("E8164408 4034200000000000 E3164543656C")
    )
    assert cis_rig.sent[-1].payload == expected


def test_an_object_is_read_with_its_instances_around_the_resources(onemo_rig: Rig) -> None:
    onemo_rig.login((3200, "11"))
    number = onemo_rig.read("/3200")
    onemo_rig.ok(
        f"AT+MIPLREADRSP=0,{number},1,3200,0,5500,5,1,1,1,1", f"AT+MIPLREADRSP=0,{number},1,3200,1,5500,5,1,0,0,0"
    )
    assert onemo_rig.sent[-1].payload.hex() == "0400e1157c010401e1157c00"


def test_every_further_answer_with_index_0_and_flag_0_is_ok_and_goes_nowhere(any_rig: Rig) -> None:
    any_rig.login()
    number = any_rig.read("/3200/0")
    for _ in range(3):
        any_rig.ok(f"AT+MIPLREADRSP=0,{number},1,3200,0,5750,1,3,zwd,0,0 ")
    assert len(any_rig.sent) == 1


@pytest.mark.parametrize(
    "tail", ["1", "1,3200,0,5750", "1,3200,0,5750,1,4", "1,3200,0,5750,1,4,abcd,0", "1,3201,0,5750,1,4,abcd,0,0",
             "1,3200,0,5750,3,4,abcd,0,0", "1,3200,0,5750,1,4,abcd,0,512"]
)  # fmt: skip
def test_a_read_answer_that_lacks_something_or_speaks_of_another_path_is_601(any_rig: Rig, tail: str) -> None:
    any_rig.login()
    number = any_rig.read("/3200/0")
    any_rig.text()
    assert any_rig.ask(f"AT+MIPLREADRSP=0,{number},{tail}") == ["+CIS ERROR:601"]
    any_rig.ok(f"AT+MIPLREADRSP=0,{number},11")


def test_what_was_never_declared_is_written_as_opaque(any_rig: Rig) -> None:
    any_rig.login()
    number = any_rig.write_tlv("/3200/0", TEST_TLV)
    expected = {
        "O": [
            f"+MIPLWRITE:0,{number},3200,0,5501,2,4,0744,1",
            f"+MIPLWRITE:0,{number},3200,0,5750,2,8,74657374,0",
        ],
        "C": [
            f"+MIPLWRITE:0,{number},3200,0,5501,2,2,0744,0,1",
            f"+MIPLWRITE:0,{number},3200,0,5750,2,4,74657374,0,0",
        ],
    }
    assert _printed(any_rig) == expected[any_rig.family]
    any_rig.ok(f"AT+MIPLWRITERSP=0,{number},2")
    assert any_rig.sent == [Packet(ACK, wire.CHANGED, number, b"\xaa\xbb")]


def test_three_resources_of_a_write_carry_the_flags_1_2_0(onemo_rig: Rig) -> None:
    onemo_rig.login()
    onemo_rig.write_tlv("/3200/0", bytes.fromhex("C10101C10202C10303"))
    assert [line[-1] for line in onemo_rig.lines()] == ["1", "2", "0"]


@pytest.mark.parametrize(
    ("kind", "value", "octets", "printed"),
    [
        (1, "x", "74657374", "1,4,test"),
        (1, "x", "C4E3", "1,2,\xc4\xe3"),
        (2, "00", "FF01", "2,4,FF01"),
        (3, "1", "0744", "3,4,1860"),
        (3, "1", "F4", "3,3,-12"),
        (3, "1", "010203", "2,6,010203"),
        (4, "1", "41C40000", "4,4,24.5"),
        (4, "1", "4038800000000000", "4,4,24.5"),
        (4, "1", "7FF0000000000000", "4,3,inf"),
        (5, "1", "00", "5,1,0"),
        (5, "1", "02", "2,2,02"),
        (6, "00", "74657374", "6,8,74657374"),
    ],
)
def test_family_o_prints_the_type_that_was_declared(
    onemo_rig: Rig, kind: int, value: str, octets: str, printed: str
) -> None:
    onemo_rig.login()
    _declare(onemo_rig, kind, value)
    content = bytes.fromhex(octets)
    size = bytes((0xE0 | len(content),)) if len(content) < 8 else b"\xe8"
    length = b"" if len(content) < 8 else bytes((len(content),))
    number = onemo_rig.write_tlv("/3200/0", size + b"\x16\x76" + length + content)
    assert _printed(onemo_rig) == [f"+MIPLWRITE:0,{number},3200,0,5750,{printed},0"]


def test_a_read_answer_declares_the_type_too(onemo_rig: Rig) -> None:
    onemo_rig.login()
    number = onemo_rig.read("/3200/0/5750")
    onemo_rig.ok(f"AT+MIPLREADRSP=0,{number},1,3200,0,5750,1,4,abcd,0,0")
    onemo_rig.text()
    onemo_rig.write_tlv("/3200/0", bytes.fromhex("E4167674657374"))
    assert ",1,4,test,0" in onemo_rig.text()


@pytest.mark.parametrize(
    ("form", "payload", "expected"),
    [
        (None, b"test", {"O": "2,8,74657374,0", "C": '1,4,"test",0,0'}),
        (0, b"test", {"O": "2,8,74657374,0", "C": '1,4,"test",0,0'}),
        (42, b"\x01\x02", {"O": "2,4,0102,0", "C": "2,2,0102,0,0"}),
    ],
)
def test_a_resource_is_written_as_text_or_opaque_too(
    any_rig: Rig, form: int | None, payload: bytes, expected: dict[str, str]
) -> None:
    any_rig.login()
    options = () if form is None else ((wire.FORMAT, wire.uint(form)),)
    number = any_rig.request(wire.PUT, "/3200/0/5750", options=options, payload=payload).message_id
    assert _printed(any_rig) == [f"+MIPLWRITE:0,{number},3200,0,5750,{expected[any_rig.family]}"]


def test_text_written_to_a_declared_number_is_that_number(onemo_rig: Rig) -> None:
    onemo_rig.login()
    _declare(onemo_rig, 3, "1")
    onemo_rig.request(wire.PUT, "/3200/0/5750", payload=b"1860")
    assert ",3,4,1860,0" in onemo_rig.text()
    onemo_rig.request(wire.PUT, "/3200/0/5750", payload=b"zwd")
    assert ",2,6,7A7764,0" in onemo_rig.text()


@pytest.mark.parametrize(
    ("code", "path", "options", "payload", "answer"),
    [
        (wire.GET, "/3201/0", (), b"", wire.NOT_FOUND),
        (wire.GET, "/3200/5", (), b"", wire.NOT_FOUND),
        (wire.GET, "/0/0", (), b"", wire.NOT_FOUND),
        (wire.GET, "/x", (), b"", wire.BAD_REQUEST),
        (wire.GET, "/3200/0/1/2", (), b"", wire.BAD_REQUEST),
        (wire.PUT, "/3200", (), b"x", wire.BAD_REQUEST),
        (wire.POST, "/3200", (), b"x", wire.BAD_REQUEST),
        (wire.DELETE, "/3200/0", (), b"", wire.BAD_REQUEST),
        (wire.PUT, "/3200/0", ((wire.FORMAT, b"\x06\x06"),), b"\xc8", wire.NOT_ACCEPTABLE),
        (wire.PUT, "/3200/0", (), b"text", wire.NOT_ACCEPTABLE),
        (wire.PUT, "/3200/0/1", ((wire.FORMAT, b"\x32"),), b"{}", wire.NOT_ACCEPTABLE),
        (wire.PUT, "/3200/0/1", ((wire.QUERY, b"nonsense=1"),), b"", wire.BAD_REQUEST),
        (wire.PUT, "/3200/0/1", ((wire.QUERY, b"gt=1"), (wire.QUERY, b"lt=5")), b"", wire.BAD_REQUEST),
        (7, "/3200/0", (), b"", wire.BAD_REQUEST),
    ],
)
def test_what_the_module_refuses_by_itself_is_not_printed(
    any_rig: Rig, code: int, path: str, options: tuple[tuple[int, bytes], ...], payload: bytes, answer: int
) -> None:
    any_rig.login()
    any_rig.request(code, path, options=options, payload=payload)
    assert [packet.code for packet in any_rig.sent] == [answer]
    assert any_rig.lines() == []


def test_an_observe_without_a_token_is_4_00(any_rig: Rig) -> None:
    any_rig.login(observe="")
    any_rig.request(wire.GET, "/3200/0", token=b"", options=((wire.OBSERVE, b""),))
    assert any_rig.sent[-1].code == wire.BAD_REQUEST
    assert any_rig.lines() == []


def test_family_o_answers_observe_discover_and_attributes_itself_and_takes_the_hosts_answers(
    onemo_rig: Rig,
) -> None:
    rig = onemo_rig
    rig.login(observe="")
    first = rig.request(wire.GET, "/3200/0", options=((wire.OBSERVE, b""),)).message_id
    second = rig.request(wire.GET, "/3200", options=((wire.ACCEPT, b"\x28"),)).message_id
    query = tuple((wire.QUERY, part.encode()) for part in ("pmin=15", "pmax=60", "lt=0.0", "gt=50.0", "stp=2.0"))
    third = rig.request(wire.PUT, "/3200/0/5700", options=query).message_id
    text = "pmin=15;pmax=60;lt=0.0;gt=50.0;st=2.0"
    assert _printed(rig) == [
        f"+MIPLOBSERVE:0,{first},1,3200,0,-1",
        f"+MIPLDISCOVER:0,{second},3200",
        f'+MIPLPARAMETER:0,{third},3200,0,5700,37,"{text}"',
    ]
    assert [packet.code for packet in rig.sent] == [wire.CONTENT, wire.CONTENT, wire.CHANGED]
    rig.ok(f"AT+MIPLOBSERVERSP=0,{first},1", f"AT+MIPLPARAMETERRSP=0,{third},2", "AT+MIPLOBSERVERSP=0,7,1")
    assert len(rig.sent) == 3


def test_family_c_waits_for_the_host_to_answer_observe_discover_and_attributes(cis_rig: Rig) -> None:
    rig = cis_rig
    rig.login(observe="")
    rig.request(wire.GET, "/3200/0", options=((wire.OBSERVE, b""),))
    number = int(rig.text().split(",")[1])
    assert rig.sent == []
    rig.ok(f"AT+MIPLOBSERVERSP=0,{number},1", f"AT+MIPLOBSERVERSP=0,{number},1")
    discover = rig.request(wire.GET, "/3200", options=((wire.ACCEPT, b"\x28"),)).message_id
    assert len(rig.sent) == 1
    rig.ok(f'AT+MIPLDISCOVERRSP=0,{discover},1,9,"5700;5701"')
    assert rig.sent[-1].payload == b"</3200>,</3200/0>,</3200/0/5700>,</3200/0/5701>"
    attributes = rig.request(wire.PUT, "/3200/0/5700", options=((wire.QUERY, b"pmin=5"),)).message_id
    rig.ok(f"AT+MIPLPARAMETERRSP=0,{attributes},2")
    assert [packet.code for packet in rig.sent] == [wire.CONTENT, wire.CONTENT, wire.CHANGED]


def test_an_observe_that_the_host_refuses_is_none(cis_rig: Rig) -> None:
    cis_rig.login(observe="")
    cis_rig.request(wire.GET, "/3200/0", options=((wire.OBSERVE, b""),))
    number = int(cis_rig.text().split(",")[1])
    cis_rig.ok(f"AT+MIPLOBSERVERSP=0,{number},13")
    assert cis_rig.sent[-1] == Packet(ACK, wire.NOT_FOUND, number & 0xFFFF, b"\xaa\xbb")
    assert cis_rig.ask(f"AT+MIPLNOTIFY=0,{number},3200,0,5750,1,4,abcd,0,0")[1] == f"+MIPLEVENT:0,25,{number}"


def test_a_cancelled_observe_is_printed_with_flag_0_and_a_hosts_answer_to_it_is_taken(any_rig: Rig) -> None:
    any_rig.login()
    number = any_rig.observe("/3200/0", cancel=1)
    assert any_rig.sent[-1] == Packet(ACK, wire.CONTENT, number, b"\xaa\xbb")
    any_rig.ok(f"AT+MIPLOBSERVERSP=0,{number},1")


def test_a_discover_of_an_object_deleted_meanwhile_is_answered_with_the_object_alone(cis_rig: Rig) -> None:
    cis_rig.login()
    number = cis_rig.request(wire.GET, "/3200", options=((wire.ACCEPT, b"\x28"),)).message_id
    cis_rig.ok("AT+MIPLDELOBJ=0,3200", f'AT+MIPLDISCOVERRSP=0,{number},1,4,"5700"')
    assert cis_rig.sent[-1].payload == b"</3200>"


def test_at_most_forty_requests_wait_and_the_oldest_makes_room(any_rig: Rig) -> None:
    any_rig.login()
    numbers = [any_rig.read("/3200/0") for _ in range(41)]
    any_rig.text()
    assert any_rig.ask(f"AT+MIPLREADRSP=0,{numbers[0]},11") == [f"+CIS ERROR:{UNKNOWN[any_rig.family]}"]
    assert "more than 40" in any_rig.why
    any_rig.ok(f"AT+MIPLREADRSP=0,{numbers[1]},11")


# --- buffered mode ------------------------------------------------------------------------------------


def test_nmi_is_read_and_set(onemo_rig: Rig) -> None:
    assert onemo_rig.ask("AT+MIPLNMI?") == ["+MIPLNMI:0,0,0", "OK"]
    onemo_rig.ok("AT+MIPLNMI=0,2,1")
    assert onemo_rig.ask("AT+MIPLNMI?") == ["+MIPLNMI:0,2,1", "OK"]
    for line in ("AT+MIPLNMI=0,3,0", "AT+MIPLNMI=0,0,2", "AT+MIPLNMI=0,1", "AT+MIPLNMI", "AT+MIPLMGR"):
        assert onemo_rig.ask(line) == ["+CIS ERROR:601"]


@pytest.mark.parametrize(("mode", "announced"), [(1, ["+MIPLNMI:0"]), (2, [])])
def test_a_buffered_request_waits_until_it_is_fetched_and_answered(
    onemo_rig: Rig, mode: int, announced: list[str]
) -> None:
    rig = onemo_rig
    rig.login()
    rig.ok(f"AT+MIPLNMI=0,{mode},0")
    read, write = rig.read("/3200/0"), rig.write_tlv("/3200/0", TEST_TLV)
    assert _printed(rig) == announced * 2
    for _ in range(2):
        assert rig.ask("AT+MIPLMGR=0") == [f"+MIPLREAD:0,{read},3200,0,-1", "OK"]
    rig.ok(f"AT+MIPLREADRSP=0,{read},11")
    assert rig.ask("AT+MIPLMGR=0") == [
        f"+MIPLWRITE:0,{write},3200,0,5501,2,4,0744,1,0",
        f"+MIPLWRITE:0,{write},3200,0,5750,2,8,74657374,0,0",
        "OK",
    ]
    rig.ok(f"AT+MIPLWRITERSP=0,{write},2")
    assert rig.ask("AT+MIPLMGR=0") == ["OK"]


def test_only_read_write_and_execute_are_held_back(onemo_rig: Rig) -> None:
    onemo_rig.login(observe="")
    onemo_rig.ok("AT+MIPLNMI=0,2,0")
    onemo_rig.observe("/3200/0")


def test_a_block_over_1024_octets_is_printed_directly(onemo_rig: Rig) -> None:
    onemo_rig.login()
    onemo_rig.ok("AT+MIPLNMI=0,1,0")
    onemo_rig.request(wire.PUT, "/3200/0/5750", payload=b"x" * 1025)
    assert "+MIPLWRITE" in onemo_rig.text()
    assert onemo_rig.ask("AT+MIPLMGR=0") == ["OK"]


def test_the_buffer_holds_2048_octets_and_drops_what_came_last(onemo_rig: Rig) -> None:
    onemo_rig.login()
    onemo_rig.ok("AT+MIPLNMI=0,2,0")
    numbers = [onemo_rig.request(wire.PUT, "/3200/0/5750", payload=b"x" * 1000).message_id for _ in range(3)]
    assert onemo_rig.why == f"WRITE {numbers[2]} was dropped: the buffer is full"
    for number in numbers[:2]:
        assert onemo_rig.ask("AT+MIPLMGR=0")[0].startswith(f"+MIPLWRITE:0,{number},")
        onemo_rig.ok(f"AT+MIPLWRITERSP=0,{number},2")
    assert onemo_rig.ask("AT+MIPLMGR=0") == ["OK"]


def test_mgr_in_direct_mode_is_ok_alone_and_602_without_a_login(onemo_rig: Rig) -> None:
    onemo_rig.login()
    onemo_rig.read("/3200/0")
    onemo_rig.text()
    assert onemo_rig.ask("AT+MIPLMGR=0") == ["OK"]
    onemo_rig.ok("AT+MIPLCLOSE=0")
    onemo_rig.text()
    assert onemo_rig.ask("AT+MIPLMGR=0") == ["+CIS ERROR:602"]


def test_nsmi_tells_of_each_message_sent_with_its_id_modulo_128(onemo_rig: Rig) -> None:
    rig = onemo_rig
    rig.login()
    rig.ok("AT+MIPLNMI=0,0,1")
    assert rig.ask("AT+MIPLNOTIFY=0,0,3200,0,5750,1,4,abcd,0,0") == ["OK", "+MIPLNSMI:0,1,0"]
    assert rig.ask("AT+MIPLNOTIFY=0,130,3200,0,5750,1,4,abcd,0,0,9") == [
        "OK",
        "+MIPLNSMI:0,1,2",
        "+MIPLEVENT:0,26,9",
    ]
    assert rig.ask("AT+MIPLNOTIFY=0,131,3200,0,5750,1,4,abcd,1,1") == ["OK"]
    number = rig.request(wire.GET, "/3200/0", message_id=18173).message_id
    rig.text()
    assert rig.ask(f"AT+MIPLREADRSP=0,{number},11") == ["OK", "+MIPLNSMI:0,1,125"]
    rig.ok("AT+CFUN=0")
    assert rig.ask("AT+MIPLNOTIFY=0,1,3200,0,5750,1,4,abcd,0,0") == ["OK", "+MIPLNSMI:0,0,1"]
