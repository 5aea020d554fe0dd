"""The text timeline, on journals made by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import pytest

from onenet_sim.journal import (
    Answer,
    CoapReceived,
    CoapSent,
    CommandLine,
    DatagramDropped,
    DataPoint,
    Explanation,
    HostAttached,
    HostWrote,
    HttpAnswer,
    HttpRequest,
    Journal,
    Layer,
    ModuleWrote,
    Occurrence,
    OctetsLost,
    PlatformRequest,
    PlatformResult,
    PowerChanged,
    Urc,
    WorldBegan,
)
from onenet_sim.report import timeline

if TYPE_CHECKING:
    from collections.abc import Iterable

    from onenet_sim.journal import Event

MODEM, ACCESS = "127.0.0.1:4000", "183.230.40.40:5683"
TEMPERATURE = bytes.fromhex("e81644084037800000000000")


class Book:
    """A journal whose clock the test sets."""

    def __init__(self) -> None:
        self.now = 0.0
        self.journal = Journal(lambda: self.now, 200_000)

    def note(self, what: Occurrence, cause: int | None = None, modem: str | None = None) -> int:
        return self.journal.note(what, cause=cause, modem=modem)

    def command(self, line: str, *lines: str, final_result: str = "OK") -> tuple[int, int]:
        """Note a command and its answer with the octets of both; return the ids of command and answer."""
        command = self.note(CommandLine(line), self.note(HostWrote(line.encode() + b"\r\n")))
        answer = self.note(Answer(lines, final_result), command)
        octets = b"".join(b"\r\n%s\r\n" % text.encode() for text in (*lines, final_result))
        self.note(ModuleWrote(octets), answer)
        return command, answer

    def carry(self, sent: CoapSent, cause: int | None, end: str) -> tuple[int, int]:
        """Note a message's sending and its arrival at an end; return the ids of both."""
        here = self.note(sent, cause)
        return here, self.note(arrived(sent, end), here)

    def text(self, width: int = 100) -> str:
        return written(self.journal, width)


def written(events: Iterable[Event], width: int = 100) -> str:
    return "\n".join(timeline(events, width=width))


def sent(
    end: str,
    kind: str,
    code: str,
    path: str = "",
    query: tuple[str, ...] = (),
    *,
    observe: int | None = None,
    content_format: int | None = None,
    payload: bytes = b"",
    repeat: int = 0,
) -> CoapSent:
    peer = ACCESS if end == "modem" else MODEM
    return CoapSent(end, peer, kind, code, 7, b"\x01", path, query, observe, content_format, payload, repeat)


def arrived(message: CoapSent, end: str) -> CoapReceived:
    peer = ACCESS if end == "modem" else MODEM
    return CoapReceived(
        end,
        peer,
        message.type,
        message.code,
        message.message_id,
        message.token,
        message.path,
        message.query,
        message.observe,
        message.content_format,
        message.payload,
        message.repeat,
    )


@pytest.fixture
def book() -> Book:
    return Book()


def test_a_report_stands_as_one_tree_from_the_command_to_the_data_point(book: Book) -> None:
    book.note(WorldBegan("started with seed 7", 7, "0.1.0", "", (), (), ()))
    book.now = 1.25
    request = book.note(PlatformRequest("8", "observe", "/3303/0", "subscription after login"))
    get = sent("access", "CON", "GET", "3303/0", observe=0)
    _, asked = book.carry(get, request, "modem")
    _, answered = book.carry(sent("modem", "ACK", "2.05", observe=0), asked, "access")
    book.note(PlatformResult("8", "observe", "/3303/0", "2.05"), answered)
    book.now = 2.5
    command = book.note(CommandLine("AT+MIPLNOTIFY=…"), book.note(HostWrote(b"AT+MIPLNOTIFY=\r")))
    notify = sent("modem", "CON", "2.05", observe=1, content_format=1542, payload=TEMPERATURE)
    _, received = book.carry(notify, command, "access")
    book.note(ModuleWrote(b"\r\nOK\r\n"), book.note(Answer((), "OK"), command))
    book.note(DataPoint("8", "3303_0_5700", 23.5), received)
    _, acknowledged = book.carry(sent("access", "ACK", "EMPTY"), received, "modem")
    event = book.note(Urc("+MIPLEVENT: 0,26,42"), acknowledged)
    book.now = 2.75
    book.note(ModuleWrote(b"\r\n+MIPLEVENT: 0,26,42\r\n"), event)
    assert (
        book.text()
        == """\
    0.000    #1  world started with seed 7

    1.250    #3  modem ← access  CON GET /3303/0 observe=0 mid=7 (subscription after login)
             #5    modem → access  ACK 2.05 observe=0 mid=7

    2.500    #9  host → modem  AT+MIPLNOTIFY=…  ← OK
            #10    modem → access  CON 2.05 observe=1 mid=7 {5700: 23.5}
            #14      platform  data point 3303_0_5700 = 23.5
            #15      modem ← access  ACK mid=7
            #17        host ← modem  +MIPLEVENT: 0,26,42  (printed at 2.750)"""
    )


