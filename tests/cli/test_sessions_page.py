"""What ``docs/sessions.md`` says of sessions holds."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from onenet_sim.testing.sessions import Kind
from onenet_sim.testing.sessions.form import ACTIONS
from onenet_sim.testing.sessions.rebinding import CELLS, FREE, FREE_ANSWERS, ISSUED, USED

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from tests.cli.conftest import Ended

PAGE = (Path(__file__).parents[2] / "docs" / "sessions.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, flags=re.DOTALL | re.MULTILINE)


def test_its_sessions_replay_and_the_first_says_what_the_page_shows(
    called: Callable[..., Ended], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    recorded, written = blocks("session")
    Path("board.session").write_text(recorded)
    Path("written.session").write_text(written)
    ended = called("replay", "board.session")
    assert (ended.returncode, ended.stdout) == (1, blocks("text")[0])
    assert called("replay", "written.session").returncode == 0


def test_it_names_every_row_of_the_table_every_action_and_every_kind() -> None:
    named = {*ISSUED, *USED, *FREE, *CELLS, *FREE_ANSWERS}
    prose = re.sub(r"^```.*?^```", "", PAGE, flags=re.DOTALL | re.MULTILINE)
    shown = set(re.findall(r"`([^`]+)`", prose))
    assert named - shown == set()
    assert {f"@ {action}" for action in ACTIONS} <= {" ".join(each.split(" ")[:2]) for each in shown}
    assert set(Kind) <= shown
