"""Invoices: addresses and parameters."""

from typing import Any

from dev.stripe.collecting import collect
from dev.stripe.errors import ApiError, card_declined
from dev.stripe.invoicing import draw_up, forgive, make_final, mark_paid
from dev.stripe.lifecycle import OVER
from dev.stripe.lines import proration_line, prorations
from dev.stripe.methods import declined, default_of
from dev.stripe.operations import Call, merged, operation, page
from dev.stripe.parties import customer_of
from dev.stripe.store import Books, Thing
from dev.stripe.subscribing import first_lines, items_after, outline, renewal_lines, require_method
from dev.stripe.subscriptions import moment_of


@operation(
    "GET",
    "/v1/invoices",
    "InvoiceListParams",
    "collection_method created customer due_date ending_before limit starting_after status subscription",
)
def list_invoices(call: Call) -> Thing:
    having = {name: call.get(name) for name in ("collection_method", "customer", "status")}
    things = call.books.all("invoice", **having)
    if key := call.get("subscription"):
        call.books.get("subscription", key, "subscription")
        things = [one for one in things if (one["parent"]["subscription_details"] or {}).get("subscription") == key]
    return page(call, things, "/v1/invoices")


@operation("GET", "/v1/invoices/{invoice}", "InvoiceRetrieveParams")
def retrieve_invoice(call: Call) -> Thing:
    return call.books.get("invoice", call.path["invoice"])


@operation("POST", "/v1/invoices/{invoice}", "InvoiceUpdateParams", "auto_advance description footer metadata due_date")
def update_invoice(call: Call) -> Thing:
    invoice = retrieve_invoice(call)
    if invoice["status"] != "draft" and call.given.keys() - {"auto_advance", "metadata", "expand"}:
        raise ApiError("Finalized invoices can't be updated in this way.", code="invoice_not_editable")
    with call.books.changing(invoice, "invoice.updated"):
        merged(invoice, call, "auto_advance description footer metadata due_date")
    return invoice


@operation("DELETE", "/v1/invoices/{invoice}", "InvoiceDeleteParams")
def delete_invoice(call: Call) -> Thing:
    raise ApiError("You can't delete invoices created by subscriptions.", code="invoice_not_editable")


@operation("POST", "/v1/invoices/{invoice}/finalize", "InvoiceFinalizeInvoiceParams", "auto_advance")
def finalize_invoice(call: Call) -> Thing:
    invoice = make_final(call.books, retrieve_invoice(call))
    if "auto_advance" in call.given and invoice["status"] == "open":
        with call.books.changing(invoice, "invoice.updated"):
            invoice["auto_advance"] = call.given["auto_advance"]
    return invoice


@operation("POST", "/v1/invoices/{invoice}/send", "InvoiceSendInvoiceParams")
def send_invoice(call: Call) -> Thing:
    invoice = retrieve_invoice(call)
    if invoice["collection_method"] != "send_invoice":
        raise ApiError("You can only manually send an invoice if its collection method is 'send_invoice'.")
    if invoice["status"] == "draft":
        make_final(call.books, invoice)
    call.books.emit("invoice.sent", invoice)
    return invoice


@operation("POST", "/v1/invoices/{invoice}/pay", "InvoicePayParams", "off_session paid_out_of_band payment_method")
def pay_invoice(call: Call) -> Thing:
    invoice = retrieve_invoice(call)
    if invoice["status"] == "paid":
        raise ApiError("Invoice is already paid", code="invoice_not_editable")
    if invoice["status"] not in ("open", "uncollectible"):
        raise ApiError(f"This invoice can't be paid: it is {invoice['status']}.", code="invoice_not_editable")
    if call.get("paid_out_of_band"):
        mark_paid(call.books, invoice)
        return invoice
    customer = call.books.get("customer", invoice["customer"])
    method = (
        require_method(call.books, customer, call.given["payment_method"]) if "payment_method" in call.given else None
    )
    details = invoice["parent"]["subscription_details"]
    method = method or default_of(call.books, customer, call.books.find(details["subscription"]))
    outcome = collect(call.books, invoice, method)
    if outcome == "asks":
        raise ApiError(
            "This payment requires additional user action before it can be completed.",
            status=402,
            kind="card_error",
            code="invoice_payment_intent_requires_action",
        )
    if outcome == "failed":
        raise declined(method) if method else card_declined()
    return invoice


