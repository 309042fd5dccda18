"""What Stripe says is so becomes what our rows say. The only place where it does, whatever the occasion.

An event, the night's comparison and an answer to a wish of ours all end here, with the object as it is read *now*: so neither
the order of events nor their number matters.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

import sqlalchemy as sa

from marketplace.billing import gateway, tills
from marketplace.billing.gateway import Remote, RemoteInvoice
from marketplace.billing.models import (
    BillingInvoice,
    Collection,
    StripeEvent,
    Subscription,
    SubscriptionStatus,
)
from tenants.shared import jobs
from tenants.shared.activity import record
from tenants.shared.database import db

log = logging.getLogger(__name__)

GRACE = timedelta(days=14)
"""How long a firm whose payment is overdue may still nominate."""

MEANS = {
    "incomplete": SubscriptionStatus.asked,
    "trialing": SubscriptionStatus.active,
    "active": SubscriptionStatus.active,
    "past_due": SubscriptionStatus.past_due,
    "unpaid": SubscriptionStatus.past_due,
    "paused": SubscriptionStatus.past_due,
    "canceled": SubscriptionStatus.ended,
    "incomplete_expired": SubscriptionStatus.ended,
}
"""What each of Stripe's words means here."""

VERBS = {
    SubscriptionStatus.active: "subscription.started",
    SubscriptionStatus.past_due: "subscription.overdue",
    SubscriptionStatus.ended: "subscription.ended",
}


def take(row: Subscription, remote: Remote, now: datetime) -> list[str]:
    """Write what Stripe says into the row; the names of what was otherwise. Raises ``ValueError`` for another's subscription."""
    if remote.customer != row.stripe_customer:
        raise ValueError(f"{remote.id} belongs to another customer than subscription {row.id}")
    status = MEANS.get(remote.status, row.status)
    said = {
        "stripe_subscription": remote.id,
        "stripe_item": remote.item,
        "seats": remote.quantity,
        "period_end": remote.period_end,
        "cancel_at_period_end": remote.cancel_at_period_end,
        "collection": Collection.invoice if remote.by_invoice else Collection.card,
    }
    differing = [name for name, value in said.items() if getattr(row, name) != value]
    for name in differing:
        setattr(row, name, said[name])
    if status is not row.status:
        differing.append("status")
        move(row, status, now, ended_at=remote.ended_at)
    row.followed_at = now
    if differing:
        row.updated_at = now
    return differing


def move(row: Subscription, status: SubscriptionStatus, now: datetime, *, ended_at: datetime | None = None) -> None:
    """From one status to the next, with all that follows from it. Those who run on a seat are never touched."""
    before, row.status = row.status, status
    row.grace_until = now + GRACE if status is SubscriptionStatus.past_due else None
    if status is SubscriptionStatus.ended:
        row.ended_at, row.checkout_url, row.seats_wanted = ended_at or now, "", None
    elif status is not SubscriptionStatus.asked:
        row.checkout_url = ""
    if before is SubscriptionStatus.asked and status is SubscriptionStatus.ended:
        return
    verb = VERBS.get(status)
    if before is SubscriptionStatus.past_due and status is SubscriptionStatus.active:
        verb = "subscription.paid"
    if verb:
        record(verb, org_ids=[row.org_id], now=now, subject=("subscription", row.id))
        jobs.announce("subscription.moved", org_id=row.org_id, subscription_id=row.id, verb=verb)


def follow(*, org_id: int, subscription_id: int, now: datetime, nightly: bool = False) -> list[str]:
    """Read everything that Stripe has of a subscription, and write what is otherwise here; its names. For the worker.

    ``nightly``: nothing should be otherwise; what is, is told in the log. Raises ``gateway.Unreachable`` to be tried again.
    """
    # Two who follow the same subscription take turns, so that none writes what it read before the other did.
    db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended("follow", subscription_id))))
    row = db.session.get(Subscription, (org_id, subscription_id))
    if row is None or not row.stripe_customer:
        return []
    with tills.refusals_noted(row):
        differing = _read_all(row, now)
    if nightly and differing:
        log.warning("subscription %s of organisation %s was not as Stripe has it: %s", row.id, org_id, differing)
        what = ", ".join(sorted(set(differing)))
        record("subscription.healed", org_ids=[org_id], now=now, subject=("subscription", row.id), data={"what": what})
    db.session.execute(
        sa.update(StripeEvent)
        .where(
            StripeEvent.firm_id == org_id,
            StripeEvent.subscription_id == subscription_id,
            StripeEvent.handled_at.is_(None),
            StripeEvent.received_at <= now,
        )
        .values(handled_at=now, tries=StripeEvent.tries + 1),
        execution_options={"synchronize_session": False},
    )
    db.session.commit()
    return differing


def _read_all(row: Subscription, now: datetime) -> list[str]:
    till = tills.till_of(row)
    remote = _read(till, row, now)
    if remote is None:
        return []
    differing = take(row, remote, now) + _take_invoices(row, gateway.invoices(till, remote.id), now)
    if row.vat_number and row.vat_state in {"", "pending", "unavailable"}:
        row.vat_state = gateway.vat_state(till, row.stripe_customer) or row.vat_state
    return differing


def _read(till: gateway.Till, row: Subscription, now: datetime) -> Remote | None:
    if row.stripe_subscription:
        return gateway.subscription(till, row.stripe_subscription)
    if row.stripe_checkout:
        page = gateway.checkout(till, row.stripe_checkout)
        if page.subscription:
            return gateway.subscription(till, page.subscription)
        if page.status == "expired" and row.status is SubscriptionStatus.asked:
            move(row, SubscriptionStatus.ended, now)
        return None
    return gateway.latest_of_customer(till, row.stripe_customer)


def _take_invoices(row: Subscription, found: list[RemoteInvoice], now: datetime) -> list[str]:
    known = {
        one.id: one
        for one in db.session.scalars(
            sa.select(BillingInvoice).where(
                BillingInvoice.org_id == row.org_id, BillingInvoice.subscription_id == row.id
            )
        )
    }
    differing = []
    for one in found:
        kept = known.get(one.id)
        values = {
            "number": one.number,
            "status": one.status,
            "currency": one.currency,
            "total_cents": one.total,
            "tax_cents": one.tax,
            "due_cents": one.due,
            "issued_at": one.issued_at,
            "due_at": one.due_at,
            "paid_at": one.paid_at,
            "debit_since": ((kept and kept.debit_since) or now) if one.debit else None,
            "page_url": one.page_url,
            "pdf_url": one.pdf_url,
        }
        if kept is None:
            db.session.add(BillingInvoice(org_id=row.org_id, id=one.id, subscription_id=row.id, **values))
            differing.append("invoices")
            if one.status == "open" and not one.debit and row.collection is Collection.invoice:
                jobs.announce("invoice.issued", org_id=row.org_id, invoice_id=one.id)
        elif changed := [name for name, value in values.items() if getattr(kept, name) != value]:
            for name in changed:
                setattr(kept, name, values[name])
            differing.append("invoices")
    return differing
