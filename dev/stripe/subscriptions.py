"""Subscriptions: addresses and parameters."""

from typing import Any

from dev.stripe.errors import ApiError
from dev.stripe.lifecycle import OVER, end
from dev.stripe.operations import Call, merged, operation, page
from dev.stripe.parties import customer_of
from dev.stripe.store import Books, Thing
from dev.stripe.subscribing import (
    begin,
    change_items,
    items_after,
    outline,
    payments_of,
    require_method,
    settings_of,
)

SETTINGS = (
    "automatic_tax cancel_at_period_end collection_method days_until_due default_payment_method description"
    " invoice_settings items metadata off_session payment_behavior payment_settings proration_behavior"
)


@operation("POST", "/v1/subscriptions", "SubscriptionCreateParams", f"{SETTINGS} customer currency")
def create_subscription(call: Call) -> Thing:
    if "customer" not in call.given:
        raise ApiError("Missing required param: customer.", code="parameter_missing", param="customer")
    subscription = outline(call.books, customer_of(call.books, call.given["customer"]), call.given)
    begin(call.books, subscription, _behaviour(call))
    if call.get("cancel_at_period_end"):
        stop_at_end(call.books, subscription)
    return subscription


@operation(
    "GET",
    "/v1/subscriptions",
    "SubscriptionListParams",
    "collection_method created customer ending_before limit price starting_after status test_clock",
)
def list_subscriptions(call: Call) -> Thing:
    books = call.books
    things = books.all("subscription", customer=call.get("customer"), collection_method=call.get("collection_method"))
    status = call.get("status")
    if status in (None, "ended"):
        things = [
            one for one in things if (one["status"] == "canceled" or one["status"] in OVER) == (status == "ended")
        ]
    elif status != "all":
        things = [one for one in things if one["status"] == status]
    if key := call.get("price"):
        things = [one for one in things if any(item["price"]["id"] == key for item in one["items"]["data"])]
    if call.get("customer") is None:
        things = [one for one in things if one["test_clock"] == call.get("test_clock")]
    return page(call, things, "/v1/subscriptions")


@operation("GET", "/v1/subscriptions/{subscription}", "SubscriptionRetrieveParams")
def retrieve_subscription(call: Call) -> Thing:
    return call.books.get("subscription", call.path["subscription"])


@operation(
    "POST",
    "/v1/subscriptions/{subscription}",
    "SubscriptionUpdateParams",
    f"{SETTINGS} cancel_at cancellation_details proration_date",
)
def update_subscription(call: Call) -> Thing:
    subscription = retrieve_subscription(call)
    if subscription["status"] in OVER and call.given.keys() - {"metadata", "cancellation_details", "expand"}:
        raise ApiError(
            "A canceled subscription can only update its cancellation_details and metadata.",
            code="invalid_canceled_subscription_fields",
        )
    items = items_after(call.books, subscription, call.get("items", []))
    with call.books.changing(subscription, "customer.subscription.updated"):
        _settle(call, subscription)
        if "items" in call.given:
            change_items(
                call.books,
                subscription,
                items,
                behaviour=call.get("proration_behavior", "create_prorations"),
                payment=_behaviour(call),
                at=moment_of(call.books, subscription, call.get("proration_date")),
            )
    return subscription


def _settle(call: Call, subscription: Thing) -> None:
    books, given = call.books, call.given
    customer = books.get("customer", subscription["customer"])
    if given.get("default_payment_method"):
        require_method(books, customer, given["default_payment_method"])
    if given.get("collection_method", subscription["collection_method"]) == "send_invoice":
        if given.get("days_until_due", subscription["days_until_due"]) is None:
            raise ApiError("Missing required param: days_until_due.", code="parameter_missing", param="days_until_due")
    elif "collection_method" in given:
        subscription["days_until_due"] = None
    merged(subscription, call, "collection_method days_until_due default_payment_method description metadata")
    if "automatic_tax" in given:
        enabled = given["automatic_tax"]["enabled"]
        liability = {"type": "self"} if enabled else None
        subscription["automatic_tax"] = {"disabled_reason": None, "enabled": enabled, "liability": liability}
    subscription["invoice_settings"] = settings_of(subscription["invoice_settings"], call.get("invoice_settings", {}))
    subscription["payment_settings"] = payments_of(subscription["payment_settings"], call.get("payment_settings", {}))
    if "cancellation_details" in given:
        said = {name: value or None for name, value in (given["cancellation_details"] or {}).items()}
        subscription["cancellation_details"] = {**subscription["cancellation_details"], **said}
    if given.get("cancel_at_period_end"):
        _stop(subscription, books.now(subscription["test_clock"]), period_end(subscription), at_end=True)
    elif given.get("cancel_at") == "" or given.get("cancel_at_period_end") is False:
        _stop(subscription, None, None, at_end=False)
    elif isinstance(given.get("cancel_at"), int):
        _stop(subscription, books.now(subscription["test_clock"]), given["cancel_at"], at_end=False)
    elif "cancel_at" in given:
        raise ApiError("The stand-in takes a moment here.", code="stand_in_unsupported", param="cancel_at")


