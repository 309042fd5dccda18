"""Checkout sessions for subscriptions: addresses and parameters."""

import secrets
from typing import Any

from dev.stripe.buying import details_of, expire, reckon_session
from dev.stripe.catalogue import price_of
from dev.stripe.errors import ApiError
from dev.stripe.lines import name_of
from dev.stripe.operations import Call, included, listed, merged, metadata, operation, page
from dev.stripe.parties import customer_of
from dev.stripe.store import Books, Thing, identifier
from dev.stripe.taxes import located

DAY = 86400
DOES = (
    "allowed_payment_method_types automatic_tax billing_address_collection cancel_url client_reference_id customer"
    " customer_email customer_update expires_at line_items locale metadata mode payment_method_collection"
    " subscription_data success_url tax_id_collection ui_mode"
)
DATA = frozenset({"description", "invoice_settings", "metadata"})


@operation("POST", "/v1/checkout/sessions", "checkout.SessionCreateParams", DOES)
def create_session(call: Call) -> Thing:
    books, given = call.books, call.given
    if given.get("mode") != "subscription":
        raise ApiError("The stand-in does subscriptions only.", code="stand_in_unsupported", param="mode")
    if given.get("ui_mode", "hosted_page") != "hosted_page":
        raise ApiError("The stand-in has a hosted page only.", code="stand_in_unsupported", param="ui_mode")
    for name in ("success_url", "line_items"):
        if not given.get(name):
            raise ApiError(f"Missing required param: {name}.", code="parameter_missing", param=name)
    for name in given.get("subscription_data", {}).keys() - DATA:
        raise ApiError(
            f"The stand-in does not do subscription_data[{name}].",
            code="stand_in_unsupported",
            param=f"subscription_data[{name}]",
        )
    if "customer" in given and "customer_email" in given:
        raise ApiError(
            "You may only specify one of these parameters: customer, customer_email.", code="parameters_exclusive"
        )
    customer = customer_of(books, given["customer"]) if "customer" in given else None
    methods = given.get("allowed_payment_method_types", ["card", "sepa_debit"])
    if set(methods) - {"card", "sepa_debit"}:
        raise ApiError(
            "The stand-in takes card and sepa_debit.", code="stand_in_unsupported", param="allowed_payment_method_types"
        )
    items = [_item(books, one, number) for number, one in enumerate(given["line_items"])]
    clock = customer["test_clock"] if customer else None
    now = books.now(clock)
    expires = given.get("expires_at", now + DAY)
    if not now + 1800 <= expires <= now + DAY:
        raise ApiError(
            "The `expires_at` timestamp must be at least 30 minutes and at most 24 hours from Checkout Session creation.",
            param="expires_at",
        )
    taxed = given.get("automatic_tax", {}).get("enabled", False)
    asks_address = given.get("customer_update", {}).get("address") == "auto" or customer is None
    if taxed and customer and not located(customer) and not asks_address:
        raise ApiError(
            "Automatic tax calculation in Checkout requires a valid address on the Customer."
            " Add a valid address to the Customer or set either `customer_update[address]` to 'auto'.",
            code="customer_tax_location_invalid",
        )
    asks_number = given.get("tax_id_collection", {}).get("enabled", False)
    if asks_number and customer and given.get("customer_update", {}).get("name") != "auto":
        raise ApiError(
            "Tax ID collection requires updating business name on the customer. To enable tax ID collection for an"
            " existing customer, please set `customer_update[name]` to `auto`.",
            param="customer_update",
        )
    key = identifier("cs_test_", 58)
    subtotal = sum(item["amount_subtotal"] for item in items)
    session = {
        "id": key,
        "object": "checkout.session",
        "adaptive_pricing": {"enabled": False},
        "after_expiration": None,
        "allow_promotion_codes": None,
        "amount_subtotal": subtotal,
        "amount_total": subtotal,
        "automatic_tax": {
            "enabled": taxed,
            "liability": {"type": "self"} if taxed else None,
            "provider": "stripe" if taxed else None,
            "status": "requires_location_inputs" if taxed else None,
        },
        "billing_address_collection": given.get("billing_address_collection"),
        "cancel_url": given.get("cancel_url"),
        "client_reference_id": given.get("client_reference_id"),
        "client_secret": None,
        "collected_information": None,
        "consent": None,
        "consent_collection": None,
        "created": now,
        "currency": items[0]["currency"],
        "currency_conversion": None,
        "custom_fields": [],
        "custom_text": dict.fromkeys(("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")),
        "customer": customer["id"] if customer else None,
        "customer_account": None,
        "customer_creation": None if customer else "always",
        "customer_details": details_of(books, customer) if customer else None,
        "customer_email": given.get("customer_email"),
        "discounts": [],
        "expires_at": expires,
        "invoice": None,
        "invoice_creation": None,
        "livemode": False,
        "locale": given.get("locale"),
        "metadata": metadata({}, given.get("metadata") or {}),
        "mode": "subscription",
        "origin_context": None,
        "payment_intent": None,
        "payment_link": None,
        "payment_method_collection": given.get("payment_method_collection", "always"),
        "payment_method_configuration_details": None,
        "payment_method_options": {},
        "payment_method_types": methods,
        "payment_status": "unpaid",
        "permissions": None,
        "phone_number_collection": {"enabled": False},
        "recovered_from": None,
        "saved_payment_method_options": None,
        "setup_intent": None,
        "shipping_address_collection": None,
        "shipping_cost": None,
        "shipping_options": [],
        "status": "open",
        "submit_type": None,
        "subscription": None,
        "success_url": given["success_url"],
        "tax_id_collection": {
            "enabled": asks_number,
            "required": given.get("tax_id_collection", {}).get("required", "never"),
        },
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
        "url": f"{books.store.home}/c/{books.account}/{key}",
        "wallet_options": None,
        "_items": items,
        "_data": given.get("subscription_data", {}),
        "_update": given.get("customer_update", {}),
        "_test_clock": clock,
        "_page": secrets.token_hex(8),
    }
    if taxed and customer and located(customer):
        reckon_session(books, session, customer)
    return books.put(session)


