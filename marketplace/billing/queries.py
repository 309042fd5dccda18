"""What a company reads of its subscriptions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask import abort

from marketplace.billing.models import (
    BillingAccount,
    BillingInvoice,
    BillingWish,
    Subscription,
    SubscriptionStatus,
    WishState,
)
from marketplace.billing.policy import may_read_bills
from marketplace.boards.models import BoardTrack, Seat
from tenants.accounts.models import Person
from tenants.current import Acting
from tenants.shared.database import db


@dataclass(frozen=True, slots=True)
class SubscriptionSeen:
    """A subscription with its track; None where the network shows the track no more."""

    row: Subscription
    track: BoardTrack | None

    def name(self, locale: str) -> str:
        return self.track.text("name", locale) if self.track else self.row.track_name(locale)


def _with_track() -> sa.Select[Subscription, BoardTrack]:
    return sa.select(Subscription, BoardTrack).outerjoin(
        BoardTrack, sa.and_(BoardTrack.org_id == Subscription.track_org_id, BoardTrack.id == Subscription.track_id)
    )


def subscriptions_of(viewer: Acting) -> list[SubscriptionSeen]:
    """The company's, those that run first."""
    if not may_read_bills(viewer):
        return []
    rows = db.session.execute(
        _with_track()
        .where(Subscription.org_id == viewer.org_id)
        .order_by(Subscription.status == SubscriptionStatus.ended, Subscription.id.desc())
    )
    return [SubscriptionSeen(row, track) for row, track in rows]


def has_subscription(viewer: Acting) -> bool:
    """The company subscribes to a track at present."""
    running = sa.exists().where(Subscription.org_id == viewer.org_id, Subscription.status != SubscriptionStatus.ended)
    return bool(db.session.scalar(sa.select(running)))


def subscription_or_404(viewer: Acting, subscription_id: int) -> SubscriptionSeen:
    if not may_read_bills(viewer):
        abort(404)
    found = db.session.execute(
        _with_track().where(Subscription.org_id == viewer.org_id, Subscription.id == subscription_id)
    ).one_or_none()
    return SubscriptionSeen(*found) if found else abort(404)


def subscription_to(viewer: Acting, track: BoardTrack) -> Subscription | None:
    """The company's subscription to this track that is not over."""
    if not may_read_bills(viewer):
        return None
    return db.session.scalar(
        sa.select(Subscription).where(
            Subscription.org_id == viewer.org_id,
            Subscription.track_org_id == track.org_id,
            Subscription.track_id == track.id,
            Subscription.status != SubscriptionStatus.ended,
        )
    )


def latest_details(viewer: Acting) -> Subscription | None:
    """What was typed last, so that nobody types an address twice."""
    return db.session.scalar(
        sa.select(Subscription).where(Subscription.org_id == viewer.org_id).order_by(Subscription.id.desc()).limit(1)
    )


def account_of(network_id: int) -> str:
    """The Stripe account that sells the network's tracks; empty for the house's."""
    found = db.session.get(BillingAccount, network_id)
    return found.stripe_account if found else ""


def invoices_of(row: Subscription) -> Sequence[BillingInvoice]:
    return db.session.scalars(
        sa.select(BillingInvoice)
        .where(BillingInvoice.org_id == row.org_id, BillingInvoice.subscription_id == row.id)
        .order_by(BillingInvoice.issued_at.desc(), BillingInvoice.id)
    ).all()


def wish_of(row: Subscription) -> BillingWish | None:
    """The latest that was asked of it, when it still waits or was refused."""
    found = db.session.scalar(
        sa.select(BillingWish)
        .where(BillingWish.org_id == row.org_id, BillingWish.subscription_id == row.id)
        .order_by(BillingWish.id.desc())
        .limit(1)
    )
    return found if found is not None and found.state is not WishState.done else None


def person_name(person_id: int) -> str:
    return db.session.scalar(sa.select(Person.name).where(Person.id == person_id)) or ""


def holders(row: Subscription) -> Sequence[str]:
    """The names of those who sit on its seats, for their own company."""
    return db.session.scalars(
        sa.select(Person.name)
        .join(Seat, Seat.person_id == Person.id)
        .where(Seat.org_id == row.org_id, Seat.subscription_id == row.id, Seat.released_at.is_(None))
        .order_by(Person.name)
    ).all()
