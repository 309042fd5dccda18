"""What the worker does about payments: follow Stripe, finish what was asked for, compare every night, write letters."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from marketplace.billing import following, letters, wishes
from marketplace.billing.models import BillingInvoice, BillingKey, Subscription
from tenants.shared import clock
from tenants.shared.database import db
from tenants.shared.jobs import clock_job, enqueue, tenant_job


@tenant_job("follow_subscription", on="subscription.answered")
def follow_subscription(*, org_id: int, subscription_id: int) -> None:
    """Read the subscription again. Raises ``gateway.Unreachable`` and comes back when Stripe is away."""
    following.follow(org_id=org_id, subscription_id=subscription_id, now=clock.now())


def enqueue_following(org_id: int, subscription_id: int) -> None:
    """In the present transaction; however many events a minute brings, one waiting job reads for all of them."""
    enqueue(
        follow_subscription, org_id=org_id, subscription_id=subscription_id, once=f"follow {org_id} {subscription_id}"
    )


@tenant_job("compare_subscription")
def compare_subscription(*, org_id: int, subscription_id: int) -> None:
    following.follow(org_id=org_id, subscription_id=subscription_id, now=clock.now(), nightly=True)


def enqueue_comparisons() -> int:
    """Every subscription that runs is compared with Stripe; how many."""
    rows = db.session.execute(sa.text("SELECT org_id, subscription_id FROM subscriptions_to_follow()")).all()
    for row in rows:
        name = f"compare {row.org_id} {row.subscription_id}"
        enqueue(compare_subscription, org_id=row.org_id, subscription_id=row.subscription_id, once=name)
    return len(rows)


@clock_job("compare_with_stripe", "20 3 * * *")
def compare_with_stripe() -> None:
    enqueue_comparisons()


@clock_job("return_to_wishes", "*/15 * * * *")
def return_to_wishes() -> None:
    """What still waits although its own job has given up, or died."""
    before = clock.now() - timedelta(minutes=15)
    for row in db.session.execute(sa.text("SELECT org_id, wish_id FROM wishes_waiting(:before)"), {"before": before}):
        enqueue(wishes.carry_out_wish, org_id=row.org_id, wish_id=row.wish_id, once=f"wish {row.wish_id}")


@tenant_job("tell_of_subscription", on="subscription.moved")
def tell_of_subscription(*, org_id: int, subscription_id: int, verb: str) -> None:
    row = db.session.get(Subscription, (org_id, subscription_id))
    if row is not None:
        letters.tell_of_subscription(row, verb, clock.now())
    db.session.commit()


@tenant_job("tell_of_refused_key", on="payment_key.refused")
def tell_of_refused_key(*, org_id: int) -> None:
    """In the network's own context: to those who can replace the key, if it is still refused."""
    key = db.session.get(BillingKey, org_id)
    if key is not None and key.refused_at is not None:
        letters.tell_of_refused_key(key, clock.now())
    db.session.commit()


@tenant_job("tell_of_invoice", on="invoice.issued")
def tell_of_invoice(*, org_id: int, invoice_id: str) -> None:
    invoice = db.session.get(BillingInvoice, (org_id, invoice_id))
    if invoice is not None and invoice.status == "open":
        letters.tell_of_invoice(invoice, clock.now())
    db.session.commit()
