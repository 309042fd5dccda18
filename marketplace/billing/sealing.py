"""A network's own Stripe key and signing secret, sealed under a key of that network's alone (``rings.py``).

The network's key is derived (HKDF, RFC 5869) from one of ``PAYMENT_KEYS`` and kept nowhere, so a copy of the database opens
nothing. What is sealed begins with the mark of the key it was made with.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app

from tenants.shared.rings import KEY, MARK, KeyAway, Ring, decrypt, encrypt, mark_of, read_ring

__all__ = ["HOOK", "STRIPE_KEY", "KeyAway"]

PURPOSE = "payment"
STRIPE_KEY, HOOK = "stripe key", "signing secret"


def ring() -> Ring:
    """The ring of this process. Without one only networks with a key of their own are affected."""
    return read_ring(PURPOSE, current_app.config.get("PAYMENT_KEYS", ""))


def seal(keys: Ring, network_id: int, what: str, secret: str) -> bytes:
    """Raises ``KeyAway`` when the ring is empty."""
    newest = keys.newest
    return mark_of(PURPOSE, newest) + encrypt(_own_key(newest, network_id), secret.encode(), _about(what, network_id))


def unseal(keys: Ring, network_id: int, what: str, sealed: bytes) -> str:
    """Raises ``KeyAway`` when the ring lacks the key, or this is another network's or something else."""
    own = _own_key(keys.marked(sealed[:MARK]), network_id)
    return decrypt(own, sealed[MARK:], _about(what, network_id)).decode()


def is_newest(keys: Ring, sealed: bytes) -> bool:
    """It was sealed with the newest key of the ring."""
    return sealed[:MARK] == mark_of(PURPOSE, keys.newest)


def _own_key(key: bytes, network_id: int) -> bytes:
    return HKDF(SHA256(), KEY, salt=None, info=f"passerelle payments of {network_id}".encode()).derive(key)


def _about(what: str, network_id: int) -> str:
    return f"{what} of {network_id}"
