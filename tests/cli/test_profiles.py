"""``onenet-sim profiles`` and the ledger made of it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from onenet_sim.cli.profiles import ledger_markdown
from onenet_sim.modem import profile_names, sources
from onenet_sim.modem.ledger import Disposition, command_entries, profiles

ROOT = Path(__file__).parents[2]

MIPL_COMMANDS = (
    "CREATE CREATEEX DELETE ADDOBJ DELOBJ DISCOVERRSP OPEN UPDATE CLOSE NOTIFY READRSP WRITERSP EXECUTERSP "
    "PARAMETERRSP OBSERVERSP VER CONFIG CFG NMI MGR QMGR UPDATESET DEVINFO DTLSNAT LTRDP FOTACFG SOTAVER SOTA"
)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "onenet_sim", "profiles", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_the_ledger_in_the_documentation_is_up_to_date() -> None:
    text = (ROOT / "docs" / "fidelity.md").read_text(encoding="utf-8")
    assert text.splitlines() == list(ledger_markdown()), "make fidelity brings it up to date"


@pytest.mark.parametrize("profile", profiles(), ids=lambda profile: profile.name)
def test_every_command_has_a_disposition_and_a_known_source_in_every_profile(profile: object) -> None:
    entries = command_entries(profile)  # type: ignore[arg-type]
    assert {f"+MIPL{name}" for name in MIPL_COMMANDS.split()} <= {entry.name for entry in entries}
    for entry in entries:
        assert re.split("[ :;,]", entry.source)[0] in sources(), entry
        assert bool(entry.forms) is (entry.disposition is not Disposition.UNSUPPORTED)


def test_the_list_names_every_module_with_its_family() -> None:
    lines = run().stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(profile_names())
    assert all(re.search(r"family [OCL] ", line) for line in lines)


def test_a_module_is_shown_with_the_source_of_each_row() -> None:
    shown = run("m5310a").stdout
    assert re.search(r"^lifetime.update_floor +10 +doc +deck", shown, re.MULTILINE)
    assert re.search(r"^AT\+MIPLUPDATE +implemented +AT\+MIPLUPDATE= +manual", shown, re.MULTILINE)


def test_the_difference_of_two_modules_is_shown_row_by_row() -> None:
    shown = run("m5310a", "--diff", "onemo").stdout
    assert re.search(r"^blanks.urc +none +colon$", shown, re.MULTILINE)
    assert "lifetime.update_floor" not in shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(("m5310b",), "there are onemo"), (("--diff", "onemo"), "name the first one as well")],
)
def test_what_is_wrong_with_the_call_is_said_in_one_line(arguments: tuple[str, ...], message: str) -> None:
    ended = run(*arguments)
    assert ended.returncode == 2
    assert message in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_the_schema_of_a_profile_is_printed() -> None:
    assert "inherits" in json.loads(run("--schema").stdout)["properties"]
