"""The only package that talks to Stripe. What comes out are plain values of ours; what goes wrong is one of two errors.

Every write carries an idempotency key, so that asking again after a lost answer does nothing twice. ``till`` says on whose
account it happens.
"""

from marketplace.billing.gateway.buying import checkout, expire_checkout, open_checkout, price_of, start_by_invoice
from marketplace.billing.gateway.calls import ready
from marketplace.billing.gateway.customers import change_customer, make_customer, set_vat_number, vat_state
from marketplace.billing.gateway.events import events_since, house_secret, read_event
from marketplace.billing.gateway.keys import account_of_key, house_world, kind_of
from marketplace.billing.gateway.running import (
    invoices,
    latest_of_customer,
    portal,
    preview,
    set_cancelling,
    set_quantity,
    subscription,
)
from marketplace.billing.gateway.values import (
    HOUSE,
    Article,
    Buyer,
    Checkout,
    Declined,
    Forged,
    KeyRefused,
    Preview,
    Remote,
    RemoteInvoice,
    Till,
    Told,
    Unreachable,
    WrongKey,
)

__all__ = [
    "HOUSE",
    "Article",
    "Buyer",
    "Checkout",
    "Declined",
    "Forged",
    "KeyRefused",
    "Preview",
    "Remote",
    "RemoteInvoice",
    "Till",
    "Told",
    "Unreachable",
    "WrongKey",
    "account_of_key",
    "change_customer",
    "checkout",
    "events_since",
    "expire_checkout",
    "house_secret",
    "house_world",
    "invoices",
    "kind_of",
    "latest_of_customer",
    "make_customer",
    "open_checkout",
    "portal",
    "preview",
    "price_of",
    "read_event",
    "ready",
    "set_cancelling",
    "set_quantity",
    "set_vat_number",
    "start_by_invoice",
    "subscription",
    "vat_state",
]
