"""How letters come to a person, and the signed link with which they say so without signing in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.dialects.postgresql import insert

from tenants.shared.database import db
from tenants.shared.hours import Hours
from tenants.shared.kinds import KINDS
from tenants.shared.models import Delivery, LetterChoice, LetterHours

ALL = "*"
"""Stands for every kind that one can do without, where one link speaks of all of them."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """One kind of letter (or ``ALL``) to one person in one workspace."""

    org_id: int
    person_id: int
    kind: str

    @property
    def kinds(self) -> list[str]:
        """Those it speaks of that can be done without."""
        names = list(KINDS) if self.kind == ALL else [self.kind]
        return [name for name in names if Delivery.app in deliveries(name)]


def deliveries(kind: str) -> tuple[Delivery, ...]:
    """How letters of a kind may come: an urgent one at once, one that asks something of its reader on the same day."""
    what = KINDS[kind]
    if what.urgent or what.account:
        return (Delivery.instant,)
    return (Delivery.instant, Delivery.daily) if what.essential else tuple(Delivery)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="letters that can be switched off")


def subscription_token(subscription: Subscription) -> str:
    """A token that may only choose how such letters come; it does not expire, as RFC 8058 wants it."""
    return _signer().dumps([subscription.org_id, subscription.person_id, subscription.kind])


def read_token(token: str) -> Subscription | None:
    """What ``token`` speaks for; None when it was not made here or the kind is (or became) essential."""
    try:
        subscription = Subscription(*_signer().loads(token))
    except (BadSignature, TypeError):
        return None
    known = subscription.kind == ALL or subscription.kind in KINDS
    return subscription if known and subscription.kinds else None


def chosen(org_id: int, person_id: int, session: Any = None) -> dict[str, Delivery]:
    """How each kind of which the person has a say comes to them."""
    rows = (session or db.session).execute(
        sa.select(LetterChoice.kind, LetterChoice.delivery).where(
            LetterChoice.org_id == org_id, LetterChoice.person_id == person_id
        )
    )
    said = {row.kind: row.delivery for row in rows}
    offered = {kind: deliveries(kind) for kind in KINDS}
    return {
        kind: said[kind] if said.get(kind) in ways else Delivery.instant
        for kind, ways in offered.items()
        if len(ways) > 1
    }


def delivery_of(subscription: Subscription, session: Any = None) -> Delivery:
    """How this kind comes to the person: at once unless they chose otherwise, and may."""
    ways = deliveries(subscription.kind)
    if len(ways) == 1:
        return ways[0]
    query = sa.select(LetterChoice.delivery).where(
        LetterChoice.org_id == subscription.org_id,
        LetterChoice.person_id == subscription.person_id,
        LetterChoice.kind == subscription.kind,
    )
    said: Delivery | None = (session or db.session).scalar(query)
    return said if said in ways else Delivery.instant


def hours_of(org_id: int, person_id: int, zone: ZoneInfo, session: Any = None) -> Hours:
    """When letters come to the person, by their own clock."""
    kept = (
        (session or db.session)
        .execute(
            sa.select(
                LetterHours.digest_hour, LetterHours.digest_weekday, LetterHours.quiet_from, LetterHours.quiet_until
            ).where(LetterHours.org_id == org_id, LetterHours.person_id == person_id)
        )
        .one_or_none()
    )
    return Hours(zone, *kept) if kept else Hours(zone)


def choose_letters(
    *, org_id: int, person_id: int, ways: Mapping[str, Delivery], now: datetime, session: Any = None
) -> None:
    """Write down how each kind shall come; the caller commits. Raises ``ValueError`` for a way that a kind does not have."""
    session = session or db.session
    for kind, way in ways.items():
        if way not in deliveries(kind):
            raise ValueError(f"letters of the kind {kind} do not come that way: {way}")
    if not ways:
        return
    rows = [
        {"org_id": org_id, "person_id": person_id, "kind": kind, "delivery": way, "chosen_at": now}
        for kind, way in ways.items()
    ]
    statement = insert(LetterChoice).values(rows)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["org_id", "person_id", "kind"],
            set_={"delivery": statement.excluded.delivery, "chosen_at": statement.excluded.chosen_at},
        )
    )


def choose_hours(*, org_id: int, person_id: int, hours: Hours, now: datetime) -> None:
    """Write down when letters shall come; the caller commits."""
    values = {
        "digest_hour": hours.digest_hour,
        "digest_weekday": hours.digest_weekday,
        "quiet_from": hours.quiet_from,
        "quiet_until": hours.quiet_until,
        "chosen_at": now,
    }
    statement = insert(LetterHours).values(org_id=org_id, person_id=person_id, **values)
    db.session.execute(statement.on_conflict_do_update(index_elements=["org_id", "person_id"], set_=values))
