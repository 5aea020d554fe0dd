"""Marks that several rooms' tests share, and where the programs are that they are about."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path as File

import pytest

CLIENTS = File(__file__).parent / "clients"
WAKAAMA = CLIENTS / ".wakaama"

NEEDS_DTLS = pytest.mark.skipif(
    sys.version_info >= (3, 13), reason="python-mbedtls has wheels for Python 3.11 and 3.12 only"
)
NEEDS_LIBCOAP = pytest.mark.skipif(
    shutil.which("coap-client-notls") is None, reason="libcoap is not here; `apt-get install libcoap3-bin` gets it"
)
NEEDS_WAKAAMA = pytest.mark.skipif(
    not (WAKAAMA / "client-dtls").is_file(),
    reason="Wakaama's client is not here; with npm and a C compiler, `sh tests/clients/wakaama.sh` gets it",
)
