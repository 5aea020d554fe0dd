"""Whatever a host or a network sends: one final result a command, whole lines, no exception."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from onenet_sim.modem import Pace, profile_names
from tests.modem import wire
from tests.modem.conftest import ACCESS, DIRECT_CODE, Rig, configuration

if TYPE_CHECKING:
    from onenet_sim.modem.module import Module

PATHS = ("3200", "3200/0", "3200/0/5750", "3/0", "bs", "0/0")
SERVER = b"\xc8\x00\x19coap://183.230.40.40:5683"
FINAL = re.compile(r"OK|ERROR|\+CM[ES] ERROR:.*|\+CIS ERROR:.*")
quick = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])

numbers = st.one_of(
    st.sampled_from(["0", "1", "2", "11", "15", "3200", "3303", "5750", "65535", "65536", "-1", "4294967296", ""]),
    st.integers(-10, 100_000).map(str),
    st.sampled_from(["0x200", "0X400", '"1"', '"', "zwd", "5700;5701;", '"5700;99999"', "1e999", "1.5"]),
)
arguments = st.lists(numbers, max_size=13).map(",".join)
commands = st.sampled_from(
    [
        "+MIPLCREATE", "+MIPLCREATEEX", "+MIPLDELETE", "+MIPLADDOBJ", "+MIPLDELOBJ", "+MIPLDISCOVERRSP",
        "+MIPLOPEN", "+MIPLCLOSE", "+MIPLUPDATE", "+MIPLNOTIFY", "+MIPLREADRSP", "+MIPLWRITERSP",
        "+MIPLEXECUTERSP", "+MIPLOBSERVERSP", "+MIPLPARAMETERRSP", "+MIPLVER", "+MIPLNMI", "+MIPLMGR",
        "+CEREG", "+CFUN", "+CGATT", "+CGSN", "+CPSMS", "+CMEE", "+COPS", "+CGDCONT", "+CGPADDR",
        "+NPSMR", "+CGCONTRDP", "+MIPLCFG", "+MIPLQMGR", "+MIPLUPDATESET", "+MIPLDEVINFO", "+MIPLDTLSNAT",
        "+MIPLLTRDP", "+MIPLFOTACFG", "+MIPLCONF", "+MIPLDEL", "+MIPLREAD", "+MIPLWRITE", "+MIPLEXECUTE",
        "+NSOCR", "+NSOCO", "+NSOST", "+NSORF", "+NSOCL", "+IPSTART", "+IPSEND", "+IPRCFG", "+NPING", "+PING",
        "+CMDNS", "+QDNS", "+CEDRXS", "+SM", "+CSCON", "+MIPLSOTAVER", "+MIPLSOTA",
    ]
)  # fmt: skip
LEGACY = (
    configuration(60).removeprefix("AT"),
    "+MIPLCONF=46,000000002C01000019,1,0",
    "+MIPLADDOBJ=0,3200,0",
    "+MIPLADDOBJ=0,3200,1",
    "+MIPLDELOBJ=0,3200,0",
    '+MIPLNOTIFY=0,3200,0,5505,6,"000102030405",1',
    '+MIPLNOTIFY=0,3200,0,5750,1,"abcd",1,7',
    "+MIPLNOTIFY=0,3200,1,5501,3,7,0",
    "+MIPLOPEN=0,30",
    '+MIPLREAD=0,100,3200,0,5750,1,"abcd",1',
    '+MIPLREAD=0,100,3200,0,5750,1,"abcd",0',
    "+MIPLWRITE=0,101,1",
    "+MIPLEXECUTE=0,102,0",
    "+MIPLDEL=0",
)
legal = st.sampled_from(
    [
        "+MIPLCREATE",
        f"+MIPLCREATE=49,{DIRECT_CODE},0,49,0",
        '+MIPLADDOBJ=0,3200,2,"11",2,1',
        '+MIPLDISCOVERRSP=0,3200,1,4,"5750"',
        "+MIPLOPEN=0,60,10",
        "+MIPLUPDATE=0,5,1",
        '+MIPLNOTIFY=0,0,3200,0,5750,1,4,"abcd",0,0,7',
        "+MIPLNOTIFY=0,0,3200,0,5501,3,1,7,1,1",
        '+MIPLREADRSP=0,100,1,3200,0,5750,1,4,"abcd",0,0',
        "+MIPLWRITERSP=0,101,2",
        "+MIPLOBSERVERSP=0,65638,1",
        '+MIPLDISCOVERRSP=0,103,1,4,"5750"',
        "+MIPLNMI=0,1,1",
        "+MIPLMGR=0",
        "+MIPLQMGR=0",
        '+MIPLCFG="platform",0,10,"any"',
        '+MIPLCFG="binding",0,2',
        "+MIPLDEVINFO?",
        "+MIPLLTRDP",
        "+MIPLDELOBJ=0,3200",
        "+MIPLCLOSE=0",
        "+MIPLDELETE=0",
        "+CFUN=0",
        "+CFUN=1",
        *LEGACY,
        "+NSOCR=DGRAM,17,0,1",
        "+NSOST=0,10.0.0.1,7,1,00",
        "+IPSTART=0,UDP,10.0.0.1,7",
        "+IPSEND=0,1,00",
    ]
)
lines = st.one_of(legal, commands, st.tuples(commands, st.sampled_from(["?", "=?", "="]), arguments).map("".join))
requests = st.builds(
    wire.Packet,
    st.integers(0, 3),
    st.sampled_from([0, 1, 2, 3, 4, 0x41, 0x44, 0x45, 0x84]),
    st.sampled_from([100, 101, 102, 103, 0x1234, 0x1235, 0x1236]),
    st.sampled_from([b"", b"t", b"\x34\x12\x00\x00"]),
    st.lists(
        st.one_of(
            st.sampled_from(
                [
                    *(wire.segments(wire.URI_PATH, path) for path in PATHS),
                    ((wire.OBSERVE, b""),),
                    ((wire.OBSERVE, b"\x01"),),
                    ((wire.ACCEPT, b"\x28"),),
                    ((wire.FORMAT, b"\x06\x06"),),
                    ((wire.QUERY, b"pmin=5"),),
                ]
            ),
            st.tuples(st.tuples(st.integers(0, 3000), st.binary(max_size=20))),
        ),
        max_size=4,
    ).map(lambda groups: tuple(option for group in groups for option in group)),
    st.one_of(st.binary(max_size=12), st.sampled_from([b"\xe4\x16\x76abcd", b'a"b', SERVER])),
)  # fmt: skip
steps = st.lists(
    st.one_of(
        lines.map(lambda line: ("line", line)),
        requests.map(lambda packet: ("datagram", packet)),
        st.floats(0, 90).map(lambda seconds: ("wait", seconds)),
    ),
    max_size=25,
)


def _run(rig: Rig, step: tuple[str, object]) -> None:
    match step:
        case "line", str(line):
            rig.feed(f"AT{line}\r\n".encode("latin-1"))
            printed = rig.lines()
            finals = [each for each in printed if FINAL.fullmatch(each)]
            if len(finals) > 1 and printed[-1] in rig.profile.boot.restart_text:
                del finals[-1]  # a restart by AT+CFUN=0,1 ends in a boot text of OK
            assert len(finals) == 1, (line, printed)
        case "datagram", wire.Packet() as packet:
            rig.deliver(packet)
        case "wait", float(seconds):
            rig.advance(seconds)
    text = rig.text()
    if not {*"\r\n"} & {
        *text.replace("\r\n", "")
    }:  # else a value that came from the platform has line ends itself
        assert re.fullmatch(r"(\r\n[^\r\n]+\r\n)*", text), text


@pytest.mark.parametrize("name", profile_names())
@quick
@given(steps)
def test_each_command_has_one_final_result_and_each_line_its_frame(
    name: str, session: list[tuple[str, object]]
) -> None:
    rig = Rig(name)
    for step in session:
        _run(rig, step)


@pytest.mark.parametrize("name", profile_names())
@quick
@given(steps)
def test_the_same_holds_of_a_module_that_is_logged_in(name: str, session: list[tuple[str, object]]) -> None:
    rig = Rig(name)
    rig.login(lifetime=600)
    for step in session:
        _run(rig, step)


def _state(thing: object) -> object:
    """Return the module's state as comparable values."""
    if is_dataclass(thing) and not isinstance(thing, type):
        return {field.name: _state(getattr(thing, field.name)) for field in fields(thing)}
    if isinstance(thing, dict):
        return {repr(key): _state(value) for key, value in thing.items()}
    return repr(thing)


