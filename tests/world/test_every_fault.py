"""Each kind of fault in the table has a test that sees it strike and be survived."""

from __future__ import annotations

import ast
from pathlib import Path

from onenet_sim.world.faults import KINDS


def marked(file: Path) -> list[str]:
    """Return the kinds that a file's tests carry in ``@pytest.mark.survives``."""
    calls = (node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.Call))
    named = (call for call in calls if ast.unparse(call.func) == "pytest.mark.survives")
    return [ast.literal_eval(argument) for call in named for argument in call.args]


def test_each_kind_of_fault_is_seen_to_strike_and_to_be_survived() -> None:
    files = Path(__file__).parent.glob("test_faults_of_*.py")
    assert sorted(kind for file in files for kind in marked(file)) == sorted(KINDS)
