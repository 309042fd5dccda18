"""Customers: whom invoices are for."""

import secrets
from typing import Any

from dev.stripe.lifecycle import end
from dev.stripe.methods import attach
from dev.stripe.operations import Call, included, listed, merged, metadata, operation, page
from dev.stripe.parties import address_of, customer_of
from dev.stripe.store import Books, Thing, identifier
from dev.stripe.tax_numbers import add_tax_id, require_shape

WRITES = (
    "address description email invoice_prefix invoice_settings metadata name next_invoice_sequence phone"
    " preferred_locales shipping tax_exempt balance tax validate"
)
PLAIN = "description email metadata name phone preferred_locales shipping tax_exempt balance"


def new_customer(books: Books, given: dict[str, Any]) -> Thing:
    """Keep a customer with these fields."""
    clock = given.get("test_clock")
    if clock:
        books.get("test_helpers.test_clock", clock, "test_clock")
    return books.add(
        {
            "id": identifier("cus_", 14),
            "object": "customer",
            "address": address_of(given.get("address")),
            "balance": given.get("balance", 0),
            "created": books.now(clock),
            "currency": None,
            "customer_account": None,
            "default_source": None,
            "delinquent": False,
            "description": given.get("description"),
            "discount": None,
            "email": given.get("email"),
            "invoice_prefix": given.get("invoice_prefix") or secrets.token_hex(4).upper(),
            "invoice_settings": _settings({}, given.get("invoice_settings", {})),
            "livemode": False,
            "metadata": metadata({}, given.get("metadata") or {}),
            "name": given.get("name"),
            "next_invoice_sequence": given.get("next_invoice_sequence", 1),
            "phone": given.get("phone"),
            "preferred_locales": given.get("preferred_locales", []),
            "shipping": given.get("shipping") or None,
            "tax_exempt": given.get("tax_exempt") or "none",
            "test_clock": clock,
        },
        "customer.created",
    )


@operation("POST", "/v1/customers", "CustomerCreateParams", f"{WRITES} payment_method tax_id_data test_clock")
def create_customer(call: Call) -> Thing:
    for one in call.get("tax_id_data", []):
        require_shape(one["type"], one["value"])
    customer = new_customer(call.books, call.given)
    if method := call.get("payment_method"):
        attach(call.books, method, customer)
    for one in call.get("tax_id_data", []):
        add_tax_id(call.books, customer, one["type"], one["value"])
    return customer


@operation("GET", "/v1/customers", "CustomerListParams", "created email ending_before limit starting_after test_clock")
def list_customers(call: Call) -> Thing:
    # Things on a test clock are in a list only when that clock is asked for.
    things = [
        one
        for one in call.books.all("customer", email=call.get("email"))
        if one["test_clock"] == call.get("test_clock") and not one.get("_deleted")
    ]
    return page(call, things, "/v1/customers")


@operation("GET", "/v1/customers/{customer}", "CustomerRetrieveParams")
def retrieve_customer(call: Call) -> Thing:
    customer = call.books.get("customer", call.path["customer"])
    return {"id": customer["id"], "object": "customer", "deleted": True} if customer.get("_deleted") else customer


@operation("POST", "/v1/customers/{customer}", "CustomerUpdateParams", WRITES)
def update_customer(call: Call) -> Thing:
    customer = customer_of(call.books, call.path["customer"], "id")
    with call.books.changing(customer, "customer.updated"):
        merged(customer, call, f"{PLAIN} invoice_prefix next_invoice_sequence")
        if "address" in call.given:
            customer["address"] = address_of(call.given["address"])
        customer["tax_exempt"] = customer["tax_exempt"] or "none"
        customer["invoice_settings"] = _settings(customer["invoice_settings"], call.get("invoice_settings", {}))
    return customer


@operation("DELETE", "/v1/customers/{customer}", "CustomerDeleteParams")
def delete_customer(call: Call) -> Thing:
    customer = customer_of(call.books, call.path["customer"], "id")
    for subscription in call.books.all("subscription", customer=customer["id"]):
        if subscription["status"] not in ("canceled", "incomplete_expired"):
            end(call.books, subscription, "cancellation_requested")
    with call.books.changing(customer):
        customer["_deleted"] = True
    call.books.emit("customer.deleted", customer)
    return {"id": customer["id"], "object": "customer", "deleted": True}


def _settings(there: Thing, given: dict[str, Any]) -> Thing:
    empty: Thing = {"custom_fields": None, "default_payment_method": None, "footer": None, "rendering_options": None}
    return {**empty, **there, **{name: None if value == "" else value for name, value in given.items()}}


@included("customer", "subscriptions")
def _subscriptions(books: Books, customer: Thing) -> Thing:
    things = [one for one in books.all("subscription", customer=customer["id"]) if one["status"] != "canceled"]
    return listed(things[::-1], f"/v1/customers/{customer['id']}/subscriptions")


@included("customer", "tax")
def _tax(_books: Books, customer: Thing) -> Thing:
    country = (customer["address"] or {}).get("country")
    location = {"country": country, "source": "billing_address", "state": None} if country else None
    known = "supported" if country else "unrecognized_location"
    return {"automatic_tax": known, "ip_address": None, "location": location, "provider": "stripe"}
