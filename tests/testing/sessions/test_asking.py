"""The calls of OneNET's API that lead to the requests which a recording shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from onenet_sim import World
from onenet_sim.testing.sessions.asking import Request, call_of

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World(clock="stopped", pty=False) as world:
        yield world


@pytest.mark.parametrize(
    ("lines", "call"),
    [
        (["+MIPLREAD: 0,7,3303,0,5700"], "GET /nbiot?imei=1&obj_id=3303&obj_inst_id=0&res_id=5700"),
        (["+MIPLREAD:0,7,3303,-1,-1"], "GET /nbiot?imei=1&obj_id=3303"),
        (
            ["+MIPLWRITE:0,7,3306,0,5850,2,1,01,0,1", "+MIPLWRITE:0,7,3306,0,5851,2,1,05,0,0"],
            (
                "POST /nbiot?imei=1&obj_id=3306&obj_inst_id=0&mode=2 "
                '{"data": [{"res_id": 5850, "val": true}, {"res_id": 5851, "val": 5}]}'
            ),
        ),
        (
            ["+MIPLWRITE: 0,7,3200,0,5750,1,4,a,bc,0"],
            'POST /nbiot?imei=1&obj_id=3200&obj_inst_id=0&mode=2 {"data": [{"res_id": 5750, "val": "a,bc"}]}',
        ),
        (
            ["+MIPLWRITE: 0,7,4000,0,1,2,4,00FF,0"],
            'POST /nbiot?imei=1&obj_id=4000&obj_inst_id=0&mode=2 {"data": [{"res_id": 1, "val": [0, 255]}]}',
        ),
        (
            ['+MIPLEXECUTE: 0,7,3303,0,5605,5,"reset"'],
            'POST /nbiot/execute?imei=1&obj_id=3303&obj_inst_id=0&res_id=5605 {"args": "reset"}',
        ),
        (
            ["+MIPLEXECUTE: 0,7,3200,0,5750,4,abcd,0"],
            'POST /nbiot/execute?imei=1&obj_id=3200&obj_inst_id=0&res_id=5750 {"args": "abcd"}',
        ),
        (["+MIPLEXECUTE: 0,7,3303,0,5605"], "POST /nbiot/execute?imei=1&obj_id=3303&obj_inst_id=0&res_id=5605"),
        (["+MIPLOBSERVE: 0,7,1,3303,0,-1"], "POST /nbiot/observe?imei=1&obj_id=3303&obj_inst_id=0&cancel=false"),
        (["+MIPLOBSERVE: 0,7,0,3303,0,-1"], "POST /nbiot/observe?imei=1&obj_id=3303&obj_inst_id=0&cancel=true"),
        (["+MIPLDISCOVER: 0,7,3303"], "GET /nbiot/discover?imei=1&obj_id=3303"),
        (
            ['+MIPLPARAMETER: 0,7,3303,0,5700,15,"pmin=15; pmax=60"'],
            "POST /nbiot/observe?imei=1&obj_id=3303&obj_inst_id=0&res_id=5700&cancel=false&pmin=15&pmax=60",
        ),
    ],
)
def test_each_request_has_its_call_with_values_of_the_resources_types(
    world: World, lines: list[str], call: str
) -> None:
    requests = [request for line in lines if (request := Request.parse(line))]
    assert len(requests) == len(lines)
    assert call_of(requests, "1", world.onenet.value_of) == call


@pytest.mark.parametrize("line", ["OK", "+MIPLEVENT: 0,6", "+MIPLREAD: 0,7", "AT+MIPLREAD=0,7,3303,0,5700"])
def test_any_other_line_is_no_request(line: str) -> None:
    assert Request.parse(line) is None


def test_a_value_that_does_not_fit_its_resource_is_told(world: World) -> None:
    request = Request.parse("+MIPLWRITE:0,7,3306,0,5850,2,1,07,0,0")
    assert request
    with pytest.raises(ValueError, match="a boolean is octet 0 or 1, not 7"):
        call_of([request], "1", world.onenet.value_of)
