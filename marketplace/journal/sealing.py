"""Two layers of sealing (``rings.py``): entries under the person's key, that key under one from the environment.

Everything sealed is bound to what it is and whose (the associated data), so that a row copied to another person or another
entry does not open.
"""

from __future__ import annotations

import json
import secrets

from flask import current_app

from tenants.shared import rings
from tenants.shared.rings import KEY, NONCE, KeyAway, Ring, decrypt, encrypt

__all__ = ["NONCE", "KeyAway", "Ring"]


def ring() -> Ring:
    """The ring of this process."""
    return read_ring(current_app.config.get("JOURNAL_KEYS", ""))


def read_ring(setting: str) -> Ring:
    """The keys of the setting. A setting that is wrong yields none: journals stay shut, everything else works."""
    return rings.read_ring("journal", setting)


def mark_of(key: bytes) -> bytes:
    """Tells a wrapping key apart, and nothing else about it."""
    return rings.mark_of("journal", key)


def new_key() -> bytes:
    return secrets.token_bytes(KEY)


def wrap(key: bytes, person_id: int, *, wrapping: bytes) -> bytes:
    return encrypt(wrapping, key, f"passerelle journal key {person_id}")


def unwrap(wrapped: bytes, person_id: int, *, wrapping: bytes) -> bytes:
    """Raises ``KeyAway`` when ``wrapping`` is not what it was wrapped with, or it is another person's."""
    return decrypt(wrapping, wrapped, f"passerelle journal key {person_id}")


def seal_entry(words: dict[str, str], key: bytes, *, org_id: int, person_id: int, entry_id: int) -> bytes:
    return encrypt(key, json.dumps(words).encode(), _entry(org_id, person_id, entry_id))


def open_entry(sealed: bytes, key: bytes, *, org_id: int, person_id: int, entry_id: int) -> dict[str, str]:
    """Raises ``KeyAway`` when the key, or any of the three ids, is not what the entry was sealed with."""
    words: dict[str, str] = json.loads(decrypt(key, sealed, _entry(org_id, person_id, entry_id)))
    return words


def _entry(org_id: int, person_id: int, entry_id: int) -> str:
    return f"passerelle journal entry {org_id} {person_id} {entry_id}"
