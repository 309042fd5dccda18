"""Two layers of AES-256-GCM (NIST SP 800-38D): entries under the person's key, that key under one from the environment.

Everything sealed is bound to what it is and whose (the associated data), so that a row copied to another person or another
entry does not open. Nonces are 96 random bits, a fresh one each time.
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app

KEY = 32
NONCE = 12
MARK = 8


class KeyAway(Exception):
    """The key that would open this is not in ``JOURNAL_KEYS``; the message says what is wrong with the setting."""


@dataclass(frozen=True, slots=True)
class Ring:
    """The wrapping keys of ``JOURNAL_KEYS``, newest first; ``fault`` says why there is none."""

    keys: tuple[bytes, ...]
    fault: str = ""

    @property
    def newest(self) -> bytes:
        """Raises ``KeyAway`` when there is none."""
        if not self.keys:
            raise KeyAway(self.fault)
        return self.keys[0]

    def marked(self, mark: bytes) -> bytes:
        """The key of this mark. Raises ``KeyAway`` when it is not on the ring."""
        for key in self.keys:
            if mark_of(key) == mark:
                return key
        raise KeyAway(self.fault or f"JOURNAL_KEYS lacks the key {mark.hex()}")


def ring() -> Ring:
    """The ring of this process."""
    return read_ring(current_app.config.get("JOURNAL_KEYS", ""))


def read_ring(setting: str) -> Ring:
    """The keys of the setting. A setting that is wrong yields none: journals stay shut, everything else works."""
    words = setting.replace(",", " ").split()
    if not words:
        return Ring((), "JOURNAL_KEYS is not set")
    try:
        keys = tuple(base64.b64decode(word, validate=True) for word in words)
    except (binascii.Error, ValueError):
        return Ring((), "JOURNAL_KEYS is not written in base64")
    if any(len(key) != KEY for key in keys):
        return Ring((), "JOURNAL_KEYS has a key that is not 32 bytes long")
    return Ring(keys)


def mark_of(key: bytes) -> bytes:
    """Tells a wrapping key apart, and nothing else about it."""
    return sha256(b"passerelle journal mark" + key).digest()[:MARK]


def new_key() -> bytes:
    return secrets.token_bytes(KEY)


def wrap(key: bytes, person_id: int, *, wrapping: bytes) -> bytes:
    return _seal(wrapping, key, f"passerelle journal key {person_id}")


def unwrap(wrapped: bytes, person_id: int, *, wrapping: bytes) -> bytes:
    """Raises ``KeyAway`` when ``wrapping`` is not what it was wrapped with, or it is another person's."""
    return _open(wrapping, wrapped, f"passerelle journal key {person_id}")


def seal_entry(words: dict[str, str], key: bytes, *, org_id: int, person_id: int, entry_id: int) -> bytes:
    return _seal(key, json.dumps(words).encode(), _entry(org_id, person_id, entry_id))


def open_entry(sealed: bytes, key: bytes, *, org_id: int, person_id: int, entry_id: int) -> dict[str, str]:
    """Raises ``KeyAway`` when the key, or any of the three ids, is not what the entry was sealed with."""
    words: dict[str, str] = json.loads(_open(key, sealed, _entry(org_id, person_id, entry_id)))
    return words


def _entry(org_id: int, person_id: int, entry_id: int) -> str:
    return f"passerelle journal entry {org_id} {person_id} {entry_id}"


def _seal(key: bytes, content: bytes, about: str) -> bytes:
    nonce = secrets.token_bytes(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, content, about.encode())


def _open(key: bytes, sealed: bytes, about: str) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], about.encode())
    except (InvalidTag, ValueError):
        raise KeyAway("a journal does not open with the key it names") from None
