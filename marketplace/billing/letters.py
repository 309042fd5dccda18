"""What those who look after a company are written about what it pays for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from marketplace.billing.models import BillingInvoice, BillingKey, Subscription
from tenants.accounts.models import Person
from tenants.affiliations.models import Affiliation, Role
from tenants.organisations.models import Organisation
from tenants.shared.database import db
from tenants.shared.letters import queue_letter

KINDS = {
    "subscription.started": "subscription_started",
    "subscription.overdue": "payment_failed",
    "subscription.ended": "subscription_ended",
}
"""Which step has a letter; that a debt is paid needs none."""


def tell_of_subscription(row: Subscription, verb: str, now: datetime) -> None:
    """One letter to each coordinator, unless it stands elsewhere by now."""
    kind = KINDS.get(verb)
    if kind is None:
        return
    data: dict[str, Any] = {"seats": row.seats}
    if row.grace_until is not None:
        data["grace_at"] = row.grace_until.isoformat()
    _write(kind, row, data, now)


def tell_of_invoice(invoice: BillingInvoice, now: datetime) -> None:
    row = db.session.get_one(Subscription, (invoice.org_id, invoice.subscription_id))
    data: dict[str, Any] = {
        "number": invoice.number,
        "cents": invoice.due_cents,
        "currency": invoice.currency,
        "order": row.purchase_order,
    }
    if invoice.due_at is not None:
        data["due_on"] = invoice.due_at.date().isoformat()
    _write("invoice_due", row, data, now)


def tell_of_refused_key(key: BillingKey, now: datetime) -> None:
    """To each administrator of the network: nobody else can replace it."""
    page = f"/{db.session.get_one(Organisation, key.org_id).slug}/settings/payments/"
    administrators = sa.select(Affiliation.person_id).where(
        Affiliation.org_id == key.org_id,
        Affiliation.role == Role.network_admin,
        sa.or_(Affiliation.ended_on.is_(None), Affiliation.ended_on > now.date()),
    )
    for person_id in db.session.scalars(administrators.distinct()).all():
        data = {"four": key.last_four, "url": page}
        queue_letter("payment_key_refused", org_id=key.org_id, person_id=person_id, now=now, data=data, path=page)


def _write(kind: str, row: Subscription, data: dict[str, Any], now: datetime) -> None:
    page = f"/{db.session.get_one(Organisation, row.org_id).slug}/subscriptions/{row.id}"
    for person_id in db.session.scalars(sa.select(sa.func.programme_coordinators(row.org_id))).all():
        reader = db.session.get_one(Person, person_id)
        name = row.track_name(reader.locale or "en")
        queue_letter(
            kind,
            org_id=row.org_id,
            person_id=person_id,
            now=now,
            data=data | {"programme": name, "url": page},
            path=page,
        )
