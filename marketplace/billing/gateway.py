"""The only module that talks to Stripe. What comes out are plain values of ours; what goes wrong is one of two errors.

Every write carries an idempotency key, so that asking again after a lost answer does nothing twice. ``account`` is a network's
own Stripe account (Connect); empty, it is the house's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, cast

import stripe
from flask import current_app

SECONDS = 8
"""How long a page waits for Stripe before it says that the wish is kept."""

TOLERANCE = 300
"""Seconds between the signature of a webhook and its arrival, at most."""


class Unreachable(Exception):
    """Stripe did not answer, or is not set up: to be tried again. Nothing is known to have happened."""


class Declined(Exception):
    """Stripe said no for good; the message is its sentence, for the log and for whoever looks after the house."""


class Forged(Exception):
    """A webhook whose signature does not hold, or is too old."""


@dataclass(frozen=True, slots=True)
class Buyer:
    """Whom an invoice names."""

    legal_entity: str
    email: str
    line: str
    postal_code: str
    city: str
    country: str
    purchase_order: str
    label: str


@dataclass(frozen=True, slots=True)
class Article:
    """What is sold: a seat on one track for a year. ``cents`` a seat, before tax."""

    key: str
    name: str
    cents: int
    currency: str


@dataclass(frozen=True, slots=True)
class Remote:
    """A subscription as Stripe has it now; ``status`` is Stripe's word."""

    id: str
    customer: str
    status: str
    item: str
    quantity: int
    period_end: datetime | None
    cancel_at_period_end: bool
    by_invoice: bool
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class RemoteInvoice:
    id: str
    number: str
    status: str
    currency: str
    total: int
    tax: int
    due: int
    issued_at: datetime
    due_at: datetime | None
    paid_at: datetime | None
    page_url: str
    pdf_url: str


@dataclass(frozen=True, slots=True)
class Checkout:
    """A payment page; ``status``: open, complete or expired. ``subscription`` is empty until it is paid."""

    id: str
    url: str
    until: datetime
    status: str
    customer: str
    subscription: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change of seats costs: ``now`` at once (below zero: a credit), ``at`` the moment that was reckoned with."""

    now: int
    tax: int
    currency: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """An event: what it is about, and nothing of what it says."""

    id: str
    kind: str
    account: str
    object_id: str
    customer: str
    created_at: datetime


def ready() -> bool:
    """Whether this process has a key at all."""
    return bool(current_app.config.get("STRIPE_SECRET_KEY"))


@lru_cache(maxsize=4)
def _made_client(key: str, base: str) -> stripe.StripeClient:
    addresses = cast(Any, {"api": base} if base else None)
    http = stripe.RequestsClient(timeout=SECONDS)
    return stripe.StripeClient(key, base_addresses=addresses, http_client=http, max_network_retries=0)


def _api() -> Any:
    if not ready():
        raise Unreachable("STRIPE_SECRET_KEY is not set")
    return _made_client(current_app.config["STRIPE_SECRET_KEY"], current_app.config.get("STRIPE_API_BASE", "")).v1


def _asked(call: Any, *arguments: Any, account: str, key: str = "", **params: Any) -> Any:
    """One call; ``Unreachable`` for what may be over in a minute, ``Declined`` for what will not."""
    options: dict[str, Any] = {}
    if account:
        options["stripe_account"] = account
    if key:
        options["idempotency_key"] = key
    try:
        return call(*arguments, params=params, options=options)
    except (stripe.CardError, stripe.InvalidRequestError, stripe.IdempotencyError) as error:
        raise Declined(error.user_message or str(error)) from error
    except stripe.StripeError as error:
        raise Unreachable(str(error)) from error


def make_customer(account: str, buyer: Buyer, key: str) -> str:
    """The customer's id. A purchase order stands on every invoice of theirs."""
    params: dict[str, Any] = {
        "name": buyer.legal_entity,
        "email": buyer.email,
        "address": {
            "line1": buyer.line,
            "postal_code": buyer.postal_code,
            "city": buyer.city,
            "country": buyer.country,
        },
        "metadata": {"subscription": buyer.label},
    }
    if buyer.purchase_order:
        fields = [{"name": "Purchase order", "value": buyer.purchase_order}]
        params["invoice_settings"] = {"custom_fields": fields}
    return str(_asked(_api().customers.create, account=account, key=key, **params).id)


