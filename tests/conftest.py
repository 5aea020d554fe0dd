"""The assertions of the strict hosts are to speak as those of the tests do, whoever imports a host first."""

from pathlib import Path

import pytest

pytest.register_assert_rewrite(
    *(f"tests.drivers.{file.stem}" for file in (Path(__file__).parent / "drivers").glob("*.py"))
)
