"""How a subscription's state follows its invoices, and how it ends."""

from dev.stripe.store import Books, Thing

OVER = ("canceled", "incomplete_expired")


def set_status(books: Books, subscription: Thing, status: str) -> None:
    """Move to a state and tell of it; what is over stays over."""
    if subscription["status"] in OVER:
        return
    with books.changing(subscription, "customer.subscription.updated"):
        subscription["status"] = status


def follow(books: Books, invoice: Thing, outcome: str) -> None:
    """Let the subscription follow what became of its invoice: "paid", "processing", "failed" or "forgiven"."""
    details = (invoice["parent"] or {}).get("subscription_details")
    subscription = books.find(details["subscription"]) if details else None
    if subscription is None:
        return
    status = subscription["status"]
    if outcome == "failed" and status == "active":
        set_status(books, subscription, "past_due")
    elif (outcome == "processing" and status == "incomplete") or (
        outcome in ("paid", "forgiven")
        and status in ("incomplete", "past_due", "unpaid")
        and not _owes(books, subscription)
    ):
        set_status(books, subscription, "active")
    customer = books.get("customer", invoice["customer"])
    if outcome in ("paid", "failed") and customer["delinquent"] != (outcome == "failed"):
        with books.changing(customer, "customer.updated"):
            customer["delinquent"] = outcome == "failed"


def end(books: Books, subscription: Thing, reason: str, *, status: str = "canceled") -> Thing:
    """End a subscription now; its drafts are not sent any more."""
    now = books.now(subscription["test_clock"])
    for invoice in invoices_of(books, subscription):
        if invoice["status"] in ("draft", "open"):
            with books.changing(invoice, "invoice.updated"):
                invoice["auto_advance"] = False
                invoice["next_payment_attempt"] = None
    with books.changing(subscription, "customer.subscription.updated" if status != "canceled" else ""):
        subscription["status"] = status
        subscription["ended_at"] = now
        subscription["canceled_at"] = subscription["canceled_at"] or now
        details = subscription["cancellation_details"]
        subscription["cancellation_details"] = {**details, "reason": details["reason"] or reason}
    if status == "canceled":
        books.emit("customer.subscription.deleted", subscription)
    return subscription


def invoices_of(books: Books, subscription: Thing) -> list[Thing]:
    """A subscription's invoices, oldest first."""
    return [
        one
        for one in books.all("invoice", customer=subscription["customer"])
        if ((one["parent"] or {}).get("subscription_details") or {}).get("subscription") == subscription["id"]
    ]


def _owes(books: Books, subscription: Thing) -> bool:
    now = books.now(subscription["test_clock"])
    return any(
        one["status"] == "open" and (one["attempted"] or (one["due_date"] or now + 1) <= now)
        for one in invoices_of(books, subscription)
    )
