"""Credit notes, in the one form that the product needs: an amount off an open or a paid invoice."""

from dev.stripe.errors import ApiError
from dev.stripe.operations import Call, listed, metadata, operation, page
from dev.stripe.store import Thing, identifier


@operation("POST", "/v1/credit_notes", "CreditNoteCreateParams", "amount credit_amount invoice memo metadata reason")
def create_note(call: Call) -> Thing:
    """Off an open invoice it lessens what is due; of a paid one, `credit_amount` goes to the customer's balance."""
    books = call.books
    invoice = books.get("invoice", call.given["invoice"], "invoice")
    amount = call.get("amount", call.get("credit_amount"))
    if not amount:
        raise ApiError("You must specify `amount` or `credit_amount`.", code="parameter_missing", param="amount")
    paid = invoice["status"] == "paid"
    if invoice["status"] not in ("open", "paid"):
        raise ApiError("Credit notes can only be created for open or paid invoices.")
    if paid and call.get("credit_amount") != amount:
        raise ApiError("The stand-in gives back to the balance only: pass credit_amount.", code="stand_in_unsupported")
    if amount > (invoice["amount_paid"] if paid else invoice["amount_remaining"]):
        raise ApiError("The sum of credit amounts is greater than the amount of the invoice.", param="amount")
    customer = books.get("customer", invoice["customer"])
    count = len(books.all("credit_note", invoice=invoice["id"])) + 1
    key = identifier("cn_")
    note = {
        "id": key,
        "object": "credit_note",
        "amount": amount,
        "amount_shipping": 0,
        "created": books.now(customer["test_clock"]),
        "currency": invoice["currency"],
        "customer": customer["id"],
        "customer_account": None,
        "customer_balance_transaction": None,
        "discount_amount": 0,
        "discount_amounts": [],
        "effective_at": books.now(customer["test_clock"]),
        "invoice": invoice["id"],
        "lines": listed([], f"/v1/credit_notes/{key}/lines"),
        "livemode": False,
        "memo": call.get("memo"),
        "metadata": metadata({}, call.get("metadata") or {}),
        "number": f"{invoice['number']}-CN-{count:02}",
        "out_of_band_amount": None,
        "pdf": invoice["invoice_pdf"],
        "post_payment_amount": amount if paid else 0,
        "pre_payment_amount": 0 if paid else amount,
        "pretax_credit_amounts": [],
        "reason": call.get("reason"),
        "refunds": [],
        "shipping_cost": None,
        "status": "issued",
        "subtotal": amount,
        "subtotal_excluding_tax": amount,
        "total": amount,
        "total_excluding_tax": amount,
        "total_taxes": [],
        "type": "post_payment" if paid else "pre_payment",
        "voided_at": None,
    }
    if paid:
        with books.changing(customer, "customer.updated"):
            customer["balance"] -= amount
    with books.changing(invoice, "invoice.updated"):
        invoice[f"{'post' if paid else 'pre'}_payment_credit_notes_amount"] += amount
        if not paid:
            invoice["amount_due"] -= amount
            invoice["amount_remaining"] -= amount
    return books.add(note, "credit_note.created")


@operation(
    "GET", "/v1/credit_notes", "CreditNoteListParams", "created customer ending_before invoice limit starting_after"
)
def list_notes(call: Call) -> Thing:
    having = {name: call.get(name) for name in ("customer", "invoice")}
    return page(call, call.books.all("credit_note", **having), "/v1/credit_notes")


@operation("GET", "/v1/credit_notes/{id}", "CreditNoteRetrieveParams")
def retrieve_note(call: Call) -> Thing:
    return call.books.get("credit_note", call.path["id"])
