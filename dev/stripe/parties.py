"""Whom a call is about: a customer that is there, and an address with all of its fields."""

from typing import Any

from dev.stripe.errors import missing
from dev.stripe.store import Books, Thing

ADDRESS = ("city", "country", "line1", "line2", "postal_code", "state")


def address_of(given: Any) -> Thing | None:
    """An address with all of its fields, or None."""
    return {name: given.get(name) or None for name in ADDRESS} if given else None


def customer_of(books: Books, key: str, param: str = "customer") -> Thing:
    """The customer that a parameter names; one that was deleted is missing."""
    customer = books.get("customer", key, param)
    if customer.get("_deleted"):
        raise missing("customer", key, param)
    return customer
