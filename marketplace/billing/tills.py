"""On whose Stripe account a subscription is paid, and with which key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import sqlalchemy as sa

from marketplace.billing import gateway, sealing
from marketplace.billing.models import BillingAccount, BillingKey, Subscription
from tenants.shared import jobs
from tenants.shared.clock import now as present
from tenants.shared.database import db


def till_of(row: Subscription) -> gateway.Till:
    """For the firm that pays, and for its jobs. Raises ``gateway.Unreachable`` where the network's key cannot be opened."""
    if not row.stripe_account:
        return gateway.HOUSE
    where = {"network": row.track_org_id, "account": row.stripe_account}
    found = db.session.execute(sa.text("SELECT * FROM payment_key(:network, :account)"), where).first()
    if found is None:
        return gateway.Till(row.stripe_account)
    return _opened(row.track_org_id, row.stripe_account, found.sealed_key, found.taxes)


def all_tills() -> list[gateway.Till]:
    """For those who run the product. Raises ``gateway.Unreachable`` where a network's key cannot be opened."""
    tills = {}
    if gateway.ready():
        tills[""] = gateway.HOUSE
        for account in db.session.scalars(sa.select(BillingAccount).where(~BillingAccount.own_key)):
            tills[account.stripe_account] = gateway.Till(account.stripe_account)
    for key in db.session.scalars(sa.select(BillingKey)):
        tills[key.stripe_account] = _opened(key.org_id, key.stripe_account, key.sealed_key, key.taxes)
    return list(tills.values())


def _opened(network_id: int, account: str, sealed: bytes, taxes: bool) -> gateway.Till:
    try:
        key = sealing.unseal(sealing.ring(), network_id, sealing.STRIPE_KEY, sealed)
    except sealing.KeyAway as away:
        raise gateway.Unreachable(str(away)) from None
    return gateway.Till(account, key, taxes)


def ready_for(network_id: int) -> bool:
    """Whether what this network sells can be paid at all."""
    account = db.session.get(BillingAccount, network_id)
    return gateway.ready() if account is None or not account.own_key else True


@contextmanager
def refusals_noted(row: Subscription) -> Iterator[None]:
    """Whoever runs the network learns when Stripe does not accept its key; what was asked goes on waiting."""
    network_id, account = row.track_org_id, row.stripe_account
    try:
        yield
    except gateway.KeyRefused:
        if account:
            db.session.rollback()
            note_key(network_id, account, present())
            db.session.commit()
        raise


def note_key(network_id: int, account: str, refused_at: datetime | None) -> None:
    """In the present transaction: since when the key is refused, or that it is accepted."""
    values = {"network": network_id, "account": account, "at": refused_at}
    news = db.session.scalar(sa.text("SELECT note_payment_key(:network, :account, :at)"), values)
    if news and refused_at is not None:
        jobs.announce("payment_key.refused", org_id=network_id)
