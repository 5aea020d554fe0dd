"""How pushed messages are signed and encrypted, in both of OneNET's generations."""

from __future__ import annotations

import base64
import binascii
import hashlib
import string
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

_NONCE_LENGTH = 8
_ALPHABET = string.ascii_letters + string.digits
_BLOCK = 16
_SUITE_KEY_LENGTH = 43
_SUITE_KEY_OCTETS = 32
_STUDIO_KEY_LENGTH = 16
_LENGTH_OCTETS = 4


def draw_text(random: Random, length: int = _NONCE_LENGTH) -> str:
    """Return random letters and digits; a nonce has 8 of them."""
    return "".join(random.choices(_ALPHABET, k=length))


def signature(token: str, nonce: str, msg: str) -> str:
    """Return the signature of a message: base64 of the MD5 of token, nonce and message."""
    octets = (token + nonce + msg).encode()
    return base64.b64encode(hashlib.md5(octets, usedforsecurity=False).digest()).decode()


class SuiteCipher:
    """AES-256-CBC of the suite's generation.

    Args:
        key: The EncodingAESKey: 43 characters of base64, its padding left out.
        random: Gives the 16 octets in front of each message.

    Raises:
        ValueError: The key is none.
        ModuleNotFoundError: The package cryptography is not there.
    """

    def __init__(self, key: str, random: Random) -> None:
        try:
            self._key = base64.b64decode(key + "=", validate=True)
        except (binascii.Error, ValueError):
            self._key = b""
        if len(key) != _SUITE_KEY_LENGTH or len(self._key) != _SUITE_KEY_OCTETS:
            raise ValueError(f"aes_key is {len(key)} characters; the suite's has 43 of A-Z, a-z, 0-9, + and /")
        self._random = random
        _cbc(self._key, self._key[:_BLOCK], b"")

    def encrypt(self, text: str) -> str:
        """Return base64 of 16 random octets, the text's length in four and the text, encrypted."""
        octets = text.encode()
        plain = self._random.randbytes(_BLOCK) + len(octets).to_bytes(_LENGTH_OCTETS, "big") + octets
        return base64.b64encode(_cbc(self._key, self._key[:_BLOCK], plain)).decode()


class StudioCipher:
    """AES-128-CBC of the newer generation, whose key is the initialisation vector too.

    Args:
        key: 16 characters.

    Raises:
        ValueError: The key is none.
        ModuleNotFoundError: The package cryptography is not there.
    """

    def __init__(self, key: str) -> None:
        if len(key) != _STUDIO_KEY_LENGTH or not key.isascii():
            raise ValueError(f"aes_key is {len(key)} characters; the newer generation's has 16, of ASCII")
        self._key = key.encode()
        _cbc(self._key, self._key, b"")

    def encrypt(self, text: str) -> str:
        """Return base64 of the encrypted text."""
        return base64.b64encode(_cbc(self._key, self._key, text.encode())).decode()


def _cbc(key: bytes, vector: bytes, plain: bytes) -> bytes:
    """Return octets in AES-CBC, padded as PKCS#7 has it."""
    try:
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes  # noqa: PLC0415 - optional
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "aes_key needs the cryptography package: pip install 'onenet-simulator[aes]'"
        ) from error
    missing = _BLOCK - len(plain) % _BLOCK
    encryptor = Cipher(algorithms.AES(key), modes.CBC(vector)).encryptor()
    return encryptor.update(plain + bytes([missing]) * missing) + encryptor.finalize()
