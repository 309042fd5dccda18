"""A key that a network brings: whose it is, and whether it may what is needed."""

from __future__ import annotations

import re

from flask import current_app

from marketplace.billing.gateway.calls import api, asked
from marketplace.billing.gateway.values import Declined, KeyLacks, KeyRefused, Till, WrongKey

SHAPE = re.compile(r"(rk|sk|pk)_(test|live)_[A-Za-z0-9]{8,}")
NEEDED = {
    "customers": "Customers",
    "prices": "Prices",
    "subscriptions": "Subscriptions",
    "invoices": "Invoices",
    "invoice_payments": "Invoices",
    "payment_intents": "PaymentIntents",
    "checkout.sessions": "Checkout Sessions",
    "events": "Events",
}
"""What the product works with, and what Stripe calls the permission."""


def kind_of(key: str) -> tuple[str, str]:
    """The kind of a key (``rk``: restricted, ``sk``: secret, ``pk``: publishable) and its world (``test``, ``live``); both empty
    for what is no key.
    """
    found = SHAPE.fullmatch(key)
    return (found[1], found[2]) if found else ("", "")


def house_world() -> str:
    """``test`` or ``live``, as the house's own key is; nothing where that cannot be told."""
    found = re.match(r"[rs]k_(test|live)_", current_app.config.get("STRIPE_SECRET_KEY") or "")
    return found[1] if found else ""


def account_of_key(key: str) -> str:
    """The account that a key belongs to, asked of Stripe.

    Raises ``WrongKey`` where Stripe does not know it, or it may not read what is needed, and ``Unreachable``.
    """
    till, account, lacking = Till(key=key), "", {}
    try:
        account = str(asked(api(till).accounts.retrieve_current, till=till).id)
    except KeyLacks:
        lacking["Accounts"] = True
    except (KeyRefused, Declined):
        raise WrongKey("") from None
    for name, title in NEEDED.items():
        service = api(till)
        for part in name.split("."):
            service = getattr(service, part)
        try:
            asked(service.list, till=till, limit=1)
        except (KeyRefused, Declined):
            lacking[title] = True
    if lacking:
        raise WrongKey(", ".join(lacking))
    return account
