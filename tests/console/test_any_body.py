from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

if TYPE_CHECKING:
    import httpx

PATHS = (
    "/control/clock/advance",
    "/control/clock",
    "/control/modems/modem-1/power",
    "/control/push",
    "/control/reset",
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda values: (
        st.lists(values, max_size=3)
        | st.dictionaries(st.sampled_from(["seconds", "mode", "factor", "action"]) | st.text(), values, max_size=3)
    ),
    max_leaves=5,
)
bodies = st.binary(max_size=40) | json_values.map(lambda value: json.dumps(value).encode())


@pytest.mark.parametrize("path", PATHS)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=bodies)
def test_any_body_is_taken_or_refused_with_a_reason(http: httpx.Client, path: str, body: bytes) -> None:
    answer = http.post(path, content=body)
    assert answer.status_code in {200, 400, 422}
    assert answer.status_code == 200 or len(answer.json()["error"]) > 10
    assert http.get("/control/journal?limit=1").status_code == 200
