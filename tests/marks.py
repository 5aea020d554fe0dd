"""Marks that several rooms' tests share."""

from __future__ import annotations

import sys

import pytest

NEEDS_DTLS = pytest.mark.skipif(
    sys.version_info >= (3, 13), reason="python-mbedtls has wheels for Python 3.11 and 3.12 only"
)