@operation("POST", "/v1/invoices/{invoice}/void", "InvoiceVoidInvoiceParams")
def void_invoice(call: Call) -> Thing:
    return forgive(call.books, retrieve_invoice(call), "void")


@operation("POST", "/v1/invoices/{invoice}/mark_uncollectible", "InvoiceMarkUncollectibleParams")
def mark_uncollectible(call: Call) -> Thing:
    return forgive(call.books, retrieve_invoice(call), "uncollectible")


@operation("GET", "/v1/invoices/{invoice}/lines", "InvoiceLineItemListParams", "ending_before limit starting_after")
def list_lines(call: Call) -> Thing:
    invoice = retrieve_invoice(call)
    return page(call, invoice["lines"]["data"][::-1], f"/v1/invoices/{invoice['id']}/lines")


@operation(
    "GET", "/v1/invoiceitems", "InvoiceItemListParams", "created customer ending_before limit pending starting_after"
)
def list_invoice_items(call: Call) -> Thing:
    things = call.books.all("invoiceitem", customer=call.get("customer"))
    pending = call.get("pending")
    return page(
        call, [one for one in things if pending is None or (one["invoice"] is None) == pending], "/v1/invoiceitems"
    )


@operation(
    "POST",
    "/v1/invoices/create_preview",
    "InvoiceCreatePreviewParams",
    "automatic_tax customer subscription subscription_details",
)
def create_preview(call: Call) -> Thing:
    books = call.books
    details = call.get("subscription_details", {})
    known = {"items", "proration_behavior", "proration_date"}
    for name in details.keys() - known:
        raise ApiError(
            f"The stand-in does not do “subscription_details[{name}]” of a preview; Stripe does.",
            code="stand_in_unsupported",
            param=f"subscription_details[{name}]",
        )
    if "subscription" in call.given:
        subscription = books.get("subscription", call.given["subscription"], "subscription")
        return _preview_of_change(call, subscription, details)
    if not details.get("items"):
        raise ApiError("No upcoming invoices for customer", status=404, code="invoice_upcoming_none")
    customer = customer_of(books, call.get("customer", ""))
    wanted = {"items": details["items"], "automatic_tax": call.get("automatic_tax", {"enabled": False})}
    subscription = outline(books, customer, wanted)
    now = subscription["created"]
    return _preview(books, subscription, first_lines(books, subscription), (now, now))


def _preview_of_change(call: Call, subscription: Thing, details: dict[str, Any]) -> Thing:
    books = call.books
    if subscription["status"] in OVER or (subscription["cancel_at"] and "items" not in details):
        raise ApiError("No upcoming invoices for customer", status=404, code="invoice_upcoming_none")
    if "automatic_tax" in call.given:
        enabled = call.given["automatic_tax"]["enabled"]
        subscription = {**subscription, "automatic_tax": {**subscription["automatic_tax"], "enabled": enabled}}
    before = subscription["items"]["data"]
    items = items_after(books, subscription, details.get("items", []))
    behaviour = details.get("proration_behavior", "create_prorations")
    at = moment_of(books, subscription, details.get("proration_date"))
    lines: list[Thing] = []
    if behaviour != "none":
        lines = [proration_line(subscription, one) for one in prorations(books, subscription, before, items, at)]
    immediate = behaviour == "always_invoice" and bool(lines)
    if not immediate and not subscription["cancel_at"]:
        lines += renewal_lines(books, subscription, items)
    period = (at, at) if immediate else (before[0]["current_period_start"], before[0]["current_period_end"])
    preview = _preview(books, subscription, lines, period)
    preview["parent"]["subscription_details"]["subscription_proration_date"] = at
    return preview


def _preview(books: Books, subscription: Thing, lines: list[Thing], period: tuple[int, int]) -> Thing:
    return draw_up(books, subscription, lines, "upcoming", period=period, kept=False)
