"""The JSON of LwM2M 1.0, from the examples of its specification and from what clients write."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, strategies

from onenet_sim.lwm2m import Lwm2mError, Path, decode_json_payload, encode_json_payload

DEVICE = (
    b'{"bn":"/3/0/","e":[{"n":"0","sv":"Open Mobile Alliance"},{"n":"6/0","v":1},{"n":"6/1","v":5},'
    b'{"n":"9","v":100},{"n":"13","v":1367491215},{"n":"20/x"}]}'
)


def values(path: str, payload: bytes) -> list[tuple[str, bytes, int | None]]:
    found = decode_json_payload(Path.parse(path), payload)
    return [(str(each.path), each.octets, each.resource_instance) for each in found]


def test_an_instance_with_a_multiple_resource_is_read_entry_by_entry() -> None:
    payload = DEVICE.replace(b',{"n":"20/x"}', b"")
    assert values("/3/0", payload) == [
        ("/3/0/0", b"Open Mobile Alliance", None),
        ("/3/0/6", b"1", 0),
        ("/3/0/6", b"5", 1),
        ("/3/0/9", b"100", None),
        ("/3/0/13", b"1367491215", None),
    ]


@pytest.mark.parametrize(
    ("path", "payload"),
    [
        ("/3303/0/5700", b'{"bn":"/3303/0/5700","e":[{"v":25.50}]}'),
        ("/3303/0/5700", b'{"bn":"/3303/0/5700","e":[{"n":"","v":25.50}]}'),
        ("/3303/0/5700", b'{"e":[{"v":25.50}]}'),
        ("/3303/0", b'{"e":[{"n":"5700","v":25.50}]}'),
        ("/3303/0", b'{"bn":"/3303/0","e":[{"n":"5700","v":25.50,"t":-5}],"bt":25462634}'),
        ("/3303", b'{"bn":"/","e":[{"n":"3303/0/5700","v":25.50}]}'),
        ("/3303", b'{"bn":"/3303","e":[{"n":"/0/5700","v":25.50}]}'),
    ],
)
def test_names_go_on_from_the_base_name_or_from_the_path(path: str, payload: bytes) -> None:
    assert values(path, payload) == [("/3303/0/5700", b"25.50", None)]


def test_truth_text_and_links_become_plain_text() -> None:
    entries = b'[{"n":"1","bv":true},{"n":"2","bv":false},{"n":"3","ov":"10:3"},{"n":"4","sv":"5"}]'
    payload = b'{"bn":"/9/0/","e":' + entries + b"}"
    assert [octets for _, octets, _ in values("/9/0", payload)] == [b"1", b"0", b"10:3", b"5"]


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        (b"", "no JSON"),
        (b"\xff", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"[]", 'list "e"'),
        (b'{"e":{}}', 'list "e"'),
        (b'{"bn":5,"e":[]}', "no text"),
        (b'{"e":[5]}', "no object"),
        (b'{"e":[{"n":5,"v":5}]}', "no text"),
        (b'{"e":[{"n":"5700"}]}', "needs one of"),
        (b'{"e":[{"n":"5700","v":"5"}]}', "needs one of"),
        (b'{"e":[{"n":"5700","sv":5}]}', "needs one of"),
        (b'{"e":[{"n":"5700","v":5,"sv":"5"}]}', "needs one of"),
        (b'{"bn":"/3306/0/","e":[{"n":"5850","bv":true}]}', "speaks of resource /3306/0/5850"),
        (b'{"bn":"/","e":[{"n":"3303","v":5}]}', "names no resource"),
        (b'{"bn":"/3303/0/5700/1/","e":[{"n":"2","v":5}]}', "names no resource"),
        (DEVICE.replace(b"/3/", b"/3303/"), "x"),
    ],
)
def test_what_is_wrong_is_said(payload: bytes, why: str) -> None:
    with pytest.raises(Lwm2mError, match=why):
        decode_json_payload(Path(3303, 0), payload)


_OCTETS = strategies.binary(max_size=64)
_NEARLY = strategies.text(alphabet='{}[]"bnevst:,0123/-.', max_size=64).map(str.encode)


@given(_OCTETS | _NEARLY)
def test_any_octets_are_values_or_an_error(octets: bytes) -> None:
    with contextlib.suppress(Lwm2mError):
        decode_json_payload(Path(3303), octets)


def test_an_instance_is_written_entry_by_entry_with_a_base_name() -> None:
    values = ((5700, 25.5), (5701, "°C"), (5850, True), (5851, -3), (5505, b"\x00\xff\x10"))
    assert encode_json_payload(Path(3303, 0), values).decode() == (
        '{"bn":"/3303/0/","e":[{"n":"5700","v":25.5},{"n":"5701","sv":"°C"},{"n":"5850","bv":true},'
        '{"n":"5851","v":-3},{"n":"5505","sv":"AP8Q"}]}'
    )


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_number_that_json_cannot_say_is_refused(number: float) -> None:
    with pytest.raises(Lwm2mError, match="no such number"):
        encode_json_payload(Path(3303, 0), [(5700, number)])


@given(strategies.lists(strategies.tuples(strategies.integers(0, 65535), strategies.text())))
def test_text_that_is_written_is_read_as_it_was(texts: list[tuple[int, str]]) -> None:
    payload = encode_json_payload(Path(3303, 0), texts)
    found = decode_json_payload(Path(3303, 0), payload)
    assert [(each.path.resource_id, each.octets.decode()) for each in found] == texts
