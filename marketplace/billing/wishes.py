"""What was asked for is kept first and done at Stripe after that: by the page at once, or by the worker until it is done.

The page that asked tries it in the same minute; when Stripe is away, the row stays and the worker's job comes back to it.
However often it is tried, its idempotency key makes it happen once.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import current_app

from marketplace.billing import following, gateway, tills
from marketplace.billing.models import (
    BillingWish,
    Collection,
    Subscription,
    SubscriptionStatus,
    WishKind,
    WishState,
)
from marketplace.billing.vat import vat_kind
from tenants.organisations.models import Organisation
from tenants.shared import jobs
from tenants.shared.activity import record
from tenants.shared.clock import now as present
from tenants.shared.database import db, new_id

log = logging.getLogger(__name__)

ON_INVOICES = (
    *("legal_entity", "address_line", "postal_code", "city", "country"),
    *("vat_number", "billing_email", "purchase_order"),
)
"""The columns of a subscription that say what stands on its invoices and where they go."""

DAYS_UNTIL_DUE = 30
SECOND_TRY = timedelta(minutes=1)
"""When the worker looks whether the page has done it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What Stripe answered to a wish."""

    customer: str = ""
    vat_state: str = ""
    remote: gateway.Remote | None = None
    checkout: gateway.Checkout | None = None


def keep(
    row: Subscription, kind: WishKind, asked_by: int, now: datetime, **values: int | datetime | dict[str, str] | None
) -> BillingWish:
    """Keep what is asked for, in the present transaction; the worker sees to it that it is done."""
    wish = BillingWish(
        org_id=row.org_id,
        id=new_id(),
        subscription_id=row.id,
        kind=kind,
        asked_by_id=asked_by,
        asked_at=now,
        **values,
    )
    db.session.add(wish)
    db.session.flush()
    jobs.enqueue(
        carry_out_wish, org_id=row.org_id, wish_id=wish.id, once=f"wish {wish.id}", not_before=now + SECOND_TRY
    )
    return wish


def carry_out(*, org_id: int, wish_id: int, now: datetime) -> WishState | None:
    """Have Stripe do it; what became of it. None: there is no such wish.

    Nothing is locked while Stripe is asked. Raises ``gateway.Unreachable`` when it is away: the wish stays, and is tried again.
    """
    wish = db.session.get(BillingWish, (org_id, wish_id))
    if wish is None or wish.state is not WishState.open:
        return wish.state if wish else None
    row = db.session.get_one(Subscription, (org_id, wish.subscription_id))
    firm = db.session.get_one(Organisation, org_id)
    slug, language = firm.slug, firm.locale
    try:
        till = tills.till_of(row)
        db.session.commit()
        with tills.refusals_noted(row):
            answer = _ask(till, wish, row, slug, language)
    except gateway.Unreachable as away:
        _note(wish, str(away))
        raise
    except gateway.Declined as no:
        return _settle(wish, None, str(no), now)
    return _settle(wish, answer, "", now)


def _ask(till: gateway.Till, wish: BillingWish, row: Subscription, slug: str, language: str) -> Answer:
    key = f"wish-{wish.id}"
    if wish.kind is WishKind.subscribe:
        return _subscribe(till, row, slug, language, key)
    if wish.kind is WishKind.details:
        return _change_details(till, wish, row, language, key)
    if wish.kind is WishKind.seats:
        quantity = wish.seats or row.seats
        remote = gateway.set_quantity(till, row.stripe_subscription, row.stripe_item, quantity, wish.priced_at, key)
        return Answer(remote=remote)
    cancel = wish.kind is WishKind.cancel
    return Answer(remote=gateway.set_cancelling(till, row.stripe_subscription, cancel, key))


def _buyer(row: Subscription, said: Mapping[str, str], language: str) -> gateway.Buyer:
    return gateway.Buyer(
        said["legal_entity"],
        said["billing_email"],
        said["address_line"],
        said["postal_code"],
        said["city"],
        said["country"],
        said["purchase_order"],
        f"{row.org_id}-{row.id}",
        language,
    )


def _subscribe(till: gateway.Till, row: Subscription, slug: str, language: str, key: str) -> Answer:
    said = {name: getattr(row, name) for name in ON_INVOICES}
    customer = row.stripe_customer or gateway.make_customer(till, _buyer(row, said, language), f"customer-{row.id}")
    vat_state = row.vat_state
    if row.vat_number and not vat_state:
        vat_state = _set_vat_number(till, row, customer, said, f"vat-{row.id}")
    name = row.track_name("en")
    price = gateway.price_of(
        till, gateway.Article(f"track-{row.track_org_id}-{row.track_id}", name, row.price_cents, row.currency)
    )
    if row.collection is Collection.invoice:
        remote = gateway.start_by_invoice(till, customer, price, row.seats, DAYS_UNTIL_DUE, key)
        return Answer(customer, vat_state, remote)
    back = f"{current_app.config['BASE_URL']}/{slug}/subscriptions/{row.id}"
    page = gateway.open_checkout(
        till,
        customer,
        price,
        row.seats,
        success_url=f"{back}?paid=1",
        cancel_url=back,
        locale="auto",
        key=key,
    )
    return Answer(customer, vat_state, checkout=page)


def _change_details(till: gateway.Till, wish: BillingWish, row: Subscription, language: str, key: str) -> Answer:
    said = wish.details or {}
    gateway.change_customer(till, row.stripe_customer, _buyer(row, said, language), key)
    state = _set_vat_number(till, row, row.stripe_customer, said, f"vat-{wish.id}")
    return Answer(row.stripe_customer, state)


def _set_vat_number(till: gateway.Till, row: Subscription, customer: str, said: Mapping[str, str], key: str) -> str:
    state = gateway.set_vat_number(till, customer, vat_kind(said["country"]), said["vat_number"], key)
    if state == "refused":
        log.warning("the VAT number of subscription %s was refused", row.id)
    return state


def _note(wish: BillingWish, trouble: str) -> None:
    """Once more in vain. The next try is the worker's."""
    db.session.execute(
        sa.update(BillingWish)
        .where(BillingWish.org_id == wish.org_id, BillingWish.id == wish.id, BillingWish.state == WishState.open)
        .values(tries=BillingWish.tries + 1, trouble=trouble[:500]),
        execution_options={"synchronize_session": False},
    )
    db.session.commit()