def test_a_call_of_the_application_ends_below_itself_though_the_host_answered_in_between(book: Book) -> None:
    call = book.note(HttpRequest("GET", "/nbiot?imei=8&obj_id=3303"))
    request = book.note(PlatformRequest("8", "read", "/3303/0/5700", "command"), call)
    _, asked = book.carry(sent("access", "CON", "GET", "3303/0/5700"), request, "modem")
    urc = book.note(Urc("+MIPLREAD: 0,7,3303,0,5700"), asked)
    book.note(ModuleWrote(b"\r\n+MIPLREAD: 0,7,3303,0,5700\r\n"), urc)
    book.now = 0.5
    command, _ = book.command("AT+MIPLREADRSP=0,7,1,3303,0,5700,4,4,23.5,0,0")
    answer = sent("modem", "ACK", "2.05", content_format=1542, payload=TEMPERATURE)
    _, answered = book.carry(answer, command, "access")
    book.note(PlatformResult("8", "read", "/3303/0/5700", "2.05"), answered)
    book.note(HttpAnswer(200, '{"errno":0}'), call)
    assert (
        book.text()
        == """\
    0.000    #1  platform ← application  GET /nbiot?imei=8&obj_id=3303
             #3    modem ← access  CON GET /3303/0/5700 mid=7 (command)
             #5      host ← modem  +MIPLREAD: 0,7,3303,0,5700
    0.500   #14    platform → application  200 {"errno":0}

    0.500    #8  host → modem  AT+MIPLREADRSP=0,7,1,3303,0,5700,4,4,23.5,0,0  ← OK
            #11    modem → access  ACK 2.05 mid=7 {5700: 23.5}"""
    )


def test_an_explanation_stands_under_its_error_and_is_never_cut(book: Book) -> None:
    _, answer = book.command("AT+MIPLREADRSP=0,18173,1", final_result="+CIS ERROR: 601")
    book.note(Explanation("there is no such request; " + "18172 is open, " * 6 + "and closes in 18.8 s"), answer)
    assert (
        book.text(80)
        == """\
    0.000    #2  host → modem  AT+MIPLREADRSP=0,18173,1  ← +CIS ERROR: 601
             #5    because there is no such request; 18172 is open, 18172 is
                       open, 18172 is open, 18172 is open, 18172 is open, 18172
                       is open, and closes in 18.8 s"""
    )


def test_a_lost_message_and_its_retransmission_both_stay_visible(book: Book) -> None:
    post = sent("modem", "CON", "POST", "rd/8", ("lt=86400",))
    command, _ = book.command("AT+MIPLUPDATE=0,5,0")
    book.note(DatagramDropped("modem-1", bytes(20), "no coverage"), book.note(post, command))
    book.now = 2.0
    again, _ = book.carry(replace(post, repeat=1), command, "access")
    book.now = 2.5
    book.note(arrived(post, "access"), again)
    assert (
        book.text()
        == """\
    0.000    #2  host → modem  AT+MIPLUPDATE=0,5,0  ← OK
             #5    modem → 183.230.40.40:5683  CON POST /rd/8 lt=86400 mid=7
             #6      network  modem-1 dropped 20 octets: no coverage
    2.000    #7    modem → access  CON POST /rd/8 lt=86400 mid=7 (repeat 1)
    2.500    #9      modem → access  CON POST /rd/8 lt=86400 mid=7"""
    )


