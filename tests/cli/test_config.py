"""A world from a file, at the command."""

from __future__ import annotations

import inspect
import json
import tomllib
from typing import TYPE_CHECKING, Any

import pytest

from onenet_sim.cli.run import run
from onenet_sim.world.configuration_tables import WorldTable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Start

    Called = Callable[..., Any]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "world.toml"
    path.write_text('seed = 5\nprofile = "mn316"\nmodems = 2\njournal = "journal.jsonl"\n')
    return path


def test_run_makes_the_world_of_a_file(start: Start, file: Path) -> None:
    world = start("--config", str(file))
    assert [modem["profile"] for modem in world.ready["modems"]] == ["mn316", "mn316"]
    assert world.ready["seed"] == 5
    assert world.end()[0] == 0
    assert (file.parent / "journal.jsonl").read_text()


def test_an_option_counts_instead_of_the_file(start: Start, file: Path) -> None:
    world = start("--config", str(file), "--modems", "1", "--profile", "onemo")
    assert [modem["profile"] for modem in world.ready["modems"]] == ["onemo"]
    assert world.ready["seed"] == 5


def test_a_wrong_file_ends_with_2_and_the_line(called: Called, file: Path) -> None:
    file.write_text("seed = 5\ntpc = 3\n")
    ended = called("run", "--config", str(file))
    assert ended.returncode == 2
    assert f"--config: {file}:2: unknown key tpc; did you mean tcp?" in " ".join(ended.stderr.split())


def test_every_option_of_run_is_a_key_of_the_file() -> None:
    options = {name.rstrip("_") for name in inspect.signature(run).parameters}
    of_the_command = {"context", "config", "as_json"}
    only_in_files = {"modem", "device", "epoch", "api_key", "access_key", "product_id"}
    assert set(WorldTable.model_fields) - only_in_files == options - of_the_command


def test_the_schema_is_printed(called: Called) -> None:
    schema = json.loads(called("config", "schema").stdout)
    assert set(schema["properties"]) == set(WorldTable.model_fields)


def test_the_default_of_each_key_is_that_of_the_option(called: Called) -> None:
    schema = json.loads(called("config", "schema").stdout)["properties"]
    for name, parameter in inspect.signature(run).parameters.items():
        key = schema.get(name.rstrip("_"), {})
        if key.get("default") not in (None, [], {}) and parameter.default is not None:
            assert key["default"] == parameter.default, name


def test_a_file_may_name_its_schema(start: Start, file: Path) -> None:
    file.write_text("#:schema ./onenet-sim.schema.json\n" + file.read_text())
    assert tomllib.loads(file.read_text())
    assert start("--config", str(file)).ready["seed"] == 5