def _item(books: Books, given: dict[str, Any], number: int) -> Thing:
    price = price_of(books, given, f"line_items[{number}]")
    if "quantity" not in given:
        param = f"line_items[{number}][quantity]"
        raise ApiError(f"Quantity is required. Add `quantity` to `line_items[{number}]`.", param=param)
    quantity = given["quantity"]
    amount = price["unit_amount"] * quantity
    return {
        "id": identifier("li_"),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": price["currency"],
        "description": name_of(books, price),
        "metadata": {},
        "price": price,
        "quantity": quantity,
    }


@operation("GET", "/v1/checkout/sessions/{session}", "checkout.SessionRetrieveParams")
def retrieve_session(call: Call) -> Thing:
    return call.books.get("checkout.session", call.path["session"])


@operation("POST", "/v1/checkout/sessions/{session}", "checkout.SessionUpdateParams", "metadata")
def update_session(call: Call) -> Thing:
    session = retrieve_session(call)
    with call.books.changing(session):
        merged(session, call, "metadata")
    return session


@operation(
    "GET",
    "/v1/checkout/sessions",
    "checkout.SessionListParams",
    "created customer ending_before limit starting_after status subscription",
)
def list_sessions(call: Call) -> Thing:
    having = {name: call.get(name) for name in ("customer", "status", "subscription")}
    return page(call, call.books.all("checkout.session", **having), "/v1/checkout/sessions")


@operation("POST", "/v1/checkout/sessions/{session}/expire", "checkout.SessionExpireParams")
def expire_session(call: Call) -> Thing:
    session = retrieve_session(call)
    if session["status"] != "open":
        raise ApiError(
            f'Only Checkout Sessions with a status in ["open"] can be expired. This one is {session["status"]}.'
        )
    return expire(call.books, session)


@operation(
    "GET",
    "/v1/checkout/sessions/{session}/line_items",
    "checkout.SessionLineItemListParams",
    "ending_before limit starting_after",
)
def list_line_items(call: Call) -> Thing:
    session = retrieve_session(call)
    return page(call, session["_items"][::-1], f"/v1/checkout/sessions/{session['id']}/line_items")


@included("checkout.session", "line_items")
def _line_items(books: Books, session: Thing) -> Thing:
    whole = books.get("checkout.session", session["id"])
    return listed(whole["_items"], f"/v1/checkout/sessions/{session['id']}/line_items")