def test_a_message_that_arrives_altered_or_late_says_so(book: Book) -> None:
    post = sent("modem", "CON", "POST", "bs", ("ep=8",))
    here = book.note(post)
    book.note(replace(arrived(post, "bootstrap"), query=("ep=9",)), here)
    there = book.note(post)
    book.now = 0.25
    book.note(arrived(post, "bootstrap"), there)
    assert (
        book.text()
        == """\
    0.000    #1  modem → 183.230.40.40:5683  CON POST /bs ep=8 mid=7
             #2    modem → bootstrap  CON POST /bs ep=9 mid=7

    0.000    #3  modem → bootstrap  CON POST /bs ep=8 mid=7 (arrived at 0.250)"""
    )


def test_requests_that_follow_from_each_others_answers_stand_side_by_side(book: Book) -> None:
    cause, _ = book.command("AT+MIPLOPEN=0,3000")
    for instance in ("3303/0", "3306/0"):
        request = book.note(PlatformRequest("8", "observe", "/" + instance, "login"), cause)
        _, asked = book.carry(sent("access", "CON", "GET", instance), request, "modem")
        _, cause = book.carry(sent("modem", "ACK", "2.05"), asked, "access")
    assert (
        book.text()
        == """\
    0.000    #2  host → modem  AT+MIPLOPEN=0,3000  ← OK
             #6    modem ← access  CON GET /3303/0 mid=7 (login)
             #8      modem → access  ACK 2.05 mid=7
            #11    modem ← access  CON GET /3306/0 mid=7 (login)
            #13      modem → access  ACK 2.05 mid=7"""
    )


def test_a_result_that_says_more_than_the_answers_code_has_a_line(book: Book) -> None:
    request = book.note(PlatformRequest("8", "read", "/3303/0", "command"))
    book.carry(sent("access", "CON", "GET", "3303/0"), request, "modem")
    book.now = 20.0
    result = book.note(PlatformResult("8", "read", "/3303/0", "time out"), request)
    book.note(Explanation("nothing came back"), result)
    assert (
        book.text()
        == """\
    0.000    #2  modem ← access  CON GET /3303/0 mid=7 (command)
   20.000    #4    platform read /3303/0: time out
             #5      because nothing came back"""
    )


def test_a_line_that_a_person_types_key_by_key_is_one_line_with_its_echo_left_out(book: Book) -> None:
    writes = [book.note(HostWrote(key.encode())) for key in "AT\r"]
    for write, key in zip(writes, "AT\r", strict=True):
        book.note(ModuleWrote(key.encode()), write)
    book.note(Answer((), "OK"), book.note(CommandLine("AT"), writes[-1]))
    book.note(HostWrote(b"\n"))
    assert book.text() == "    0.000    #7  host → modem  AT              ← OK"


def test_octets_of_which_no_line_came_are_shown_together(book: Book) -> None:
    write = book.note(HostWrote(b"AT\rAT+"))
    book.note(CommandLine("AT"), write)
    book.note(HostWrote(b"MIPL"))
    assert (
        book.text()
        == """\
    0.000    #1  host → modem  AT+MIPL
    0.000    #2  host → modem  AT"""
    )


def test_octets_that_the_module_did_not_understand_stand_with_their_explanation(book: Book) -> None:
    book.note(HostWrote(b"he"))
    book.note(Explanation("a line must begin with AT"), book.note(HostWrote(b"llo\r")))
    assert (
        book.text()
        == """\
    0.000    #1  host → modem  hello\\r
             #3    because a line must begin with AT"""
    )


def test_a_paste_of_several_lines_gives_a_tree_each(book: Book) -> None:
    write = book.note(HostWrote(b"AT\rATE0\r"))
    for line in ("AT", "ATE0"):
        book.note(Answer((), "OK"), book.note(CommandLine(line), write))
    assert (
        book.text()
        == """\
    0.000    #2  host → modem  AT              ← OK
    0.000    #4  host → modem  ATE0            ← OK"""
    )


def test_octets_that_differ_from_their_line_are_shown_under_it(book: Book) -> None:
    book.note(ModuleWrote(b"\r\n+MIP\x00EVENT\r\n"), book.note(Urc("+MIPLEVENT")))
    whole = book.note(Urc("+MIPLREAD"))
    book.note(ModuleWrote(b"\r\n+MIPL"), whole)
    book.note(ModuleWrote(b"READ\r\n"), whole)
    assert (
        book.text()
        == """\
    0.000    #1  host ← modem  +MIPLEVENT
             #2    host ← modem  \\r\\n+MIP\\x00EVENT\\r\\n

    0.000    #3  host ← modem  +MIPLREAD"""
    )


