"""Letters that come back: the address each is sent from, and the addresses that nobody reads.

The envelope's sender names the letter (VERP): ``bounce+<token>@<our domain>``, a token that only we can make. It survives mail
servers that change capitals.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from datetime import datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.dialects.postgresql import insert

from tenants.shared.database import db
from tenants.shared.models import ReturnedAddress

PREFIX = "bounce+"
MARK = 10
TIMES = 3
"""From so many permanent returns on, an address is not written to."""


def envelope_sender(org_id: int, letter_id: int) -> str | None:
    """Where the mail servers on the way report what became of a letter; None where no inbound mail is configured."""
    domain = current_app.config["INBOUND_MAIL_DOMAIN"]
    if not domain:
        return None
    about = org_id.to_bytes(4) + letter_id.to_bytes(8)
    token = base64.b32encode(about + _mark(about)).decode().rstrip("=").lower()
    return f"{PREFIX}{token}@{domain}"


def letter_behind(address: str) -> tuple[int, int] | None:
    """(organisation, id) of the letter that was sent from ``address``; None when we never sent from it."""
    local = address.strip().strip("<>").rpartition("@")[0].lower()
    if not local.startswith(PREFIX):
        return None
    token = local.removeprefix(PREFIX).upper()
    try:
        content = base64.b32decode(token + "=" * (-len(token) % 8))
    except binascii.Error:
        return None
    about, mark = content[:12], content[12:]
    if len(about) != 12 or not hmac.compare_digest(mark, _mark(about)):
        return None
    return int.from_bytes(about[:4]), int.from_bytes(about[4:])


def _mark(about: bytes) -> bytes:
    key = sha256(b"passerelle bounces" + current_app.config["SECRET_KEY"].encode()).digest()
    return hmac.digest(key, about, "sha256")[:MARK]


def _hash(address: str) -> bytes:
    return sha256(address.strip().lower().encode()).digest()


def is_dead(address: str, session: Any = None) -> bool:
    """Whether letters came back from ``address`` so often that none is sent there."""
    query = sa.select(ReturnedAddress.times).where(ReturnedAddress.address_hash == _hash(address))
    return ((session or db.session).scalar(query) or 0) >= TIMES


def note_return(address: str, now: datetime, session: Any = None) -> None:
    """One more letter came back from ``address`` for good; the caller commits."""
    statement = insert(ReturnedAddress).values(address_hash=_hash(address), times=1, last_at=now)
    (session or db.session).execute(
        statement.on_conflict_do_update(
            index_elements=["address_hash"],
            set_={"times": sa.func.least(ReturnedAddress.times + 1, 1000), "last_at": now},
        )
    )


def prove_address(address: str, session: Any) -> None:
    """Somebody opened a link that only that address got: letters go there again. The caller commits."""
    session.execute(sa.delete(ReturnedAddress).where(ReturnedAddress.address_hash == _hash(address)))