def _settle(asked: BillingWish, answer: Answer | None, trouble: str, now: datetime) -> WishState:
    """Write what Stripe answered; nothing, where somebody else has done so meanwhile."""
    key = (asked.org_id, asked.id)
    wish = db.session.get_one(BillingWish, key, with_for_update=True, populate_existing=True)
    if wish.state is not WishState.open:
        db.session.commit()
        return wish.state
    row = db.session.get_one(
        Subscription, (asked.org_id, asked.subscription_id), with_for_update=True, populate_existing=True
    )
    wish.state, wish.trouble, wish.settled_at = WishState.done, trouble[:500], now
    if answer is None:
        wish.state = WishState.refused
        row.seats_wanted = None
        if wish.kind is WishKind.subscribe:
            following.move(row, SubscriptionStatus.ended, now)
        log.warning("Stripe refused the wish %s of subscription %s: %s", wish.id, row.id, trouble)
    else:
        _write(row, wish, answer, now)
        if row.stripe_account:
            tills.note_key(row.track_org_id, row.stripe_account, None)
    row.updated_at = now
    db.session.commit()
    return wish.state


VERBS = {
    WishKind.seats: "subscription.seats_changed",
    WishKind.cancel: "subscription.cancelled",
    WishKind.reactivate: "subscription.renewed",
    WishKind.details: "subscription.details_changed",
}


def _write(row: Subscription, wish: BillingWish, answer: Answer, now: datetime) -> None:
    if answer.customer:
        row.stripe_customer, row.vat_state = answer.customer, answer.vat_state
    if answer.checkout is not None:
        row.stripe_checkout, row.checkout_url = answer.checkout.id, answer.checkout.url
        row.checkout_until = answer.checkout.until
    if answer.remote is not None:
        following.take(row, answer.remote, now)
    if wish.kind is WishKind.seats:
        row.seats_wanted = None
    for name, value in (wish.details or {}).items():
        setattr(row, name, value)
    if verb := VERBS.get(wish.kind):
        data = {"number": row.seats} if wish.kind is WishKind.seats else {}
        record(verb, org_ids=[row.org_id], now=now, subject=("subscription", row.id), data=data)
    # Its invoices are read by the worker.
    jobs.announce("subscription.answered", org_id=row.org_id, subscription_id=row.id)


@jobs.tenant_job("carry_out_wish")
def carry_out_wish(*, org_id: int, wish_id: int) -> None:
    carry_out(org_id=org_id, wish_id=wish_id, now=present())
