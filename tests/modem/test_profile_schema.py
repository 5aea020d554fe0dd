"""The JSON Schema of profiles takes what the reader takes, and refuses what it refuses."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from onenet_sim.modem import profile_names
from onenet_sim.modem.profile_schema import profile_schema

SCHEMA = profile_schema()
OURS = """\
inherits = "m5311"
name = "ours"

[boot]
text = { is = ["*ATREADY: 1", "+IP: {address}"], source = "our board", basis = "log" }
"""


def errors(text: str) -> list[str]:
    return [error.message for error in Draft202012Validator(SCHEMA).iter_errors(tomllib.loads(text))]


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", profile_names())
def test_each_built_in_profile_fits(name: str) -> None:
    text = (files("onenet_sim.modem") / "profiles" / f"{name}.toml").read_text(encoding="utf-8")
    assert errors(text) == []


def test_a_profile_of_ones_own_fits() -> None:
    assert errors(OURS) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('"m5311"', '"m9999"'),
        ("[boot]", "[boots]"),
        ("text =", "texts ="),
        ('"log"', '"heard"'),
        (', basis = "log"', ""),
        ('is = ["*ATREADY: 1", "+IP: {address}"]', "is = 7"),
        ("name =", "nickname ="),
        ("[boot]\ntext", '[coap]\nquery = { is = ["life"], source = "us", basis = "log" }\n[boot]\ntext'),
    ],
)
def test_a_mistake_is_seen(right: str, wrong: str) -> None:
    assert right in OURS
    assert errors(OURS.replace(right, wrong, 1))


def test_rows_are_told_what_they_say() -> None:
    properties: Any = SCHEMA["properties"]
    assert properties["coap"]["properties"]["ack_timeout"]["description"].startswith("Seconds to the first")
