"""What happens to subscriptions: made, changed, renewed. Addresses and parameters are in `subscriptions`."""

import copy
from typing import Any

from dev.stripe.catalogue import plan_of, price_of
from dev.stripe.collecting import collect, would_fail
from dev.stripe.errors import ApiError, missing
from dev.stripe.intervals import next_end
from dev.stripe.invoicing import draw_up, make_final
from dev.stripe.lifecycle import OVER
from dev.stripe.lines import full_lines, prorations
from dev.stripe.methods import declined, default_of
from dev.stripe.operations import listed, metadata
from dev.stripe.store import Books, Thing, identifier


def outline(books: Books, customer: Thing, given: dict[str, Any]) -> Thing:
    """A subscription as these parameters describe it, not kept yet. Raises ApiError."""
    now = books.now(customer["test_clock"])
    send = given.get("collection_method") == "send_invoice"
    if send and "days_until_due" not in given:
        raise ApiError(
            "If `collection_method` is `send_invoice`, you must specify `days_until_due`.",
            code="parameter_missing",
            param="days_until_due",
        )
    if not send and "days_until_due" in given:
        raise ApiError(
            "You can only set `days_until_due` if `collection_method` is `send_invoice`.", param="days_until_due"
        )
    if method := given.get("default_payment_method"):
        require_method(books, customer, method)
    key = identifier("sub_")
    items = [new_item(books, key, one, now, f"items[{number}]") for number, one in enumerate(given.get("items", []))]
    if not items:
        raise ApiError("Missing required param: items.", code="parameter_missing", param="items")
    if len({item["price"]["currency"] for item in items}) > 1 or customer["currency"] not in (
        None,
        items[0]["price"]["currency"],
    ):
        raise ApiError("You cannot combine currencies on a single customer.", param="items")
    taxed = given.get("automatic_tax", {}).get("enabled", False)
    return {
        "id": key,
        "object": "subscription",
        "application": None,
        "application_fee_percent": None,
        "automatic_tax": {
            "disabled_reason": None,
            "enabled": taxed,
            "liability": {"type": "self"} if taxed else None,
        },
        "billing_cycle_anchor": now,
        "billing_cycle_anchor_config": None,
        "billing_mode": {"flexible": {"proration_discounts": "included"}, "type": "flexible", "updated_at": None},
        "billing_schedules": [],
        "billing_thresholds": None,
        "cancel_at": None,
        "cancel_at_period_end": False,
        "canceled_at": None,
        "cancellation_details": {"comment": None, "feedback": None, "reason": None},
        "collection_method": given.get("collection_method", "charge_automatically"),
        "created": now,
        "currency": items[0]["price"]["currency"],
        "customer": customer["id"],
        "customer_account": None,
        "days_until_due": given.get("days_until_due"),
        "default_payment_method": given.get("default_payment_method"),
        "default_source": None,
        "default_tax_rates": [],
        "description": given.get("description"),
        "discounts": [],
        "ended_at": None,
        "invoice_settings": settings_of({}, given.get("invoice_settings", {})),
        "items": listed(items, f"/v1/subscription_items?subscription={key}"),
        "latest_invoice": None,
        "livemode": False,
        "metadata": metadata({}, given.get("metadata") or {}),
        "next_pending_invoice_item_invoice": None,
        "on_behalf_of": None,
        "pause_collection": None,
        "payment_settings": payments_of({}, given.get("payment_settings", {})),
        "pending_invoice_item_interval": None,
        "pending_setup_intent": None,
        "pending_update": None,
        "schedule": None,
        "start_date": now,
        "status": "active" if send else "incomplete",
        "test_clock": customer["test_clock"],
        "transfer_data": None,
        "trial_end": None,
        "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
        "trial_start": None,
    }


def settings_of(there: Thing, given: dict[str, Any]) -> Thing:
    """A subscription's invoice settings, with what is given over what is there."""
    empty: Thing = {
        "account_tax_ids": None,
        "custom_fields": None,
        "description": None,
        "footer": None,
        "issuer": {"type": "self"},
    }
    return {**empty, **there, **{name: None if value == "" else value for name, value in given.items()}}


def payments_of(there: Thing, given: dict[str, Any]) -> Thing:
    """A subscription's payment settings, with what is given over what is there."""
    empty: Thing = {
        "payment_method_options": None,
        "payment_method_types": None,
        "save_default_payment_method": "off",
    }
    return {**empty, **there, **{name: None if value == "" else value for name, value in given.items()}}


def require_method(books: Books, customer: Thing, key: str) -> Thing:
    """The customer's payment method of this name. Raises ApiError."""
    method = books.get("payment_method", key, "default_payment_method")
    if method["customer"] != customer["id"]:
        raise ApiError(
            "The customer does not have a payment method with the ID " + key + ".",
            code="resource_missing",
            param="default_payment_method",
        )
    return method


def new_item(books: Books, subscription: str, given: dict[str, Any], anchor: int, param: str) -> Thing:
    """An item whose period begins at the anchor. Raises ApiError."""
    price = price_of(books, given, param)
    return {
        "id": identifier("si_", 14),
        "object": "subscription_item",
        "billed_until": None,
        "billing_thresholds": None,
        "created": anchor,
        "current_period_end": next_end(anchor, price["recurring"], anchor),
        "current_period_start": anchor,
        "discounts": [],
        "metadata": metadata({}, given.get("metadata") or {}),
        "plan": plan_of(price),
        "price": price,
        "quantity": given.get("quantity", 1),
        "subscription": subscription,
        "tax_rates": [],
    }


