"""``onenet-sim replay`` as a person and as a program in CI call it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Ended

SESSION = """\
profile: m5310a
recorded: 2026-03-01, our board
> AT+MIPLCREATE
< +MIPLCREATE:0
< OK
> AT+CSQ
< +CSQ:11,99
< OK
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "board.session"
    file.write_text(SESSION)
    return file


def test_no_difference_is_exit_code_0(called: Callable[..., Ended], file: Path) -> None:
    ended = called("replay", str(file))
    assert (ended.returncode, ended.stdout, ended.stderr) == (
        0,
        "no differences in 6 lines, played to m5310a\n",
        "",
    )


def test_differences_are_exit_code_1_each_with_its_line_and_its_reason(
    called: Callable[..., Ended], file: Path
) -> None:
    ended = called("replay", str(file), "--profile", "onemo")
    assert ended.returncode == 1
    first, module, simulator, *_, last = ended.stdout.splitlines()
    assert first == f"{file}:4: spacing: row blanks.answer (manual examples)"
    assert (module, simulator) == ("    module     +MIPLCREATE:0", "    simulator  +MIPLCREATE: 0")
    assert last == "2 differences in 6 lines, played to onemo: 2 spacing"


def test_json_has_the_same(called: Callable[..., Ended], file: Path) -> None:
    ended = called("replay", str(file), "--profile", "onemo", "--json")
    assert ended.returncode == 1
    said = json.loads(ended.stdout)
    assert (said["file"], said["profile"], said["lines"]) == (str(file), "onemo", 6)
    assert said["differences"][1] == {
        "line": 7,
        "kind": "spacing",
        "recorded": "+CSQ:11,99",
        "simulated": "+CSQ: 20,99",
        "why": "row blanks.general (extended-at)",
    }


@pytest.mark.parametrize(
    ("content", "options", "told"),
    [
        (b"profile: m5310a\nAT\n", (), "board.session, line 2: 'AT' begins with none of >, <, >>, <<, @, #"),
        (
            b"> AT\n",
            (),
            "board.session: the session names no module: give a profile, or begin the file with a line",
        ),
        (b"> AT\n", ("--profile", "m5320"), "no profile is named 'm5320'"),
        (b"profile: m5310a\n> \xff\n", (), "can't decode byte 0xff"),
        (None, (), "No such file or directory"),
    ],
)
def test_a_file_that_cannot_be_read_is_exit_code_2(
    called: Callable[..., Ended], file: Path, content: bytes | None, options: tuple[str, ...], told: str
) -> None:
    file.unlink()
    if content is not None:
        file.write_bytes(content)
    ended = called("replay", str(file), *options)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert told in ended.stderr
