"""A file that only the product can open: a copy of the database shows nothing of what somebody downloaded about themselves."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app


def seal(content: bytes, *, person_id: int, export_id: int) -> bytes:
    return _box(person_id, export_id).encrypt(content)


def unseal(content: bytes, *, person_id: int, export_id: int) -> bytes:
    """Raises ``cryptography.fernet.InvalidToken`` when the file is not this person's, or the product's key has changed."""
    return _box(person_id, export_id).decrypt(content)


def _box(person_id: int, export_id: int) -> Fernet:
    """A key for each file, made from the product's own (HKDF, RFC 5869)."""
    about = f"personal export {person_id} {export_id}".encode()
    key = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=about)
    return Fernet(base64.urlsafe_b64encode(key.derive(current_app.config["SECRET_KEY"].encode())))
