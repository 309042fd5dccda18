"""Secrets that somebody carries (a cookie, a link, a code): only a digest is kept."""

from __future__ import annotations

from hashlib import sha256


def hash_of(secret: str) -> bytes:
    """What is kept of a secret. It has 256 random bits, so that a fast digest is enough."""
    return sha256(secret.encode()).digest()