def _snapshot(rig: Rig) -> object:
    module: Module | None = rig.modem.module
    assert module is not None
    return (
        _state(module.device),
        _state(module.settings),
        module.session.state,
        module.session.expires,
        module.reports.observed,
        module.buffer.requests,
        module.buffer.sendings,
        module.radio.usable,
        module.radio.cereg,
        _state(module.configuration),
    )


@pytest.mark.parametrize("name", profile_names())
@quick
@given(st.lists(lines, max_size=25))
def test_a_refused_command_changes_nothing(name: str, session: list[str]) -> None:
    rig = Rig(name)
    rig.login()
    for line in session:
        before, sent, writes = _snapshot(rig), len(rig.sent), len(rig.writes)
        rig.feed(f"AT{line}\r".encode("latin-1"))
        if "ERROR" in rig.text():
            assert _snapshot(rig) == before, line
            assert len(rig.sent) == sent, line
            assert len(rig.writes) == writes + 1, line


@pytest.mark.parametrize("name", profile_names())
@quick
@given(
    st.lists(
        st.one_of(st.binary(max_size=40), st.sampled_from([b"AT+NRB\r", b"AT\r", b"A/", b"ATE1V0\r"])), max_size=10
    )
)
def test_no_octets_of_a_host_break_the_module(name: str, chunks: list[bytes]) -> None:
    rig = Rig(name, pace=Pace.FIELD)
    for chunk in chunks:
        rig.feed(chunk)
        rig.advance(1.0)


@pytest.mark.parametrize("name", profile_names())
@quick
@given(st.lists(st.one_of(st.binary(max_size=60), requests.map(lambda packet: packet.encode())), max_size=20))
def test_no_datagrams_break_the_module(name: str, datagrams: list[bytes]) -> None:
    rig = Rig(name)
    rig.login()
    for octets in datagrams:
        rig.modem.receive_datagram(octets, ACCESS, rig.now)
        for datagram in rig.modem.datagrams_to_send():
            wire.decode(datagram.octets)
    rig.advance(100.0)


@quick
@given(st.lists(st.integers(1, 40), max_size=12))
def test_a_command_means_the_same_in_any_split(cuts: list[int]) -> None:
    octets = b'at+miplcreate\r\nAT+MIPLADDOBJ=0,3200,1,"1",0,0\rAT+MIPLOPEN=0,3000,30\r\n\x00AT+CSQ\r\n'
    whole, parts = Rig(), Rig()
    whole.feed(octets)
    at = 0
    for size in cuts:
        parts.feed(octets[at : at + size])
        at += size
    parts.feed(octets[at:])
    assert sorted(parts.lines()) == sorted(whole.lines())
    assert [packet.encode() for packet in parts.sent] == [packet.encode() for packet in whole.sent]
