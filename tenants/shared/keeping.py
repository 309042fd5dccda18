"""What a letter said, kept shut for the days in which it may still come back, so that it can be sent again.

Sealed under the product's own key (Fernet, over HKDF, RFC 5869), bound to the letter: a copy of the database shows nothing of it.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app

SEALED = "sealed"


def keep_shut(data: dict[str, Any], *, org_id: int, letter_id: int) -> dict[str, Any]:
    """``data`` as it may stay in the row of a letter that was sent; nothing where no returned letter would reach us."""
    if not current_app.config["INBOUND_MAIL_DOMAIN"]:
        return {}
    return {SEALED: _box(org_id, letter_id).encrypt(json.dumps(data).encode()).decode()}


def opened(data: dict[str, Any], *, org_id: int, letter_id: int) -> dict[str, Any]:
    """What was kept shut, as it was; other ``data`` as it is. Raises ``ValueError`` when the product's key has changed."""
    if SEALED not in data:
        return data
    try:
        found: dict[str, Any] = json.loads(_box(org_id, letter_id).decrypt(data[SEALED]))
    except InvalidToken:
        raise ValueError("what this letter said can no longer be opened") from None
    return found


def _box(org_id: int, letter_id: int) -> Fernet:
    about = f"letter {org_id} {letter_id}".encode()
    key = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=about)
    return Fernet(base64.urlsafe_b64encode(key.derive(current_app.config["SECRET_KEY"].encode())))