def add_vat_number(account: str, customer: str, kind: str, number: str, key: str) -> str:
    """The state of the number as Stripe checks it: pending, verified, unverified or unavailable."""
    made = _asked(_api().customers.tax_ids.create, customer, account=account, key=key, type=kind, value=number)
    return _vat_state(made)


def vat_state(account: str, customer: str) -> str:
    found = _asked(_api().customers.tax_ids.list, customer, account=account, limit=1)
    return _vat_state(found.data[0]) if found.data else ""


def _vat_state(tax_id: Any) -> str:
    return str(tax_id.verification.status) if tax_id.verification else ""


def price_of(account: str, article: Article) -> str:
    """The id of the price that the article has; made where there is none yet."""
    lookup = f"{article.key}-{article.currency}-{article.cents}"
    found = _asked(_api().prices.list, account=account, lookup_keys=[lookup], limit=1)
    if found.data:
        return str(found.data[0].id)
    made = _asked(
        _api().prices.create,
        account=account,
        key=f"price-{lookup}",
        currency=article.currency,
        unit_amount=article.cents,
        recurring={"interval": "year"},
        lookup_key=lookup,
        tax_behavior="exclusive",
        product_data={"name": article.name},
    )
    return str(made.id)


def open_checkout(
    account: str, customer: str, price: str, quantity: int, *, success_url: str, cancel_url: str, locale: str, key: str
) -> Checkout:
    """A payment page for a first year, by card or SEPA direct debit as the account offers."""
    params: dict[str, Any] = {
        "mode": "subscription",
        "customer": customer,
        "line_items": [{"price": price, "quantity": quantity}],
        "success_url": success_url,
        "cancel_url": cancel_url,
        "locale": locale,
    }
    if _taxes():
        params |= {"automatic_tax": {"enabled": True}, "customer_update": {"address": "auto"}}
    return _checkout(_asked(_api().checkout.sessions.create, account=account, key=key, **params))


def checkout(account: str, session: str) -> Checkout:
    return _checkout(_asked(_api().checkout.sessions.retrieve, session, account=account))


def expire_checkout(account: str, session: str) -> None:
    """Nobody can pay on it any more. Raises ``Declined`` where somebody has paid, or it is over already."""
    _asked(_api().checkout.sessions.expire, session, account=account)


def start_by_invoice(account: str, customer: str, price: str, quantity: int, days: int, key: str) -> Remote:
    params: dict[str, Any] = {
        "customer": customer,
        "items": [{"price": price, "quantity": quantity}],
        "collection_method": "send_invoice",
        "days_until_due": days,
    }
    if _taxes():
        params["automatic_tax"] = {"enabled": True}
    return _remote(_asked(_api().subscriptions.create, account=account, key=key, **params))


def subscription(account: str, reference: str) -> Remote:
    return _remote(_asked(_api().subscriptions.retrieve, reference, account=account))


def latest_of_customer(account: str, customer: str) -> Remote | None:
    """The subscription that this customer has, whatever became of it; None when there is none."""
    found = _asked(_api().subscriptions.list, account=account, customer=customer, status="all", limit=1)
    return _remote(found.data[0]) if found.data else None


def set_quantity(account: str, reference: str, item: str, quantity: int, at: datetime | None, key: str) -> Remote:
    """Invoiced at once for the rest of the year, reckoned with the moment ``at`` of the preview."""
    params: dict[str, Any] = {
        "items": [{"id": item, "quantity": quantity}],
        "proration_behavior": "always_invoice",
    }
    if at is not None:
        params["proration_date"] = int(at.timestamp())
    return _remote(_asked(_api().subscriptions.update, reference, account=account, key=key, **params))


def set_cancelling(account: str, reference: str, cancel: bool, key: str) -> Remote:
    return _remote(
        _asked(_api().subscriptions.update, reference, account=account, key=key, cancel_at_period_end=cancel)
    )


