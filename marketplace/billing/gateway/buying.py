"""A first year: its price, a payment page for it, or an invoice."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from marketplace.billing.gateway.calls import api, asked, reference, taxes
from marketplace.billing.gateway.running import remote_of
from marketplace.billing.gateway.values import Article, Checkout, Remote, Till


def price_of(till: Till, article: Article) -> str:
    """The id of the price that the article has; made where there is none yet."""
    lookup = f"{article.key}-{article.currency}-{article.cents}"
    found = asked(api(till).prices.list, till=till, lookup_keys=[lookup], limit=1)
    if found.data:
        return str(found.data[0].id)
    made = asked(
        api(till).prices.create,
        till=till,
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
    till: Till, customer: str, price: str, quantity: int, *, success_url: str, cancel_url: str, locale: str, key: str
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
    if taxes(till):
        params |= {"automatic_tax": {"enabled": True}, "customer_update": {"address": "auto"}}
    return _checkout(asked(api(till).checkout.sessions.create, till=till, key=key, **params))


def checkout(till: Till, session: str) -> Checkout:
    return _checkout(asked(api(till).checkout.sessions.retrieve, session, till=till))


def expire_checkout(till: Till, session: str) -> None:
    """Nobody can pay on it any more. Raises ``Declined`` where somebody has paid, or it is over already."""
    asked(api(till).checkout.sessions.expire, session, till=till)


def start_by_invoice(till: Till, customer: str, price: str, quantity: int, days: int, key: str) -> Remote:
    params: dict[str, Any] = {
        "customer": customer,
        "items": [{"price": price, "quantity": quantity}],
        "collection_method": "send_invoice",
        "days_until_due": days,
    }
    if taxes(till):
        params["automatic_tax"] = {"enabled": True}
    return remote_of(asked(api(till).subscriptions.create, till=till, key=key, **params))


def _checkout(found: Any) -> Checkout:
    return Checkout(
        id=found.id,
        url=found.url or "",
        until=datetime.fromtimestamp(found.expires_at, UTC),
        status=found.status,
        customer=reference(found.customer),
        subscription=reference(found.subscription),
    )
