"""What applications say of a device in a body: its identity, its secrets, and what they store with it."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from onenet_sim.onenet.devices import PSK, InvalidIdentity
from onenet_sim.onenet.errors import Errno, InvalidParameter, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from onenet_sim.journal import Json
    from onenet_sim.onenet.call import Call

_TEST_IMEI_LENGTH = 4
_CHIPS = range(1, 7)
_AUTH_CODE = re.compile(r"[0-9A-Za-z]{1,16}")
_COORDINATES = ("lon", "lat", "ele")


@contextmanager
def identities_refused() -> Iterator[None]:
    """Let the registry's complaints about an IMEI or an IMSI become the API's (errno 6)."""
    try:
        yield
    except InvalidIdentity as error:
        raise bad_identity(str(error)) from error


def identity_in(call: Call) -> tuple[str, str]:
    """Return the IMEI and the IMSI of the body's ``auth_info``.

    Raises:
        MissingParameter: It is not there.
        Refusal: It is not one IMEI with its IMSI (errno 6).
    """
    pair = call.member("auth_info", 'an object such as {"866971030000001": "460001234567890"}')
    if not isinstance(pair, dict) or len(pair) != 1:
        raise bad_identity(f"auth_info is {pair!r:.80}; expected an object with one IMEI and its IMSI")
    imei, imsi = next(iter(pair.items()))
    if not isinstance(imsi, str) or not imsi:
        raise bad_identity(f"the IMSI in auth_info is {imsi!r:.80}; expected 1 to 15 digits")
    return imei, imsi


def bad_identity(explanation: str) -> Refusal:
    """Return the refusal of an identity (errno 6)."""
    return Refusal(Errno.INVALID_IDENTITY, "invalid parameter: auth_info", explanation)


def chip_in(call: Call, imei: str) -> dict[str, Json]:
    """Return the chip of a test device, which has an IMEI of 4 digits; a formal device has none.

    Raises:
        InvalidParameter: It is not 1 to 6.
    """
    if len(imei) != _TEST_IMEI_LENGTH:
        return {}
    chip = call.body.get("chip")
    if isinstance(chip, bool) or chip not in _CHIPS:
        raise InvalidParameter("chip", "1 to 6, for a test device with an IMEI of 4 digits")
    return {"chip": chip}


def auth_code_in(call: Call, name: str) -> str | None:
    """Return an auth code from the body, None if there is none.

    Raises:
        InvalidParameter: It is not 1 to 16 letters and digits.
    """
    if call.body.get(name) in (None, ""):
        return None
    code = call.string(name)
    if not _AUTH_CODE.fullmatch(code):
        raise InvalidParameter(name, "1 to 16 letters and digits")
    return code


def psk_in(call: Call, name: str) -> str:
    """Return a pre-shared key from the body.

    Raises:
        MissingParameter: It is not there.
        InvalidParameter: It is not 8 to 16 letters and digits.
    """
    key = call.member(name, "8 to 16 letters and digits")
    if not isinstance(key, str) or not PSK.fullmatch(key):
        raise InvalidParameter(name, f"8 to 16 letters and digits, not {key!r:.80}")
    return key


def _is_position(value: Json) -> bool:
    return isinstance(value, dict) and all(
        name in _COORDINATES and isinstance(number, int | float) and not isinstance(number, bool)
        for name, number in value.items()
    )


_PARTICULARS: tuple[tuple[str, Callable[[Json], bool], str], ...] = (
    ("desc", lambda value: isinstance(value, str), "text"),
    ("tags", lambda value: isinstance(value, list) and all(isinstance(tag, str) for tag in value), "texts"),
    ("location", _is_position, "an object with lon, lat and ele, numbers all"),
    ("private", lambda value: isinstance(value, bool), "true or false"),
    ("other", lambda value: isinstance(value, dict), "an object"),
)
"""What an application stores with a record: its name, whether a value will do, and which would."""


def particulars_in(call: Call) -> dict[str, Json]:
    """Return what the body says of desc, tags, location, private and other.

    Raises:
        InvalidParameter: One of them is something else.
    """
    found: dict[str, Json] = {}
    for name, fits, expected in _PARTICULARS:
        if name in call.body:
            found[name] = value = call.body[name]
            if not fits(value):
                raise InvalidParameter(name, f"{expected}, not {value!r:.80}")
    return found