def test_an_answer_has_a_line_of_its_own_when_it_comes_late_or_does_not_fit(book: Book) -> None:
    command = book.note(CommandLine("AT+COPS=?"), book.note(HostWrote(b"AT+COPS=?\r")))
    book.now = 3.0
    book.note(Answer(("+COPS: (2,0)",), "OK"), command)
    book.command("AT+X", "y" * 100)
    assert (
        book.text(80)
        == f"""\
    0.000    #2  host → modem  AT+COPS=?
    3.000    #3    host ← modem  +COPS: (2,0) | OK

    3.000    #5  host → modem  AT+X
             #6    host ← modem  {"y" * 46}…"""
    )


def test_what_happened_to_the_line_itself_reads_as_the_journal_has_it(book: Book) -> None:
    book.note(HostAttached("/dev/pts/3"))
    book.note(OctetsLost(b"\r\nOK", "nobody listens"))
    assert (
        book.text()
        == """\
    0.000    #1  uart  a host opened /dev/pts/3
    0.000    #2  modem  lost \\r\\nOK: nobody listens"""
    )


def test_several_modems_are_told_apart_by_name(book: Book) -> None:
    for name in ("modem-1", "modem-2"):
        book.note(Urc("+MATREADY"), modem=name)
    assert (
        book.text()
        == """\
    0.000    #1  host ← modem-1  +MATREADY
    0.000    #2  host ← modem-2  +MATREADY"""
    )


def test_time_that_passes_without_anything_is_told(book: Book) -> None:
    book.command("AT")
    book.now = 86400 + 3 * 3600 + 4
    book.command("AT")
    assert (
        book.text()
        == """\
    0.000    #2  host → modem  AT              ← OK
                 ⋯ 1 d 3 h later

97204.000    #6  host → modem  AT              ← OK"""
    )


def test_what_the_platform_calls_goes_out_to_the_application_and_a_harness_calls_the_world(book: Book) -> None:
    push = book.note(HttpRequest("POST", "http://app/push"), book.note(DataPoint("8", "3303_0_5700", 1)))
    book.note(HttpAnswer(200, "ok"), push)
    book.note(HttpAnswer(200, "{}"), book.note(HttpRequest("GET", "/control/state")))
    assert (
        book.text()
        == """\
    0.000    #1  platform  data point 3303_0_5700 = 1
             #2    platform → application  POST http://app/push
             #3      platform ← application  200 ok

    0.000    #4  world ← harness  GET /control/state
             #5    world → harness  200 {}"""
    )


def test_an_event_whose_cause_fell_off_the_ring_is_a_root_that_says_so() -> None:
    now = 0.0
    journal = Journal(lambda: now, capacity=3)
    cause = journal.note(CommandLine("AT+MIPLOPEN=0"))
    here = journal.note(sent("modem", "CON", "POST", "rd"), cause=cause)
    there = journal.note(arrived(sent("modem", "CON", "POST", "rd"), "access"), cause=here)
    journal.note(DataPoint("8", "a", "x" * 200), cause=cause)
    journal.note(PowerChanged("off", "y"), cause=there)
    assert (
        written(journal, 88)
        == f"""\
    0.000    #3  modem → access  CON POST /rd mid=7  (its cause #2 is no longer kept)
             #5    modem  module off: y

    0.000    #4  platform  data point a = '{"x" * 10}…  (its cause #1 is no longer kept)"""
    )


@pytest.mark.parametrize(
    ("content_format", "path", "payload", "shown"),
    [
        (None, "", b"hello", "'hello'"),
        (0, "", "°C".encode(), "'°C'"),
        (0, "", b"\xff\x00", "ct=0 ff00"),
        (40, "", b'</>;rt="oma.lwm2m",</3303/0>', '</>;rt="oma.lwm2m",</3303/0>'),
        (42, "", b"\x01\x02", "ct=42 0102"),
        (1542, "3306/0", bytes.fromhex("e116da01"), "{5850: True}"),
        (1542, "3306", bytes.fromhex("0400e116da01"), "{0/5850: True}"),
        (11542, "3303/0/5700", TEMPERATURE, "{5700: 23.5}"),
        (1542, "3303/0", bytes.fromhex("e116440a"), "{5700: 0a}"),
        (1542, "3303/0", b"\xff", "ct=1542 ff"),
        (1542, "", TEMPERATURE, "ct=1542 " + TEMPERATURE.hex()),
    ],
)
def test_a_payload_reads_as_what_it_says(
    book: Book, content_format: int | None, path: str, payload: bytes, shown: str
) -> None:
    book.note(sent("access", "CON", "PUT", path, content_format=content_format, payload=payload))
    assert book.text() == f"    0.000    #1  modem ← access  CON PUT /{path} mid=7 {shown}"


