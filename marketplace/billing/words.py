"""What the states of subscriptions and invoices are called, and amounts as a reader writes them."""

from __future__ import annotations

from typing import Any

from babel.numbers import format_currency
from flask import Flask
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l

from marketplace.billing.models import Collection, SubscriptionStatus, WishKind

STATUSES: dict[SubscriptionStatus, Any] = {
    SubscriptionStatus.asked: _l("Not paid yet"),
    SubscriptionStatus.active: _l("Active"),
    SubscriptionStatus.past_due: _l("Payment overdue"),
    SubscriptionStatus.ended: _l("Ended"),
}
KINDS = {"asked": "waits", "active": "ok", "past_due": "wrong", "ended": "ended"}
"""How a status is drawn."""

COLLECTIONS: dict[Collection, Any] = {
    Collection.card: _l("By card or direct debit"),
    Collection.invoice: _l("By invoice"),
}
INVOICES: dict[str, Any] = {
    "open": _l("To be paid"),
    "paid": _l("Paid"),
    "void": _l("Cancelled"),
    "uncollectible": _l("Not collected"),
}
VAT: dict[str, Any] = {
    "pending": _l("being checked"),
    "verified": _l("verified"),
    "unverified": _l("not found in the register"),
    "unavailable": _l("could not be checked"),
    "refused": _l("not accepted"),
}
WISHES: dict[WishKind, Any] = {
    WishKind.subscribe: _l("Your subscription is being set up."),
    WishKind.seats: _l("The change of seats is on its way."),
    WishKind.cancel: _l("The cancellation is on its way."),
    WishKind.reactivate: _l("The renewal is on its way."),
    WishKind.details: _l("The new details for the invoice are on their way."),
}


def money(cents: int, currency: str) -> str:
    """An amount as the reader writes it: ``€2,400.00``, ``2 400,00 €``; without cents where there are none."""
    whole = cents % 100 == 0
    amount = cents // 100 if whole else cents / 100
    options: dict[str, Any] = {"currency_digits": False, "format": _pattern()} if whole else {}
    return format_currency(amount, currency.upper(), locale=get_locale() or "en", **options)


def _pattern() -> str:
    return "#,##0 ¤" if str(get_locale()).startswith("fr") else "¤#,##0"


def install(app: Flask) -> None:
    app.jinja_env.filters["money"] = money
