"""Which letters a person wants by e-mail, and the signed link with which they say so without signing in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.dialects.postgresql import insert

from tenants.shared.database import db
from tenants.shared.kinds import KINDS
from tenants.shared.models import LetterChoice


@dataclass(frozen=True, slots=True)
class Subscription:
    """One kind of letter to one person in one workspace."""

    org_id: int
    person_id: int
    kind: str


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="letters that can be switched off")


def subscription_token(subscription: Subscription) -> str:
    """A token that may only switch this kind of letter off and on; it does not expire, as RFC 8058 wants it."""
    return _signer().dumps([subscription.org_id, subscription.person_id, subscription.kind])


def read_token(token: str) -> Subscription | None:
    """What ``token`` speaks for; None when it was not made here or the kind is (or became) essential."""
    try:
        subscription = Subscription(*_signer().loads(token))
    except (BadSignature, TypeError):
        return None
    kind = KINDS.get(subscription.kind)
    return subscription if kind and not kind.essential else None


def is_wanted(subscription: Subscription, session: Any = None) -> bool:
    """False when the person switched this kind off. Essential letters are always wanted."""
    if KINDS[subscription.kind].essential:
        return True
    query = sa.select(LetterChoice.wanted).where(
        LetterChoice.org_id == subscription.org_id,
        LetterChoice.person_id == subscription.person_id,
        LetterChoice.kind == subscription.kind,
    )
    wanted: bool | None = (session or db.session).scalar(query)
    return wanted is not False


def choose_letters(*, org_id: int, person_id: int, wanted: dict[str, bool], now: datetime, session: Any = None) -> None:
    """Keep what the person chose for each kind. Raises ``ValueError`` for a kind that cannot be switched off."""
    session = session or db.session
    for kind in wanted:
        if KINDS[kind].essential:
            raise ValueError(f"letters of the kind {kind} are always sent")
    rows = [
        {"org_id": org_id, "person_id": person_id, "kind": kind, "wanted": yes, "chosen_at": now}
        for kind, yes in wanted.items()
    ]
    statement = insert(LetterChoice).values(rows)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["org_id", "person_id", "kind"],
            set_={"wanted": statement.excluded.wanted, "chosen_at": statement.excluded.chosen_at},
        )
    )
    session.commit()
