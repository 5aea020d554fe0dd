"""The protocol of RFC 2217 by itself, against octets written by hand from the RFCs."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from onenet_sim.ports.comport import ComPort, Octets, Purge, Said, Setting, cut_escape, encode

IAC, SB, SE = b"\xff", b"\xff\xfa", b"\xff\xf0"
WILL, WONT, DO, DONT = b"\xff\xfb", b"\xff\xfc", b"\xff\xfd", b"\xff\xfe"
BINARY, ECHO, TERMINAL_TYPE, COM_PORT = b"\x00", b"\x01", b"\x18", b"\x2c"


def fresh() -> ComPort:
    """A connection whose first offer has been taken."""
    line = ComPort()
    line.answers.clear()
    return line


def heard(line: ComPort, octets: bytes) -> list[Said]:
    return line.receive(octets)


def answer(line: ComPort, octets: bytes) -> bytes:
    line.receive(octets)
    answers = bytes(line.answers)
    line.answers.clear()
    return answers


def command(code: int, value: bytes = b"") -> bytes:
    return SB + COM_PORT + bytes((code,)) + value + SE


def test_it_begins_by_offering_binary_both_ways_and_the_com_port_option() -> None:
    assert ComPort().answers == WILL + BINARY + DO + BINARY + DO + COM_PORT


@pytest.mark.parametrize(
    ("said", "answered"),
    [
        (WILL + BINARY, b""),
        (DO + BINARY, b""),
        (DO + ECHO, WILL + ECHO),
        (DO + b"\x03", WILL + b"\x03"),
        (WILL + b"\x03", DO + b"\x03"),
        (DO + COM_PORT, WILL + COM_PORT + command(107, b"\x30")),
        (WILL + COM_PORT, command(107, b"\x30")),
        (WILL + ECHO, DONT + ECHO),
        (WILL + TERMINAL_TYPE, DONT + TERMINAL_TYPE),
        (DO + TERMINAL_TYPE, WONT + TERMINAL_TYPE),
        (WONT + TERMINAL_TYPE + DONT + TERMINAL_TYPE, b""),
        (WONT + BINARY, b""),
        (DO + ECHO + DO + ECHO, WILL + ECHO),
        (DO + ECHO + DONT + ECHO, WILL + ECHO + WONT + ECHO),
        (WILL + b"\x03" + WONT + b"\x03", DO + b"\x03" + DONT + b"\x03"),
    ],
)
def test_options_are_agreed_to_or_refused_and_agreement_is_not_answered(said: bytes, answered: bytes) -> None:
    assert answer(fresh(), said) == answered


@pytest.mark.parametrize(
    ("said", "answered", "settings"),
    [
        (command(0), command(100, b"onenet-simulator"), []),
        (command(0, b"client"), b"", []),
        (command(1, b"\x00\x00\x25\x80"), command(101, b"\x00\x00\x25\x80"), [Setting("baud rate", "9600")]),
        (command(1, b"\x00\x00\x00\x00"), command(101, b"\x00\x00\x25\x80"), []),
        (command(1, b"\x25\x80"), command(101, b"\x00\x00\x25\x80"), []),
        (command(2, b"\x07"), command(102, b"\x07"), [Setting("data bits", "7")]),
        (command(2, b"\x00"), command(102, b"\x08"), []),
        (command(2, b"\x09"), command(102, b"\x08"), []),
        (command(3, b"\x03"), command(103, b"\x03"), [Setting("parity", "even")]),
        (command(3, b"\x06"), command(103, b"\x01"), []),
        (command(4, b"\x02"), command(104, b"\x02"), [Setting("stop bits", "2")]),
        (command(4, b"\x01"), command(104, b"\x01"), []),
        (command(5, b"\x00"), command(105, b"\x01"), []),
        (command(5, b"\x03"), command(105, b"\x03"), [Setting("flow control", "RTS/CTS")]),
        (command(5, b"\x13"), command(105, b"\x13"), [Setting("flow control", "DSR")]),
        (command(5, b"\x04"), command(105, b"\x06"), []),
        (command(5, b"\x05"), command(105, b"\x05"), [Setting("BREAK", "on")]),
        (command(5, b"\x07"), command(105, b"\x09"), []),
        (command(5, b"\x08"), command(105, b"\x08"), [Setting("DTR", "on")]),
        (command(5, b"\x0a"), command(105, b"\x0c"), []),
        (command(5, b"\x0b"), command(105, b"\x0b"), [Setting("RTS", "on")]),
        (command(5, b"\x0d"), command(105, b"\x0e"), []),
        (command(5, b"\x12"), command(105, b"\x12"), [Setting("inbound flow control", "DTR")]),
        (command(5, b"\x14"), b"", []),
        (command(6), command(106, b"\x60"), []),
        (command(7), command(107, b"\x30"), []),
        (command(10, b"\x00"), command(110, b"\x00"), []),
        (command(10, b"\xff\xff"), command(110, b"\xff\xff"), []),
        (command(11, b"\xff\xff"), command(111, b"\xff\xff") + command(107, b"\x30"), []),
        (command(11, b"\x00"), command(111, b"\x00"), []),
        (command(12, b"\x01"), command(112, b"\x01"), [Purge()]),
        (command(12, b"\x02"), command(112, b"\x02"), []),
        (command(12, b"\x03"), command(112, b"\x03"), [Purge()]),
        (command(99, b"\x03"), b"", []),
        (SB + TERMINAL_TYPE + b"\x01" + SE, b"", []),
        (SB + SE, b"", []),
        (IAC + b"\xf3", b"", [Setting("BREAK", "on"), Setting("BREAK", "off")]),
        (IAC + b"\xf1", b"", []),
    ],
)
def test_each_command_is_answered_by_what_holds_now(said: bytes, answered: bytes, settings: list[Said]) -> None:
    assert answer(fresh(), said) == answered
    assert heard(fresh(), said) == settings


def test_what_was_set_already_is_answered_and_not_told_again() -> None:
    line = fresh()
    line.receive(command(5, b"\x08"))
    assert heard(line, command(5, b"\x08")) == []
    assert answer(line, command(5, b"\x07")) == command(105, b"\x08") * 3


def test_suspend_and_resume_have_no_answer() -> None:
    line = fresh()
    assert answer(line, command(8)) == b""
    assert line.suspended
    assert answer(line, command(9)) == b""
    assert not line.suspended


def test_a_command_that_comes_in_the_midst_of_octets_keeps_its_place() -> None:
    said = heard(fresh(), b"AT" + command(5, b"\x08") + b"\r")
    assert said == [Octets(b"AT"), Setting("DTR", "on"), Octets(b"\r")]


def test_a_doubled_octet_is_one_for_the_module() -> None:
    assert heard(fresh(), b"\xff\xffA\xff\xff") == [Octets(b"\xffA\xff")]


def test_outside_of_binary_a_nul_behind_cr_means_nothing() -> None:
    line = fresh()
    assert heard(line, b"AT\r\0AT\r\n\0") == [Octets(b"AT\rAT\r\n\0")]
    line.receive(WILL + BINARY)
    assert heard(line, b"AT\r\0") == [Octets(b"AT\r\0")]


def test_a_subnegotiation_without_an_end_takes_no_more_than_its_bound() -> None:
    line = fresh()
    line.receive(SB + COM_PORT + b"\x00" + b"x" * 100_000)
    assert len(line._parameter) == 256
    assert heard(line, SE + b"AT\r") == [Octets(b"AT\r")]


def test_a_subnegotiation_that_another_command_ends_is_dropped() -> None:
    assert heard(fresh(), SB + COM_PORT + b"\x05\x08" + IAC + b"\xf1" + b"AT\r") == [Octets(b"AT\r")]


@given(st.binary(), st.integers(min_value=0))
def test_octets_of_the_module_survive_and_a_cut_escape_is_known(octets: bytes, cut: int) -> None:
    encoded = encode(octets)
    assert b"".join(said.octets for said in heard(fresh(), encoded) if isinstance(said, Octets)) in {
        octets,
        octets.replace(b"\r\0", b"\r"),
    }
    sent, rest = encoded[: cut % (len(encoded) + 1)], encoded[cut % (len(encoded) + 1) :]
    completed = sent + cut_escape(rest)
    assert (len(completed) - len(completed.rstrip(b"\xff"))) % 2 == 0


@given(st.binary(max_size=60), st.data())
def test_no_octets_upset_it_and_no_split_changes_what_is_heard(octets: bytes, draw: st.DataObject) -> None:
    octets = octets + command(1, b"\x00\x01\xc2\x00") + WILL + BINARY + b"\xff\xff"
    whole, split = fresh(), fresh()
    cuts = sorted(draw.draw(st.lists(st.integers(0, len(octets)))))
    pieces = [octets[a:b] for a, b in zip([0, *cuts], [*cuts, len(octets)], strict=True)]
    apart = [said for piece in pieces for said in split.receive(piece)]
    together = whole.receive(octets)
    assert split.answers == whole.answers

    def text(said: list[Said]) -> bytes:
        return b"".join(each.octets for each in said if isinstance(each, Octets))

    assert text(apart) == text(together)
    assert [s for s in apart if not isinstance(s, Octets)] == [s for s in together if not isinstance(s, Octets)]
