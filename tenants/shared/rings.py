"""Keys from the environment, and what is sealed with them: AES-256-GCM (NIST SP 800-38D), nonces of 96 random bits.

A ring holds the keys of one setting, newest first, so that a key can be replaced without anything being shut meanwhile.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY = 32
NONCE = 12
MARK = 8


class KeyAway(Exception):
    """The key that would open this is not on the ring; the message says what is wrong with the setting."""


@dataclass(frozen=True, slots=True)
class Ring:
    """The keys of one setting (``JOURNAL_KEYS`` for the purpose ``journal``); ``fault`` says why there is none."""

    purpose: str
    keys: tuple[bytes, ...] = field(repr=False)
    fault: str = ""

    @property
    def setting(self) -> str:
        return f"{self.purpose.upper()}_KEYS"

    @property
    def newest(self) -> bytes:
        """Raises ``KeyAway`` when there is none."""
        if not self.keys:
            raise KeyAway(self.fault)
        return self.keys[0]

    def marked(self, mark: bytes) -> bytes:
        """The key of this mark. Raises ``KeyAway`` when it is not on the ring."""
        for key in self.keys:
            if mark_of(self.purpose, key) == mark:
                return key
        raise KeyAway(self.fault or f"{self.setting} lacks the key {mark.hex()}")


def read_ring(purpose: str, words: str) -> Ring:
    """The keys of a setting: 32 bytes in base64 each. A setting that is wrong yields none, and everything else works."""
    setting, written = f"{purpose.upper()}_KEYS", words.replace(",", " ").split()
    if not written:
        return Ring(purpose, (), f"{setting} is not set")
    try:
        keys = tuple(base64.b64decode(word, validate=True) for word in written)
    except (binascii.Error, ValueError):
        return Ring(purpose, (), f"{setting} is not written in base64")
    if any(len(key) != KEY for key in keys):
        return Ring(purpose, (), f"{setting} has a key that is not 32 bytes long")
    return Ring(purpose, keys)


def mark_of(purpose: str, key: bytes) -> bytes:
    """Tells a key of a ring apart, and nothing else about it."""
    return sha256(f"passerelle {purpose} mark".encode() + key).digest()[:MARK]


def encrypt(key: bytes, content: bytes, about: str) -> bytes:
    """Bound to ``about``: what it is and whose, so that it does not open as anything else."""
    nonce = secrets.token_bytes(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, content, about.encode())


def decrypt(key: bytes, sealed: bytes, about: str) -> bytes:
    """Raises ``KeyAway`` when it was sealed with another key, or is about something else."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], about.encode())
    except (InvalidTag, ValueError):
        raise KeyAway("what is sealed does not open with the key it names") from None