def test_a_long_payload_is_shortened_to_the_line(book: Book) -> None:
    book.note(sent("access", "CON", "PUT", "5/0", content_format=42, payload=bytes(1024)))
    (line,) = book.text(100).splitlines()
    assert line.endswith("0000…")
    assert len(line) == 100
    (line,) = book.text(200).splitlines()
    assert len(line.partition("mid=7 ")[2]) == 64


def test_control_characters_never_reach_the_terminal(book: Book) -> None:
    book.note(CommandLine("AT\x1b[2J"))
    book.note(HttpRequest("POST", "/nbiot", "a\r\nb"))
    assert book.text().isprintable() is False  # the line end between the two
    assert all(line.isprintable() for line in book.text().splitlines())
    assert "AT\\x1b[2J" in book.text()


def test_colour_follows_the_layer_and_takes_no_room(book: Book) -> None:
    command, _ = book.command("AT+MIPLCLOSE=0")
    book.carry(sent("modem", "CON", "DELETE", "rd/8"), command, "access")
    assert list(timeline(book.journal, colour=True)) == [
        "\x1b[2m    0.000    #2  \x1b[0m\x1b[1;36mhost → modem  AT+MIPLCLOSE=0  ← OK\x1b[0m",
        "\x1b[2m             #5  \x1b[0m  \x1b[34mmodem → access  CON DELETE /rd/8 mid=7\x1b[0m",
    ]


def test_every_layer_has_a_colour(book: Book) -> None:
    for each in Layer:
        book.note(_of(each)())
    assert all(line.count("\x1b[") == 4 for line in timeline(book.journal, colour=True))


def _of(the_layer: Layer) -> type[Occurrence]:
    @dataclass(frozen=True, slots=True)
    class Happened(Occurrence):
        layer: ClassVar[Layer] = the_layer
        kind: ClassVar[str] = "happened"

    return Happened


def test_an_empty_journal_has_no_lines() -> None:
    assert list(timeline([])) == []


def test_fewer_columns_than_a_line_needs_are_refused() -> None:
    with pytest.raises(ValueError, match="72 columns"):
        timeline([], width=71)


@pytest.mark.parametrize("width", [72, 100, 200])
def test_no_line_is_wider_than_told(width: int) -> None:
    book = Book()
    cause = None
    for number in range(40):
        book.now += 3000
        cause = book.note(Explanation("a reason " * number), cause)
        cause = book.note(HttpRequest("GET", "/nbiot?" + "imei=8&" * number, "b" * number * 20), cause)
        cause = book.note(sent("modem", "CON", "POST", "rd", ("ep=8",) * number, payload=b"p" * number), cause)
        cause = book.note(Urc("+MIPLWRITE: 0," + "f" * number * 10), cause)
    assert max(map(len, book.text(width).splitlines())) == width


@dataclass(frozen=True, slots=True)
class Counted(Occurrence):
    """Counts how often it is put into words."""

    layer: ClassVar[Layer] = Layer.WORLD
    kind: ClassVar[str] = "counted"
    times: ClassVar[list[None]] = []

    def _text(self) -> str:
        self.times.append(None)
        return "x"


def test_a_chain_of_a_hundred_thousand_events_is_worded_once_each_and_stays_within_its_columns(
    book: Book,
) -> None:
    Counted.times.clear()
    cause = None
    for _ in range(100_000):
        cause = book.note(Counted(), cause)
    lines = list(timeline(book.journal))
    assert len(lines) == len(Counted.times) == 100_000
    assert max(map(len, lines)) <= 100


def test_the_first_line_needs_no_more_than_the_first_tree_in_words(book: Book) -> None:
    Counted.times.clear()
    for _ in range(1000):
        book.note(Counted())
    next(timeline(book.journal))
    assert len(Counted.times) == 1