def begin(books: Books, subscription: Thing, behaviour: str = "allow_incomplete", *, confirmed: bool = False) -> Thing:
    """Keep an outlined subscription, with its first invoice; charge it unless it is sent or `behaviour` says to wait.

    Raises ApiError: no means of payment, a refused card where `behaviour` is "error_if_incomplete", no country to tax in.
    """
    customer = books.get("customer", subscription["customer"])
    send = subscription["collection_method"] == "send_invoice"
    method = default_of(books, customer, subscription)
    first = first_lines(books, subscription)
    now = subscription["created"]
    owed = draw_up(books, subscription, first, "subscription_create", period=(now, now), kept=False)["amount_due"]
    if owed and not send and behaviour != "default_incomplete":
        if method is None:
            raise ApiError(
                "This customer has no attached payment source or default payment method. Please consider adding a"
                " default payment method.",
                code="resource_missing",
            )
        if behaviour == "error_if_incomplete" and would_fail(method) and not confirmed:
            raise declined(method)
    books.add(subscription, "customer.subscription.created")
    for item in subscription["items"]["data"]:
        books.put(item)
    invoice = draw_up(books, subscription, first, "subscription_create", period=(now, now))
    if not send:
        make_final(books, invoice)
        if invoice["status"] == "open" and behaviour != "default_incomplete":
            collect(books, invoice, confirmed=confirmed)
    return subscription


def first_lines(books: Books, subscription: Thing) -> list[Thing]:
    """The lines of a subscription's first invoice."""
    items = subscription["items"]["data"]
    ends = {item["id"]: item["current_period_end"] for item in items}
    return full_lines(books, subscription, items, subscription["billing_cycle_anchor"], ends)


def renewal_lines(books: Books, subscription: Thing, items: list[Thing]) -> list[Thing]:
    """The lines of the period after the current one."""
    anchor = subscription["billing_cycle_anchor"]
    ends = {one["id"]: next_end(anchor, one["price"]["recurring"], one["current_period_end"]) for one in items}
    return full_lines(books, subscription, items, min(one["current_period_end"] for one in items), ends)


def items_after(books: Books, subscription: Thing, changes: list[dict[str, Any]]) -> list[Thing]:
    """The items as they will be; nothing is written. Raises ApiError."""
    items: list[Thing] = copy.deepcopy(subscription["items"]["data"])
    now = books.now(subscription["test_clock"])
    for number, change in enumerate(changes):
        if "id" not in change:
            added = new_item(
                books, subscription["id"], change, subscription["billing_cycle_anchor"], f"items[{number}]"
            )
            added["created"] = now
            added["current_period_start"] = min(one["current_period_start"] for one in items)
            added["current_period_end"] = min(one["current_period_end"] for one in items)
            items.append(added)
            continue
        found = [one for one in items if one["id"] == change["id"]]
        if not found:
            raise missing("subscription_item", change["id"], f"items[{number}][id]")
        (item,) = found
        if change.get("deleted"):
            items.remove(item)
            continue
        if "price" in change or "price_data" in change:
            item["price"] = price_of(
                books, change if "price" in change else {"price_data": change["price_data"]}, f"items[{number}]"
            )
            item["plan"] = plan_of(item["price"])
        item["quantity"] = change.get("quantity", item["quantity"])
        if "metadata" in change:
            item["metadata"] = metadata(item["metadata"], change["metadata"] or {})
    if not items:
        raise ApiError("A subscription must have at least one active plan.", param="items")
    return items


def change_items(
    books: Books, subscription: Thing, items: list[Thing], *, behaviour: str, payment: str, at: int
) -> None:
    """Put other items in the place of the present ones, and account for the rest of the period.

    `behaviour` is Stripe's proration_behavior, `payment` its payment_behavior, `at` the moment in seconds that counts.
    """
    before = copy.deepcopy(subscription["items"]["data"])
    pending = [] if behaviour == "none" else prorations(books, subscription, before, items, at)
    now = books.now(subscription["test_clock"])
    customer = books.get("customer", subscription["customer"])
    automatic = subscription["collection_method"] == "charge_automatically"
    method = default_of(books, customer, subscription)
    owed = behaviour == "always_invoice" and sum(one["amount"] for one in pending) + customer["balance"] > 0
    if automatic and owed and payment == "error_if_incomplete" and would_fail(method):
        raise declined(method) if method else ApiError("This customer has no default payment method.", status=402)
    gone = {one["id"] for one in before} - {one["id"] for one in items}
    for item in before:
        if item["id"] in gone:
            books.remove(item)
    for item in items:
        books.put(item)
    subscription["items"] = {**subscription["items"], "data": items}
    for one in pending:
        books.add(one, "invoiceitem.created")
    if behaviour == "always_invoice" and pending:
        invoice = draw_up(books, subscription, [], "subscription_update", period=(now, now))
        make_final(books, invoice)
        if invoice["status"] == "open" and automatic:
            collect(books, invoice)
        elif invoice["status"] == "open":
            books.emit("invoice.sent", invoice)


def renew(books: Books, subscription: Thing) -> None:
    """Begin the next period: the invoice is drawn up now and made final an hour later."""
    if subscription["status"] in OVER:
        return
    items = subscription["items"]["data"]
    lines = renewal_lines(books, subscription, items)
    old = (items[0]["current_period_start"], items[0]["current_period_end"])
    with books.changing(subscription, "customer.subscription.updated"):
        data = []
        for item in items:
            end = next_end(subscription["billing_cycle_anchor"], item["price"]["recurring"], item["current_period_end"])
            data.append(
                books.put({**item, "current_period_start": item["current_period_end"], "current_period_end": end})
            )
        subscription["items"] = {**subscription["items"], "data": data}
    draw_up(books, subscription, lines, "subscription_cycle", period=old)
