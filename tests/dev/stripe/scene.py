"""What most of these tests begin with: a customer on a clock of its own, and a price by the seat and year."""

import uuid
from datetime import UTC, datetime
from typing import Any

from tests.dev.stripe.conftest import Service

START = int(datetime(2027, 1, 15, 9, tzinfo=UTC).timestamp())
YEAR = int(datetime(2028, 1, 15, 9, tzinfo=UTC).timestamp())
DAY = 86400
SEAT = 490_000
BY_INVOICE = {"collection_method": "send_invoice", "days_until_due": 30}


def price(service: Service) -> str:
    """A seat in a track, €4,900 a year; its identifier."""
    product = service.v1.products.create({"name": "Board track", "unit_label": "seat"})
    return str(
        service.v1.prices.create(
            {"product": product.id, "currency": "eur", "unit_amount": SEAT, "recurring": {"interval": "year"}}
        ).id
    )


def customer(service: Service, card: str = "pm_card_visa", **given: Any) -> Any:
    """A customer in Paris on a new clock; with a card unless it is empty."""
    clock = service.v1.test_helpers.test_clocks.create({"frozen_time": START})
    service.clocks.append(clock.id)
    address = {"line1": "1 rue de la Paix", "postal_code": "75002", "city": "Paris", "country": "FR"}
    described = {"name": "Acme", "email": "billing@acme.example", "address": address, "test_clock": clock.id, **given}
    made = service.v1.customers.create({name: value for name, value in described.items() if value is not None})
    if card:
        method = service.v1.payment_methods.attach(card, {"customer": made.id})
        made = service.v1.customers.update(made.id, {"invoice_settings": {"default_payment_method": method.id}})
    return made


def subscription(service: Service, seats: int = 3, card: str = "pm_card_visa", **given: Any) -> Any:
    """A subscription of a new customer to a new price."""
    who = customer(service, card)
    return service.v1.subscriptions.create(
        {"customer": who.id, "items": [{"price": price(service), "quantity": seats}], **given}
    )


def item_of(subscription: Any) -> Any:
    """The one item."""
    (item,) = subscription["items"].data
    return item


def new_key(word: str) -> str:
    """An idempotency key that was never used before."""
    return f"{word}-{uuid.uuid4()}"
