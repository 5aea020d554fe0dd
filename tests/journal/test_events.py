"""The kinds of events: how each reads in one line and what it is in JSON."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, fields

import pytest

import onenet_sim.journal
from onenet_sim.journal import (
    AirFaultStruck,
    Answer,
    CachedCommandChanged,
    CoapMessage,
    CoapReceived,
    CoapSent,
    CommandLine,
    DatagramDropped,
    DataPoint,
    DeviceChanged,
    DtlsDatagram,
    DtlsReceived,
    DtlsSent,
    Explanation,
    FaultStruck,
    HostAttached,
    HostDetached,
    HostWrote,
    HttpAnswer,
    HttpRequest,
    Json,
    Layer,
    LineFaultStruck,
    LineSet,
    ModuleFaultStruck,
    ModuleWrote,
    NetworkFaultStruck,
    Occurrence,
    OctetsLost,
    PlatformFaultStruck,
    PlatformRequest,
    PlatformResult,
    PowerChanged,
    RadioChanged,
    SecurityChanged,
    SessionChanged,
    SocketChanged,
    SocketReceived,
    SocketSent,
    StubAnswered,
    Urc,
    WorldBegan,
    printable,
)

SENT = CoapSent(
    end="modem",
    peer="access:5683",
    type="CON",
    code="POST",
    message_id=7,
    token=b"\xaa\x0b",
    path="rd",
    query=("ep=1;2", "lt=86400"),
    observe=None,
    content_format=40,
    payload=b"</>",
    octets=b"\x42\x02",
)
NOTIFY = CoapReceived(
    end="access",
    peer="modem-1:40001",
    type="NON",
    code="2.05",
    message_id=8,
    token=b"",
    path="",
    query=(),
    observe=3,
    content_format=None,
    payload=b"\xe4\x00",
    repeat=2,
)

TABLE: list[tuple[Occurrence, Layer, str, str, dict[str, Json]]] = [
    (HostWrote(b"AT\r\xff"), Layer.UART, "host_wrote", r"host → AT\r\xff", {"octets": "41540DFF"}),
    (
        ModuleWrote(b"\r\nOK\r\n"),
        Layer.UART,
        "module_wrote",
        r"host ← \r\nOK\r\n",
        {"octets": "0D0A4F4B0D0A"},
    ),
    (HostAttached("tty0"), Layer.UART, "host_attached", "a host opened tty0", {"port": "tty0"}),
    (HostDetached("tty0"), Layer.UART, "host_detached", "the host closed tty0", {"port": "tty0"}),
    (
        LineSet("tty0", "baud rate", "9600"),
        Layer.UART,
        "line_set",
        "the host of tty0 set baud rate: 9600",
        {"port": "tty0", "what": "baud rate", "state": "9600"},
    ),
    (
        OctetsLost(b"\0A", "nobody listened"),
        Layer.UART,
        "octets_lost",
        r"lost \x00A: nobody listened",
        {"octets": "0041", "why": "nobody listened"},
    ),
    (CommandLine("AT+CSQ"), Layer.AT, "command", "> AT+CSQ", {"line": "AT+CSQ"}),
    (
        Answer(("+CSQ: 1", "+CSQ: 2"), "OK"),
        Layer.AT,
        "answer",
        "< +CSQ: 1 | +CSQ: 2 | OK",
        {"lines": ["+CSQ: 1", "+CSQ: 2"], "final_result": "OK"},
    ),
    (Answer((), "OK"), Layer.AT, "answer", "< OK", {"lines": [], "final_result": "OK"}),
    (Urc("+MIPLEVENT:0,6"), Layer.AT, "urc", "< +MIPLEVENT:0,6", {"line": "+MIPLEVENT:0,6"}),
    (
        RadioChanged("registration", "home"),
        Layer.MODEM,
        "radio",
        "registration: home",
        {"what": "registration", "state": "home"},
    ),
    (
        StubAnswered(2, "AT+CSQ"),
        Layer.MODEM,
        "stub",
        "stub 2 answers AT+CSQ",
        {"stub": 2, "line": "AT+CSQ"},
    ),
    (
        PowerChanged("on", "the key was pressed"),
        Layer.MODEM,
        "power",
        "module on: the key was pressed",
        {"state": "on", "why": "the key was pressed"},
    ),
    (
        SessionChanged("idle", "registering", "MIPLOPEN"),
        Layer.MODEM,
        "session",
        "session idle → registering: MIPLOPEN",
        {"before": "idle", "after": "registering", "why": "MIPLOPEN"},
    ),
    (
        SENT,
        Layer.COAP,
        "coap_sent",
        "modem → access:5683  CON POST mid=7 /rd ep=1;2 lt=86400 ct=40 '</>'",
        {
            "end": "modem",
            "peer": "access:5683",
            "type": "CON",
            "code": "POST",
            "message_id": 7,
            "token": "AA0B",
            "path": "rd",
            "query": ["ep=1;2", "lt=86400"],
            "observe": None,
            "content_format": 40,
            "payload": "3C2F3E",
            "repeat": 0,
            "octets": "4202",
        },
    ),
    (
        NOTIFY,
        Layer.COAP,
        "coap_received",
        "access ← modem-1:40001  NON 2.05 mid=8 observe=3 e400 (repeat 2)",
        {
            "end": "access",
            "peer": "modem-1:40001",
            "type": "NON",
            "code": "2.05",
            "message_id": 8,
            "token": "",
            "path": "",
            "query": [],
            "observe": 3,
            "content_format": None,
            "payload": "E400",
            "repeat": 2,
            "octets": "",
        },
    ),
    (
        SecurityChanged("access", "127.0.0.1:5684", "refused"),
        Layer.NETWORK,
        "dtls",
        "DTLS of access with 127.0.0.1:5684 refused",
        {"end": "access", "peer": "127.0.0.1:5684", "what": "refused"},
    ),
    (
        DatagramDropped("uplink", b"\x40\x00", "no coverage"),
        Layer.NETWORK,
        "datagram_dropped",
        "uplink dropped 2 octets: no coverage",
        {"where": "uplink", "octets": "4000", "why": "no coverage"},
    ),
    (
        DeviceChanged("42", "8600", "registered", "lifetime 86400"),
        Layer.PLATFORM,
        "device",
        "device 8600 registered: lifetime 86400",
        {"device_id": "42", "imei": "8600", "what": "registered", "detail": "lifetime 86400"},
    ),
    (
        DeviceChanged("42", "8600", "offline"),
        Layer.PLATFORM,
        "device",
        "device 8600 offline",
        {"device_id": "42", "imei": "8600", "what": "offline", "detail": ""},
    ),
    (
        PlatformRequest("8600", "observe", "/3303/0", "auto observe"),
        Layer.PLATFORM,
        "request",
        "platform observe /3303/0 (auto observe)",
        {"imei": "8600", "operation": "observe", "path": "/3303/0", "why": "auto observe"},
    ),
    (
        PlatformResult("8600", "read", "/3303/0", "2.05"),
        Layer.PLATFORM,
        "result",
        "platform read /3303/0: 2.05",
        {"imei": "8600", "operation": "read", "path": "/3303/0", "outcome": "2.05"},
    ),
    (
        CachedCommandChanged("8600", "4274", "write", "/3306/0", "failed", "unsuccess:not_found"),
        Layer.PLATFORM,
        "cached_command",
        "cached write /3306/0 failed: unsuccess:not_found",
        {
            "imei": "8600",
            "uuid": "4274",
            "operation": "write",
            "path": "/3306/0",
            "status": "failed",
            "detail": "unsuccess:not_found",
        },
    ),
    (
        DataPoint("8600", "3303_0_5700", 25.5),
        Layer.PLATFORM,
        "datapoint",
        "data point 3303_0_5700 = 25.5",
        {"imei": "8600", "stream": "3303_0_5700", "value": 25.5},
    ),
    (
        DataPoint("8600", "3303_0_5701", "25.5"),
        Layer.PLATFORM,
        "datapoint",
        "data point 3303_0_5701 = '25.5'",
        {"imei": "8600", "stream": "3303_0_5701", "value": "25.5"},
    ),
    (
        DataPoint("8600", "3200_0_5500", value=True),
        Layer.PLATFORM,
        "datapoint",
        "data point 3200_0_5500 = True",
        {"imei": "8600", "stream": "3200_0_5500", "value": True},
    ),
    (
        DataPoint("8600", "3304_0_5750", (1, 255)),
        Layer.PLATFORM,
        "datapoint",
        "data point 3304_0_5750 = [1, 255]",
        {"imei": "8600", "stream": "3304_0_5750", "value": [1, 255]},
    ),
    (
        DataPoint("8600", "location", {"lon": 106.5, "lat": 29.5}),
        Layer.PLATFORM,
        "datapoint",
        "data point location = {'lon': 106.5, 'lat': 29.5}",
        {"imei": "8600", "stream": "location", "value": {"lon": 106.5, "lat": 29.5}},
    ),
    (
        HttpRequest("POST", "/nbiot?imei=8600", '{"a":1}'),
        Layer.HTTP,
        "http_request",
        'POST /nbiot?imei=8600 {"a":1}',
        {"method": "POST", "target": "/nbiot?imei=8600", "body": '{"a":1}'},
    ),
    (
        HttpRequest("GET", "/devices"),
        Layer.HTTP,
        "http_request",
        "GET /devices",
        {"method": "GET", "target": "/devices", "body": ""},
    ),
    (
        HttpAnswer(200, '{"errno":0}'),
        Layer.HTTP,
        "http_answer",
        'HTTP 200 {"errno":0}',
        {"status": 200, "body": '{"errno":0}'},
    ),
    (
        SocketChanged(0, "TCP", "connected to 127.0.0.1:9000"),
        Layer.NETWORK,
        "socket",
        "socket 0 (TCP) connected to 127.0.0.1:9000",
        {"socket": 0, "transport": "TCP", "what": "connected to 127.0.0.1:9000"},
    ),
    (
        SocketSent(6, "UDP", "183.230.40.150:36000", b"0\r"),
        Layer.NETWORK,
        "socket_sent",
        "socket 6 → 183.230.40.150:36000  UDP 0\\r",
        {"socket": 6, "transport": "UDP", "peer": "183.230.40.150:36000", "octets": "300D"},
    ),
    (
        SocketReceived(6, "TCP", "127.0.0.1:9000", b"\x00"),
        Layer.NETWORK,
        "socket_received",
        "socket 6 ← 127.0.0.1:9000  TCP \\x00",
        {"socket": 6, "transport": "TCP", "peer": "127.0.0.1:9000", "octets": "00"},
    ),
    (
        DtlsSent("183.230.40.40:5684", b"\x17\xfe\xfd"),
        Layer.NETWORK,
        "dtls_sent",
        "modem → 183.230.40.40:5684  DTLS sealed, 3 octets",
        {"peer": "183.230.40.40:5684", "octets": "17FEFD"},
    ),
    (
        DtlsReceived("a:5684", b""),
        Layer.NETWORK,
        "dtls_received",
        "modem ← a:5684  DTLS datagram, 0 octets",
        {"peer": "a:5684", "octets": ""},
    ),
    (
        WorldBegan(
            "started with seed 7", 7, "0.1.0", "2026-01-01T00:00:00+08:00", ("m",), ("onemo",), ("10.0.0.1",)
        ),
        Layer.WORLD,
        "world_began",
        "world started with seed 7",
        {
            "what": "started with seed 7",
            "seed": 7,
            "version": "0.1.0",
            "calendar": "2026-01-01T00:00:00+08:00",
            "modems": ["m"],
            "profiles": ["onemo"],
            "addresses": ["10.0.0.1"],
        },
    ),
    (
        Explanation("温度 is no number"),
        Layer.DIAGNOSIS,
        "explanation",
        "because 温度 is no number",
        {"what": "温度 is no number", "rule": "", "source": "", "about": None},
    ),
    (
        Explanation("READ 7 is not open", "errors.unknown_message", "opencpu: token missing", 12),
        Layer.DIAGNOSIS,
        "explanation",
        "because READ 7 is not open (see #12)",
        {
            "what": "READ 7 is not open",
            "rule": "errors.unknown_message",
            "source": "opencpu: token missing",
            "about": 12,
        },
    ),
    (
        LineFaultStruck(3, "line.x", "y"),
        Layer.UART,
        "line_fault",
        "fault 3 line.x: y",
        {"fault": 3, "name": "line.x", "what": "y"},
    ),
    (
        ModuleFaultStruck(3, "module.x", "y"),
        Layer.MODEM,
        "module_fault",
        "fault 3 module.x: y",
        {"fault": 3, "name": "module.x", "what": "y"},
    ),
    (
        AirFaultStruck(3, "air.x", "y"),
        Layer.MODEM,
        "air_fault",
        "fault 3 air.x: y",
        {"fault": 3, "name": "air.x", "what": "y"},
    ),
    (
        NetworkFaultStruck(3, "network.x", "y"),
        Layer.NETWORK,
        "network_fault",
        "fault 3 network.x: y",
        {"fault": 3, "name": "network.x", "what": "y"},
    ),
    (
        PlatformFaultStruck(3, "platform.x", "y"),
        Layer.PLATFORM,
        "platform_fault",
        "fault 3 platform.x: y",
        {"fault": 3, "name": "platform.x", "what": "y"},
    ),
]

KINDS: list[type[Occurrence]] = [
    each
    for name in onenet_sim.journal.__all__
    if isinstance(each := getattr(onenet_sim.journal, name), type)
    and issubclass(each, Occurrence)
    and each not in {Occurrence, CoapMessage, DtlsDatagram, FaultStruck}
]


def filled(kind: type[Occurrence], text: str) -> Occurrence:
    """Return an event of this kind with ``text`` in every field that takes text."""
    values: dict[str, object] = {
        "str": text,
        "bytes": text.encode("utf-8", "surrogatepass"),
        "int": 1,
        "int | None": None,
        "tuple[str, ...]": (text, text),
        "str | int | float | bool | tuple[int, ...] | Mapping[str, float]": text,
    }
    return kind(**{field.name: values[str(field.type)] for field in fields(kind)})


@pytest.mark.parametrize(("what", "layer", "kind", "text", "values"), TABLE)
def test_each_kind_reads_and_serialises_as_written_here(
    what: Occurrence, layer: Layer, kind: str, text: str, values: dict[str, Json]
) -> None:
    assert (what.layer, what.kind) == (layer, kind)
    assert str(what) == text
    assert what.to_json() == values
    assert json.loads(json.dumps(what.to_json())) == values


def test_no_kind_is_left_out_of_the_table() -> None:
    assert {type(what) for what, *_ in TABLE} == set(KINDS)


def test_no_two_kinds_share_their_name() -> None:
    assert len({each.kind for each in KINDS}) == len(KINDS)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", ["a\nb", "a\r\nb", "a\x00b", "a\x85b", "a\u2028b", "a\ud800b"])
def test_each_kind_reads_in_one_printable_line_whatever_it_holds(kind: type[Occurrence], text: str) -> None:
    what = filled(kind, text)
    assert len(str(what).splitlines()) == 1
    assert str(what).isprintable()
    assert json.loads(json.dumps(what.to_json())) == what.to_json()


def test_a_line_end_within_a_text_is_shown_as_an_escape() -> None:
    assert str(Answer(("CMCC\nMN316",), "OK")) == r"< CMCC\nMN316 | OK"
    assert Answer(("CMCC\nMN316",), "OK").to_json()["lines"] == ["CMCC\nMN316"]


@pytest.mark.parametrize("kind", KINDS)
def test_an_event_never_changes(kind: type[Occurrence]) -> None:
    what = filled(kind, "a")
    with pytest.raises(FrozenInstanceError):
        setattr(what, fields(kind)[0].name, "b")
    assert hash(what) == hash(filled(kind, "a"))


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (b"", ""),
        (b"AT+CSQ", "AT+CSQ"),
        (b"\r\n\t", r"\r\n\t"),
        (b"\x00\x1b\x7f", r"\x00\x1b\x7f"),
        (b"\x80\xff", r"\x80\xff"),
        (b"\\", r"\\"),
    ],
)
def test_octets_are_printable_without_loss(octets: bytes, text: str) -> None:
    assert printable(octets) == text


@pytest.mark.parametrize(
    ("code", "path", "text"),
    [("GET", "", "CON GET mid=1 /"), ("2.04", "", "CON 2.04 mid=1"), ("EMPTY", "", "CON EMPTY mid=1")],
)
def test_only_a_request_shows_the_root_path(code: str, path: str, text: str) -> None:
    message = CoapSent("modem", "a:1", "CON", code, 1, b"", path, (), None, None, b"")
    assert str(message) == f"modem → a:1  {text}"


@pytest.mark.parametrize(
    ("payload", "text"),
    [(b"25.5", "'25.5'"), (b"it's", '"it\'s"'), (b"a\n", "610a"), (b"\xe4\x00", "e400")],
)
def test_a_payload_reads_as_text_only_if_all_of_it_is_printable(payload: bytes, text: str) -> None:
    message = CoapSent("modem", "a:1", "CON", "2.05", 1, b"", "", (), None, None, payload)
    assert str(message) == f"modem → a:1  CON 2.05 mid=1 {text}"
