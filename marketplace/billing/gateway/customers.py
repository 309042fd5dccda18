"""Whom an invoice names, and the VAT number that stands on it."""

from __future__ import annotations

from typing import Any

from marketplace.billing.gateway.calls import api, asked
from marketplace.billing.gateway.values import Buyer, Declined, Till


def make_customer(till: Till, buyer: Buyer, key: str) -> str:
    """The customer's id."""
    made = asked(api(till).customers.create, till=till, key=key, **_as_params(buyer))
    return str(made.id)


def change_customer(till: Till, customer: str, buyer: Buyer, key: str) -> None:
    """From their next invoice on; those that are drawn up stay as they are."""
    asked(api(till).customers.update, customer, till=till, key=key, **_as_params(buyer))


def _as_params(buyer: Buyer) -> dict[str, Any]:
    """A purchase order stands on every invoice of theirs, which is written in their language."""
    french = buyer.language == "fr"
    title = "Bon de commande" if french else "Purchase order"
    fields = [{"name": title, "value": buyer.purchase_order}] if buyer.purchase_order else ""
    return {
        "name": buyer.legal_entity,
        "email": buyer.email,
        "address": {
            "line1": buyer.line,
            "postal_code": buyer.postal_code,
            "city": buyer.city,
            "country": buyer.country,
        },
        "preferred_locales": ["fr" if french else "en"],
        "invoice_settings": {"custom_fields": fields},
        "metadata": {"subscription": buyer.label},
    }


def set_vat_number(till: Till, customer: str, kind: str, number: str, key: str) -> str:
    """Have this number, or none, stand on the customer's invoices and no other. What Stripe says of it: pending, verified,
    unverified, unavailable; refused where it takes no such number; nothing where there is none.
    """
    there = asked(api(till).customers.tax_ids.list, customer, till=till, limit=100).data
    kept = next((one for one in there if (one.type, one.value) == (kind, number)), None)
    refused = False
    if number and kept is None:
        try:
            kept = asked(api(till).customers.tax_ids.create, customer, till=till, key=key, type=kind, value=number)
        except Declined:
            refused = True
    for one in there:
        if kept is None or one.id != kept.id:
            asked(api(till).customers.tax_ids.delete, customer, one.id, till=till)
    return "refused" if refused else _vat_state(kept)


def vat_state(till: Till, customer: str) -> str:
    found = asked(api(till).customers.tax_ids.list, customer, till=till, limit=1)
    return _vat_state(found.data[0] if found.data else None)


def _vat_state(tax_id: Any) -> str:
    return str(tax_id.verification.status) if tax_id and tax_id.verification else ""
