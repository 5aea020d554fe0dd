"""What in a recorded session differs from run to run."""

from __future__ import annotations

from hypothesis import given, strategies as st

from onenet_sim.testing.sessions import Session, Side, Spoken, parse_session, rebound
from onenet_sim.testing.sessions.cutting import spoken
from onenet_sim.testing.sessions.rebinding import identities, in_hex

IMEI, IMSI = "860000000000013", "460040000000017"


def places(text: str) -> list[str]:
    """Return the lines of a session, each place as its name between brackets."""
    session = rebound(parse_session(text, "session"))
    return [
        "".join(part if isinstance(part, str) else f"[{part.name}]" for part in entry.parts)
        for entry in session.entries
        if isinstance(entry, Spoken)
    ]


said = st.lists(
    st.sampled_from(
        [
            "+MIPLREAD: 0,",
            "AT+MIPLREADRSP=",
            "7",
            ",",
            '"',
            " ",
            "\r\n",
            "+CSQ:",
            "OK",
            "AT+CGMR",
            IMEI,
            in_hex(IMEI),
        ]
    ),
    min_size=1,
    max_size=8,
).map("".join)


@given(st.lists(st.tuples(st.sampled_from(Side), said), max_size=8))
def test_no_octet_of_what_was_recorded_is_lost_by_the_places(lines: list[tuple[Side, str]]) -> None:
    entries = tuple(spoken(side, text.encode("ascii")) for side, text in lines)
    again = rebound(Session(entries, recorded="by hand"))
    assert [entry.octets({}) for entry in again.entries if isinstance(entry, Spoken)] == [
        entry.octets({}) for entry in entries
    ]


def test_an_answer_of_a_name_alone_stays_as_it_is() -> None:
    assert places("> AT+CGMR\n< Revision:\n")[1] == "Revision:"


def test_a_message_id_is_bound_where_it_is_issued_and_where_the_host_answers() -> None:
    assert places("< +MIPLREAD: 0,18173,3303,0,5700\n> AT+MIPLREADRSP=0,18173,1,3303,0,5700,4,4,25.5,0,0\n") == [
        "+MIPLREAD: 0,[message id of READ 18173],3303,0,5700",
        "AT+MIPLREADRSP=0,[message id of READ 18173],1,3303,0,5700,4,4,25.5,0,0",
    ]


def test_a_host_may_write_its_commands_in_small_letters() -> None:
    text = "< +MIPLOBSERVE: 0,7,1,3303,0,-1\n> at+miplobserversp=0,7,1\n"
    assert places(text)[1] == "at+miplobserversp=0,[message id of OBSERVE 7],1"


def test_a_number_that_only_looks_like_a_message_id_stays() -> None:
    text = '< +MIPLREAD: 0,3200,3200,0,5700\n> AT+MIPLDISCOVERRSP=0,3200,1,4,"5750"\n> AT+MIPLREADRSP=0,18173,11\n'
    assert places(text)[1:] == ['AT+MIPLDISCOVERRSP=0,3200,1,4,"5750"', "AT+MIPLREADRSP=0,18173,11"]


def test_a_request_that_comes_again_has_its_place_and_a_later_one_with_the_same_id_another() -> None:
    read = "< +MIPLREAD: 0,7,3303,0,5700\n"
    later = "< +MIPLREAD: 0,7,3306,0,5850\n> AT+MIPLREADRSP=0,7,11\n"
    assert [line.partition("[")[2].partition("]")[0] for line in places(read + read + later)] == [
        "message id of READ 7",
        "message id of READ 7",
        "message id of READ 7'",
        "message id of READ 7'",
    ]


def test_a_write_of_several_resources_is_one_request_until_it_is_answered() -> None:
    lines = "< +MIPLWRITE:0,9,3306,0,5850,2,1,01,0,1\n< +MIPLWRITE:0,9,3306,0,5851,2,1,05,0,0\n"
    answer = "> AT+MIPLWRITERSP=0,9,2\n"
    named = [line.partition("[")[2].partition("]")[0] for line in places(lines + answer + lines)]
    assert named == ["message id of WRITE 9"] * 3 + ["message id of WRITE 9'"] * 2


def test_the_ref_the_socket_and_the_key_are_bound() -> None:
    text = (
        '> AT+MIPLCREATEEX="h:5684",1,,"k1"\n< +MIPLCREATEEX: 1\n> AT+MIPLOPEN=1,30\n< OK\n'
        '< +MIPLDEVINFO: "h:5684",0,,"k2"\n> AT+MIPLCREATEEX="h:5684",0,,"k2"\n'
        '> AT+NSOCR="DGRAM",17,0,1\n< 2\n< OK\n> AT+NSOST=2,1.2.3.4,5,1,00\n< 2,1\n'
    )
    assert places(text) == [
        'AT+MIPLCREATEEX="h:5684",1,,"k1"',
        "+MIPLCREATEEX: [ref 1]",
        "AT+MIPLOPEN=[ref 1],30",
        "OK",
        '+MIPLDEVINFO: "h:5684",0,,"[key k2]"',
        'AT+MIPLCREATEEX="h:5684",0,,"[key k2]"',
        'AT+NSOCR="DGRAM",17,0,1',
        "[socket 2]",
        "OK",
        "AT+NSOST=[socket 2],1.2.3.4,5,1,00",
        "2,1",
    ]


def test_identities_are_replaced_wherever_they_stand_and_in_hex() -> None:
    endpoint = in_hex(f"{IMEI};{IMSI}")
    text = f"> AT+MIPLCONF=71,{endpoint},1\n< OK\n> AT+CGSN=1\n< +CGSN:{IMEI}\n< OK\n> AT+CIMI\n< {IMSI}\n< OK\n"
    assert identities(parse_session(text, "session")) == {"imei": IMEI, "imsi": IMSI}
    assert places(text) == [
        f"AT+MIPLCONF=71,[imei in hex]{in_hex(';')}[imsi in hex],1",
        "OK",
        "AT+CGSN=1",
        "+CGSN:[imei]",
        "OK",
        "AT+CIMI",
        "[imsi]",
        "OK",
    ]


def test_signal_cell_clock_version_and_address_may_be_anything_and_nothing_else() -> None:
    text = (
        "> AT+CSQ\n< +CSQ:20,99\n< OK\n> AT+CEREG?\n< +CEREG: 2,1,5A1B,0C1D2E3F,9\n< OK\n"
        '> AT+CCLK?\n< +CCLK: "26/01/01,08:00:00+32"\n< OK\n> AT+CGMR\n< V150\n<< R100,B300\\r\\n\n'
        "< +MIPLEVENT:0,1\n< OK\n"
        "< +IP: 10.1.2.3\n< +CEREG:1\n> AT+NUESTATS\n< Signal power:-801\n<< ECL:1\\r\\n\n< OK\n"
    )
    assert places(text) == [
        "AT+CSQ",
        "+CSQ:[],[]",
        "OK",
        "AT+CEREG?",
        "+CEREG: 2,1,[],[],9",
        "OK",
        "AT+CCLK?",
        "+CCLK: []",
        "OK",
        "AT+CGMR",
        "[]",
        "[]\r\n",
        "+MIPLEVENT:0,1",
        "OK",
        "+IP: []",
        "+CEREG:1",
        "AT+NUESTATS",
        "[]",
        "ECL:[]\r\n",
        "OK",
    ]
