"""Asking for the money of an open invoice, at once, again, and by debit a few days later."""

from dev.stripe.errors import ApiError, card_declined
from dev.stripe.invoicing import mark_paid
from dev.stripe.lifecycle import end, follow
from dev.stripe.methods import DEBIT_SECONDS, declined, default_of
from dev.stripe.payments import intent_for
from dev.stripe.store import Books, Thing, public

# A card is tried four times; then the subscription ends.
RETRY_DAYS = (3, 5, 7)


def would_fail(method: Thing | None) -> bool:
    """Whether a payment by this method is refused at once."""
    return method is None or method["_behaviour"] in ("declined", "insufficient", "declined later", "asks")


def collect(books: Books, invoice: Thing, method: Thing | None = None, *, confirmed: bool = False) -> str:
    """Try to be paid by the invoice's method: "paid", "processing", "asks" or "failed".

    `confirmed` says that the owner of the card has answered their bank's question.
    """
    subscription = _subscription(books, invoice)
    customer = books.get("customer", invoice["customer"])
    method = method or books.find(invoice["default_payment_method"]) or default_of(books, customer, subscription)
    intent = intent_for(books, invoice, method)
    behaviour = method["_behaviour"] if method else "none"
    with books.changing(intent):
        intent["payment_method"] = method["id"] if method else None
        intent["next_action"] = None
    if behaviour == "" or (behaviour == "asks" and confirmed):
        succeed(books, intent, invoice)
        return "paid"
    if behaviour in ("later", "fails later"):
        with books.changing(intent):
            intent["status"] = "processing"
            intent["_settles_at"] = books.now(invoice["test_clock"]) + DEBIT_SECONDS
        books.emit("payment_intent.processing", intent)
        with books.changing(invoice, "invoice.updated"):
            invoice["attempted"] = True
            invoice["next_payment_attempt"] = None
        follow(books, invoice, "processing")
        return "processing"
    if behaviour == "asks":
        with books.changing(intent):
            intent["status"] = "requires_action"
            intent["next_action"] = {
                "type": "redirect_to_url",
                "redirect_to_url": {"return_url": None, "url": invoice["hosted_invoice_url"]},
            }
        books.emit("payment_intent.requires_action", intent)
        _count(books, invoice)
        books.emit("invoice.payment_action_required", invoice)
        follow(books, invoice, "failed")
        return "asks"
    fail(books, intent, invoice, declined(method) if method else _nothing())
    return "failed"


def succeed(books: Books, intent: Thing, invoice: Thing) -> None:
    """The money has come."""
    with books.changing(intent):
        intent["status"] = "succeeded"
        intent["amount_received"] = intent["amount"]
        intent["last_payment_error"] = None
        intent.pop("_settles_at", None)
    books.emit("payment_intent.succeeded", intent)
    with books.changing(invoice):
        invoice["attempt_count"] += 1
    mark_paid(books, invoice)


def fail(books: Books, intent: Thing, invoice: Thing, why: ApiError) -> None:
    """The money has not come: the invoice stays open and is tried again, until it was tried often enough."""
    method = books.find(intent["payment_method"])
    said = dict(why.body["error"])
    if method:
        said["payment_method"] = public(method)
    with books.changing(intent):
        intent["status"] = "requires_payment_method"
        intent["payment_method"] = None
        intent["last_payment_error"] = said
        intent.pop("_settles_at", None)
    books.emit("payment_intent.payment_failed", intent)
    _count(books, invoice)
    books.emit("invoice.payment_failed", invoice)
    follow(books, invoice, "failed")
    subscription = _subscription(books, invoice)
    if invoice["auto_advance"] and invoice["next_payment_attempt"] is None and subscription:
        if invoice["collection_method"] == "charge_automatically" and subscription["status"] == "past_due":
            end(books, subscription, "payment_failed")


def _count(books: Books, invoice: Thing) -> None:
    subscription = _subscription(books, invoice)
    begun = subscription is None or subscription["status"] != "incomplete"
    with books.changing(invoice, "invoice.updated"):
        invoice["attempted"] = True
        invoice["attempt_count"] += 1
        tries = invoice["attempt_count"]
        again = begun and invoice["collection_method"] == "charge_automatically" and tries <= len(RETRY_DAYS)
        now = books.now(invoice["test_clock"])
        invoice["next_payment_attempt"] = now + RETRY_DAYS[tries - 1] * 86400 if again else None


def _subscription(books: Books, invoice: Thing) -> Thing | None:
    details = (invoice["parent"] or {}).get("subscription_details")
    return books.find(details["subscription"]) if details else None


def settle_debit(books: Books, intent: Thing) -> bool:
    """What the bank says of a debit in the end; True when the money has come."""
    (record,) = [one for one in books.all("invoice_payment") if one["payment"]["payment_intent"] == intent["id"]]
    invoice = books.get("invoice", record["invoice"])
    method = books.get("payment_method", intent["payment_method"])
    if method["_behaviour"] == "later":
        succeed(books, intent, invoice)
        return True
    fail(books, intent, invoice, card_declined("debit_not_authorized"))
    return False


def _nothing() -> ApiError:
    return ApiError(
        "This customer has no attached payment source or default payment method.",
        code="invoice_no_payment_method_types",
    )
