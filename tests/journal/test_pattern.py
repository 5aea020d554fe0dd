from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from onenet_sim.journal import CommandLine, DataPoint, Event, Pattern, PatternError

if TYPE_CHECKING:
    from collections.abc import Mapping

IMEI = "869975030000017"
POINT = Event(7, 2.5, 6, "modem-1", DataPoint(IMEI, "3303_0_5700", 25.5))
PLACE = Event(8, 2.5, 6, None, DataPoint(IMEI, "location", {"lat": 39.9, "lon": 116.4}))
SWITCH = Event(9, 2.5, 6, None, DataPoint(IMEI, "3306_0_5850", value=True))
COMMAND = Event(10, 3.0, 9, "modem-1", CommandLine("AT+CSQ"))


@pytest.mark.parametrize(
    ("wanted", "event"),
    [
        ({"kind": "datapoint"}, POINT),
        ({"layer": "platform", "modem": "modem-1"}, POINT),
        ({"text": "3303_0_5700 = 25"}, POINT),
        ({"text": r"re:= \d+\.\d$"}, POINT),
        ({"stream": "3303_0_5700", "value": 25.5}, POINT),
        ({"stream": "re:^3303_"}, POINT),
        ({"value": {">": 25, "<=": 25.5}}, POINT),
        ({"value": {"!=": 25}}, POINT),
        ({"value": {"in": [1, 25.5]}}, POINT),
        ({"value": {"lat": 39.9}}, PLACE),
        ({"value": {"lat": {">=": 39}, "lon": {"<": 117}}}, PLACE),
        ({"value": True}, SWITCH),
        ({"modem": None, "kind": "datapoint"}, SWITCH),
    ],
)
def test_an_event_matches_a_pattern_in_each_of_its_forms(wanted: Mapping[str, object], event: Event) -> None:
    assert Pattern(wanted).matches(event)


@pytest.mark.parametrize(
    ("wanted", "event", "told"),
    [
        ({"kind": "urc"}, POINT, "kind: expected 'urc', found 'datapoint'"),
        ({"stream": "3303"}, POINT, "stream: expected '3303', found '3303_0_5700'"),
        ({"stream": "re:^33$"}, POINT, "stream: expected like /^33$/, found '3303_0_5700'"),
        ({"text": "urc"}, COMMAND, "text: expected '…urc…', found '> AT+CSQ'"),
        ({"value": {">": 25.5}}, POINT, "value: expected > 25.5, found 25.5"),
        ({"value": {">": 0}}, SWITCH, "value: expected > 0, found True"),
        ({"value": 1}, SWITCH, "value: expected 1, found True"),
        ({"value": {"lat": 40}}, PLACE, "value: expected {lat 40}, found {'lat': 39.9, 'lon': 116.4}"),
        ({"value": {"!=": 1}}, COMMAND, "value: expected != 1, found no such field"),
        ({"line": "AT"}, POINT, "line: expected 'AT', found no such field"),
    ],
)
def test_what_is_not_so_is_told_with_what_was_found(wanted: Mapping[str, object], event: Event, told: str) -> None:
    pattern = Pattern(wanted)
    assert not pattern.matches(event)
    assert [str(each) for each in pattern.compare(event).differences] == [told]


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({}, "the pattern is empty"),
        ({"kind": "data_point"}, "no event is of kind 'data_point'; there are: .*answer, .*datapoint"),
        (
            {"kind": "datapoint", "strem": 1},
            "an event of kind datapoint has no field 'strem'; there are: .*stream",
        ),
        ({"strem": 1}, "no kind of event has field 'strem'"),
        ({"layer": "usb"}, "no layer is called 'usb'; there are: uart"),
        ({"text": "re:("}, r"text: 're:\(' is no regular expression"),
        ({"value": {">": "x"}}, "value: > compares numbers, and 'x' is none"),
        ({"value": {">": 1, "about": 2}}, "value: 'about' is no comparison; there are: < <= > >= != in"),
        ({"value": {"in": 3}}, "value: in takes a list of values, and 3 is none"),
        ({"value": {"lat": {"<": None}}}, r"value\.lat: < compares numbers, and None is none"),
    ],
)
def test_a_pattern_that_no_event_can_fit_is_refused_with_what_would_be_right(
    wanted: Mapping[str, object], told: str
) -> None:
    with pytest.raises(PatternError, match=told):
        Pattern(wanted)
