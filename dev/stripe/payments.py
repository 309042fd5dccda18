"""Payment intents: one for each invoice that is to be paid."""

from dev.stripe.operations import Call, included, listed, operation, page
from dev.stripe.store import Books, Thing, identifier


def intent_for(books: Books, invoice: Thing, method: Thing | None) -> Thing:
    """The intent of a final invoice, made at the first call, with its record as the invoice's payment."""
    for one in books.all("invoice_payment", invoice=invoice["id"]):
        return books.get("payment_intent", one["payment"]["payment_intent"])
    now = books.now(invoice["test_clock"])
    intent = books.add(
        {
            "id": identifier("pi_"),
            "object": "payment_intent",
            "amount": invoice["amount_due"],
            "amount_capturable": 0,
            "amount_received": 0,
            "application": None,
            "application_fee_amount": None,
            "automatic_payment_methods": None,
            "canceled_at": None,
            "cancellation_reason": None,
            "capture_method": "automatic",
            "client_secret": None,
            "confirmation_method": "automatic",
            "created": now,
            "currency": invoice["currency"],
            "customer": invoice["customer"],
            "customer_account": None,
            "description": "Subscription creation"
            if invoice["billing_reason"] == "subscription_create"
            else "Subscription update",
            "last_payment_error": None,
            "latest_charge": None,
            "livemode": False,
            "metadata": {},
            "next_action": None,
            "on_behalf_of": None,
            "payment_method": method["id"] if method else None,
            "payment_method_options": None,
            "payment_method_types": invoice["payment_settings"]["payment_method_types"] or ["card", "sepa_debit"],
            "processing": None,
            "receipt_email": None,
            "review": None,
            "setup_future_usage": "off_session",
            "shipping": None,
            "source": None,
            "statement_descriptor": None,
            "statement_descriptor_suffix": None,
            "status": "requires_payment_method",
            "transfer_data": None,
            "transfer_group": None,
            "_test_clock": invoice["test_clock"],
        },
        "payment_intent.created",
    )
    with books.changing(intent):
        intent["client_secret"] = identifier(intent["id"] + "_secret_")
    books.put(
        {
            "id": identifier("inpay_"),
            "object": "invoice_payment",
            "amount_paid": None,
            "amount_requested": invoice["amount_due"],
            "created": now,
            "currency": invoice["currency"],
            "invoice": invoice["id"],
            "is_default": True,
            "livemode": False,
            "payment": {"payment_intent": intent["id"], "type": "payment_intent"},
            "status": "open",
            "status_transitions": {"canceled_at": None, "paid_at": None},
        }
    )
    return intent


def close_payment(books: Books, invoice: Thing, status: str) -> None:
    """Settle the record of an invoice's payment: "paid" or "canceled"."""
    for one in books.all("invoice_payment", invoice=invoice["id"], status="open"):
        now = books.now(invoice["test_clock"])
        with books.changing(one, "invoice_payment.paid" if status == "paid" else ""):
            one["status"] = status
            one["amount_paid"] = one["amount_requested"] if status == "paid" else None
            one["status_transitions"] = {**one["status_transitions"], f"{status}_at": now}
        intent = books.get("payment_intent", one["payment"]["payment_intent"])
        if status == "canceled":
            with books.changing(intent):
                intent["status"], intent["canceled_at"] = "canceled", now
                intent["cancellation_reason"] = "void_invoice"
            books.emit("payment_intent.canceled", intent)


@operation("GET", "/v1/payment_intents/{intent}", "PaymentIntentRetrieveParams")
def retrieve_intent(call: Call) -> Thing:
    return call.books.get("payment_intent", call.path["intent"])


@operation(
    "GET", "/v1/payment_intents", "PaymentIntentListParams", "created customer ending_before limit starting_after"
)
def list_intents(call: Call) -> Thing:
    return page(call, call.books.all("payment_intent", customer=call.get("customer")), "/v1/payment_intents")


@operation(
    "GET",
    "/v1/invoice_payments",
    "InvoicePaymentListParams",
    "created ending_before invoice limit starting_after status",
)
def list_payments(call: Call) -> Thing:
    things = call.books.all("invoice_payment", invoice=call.get("invoice"), status=call.get("status"))
    return page(call, things, "/v1/invoice_payments")


@included("invoice", "payments")
def _payments(books: Books, invoice: Thing) -> Thing:
    return listed(books.all("invoice_payment", invoice=invoice["id"]), "/v1/invoice_payments")


@included("invoice", "confirmation_secret")
def _confirmation(books: Books, invoice: Thing) -> Thing | None:
    for one in books.all("invoice_payment", invoice=invoice["id"], status="open"):
        intent = books.get("payment_intent", one["payment"]["payment_intent"])
        return {"client_secret": intent["client_secret"], "type": "payment_intent"}
    return None