def preview(account: str, customer: str, reference: str, item: str, quantity: int, at: datetime) -> Preview:
    """What ``set_quantity`` with the same moment would invoice."""
    invoice = _asked(
        _api().invoices.create_preview,
        account=account,
        customer=customer,
        subscription=reference,
        subscription_details={
            "items": [{"id": item, "quantity": quantity}],
            "proration_behavior": "always_invoice",
            "proration_date": int(at.timestamp()),
        },
    )
    return Preview(invoice.total, _tax(invoice), invoice.currency, at)


def portal(account: str, customer: str, return_url: str) -> str:
    """The address of a page where the firm changes its means of payment; good for a few minutes."""
    made = _asked(_api().billing_portal.sessions.create, account=account, customer=customer, return_url=return_url)
    return str(made.url)


def invoices(account: str, reference: str) -> list[RemoteInvoice]:
    """The hundred newest of a subscription, without drafts: those may still change."""
    found = _asked(_api().invoices.list, account=account, subscription=reference, limit=100)
    return [_invoice(one) for one in found.data if one.status != "draft"]


def read_event(content: bytes, signature: str) -> Told:
    """Raises ``Forged`` unless the signature is Stripe's and of the last five minutes."""
    secret = current_app.config.get("STRIPE_WEBHOOK_SECRET", "")
    if not secret:
        raise Forged("STRIPE_WEBHOOK_SECRET is not set")
    try:
        event = stripe.Webhook.construct_event(content, signature, secret, TOLERANCE, api_key="unused")
    except (stripe.SignatureVerificationError, ValueError, KeyError, AttributeError) as error:
        raise Forged(str(error)) from error
    return _told(event)


def events_since(account: str, since: datetime) -> Iterator[Told]:
    """Those that Stripe still has (thirty days), the newest first."""
    params: dict[str, Any] = {"created": {"gte": int(since.timestamp())}, "limit": 100}
    while True:
        page = _asked(_api().events.list, account=account, **params)
        for event in page.data:
            yield _told(event)
        if not page.has_more or not page.data:
            return
        params["starting_after"] = page.data[-1].id


def _taxes() -> bool:
    return bool(current_app.config.get("STRIPE_AUTOMATIC_TAX"))


def _at(seconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def _reference(found: Any) -> str:
    """The id of what is either an id or the object itself."""
    return found if isinstance(found, str) else str(found.id) if found else ""


def _remote(found: Any) -> Remote:
    item = found["items"].data[0]
    return Remote(
        id=found.id,
        customer=_reference(found.customer),
        status=found.status,
        item=item.id,
        quantity=item.quantity or 1,
        period_end=_at(item.current_period_end),
        cancel_at_period_end=bool(found.cancel_at_period_end),
        by_invoice=found.collection_method == "send_invoice",
        ended_at=_at(found.ended_at),
    )


def _checkout(found: Any) -> Checkout:
    return Checkout(
        id=found.id,
        url=found.url or "",
        until=datetime.fromtimestamp(found.expires_at, UTC),
        status=found.status,
        customer=_reference(found.customer),
        subscription=_reference(found.subscription),
    )


def _tax(invoice: Any) -> int:
    return sum(one.amount for one in invoice.total_taxes or ())


def _invoice(found: Any) -> RemoteInvoice:
    paid = found.status_transitions.paid_at if found.status_transitions else None
    return RemoteInvoice(
        id=found.id,
        number=found.number or "",
        status=found.status,
        currency=found.currency,
        total=found.total,
        tax=_tax(found),
        due=found.amount_remaining,
        issued_at=datetime.fromtimestamp(found.effective_at or found.created, UTC),
        due_at=_at(found.due_date),
        paid_at=_at(paid),
        page_url=found.hosted_invoice_url or "",
        pdf_url=found.invoice_pdf or "",
    )


def _told(event: Any) -> Told:
    about: Mapping[str, Any] = event.data.object.to_dict()
    customer = about.get("id") if about.get("object") == "customer" else about.get("customer")
    if isinstance(customer, Mapping):
        customer = customer.get("id")
    return Told(
        id=event.id,
        kind=event.type,
        account=event.to_dict().get("account") or "",
        object_id=str(about.get("id") or ""),
        customer=str(customer or ""),
        created_at=datetime.fromtimestamp(event.created, UTC),
    )