def stop_at_end(books: Books, subscription: Thing) -> None:
    """Let a subscription end with the period that is paid for."""
    with books.changing(subscription, "customer.subscription.updated"):
        _stop(subscription, books.now(subscription["test_clock"]), period_end(subscription), at_end=True)


def go_on(books: Books, subscription: Thing) -> None:
    """Take back that a subscription is to end."""
    with books.changing(subscription, "customer.subscription.updated"):
        _stop(subscription, None, None, at_end=False)


def _stop(subscription: Thing, asked_at: int | None, at: int | None, *, at_end: bool) -> None:
    subscription["cancel_at_period_end"] = at_end
    subscription["cancel_at"] = at
    subscription["canceled_at"] = asked_at
    reason = "cancellation_requested" if asked_at else None
    subscription["cancellation_details"] = {**subscription["cancellation_details"], "reason": reason}


def period_end(subscription: Thing) -> int:
    """The end of the period that runs, in seconds."""
    return int(min(item["current_period_end"] for item in subscription["items"]["data"]))


def moment_of(books: Books, subscription: Thing, given: int | None) -> int:
    """The moment from which a change counts; Stripe wants it within the period."""
    items = subscription["items"]["data"]
    at = books.now(subscription["test_clock"]) if given is None else given
    if not items[0]["current_period_start"] <= at <= items[0]["current_period_end"]:
        raise ApiError("Cannot specify a proration date outside of the current period.", param="proration_date")
    return at


def _behaviour(call: Call) -> str:
    behaviour: Any = call.get("payment_behavior", "allow_incomplete")
    if behaviour == "pending_if_incomplete":
        raise ApiError(
            "The stand-in has no pending updates; Stripe does.", code="stand_in_unsupported", param="payment_behavior"
        )
    return str(behaviour)


@operation(
    "DELETE", "/v1/subscriptions/{subscription}", "SubscriptionCancelParams", "cancellation_details invoice_now prorate"
)
def cancel_subscription(call: Call) -> Thing:
    subscription = retrieve_subscription(call)
    if subscription["status"] in OVER:
        raise ApiError(f"No such subscription: {subscription['id']}", status=404, code="resource_missing", param="id")
    if call.get("invoice_now") or call.get("prorate"):
        raise ApiError("The stand-in ends without a credit.", code="stand_in_unsupported", param="prorate")
    if "cancellation_details" in call.given:
        with call.books.changing(subscription):
            said = {name: value or None for name, value in call.given["cancellation_details"].items()}
            subscription["cancellation_details"] = {**subscription["cancellation_details"], **said}
    return end(call.books, subscription, "cancellation_requested")


@operation(
    "GET", "/v1/subscription_items", "SubscriptionItemListParams", "ending_before limit starting_after subscription"
)
def list_items(call: Call) -> Thing:
    subscription = call.books.get("subscription", call.given["subscription"], "subscription")
    return page(call, subscription["items"]["data"][::-1], "/v1/subscription_items")


@operation("GET", "/v1/subscription_items/{item}", "SubscriptionItemRetrieveParams")
def retrieve_item(call: Call) -> Thing:
    return call.books.get("subscription_item", call.path["item"])


@operation(
    "POST",
    "/v1/subscription_items/{item}",
    "SubscriptionItemUpdateParams",
    "metadata payment_behavior price proration_behavior proration_date quantity",
)
def update_item(call: Call) -> Thing:
    item = retrieve_item(call)
    subscription = call.books.get("subscription", item["subscription"])
    change = {name: call.given[name] for name in ("metadata", "price", "quantity") if name in call.given}
    items = items_after(call.books, subscription, [{"id": item["id"], **change}])
    with call.books.changing(subscription, "customer.subscription.updated"):
        change_items(
            call.books,
            subscription,
            items,
            behaviour=call.get("proration_behavior", "create_prorations"),
            payment=_behaviour(call),
            at=moment_of(call.books, subscription, call.get("proration_date")),
        )
    return call.books.get("subscription_item", item["id"])
