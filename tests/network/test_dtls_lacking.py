"""What is said where python-mbedtls is not installed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from onenet_sim.network import association, why_no_dtls

if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec


@pytest.mark.parametrize(
    ("version", "told"),
    [
        ((3, 11, 0), "DTLS needs python-mbedtls: pip install 'onenet-simulator[dtls]'"),
        ((3, 12, 9), "DTLS needs python-mbedtls: pip install 'onenet-simulator[dtls]'"),
        ((3, 13, 0), "DTLS needs python-mbedtls, which has no wheels for Python 3.13: use Python 3.11 or 3.12"),
    ],
)
def test_what_lacks_is_named_with_its_remedy(
    monkeypatch: pytest.MonkeyPatch, version: tuple[int, int, int], told: str
) -> None:
    monkeypatch.setattr(association, "find_spec", _no_module)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "version_info", version)
        said = why_no_dtls()
    assert said == told


def _no_module(_name: str) -> ModuleSpec | None:
    return None
