"""Invoices as they come to be: drawn up, reckoned, made final, forgiven."""

from typing import Any

from dev.stripe.errors import ApiError
from dev.stripe.lifecycle import follow
from dev.stripe.lines import proration_line
from dev.stripe.operations import listed
from dev.stripe.payments import close_payment, intent_for
from dev.stripe.store import Books, Thing, identifier
from dev.stripe.taxes import located, tax_of

ACCOUNT_NAME = "Stand-in account"


def draw_up(
    books: Books,
    subscription: Thing,
    lines: list[Thing],
    reason: str,
    *,
    period: tuple[int, int],
    kept: bool = True,
    pending: bool = True,
) -> Thing:
    """A draft with these lines and, if `pending`, the invoice items that wait for one; reckoned.

    With `kept` false it is a preview: nothing is written. Raises ApiError when tax is wanted and the country is not known.
    """
    customer = books.get("customer", subscription["customer"])
    now = books.now(subscription["test_clock"])
    key = identifier("in_" if kept else "upcoming_in_")
    waiting = list(waiting_items(books, subscription)) if pending else []
    lines = [*(proration_line(subscription, one) for one in waiting), *lines]
    for line in lines:
        line["invoice"] = key
    send = subscription["collection_method"] == "send_invoice"
    invoice: Thing = {
        "id": key,
        "object": "invoice",
        "account_country": "FR",
        "account_name": ACCOUNT_NAME,
        "account_tax_ids": None,
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_shipping": 0,
        "application": None,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": kept,
        "automatic_tax": {
            "disabled_reason": None,
            "enabled": subscription["automatic_tax"]["enabled"],
            "liability": {"type": "self"} if subscription["automatic_tax"]["enabled"] else None,
            "provider": "stripe" if subscription["automatic_tax"]["enabled"] else None,
            "status": None,
        },
        "automatically_finalizes_at": now + books.store.draft_seconds if kept else None,
        "billing_reason": reason,
        "collection_method": subscription["collection_method"],
        "created": now,
        "currency": subscription["currency"],
        "custom_fields": subscription["invoice_settings"]["custom_fields"]
        or customer["invoice_settings"]["custom_fields"],
        "customer": customer["id"],
        "customer_account": None,
        "customer_address": customer["address"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_phone": customer["phone"],
        "customer_shipping": None,
        "customer_tax_exempt": customer["tax_exempt"],
        "customer_tax_ids": [
            {"type": one["type"], "value": one["value"]} for one in books.all("tax_id", customer=customer["id"])
        ],
        "default_payment_method": None,
        "default_source": None,
        "default_tax_rates": [],
        "description": subscription["invoice_settings"]["description"],
        "discounts": [],
        "due_date": now + subscription["days_until_due"] * 86400 if send else None,
        "effective_at": None,
        "ending_balance": None,
        "footer": subscription["invoice_settings"]["footer"] or customer["invoice_settings"]["footer"],
        "from_invoice": None,
        "hosted_invoice_url": None,
        "invoice_pdf": None,
        "issuer": {"type": "self"},
        "last_finalization_error": None,
        "latest_revision": None,
        "lines": listed(lines, f"/v1/invoices/{key}/lines"),
        "livemode": False,
        "metadata": {},
        "next_payment_attempt": now + books.store.draft_seconds if kept and not send else None,
        "number": None,
        "on_behalf_of": None,
        "parent": {
            "quote_details": None,
            "subscription_details": {
                "metadata": dict(subscription["metadata"]),
                "subscription": subscription["id"],
            },
            "type": "subscription_details",
        },
        "payment_settings": {
            "default_mandate": None,
            "payment_method_options": None,
            "payment_method_types": subscription["payment_settings"]["payment_method_types"],
        },
        "period_start": period[0],
        "period_end": period[1],
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "receipt_number": None,
        "rendering": None,
        "shipping_cost": None,
        "shipping_details": None,
        "statement_descriptor": None,
        "status": "draft",
        "status_transitions": dict.fromkeys(("finalized_at", "marked_uncollectible_at", "paid_at", "voided_at")),
        "test_clock": subscription["test_clock"],
        "threshold_reason": None,
        "webhooks_delivered_at": None,
    }
    reckon(books, invoice)
    if not kept:
        return invoice
    for one in waiting:
        with books.changing(one):
            one["invoice"] = key
    books.add(invoice, "invoice.created")
    with books.changing(subscription):
        subscription["latest_invoice"] = key
    if customer["currency"] is None:
        with books.changing(customer, "customer.updated"):
            customer["currency"] = subscription["currency"]
    return invoice


def waiting_items(books: Books, subscription: Thing) -> list[Thing]:
    """Prorations that no invoice has taken up yet."""
    return [
        one
        for one in books.all("invoiceitem", customer=subscription["customer"])
        if one["invoice"] is None and one["parent"]["subscription_details"]["subscription"] == subscription["id"]
    ]


def reckon(books: Books, invoice: Thing) -> None:
    """Sum a draft: taxes of each line, totals, the customer's balance, and what is due. All in cents."""
    customer = books.get("customer", invoice["customer"])
    taxed = invoice["automatic_tax"]["enabled"]
    if taxed and not located(customer):
        raise ApiError(
            "The customer's location isn't recognized. Set a valid customer address in order to automatically"
            " calculate tax.",
            code="customer_tax_location_invalid",
            param="automatic_tax[enabled]",
        )
    lines = invoice["lines"]["data"]
    for line in lines:
        line["taxes"] = [tax_of(books, customer, line["amount"], inclusive=line["_inclusive"])] if taxed else []
    taxes = _together([tax for line in lines for tax in line["taxes"]])
    subtotal = sum(line["amount"] for line in lines)
    inside = sum(tax["amount"] for tax in taxes if tax["tax_behavior"] == "inclusive")
    added = sum(tax["amount"] for tax in taxes if tax["tax_behavior"] == "exclusive")
    total = subtotal + added
    starting = customer["balance"]
    due = max(total + starting, 0) if total > 0 else 0
    invoice.update(
        amount_due=due,
        amount_remaining=due,
        starting_balance=starting,
        subtotal=subtotal,
        subtotal_excluding_tax=subtotal - inside,
        total=total,
        total_discount_amounts=[],
        total_excluding_tax=subtotal - inside,
        total_pretax_credit_amounts=[],
        total_taxes=taxes,
    )
    if taxed:
        invoice["automatic_tax"] = {**invoice["automatic_tax"], "status": "complete"}


def make_final(books: Books, invoice: Thing) -> Thing:
    """Number a draft and open it; one with nothing to pay is paid at once. The customer's balance is used up first."""
    if invoice["status"] != "draft":
        raise ApiError(
            "This invoice is already finalized, you can't re-finalize a non-draft invoice.", code="invoice_not_editable"
        )
    customer = books.get("customer", invoice["customer"])
    reckon(books, invoice)
    now = books.now(invoice["test_clock"])
    left = invoice["starting_balance"] + invoice["total"] - invoice["amount_due"]
    sequence = customer["next_invoice_sequence"]
    with books.changing(customer, "customer.updated"):
        customer["next_invoice_sequence"] = sequence + 1
        customer["balance"] = left
    with books.changing(invoice):
        invoice["number"] = f"{customer['invoice_prefix']}-{sequence:04}"
        invoice["status"] = "open"
        invoice["ending_balance"] = left
        invoice["effective_at"] = now
        invoice["automatically_finalizes_at"] = None
        invoice["status_transitions"] = {**invoice["status_transitions"], "finalized_at": now}
        secret = identifier("", 32)
        invoice["hosted_invoice_url"] = f"{books.store.home}/i/{books.account}/{invoice['id']}/{secret}"
        invoice["invoice_pdf"] = f"{invoice['hosted_invoice_url']}/pdf"
        invoice["_secret"] = secret
        if invoice["due_date"] is not None:
            invoice["due_date"] += now - invoice["created"]
    books.emit("invoice.finalized", invoice)
    if invoice["amount_due"]:
        intent_for(books, invoice, None)
    else:
        mark_paid(books, invoice)
    return invoice


def mark_paid(books: Books, invoice: Thing) -> None:
    """The invoice is paid, by a payment or without one."""
    with books.changing(invoice, "invoice.updated"):
        invoice["status"] = "paid"
        invoice["amount_paid"] = invoice["amount_due"]
        invoice["amount_remaining"] = 0
        invoice["attempted"] = True
        invoice["auto_advance"] = False
        invoice["next_payment_attempt"] = None
        paid_at = books.now(invoice["test_clock"])
        invoice["status_transitions"] = {**invoice["status_transitions"], "paid_at": paid_at}
    close_payment(books, invoice, "paid")
    books.emit("invoice.paid", invoice)
    books.emit("invoice.payment_succeeded", invoice)
    follow(books, invoice, "paid")


def forgive(books: Books, invoice: Thing, status: str) -> Thing:
    """Give up on an open invoice: "void" or "uncollectible"."""
    allowed = ("open", "uncollectible") if status == "void" else ("open",)
    if invoice["status"] not in allowed:
        raise ApiError(f"You can only {'void' if status == 'void' else 'mark as uncollectible'} an open invoice.")
    moment = "voided_at" if status == "void" else "marked_uncollectible_at"
    with books.changing(invoice, "invoice.updated"):
        invoice["status"] = status
        invoice["auto_advance"] = False
        invoice["next_payment_attempt"] = None
        when = books.now(invoice["test_clock"])
        invoice["status_transitions"] = {**invoice["status_transitions"], moment: when}
    if status == "void":
        close_payment(books, invoice, "canceled")
    books.emit("invoice.voided" if status == "void" else "invoice.marked_uncollectible", invoice)
    follow(books, invoice, "forgiven")
    return invoice


def _together(taxes: list[Thing]) -> list[Thing]:
    sums: dict[tuple[Any, ...], Thing] = {}
    for tax in taxes:
        key = (tax["tax_rate_details"]["tax_rate"], tax["tax_behavior"], tax["taxability_reason"])
        if key in sums:
            sums[key]["amount"] += tax["amount"]
            sums[key]["taxable_amount"] += tax["taxable_amount"]
        else:
            sums[key] = dict(tax)
    return list(sums.values())
