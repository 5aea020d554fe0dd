"""The hosts' own assertions are to speak as those of the tests do."""

from pathlib import Path

import pytest

pytest.register_assert_rewrite(
    *(f"tests.drivers.{file.stem}" for file in Path(__file__).parent.glob("*.py") if file.stem != "conftest")
)
