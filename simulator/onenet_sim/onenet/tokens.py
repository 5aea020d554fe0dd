"""The tokens of OneNET's applications, for the header ``Authorization``.

``version=2018-10-31&res=products%2F1000&et=1537255523&method=sha1&sign=…``: who may do what until when, signed
with an access key that never goes over the wire. Sources: the pages on authentication of the NB-IoT suite and of
OneNET Studio.
"""

from __future__ import annotations

import hmac
import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from datetime import datetime

_METHODS = ("md5", "sha1", "sha256")
_PARTS = ("version", "res", "et", "method", "sign")
_EXPIRY = re.compile(r"[0-9]{10}")
_STUDIO_RESOURCE = re.compile(r"userid/[^/]+|projectid/[^/]+/groupid/[^/]+")


class ApiGeneration(StrEnum):
    """The two generations of the API, by the version of their tokens."""

    SUITE = "2018-10-31"
    STUDIO = "2020-05-29"


class BadToken(ValueError):  # noqa: N818 - what the application got wrong, told as a value is
    """A token opens nothing; the text says why."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token's parts, as they are before they are encoded for the header.

    Attributes:
        version: Of which generation it is.
        res: What it opens: ``products/1000``, ``userid/1`` or ``projectid/1/groupid/2``.
        et: Its last second, since 1970, ten digits.
        method: How it is signed: md5, sha1 or sha256.
        sign: Its signature in base64.
    """

    version: str
    res: str
    et: str
    method: str
    sign: str

    @classmethod
    def parse(cls, header: str) -> Token:
        """Return the token in a header; OneNET's own examples leave ``/`` and ``=`` unencoded.

        Raises:
            BadToken: A part is missing, is there twice, or is none of a token's.
        """
        parts: dict[str, str] = {}
        for pair in header.split("&"):
            name, _, value = pair.partition("=")
            if name not in _PARTS or name in parts:
                raise BadToken(f"the token has {name[:32]!r}; expected {', '.join(_PARTS)}, each once")
            parts[name] = unquote(value)
        missing = [name for name in _PARTS if not parts.get(name)]
        if missing:
            raise BadToken(f"the token has no {', '.join(missing)}")
        return cls(**parts)

    def check(self, access_key: str, generation: ApiGeneration, product_id: str, now: datetime) -> None:
        """See whether the token opens the product to calls of a generation.

        Raises:
            BadToken: It does not; the text says why.
        """
        if self.version != generation:
            raise BadToken(f"the token's version is {self.version[:32]!r}; these calls take {generation}")
        if self.method not in _METHODS:
            raise BadToken(f"the token's method is {self.method[:32]!r}; expected {', '.join(_METHODS)}")
        if not _EXPIRY.fullmatch(self.et):
            raise BadToken(f"the token's et is {self.et[:32]!r}; expected ten digits, seconds since 1970")
        if int(self.et) <= now.timestamp():
            raise BadToken(f"the token expired at second {self.et}, and now is {now.timestamp():.0f} ({now})")
        expected = f"products/{product_id}"
        if generation is ApiGeneration.SUITE and self.res != expected:
            raise BadToken(f"the token's res is {self.res[:64]!r}; expected {expected}")
        if generation is ApiGeneration.STUDIO and not _STUDIO_RESOURCE.fullmatch(self.res):
            raise BadToken(f"the token's res is {self.res[:64]!r}; expected userid/… or projectid/…/groupid/…")
        text = f"{self.et}\n{self.method}\n{self.res}\n{self.version}"
        digest = hmac.digest(b64decode(access_key), text.encode(errors="replace"), self.method)
        if not hmac.compare_digest(self.sign.encode(errors="replace"), b64encode(digest)):
            raise BadToken(f"the token's sign is wrong; it is the HMAC of {text!r} under the decoded access key")
